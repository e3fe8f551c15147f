"""Send something to a page, see what it wrote, and take all of it back: thousands of requests to the same things."""

from copy import deepcopy
from dataclasses import dataclass

from django.contrib.messages import constants, get_messages
from django.db import connection, transaction
from django.test import Client

NO_TRACE = ("django_session", "core_knock")
"""What a request may write though it is refused: the session of its person, and that a stranger has sent something."""

WORDS = {"note": "x", "reason": "x"}
"""What is sent to see whether somebody may: most buttons ask for no more."""


class Writes:
    """The tables that requests have written to; what a savepoint takes back was not written."""

    def __init__(self) -> None:
        self.tables: list[str] = []
        self.savepoints: dict[str, int] = {}

    def __call__(self, execute, sql, params, many, context):
        words = sql.split(None, 3)
        if words[0] in ("INSERT", "UPDATE", "DELETE"):
            table = (words[1] if words[0] == "UPDATE" else words[2]).strip('"')
            if table not in NO_TRACE:
                self.tables.append(table)
        elif words[0] == "SAVEPOINT":
            self.savepoints[words[1]] = len(self.tables)
        elif words[0] == "ROLLBACK":
            del self.tables[self.savepoints[words[-1]] :]
        return execute(sql, params, many, context)


@dataclass(frozen=True)
class Answer:
    """What came of a request: the `tables` it wrote to; `says_no` is a refusal in words on the next page, `page` the
    text of a page to read."""

    status: int
    to: str
    tables: tuple[str, ...]
    says_no: bool
    page: str
    is_page: bool

    @property
    def is_refused(self) -> bool:
        """Neither the page nor what it does is for this person: 403, 404, 405, or they are sent to sign in."""
        return self.status in (403, 404, 405) or (self.status == 302 and "/accounts/login/" in self.to)

    @property
    def is_done(self) -> bool:
        """Taken: neither refused, nor the same page once more with what is wrong in it, nor a sentence why not."""
        return self.status < 400 and not (self.is_page or self.is_refused or self.says_no)


def send(client: Client, page: str, data: dict[str, str]) -> Answer:
    """POST `data`; whatever that wrote is taken back, and who signs out by it is signed in again."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic(), connection.execute_wrapper(writes := Writes()):
        client.raise_request_exception = False
        answer = client.post(page, data)
        tables = tuple(dict.fromkeys(writes.tables))
        transaction.set_rollback(True)
    client.cookies = cookies
    said = get_messages(answer.wsgi_request)._queued_messages if hasattr(answer, "wsgi_request") else []
    says_no = any(message.level >= constants.ERROR for message in said)
    is_page = answer.status_code == 200 and "text/html" in answer["Content-Type"]
    return Answer(
        answer.status_code, answer.get("Location", ""), tables, says_no, answer.text if is_page else "", is_page
    )


def wrong_with(answer: Answer, may: bool) -> str:
    """What should not be: somebody let in or turned away by mistake, an error, or rows of one who got nothing."""
    if answer.status >= 500 or answer.is_refused == may:
        return f"{answer.status} {answer.to}"
    return "" if answer.is_done else " ".join(answer.tables)
