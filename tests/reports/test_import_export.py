"""Tables in and out: which files are understood, what comes out, what goes round, and for whom."""

import csv
from datetime import date, datetime
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation

from core.models import CalendarDay, Event
from grants.models import Need
from people.models import Certificate, Community, Organization, Region
from reports import exchange
from reports.models import ImportJob
from tests.life import draft
from tests.reports.tables import (
    Desk,
    cells_of,
    centre,
    content_of,
    counts,
    credit_code,
    csv_file,
    group,
    workbook,
    wrong,
)

TABLES = [
    *("organizations", "social-workers", "needs", "proposals", "budget-lines"),
    *("communities", "regions", "calendar"),
]
ONE_WAY = {"budget-lines"}
"""Comes out for every proposal and goes in for drafts only."""
OF_ONE_CALL = {"proposals", "budget-lines"}
"""The example names a call and an applicant, which each platform has its own."""


@pytest.fixture
def desk(town, browse, django_capture_on_commit_callbacks):
    return Desk(browse(town.clerk), django_capture_on_commit_callbacks)


# -- Files that are understood ---------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_of_every_encoding_and_separator(town, desk, encoding, separator):
    desk.bring(csv_file(centre(1), encoding=encoding, separator=separator))

    assert Organization.objects.get(name="第1服务中心").credit_code == credit_code(1)


@pytest.mark.parametrize(
    "heads",
    [
        ["name", "kind", "credit_code"],
        ["名称", "类型", "统一社会信用代码"],
        ["Name", "KIND", "Unified social credit code"],
        [" name* ", "ｋｉｎｄ", "统一 社会 信用代码"],
    ],
)
def test_headings_by_field_name_or_label_in_either_language(town, desk, heads):
    with translation.override("zh-hans"):
        labels = {name: exchange.TABLES["organizations"].resource().label(name) for name in ("name", "kind")}
    heads = [{"名称": labels["name"], "类型": labels["kind"]}.get(head, head) for head in heads]

    job = desk.bring(workbook(dict(zip(heads, centre(1).values(), strict=True))))

    assert counts(job) == {"new": 1}


def test_columns_in_any_order(town, desk):
    row = dict(reversed(centre(1).items()))

    assert counts(desk.bring(workbook(row))) == {"new": 1}


@pytest.mark.parametrize("kind", ["social_organization", "Social work organisation", "SOCIAL_ORGANIZATION", "zh"])
def test_choice_by_value_or_by_its_words(town, desk, kind):
    if kind == "zh":
        with translation.override("zh-hans"):
            kind = str(Organization(kind="social_organization").get_kind_display())

    assert counts(desk.bring(workbook(centre(1, kind=kind)))) == {"new": 1}


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 5),
        datetime(2026, 1, 5),
        "2026-1-5",
        "2026/1/5",
        "2026.01.05",
        "2026年1月5日",
        "２０２６-０１-０５",
    ],
    ids=str,
)
def test_day_in_every_usual_writing(town, desk, day):
    desk.bring(workbook(centre(1, established_on=day)))

    assert Organization.objects.get(name="第1服务中心").established_on == date(2026, 1, 5)


@pytest.mark.parametrize(
    "code", [110105030002.0, 110105030002, "110105030002.0", "１１０１０５０３０００２", " 110105030002 "]
)
def test_code_of_which_a_spreadsheet_made_a_number(town, desk, code):
    row = {"region_code": code, "name": " 桃园社区　", "street": "柳溪镇", "district": "朝阳区", "population": "5,200"}

    desk.bring(workbook(row), "communities")

    found = Community.objects.get(region_code="110105030002")
    assert (found.name, found.population) == ("桃园社区", 5200)


def test_code_that_lost_digits_is_not_guessed(town, desk):
    job = desk.send(csv_file(centre(1, credit_code="5.21101E+17")))

    assert "dropped digits" in wrong(job)[0][2]


def test_empty_rows_are_passed_over(town, desk):
    job = desk.send(workbook(centre(1), {}, {"name": "  "}, centre(2, kind="castle")))

    assert counts(job) == {"new": 1, "wrong": 1}
    assert wrong(job)[0][0] == 5


# -- Files that are not ----------------------------------------------------------------------------


def test_unknown_and_missing_headings_are_named(town, desk):
    found = desk.complaints(workbook({"name": "x", "colour": "red", "credit_code": "1", "size": "1"}))

    assert found == ["These headings are not known here: “colour”, “size”.", "These columns are missing: Kind."]


def test_heading_that_stands_twice_is_named(town, desk):
    assert desk.complaints(b"name,Name,kind,credit_code\nx,y,z,1\n") == ["These columns are there twice: Name."]


def test_one_of_two_numbers_is_needed(town, desk):
    found = desk.complaints(workbook({"name": "x", "kind": "community_group"}))

    assert found == ["At least one of these columns is needed: Unified social credit code, Filing number."]


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00" * 50, b"PK\x03\x04rubbish", b"%PDF-1.4", b"\xd0\xcf\x11\xe0" * 9, b"<html>", b"\xff\xfe\xfd", b"{}"],
)
@pytest.mark.parametrize("name", ["table.xlsx", "table.csv"])
def test_rubbish_is_answered_with_a_sentence(town, desk, content, name):
    response = desk.try_to_send(content, name=name)

    assert response.status_code == 200
    assert response.context["form"].errors["file"]
    assert not ImportJob.objects.exists()


def test_no_file_at_all(town, desk):
    response = desk.client.post(reverse("reports:import_create", args=["organizations"]))

    assert response.status_code == 200
    assert "file" in response.context["form"].errors


def test_file_that_is_too_large(town, desk, settings):
    settings.UPLOAD_MAX_BYTES = 100

    assert "may have at most" in desk.complaints(csv_file(*(centre(number) for number in range(9))))[0]


def test_mistake_far_down_the_file_stops_the_check_with_a_sentence(town, desk):
    content = csv_file(centre(1)) + b'"never closed,x,y\n'

    job = desk.send(content)

    assert job.status == ImportJob.Status.FAILED
    assert "quotation mark" in job.problem
    assert job.problem in desk.client.get(job.get_absolute_url()).content.decode()


def test_headings_without_rows(town, desk):
    assert desk.send(b"name,kind,credit_code\n").problem == "The table has headings and no rows."


def test_row_with_more_cells_than_headings_is_wrong(town, desk):
    job = desk.send(b"region_code,name,street,district\n110105030002,a,b,c,d\n", "communities")

    assert wrong(job) == [(2, "", "The row has more cells than there are headings.")]


# -- Out -------------------------------------------------------------------------------------------


def test_workbook_has_real_types(town, desk):
    Organization.objects.filter(pk=town.centre.pk).update(established_on=date(2020, 1, 5))

    rows = cells_of(desk.export())
    found = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows}[town.centre.name]

    assert found["Established on"] == datetime(2020, 1, 5)
    assert found["Community"] == "110105030001"
    assert found["Kind"] == "Social work organisation"
    assert cells_of(desk.export("communities"))[1][4] == 5200


def test_csv_is_utf_8_with_its_mark(town, desk):
    response = desk.export("communities", "csv")

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert content_of(response).startswith(b"\xef\xbb\xbf")
    assert "柳溪社区" in content_of(desk.export("communities", "csv")).decode("utf-8-sig")


@pytest.mark.every_case
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("table", [table for table in TABLES if table not in ONE_WAY])
def test_what_comes_out_goes_in_again_unchanged(town, life, desk, kind, table):
    life.walk(draft(town), "submitted")
    CalendarDay.objects.create(date=date(2027, 1, 1), kind="holiday", source="=1+1")
    Need.objects.create(title="=1+1", text="老人看病没人陪。", community=town.community, entered_by=town.clerk)
    social_worker(town)
    Region.objects.create(code="110105", name="朝阳区")
    Organization.objects.filter(pk=town.bureau.pk).update(credit_code=credit_code(1))
    Organization.objects.update(address="=1+1", profile="'@x")
    job = desk.send(content_of(desk.export(table, kind)), table)

    assert set(counts(job)) == {"unchanged"}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@x", "'=1"])
def test_formula_goes_out_harmless_and_comes_back_as_it_was(town, desk, kind, name):
    Organization.objects.filter(pk=town.centre.pk).update(name=name)
    content = content_of(desk.export(kind=kind))

    if kind == "csv":
        assert f"'{name}," in content.decode("utf-8-sig")
    else:
        sheet = openpyxl.load_workbook(BytesIO(content)).active
        assert {cell.data_type for row in sheet for cell in row} <= {"s", "n", "d"}
    Organization.objects.filter(pk=town.centre.pk).update(name="另一个名称")
    desk.bring(content)
    town.centre.refresh_from_db()
    assert town.centre.name == name


def social_worker(town) -> Certificate:
    type(town.volunteer).objects.filter(pk=town.volunteer.pk).update(phone="13800138000")
    return Certificate.objects.create(user=town.volunteer, level="assistant", number="A-1", issued_on=date(2024, 6, 30))


def test_clerk_takes_numbers_whole_and_others_masked(town, desk, browse):
    social_worker(town)

    assert b"6222000011112222" in content_of(desk.export(kind="csv"))
    assert b"13800138000" in content_of(desk.export("social-workers", "csv"))
    auditor = Desk(browse(town.auditor), None)
    accounts, phones = content_of(auditor.export(kind="csv")), content_of(auditor.export("social-workers", "csv"))
    assert (b"****2222" in accounts, b"6222000011112222" in accounts) == (True, False)
    assert (b"138****8000" in phones, b"13800138000" in phones) == (True, False)


def test_masked_value_is_never_imported(town, desk, browse):
    Organization.objects.filter(pk=town.bureau.pk).update(credit_code=credit_code(1))
    content = content_of(Desk(browse(town.auditor), None).export(kind="csv"))

    job = desk.bring(content)

    assert [column for _row, column, _message in wrong(job)] == ["Phone", "Account number"]
    town.centre.refresh_from_db()
    assert town.centre.bank_account == "6222000011112222"


def test_export_is_kept_in_the_log(town, desk):
    taken = list(csv.DictReader(StringIO(content_of(desk.export("organizations", "csv")).decode("utf-8-sig"))))

    event = Event.objects.get(name="export")
    assert (event.actor, event.target) == (town.clerk, town.clerk)
    assert event.data == {"table": "organizations", "kind": "csv", "rows": len(taken), "masked": False}


def test_export_costs_the_same_for_3_and_for_30(town, desk, django_assert_max_num_queries):
    desk.bring(workbook(*(group(number, host=town.host.credit_code) for number in range(1, 31))))

    with django_assert_max_num_queries(25):
        content_of(desk.export(kind="csv"))


# -- The template ----------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_template_opens_and_has_a_list_for_every_choice(town, desk, table, language):
    response = desk.client.get(reverse("reports:table_template", args=[table]), headers={"accept-language": language})
    book = openpyxl.load_workbook(BytesIO(content_of(response)))
    resource = exchange.TABLES[table].resource(by=town.clerk)
    with translation.override(language):
        labels = [column.label for column in resource.columns()]
        choices = {
            column.label: column.widget.labels for column in resource.columns() if column.widget.form == "choice"
        }
        fields = {resource.label(name): ["为老服务", "青少年服务"] for name in ("field",) if name in resource.fields}
        calls = {resource.label("call"): ["LX2026"]} if table == "proposals" else {}
        districts = {resource.label("district"): ["朝阳区"]} if table == "communities" else {}
        choices |= fields | calls | districts

    sheet = book.worksheets[0]
    offered = {}
    for validation in sheet.data_validations.dataValidation:
        name, _mark, cells = validation.formula1.partition("!")
        values = [cell.value for (cell,) in book[name.strip("'")][cells.replace("$", "")]]
        offered[sheet.cell(1, next(iter(validation.sqref.ranges)).min_col).value] = values

    assert [cell.value for cell in sheet[1]] == labels
    assert offered == choices
    assert [row[0].value for row in book.worksheets[1].iter_rows(min_row=2, max_row=len(labels) + 1)] == labels
    assert [sheet.sheet_state for sheet in book.worksheets[2:]] in (["hidden"], [])


def test_a_table_without_a_list_promises_none(town, desk):
    offers = {offer.key: offer.has_lists for offer in exchange.offers(town.clerk)}

    assert offers == dict.fromkeys(TABLES, True) | {"regions": False}


@pytest.mark.parametrize("table", TABLES)
def test_template_as_it_is_holds_no_rows(town, desk, table):
    template = content_of(desk.client.get(reverse("reports:table_template", args=[table])))

    assert desk.send(template, table).problem == "The table has headings and no rows."


@pytest.mark.parametrize("table", [table for table in TABLES if table not in OF_ONE_CALL])
def test_example_of_the_template_would_be_right(town, table):
    resource = exchange.TABLES[table].resource(by=town.clerk, rehearsal=True)
    (row,) = [exchange.Row(2, {name: str(value) for name, value in resource.example.items()})]

    resource.examine([row])

    assert row.errors == {}


def test_headings_of_a_table_are_told_apart_in_each_language():
    for table in exchange.TABLES.values():
        for language in ("en", "zh-hans"):
            with translation.override(language):
                labels = [column.label for column in table.resource().columns()]
            assert len(labels) == len(set(labels))


# -- For whom --------------------------------------------------------------------------------------

PAGES = {"exchange": [], "table_export": ["{}", "csv"], "table_template": ["{}"], "import_create": ["{}"]}


def statuses(client, table: str) -> list[int]:
    return [
        client.get(reverse(f"reports:{name}", args=[part.format(table) for part in parts])).status_code
        for name, parts in PAGES.items()
    ]


@pytest.mark.parametrize(
    ("name", "tables", "places"),
    [
        ("clerk", [200, 200, 200, 200], [200, 200, 200, 200]),
        ("auditor", [200, 200, 403, 403], [200, 200, 403, 403]),
        ("approver", [200, 200, 403, 403], [200, 200, 403, 403]),
        ("admin", [200, 403, 403, 403], [200, 200, 200, 200]),
        ("head", [403] * 4, [403] * 4),
        ("mentor", [403] * 4, [403] * 4),
        ("expert1", [403] * 4, [403] * 4),
        ("stranger", [403] * 4, [403] * 4),
    ],
)
def test_who_may_take_tables_out_and_send_them(town, browse, name, tables, places):
    client = browse(getattr(town, name))

    assert [statuses(client, table) for table in TABLES] == [*[tables] * 5, *[places] * 3]


def test_anonymous_is_asked_to_sign_in(town, browse):
    assert statuses(browse(), "regions") == [302] * 4


@pytest.mark.parametrize("name", ["admin", "auditor", "head"])
def test_whoever_may_not_import_cannot_send_either(town, browse, django_capture_on_commit_callbacks, name):
    other = Desk(browse(getattr(town, name)), django_capture_on_commit_callbacks)

    assert other.try_to_send(csv_file(centre(1))).status_code == 403
    assert not ImportJob.objects.exists()


def test_administrator_imports_regions(town, browse, django_capture_on_commit_callbacks):
    admin = Desk(browse(town.admin), django_capture_on_commit_callbacks)

    job = admin.bring("code,name,provinceCode\n1101,市辖区,11\n".encode(), "regions")

    assert counts(job) == {"new": 1}
    assert Region.objects.get().name == "市辖区"


def test_table_that_does_not_exist(town, desk):
    assert desk.client.get(reverse("reports:import_create", args=["secrets"])).status_code == 404
    assert desk.client.get(reverse("reports:table_export", args=["secrets", "csv"])).status_code == 404
