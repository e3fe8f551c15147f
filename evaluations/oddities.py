"""What looks odd about answers without a name: for a person to look at, no reason by itself to leave one out. Pure.

Each sign has an honest explanation beside the other one (a whole room shares one router, neighbours say the same), so
that it is only pointed out. Whoever looks decides, with a reason.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

SAME_SENDER = "same_sender"
BURST = "burst"
SAME_WORDS = "same_words"
SAME_ANSWERS = "same_answers"

FROM_ONE_SENDER = 8
"""So many from one connection within a day are pointed out."""
A_DAY = timedelta(days=1)
BURST_OF = 10
BURST_WITHIN = timedelta(minutes=5)
"""So many within so many minutes: faster than people scan a poster one after the other."""
SAME_WORDS_OF = 3
FEWEST_LETTERS = 4
"""很好 and 谢谢 are what everybody says."""
SAME_ANSWERS_OF = 5
SAME_ANSWERS_WITHIN = timedelta(minutes=30)


@dataclass(frozen=True)
class Said:
    """One answer, as far as it matters here."""

    id: int
    at: datetime
    sender: str = ""
    text: str = ""
    answers: tuple[tuple[str, int], ...] = ()


def oddities(voices: Iterable[Said]) -> dict[int, list[str]]:
    """The signs of every answer that has any, in a fixed order, of answers to one project that came by themselves."""
    ordered = sorted(voices, key=lambda said: (said.at, said.id))
    signs = (
        (SAME_SENDER, _crowded(_by(ordered, lambda said: said.sender), FROM_ONE_SENDER, A_DAY)),
        (BURST, _crowded([ordered], BURST_OF, BURST_WITHIN)),
        (SAME_WORDS, _crowded(_by(ordered, lambda said: _plain(said.text)), SAME_WORDS_OF, timedelta.max)),
        (SAME_ANSWERS, _crowded(_by(ordered, lambda said: said.answers), SAME_ANSWERS_OF, SAME_ANSWERS_WITHIN)),
    )
    found: dict[int, list[str]] = defaultdict(list)
    for sign, ids in signs:
        for one in sorted(ids):
            found[one].append(sign)
    return dict(found)


def _by(ordered: list[Said], key) -> list[list[Said]]:
    groups: dict[object, list[Said]] = defaultdict(list)
    for said in ordered:
        if value := key(said):
            groups[value].append(said)
    return list(groups.values())


def _crowded(groups: Iterable[list[Said]], most: int, within: timedelta) -> set[int]:
    """Whoever is one of `most` answers of a group that came within so much time of each other."""
    found: set[int] = set()
    for group in groups:
        for place, (first, last) in enumerate(zip(group, group[most - 1 :], strict=False)):
            if last.at - first.at <= within:
                found |= {said.id for said in group[place : place + most]}
    return found


def _plain(text: str) -> str:
    """The letters of a text without blanks, punctuation and width; empty when there are too few to say anything."""
    letters = "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
    return letters if len(letters) >= FEWEST_LETTERS else ""
