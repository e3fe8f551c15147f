"""The machine fails under a request: the disk is full, the database takes no changes, is busy or away. Each is really
made so; the page says what to do, nothing is stored by half, and what was typed can be sent again."""

import gc
import resource
import sqlite3
import sys
from contextlib import closing, contextmanager
from os import urandom
from time import time as time_of_the_machine

import pyrage
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from config.accidents import Accident, accident_of
from config.patient_sqlite3.staying import open_and_read
from core.models import Attachment
from people.models import User
from people.sessions import BEGAN, GRAIN, SEEN
from projects.models import Project
from tests import town as towns
from tests.life import draft
from tests.pdfs import pdf_with
from tests.projects.test_proposals import proposal_data

LONG = "我们想为独居老人送餐。" * 40
EIGHT_MEGABYTES = 8_000_000


def signed_in(user: User) -> Client:
    """A browser that gets the page which a person would get, where the test would get the error."""
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def edit(project: Project) -> str:
    return reverse("projects:proposal_edit", args=[project.pk])


def needs_of(project: Project) -> str:
    return Project.objects.values_list("needs", flat=True).get(pk=project.pk)


@contextmanager
def read_only():
    """The database really takes no changes."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = ON")
            try:
                yield
            finally:
                cursor.execute("PRAGMA query_only = OFF")
        return
    with transaction.atomic():
        connection.cursor().execute("SET TRANSACTION READ ONLY")
        yield
        transaction.set_rollback(True)  # or it would stay so


@contextmanager
def no_file_larger_than(size: int):
    """What the system refuses to write beyond so many bytes fails as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


# -- A database that takes no changes --------------------------------------------------------------


def test_it_is_said_and_what_was_typed_is_on_the_page(town):
    proposal = draft(town)
    client, data = signed_in(town.head), proposal_data(proposal, needs=LONG)

    with read_only():
        sent = client.post(edit(proposal), data)

    page = sent.content.decode()
    assert (sent.status_code, sent["Retry-After"]) == (503, "300")
    assert "平台暂时只能查看，不能修改" in page
    assert f'name="needs" value="{LONG}"' in page
    assert needs_of(proposal) != LONG

    again = client.post(edit(proposal), data)  # the button of that page, later

    assert (again.status_code, needs_of(proposal)) == (302, LONG)


def test_reading_goes_on_though_the_session_cannot_be_stored(town):
    proposal = draft(town)
    client = signed_in(town.head)
    session = client.session
    session[BEGAN] = session[SEEN] = int(time_of_the_machine()) - 2 * GRAIN
    session.save()

    with read_only():
        read = client.get(reverse("projects:project_detail", args=[proposal.pk]))

    assert (read.status_code, proposal.title in read.content.decode()) == (200, True)


def test_a_password_goes_along_on_no_page(town):
    client = signed_in(town.head)

    with read_only():
        sent = client.post(
            reverse("account_change_password"),
            {"oldpassword": "test", "password1": "geheim-2026", "password2": "geheim-2026"},
        )

    assert "geheim-2026" not in sent.content.decode()


# -- A disk that is full ---------------------------------------------------------------------------


@pytest.mark.one_database
@pytest.mark.parametrize(("in_memory", "named"), [(2 * EIGHT_MEGABYTES, True), (1, False)])
def test_a_file_that_does_not_fit_leaves_neither_file_nor_row(town, settings, tmp_path, in_memory, named):
    """Also when it does not even fit where it waits to be looked at: then nothing of the form could be read."""
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = in_memory
    storages["private"].save("before", ContentFile(b"there"))
    proposal = draft(town)
    file = SimpleUploadedFile("plan.pdf", pdf_with(words="x" * EIGHT_MEGABYTES), "application/pdf")

    with no_file_larger_than(EIGHT_MEGABYTES):
        sent = signed_in(town.head).post(
            reverse("projects:proposal_attach", args=[proposal.pk]), {"file": file, "kind": "registration"}
        )

    page = sent.content.decode()
    assert (sent.status_code, Attachment.objects.count()) == (503, 0)
    assert "平台的存储空间已满" in page
    assert ("请重新选择：plan.pdf" in page) is named
    assert [path.name for path in (tmp_path / "private").rglob("*") if path.is_file()] == ["before"]


@pytest.mark.one_database
def test_a_full_disk_can_be_read_while_one_connection_stays_open_and_is_not_called_damaged(tmp_path):
    path = str(tmp_path / "site.sqlite3")
    with closing(sqlite3.connect(path)) as made:
        made.executescript("PRAGMA journal_mode = WAL; CREATE TABLE funds AS SELECT '社区基金' AS name")

    with no_file_larger_than(100), pytest.raises(sqlite3.OperationalError) as refused:
        open_and_read(path)
    with closing(open_and_read(path)), no_file_larger_than(100), closing(sqlite3.connect(path)) as another:
        read = another.execute("SELECT name FROM funds").fetchall()

    assert (refused.value.sqlite_errorname, accident_of(refused.value)) == ("SQLITE_IOERR_SHMSIZE", Accident.FULL)
    assert read == [("社区基金",)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="conditions of SQLite")
def test_full_then_held_by_others_then_gone(transactional_db, time):
    town = towns.build()
    proposal = draft(town)
    client, data = signed_in(town.head), proposal_data(proposal, needs=LONG, method=LONG, goals=LONG)
    name = connection.settings_dict["NAME"]

    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # no free page of an earlier test
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")  # not one page more
        full = client.post(edit(proposal), data)
        cursor.execute("PRAGMA max_page_count = 1073741823")
        connection.patience = 0.01
        other = sqlite3.connect(name, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        held = client.post(edit(proposal), data)
        other.close()
    connection.close()
    connection.settings_dict["NAME"] = "/nowhere/db.sqlite3"
    gone, ready = client.get(edit(proposal)), client.get("/readyz")
    connection.close()
    connection.settings_dict["NAME"] = name

    assert [answer.status_code for answer in (full, held, gone, ready)] == [503] * 4
    assert "平台的存储空间已满" in full.content.decode()
    assert "此刻保存的人太多" in held.content.decode()
    assert "平台暂时连不上数据库" in gone.content.decode()
    assert needs_of(proposal) != LONG


# -- What is none ----------------------------------------------------------------------------------


def test_a_mistake_of_ours_is_no_accident(db):
    with pytest.raises(DatabaseError) as found, transaction.atomic():
        connection.cursor().execute("SELECT nothing FROM nowhere")

    assert accident_of(found.value) is None
    assert accident_of(ValueError("nothing")) is None


@pytest.mark.one_database
@pytest.mark.parametrize("sealed", [False, True])
def test_a_backup_that_does_not_fit_is_complained_of_once(transactional_db, tmp_path, monkeypatch, sealed):
    storages["private"].save("large", ContentFile(urandom(3_000_000)))
    recipient = ["--to", str(pyrage.x25519.Identity.generate().to_public())] if sealed else []
    later: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", later.append)  # what Python would print after it

    with no_file_larger_than(1_000_000), pytest.raises(CommandError, match=r"^平台的存储空间已满: "):
        call_command("backup", tmp_path / "backups", *recipient)
    gc.collect()

    assert (later, list((tmp_path / "backups").iterdir())) == ([], [])
