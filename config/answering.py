"""What the web server itself has to say, in the words of the users: two mistakes never reach Django."""

import contextlib
from pathlib import Path
from typing import Any

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
    head = (
        f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"X-Content-Type-Options: nosniff\r\nContent-Length: {len(page)}\r\n\r\n"
    )
    return head.encode() + page
