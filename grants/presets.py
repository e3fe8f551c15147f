"""The ready calls and practice modes a clerk begins with, read once from `presets.toml`. No ORM here."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Item = dict[str, Any]


@dataclass(frozen=True)
class Preset:
    """A template joined with a practice mode: everything that a new call is filled with.

    `midterm` and `final` are keys of `grants.frameworks`.
    """

    key: str
    title: str
    about: str
    mode: str
    terms: Item
    tracks: tuple[Item, ...]
    conditions: tuple[Item, ...]
    budget: tuple[Item, ...]
    papers: tuple[Item, ...]
    panels: tuple[Item, ...]
    bonuses: tuple[Item, ...]
    rubric: Item
    midterm: str
    final: str
    plan: Item


@cache
def _read() -> Item:
    return tomllib.loads(Path(__file__).with_name("presets.toml").read_text(encoding="utf-8"))


def templates() -> dict[str, Item]:
    """The ready calls by key, each with title and about."""
    return _read()["templates"]


def modes() -> dict[str, Item]:
    """The four practice modes of S4 by key, each with title and about."""
    return _read()["modes"]


def preset(key: str, mode: str = "") -> Preset:
    """The template `key` in the practice mode `mode` (its own when left out). LookupError for an unknown one.

    The mode decides which legal statuses may apply and adds its conditions and papers; of two conditions of one kind
    the template's counts before the mode's, and the mode's before the common one.
    """
    template = templates()[key]
    mode = mode or template["mode"]
    chosen, common = modes()[mode], _read()["common"]
    tracks = [track for track in template["tracks"] if track["open_to"] in chosen["tracks"]] or template["tracks"]
    statuses = {track["open_to"] for track in tracks}
    conditions: dict[str, Item] = {}
    for source in (common, chosen, template):
        conditions |= {item["kind"]: item for item in source.get("conditions", ())}
    if "filed" not in statuses:
        conditions.pop("hosted", None)  # asked of filed groups only
    own = list(template.get("budget", ()))
    replaced = {(item["metric"], item.get("category")) for item in own if item.get("replaces")}
    budget = [item for item in common["budget"] if (item["metric"], item.get("category")) not in replaced]
    papers: dict[str, Item] = {}
    for source in (common, template, chosen):
        papers |= {item["kind"]: item for item in source.get("papers", ())}
    return Preset(
        key=key,
        title=template["title"],
        about=template["about"],
        mode=mode,
        terms={name: template[name] for name in _TERMS},
        tracks=tuple(tracks),
        conditions=tuple(conditions.values()),
        budget=(*budget, *own),
        papers=tuple(paper for paper in papers.values() if paper.get("track") in (None, *statuses)),
        panels=tuple(template.get("panels", ())),
        bonuses=tuple(template.get("bonuses", ())),
        rubric=_read()["rubrics"][template["rubric"]],
        midterm=template["midterm"],
        final=template["final"],
        plan=template["plan"],
    )


_TERMS = (
    *("guidelines", "basis", "terms_basis", "panel_size", "drop_from"),
    *("correction_workdays", "notice_workdays", "signing_workdays"),
)
