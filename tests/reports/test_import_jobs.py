"""A table on its way in: checked before anything is written, decided about, imported in pieces."""

import re
import weakref
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from core import clock
from core.models import Event, Notification
from people.models import Organization, User
from people.resources import OrganizationResource, base
from reports import exchange
from reports.actions import background, imports
from reports.models import ImportJob, SearchEntry
from tests.life import draft
from tests.reports.tables import Desk, cells_of, centre, counts, credit_code, csv_file, group, workbook, wrong

Status = ImportJob.Status


@pytest.fixture
def desk(town, browse, django_capture_on_commit_callbacks):
    return Desk(browse(town.clerk), django_capture_on_commit_callbacks)


def names() -> set[str]:
    return set(Organization.objects.values_list("name", flat=True))


# -- Preview ---------------------------------------------------------------------------------------


def test_check_says_what_would_happen_and_writes_nothing(town, desk):
    before = names()
    renamed = {"name": "柳溪社工中心", "kind": "social_organization", "credit_code": town.centre.credit_code}
    same = {"name": town.host.name, "kind": "social_organization", "credit_code": town.host.credit_code}

    job = desk.send(workbook(centre(1), renamed, same, centre(2, credit_code="52110105MJ0100027U")))

    assert job.status == Status.READY
    assert counts(job) == {"new": 1, "changed": 1, "unchanged": 1, "wrong": 1}
    assert job.samples["changed"] == [
        {"row": 3, "title": "柳溪社工中心 · 52110105MJ01000190",
         "changes": [["Name", "柳溪社会工作服务中心", "柳溪社工中心"]]},
    ]  # fmt: skip
    assert [(row, column) for row, column, _message in wrong(job)] == [(5, "Unified social credit code")]
    assert names() == before


def test_preview_page_shows_changes_and_mistakes(town, desk):
    renamed = {"name": "柳溪社工中心", "kind": "social_organization", "credit_code": town.centre.credit_code}
    job = desk.send(workbook(renamed, centre(1, established_on="yesterday")))

    page = desk.client.get(job.get_absolute_url()).content.decode()

    assert "<del>柳溪社会工作服务中心</del> → <ins>柳溪社工中心</ins>" in page
    assert "“yesterday” is not a day" in page
    assert "Import 1 row" in page


def test_a_table_of_wrong_rows_alone_is_called_wrong_and_waits_for_no_decision(town, desk):
    job = desk.send(workbook(centre(1, established_on="yesterday"), centre(2, established_on="tomorrow")))

    page = desk.client.get(job.get_absolute_url()).content.decode()

    assert "Nothing can be imported: the rows with errors are listed below." in page
    assert "2 wrong rows" in page
    assert ("There is nothing to import" in page, "Waiting for your decision" in page) == (False, False)


def test_what_a_table_waits_for_is_said_in_the_list_too(town, desk):
    same = {"name": town.host.name, "kind": "social_organization", "credit_code": town.host.credit_code}
    bad, good = centre(1, established_on="yesterday"), centre(2)
    shown = []

    for rows in ((bad,), (bad, good), (same,)):
        job = desk.send(workbook(*rows))
        shown += [job.standing]
        for page in (job.get_absolute_url(), reverse("reports:exchange")):
            assert job.standing in desk.client.get(page).content.decode()
        desk.press(job, "discard")

    assert shown == ["1 wrong row", "Waiting for your decision", "Nothing to import"]


def test_nothing_to_import_offers_no_button(town, desk):
    same = {"name": town.host.name, "kind": "social_organization", "credit_code": town.host.credit_code}
    job = desk.send(workbook(same))

    page = desk.client.get(job.get_absolute_url()).content.decode()

    assert reverse("reports:import_confirm", args=[job.pk]) not in page


def test_discarded_table_is_gone_with_its_file(town, desk):
    job = desk.send(workbook(centre(1)))
    storage, stored = job.file.storage, job.file.name

    job = desk.press(job, "discard")

    assert job.status == Status.DISCARDED
    assert storage.exists(stored) is False
    assert desk.confirm(job).status == Status.DISCARDED
    assert "第1服务中心" not in names()


# -- Import ----------------------------------------------------------------------------------------


def test_wrong_row_never_loses_the_good_ones(town, desk):
    job = desk.bring(workbook(centre(1), centre(2, kind="castle"), centre(3)))

    assert (job.status, counts(job)) == (Status.DONE, {"new": 2, "wrong": 1})
    assert {"第1服务中心", "第3服务中心"} <= names()


def test_all_or_nothing_imports_nothing_when_a_row_is_wrong(town, desk):
    before = names()
    job = desk.send(workbook(centre(1), centre(2, kind="castle")))

    job = desk.confirm(job, "all_or_nothing")

    assert job.status == Status.REFUSED
    assert names() == before
    assert wrong(job)[0][:2] == (3, "Kind")


def test_a_refused_import_says_every_wrong_row_and_how_many(town, desk, monkeypatch):
    """Also what the check could not know yet: here two organisations are entered between check and import."""
    monkeypatch.setattr(background, "CHUNK", 2)
    job = desk.send(workbook(*(centre(number) for number in range(1, 6))))
    assert counts(job) == {"new": 5}
    ordinary = background.TableResource.check if hasattr(background.TableResource, "check") else None

    def refuse(resource, row, *, new):
        if row.number in (2, 6):
            row.blame("name", "wrong")
        return ordinary(resource, row, new=new) if ordinary else None

    monkeypatch.setattr("people.resources.organizations.OrganizationResource.check", refuse)
    job = desk.confirm(job, "all_or_nothing")

    assert (job.status, job.wrong, [row for row, _column, _message in wrong(job)]) == (Status.REFUSED, 2, [2, 6])
    assert job.wrong_rows


def test_all_or_nothing_imports_everything_when_all_is_right(town, desk):
    job = desk.confirm(desk.send(workbook(centre(1), group(2, host=credit_code(1)))), "all_or_nothing")

    assert (job.status, counts(job)) == (Status.DONE, {"new": 2})
    assert Organization.objects.get(name="第2合唱队").host.name == "第1服务中心"


def test_all_or_nothing_takes_back_pieces_that_were_written(town, desk, monkeypatch):
    monkeypatch.setattr(background, "CHUNK", 2)
    before = names()

    job = desk.send(workbook(*(centre(number) for number in range(1, 6)), centre(6, kind="castle")))
    job = desk.confirm(job, "all_or_nothing")

    assert job.status == Status.REFUSED
    assert names() == before


def test_same_file_again_changes_nothing(town, desk):
    content = workbook(*(centre(number) for number in range(1, 4)), group(1, host=credit_code(2)))
    desk.bring(content)
    events = Event.objects.filter(name="import").count()

    again = desk.bring(content)

    assert counts(again) == {"unchanged": 4}
    assert Event.objects.filter(name="import").count() == events


def test_known_row_is_changed_and_the_log_says_from_what_to_what(town, desk):
    Organization.objects.filter(pk=town.centre.pk).update(bank_account="", bank_name="", bank_account_name="")
    renamed = {
        "name": "柳溪社工中心", "kind": "social_organization", "credit_code": town.centre.credit_code,
        "bank_account": "6222000033334444",
    }  # fmt: skip

    desk.bring(workbook(renamed))

    town.centre.refresh_from_db()
    assert (town.centre.name, town.centre.bank_account) == ("柳溪社工中心", "6222000033334444")
    event = Event.objects.about(town.centre).get(name="import")
    assert event.actor == town.clerk
    assert event.data["changes"] == {
        "name": ["柳溪社会工作服务中心", "柳溪社工中心"],
        "bank_account": ["", "****4444"],
    }
    assert Notification.objects.filter(recipient=town.head, url=town.centre.get_absolute_url()).count() == 1


@pytest.mark.parametrize("column", ["bank_account", "bank_account_name", "bank_name"])
def test_where_money_goes_is_not_changed_by_a_table(town, desk, column):
    """A clerk alone could have it paid to somebody else."""
    Organization.objects.filter(pk=town.centre.pk).update(bank_name="农商银行", bank_account_name="中心")
    row = {"name": town.centre.name, "kind": "social_organization", "credit_code": town.centre.credit_code}

    for value in ("6222000033334444", None):
        job = desk.bring(workbook(row | {column: value}))
        assert counts(job) == {"wrong": 1}, value
        assert [message for _row, _column, message in wrong(job)] == [
            "Where money goes is changed by the organisation itself, on its page."
        ]

    town.centre.refresh_from_db()
    assert (town.centre.bank_account, town.centre.bank_name) == ("6222000011112222", "农商银行")
    assert counts(desk.bring(workbook(row | {"bank_account": "6222000011112222"}))) == {"unchanged": 1}


@pytest.mark.parametrize(("waits", "outcome"), [(True, "wrong"), (False, "changed")])
def test_a_first_account_is_not_brought_by_a_table_while_money_waits_for_it(town, life, desk, waits, outcome):
    """One clerk alone could have an instalment paid to an account of their choice."""
    if waits:
        life.walk(draft(town), "running")
    Organization.objects.filter(pk=town.centre.pk).update(bank_account="", bank_name="", bank_account_name="")
    row = {"name": town.centre.name, "kind": "social_organization", "credit_code": town.centre.credit_code}

    job = desk.bring(workbook(row | {"bank_account": "6222000033334444"}))

    town.centre.refresh_from_db()
    assert (counts(job), bool(town.centre.bank_account)) == ({outcome: 1}, not waits)
    said = "Money for this organisation waits already"
    assert [message.startswith(said) for _row, _column, message in wrong(job)] == ([True] if waits else [])


def test_column_that_is_left_out_is_not_touched_and_an_empty_cell_empties(town, desk):
    Organization.objects.filter(pk=town.centre.pk).update(address="柳溪路3号", phone=(phone := "13800138000"))
    row = {"name": town.centre.name, "kind": "social_organization", "credit_code": town.centre.credit_code}

    desk.bring(workbook(row | {"address": None}))

    town.centre.refresh_from_db()
    assert (town.centre.address, town.centre.phone) == ("", phone)


def test_sender_is_told_at_the_end(town, desk):
    job = desk.bring(workbook(centre(1)))

    assert Notification.objects.get(recipient=town.clerk).url == job.get_absolute_url()
    assert [event.name for event in Event.objects.about(job)] == ["send", "confirm", "finish"]


def test_wrong_rows_come_back_as_a_workbook_and_go_in_again_corrected(town, desk):
    job = desk.bring(workbook(centre(1), centre(2, kind="castle"), centre(3, established_on="?")))

    rows = cells_of(desk.client.get(reverse("reports:import_wrong_rows", args=[job.pk])))

    assert [row[0] for row in rows] == ["Name", "第2服务中心", "第3服务中心"]
    assert rows[0][-1] == "What is wrong"
    assert rows[1][-1].startswith("Kind: “castle” is not one of")
    rows[1][1], rows[2][rows[0].index("Established on")] = "social_organization", "2020年1月5日"
    corrected = workbook(*(dict(zip(rows[0], row, strict=True)) for row in rows[1:]))
    assert counts(desk.bring(corrected)) == {"new": 2}


def test_row_that_somebody_else_has_just_entered_is_the_only_one_lost(town, desk, monkeypatch):
    real = OrganizationResource.look_up

    def look_up(self, rows):
        """Between the questions and the writing somebody registers the second organisation."""
        real(self, rows)
        if not self.rehearsal:
            Organization.objects.create(**centre(2, name="捷足先登"))

    job = desk.send(workbook(centre(1), centre(2), centre(3)))
    monkeypatch.setattr(OrganizationResource, "look_up", look_up)
    job = desk.confirm(job)

    assert counts(job) == {"new": 2, "wrong": 1}
    assert {"第1服务中心", "第3服务中心", "捷足先登"} <= names()


def test_row_that_is_written_again_by_itself_is_at_home_where_its_community_is(town, desk, monkeypatch):
    real = OrganizationResource.look_up
    Organization.objects.create(**centre(1))  # at home in the district of its code

    def look_up(self, rows):
        real(self, rows)
        if not self.rehearsal:
            Organization.objects.create(**centre(2, name="捷足先登"))

    job = desk.send(workbook(centre(1, community=town.community.region_code), centre(2)))
    monkeypatch.setattr(OrganizationResource, "look_up", look_up)
    job = desk.confirm(job)

    assert counts(job) == {"changed": 1, "wrong": 1}
    moved = Organization.objects.get(credit_code=credit_code(1))
    assert (moved.community, moved.region) == (town.community, town.community.region_code)


# -- Interruptions ---------------------------------------------------------------------------------


def test_interrupted_import_goes_on_where_it_stopped(town, desk, monkeypatch):
    monkeypatch.setattr(background, "CHUNK", 2)
    real, calls = OrganizationResource.write, []

    def write(self, rows):
        calls.append(len(rows))
        if len(calls) == 2:
            raise RuntimeError("the power is out")
        real(self, rows)

    job = desk.send(workbook(*(centre(number) for number in range(1, 6)), centre(6, kind="castle")))
    monkeypatch.setattr(OrganizationResource, "write", write)

    job = desk.confirm(job)
    assert (job.status, job.done, job.new) == (Status.FAILED, 2, 2)
    assert job.is_stuck

    job = desk.press(job, "resume")
    assert (job.status, job.done, counts(job)) == (Status.DONE, 6, {"new": 5, "wrong": 1})
    assert calls == [2, 2, 2, 2]
    assert len(names() & {f"第{number}服务中心" for number in range(1, 7)}) == 5


def test_an_import_that_dies_again_and_again_waits_for_its_sender(town, time, desk, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}  # whoever takes it up dies
    job = desk.confirm(desk.send(workbook(centre(1))))

    went_on = []
    for _tick in range(5):
        time.go(clock.now() + timedelta(minutes=3))
        went_on.append(imports.go_on_with_killed_imports())

    job.refresh_from_db()
    told = Notification.objects.filter(recipient=town.clerk, subject__startswith="The import of “table.xlsx” stands")
    assert (went_on, job.is_stuck, told.count()) == ([1, 1, 1, 0, 0], True, 1)
    assert desk.press(job, "resume").status == Status.RUNNING


def test_import_goes_on_only_when_it_has_stopped(town, desk):
    job = desk.send(workbook(centre(1)))
    ImportJob.objects.filter(pk=job.pk).update(status=Status.RUNNING, is_confirmed=True, moved_at=clock.now())

    assert desk.press(job, "resume").status == Status.RUNNING

    ImportJob.objects.filter(pk=job.pk).update(moved_at=clock.now() - timedelta(minutes=3))
    assert desk.press(job, "resume").status == Status.DONE


def test_worker_that_was_taken_for_dead_writes_nothing_more(town, desk):
    job = desk.send(workbook(centre(1)))
    ImportJob.objects.filter(pk=job.pk).update(status=Status.RUNNING, attempt=7)

    background.run.call(job.pk, 6)

    assert "第1服务中心" not in names()
    assert ImportJob.objects.get(pk=job.pk).status == Status.RUNNING


def test_the_finished_import_leads_to_what_it_brought(town, desk):
    job = desk.bring(workbook(centre(1)))

    assert f'href="{reverse("people:organization_list")}"' in said_at_the_end(desk, job)


def said_at_the_end(desk, job) -> str:
    page = desk.client.get(job.get_absolute_url()).content.decode()
    return page.split("The import is finished.")[1].split("</div>")[0]


def test_table_is_confirmed_once(town, desk):
    job = desk.bring(workbook(centre(1)))

    desk.confirm(job)

    assert Event.objects.about(job).filter(name="confirm").count() == 1


# -- Progress --------------------------------------------------------------------------------------


def test_large_file_is_checked_in_the_background_with_a_bar(town, desk, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE", 0)
    job = imports_without_worker(desk, workbook(centre(1)))
    assert job.status == Status.CHECKING
    ImportJob.objects.filter(pk=job.pk).update(total=4000, done=1000)
    progress = reverse("reports:import_progress", args=[job.pk])

    page = desk.client.get(job.get_absolute_url()).content.decode()
    bar = desk.client.get(progress)

    assert re.search(rf'hx-get="{progress}"[^>]* hx-trigger="every 2s"', page)
    assert '<noscript><meta http-equiv="refresh"' in page
    assert 'value="1000" max="4000"' in bar.content.decode()
    assert "HX-Refresh" not in bar

    background.check.call(job.pk, job.attempt)
    assert desk.client.get(progress)["HX-Refresh"] == "true"


def imports_without_worker(desk: Desk, content: bytes) -> ImportJob:
    """Send a table whose check stays in the queue."""
    with desk.committed(execute=False):
        quiet = Desk(desk.client, lambda execute: desk.committed(execute=False))
        return quiet.send(content)


def test_page_of_a_silent_worker_offers_to_continue(town, desk, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE", 0)
    job = imports_without_worker(desk, workbook(centre(1)))
    ImportJob.objects.filter(pk=job.pk).update(moved_at=clock.now() - timedelta(minutes=3))

    assert reverse("reports:import_resume", args=[job.pk]) in desk.client.get(job.get_absolute_url()).content.decode()
    assert desk.press(job, "resume").status == Status.READY


# -- Cost ------------------------------------------------------------------------------------------


def cost(job: ImportJob, step) -> int:
    with CaptureQueriesContext(connection) as queries:
        step(job)
    return len(queries)


def test_500_rows_cost_few_questions_more_than_5(town, desk):
    few = csv_file(*(centre(number) for number in range(1, 6)))
    many = csv_file(*(centre(number) for number in range(1001, 1501)))

    small = cost(desk.send(few), desk.confirm)
    large = cost(desk.send(many), desk.confirm)
    again = cost(desk.send(many), desk.confirm)

    # SQLite takes 999 values in a statement, so 500 rows of 20 columns are some ten statements and not one.
    assert large <= small + 40
    assert again <= small


def test_looking_through_300_rows_costs_as_many_questions_as_3(town, desk):
    few, many = (
        [*(centre(number) for number in range(1, size)), group(size, host=credit_code(1))] for size in (3, 300)
    )

    desk.send(csv_file(*few))  # the first one of all looks up what is then kept
    with CaptureQueriesContext(connection) as small:
        desk.send(csv_file(*few))
    with CaptureQueriesContext(connection) as large:
        desk.send(csv_file(*many))

    assert len(large) == len(small)


def test_300_first_accounts_of_known_organisations_are_asked_about_together(town, desk):
    known = [centre(number) for number in range(1, 301)]
    desk.bring(csv_file(*known))
    accounts = [one | {"bank_account": "6222000033334444"} for one in known]

    desk.send(csv_file(*accounts[:3]))
    with CaptureQueriesContext(connection) as few:
        desk.send(csv_file(*accounts[:3]))
    with CaptureQueriesContext(connection) as many:
        job = desk.send(csv_file(*accounts))

    assert counts(job) == {"changed": 300}
    assert len(many) == len(few)


def test_no_more_than_a_piece_is_held_at_a_time(town, desk, monkeypatch):
    monkeypatch.setattr(background, "CHUNK", 2)
    job = desk.send(csv_file(*(centre(number) for number in range(1, 8))))
    resource = exchange.TABLES["organizations"].resource(by=town.clerk)

    held: list[weakref.ref] = []
    for rows in background._pieces(job, resource):
        held += map(weakref.ref, rows)
        assert len([one for one in held if one()]) == len(rows)

    assert len(held) == job.total == 7


def test_what_was_written_is_queued_for_the_search_in_the_same_transaction(town, desk, settings):
    """Whoever is killed after the commit, and before the index, forgets nothing."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.backend.DatabaseBackend"}}
    job = desk.send(csv_file(centre(1), centre(2)))
    desk.confirm(job)
    waiting = DBTaskResult.objects.exclude(task_path=background.find.module_path)
    assert not DBTaskResult.objects.filter(task_path=background.find.module_path).exists()

    background.run.call(job.pk, ImportJob.objects.get(pk=job.pk).attempt)

    (task,) = DBTaskResult.objects.exclude(pk__in=waiting)
    written = Organization.objects.filter(credit_code__in=[credit_code(1), credit_code(2)])
    assert sorted(task.args_kwargs["args"][1]) == sorted(written.values_list("pk", flat=True))
    background.find.call(*task.args_kwargs["args"])
    assert SearchEntry.objects.filter(title="第1服务中心").count() == 1


def test_rows_are_written_in_pieces(town, desk, monkeypatch):
    monkeypatch.setattr(background, "CHUNK", 100)
    pieces = []
    real = base.TableResource.write
    monkeypatch.setattr(base.TableResource, "write", lambda self, rows: (pieces.append(len(rows)), real(self, rows))[1])

    desk.bring(csv_file(*(centre(number) for number in range(1, 251))))

    assert pieces == [100, 100, 50]


def test_sender_sees_only_their_own_imports(town, desk, browse):
    job = desk.send(workbook(centre(1)))
    other = User.objects.create(username="other", name="另一位经办")
    town.bureau.memberships.create(user=other, role="staff")

    assert browse(other).get(job.get_absolute_url()).status_code == 404
    assert (
        browse(other).post(reverse("reports:import_confirm", args=[job.pk]), {"mode": "good_rows"}).status_code == 404
    )


def test_former_clerk_cannot_go_on(town, desk):
    job = desk.send(workbook(centre(1)))
    town.bureau.memberships.filter(user=town.clerk).update(until=clock.today())

    assert desk.client.get(job.get_absolute_url()).status_code == 403
    assert desk.confirm(job).status == Status.READY
