"""Gathers what `projects.expense_rules` asks about payments: a constant number of questions, however many there are."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count
from django.utils.translation import gettext as _

from core import clock
from core.models import Attachment
from people.models import Membership
from projects.expense_rules import Finding, check, name_key
from projects.expense_terms import FORBIDDEN, LECTURE_LIMITS, Elsewhere, Lecture, Limit, Outlay, Room, Terms
from projects.models import Expense, Project
from projects.spending_account import Payment, room, taken_before, with_tolerance
from projects.spending_plan import SpendingPlan

ZERO = Decimal("0.00")
CLAIMED = (Expense.State.HANDED_IN, Expense.State.RECOGNISED)


def terms_of(project: Project) -> Terms:
    """The rules of a project and its call."""
    call = project.call
    rules = list(call.budget_rules.all())
    limits = dict(LECTURE_LIMITS)
    for rule in rules:
        if rule.rank and rule.metric == "unit_price" and rule.category in ("", "training") and rule.value is not None:
            limits[rule.rank] = Limit(rule.value, rule.legal_basis)
    agreement = getattr(project, "agreement", None)
    signed = agreement.funder_signed_at if agreement and agreement.is_signed else None
    return Terms(
        first_day=project.starts_on or date.min,
        last_day=project.ends_on or date.max,
        signed_on=clock.localdate(signed) if signed else None,
        cash_limit=call.cash_limit,
        volunteer_limit=call.volunteer_limit,
        basis=call.spending_basis,
        lecture=limits,
        forbidden=[rule for rule in rules if rule.metric == "forbidden"] or FORBIDDEN,
        own_names=own_names(project),
    )


def own_names(project: Project) -> frozenset[str]:
    """The group, its host, everybody who works in either, and the team of the proposal."""
    held = Membership.objects.current().filter(organization__in=[project.applicant_id, project.host_id or 0])
    names = {project.applicant.name, project.applicant.legal_representative, project.leader}
    if project.host:
        names |= {project.host.name, project.host.legal_representative}
    names |= set(held.values_list("user__name", flat=True)) | set(project.team.values_list("name", flat=True))
    return frozenset(name_key(name) for name in names if name) - {""}


def payment(expense: Expense) -> Payment:
    """What `spending_account` reads of an expense; one that is not stored yet comes last of its day."""
    return Payment(
        pk=expense.pk or 10**18,
        line_key=expense.line_key,
        spent_on=expense.spent_on,
        amount=expense.amount,
        recognised=expense.recognised,
        state=expense.state,
        is_granted=expense.is_granted,
    )


class ExpenseBook:
    """All payments of one project with its plan and rules: says what is wrong with each, and what still fits."""

    def __init__(self, project: Project):
        self.project = project
        self.plan = SpendingPlan(project)

    @cached_property
    def expenses(self) -> list[Expense]:
        return list(self.project.expenses.select_related("activity", "entered_by", "decided_by"))

    @cached_property
    def payments(self) -> list[Payment]:
        return [payment(one) for one in self.expenses]

    @cached_property
    def terms(self) -> Terms:
        return terms_of(self.project)

    @cached_property
    def files(self) -> dict[int, int]:
        kind = ContentType.objects.get_for_model(Expense)
        found = Attachment.objects.filter(content_type=kind, object_id__in=[one.pk for one in self.expenses])
        return dict(found.order_by().values_list("object_id").annotate(n=Count("pk")))

    def elsewhere(self, expenses: Iterable[Expense]) -> dict[str, list[tuple[int, Elsewhere]]]:
        """Payments with the same invoice numbers, of any project, by number."""
        keys = {one.invoice_key for one in expenses} - {""}
        found: dict[str, list[tuple[int, Elsewhere]]] = {}
        for other in Expense.objects.that_count().filter(invoice_key__in=keys):
            same, claimed = other.project_id == self.project.pk, other.state in CLAIMED
            known = Elsewhere(other.pk, same, other.amount, other.sold_by, other.seller_code, claimed)
            found.setdefault(other.invoice_key, []).append((other.pk, known))
        return found

    def findings(self, expenses: Sequence[Expense], *, files: int | None = None) -> dict[int, list[Finding]]:
        """What is wrong with each of these payments, by id; `files` for one that is not stored yet."""
        others = self.elsewhere(expenses)
        found = {}
        for one in expenses:
            known = self.files.get(one.pk, 0) if files is None else files
            lectures = [
                Lecture(other.spent_on, other.payee, other.course, other.lessons or ZERO)
                for other in self.expenses
                if other.pk != one.pk and other.lessons and other.state != Expense.State.REFUSED
            ]
            mine = one.pk or 10**18
            # Of two drafts here the earlier may go ahead: only what was entered before stands in the way.
            twins = [
                other
                for pk, other in others.get(one.invoice_key, [])
                if pk != one.pk and (other.is_claimed or (other.same_project and pk < mine))
            ]
            found[one.pk] = check(
                self.outlay(one, known), self.terms, self.room(one), elsewhere=twins, lectures=lectures
            )
        return found

    @staticmethod
    def outlay(one: Expense, files: int) -> Outlay:
        return Outlay(
            spent_on=one.spent_on,
            amount=one.amount,
            category=one.category,
            summary=one.summary,
            payee=one.payee,
            is_granted=one.is_granted,
            method=one.method,
            invoice=one.invoice_key,
            seller=one.sold_by,
            seller_code=one.seller_code,
            rank=one.rank,
            lessons=one.lessons,
            half_days=one.half_days,
            course=one.course,
            people=one.people,
            tax=one.tax,
            files=files,
        )

    def room(self, one: Expense) -> Room:
        """What the plan of that day leaves for it, after the payments before it."""
        planned = self.plan.amount_on(one.line_key, one.spent_on)
        mine = payment(one)
        tolerance = self.project.call.line_tolerance
        known = Room(tolerance=tolerance, is_planned=planned is not None, award=self._award_left(mine))
        taken = taken_before(mine, self.payments)

        def left(amount: Decimal) -> Decimal:
            return max(with_tolerance(amount, tolerance) - taken, ZERO)

        if planned is None or one.amount > left(planned):
            later = (day for day, amount in self.plan.later(one.line_key, one.spent_on) if one.amount <= left(amount))
            known = replace(known, allowed_from=next(later, None))
        return known if planned is None else replace(known, line=left(planned), planned=planned)

    def _award_left(self, mine: Payment) -> Decimal | None:
        if self.project.amount_awarded is None:
            return None
        here = (mine.spent_on, mine.pk)
        before = (one for one in self.payments if one.is_granted and one.pk != mine.pk)
        taken = sum((one.takes for one in before if (one.spent_on, one.pk) < here), ZERO)
        return max(self.project.amount_awarded - taken, ZERO)

    def recognisable(self, one: Expense) -> Decimal:
        """The most that can be recognised of a payment now: within its line on its day, and within the award."""
        others = [(p.spent_on, p.recognised) for p in self.payments if p.line_key == one.line_key and p.pk != one.pk]
        tolerance = self.project.call.line_tolerance

        def cap(day: date) -> Decimal:
            return with_tolerance(self.plan.amount_on(one.line_key, day) or ZERO, tolerance)

        most = [one.amount, room(one.spent_on, others, cap)]
        if one.is_granted:
            whole = sum((p.recognised for p in self.payments if p.is_granted and p.pk != one.pk), ZERO)
            most.append(max((self.project.amount_awarded or ZERO) - whole, ZERO))
        return min(most)

    def line_label(self, key: str) -> str:
        line = self.plan.by_key.get(key)
        return line.item if line else _("a line that is not in the plan any more")


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.blocks]


def with_links(findings: Iterable[Finding], *, sees_others: bool) -> list[Any]:
    """Findings as a page shows them: which payment of another project it is, the funder's people alone read."""
    shown = list(findings)
    return shown if sees_others else [replace(finding, other=None) for finding in shown]


def clashes(pks: Iterable[int], funder_ids: Iterable[int]) -> dict[int, Expense]:
    """The payments that findings point at, as far as these funders may see them."""
    found = Expense.objects.filter(pk__in=list(pks), project__funder__in=list(funder_ids))
    return {one.pk: one for one in found.select_related("project__applicant")}
