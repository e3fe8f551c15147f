"""What keeps a call from being published (missing, contradictory, of use to nobody), and what deserves a look."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core import clock
from core.money import plain, yuan
from grants.models import BudgetRule, Call, EligibilityRule, Fund, Gate, PaperKind, Rubric, TranchePlan
from grants.presets import modes
from people.models import Region, validate_code

HUNDRED = Decimal(100)
NEEDS_FIGURE = {
    "not_abnormal",
    "not_serious",
    "no_penalty",
    "no_breach",
    "rated",
    "established",
    "proposals",
    "certified",
    "trained_people",
}
ZERO = Decimal("0.00")
SHORTEST, SHORT = timedelta(days=1), timedelta(days=10)
"""Nobody can apply in less than the first; less than the second deserves a look (field guide 1.1: 20–31 days)."""


@dataclass(frozen=True)
class Gap:
    """One thing to mend, and the part of the set-up where it is mended."""

    section: str
    message: str

    def __str__(self) -> str:
        return self.message


def gaps(call: Call) -> list[Gap]:
    """Everything that keeps a call from being published; empty when it is sound."""
    return list(_gaps(call))


def is_sound(call: Call) -> bool:
    """Whether nothing keeps it from being published; looked through to the first gap only."""
    return next(_gaps(call), None) is None


def _gaps(call: Call) -> Iterator[Gap]:
    for check in (_terms, _tracks, _judging, _panels, _conditions, _budget_rules, _papers):
        yield from check(call)


def notes(call: Call) -> list[Gap]:
    """What is allowed and still unusual: said before publication, refused never."""
    found = []
    if SHORTEST <= call.closes_at - call.opens_at < SHORT:
        days = (call.closes_at - call.opens_at).days
        found.append(Gap("terms", _("The call is open for %(days)s days only.") % {"days": days}))
    if not any(getattr(call, part).exists() for part in ("eligibility_rules", "budget_rules", "papers")):
        message = _("The call asks nothing: no condition, no budget rule and no paper. Is that meant?")
        found.append(Gap("conditions", message))
    if not (call.supervision_phone and call.contact_email):
        found.append(Gap("terms", _("The public notice will name no e-mail for objections or no supervision to call.")))
    asks_for_matching = call.tranche_plan.rules.filter(gates__kind=Gate.MATCHING).exists()
    if asks_for_matching and not call.tracks.filter(max_share__lt=HUNDRED).exists():
        message = _("An instalment waits for matching funds, but no track asks for any: its highest share is 100 %.")
        found.append(Gap("tracks", message))
    if call.mode:
        usual = modes()[call.mode]["tracks"]
        odd = "、".join(track.name for track in call.tracks.all() if track.open_to not in usual)
        if odd:
            message = _("In the mode “%(mode)s” these tracks are unusual: %(names)s.")
            found.append(Gap("tracks", message % {"mode": call.get_mode_display(), "names": odd}))
    return found


def missing_bases(call: Call) -> list[Gap]:
    """What stands without a legal basis. It may be published like that, but an auditor will ask."""
    found = []
    if not call.legal_basis:
        found.append(Gap("terms", _("The call itself")))
    if not call.terms_basis:
        found.append(Gap("terms", _("Time limits and panel")))
    found += [
        Gap("tracks", _("Track “%(name)s”") % {"name": track.name})
        for track in call.tracks.all()
        if not track.legal_basis
    ]
    found += [
        Gap("ties", _("Order between equal scores: %(tie)s") % {"tie": tie})
        for tie in call.tie_breaks.select_related("criterion")
        if not tie.legal_basis
    ]
    rubrics = {call.review_rubric, call.midterm_rubric, call.final_rubric}
    found += [Gap("terms", rubric.name) for rubric in sorted(rubrics, key=str) if not rubric.legal_basis]
    if not call.tranche_plan.legal_basis:
        return [*found, Gap("terms", call.tranche_plan.name)]  # its gates need not be named one by one
    found += [
        Gap("terms", _("Instalment %(n)s") % {"n": rule.ordinal} + f" · {gate}")
        for rule in call.tranche_plan.rules.prefetch_related("gates")
        for gate in rule.gates.all()
        if not gate.legal_basis
    ]
    return found


def promised(fund: Fund, *, apart_from: Call | None = None) -> Decimal:
    """Yuan that published calls still promise from a fund beyond what the ledger has set aside for their projects.

    A call promises its whole budget until it is concluded; what is reserved, committed or paid for its projects is
    counted by the fund's balance already. A project's ledger reference begins with its call's code.
    """
    open_calls = fund.calls.published().filter(concluded_at__isnull=True)
    if apart_from is not None:
        open_calls = open_calls.exclude(pk=apart_from.pk)
    total = ZERO
    for call in open_calls:
        taken = _set_aside(fund, call)
        total += max(call.budget - taken, ZERO)
    return total


def _set_aside(fund: Fund, call: Call) -> Decimal:
    """What the ledger holds for the projects of a call, in yuan: what left the free money and did not return."""
    return -fund.entries.filter(reference__startswith=f"{call.code}-").balance().free


def _terms(call: Call) -> Iterator[Gap]:
    for name in ("title", "guidelines", "contact", "contact_phone"):
        if not getattr(call, name).strip():
            label = Call._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            yield Gap("terms", _("“%(field)s” is empty.") % {"field": label})
    if not call.service_fields.exists():
        yield Gap("terms", _("The call names no service field."))
    if call.closes_at <= clock.now():
        yield Gap("terms", _("The closing time is already past."))
    if call.opens_at >= call.closes_at:
        yield Gap("terms", _("The call would close before it opens."))
    elif call.closes_at - call.opens_at < SHORTEST:
        yield Gap("terms", _("The call would be open for less than a day: nobody could apply."))
    if call.starts_on <= clock.localdate(call.closes_at):
        yield Gap("terms", _("Projects would start before the call closes."))
    if call.starts_on >= call.ends_on:
        yield Gap("terms", _("Projects would end before they start."))
    free = call.fund.balance().free - promised(call.fund, apart_from=call)
    if call.budget > free:
        yield Gap(
            "terms",
            _("The call offers %(budget)s yuan, but its fund has only %(free)s yuan free.")
            % {"budget": yuan(call.budget), "free": yuan(max(free, ZERO))},
        )


def sums_that_are_wrong(rubric: Rubric) -> list[str]:
    """A sentence for each nature of project whose full points do not sum to 100."""
    sentence = _("The points add up to %(total)s instead of 100.")
    return [
        (f"{nature}: " if nature else "") + sentence % {"total": plain(total)}
        for nature, total in rubric.totals
        if total != HUNDRED
    ]


def shares_that_are_wrong(plan: TranchePlan) -> list[str]:
    """A sentence when the instalments do not sum to 100 percent."""
    if plan.total == HUNDRED:
        return []
    return [_("The instalments add up to %(total)s%% instead of 100%%.") % {"total": plain(plan.total)}]


def _tracks(call: Call) -> Iterator[Gap]:
    tracks = list(call.tracks.all())
    if not tracks:
        yield Gap("tracks", _("The call has no track: say who may apply and the highest grant."))
    for track in tracks:
        if track.cap > call.budget:
            message = _("The highest grant of the track “%(track)s” exceeds the call's money.")
            yield Gap("tracks", message % {"track": track.name})
    statuses = [track.open_to for track in tracks]
    for status in dict.fromkeys(s for s in statuses if statuses.count(s) > 1):
        names = "、".join(track.name for track in tracks if track.open_to == status)
        message = _("These tracks are open to the same applicants, who could not know where they belong: %(names)s.")
        yield Gap("tracks", message % {"names": names})


def _judging(call: Call) -> Iterator[Gap]:
    for label, rubric in (
        (_("review"), call.review_rubric),
        (_("midterm"), call.midterm_rubric),
        (_("final"), call.final_rubric),
    ):
        for nature, total in rubric.totals:
            if total != HUNDRED:
                message = _("The points of the %(which)s rubric “%(name)s” add up to %(total)s instead of 100.")
                words = {"which": label, "name": rubric.name, "total": plain(total)}
                yield Gap("terms", message % words + (f" ({nature})" if nature else ""))
    if not call.review_rubric.is_plain:
        message = _(
            "“%(name)s” is no rubric to rank proposals by: it has bonuses, deductions, vetoes, figures from the "
            "records or lines for one nature of project."
        )
        yield Gap("terms", message % {"name": call.review_rubric})
    for sentence in shares_that_are_wrong(call.tranche_plan):
        yield Gap("terms", sentence)
    yield from _gates(call)


def _gates(call: Call) -> Iterator[Gap]:
    """Instalments that could never be asked for, or that ask backwards."""
    rules = sorted(call.tranche_plan.rules.prefetch_related("gates"), key=lambda rule: rule.ordinal)
    asked = {rule.pk: {gate.kind for gate in rule.gates.all()} for rule in rules}
    for place, rule in enumerate(rules):
        kinds, earlier = asked[rule.pk], [asked[other.pk] for other in rules[:place]]
        words = {"n": rule.ordinal}
        if not kinds:
            yield Gap("terms", _("Instalment %(n)s has no gate: it could be paid before anything is signed.") % words)
        if place == 0:
            if kinds and not kinds & {Gate.AGREEMENT, Gate.REPORT, Gate.MIDTERM, Gate.FINAL}:
                yield Gap(
                    "terms", _("The first instalment asks neither for the signed agreement nor for any work done.")
                )
            for kind in sorted(kinds & {Gate.RECEIPT, Gate.SPENDING}):
                message = _("The first instalment asks for “%(gate)s”, but nothing has been paid before it.")
                yield Gap("terms", message % {"gate": Gate(kind).label})
        if Gate.MIDTERM in kinds and any(Gate.FINAL in before for before in earlier):
            message = _("Instalment %(n)s opens with “%(gate)s”, which comes before “%(before)s” of an earlier one.")
            yield Gap("terms", message % (words | {"gate": Gate.MIDTERM.label, "before": Gate.FINAL.label}))
        if kinds == {Gate.AGREEMENT} and any(before - {Gate.AGREEMENT} for before in earlier):
            message = _("Instalment %(n)s asks for less than one before it: it would always be open with that.")
            yield Gap("terms", message % words)


def _panels(call: Call) -> Iterator[Gap]:
    for rule in call.panel_rules.all():
        if rule.minimum > call.panel_size:
            message = _("“%(rule)s” asks for more experts than a panel of %(size)s has.")
            yield Gap("panels", message % {"rule": rule, "size": call.panel_size})
    for tie in call.tie_breaks.select_related("criterion"):
        if tie.criterion and tie.criterion.rubric_id != call.review_rubric_id:
            message = _("Equal scores are decided by “%(criterion)s”, which is not in the review rubric.")
            yield Gap("ties", message % {"criterion": tie.criterion})


def _conditions(call: Call) -> Iterator[Gap]:
    statuses = {track.open_to for track in call.tracks.all()}
    for rule in call.eligibility_rules.all():
        if rule.kind in NEEDS_FIGURE and rule.value is None:
            yield Gap("conditions", _("The condition “%(rule)s” lacks its figure.") % {"rule": rule})
        if rule.kind == EligibilityRule.Kind.RATED and rule.value is not None and not 1 <= rule.value <= 5:
            yield Gap("conditions", _("A rating lies between 1 (1A) and 5 (5A)."))
        if rule.kind == EligibilityRule.Kind.IN_REGION:
            yield from _region(rule)
        if rule.kind == EligibilityRule.Kind.PROPOSALS and rule.value == 0:
            yield Gap("conditions", _("0 proposals are allowed, so nobody could apply."))
        if rule.kind == EligibilityRule.Kind.HOSTED and statuses and "filed" not in statuses:
            yield Gap("conditions", _("A host is asked for, but no track is open to filed groups."))
        if (
            rule.kind == EligibilityRule.Kind.TRAINED
            and rule.severity == "block"
            and not call.workshops.standing().exists()
        ):
            yield Gap("conditions", _("A workshop is asked for, but none is announced for this call."))


def _region(rule: EligibilityRule) -> Iterator[Gap]:
    if not rule.region:
        yield Gap("conditions", _("The condition “%(rule)s” lacks its region code.") % {"rule": rule})
        return
    try:
        known = Region.objects.knows(validate_code(rule.region))
    except ValidationError as error:
        yield Gap("conditions", " ".join(error.messages))
        return
    if not known:
        yield Gap("conditions", _("No region with the code %(code)s is known.") % {"code": rule.region})


def _budget_rules(call: Call) -> Iterator[Gap]:
    metric = BudgetRule.Metric
    for rule in call.budget_rules.all():
        if rule.metric in (metric.SHARE_OF_GRANT, metric.SHARE_OF_TOTAL) and (rule.value or 0) > HUNDRED:
            yield Gap("budget", _("The share in “%(rule)s” is more than 100 %%.") % {"rule": rule})
        if rule.metric == metric.FORBIDDEN and not rule.category and not rule.words:
            yield Gap("budget", _("A rule forbids every line: name a category or words."))


def _papers(call: Call) -> Iterator[Gap]:
    statuses = {track.open_to for track in call.tracks.all()}
    for paper in call.papers.select_related("track"):
        if paper.track and paper.track.call_id != call.pk:
            yield Gap("papers", _("The paper “%(paper)s” belongs to a track of another call.") % {"paper": paper})
        asked_of = {paper.track.open_to} if paper.track else statuses
        if paper.kind == PaperKind.HOST and "registered" in asked_of and (paper.track or paper.is_required):
            message = _(
                "“%(paper)s” would be asked of registered organisations, which have no host: ask it of filed groups."
            )
            yield Gap("papers", message % {"paper": paper})
