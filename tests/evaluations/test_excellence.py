"""The limit of a call on how many projects can be excellent."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused
from evaluations import inbox
from evaluations.actions.excellence import settle_grades
from evaluations.excellence import excellence_of, is_provisional
from evaluations.models import Commission, Evaluation, GradeSettlement, Result
from people.models import User
from projects.models import Project
from tests.evaluated import commissioned
from tests.life import draft
from tests.memory import remembered

REASON = "本批次优秀比例上限，按得分未列入"


@remembered
def evaluated(town, life, *scores) -> list[Project]:
    """Projects that are settling, with a final result each; the limit is 40 percent."""
    town.call.excellent_share = 40
    town.call.save()
    found = []
    for number, score in enumerate(scores):
        project = life.walk(draft(town, title=f"项目{number}", amount_requested=Decimal("10000.00")), "submitted")
        Project.objects.filter(pk=project.pk).update(state="settling")
        result(town, project, score)
        found.append(Project.objects.get(pk=project.pk))
    return found


def result(town, project, score, number=1):
    grade = "excellent" if score >= 90 else "good" if score >= 80 else "pass" if score >= 60 else "fail"
    commission = Commission.objects.filter(call=town.call).first() or commissioned(town)
    Evaluation.objects.create(
        project=project, purpose="final", round=number, commission=commission, rubric=town.call.final_rubric,
        state="published", scheduled_by=town.clerk,
    )  # fmt: skip
    return Result.objects.create(
        project=project, purpose="final", round=number, base=score, score=score, sheets=1, grade=grade, earned=grade,
        confirmed_by=town.clerk,
    )  # fmt: skip


def grades():
    return list(Result.objects.order_by("project_id").values_list("grade", "earned"))


def test_above_the_limit_the_lower_scores_become_good_and_keep_what_they_earned(town, life):
    first, _second, third, _fourth, _fifth = evaluated(town, life, 97, 95, 93, 70, 50)

    settlement = settle_grades(town.call, by=town.clerk, reasons={third.pk: REASON})

    assert (settlement.counted, settlement.places, settlement.lowered) == (5, 2, 1)  # 40 % of five, also of who failed
    assert grades() == [
        ("excellent", "excellent"), ("excellent", "excellent"), ("good", "excellent"), ("pass", "pass"),
        ("fail", "fail"),
    ]  # fmt: skip
    assert third.results.get().lowered_reason == REASON
    assert (first.results.get().is_lowered, third.results.get().is_lowered) == (False, True)


def test_each_that_is_lowered_needs_a_reason(town, life):
    *_others, third = evaluated(town, life, 97, 95, 93)

    with pytest.raises(Refused) as refused:
        settle_grades(town.call, by=town.clerk, reasons={third.pk: " "})
    assert len(refused.value.reasons) == 2  # 40 % of three is one
    assert not GradeSettlement.objects.exists()


def test_equal_scores_at_the_limit_are_treated_equally(town, life):
    projects = evaluated(town, life, 97, 93, 93, 91, 60)

    lowered = excellence_of(town.call).lowered

    assert [row.result.project for row in lowered] == projects[1:4]


def test_the_last_result_of_a_project_counts(town, life):
    [project] = evaluated(town, life, 50)
    result(town, project, 92, number=2)

    standing = excellence_of(town.call)

    assert [row.result.score for row in standing.rows] == [92]
    assert standing.most == 0


def test_nothing_is_settled_while_a_project_can_still_get_a_result(town, life):
    first, second = evaluated(town, life, 97, 70)
    Project.objects.filter(pk=second.pk).update(state="final")

    with pytest.raises(Refused):
        settle_grades(town.call, by=town.clerk, reasons={first.pk: REASON})
    assert is_provisional(town.call)
    Project.objects.filter(pk=second.pk).update(state="settling")
    settle_grades(town.call, by=town.clerk, reasons={first.pk: REASON})
    assert not is_provisional(town.call)


def test_it_is_settled_once(town, life):
    evaluated(town, life, 97, 70, 70)
    settle_grades(town.call, by=town.clerk, reasons={})

    with pytest.raises(Refused):
        settle_grades(town.call, by=town.clerk, reasons={})


def test_a_call_without_a_limit_has_nothing_to_settle(town, life):
    evaluated(town, life, 97)
    town.call.excellent_share = None
    town.call.save()

    assert not is_provisional(town.call)
    with pytest.raises(Refused):
        settle_grades(town.call, by=town.clerk, reasons={})


@pytest.mark.parametrize("username", ["approver", "head", "evaluator", "admin"])
def test_only_the_clerk_settles(town, life, username):
    evaluated(town, life, 97, 70, 70)

    with pytest.raises(PermissionDenied):
        settle_grades(town.call, by=town.people[username], reasons={})


def test_the_page_settles_with_the_reasons_that_stand_there(town, life, browse):
    evaluated(town, life, 97, 95, 93, 70, 60)
    lowered = Project.objects.get(title="项目2")
    page, client = reverse("evaluations:grades", args=[town.call.pk]), browse(town.clerk)

    shown = client.get(page).context["form"]
    assert list(shown.fields) == [f"reason-{lowered.pk}"]
    assert list(client.post(page, {f"reason-{lowered.pk}": ""}).context["form"].errors) == [f"reason-{lowered.pk}"]
    assert page in [task.url for task in inbox.waiting_for(User.objects.get(pk=town.clerk.pk))]
    assert client.post(page, {f"reason-{lowered.pk}": REASON}).status_code == 302
    assert client.get(page).context["may_settle"] is False
    assert page not in [task.url for task in inbox.waiting_for(User.objects.get(pk=town.clerk.pk))]
    group = browse(town.head).get(reverse("evaluations:evaluation_detail", args=[lowered.pk, "final"]))
    assert REASON in group.content.decode()


def test_a_grade_is_provisional_on_the_projects_page_until_it_is_settled(town, life, browse):
    first, *_others = evaluated(town, life, 97, 70, 70)
    page, client = reverse("evaluations:evaluation_detail", args=[first.pk, "final"]), browse(town.head)

    assert client.get(page).context["is_provisional"] is True
    settle_grades(town.call, by=town.clerk, reasons={})
    assert client.get(page).context["is_provisional"] is False
