"""Do two names mean the same organisation? Pure calculation, no ORM.

An employer is typed by hand, so the same one comes in many spellings. The same is what differs only in the width of
letters, white space, brackets and other punctuation, or in the legal form at its end (有限公司, （集团）…). Near is
what a person should look at: a district before one name and not before the other, a department of the same house, one
wrong character. Near never bars: two districts may each have a centre of one name, and 第一小学 is not 第二小学.
"""

import re
from functools import lru_cache

from core.identifiers import half_width

LEGAL_FORMS = ("有限责任公司", "股份有限公司", "有限公司", "集团公司", "总公司", "公司", "集团")
"""What a name may end in without being another organisation; the longest first."""
SHORTEST_STEM = 4
"""Characters that must be left of a name: of 北京有限公司 nothing would remain that tells one from another."""
SHORTEST_TO_MISTYPE = 6
"""Characters from which one wrong character is more likely a slip than another organisation."""
COUNTING = set("0123456789一二三四五六七八九十东南西北中上下左右前后大小新老")
"""Characters by which neighbours are told apart: 东街社区 and 西街社区 are two."""
_REGION = re.compile(r"^(?:[\u4e00-\u9fff]{2,7}?(?:省|自治区|自治州|(?<!超)市|(?<![社小园校城景片])区|县|街道))+")


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """A name or address as it is compared: without white space, punctuation and the width of letters."""
    return "".join(c for c in half_width(text).casefold() if c.isalnum())


@lru_cache(maxsize=16384)
def stem(name: str) -> str:
    """A name without its legal form; two organisations with one stem are taken for the same."""
    key, before = fold(name), ""
    while key != before:
        before = key
        for form in LEGAL_FORMS:
            if key.endswith(form) and len(key) - len(form) >= SHORTEST_STEM:
                key = key.removesuffix(form)
                break
    return key


@lru_cache(maxsize=16384)
def without_region(key: str) -> str:
    """A stem without the province, city or district before it, where enough is left to know it by."""
    rest = _REGION.sub("", key)
    return rest if len(rest) >= SHORTEST_STEM else key


@lru_cache(maxsize=16384)
def traces(key: str) -> frozenset[str]:
    """Under what a stem is kept, so that those near it are found without comparing all pairs."""
    begun = {f"begins {key[:length]}" for length in range(SHORTEST_STEM, len(key))}
    return frozenset({f"whole {key}", *begun, *_alike(key)})


def scent(key: str) -> frozenset[str]:
    """Under what those near a stem are kept."""
    longer = {f"whole {key[:length]}" for length in range(SHORTEST_STEM, len(key))}
    return frozenset({f"begins {key}", *longer, *_alike(key)})


def _alike(key: str) -> set[str]:
    lacking = {f"lacks {key[:at]}{key[at + 1 :]}" for at in range(len(key))}
    return {f"elsewhere {without_region(key)}", f"lacks {key}", *lacking}


def is_near(one: str, other: str) -> bool:
    """Whether two stems that are not the same might mean the same organisation."""
    if one == other or min(len(one), len(other)) < SHORTEST_STEM:
        return False
    if without_region(one) == without_region(other):
        # 海淀区… and 朝阳区… say themselves that they are two.
        return one.endswith(other) or other.endswith(one)
    return one.startswith(other) or other.startswith(one) or _is_mistyped(one, other)


def _is_mistyped(one: str, other: str) -> bool:
    """One character more, less or another, and not one that is there to tell neighbours apart."""
    short, long = sorted((one, other), key=len)
    if len(short) < SHORTEST_TO_MISTYPE or len(long) - len(short) > 1:
        return False
    start = next((at for at, c in enumerate(short) if c != long[at]), len(short))
    left, right = short[start:], long[start:]
    if len(left) == len(right):
        return left[1:] == right[1:] and not {left[0], right[0]} <= COUNTING
    return left == right[1:] and right[0] not in COUNTING
