"""What waits for a person in judging."""

from collections.abc import Iterator
from datetime import timedelta

import rules
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.inbox import Task
from evaluations import inbox_of_evaluations, inbox_of_stars, inbox_of_voices, inbox_of_votes, quorum
from evaluations.inbox_of_grades import grades_to_settle
from evaluations.models import (
    Assignment,
    Conflict,
    Decision,
    ListChange,
    PaperEntry,
    PitchDay,
    Purpose,
    Reduction,
    Unlocking,
    Vote,
)
from evaluations.standings import standings
from grants.models import Call
from people.models import Role, User
from projects.models import Project, State

DECIDED = (Decision.State.PROPOSED, Decision.State.APPROVED)
IN_COMPETITION = (State.SUBMITTED, State.RETURNED, State.ELIGIBLE, State.IN_REVIEW, State.SHORTLISTED)
"""States of a proposal that say what is next in its call."""
FEEDBACK_WITHIN = timedelta(days=15)
"""Feedback goes out within two weeks of the announcement; it is asked for as long as it helps anybody."""


def waiting_for(user: User) -> list[Task]:
    """Sheets to fill in, pitch days, and for clerks panels, rankings, notices and evaluations to arrange."""
    sources = (
        _declarations,
        _sheets,
        _conflicts,
        _unlockings,
        _reductions,
        _pitch_days_to_judge,
        _pitch_days,
        _papers,
        _calls,
        _decisions,
        _list_changes,
        _feedback,
        grades_to_settle,
        inbox_of_evaluations.waiting_for,
        inbox_of_voices.waiting_for,
        inbox_of_votes.waiting_for,
        inbox_of_stars.waiting_for,
    )
    return [task for source in sources for task in source(user)]


def _sheets(user: User) -> Iterator[Task]:
    mine = Assignment.objects.filter(person=user).for_their_person().select_related("project")
    for assignment in mine.open():
        what = _("Score the proposal") if assignment.purpose == Purpose.REVIEW else _("Evaluate the project")
        url = reverse("evaluations:sheet", args=[assignment.pk])
        funder_id = assignment.project.funder_id
        yield Task(assignment.shown_title, what, url, assignment.due_on, assignment.assigned_at, funder_id=funder_id)
    for assignment in mine.active().filter(sheet__deviates_since__isnull=False, sheet__deviation_note=""):
        url = reverse("evaluations:sheet", args=[assignment.pk])
        yield Task(assignment.shown_title, _("Explain your score"), url, None, assignment.sheet.deviates_since)


def _declarations(user: User) -> Iterator[Task]:
    """One task a call whose proposals I am asked to judge: say first what ties me to whom."""
    asked = Assignment.objects.undeclared().filter(person=user)
    for call in Call.objects.filter(projects__assignments__in=asked).distinct():
        yield Task(
            call.title,
            _("Say whether anything ties you to the applicants"),
            reverse("evaluations:declare", args=[call.pk]),
        )


def _conflicts(user: User) -> Iterator[Task]:
    """Ties that were found after the assignment, or even after the result, and wait for a clerk."""
    waiting = Conflict.objects.open().filter(
        Exists(Assignment.objects.watched().filter(pk=OuterRef("assignment"))),
        assignment__project__funder__in=user.organizations_as(Role.STAFF),
    )
    competes_in = Project.objects.staked_by(user).values("call")
    waiting = waiting.exclude(assignment__person=user).exclude(assignment__project__call__in=competes_in)
    for conflict in waiting.select_related("assignment__project", "assignment__person"):
        what = _("Decide on a conflict of interest: %(person)s") % {"person": conflict.assignment.person}
        title, url = conflict.assignment.project.title, conflict.get_absolute_url()
        yield Task(title, what, url, None, conflict.found_at, "bad")


def _unlockings(user: User) -> Iterator[Task]:
    """Sheets that somebody else asks to unlock."""
    funders = user.organizations_as(Role.STAFF, Role.APPROVER)
    waiting = Unlocking.objects.open().filter(sheet__assignment__project__funder__in=funders)
    for asked in waiting.exclude(asked_by=user).select_related("sheet__assignment__project__call"):
        if rules.has_perm("evaluations.decide_on_unlocking", user, asked):
            what, url = _("Decide on unlocking a sheet"), asked.get_absolute_url()
            yield Task(asked.project.title, what, url, None, asked.asked_at)


def _pitch_days_to_judge(user: User) -> Iterator[Task]:
    """Today's sessions, for whoever still judges there."""
    sits = Assignment.objects.seated().filter(person=user, purpose=Purpose.REVIEW).values("project__pitch_slot__day")
    for day in PitchDay.objects.upcoming().filter(pk__in=sits, held_on__lte=clock.today()).select_related("call"):
        url = reverse("evaluations:pitch_judge", args=[day.pk])
        yield Task(str(day), _("Pitch day today: judge"), url, day.held_on)


def _pitch_days(user: User) -> Iterator[Task]:
    """For the clerk: draw the order, conduct the session on its day."""
    held = PitchDay.objects.upcoming().filter(call__funder__in=user.organizations_as(Role.STAFF)).select_related("call")
    for day in held:
        if day.state == PitchDay.State.PLANNED:
            yield Task(str(day), _("Draw the running order"), day.get_absolute_url(), day.held_on)
        elif day.held_on <= clock.today():
            yield Task(str(day), _("Pitch day today: conduct it"), day.get_absolute_url(), day.held_on)


def _papers(user: User) -> Iterator[Task]:
    """For clerks, one task a call: paper sheets that a second person must key, or that were keyed differently."""
    funders = user.organizations_as(Role.STAFF)
    if not funders:
        return
    keyed = PaperEntry.objects.filter(
        assignment__project__funder__in=funders,
        assignment__project__state=State.IN_REVIEW,
        assignment__recused_at__isnull=True,
        assignment__absent_at__isnull=True,
    ).exclude(assignment__sheet__submitted_at__isnull=False)
    twice = keyed.filter(turn=2)
    once = keyed.exclude(keyed_by=user).exclude(assignment__in=twice.values("assignment"))
    for found, what in ((once, _("Key the paper sheets a second time")), (twice, _("Settle the paper sheets"))):
        for call in Call.objects.filter(pk__in=found.values("assignment__project__call")):
            yield Task(call.title, what, reverse("evaluations:paper_list", args=[call.pk]))


def _calls(user: User) -> Iterator[Task]:
    """One task a call: the next thing its clerk has to do in the competition."""
    funders = user.organizations_as(Role.STAFF)
    if not funders:
        return
    mine = Project.objects.staked_by(user).values("call")  # who competes in a call has nothing to do in it
    calls = Call.objects.published().filter(funder__in=funders, closes_at__lte=clock.now()).exclude(pk__in=mine)
    judged = Project.objects.filter(funder__in=funders, call__in=calls, state__in=IN_COMPETITION).order_by()
    found: dict[int, set[str]] = {}
    for pk, state in judged.values_list("call", "state").distinct():
        found.setdefault(pk, set()).add(state)
    lacking = set(quorum.short(judged.filter(state=State.ELIGIBLE)).values_list("call", flat=True).distinct())
    decided = Decision.objects.filter(call__in=found, state__in=DECIDED).values_list("call", flat=True)
    voting = Vote.objects.filter(call__in=found, state=Vote.State.ANNOUNCED).values_list("call", flat=True)
    busy = {*decided, *voting}
    for call in calls.filter(pk__in=found):
        states = found[call.pk]
        panel, ranking = (reverse(f"evaluations:{name}", args=[call.pk]) for name in ("panel", "ranking"))
        if State.ELIGIBLE in states and not states & {State.SUBMITTED, State.RETURNED}:
            if call.pk in lacking:
                yield Task(call.title, _("Assign the experts"), panel)
            else:
                yield Task(call.title, _("Start the review"), panel)
        if State.IN_REVIEW in states and call.pk not in busy and _is_judged(call):
            yield Task(call.title, _("Prepare the decision"), ranking)
        if State.SHORTLISTED in states:
            yield Task(call.title, _("Publish the notice"), ranking)


def _is_judged(call: Call) -> bool:
    """Every panel of the projects in review is whole."""
    return all(row.is_complete for row in standings(call) if row.project.state == State.IN_REVIEW)


def _reductions(user: User) -> Iterator[Task]:
    """Panels that somebody else wants to go on with fewer judges."""
    funders = user.organizations_as(Role.STAFF, Role.APPROVER)
    waiting = Reduction.objects.open().filter(project__funder__in=funders, project__state=State.IN_REVIEW)
    waiting = waiting.exclude(asked_by=user).select_related("project__call")
    together: dict[tuple, list[Reduction]] = {}
    for asked in waiting:
        if rules.has_perm("evaluations.decide_on_fewer", user, asked):
            together.setdefault((asked.project.call_id, asked.asked_by_id, asked.asked_at), []).append(asked)
    for first, *others in together.values():
        title, what = first.project.title, _("Decide whether it is judged with fewer experts")
        if others:
            title = first.call.title
            what = _("Decide whether %(n)s projects are judged with fewer experts") % {"n": len(others) + 1}
        yield Task(title, what, first.get_absolute_url(), None, first.asked_at, "bad")


def _decisions(user: User) -> Iterator[Task]:
    """Decisions to approve, and approved ones to announce."""
    competes_in = Project.objects.staked_by(user).values("call")
    found = Decision.objects.select_related("call").exclude(call__in=competes_in)
    mine = found.filter(state=Decision.State.PROPOSED, call__funder__in=user.organizations_as(Role.APPROVER))
    for one in mine.exclude(proposed_by=user):
        yield Task(one.call.title, _("Approve the decision"), one.get_absolute_url(), None, one.proposed_at)
    for one in found.filter(state=Decision.State.APPROVED, call__funder__in=user.organizations_as(Role.STAFF)):
        if one.is_due:
            what, url = _("Announce the decision"), one.get_absolute_url()
            yield Task(one.call.title, what, url, one.embargo_until, one.approved_at)


def _list_changes(user: User) -> Iterator[Task]:
    """Changes of an announced list that somebody else asks for."""
    competes_in = Project.objects.staked_by(user).values("call")
    waiting = ListChange.objects.open().filter(project__funder__in=user.organizations_as(Role.APPROVER))
    waiting = waiting.exclude(project__call__in=competes_in)
    for change in waiting.exclude(asked_by=user).select_related("project"):
        what = _("Decide: %(change)s") % {"change": change.get_kind_display()}
        yield Task(change.project.title, what, change.get_absolute_url(), None, change.asked_at)


def _feedback(user: User) -> Iterator[Task]:
    """One task a call whose decision is announced: groups that wait to learn how they were judged."""
    competes_in = Project.objects.staked_by(user).values("call")
    judged = Project.objects.filter(
        call__funder__in=user.organizations_as(Role.STAFF),
        results__purpose=Purpose.REVIEW,
        call__decisions__state=Decision.State.ANNOUNCED,
    ).exclude(state__in=[State.IN_REVIEW, State.WITHDRAWN])
    unsent = judged.exclude(feedback__sent_at__isnull=False).exclude(call__in=competes_in)
    unsent = unsent.filter(call__decisions__announced_at__gt=clock.now() - FEEDBACK_WITHIN * 6)
    for call in Call.objects.filter(pk__in=unsent.values("call")):
        announced = call.decisions.latest("announced_at").announced_at
        due_on = clock.localdate(announced) + FEEDBACK_WITHIN if announced else None
        url = reverse("evaluations:feedback_list", args=[call.pk])
        yield Task(call.title, _("Send the groups their feedback"), url, due_on, announced)
