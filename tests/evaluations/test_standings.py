"""How places come about: dropped sheets, bonuses apart, the stated order between equal scores, the recorded lot."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.workflow import Refused
from evaluations.actions import ranking
from evaluations.actions.decision import Proposal
from evaluations.cards import cards
from evaluations.consistency import consistency
from evaluations.lots import draw
from evaluations.models import Assignment, Bonus, Draw
from evaluations.standings import standings
from grants.models import BonusRule, TieBreak
from tests.judging import announced, decided, judged, proposed, score


def change(town, **values) -> None:
    type(town.call).objects.filter(pk=town.call.pk).update(**values)
    town.call.refresh_from_db()


def ranks(town) -> dict[str, int | None]:
    return {row.project.title: row.rank for row in standings(town.call)}


@pytest.fixture
def uneven(town, life):
    """A project with sheets of 90, 80 and 40 points."""
    from_sheets = [(30, 40, 20), (30, 30, 20), (10, 20, 10)]
    [project] = judged(town, life, 38)
    for assignment, points in zip(project.assignments.all(), from_sheets, strict=True):
        sheet = assignment.sheet
        sheet.submitted_at = sheet.total = None
        sheet.save()
        score(type(assignment).objects.get(pk=assignment.pk), *points)
    return project


def test_below_the_announced_number_every_sheet_counts(town, uneven):
    [row] = standings(town.call)

    assert (row.sum.base, row.sum.dropped) == (Decimal("70.00"), ())


def test_from_the_announced_number_the_highest_and_lowest_are_left_out(town, uneven):
    change(town, drop_from=3)
    [row] = standings(town.call)

    assert (row.sum.base, [counts for _sheet, counts in row.counted]) == (Decimal("80.00"), [False, True, False])


# -- Bonuses ---------------------------------------------------------------------------------------


@pytest.fixture
def rule(town):
    return BonusRule.objects.create(
        call=town.call, kind="fundraising", condition="筹资到账", most=Decimal(5), legal_basis="通知第5条"
    )


def test_a_bonus_stands_apart_from_the_experts_score(town, life, rule):
    first, second = judged(town, life, 36, 34)
    ranking.give_bonus(second, rule, by=town.clerk, points=Decimal("3.5"), reason="银行回单3张")

    winner = standings(town.call)[0]

    assert (winner.project, winner.sum.base, winner.sum.bonus, winner.score) == (
        second,
        Decimal("84.00"),
        Decimal("3.50"),
        Decimal("87.50"),
    )
    made = decided(town, {first.pk: "waitlist", second.pk: "shortlist"})
    assert made.lines.get(project=second).score == Decimal("87.50")


def test_the_page_of_a_bonus_says_what_is_given_and_how_much_may_be(town, life, rule, browse):
    [project] = judged(town, life, 36)
    page = reverse("evaluations:bonus", args=[project.pk])
    before = browse(town.clerk).get(page).content.decode()
    assert ("筹资到账（最多5分）" in before, "已有加分" in before) == (True, False)

    ranking.give_bonus(project, rule, by=town.clerk, points=Decimal("3.5"), reason="银行回单3张")

    after = browse(town.clerk).get(page).content.decode()
    assert ("<strong>+3.5</strong>" in after, "银行回单3张" in after) == (True, True)


def test_a_changed_bonus_keeps_the_hour_of_the_change(town, life, rule, time):
    [project] = judged(town, life, 36)
    first = ranking.give_bonus(project, rule, by=town.clerk, points=Decimal(3), reason="回单")
    with clock.at(first.given_at + timedelta(hours=2)):
        second = ranking.give_bonus(project, rule, by=town.clerk, points=Decimal(4), reason="补充回单")

    assert second.given_at - first.given_at == timedelta(hours=2)


@pytest.mark.parametrize(("points", "reason"), [("5.01", "回单"), ("-1", "回单"), ("3", " ")])
def test_a_bonus_keeps_to_its_rule_and_says_why(town, life, rule, points, reason):
    [project] = judged(town, life, 36)

    with pytest.raises(Refused):
        ranking.give_bonus(project, rule, by=town.clerk, points=Decimal(points), reason=reason)
    assert ranking.give_bonus(project, rule, by=town.clerk, points=Decimal(5), reason="回单").points == Decimal(5)


def test_no_points_take_a_bonus_away(town, life, rule):
    [project] = judged(town, life, 36)
    ranking.give_bonus(project, rule, by=town.clerk, points=Decimal(5), reason="回单")

    assert ranking.give_bonus(project, rule, by=town.clerk, points=Decimal(0), reason="") is None
    assert not Bonus.objects.exists()


@pytest.mark.parametrize("username", ["approver", "head", "expert1", "admin"])
def test_only_the_clerk_gives_a_bonus(town, life, rule, username):
    [project] = judged(town, life, 36)

    with pytest.raises(PermissionDenied):
        ranking.give_bonus(project, rule, by=town.people[username], points=Decimal(1), reason="回单")


def test_a_proposed_decision_fixes_bonuses_and_lots(town, life, rule):
    [project] = judged(town, life, 36)
    proposed(town, {project.pk: "shortlist"})

    with pytest.raises(Refused):
        ranking.give_bonus(project, rule, by=town.clerk, points=Decimal(1), reason="回单")
    with pytest.raises(Refused):
        ranking.draw_lots(town.call, by=town.clerk)


# -- Equal scores ----------------------------------------------------------------------------------


def test_equal_scores_are_decided_in_the_stated_order(town, life):
    """Same totals; the later one has more points in the third criterion, which the call names first."""
    first, second = judged(town, life, 30, 30)
    second.title = "后报的项目"
    second.save()
    third = list(town.rubric.criteria.all())[2]
    for assignment in second.assignments.all():
        assignment.sheet.scores.filter(criterion__position=third.position).update(points=Decimal(25))
        one = assignment.sheet.scores.exclude(criterion=third).order_by("pk").first()
        one.points -= 5
        one.save()
    assert ranks(town)[first.title] == 1  # the rubric's order: the first criterion decides

    TieBreak.objects.create(call=town.call, position=1, kind="criterion", criterion=third)

    assert ranks(town)["后报的项目"] == 1


def test_the_lower_request_wins_between_equals(town, life):
    first, second = judged(town, life, 30, 30)
    type(first).objects.filter(pk=second.pk).update(amount_requested=Decimal("9999.99"))

    places = {row.project.pk: (row.rank, row.is_tied) for row in standings(town.call)}

    assert places == {second.pk: (1, False), first.pk: (2, False)}


def test_equal_in_everything_waits_for_the_lot(town, life):
    first, second = judged(town, life, 30, 30)
    lines = {first.pk: "shortlist", second.pk: Proposal("waitlist", None, "名额有限")}
    assert {row.rank for row in standings(town.call)} == {1}
    with pytest.raises(Refused):
        proposed(town, lines)

    lot = ranking.draw_lots(town.call, by=town.clerk)

    assert lot.outcome == draw([first.number, second.number], lot.seed)
    winner = {row.rank: row.project.number for row in standings(town.call)}[1]
    assert winner == lot.outcome[0]
    assert proposed(town, lines).state == "proposed"


def test_the_lot_is_drawn_once_and_never_changed(town, life):
    judged(town, life, 30, 30)
    lot = ranking.draw_lots(town.call, by=town.clerk)

    with pytest.raises(Refused):
        ranking.draw_lots(town.call, by=town.clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Draw.objects.create(call=town.call, kind="tie", seed="x", items=[], outcome=[], drawn_by=town.clerk)
    lot.outcome = []
    with pytest.raises(ValidationError):
        lot.save()


def test_no_lot_is_drawn_before_every_panel_is_whole_or_where_nothing_is_equal(town, life):
    _first, second, third = judged(town, life, 30, 30, 34)
    reopen(third)
    with pytest.raises(Refused) as refused:
        ranking.draw_lots(town.call, by=town.clerk)
    assert third.title in refused.value.reasons[0]
    reopen(second)
    for assignment, points in ((reopened(third), 34), (reopened(second), 31)):
        score(assignment, 30, points, 20)

    with pytest.raises(Refused):  # now nothing is equal
        ranking.draw_lots(town.call, by=town.clerk)
    assert Draw.objects.count() == 0


def reopen(project) -> None:
    """The sheet of its first judge is open again."""
    sheet = project.assignments.first().sheet
    sheet.submitted_at = sheet.total = None
    sheet.save()


def reopened(project) -> Assignment:
    return Assignment.objects.select_related("project__call", "person").get(pk=project.assignments.first().pk)


# -- The card and the experts' agreement -----------------------------------------------------------


def test_the_card_says_what_moved_a_project_and_how_far_the_line_is(town, life):
    best, worst = judged(town, life, 38, 20)
    announced(town, {best.pk: "shortlist", worst.pk: "decline"}, note="名额有限")

    card = cards(standings(town.call))[worst.pk]

    assert [(line.mean, line.track_mean, line.moved) for line in card.criteria] == [
        (Decimal("30.00"), Decimal("30.00"), Decimal("0.00")),
        (Decimal("20.00"), Decimal("29.00"), Decimal("-9.00")),
        (Decimal("20.00"), Decimal("20.00"), Decimal("0.00")),
    ]
    assert [line.criterion for line in card.moved_most] == [card.criteria[1].criterion]
    assert (card.of, card.line, card.distance) == (2, Decimal("88.00"), Decimal("-18.00"))


def test_the_card_names_the_rival_and_what_decided_between_equals(town, life, browse):
    first, second = judged(town, life, 30, 30)
    first.tie = TieBreak.objects.create(call=town.call, kind="criterion", criterion=town.rubric.criteria.first())
    for project, points in ((first, (28, 32, 20)), (second, (30, 30, 20))):
        for assignment in project.assignments.select_related("project__call", "person"):
            sheet = assignment.sheet
            sheet.submitted_at = sheet.total = None
            sheet.save()
            score(Assignment.objects.get(pk=assignment.pk), *points)

    found = cards(standings(town.call))

    [equal] = found[first.pk].equals
    assert (equal.rival.project, equal.label, equal.mine, equal.theirs, equal.is_ahead) == (
        second, str(first.tie), "28.00", "30.00", False,
    )  # fmt: skip
    [other] = found[second.pk].equals
    assert (other.rival.project, other.mine, other.theirs, other.is_ahead) == (first, "30.00", "28.00", True)
    page = browse(town.clerk).get(reverse("evaluations:result_card", args=[first.pk]))
    assert second.number in page.content.decode()
    assert list(page.context["ties"]) == [first.tie]


def test_the_card_says_what_the_lot_decided_with_its_seed(town, life, browse):
    first, second = judged(town, life, 30, 30)
    [waits] = cards(standings(town.call))[first.pk].equals
    assert (waits.label, waits.mine, waits.is_ahead) == ("", "", None)

    lot = ranking.draw_lots(town.call, by=town.clerk)

    [equal] = cards(standings(town.call))[first.pk].equals
    places = [str(lot.outcome.index(project.number) + 1) for project in (first, second)]
    assert ([equal.mine, equal.theirs], equal.is_ahead) == (places, places[0] == "1")
    page = browse(town.clerk).get(reverse("evaluations:result_card", args=[second.pk])).content.decode()
    assert lot.seed in page


def test_a_card_without_rivals_says_so(town, life):
    first, second = judged(town, life, 30, 31)

    assert [cards(standings(town.call))[project.pk].equals for project in (first, second)] == [[], []]


def test_the_agreement_is_measured_within_a_track_over_complete_panels(town, life):
    judged(town, life, 38, 20, 30, filed=[10, 12])

    registered, filed = consistency(standings(town.call))

    assert (registered.alpha, registered.verdict, len(registered.places)) == (1.0, "good", 3)
    assert (filed.alpha, filed.verdict) == (None, "")  # of two projects it would be an accident
    assert [line.shift for line in registered.places] == [0, 0, 0]  # nobody is adjusted, so nobody moves
    assert all(not line.adjusted for line in registered.judges)  # two sheets are too few


def test_an_incomplete_panel_tells_nothing(town, uneven):
    sheet = uneven.assignments.first().sheet
    sheet.submitted_at = sheet.total = None
    sheet.save()

    [row] = standings(town.call)
    assert (row.rank, row.score, row.sum, row.is_tied) == (None, None, None, False)
    assert [one.person for one in row.open] == [town.expert1]
    assert consistency([row]) == []
    assert cards([row]) == {}


def test_an_unfinished_panel_takes_no_place_from_another(town, life):
    best, other = judged(town, life, 40, 30)
    reopen(best)

    assert ranks(town) == {best.title: None, other.title: 1}


def test_a_bonus_does_not_give_away_the_sum_of_an_unfinished_panel(town, life, rule, browse):
    project, _other = judged(town, life, 40, 30)
    ranking.give_bonus(project, rule, by=town.clerk, points=Decimal("3.5"), reason="银行回单")
    reopen(project)

    page = browse(town.clerk).get(reverse("evaluations:ranking", args=[town.call.pk])).content.decode()

    assert ("90.00" in page, "80.00" in page) == (False, True)


@pytest.mark.parametrize(("merits", "says_why"), [((38, 30), True), ((38, 30, 20), False)])
def test_too_few_projects_for_a_measure_of_agreement_are_named_as_the_reason(town, life, browse, merits, says_why):
    judged(town, life, *merits)

    page = browse(town.clerk).get(reverse("evaluations:consistency", args=[town.call.pk]))

    assert [track.is_too_small for track in page.context["tracks"]] == [says_why]
    assert ("至少3个才计算" in page.content.decode()) == says_why
