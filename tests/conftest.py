"""Fixtures: the town, a clock to move, a way to walk a project, and a browser for each person."""

import gc
from contextlib import ExitStack
from datetime import datetime

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from config import engines
from core import clock, triggers
from people.models import PrivacyNotice
from tests import town as towns
from tests.life import Life
from tests.memory import memory
from tests.pages import no_pages

# A slow or busy machine is no mistake of ours: properties are tried whatever time they take.
hypothesis_settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("patient")


def pytest_addoption(parser):
    parser.addoption(
        "--second-database",
        action="store_true",
        help="only what may differ on another database: neither pure calculations nor what a browser does with a page",
    )
    parser.addoption("--from-scratch", action="store_true", help="prepare everything anew in every test")


# The longest tests begin first, or the last of them runs by itself when all others are done.
LONGEST = (
    "config/test_demo",
    "test_journey",
    "projects/test_money_machine",
    "reports/test_print_killed",
    "test_bad_input",
)


def pytest_collection_modifyitems(config, items):
    items.sort(key=lambda item: not item.nodeid.removeprefix("tests/").startswith(LONGEST))
    if not config.getoption("--second-database"):
        return
    once = ("browser", "one_database")
    touching, seen = [], set()
    for item in items:
        if {"db", "transactional_db"} & set(item.fixturenames) and not any(map(item.get_closest_marker, once)):
            name = item.nodeid.partition("[")[0]
            if name not in seen or item.get_closest_marker("every_case") or empties_tables(item):
                touching.append(item)
            seen.add(name)
    config.hook.pytest_deselected(items=[item for item in items if item not in set(touching)])
    items[:] = touching


def pytest_collectstart():
    gc.disable()  # until all tests are read: nearly everything that is made meanwhile stays


def pytest_collection_finish():
    """What is imported by now stays: the collector of garbage need not look at it again and again (a tenth of all)."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Nobody is asked to agree to the privacy notice that a migration put down, unless a test is about it."""
    with django_db_blocker.unblock():
        PrivacyNotice.objects.all().delete()


@pytest.fixture(autouse=True)
def _fast_and_apart(tmp_path):
    """Cheap password hashes, uploads in a folder of their own, mail in memory, background work at once, and Chinese
    whatever language the page of the test before was in."""
    translation.activate(settings.LANGUAGE_CODE)
    storages = {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "media"}},
        "private": engines.private_files(tmp_path / "private"),
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES=storages,
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
        TASKS={"default": {"BACKEND": "config.queues.NoQueue"}},
        WHITENOISE_AUTOREFRESH=True,  # else each client looks through all files that a demo has collected
        MFA_REQUIRED_ROLES=[],  # asked for where it is tested
        HOME_KEPT_FOR=0,
        FIGURES_KEPT_FROM=3600,
        CHOICES_KEPT_FROM=3600,
        FIGURES_KNOWN_FROM=3600,  # however slow the machine is, a test reads what it has just changed
        OPEN_DATA_LIMIT=1_000_000,  # a test asks more in a minute than anybody else, and always in the same one
        STRANGERS_MOST_AN_HOUR={"": 1_000_000},
    ):
        yield


def empties_tables(item) -> bool:
    """Whether the test commits what it writes, so that all tables are emptied after it."""
    marker = item.get_closest_marker("django_db")
    return "transactional_db" in item.fixturenames or bool(marker and marker.kwargs.get("transaction"))


@pytest.fixture(autouse=True)
def _log_can_be_emptied(request):
    """No table of the log can be emptied: only for this, its triggers are taken away (`flush` brings them back)."""
    if not empties_tables(request.node):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    triggers.unprotect(connection)


@pytest.fixture(scope="session", autouse=True)
def _memory_is_shared(tmp_path_factory, worker_id):
    """The processes of one run learn from each other what helpers do."""
    if worker_id != "master":
        memory.shared_in = tmp_path_factory.getbasetemp().parent / "deeds"


@pytest.fixture(autouse=True)
def _memory(request, monkeypatch, _fast_and_apart):
    """What helpers have done in another test is not worked out again (tests/memory.py)."""
    if empties_tables(request.node):
        memory.forget()
    elif not (
        "django_capture_on_commit_callbacks" in request.fixturenames or request.config.getoption("--from-scratch")
    ):
        memory.start(monkeypatch)
    yield
    memory.stop()


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
def without_layout():
    """WeasyPrint lays nothing out: for tests that ask who gets a document, not what stands in it. (With a patch of its
    own: no verb lays anything out, so what is prepared may be remembered all the same.)"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("weasyprint.HTML.write_pdf", lambda *_args, **_options: b"%PDF-1.7")
        yield


@pytest.fixture
def without_pages():
    """Pages are not filled in: for the sweep that asks who gets in."""
    with no_pages():
        yield
