"""The explanation of a star in words, line by line: what counted, the figure, what it brought, where it is read.

The facts are data (`star_facts`); the words are made when somebody reads them, in the language of the page.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from core.money import plain, round_half_up
from evaluations.models import Star, StarYear
from evaluations.star_facts import facts_for_stars
from evaluations.stars import (
    COMPLIANCE,
    FINALS,
    HUNDRED,
    ITEMS,
    NO_FINALS,
    OPENNESS,
    PARTS,
    TOO_LITTLE,
    VOICES,
    Rated,
    rate_one,
)
from people.models import CreditRecord, Inspection, Organization
from projects.checklists import ANSWERS
from projects.models import WarningLetter

PART_NAMES = {
    FINALS: gettext_lazy("Final evaluations"),
    VOICES: gettext_lazy("Residents' voice"),
    COMPLIANCE: gettext_lazy("Compliance"),
    OPENNESS: gettext_lazy("Openness"),
}
ITEM_NAMES = {
    "on_time": gettext_lazy("Reports on time"),
    "approved_first": gettext_lazy("Changes approved beforehand"),
    "unwarned": gettext_lazy("No warnings"),
    "credit": gettext_lazy("No breach and no credit record"),
    "inspection": gettext_lazy("Annual inspection"),
    "reports": gettext_lazy("Reports accepted"),
    "photos": gettext_lazy("Activities with photos for everybody"),
    "mark": gettext_lazy("Source of the money marked on site"),
    "profile": gettext_lazy("Profile complete"),
}
SOURCES = {
    "on_time": gettext_lazy("Monthly reports and milestones that were due in the year"),
    "approved_first": gettext_lazy("Payments of the year, and the plan in force on their day"),
    "unwarned": gettext_lazy("Warnings of the funder in the year that were not lifted"),
    "credit": gettext_lazy("Credit records that stood at some time in the year"),
    "inspection": gettext_lazy("The annual inspection that was due in the year"),
    "reports": gettext_lazy("Milestone and closing reports of the year"),
    "photos": gettext_lazy("Activities of the year of which residents read"),
    "mark": gettext_lazy("Checklists of site visits in the year"),
    "profile": gettext_lazy("The organisation's profile on the day of the calculation"),
}


@dataclass(frozen=True)
class Note:
    """One thing that counted, with the page on which it is read."""

    words: str
    url: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a part."""

    key: str
    name: Any
    figure: str
    source: Any
    full: Decimal | None = None
    points: Decimal | None = None
    notes: list[Note] = field(default_factory=list)
    correction: str = ""
    """What a ruling says, where it has set the line otherwise."""

    @property
    def applies(self) -> bool:
        return self.points is not None


@dataclass(frozen=True)
class Explained:
    """One part with its lines: value, weight, and what it brings."""

    key: str
    name: Any
    weight: Decimal
    counts: Decimal
    value: Decimal | None
    brings: Decimal | None
    lines: list[Line]
    why_unknown: str = ""


def explain(star: Star) -> list[Explained]:
    """The four parts in order, each with its lines."""
    rated = rated_of(star)
    writers: dict[str, Callable[[Star], list[Line]]] = {FINALS: _finals, VOICES: _voices}
    found = []
    for key in PARTS:
        part = rated.part(key)
        lines = writers[key](star) if key in writers else _items(star, key)
        why = "" if part.is_known else _why_unknown(star, key)
        found.append(Explained(key, PART_NAMES[key], part.weight, part.counts, part.value, part.brings, lines, why))
    return found


def rated_of(star: Star) -> Rated:
    """The calculation that belongs to the facts and corrections of a star."""
    facts = facts_for_stars(star.organization_id, star.group, star.facts, star.corrections)
    return rate_one(facts, star.year.rules, star.year.known_means)


def _finals(star: Star) -> list[Line]:
    rows = star.facts.get(FINALS, {}).get("rows", [])
    return [
        Line("final", row["title"], row["score"], _("Concluded on %(day)s") % row, notes=[Note("", row["url"])])
        for row in rows
    ]


def _voices(star: Star) -> list[Line]:
    said = star.facts.get(VOICES, {})
    n, satisfied, bad = said.get("n", 0), said.get("satisfied", 0), said.get("bad", 0)
    notes = [Note(_("%(title)s: %(satisfied)s of %(n)s satisfied") % row, row["url"]) for row in said.get("rows", [])]
    own = _("%(satisfied)s of %(n)s satisfied, %(bad)s not satisfied") % {"satisfied": satisfied, "n": n, "bad": bad}
    lines = [Line("voices", _("Own answers"), own, _("Answers of residents in the year"), notes=notes)]
    answers, happy = star.year.known_means.get(star.group, (0, 0))
    if answers:
        figure = f"{plain(round_half_up(Decimal(happy) * HUNDRED / answers))}%"
        source = _("%(n)s answers about all organisations of the group") % {"n": answers}
        lines.append(Line("mean", _("Mean of the group"), figure, source))
    if star.voices is not None:
        formula = f"({satisfied} + {star.year.strength} × {happy}/{answers}) ÷ ({n} + {star.year.strength})"
        source = _("As many answers of the mean as the strength says are added to the own ones")
        lines.append(Line("shrunk", _("Drawn to the mean"), formula, source))
    return lines


def _items(star: Star, part: str) -> list[Line]:
    corrected = {one["item"]: one for one in star.corrections}
    shares = facts_for_stars(0, star.group, star.facts, star.corrections).shares
    lines = []
    for item in ITEMS[part]:
        said = star.facts.get(part, {}).get(item, {"done": 0, "of": 0, "share": None, "rows": []})
        share, full = shares.get(item), star.year.points[item]
        lines.append(
            Line(
                item,
                ITEM_NAMES[item],
                _figure(item, said),
                SOURCES[item],
                full,
                None if share is None else round_half_up(full * share),
                [Note(_said(row), row["url"]) for row in said["rows"]],
                _correction(corrected[item]) if item in corrected else "",
            )
        )
    return lines


def _correction(one: dict[str, Any]) -> str:
    percent = plain(round_half_up(Decimal(one["share"]) * HUNDRED))
    return _("Set to %(percent)s%% of the points by the ruling on the appeal") % {"percent": percent}


def _figure(item: str, said: dict[str, Any]) -> str:
    if said["share"] is None:
        return pgettext("line of a star", "does not apply")
    if item in ("unwarned", "credit"):
        return ngettext("%(n)s record", "%(n)s records", said["done"]) % {"n": said["done"]}
    if item == "inspection":
        result = said["rows"][0]["result"] if said["rows"] else ""
        return str(Inspection.Result(result).label) if result else _("not entered")
    return _("%(done)s of %(of)s") % said


def _said(row: dict[str, Any]) -> str:
    """One row of an item."""
    what = row["what"]
    if what in ("month", "milestone"):
        if row["days"] is None:
            return _("%(title)s: due on %(due_on)s, did not come") % row
        return _("%(title)s: due on %(due_on)s, %(days)s days late") % row
    if what == "early":
        return _("%(title)s: paid on %(day)s, before the change was approved") % row
    if what == "warning":
        return _("%(title)s: warned on %(day)s, %(ground)s") % (
            row | {"ground": WarningLetter.Ground(row["ground"]).label}
        )
    if what == "credit":
        return _("%(kind)s, %(day)s: %(title)s") % (row | {"kind": CreditRecord.Kind(row["kind"]).label})
    if what == "inspection":
        return _inspection(row)
    if what == "waiting":
        return _("%(title)s: handed in on %(day)s, not accepted") % row
    if what == "no_photo":
        return _("%(title)s, %(day)s: no photo that everybody may see") % row
    if what == "mark":
        return _("%(title)s, visited on %(day)s: %(said)s") % (row | {"said": ANSWERS[row["said"]]})
    name = Organization._meta.get_field(row["field"].removesuffix("_id")).verbose_name  # type: ignore[union-attr]
    return _("Not filled in: %(name)s") % {"name": name}


def _inspection(row: dict[str, Any]) -> str:
    if not row["result"]:
        return _("Inspection of %(title)s: not entered") % row
    words = _("Inspection of %(title)s: %(result)s") % (row | {"result": Inspection.Result(row["result"]).label})
    if row["confirmed"]:
        return words
    return _("%(reason)s (entered by the organisation, to be checked)") % {"reason": words}


def _why_unknown(star: Star, key: str) -> str:
    year = star.year
    if key == FINALS:
        return _("At least %(n)s final evaluations in the year are needed.") % {"n": year.least_finals}
    if key == VOICES:
        n = star.voice_counts[0]
        return _("At least %(least)s answers are needed; there are %(n)s.") % {"least": year.least_voices, "n": n}
    return _("Nothing of it applied in the year.")


def why_no_star(star: Star) -> str:
    """Why an organisation has no star, in a sentence that takes nothing away from it."""
    year = star.year
    return {
        "": "",
        NO_FINALS: _("Fewer than %(n)s final evaluations were concluded in the year, so it is not rated.")
        % {"n": year.least_finals},
        TOO_LITTLE: _("Parts of less than %(n)s%% of the weight are known, so it is not rated.")
        % {"n": year.least_known},
    }[star.why_not]


def rules_in_words(year: StarYear) -> list[str]:
    """How the year is counted, as everybody reads it."""
    return [
        _("Each part is worth 0 to 100 points. The score is their mean, weighted as stated here."),
        _("Residents' voice: the share of satisfied answers, with %(n)s answers of the group's mean added, so that few "
          "answers weigh less than many.") % {"n": year.strength},
        _("A part of which too little is known is left out and the others count more: it neither helps nor harms. That "
          "is so for residents' voice below %(n)s answers.") % {"n": year.least_voices},
        _("Without %(finals)s concluded final evaluations, or where parts of less than %(known)s%% of the weight are "
          "known, there is no star and no place. That is no bad mark.")
        % {"finals": year.least_finals, "known": year.least_known},
        _("Where a part is not known there are at most %(n)s stars.") % {"n": year.most_if_unknown},
        _("Registered organisations and filed groups are ranked apart, by kind. Equal scores share a place."),
    ]  # fmt: skip
