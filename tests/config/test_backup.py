"""A backup is the site: what is restored is, row by row and file by file, what was there."""

import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path

import pyrage
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection

from config.backup.archive import Cut
from config.backup.restoring import Backup
from config.backup.taking import forget_old
from core.files import attach
from core.models import Attachment, Event
from core.sealing import seal_events
from people.models import User
from projects.models import Project
from reports.models import SearchEntry
from tests import town as towns
from tests.life import draft
from tests.pdfs import pdf_with

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db, time, tmp_path, monkeypatch):
    """With a proposal, a file, and a sealed log."""
    storage = Attachment._meta.get_field("file").storage  # made when the class was, so it knows nothing of the tests
    monkeypatch.setitem(storage.__dict__, "location", str(tmp_path / "private"))
    town = towns.build()
    project = draft(town)
    attach(project, SimpleUploadedFile("计划.pdf", pdf_with(words="计划"), "application/pdf"), by=town.head)
    seal_events()
    return town


def backed_up(directory: Path, *options: str) -> Path:
    call_command("backup", directory, *options, stdout=io.StringIO())
    [path] = directory.glob("*.tar*")
    return path


def listed(path: Path, *keys) -> list[dict]:
    """The list of contents, without what a backup itself leaves in the site."""
    class Listing(Backup):
        def _compare(self, manifest, seen, digests):
            self.said = [json.loads(line) for line in manifest.read().splitlines()]
            manifest.seek(0)
            return super()._compare(manifest, seen, digests)

    backup = Listing(path, list(keys))
    backup.walk()
    return [one for one in backup.said if one.get("table") != "core_duty" and "end" not in one]


def restored(path: Path, *options: str) -> str:
    said = io.StringIO()
    try:
        call_command("restore", path, *options, stdout=said, stderr=said)
    finally:
        print(said.getvalue())
    return said.getvalue()


def test_what_is_restored_has_the_hashes_of_what_was_there(town, tmp_path):
    path = backed_up(tmp_path / "one")
    file = Attachment.objects.get().file
    Project.objects.all().update(title="改了")
    User.objects.create(username="later")
    file.storage.delete(file.name)

    said = restored(path, "--replace")

    assert listed(backed_up(tmp_path / "two")) == listed(path)
    assert "rows" not in said
    assert Project.objects.get().title == "夕阳红暖心陪伴"
    assert SearchEntry.objects.filter(kind="project").count() == 1


def test_a_site_that_is_not_empty_is_only_replaced_when_told_so(town, tmp_path):
    path = backed_up(tmp_path)

    with pytest.raises(CommandError, match="--replace"):
        restored(path)

    assert Project.objects.count() == 1


def test_a_number_that_was_given_is_not_given_again(town, tmp_path):
    gone = User.objects.create(username="gone")
    number = gone.pk
    gone.delete()
    path = backed_up(tmp_path)

    restored(path, "--replace")

    assert User.objects.create(username="next").pk == number + 1
