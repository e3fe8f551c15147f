"""Which gates of an instalment are open, why, and what to do about those that are not.

The gates are those that the agreement fixed (`Tranche.gates`, copied from the call's plan). Facts are read once for all
projects that are asked about; the answers are calculated from them.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from core import clock
from core.models import Event
from core.money import plain, round_half_up, yuan
from grants.models import Gate, gate_words
from projects.matching import PARTS as MATCHING
from projects.matching import promised, proven
from projects.spending import keeps_books, last_account, spent

OPENS_RECTIFICATION = ("require_rectification", "carry_items")
CLOSES_RECTIFICATION = ("pass_midterm", "pass_final", "items_done")


@dataclass(frozen=True)
class GateCheck:
    """One gate of one instalment, as it stands now."""

    kind: str
    label: str
    is_open: bool
    why: str
    what_to_do: str = ""
    who: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Facts:
    """What the gates of one project look at."""

    project: Any
    instalments: list[Any]
    rectify_since: date | None

    def before(self, tranche: Any) -> Any:
        """The instalment before this one, or None."""
        earlier = [other for other in self.instalments if other.ordinal < tranche.ordinal]
        return earlier[-1] if earlier else None

    @property
    def group(self) -> str:
        return str(self.project.applicant)

    @property
    def payee(self) -> str:
        return str(self.project.payee)

    @property
    def clerk(self) -> str:
        return _("clerk of %(funder)s") % {"funder": self.project.call.funder}


def facts_of(projects: Iterable[Any]) -> dict[int, Facts]:
    """The facts of these projects by id, read anew, in the same number of queries however many there are."""
    given = list(projects)
    if not given:
        return {}
    model, ids = type(given[0]), [project.pk for project in given]
    related = ("call__funder", "track", "applicant", "host", "agreement")
    parts = ("tranches", "reports", "expenses", *MATCHING)
    found = model._default_manager.filter(pk__in=ids).select_related(*related).prefetch_related(*parts)
    names = [*OPENS_RECTIFICATION, *CLOSES_RECTIFICATION]
    kind = ContentType.objects.get_for_model(model)
    open_since: dict[int, date | None] = {}
    events = Event.objects.filter(content_type=kind, object_id__in=ids, name__in=names).order_by("at", "pk")
    for pk, name, at in events.values_list("object_id", "name", "at"):
        open_since[pk] = clock.localdate(at) if name in OPENS_RECTIFICATION else None
    return {project.pk: Facts(project, list(project.tranches.all()), open_since.get(project.pk)) for project in found}


def gates_of(tranche: Any, facts: Facts | None = None) -> list[GateCheck]:
    """Each gate of the instalment: open or not, why, and what is to be done by whom."""
    known = facts or facts_of([tranche.project])[tranche.project_id]
    return [_check(tranche, gate, known) for gate in tranche.gates]


def written(checks: Iterable[GateCheck]) -> list[dict[str, Any]]:
    """The checks as they are kept with a request."""
    return [asdict(check) for check in checks]


def _check(tranche: Any, gate: dict[str, Any], facts: Facts) -> GateCheck:
    kind = gate["kind"]
    figure = Decimal(gate["figure"]) if gate.get("figure") else None
    is_open, why, what_to_do, who = CHECKS[kind](tranche, facts, figure)
    label = gate_words(kind, figure)
    if is_open:
        what_to_do = who = ""
    return GateCheck(kind, label, is_open, why, what_to_do, who, gate.get("basis", ""))


Answer = tuple[bool, str, str, str]
"""Whether it is open, why, what to do, who."""


def _agreement(tranche: Any, facts: Facts, figure: Decimal | None) -> Answer:
    agreement = getattr(facts.project, "agreement", None)
    if agreement is None:
        return False, _("There is no agreement yet."), _("Approve the award."), facts.clerk
    agreement.project = facts.project
    if agreement.is_signed:
        day = clock.localdate(max(agreement.group_signed_at, agreement.funder_signed_at))
        why = _("Agreement %(number)s was signed by all parties on %(day)s.")
        return True, why % {"number": agreement.number, "day": day}, "", ""
    following = agreement.next_step
    why = _("Agreement %(number)s is not complete yet: “%(step)s” is still missing.")
    words = {"number": agreement.number, "step": following.label}
    return False, why % words, _("Look at the agreement."), str(following.who)


def _receipt(tranche: Any, facts: Facts, figure: Decimal | None) -> Answer:
    before = facts.before(tranche)
    if before is None:
        return True, _("There is no earlier instalment."), "", ""
    words = {"n": before.ordinal, "amount": yuan(before.amount)}
    if before.paid_on is None or before.state not in ("paid", "receipted"):
        return False, _not_paid(before), _("Request and pay instalment %(n)s first.") % words, facts.clerk
    if before.state == "receipted":
        why = _("Instalment %(n)s (%(amount)s yuan) was receipted: No. %(number)s.")
        return True, why % (words | {"number": before.receipt_number}), "", ""
    why = _("Instalment %(n)s (%(amount)s yuan) was paid on %(day)s and has no receipt yet.")
    return False, why % (words | {"day": before.paid_on}), _("Confirm the receipt with its number."), facts.payee


def _not_paid(before: Any) -> str:
    return _("Instalment %(n)s has not been paid yet (%(state)s).") % {
        "n": before.ordinal,
        "state": before.get_state_display(),
    }


def _report(tranche: Any, facts: Facts, figure: Decimal | None) -> Answer:
    before = facts.before(tranche)
    if before is not None and (before.paid_on is None or before.state not in ("paid", "receipted")):
        todo = _("Request and pay instalment %(n)s first.") % {"n": before.ordinal}
        return False, _not_paid(before), todo, facts.clerk
    since = before.paid_on if before is not None else None
    reports = [one for one in facts.project.reports.all() if not since or clock.localdate(one.submitted_at) >= since]
    accepted = [one for one in reports if one.accepted_at is not None]
    if accepted:
        last = accepted[-1]
        why = _("The report of %(day)s was accepted on %(accepted)s.")
        days = {"day": clock.localdate(last.submitted_at), "accepted": clock.localdate(last.accepted_at)}
        return True, why % days, "", ""
    if reports:
        why = _("The report of %(day)s has not been accepted yet.") % {"day": clock.localdate(reports[-1].submitted_at)}
        return False, why, _("Read the report and accept it."), facts.clerk
    if since:
        why = _("No report has come in since instalment %(n)s was paid on %(day)s.")
        return False, why % {"n": before.ordinal, "day": since}, _("Hand in a report."), facts.group
    return False, _("No report has come in yet."), _("Hand in a report."), facts.group


def _spending(tranche: Any, facts: Facts, figure: Decimal | None) -> Answer:
    paid, used, wanted = facts.project.amount_paid, spent(facts.project), figure or Decimal(0)
    if not paid:
        return (
            False,
            _("Nothing has been paid yet, so nothing can be spent."),
            _("Pay the first instalment."),
            facts.clerk,
        )
    rate = round_half_up(used * 100 / paid)
    report = last_account(facts.project)
    words = {
        "spent": yuan(used),
        "paid": yuan(paid),
        "rate": plain(rate),
        "wanted": plain(wanted),
        "missing": yuan(max(round_half_up(paid * wanted / 100) - used, Decimal(0))),
    }
    if report is None and not keeps_books(facts.project):
        why = _(
            "No accepted report says what was spent of the %(paid)s yuan that were paid; %(wanted)s%% are asked for."
        )
        return False, why % words, _("Hand in a report and have it accepted."), facts.group
    why = _("%(spent)s of %(paid)s yuan that were paid are spent: %(rate)s%%; %(wanted)s%% are asked for.") % words
    if used * 100 >= wanted * paid:
        return True, why, "", ""
    return False, why, _("Spend and report %(missing)s yuan more.") % words, facts.group


def _midterm(tranche: Any, facts: Facts, figure: Decimal | None) -> Answer:
    return _evaluation(facts, facts.project.midterm_passed_on, _("The midterm evaluation"))


def _final(tranche: Any, facts: Facts, figure: Decimal | None) -> Answer:
    return _evaluation(facts, facts.project.final_passed_on, _("The final evaluation"))


def _evaluation(facts: Facts, passed_on: date | None, name: str) -> Answer:
    if passed_on:
        return True, _("%(name)s was passed on %(day)s.") % {"name": name, "day": passed_on}, "", ""
    why = _("%(name)s has not been passed yet; the project is “%(state)s”.")
    words = {"name": name, "state": facts.project.get_state_display()}
    return False, why % words, _("Open the evaluation and conclude it."), facts.clerk


def _rectified(tranche: Any, facts: Facts, figure: Decimal | None) -> Answer:
    since = facts.rectify_since
    if since is None:
        return True, _("No rectification is open."), "", ""
    if facts.project.state in ("midterm", "final"):
        why = _("Since %(day)s there is something to rectify, and the second look has not been passed.")
        return False, why % {"day": since}, _("Look again and conclude the evaluation."), facts.clerk
    why = _("Since %(day)s there is something to rectify that has not been accepted yet.") % {"day": since}
    return False, why, _("Mend what was found and report it."), facts.group


def _matching(tranche: Any, facts: Facts, figure: Decimal | None) -> Answer:
    wanted = round_half_up(promised(facts.project) * (figure or Decimal(100)) / 100)
    here = proven(facts.project)
    if not wanted:
        return True, _("The budget promises no matching funds."), "", ""
    words = {"here": yuan(here), "promised": yuan(promised(facts.project)), "wanted": yuan(wanted)}
    why = _("%(here)s yuan of matching funds are proven; the budget promises %(promised)s, %(wanted)s are asked for.")
    if here >= wanted:
        return True, why % words, "", ""
    if any(proof.is_open for proof in facts.project.matching_proofs.all()):
        return False, why % words, _("Look at the proof that was handed in."), facts.clerk
    if any(gift.is_open for pledge in facts.project.pledges.all() for gift in pledge.gifts.all()):
        return False, why % words, _("Confirm what came of a pledge."), facts.clerk
    missing = {"missing": yuan(wanted - here)}
    todo = _("Prove %(missing)s yuan more: hand in a proof, or record what came of a pledge.")
    return False, why % words, todo % missing, facts.group


CHECKS: dict[str, Callable[[Any, Facts, Decimal | None], Answer]] = {
    Gate.AGREEMENT: _agreement,
    Gate.RECEIPT: _receipt,
    Gate.REPORT: _report,
    Gate.SPENDING: _spending,
    Gate.MIDTERM: _midterm,
    Gate.FINAL: _final,
    Gate.RECTIFIED: _rectified,
    Gate.MATCHING: _matching,
}
