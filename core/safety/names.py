"""What a file may be called on the page: what somebody sent, without what would deceive whoever reads it."""

import re
import unicodedata
from pathlib import PurePath

LONGEST = 200
# What no name needs: control characters, marks that turn the direction of writing ("gpj.exe" for "exe.jpg"), private
# and unassigned ones. The joiner between emoji goes too, which nobody misses in a name.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_RESERVED = re.compile(r'[<>:"/\\|?*]')


def cleaned(name: str) -> str:
    """The last part of `name` without what cannot be seen and what no disk takes; with its suffix when it is cut."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(letter for letter in last if unicodedata.category(letter) not in _UNSEEN)
    plain = _RESERVED.sub("_", re.sub(r"\s+", " ", seen)).strip(" .")
    if not plain:
        return "file"
    suffix = PurePath(plain).suffix[:10]
    return plain if len(plain) <= LONGEST else plain[: LONGEST - len(suffix)] + suffix
