"""Ways of choosing under the money: kept side by side, checked against the standings, taken over into the decision."""

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.workflow import Refused
from evaluations.actions import selecting, voting
from evaluations.actions.decision import Proposal, save_decision
from evaluations.models import Alternative, Ballot, Decision
from evaluations.portfolio import summary
from evaluations.standings import standings
from people.models import Region
from projects.models import Project
from tests.judging import judged

MONEY = Decimal("20000.00")


def add(town, name: str = "方案一", objective: str = "rank", **changes) -> Alternative:
    values = {"budget": MONEY, "by": town.clerk} | changes
    return selecting.add_alternative(town.call, name=name, objective=objective, **values)


def titles(alternative: Alternative) -> set[str]:
    return set(Project.objects.filter(pk__in=alternative.chosen).values_list("title", flat=True))


def test_three_ways_stand_side_by_side_and_a_fourth_is_refused(town, life):
    judged(town, life, 38, 30, 20)

    found = [
        add(town, f"方案{number}", objective) for number, objective in enumerate(("rank", "score", "merit_amount"))
    ]

    assert [titles(one) for one in found] == [{"项目38", "项目30"}] * 3
    assert [(one.spent, one.left) for one in found] == [(Decimal("20000.00"), Decimal("0.00"))] * 3
    with pytest.raises(Refused):
        add(town, "方案四")


def test_money_that_is_met_exactly_is_enough_and_a_fen_less_is_not(town, life):
    judged(town, life, 38, 30)

    assert len(add(town, "刚好").chosen) == 2
    assert titles(add(town, "差一分", budget=Decimal("19999.99"))) == {"项目38"}


def test_a_quota_that_cannot_be_kept_is_explained_and_nothing_is_stored(town, life):
    [project] = judged(town, life, 38)

    with pytest.raises(Refused, match="至少"):
        add(town, objective="score", quotas=[{"group": f"track:{project.track_id}", "min_count": 2}])
    assert not Alternative.objects.exists()


def test_every_project_has_its_reason(town, life):
    first, second = judged(town, life, 38, 30)

    found = add(town, budget=Decimal("10000.00"), floor=Decimal("60"))

    assert set(found.reasons) == {first.pk, second.pk}
    assert "10,000.00" in found.reasons[second.pk]


def test_who_is_passed_over_is_marked(town, life):
    first, _second = judged(town, life, 38, 30)
    Project.objects.filter(pk=first.pk).update(amount_requested=Decimal("15000.00"))
    first.budget_lines.update(unit_price=Decimal("300.00"))
    rows = standings(town.call)

    found = summary(add(town, objective="rank_skip", budget=Decimal("12000.00")), rows)

    assert (found.passed_over, found.count, found.lowest) == ({first.pk}, 1, Decimal("80.00"))


def test_it_becomes_the_draft_of_the_decision(town, life):
    first, second = judged(town, life, 38, 30)
    made = add(town, budget=Decimal("10000.00"))

    selecting.take_over(made, by=town.clerk)

    lines = Decision.objects.get().lines
    assert (lines.get(project=first).outcome, lines.get(project=first).amount) == ("shortlist", Decimal("10000.00"))
    assert (lines.get(project=second).outcome, lines.get(project=second).amount) == ("", None)
    assert Project.objects.get(pk=first.pk).state == "in_review"


def test_after_a_change_of_the_standings_it_must_be_calculated_again(town, life):
    first, _second = judged(town, life, 38, 30)
    made = add(town)
    Project.objects.filter(pk=first.pk).update(amount_requested=Decimal("9000.00"))

    with pytest.raises(Refused):
        selecting.take_over(made, by=town.clerk)
    selecting.recalculate(made, by=town.clerk)
    assert selecting.take_over(made, by=town.clerk).lines.get(project=first).outcome == "shortlist"


@pytest.mark.parametrize("username", ["approver", "auditor", "head", "expert1", "admin"])
def test_only_the_clerk_calculates_and_takes_over(town, life, username):
    judged(town, life, 38)
    made = add(town)

    with pytest.raises(PermissionDenied):
        add(town, "别人的", by=town.people[username])
    with pytest.raises(PermissionDenied):
        selecting.take_over(made, by=town.people[username])


def test_what_would_have_to_change_is_said_in_figures(town, life, browse):
    _first, second = judged(town, life, 38, 30)
    made = add(town, objective="score", budget=Decimal("10000.00"))

    page = browse(town.auditor).get(reverse("evaluations:alternative_change", args=[made.pk, second.pk]))

    assert any("10,000.00" in sentence for sentence in page.context["change"].sentences)


def quotas(**changes) -> dict[str, str]:
    return {"quotas-TOTAL_FORMS": "1", "quotas-INITIAL_FORMS": "0", "quotas-0-group": ""} | changes


def test_the_clerk_calculates_on_the_page(town, life, browse):
    [project] = judged(town, life, 38)
    data = {"name": "方案一", "objective": "merit_amount", "budget": "20,000", "floor": "60"}
    limit = {"quotas-0-group": f"field:{project.field_id}", "quotas-0-max_count": "3"}

    browse(town.clerk).post(reverse("evaluations:selection", args=[town.call.pk]), data | quotas(**limit))

    made = Alternative.objects.get()
    assert (titles(made), made.quotas[0]["max_count"]) == ({"项目38"}, 3)


@pytest.mark.parametrize(
    ("data", "limit", "wrong"),
    [
        ({"budget": "-1"}, {}, "budget"),
        ({"budget": "99999999999"}, {}, "budget"),
        ({"objective": "equal_shares"}, {}, "objective"),
        ({}, {"quotas-0-max_amount": "99999999999"}, "max_amount"),
        ({"floor": "1e400"}, {}, "floor"),
        ({"name": ""}, {}, "name"),
        ({}, {"quotas-0-max_count": "3"}, "group"),
        ({}, {"quotas-0-group": "track:999"}, "group"),
    ],
)
def test_bad_input_is_said_at_its_field_and_comes_back(town, life, browse, data, limit, wrong):
    judged(town, life, 38)
    sent = {"name": "方案一", "objective": "rank", "budget": "20000"} | data | quotas(**limit)

    response = browse(town.clerk).post(reverse("evaluations:selection", args=[town.call.pk]), sent)

    errors = [*response.context["form"].errors, *response.context["quotas"].errors[0]]
    assert errors == [wrong]
    assert not Alternative.objects.exists()


def test_a_quota_of_no_money_at_all_keeps_its_group_out(town, life, browse):
    """0 is a limit, not an empty box: alone and beside a number."""
    [project] = judged(town, life, 38)
    data = {"name": "方案一", "objective": "rank_skip", "budget": "20000"}
    limit = {"quotas-0-group": f"field:{project.field_id}", "quotas-0-max_amount": "0", "quotas-0-max_count": "3"}

    browse(town.clerk).post(reverse("evaluations:selection", args=[town.call.pk]), data | quotas(**limit))

    assert (Alternative.objects.get().chosen, Alternative.objects.get().quotas[0]["max_amount"]) == (set(), "0.00")


def test_when_a_minimum_can_no_longer_be_kept_the_page_says_so(town, life, browse):
    first, second = judged(town, life, 38, 30)
    made = add(town, objective="score", quotas=[{"group": f"track:{first.track_id}", "min_count": 2}])
    Project.objects.filter(pk=first.pk).update(state="withdrawn")

    page = browse(town.clerk).get(reverse("evaluations:alternative_change", args=[made.pk, second.pk]))

    assert page.status_code == 200
    assert "至少要" in page.content.decode()


def test_a_way_can_be_changed_and_is_calculated_again(town, life, browse):
    judged(town, life, 38, 30)
    made = add(town)
    sent = {"name": "少一点", "objective": "score", "budget": "10000", "floor": ""} | quotas()

    browse(town.clerk).post(reverse("evaluations:alternative_edit", args=[made.pk]), sent)

    made = Alternative.objects.get()
    assert (made.name, made.objective, titles(made)) == ("少一点", "score", {"项目38"})


@pytest.mark.parametrize("username", ["approver", "auditor"])
def test_only_the_clerk_changes_a_way(town, life, browse, username):
    judged(town, life, 38)
    made = add(town)

    assert browse(town.people[username]).get(reverse("evaluations:alternative_edit", args=[made.pk])).status_code == 403


def test_what_changes_while_it_is_calculated_is_noticed_and_nothing_is_stored(town, life, monkeypatch):
    """A score comes in between the calculation and the moment at which it is stored."""
    first, _second = judged(town, life, 38, 30)
    calculate = selecting._calculate

    def slowly(alternative):
        calculate(alternative)
        Project.objects.filter(pk=first.pk).update(amount_requested=Decimal("9000.00"))

    monkeypatch.setattr(selecting, "_calculate", slowly)

    with pytest.raises(Refused):
        add(town)
    assert not Alternative.objects.exists()


def test_taking_over_keeps_the_amount_and_the_reason_that_were_written(town, life):
    first, second = judged(town, life, 38, 30)
    written = {
        first.pk: Proposal("shortlist", Decimal("8000.00"), "核减设备"),
        second.pk: Proposal("shortlist", Decimal("7000.00"), "重复资助"),
    }
    save_decision(town.call, by=town.clerk, lines=written)

    lines = selecting.take_over(add(town, budget=Decimal("10000.00")), by=town.clerk).lines

    kept = lines.get(project=first)
    assert (kept.outcome, kept.amount, kept.reason) == ("shortlist", Decimal("8000.00"), "核减设备")
    assert (lines.get(project=second).outcome, lines.get(project=second).reason) == ("", "重复资助")


def test_each_group_shows_its_money_and_what_was_set_for_it(town, life):
    first, _second = judged(town, life, 38, 30)
    key = f"district:{first.community.region_code[:6]}"
    Region.objects.create(code=first.community.region_code[:6], name="某某区")

    found = summary(
        add(town, quotas=[{"group": key, "max_amount": "15000"}], objective="rank_skip"), standings(town.call)
    )

    [line] = found.limited
    assert (line.name, line.count, line.amount) == ("区县：某某区", 1, Decimal("10000.00"))
    assert line.quota.max_amount == Decimal(15000)
    assert {line.name.split("：")[0] for line in found.others} == {"组别", "领域", "街道"}


def test_what_is_not_proven_says_how_much_better_a_set_could_be(town, life):
    judged(town, life, 38)
    made = add(town, objective="score")

    assert summary(made, standings(town.call)).gap is None
    made.result |= {"proven": False, "bound": "88.01"}
    assert summary(made, standings(town.call)).gap == Decimal("0.02")


# Residents' votes


def table(*rows, head="票号,项目编号") -> SimpleUploadedFile:
    return SimpleUploadedFile("选票.csv", "\n".join([head, *rows]).encode())


def test_residents_ballots_are_a_fifth_way_of_choosing(town, life, browse):
    first, second = judged(town, life, 38, 30)
    rows = [
        f"001,{first.number}",
        f"002,{second.number}",
        f"003,{second.number}、{first.number}",
        f"004,{second.number}",
    ]
    page = reverse("evaluations:ballots", args=[town.call.pk])

    browse(town.clerk).post(page, {"file": table(*rows)})
    made = add(town, objective="equal_shares", budget=Decimal("10000.00"))

    assert Ballot.objects.approvals()["003"] == {first.pk, second.pk}
    assert titles(made) == {"项目30"}
    assert (made.result["ballots"], made.result["share"]) == (4, "2500.00")
    assert "3" in made.reasons[second.pk]


def test_every_wrong_row_is_named_and_nothing_is_taken_in(town, life, browse):
    [project] = judged(town, life, 38)
    rows = [f"001,{project.number}", f"001,{project.number}", ",XX-1", "004,"]

    page = browse(town.clerk).post(reverse("evaluations:ballots", args=[town.call.pk]), {"file": table(*rows)})

    assert page.context["errors"] == [
        "第 3 行：票号 001 与第 2 行重复。",
        "第 4 行：没有写票号。",
        "第 4 行：XX-1 不是本批次可以投票的项目。",
        "第 5 行：没有写项目编号。",
    ]
    assert not Ballot.objects.exists()


@pytest.mark.parametrize("file", [b"", b"PK\x03\x04broken", b"\xff\xff\xff", "一,二\n1,2".encode()])
def test_what_is_no_table_of_ballots_is_refused_with_words(town, life, browse, file):
    judged(town, life, 38)
    sent = {"file": SimpleUploadedFile("选票.csv", file)}

    page = browse(town.clerk).post(reverse("evaluations:ballots", args=[town.call.pk]), sent)

    assert page.status_code == 200
    assert page.context["errors"] or page.context["form"].errors


def test_new_ballots_take_the_place_of_the_old_and_what_was_calculated_is_out_of_date(town, life):
    first, second = judged(town, life, 38, 30)
    voting.store_ballots(town.call, by=town.clerk, ballots={"1": {first.pk}})
    made = add(town, objective="equal_shares")
    assert summary(made, standings(town.call)).is_current

    voting.store_ballots(town.call, by=town.clerk, ballots={"1": {second.pk}})

    assert not summary(made, standings(town.call)).is_current
    assert Ballot.objects.count() == 1


def test_votes_know_no_quotas_and_without_ballots_there_is_nothing_to_choose_by(town, life):
    [project] = judged(town, life, 38)
    with pytest.raises(Refused):
        add(town, objective="equal_shares")
    voting.store_ballots(town.call, by=town.clerk, ballots={"1": {project.pk}})

    with pytest.raises(Refused):
        add(town, objective="equal_shares", quotas=[{"group": f"track:{project.track_id}", "max_count": 1}])


@pytest.mark.parametrize("username", ["approver", "auditor", "expert1"])
def test_only_the_clerk_takes_ballots_in(town, life, username):
    [project] = judged(town, life, 38)

    with pytest.raises(PermissionDenied):
        voting.store_ballots(town.call, by=town.people[username], ballots={"1": {project.pk}})


def test_the_tables_can_be_taken_along_with_quotas_groups_and_ballots(town, life, browse):
    [project] = judged(town, life, 38)
    add(town, quotas=[{"group": f"field:{project.field_id}", "max_amount": "15000", "max_count": 2}])
    voting.store_ballots(town.call, by=town.clerk, ballots={"甲": {project.pk}})

    sent = browse(town.auditor).get(reverse("reports:selection", args=[town.call.pk]))

    book = openpyxl.load_workbook(BytesIO(sent.content))
    assert book.sheetnames == ["资金方案", "方案说明", "分组", "居民选票"]
    assert book["方案说明"]["I2"].value == f"领域：{project.field}：最多 15,000.00 元、最多 2 个"
    assert [cell.value for cell in book["居民选票"][2]] == ["甲", project.number]
    limits = {row[1].value: [cell.value for cell in row[2:]] for row in book["分组"].iter_rows(min_row=2)}
    assert limits[f"领域：{project.field}"] == [1, 10000, 15000, 2, None]
