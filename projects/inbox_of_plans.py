"""What waits for a person with agreements and changes of plans; a part of `projects.inbox`."""

from collections.abc import Collection, Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.inbox import Task
from people.models import Organization, Role, User
from projects.models import Agreement, ChangeRequest, Part, Project, State
from projects.models.state import UNDER_WAY
from projects.plan_rules import CHANGEABLE

Changes = ChangeRequest.State


def waiting_for(user: User) -> list[Task]:
    """A constant number of queries, whatever waits."""
    return [*_group(user), *_mentor(user), *_clerk(user), *_deciders(user)]


def _task(change: ChangeRequest, what: str, *, where: str = "change_detail") -> Task:
    project = change.project
    url = reverse(f"projects:{where}", args=[change.pk])
    return Task(project.title, what, url, change.due_on, change.state_since, funder_id=project.funder_id)


def _changes(*states: str):
    return ChangeRequest.objects.filter(state__in=states).select_related("project")


def _no_stake(user: User, *states: str):
    """Of calls in which this person competes with nobody: else it is not theirs to decide."""
    return _changes(*states).exclude(project__call__in=Project.objects.staked_by(user).values("call"))


def _may_decide(change: ChangeRequest, user: User, decides: Collection[int], competes: Collection[int]) -> bool:
    project = change.project
    return project.funder_id in decides and project.call_id not in competes and change.finance_by_id != user.pk


def _group(user: User) -> Iterator[Task]:
    mine = user.organizations_as(Role.MANAGER, Role.STAFF)
    if not mine:
        return
    in_time = Q(kind="finish", project__state=State.APPROVED) | Q(project__state__in=CHANGEABLE)
    in_time |= Q(kind="account", project__state__in=UNDER_WAY)
    for change in _changes(Changes.DRAFT, Changes.RETURNED).filter(in_time, project__applicant__in=mine):
        if change.state == Changes.RETURNED:
            yield _task(change, _("Mend and hand in again: %(kind)s") % {"kind": change.get_kind_display()})
        elif change.is_optimisation:
            yield _task(change, _("Finish the plan before the agreement"), where="change_edit")
        elif change.wish:  # saved, and easily taken for handed in
            yield _task(change, _("Hand in the request: %(kind)s") % {"kind": change.get_kind_display()})
    copies = Agreement.objects.filter(
        Q(project__applicant__in=mine) | Q(project__host__in=mine),
        project__state=State.APPROVED, asks_for_copy=True, copy__isnull=True, funder_signed_at__isnull=False,
    )  # fmt: skip
    for agreement in copies.select_related("project"):
        what = _("Upload the scan of the signed agreement")
        yield _of(agreement.project, what, agreement.funder_signed_at)


def _of(project: Project, what: str, since) -> Task:
    url = reverse("projects:agreement_detail", args=[project.pk])
    return Task(project.title, what, url, project.due_on, since, funder_id=project.funder_id)


def _mentor(user: User) -> Iterator[Task]:
    coached = user.participations.current().filter(part=Part.MENTOR).values("project")
    for change in _changes(Changes.WITH_MENTOR).filter(project__in=coached):
        yield _task(change, _("Give your opinion: %(kind)s") % {"kind": change.get_kind_display()})


def _clerk(user: User) -> Iterator[Task]:
    if not user.organizations_as(Role.STAFF):
        return
    funders = list(Organization.objects.funders_of(user, Role.STAFF).values_list("pk", flat=True))
    if not funders:
        return
    for change in _no_stake(user, Changes.WITH_FUNDER).filter(kind="finish", project__funder__in=funders):
        yield _task(change, _("Look at the finished plan and confirm it"))
    silent = _no_stake(user, Changes.WITH_MENTOR).filter(due_on__lt=clock.today(), project__funder__in=funders)
    for change in silent:
        yield _task(change, _("The mentor has not answered: go on without an opinion"))
    unsigned = Agreement.objects.filter(project__state=State.APPROVED, project__funder__in=funders)
    for agreement in unsigned.select_related("project", "copy"):
        if agreement.has_community and agreement.group_signed_at and not agreement.community_signed_on:
            yield _of(agreement.project, _("Get the signature of the community"), agreement.group_signed_at)
        if agreement.copy and agreement.copy.uploaded_by_id != user.pk:
            what = _("Look whether the scan of the agreement is complete")
            yield _of(agreement.project, what, agreement.copy.at)
    overdue = Project.objects.filter(state=State.APPROVED, due_on__lt=clock.today(), funder__in=funders)
    for project in overdue:
        what = _("Not signed in time: give more time, or forfeit the award")
        yield Task(project.title, what, project.get_absolute_url(), project.due_on, project.state_since, "bad")


def _deciders(user: User) -> Iterator[Task]:
    pays, decides = user.organizations_as(Role.FINANCE), user.organizations_as(Role.APPROVER)
    if not pays and not decides:
        return
    yield from _ending(decides)
    waiting = _changes(Changes.WITH_FUNDER).filter(project__funder__in={*pays, *decides})
    competes = set(Project.objects.staked_by(user).values_list("call", flat=True))
    for change in waiting.exclude(kind="finish"):
        unseen = change.kind == ChangeRequest.Kind.ACCOUNT and change.finance_at is None
        if unseen and change.project.funder_id in pays:
            yield _task(change, _("Check the new account"))
        elif not unseen and _may_decide(change, user, decides, competes):
            yield _task(change, _("Decide: %(kind)s") % {"kind": change.get_kind_display()})


def _ending(decides: Collection[int]) -> Iterator[Task]:
    """An early end was approved for a day that has passed now: whoever approves ends the project."""
    over = ChangeRequest.objects.filter(kind=ChangeRequest.Kind.TERMINATION, state=Changes.APPROVED)
    over = over.filter(project__state__in=UNDER_WAY, project__ends_on__lt=clock.today())
    for change in over.filter(project__funder__in=decides).select_related("project"):
        project = change.project
        url = reverse("projects:project_step", args=[project.pk, "terminate"])
        what = _("The early end is there: end the project")
        yield Task(project.title, what, url, project.ends_on, change.state_since, funder_id=project.funder_id)
