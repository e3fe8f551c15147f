"""A backup is the site: what is restored is, row by row and file by file, what was there."""

import gzip
import hashlib
import io
import json
import re
import tarfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection

from config import inbox
from config.backup.archive import Cut
from config.backup.engines import engine_of
from config.backup.restoring import Backup, not_empty
from config.backup.tables import tables
from config.backup.taking import DUTY, forget_old
from core import clock
from core.files import attach
from core.models import Attachment, Duty
from core.sealing import seal_events, standing
from people.models import Administrator, Office, PrivacyNotice, User
from projects.models import Project
from reports.models import SearchEntry
from tests import town as towns
from tests.databases import empty_database, migrate_to
from tests.killed import everything, killed_before
from tests.life import draft
from tests.pdfs import pdf_with

NEEDS = '他说："好，\r\n明天见\\"\t。'
database = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db, time):
    """With a proposal, a file, and a sealed log."""
    town = towns.build()
    project = draft(town)
    attach(project, SimpleUploadedFile("计划.pdf", pdf_with(words="计划"), "application/pdf"), by=town.head)
    Project.objects.update(needs=NEEDS, method="")
    seal_events()
    return town


@pytest.fixture
def town_at_once(db, time):
    return towns.build()


@pytest.mark.one_database
def test_a_site_is_empty_until_somebody_has_an_account(db):
    PrivacyNotice.objects.in_force()  # as a migration writes it
    Duty.objects.create(name=DUTY, done_on=clock.today())  # the clock has run
    nobody = not_empty()

    User.objects.create(username="first")

    assert (nobody, not_empty()) == ([], ["people_user"])


def backed_up(directory: Path, *options: str) -> Path:
    call_command("backup", directory, *options, stdout=io.StringIO())
    [path] = directory.glob("grants-*")
    return path


def listed(path: Path) -> list[dict]:
    """The list of contents, without what making a backup leaves in the site."""
    with tarfile.open(path) as tar:
        lines = [json.loads(line) for line in tar.extractfile("manifest.jsonl")]
    return [one for one in lines if one.get("table") != "core_duty" and "end" not in one]


def restored(path: Path, *options: object) -> str:
    said = io.StringIO()
    call_command("restore", path, *options, stdout=said, stderr=said)
    return said.getvalue()


@database
def test_what_is_restored_has_the_hashes_of_what_was_there(town, tmp_path):
    User.objects.create(username="gone").delete()
    last = User.objects.create(username="last")
    number = last.pk
    last.delete()
    path, chain = backed_up(tmp_path / "one"), standing()
    Project.objects.update(title="改了")
    User.objects.create(username="later")
    file = Attachment.objects.get().file
    file.storage.delete(file.name)

    with pytest.raises(CommandError, match="--replace"):  # the site is not empty
        restored(path)
    assert Project.objects.get().title == "改了"

    restored(path, "--replace")

    assert listed(backed_up(tmp_path / "two")) == listed(path)
    assert Project.objects.get().title == "夕阳红暖心陪伴"
    assert (standing(), SearchEntry.objects.filter(kind="project").count()) == (chain, 1)
    assert User.objects.create(username="next").pk == number + 1  # a number is not given again


@database
def test_a_backup_is_of_one_moment_and_a_restore_happens_whole_or_not_at_all(town, tmp_path):
    engine = engine_of(connection)
    project = next(table for table in tables(connection) if table.name == "projects_project")
    with engine.snapshot() as cursor:
        Project.objects.update(title="后来改的")
        rows = b"".join(piece.content for piece in engine.rows(cursor, project)).decode()
    assert ("夕阳红暖心陪伴" in rows, "后来改的" in rows) == (True, False)

    path = backed_up(tmp_path / "one")
    Project.objects.update(title="再后来")
    before = everything()
    assert killed_before(300, lambda: restored(path, "--replace"))
    assert everything() == before

    content = bytearray(path.read_bytes())
    for name, damaged in (("cut", content[: len(content) * 2 // 3]), ("flipped", flipped(content))):
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(CommandError):
            restored(tmp_path / name, "--replace")
        assert everything() == before


def flipped(content: bytearray) -> bytearray:
    """One bit of the file that was handed in is another."""
    return flipped_at(content, content.index(b"%PDF-") + 20)


def flipped_at(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def altered(path: Path, name: str, alter: Callable[[bytes], bytes]) -> Path:
    """A backup that differs from another in what stands under one name."""
    other = path.with_name("altered")
    with tarfile.open(path) as old, tarfile.open(other, "w", format=tarfile.PAX_FORMAT) as new:
        for member in old:
            content = old.extractfile(member).read()
            content = alter(content) if member.name == name else content
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return other


@database
def test_a_damaged_table_is_named_in_a_sentence_and_nothing_is_restored(town, tmp_path):
    path = backed_up(tmp_path / "one")
    seals = "tables/core_seal/000001.csv.gz"
    for name, alter, said in (
        (seals, lambda content: flipped_at(content, len(content) // 2), "数据表core_seal与写入时不一致"),
        (seals, lambda content: b"?" + content[1:], "数据表core_seal与写入时不一致"),
        (seals, lambda content: content[:-9], "数据表core_seal与写入时不一致"),
        ("head.json", lambda content: content[:-1] + b"?", "读不出其中的自述"),
        ("head.json", lambda content: content.replace(b'"format"', b'"fromat"'), "读不出其中的自述"),
        ("manifest.jsonl", lambda content: content.replace(b'"sha256"', b'"sha257"'), "读不出其中的自述"),
    ):
        damaged = altered(path, name, alter)
        before = everything()
        for options in (["--check"], ["--replace"]):
            with pytest.raises(CommandError, match=f"^没有恢复任何内容：{said}$"):
                restored(damaged, *options)
        assert everything() == before

    restored(altered(path, seals, lambda content: content), "--check")


@database
def test_rows_that_the_database_does_not_take_are_told_from_a_mistake_of_the_platform(town, tmp_path):
    path, before = backed_up(tmp_path / "one"), everything()
    for rows in (b"1,2\n", b"\xff\xfe", b'"' + b"9" * 9):
        damaged = altered(path, "tables/core_seal/000001.csv.gz", lambda _content, rows=rows: gzip.compress(rows))
        with pytest.raises(CommandError, match=r"^没有恢复任何内容：数据表core_seal的内容读不出来（"):
            restored(damaged, "--replace")
        assert everything() == before


@database
def test_a_sealed_backup_opens_with_its_key_alone(town, tmp_path):
    call_command("backup", new_key=tmp_path / "key", stdout=io.StringIO())
    other = tmp_path / "other"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    recipient = (tmp_path / "key").read_text().split()[1]
    sealed = backed_up(tmp_path / "sealed", "--to", recipient)

    for wrong in ([], ["--key", str(other)]):
        with pytest.raises(CommandError, match="没有给出能打开它的密钥"):
            restored(sealed, "--check", *wrong)
    content = sealed.read_bytes()
    for name, damaged in (("cut", content[:-1000]), ("flipped", flipped_at(content, len(content) // 2))):
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(CommandError, match="没有恢复任何内容：文件已加密，并且已损坏或不完整"):
            restored(tmp_path / name, "--check", "--key", str(tmp_path / "key"))
    said = restored(sealed, "--check", "--key", str(tmp_path / "key"))

    assert "夕阳红".encode() not in sealed.read_bytes()
    assert oct(sealed.stat().st_mode & 0o777) == oct((tmp_path / "key").stat().st_mode & 0o777) == "0o600"
    assert "1份文件" in said


@database
@pytest.mark.skipif(connection.vendor == "sqlite", reason="goes from PostgreSQL to SQLite and back")
def test_it_is_restored_onto_the_other_database_and_back(town, tmp_path):
    path, before = backed_up(tmp_path / "one"), meaning()

    with empty_database(tmp_path, "other", on="sqlite"):
        migrate_to()
        PrivacyNotice.objects.in_force()  # as a migration writes it: nobody has used this site
        Duty.objects.create(name=DUTY, done_on=clock.today())
        said = restored(path)
        there, file_there = meaning(), file_kept()
        [row] = Project.objects.values_list("needs", "compared_at", "amount_requested")
        back = backed_up(tmp_path / "two")
    kept, digest = file_kept()
    kept.unlink()
    restored(back, "--replace")

    assert ("每个数字都相符" in said, row[0]) == (True, NEEDS)
    assert there == meaning() == before
    assert file_there[0] != kept  # each site has a folder of its own
    assert file_there[1] == digest == file_kept()[1] == Attachment.objects.get().sha256


def file_kept() -> tuple[Path, str]:
    """Where the one file of the site lies, and the SHA-256 of what stands there."""
    path = Path(Attachment.objects.get().file.path)
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def meaning() -> dict[str, list]:
    """Every row as Django reads it: details (JSON) are spelled otherwise by the two databases."""
    kept = {table.name for table in tables(connection)} - {"core_duty"}
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in kept]
    return {model._meta.label: list(model._base_manager.order_by("pk").values_list()) for model in models}


def test_only_the_oldest_of_our_own_files_are_removed(tmp_path):
    names = [f"grants-2026040{day}-030000.tar.age" for day in range(1, 6)]
    for name in (*names, "grants.tar", "keep-me"):
        (tmp_path / name).touch()

    forget_old(tmp_path, 2, tmp_path / names[4])
    assert sorted(path.name for path in tmp_path.iterdir()) == [*names[3:], "grants.tar", "keep-me"]

    forget_old(tmp_path, 1, tmp_path / names[3])  # a clock was put back: the last one made has an older name
    assert sorted(path.name for path in tmp_path.iterdir()) == [names[3], "grants.tar", "keep-me"]


def test_a_number_of_backups_that_is_none_is_refused_before_anything_is_written(tmp_path):
    old = tmp_path / "grants-20260401-030000.tar"
    old.touch()

    with pytest.raises(CommandError, match=r"^不能保留-1份备份：请写1以上的数，全部保留写0。$"):
        backed_up(tmp_path, "--keep=-1")

    assert list(tmp_path.iterdir()) == [old]


@database
def test_as_many_backups_stay_as_are_wanted_and_the_one_just_made_always(town, tmp_path):
    place = tmp_path / "backups"
    place.mkdir()
    old, ahead = place / "grants-20260401-030000.tar", place / "grants-99990401-030000.tar"
    for path in (old, ahead):
        path.touch()

    call_command("backup", place, "--keep=0", stdout=io.StringIO())
    [first] = set(place.iterdir()) - {old, ahead}
    first.rename(place / "grants-20260402-030000.tar")
    call_command("backup", place, "--keep=1", stdout=io.StringIO())

    [stays] = place.iterdir()
    assert stays.name not in (old.name, ahead.name, "grants-20260402-030000.tar")
    Backup(stays, []).walk()


def test_what_is_no_backup_is_said_to_be_none(tmp_path):
    (tmp_path / "letter").write_text("Dear all")

    with pytest.raises(Cut):
        Backup(tmp_path / "letter", []).walk()


def test_the_system_administrator_is_told_when_no_backup_is_made(town_at_once, time):
    admin = User.objects.create(username="xitong")
    Administrator.objects.create(user=admin, office=Office.SYSTEM)

    never = inbox.waiting_for(admin)
    Duty.objects.create(name=DUTY, done_on=clock.today())
    fresh = inbox.waiting_for(admin)
    time.go(clock.now() + timedelta(days=3))
    old = inbox.waiting_for(admin)

    assert [[task.what for task in found] for found in (never, fresh, old)] == [
        ["还没有做过备份：请在服务器上运行 ./run backup，并设为每晚自动运行"],
        [],
        ["最近一次备份是2026-03-10：请确保每晚都做"],
    ]
    assert inbox.waiting_for(town_at_once.clerk) == []


@database
def test_no_text_that_a_person_can_send_stands_for_nothing(town, tmp_path):
    User.objects.filter(pk=town.head.pk).update(name="\x01", email="\x01\x01")
    Project.objects.update(needs="\x01", community=None)

    path = backed_up(tmp_path / "one")
    restored(path, "--replace")

    assert list(User.objects.filter(pk=town.head.pk).values_list("name", "email")) == [("\x01", "\x01\x01")]
    assert list(Project.objects.values_list("needs", "community")) == [("\x01", None)]


def test_a_file_that_is_not_there_is_named_in_one_line(tmp_path):
    for nowhere in (tmp_path / "missing.tar", tmp_path):
        with pytest.raises(CommandError, match=re.escape(f"没有文件{nowhere}。")):
            restored(nowhere, "--check")


def test_a_file_that_is_cut_off_is_refused_in_chinese(tmp_path):
    (tmp_path / "cut.tar").write_bytes(b"not a tar" * 300)
    with pytest.raises(CommandError, match="不是备份文件，或者文件不完整"):
        restored(tmp_path / "cut.tar", "--check")


@pytest.mark.one_database
def test_a_place_that_is_no_folder_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("somebody's")
    for place in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nope"), Path("/proc")):
        with pytest.raises(CommandError, match=re.escape(f"{place}不是可以写入备份的文件夹：")):
            call_command("backup", place)
    with pytest.raises(CommandError, match=re.escape(f"写不了{tmp_path}/file/key：")):
        call_command("backup", new_key=tmp_path / "file" / "key")

    assert (tmp_path / "file").read_text() == "somebody's"
