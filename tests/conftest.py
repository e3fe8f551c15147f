"""Fixtures: the town, a clock to move, a way to walk a project, and a browser for each person."""

from contextlib import ExitStack
from datetime import datetime

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, settings

from core import clock
from tests import town as towns
from tests.life import Life

# A slow or busy machine is no mistake of ours: properties are tried whatever time they take.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_addoption(parser):
    parser.addoption(
        "--second-database",
        action="store_true",
        help="only what may differ on another database: neither pure calculations nor what a browser does with a page",
    )


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--second-database"):
        return
    once = ("browser", "one_database")
    touching = [
        item
        for item in items
        if {"db", "transactional_db"} & set(item.fixturenames) and not any(map(item.get_closest_marker, once))
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(touching)])
    items[:] = touching


@pytest.fixture(autouse=True)
def _fast_and_apart(settings, tmp_path):
    """Cheap password hashes, uploads in a folder of their own, mail in memory, background work at once, and Chinese
    whatever language the page of the test before was in."""
    translation.activate(settings.LANGUAGE_CODE)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "private"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


class Time:
    """The test's present: `time.go(datetime(…))` moves it."""

    def __init__(self, stack: ExitStack):
        self.stack = stack

    def go(self, moment: datetime) -> None:
        self.stack.enter_context(clock.at(moment))


@pytest.fixture
def time():
    with ExitStack() as stack:
        time = Time(stack)
        time.go(towns.MARCH)
        yield time


@pytest.fixture
def town(db, time):
    return towns.build()


@pytest.fixture
def life(town, time):
    return Life(town, time)


@pytest.fixture
def browse(db):
    """`browse(user)` gives a test client signed in as that person; `browse()` an anonymous one."""

    def start(user=None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return start


@pytest.fixture
def without_layout(monkeypatch):
    """WeasyPrint lays nothing out: for tests that ask who gets a document, not what stands in it."""
    monkeypatch.setattr("weasyprint.HTML.write_pdf", lambda *_args, **_options: b"%PDF-1.7")
