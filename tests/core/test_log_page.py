"""The log's roots, for everybody: what is published is enough to calculate the chain again without us."""

import csv
from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest
from django.urls import reverse

from core import clock
from core.models import DailyRoot, Seal
from core.sealing import seal_events, take_root
from core.workflow import record
from people.models import User

MORNING = datetime(2026, 3, 2, 9, 0)


@pytest.fixture
def roots(db):
    """Two days: three records, then two more."""
    person = User.objects.create(username="chenjing", name="陈静")
    for day, number in ((0, 3), (1, 2)):
        with clock.at(MORNING + timedelta(days=day)):
            for _n in range(number):
                record(person, "said", by=person, note="电话13800138000")
            seal_events()
            take_root()
    return list(DailyRoot.objects.order_by("day"))


def rows(response) -> list[list[str]]:
    return list(csv.reader(b"".join(response.streaming_content).decode().splitlines()))


def test_log_page_shows_every_root_to_everybody(roots, browse, django_assert_num_queries):
    with django_assert_num_queries(2):
        page = browse().get(reverse("core:log")).content.decode()

    for root in roots:
        assert root.hash in page
    assert "13800138000" not in page


def test_log_page_without_a_root(browse):
    assert browse().get(reverse("core:log")).status_code == 200


def test_chain_can_be_calculated_from_the_files(roots, browse):
    """As the page says: SHA-256 of four lines, nothing else."""
    visitor = browse()
    published = rows(visitor.get(reverse("core:log_roots")))
    assert published[0] == ["day", "number", "hash", "taken_at"]
    hash_ = "0" * 64
    for day, number, root, _at in published[1:]:
        links = rows(visitor.get(reverse("core:log_links", args=[date.fromisoformat(day)])))
        for number_, moment, digest, said in links[1:]:
            hash_ = sha256("\n".join([hash_, number_, moment, digest]).encode()).hexdigest()
            assert hash_ == said
        assert (links[-1][0], hash_) == (number, root)
    assert hash_ == Seal.objects.last().hash


@pytest.mark.parametrize("day", ["2026-03-09", "2026-02-30", "2026-3-9"])
def test_links_of_a_day_without_a_root_are_not_found(roots, browse, day):
    assert browse().get(f"/log/{day}.csv").status_code == 404


def test_the_page_leaves_commands_to_whoever_runs_the_platform(roots, browse):
    page = browse().get(reverse("core:log")).content.decode()

    assert ("由平台的运行单位办理" in page, "manage.py" in page) == (True, False)
