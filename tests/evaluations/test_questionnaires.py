"""What people are asked: as it ships, and in a funder's own words, edition after edition."""

import pytest
from django.core.exceptions import PermissionDenied

from core.workflow import Refused
from evaluations.actions import questionnaires, voices
from evaluations.models import Audience, Questionnaire
from evaluations.questions import OVERALL, shipped, steps
from tests import speaking
from tests.mentored import running
from tests.records import planned

KEYS = ["known", "fits", "time_place", "manner", "skill", "effect", "overall", "again"]


@pytest.mark.parametrize("audience", Audience.values)
def test_everybody_is_asked_the_eight_questions_of_the_guide(audience):
    assert [item["key"] for item in shipped(audience)["items"]] == KEYS


@pytest.mark.parametrize("scale", ["satisfied", "known", "agreed", "willing", "invented"])
def test_every_scale_has_five_steps_the_best_first(scale):
    assert [level for level, _words in steps(scale)] == [5, 4, 3, 2, 1]


def test_first_edition_is_the_one_that_ships(town):
    found = Questionnaire.objects.in_force(town.bureau, Audience.RESIDENT)

    assert (found.funder, found.version, found.question) == (None, 1, "这个项目，您满意吗？")
    assert Questionnaire.objects.in_force(town.bureau, Audience.RESIDENT) == found


def test_new_edition_is_asked_from_now_on_and_earlier_answers_keep_theirs(town, life):
    code = speaking.code(town, running(town, life))
    before = voices.say_more(speaking.say(code), answers={"effect": 5})
    values = {
        "question": "您满意吗？",
        "open_question": "说一句",
        "items": [{"key": OVERALL, "text": "总体？", "scale": "satisfied"}],
    }

    made = questionnaires.publish_questionnaire(town.bureau, Audience.RESIDENT, by=town.clerk, values=values)

    assert speaking.say(code).questionnaire == made
    before.refresh_from_db()
    assert before.question_answers == [("服务的效果，您满意吗？", "非常满意")]
    again = questionnaires.publish_questionnaire(town.bureau, Audience.RESIDENT, by=town.clerk, values=values)
    assert (made.version, again.version) == (1, 2)


def test_question_about_the_whole_is_always_asked(town):
    with pytest.raises(Refused):
        questionnaires.publish_questionnaire(
            town.bureau, Audience.RESIDENT, by=town.clerk, values={"question": "？", "open_question": "？", "items": []}
        )


@pytest.mark.parametrize("who", ["approver", "head", "mentor", "stranger"])
def test_nobody_but_a_clerk_words_it(town, who):
    with pytest.raises(PermissionDenied):
        questionnaires.publish_questionnaire(
            town.bureau, Audience.RESIDENT, by=town.people[who], values=shipped(Audience.RESIDENT)
        )


def test_page_leaves_out_what_is_left_empty(town, browse):
    sent = {"question": "您满意吗？", "open_question": "说一句", OVERALL: "总的来说？", "effect": "效果？"}

    browse(town.clerk).post("/questionnaires/resident/new/", sent)

    made = Questionnaire.objects.get(funder=town.bureau)
    assert [(item["key"], item["text"]) for item in made.items] == [("effect", "效果？"), (OVERALL, "总的来说？")]


def test_about_an_activity_the_activity_is_asked_about(town, life, browse):
    project = running(town, life)
    of_project, of_activity = (
        speaking.code(town, project, **about) for about in ({}, {"activity": planned(town, project)})
    )

    asked = [browse().get(code.get_absolute_url()).content.decode() for code in (of_project, of_activity)]

    assert ["这个项目，您满意吗？" in page for page in asked] == [True, False]
    assert ["这次活动，您满意吗？" in page for page in asked] == [False, True]


def test_a_funder_that_words_no_question_about_activities_asks_the_same_one(town):
    values = {"question": "您满意吗？", "open_question": "说一句", "items": shipped("resident")["items"]}

    made = questionnaires.publish_questionnaire(town.bureau, Audience.RESIDENT, by=town.clerk, values=values)

    assert made.question_about(activity=object()) == "您满意吗？"
