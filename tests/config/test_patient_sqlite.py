"""Many write to one SQLite: each waits for its turn, nobody is left out, nothing is lost."""

import sqlite3
from pathlib import Path
from threading import Timer
from time import monotonic, perf_counter

import pytest
from django.db import OperationalError, close_old_connections, connection, transaction
from django.db.models import F

from benchmarks.writes import at_once
from config import engines
from core.models import Series

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.one_database,
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has a queue of its own"),
]
PROCESSES, ROUNDS = 8, 40


@pytest.fixture
def held():
    """Somebody else is writing, until told to stop."""
    connection.ensure_connection()
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def test_who_writes_without_a_pause_leaves_nobody_out_and_loses_nothing():
    Series.objects.create(key="in a transaction")
    Series.objects.create(key="by itself")

    def write(_place, barrier):
        waited = []
        barrier.wait()
        for _round in range(ROUNDS):
            start = perf_counter()
            with transaction.atomic():
                one = Series.objects.select_for_update().get(key="in a transaction")
                one.last += 1
                one.save()
            Series.objects.filter(key="by itself").update(last=F("last") + 1)
            waited.append(perf_counter() - start)
        return max(waited)

    longest = at_once(write, PROCESSES)

    assert [one for one in longest if isinstance(one, str)] == []  # nobody met a locked database
    assert set(Series.objects.values_list("last", flat=True)) == {PROCESSES * ROUNDS}


def test_who_has_waited_long_enough_is_told(held, monkeypatch):
    monkeypatch.setattr(connection, "patience", 0.1)
    start = perf_counter()

    with pytest.raises(OperationalError, match="locked"), transaction.atomic():
        pass

    assert 0.1 <= perf_counter() - start < 5


def test_who_reads_does_not_wait(held):
    assert Series.objects.count() == 0


def test_several_rows_wait_as_well_and_are_not_stored_twice(held):
    """`executemany` stores row by row: what is begun again would be stored again."""
    Timer(0.1, held.execute, ["COMMIT"]).start()
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO core_series (key, last) VALUES (%s, %s)", [("a", 1), ("b", 2)])
        cursor.execute("PRAGMA busy_timeout")
        turn = cursor.fetchone()[0]

    assert sorted(Series.objects.values_list("key", "last")) == [("a", 1), ("b", 2)]
    assert turn == 18  # waits in short turns again


def test_a_connection_serves_the_next_request_too_and_reads_what_others_have_written_meanwhile(client, monkeypatch):
    """Opening one reads the whole schema. Tried with the age of the site's settings, in the test's database."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", engines.databases(Path())["default"]["CONN_MAX_AGE"])
    one = Series.objects.create(key="before")
    connection.close()

    answered(client)
    opened = connection.connection
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("UPDATE core_series SET last = 7 WHERE id = ?", [one.pk])
    other.close()
    answered(client)

    assert opened is not None
    assert connection.connection is opened
    assert Series.objects.get(key="before").last == 7

    connection.close_at = monotonic() - 1  # a minute later
    answered(client)

    assert connection.connection is not opened


def answered(client):
    """A request from its beginning to its end, which the test's browser keeps from the connections."""
    close_old_connections()
    assert client.get("/").status_code == 200
    close_old_connections()
