"""`./run backup` and `./run restore` as a clerk types them, on a machine that is set up already."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from core.files import attach
from core.models import Attachment
from projects.models import Project
from tests import town as towns
from tests.life import draft
from tests.nodes import ROOT, database_url
from tests.pdfs import pdf_with

pytestmark = [pytest.mark.one_database, pytest.mark.django_db(transaction=True)]


def program(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path) -> Path:
    """A folder with our `run`, where all is there that it looks for. What would fetch something notes that it was
    called, and fails."""
    place = tmp_path / "machine"
    for tool in ("tools/apt-get", "tools/apt-cache", "tools/sudo", ".venv/bin/pip"):
        program(place / tool, f"echo {tool} >> {shlex.quote(str(place))}/fetched", "exit 1")
    program(place / "tools/dpkg-query", "echo install ok installed")
    program(place / ".venv/bin/python", f'exec {shlex.quote(sys.executable)} "$@"')
    shutil.copy(ROOT / "run", place)
    pinned = [(ROOT / name).read_text() for name in ("requirements.txt", "constraints.txt")]
    (place / ".venv/.requirements.txt").write_text("".join(pinned))
    for name in ("manage.py", "requirements.txt", "constraints.txt"):
        (place / name).symlink_to(ROOT / name)
    words = place / "locale/zh_Hans/LC_MESSAGES"
    words.mkdir(parents=True)
    for name, age in (("django.po", 1), ("django.mo", 2)):
        (words / name).touch()
        os.utime(words / name, (age, age))
    fonts = place / "fonts/fandol"
    fonts.mkdir(parents=True)
    (fonts / "FandolFang-Regular.otf").touch()
    return place


@pytest.fixture
def is_migrated(transactional_db, settings):
    """As on a site: the tables of most runs are made without migrations, and the commands would begin with them."""
    settings.MIGRATION_MODULES = {}
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    were_there = set(recorder.applied_migrations())
    for app, name in set(MigrationLoader(connection).disk_migrations) - were_there:
        recorder.record_applied(app, name)
    yield
    if not were_there:
        recorder.flush()


def run(machine: Path, *words: str | Path) -> subprocess.CompletedProcess:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_ALLOW", "BACKUP_"))}
    own = {
        "PATH": f"{machine / 'tools'}:{os.environ['PATH']}", "XDG_DATA_HOME": str(machine), "DEBUG": "1",
        "DATABASE_URL": database_url(), "VAR_DIR": str(Path(storages["private"].location).parent),
    }  # fmt: skip
    # From elsewhere, as cron does it: the script finds its own folder.
    return subprocess.run([machine / "run", *words], cwd="/", env=inherited | own, capture_output=True, text=True)


def test_a_backup_is_made_and_restored_by_the_one_door_and_nothing_is_fetched(is_migrated, time, machine):
    town = towns.build()
    project = draft(town)
    file = attach(project, SimpleUploadedFile("计划.pdf", pdf_with(), "application/pdf"), by=town.head)

    made = run(machine, "backup", machine / "two words")
    [backup] = (machine / "two words").iterdir()
    Project.objects.update(title="改了")
    file.file.storage.delete(file.file.name)
    refused = run(machine, "restore", backup)
    changed = Project.objects.get().title
    restored = run(machine, "restore", backup, "--replace")

    assert (made.returncode, refused.returncode, restored.returncode) == (0, 1, 0), restored.stderr
    assert ("--replace" in refused.stderr, changed, Project.objects.get().title) == (True, "改了", project.title)
    assert Attachment.objects.get().file.read() == pdf_with()
    assert not (machine / "fetched").exists()
