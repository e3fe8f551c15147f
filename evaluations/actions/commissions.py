"""Charging evaluator organisations: whole calls or chosen projects, for a term, and what ties them to a project."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workflow import Refused, permit, record
from evaluations.conflicts import organization_ties
from evaluations.models import Commission, CommissionTie
from grants.models import Call
from people.models import Kind, Organization, Role, User
from projects.actions.messages import holders, tell_funder_of_call
from projects.actions.people import end_parts_of, prolong_parts_of
from projects.models import Part, Project
from projects.models.state import ENDED, FUNDED

Scope = Commission.Scope


@transaction.atomic
def commission(
    call: Call,
    organization: Organization,
    *,
    by: User,
    since: date,
    until: date,
    scope: str = Scope.BOTH,
    projects: Collection[Project] = (),
) -> Commission:
    """Charge an evaluator organisation with the evaluations of a call, or with those of chosen projects, for a term.

    Refused for chosen projects to which the organisation itself is tied. Of a whole call those projects are left out
    until a clerk has decided on each (`decide_tie`). The heads of the organisation are told.
    """
    permit("evaluations.commission", by, call)
    call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if organization.kind != Kind.EVALUATOR:
        raise Refused(_("%(name)s is not an evaluator organisation.") % {"name": organization})
    if until < since:
        raise Refused(_("It must end after it begins."))
    if any(project.call_id != call.pk for project in projects):
        raise Refused(_("Only projects of this call can be chosen."))
    _refuse_twice(call, organization, scope, projects, since, until)
    if projects and (tied := organization_ties([organization], projects)):
        names = {project.pk: project.title for project in projects}
        raise Refused(
            *(
                _("“%(title)s” cannot be evaluated by %(name)s: it %(reason)s.")
                % {"title": names[pk], "name": organization, "reason": "; ".join(map(str, reasons))}
                for (_organization, pk), reasons in tied.items()
            )
        )
    made = Commission.objects.create(
        call=call,
        organization=organization,
        scope=scope,
        is_whole_call=not projects,
        since=since,
        until=until,
        commissioned_by=by,
    )
    made.projects.set(projects)
    label = _("Evaluator commissioned: %(name)s") % {"name": organization}
    record(call, "commission", by=by, label=label, since=str(since), until=str(until), scope=scope)
    look_for_ties([made])
    _tell_heads(made, _("You are commissioned with the evaluation of “%(call)s”") % {"call": call.title})
    return made


def _refuse_twice(
    call: Call, organization: Organization, scope: str, projects: Collection[Project], since: date, until: date
) -> None:
    """Nothing is charged to the same organisation twice at the same time."""
    running = call.commissions.filter(organization=organization, since__lte=until, until__gte=since)
    wanted = {project.pk for project in projects}
    for earlier in running.prefetch_related("projects"):
        if Scope.BOTH not in (scope, earlier.scope) and scope != earlier.scope:
            continue
        chosen = {project.pk for project in earlier.projects.all()}
        if earlier.is_whole_call or not wanted or wanted & chosen:
            raise Refused(_("%(name)s is commissioned with this already: extend its term.") % {"name": organization})


def _tell_heads(commission: Commission, subject: str, body: str = "") -> None:
    heads = holders(commission.organization_id, Role.MANAGER)
    notify(heads, subject=subject, body=body, url=commission.get_absolute_url())


def _locked(commission: Commission) -> Commission:
    return (
        Commission.objects.select_for_update(of=("self",)).select_related("call", "organization").get(pk=commission.pk)
    )


@transaction.atomic
def extend(commission: Commission, *, by: User, until: date, reason: str) -> Commission:
    """A later last day, with a reason; whoever was sent sees the projects until then."""
    permit("evaluations.change_commission", by, commission)
    locked = _locked(commission)
    if until <= locked.until or until < clock.today():
        raise Refused(_("The new last day must lie after the present one, and not in the past."))
    before, after = (day + timedelta(days=1) for day in (locked.until, until))  # the first day on which it is over
    _change_term(locked, until, by=by, reason=reason, label=_("Commission extended until %(day)s: %(name)s"))
    prolong_parts_of(_projects(locked), locked.organization, Part.EVALUATOR, before=before, until=after)
    return locked


@transaction.atomic
def end_early(commission: Commission, *, by: User, until: date, reason: str) -> Commission:
    """An earlier last day, with a reason: yesterday ends it at once. What the evaluators have handed in stays; what is
    not finished is handed over to another organisation."""
    permit("evaluations.change_commission", by, commission)
    locked = _locked(commission)
    if not locked.since <= until < locked.until:
        raise Refused(_("The new last day must lie before the present one, and not before the commission begins."))
    if until < clock.today() - timedelta(days=1):
        raise Refused(_("It can end yesterday at the earliest: what was done until now was done in its term."))
    _change_term(locked, until, by=by, reason=reason, label=_("Commission ends on %(day)s: %(name)s"))
    end_parts_of(_projects(locked), locked.organization, Part.EVALUATOR, until=until + timedelta(days=1))
    return locked


def _projects(commission: Commission) -> list[Project]:
    return [one.project for one in commission.evaluations.select_related("project")]


def _change_term(commission: Commission, until: date, *, by: User, reason: str, label: str) -> None:
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    before, commission.until = commission.until, until
    commission.save(update_fields=["until"])
    said = label % {"day": until, "name": commission.organization}
    record(commission.call, "change_commission", by=by, label=said, note=reason.strip(), before=str(before))
    _tell_heads(commission, said, reason.strip())


@transaction.atomic
def look_for_ties(
    commissions: Iterable[Commission], projects: Collection[Project] | None = None
) -> list[CommissionTie]:
    """Write down what ties these organisations to the projects charged to them, and tell the clerks what is new.

    What was decided to be no conflict is not asked again; a new tie is."""
    opened = []
    for commission in commissions:
        known = {tie.project_id: tie for tie in commission.ties.select_for_update()}
        charged = charged_projects(commission) if projects is None else list(projects)
        found = organization_ties([commission.organization], charged)
        for project in charged:
            reasons = found.get((commission.organization_id, project.pk), [])
            tie = known.get(project.pk)
            new = [reason for reason in reasons if tie is None or reason.key not in tie.keys]
            if not new:
                continue
            said = [asdict(reason) for reason in new]
            if tie is None:
                tie = CommissionTie.objects.create(commission=commission, project=project, reasons=said)
            else:
                tie.reasons = [*tie.reasons, *said]
                tie.decision, tie.reason, tie.decided_by, tie.decided_at = "", "", None, None
                tie.save()
            opened.append(tie)
        if opened:
            subject = _("%(name)s: decide on conflicts of interest") % {"name": commission.organization}
            body = "\n".join(_(": ").join((tie.project.title, str(tie.found))) for tie in opened)
            tell_funder_of_call(commission.call, subject, body=body, url=commission.get_absolute_url())
    return opened


def charged_projects(commission: Commission) -> list[Project]:
    """The awarded projects it is charged with, also those that a tie keeps from it."""
    chosen = commission.call.projects.all() if commission.is_whole_call else commission.projects.all()
    return list(chosen.filter(state__in=FUNDED).exclude(state__in=ENDED).order_by("number"))


@transaction.atomic
def decide_tie(tie: CommissionTie, *, by: User, keeps: bool, reason: str) -> CommissionTie:
    """A clerk says what a tie of the organisation means: somebody else evaluates the project, or it is no conflict.

    Left out in the middle of an evaluation, it is to be handed over to another organisation."""
    locked = CommissionTie.objects.select_for_update(of=("self",)).select_related("commission__call").get(pk=tie.pk)
    permit("evaluations.change_commission", by, locked.commission)
    if locked.decision:
        raise Refused(_("This has been decided already."))
    if not reason.strip():
        raise Refused(_("Please give the reason: an auditor will read it."))
    locked.decision = CommissionTie.Decision.KEEPS if keeps else CommissionTie.Decision.LEFT_OUT
    locked.reason, locked.decided_by, locked.decided_at = reason.strip()[:300], by, clock.now()
    locked.save()
    words = {"name": locked.commission.organization, "decision": locked.get_decision_display()}
    label = _("Conflict of interest of %(name)s: %(decision)s") % words
    record(locked.project, "commission_tie_decided", by=by, label=label[:120], note=locked.reason)
    return locked


def covering(project: Project, purpose: str) -> list[Commission]:
    """The commissions whose term runs today and that are charged with this evaluation, without those that a tie keeps
    from it."""
    found = project.call.commissions.current().select_related("organization").prefetch_related("projects", "ties")
    return [one for one in found if purpose in one.purposes and covers(one, project)]


def covers(commission: Commission, project: Project) -> bool:
    if not commission.is_whole_call and project not in commission.projects.all():
        return False
    barring = (tie for tie in commission.ties.all() if tie.decision != CommissionTie.Decision.KEEPS)
    return all(tie.project_id != project.pk for tie in barring)
