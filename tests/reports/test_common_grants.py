"""Calls and awards by CommonGrants: parsed by the protocol's own models, as our description says; nothing breaks."""

import json
from datetime import date, datetime
from urllib.parse import quote

import pytest
from common_grants_sdk.schemas.pydantic.models import AwardBase, OpportunityBase
from common_grants_sdk.schemas.pydantic.responses import (
    AwardResponse,
    AwardsListResponse,
    Error,
    OpportunitiesListResponse,
    OpportunitiesSearchResponse,
    OpportunityResponse,
)
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator

from core import clock
from grants.models import Call
from projects.models import Project
from reports.views.api import Problem, paging
from tests.reports.opened import against, body, fetched, two_awards
from tests.town import aware, make_call

OPPORTUNITIES, AWARDS = "/common-grants/opportunities", "/common-grants/awards"
NOBODYS = "f47ac10b-58cc-8372-a567-0e02b2c3d479"
JSON = "application/json"


def searched(client, wanted, status=200):
    text = wanted if isinstance(wanted, str | bytes) else json.dumps(wanted)
    response = client.post(f"{OPPORTUNITIES}/search", text, content_type=JSON)
    assert response.status_code == status, response.content
    return json.loads(response.content)


@pytest.fixture
def calls(town):
    """The town's call (open), one that closes earlier with less money, one that opens later, one not published."""
    make_call(town, publish=False, code="SMALL", title="邻里微创投", budget="8000.00", closes_at=aware(2026, 3, 20))
    later = {"opens_at": aware(2026, 5, 1), "closes_at": aware(2026, 6, 1), "starts_on": date(2026, 7, 1)}
    make_call(town, publish=False, code="LATER", title="夏季公益创投", **later)
    made = Call.objects.filter(code__in=["SMALL", "LATER"])
    made.update(published_at=clock.now(), published_by=town.approver)
    make_call(town, publish=False, code="DRAFT", title="没有发布的批次")


# -- The protocol's own models ---------------------------------------------------------------------


def test_calls_parse_into_the_models_of_the_protocol(calls, browse):
    answer = fetched(browse(), OPPORTUNITIES)

    parsed = OpportunitiesListResponse.model_validate(answer)
    one = next(call for call in parsed.items if call.title == "2026年柳溪镇公益创投")
    assert (one.status.value, one.funding.total_amount_available.amount) == ("open", "100000.00")
    assert (str(one.key_dates.close_date.date), one.funders.primary.name) == ("2026-04-01", "柳溪镇人民政府")
    assert one.custom_fields["serviceFields"].value == ["为老服务", "青少年服务"]
    assert against(answer, "OpportunityPage") == []


def test_awards_parse_into_the_models_of_the_protocol(town, life, browse):
    two_awards(town, life)

    answer = fetched(browse(), AWARDS)

    parsed = AwardsListResponse.model_validate(answer)
    assert [(one.title, one.status.value, one.funding.awarded_amount.amount) for one in parsed.items] == [
        ("夕阳红暖心陪伴", "completed", "10000.00"),
        (parsed.items[1].title, "awarded", parsed.items[1].funding.awarded_amount.amount),
    ]
    choir = parsed.items[1].recipient_organizations
    assert choir.primary.identifiers.other_ids["org:cn:filing"].id == "BA-110105030001-2025-0001"
    assert choir.other_orgs["host"].name == "柳溪社区服务中心"
    assert against(answer, "AwardPage") == []


def test_each_record_is_found_by_its_uuid_and_says_the_same(town, life, browse):
    two_awards(town, life)
    award, call = fetched(browse(), AWARDS)["items"][0], fetched(browse(), OPPORTUNITIES)["items"][0]

    one = fetched(browse(), f"{AWARDS}/{award['id']}")
    other = fetched(browse(), f"{OPPORTUNITIES}/{call['id']}/")

    assert (one["data"], other["data"]) == (award, call)
    assert AwardResponse.model_validate(one).data == AwardBase.model_validate(award)
    assert OpportunityResponse.model_validate(other).data.id == OpportunityBase.model_validate(call).id
    assert award["opportunity"] == {"id": call["id"], "title": call["title"]}
    assert (against(one, "AwardAnswer"), against(other, "OpportunityAnswer")) == ([], [])


@pytest.mark.parametrize("page", [f"{AWARDS}/{NOBODYS}", f"{OPPORTUNITIES}/{NOBODYS}", f"{AWARDS}/1", f"{AWARDS}/x/y"])
def test_what_is_not_there_is_said_as_data(town, browse, page):
    response = browse().get(page)

    problem = json.loads(response.content)
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert (Error.model_validate(problem).status, against(problem, "Problem")) == (404, [])


def test_a_call_that_is_not_published_is_found_by_nobody(town, calls, browse):
    titles = {one["title"] for one in fetched(browse(town.clerk), OPPORTUNITIES)["items"]}

    assert titles == {"2026年柳溪镇公益创投", "邻里微创投", "夏季公益创投"}


def test_an_award_before_its_approval_is_found_by_nobody(town, life, browse):
    centre, _choir = two_awards(town, life)
    uuid = next(one["id"] for one in fetched(browse(), AWARDS)["items"] if one["title"] == centre.title)
    type(centre).objects.filter(pk=centre.pk).update(
        approved_at=None, approved_by=None, amount_awarded=None, amount_paid=0
    )

    assert browse().get(f"{AWARDS}/{uuid}").status_code == 404


# -- Paging ----------------------------------------------------------------------------------------


def test_pages_add_up_to_the_whole(calls, browse):
    whole = fetched(browse(), OPPORTUNITIES)["items"]

    pages = [fetched(browse(), f"{OPPORTUNITIES}?page={page}&pageSize=2") for page in (1, 2, 3)]

    assert [one for page in pages for one in page["items"]] == whole
    assert [page["paginationInfo"] for page in pages] == [
        {"page": number, "pageSize": 2, "totalItems": 3, "totalPages": 2} for number in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=x", "page=１", "page=1.0", "page=99999999999999999999", "page=", "page=%00",
     "pageSize=0", "pageSize=101", "pageSize=1e2", "pageSize=٣"],
)  # fmt: skip
@pytest.mark.parametrize("page", [AWARDS, OPPORTUNITIES])
def test_a_page_that_is_none_is_said(town, browse, page, query):
    response = browse().get(f"{page}?{query}")

    assert response.status_code == 400
    assert json.loads(response.content)["errors"][0]["field"] == query.partition("=")[0]


@given(st.text(max_size=30), st.sampled_from(["page", "pageSize", "q", "sortBy"]))
def test_no_query_breaks_the_paging(value, name):
    try:
        found = paging({name: value}, 100).page
    except Problem:
        found = 1

    assert 1 <= found <= 1_000_000


@pytest.mark.every_case
@pytest.mark.parametrize("page", [AWARDS, OPPORTUNITIES, "/open-data/awards.csv", "/open-data/360giving.json"])
def test_the_number_of_queries_does_not_grow_with_the_awards(town, life, browse, page):
    client = browse()
    _centre, choir = two_awards(town, life)
    choirs = Project.objects.filter(pk=choir.pk)
    choirs.update(approved_at=None, approved_by=None, amount_awarded=None)
    body(client.get(page))
    with CaptureQueriesContext(connection) as one:
        body(client.get(page))
    choirs.update(approved_at=clock.now(), approved_by=town.approver, amount_awarded=100)

    with CaptureQueriesContext(connection) as two:
        body(client.get(page))

    assert len(two) == len(one)


# -- Searching -------------------------------------------------------------------------------------


def names(answer):
    return [one["title"] for one in answer["items"]]


def test_a_search_parses_into_the_models_of_the_protocol(calls, browse):
    answer = searched(
        browse(),
        {
            "search": "公益创投",
            "filters": {"status": {"operator": "in", "value": ["open", "forecasted"]}},
            "sorting": {"sortBy": "keyDates.closeDate", "sortOrder": "asc"},
            "pagination": {"page": 1, "pageSize": 10},
        },
    )

    OpportunitiesSearchResponse.model_validate(answer)
    assert names(answer) == ["2026年柳溪镇公益创投", "夏季公益创投"]
    assert answer["sortInfo"] == {"sortBy": "keyDates.closeDate", "sortOrder": "asc", "errors": []}
    assert against(answer, "OpportunitiesFound") == []


@pytest.mark.every_case
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"status": {"operator": "notIn", "value": ["open"]}}, {"夏季公益创投"}),
        ({"status": {"operator": "in", "value": ["closed", "?"]}}, set()),
        (
            {"closeDateRange": {"operator": "between", "value": {"min": "2026-03-20", "max": "2026-03-31"}}},
            {"邻里微创投"},
        ),
        ({"closeDateRange": {"operator": "outside", "value": {"max": "2026-04-30"}}}, {"夏季公益创投"}),
        (
            {
                "totalFundingAvailableRange": {
                    "operator": "between",
                    "value": {"max": {"amount": "8000", "currency": "CNY"}},
                }
            },
            {"邻里微创投"},
        ),
        (
            {
                "totalFundingAvailableRange": {
                    "operator": "between",
                    "value": {"max": {"amount": "7999.99", "currency": "CNY"}},
                }
            },
            set(),
        ),
    ],
)
def test_a_filter_finds_what_it_says(calls, browse, filters, found):
    assert set(names(searched(browse(), {"filters": filters}))) == found


def test_a_filter_and_an_order_that_we_do_not_have_are_said_and_the_rest_is_done(calls, browse):
    answer = searched(
        browse(), {"search": "微创投", "filters": {"minAwardAmountRange": {}}, "sorting": {"sortBy": "custom"}}
    )

    assert names(answer) == ["邻里微创投"]
    assert answer["filterInfo"] == {"filters": {}, "errors": ["filters.minAwardAmountRange：这里没有这个条件"]}
    assert answer["sortInfo"]["sortBy"] == "lastModifiedAt"
    assert len(answer["sortInfo"]["errors"]) == 1


@pytest.mark.parametrize(
    "wanted",
    [
        "{", "[]", '"x"', "NaN", "9" * 5000, b"\xff", "[" * 50000, '{"search": 1}', '{"filters": []}',
        '{"filters": {"status": 1}}', '{"filters": {"status": {"operator": "between", "value": []}}}',
        '{"filters": {"status": {"operator": "in", "value": [1]}}}',
        '{"filters": {"closeDateRange": {"operator": "between", "value": {"min": "2026-02-30"}}}}',
        '{"filters": {"totalFundingAvailableRange": {"operator": "between", "value": {"min": {"amount": "1e9", '
        '"currency": "CNY"}}}}}', '{"sorting": {"sortBy": ["x"]}}', '{"sorting": {"sortOrder": "up"}}',
        '{"pagination": {"page": true}}', '{"pagination": {"pageSize": 1e400}}', '{"pagination": 3}',
        '{"filters": {"x": NaN}}',
    ],
)  # fmt: skip
def test_a_search_that_says_nothing_is_refused_with_the_place(town, browse, wanted):
    answer = searched(browse(), wanted, status=400)

    assert against(answer, "Problem") == []
    assert "expected" not in answer["detail"]


@pytest.mark.parametrize("shortened", ["/api/", "/common-grants/"])
def test_who_shortens_an_address_finds_the_page_that_explains(town, browse, shortened):
    response = browse().get(shortened, follow=True)

    assert response.redirect_chain == [("/open-data/", 302)]
    assert response.status_code == 200


def test_a_search_that_is_too_long_is_refused(town, browse):
    searched(browse(), {"search": "x" * 70_000}, status=413)


@pytest.mark.every_case
@pytest.mark.parametrize("words", ["\ud800", "\x00", "💧" * 200])
def test_odd_words_find_nothing(town, browse, words):
    wanted = {"search": words, "filters": {words: 1}}

    assert names(searched(browse(), json.dumps(wanted))) == []


# -- What the protocol of the web promises -----------------------------------------------------------


@pytest.mark.parametrize("page", [AWARDS, OPPORTUNITIES, "/open-data/awards.csv", "/api/openapi.json"])
def test_what_has_not_changed_is_not_sent_again(town, life, browse, page):
    two_awards(town, life)
    client = browse()
    first = client.get(page)

    again = client.get(page, headers={"If-None-Match": first["ETag"]})
    other = client.get(page, headers={"If-None-Match": '"another"'})

    assert (again.status_code, body(again), again["ETag"]) == (304, b"", first["ETag"])
    assert (other.status_code, body(other)) == (200, body(first))
    assert first["Cache-Control"] == "public, max-age=300"


def test_a_change_of_a_name_changes_the_fingerprint(town, life, browse):
    two_awards(town, life)
    client = browse()
    before = client.get(AWARDS)["ETag"]
    town.centre.name = "柳溪社工中心"
    town.centre.save()

    assert client.get(AWARDS, headers={"If-None-Match": before}).status_code == 200


def test_what_has_not_changed_since_a_moment_is_not_sent_again(town, life, browse):
    two_awards(town, life)
    client = browse()
    last = client.get(AWARDS)["Last-Modified"]

    since = client.get(AWARDS, headers={"If-Modified-Since": last}).status_code
    earlier = client.get(AWARDS, headers={"If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"}).status_code

    assert (last, since, earlier) == ("Wed, 10 Mar 2027 02:00:00 GMT", 304, 200)


def test_a_call_that_closes_has_changed(town, browse, time):
    before = browse().get(OPPORTUNITIES)
    time.go(datetime(2026, 4, 1, 0, 0))

    after = browse().get(OPPORTUNITIES, headers={"If-Modified-Since": before["Last-Modified"]})

    assert (after.status_code, json.loads(after.content)["items"][0]["status"]["value"]) == (200, "closed")


def test_pages_of_other_sites_may_read_and_nobody_may_write(town, browse):
    client = browse()

    asked = client.options(f"{OPPORTUNITIES}/search", headers={"Origin": "https://example.org"})
    refused = client.post(AWARDS, {})

    assert (asked.status_code, asked["Access-Control-Allow-Origin"]) == (204, "*")
    assert asked["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    assert (refused.status_code, refused["Allow"], json.loads(refused.content)["status"]) == (
        405,
        "GET, HEAD, OPTIONS",
        405,
    )
    assert client.get(AWARDS)["Access-Control-Allow-Origin"] == "*"


def test_a_search_is_no_page_and_says_so_as_data(town, browse):
    response = browse().get(f"{OPPORTUNITIES}/search")

    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")


def test_an_address_has_so_many_requests_a_minute_and_is_told_when_to_come_again(town, browse, settings, time):
    settings.OPEN_DATA_LIMIT = 6
    time.go(datetime(2026, 3, 11, 9, 0, 20))
    client, other = browse(), browse()

    statuses = [client.get(page).status_code for page in (AWARDS, "/open-data/awards.csv", AWARDS)]
    refused = client.get(AWARDS)
    elsewhere = other.get(AWARDS, REMOTE_ADDR="10.0.0.9").status_code
    time.go(datetime(2026, 3, 11, 9, 1, 0))

    assert statuses == [200, 200, 429]  # a whole file counts as five
    assert (refused["Retry-After"], refused["Cache-Control"], json.loads(refused.content)["status"]) == (
        "40",
        "no-store",
        429,
    )
    assert (elsewhere, client.get(AWARDS).status_code) == (200, 200)


def test_the_answers_are_chinese_whoever_asks(town, life, browse):
    two_awards(town, life)
    client = browse()

    chinese = client.get("/open-data/awards.csv", headers={"Accept-Language": "zh-CN"})
    english = client.get("/open-data/awards.csv", headers={"Accept-Language": "en"})

    assert body(chinese) == body(english)


# -- The description -------------------------------------------------------------------------------


def test_the_description_is_openapi(town, browse):
    OpenAPIV31SpecValidator(fetched(browse(), "/api/openapi.json")).validate()


def test_every_address_of_the_description_answers_as_it_says(town, life, browse):
    two_awards(town, life)
    client = browse()
    description = fetched(client, "/api/openapi.json")
    keys = {
        "{oppId}": fetched(client, OPPORTUNITIES)["items"][0]["id"],
        "{awdId}": fetched(client, AWARDS)["items"][0]["id"],
    }

    wrong = {}
    for path, operations in description["paths"].items():
        page = path
        for name, key in keys.items():
            page = page.replace(name, quote(key))
        for method, operation in operations.items():
            response = client.get(page) if method == "get" else client.post(page, "{}", content_type=JSON)
            said = operation["responses"][str(response.status_code)]["content"]
            kind = response["Content-Type"].partition(";")[0]
            schema = said[kind]["schema"].get("$ref", "").rpartition("/")[2]
            found = against(json.loads(body(response)), schema) if schema else []
            missing = [name for name in operation["responses"]["200"]["headers"] if name not in response]
            # The description itself changes with a version of the product only, and what a search finds has no date.
            if found or response.status_code != 200 or missing not in ([], ["Last-Modified"]):
                wrong[page] = (found, missing, response.status_code)

    assert wrong == {}
