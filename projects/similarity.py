"""Which proposals were copied from one another? Shown to a person with the passages; nothing follows from it by itself.

Two texts are compared by the runs of five characters ("grams") they share, after folding: compatibility forms and case
as in Unicode NFKC case-folding, then letters and digits only. So width, spaces, punctuation, invisible characters and
accents neither make a copy nor hide one; simplified and traditional characters stay different. Five, because Chinese
words have mostly two characters and set phrases four (志愿服务): five in a row are already a choice of words.

The score is the containment of Broder, "On the resemblance and containment of documents" (1997), of the smaller set of
grams in the larger: shared / min(left, right). His resemblance (Jaccard) would hide a short text that was copied whole
into a long one. A score of 0.3 reads: three tenths of the shorter proposal stand in the other. What does not count, on
either side: grams of the form and the call (`boilerplate`), and common ones, which stand in more than a third of all
texts and in more than five. So more than five copies of one text are taken for a template where they are a third of
all. A text of which fewer than `FEWEST` grams remain is measured as if it had that many: what two applicants wrote into
an otherwise untouched form is too little to accuse them.

Pairs come from an inverted index of the grams, the rarest looked up first and the most frequent left out: the prefix
filter of set-similarity joins (Bayardo, Ma and Srikant, "Scaling up all pairs similarity search", 2007), which misses
nothing. Winnowing (Schleimer, Wilkerson and Aiken, 2003) would only promise passages of a certain length. Every pair is
then counted exactly. Only the work for one text is bounded (`LOOKED_UP`, `COUNTED`), so that time and memory grow with
the number of texts. `similar_pairs` therefore finds every pair for certain, whatever the threshold, unless a text of
1,000 characters has grams that stand in some seventy others on average, not counting its most frequent ones, or is like
five hundred others. `similar_to` has no such bound.
"""

import unicodedata
from array import array
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain, groupby
from math import ceil

GRAM = 5
SHORTEST = 8
"""A shared passage worth showing: two words and what joins them."""
COMMON_SHARE, FEWEST_COMMON = 1 / 3, 5
FEWEST = 20
LOOKED_UP = 50_000
"""Places in the index that are read for one text."""
COUNTED = 500
"""Likeliest others that are compared with one text."""


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
    """Two texts, how much of the shorter stands in the other (0–1), and the passages in the order of the left text."""

    left: Hashable
    right: Hashable
    score: float
    spans: tuple[Span, ...]


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


def shared_spans(left: str, right: str, *, shortest: int = SHORTEST) -> tuple[Span, ...]:
    """The passages of at least `shortest` letters and digits that both texts have, in the order of the left one.

    Every such passage of the left text is covered, also where the order was changed; two spans may overlap by less than
    `shortest`. A passage that the right text has twice is shown there once, at its first place.
    """
    if shortest < 1:
        raise ValueError(f"shortest must be at least 1, not {shortest}")
    return tuple(_spans(left or "", right or "", shortest, set()))


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
        holders = _holders(folded)
        most = max(FEWEST_COMMON, COMMON_SHARE * len(texts))
        self.ignored = {gram for gram, count in holders.items() if count > most}
        self.ignored.update(*(_grams(_fold(text)) for text in boilerplate or ()))
        counting = sorted(gram for gram, count in holders.items() if count > 1 and gram not in self.ignored)
        counting.sort(key=holders.__getitem__)
        numbers = {gram: number for number, gram in enumerate(counting)}
        self.rows: list[Sequence[int]] = []
        self.sizes: list[int] = []
        for text in folded:
            grams = _grams(text)
            own = len(grams) - len(grams & self.ignored)
            self.sizes.append(max(own, min(FEWEST, len(grams))))
            self.rows.append(array("I", sorted(numbers[gram] for gram in grams if gram in numbers)))

    def pairs(self, threshold: float) -> Iterator[tuple[int, int, float]]:
        """Positions of two like texts, and their score; every pair is sought once, from its smaller text."""
        places: dict[int, list[int]] = {}  # number of a gram: the texts, at least as large as this one, that have it
        for one in sorted(range(len(self.texts)), key=self.sizes.__getitem__, reverse=True):
            row = self.rows[one]
            least = ceil(threshold * self.sizes[one] - 1e-9)
            if len(row) >= least > 0:
                mine = set(row)
                for other in _candidates(row, least, places):
                    score = len(mine.intersection(self.rows[other])) / self.sizes[one]
                    if score >= threshold:
                        yield min(one, other), max(one, other), score
            for number in row:
                places.setdefault(number, []).append(one)

    def pairs_of_first(self, threshold: float) -> Iterator[tuple[int, int, float]]:
        """The same for the first text only."""
        mine = set(self.rows[0])
        for other in range(1, len(self.texts)):
            shared = len(mine.intersection(self.rows[other]))
            score = shared and shared / min(self.sizes[0], self.sizes[other])
            if score >= threshold:
                yield 0, other, score


def _holders(folded: list[str]) -> Counter[str]:
    """How many texts have a gram, for the grams of more than one text (a few others slip in, with 1).

    Most grams stand in one text only. To remember each would take several times the memory of all the rest, so a first
    reading marks a slot of a table by the gram's hash, and only grams that find theirs marked are counted in a second.
    """
    slots = 1 << (4 * sum(map(len, folded))).bit_length()
    taken = bytearray(slots)
    again = set()
    for text in folded:
        for gram in _grams(text):
            slot = hash(gram) & (slots - 1)
            if taken[slot]:
                again.add(gram)
            taken[slot] = 1
    holders: Counter[str] = Counter()
    for text in folded:
        holders.update(again & _grams(text))
    return holders


def _candidates(row: Sequence[int], least: int, places: dict[int, list[int]]) -> Iterable[int]:
    """The texts that may share `least` grams of a row: those that share enough of its rarer ones.

    A text that shares `least` of all shares at least `least` − k of all but k. Half of what may be left out is, the
    most frequent: with more, texts that share next to nothing would have to be counted.
    """
    looked_up: list[list[int]] = []
    room = LOOKED_UP
    found = 0
    for number in row[: len(row) - (least - 1) // 2]:
        holders = places.get(number, [])
        room -= len(holders)
        if room < 0:
            break
        looked_up.append(holders)
        found += 1
    enough = max(1, least - (len(row) - found))
    counts = Counter(chain.from_iterable(looked_up))
    likely = [other for other, count in counts.items() if count >= enough]
    return likely if len(likely) <= COUNTED else nlargest(COUNTED, likely, key=lambda other: (counts[other], -other))


def _pairs(index: _Index, ids: list[Hashable], found: Iterable[tuple[int, int, float]]) -> list[SimilarPair]:
    """With ids and passages, in the order that is promised."""
    pairs = []
    for left, right, score in sorted(found, key=lambda pair: (-pair[2], pair[0], pair[1])):
        spans = _spans(index.texts[left] or "", index.texts[right] or "", SHORTEST, index.ignored)
        pairs.append(SimilarPair(ids[left], ids[right], score, tuple(spans)))
    return pairs


def _spans(left: str, right: str, shortest: int, ignored: set[str]) -> Iterator[Span]:
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


def _counting(text: str, start: int, end: int, ignored: set[str]) -> Iterator[tuple[int, int]]:
    """The parts of a passage that are left when ignored grams are taken out of it."""
    if not ignored:
        yield start, end
        return
    for out, group in groupby(range(start, end - GRAM + 1), key=lambda i: text[i : i + GRAM] in ignored):
        run = list(group)
        if not out:
            yield run[0], run[-1] + GRAM
