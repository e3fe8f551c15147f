"""A ledger of very many rows is written in the background, for who asked for it."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core import clock
from core.models import Event, Notification
from core.workflow import Refused
from reports.actions import ledger_files, made_files
from reports.ledgers import catalogue
from reports.models import LedgerFile
from tests.life import choir_draft, draft

pytestmark = pytest.mark.one_database
PAGE = reverse("ledgers:ledger_list")
PROJECTS = catalogue.LEDGERS["projects"]
MAKE = reverse("ledgers:ledger_make", args=["projects"])


@pytest.fixture
def two_are_many(town, life, monkeypatch):
    """Two projects, where more than one row is too much to wait for."""
    monkeypatch.setattr(ledger_files, "MOST_AT_ONCE", 1)
    return life.walk(draft(town), "submitted"), life.walk(choir_draft(town), "submitted")


def test_a_long_ledger_is_offered_to_be_made_and_not_written_while_one_waits(town, two_are_many, browse):
    client = browse(town.clerk)
    direct = reverse("ledgers:ledger_file", args=["projects", "xlsx"])

    page = client.get(PAGE).text
    answer = client.get(direct)

    assert MAKE in page
    assert direct not in page
    assert answer.status_code == 302
    assert client.get(reverse("ledgers:ledger_file", args=["projects", "csv"])).status_code == 200


def test_a_short_ledger_is_written_at_once(town, life, browse):
    life.walk(draft(town), "submitted")

    page = browse(town.clerk).get(PAGE).text

    assert MAKE not in page
    assert reverse("ledgers:ledger_file", args=["projects", "xlsx"]) in page


def test_it_is_made_in_the_background_and_fetched_by_who_asked(
    town, two_are_many, browse, django_capture_on_commit_callbacks
):
    only, _other = two_are_many
    client = browse(town.clerk)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(MAKE, {"query": f"call={only.call_id}&state=submitted"})

    made = LedgerFile.objects.get()
    assert (made.status, made.rows, made.by) == ("done", 2, town.clerk)
    assert Notification.objects.filter(recipient=town.clerk, subject__contains="台账").count() == 1
    assert Event.objects.about(town.clerk).get(name="export").data["rows"] == 2
    address = reverse("ledgers:ledger_made", args=[made.pk])
    assert address in client.get(PAGE).text
    content = b"".join(client.get(address).streaming_content)
    sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
    assert {only.number} < {row[0].value for row in sheet.iter_rows()}
    assert browse(town.approver).get(address).status_code == 404


def test_the_same_is_not_made_twice_at_once_and_anew_when_it_has_stopped(town, two_are_many, time):
    ledger_files.ask(PROJECTS, by=town.clerk, query="")
    with pytest.raises(Refused):
        ledger_files.ask(PROJECTS, by=town.clerk, query="")

    LedgerFile.objects.update(at=clock.now() - timedelta(hours=1))

    assert ledger_files.ask(PROJECTS, by=town.clerk, query="").is_busy


def test_a_wrong_filter_and_a_forbidden_ledger_are_refused(town, two_are_many, browse):
    with pytest.raises(Refused):
        ledger_files.ask(PROJECTS, by=town.clerk, query="state=gold")
    with pytest.raises(PermissionDenied):
        ledger_files.ask(catalogue.LEDGERS["funds"], by=town.head, query="")

    assert browse(town.head).post(reverse("ledgers:ledger_make", args=["funds"])).status_code == 403
    assert not LedgerFile.objects.exists()


def test_what_cannot_be_made_says_so_and_a_file_goes_after_its_days(town, two_are_many, browse, monkeypatch):
    broken = LedgerFile.objects.create(ledger="projects", query="state=gold", by=town.clerk)
    ledger_files.make.call(broken.pk)
    assert "已中断" in browse(town.clerk).get(PAGE).text
    done = ledger_files.ask(PROJECTS, by=town.clerk, query="")
    ledger_files.make.call(done.pk)

    LedgerFile.objects.update(at=clock.now() - timedelta(days=15))

    assert made_files.forget_made() == 1
    assert made_files.forget_made() == 0
    assert LedgerFile.objects.get(pk=done.pk).status == "done"
