"""Whether a payment keeps the rules: facts in, findings out; knows no database.

| kind | what is asked | if not |
|---|---|---|
| agreement | paid on or after the day on which the agreement was signed | blocks |
| period | paid inside the project's time | blocks |
| line | the line with this payment stays within its plan and the tolerance | warns; what is above is not recognised |
| unplanned | the line was in the plan in force on that day | warns; not recognised |
| early | it was not spent before the change that allows it | warns; what the plan of that day leaves is recognised |
| award | all payments from the grant stay within the award | warns; what is above is not recognised |
| duplicate | no other payment of any project has the same invoice, seller and amount | blocks |
| split | the same invoice and seller with another amount | warns |
| forbidden | what the call does not pay for (its budget rules; without any, `FORBIDDEN`) | as the rule says |
| cash | cash up to the call's limit | warns |
| lecture_fee | after tax, per lesson, by the lecturer's title | blocks |
| lecture_time | half a day counts as 4 lessons at most, a lecturer's day as 8 | blocks |
| lecture_facts | a lecture says how many lessons | blocks |
| lecture_twice | the same lecturer, course and day is paid once | warns |
| tax | a fee for personal work above 800 yuan names its tax | warns |
| volunteers | an allowance within the limit each time somebody comes | blocks |
| own_people | the money did not go to one of the group's own people or to itself | warns |
| paper | there is a photo or file of the paper | blocks |
| invoice | there is an invoice number, where invoices are usual | warns |

The number of a fully digital invoice is of one seller, whatever name is typed beside it.
Nothing is divided where it decides, so nothing is rounded: a limit met exactly passes, 0.01 yuan more does not.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.identifiers import comparable
from core.money import yuan
from projects.budget_rules import matches, with_basis, word_in
from projects.expense_terms import (
    LECTURE_BASIS,
    LECTURE_LIMITS,
    NO_RANK,
    Elsewhere,
    Lecture,
    Outlay,
    Room,
    Terms,
)

ZERO = Decimal("0.00")
FEN = Decimal("0.01")
LESSONS_A_HALF_DAY, LESSONS_A_DAY = 4, 8
TAX_FREE = Decimal(800)
"""Remuneration for personal work up to this sum a time is free of tax (个人所得税法 第六条)."""
WITHOUT_INVOICE = ("staff", "volunteers", "tax")
"""Categories whose paper is a signed list or a tax receipt, not an invoice."""

CASH_BASIS = gettext_lazy("Cash management rules (现金管理暂行条例), article 5: above 1,000 yuan by transfer")
VOLUNTEER_BASIS = "志愿者补贴限交通、误餐，不得变相发放工资"
TAX_BASIS = "个人所得税法第六条：劳务报酬每次800元以上应代扣代缴"
INVOICE_BASIS = "发票管理办法第二十条：支付款项应当取得发票"
OWN_PEOPLE_BASIS = "民间非营利组织会计制度：关联方交易应当披露"
PLAN_BASIS = gettext_lazy("Agreement: the money is spent as planned; a change is approved before it is spent")

LABELS = {
    "agreement": gettext_lazy("before the agreement"),
    "period": gettext_lazy("outside the project's time"),
    "line": gettext_lazy("over the budget line"),
    "unplanned": gettext_lazy("not in the plan on that day"),
    "early": gettext_lazy("spent before the change was approved"),
    "award": gettext_lazy("over the award"),
    "duplicate": gettext_lazy("invoice used twice"),
    "split": gettext_lazy("part of an invoice"),
    "forbidden": gettext_lazy("not paid from a grant"),
    "cash": gettext_lazy("much in cash"),
    "lecture_fee": gettext_lazy("lecture fee too high"),
    "lecture_time": gettext_lazy("too many lessons"),
    "lecture_facts": gettext_lazy("lessons missing"),
    "lecture_twice": gettext_lazy("same course twice"),
    "tax": gettext_lazy("tax missing"),
    "volunteers": gettext_lazy("volunteers' allowance"),
    "own_people": gettext_lazy("own people"),
    "paper": gettext_lazy("photo missing"),
    "invoice": gettext_lazy("no invoice number"),
}
"""Each kind of finding in two or three words, for lists."""


@dataclass(frozen=True)
class Finding:
    """One rule that a payment does not keep: what, on which basis, whether it blocks, and what is not recognised."""

    kind: str
    message: str
    basis: str = ""
    severity: str = "warn"
    excess: Decimal = ZERO
    other: int | None = None
    """The payment of another project that it is about: for the funder's eyes."""

    @property
    def blocks(self) -> bool:
        return self.severity == "block"

    @property
    def label(self) -> str:
        return str(LABELS[self.kind])

    @property
    def sentence(self) -> str:
        return with_basis(self.message, self.basis)


def invoice_key(number: str) -> str:
    """An invoice number as it is compared: half width, capitals, only letters and figures."""
    return re.sub(r"[^0-9A-Z]", "", comparable(number))[:40]


def is_unique_alone(key: str) -> bool:
    """Whether no two sellers give this number: a fully digital invoice (数电票) has twenty digits, counted by the tax
    office for the whole country."""
    return len(key) == 20 and key.isdecimal()


def name_key(name: str) -> str:
    """A name as it is compared: half width, without spaces, brackets and dots."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name)).casefold()[:120]


def check(
    outlay: Outlay,
    terms: Terms,
    room: Room,
    *,
    elsewhere: Iterable[Elsewhere] = (),
    lectures: Iterable[Lecture] = (),
) -> list[Finding]:
    """Everything that is wrong with a payment, what blocks it first."""
    found = [
        *_when(outlay, terms),
        *_plan(outlay, room),
        *_invoices(outlay, elsewhere),
        *_forbidden(outlay, terms),
        *_paid_how(outlay, terms),
        *_lecture(outlay, terms, list(lectures)),
        *_volunteers(outlay, terms),
        *_papers(outlay),
    ]
    return sorted(found, key=lambda finding: not finding.blocks)


def _when(outlay: Outlay, terms: Terms) -> list[Finding]:
    day = {"day": outlay.spent_on, "first": terms.first_day, "last": terms.last_day, "signed": terms.signed_on}
    if terms.signed_on and outlay.spent_on < terms.signed_on:
        said = _("Paid on %(day)s, before the agreement was signed on %(signed)s.") % day
        return [Finding("agreement", said, str(PLAN_BASIS), "block")]
    if not terms.first_day <= outlay.spent_on <= terms.last_day:
        said = _("Paid on %(day)s; the project runs from %(first)s to %(last)s.") % day
        return [Finding("period", said, terms.basis or str(PLAN_BASIS), "block")]
    return []


def _plan(outlay: Outlay, room: Room) -> list[Finding]:
    found = []
    if room.allowed_from:
        over = min(outlay.amount, outlay.amount - (room.line or ZERO))
        said = _(
            "The plan allows this only since the change of %(day)s: it was spent before. %(over)s yuan of it are not "
            "recognised."
        ) % {"day": room.allowed_from, "over": yuan(over)}
        found.append(Finding("early", said, str(PLAN_BASIS), excess=over))
    elif not room.is_planned:
        said = _("On %(day)s this line was not in the plan: nothing of it is recognised.") % {"day": outlay.spent_on}
        found.append(Finding("unplanned", said, str(PLAN_BASIS), excess=outlay.amount))
    elif room.line is not None and outlay.amount > room.line:
        over = min(outlay.amount, outlay.amount - room.line)
        said = _(
            "The line is planned with %(planned)s yuan and may be exceeded by %(tolerance)s%%. %(over)s yuan of this "
            "payment are above and are not recognised without an approved change."
        ) % {"planned": yuan(room.planned), "tolerance": f"{room.tolerance.normalize():f}", "over": yuan(over)}
        found.append(Finding("line", said, str(PLAN_BASIS), excess=over))
    if outlay.is_granted and room.award is not None and outlay.amount > room.award:
        over = min(outlay.amount, outlay.amount - room.award)
        said = _("With this payment more is spent than was awarded: %(over)s yuan are not recognised.")
        found.append(Finding("award", said % {"over": yuan(over)}, str(PLAN_BASIS), excess=over))
    return found


def is_same_seller(outlay: Outlay, other: Elsewhere) -> bool:
    """By the number itself where it says so, by the credit code where both have one, otherwise by name."""
    if is_unique_alone(outlay.invoice):
        return True
    if outlay.seller_code and other.seller_code:
        return outlay.seller_code == other.seller_code
    return name_key(outlay.seller or outlay.payee) == name_key(other.seller)


def _invoices(outlay: Outlay, elsewhere: Iterable[Elsewhere]) -> list[Finding]:
    found = []
    for other in elsewhere if outlay.invoice else ():
        if not is_same_seller(outlay, other) or not (other.is_claimed or other.same_project):
            continue
        if outlay.amount == other.amount:
            said = (
                _("This invoice has been entered in this project already.")
                if other.same_project
                else _("This invoice has been claimed in another project already.")
            )
            found.append(Finding("duplicate", said, INVOICE_BASIS, "block", other=other.pk))
        else:
            said = _("Another part of this invoice, %(amount)s yuan, is claimed already: say how it is divided.")
            found.append(Finding("split", said % {"amount": yuan(other.amount)}, INVOICE_BASIS, other=other.pk))
    return found


def _forbidden(outlay: Outlay, terms: Terms) -> list[Finding]:
    found = []
    for rule in terms.forbidden if outlay.is_granted else ():
        if matches(outlay, rule) and (word := word_in(outlay, rule, rule.word_list)):
            said = _("“%(item)s” may not be paid from this grant, because the word “%(word)s” stands in it.")
            message = said % {"item": outlay.summary, "word": word}
            found.append(Finding("forbidden", message, rule.legal_basis, rule.severity))
    return found


def _paid_how(outlay: Outlay, terms: Terms) -> list[Finding]:
    found = []
    if outlay.method == "cash" and outlay.amount > terms.cash_limit:
        said = _("%(amount)s yuan in cash; above %(limit)s yuan money is transferred.")
        message = said % {"amount": yuan(outlay.amount), "limit": yuan(terms.cash_limit)}
        found.append(Finding("cash", message, terms.basis or str(CASH_BASIS)))
    names = {name_key(outlay.payee), name_key(outlay.seller)} - {""}
    if outlay.category not in ("staff", "volunteers") and names & terms.own_names:
        said = _("“%(payee)s” belongs to your own people: say why the money went there.")
        found.append(Finding("own_people", said % {"payee": outlay.payee}, OWN_PEOPLE_BASIS))
    personal = outlay.category == "staff" or outlay.is_lecture
    if personal and outlay.amount > TAX_FREE and not outlay.tax:
        said = _("%(amount)s yuan for personal work and no tax: enter the tax withheld, or say why there is none.")
        found.append(Finding("tax", said % {"amount": yuan(outlay.amount)}, TAX_BASIS))
    return found


def _lecture(outlay: Outlay, terms: Terms, lectures: list[Lecture]) -> list[Finding]:
    if not outlay.is_lecture:
        return []
    if not outlay.lessons:
        said = _("Enter how many lessons were taught: the fee is counted by the lesson.")
        return [Finding("lecture_facts", said, LECTURE_BASIS, "block")]
    found = []
    limit = terms.lecture.get(outlay.rank or NO_RANK, LECTURE_LIMITS[NO_RANK])
    most = outlay.half_days and LESSONS_A_HALF_DAY * outlay.half_days
    if most and outlay.lessons > most:
        said = _("%(lessons)s lessons in %(halves)s half days; half a day counts as 4 lessons at most.")
        words = {"lessons": f"{outlay.lessons.normalize():f}", "halves": outlay.half_days}
        found.append(Finding("lecture_time", said % words, limit.basis, "block"))
    paid_for = min(outlay.lessons, Decimal(most)) if most else outlay.lessons
    if outlay.after_tax > limit.value * paid_for:
        said = _(
            "%(paid)s yuan after tax for %(lessons)s lessons; at most %(limit)s yuan a lesson, %(most)s yuan, are "
            "allowed for this title."
        ) % {
            "paid": yuan(outlay.after_tax),
            "lessons": f"{paid_for.normalize():f}",
            "limit": yuan(limit.value),
            "most": yuan(limit.value * paid_for),
        }
        found.append(Finding("lecture_fee", said, limit.basis, "block"))
    same_day = [
        one for one in lectures if one.spent_on == outlay.spent_on and name_key(one.payee) == name_key(outlay.payee)
    ]
    if not (outlay.half_days or 0) > 2 and sum((one.lessons for one in same_day), outlay.lessons) > LESSONS_A_DAY:
        said = _("More than 8 lessons of one lecturer on one day are claimed.")
        found.append(Finding("lecture_time", said, limit.basis, "block"))
    if outlay.course and any(name_key(one.course) == name_key(outlay.course) for one in same_day):
        said = _("The same course of this lecturer on this day is claimed already: several classes at once count once.")
        found.append(Finding("lecture_twice", said, limit.basis))
    return found


def _volunteers(outlay: Outlay, terms: Terms) -> list[Finding]:
    if outlay.category != "volunteers":
        return []
    basis = terms.basis or VOLUNTEER_BASIS
    if not outlay.people:
        said = _("Enter how often volunteers came: the allowance is counted by the time.")
        return [Finding("volunteers", said, basis, "block")]
    if outlay.amount <= terms.volunteer_limit * outlay.people:
        return []
    said = _("%(each)s yuan each time a volunteer comes; at most %(limit)s yuan are allowed.") % {
        "each": yuan((outlay.amount / outlay.people).quantize(FEN, ROUND_DOWN)),
        "limit": yuan(terms.volunteer_limit),
    }
    return [Finding("volunteers", said, basis, "block")]


def _papers(outlay: Outlay) -> list[Finding]:
    found = []
    if not outlay.files:
        what = (
            _("Take a photo of the list that everybody has signed.")
            if outlay.category in WITHOUT_INVOICE
            else _("Take a photo of the invoice or receipt.")
        )
        found.append(Finding("paper", what, INVOICE_BASIS, "block"))
    if not outlay.invoice and outlay.category not in WITHOUT_INVOICE and not outlay.is_lecture:
        said = _("There is no invoice number: enter it, or say what paper there is instead.")
        found.append(Finding("invoice", said, INVOICE_BASIS))
    return found
