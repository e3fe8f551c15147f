"""Who has a project while it is evaluated: the evaluation says it, not the state of the project."""

import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from core import clock
from evaluations.actions import concluding, rectifying
from evaluations.models import RectificationItem
from evaluations.turns import turns
from projects.models import Project
from tests.evaluated import commissioned, drafted, evaluated, fresh, issued, self_evaluated, sent
from tests.life import draft


@pytest.fixture
def project(town, life) -> Project:
    project = life.walk(draft(town), "running")
    life.day(2026, 10, 12)
    commissioned(town)
    return project


def turn(project) -> str:
    return str(turns([Project.objects.get(pk=project.pk)])[project.pk])


def test_the_self_evaluation_is_the_groups_until_it_is_handed_in(town, project):
    found = sent(town, project)
    asked = turn(project)

    self_evaluated(town, found)

    assert (asked, turn(project)) == ("申报单位", "评估员")


def test_after_its_last_day_the_evaluators_go_on_without_the_self_evaluation(town, project, time):
    sent(town, project)

    time.go(datetime(2026, 10, 20, 9, 0))

    assert turn(project) == "评估员"


def test_a_draft_report_is_the_groups_to_answer_until_its_last_day(town, project, time):
    found = drafted(town, project, 40, 20, 15)
    waiting = turn(project)

    time.go(clock.now() + (found.due_on - clock.today()) + timedelta(days=1))

    assert (waiting, turn(project)) == ("申报单位", "评估员")


def test_an_issued_report_is_the_funders_to_conclude_and_then_the_group_goes_on(town, project):
    found = issued(town, project, 40, 20, 15)
    waiting = turn(project)

    concluding.publish(found, by=town.clerk)

    assert (waiting, turn(project)) == ("资助方", "申报单位")


def test_when_the_evaluators_term_is_over_the_funder_has_it(town, project):
    found = sent(town, project)

    with clock.at(clock.now() + timedelta(days=200)):
        assert not found.commission.is_current
        assert turn(project) == "资助方"


def test_what_is_to_be_mended_is_the_groups_until_all_is_reported(town, project):
    evaluated(town, project, 20, 10, 5)
    mending = turn(project)

    for item in RectificationItem.objects.all():
        rectifying.report_item(item, by=town.head, words="已补齐")

    assert (mending, turn(project)) == ("申报单位", "资助方")


def test_the_three_pages_say_it_with_the_same_word(town, project, browse):
    sent(town, project)
    browser = browse(town.clerk)

    pages = [project.get_absolute_url(), reverse("projects:project_list"), reverse("inbox")]
    said = [browser.get(page).content.decode() for page in pages]
    after = [re.findall(r">(申报单位|评估员)</(?:dd|td)>", page) for page in said]

    assert after == [["申报单位"], ["申报单位"], ["申报单位"]]


def test_many_projects_cost_two_queries(town, project, django_assert_num_queries):
    fresh(sent(town, project))
    many = list(Project.objects.all()) * 20

    with django_assert_num_queries(1):
        turns(many)
