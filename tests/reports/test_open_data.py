"""Awards and calls as open data: by the standard, exact, and without anything of a person."""

import csv
import io
import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fields import DECIMAL_PLACES, MAX_DIGITS
from projects.actions import award
from projects.models import Project
from reports.open_data import sources
from reports.open_data.identifiers import award_uuid, grant_id, is_of_call, opportunity_uuid, organization_id, uuid_of
from reports.open_data.layout import compact, number
from tests.life import draft
from tests.reports.opened import against, body, breaches, fetched, official_schema, two_awards

OFFICIAL = Path(os.environ.get("SCHEMA_360GIVING", "360giving"))
"""Where the two schema files of 360Giving 1.4.3 lie (docs/testing.md): they are no part of the product."""


def table_at(client, page: str) -> tuple[bytes, list[dict[str, str]]]:
    data = body(client.get(page))
    return data, list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


# -- Which awards ----------------------------------------------------------------------------------


def test_an_award_is_published_once_it_is_approved_and_no_earlier(town, life, browse):
    project = life.walk(draft(town), "in_notice")
    before = fetched(browse(), "/open-data/360giving.json")["grants"]

    life.walk(project, "approved")

    after = fetched(browse(), "/open-data/360giving.json")["grants"]
    assert (before, [one["id"] for one in after]) == ([], ["venture-grants-LX2026-001"])


def test_an_award_that_was_given_up_is_not_published_and_the_data_say_that_they_changed(town, life, browse):
    project = life.walk(draft(town), "approved")
    before = sources.last_change()
    life.day(2026, 4, 24)

    award.forfeit(project, by=town.approver, note="不做了")

    assert fetched(browse(), "/open-data/360giving.json")["grants"] == []
    assert sources.last_change() > before


def test_a_call_that_is_not_published_is_not_in_the_data(town, life, browse):
    life.walk(draft(town), "approved")
    town.call.published_at = town.call.published_by = None
    town.call.save()

    _data, calls = table_at(browse(), "/open-data/calls.csv")

    assert (calls, fetched(browse(), "/open-data/360giving.json")["grants"]) == ([], [])


# -- 360Giving -------------------------------------------------------------------------------------


def test_a_grant_says_everything_that_is_public_of_a_completed_project(town, life, browse, settings):
    settings.SITE_URL = "https://gyct.example.cn"
    centre, _choir = two_awards(town, life)

    found = {one["id"]: one for one in fetched(browse(), "/open-data/360giving.json")["grants"]}

    assert found["venture-grants-LX2026-001"] == {
        "id": "venture-grants-LX2026-001",
        "title": "夕阳红暖心陪伴",
        "description": "为独居老人提供每周一次的入户陪伴。",
        "currency": "CNY",
        "amountAppliedFor": 10000,
        "amountAwarded": 10000,
        "amountDisbursed": 10000,
        "awardDate": "2026-04-20",
        "url": f"https://gyct.example.cn/showcase/{centre.pk}/",
        "plannedDates": [{"startDate": "2026-05-01", "endDate": "2027-02-28"}],
        "actualDates": [{"startDate": "2026-04-22", "endDate": "2027-02-25"}],
        "recipientOrganization": [
            {"id": "CN-USCC-52110105MJ01000190", "name": "柳溪社会工作服务中心", "organisationType": "社会服务机构"}
        ],
        "fundingOrganization": [
            {"id": "CN-USCC-11110105000053031Q", "name": "柳溪镇人民政府", "organisationType": "资助方"}
        ],
        "beneficiaryLocation": [{"name": "朝阳区柳溪镇柳溪社区", "countryCode": "CN"}],
        "grantProgramme": [
            {
                "code": "LX2026",
                "title": "2026年柳溪镇公益创投",
                "url": f"https://gyct.example.cn/calls/{town.call.pk}/",
            }
        ],
        "fromOpenCall": "Yes",
        "classifications": [
            {"vocabulary": "服务领域", "title": "为老服务"},
            {"vocabulary": "资金来源", "title": "社区公益金"},
        ],
        "dateModified": "2027-03-10T10:00:00+08:00",
        "dataSource": "https://gyct.example.cn/open-data/",
    }


def test_a_filed_group_is_the_recipient_by_its_filing_number_and_its_host_is_named(town, life, browse):
    two_awards(town, life)

    grant = fetched(browse(), "/open-data/360giving.json")["grants"][1]

    assert grant["recipientOrganization"] == [
        {
            "id": "venture-grants-org-BA-110105030001-2025-0001",
            "name": "夕阳红合唱队",
            "organisationType": "社区社会组织",
            "description": "备案组织，由柳溪社区服务中心代管，并代签协议、代收资金",
        }
    ]
    assert "actualDates" not in grant


def test_the_package_is_as_our_description_says(town, life, browse):
    two_awards(town, life)

    package = fetched(browse(), "/open-data/360giving.json")

    assert against(package, "GrantPackage") == []
    assert len(package["grants"]) == 2


def test_the_package_is_valid_by_the_official_schema(town, life, browse):
    if not OFFICIAL.is_dir():
        pytest.skip(f"the schema of 360Giving is not in {OFFICIAL}: see docs/testing.md")
    two_awards(town, life)
    schema = official_schema(OFFICIAL)

    package = fetched(browse(), "/open-data/360giving.json")
    broken = package | {"grants": [package["grants"][0] | {"awardDate": "20.4.2026", "dateModified": "gestern"}]}

    assert breaches(package, schema) == []
    assert len(breaches(broken, schema)) == 2  # formats are looked at: without, the good one would fail and this pass


def test_the_prefix_is_a_setting(town, life, browse, settings):
    settings.OPEN_DATA_PREFIX = "360G-liuxi"
    two_awards(town, life)

    grants = fetched(browse(), "/open-data/360giving.json")["grants"]

    assert [one["id"] for one in grants] == ["360G-liuxi-LX2026-001", "360G-liuxi-LX2026-002"]


# -- Nothing of a person ---------------------------------------------------------------------------


def test_no_name_and_no_phone_is_in_any_file(town, life, browse):
    centre, _choir = two_awards(town, life)
    said = "刘芳(13800138000)和王桂兰带队,也找高明,电话010-65001234,邮箱liufang@example.org。"
    Project.objects.filter(pk=centre.pk).update(summary=said)
    centre.team.create(name="高明", part="督导", key="zz", position=9)
    town.centre.legal_representative = "王桂兰"
    town.centre.save()

    files = ["360giving.json", "awards.csv", "calls.csv", "statistics.json", "statistics.csv"]
    pages = [f"/open-data/{name}" for name in files] + ["/common-grants/awards", "/common-grants/opportunities"]
    text = "".join(body(browse().get(page)).decode() for page in pages)

    people = ["刘芳", "王桂兰", "高明", "陈静", "赵启明", "13800138000", "65001234", "liufang@", "010-65000000"]
    assert [one for one in people if one in text] == []
    assert "刘*(138****8000)和王**带队,也找高*" in text


def test_what_only_the_bureau_knows_is_not_in_the_data(town, life, browse):
    centre, _choir = two_awards(town, life)

    text = "".join(body(browse().get(f"/open-data/{name}")).decode() for name in ("360giving.json", "awards.csv"))

    assert [one for one in ("6222000011112222", centre.needs, centre.method, centre.risks) if one in text] == []


# -- Amounts ---------------------------------------------------------------------------------------


def test_an_amount_keeps_its_fen(town, life, browse):
    centre, _choir = two_awards(town, life)
    Project.objects.filter(pk=centre.pk).update(
        amount_requested=Decimal("33333.33"), amount_awarded=Decimal("33333.33"), amount_paid=Decimal("16666.67")
    )

    grant = fetched(browse(), "/open-data/360giving.json")["grants"][0]
    _data, rows = table_at(browse(), "/open-data/awards.csv")

    assert (grant["amountAwarded"], grant["amountDisbursed"]) == (Decimal("33333.33"), Decimal("16666.67"))
    assert (rows[0]["资助金额（元）"], rows[0]["已拨付（元）"]) == ("33333.33", "16666.67")


@given(st.integers(0, 10**MAX_DIGITS - 1))
def test_every_amount_that_can_be_stored_reads_as_it_was(fen):
    amount = Decimal(fen).scaleb(-DECIMAL_PLACES)

    assert Decimal(compact(number(amount))) == amount


# -- Tables ----------------------------------------------------------------------------------------


def test_the_table_says_the_same_as_the_package(town, life, browse):
    two_awards(town, life)

    grants = fetched(browse(), "/open-data/360giving.json")["grants"]
    data, rows = table_at(browse(), "/open-data/awards.csv")

    assert data.startswith(b"\xef\xbb\xbf")
    assert [
        (one["资助标识"], one["项目名称"], Decimal(one["资助金额（元）"]), one["承接单位标识"], one["实施地点"])
        for one in rows
    ] == [
        (
            one["id"],
            one["title"],
            Decimal(one["amountAwarded"]),
            one["recipientOrganization"][0]["id"],
            one["beneficiaryLocation"][0]["name"],
        )
        for one in grants
    ]
    assert [(one["状态"], one["代管主体名称"]) for one in rows] == [("已结项", ""), ("已立项", "柳溪社区服务中心")]


def test_no_cell_of_a_table_is_a_formula(town, life, browse):
    centre, _choir = two_awards(town, life)
    Project.objects.filter(pk=centre.pk).update(title='=HYPERLINK("http://x")', summary="+1,\n@x")

    _data, rows = table_at(browse(), "/open-data/awards.csv")

    assert (rows[0]["项目名称"], rows[0]["主要内容"]) == ('\'=HYPERLINK("http://x")', "'+1,\n@x")


# -- Identifiers -----------------------------------------------------------------------------------


def test_identifiers_are_made_of_public_numbers_only_and_stay_the_same():
    assert grant_id("p", "LX2026-001") == "p-LX2026-001"
    assert grant_id("p", "甲/1 x") == "p--1-x"
    assert organization_id("p", credit_code="52110105MJ01000190", filing_number="") == "CN-USCC-52110105MJ01000190"
    assert organization_id("p", credit_code="", filing_number="BA-1") == "p-org-BA-1"
    assert str(award_uuid("venture-grants", "LX2026", "LX2026-001")) == "ae14d018-5653-8b33-9288-5a04d1947635"
    assert str(opportunity_uuid("venture-grants", "LX2026")) == "ae14d018-5653-8365-b8a3-47c84410e6d0"


def test_an_award_is_known_by_its_uuid_to_be_of_its_call():
    uuid = award_uuid("p", "A", "A-001")

    assert (uuid.version, str(uuid.variant)) == (8, "specified in RFC 4122")
    assert (is_of_call(uuid, "p", "A"), is_of_call(uuid, "p", "B"), is_of_call(uuid, "q", "A")) == (True, False, False)


def test_no_two_awards_have_the_same_uuid():
    numbers = [f"LX{year}-{place:03d}" for year in range(2000, 2020) for place in range(1000)]

    assert len({award_uuid("p", number[:6], number) for number in numbers}) == len(numbers)


@pytest.mark.parametrize("text", ["", "1", "{f47ac10b-58cc-8372-a567-0e02b2c3d47}", "f47ac10b58cc8372a5670e02b2c3d479"])
def test_only_a_uuid_with_its_hyphens_is_one(text):
    assert uuid_of(text) is None
