"""Which pages may be read from the standby, and that nobody misses there what they have just written."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection, router, transaction
from django.http import HttpResponse
from django.urls import resolve, reverse
from django_tasks_db.models import DBTaskResult

from config import routing
from config.routing import COOKIE, Look, WhoWroteReadsIt, standby
from grants.models import Call
from people.models import Membership, User
from projects.models import Project
from tests import town as towns
from tests.nodes import Web, database_url, free_port, wait_until

FIRST, SECOND = "default", "replica"


@pytest.fixture
def routed(settings, monkeypatch):
    """With a standby that is near."""
    settings.DATABASE_ROUTERS = ["config.routing.PagesMayReadTheReplica"]
    monkeypatch.setattr(standby, "fit", True)
    monkeypatch.setattr(standby, "until", float("inf"))


@pytest.fixture
def look(routed):
    """A page that somebody only looks at."""
    look = Look(may_be_old=True)
    token = routing._look.set(look)
    yield look
    routing._look.reset(token)


# -- The rule (no database is asked) ---------------------------------------------------------------


@pytest.mark.one_database
def test_a_page_is_read_from_the_standby_and_everything_that_must_be_fresh_is_not(look):
    assert Project.objects.all().db == SECOND
    assert [model.objects.all().db for model in (User, Membership, Session, DBTaskResult)] == [FIRST] * 4
    assert Project.objects.select_for_update().db == FIRST


@pytest.mark.one_database
def test_after_a_write_or_a_lock_the_rest_of_the_request_is_read_from_the_first(look):
    assert Project.objects.all().db == SECOND
    router.db_for_write(Project)
    assert Project.objects.all().db == FIRST


@pytest.mark.one_database
def test_the_stamp_of_a_session_is_no_write(look):
    router.db_for_write(Session)
    assert Project.objects.all().db == SECOND


@pytest.mark.one_database
def test_inside_a_transaction_everything_is_read_from_the_first(look, db):
    with transaction.atomic():
        assert Project.objects.all().db == FIRST


@pytest.mark.one_database
def test_commands_and_workers_read_from_the_first(routed):
    assert Project.objects.all().db == FIRST


@pytest.mark.one_database
def test_a_standby_that_is_behind_is_not_read(look, monkeypatch):
    monkeypatch.setattr(standby, "fit", False)
    assert Project.objects.all().db == FIRST


# -- The request -----------------------------------------------------------------------------------


def asked(rf, method: str = "get", cookie: bool = False, writes: bool = False):
    """Where a request read from first, and whether its browser is told to read from the first for a while."""
    request = getattr(rf, method)("/")
    if cookie:
        request.COOKIES[COOKIE] = "1"
    read = []

    def answer(_request) -> HttpResponse:
        read.append(Project.objects.all().db)
        if writes:
            router.db_for_write(Project)
        return HttpResponse()

    response = WhoWroteReadsIt(answer)(request)
    return read[0], COOKIE in response.cookies


@pytest.mark.one_database
def test_who_wrote_reads_from_the_first_for_a_while(routed, rf):
    assert asked(rf) == (SECOND, False)
    assert asked(rf, "post") == (FIRST, True)
    assert asked(rf, writes=True) == (SECOND, True)
    assert asked(rf, cookie=True) == (FIRST, False)


@pytest.mark.one_database
def test_a_page_during_which_the_standby_goes_away_is_made_again(look, rf, monkeypatch):
    request = rf.get("/healthz")
    request.resolver_match = resolve("/healthz")
    monkeypatch.setattr(routing, "connections", {SECOND: connection})
    middleware = WhoWroteReadsIt(lambda _request: HttpResponse())

    assert middleware.process_exception(request, ValueError()) is None
    answer = middleware.process_exception(request, OperationalError("gone"))

    assert (answer.status_code, look.may_be_old, standby.fit) == (200, False, False)


# -- A real one ------------------------------------------------------------------------------------


class Standby:
    """A streaming copy of the PostgreSQL of the tests."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            self.bin = Path(f"/usr/lib/postgresql/{int(cursor.fetchone()[0]) // 10000}/bin")
        self.folder, self.port = Path(tempfile.mkdtemp(prefix="standby-")), free_port()
        self.data = self.folder / "data"
        self.as_postgres: list[str] = []
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
            self.as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def run(self, program: str, *words: object) -> None:
        command = [*self.as_postgres, str(self.bin / program), *map(str, words)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=60)

    def start(self) -> None:
        source = database_url().rpartition("/")[0] + "/postgres"
        self.run("pg_basebackup", "-D", self.data, "-d", source, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        options = f"-p {self.port} -k {self.folder} -c fsync=off -c max_standby_streaming_delay=1s"
        self.run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", options, "start")

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def url(self) -> str:
        before, _at, place = database_url().partition("@")
        return f"{before}@127.0.0.1:{self.port}/{place.partition('/')[2]}"

    def say(self, statement: str) -> None:
        at = self.url()
        self.run("psql", "-q", "-d", at, "-c", statement)


@pytest.fixture
def copy(transactional_db):
    if connection.vendor != "postgresql" or not shutil.which("setpriv"):
        pytest.skip("a standby is PostgreSQL's")
    copy = Standby()
    if not (copy.bin / "pg_basebackup").exists():
        pytest.skip("the server is on another machine")
    try:
        copy.start()
        yield copy
    finally:
        copy.stop()
        shutil.rmtree(copy.folder, ignore_errors=True)


@pytest.mark.django_db(transaction=True)
def test_who_wrote_sees_it_at_once_others_a_moment_later_and_a_dead_standby_stops_nobody(copy, tmp_path):
    call = towns.build().call
    page = reverse("grants:call_detail", args=[call.pk])
    web = Web(tmp_path, REPLICA_URL=copy.url())

    def title_is(words: str, **cookies: str) -> bool:
        status, body, _headers = web.ask("GET", page, cookies)
        assert status == 200
        return words in body.decode()

    try:
        wait_until(web.answers)
        wait_until(lambda: title_is(call.title))
        copy.say("SELECT pg_wal_replay_pause()")
        Call.objects.filter(pk=call.pk).update(title="刚刚改过的名称")

        assert not title_is("刚刚改过的名称")  # it comes from the standby, where it has not arrived yet
        assert title_is("刚刚改过的名称", wrote="1")
        time.sleep(0.1)
        copy.say("SELECT pg_wal_replay_resume()")
        wait_until(lambda: title_is("刚刚改过的名称"))

        copy.stop()
        assert title_is("刚刚改过的名称")
    finally:
        web.stop()
