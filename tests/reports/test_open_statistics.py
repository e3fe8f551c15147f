"""Statistics for everybody: sums that are right, each over its denominator, and nobody recognised in them."""

import json
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from projects.indicators import percent
from projects.models import Project
from reports.open_data.statistics import FEW_PROPOSALS, Figures, Line, coarse, few, tables
from tests.life import draft
from tests.reports.opened import against, body, fetched, two_awards


def line(street="柳溪镇", field="为老服务", year=2026, call="A", source="财政资金", **figures) -> Line:
    return Line(year, call, f"批次{call}", source, street, field, Figures(**figures))


def table_of(lines, key):
    return next(table for table in tables(lines) if table.key == key)


# -- Sums ------------------------------------------------------------------------------------------


def test_a_group_is_the_sum_of_its_lines_and_says_what_it_is_part_of():
    lines = [
        line(field="为老服务", proposals=10, awards=4, awarded=Decimal("300.10"), paid=Decimal("100.00"), completed=1),
        line(field="助残服务", proposals=10, awards=1, awarded=Decimal("99.90")),
        line(field="为老服务", year=2025, call="B", proposals=20, awards=5, awarded=Decimal("600.00")),
    ]

    found = table_of(lines, "year")

    assert [(one.key, one.proposals, one.awards, one.award_rate) for one in found.rows] == [
        ("2026", 20, 5, Decimal("25.0")),
        ("2025", 20, 5, Decimal("25.0")),
    ]
    first = found.rows[0]
    assert (first.awarded, first.share, first.paid_rate, first.completed_rate) == (
        Decimal("400.00"), Decimal("40.0"), Decimal("25.0"), Decimal("20.0"),
    )  # fmt: skip
    assert (found.total.awarded, found.total.share, found.total.proposals) == (Decimal("1000.00"), Decimal("100.0"), 40)


def test_of_a_call_that_is_not_decided_no_percentage_is_said():
    lines = [line(call="A", proposals=4, undecided=3), line(call="B", proposals=4, awards=1, undecided=3),
             line(call="C", proposals=4)]  # fmt: skip

    found = table_of(lines, "call").rows

    assert [(one.is_open, one.award_rate, one.share) for one in found] == [
        (True, None, None),
        (False, Decimal("25.0"), None),
        (False, Decimal("0.0"), None),
    ]


def test_of_nothing_there_is_no_percentage():
    assert (percent(0, 0), percent(1, 3), percent(Decimal("0.05"), 100)) == (None, Decimal("33.3"), Decimal("0.1"))
    assert [table.rows for table in tables([])] == [()] * 5


@given(st.lists(st.tuples(st.sampled_from("甲乙丙"), st.integers(0, 50), st.integers(0, 10**8)), max_size=20))
def test_in_every_table_the_groups_add_up_to_the_total(drawn):
    lines = [line(street=street, proposals=n, awards=n // 2, awarded=Decimal(fen) / 100) for street, n, fen in drawn]

    for table in tables(lines):
        assert sum(one.awards for one in table.rows) == table.total.awards
        assert sum((one.awarded for one in table.rows), Decimal(0)) == table.total.awarded


# -- Nobody is recognised --------------------------------------------------------------------------


def test_few_proposals_without_money_are_withheld_by_street_and_by_field_only():
    lines = [line(street="甲", proposals=30, awards=10), line(street="乙", call="B", proposals=12, awards=5),
             line(street="丙", proposals=3, awards=2)]  # fmt: skip

    by_street = {one.key: (one.proposals, one.award_rate, one.awards) for one in table_of(lines, "street").rows}
    by_call = [one.proposals for one in table_of(lines, "call").rows]

    # 丙 has one without money; 乙 too is withheld, or it could be calculated from the total.
    assert by_street == {"甲": (30, Decimal("33.3"), 10), "乙": (None, None, 5), "丙": (None, None, 2)}
    assert by_call == [33, 12]


def test_a_group_whose_proposals_all_got_money_hides_nobody():
    assert few({("甲", ""): 0, ("乙", ""): 7}) == set()


@given(st.dictionaries(st.text("甲乙丙丁戊己", min_size=1, max_size=2), st.integers(0, 12), max_size=8))
def test_what_is_withheld_cannot_be_calculated(drawn):
    unfunded = {(key, key): count for key, count in drawn.items()}

    hidden = few(unfunded)

    assert {key for key, count in unfunded.items() if 0 < count < FEW_PROPOSALS} <= hidden
    if hidden and hidden != set(unfunded):
        assert len(hidden) >= 2
        assert sum(unfunded[key] for key in hidden) >= FEW_PROPOSALS


@pytest.mark.parametrize(("visits", "shown"), [(0, 0), (1, None), (9, None), (10, 10), (14, 10), (15, 20), (104, 100)])
def test_visits_are_rounded_and_few_of_them_withheld(visits, shown):
    assert coarse(visits) == shown


# -- From the database -----------------------------------------------------------------------------


def test_the_statistics_count_what_is_in_the_open_data(town, life, browse):
    centre, _choir = two_awards(town, life)
    Project.objects.filter(pk=centre.pk).update(amount_paid=Decimal("3333.33"))

    found = fetched(browse(), "/open-data/statistics.json")
    grants = fetched(browse(), "/open-data/360giving.json")["grants"]

    assert against(json.loads(json.dumps(found, default=float)), "Statistics") == []
    total = found["tables"][0]["total"]
    assert (total["proposals"], total["awards"], total["completed"], total["visits"]) == (2, 2, 1, 900)
    assert total["amountAwarded"] == sum(one["amountAwarded"] for one in grants)
    assert total["amountPaid"] == sum(one["amountDisbursed"] for one in grants)
    assert [(one["key"], one["label"]) for table in found["tables"] for one in table["rows"]] == [
        ("2026", "2026"),
        ("LX2026", "2026年柳溪镇公益创投"),
        ("为老服务", "为老服务"),
        ("朝阳区柳溪镇", "朝阳区柳溪镇"),
        ("社区公益金", "社区公益金"),
    ]


def test_a_proposal_is_counted_when_its_call_is_closed_and_not_before(town, life, browse, time):
    project = draft(town)
    drafted = fetched(browse(), "/open-data/statistics.json")
    life.walk(project, "submitted")
    handed_in = fetched(browse(), "/open-data/statistics.json")

    time.go(datetime(2026, 4, 1, 0, 0))

    closed = fetched(browse(), "/open-data/statistics.json")
    found = [one["tables"][0]["total"]["proposals"] for one in (drafted, handed_in, closed)]
    assert found == [0, 0, 1]
    assert closed["modified"] == "2026-04-01T00:00:00+08:00"


def test_the_page_says_each_figure_with_its_share_and_the_day(town, life, browse):
    two_awards(town, life)

    page = browse().get("/open-data/statistics/", headers={"Accept-Language": "zh-CN"}).content.decode()

    assert "数据截至2027-03-10" in page
    assert "百分比以收到的申报为分母" in page
    assert '2<br><span class="small muted nowrap">占申报100.0%</span>' in page


def test_the_table_says_which_figures_are_withheld(town, life, browse):
    centre, _choir = two_awards(town, life)
    Project.objects.filter(pk=centre.pk).update(approved_at=None, approved_by=None, amount_awarded=None, amount_paid=0)

    rows = body(browse().get("/open-data/statistics.csv")).decode("utf-8-sig").splitlines()

    assert rows[0].startswith("统计方式,分组,收到的申报（份）,立项率（%）,立项（个）")
    assert next(row for row in rows if "按街道（镇）,朝阳区" in row).startswith(
        "按街道（镇）,朝阳区柳溪镇,不公布,不公布,1,"
    )
    assert next(row for row in rows if row.startswith("按年度,2026")).startswith("按年度,2026,2,50,1,")


def test_the_number_of_queries_is_the_same_for_one_and_two_awards(town, life, browse):
    client = browse()
    client.get("/open-data/statistics/")
    with CaptureQueriesContext(connection) as none:
        client.get("/open-data/statistics/")
    two_awards(town, life)

    with CaptureQueriesContext(connection) as two:
        client.get("/open-data/statistics/")

    assert len(two) == len(none)
