"""The text of an agreement: clauses with places for facts in, numbered blocks out. No ORM here.

A clause is {"heading", "text", "when"}; its text is paragraphs apart by line breaks. A fact stands in braces: {title}.
A paragraph that is only {instalments} or {account} becomes a table. The blocks that come out are what is frozen, hashed
and laid out: {"kind": "title" | "party" | "clause" | "text" | "instalments" | "account" | "signature", …}.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

Clause = Mapping[str, str]
Block = dict[str, Any]
PLACE = re.compile(r"\{([a-z_]+)\}")
FACTS = (
    *("call", "basis", "title", "number", "field", "place", "starts_on", "ends_on", "beneficiaries", "leader"),
    *("funder", "payee", "group", "community", "award", "award_in_words", "fund", "source", "mark", "version"),
    *("tolerance", "extension_days"),
)
"""What a clause may name."""
TABLES = ("instalments", "account")
WHEN = ("", "hosted", "community")
"""When a clause belongs into an agreement: always, when a host signs, when the community is a party."""
ONES = "一二三四五六七八九"


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("agreement.toml").read_text(encoding="utf-8"))


def default_name() -> str:
    """What the model text is called where an agreement says what it was drawn up from."""
    return _read()["name"]


def default_clauses() -> list[dict[str, str]]:
    """The model text (示范文本), after field guide 2.4."""
    return [{"heading": c["heading"], "text": c["text"].strip(), "when": c.get("when", "")} for c in _read()["clauses"]]


def unknown_places(text: str) -> list[str]:
    """The names in braces that no fact fills."""
    return [name for name in PLACE.findall(text) if name not in (*FACTS, *TABLES)]


def ordinal(number: int) -> str:
    """A whole number from 1 to 99 as clauses are counted: 一, 十二, 二十."""
    tens, ones = divmod(number, 10)
    said = ("" if tens == 1 else ONES[tens - 1]) + "十" if tens else ""
    return said + (ONES[ones - 1] if ones else "")


def compose(
    clauses: Iterable[Clause],
    *,
    title: Sequence[str],
    parties: Sequence[Block],
    facts: Mapping[str, str],
    tables: Mapping[str, Block],
    conditions: Iterable[str] = (),
) -> list[Block]:
    """The whole agreement as blocks. A clause without a heading is the preamble and has no number; clauses whose
    `when` is not among `conditions` are left out, and the others are counted without them."""
    holds = {"", *conditions}
    blocks: list[Block] = [{"kind": "title", "lines": list(title)}, *parties]
    number = 0
    for clause in clauses:
        if clause.get("when", "") not in holds:
            continue
        if clause["heading"]:
            number += 1
            blocks.append({"kind": "clause", "text": f"第{ordinal(number)}条　{clause['heading']}"})
        for paragraph in filter(None, (line.strip() for line in clause["text"].splitlines())):
            name = paragraph[1:-1] if PLACE.fullmatch(paragraph) else ""
            blocks.append(dict(tables[name]) if name in TABLES else {"kind": "text", "text": _filled(paragraph, facts)})
    return blocks


def _filled(text: str, facts: Mapping[str, str]) -> str:
    return PLACE.sub(lambda found: facts.get(found[1], found[0]), text)


def digest(blocks: Sequence[Block]) -> str:
    """SHA-256 of the text, the same on every machine."""
    return sha256(json.dumps(blocks, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
