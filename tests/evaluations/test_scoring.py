"""Score sheets: a draft until it is submitted, locked afterwards, hidden from everybody else."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused
from evaluations.actions import panel, scoring
from evaluations.models import Assignment, Sheet
from projects.models import Project
from tests.life import draft


@pytest.fixture
def assignment(town, life):
    """The first of three experts of a project in review; criteria of 30, 40 and 30 points."""
    project = life.walk(draft(town), "eligible")
    for expert in (town.expert1, town.expert2, town.expert3):
        panel.assign(project, expert, by=town.clerk)
    life.walk(project, "in_review")
    return Assignment.objects.select_related("project__call").get(person=town.expert1)


def points(assignment, *given) -> dict:
    criteria = assignment.rubric.criteria.all()
    return {c.pk: None if p is None else Decimal(str(p)) for c, p in zip(criteria, given, strict=True)}


def test_a_submitted_sheet_has_its_total_and_is_locked(town, assignment):
    sheet = scoring.submit_sheet(assignment, by=town.expert1, points=points(assignment, 25, 35.5, 28), strengths="好")

    assert (sheet.total, sheet.is_submitted) == (Decimal("88.5"), True)
    with pytest.raises(Refused):
        scoring.save_sheet(assignment, by=town.expert1, points=points(assignment, 30, 40, 30))
    assert Sheet.objects.get().total == Decimal("88.50")


def test_a_draft_may_have_gaps_and_a_submission_may_not(town, assignment):
    scoring.save_sheet(assignment, by=town.expert1, points=points(assignment, 25, None, None))

    with pytest.raises(Refused) as refused:
        scoring.submit_sheet(assignment, by=town.expert1, points=points(assignment, 25, 30, None))

    assert len(refused.value.reasons) == 2  # a criterion, and every comment
    assert not Sheet.objects.get().is_submitted


@pytest.mark.parametrize("given", [30.5, -0.5])
def test_points_outside_the_criterion_are_refused(town, assignment, given):
    with pytest.raises(Refused):
        scoring.save_sheet(assignment, by=town.expert1, points=points(assignment, given, None, None))


@pytest.mark.parametrize("username", ["expert2", "clerk", "head", "mentor", "admin"])
def test_nobody_else_fills_it_in(town, assignment, username):
    with pytest.raises(PermissionDenied):
        scoring.save_sheet(assignment, by=town.people[username], points=points(assignment, 1, 1, 1))


def test_before_the_review_nothing_is_scored(town, life):
    project = life.walk(draft(town), "eligible")
    early = panel.assign(project, town.expert1, by=town.clerk)

    with pytest.raises(PermissionDenied):
        scoring.save_sheet(early, by=town.expert1, points=points(early, 1, 1, 1))


def test_the_clerk_hears_of_the_last_sheet(town, assignment):
    before = town.clerk.notifications.count()
    for each in Assignment.objects.filter(project=assignment.project).select_related("project__call"):
        scoring.submit_sheet(each, by=each.person, points=points(each, 20, 30, 20), strengths="好")

    assert town.clerk.notifications.count() == before + 1


# -- the page --------------------------------------------------------------------------------------


def page_data(assignment, *given, **more) -> dict:
    criteria = assignment.rubric.criteria.all()
    return (
        {f"points-{c.pk}": p for c, p in zip(criteria, given, strict=True)} | {"strengths": "", "weaknesses": ""} | more
    )


def test_the_page_stores_a_draft_and_then_submits(town, assignment, browse):
    page, client = reverse("evaluations:sheet", args=[assignment.pk]), browse(town.expert1)

    client.post(page, page_data(assignment, "25", "", "", save="", strengths="需求真实"))
    assert 'value="25' in client.get(page).content.decode()
    client.post(page, page_data(assignment, "25", "35.5", "28", submit="", strengths="需求真实"))

    assert Sheet.objects.get().total == Decimal("88.50")


@pytest.mark.parametrize("given", ["31", "-1", "1.005", "很好", ""])
def test_bad_points_are_said_at_their_field_and_the_words_are_kept(town, assignment, browse, given):
    page = reverse("evaluations:sheet", args=[assignment.pk])

    response = browse(town.expert1).post(
        page, page_data(assignment, given, "30", "20", submit="", strengths="写了很久的评语")
    )

    first = assignment.rubric.criteria.first()
    assert f"points-{first.pk}" in response.context["form"].errors
    assert "写了很久的评语" in response.content.decode()
    assert not Sheet.objects.filter(submitted_at__isnull=False).exists()


def test_a_judge_sees_no_other_sheet_and_no_ranking(town, assignment, browse):
    scoring.submit_sheet(assignment, by=town.expert1, points=points(assignment, 30, 40, 30), strengths="独特的评语")
    client = browse(town.expert2)

    assert client.get(reverse("evaluations:sheet", args=[assignment.pk])).status_code == 404
    assert client.get(reverse("evaluations:ranking", args=[town.call.pk])).status_code == 403
    for page in (reverse("evaluations:desk"), Project.objects.get().get_absolute_url()):
        assert "独特的评语" not in client.get(page).content.decode()


def test_a_locked_sheet_is_read_and_not_written(town, assignment, browse):
    scoring.submit_sheet(assignment, by=town.expert1, points=points(assignment, 30, 40, 30), strengths="好")
    page, client = reverse("evaluations:sheet", args=[assignment.pk]), browse(town.expert1)

    assert client.get(page).status_code == 200
    client.post(page, page_data(assignment, "1", "1", "1", submit="", strengths="改了"))

    assert Sheet.objects.get().total == Decimal("100.00")
