"""Makes the final accounts of a project from what is stored. The calculation itself is `projects.final_accounts`."""

from decimal import Decimal
from typing import Any

from projects.final_accounts import FinalAccounts, Income, Line
from projects.matching import proven_by_source
from projects.models import Audit, BudgetLine, Project
from projects.spending import keeps_books, last_account, spent
from projects.spending_plan import SpendingPlan

ZERO = Decimal("0.00")
SOURCES = ("own", "donated", "in_kind")


def audit_of(project: Project) -> Audit | None:
    """The audit that the finance office has confirmed."""
    return project.audits.accepted().prefetch_related("adjustments").first()


def needs_audit(project: Project) -> bool:
    """From the call's sum on; of a project that ended early what was paid counts."""
    floor = project.call.audit_from
    if floor is None:
        return False
    at_stake = project.amount_paid if project.state == "terminated" else project.amount_awarded or ZERO
    return at_stake >= floor and at_stake > 0


def recognisable(project: Project, audit: Audit | None) -> Decimal | None:
    """What the grant can bear by the books: the recognised payments less what the audit took off, at most the award.
    None where payments are not entered one by one: then the finance office says it."""
    if not keeps_books(project):
        return None
    return max(min(spent(project) - deducted_from_grant(project, audit), project.amount_awarded or ZERO), ZERO)


def recognised_so_far(project: Project, audit: Audit | None) -> Decimal | None:
    """What the grant bears as long as nobody has settled it: by the books, else as a report was accepted, less what the
    audit took off. None where neither says anything. The accounts and the desk of settlements show this one figure."""
    if not keeps_books(project) and last_account(project) is None:
        return None
    ended_early = project.state == "terminated"  # whose unpaid instalments are cancelled: nothing more is paid
    most = project.amount_paid if ended_early else project.amount_awarded or ZERO
    return max(min(spent(project) - deducted_from_grant(project, audit), most), ZERO)


def deducted_from_grant(project: Project, audit: Audit | None) -> Decimal:
    """What the audit took off the lines that this grant pays."""
    if audit is None:
        return ZERO
    if keeps_books(project):  # nothing is taken off a line of which nothing was spent
        granted = {one.line_key for one in project.expenses.all() if one.is_granted}
    else:
        granted = {line.key for line in SpendingPlan(project).lines if line.is_granted}
    return sum((one.amount for one in audit.adjustments.all() if one.line_key in granted), ZERO)


def final_accounts(project: Project, *, recognised: Decimal | None = None, lowered: Decimal = ZERO) -> FinalAccounts:
    """The accounts as of now. `recognised`: what the grant bears, once it is decided; before, what the books say."""
    audit = audit_of(project)
    if recognised is None:
        recognised = recognised_so_far(project, audit) or ZERO
    settlement = getattr(project, "settlement", None)
    account = project.account
    books = keeps_books(project)
    return FinalAccounts(
        lines=_lines(project, audit, books),
        income=_income(project, settlement),
        award=project.amount_awarded or ZERO,
        paid=project.amount_paid,
        recognised=recognised,
        returned=account.returned,
        interest=settlement.interest if settlement else ZERO,
        interest_returned=account.interest,
        lowered=lowered,
        whole=None if books else recognised + lowered,
    )


def _lines(project: Project, audit: Audit | None, books: bool) -> list[Line]:
    plan = SpendingPlan(project)
    recognised: dict[str, Decimal] = {}
    for expense in project.expenses.all():
        recognised[expense.line_key] = recognised.get(expense.line_key, ZERO) + expense.recognised
    deducted = {one.line_key: one.amount for one in audit.adjustments.all()} if audit else {}
    found = [
        Line(
            key=line.key,
            category=line.category,
            item=line.item,
            source=line.source,
            budget=line.original,
            adjusted=line.amount,
            recognised=recognised.get(line.key, ZERO) if books else None,
            deducted=deducted.get(line.key, ZERO) if books else ZERO,
        )
        for line in plan.lines
    ]
    return [*found, *_in_kind(project, plan)]


def _in_kind(project: Project, plan: SpendingPlan) -> list[Line]:
    """What was given in kind, in one line: it was planned by line, and proven as a whole."""
    now, first = _planned_in_kind(project, plan)
    given = proven_by_source(project)["in_kind"]
    if not (now or first or given):
        return []
    return [Line("in_kind", "in_kind", "", BudgetLine.Source.IN_KIND, first, now, given)]


def _planned_in_kind(project: Project, plan: SpendingPlan) -> tuple[Decimal, Decimal]:
    """What the plan promised in kind: now, and first."""
    if not plan.versions:
        amount = sum((line.accepted for line in project.budget_lines.all() if line.source == "in_kind"), ZERO)
        return amount, amount
    agreed = [version for version in plan.versions if version.kind in version.AGREED_FIRST] or plan.versions
    sums = [
        sum((row["amount"] for row in version.lines if row["source"] == "in_kind"), ZERO)
        for version in (plan.versions[-1], agreed[-1])
    ]
    return sums[0], sums[1]


def _income(project: Project, settlement: Any) -> list[Income]:
    """Each instalment, own money, donations, contributions in kind, and interest."""
    found = [
        Income(
            "grant",
            str(tranche.ordinal),
            tranche.agreed,
            tranche.amount if tranche.state in ("paid", "receipted") else ZERO,
            tranche.paid_on.isoformat() if tranche.paid_on and tranche.state in ("paid", "receipted") else "",
        )
        for tranche in project.tranches.all()
    ]
    planned = dict.fromkeys(SOURCES, ZERO)
    for line in project.budget_lines.all():
        if line.source in planned:
            planned[line.source] += line.amount
    came = proven_by_source(project)
    found += [
        Income(source, "", planned[source], came[source]) for source in SOURCES if planned[source] or came[source]
    ]
    if settlement is not None and settlement.interest:
        found.append(Income("interest", "", ZERO, settlement.interest))
    return found
