"""The words of the environment, as settings read them. About one that cannot be meant, whoever sets up a site reads one
sentence and no traceback: nothing starts with it. What they are is said at the top of config/settings.py."""

import os
from collections.abc import Collection, Container
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import dj_database_url

N = TypeVar("N", int, float, Decimal)


def stop(name: str, why: str) -> NoReturn:
    """Nothing starts; the exit code is 1."""
    raise SystemExit(f"{name} (environment): {why} The table at the top of config/settings.py explains each word.")


def flag(name: str) -> bool:
    """True when the environment variable says 1, true, yes or on."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def items(name: str, default: str = "") -> list[str]:
    """A comma-separated environment variable as a list without blanks."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def number(name: str, default: N, *, among: Container[N] | None = None) -> N:
    """As the default is one: whole, or with a fraction. Not below zero, and one of those `among`; the default where
    the word is empty or not there."""
    said = os.environ.get(name, "").strip()
    if not said:
        return default
    try:
        found = type(default)(said)
        if 0 <= found < float("inf") and (among is None or found in among):
            return found
    except (ValueError, ArithmeticError):
        pass
    stop(name, f"“{said[:40]}” is none of the numbers that can stand there.")


def choice(name: str, among: Collection[str]) -> str:
    """One of these, in small letters; empty, which has to be one of them, where the word is empty or not there."""
    said = os.environ.get(name, "").strip().lower()
    if said not in among:
        stop(name, f"“{said[:40]}” is none of: {', '.join(one or 'empty' for one in among)}.")
    return said


def key(name: str, *, development: str) -> str:
    """A secret of the site. A site in earnest (`HTTPS`) has its own: with that of the source everybody signs for it."""
    found = os.environ.get(name, "")
    if not found and flag("HTTPS"):
        stop(name, "it is missing, and a site in earnest (HTTPS=1) needs a secret of its own.")
    return found or development


def folder(name: str, default: Path) -> Path:
    """One that is made where it is missing."""
    found = Path(os.environ.get(name) or default)
    try:
        found.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        stop(name, f"{found} cannot be made: {error.strerror}.")
    return found


def database(name: str, default: str = "", **options: Any) -> dict[str, Any]:
    """Django's settings of a database; a password stands in its address with %23 for #, %2F for /, %40 for @."""
    try:
        found = dict(dj_database_url.parse(os.environ.get(name) or default, **options))
        if found["NAME"]:
            return found
    except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError, ValueError):
        pass
    stop(name, "no address like postgres://name:password@host/database (in it %23 is #, %2F is /, %40 is @).")
