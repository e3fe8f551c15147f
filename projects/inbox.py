"""What waits for a person in the life of a project."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.inbox import Task
from core.money import yuan
from grants.models import LedgerCorrection, Need
from people.models import Organization, Role, User
from projects import inbox_follow_ups, inbox_of_plans, inbox_of_pledges, inbox_settling, inbox_spending, mentoring_inbox
from projects.gates import facts_of, gates_of
from projects.models import (
    BankList,
    CoachingRequest,
    Likeness,
    MatchingProof,
    Objection,
    ObjectionNote,
    Project,
    Referral,
    Report,
    ReturnNotice,
    State,
    Talk,
    Tranche,
    VolunteerTime,
    WarningLetter,
)
from projects.models.state import BEFORE_AWARD
from projects.models.tranche import PAYABLE

ANSWER_WITHIN = timedelta(days=7)
"""A need or a report is answered within a week (field guide 1.2)."""
HAND_IN_BEFORE = timedelta(days=7)
"""A week before it begins the plan of an activity should be handed in, a week after it should be recorded."""
RECORD_WITHIN = timedelta(days=7)


def waiting_for(user: User) -> list[Task]:
    """Everything in projects that this person should do now; a constant number of queries."""
    return [
        *_group(user),
        *mentoring_inbox.for_group(user),
        *_payee(user),
        *_clerk(user),
        *_approver(user),
        *_finance(user),
        *_second_person(user),
        *_mentor(user),
        *inbox_spending.waiting_for(user),
        *inbox_settling.waiting_for(user),
        *inbox_of_plans.waiting_for(user),
        *inbox_of_pledges.waiting_for(user),
        *inbox_follow_ups.waiting_for(user),
        *_trouble(user),
        *_returns(user),
    ]


def _task(project: Project, what: str, url: str = "", due_on=None, since=None) -> Task:
    url, due_on, since = url or project.get_absolute_url(), due_on or project.due_on, since or project.state_since
    return Task(project.title, what, url, due_on, since, funder_id=project.funder_id)


def _group(user: User) -> Iterator[Task]:
    mine = user.organizations_as(Role.MANAGER, Role.STAFF)
    if not mine:
        return
    now = clock.now()
    projects = Project.objects.without_texts().filter(applicant__in=mine)
    writing = projects.filter(state__in=[State.DRAFT, State.RETURNED])
    advised = Q(comments__kind="advice", comments__parent=None, comments__resolved_at=None)
    for project in writing.filter(advised, call__closes_at__gt=now).annotate(n=Count("comments")):
        what = ngettext("Read %(n)s piece of advice", "Read %(n)s pieces of advice", project.n) % {"n": project.n}
        yield _task(project, what, reverse("projects:comment_list", args=[project.pk]))
    for project in projects.filter(state=State.DRAFT, call__closes_at__gt=now).select_related("call"):
        url = reverse("projects:proposal_edit", args=[project.pk])
        submits = user.has_role(project.applicant_id, Role.MANAGER)
        what = _("Finish the proposal and submit it") if submits else _("Finish the proposal; the head submits it")
        yield _task(project, what, url, clock.localdate(project.call.closes_at))
    for project in projects.filter(state=State.RETURNED):
        url = reverse("projects:proposal_edit", args=[project.pk])
        yield _task(project, _("Correct the proposal and submit it again"), url)
    for project in projects.filter(state=State.RECTIFYING):
        yield _task(project, _("Mend what was found and report it"))
    against = Objection.objects.open().filter(project__applicant__in=mine, answer_until__gte=clock.today())
    for objection in against.exclude(notes__kind=ObjectionNote.Kind.ANSWER).select_related("project"):
        url = reverse("projects:objection_answer", args=[objection.pk])
        what = _("Answer an objection")
        yield Task(objection.project.title, what, url, objection.answer_until, objection.examined_at, "bad")
    yield from _work(user, projects)


def _work(user: User, projects: QuerySet[Project]) -> Iterator[Task]:
    """What the work itself asks of the group: milestones, plans, records, volunteers' time."""
    now, soon = clock.now(), clock.today() + timedelta(days=14)
    running = projects.filter(state=State.RUNNING)
    for project in running.prefetch_related("milestones__reports", "activities"):
        for milestone in project.milestones.all():
            if milestone.due_on > soon:
                continue
            if not milestone.reports.all():
                url = reverse("projects:report_create", args=[project.pk])
                yield _task(project, _("Report on “%(what)s”") % {"what": milestone.name}, url, milestone.due_on)
            elif not milestone.is_done:
                url = reverse("projects:milestone_done", args=[milestone.pk])
                what = _("Show that “%(what)s” is reached") % {"what": milestone.name}
                yield _task(project, what, url, milestone.due_on)
        for activity in project.activities.all():
            if activity.is_draft and activity.starts_at < now + HAND_IN_BEFORE:
                what = _("Hand in the plan of “%(what)s”") % {"what": activity.theme}
                yield _task(project, what, activity.get_absolute_url(), clock.localdate(activity.starts_at))
            elif activity.awaits_record and not activity.is_draft:
                url = reverse("projects:activity_record", args=[activity.pk])
                due_on = clock.localdate(activity.starts_at) + RECORD_WITHIN
                what = _("Record the activity “%(what)s”") % {"what": activity.theme}
                yield _task(project, what, url, due_on, since=activity.starts_at)
    times = VolunteerTime.objects.waiting().filter(volunteer__project__in=running)
    if headed := user.organizations_as(Role.MANAGER):
        waiting = times.filter(volunteer__project__applicant__in=headed).exclude(volunteer__person=user)
        for found in waiting.order_by().values("volunteer__project").annotate(n=Count("pk"), since=Min("held_on")):
            project = next(one for one in running if one.pk == found["volunteer__project"])
            url = reverse("projects:volunteer_list", args=[project.pk])
            what = ngettext("Confirm %(n)s volunteer's time", "Confirm %(n)s volunteers' times", found["n"])
            yield _task(project, what % {"n": found["n"]}, url)


def _payee(user: User) -> Iterator[Task]:
    """Signing and receipting, for whoever stands for the group: itself or its host."""
    mine = user.organizations_as(Role.MANAGER)
    if not mine:
        return
    ours = Project.objects.paid_through(mine)
    unsigned = ours.filter(state=State.APPROVED, agreement__isnull=False, agreement__group_signed_at__isnull=True)
    for project in unsigned.without_texts():
        yield _task(project, _("Sign the agreement"), reverse("projects:agreement_detail", args=[project.pk]))
    for tranche in _tranches(Tranche.State.PAID).filter(project__in=ours.values("pk")):
        what = _("Confirm the receipt of instalment %(n)s") % {"n": tranche.ordinal}
        project, url = tranche.project, reverse("projects:tranche_step", args=[tranche.pk, "receipt"])
        since = clock.begin_of(tranche.paid_on)
        yield Task(project.title, what, url, None, since, funder_id=project.funder_id)


def _tranches(*states: str):
    return Tranche.objects.filter(state__in=states).select_related("project")


def _clerk(user: User) -> Iterator[Task]:
    if not user.organizations_as(Role.STAFF):
        return
    funders = list(Organization.objects.funders_of(user, Role.STAFF).values_list("pk", flat=True))
    if not funders:
        return
    projects = Project.objects.without_texts().filter(funder__in=funders)
    for project in projects.filter(state=State.SUBMITTED):
        yield _task(project, _("Check the papers"), reverse("projects:check_page", args=[project.pk]))
    alike = Likeness.objects.open().filter(project__funder__in=funders, project__state__in=BEFORE_AWARD)
    alike = alike.select_related("project").order_by("project", "-score", "pk")
    for project, flags in ((project, list(found)) for project, found in groupby(alike, lambda flag: flag.project)):
        what, url = _("It looks like another proposal: judge"), reverse("projects:likeness_detail", args=[flags[0].pk])
        if len(flags) > 1:
            what = _("It looks like other proposals in %(n)s ways: judge") % {"n": len(flags)}
            url = reverse("projects:check_page", args=[project.pk]) + "#likenesses"
        yield Task(project.title, what, url, None, min(flag.found_at for flag in flags))
    for referral in Referral.objects.open().filter(fund__funder__in=funders).select_related("project", "fund"):
        due_on = clock.localdate(referral.made_at) + ANSWER_WITHIN
        what = _("Answer a proposal shown to the fund “%(fund)s”") % {"fund": referral.fund.name}
        yield Task(referral.project.title, what, referral.get_absolute_url(), due_on, referral.made_at)
    desk = Need.objects.on_desk_of(user, Role.STAFF).filter(state=Need.State.RECEIVED)
    waiting = desk.aggregate(n=Count("pk"), oldest=Min("received_at"))
    if waiting["n"]:
        due_on = clock.localdate(waiting["oldest"]) + ANSWER_WITHIN
        what = ngettext("Sort out %(n)s need", "Sort out %(n)s needs", waiting["n"]) % {"n": waiting["n"]}
        yield Task(_("Needs"), what, reverse("projects:need_desk"), due_on, waiting["oldest"])
    for project in projects.filter(state=State.RETURNED, due_on__lt=clock.today()):
        yield _task(project, _("The time to correct is over: decide"))
    yield from _objections_of_clerk(user)
    for report in Report.objects.filter(
        accepted_at__isnull=True, project__funder__in=funders, project__state__in=[State.RUNNING, State.CLOSING]
    ).select_related("project"):
        url = reverse("projects:report_detail", args=[report.pk])
        due_on = clock.localdate(report.submitted_at) + ANSWER_WITHIN
        yield Task(report.project.title, _("Read a report and accept it"), url, due_on, report.submitted_at)
    yield from _instalments_to_request(funders)
    proofs = MatchingProof.objects.filter(is_accepted__isnull=True, project__funder__in=funders)
    for proof in proofs.select_related("project"):
        url = reverse("projects:matching_decide", args=[proof.pk])
        yield Task(proof.project.title, _("Look at a proof of matching funds"), url, None, proof.handed_in_at)


def _instalments_to_request(funders: list[int]) -> Iterator[Task]:
    """The next instalment of each project that has nothing at work, when all its gates are open."""
    planned = _tranches(Tranche.State.PLANNED, Tranche.State.REVERSED)
    next_of: dict[int, Tranche] = {}
    mine = planned.filter(project__funder__in=funders, project__state__in=PAYABLE)
    for tranche in mine.order_by("project", "ordinal"):
        next_of.setdefault(tranche.project_id, tranche)
    facts = facts_of([tranche.project for tranche in next_of.values()])
    for tranche in next_of.values():
        known = facts[tranche.project_id]
        earlier = [one for one in known.instalments if one.ordinal < tranche.ordinal]
        if all(one.state not in Tranche.OWED for one in earlier) and all(
            check.is_open for check in gates_of(tranche, known)
        ):
            what = _("Request instalment %(n)s") % {"n": tranche.ordinal}
            if tranche.state == Tranche.State.REVERSED:
                what = _("Request instalment %(n)s again: the payment came back") % {"n": tranche.ordinal}
            url = reverse("projects:tranche_step", args=[tranche.pk, "request"])
            yield Task(tranche.project.title, what, url, None, tranche.project.state_since)


def _objections_of_clerk(user: User) -> Iterator[Task]:
    """To be called, to be examined, and examined without an inquiry so far."""
    seen = Objection.objects.visible_to(user).filter(notice__call__funder__in=user.organizations_as(Role.STAFF))
    called = Objection.objects.to_call().values("pk")
    inquired = ObjectionNote.objects.filter(kind=ObjectionNote.Kind.INQUIRY).values("objection")
    todo = seen.filter(Q(pk__in=called) | (Q(confirmed_at__isnull=False, ruling="") & ~Q(pk__in=inquired)))
    for objection in todo.select_related("project", "notice"):
        if objection.confirmed_at is None:
            what = _("Call to confirm an objection")
        else:
            what = _("Note what the inquiry found") if objection.examined_at else _("Examine an objection")
        url, since = objection.get_absolute_url(), objection.arrived_at
        yield Task(objection.subject, what, url, objection.due_on, since, "bad")


def _approver(user: User) -> Iterator[Task]:
    funders = user.organizations_as(Role.APPROVER)
    if not funders:
        return
    projects = Project.objects.without_texts().filter(funder__in=funders)
    answered = ObjectionNote.objects.filter(kind=ObjectionNote.Kind.ANSWER).values("objection")
    heard = Q(answer_until__lt=clock.today()) | Q(pk__in=answered) | Q(project=None, examined_at__isnull=False)
    examined = Objection.objects.visible_to(user).filter(heard, ruling="", notice__call__funder__in=funders)
    for objection in examined.exclude(examined_by=user).select_related("project", "notice"):
        what, url = _("Rule on an objection"), objection.get_absolute_url()
        yield Task(objection.subject, what, url, objection.due_on, objection.examined_at, "bad")
    for project in projects.filter(state=State.IN_NOTICE, due_on__lt=clock.today()):
        yield Task(
            project.title,
            _("The notice is over: approve the award"),
            project.get_absolute_url(),
            None,
            project.state_since,
        )
    signed = projects.filter(state=State.APPROVED, agreement__group_signed_at__isnull=False)
    without_community = Q(agreement__has_community=True, agreement__community_signed_on__isnull=True)
    for project in signed.filter(agreement__funder_signed_at__isnull=True).exclude(without_community):
        url = reverse("projects:agreement_detail", args=[project.pk])
        yield _task(project, _("Countersign the agreement"), url)
    for tranche in _to_approve(funders):
        what = _("Approve instalment %(n)s") % {"n": tranche.ordinal}
        url = reverse("projects:tranche_step", args=[tranche.pk, "approve"])
        yield Task(tranche.project.title, what, url)


def _to_approve(funders: list[int]) -> Iterator[Tranche]:
    """The instalments asked for that can be approved now: not of a suspended project, nor behind a gate that has closed
    since. They come back by themselves."""
    asked = _tranches(Tranche.State.REQUESTED).filter(project__funder__in=funders, project__state__in=PAYABLE)
    facts = facts_of([tranche.project for tranche in asked])
    for tranche in asked:
        if all(check.is_open for check in gates_of(tranche, facts[tranche.project_id])):
            yield tranche


def _finance(user: User) -> Iterator[Task]:
    funders = user.organizations_as(Role.FINANCE)
    if not funders:
        return
    listed = Tranche.objects.to_be_listed().filter(project__funder__in=funders)
    for tranche in listed.select_related("project"):
        what = _("Pay instalment %(n)s: put it into a bank list") % {"n": tranche.ordinal}
        yield Task(tranche.project.title, what, reverse("projects:bank_list_create"))
    waiting = BankList.objects.filter(lines__outcome="", fund__funder__in=funders).annotate(n=Count("lines"))
    for one in waiting:
        what = ngettext("Read in what the bank says on %(n)s line", "Read in what the bank says on %(n)s lines", one.n)
        yield Task(one.number, what % {"n": one.n}, one.get_absolute_url(), None, one.made_at)
    unchecked = Project.objects.without_texts().filter(state=State.SUBMITTED, budget_checked_at__isnull=True)
    for project in unchecked.filter(funder__in=funders):
        url = reverse("projects:check_page", args=[project.pk]) + "#budget"
        yield _task(project, _("Check the budget"), url)


def _second_person(user: User) -> Iterator[Task]:
    """Corrections of a ledger that somebody else has asked for."""
    funders = user.organizations_as(Role.FINANCE, Role.APPROVER)
    if not funders:
        return
    asked = LedgerCorrection.objects.filter(is_approved__isnull=True, entry__fund__funder__in=funders)
    for correction in asked.exclude(asked_by=user).select_related("entry__fund"):
        url = reverse("grants:correction_decide", args=[correction.pk])
        what = _("Decide on a correction of the ledger")
        yield Task(correction.entry.fund.name, what, url, None, correction.asked_at)


def _mentor(user: User) -> Iterator[Task]:
    mine = user.organizations_as(Role.MENTOR)
    asked = CoachingRequest.objects.open().filter(
        organization__in=mine, project__state__in=[State.DRAFT, State.RETURNED]
    )
    for request in asked.select_related("project__call", "project__applicant"):
        url = reverse("projects:coaching_answer", args=[request.pk])
        due_on = clock.localdate(request.project.call.closes_at)
        what = _("%(group)s asks for coaching") % {"group": request.project.applicant}
        yield Task(request.project.title, what, url, due_on, request.asked_at)
    yield from mentoring_inbox.for_mentor(user)
    yield from mentoring_inbox.for_visitor(user)


def _returns(user: User) -> Iterator[Task]:
    """Money that has to come back: for whoever received it, and for the funder when its last day has passed."""
    payees = user.organizations_as(Role.MANAGER, Role.FINANCE)
    funders = user.organizations_as(Role.STAFF, Role.APPROVER)
    mine = Q(project__in=Project.objects.paid_through(payees).values("pk"))
    of_funder = Q(project__funder__in=funders, due_on__lt=clock.today(), breach=None)
    later = ReturnNotice.objects.filter(project=OuterRef("project"), issued_at__gt=OuterRef("issued_at"))
    found = ReturnNotice.objects.filter(mine | of_funder).filter(~Exists(later))
    for notice in found.select_related("project__call__fund", "project__settlement"):
        if not notice.left:
            continue
        funder_id, url = notice.project.funder_id, notice.get_absolute_url()
        if funder_id in funders:
            yield Task(notice.project.title, _("Money was not returned in time: decide"), url, None, None, "bad")
        else:
            what = _("Return %(amount)s yuan") % {"amount": yuan(notice.left)}
            yield Task(notice.project.title, what, url, notice.due_on, notice.issued_at, "bad", funder_id)


def _trouble(user: User) -> Iterator[Task]:
    """Warnings and talks: for the group to answer, come to and confirm; for the clerk to decide on and write down."""
    groups, funders = user.organizations_as(Role.MANAGER, Role.STAFF), user.organizations_as(Role.STAFF)
    warnings = WarningLetter.objects.open().select_related("project")
    for warning in warnings.filter(project__applicant__in=groups, answer=""):
        funder_id = warning.project.funder_id
        yield Task(
            warning.project.title, _("Answer a warning"), warning.get_absolute_url(), warning.answer_until,
            warning.issued_at, "bad", funder_id,
        )  # fmt: skip
    due = ~Q(answer="") | Q(answer_until__lt=clock.today())
    for warning in warnings.filter(due, project__funder__in=funders):
        what = _("Decide on an answered warning") if warning.answer else _("A warning was not answered: decide")
        yield Task(warning.project.title, what, warning.get_absolute_url(), None, warning.answered_at, "bad")
    talks = Talk.objects.filter(outcome="").select_related("project")
    for talk in talks.filter(project__applicant__in=groups):
        if not talk.is_recorded:
            yield Task(
                talk.project.title, _("Come to a talk"), talk.get_absolute_url(), talk.day, talk.called_at, "bad"
            )
        elif talk.confirmed_at is None and user.has_role(talk.project.applicant_id, Role.MANAGER):
            yield Task(talk.project.title, _("Confirm the record of a talk"), talk.get_absolute_url())
    for talk in talks.filter(project__funder__in=funders, planned_at__lte=clock.now()):
        if not talk.is_recorded:
            yield Task(talk.project.title, _("Write down a talk"), talk.get_absolute_url(), talk.day, talk.called_at)
        elif talk.agreed_until is None or talk.agreed_until <= clock.today():
            what = _("Say what became of a talk")
            yield Task(talk.project.title, what, talk.get_absolute_url(), talk.agreed_until, talk.recorded_at)
