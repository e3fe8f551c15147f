"""A call written down piece by piece, for `grants.comparison`."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.money import yuan
from core.templatetags.core import points
from grants.comparison import Part
from grants.models import Call, Rubric

TERMS = (
    *("title", "guidelines", "legal_basis", "mode", "budget", "opens_at", "closes_at", "starts_on", "ends_on"),
    *("panel_size", "drop_from", "is_blind", "hidden_parts", "correction_workdays", "notice_workdays"),
    *("notice_counts_first_day", "signing_workdays"),
    *("terms_basis", "contact", "contact_phone"),
)


def describe(call: Call) -> list[Part]:
    """Everything that a call lays down, in the order of its set-up."""
    return [*_terms(call), *_tracks(call), *_judging(call), *_money(call), *_conditions(call), *_papers(call)]


def _terms(call: Call) -> Iterator[Part]:
    section = _("Call")
    for name in TERMS:
        field = Call._meta.get_field(name)
        yield Part(section, str(field.verbose_name), _value(call, name))
    yield Part(section, _("Fund"), str(call.fund))
    yield Part(section, _("Service fields"), "、".join(str(each) for each in call.service_fields.all()))


def _value(call: Call, name: str) -> str:
    value: Any = getattr(call, name)
    if name == "mode":
        return str(call.get_mode_display())
    if name == "hidden_parts":
        return "、".join(str(Call.HiddenPart(part).label) for part in value)
    if name == "budget":
        return yuan(value)
    if name in ("opens_at", "closes_at"):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def _tracks(call: Call) -> Iterator[Part]:
    for track in call.tracks.all():
        said = _("%(who)s, up to %(cap)s yuan, at most %(share)s%% of the budget, %(form)s") % {
            "who": track.get_open_to_display(),
            "cap": yuan(track.cap),
            "share": points(track.max_share),
            "form": track.get_form_display(),
        }
        yield Part(_("Tracks"), track.name, f"{said}{_basis(track)}")


def _judging(call: Call) -> Iterator[Part]:
    for what, rubric in (
        (_("review"), call.review_rubric),
        (_("midterm"), call.midterm_rubric),
        (_("final"), call.final_rubric),
    ):
        yield Part(_("Judging"), what, rubric.name)
        yield from _criteria(what, rubric)
    for panel in call.panel_rules.all():
        yield Part(_("Panels"), str(panel.get_expertise_display()), f"≥ {panel.minimum}{_basis(panel)}")
    for bonus in call.bonus_rules.all():
        yield Part(_("Bonuses"), str(bonus), f"≤ {points(bonus.most)}{_basis(bonus)}")
    for tie in call.tie_breaks.select_related("criterion"):
        yield Part(_("Order between equal scores"), str(tie.position), str(tie))


def _criteria(what: str, rubric: Rubric) -> Iterator[Part]:
    for criterion in rubric.criteria.all():
        yield Part(_("Judging"), f"{what}: {criterion.name}", points(criterion.weight))


def _money(call: Call) -> Iterator[Part]:
    for rule in call.tranche_plan.rules.all():
        name = _("Instalment %(n)s") % {"n": rule.ordinal}
        yield Part(_("Instalments"), name, f"{points(rule.percentage)}% · {rule.get_gate_display()}")
    for limit in call.budget_rules.all():
        said = f"{limit.limit} {limit.get_severity_display()}{_basis(limit)}".strip()
        yield Part(_("Budget rules"), str(limit), said)


def _conditions(call: Call) -> Iterator[Part]:
    for rule in call.eligibility_rules.all():
        figure = rule.region or ("" if rule.value is None else str(rule.value))
        said = f"{figure} {rule.get_severity_display()}{_basis(rule)}".strip()
        yield Part(_("Conditions"), str(rule.get_kind_display()), said)


def _papers(call: Call) -> Iterator[Part]:
    for paper in call.papers.all():
        asked = _("required") if paper.is_required else _("if there is one")
        name = f"{paper} ({paper.track})" if paper.track else str(paper)
        yield Part(_("Papers"), name, f"{asked}{_basis(paper)}")


def _basis(thing: Any) -> str:
    return f" [{thing.legal_basis}]" if thing.legal_basis else ""
