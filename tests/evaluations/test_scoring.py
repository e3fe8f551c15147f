"""Score sheets: a draft until it is submitted, locked afterwards, hidden from everybody else."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused, Stale
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


def test_an_older_window_does_not_overwrite_a_newer_one(town, assignment):
    scoring.save_sheet(assignment, by=town.expert1, points=points(assignment, 25, None, None), version=0)

    with pytest.raises(Stale):
        scoring.save_sheet(assignment, by=town.expert1, points=points(assignment, 1, None, None), version=0)
    sheet = scoring.save_sheet(assignment, by=town.expert1, points=points(assignment, 26, None, None), version=1)

    assert [score.points for score in sheet.scores.all()] == [Decimal("26.00")]


def panel_of(assignment) -> dict:
    found = Assignment.objects.filter(project=assignment.project).select_related("project__call", "person")
    return {each.person: each for each in found}


def submit(assignment, *given) -> None:
    scoring.submit_sheet(assignment, by=assignment.person, points=points(assignment, *given), strengths="好")


def test_who_is_far_from_the_others_is_asked_for_a_sentence_and_nothing_changes(town, assignment):
    for person, given in ((town.expert1, (30, 40, 30)), (town.expert2, (20, 30, 19)), (town.expert3, (20, 30, 20))):
        submit(panel_of(assignment)[person], *given)

    asked = {sheet.assignment.person: sheet.deviates_since is not None for sheet in Sheet.objects.all()}
    assert asked == {town.expert1: True, town.expert2: False, town.expert3: False}
    assert town.expert1.notifications.filter(subject__contains="说明").count() == 1
    sheet = scoring.explain_deviation(panel_of(assignment)[town.expert1], by=town.expert1, note="方案见效快")
    assert (sheet.total, sheet.deviation_note) == (Decimal("100.00"), "方案见效快")


def test_exactly_twenty_points_from_the_mean_is_not_far(town, assignment):
    for person, given in ((town.expert1, (30, 40, 20)), (town.expert2, (20, 30, 10)), (town.expert3, (20, 30, 10))):
        submit(panel_of(assignment)[person], *given)  # 90, 60, 60: the mean is 70

    assert not Sheet.objects.filter(assignment__person=town.expert2, deviates_since__isnull=False).exists()


def test_nobody_explains_unasked_or_for_another(town, assignment):
    for each in panel_of(assignment).values():
        submit(each, 20, 30, 20)

    with pytest.raises(Refused):
        scoring.explain_deviation(panel_of(assignment)[town.expert1], by=town.expert1, note="没有")
    with pytest.raises(PermissionDenied):
        scoring.explain_deviation(panel_of(assignment)[town.expert1], by=town.expert2, note="替他说")


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


def test_typing_is_kept_and_what_is_not_valid_is_left_out(town, assignment, browse):
    page, client = reverse("evaluations:sheet_autosave", args=[assignment.pk]), browse(town.expert1)
    first, second, _third = (f"points-{criterion.pk}" for criterion in assignment.rubric.criteria.all())

    stored = client.post(page, {first: "25", second: "", "version": "0"}).json()
    kept = client.post(page, {first: "26", second: "41", "version": "1"}).json()
    stale = client.post(page, {first: "1", "version": "1"}).json()

    assert (stored["state"], kept["state"], stale["state"]) == ("stored", "kept", "stale")
    assert [score.points for score in Sheet.objects.get().scores.all()] == [Decimal("26.00")]


@pytest.mark.parametrize(("username", "status"), [("expert2", 404), ("clerk", 403), ("head", 404)])
def test_nobody_else_keeps_what_is_typed(town, assignment, browse, username, status):
    page = reverse("evaluations:sheet_autosave", args=[assignment.pk])

    assert browse(town.people[username]).post(page, {"version": "0"}).status_code == status


def test_the_others_scores_are_seen_when_the_panel_is_locked_and_without_names(town, assignment, browse):
    panel = panel_of(assignment)
    page, client = reverse("evaluations:sheet", args=[assignment.pk]), browse(town.expert1)
    submit(panel[town.expert1], 20, 30, 20)
    submit(panel[town.expert2], 21.5, 30, 20)
    before = client.get(page)
    submit(panel[town.expert3], 22.5, 30, 20)
    after = client.get(page)

    assert before.context.get("others") is None
    assert after.context["others"] == [Decimal("72.50"), Decimal("71.50")]
    assert town.expert2.name not in after.content.decode()


# -- everything that is wrong is named at once ---------------------------------------------------


def test_a_wrong_figure_a_blank_one_and_missing_words_are_refused_together(town, assignment):
    with pytest.raises(Refused) as refused:
        scoring.submit_sheet(assignment, by=town.expert1, points=points(assignment, 31, None, -1))

    need, plan, team = assignment.rubric.criteria.all()
    named = [[c.name for c in (need, plan, team) if c.name in reason] for reason in refused.value.reasons]
    assert named == [[need.name], [team.name], [plan.name], []]  # the last asks for a sentence
    assert not Sheet.objects.filter(total__isnull=False).exists()


def wire(assignment, *given, **texts) -> dict:
    names = [f"points-{criterion.pk}" for criterion in assignment.rubric.criteria.all()]
    return dict(zip(names, given, strict=True)) | {"strengths": "", "weaknesses": "", "version": 0} | texts


def test_the_page_marks_wrong_and_blank_fields_at_the_same_time(town, assignment, browse):
    page = reverse("evaluations:sheet", args=[assignment.pk])
    one, two, three = (f"points-{c.pk}" for c in assignment.rubric.criteria.all())

    response = browse(town.expert1).post(page, wire(assignment, "31", "", "abc", submit=""))

    assert response.context["form"].errors.keys() == {one, two, three, "strengths"}
    draft_of_it = browse(town.expert1).post(page, wire(assignment, "31", "", "20", save=""))
    assert draft_of_it.context["form"].errors.keys() == {one}  # a draft may have gaps


def test_what_is_stored_and_valid_is_no_gap(town, assignment):
    scoring.save_sheet(assignment, by=town.expert1, points=points(assignment, 25, 30, 20))
    first = assignment.rubric.criteria.first()

    sheet = scoring.submit_sheet(assignment, by=town.expert1, points={first.pk: Decimal(30)}, strengths="好")

    assert sheet.total == Decimal(80)


def test_the_page_of_a_project_leads_an_expert_to_the_sheet_that_waits_and_nobody_else(town, assignment, browse):
    page, sheet = assignment.project.get_absolute_url(), reverse("evaluations:sheet", args=[assignment.pk])

    def shown(person) -> str:
        return browse(person).get(page).content.decode()

    before, to_the_clerk = shown(town.expert1), shown(town.clerk)
    scoring.submit_sheet(assignment, by=town.expert1, points=points(assignment, 20, 30, 20), strengths="好")

    assert sheet in before
    assert assignment.project.summary in before
    assert sheet not in to_the_clerk
    assert sheet not in shown(town.expert1)
