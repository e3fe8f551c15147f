"""Where a project stands between its request for closure and its archive: what is next, and whom it waits for.

Read for many projects at once; the page "结算", the list of things to do and the workbook are the same answer.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from grants.models import LedgerEntry
from grants.movements import Account
from people.models import Role
from projects.accounting import needs_audit, recognised_so_far
from projects.models import LeftOver, Project, State

ZERO = Decimal("0.00")
SETTLE_WITHIN = timedelta(days=21)
"""An account is settled within three weeks (field guide 1.2)."""
ACT_WITHIN = timedelta(days=7)
ARRANGE_WITHIN = timedelta(days=30)
"""An evaluation is arranged within a month of the day on which it became due (field guide 1.2, S13 and S15)."""
READ = ("", "final_accounts", "archive_file", "audit_detail", "report_detail", "return_notice_detail")
"""Pages of steps that are there to be read; the others are forms, and open only for whom they wait for."""
ROLES = {
    "clerk": (Role.STAFF,),
    "approver": (Role.APPROVER,),
    "finance": (Role.FINANCE,),
    "second": (Role.STAFF, Role.APPROVER, Role.FINANCE),
    "group": (Role.STAFF, Role.FINANCE),
}
"""Who of the funder does a step; what waits for the group (an audit) clerk and finance office may hand in as well."""
PARTS = (
    "tranches", "reports", "expenses", "audits__adjustments", "return_notices", "refunds", "settlement__left_overs",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """The next thing to do: what, by whom, where, until when. `who`: group, payee, clerk, approver, finance, second,
    evaluator; empty when everything is done. `is_read`: its page is one that everybody around the project reads."""

    key: str
    words: str
    who: str = ""
    url: str = ""
    due_on: date | None = None
    since: datetime | None = None
    is_read: bool = True


@dataclass(frozen=True)
class Standing:
    """One project at its end, with its amounts in yuan."""

    project: Any
    step: Step
    recognised: Decimal | None
    to_pay: Decimal | None
    to_return: Decimal | None
    returned: Decimal
    interest: Decimal
    needs_audit: bool

    @property
    def is_settled(self) -> bool:
        """The finance office has decided what is recognised; before, it is what books or report say."""
        return self.to_pay is not None

    @property
    def due(self) -> Decimal:
        """What has still to come back."""
        return (self.to_return or ZERO) - self.returned + self.interest

    @property
    def is_late(self) -> bool:
        return self.step.due_on is not None and self.step.due_on < clock.today()


def at_their_end(projects: QuerySet[Project]) -> QuerySet[Project]:
    """Asked for closure, ended early and not filed, or being settled; what is archived is not here any more."""
    going = Q(state__in=[State.CLOSING, State.FINAL, State.SETTLING])
    ended = Q(state=State.TERMINATED, archive_file__isnull=True, amount_awarded__isnull=False)
    places = [
        State.CLOSING,
        State.FINAL,
        State.SETTLING,
        State.TERMINATED,
    ]  # said once more, so that an index leads there
    return projects.filter(going | ended, state__in=places)


def standings(projects: QuerySet[Project]) -> list[Standing]:
    """Where each of them stands, in a constant number of queries; who waits longest comes first."""
    related = ("call__funder", "applicant", "host", "settlement", "archive_file")
    found = list(at_their_end(projects).select_related(*related).prefetch_related(*PARTS).order_by("state_since", "pk"))
    numbers = [project.number for project in found if project.number]
    accounts = LedgerEntry.objects.filter(reference__in=numbers).accounts()
    return [_standing(project, accounts.get(project.number, Account())) for project in found]


def _standing(project: Project, account: Account) -> Standing:
    settlement = getattr(project, "settlement", None)
    audit = next((one for one in project.audits.all() if one.is_accepted), None)
    recognised = settlement.recognised if settlement else recognised_so_far(project, audit)
    interest = ZERO
    if settlement:
        bore = (one.amount for one in settlement.left_overs.all() if one.kind == LeftOver.Kind.INTEREST)
        interest = sum(bore, ZERO) - account.interest
    facts = Standing(
        project=project,
        step=Step("", ""),
        recognised=recognised,
        to_pay=max(settlement.recognised - project.amount_paid, ZERO) if settlement else None,
        to_return=max(project.amount_paid - settlement.recognised, ZERO) if settlement else None,
        returned=account.returned,
        interest=interest,
        needs_audit=needs_audit(project),
    )
    return Standing(**(vars(facts) | {"step": _next(facts)}))


def _next(facts: Standing) -> Step:
    project = facts.project
    early = _before_the_account(project)
    return early or _account(facts) or _instalments(project) or _returns(facts) or _file(project)


def _step(
    project: Project, key: str, words: str, who: str, name: str = "", due_on: date | None = None, args=()
) -> Step:
    url = reverse(f"projects:{name}", args=args or [project.pk]) if name else project.get_absolute_url()
    due_on = due_on or clock.localdate(project.state_since) + SETTLE_WITHIN
    return Step(key, words, who, url, due_on, project.state_since, name in READ)


def may_open(standing: Standing, user: Any) -> bool:
    """Whether the page of the next step opens for somebody of the funder: a link to a refusal helps nobody."""
    roles = ROLES.get(standing.step.who, ())
    return standing.step.is_read or bool(roles and user.has_role(standing.project.call.funder_id, *roles))


def _before_the_account(project: Project) -> Step | None:
    closing = [one for one in project.reports.all() if one.kind == "closing"]
    if project.state == State.CLOSING:
        if closing and closing[-1].accepted_at is None:
            return _step(project, "read", _("Read the closing report"), "clerk", "report_detail", args=[closing[-1].pk])
        until = clock.localdate(project.state_since) + ARRANGE_WITHIN
        return _step(project, "final", _("Open final evaluation"), "clerk", due_on=until)
    if project.state == State.FINAL:
        return _step(project, "evaluate", _("Final evaluation"), "evaluator")
    return None


def _account(facts: Standing) -> Step | None:
    project = facts.project
    if any(one.state == "handed_in" for one in project.expenses.all()) and not hasattr(project, "settlement"):
        return _step(project, "expenses", _("Decide on the last payments"), "clerk", "spending_check")
    waiting = next((one for one in project.audits.all() if one.is_open), None)
    if waiting is not None:
        return _step(project, "audit_look", _("Confirm the audit"), "finance", "audit_detail", args=[waiting.pk])
    if facts.needs_audit and not any(one.is_accepted for one in project.audits.all()):
        return _step(project, "audit", _("Hand in the audit report"), "group", "audit_create")
    confirmed = next((one.pk for one in project.audits.all() if one.is_accepted), None)
    if not hasattr(project, "settlement") or project.settlement.audit_id != confirmed:
        return _step(project, "settle", _("Settle the account"), "finance", "settlement_edit")
    return None


def _instalments(project: Project) -> Step | None:
    if project.state == State.TERMINATED:
        return None
    closing = [one for one in project.reports.all() if one.kind == "closing"]
    if closing and closing[-1].accepted_at is None:
        return _step(project, "read", _("Read the closing report"), "clerk", "report_detail", args=[closing[-1].pk])
    by_state = {
        "planned": (_("Request the last instalment"), "clerk", "request"),
        "reversed": (_("Request the last instalment"), "clerk", "request"),
        "requested": (_("Approve the last instalment"), "approver", "approve"),
        "approved": (_("Pay the last instalment"), "finance", "pay"),
        "paid": (_("Confirm the receipt of the last instalment"), "payee", "receipt"),
    }
    for tranche in project.tranches.all():
        if tranche.state in by_state:
            words, who, name = by_state[tranche.state]
            return _step(project, f"pay_{name}", words, who, "tranche_step", args=[tranche.pk, name])
    return None


def _returns(facts: Standing) -> Step | None:
    project = facts.project
    if facts.due > 0:
        notices = list(project.return_notices.all())
        if not notices or notices[0].amount < facts.due:
            return _step(project, "notice", _("Ask for what is left"), "finance", "return_notice_create")
        latest = notices[0]
        if latest.due_on < clock.today():
            words = _("Money was not returned in time: decide")
            return _step(project, "breach", words, "approver", "return_notice_detail", latest.due_on, [latest.pk])
        words = _("Return what is left")
        return _step(project, "return", words, "payee", "return_notice_detail", latest.due_on, [latest.pk])
    if any(one.confirmed_at is None for one in project.refunds.all()):
        return _step(project, "refund", _("Confirm what came back"), "second", "final_accounts")
    return None


def _file(project: Project) -> Step:
    if not hasattr(project, "archive_file"):
        return _step(project, "file", _("Confirm the file"), "clerk", "archive_file")
    return _step(
        project, "complete", _("Complete and archive"), "finance", "project_step", args=[project.pk, "complete"]
    )
