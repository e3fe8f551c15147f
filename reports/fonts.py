"""Which face fills each role of an official paper (GB/T 9704-2012): a bureau's own, a free one, or a stand-in.

方正小标宋 and 仿宋_GB2312 may not be handed on with a product. So a bureau puts the fonts it has licensed into
`FONTS_DIR`, and they come before the free ones, which `./run` installs (docs/adr/0010-fonts.md). Which file is which
is told by its name, as these fonts are usually called. The style sheets name faces by their role
(static/css/pdf/text.css); characters that a face does not have are taken from Noto, which has those of GB 18030.
"""

import os
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

SUFFIXES = (".ttf", ".otf")


class Role(NamedTuple):
    """A role: its Chinese name, what style sheets call the bureau's own face, and what may fill it instead."""

    name: str
    family: str
    is_bold: bool
    marks: tuple[str, ...]
    """What the name of a file contains that fills it, in small letters; the first role that fits has it."""
    free: tuple[str, ...]
    """Families that fill it well, the best first."""
    stand_in: str
    """A family that is there in any case, and legible, but another face."""


ROLES = (
    Role("小标宋", "Own XiaoBiaoSong", True, ("小标宋", "xiaobiaosong", "fzxbs"), ("FandolSong",), "Noto Serif CJK SC"),
    Role("仿宋", "Own FangSong", False, ("仿宋", "fangso", "simfang", "fzfs"), ("FandolFang",), "Noto Serif CJK SC"),
    Role("楷体", "Own KaiTi", False, ("楷", "kai"), ("FandolKai",), "Noto Serif CJK SC"),
    Role("黑体", "Own HeiTi", False, ("黑", "hei"), ("Noto Sans CJK SC",), "Noto Sans CJK SC"),
    Role("宋体", "Own SongTi", False, ("宋", "song", "simsun"), ("Noto Serif CJK SC",), "Noto Serif CJK SC"),
)


class OwnFonts(NamedTuple):
    """What lies in `FONTS_DIR`: the file of each role, and files that fill none."""

    files: dict[str, Path]
    unused: list[Path]


def role_of(name: str) -> Role | None:
    """The role that a file of this name fills: 方正小标宋_GBK.TTF → 小标宋."""
    if not name.lower().endswith(SUFFIXES):
        return None
    return next((role for role in ROLES if any(mark in name.lower() for mark in role.marks)), None)


def own_fonts() -> OwnFonts:
    """The bureau's own fonts by the name of their role; of two for one role the first in the order of names."""
    found, unused = {}, []
    folder = Path(settings.FONTS_DIR)
    for path in sorted(folder.iterdir()) if folder.is_dir() and os.access(folder, os.R_OK | os.X_OK) else ():
        role = role_of(path.name)
        if role is None or role.name in found or not path.is_file() or not os.access(path, os.R_OK):
            unused.append(path)
        else:
            found[role.name] = path
    return OwnFonts(found, unused)


def faces(files: dict[str, Path]) -> str:
    """The style sheet that gives these files the names of their roles."""
    return "\n".join(
        f'@font-face {{ font-family: "{role.family}"; font-weight: {"bold" if role.is_bold else "normal"};'
        f' src: url("{files[role.name].resolve().as_uri()}"); }}'
        for role in ROLES
        if role.name in files
    )
