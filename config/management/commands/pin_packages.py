import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LISTS = ("requirements.txt", "requirements-dev.txt")
CONSTRAINTS = "constraints.txt"
PYTHONS = ("3.11", "3.12", "3.13")
NOT_OURS = {"pip", "setuptools"}
"""They come with Python's own venv, of another version in each."""
HEAD = """\
# What the packages of requirements.txt and requirements-dev.txt bring along, in the versions that were tested, with the
# licence that each states of itself. `./run fix` writes it from what is installed (manage.py pin_packages), every
# installation is held to it (pip install -c), and `./run check` asks whether a weakness of one is known.
"""


class Command(BaseCommand):
    help = "Writes constraints.txt anew: the exact version of everything that our packages bring along, as installed."

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / CONSTRAINTS
        text = constraints(kept=path.read_text() if path.exists() else "")
        path.write_text(text)
        self.stdout.write(f"{CONSTRAINTS}: {len(pins_of(text))} packages that others bring along.")


def constraints(kept: str) -> str:
    """The whole file. What only another Python than this one needs keeps the line it has in `kept`."""
    lists = [list(requirements_of(name)) for name in LISTS]
    ours = {canonicalize_name(one.name) for each in lists for one in each}
    product = brought_along(lists[0]) - ours
    tests = brought_along(lists[0] + lists[1]) - ours - product
    before = {name: line for name, line in _lines(kept)}
    parts = (("Part of the product", product), ("Only for tests and checks", tests))
    return HEAD + "".join(f"\n# {title}\n" + "".join(said(names, before)) for title, names in parts)


def requirements_of(name: str) -> Iterator[Requirement]:
    for line in (Path(settings.BASE_DIR) / name).read_text().splitlines():
        if found := line.partition("#")[0].strip():
            yield Requirement(found)


def brought_along(asked: list[Requirement]) -> set[str]:
    """The names of what these packages need, and what that needs, on any Python that we run on; themselves too."""
    extras: dict[str, set[str]] = {}
    waiting = [(canonicalize_name(one.name), set(one.extras)) for one in asked]
    while waiting:
        name, more = waiting.pop()
        if name in extras and more <= extras[name]:
            continue
        extras[name] = extras.get(name, set()) | more
        for each in map(Requirement, (found.requires or []) if (found := installed(name)) else []):
            if _applies(each, extras[name]):
                waiting.append((canonicalize_name(each.name), set(each.extras)))
    return set(extras) - NOT_OURS


def _applies(one: Requirement, extras: set[str]) -> bool:
    return one.marker is None or any(
        one.marker.evaluate({"extra": extra, "python_version": python, "python_full_version": f"{python}.0"})
        for python in PYTHONS
        for extra in extras | {""}
    )


def installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def said(names: set[str], before: dict[str, str]) -> Iterator[str]:
    """A line for each that is installed; of what is not, the line it had before, if it had one."""
    for name in sorted(names):
        if found := installed(name):
            yield f"{f'{name}=={found.version}':<38} # {licence_of(found)}\n"
        elif name in before:
            yield f"{before[name]}\n"


def licence_of(package: Distribution) -> str:
    """As the package says it, in one of the three places where it may."""
    stated = package.metadata
    classified = [one.split(" :: ")[-1] for one in stated.get_all("Classifier") or [] if one.startswith("License ::")]
    return stated["License-Expression"] or ", ".join(classified) or (stated["License"] or "not said").splitlines()[0]


def pins_of(text: str) -> dict[str, str]:
    """The version of each package that a file like ours pins."""
    return {name: line.partition("==")[2].split()[0] for name, line in _lines(text)}


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if found := re.match(r"([\w.-]+)==", line):
            yield canonicalize_name(found[1]), line
