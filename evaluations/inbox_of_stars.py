"""What waits for people around stars: the year's next step, explanations to read, appeals, warnings, honours."""

from collections.abc import Iterator

import rules
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.inbox import Task
from evaluations.models import (
    Caution,
    CautionProposal,
    CautionTalk,
    Delisting,
    Honour,
    Star,
    StarAppeal,
    StarYear,
)
from people.models import Role, User


def waiting_for(user: User) -> Iterator[Task]:
    for source in (_years, _explanations, _appeals, _proposals, _cautions, _talks, _delistings, _honours):
        yield from source(user)


def _years(user: User) -> Iterator[Task]:
    """The next step of a year, for whoever may take it."""
    mine = StarYear.objects.of_funders(user, Role.STAFF, Role.APPROVER)
    for year in mine.exclude(state__in=[StarYear.State.DRAFT, StarYear.State.PUBLISHED]):
        url = reverse("evaluations:star_year_detail", args=[year.pk])
        state, what, permission, due_on = year.state, "", "evaluations.keep_star_year", None
        if state == StarYear.State.ANNOUNCED and clock.today() > year.counts_until:
            what, permission = _("Calculate the stars"), "evaluations.calculate_stars"
            due_on = year.calculate_by
        elif state == StarYear.State.CALCULATED:
            what = _("Put the stars to notice")
        elif state == StarYear.State.NOTICE and year.notice_until and clock.today() > year.notice_until:
            if not year.appeals.filter(ruled_at__isnull=True).exists():
                what, permission = _("Confirm the stars"), "evaluations.confirm_stars"
        elif state == StarYear.State.CONFIRMED:
            what = _("Publish the stars")
        if what and rules.has_perm(permission, user, year):
            yield Task(year.title, what, url, due_on, year.state_since, funder_id=year.funder_id)


def _explanations(user: User) -> Iterator[Task]:
    """For the organisation: its explanation, until the notice ends or it has said that it has read it."""
    mine = user.organizations_as(Role.MANAGER, Role.STAFF)
    found = Star.objects.filter(organization__in=mine, year__state=StarYear.State.NOTICE, acknowledged_at=None)
    appealed = StarAppeal.objects.filter(star__organization__in=mine).values("star")
    found = found.filter(year__notice_until__gte=clock.today()).exclude(pk__in=appealed)
    for star in found.select_related("year"):
        what = _("Read how your stars came about; you can appeal")
        yield Task(star.name, what, star.get_absolute_url(), star.year.notice_until, star.year.state_since)


def _appeals(user: User) -> Iterator[Task]:
    funders = user.organizations_as(Role.STAFF, Role.APPROVER)
    found = StarAppeal.objects.open().filter(year__funder__in=funders, year__state=StarYear.State.NOTICE)
    for one in found.select_related("star", "year"):
        if rules.has_perm("evaluations.rule_on_star_appeal", user, one):
            what, url = _("Rule on the appeal against the stars"), one.get_absolute_url()
            yield Task(one.star.name, what, url, one.due_on, one.made_at, funder_id=one.year.funder_id)


def _proposals(user: User) -> Iterator[Task]:
    found = CautionProposal.objects.filter(
        answered_at__isnull=True, star__year__funder__in=user.organizations_as(Role.STAFF)
    )
    for one in found.select_related("star__year"):
        if rules.has_perm("evaluations.caution", user, one):
            what = _("Decide whether to warn: %(ground)s") % {"ground": one.get_ground_display()}
            yield Task(one.star.name, what, one.get_absolute_url(), None, one.made_at)


def _cautions(user: User) -> Iterator[Task]:
    """Answer, for the organisation; for the clerk what is answered, or should have been."""
    mine, clerk_of = user.organizations_as(Role.MANAGER, Role.STAFF), user.organizations_as(Role.STAFF)
    for one in Caution.objects.open().filter(organization__in=mine, answer="").select_related("organization"):
        title, url = one.organization.name, one.get_absolute_url()
        yield Task(title, _("Answer the warning"), url, one.answer_until, one.issued_at, "bad", one.funder_id)
    for one in Caution.objects.open().filter(funder__in=clerk_of).select_related("organization"):
        if (one.answer or one.is_overdue) and rules.has_perm("evaluations.caution", user, one):
            what = (
                _("Warning answered: lift it, or call to a talk") if one.answer else _("Warning not answered in time")
            )
            since = one.answered_at or one.issued_at
            yield Task(one.organization.name, what, one.get_absolute_url(), None, since, funder_id=one.funder_id)


def _talks(user: User) -> Iterator[Task]:
    heads, clerk_of = user.organizations_as(Role.MANAGER), user.organizations_as(Role.STAFF)
    unconfirmed = CautionTalk.objects.filter(recorded_at__isnull=False, confirmed_at__isnull=True, outcome="")
    for one in unconfirmed.filter(organization__in=heads).select_related("organization"):
        what, url = _("Confirm the record of the talk"), one.get_absolute_url()
        yield Task(one.organization.name, what, url, None, one.recorded_at)
    led = CautionTalk.objects.filter(funder__in=clerk_of, outcome="").select_related("organization")
    for one in led:
        url, title = one.get_absolute_url(), one.organization.name
        if not one.is_recorded and one.planned_at <= clock.now():
            yield Task(title, _("Write down the talk"), url, one.day, one.planned_at, funder_id=one.funder_id)
        elif one.is_recorded and one.agreed_until and one.agreed_until <= clock.today():
            what = _("See what became of the talk")
            yield Task(title, what, url, one.agreed_until, one.recorded_at, funder_id=one.funder_id)


def _delistings(user: User) -> Iterator[Task]:
    heads = user.organizations_as(Role.MANAGER)
    proposed = Delisting.objects.filter(state=Delisting.State.PROPOSED).select_related("organization")
    for one in proposed.filter(organization__in=heads, statement="", hear_until__gte=clock.today()):
        what, url = _("Say what you have to say to the delisting"), one.get_absolute_url()
        yield Task(one.organization.name, what, url, one.hear_until, one.proposed_at, "bad")
    for one in proposed.filter(funder__in=user.organizations_as(Role.APPROVER)):
        if one.was_heard and rules.has_perm("evaluations.decide_delisting", user, one):
            what, url = _("Decide on the delisting"), one.get_absolute_url()
            yield Task(one.organization.name, what, url, None, one.state_since, funder_id=one.funder_id)
    for one in Delisting.objects.visible_to(user).filter(ruled_at__isnull=True).exclude(appeal=""):
        if rules.has_perm("evaluations.rule_on_delisting", user, one):
            what, url = _("Rule on the appeal against the delisting"), one.get_absolute_url()
            yield Task(one.organization.name, what, url, one.ruling_due_on, one.appealed_at, "bad", one.funder_id)
    hanging = Delisting.objects.appealed().filter(funder__in=user.organizations_as(Role.STAFF, Role.APPROVER))
    for one in hanging.exclude(organization__in=list(user.roles)).select_related("organization"):
        if not one.has_somebody_to_rule:
            what, url = _("Nobody may rule on the appeal: have another approver appointed"), one.get_absolute_url()
            yield Task(one.organization.name, what, url, one.ruling_due_on, one.appealed_at, "bad", one.funder_id)


def _honours(user: User) -> Iterator[Task]:
    found = Honour.objects.filter(state=Honour.State.NOTICE, funder__in=user.organizations_as(Role.APPROVER))
    for one in found.filter(notice_until__lt=clock.today()).select_related("organization"):
        if rules.has_perm("evaluations.decide_honour", user, one):
            what, url = _("Decide on the honour: %(title)s") % {"title": one.title}, one.get_absolute_url()
            yield Task(one.organization.name, what, url, None, one.proposed_at, funder_id=one.funder_id)
