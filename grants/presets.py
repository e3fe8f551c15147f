"""The ready calls and practice modes a clerk begins with, read once from `presets.toml`. No ORM here."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Item = dict[str, Any]
DEFAULT_BASIS = "平台缺省值，本批次采用"
"""What an applicant reads where a template's figure rests on no rule that binds here."""


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


def _with_basis(item: Any) -> Any:
    """Whatever names the rule of another place as its example alone, or no rule at all, is the platform's default."""
    if isinstance(item, list | tuple):
        return [_with_basis(each) for each in item]
    if not isinstance(item, dict):
        return item
    return {"basis": DEFAULT_BASIS} | {name: _with_basis(each) for name, each in item.items()}


def examples() -> list[tuple[str, list[str]]]:
    """Which published rules of which places the defaults follow, by the template or mode that holds them: for bureaus.

    What several hold is told with what all templates share, else where it comes first.
    """
    told: dict[str, list[str]] = {}
    seen: set[str] = set()
    for title, item in _titled():
        found = [each for each in _examples_in(item) if each not in seen]
        fresh = list(dict.fromkeys(found))
        seen.update(fresh)
        if fresh:
            told[title] = fresh
    return list(told.items())


def _titled() -> Iterator[tuple[str, Item]]:
    yield "", _read()["common"]
    for key in ("modes", "templates"):
        for item in _read()[key].values():
            yield item["title"], item
    for item in _read()["rubrics"].values():
        yield item["name"], item


def _examples_in(item: Any) -> Iterator[str]:
    if isinstance(item, list):
        for each in item:
            yield from _examples_in(each)
    elif isinstance(item, dict):
        for name, each in item.items():
            if name in ("example", "terms_example"):
                yield each
            else:
                yield from _examples_in(each)


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
        tracks=tuple(_with_basis(tracks)),
        conditions=tuple(_with_basis(list(conditions.values()))),
        budget=tuple(_with_basis([*budget, *own])),
        papers=tuple(_with_basis([paper for paper in papers.values() if paper.get("track") in (None, *statuses)])),
        panels=tuple(_with_basis(template.get("panels", ()))),
        bonuses=tuple(_with_basis(template.get("bonuses", ()))),
        rubric=_with_basis(_read()["rubrics"][template["rubric"]]),
        midterm=template["midterm"],
        final=template["final"],
        plan=_with_basis(template["plan"]),
    )


_TERMS = (
    *("guidelines", "basis", "terms_basis", "panel_size", "drop_from"),
    *("correction_workdays", "notice_workdays", "signing_workdays"),
)
