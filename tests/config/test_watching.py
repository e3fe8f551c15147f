"""What machines ask that watch us, and the number by which a person finds their mistake again."""

import logging
import re

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import path, resolve
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from config import readiness, urls
from config.logs import number_of, request_id
from config.metrics import ANSWERS
from core.models import Dispatch, Worker

GIVEN = "0123456789abcdef0123456789abcdef"
TOKEN = "the-token-of-the-watchers"
heard: list[str] = []


@task()
def say_who_asked(word: str) -> None:
    heard.append(f"{word} {request_id.get()}")


def breaks(request):
    raise ValueError("on purpose")


def queues(request):
    say_who_asked.enqueue("queued")
    return HttpResponse()


urlpatterns = [path("breaks/", breaks), path("queues/", queues), *urls.urlpatterns]
handler500 = urls.handler500


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch):
    monkeypatch.setattr(readiness, "_last", (0.0, {}))


# -- Alive, and ready ------------------------------------------------------------------------------


@pytest.mark.one_database
def test_a_living_process_says_so_without_asking_the_database(client):
    assert client.get("/healthz").json() == {"status": "ok"}  # a query would fail here: no database is allowed


@pytest.mark.one_database
def test_a_machine_is_asked_by_its_number_and_without_tls_and_a_person_is_not(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/healthz", headers={"host": "10.0.0.11:8000"}).status_code == 200
    assert client.get("/", headers={"host": "10.0.0.11:8000"}).status_code == 400
    assert client.get("/").status_code == 301


READY = {
    "status": "ready", "database": "ok", "migrations": "ok", "disk": "ok", "cache": "ok", "files": "ok", "queue": "ok",
    "replica": "none",
}  # fmt: skip


def test_a_machine_is_ready_when_every_part_is(client, db):
    answer = client.get("/readyz")

    assert (answer.status_code, answer["Cache-Control"], answer.json()) == (200, "no-store", READY)


def test_a_machine_with_a_full_disk_is_not_ready_and_others_may_be(client, db, monkeypatch):
    monkeypatch.setattr(readiness, "LEAST_FREE", 10**20)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, READY | {"status": "not ready", "disk": "full"})


def test_what_all_machines_share_keeps_none_of_them_out(client, db, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {"private": {"BACKEND": "nowhere.Storage"}}
    DBTaskResult.objects.create(run_after="2020-01-01T00:00Z", args_kwargs={"args": [], "kwargs": {}})
    DBTaskResult.objects.update(enqueued_at="2020-01-01T00:00Z")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, READY | {"files": "fails", "queue": "late"})


# -- What can be measured --------------------------------------------------------------------------


@pytest.mark.one_database
def test_nobody_reads_the_figures_without_the_token(client, settings):
    assert client.get("/metrics").status_code == 404

    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer guess"}).status_code == 404


def figures(client) -> dict[str, float]:
    text = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).content.decode()
    lines = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, value in lines}


def test_the_figures_say_what_waits_and_how_long_pages_take_and_name_nobody(town, client, settings):
    settings.METRICS_TOKEN = TOKEN
    Dispatch.objects.create(channel="mail", address="zhang@example.org", subject="x", text="y")
    Worker.objects.create(name="one", machine="here")
    client.get("/v/K7QM2XPA/")
    client.get("/not/there/")

    found = figures(client)

    assert found["site_mail_waiting"] == 1
    assert found[f'site_request_seconds_count{{view="{resolve("/v/X/").view_name}"}}'] >= 1
    assert (found["site_workers"], found["site_database_up"], found['site_tasks{status="failed"}']) == (1, 1, 0)
    assert found['site_answers_total{method="GET",status="4xx",view="unknown"}'] >= 1
    assert found["site_sealing_lag_seconds"] >= 0
    assert not [name for name in found if "K7QM2XPA" in name or "/" in name or "example" in name]


@pytest.mark.one_database
def test_a_stranger_cannot_make_labels_without_end(client, db):
    for place in range(3):
        client.generic(f"X{place}", f"/not/there/{place}/")

    assert {labels[1] for labels in ANSWERS._metrics} <= {"GET", "HEAD", "POST", "OPTIONS", "other"}


# -- The number of a request -----------------------------------------------------------------------


@pytest.mark.one_database
def test_a_request_keeps_the_number_of_the_proxy_and_gets_one_otherwise(client):
    assert client.get("/healthz", headers={"x-request-id": GIVEN})["X-Request-ID"] == GIVEN

    own = client.get("/healthz", headers={"x-request-id": "13812345678 <script>"})["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", own)


@pytest.mark.one_database
def test_the_page_of_a_mistake_shows_the_number_that_stands_in_the_log(settings, caplog):
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)

    page = client.get("/breaks/", headers={"x-request-id": GIVEN})

    digits = number_of(GIVEN)
    assert page.status_code == 500
    assert f"错误编号 {digits[:3]} {digits[3:6]} {digits[6:]}" in page.content.decode()
    assert "on purpose" in caplog.text
    assert "on purpose" not in page.content.decode()


@pytest.mark.one_database
def test_an_answer_is_logged_by_the_name_of_its_view(client, db, caplog):
    with caplog.at_level(logging.INFO, "site.access"):
        client.get("/v/K7QM2XPA/")

    [line] = [record for record in caplog.records if record.name == "site.access"]
    assert (line.view, line.method, line.getMessage()) == (resolve("/v/X/").view_name, "GET", "answered")
    assert "K7QM2XPA" not in str(vars(line))


@pytest.mark.django_db(transaction=True)
def test_a_task_goes_on_under_the_number_of_the_request_that_asked_for_it(settings, client):
    settings.ROOT_URLCONF = __name__
    settings.TASKS = {"default": {"BACKEND": "config.queues.TracedQueue"}}
    heard.clear()
    client.get("/queues/", headers={"x-request-id": GIVEN})
    client.get("/healthz")

    call_command("db_worker", batch=True, startup_delay=False, verbosity=0)

    assert heard == [f"queued {GIVEN}"]
    assert (request_id.get(), Worker.objects.count()) == ("", 0)
