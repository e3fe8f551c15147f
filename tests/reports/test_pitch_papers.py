"""What is printed for a pitch day: levels on the score sheets, numbers instead of names where the call is blind."""

import pytest

from evaluations.actions import absence
from evaluations.models import PitchDay
from reports import pitch_papers
from tests.pitching import assignment_of, drawn, first

pytestmark = pytest.mark.one_database

ADDRESS = "https://example.org/reviews/0/paper/"


def test_a_printed_sheet_says_what_the_points_mean_and_that_one_text_is_enough(town, life, draw):
    day = drawn(town, life, 1)

    paper = draw(pitch_papers.score_sheets(day, ADDRESS))

    assert len(paper.pages) == 3  # one a judge
    for level in town.rubric.criteria.first().levels.all():
        assert level.descriptor in paper.pages[0]
        assert f"{level.name}{level.range}分".replace(" ", "") in paper.pages[0]
    assert "两项至少填一句" in paper.pages[0]


def test_no_sheet_is_printed_for_an_absent_judge(town, life, draw):
    day = drawn(town, life, 1)
    absence.note_absence(assignment_of(first(day), town.expert3), by=town.clerk, reason="没来")

    paper = draw(pitch_papers.score_sheets(day, ADDRESS))

    assert ["许主任" in page for page in paper.pages] == [False, False]


def test_the_running_order_names_the_groups_and_a_blind_one_only_numbers(town, life, draw):
    day = drawn(town, life, 2)
    project = first(day).project
    open_order = draw(pitch_papers.running_order(day))
    assert [word in open_order.text for word in (project.title, town.centre.name, project.number)] == [True] * 3

    type(town.call).objects.filter(pk=town.call.pk).update(is_blind=True)
    blind = draw(pitch_papers.running_order(PitchDay.objects.get(pk=day.pk)))

    assert [word in blind.text for word in (project.title, town.centre.name, project.number)] == [False, False, True]
    assert day.draw.seed in blind.text


def test_the_list_that_judges_sign_names_no_group_of_a_blind_call(town, life, draw):
    day = drawn(town, life, 1)
    project = first(day).project
    words = (project.title, town.centre.name, project.leader)
    assert [word in draw(pitch_papers.sign_in_list(day)).text for word in words] == [True] * 3

    type(town.call).objects.filter(pk=town.call.pk).update(is_blind=True)
    blind = draw(pitch_papers.sign_in_list(PitchDay.objects.get(pk=day.pk))).text

    assert [word in blind for word in (*words, project.number)] == [False, False, False, True]
