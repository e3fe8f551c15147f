"""What the web server itself has to say, in the words of the users: two mistakes never reach Django."""

import contextlib
from pathlib import Path
from typing import Any

from django.conf import settings
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

PAGES = Path(__file__).parent.parent / "docs" / "deployment" / "pages"
"""The same pages that the proxy has."""
SAID = {LimitRequestLine: "414 URI Too Long", LimitRequestHeaders: "431 Request Header Fields Too Large"}


class Worker(ThreadWorker):
    """Gunicorn's own, but for an address or a header that is too long."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        status = SAID.get(type(exc))
        if status is None:
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("Refused: %s", status)
        with contextlib.suppress(OSError):  # whoever asked may be gone
            write_nonblock(client, answer(status))


def answer(status: str) -> bytes:
    """The whole answer, head and page."""
    page = (PAGES / f"{status[:3]}.html").read_bytes()
    head = [
        f"HTTP/1.1 {status}",
        "Connection: close",
        "Content-Type: text/html; charset=utf-8",
        "X-Content-Type-Options: nosniff",
        f"Content-Length: {len(page)}",
        *(forgotten() if status.startswith("431") else ()),
    ]
    return "\r\n".join([*head, "", ""]).encode() + page


def forgotten() -> list[str]:
    """Our cookies taken back, so that whoever has gathered too many comes in again; nothing else that the browser keeps
    is touched: visits and drafts that were not sent yet lie there."""
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "messages")
    secure = "; Secure" if settings.SESSION_COOKIE_SECURE else ""
    return [f"Set-Cookie: {name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}" for name in names]
