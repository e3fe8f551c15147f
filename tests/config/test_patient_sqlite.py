"""Many write to one SQLite: each waits for its turn, nobody is left out, nothing is lost."""

import sqlite3
from threading import Timer
from time import perf_counter

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F

from benchmarks.writes import at_once
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
