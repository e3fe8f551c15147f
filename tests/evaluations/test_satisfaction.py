"""How satisfied people are: counted by hand, for one and for many; and that no payment asks."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from core import clock
from evaluations.actions import moderating, voice_codes, voices
from evaluations.models import Audience, Channel, Voice
from evaluations.satisfaction import (
    Satisfaction,
    Tally,
    by_question,
    satisfaction_of,
    satisfactions,
    satisfactions_of_activities,
    satisfactions_of_organizations,
)
from projects.figures import so_far
from projects.gates import facts_of, gates_of
from projects.models import ActivityTarget, Target
from tests import speaking
from tests.mentored import running
from tests.records import held
from tests.speaking import entered, say
from tests.test_architecture import ROOT, imported, modules


@pytest.fixture
def project(town, life):
    return running(town, life)


@pytest.fixture
def code(town, project):
    return speaking.code(town, project)


def many(code, good: int, bad: int = 0) -> None:
    for face, n in (("good", good), ("bad", bad)):
        for _each in range(n):
            say(code, face)


def test_nobody_has_answered(project):
    found = satisfaction_of(project)

    assert (found.n, found.share, found.low, found.high, found.grade) == (0, None, None, None, "")


def goals(browse, user, project) -> str:
    page = browse(user).get(reverse("projects:work_plan", args=[project.pk])).content.decode()
    return " ".join(page.partition("可衡量的目标")[2].partition("</section>")[0].split())


def test_the_plan_shows_the_rate_that_residents_gave_beside_the_goal(town, project, code, browse):
    for key, indicator, unit in (("a", "居民满意度", "%"), ("b", "志愿者满意度", "％"), ("c", "服务人数", "人")):
        Target.objects.create(
            project=project, key=key, goal="目标", indicator=indicator, unit=unit, value=90, proof="问卷"
        )
    assert goals(browse, town.head, project).count("尚未测评") == 2

    many(code, good=2, bad=1)
    said = goals(browse, town.head, project)

    assert f"{satisfaction_of(project).share} %" in said
    assert "3份有效评价，样本不足" in said
    assert said.count("尚未测评") == 1  # of volunteers nobody has asked


@pytest.mark.parametrize(
    ("indicator", "unit", "is_theirs"),
    [
        ("居民满意度", "%", True),
        ("服务对象满意率", "％", True),
        ("满意度", "百分比", True),
        ("活动满意率", "%", True),
        ("志愿者满意度", "%", False),
        ("合作单位满意率", "%", False),
        ("居民不满意率", "%", False),
        ("培训满意度", "%", False),
        ("居民满意", "人", False),
    ],
)
def test_what_residents_answered_stands_beside_a_goal_of_theirs_only(indicator, unit, is_theirs):
    assert Target(indicator=indicator, unit=unit).is_of_satisfied_residents is is_theirs


def test_rates_of_several_activities_are_not_added_up(town, project, browse, time):
    Target.objects.create(project=project, key="a", goal="目标", indicator="出勤率", unit="%", value=90, proof="签到表")
    for rate in (80, 85):
        ActivityTarget.objects.create(activity=held(town, project, time, heads=5), key="a", achieved=rate)

    assert '85 %<br><span class="small muted">最近一次填写' in goals(browse, town.head, project)


def test_satisfied_are_the_two_upper_steps_over_all_valid_answers(town, project, code):
    for level in (5, 4, 3, 2, 1):
        entered(town, project, level)

    found = satisfaction_of(project)

    assert (found.n, found.satisfied, found.share) == (5, 2, Decimal("40.0"))
    assert found.levels == {5: 1, 4: 1, 3: 1, 2: 1, 1: 1}


def test_below_thirty_there_is_no_grade_and_from_thirty_on_there_is(code):
    many(code, 24, 5)
    assert (satisfaction_of(code.project).is_enough, satisfaction_of(code.project).grade) == (False, "")

    say(code, "bad")

    found = satisfaction_of(code.project)
    # 24 of 30 by Wilson: 62.69 to 90.49 percent (worked out in test_wilson.py)
    assert (found.is_enough, found.share, found.low, found.high) == (
        True,
        Decimal("80.0"),
        Decimal("62.7"),
        Decimal("90.5"),
    )
    assert found.grade == "good"


def test_what_was_left_out_is_counted_both_ways(town, code):
    many(code, 3, 1)
    odd = [say(code) for _each in range(2)]

    moderating.leave_out(code.project, by=town.clerk, voices=odd, reason="试填")

    found = satisfaction_of(code.project)
    assert (found.n, found.share) == (4, Decimal("75.0"))
    assert (found.excluded, found.with_excluded) == (Tally(2, 2), Tally(6, 5))
    assert found.with_excluded.share == Decimal("83.3")


def test_what_was_taken_back_counts_nowhere(code):
    voices.withdraw(say(code))

    found = satisfaction_of(code.project)

    assert (found.n, found.with_excluded.n) == (0, 0)


def test_paper_of_the_group_stands_apart(town, project, code):
    say(code, "bad")
    for _each in range(3):
        entered(town, project, 5, channel=Channel.PAPER, by=town.head)

    found = satisfaction_of(project)

    assert (found.n, found.satisfied, found.own_paper) == (1, 0, Tally(3, 3))
    assert [(words, tally.n, apart) for words, tally, apart in found.channel_rows] == [
        ("本人扫码填写", 1, False),
        ("纸质问卷（承接单位录入）", 3, True),
    ]


def test_channels_are_counted_by_themselves(town, project, code):
    say(code)
    entered(town, project, 2, channel=Channel.PHONE)
    entered(town, project, 4, channel=Channel.DOOR)

    assert satisfaction_of(project).channels == {"web": Tally(1, 1), "phone": Tally(1, 0), "door": Tally(1, 1)}


def test_response_rate_is_of_everybody_who_came_each_time(town, project, code, time):
    held(town, project, time, heads=8)
    say(code)
    say(code)

    found = satisfaction_of(project)

    assert (found.asked, found.response_rate) == (so_far(project).visits, Decimal("25.0"))
    assert found.asked_words == "参加活动和接受服务的人次"


def test_response_rate_is_not_said_when_more_answered_than_are_recorded(code):
    say(code)

    assert (satisfaction_of(code.project).asked, satisfaction_of(code.project).response_rate) == (0, None)


def test_period_holds_both_its_days(town, project, code, time):
    first = clock.today()
    say(code)
    time.go(clock.now() + timedelta(days=1))
    say(code)

    assert satisfaction_of(project, until=first).n == 1
    assert satisfaction_of(project, since=first + timedelta(days=1)).n == 1
    assert satisfaction_of(project, since=first, until=first + timedelta(days=1)).n == 2


def test_volunteers_and_the_community_are_measured_by_themselves(town, project, code):
    say(code, "bad")
    say(voice_codes.issue_code(project, by=town.head, audience=Audience.VOLUNTEER))
    say(voice_codes.issue_code(project, by=town.head, audience=Audience.COMMUNITY))

    shares = [satisfaction_of(project, audience=one).share for one in Audience]

    assert shares == [Decimal("0.0"), Decimal("100.0"), Decimal("100.0")]
    assert satisfaction_of(project, audience=Audience.COMMUNITY).asked == 1


def test_activities_and_organisations_are_measured_as_well(town, project, time):
    activity = held(town, project, time, heads=4)
    say(speaking.code(town, project, activity=activity))
    say(speaking.code(town, project), "bad")

    of_activity = satisfactions_of_activities([activity])[activity.pk]
    of_centre = satisfactions_of_organizations([town.centre, town.choir])

    assert (of_activity.n, of_activity.asked, of_activity.response_rate) == (1, 4, Decimal("25.0"))
    assert (of_centre[town.centre.pk].n, of_centre[town.centre.pk].asked) == (2, 4)
    assert of_centre[town.choir.pk].n == 0


def test_many_cost_as_many_queries_as_one(town, project, code, django_assert_num_queries):
    say(code)
    others = list(range(1000, 1030))
    with django_assert_num_queries(6):
        satisfactions([project.pk])
    with django_assert_num_queries(6):
        satisfactions([project.pk, *others])


def test_questions_are_counted_one_by_one_as_they_were_last_worded(town, code):
    voices.say_more(say(code), answers={"overall": 5, "effect": 2})
    voices.say_more(say(code), answers={"effect": 4})

    assert by_question(code.project) == [("服务的效果，您满意吗？", Tally(2, 1)), ("总的来说，您满意吗？", Tally(1, 1))]


# -- a signal, never the trigger of a payment ----------------------------------------------------


def test_no_gate_instalment_or_state_asks_how_satisfied_people_are():
    """Pages ask, and what is put before whoever scores. No verb, no rule, no model, and nothing of the projects."""
    asking = {
        str(path.relative_to(ROOT))
        for app in ("core", "people", "grants", "projects", "evaluations", "reports")
        for path in modules(app)
        if any(name.startswith("evaluations.satisfaction") for name in imported(path))
    }

    assert {name for name in asking if "/actions/" in name or name.endswith("rules.py") or "/models/" in name} == set()
    assert {name for name in asking if name.startswith(("core/", "people/", "grants/", "projects/"))} == set()


def test_forty_who_are_not_satisfied_close_no_gate(project, code):
    tranche = project.tranches.order_by("ordinal").last()
    before = gates_of(tranche, facts_of([project])[project.pk])

    many(code, 0, 40)

    assert Voice.objects.count() == 40
    assert gates_of(tranche, facts_of([project])[project.pk]) == before


@pytest.mark.parametrize(
    ("satisfied", "n", "shown", "grade"),
    [
        (2250, 2500, "90.0", "excellent"),
        (2249, 2500, "90.0", "good"),  # 89.96 percent
        (1999, 2500, "80.0", "pass"),  # 79.96
        (1499, 2500, "60.0", "fail"),  # 59.96
        (1500, 2500, "60.0", "pass"),
    ],
)
def test_grade_goes_by_the_exact_share_and_not_by_the_one_that_is_shown(satisfied, n, shown, grade):
    found = Satisfaction(n, satisfied)

    assert (found.share, found.grade) == (Decimal(shown), grade)
