"""What every address that answers with data has in common: anybody may read it from anywhere, so often a minute; what
is wrong with a request is said as JSON; what has not changed is not sent again.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import RequestDataTooBig
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt

from core import clock
from core.strangers import sender_of
from reports.open_data.layout import compact
from reports.open_data.sources import LANGUAGE

MINUTE = 60
FOR_A_WHOLE_FILE = 5
"""What a whole file counts of the requests of a minute."""
FRESH_FOR = 300
"""Seconds for which a copy may be used without asking."""
MOST_BYTES = 64 * 1024

TITLES = {
    400: "请求有误",
    404: "没有找到",
    405: "不支持这种请求方式",
    413: "请求内容太长",
    429: "请求太频繁",
}


class Problem(Exception):
    """The request cannot be answered: a status, a sentence, and what is wrong where."""

    def __init__(self, status: int, detail: str, errors: Iterable[tuple[str, str]] = (), **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = [{"field": field, "message": message} for field, message in errors]
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def response(self) -> HttpResponse:
        """Problem details (RFC 9457), with `message` and `errors` as CommonGrants wants its errors."""
        body = {
            "type": "about:blank",
            "title": TITLES[self.status],
            "status": self.status,
            "detail": self.detail,
            "message": self.detail,
            "errors": self.errors,
        }
        headers = {"Cache-Control": "no-store", **self.headers}
        return HttpResponse(
            _bytes(compact(body)), status=self.status, content_type="application/problem+json", headers=headers
        )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # half of a surrogate pair can be sent, and comes back as a mark


Answer = Callable[..., HttpResponseBase]


def data(method: str = "GET", cost: int = 1) -> Callable[[Answer], Answer]:
    """The address answers `method` (and HEAD and OPTIONS) with data, in Chinese whoever asks, and counts `cost`
    requests of those that a network address has a minute."""
    methods = ["GET", "HEAD", "OPTIONS"] if method == "GET" else [method, "OPTIONS"]

    def decorate(view: Answer) -> Answer:
        @csrf_exempt  # nothing is changed, and no cookie is asked for
        @wraps(view)
        def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response: HttpResponseBase
            try:
                if request.method not in methods:
                    raise Problem(405, "可用：" + "、".join(methods), Allow=", ".join(methods))
                if request.method == "OPTIONS":
                    response = HttpResponse(status=204, headers={"Allow": ", ".join(methods)})
                else:
                    _count(request, cost)
                    with translation.override(LANGUAGE):
                        response = view(request, *args, **kwargs)
            except Problem as problem:
                response = problem.response()
            return _for_everybody(response, methods)

        respond.counts_itself = True  # type: ignore[attr-defined]  # config.middleware counts what strangers send
        return respond

    return decorate


def _for_everybody(response: HttpResponseBase, methods: list[str]) -> HttpResponseBase:
    """Pages of other sites may read it (CORS); no cookie goes along, so there is nothing to protect."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = ", ".join(methods)
    response["Access-Control-Allow-Headers"] = "Content-Type, If-None-Match, If-Modified-Since"
    response["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Retry-After"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _count(request: HttpRequest, cost: int) -> None:
    """Count a request of its sender (the fingerprint of the address that forms use too); refuse one too many."""
    now = int(clock.now().timestamp())
    key = f"open-data:{sender_of(request)}:{now // MINUTE}"
    cache = caches["quick"]
    cache.add(key, 0, timeout=2 * MINUTE)
    try:
        count = cache.incr(key, cost)
    except ValueError:  # thrown out of the cache in between
        return
    if count > settings.OPEN_DATA_LIMIT:
        wait = MINUTE - now % MINUTE
        raise Problem(429, f"每分钟最多 {settings.OPEN_DATA_LIMIT} 次，请 {wait} 秒后再试", Retry_After=str(wait))


# -- Answers ---------------------------------------------------------------------------------------


def send_json(request: HttpRequest, payload: Any, modified: datetime | None = None) -> HttpResponseBase:
    """An answer that knows its fingerprint."""
    try:
        body = _bytes(compact(payload))
    except RecursionError as error:  # what came back in it was nested too deeply
        raise Problem(400, "请求内容嵌套太深") from error
    mark = Mark(hashlib.sha256(body).hexdigest(), modified)
    return mark.on(mark.known(request) or HttpResponse(body, content_type="application/json"))


def send_file(
    request: HttpRequest, pieces: Iterable[str], kind: str, name: str, modified: datetime | None
) -> HttpResponseBase:
    """A file that may be larger than the memory: written down first, since its fingerprint stands before it."""
    file = TemporaryFile()  # noqa: SIM115  closed by the response, or here
    digest = hashlib.sha256()
    for piece in pieces:
        part = _bytes(piece)
        digest.update(part)
        file.write(part)
    mark = Mark(digest.hexdigest(), modified)
    known = mark.known(request)
    if known is not None:
        file.close()
        return mark.on(known)
    file.seek(0)
    is_table = kind.startswith("text/csv")
    return mark.on(FileResponse(file, as_attachment=is_table, filename=name, content_type=kind))


@dataclass(frozen=True)
class Mark:
    """By what a sender knows an answer again: the fingerprint of its very bytes, and when the data last changed. That
    may be older than a change of a name, so who wants to be sure sends the fingerprint."""

    digest: str
    modified: datetime | None

    @property
    def etag(self) -> str:
        return f'"{self.digest[:32]}"'

    @property
    def at(self) -> int | None:
        return int(self.modified.timestamp()) if self.modified else None

    def known(self, request: HttpRequest) -> HttpResponse | None:
        """304 where the sender has it already (412 where it asked for that), else None."""
        if request.method not in ("GET", "HEAD"):
            return None
        return get_conditional_response(request, self.etag, self.at)

    def on(self, response: HttpResponseBase) -> HttpResponseBase:
        response["ETag"] = self.etag
        if self.at is not None:
            response["Last-Modified"] = http_date(self.at)
        response["Cache-Control"] = f"public, max-age={FRESH_FOR}"
        return response


# -- Requests --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paging:
    """Which page, of how many records."""

    page: int
    size: int

    @property
    def start(self) -> int:
        return (self.page - 1) * self.size

    def info(self, total: int) -> dict[str, int]:
        return {
            "page": self.page,
            "pageSize": self.size,
            "totalItems": total,
            "totalPages": -(-total // self.size),
        }


def paging(values: dict[str, Any], most: int) -> Paging:
    """The paging that a request asks for, by address (texts) or by body (numbers); the standard's default is 100."""
    found = {"page": 1, "pageSize": most}
    for name, limit in (("page", 1_000_000), ("pageSize", most)):
        value = values.get(name)
        if value is None:
            continue
        text = value if isinstance(value, str) else str(value) if type(value) is int else ""
        if not (text.isascii() and text.isdigit() and len(text) <= 7 and 1 <= int(text) <= limit):
            raise Problem(400, f"{name} 应为 1 到 {limit} 的整数", [(name, f"1 – {limit}")])
        found[name] = int(text)
    return Paging(found["page"], found["pageSize"])


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent; nothing sent is an empty one."""
    try:
        sent = request.body
    except RequestDataTooBig as error:
        raise Problem(413, "请求内容太长") from error
    if len(sent) > MOST_BYTES:
        raise Problem(413, "请求内容太长")
    if not sent.strip():
        return {}
    try:
        found = json.loads(sent.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "请求内容不是 JSON") from error
    if not isinstance(found, dict):
        raise Problem(400, "请求内容应为一个 JSON 对象")
    return found


def _no_number(words: str) -> None:
    raise ValueError(words)  # NaN and Infinity are not JSON
