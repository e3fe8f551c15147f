"""From the environment to engines; Redis, and what happens when it goes away; what a site of several machines lacks."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from types import SimpleNamespace

import pytest
from django.core.cache import caches
from django.core.checks import Error
from django.db import migrations, models
from django.test import Client

from config import caching, checks, engines
from config.management.commands.check_update import needs_a_stop
from tests.nodes import free_port, wait_until

pytestmark = pytest.mark.one_database


def test_without_addresses_everything_stays_on_this_machine(monkeypatch, tmp_path):
    for name in ("DATABASE_URL", "REPLICA_URL", "REDIS_URL", "S3_BUCKET"):
        monkeypatch.delenv(name, raising=False)

    assert list(engines.databases(tmp_path)) == ["default"]
    assert [one["BACKEND"].rpartition(".")[2] for one in engines.caches().values()] == ["DatabaseCache", "LocMemCache"]
    assert engines.private_files(tmp_path)["OPTIONS"] == {"location": tmp_path}


def test_a_standby_is_only_read_beside_postgresql(monkeypatch, tmp_path):
    monkeypatch.setenv("REPLICA_URL", "postgres://reads@there/grants")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert list(engines.databases(tmp_path)) == ["default"]

    monkeypatch.setenv("DATABASE_URL", "postgres://grants@here/grants")
    found = engines.databases(tmp_path)
    assert [found[name]["HOST"] for name in ("default", "replica")] == ["here", "there"]


def test_postgresql_compiles_no_question_unless_the_address_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("REPLICA_URL", "postgres://reads@there/grants")
    monkeypatch.setenv("DATABASE_URL", "postgres://grants@here/grants?options=-c%20work_mem%3D64MB")
    found = engines.databases(tmp_path)

    assert found["default"]["OPTIONS"]["options"] == "-c work_mem=64MB"
    assert found["replica"]["OPTIONS"] == {"options": "-c jit=off", "connect_timeout": 2}


def test_no_count_of_tries_is_thrown_out_because_many_others_are_counted(db):
    caches["default"].set("codes", 4)
    caches["default"].set_many({f"others-{number}": 1 for number in range(400)})

    assert caches["default"].get("codes") == 4


# -- Redis -----------------------------------------------------------------------------------------


@pytest.fixture
def redis(tmp_path, settings, monkeypatch, db):
    if not shutil.which("redis-server"):
        pytest.skip("no redis-server here")
    port = free_port()
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}/0")
    monkeypatch.setattr(caching, "_silent_until", 0.0)
    settings.CACHES = engines.caches()
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
    try:
        wait_until(caches["default"].answers, 10)
        yield SimpleNamespace(caches=caches, server=server)
    finally:
        server.kill()
        server.wait()


def test_machines_count_together_in_redis_and_in_the_table_while_it_is_away(redis, caplog):
    default, quick = redis.caches["default"], redis.caches["quick"]
    other = type(quick)(engines.caches()["quick"]["LOCATION"], engines.caches()["quick"])
    quick.add("tries", 0)
    quick.incr("tries")
    assert (other.incr("tries"), default.get("tries")) == (2, None)  # shared by machines, apart from the other cache

    redis.server.kill()
    redis.server.wait()

    default.set("codes", [1, 2])
    assert default.get("codes") == [1, 2]  # the table stands in: limits hold
    assert default.add("codes", 3) is False
    assert caching.is_silent()
    assert [record.levelname for record in caplog.records if record.name == "config.caching"] == ["ERROR"]
    assert default.answers() is False


@contextmanager
def another_process() -> Iterator[Callable[[str], int]]:
    """A process beside this one that asks for the same page, from a network address, and says the status."""
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as other:
        other.submit(status_for, "10.0.0.7").result(60)  # it begins before anything is counted here
        yield lambda address: other.submit(status_for, address).result(60)


def status_for(address: str) -> int:
    return Client().get("/api/openapi.json", REMOTE_ADDR=address).status_code


def test_an_address_has_its_requests_of_a_minute_in_all_processes_together(redis, settings, time):
    settings.OPEN_DATA_LIMIT = 2
    with another_process() as elsewhere:
        in_turn = [status_for("10.0.0.9"), elsewhere("10.0.0.9"), status_for("10.0.0.9"), elsewhere("10.0.0.9")]
        of_somebody_else = elsewhere("10.0.0.8"), status_for("10.0.0.8")

    assert (in_turn, of_somebody_else) == ([200, 200, 429, 429], (200, 200))


def test_without_redis_each_process_counts_the_requests_of_a_minute_for_itself(settings, time, monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    settings.CACHES, settings.OPEN_DATA_LIMIT = engines.caches(), 1
    with another_process() as elsewhere:
        in_turn = [status_for("10.0.77.9"), elsewhere("10.0.77.9"), status_for("10.0.77.9"), elsewhere("10.0.77.9")]

    assert in_turn == [200, 200, 429, 429]


# -- What several machines lack --------------------------------------------------------------------


def test_one_machine_is_asked_nothing_of_several(settings):
    settings.SEVERAL_MACHINES = False
    assert checks.machines_share_everything(None) == []


def test_several_machines_are_told_what_one_would_keep_for_itself(settings):
    settings.SEVERAL_MACHINES, settings.TASKS_BACKEND, settings.SITE_URL = True, "immediate", ""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.METRICS_TOKEN = ""

    found = checks.machines_share_everything(None)

    assert {
        "config.E011",
        "config.E012",
        "config.E013",
        "config.W015",
        "config.W016",
        "config.W017",
        "config.W018",
    } <= {one.id for one in found}
    assert all("docs/deployment/README.md" in one.hint for one in found)


def test_several_machines_that_share_everything_pass(settings, monkeypatch):
    monkeypatch.setattr(checks, "is_sqlite", lambda: False)
    settings.SEVERAL_MACHINES, settings.TASKS_BACKEND, settings.SITE_URL = True, "database", "https://x.cn"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.METRICS_TOKEN, settings.ALLAUTH_TRUSTED_PROXY_COUNT = "x", 1
    settings.STORAGES = settings.STORAGES | {"private": {"BACKEND": "config.object_storage.Bucket"}}
    settings.CACHES = settings.CACHES | {"quick": {"BACKEND": "config.caching.RedisOrTable"}}

    assert [one for one in checks.machines_share_everything(None) if isinstance(one, Error)] == []
    assert checks.machines_share_everything(None) == []


# -- Migrations while the version before goes on ---------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "stops"),
    [
        (migrations.AddField("project", "more", models.TextField(null=True)), False),
        (migrations.AddField("project", "more", models.TextField(db_default="")), False),
        (migrations.AddField("project", "more", models.TextField(default="")), True),
        (migrations.RemoveField("project", "title"), True),
        (migrations.RenameField("project", "title", "name"), True),
        (migrations.AlterField("project", "title", models.CharField(max_length=5)), True),
        (migrations.DeleteModel("Project"), True),
        (migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))]), False),
        (migrations.RunPython(migrations.RunPython.noop), False),
        (migrations.RunSQL("SELECT 1"), True),
    ],
)
def test_what_the_version_before_stumbles_over_is_said(operation, stops):
    migration = migrations.Migration("0099_x", "projects")
    migration.operations = [operation]

    assert bool(list(needs_a_stop(migration))) is stops


def test_a_new_table_may_be_whatever_it_likes():
    migration = migrations.Migration("0099_x", "projects")
    migration.operations = [
        migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("new", "word", models.TextField(default="")),
    ]

    assert list(needs_a_stop(migration)) == []
