"""Ways of choosing under the money: kept side by side, checked against the standings, taken over into the decision."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused
from evaluations.actions import selecting
from evaluations.models import Alternative, Decision
from evaluations.portfolio import inputs_of, summary
from evaluations.standings import standings
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

    found = summary(add(town, objective="rank_skip", budget=Decimal("12000.00")), rows, inputs_of(rows))

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


def test_the_tables_can_be_taken_along(town, life, browse):
    judged(town, life, 38)
    add(town)

    assert browse(town.auditor).get(reverse("reports:selection", args=[town.call.pk])).content[:2] == b"PK"
