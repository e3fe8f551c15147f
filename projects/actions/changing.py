"""A group wishes to change its plan: written, handed in, advised on by the mentor, decided by the funder."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.files import attach
from core.workdays import add_workdays
from core.workflow import Refused, Stale, advance, moved_on, permit, record
from people.models import Role, User
from projects.actions import agreements, payments, plan
from projects.actions.messages import tell_funder, tell_group, tell_mentors, tell_payee
from projects.change_problems import is_small, lowered, overlaps, problems
from projects.changes import ACCOUNT, current, parts_of
from projects.models import ChangeRequest, PlanVersion, Project
from projects.models.change_request import OPINION_WORKDAYS

Kind = ChangeRequest.Kind
OPPOSITES = {Kind.EXTENSION: Kind.TERMINATION, Kind.TERMINATION: Kind.EXTENSION}


def _base(project: Project) -> PlanVersion:
    """The plan in force, from which a request is written."""
    version = current(project)
    assert version is not None, "the award writes the first version"
    return version


@transaction.atomic
def begin_optimisation(project: Project) -> ChangeRequest:
    """The plan is to be finished before the agreement: opened by itself with the award, over the plan as it is."""
    return ChangeRequest.objects.create(
        project=project,
        kind=Kind.OPTIMISATION,
        base=_base(project),
        due_on=add_workdays(clock.today(), OPINION_WORKDAYS),
    )


@transaction.atomic
def begin_change(project: Project, kind: str, *, by: User) -> ChangeRequest:
    """Open a request, or go on with the one of this kind that is open. Only for a project under way."""
    locked = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    permit("projects.ask_for_change", by, locked)
    if kind not in Kind.values or kind == Kind.OPTIMISATION:
        raise LookupError(kind)
    if found := locked.change_requests.open().filter(kind=kind).first():
        return found
    change = ChangeRequest(project=locked, kind=kind, base=_base(locked), made_by=by)
    permit("projects.write_change", by, change)
    change.save()
    return change


@transaction.atomic
def ask_for_change(project: Project, kind: str, *, by: User, **written: Any) -> ChangeRequest:
    """Open a request with what `write_change` takes. Refused while another of its kind is open: two people may have
    had the empty form before them."""
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if project.change_requests.open().filter(kind=kind).exists():
        raise Refused(_("A request of this kind is under way. Another can be made when it is decided on."))
    return write_change(begin_change(project, kind, by=by), by=by, **written)


@transaction.atomic
def write_change(
    change: ChangeRequest, *, by: User, reason: str, wish: Mapping[str, Any], files: Iterable[UploadedFile] = ()
) -> ChangeRequest:
    """Keep what is wished; nothing of the project changes. Fields and tables that the kind may not touch are refused.

    A request that is written again is measured by the plan that is in force now.
    """
    locked = _locked(change)
    permit("projects.write_change", by, locked)
    fields, tables = parts_of(locked)
    strange = {*wish.get("fields", {})} - {*fields} | {*wish.get("tables", {})} - {*tables}
    if strange:
        raise Refused(_("This kind of change does not touch: %(names)s.") % {"names": "、".join(sorted(strange))})
    if not locked.is_optimisation:
        locked.base = _base(locked.project)
    locked.reason, locked.wish = reason, dict(wish)
    if locked.kind == Kind.ACCOUNT:
        before = {name: getattr(locked.project.payee, name) for name in ACCOUNT}
        locked.wish["other"] = {**wish.get("other", {}), "before": before}
    locked.save()
    for upload in files:
        attach(locked, upload, by=by, kind="change")
    change.refresh_from_db()
    return change


def _hold(change: ChangeRequest) -> None:
    """Nobody writes, decides or changes the plan meanwhile: the project is locked first, then the request. `Stale` when
    the request is not any more what `change` was read as: what is judged here is what is done afterwards."""
    locked = Project.objects.select_for_update(of=("self",)).select_related("call", "track", "applicant", "host")
    project = locked.get(pk=change.project_id)
    now = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if now.state != change.state:
        raise Stale(moved_on(now))
    if now.edition != change.edition:
        raise Stale(_("The request was written anew after you opened it. Please look at it again."))
    change.project = project


def _locked(change: ChangeRequest) -> ChangeRequest:
    locked = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=change.pk)
    locked.project = Project.objects.select_related("call", "track", "applicant", "host").get(pk=locked.project_id)
    return locked


@transaction.atomic
def hand_in(change: ChangeRequest, *, by: User, note: str = "") -> ChangeRequest:
    """Hand the request in. Consequences: a small shift within the call's tolerance is filed and in force at once; of
    everything else the mentor is asked for an opinion, or the funder for a decision where nobody coaches. A host is
    told that its account shall be another one."""
    _hold(change)
    permit("projects.hand_in_change", by, change)
    if reasons := problems(change):
        raise Refused(*reasons)
    if changed := overlaps(change):
        raise Refused(
            _("This has changed in the plan meanwhile: %(parts)s. Please look at the request and save it again.")
            % {"parts": "、".join(changed)}
        )
    _refuse_the_opposite(change)
    if is_small(change):
        return _file(change, by=by)
    advance(change, "hand_in", by=by, note=note)
    _tell_host(change, by)
    if change.project.mentors:
        tell_mentors(change.project, _("please give your opinion: %(kind)s") % {"kind": change.get_kind_display()})
    else:
        advance(change, "pass_on", by=None)
        _tell_who_decides(change)
    _log(change, "hand_in_change", by, _("Change handed in: %(kind)s"))
    return change


def _refuse_the_opposite(change: ChangeRequest) -> None:
    """Nobody asks for more time and for an early end at once."""
    kind = OPPOSITES.get(Kind(change.kind))
    read = (ChangeRequest.State.WITH_MENTOR, ChangeRequest.State.WITH_FUNDER)
    if kind and change.project.change_requests.filter(kind=kind, state__in=read).exists():
        said = _("A request for “%(kind)s” is open: withdraw it first, or wait until it is decided.")
        raise Refused(said % {"kind": kind.label})


def _file(change: ChangeRequest, *, by: User) -> ChangeRequest:
    advance(change, "file", by=by)
    plan.apply(change, PlanVersion.Kind.FILED, by=by, approved_by=None)
    _log(change, "file_change", by, _("Shift filed: %(kind)s"))
    subject = _("a small shift of the budget has been filed")
    tell_mentors(change.project, subject, body=change.reason)
    tell_funder(change.project, subject, body=change.reason)
    return change


def _log(change: ChangeRequest, name: str, by: User | None, label: str, note: str = "") -> None:
    """One line in the log of the project, beside that of the request."""
    said = label % {"kind": change.get_kind_display()}
    record(change.project, name, by=by, label=said[:120], note=note, change=change.pk)


def _tell_host(change: ChangeRequest, by: User) -> None:
    """The money of a hosted group goes to its host's account: the host hears of the wish, and the log says who did, or
    that whoever keeps the host's books wished it."""
    if not change.is_about_hosts_account:
        return
    host = change.project.payee
    subject = _("another account of %(host)s shall receive the money, please look at it") % {"host": host}
    if by.has_role(host.pk, Role.MANAGER, Role.FINANCE):
        record(change, "host_asks", by=by, label=_("Asked for by the host itself"))
    if told := tell_payee(change.project, subject, url=change.get_absolute_url(), apart_from=[by]):
        names = "、".join(person.name for person in told)
        record(change, "tell_host", by=None, label=_("The host was told"), note=names)


def _tell_host_of_end(change: ChangeRequest, subject: str, note: str, by: User) -> list[User]:
    """The host was asked to look at a wish for another account: it hears that nothing comes of it for now."""
    if not change.is_about_hosts_account:
        return []
    return tell_payee(change.project, subject, note, change.get_absolute_url(), apart_from=[by])


def _tell_who_decides(change: ChangeRequest) -> None:
    subject = _("to be decided: %(kind)s") % {"kind": change.get_kind_display()}
    if change.kind == Kind.ACCOUNT:
        tell_funder(change.project, subject, Role.FINANCE)
    tell_funder(change.project, subject, Role.STAFF if change.is_optimisation else Role.APPROVER)


@transaction.atomic
def advise(change: ChangeRequest, *, by: User, supports: bool, opinion: str) -> ChangeRequest:
    """The mentor's opinion: group and funder read it, the funder decides."""
    if not opinion.strip():
        raise Refused(_("Please write a few words: group and funder read them."))
    advance(change, "advise", by=by, supports=supports, opinion=opinion.strip())
    _log(change, "advise_on_change", by, _("Opinion of the mentor: %(kind)s"), note=opinion)
    tell_group(change.project, _("your mentor has given an opinion"), body=opinion, url=change.get_absolute_url())
    _tell_who_decides(change)
    return change


@transaction.atomic
def go_on(change: ChangeRequest, *, by: User, note: str) -> ChangeRequest:
    """The mentor has let the time pass: it goes to the funder without an opinion."""
    advance(change, "go_on", by=by, note=note)
    _tell_who_decides(change)
    return change


@transaction.atomic
def look_at_account(change: ChangeRequest, *, by: User, note: str) -> ChangeRequest:
    """The finance office has compared the new account with its proof; then the approver may decide."""
    _hold(change)
    locked = _locked(change)
    permit("projects.look_at_account", by, locked)
    if locked.state not in (ChangeRequest.State.WITH_MENTOR, ChangeRequest.State.WITH_FUNDER):
        raise Refused(
            _("There is nothing to look at: the state is “%(state)s”.") % {"state": locked.get_state_display()}
        )
    if not note.strip():
        raise Refused(_("Please say what you have checked."))
    locked.finance_by, locked.finance_at, locked.finance_note = by, clock.now(), note.strip()
    locked.save()
    record(locked, "look_at_account", by=by, label=_("Account looked at by finance"), note=note)
    tell_funder(locked.project, _("the new account has been checked"), Role.APPROVER, body=note)
    change.refresh_from_db()
    return change


@transaction.atomic
def approve(change: ChangeRequest, *, by: User, note: str = "", consents: bool = False) -> ChangeRequest:
    """Let it be so. Consequences: the project runs by a new version of the plan from today, the old one stays to be
    read; a finished plan makes the agreement; an early end moves the last day, and once it is there terminates
    the project and frees what is not yet paid.

    `consents`: what the wish lowers (targets, people served, money of others) is agreed to in so many words.
    """
    _hold(change)
    if lowered(change) and not consents:
        raise Refused(_("The wish lowers what was promised: please say that you agree to it."))
    if found := [*overlaps(change), *(problems(change) if change.kind != Kind.ACCOUNT else [])]:
        raise Refused(_("It does not fit the plan any more: return it to the group."), *found)
    if not change.project.is_funded or change.project.has_ended:
        raise Refused(_("The project has ended: there is nothing left to change."))
    advance(change, "approve", by=by, note=note, decision_note=note.strip())
    if change.kind == Kind.TERMINATION:
        last_day = date.fromisoformat(str(change.wish["other"]["stops_on"]))
        if last_day > clock.today():  # until then the work goes on; afterwards an approver is asked to end it
            payments.end_on(change.project, last_day)
        else:
            payments.terminate(change.project, by=by, note=note.strip() or change.reason, last_day=last_day)
    else:
        kind = PlanVersion.Kind.FINISHED if change.is_optimisation else PlanVersion.Kind.CHANGED
        plan.apply(change, kind, by=by, approved_by=by)
    _log(change, "approve_change", by, _("Change approved: %(kind)s"), note=note)
    if change.is_optimisation:
        agreements.draw_up(change.project, by=by)
    else:
        subject = _("approved: %(kind)s") % {"kind": change.get_kind_display()}
        tell_group(change.project, subject, body=note, apart_from=_tell_finance(change))
        tell_mentors(change.project, subject, body=note)
    return change


def _tell_finance(change: ChangeRequest) -> list[User]:
    """Whoever pays and whoever keeps the books of the payee hear of a new account; says who the latter are."""
    if change.kind != Kind.ACCOUNT:
        return []
    subject = _("from now on paid to a new account")
    tell_funder(change.project, subject, Role.FINANCE)
    return tell_payee(change.project, subject, url=change.get_absolute_url())


@transaction.atomic
def return_to_group(change: ChangeRequest, *, by: User, note: str) -> ChangeRequest:
    """Something is missing or unclear: the group reads what, and hands it in again."""
    advance(change, "return_to_group", by=by, note=note, decision_note=note.strip())
    subject = _("returned: %(kind)s") % {"kind": change.get_kind_display()}
    told = _tell_host_of_end(change, subject, note, by)
    tell_group(change.project, subject, body=note, url=change.get_absolute_url(), apart_from=told)
    return change


@transaction.atomic
def reject(change: ChangeRequest, *, by: User, note: str) -> ChangeRequest:
    """The plan stays as it is: group and mentor read why."""
    advance(change, "reject", by=by, note=note, decision_note=note.strip())
    _log(change, "reject_change", by, _("Change rejected: %(kind)s"), note=note)
    subject = _("rejected: %(kind)s") % {"kind": change.get_kind_display()}
    told = _tell_host_of_end(change, subject, note, by)
    tell_group(change.project, subject, body=note, url=change.get_absolute_url(), apart_from=told)
    tell_mentors(change.project, subject, body=note)
    return change


@transaction.atomic
def withdraw(change: ChangeRequest, *, by: User, note: str = "") -> ChangeRequest:
    """The group does not wish it any more; the others hear of it if they had read it. A host that withdraws it says
    why, and the group hears of it."""
    was_read = change.state in (ChangeRequest.State.WITH_MENTOR, ChangeRequest.State.WITH_FUNDER)
    is_own = by.has_role(change.project.applicant_id)
    if not is_own and not note.strip():
        raise Refused(_("Please say why: the group reads it."), at="note")
    advance(change, "withdraw", by=by, note=note)
    subject = _("withdrawn: %(kind)s") % {"kind": change.get_kind_display()}
    told = _tell_host_of_end(change, subject, note, by) if was_read else []
    if not is_own:
        tell_group(change.project, subject, body=note, url=change.get_absolute_url(), apart_from=[by, *told])
    if was_read:
        tell_funder(change.project, subject, body=note)
        tell_mentors(change.project, subject, body=note)
    return change
