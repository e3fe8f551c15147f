"""Which proposals were copied from one another? Shown to a person with the passages; nothing follows from it by itself.

Two texts are compared by the runs of five characters ("grams") they share, after folding: compatibility forms and case
as in Unicode NFKC case-folding, then letters and digits only. So width, spaces, punctuation, invisible characters and
accents neither make a copy nor hide one; simplified and traditional characters stay different. Five, because Chinese
words have mostly two characters and set phrases four (志愿服务): five in a row are already a choice of words.

The score is the containment of Broder, "On the resemblance and containment of documents" (1997), of the smaller set of
grams in the larger: shared / min(left, right). His resemblance (Jaccard) would hide a short text that was copied whole
into a long one. A score of 0.3 reads: three tenths of the shorter proposal stand in the other. What does not count, on
either side: grams of the form and the call (`boilerplate`), and common ones, which stand in more than a third of all
texts and in more than ten. So more than ten copies of one text are taken for a template where they are a third of
all. A text of which fewer than `FEWEST` grams remain is measured as if it had that many: what two applicants wrote into
an otherwise untouched form is too little to accuse them.

Pairs come from an inverted index of the grams, and every pair is counted exactly. Winnowing (Schleimer, Wilkerson and
Aiken, 2003) would only promise passages of a certain length. Only the work for one text is bounded (`LOOKED_UP`,
`COUNTED`), so that time and memory grow with the number of texts: where a text has too many holders, its rarest grams
say whom to count, the prefix filter of set-similarity joins (Bayardo, Ma and Srikant, "Scaling up all pairs similarity
search", 2007). `similar_pairs` therefore finds every pair for certain, whatever the threshold, unless the grams of a
text of 1,000 characters stand in some hundred others on average; and of a text that is like more than a hundred others
of its size or larger it gives the likest hundred. `similar_to` has no such bound. Passages are found for the pairs that
somebody looks at, when they are asked for.
"""

import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from math import ceil
from typing import Any

import numpy as np

GRAM = 5
SHORTEST = 8
"""A shared passage worth showing: two words and what joins them."""
COMMON_SHARE, FEWEST_COMMON = 1 / 3, 10
"""Ten, because on a young platform six proposals of twelve may well be copies of one another."""
FEWEST = 20
LOOKED_UP = 100_000
"""Places in the index that are read for one text."""
COUNTED = 100
"""Likest others of one text that are given."""


@dataclass(frozen=True)
class Span:
    """A shared passage, in code points of the two texts as they were written; it neither begins nor ends with a comma.

    `length` is that in the left text. In the right one it may differ, by spaces and punctuation: `right_length`.
    """

    left: int
    right: int
    length: int
    right_length: int


@dataclass(frozen=True)
class SimilarPair:
    """Two texts and how much of the shorter stands in the other (0–1)."""

    left: Hashable
    right: Hashable
    score: float
    texts: tuple[str, str] = field(repr=False, compare=False)
    ignored: Set[str] = field(repr=False, compare=False)

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The passages that count, in the order of the left text; found when they are asked for, not for every pair."""
        return shared_spans(*self.texts, ignored=self.ignored)


def similar_pairs(
    texts: Mapping[Hashable, str], *, threshold: float, boilerplate: Iterable[str] = ()
) -> list[SimilarPair]:
    """Every pair with at least this score, the likest first, equal ones in the order of `texts`.

    The left text of a pair is the one that comes first in `texts`. ValueError unless 0 < threshold <= 1.
    """
    _check(threshold)
    index = _Index(list(texts.values()), boilerplate)
    return _pairs(index, list(texts), index.pairs(threshold))


def similar_to(
    text: str, texts: Mapping[Hashable, str], *, threshold: float, boilerplate: Iterable[str] = ()
) -> list[SimilarPair]:
    """The stored texts that are like a new one, the likest first; the left id is None. Counted among them, it is one.

    ValueError unless 0 < threshold <= 1.
    """
    _check(threshold)
    index = _Index([text, *texts.values()], boilerplate)
    return _pairs(index, [None, *texts], index.pairs_of_first(threshold))


def shared_spans(
    left: str, right: str, *, shortest: int = SHORTEST, ignored: Set[str] = frozenset()
) -> tuple[Span, ...]:
    """The passages of at least `shortest` letters and digits that both texts have, in the order of the left one.

    Every such passage of the left text is covered, also where the order was changed; two spans may overlap by less than
    `shortest`. A passage that the right text has twice is shown there once, at its first place. What lies in `ignored`
    grams only (`ignored_between`) is left out.
    """
    if shortest < 1:
        raise ValueError(f"shortest must be at least 1, not {shortest}")
    return tuple(_spans(left or "", right or "", shortest, ignored))


def grams_of(text: str | None) -> set[str]:
    """The runs of five characters of a text, folded, by which it is compared."""
    return _grams(_fold(text))


def ignored_between(left: str, right: str, others: Iterable[str], *, boilerplate: Iterable[str] = ()) -> frozenset[str]:
    """The grams of both texts that a score does not count, because the form or so many others have them, too.

    `others`: all texts but these two. One reading of them, and memory for the shared grams only.
    """
    both = grams_of(left) & grams_of(right)
    holders = Counter(dict.fromkeys(both, 2))
    count = 2
    for other in others:
        count += 1
        holders.update(both & grams_of(other))
    form = set().union(*map(grams_of, boilerplate or ()))
    return frozenset(gram for gram in both if gram in form or holders[gram] > _most(count))


def _most(texts: int) -> float:
    """A gram of more texts than this is common."""
    return max(FEWEST_COMMON, COMMON_SHARE * texts)


def marked(text: str, starts_and_lengths: Iterable[tuple[int, int]]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is shared; joined they are the text. Passages may overlap."""
    text = text or ""
    pieces: list[tuple[str, bool]] = []
    done = 0
    for start, length in sorted(starts_and_lengths or ()):
        start, end = max(start, done), min(start + length, len(text))
        if end <= start:
            continue
        if pieces and start == done:  # one passage to the reader
            pieces[-1] = (pieces[-1][0] + text[start:end], True)
        else:
            pieces += [(text[done:start], False), (text[start:end], True)]
        done = end
    return [piece for piece in (*pieces, (text[done:], False)) if piece[0]]


def _check(threshold: float) -> None:
    if not 0 < threshold <= 1:  # NaN is refused, too
        raise ValueError(f"threshold must be above 0 and at most 1, not {threshold}")


class _Folding(dict[int, str]):
    """What becomes of a character, by its code point, for `str.translate`.

    NFKD makes the same characters equal as NFKC and works on each alone, so positions can be kept; the accents it sets
    free are no letters and fall out.
    """

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", chr(code)).casefold())
        self[code] = "".join(filter(str.isalnum, folded))
        return self[code]


_FOLDING = _Folding()


def _fold(text: str | None) -> str:
    return (text or "").translate(_FOLDING)


def _grams(folded: str) -> set[str]:
    return {folded[i : i + GRAM] for i in range(len(folded) - GRAM + 1)}


class _Index:
    """The texts as rows of numbers, one number for each gram that counts and that another text has, too.

    A gram is the rarer the lower its number, and rows are in that order. `sizes` says by how many grams a text is
    measured, those that it shares with nobody included.
    """

    def __init__(self, texts: list[str | None], boilerplate: Iterable[str]) -> None:
        self.texts = texts
        folded = [_fold(text) for text in texts]
        form = [_fold(text) for text in boilerplate or ()]
        grams, of_text, first = _numbered([*folded, *form])
        is_form = of_text >= len(texts)
        ignored = np.zeros(len(first), dtype=bool)
        ignored[grams[is_form]] = True
        grams, of_text = grams[~is_form], of_text[~is_form]
        holders = np.bincount(grams, minlength=len(first))
        ignored |= holders > _most(len(texts))
        joined = "".join([*folded, *form])
        self.ignored = {joined[start : start + GRAM] for start in first[ignored].tolist()}
        every = np.bincount(of_text, minlength=len(texts))
        own = every - np.bincount(of_text[ignored[grams]], minlength=len(texts))
        self.sizes: list[int] = np.maximum(own, np.minimum(FEWEST, every)).tolist()
        # Numbered by rarity, then as they sort: the same in every run.
        counting = np.flatnonzero((holders > 1) & ~ignored)
        counting = counting[np.argsort(holders[counting], kind="stable")]
        number = np.full(len(first), -1)
        number[counting] = np.arange(len(counting))
        counts = number[grams] >= 0
        numbers, of_text = number[grams[counts]], of_text[counts]
        order = np.lexsort((numbers, of_text))
        ends = np.cumsum(np.bincount(of_text, minlength=len(texts)))
        self.rows: list[Any] = np.split(numbers[order], ends[:-1]) if texts else []
        self.grams = len(counting)

    def pairs(self, threshold: float) -> Iterator[tuple[int, int, float]]:
        """Positions of two like texts, and their score; every pair is sought once, from its smaller text."""
        places = _Places(self.rows, self.grams)
        for one in sorted(range(len(self.texts)), key=self.sizes.__getitem__, reverse=True):
            row, size = self.rows[one], self.sizes[one]
            least = ceil(threshold * size - 1e-9)
            if len(row) >= least > 0:
                for other, shared in places.likest(row, least):
                    if shared / size >= threshold:
                        yield min(one, other), max(one, other), shared / size
            places.add(one, row)

    def pairs_of_first(self, threshold: float) -> Iterator[tuple[int, int, float]]:
        """The same for the first text only."""
        mine = set(self.rows[0].tolist())
        for other in range(1, len(self.texts)):
            shared = len(mine.intersection(self.rows[other].tolist()))
            score = shared and shared / min(self.sizes[0], self.sizes[other])
            if score >= threshold:
                yield 0, other, score


def _numbered(folded: list[str]) -> tuple[Any, Any, Any]:
    """Every gram of every text once: the gram's number, its text, and by number where the gram stands in all the texts.

    Numbers are in the order in which the grams sort. Five characters are too many for one whole number of 64 bits, so
    the first three are numbered before.
    """
    codes = np.frombuffer("".join(folded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.array([len(text) for text in folded], dtype=np.int64)
    of_char = np.repeat(np.arange(len(folded)), lengths)
    if len(codes) < GRAM:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
    alphabet, letters = np.unique(codes, return_inverse=True)
    letters, size = letters.reshape(-1), len(alphabet)
    starts = np.flatnonzero(of_char[: -GRAM + 1] == of_char[GRAM - 1 :])
    three = (letters[starts] * size + letters[starts + 1]) * size + letters[starts + 2]
    three = np.unique(three, return_inverse=True)[1].reshape(-1)
    five = (three * size + letters[starts + 3]) * size + letters[starts + 4]
    found, first, grams = np.unique(five, return_index=True, return_inverse=True)
    # Sorted by hand: `np.unique` without an inverse hashes, and takes ten times as long for such numbers.
    once = np.sort(of_char[starts] * max(len(found), 1) + grams.reshape(-1))
    once = once[np.append(True, once[1:] != once[:-1])] if len(once) else once
    return once % max(len(found), 1), once // max(len(found), 1), starts[first]


class _Places:
    """Which of the texts that were added so far have a gram: the inverted index, filled as the search goes on."""

    def __init__(self, rows: list[Any], grams: int) -> None:
        self.rows = rows
        room = np.bincount(np.concatenate(rows), minlength=grams) if rows else np.zeros(grams, np.int64)
        self.begin = np.cumsum(room) - room
        self.filled = np.zeros(grams, dtype=np.int64)
        self.holders = np.zeros(int(room.sum()), dtype=np.int32)

    def add(self, text: int, row: Any) -> None:
        self.holders[self.begin[row] + self.filled[row]] = text
        self.filled[row] += 1

    def likest(self, row: Any, least: int) -> Iterable[tuple[int, int]]:
        """The texts that share at least `least` grams with a row, and how many; of too many, those that share most.

        A text that shares `least` of all grams shares at least `least` − k of all but k. So where a row has too many
        holders to look up, its rarest grams say which texts to count.
        """
        held = self.filled[row]
        looked_up = int(np.searchsorted(np.cumsum(held), LOOKED_UP, side="right"))
        held = held[:looked_up]
        ends = np.cumsum(held)
        total = int(ends[-1]) if looked_up else 0
        at = np.repeat(self.begin[row[:looked_up]] - (ends - held), held) + np.arange(total)
        counts = np.bincount(self.holders[at])
        left_out = len(row) - looked_up
        likely = np.flatnonzero(counts >= max(1, least - left_out))
        if len(likely) > COUNTED:
            likely = likely[np.lexsort((likely, -counts[likely]))[:COUNTED]]
        if not left_out:
            return zip(likely.tolist(), counts[likely].tolist(), strict=True)
        mine = set(row.tolist())
        return [(other, len(mine.intersection(self.rows[other].tolist()))) for other in likely.tolist()]


def _pairs(index: _Index, ids: list[Hashable], found: Iterable[tuple[int, int, float]]) -> list[SimilarPair]:
    """With ids and texts, in the order that is promised."""
    return [
        SimilarPair(ids[left], ids[right], score, (index.texts[left] or "", index.texts[right] or ""), index.ignored)
        for left, right, score in sorted(found, key=lambda pair: (-pair[2], pair[0], pair[1]))
    ]


def _spans(left: str, right: str, shortest: int, ignored: Set[str]) -> Iterator[Span]:
    """The shared passages, without what lies in `ignored` grams only."""
    one, two = _fold(left), _fold(right)
    at, there = _positions(left), _positions(right)
    for start, place, length in _passages(one, two, shortest):
        for begin, end in _counting(one, start, start + length, ignored):
            other = place - start
            while begin < end and (_inside(at, begin) or _inside(there, begin + other)):
                begin += 1
            while begin < end and (_inside(at, end) or _inside(there, end + other)):
                end -= 1
            if end - begin >= shortest:
                first, last, first_there, last_there = (
                    at[begin],
                    at[end - 1],
                    there[begin + other],
                    there[end - 1 + other],
                )
                yield Span(first, first_there, last + 1 - first, last_there + 1 - first_there)


def _positions(text: str) -> list[int]:
    """Where each character of the folded text stands in the text as written."""
    return [position for position, char in enumerate(text) for _ in _FOLDING[ord(char)]]


def _inside(positions: list[int], index: int) -> bool:
    """Is this between two letters that were one character (㎡ is m and 2)?"""
    return 0 < index < len(positions) and positions[index - 1] == positions[index]


def _passages(one: str, two: str, shortest: int) -> Iterator[tuple[int, int, int]]:
    """Start, start in `two` and length of what both have, each as long as it goes; linear but for `in` and `find`."""
    known = {two[i : i + shortest] for i in range(len(two) - shortest + 1)}
    start = 0
    while start + shortest <= len(one):
        if one[start : start + shortest] not in known:
            start += 1
            continue
        # If a passage is in `two`, so is every shorter one from the same start: halving finds the longest.
        low, high = shortest, len(one) - start
        while low < high:
            middle = (low + high + 1) // 2
            if one[start : start + middle] in two:
                low = middle
            else:
                high = middle - 1
        yield start, two.find(one[start : start + low]), low
        start += low - shortest + 1  # what begins earlier ends inside this passage


def _counting(text: str, start: int, end: int, ignored: Set[str]) -> Iterator[tuple[int, int]]:
    """The parts of a passage that are left when ignored grams are taken out of it."""
    if not ignored:
        yield start, end
        return
    for out, group in groupby(range(start, end - GRAM + 1), key=lambda i: text[i : i + GRAM] in ignored):
        run = list(group)
        if not out:
            yield run[0], run[-1] + GRAM
