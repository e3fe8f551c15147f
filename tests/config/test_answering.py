"""The web server that we deliver, as it is: what it answers before Django is asked."""

from http.client import HTTPConnection

import pytest
from django.conf import settings

from config.answering import answer
from tests.nodes import Node, free_port, wait_until

LONG = {"414": ("/?q=" + "a" * 5000, {}), "431": ("/", {"Cookie": "a" * 9000}), "200": ("/healthz", {})}


class Server(Node):
    """Alone, on an empty database of its own."""

    def __init__(self, folder):
        self.port = free_port()
        own = {"BIND": f"127.0.0.1:{self.port}", "WEB_PROCESSES": "1", "VAR_DIR": str(folder)}
        command = ("-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi")
        super().__init__(folder, *command, DATABASE_URL=f"sqlite:///{folder}/db.sqlite3", **own)

    def ask(self, path: str, headers: dict[str, str]):
        line = HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            line.request("GET", path, headers=headers)
            answer = line.getresponse()
            return str(answer.status), answer.read().decode()
        except OSError:
            return None
        finally:
            line.close()


@pytest.fixture
def server(db, tmp_path):
    made = Server(tmp_path)
    try:
        wait_until(lambda: made.ask("/healthz", {}) is not None)
        yield made
    finally:
        made.stop()


@pytest.mark.one_database
def test_what_is_too_long_is_refused_in_chinese_and_what_is_not_passes(server):
    answers = {code: server.ask(*asked) for code, asked in LONG.items()}

    assert {code: answer[0] for code, answer in answers.items()} == {code: code for code in LONG}
    assert "<h1>网址太长，打不开</h1>" in answers["414"][1]
    assert "<h1>浏览器发来的信息太长，打不开</h1>" in answers["431"][1]


def test_too_many_cookies_are_taken_back_and_nothing_else_that_the_browser_keeps():
    head = answer("431 Request Header Fields Too Large").decode().partition("\r\n\r\n")[0]

    assert f"Set-Cookie: {settings.SESSION_COOKIE_NAME}=; Path=/; Max-Age=0" in head
    assert "Clear-Site-Data" not in head
    assert "Set-Cookie" not in answer("414 URI Too Long").decode()
