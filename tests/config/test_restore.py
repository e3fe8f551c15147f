"""A killed restore has happened whole or not at all, and a backup of an older version becomes a site of this one."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from os import utime
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from config.backup.files import stored
from config.backup.taking import applied
from core import triggers
from core.files import attach
from core.models import Attachment
from core.sealing import seal_events, standing
from people.models import User
from projects.models import Project
from reports.models import SearchEntry
from reports.search.upkeep import catch_up
from tests import town as towns
from tests.config.test_backup import backed_up, database, flipped, restored
from tests.databases import empty_database, migrate_to
from tests.killed import killed_before
from tests.life import draft
from tests.pdfs import pdf_with


def build() -> towns.Town:
    """With a proposal, a file, and a sealed log."""
    town = towns.build()
    project = draft(town)
    attach(project, SimpleUploadedFile("计划.pdf", pdf_with(words="计划"), "application/pdf"), by=town.head)
    seal_events()
    return town


@pytest.fixture
def older(transactional_db, time, tmp_path) -> Path:
    """A backup of a site whose version did not yet write e-mail addresses small, and which lay on SQLite, as most
    begin: where PostgreSQL is tested, whoever restores it moves there as well."""
    with empty_database(tmp_path, "older", on="sqlite"):
        migrate_to(account="0005_emailaddress_idx_upper_email")
        head = build().head
        EmailAddress.objects.create(user=head, email="Head@Example.org")
        return backed_up(tmp_path / "backup")


def is_whole() -> bool:
    """At this version, with rows, files and triggers, and what is written gets numbers of its own."""
    [address] = EmailAddress.objects.all()
    [file] = Attachment.objects.all()
    assert applied() == sorted([*name] for name in MigrationLoader(connection).disk_migrations)
    assert (address.email, Project.objects.get().title) == ("head@example.org", "夕阳红暖心陪伴")
    assert sha256(file.file.read()).hexdigest() == file.sha256
    assert (triggers.missing(connection), standing() is not None) == ([], True)
    assert User.objects.create(username="next").pk > address.user_id
    return True


@database
def test_a_backup_of_an_older_version_becomes_a_site_of_this_one(older, tmp_path):
    with empty_database(tmp_path, "newer"):
        restored(older)
        assert is_whole()
        with pytest.raises(CommandError, match="恢复到空数据库"):  # tables of this version have no place for its rows
            restored(older, "--replace")


KILLED = {
    "among the tables": ("CREATE TABLE", 100),
    "when the rows are in, within a later migration": ('UPDATE "ACCOUNT_EMAILADDRESS"', 1),
    "among the triggers": (("CREATE TRIGGER", "CREATE OR REPLACE FUNCTION"), 3),
}


@database
def test_a_restore_that_is_killed_has_made_nothing_and_the_same_command_makes_all(older, tmp_path):
    with empty_database(tmp_path, "newer"):
        for moment, (writes, nth) in KILLED.items():
            assert killed_before(nth, lambda: restored(older), writes), moment
            assert connection.introspection.table_names() == [], moment

        assert len(list(stored())) == 1  # what it had copied lies there, and is of use the next time
        restoring = partial(restored, older)
        assert killed_before(
            1, restoring, 'INSERT INTO "REPORTS_SEARCHENTRY"'
        )  # all has happened, but the search index
        assert (is_whole(), SearchEntry.objects.exists(), len(loose())) == (True, False, 1)
        catch_up()  # the clock makes it
        assert SearchEntry.objects.filter(kind="project").count() == 1


@database
def test_tables_of_a_migration_that_was_broken_off_are_gone_on_with_when_nobody_is_there(older, tmp_path):
    with empty_database(tmp_path, "newer"):
        call_command("migrate", "people", verbosity=0)
        somebody = User.objects.create(username="somebody")
        with pytest.raises(CommandError, match="恢复到空数据库"):
            restored(older, "--replace")
        User.objects.filter(pk=somebody.pk)._raw_delete("default")
        restored(older)
        assert is_whole()


FULL = {
    "sqlite": "CREATE TABLE filler AS SELECT zeroblob(100000000)",
    "postgresql": "DO $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$",
}


@contextmanager
def full_before(write: str) -> Iterator[None]:
    """From this write on the database answers that its disk is full: SQLite gets no page more, PostgreSQL says so."""

    def fill(execute, sql, params, many, context):
        if sql.startswith(write):
            with connection.cursor() as cursor:
                if connection.vendor == "sqlite":
                    cursor.execute("PRAGMA page_count")
                    cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
                cursor.execute(FULL[connection.vendor])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fill):
        yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")


@database
@pytest.mark.parametrize("is_whole_log", [True, False])
def test_a_disk_that_is_full_when_all_is_restored_leaves_the_search_index_to_the_clock(
    transactional_db, time, tmp_path, is_whole_log
):
    build()
    if not is_whole_log:
        triggers.unprotect(connection)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE core_event SET name = 'changed'")
    path, said = backed_up(tmp_path / "one"), io.StringIO()

    with full_before('INSERT INTO "reports_searchentry"'), pytest.raises(CommandError) as told:
        call_command("restore", path, "--replace", stdout=said, stderr=said)

    late, *others = str(told.value).splitlines()
    assert late.startswith("平台的存储空间已满：内容已全部恢复，只有搜索索引没有建成。请腾出空间")
    assert others == ([] if is_whole_log else ["备份已按原样恢复，但其中有内容核对不上，见上文。"])
    assert ("每个数字都相符" in said.getvalue(), "已核对" in said.getvalue()) == (True, True)
    assert ("与存证时的内容不一致" in said.getvalue()) != is_whole_log
    assert (Project.objects.count(), SearchEntry.objects.count()) == (1, 0)
    catch_up()
    assert SearchEntry.objects.filter(kind="project").count() == 1


# -- Files ---------------------------------------------------------------------------------------------


def loose(*options: str) -> list[str]:
    said = io.StringIO()
    call_command("loose_files", *options, stdout=said)
    return said.getvalue().splitlines()


@database
def test_a_restore_touches_no_file_before_all_rows_are_in(transactional_db, time, tmp_path):
    build()
    path = backed_up(tmp_path / "one")
    attached = Attachment.objects.get().file
    place, whole = Path(attached.path), attached.read()
    (tmp_path / "flipped").write_bytes(flipped(bytearray(path.read_bytes())))
    utime(place, (0, 0))

    with pytest.raises(CommandError):
        restored(tmp_path / "flipped", "--replace")
    assert (place.read_bytes(), loose()) == (whole, ["0份文件不属于任何记录；已删除：0"])

    restored(path, "--replace")
    assert place.stat().st_mtime == 0  # what is the same is not written again

    place.write_bytes(b"damaged")
    restored(path, "--replace")
    assert (place.read_bytes(), loose()) == (whole, ["0份文件不属于任何记录；已删除：0"])


@database
def test_files_of_no_row_are_listed_and_removed_once_nobody_can_be_about_to_write_it(transactional_db, time):
    build()
    attached = Path(Attachment.objects.get().file.path)
    left = Path(storages["private"].path(storages["private"].save("2026/01/left", ContentFile(b"left"))))

    assert loose("--remove") == ["private/2026/01/left", "1份文件不属于任何记录；已删除：0"]
    for path in (attached, left):
        utime(path, (0, 0))
    assert loose() == ["private/2026/01/left", "1份文件不属于任何记录；已删除：0"]
    assert loose("--remove") == ["1份文件不属于任何记录；已删除：1"]
    assert (attached.exists(), left.exists()) == (True, False)
