"""The log is tamper-evident: an honest one passes, and whatever is done to it with SQL is found and named."""

import csv
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from core import checks, clock, triggers
from core.apps import let_tables_be_renamed, put_triggers_in_place
from core.chain import GENESIS, Keys, Said, details, digest, link
from core.models import DailyRoot, Event, Seal
from core.sealing import erase, seal_events, standing, take_root
from core.verifying import Verification
from core.workflow import Refused, record
from people.models import User

NOON = datetime(2026, 3, 2, 12, 0)
NUMBERS = {"small": 1, "whole": 2.0, "large": 1e16, "share": 0.1, "tiny": 1.5e-7, "none": None, "yes": True}


@pytest.fixture
def person(db):
    return User.objects.create(username="chenjing", name="陈静")


@pytest.fixture
def log(person):
    """Six sealed events of two days, and the root of the second."""
    with clock.at(NOON):
        for n in range(4):
            record(person, "said", by=person, label=f"第{n}条", note=f"电话13800138{n:03}", n=n, numbers=NUMBERS)
        seal_events()
    with clock.at(NOON + timedelta(days=1)):
        take_root()
        record(person, "said", by=None)
        record(person, "said", by=person, label="最后一条")
        seal_events()
    return list(Event.objects.order_by("pk"))


def tampered(*statements: str) -> list[str]:
    """What is found after somebody who owns the database has done this; then it is undone."""
    connection.check_constraints()
    with transaction.atomic(), translation.override("en"):
        triggers.unprotect(connection)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        found = [line for line in problems() if "trigger" not in line]
        transaction.set_rollback(True)
    return found


def assert_refused(sql: str) -> None:
    with (
        pytest.raises(IntegrityError, match="The log is never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def problems(**asked) -> list[str]:
    return list(Verification(**asked).problems())


def test_verification_of_an_honest_log(log):
    walk = Verification()

    assert list(walk.problems()) == []
    assert (walk.checked, walk.last_number, walk.erased, walk.late, walk.waiting) == (6, 6, 0, 0, 0)
    assert [seal.event_id for seal in Seal.objects.all()] == [event.pk for event in log]


def test_chain_can_be_calculated_by_hand(log):
    """What the page for everybody promises: nothing but SHA-256 over what is published."""
    previous = GENESIS
    for seal in Seal.objects.all():
        previous = link(previous, seal.number, seal.sealed_at, seal.digest)
        assert seal.hash == previous
    assert standing() == (6, previous)


def test_salts_hide_what_was_said(log):
    """The same words have another digest each time."""
    said = Said(*Event.objects.values_list(*Said._fields).first())
    seal = Seal.objects.first()

    assert digest(said, Keys(seal.label_key, seal.note_key, seal.data_key)) == seal.digest
    assert digest(said, Keys("0" * 32, "0" * 32, "0" * 32)) != seal.digest


OTHER = "SELECT MIN(id) FROM django_content_type WHERE id <> content_type_id"
"""Another kind of thing than the event is about."""


@pytest.mark.every_case
@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE core_event SET note = '电话13800138009' WHERE id = {2}", ["event {2} (link 3) does not say"]),
        ("UPDATE core_event SET label = '' WHERE id = {2}", ["event {2} (link 3) does not say"]),
        ("UPDATE core_event SET actor_id = NULL WHERE id = {3}", ["event {3} (link 4) does not say"]),
        ("UPDATE core_event SET data = '{{}}' WHERE id = {0}", ["event {0} (link 1) does not say"]),
        ("UPDATE core_event SET name = 'sald' WHERE id = {0}", ["event {0} (link 1) does not say"]),
        ("UPDATE core_event SET at = '2026-03-02 04:00:01' WHERE id = {0}", ["event {0} (link 1) does not say"]),
        ("UPDATE core_event SET source_state = 'a' WHERE id = {0}", ["event {0} (link 1) does not say"]),
        ("UPDATE core_event SET target_state = 'a' WHERE id = {0}", ["event {0} (link 1) does not say"]),
        (f"UPDATE core_event SET content_type_id = ({OTHER}) WHERE id = {{0}}", ["event {0} (link 1) does not say"]),
        ("UPDATE core_event SET object_id = object_id + 1 WHERE id = {0}", ["event {0} (link 1) does not say"]),
        ("UPDATE core_seal SET note_key = '' WHERE number = 2", ["event {1} (link 2) does not say"]),
        ("UPDATE core_seal SET hash = 'f' WHERE number = 2", ["link 2 (event {1}) does not follow"]),
        ("UPDATE core_seal SET sealed_at = '2026-03-02 04:00:01' WHERE number = 2", ["link 2 (event {1}) does not"]),
        ("DELETE FROM core_event WHERE id = {1}", ["event {1} (link 2) was removed"]),
        ("DELETE FROM core_event WHERE id = {5}", ["event {5} (link 6) was removed"]),
        ("DELETE FROM core_seal WHERE number = 2", ["links 2 to 2 were removed", "event {1} says it is of"]),
        ("DELETE FROM core_seal WHERE number >= 3", ["the end is cut off after link 2: root of 2026-03-03 says"]),
        ("UPDATE core_dailyroot SET hash = 'f'", ["link 4 is not the one that was published (root of 2026-03-03)"]),
    ],
)
def test_flipped_byte_or_removed_row_is_found(log, sql, found):
    ids = [event.pk for event in log]

    said = tampered(sql.format(*ids))

    assert len(said) == len(found)
    for line, begins in zip(said, found, strict=True):
        assert line.startswith(begins.format(*ids)), said


def test_cut_off_tail_with_its_events_is_found(log):
    said = tampered("DELETE FROM core_seal WHERE number > 3", f"DELETE FROM core_event WHERE id > {log[2].pk}")

    assert said == ["the end is cut off after link 3: root of 2026-03-03 says that there were 4"]


def test_changed_order_is_found(log):
    """Two events change places, links and all."""
    said = tampered(
        "UPDATE core_seal SET number = 100 WHERE number = 2",
        "UPDATE core_seal SET number = 2 WHERE number = 3",
        "UPDATE core_seal SET number = 3 WHERE number = 100",
    )

    assert [line[:6] for line in said] == ["link 2", "link 3", "link 4"]


def test_chain_calculated_anew_is_found_by_the_root(log):
    """Whoever rewrites history and all hashes after it cannot rewrite what was published."""
    changed = f"UPDATE core_event SET note = '' WHERE id = {log[0].pk}"
    statements, previous = [], GENESIS
    for number, event in enumerate(log, 1):
        said = Said(*Event.objects.values_list(*Said._fields).get(pk=event.pk))
        said = said._replace(note="") if number == 1 else said
        seal = Seal.objects.get(number=number)
        keys = Keys(seal.label_key, "" if number == 1 else seal.note_key, seal.data_key)
        told = digest(said, keys)
        previous = link(previous, number, seal.sealed_at, told)
        values = f"note_key = '{keys.note}', digest = '{told}', hash = '{previous}'"
        statements.append(f"UPDATE core_seal SET {values} WHERE number = {number}")

    said = tampered(changed, *statements)

    assert said == ["link 4 is not the one that was published (root of 2026-03-03): the log was rewritten"]


INSERT = (
    "INSERT INTO core_event (content_type_id, object_id, name, label, source_state, target_state, note, data, at) "
    "SELECT content_type_id, object_id, 'said', 'x', '', '', '', '{{}}', '{at}' FROM core_event WHERE id = {like}"
)


def slip_in(at: datetime) -> Event:
    """An event of that day, written with SQL and sealed by the next tick."""
    like, at = Event.objects.first(), timezone.make_aware(at)
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(at=f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}", like=like.pk))
    seal_events()
    return Event.objects.order_by("pk").last()


def strictly(**asked) -> tuple[int, str]:
    """Exit code and words of `verify_events --strict`."""
    out = StringIO()
    with translation.override("en"):
        try:
            call_command("verify_events", strict=True, stdout=out, **asked)
        except SystemExit as ended:
            return int(ended.code), out.getvalue()
    return 0, out.getvalue()


def test_row_slipped_in_is_found(log):
    """Before it is sealed it stands outside the chain, afterwards behind events that are later than it says."""
    said = tampered(INSERT.format(at="2026-03-02 04:00:00", like=log[0].pk))

    assert len(said) == 1
    assert "of 2026-03-02" in said[0]
    event = slip_in(NOON - timedelta(days=1))
    walk = Verification()
    assert list(walk.problems()) == []
    assert (walk.late, walk.first_late, walk.unproven) == (1, event.pk, 0)
    call_command("verify_events", stdout=StringIO())
    for since in (None, date(2026, 3, 3)):
        assert strictly(since=since)[0] == 1


def test_past_days_told_before_the_first_root_are_a_note(person):
    """A demo is loaded at once and tells of years: nothing was published that it could contradict."""
    for days in (0, -700, -400):
        with clock.at(NOON + timedelta(days=days)):
            record(person, "said", by=person)
    with clock.at(NOON):
        take_root()
        record(person, "said", by=person)
        seal_events()

    for since, said in ((None, True), (date(2026, 3, 1), True), (date(2026, 3, 2), False)):
        code, words = strictly(since=since)
        assert code == 0
        assert ("Note: up to the first root 1 events" in words) == said

    slip_in(NOON - timedelta(days=400))
    for since in (None, date(2026, 3, 1), date(2026, 3, 2)):
        assert strictly(since=since)[0] == 1


def test_past_day_reached_in_steps_of_less_than_a_day_is_found_by_the_root(log):
    """Each stands close to the one before it; the root that all of them stand behind does not move."""
    slip_in(NOON + timedelta(hours=4))
    assert strictly()[0] == 0
    late = [slip_in(NOON - timedelta(hours=16)), slip_in(NOON - timedelta(hours=32))]

    code, words = strictly()

    assert code == 1
    assert "2 events are more than a day older" in words
    assert f"the first is {late[0].pk}\n" in words


def test_root_that_somebody_kept_proves_the_order_before_the_first_one_here(person, tmp_path):
    """Whoever takes the roots away and publishes a new one cannot take away what was kept elsewhere."""
    with clock.at(NOON):
        record(person, "said", by=person)
        seal_events()
    kept = standing()
    slip_in(NOON - timedelta(days=3))
    with clock.at(NOON + timedelta(days=5)):
        take_root()
    file = tmp_path / "roots.csv"
    for day in ("2026-03-02", "2026/3/2"):  # a spreadsheet has saved it again
        file.write_text(f"day,number,hash\n{day},{kept.number},{kept.hash}\n")
        assert strictly(roots=file)[0] == 1
    assert strictly()[0] == 0


def test_past_day_is_no_note_where_there_is_no_root_at_all(person):
    with clock.at(NOON):
        record(person, "said", by=person)
        seal_events()
    assert strictly()[0] == 0

    slip_in(NOON - timedelta(days=3))

    assert strictly()[0] == 1


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_a_migration_may_build_a_protected_table_anew(log):
    """On SQLite a table is renamed for it, which fails while a trigger speaks of the one that is gone."""
    let_tables_be_renamed("default", plan=[object()])
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE new__core_seal AS SELECT * FROM core_seal")
        cursor.execute("DROP TABLE core_seal")
        cursor.execute("ALTER TABLE new__core_seal RENAME TO core_seal")

    put_triggers_in_place("default")

    assert problems() == []


def test_missing_trigger_is_found(log):
    connection.check_constraints()
    with transaction.atomic():
        triggers.unprotect(connection)
        assert len(problems()) == 9
        triggers.protect(connection)
    assert problems() == []


@pytest.mark.every_case
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_event SET note = 'x'",
        "UPDATE core_event SET note = ''",
        "UPDATE core_event SET at = '2026-03-02 04:00:01'",
        "DELETE FROM core_event",
        "UPDATE core_seal SET hash = 'f'",
        "UPDATE core_seal SET note_key = ''",
        "DELETE FROM core_seal",
        "UPDATE core_dailyroot SET number = 1",
        "DELETE FROM core_dailyroot",
    ],
)
def test_database_refuses_to_change_the_log(log, sql):
    assert_refused(sql)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
def test_replace_is_refused(log):
    sql = "INSERT OR REPLACE INTO core_dailyroot SELECT * FROM core_dailyroot"
    assert_refused(sql)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="TRUNCATE is PostgreSQL's")
def test_truncate_is_refused(log):
    connection.check_constraints()
    assert_refused("TRUNCATE core_seal")


def test_erased_words_leave_the_chain_whole(log, person):
    event = log[1]

    told = erase(event, "note", "data", by=person, reason="本人要求")
    seal_events()

    assert (event.note, event.data, event.label) == ("", {}, "第1条")
    assert (told.name, told.actor, told.note) == ("erase_words", person, "本人要求")
    assert told.data == {"event": event.pk, "erased": ["note", "data"]}
    walk = Verification()
    assert list(walk.problems()) == []
    assert walk.erased == 1


def test_erasure_needs_a_reason_and_something_to_erase(log, person):
    for names, reason in ((["note"], " "), (["at"], "本人要求"), ([], "本人要求")):
        with pytest.raises(Refused):
            erase(log[1], *names, by=person, reason=reason)

    assert Event.objects.get(pk=log[1].pk).note == log[1].note


def test_words_written_where_they_were_erased_are_found(log, person):
    erase(log[1], "note", by=person, reason="本人要求")
    seal_events()

    said = tampered(f"UPDATE core_event SET note = '{log[2].note}' WHERE id = {log[1].pk}")

    assert said == [f"event {log[1].pk} (link 2) does not say what it said when it was sealed"]


def test_erasure_that_no_event_tells_of_is_found(log):
    """The triggers let it through; it is not hidden."""
    said = tampered(
        f"UPDATE core_seal SET note_key = '{'a' * 64}' WHERE number = 2",
        f"UPDATE core_event SET note = '' WHERE id = {log[1].pk}",
    )

    assert [line.partition(" were")[0] for line in said] == [
        f"event {log[1].pk} (link 2) does not say what it said when it was sealed",
        f"words of event {log[1].pk} (link 2)",
    ]


def test_verification_since_a_day_begins_at_its_root(log):
    walk = Verification(since=date(2026, 3, 3))

    assert list(walk.problems()) == []
    assert (walk.start.number, walk.checked) == (4, 2)
    assert Verification(since=date(2026, 3, 2)).start.number == 0


def test_tail_cut_off_before_the_root_one_begins_at_is_found(log):
    with clock.at(NOON + timedelta(days=1)), translation.override("en"), transaction.atomic():
        connection.check_constraints()
        triggers.unprotect(connection)
        Seal.objects.filter(number__gt=3).delete()
        said = list(Verification(since=date(2026, 3, 3)).problems())
        transaction.set_rollback(True)

    assert "the end is cut off after link 3: root of 2026-03-03 says that there were 4" in said


def test_root_is_taken_once_a_day_and_not_of_an_empty_log(log):
    with clock.at(NOON + timedelta(days=1)):
        assert take_root() == 0
    with clock.at(NOON + timedelta(days=2)):
        assert take_root() == 1

    assert list(DailyRoot.objects.values_list("day", "number")) == [(date(2026, 3, 4), 6), (date(2026, 3, 3), 4)]


@pytest.mark.django_db
def test_root_of_an_empty_log_is_not_taken():
    assert take_root() == 0


def test_command_tells_in_a_line_and_by_its_exit_code(log, tmp_path):
    kept = tmp_path / "roots.csv"
    with kept.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([["日期", "数", "根"], ["2026-03-03", 4, standing().hash]])
    out = StringIO()

    call_command("verify_events", stdout=out)
    assert out.getvalue().count("\n") == 1
    with pytest.raises(SystemExit) as ended:
        call_command("verify_events", roots=kept, stdout=out)
    assert ended.value.code == 1
    assert "roots.csv 2026-03-03" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("verify_events", roots=tmp_path / "none.csv", stdout=out)


def test_numbers_are_written_one_way_whichever_database_kept_them(log):
    """PostgreSQL gives 1e16 back as 10000000000000000."""
    assert details(log[0].data) == details({"n": 0, "numbers": json.loads(json.dumps(NUMBERS))})
    assert details({"a": 1}) != details({"a": True})
    assert details({"a": 1}) != details({"a": "1"})


def test_erase_words_command(log, person):
    call_command("erase_words", log[1].pk, "note", by="chenjing", reason="本人要求", stdout=StringIO())

    assert Event.objects.get(pk=log[1].pk).note == ""
    for event, by, said in (
        (log[1].pk, "chenjing", "没有可以删除的内容"),
        (10**6, "chenjing", "日志中没有编号为1000000的记录。"),
        (log[2].pk, "nobody", "没有登录名为nobody的人员。"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("erase_words", event, "note", by=by, reason="本人要求", stdout=StringIO())


@pytest.mark.one_database
@pytest.mark.parametrize(("months", "found"), [(0, []), (6, []), (5, ["core.E001"])])
def test_check_refuses_to_keep_events_for_less_than_six_months(settings, months, found):
    settings.EVENTS_KEPT_MONTHS = months

    assert [message.id for message in checks.check_retention()] == found


def test_check_says_when_a_trigger_is_missing(log):
    assert checks.check_triggers(databases=["default"]) == []
    connection.check_constraints()
    with transaction.atomic():
        triggers.unprotect(connection)
        [message] = checks.check_triggers(databases=["default"])
        assert message.id == "core.E002"
        assert "core_event_changed" in message.msg
        assert "people_membership_apart_insert" in message.msg  # those that other apps have added
        transaction.set_rollback(True)


def test_event_that_was_written_late_is_sealed_with_the_whole_log(log, person, monkeypatch):
    """Whoever writes long takes their number early; the sealer looks back, and once a day at everything."""
    Event.objects.create(target=person, name="said", pk=log[-1].pk + 10)
    monkeypatch.setattr("core.sealing.LOOKED_BACK", 0)
    seal_events()
    late = Event.objects.create(target=person, name="late", pk=log[-1].pk + 5)

    assert seal_events() == 0
    assert seal_events(whole=True) == 1
    assert Seal.objects.last().event == late
    assert [line for line in problems() if "trigger" not in line] == []


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_make_one_chain():
    person = User.objects.create(username="chenjing", name="陈静")
    for n in range(60):
        record(person, "said", by=person, n=n)

    def work(_number: int) -> int:
        try:
            record(person, "said", by=person)
            return seal_events()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, range(8)))
    seal_events()

    assert sum(done) <= 68
    assert list(Seal.objects.values_list("number", flat=True)) == list(range(1, 69))
    assert problems() == []
