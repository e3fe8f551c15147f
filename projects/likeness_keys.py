"""Numbers by which alike proposals find one another among very many, without anybody reading them all. No ORM here.

Of a text one gram in `SHARE` is kept: those whose hash is divisible by it, so that two texts with the same gram both
keep it or both do not. That is FracMinHash (Irber et al., "Lightweight compositional analysis of metagenomes with
FracMinHash and minimum metagenome covers", 2022), which finds a short text inside a long one, too; of MinHash (Broder,
1997) every text keeps the same number of grams, and the short one is lost. The keys choose whom to compare; what two
proposals have in common is counted exactly afterwards (`similarity`).
"""

from collections.abc import Iterable
from hashlib import blake2b

from projects.similarity import grams_of

SHARE = 32
"""A text of 1,000 characters has 31 keys; one of which 300 stand in another shares nine of them with it."""


def key_of(*said: object) -> int:
    """A number of 63 bits for what is the same or is not: a line of the budget, the number of an invoice."""
    content = "\x1f".join(map(str, said)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big") >> 1


def keys_of_text(text: str, boilerplate: Iterable[str] = ()) -> set[int]:
    """The keys of a text, without what the form and the call say themselves."""
    grams = grams_of(text).difference(*(grams_of(form) for form in boilerplate))
    return {key for key in (key_of("text", gram) for gram in grams) if key % SHARE == 0}
