"""Reads an archive package again, as zip or as the directory somebody unpacked: what is missing, altered or additional.

Pure: no ORM, so it works wherever this file is. `register` answers, where there is a database, which SHA-256 the
register has for a verification code.
"""

import hashlib
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from django.utils.translation import gettext as _

from reports.archive.bag import BAG, BLOCK, INDEX, MANIFEST, TAGS

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)", re.IGNORECASE)
INDEX_LIMIT = 64 << 20
"""An index of more than this is none of ours."""


class NoPackage(Exception):
    """It cannot be read, or is no archive package."""


@dataclass
class Findings:
    """Paths by what is wrong with them; `digest` is that of the tag manifest, which stands for the whole."""

    good: int = 0
    missing: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    additional: list[str] = field(default_factory=list)
    unlike_register: list[str] = field(default_factory=list)
    not_in_register: list[str] = field(default_factory=list)
    in_register: int = 0
    digest: str = ""
    edition: str = ""

    @property
    def is_good(self) -> bool:
        return not (self.missing or self.altered or self.additional or self.unlike_register or self.not_in_register)


Register = Callable[[str], str | None]


class Files(Protocol):
    """A package that is open: its paths below the top folder, and what is in each."""

    names: list[str]

    def open(self, name: str) -> IO[bytes]: ...


class _Folder:
    def __init__(self, top: Path) -> None:
        self.top = top
        self.names = sorted(path.relative_to(top).as_posix() for path in top.rglob("*") if not path.is_dir())

    def open(self, name: str) -> IO[bytes]:
        path = self.top / name
        if not path.resolve().is_relative_to(self.top.resolve()):
            raise OSError(f"outside: {name}")  # a link that leads elsewhere is no file of the package
        return path.open("rb")


class _Zip:
    def __init__(self, archive: zipfile.ZipFile, top: str) -> None:
        self.archive, self.top = archive, top
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
        self.names = [name.removeprefix(top) if name.startswith(top) else f"../{name}" for name in names]

    def open(self, name: str) -> IO[bytes]:
        return self.archive.open(self.top + name)


@contextmanager
def opened(path: Path) -> Iterator[Files]:
    """A zip, or the directory with `bagit.txt` in it (or in the only folder in it)."""
    if path.is_dir():
        tops = [path] if (path / BAG).is_file() else [found.parent for found in sorted(path.glob(f"*/{BAG}"))]
        if len(tops) != 1:
            raise NoPackage(_("there is no %(name)s in %(path)s") % {"name": BAG, "path": path})
        yield _Folder(tops[0])
        return
    try:
        with zipfile.ZipFile(path) as archive:
            tops_in = [name.removesuffix(BAG) for name in archive.namelist() if re.fullmatch(rf"([^/]+/)?{BAG}", name)]
            if len(tops_in) != 1:
                raise NoPackage(_("there is no %(name)s in %(path)s") % {"name": BAG, "path": path})
            yield _Zip(archive, tops_in[0])
    except (OSError, zipfile.BadZipFile) as error:
        raise NoPackage(str(error)) from error


def packages_in(folder: Path) -> tuple[list[Path], list[Path]]:
    """The packages that lie side by side in a folder, and what else does.

    Every zip counts as one, and every directory that has a part of one: whatever was broken must not go unseen."""
    found = sorted(folder.iterdir())
    packages = [path for path in found if _was_package(path)]
    return packages, [path for path in found if path not in packages]


def _was_package(path: Path) -> bool:
    if not path.is_dir():
        return path.suffix.lower() == ".zip"
    return any(found.is_file() for name in (BAG, MANIFEST, TAGS) for found in (path / name, *path.glob(f"*/{name}")))


def check(path: Path, register: Register | None = None) -> Findings:
    """Everything that is not as the manifests, and the register, say. Raises `NoPackage`."""
    with opened(path) as files:
        found = Findings()
        if TAGS in files.names:
            found.digest = _digest(files, TAGS) or ""
        expected = {**_manifest(files, TAGS), **_manifest(files, MANIFEST)}
        for name in (MANIFEST, TAGS, BAG):
            if name not in files.names:
                found.missing.append(name)
        here = Counter(files.names)
        found.additional = sorted(n for n, times in here.items() if times > 1 or (n not in expected and n != TAGS))
        actual: dict[str, str | None] = {}
        for name, digest in expected.items():
            if name not in here:
                if name not in found.missing:
                    found.missing.append(name)
                continue
            actual[name] = _digest(files, name)
            if actual[name] == digest:
                found.good += 1
            else:
                found.altered.append(name)
        _compare(files, found, actual, register)
        return found


def _compare(files: Files, found: Findings, actual: dict[str, str | None], register: Register | None) -> None:
    try:
        with files.open(INDEX) as file:
            index = json.loads(file.read(INDEX_LIMIT))
        found.edition = str(index["package"]["edition"])
        papers = [(str(item["code"]), str(item["path"])) for item in index["items"] if item["code"]]
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile):
        return  # missing or altered: that is said already
    if register is None:
        return
    for code, name in papers:
        digest = register(code)
        if digest is None:
            found.not_in_register.append(name)
        elif actual.get(name) == digest:
            found.in_register += 1
        elif name in actual:
            found.unlike_register.append(name)


def _manifest(files: Files, name: str) -> dict[str, str]:
    if name not in files.names:
        return {}
    try:
        with files.open(name) as file:
            text = file.read().decode()
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError):
        return {}
    found = (_LINE.fullmatch(line.rstrip("\r")) for line in text.split("\n"))
    return {line[2]: line[1].lower() for line in found if line}


def _digest(files: Files, name: str) -> str | None:
    """None of what cannot be read to its end."""
    digest = hashlib.sha256()
    try:
        with files.open(name) as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError):
        return None
    return digest.hexdigest()
