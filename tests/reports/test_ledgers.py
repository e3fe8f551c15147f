"""The ledgers, read back: types, sums with their results, who sees what, the same memory however long."""

import csv
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import pairwise
from tempfile import TemporaryFile
from urllib.parse import unquote

import openpyxl
import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import Event
from core.spreadsheets import MONEY, TEXT, Workbook
from grants.actions import ledger as money
from grants.models import Call, Fund, LedgerEntry
from people.models import Membership, Organization
from projects.actions import bank, payments, people
from projects.forms.month_ledger import MonthField
from projects.models import BankListLine, Project
from reports.ledgers import catalogue, fund_statement, ledger
from reports.ledgers.ledger import Asked, column
from tests.giving import accepted_pledge, came
from tests.judging import judged
from tests.life import choir_draft, draft
from tests.memory import remembered
from tests.records import held

pytestmark = pytest.mark.one_database
PAGE = reverse("ledgers:ledger_list")


@remembered
def at_work(town, life) -> Project:
    """One project that runs: paid once, paid and reversed once, an activity; and another group's, which only runs."""
    project = draft(town)
    other = choir_draft(town)
    for place in ("eligible", "shortlisted", "running"):
        project = life.walk(Project.objects.get(pk=project.pk), place)
        other = life.walk(Project.objects.get(pk=other.pk), place)
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    life.pay(project.tranches.first())
    life.pay(other.tranches.first())
    payments.reverse_payment(other.tranches.first(), by=town.finance, note="账号写错，退回")
    held(town, project, life.time, heads=46)
    return Project.objects.get(pk=project.pk)


def taken(browse, user, key: str, kind: str = "xlsx", **query) -> bytes:
    response = browse(user).get(reverse("ledgers:ledger_file", args=[key, kind]), query)
    assert response.status_code == 200
    return response.getvalue()


def sheet_of(file: bytes, **how):
    return openpyxl.load_workbook(BytesIO(file), **how).worksheets[0]


def lines(file: bytes) -> list[dict]:
    """The rows by their headings, as a reader that calculates nothing sees them; the sums come last."""
    heads, *rows = sheet_of(file, data_only=True).iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def rows_of(key: str, user, **given) -> list[dict]:
    asked = Asked(user, given)
    heads = [heading.label for heading in catalogue.LEDGERS[key].columns(asked)]
    return [dict(zip(heads, row, strict=True)) for row in catalogue.in_chinese(catalogue.LEDGERS[key].rows(asked))]


# -- the file --------------------------------------------------------------------------------------


def test_the_project_ledger_has_real_types_a_frozen_head_a_filter_and_fits_the_page(town, life, browse):
    project = at_work(town, life)

    sheet = sheet_of(taken(browse, town.clerk, "projects"))

    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    first = {label: sheet[f"{letter}2"] for label, letter in heads.items()}
    assert (first["项目编号"].value, first["项目编号"].data_type, first["项目编号"].number_format) == (
        project.number, "s", "@"
    )  # fmt: skip
    assert (first["核定资助（元）"].value, first["核定资助（元）"].number_format) == (
        float(project.amount_awarded), "#,##0.00"
    )  # fmt: skip
    assert (first["开始"].value.date(), first["开始"].is_date) == (project.starts_on, True)
    assert (first["共几期"].data_type, first["共几期"].number_format) == ("n", "#,##0")
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == (
        "A2",
        f"A1:{sheet.cell(1, sheet.max_column).coordinate[:-1]}3",
    )
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (
        "landscape", 9, 0
    )  # fmt: skip
    assert sheet.print_title_rows == "$1:$1"


def test_sums_are_formulas_with_their_results_equal_to_the_ledger_of_the_money(town, life, browse):
    at_work(town, life)
    file = taken(browse, town.clerk, "projects")

    formulas, results = sheet_of(file), lines(file)[-1]

    paid = sum((one.account.paid_out for one in Project.objects.all()), Decimal(0))
    awarded = sum((one.amount_awarded for one in Project.objects.all()), Decimal(0))
    column_of = {cell.value: cell.column_letter for cell in formulas[1]}["已拨（元）"]
    assert formulas[f"{column_of}4"].value == f"=SUBTOTAL(109,{column_of}2:{column_of}3)"
    assert (results["项目编号"], results["已拨（元）"], results["核定资助（元）"]) == (
        "合计",
        float(paid),
        float(awarded),
    )
    assert paid > 0


def test_the_project_ledger_says_where_a_project_is_and_what_became_of_its_money(town, life):
    project = at_work(town, life)

    row = next(row for row in rows_of("projects", town.clerk) if row["项目编号"] == project.number)

    first = project.tranches.first().amount
    assert (row["阶段"], row["状态"], row["已拨期数"], row["街道（镇）"]) == ("实施", "实施中", 1, "柳溪镇")
    assert (row["已拨（元）"], row["已签约未拨（元）"]) == (first, project.amount_awarded - first)
    assert row["账上结余（元）"] == first


def test_csv_begins_with_the_mark_of_utf_8_and_has_the_same_rows(town, life, browse):
    project = at_work(town, life)

    file = taken(browse, town.clerk, "projects", "csv")

    assert file.startswith(b"\xef\xbb\xbf")
    found = list(csv.DictReader(StringIO(file.decode("utf-8-sig"))))
    assert {row["项目编号"] for row in found} == set(Project.objects.values_list("number", flat=True))
    assert next(row for row in found if row["项目编号"] == project.number)["核定资助（元）"] == str(
        project.amount_awarded
    )


@pytest.mark.parametrize("evil", ["=HYPERLINK(1)", "+1+1", "-2", "@SUM(1)", "＝1"])
def test_no_text_becomes_a_formula(evil):
    target = BytesIO()
    book = Workbook(target)
    book.add_list("表", [column("名称"), column("账号")], [[evil, "6222020200112233445"]], "表")
    book.close()

    sheet = sheet_of(target.getvalue())

    assert [(cell.value, cell.data_type) for cell in sheet[2]] == [(evil, "s"), ("6222020200112233445", "s")]


def test_a_text_too_long_for_a_cell_is_cut_and_the_file_can_be_read():
    target = BytesIO()
    book = Workbook(target)
    book.add_list("表", [column("说明")], [["字" * 40_000]], "表")
    book.close()

    assert len(sheet_of(target.getvalue())["A2"].value) == 32_766


def test_ten_times_the_rows_take_no_more_memory():
    def peak(count: int) -> int:
        def rows() -> Iterator[list]:
            for number in range(count):
                yield [f"LX2026-{number:06d}", Decimal("1234.56"), date(2026, 1, 1)]

        tracemalloc.start()
        with TemporaryFile() as target:
            book = Workbook(target)
            heads = [column("编号", TEXT), column("金额", MONEY, adds_up=True), column("日期", "yyyy-mm-dd")]
            written = book.add_list("表", heads, rows(), "表")
            assert (written.rows, written.sums) == (count, {1: Decimal("1234.56") * count})
            book.close()
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(10)
    assert peak(10_000) < 1.2 * peak(1_000)


def test_rows_are_read_in_pieces_each_in_the_same_number_of_queries(town, life, monkeypatch):
    at_work(town, life)
    template = Project.objects.get(number=Project.objects.exclude(number="").first().number)
    copies = []
    for number in range(8):
        copy = Project.objects.get(pk=template.pk)
        copy.pk, copy.number = None, f"KB-{number}"
        copies.append(copy)
    Project.objects.bulk_create(copies)

    def queries(size: int) -> tuple[int, list]:
        monkeypatch.setattr(ledger, "BATCH", size)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            found = [row["项目编号"] for row in rows_of("projects", town.clerk)]
        return len(captured), found

    whole, all_at_once = queries(2000)
    pieces, in_fives = queries(5)

    assert sorted(in_fives) == sorted(all_at_once) == sorted(Project.objects.values_list("number", flat=True))
    assert len(all_at_once) == 10
    assert pieces <= 3 * whole


# -- the money -------------------------------------------------------------------------------------


def test_the_fund_statement_ties_to_the_ledger_to_the_fen(town, life):
    at_work(town, life)
    money.allocate(town.fund, Decimal("0.37"), by=town.finance, memo="零头")
    for _month in range(2):
        life.time.go(datetime(2026, 7 + _month, 3, 9, 0))

    found = rows_of("funds", town.finance)

    mine = [row for row in found if row["资金"] == town.fund.name]
    balance = Fund.objects.get(pk=town.fund.pk).balance()
    last = mine[-1]
    assert (last["其中可用（元）"], last["其中拟立项占用（元）"], last["其中已签约未拨（元）"]) == (
        balance.free, balance.reserved, balance.committed
    )  # fmt: skip
    assert last["期末结余（元）"] == balance.free + balance.reserved + balance.committed
    assert sum(row["拨付（元）"] - row["退回（元）"] for row in mine) == balance.paid
    assert sum(row["收入（元）"] for row in mine) == balance.allocated
    for row in mine:
        assert (
            row["期初结余（元）"] + row["收入（元）"] - row["拨付（元）"] + row["退回（元）"] == row["期末结余（元）"]
        )
    for before, after in pairwise(mine):
        assert before["期末结余（元）"] == after["期初结余（元）"]
    assert (mine[0]["月份"], mine[-1]["月份"]) == ("2026-03", "2026-08")


def test_a_return_that_was_mistyped_and_corrected_leaves_the_statement_as_the_ledger(town, life):
    project = at_work(town, life)
    Entry = LedgerEntry.Kind
    asked = Asked(town.finance)
    before = [row for row in fund_statement.rows(asked)]
    wrong = LedgerEntry.objects.create(
        fund=town.fund, kind=Entry.REFUND, amount="10.01", reference=project.number, by=town.finance
    )
    LedgerEntry.objects.create(
        fund=town.fund, kind=Entry.UNREFUND, amount="10.01", reference=project.number, by=town.finance, corrects=wrong
    )

    assert [row for row in fund_statement.rows(asked)] == before


def test_payments_of_a_month_are_what_the_fund_statement_says_was_paid(town, life):
    at_work(town, life)

    by_month: dict[str, Decimal] = {}
    for row in rows_of("payments", town.finance):
        by_month[row["月份"]] = by_month.get(row["月份"], Decimal(0)) + row["金额（元）"]

    stated = {row["月份"]: row["拨付（元）"] for row in rows_of("funds", town.finance) if row["拨付（元）"]}
    assert {month: amount for month, amount in by_month.items() if amount} == stated
    assert any(row["金额（元）"] < 0 for row in rows_of("payments", town.finance))


@remembered
def at_the_bank(town, life) -> BankListLine:
    project = life.walk(draft(town), "running")
    tranche = project.tranches.first()
    payments.request_payment(tranche, by=town.clerk)
    payments.approve_payment(tranche, by=town.approver)
    made = bank.make_lists([tranche], by=town.finance)[0]
    return made.lines.get()


def test_account_numbers_are_whole_for_the_finance_office_and_masked_for_the_clerk(town, life, browse):
    line = at_the_bank(town, life)

    whole = sheet_of(taken(browse, town.finance, "bank"))
    masked = sheet_of(taken(browse, town.clerk, "bank"))

    place = [cell.value for cell in whole[1]].index("账号")
    assert (whole[2][place].value, whole[2][place].data_type, whole[2][place].number_format) == (line.account, "s", "@")
    assert masked[2][place].value == f"****{line.account[-4:]}"
    assert lines(taken(browse, town.clerk, "bank"))[-1]["金额（元）"] == float(line.amount)


# -- who sees what ---------------------------------------------------------------------------------


def test_each_sees_the_rows_of_their_own_projects_only(town, life):
    project = at_work(town, life)

    def numbers(user):
        return {row["项目编号"] for row in rows_of("projects", user)}

    everything = set(Project.objects.values_list("number", flat=True))
    assert numbers(town.clerk) == everything
    assert numbers(town.mentor) == numbers(town.head) == {project.number}
    assert everything - {project.number} == numbers(town.singer)
    assert numbers(town.stranger) == numbers(town.evaluator) == numbers(town.expert1) == set()
    assert {row["项目编号"] for row in rows_of("payments", town.mentor)} == {project.number}
    assert {row["活动主题"] for row in rows_of("activities", town.singer)} == set()


@pytest.mark.parametrize("key", ["months", "organizations", "scores", "funds", "bank"])
def test_the_bureaus_ledgers_are_refused_to_others(town, browse, key):
    for name in ("head", "mentor", "evaluator", "stranger"):
        client = browse(town.people[name])
        assert client.get(reverse("ledgers:ledger_file", args=[key, "csv"])).status_code == 403
        assert client.get(PAGE, {"ledger": key}).status_code == 403
        assert key not in [one.key for one in client.get(PAGE).context["allowed"]]


def test_bank_lists_are_refused_even_to_the_bureau_without_a_role_in_payments(town, browse):
    Membership.objects.create(user=town.stranger, organization=town.bureau, role="manager", since=date(2020, 1, 1))

    assert browse(town.stranger).get(reverse("ledgers:ledger_file", args=["funds", "csv"])).status_code == 200
    assert browse(town.stranger).get(reverse("ledgers:ledger_file", args=["bank", "csv"])).status_code == 403


def test_telephones_are_masked_for_whoever_is_no_clerk(town):
    Organization.objects.filter(pk=town.choir.pk).update(phone="13812345678", legal_representative="欧阳娜娜")

    def said(user):
        row = next(row for row in rows_of("organizations", user) if row["名称"] == town.choir.name)
        return row["负责人"], row["电话"]

    assert said(town.clerk) == ("欧阳娜娜", "13812345678")
    assert said(town.auditor) == ("欧***", "138****5678")


def test_scores_show_each_criterion_the_mean_and_the_spread_and_only_to_the_bureau(town, life):
    project = judged(town, life, 40)[0]

    found = rows_of("scores", town.clerk, call=town.call)

    assert len(found) == 3
    points = [value for label, value in found[0].items() if label.endswith("分）")]
    assert (points, found[0]["总分"], found[0]["项目平均分"], found[0]["最大分差"]) == ([30, 40, 20], 90, 90, 0)
    assert (found[0]["项目编号"], found[0]["名次"]) == (project.number, 1)
    assert rows_of("scores", town.head, call=town.call) == []


def test_the_ledger_of_scores_opens_on_the_latest_call_that_was_scored(town, life, browse):
    other = choir_draft(town)
    judged(town, life, 40)
    newer = Call.objects.get(pk=town.call.pk)
    newer.pk, newer.code, newer._state.adding = None, "LATER", True
    newer.closes_at = newer.closes_at + timedelta(days=90)
    newer.save()
    Project.objects.filter(pk=other.pk).update(call=newer, submitted_at=newer.opens_at, state="submitted")

    page = browse(town.clerk).get(PAGE, {"ledger": "scores"})

    assert page.context["preview"].count > 0
    assert newer in browse(town.clerk).get(PAGE).context["form"].fields["call"].queryset


@pytest.mark.parametrize("typed", ["2026-06", "2026.6", "２０２６－０６"])
def test_a_month_is_taken_as_people_type_it(typed):
    assert MonthField().clean(typed) == date(2026, 6, 1)


def test_an_unfinished_panel_has_no_scores(town, life):
    project = judged(town, life, 40)[0]
    sheet = project.assignments.first().sheet
    type(sheet).objects.filter(pk=sheet.pk).update(submitted_at=None)

    assert rows_of("scores", town.clerk, call=town.call) == []


def test_whoever_competes_reads_no_scores_though_in_the_bureau(town, life):
    judged(town, life, 40)
    Membership.objects.create(user=town.auditor, organization=town.centre, role="staff", since=date(2020, 1, 1))
    auditor = type(town.auditor).objects.get(pk=town.auditor.pk)

    assert rows_of("scores", auditor, call=town.call) == []


# -- the others ------------------------------------------------------------------------------------


def test_activities_say_how_many_came_and_services_name_nobody(town, life):
    at_work(town, life)

    row = rows_of("activities", town.clerk)[0]

    assert (row["状态"], row["服务人次"], row["其中未签到"]) == ("已开展", 46 + row["其中签到"], 46)


def test_gifts_are_those_that_are_confirmed(town, life):
    project = at_work(town, life)
    came(town, accepted_pledge(town, project), "400.00", confirmed=True)
    came(town, accepted_pledge(town, project), "100.00")

    assert [row["到位金额（元）"] for row in rows_of("gifts", town.clerk)] == [Decimal("400.00")]


def test_the_page_shows_first_rows_and_sums_and_narrows_by_month(town, life, browse):
    at_work(town, life)
    clerk = browse(town.clerk)

    page = clerk.get(PAGE, {"ledger": "payments", "since": "2026-04", "until": "2026-12"})
    here, sums = page.context["preview"], page.context["sums"]
    before = clerk.get(PAGE, {"ledger": "payments", "until": "2026-03"}).context["preview"]

    assert (here.count, len(here.rows), before.count) == (3, 3, 0)
    assert sums[[label for label, _is in here.headings].index("金额（元）")] == f"{_paid():,.2f}"


def test_the_page_begins_with_the_newest_rows_and_the_file_with_the_oldest(town, life, browse, monkeypatch):
    monkeypatch.setattr(ledger, "FIRST", 1)  # so that there are pieces
    at_work(town, life)
    page = browse(town.clerk).get(PAGE, {"ledger": "payments"})

    heads = [label for label, _is in page.context["preview"].headings]
    places = [heads.index(name) for name in ("项目编号", "类型")]
    here = [tuple(row[place][0] for place in places) for row in page.context["preview"].rows]
    book = [(row["项目编号"], row["类型"]) for row in rows_of("payments", town.clerk)]
    assert (here, len(set(here))) == (book[::-1], 3)


@pytest.mark.every_case
@pytest.mark.parametrize("key", sorted(set(catalogue.LEDGERS) - {"scores", "bureaus"}))
def test_a_ledger_has_one_name_on_the_page_and_of_its_file(town, life, browse, key):
    at_work(town, life)
    one = catalogue.LEDGERS[key]
    reader = browse(next(user for user in (town.clerk, town.finance) if one in catalogue.allowed(user)))

    page, file = reader.get(PAGE, {"ledger": key}), reader.get(reverse("ledgers:ledger_file", args=[key, "csv"]))

    assert f'aria-current="page">{one.title}</a>' in page.content.decode()
    assert unquote(file["Content-Disposition"]).endswith(f"{one.title} {clock.today()}.csv")


def test_kept_sums_are_those_of_one_person_and_one_filter_and_say_of_when(town, life, browse, settings):
    caches["quick"].clear()
    settings.FIGURES_KEPT_FROM, settings.FIGURES_KEPT_TIMES = 0, 1_000_000
    at_work(town, life)
    asked = {"ledger": "payments", "until": "2026-12"}
    first = browse(town.clerk).get(PAGE, asked)
    again = browse(town.clerk).get(PAGE, asked)
    narrower = browse(town.clerk).get(PAGE, asked | {"until": "2026-03"})
    another = browse(town.auditor).get(PAGE, asked)
    caches["quick"].clear()

    assert (first.context["counted_at"], again.context["counted_at"]) == (None, clock.now())
    assert again.context["sums"] == first.context["sums"]
    assert "数据截至" in again.content.decode()
    assert narrower.context["counted_at"] is another.context["counted_at"] is None
    assert narrower.context["sums"] != first.context["sums"]


def test_a_kept_number_of_rows_hides_none_that_came_since(town, life, browse, settings):
    caches["quick"].clear()
    settings.FIGURES_KEPT_FROM, settings.FIGURES_KEPT_TIMES = 0, 1_000_000
    empty = browse(town.clerk).get(PAGE, {"ledger": "projects"})
    life.walk(draft(town), "submitted")
    page = browse(town.clerk).get(PAGE, {"ledger": "projects"})
    caches["quick"].clear()

    assert (empty.context["preview"].count, page.context["preview"].count) == (0, 1)
    assert "数据截至" in page.content.decode()


def test_field_of_a_first_project_can_be_chosen_at_once(town, life, browse, settings):
    caches["quick"].clear()
    settings.CHOICES_KEPT_FROM = 0
    life.walk(draft(town), "submitted")
    asked = {"ledger": "projects", "in_field": town.youth.pk}
    before = browse(town.clerk).get(PAGE, asked)
    Project.objects.update(field=town.youth)
    after = browse(town.clerk).get(PAGE, asked)
    caches["quick"].clear()

    assert not before.context["form"].is_valid()
    assert after.context["preview"].count == 1


def _paid() -> Decimal:
    return sum((one.account.paid_out for one in Project.objects.all()), Decimal(0))


@pytest.mark.parametrize("query", [{"since": "2026-13"}, {"call": "9" * 21}, {"place": "x"}, {"year": "\x00"}])
def test_a_wrong_filter_says_so_and_gives_out_nothing(town, browse, query):
    page = browse(town.clerk).get(PAGE, {"ledger": "projects"} | query)
    file = browse(town.clerk).get(reverse("ledgers:ledger_file", args=["projects", "csv"]), query)

    assert (page.status_code, page.context["form"].is_valid(), "preview" in page.context) == (200, False, False)
    assert file.status_code == 302


def test_who_takes_a_ledger_out_is_kept_with_what_was_asked(town, life, browse):
    at_work(town, life)

    taken(browse, town.clerk, "projects", "csv", call=town.call.pk)

    event = Event.objects.filter(name="export").last()
    assert (event.actor, event.data["ledger"], event.data["kind"], event.data["rows"]) == (
        town.clerk, "项目台账", "csv", 2
    )  # fmt: skip
    assert town.call.title in event.data["filter"]


def test_every_ledger_of_nothing_is_a_file_that_can_be_read(town, browse):
    for key in catalogue.LEDGERS.keys() - {"scores"}:  # without a call there are no scores to ask for
        assert sheet_of(taken(browse, town.clerk, key)).freeze_panes == "A2"
