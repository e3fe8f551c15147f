"""From the sheets to the list: confirming a ranking, the notice, the waitlist."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.workflow import Refused
from evaluations.actions import panel, ranking, scoring
from evaluations.models import Result
from evaluations.standings import standings
from projects.actions import proposals
from projects.models import NoticeEntry, Project
from tests.life import choir_draft, draft

MONEY = Decimal("10000.00")


def judged(town, life, *merits, filed=()) -> list[Project]:
    """Projects in review with three sheets each; every sheet gives 30 + merit + 20 points."""
    projects = [life.walk(draft(town, title=f"项目{merit}"), "eligible") for merit in merits]
    projects += [life.walk(choir_draft(town, title=f"合唱{merit}"), "eligible") for merit in filed]
    merits = (*merits, *filed)
    experts = (town.expert1, town.expert2, town.expert3)
    for project in projects:
        for expert in experts:
            panel.assign(project, expert, by=town.clerk)
    for project, merit in zip(projects, merits, strict=True):
        life.walk(project, "in_review")
        for assignment in project.assignments.select_related("project__call", "person"):
            given = zip(assignment.rubric.criteria.all(), (30, merit, 20), strict=True)
            points = {criterion.pk: Decimal(value) for criterion, value in given}
            assignment.project = Project.objects.get(pk=project.pk)
            scoring.submit_sheet(assignment, by=assignment.person, points=points, strengths="好")
    return [Project.objects.get(pk=project.pk) for project in projects]


def confirm(town, decisions: dict, amounts: dict | None = None, note: str = "", by=None):
    amounts = {pk: MONEY for pk in decisions} if amounts is None else amounts
    return ranking.confirm_ranking(town.call, by=by or town.clerk, decisions=decisions, amounts=amounts, note=note)


def test_scores_and_places_are_frozen_and_the_projects_move(town, life):
    best, middle, worst = judged(town, life, 38, 30, 20)

    confirm(town, {best.pk: "shortlist", middle.pk: "waitlist", worst.pk: "decline"}, note="名额有限")

    states = dict(Project.objects.values_list("pk", "state"))
    assert states == {best.pk: "shortlisted", middle.pk: "waitlisted", worst.pk: "not_selected"}
    assert list(Result.objects.order_by("rank").values_list("rank", "score")) == [
        (1, Decimal("88.00")),
        (2, Decimal("80.00")),
        (3, Decimal("70.00")),
    ]


def test_registered_and_filed_groups_are_ranked_apart(town, life):
    judged(town, life, 38, 30, filed=[10])

    assert [(row.project.track.name, row.rank) for row in standings(town.call)] == [
        ("登记组织", 1),
        ("登记组织", 2),
        ("备案组织", 1),
    ]


def test_a_missing_sheet_holds_everything(town, life):
    projects = judged(town, life, 38)
    late = panel.assign(projects[0], town.stranger, by=town.clerk)

    with pytest.raises(Refused):
        confirm(town, {projects[0].pk: "shortlist"})
    panel.recuse(late, by=town.clerk, reason="未能参加")
    assert len(confirm(town, {projects[0].pk: "shortlist"})) == 1


@pytest.mark.parametrize(
    ("decisions", "amounts", "note"),
    [
        (["shortlist", None], ["10000", "10000"], ""),
        (["shortlist", "decline"], ["10000", "10000"], ""),
        (["decline", "shortlist"], ["10000", "10000"], ""),
        (["waitlist", "shortlist"], ["10000", "10000"], ""),
        (["shortlist", "waitlist"], ["10000.01", "0"], ""),
        (["shortlist", "waitlist"], ["0", "0"], ""),
    ],
    ids=["undecided", "no reason", "no reason", "better passed over", "above the request", "nothing"],
)
def test_what_cannot_be_defended_is_refused_and_nothing_moves(town, life, decisions, amounts, note):
    projects = judged(town, life, 38, 30)
    pairs = list(zip(projects, decisions, amounts, strict=True))

    with pytest.raises(Refused):
        confirm(
            town,
            {p.pk: decision for p, decision, _amount in pairs if decision},
            {p.pk: Decimal(amount) for p, _decision, amount in pairs},
            note,
        )

    assert set(Project.objects.values_list("state", flat=True)) == {"in_review"}
    assert not Result.objects.exists()


def test_no_more_is_given_than_the_call_has_to_the_fen(town, life):
    projects = judged(town, life, 38, 30)
    type(town.call).objects.filter(pk=town.call.pk).update(budget=Decimal("19999.99"))
    town.call.refresh_from_db()
    both = {project.pk: "shortlist" for project in projects}

    with pytest.raises(Refused):
        confirm(town, both)
    amounts = {projects[0].pk: MONEY, projects[1].pk: Decimal("9999.99")}
    assert len(confirm(town, both, amounts)) == 2


@pytest.mark.parametrize("username", ["approver", "auditor", "head", "expert1", "admin"])
def test_only_the_clerk_confirms(town, life, username):
    [project] = judged(town, life, 38)

    with pytest.raises(PermissionDenied):
        confirm(town, {project.pk: "shortlist"}, by=town.people[username])


def test_the_notice_carries_places_and_scores_and_the_waitlist_moves_up(town, life):
    first, second = judged(town, life, 38, 30)
    confirm(town, {first.pk: "shortlist", second.pk: "waitlist"})
    ranking.publish_notice(town.call, by=town.clerk)
    assert list(NoticeEntry.objects.values_list("rank", "score", "amount")) == [(1, Decimal("88.00"), MONEY)]

    second.refresh_from_db()
    ranking.promote(second, by=town.clerk, amount=Decimal("8000.00"))

    second.refresh_from_db()
    assert (second.state, second.amount_proposed) == ("shortlisted", Decimal("8000.00"))


def test_a_waitlisted_project_is_struck_from_the_list_with_a_reason(town, life, browse):
    first, second = judged(town, life, 38, 30)
    confirm(town, {first.pk: "shortlist", second.pk: "waitlist"})
    page = reverse("evaluations:decline", args=[second.pk])

    assert browse(town.approver).post(page, {"reason": "名额已满"}).status_code == 403
    assert "reason" in browse(town.clerk).post(page, {"reason": ""}).context["form"].errors
    browse(town.clerk).post(page, {"reason": "名额已满"})

    assert Project.objects.get(pk=second.pk).state == "not_selected"


def test_the_page_keeps_what_was_typed_when_it_refuses(town, life, browse):
    first, second = judged(town, life, 38, 30)
    data = {
        f"decision-{first.pk}": "waitlist",
        f"amount-{first.pk}": "10000",
        f"decision-{second.pk}": "shortlist",
        f"amount-{second.pk}": "7654.32",
        "note": "",
    }

    response = browse(town.clerk).post(reverse("evaluations:ranking", args=[town.call.pk]), data)

    assert response.context["form"].non_field_errors()
    assert 'value="7654.32"' in response.content.decode()
    assert Project.objects.filter(state="in_review").count() == 2


def test_the_ranking_costs_the_same_for_1_and_for_8(town, life, browse, django_assert_num_queries):
    page, client = reverse("evaluations:ranking", args=[town.call.pk]), browse(town.clerk)
    projects = judged(town, life, 10, 12, 14, 16, 18, 20, 22, 24)
    with CaptureQueriesContext(connection) as eight:
        client.get(page)
    for project in projects[1:]:
        proposals.withdraw(project, by=town.head, note="撤回")

    with django_assert_num_queries(len(eight)):
        client.get(page)
