"""An absent judge is not a recused one: the seat can be taken again, and two people say how many judges are enough
without it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.models import Event
from core.workflow import Refused
from evaluations import inbox
from evaluations.actions import absence, panel, presence, scoring, stage
from evaluations.models import Assignment, Reduction
from evaluations.quorum import is_whole, sheets_needed
from evaluations.standings import standings
from people.models import Expert
from projects.models import Project
from tests.judging import proposed, score
from tests.life import draft
from tests.pitching import assignment_of, begun, first, hand_in, points_of, slot_at, taken_to

FULL = (30, 40, 30)


@pytest.fixture
def project(town, life) -> Project:
    """In review with three judges; the first two have handed in 90 and 80 points."""
    found = life.walk(draft(town), "eligible")
    for expert in (town.expert1, town.expert2, town.expert3):
        panel.assign(found, expert, by=town.clerk)
    found = life.walk(found, "in_review")
    for person, merit in ((town.expert1, 40), (town.expert2, 30)):
        score(of(found, person), 30, merit, 20)
    return Project.objects.get(pk=found.pk)


def of(project, person) -> Assignment:
    return Assignment.objects.select_related("project__call", "person").get(project=project, person=person)


@pytest.fixture
def short(town, project) -> Project:
    """The third judge is absent."""
    absence.note_absence(of(project, town.expert3), by=town.clerk, reason="出差，不能按时评分")
    return project


def granted(town, project) -> Reduction:
    asked = absence.ask_for_fewer(project, by=town.clerk, reason="无替补专家")
    return absence.decide_on_fewer(asked, by=town.approver, grant=True)


# -- absent and back -------------------------------------------------------------------------------


def test_an_absence_keeps_the_line_and_empties_the_seat(town, short):
    line = of(short, town.expert3)

    assert (line.recused_at, line.is_absent, line.absence_reason) == (None, True, "出差，不能按时评分")
    [row] = standings(town.call)
    assert (row.is_complete, len(row.sheets), row.expected, [one.person for one in row.absent]) == (
        False, 2, 3, [town.expert3],
    )  # fmt: skip
    assert not is_whole(of(short, town.expert1))  # the two do not read each other's points
    with pytest.raises(TypeError):
        line.delete()


def test_an_absent_judge_does_not_score_and_nothing_waits_for_the_sheet(town, short, browse):
    line = of(short, town.expert3)

    with pytest.raises(PermissionDenied):
        scoring.submit_sheet(line, by=town.expert3, points=points_of(line, *FULL), strengths="好")
    assert line not in Assignment.objects.open()
    page = browse(town.expert3).get(reverse("evaluations:sheet", args=[line.pk])).content.decode()
    assert ("出差，不能按时评分" in page, "points-" in page) == (True, False)


def test_who_comes_back_scores_and_the_log_keeps_the_absence(town, short):
    absence.come_back(of(short, town.expert3), by=town.clerk)
    score(of(short, town.expert3), *FULL)

    [row] = standings(town.call)
    assert (row.is_complete, row.score) == (True, Decimal("90.00"))
    assert Event.objects.about(short).filter(name="end_absence").get().note == "出差，不能按时评分"
    with pytest.raises(Refused):  # who is there cannot come back
        absence.come_back(of(short, town.expert3), by=town.clerk)


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_absence_says_why(town, project, reason):
    with pytest.raises(Refused):
        absence.note_absence(of(project, town.expert3), by=town.clerk, reason=reason)


def test_what_is_handed_in_counts_whoever_leaves(town, project):
    with pytest.raises(Refused):
        absence.note_absence(of(project, town.expert1), by=town.clerk, reason="走了")


@pytest.mark.parametrize("username", ["approver", "auditor", "expert3", "expert1", "head", "admin"])
def test_only_a_clerk_notes_an_absence_and_its_end(town, project, username):
    with pytest.raises(PermissionDenied):
        absence.note_absence(of(project, town.expert3), by=town.people[username], reason="没来")
    absence.note_absence(of(project, town.expert3), by=town.clerk, reason="没来")
    if username != "expert3":  # the judge's own way back is signing in
        with pytest.raises(PermissionDenied):
            absence.come_back(of(project, town.expert3), by=town.people[username])


def test_the_empty_seat_can_be_taken_by_somebody_else(town, short):
    Expert.objects.get(person=town.stranger).skills.create(kind="finance")

    panel.assign(short, town.stranger, by=town.clerk)

    assert absence.seats(short) == 3
    absence.come_back(of(short, town.expert3), by=town.clerk)
    [row] = standings(town.call)
    assert row.expected == 4  # both are waited for: nobody's sheet is thrown away


def test_a_judge_who_signs_in_takes_the_seat_again_before_the_lock(town, life):
    day = begun(town, life, 2, present=("expert1", "expert2"))
    presence.mark_absent(day, town.expert3, by=town.clerk, reason="堵车")
    slot = taken_to(first(day), "scoring", town)
    taken_to(slot, "locked", town)

    presence.sign_in(day, by=town.expert3)

    assert [assignment_of(slot_at(day, place), town.expert3).is_absent for place in (1, 2)] == [True, False]
    with pytest.raises(Refused):
        absence.come_back(assignment_of(slot_at(day, 1), town.expert3), by=town.clerk)
    stage.reopen(slot_at(day, 1), by=town.clerk, note="许主任赶到")
    absence.come_back(assignment_of(slot_at(day, 1), town.expert3), by=town.clerk)
    hand_in(slot_at(day, 1), town.expert3, *FULL)


# -- fewer judges ----------------------------------------------------------------------------------


def test_two_people_make_fewer_judges_enough_for_one_project(town, short):
    asked = absence.ask_for_fewer(short, by=town.clerk, reason="无替补专家")
    assert sheets_needed(short) == 3

    absence.decide_on_fewer(asked, by=town.approver, grant=True)

    [row] = standings(town.call)
    assert (sheets_needed(short), row.is_complete, row.score) == (2, True, Decimal("85.00"))
    assert is_whole(of(short, town.expert1))
    assert proposed(town, {short.pk: "shortlist"}).state == "proposed"


def test_highest_and_lowest_are_left_out_by_the_sheets_that_are_there(town, short):
    """From three sheets on, as announced: two are really in, so both count."""
    type(town.call).objects.filter(pk=town.call.pk).update(drop_from=3)
    town.call.refresh_from_db()
    granted(town, short)

    [row] = standings(town.call)

    assert (row.sum.dropped, row.score) == ((), Decimal("85.00"))


def test_who_asked_does_not_decide_nor_a_judge(town, short):
    asked = absence.ask_for_fewer(short, by=town.clerk, reason="无替补专家")

    for person in (town.clerk, town.expert1, town.expert3, town.auditor, town.head, town.admin):
        with pytest.raises(PermissionDenied):
            absence.decide_on_fewer(asked, by=person, grant=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reduction.objects.update(granted=True, decided_by=town.clerk, decided_at=clock.now())


@pytest.mark.parametrize("username", ["approver", "auditor", "expert1", "head", "admin"])
def test_only_a_clerk_asks(town, short, username):
    with pytest.raises(PermissionDenied):
        absence.ask_for_fewer(short, by=town.people[username], reason="无替补专家")


def test_it_is_not_asked_without_need_reason_or_a_second_judge(town, project):
    with pytest.raises(Refused):  # nobody is missing
        absence.ask_for_fewer(project, by=town.clerk, reason="快一点")
    absence.note_absence(of(project, town.expert3), by=town.clerk, reason="没来")
    with pytest.raises(Refused):
        absence.ask_for_fewer(project, by=town.clerk, reason=" ")
    absence.ask_for_fewer(project, by=town.clerk, reason="无替补专家")
    with pytest.raises(Refused):  # once at a time
        absence.ask_for_fewer(project, by=town.clerk, reason="无替补专家")


def test_one_judge_alone_is_no_panel(town, life):
    day = begun(town, life, 1, present=("expert1",))
    for person in (town.expert2, town.expert3):
        presence.mark_absent(day, person, by=town.clerk, reason="没来")

    with pytest.raises(Refused):
        absence.ask_for_fewer(first(day).project, by=town.clerk, reason="只来了一位")


def test_a_refusal_says_why_and_the_panel_waits(town, short):
    asked = absence.ask_for_fewer(short, by=town.clerk, reason="无替补专家")
    with pytest.raises(Refused):
        absence.decide_on_fewer(asked, by=town.approver, grant=False, answer="")

    absence.decide_on_fewer(asked, by=town.approver, grant=False, answer="请另请一位")

    assert (sheets_needed(short), standings(town.call)[0].is_complete) == (3, False)


def test_who_comes_back_before_the_answer_makes_it_void(town, short):
    asked = absence.ask_for_fewer(short, by=town.clerk, reason="无替补专家")
    absence.come_back(of(short, town.expert3), by=town.clerk)

    with pytest.raises(Refused):
        absence.decide_on_fewer(asked, by=town.approver, grant=True)


def test_nobody_comes_back_to_a_panel_that_is_whole(town, short):
    granted(town, short)

    with pytest.raises(Refused):
        absence.come_back(of(short, town.expert3), by=town.clerk)


def test_the_pages_lead_from_the_clerk_to_the_approver(town, project, browse):
    line = of(project, town.expert3)
    clerk, approver = browse(town.clerk), browse(town.approver)
    late = clerk.get(reverse("evaluations:panel", args=[town.call.pk])).context["late"]
    assert [person for person, _open in late] == [town.expert3]

    clerk.post(reverse("evaluations:assignment_absent", args=[line.pk]), {"reason": "没来"})
    ask = reverse("evaluations:fewer_ask", args=[project.pk])
    assert ask in clerk.get(reverse("evaluations:panel", args=[town.call.pk])).content.decode()
    clerk.post(ask, {"reason": "无替补专家"})
    asked = Reduction.objects.get()

    assert asked.get_absolute_url() in [task.url for task in inbox.waiting_for(town.approver)]
    assert asked.get_absolute_url() not in [task.url for task in inbox.waiting_for(town.clerk)]
    assert clerk.post(asked.get_absolute_url(), {"grant": ""}).status_code == 403
    approver.post(asked.get_absolute_url(), {"grant": ""})
    asked.refresh_from_db()
    assert (asked.granted, asked.decided_by) == (True, town.approver)


def test_the_clerk_takes_a_judge_back_on_the_page(town, short, browse):
    line = of(short, town.expert3)

    assert browse(town.approver).post(reverse("evaluations:assignment_back", args=[line.pk])).status_code == 404
    browse(town.clerk).post(reverse("evaluations:assignment_back", args=[line.pk]))

    assert not of(short, town.expert3).is_absent


# -- one judge's absence from several projects ----------------------------------------------------


@pytest.fixture
def away(town, life):
    """A pitch day of three projects from which the third judge is absent."""
    day = begun(town, life, 3, present=("expert1", "expert2"))
    presence.mark_absent(day, town.expert3, by=town.clerk, reason="生病")
    return day


def all_short(town) -> list[Project]:
    return absence.short_without(town.expert3, town.call)


def test_two_people_let_all_panels_of_an_absent_judge_go_on_and_each_keeps_its_line(town, away):
    asked = absence.ask_for_fewer_in(all_short(town), by=town.clerk, reason="专家生病，无人替补")

    absence.decide_on_all_asked_with(asked[0], by=town.approver, grant=True, answer="同意")

    lines = list(Reduction.objects.order_by("project__number"))
    assert [(one.project.title, one.judges, one.granted, one.answer) for one in lines] == [
        (f"项目{number}", 2, True, "同意") for number in (1, 2, 3)
    ]
    assert [sheets_needed(one.project) for one in lines] == [2, 2, 2]
    for one in lines:
        said = Event.objects.about(one.project).filter(name__in=["ask_for_fewer", "go_on_with_fewer"])
        assert [event.name for event in said] == ["ask_for_fewer", "go_on_with_fewer"]
    assert all_short(town) == []


def test_the_second_person_is_told_once_and_finds_one_task(town, away):
    before = town.approver.notifications.count()

    absence.ask_for_fewer_in(all_short(town), by=town.clerk, reason="专家生病")

    assert town.approver.notifications.count() == before + 1
    tasks = [task for task in inbox.waiting_for(town.approver) if "fewer-judges" in task.url]
    assert [(task.title, "3" in task.what) for task in tasks] == [(town.call.title, True)]


def test_one_of_them_can_be_answered_apart(town, away):
    first, *_others = absence.ask_for_fewer_in(all_short(town), by=town.clerk, reason="专家生病")
    absence.decide_on_fewer(first, by=town.approver, grant=False, answer="这一项另请一位")

    absence.decide_on_all_asked_with(first, by=town.approver, grant=True)

    assert [one.granted for one in Reduction.objects.order_by("project__number")] == [False, True, True]
    with pytest.raises(Refused):  # nothing is left to decide
        absence.decide_on_all_asked_with(first, by=town.approver, grant=True)


def test_all_or_none_and_the_one_that_has_changed_is_named(town, away):
    asked = absence.ask_for_fewer_in(all_short(town), by=town.clerk, reason="专家生病")
    absence.come_back(of(asked[1].project, town.expert3), by=town.clerk)

    with pytest.raises(Refused) as refused:
        absence.decide_on_all_asked_with(asked[0], by=town.approver, grant=True)

    assert ["项目2" in reason for reason in refused.value.reasons] == [True]
    assert [one.granted for one in Reduction.objects.all()] == [None, None, None]


def test_what_somebody_else_asked_for_is_not_answered_along_with_it(town, away):
    one, two, three = all_short(town)
    apart = absence.ask_for_fewer(one, by=town.clerk, reason="专家生病")
    clock_moves()
    together = absence.ask_for_fewer_in([two, three], by=town.clerk, reason="专家生病")

    absence.decide_on_all_asked_with(together[0], by=town.approver, grant=True)

    apart.refresh_from_db()
    assert (apart.granted, Reduction.objects.in_force().count()) == (None, 2)


def clock_moves() -> None:
    """What is asked later has another moment; the tests' clock stands still."""
    Reduction.objects.update(asked_at=clock.now() - timedelta(minutes=1))


@pytest.mark.parametrize("username", ["clerk", "expert1", "expert3", "auditor", "head", "admin"])
def test_who_asked_and_a_judge_do_not_decide_on_all_either(town, away, username):
    asked = absence.ask_for_fewer_in(all_short(town), by=town.clerk, reason="专家生病")

    with pytest.raises(PermissionDenied):
        absence.decide_on_all_asked_with(asked[0], by=town.people[username], grant=True)


def test_a_panel_of_one_is_not_among_them(town, away):
    first_one = Project.objects.get(title="项目1")
    absence.note_absence(of(first_one, town.expert2), by=town.clerk, reason="也走了")

    short = all_short(town)

    assert [(one.title, absence.can_go_on(one)) for one in short] == [
        ("项目1", False), ("项目2", True), ("项目3", True),
    ]  # fmt: skip
    with pytest.raises(Refused):
        absence.ask_for_fewer_in(short, by=town.clerk, reason="专家生病")
    assert not Reduction.objects.exists()


def test_the_pages_ask_and_answer_for_all_at_once(town, away, browse):
    clerk, approver = browse(town.clerk), browse(town.approver)
    page = reverse("evaluations:fewer_ask_without", args=[town.call.pk, town.expert3.pk])
    assert page in clerk.get(reverse("evaluations:pitch_presence", args=[away.pk])).content.decode()
    one, two, three = all_short(town)
    assert page in clerk.get(reverse("evaluations:fewer_ask", args=[one.pk])).content.decode()

    assert clerk.post(page, {"projects": [one.pk, two.pk], "reason": ""}).context["form"].errors.keys() == {"reason"}
    clerk.post(page, {"projects": [one.pk, two.pk], "reason": "专家生病"})
    asked = Reduction.objects.get(project=one)
    assert clerk.post(asked.get_absolute_url(), {"grant_all": ""}).status_code == 403
    assert approver.post(asked.get_absolute_url(), {"refuse_all": "", "answer": ""}).status_code == 200  # why not?
    approver.post(asked.get_absolute_url(), {"grant_all": "", "answer": ""})

    assert [one.granted for one in Reduction.objects.all()] == [True, True]
    assert [project.pk for project in all_short(town)] == [three.pk]
    assert browse(town.approver).get(page).status_code == 403
    nothing = reverse("evaluations:fewer_ask_without", args=[town.call.pk, town.expert1.pk])
    assert clerk.get(nothing).url == reverse("evaluations:panel", args=[town.call.pk])
