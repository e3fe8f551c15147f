"""How lines of the log look: text, or one JSON object a line; each with the request or task that it belongs to.

Logs are read by more people than the pages are, and go to more machines. So every line is cleaned last of all, whoever
wrote it: of links that are keys, of what stands behind a question mark, of telephone and identity numbers, of
addresses, and of the values that PostgreSQL puts into its complaints.
"""

import hashlib
import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
task_name: ContextVar[str] = ContextVar("task_name", default="")

KEYS = (
    *("v", "s", "after", "here", "calendar", "monthly/read", "recommend", "objections/follow", "objections/confirm"),
    *("needs/remarks", "pitch/sign-in", "screen", "problems/follow", "invitations", "privacy/asked"),
    *("accounts/password/reset/key", "accounts/confirm-email"),
)
"""Beginnings of addresses of which the rest opens a door (tests/config/test_logs.py finds one that is forgotten)."""
CLEANED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"(/(?:{'|'.join(KEYS)})/)[^/\s\"'?]+"), r"\1…"),
    (re.compile(r"(/[\w./…-]*)\?[^\s\"']+"), r"\1?…"),
    (re.compile(r"(://)[^/\s@]+@"), r"\1…@"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "…@…"),
    (re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"), "1…"),
    (re.compile(r"(?<![\da-fA-F])\d{15,}[\dXx]?(?![\da-fA-F])"), "…"),
    (re.compile(r"(DETAIL: .*?\()[^\n]*"), r"\1…"),
)
NUMBERS = 10**9


def number_of(request: str) -> str:
    """The number of a request for people: nine digits, which can be read over the phone ("482 913 057"). In the log it
    stands without blanks."""
    return f"{int(hashlib.sha256(request.encode()).hexdigest()[:12], 16) % NUMBERS:09d}" if request else ""


def cleaned(text: str) -> str:
    for pattern, instead in CLEANED:
        text = pattern.sub(instead, text)
    return text


class Text(logging.Formatter):
    """For people who look on."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s%(of)s")

    def format(self, record: logging.LogRecord) -> str:
        number = number_of(request_id.get())
        record.of = f" [{number}]" if number else ""
        return cleaned(super().format(record))


class Json(logging.Formatter):
    """For machines that collect: one object a line."""

    MORE = ("view", "method", "status", "ms")

    def format(self, record: logging.LogRecord) -> str:
        request = request_id.get()
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": cleaned(record.getMessage()),
            "request": request,
            "number": number_of(request),
            "task": task_name.get(),
            **{name: getattr(record, name) for name in self.MORE if hasattr(record, name)},
        }
        if record.exc_info:
            said["exception"] = cleaned(self.formatException(record.exc_info))
        return json.dumps({name: value for name, value in said.items() if value != ""}, ensure_ascii=False)


def settings(form: str, level: str) -> dict[str, Any]:
    """Django's LOGGING. What was asked and how long it took (`site.access`) is said in JSON only: people who look on
    see the pages."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "config.logs.Json" if form == "json" else "config.logs.Text"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {"site.access": {"level": "INFO" if form == "json" else "WARNING"}},
    }
