"""What waits for a person at the end of projects; a constant number of queries."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.inbox import Task
from people.models import Role, User
from projects.models import Project, State
from projects.settling_steps import ROLES, standings

TOLD_ELSEWHERE = {
    "pay_request",
    "pay_approve",
    "pay_pay",
    "pay_receipt",
    "return",
    "breach",
    "read",
    "evaluate",
    "expenses",
}
"""Steps that the list of things to do knows from instalments, notices, reports and payments already."""
WRITE_BEFORE = timedelta(days=14)
"""Two weeks before its last day a project begins its closing report; it is handed in within 15 days after (field guide
1.2, S15)."""
HAND_IN_WITHIN = timedelta(days=15)


def waiting_for(user: User) -> Iterator[Task]:
    yield from _funder(user)
    yield from _group(user)


def _funder(user: User) -> Iterator[Task]:
    funders = user.organizations_as(Role.STAFF, Role.APPROVER, Role.FINANCE)
    if not funders:
        return
    for one in standings(Project.objects.filter(funder__in=funders)):
        roles, step = ROLES.get(one.step.who, ()), one.step
        if (
            step.key in TOLD_ELSEWHERE
            or step.who == "group"
            or not roles
            or not user.has_role(one.project.funder_id, *roles)
        ):
            continue
        if step.key == "refund" and all(refund.recorded_by_id == user.pk for refund in one.project.refunds.all()):
            continue
        if step.key == "final":
            continue  # told where evaluations are
        yield Task(one.project.title, step.words, step.url, step.due_on, step.since, funder_id=one.project.funder_id)


def _group(user: User) -> Iterator[Task]:
    """The closing report in time, and the audit."""
    mine = user.organizations_as(Role.MANAGER, Role.STAFF)
    if not mine:
        return
    soon = clock.today() + WRITE_BEFORE
    running = Project.objects.filter(applicant__in=mine, state=State.RUNNING, midterm_passed_on__isnull=False)
    for project in running.filter(ends_on__lte=soon):
        assert project.ends_on is not None
        url = reverse("projects:closing_report_edit", args=[project.pk])
        due_on, what = project.ends_on + HAND_IN_WITHIN, _("Write the closing report and ask for closure")
        yield Task(project.title, what, url, due_on, None, funder_id=project.funder_id)
    own = Project.objects.filter(Q(applicant__in=mine) | Q(host__in=mine))
    for one in standings(own):
        if one.step.key == "audit":
            step = one.step
            yield Task(
                one.project.title, step.words, step.url, step.due_on, step.since, funder_id=one.project.funder_id
            )
