"""What nobody may learn too early, or at all: who judged, whose proposal it is, what came of it."""

import ast
from pathlib import Path

from django.urls import reverse

from evaluations.actions import absence, conflict, feedback, paper
from evaluations.models import Assignment, Conflict, Feedback
from people.models import Role
from projects.models import Project
from projects.views.project import INTERNAL
from tests.evaluations.test_reopening import reconsidered
from tests.judging import announced, judged
from tests.pitching import in_review, points_of
from tests.town import member, person

ACTIONS = Path(__file__).parents[2] / "evaluations" / "actions"
TOLD = {
    *("send_feedback", "schedule_evaluation", "hand_over_evaluation", "hand_in_self_evaluation", "ask_for_papers"),
    *("hand_in_paper", "announce_visit", "answer_visit", "send_draft", "answer_draft", "note_silence"),
    *("issue_report", "send_report_back", "report_item", "accept_item", "send_item_back"),
    *("publish_report", "lower_grade", "issue_voice_code", "revoke_voice_code", "look_at_voices"),
}
"""Lines that `evaluations` writes into the log of a project and that its group may read."""
ELSEWHERE = {
    *("mark_absent", "plan", "change", "set_free", "move", "take_back_score"),  # of a pitch day
    *(
        "draw_lots",
        "draw_groups",
        "confirm_panels",
        "commission",
        "change_commission",
        "store_ballots",
        "move_up",
        "publish_notice",
    ),
    *("propose_decision", "approve_decision", "send_back_decision", "take_back_decision", "announce_decision"),
    *("distribute", "reopen_sheet", "record_visit"),  # of an evaluation: its evaluator reads them
    *("prepare_vote", "announce_vote", "take_back_vote", "call_off_vote", "count_vote"),
    *("issue_vote_codes", "revoke_vote_codes"),
    *("draw_sample", "note_sample", "look_up", "site_form", "amend_site_form", "settle_site_form", "settle_grades"),
    *("draft", "change_rules", "appeal", "rule_on_appeal", "acknowledge", "propose"),  # of stars and honours
    *("caution", "answer_caution", "lift_caution", "call_to_talk", "move_talk", "record_talk", "confirm_talk"),
    *("close_talk", "propose_delisting", "state_on_delisting", "decide_delisting", "appeal_delisting"),
    *("rule_on_delisting", "lift_delisting"),  # of an organisation, told itself
    *(
        "answer_voice",
        "take_in",
        "leave_out",
        "answer_grievance",
        "tell_by_phone",
    ),  # of one answer or report of a resident
    *("add_alternative", "recalculate_alternative", "remove_alternative", "take_over_alternative"),
}
"""Lines of the log of a call or a pitch day, that only the funder reads; of an evaluation, an organisation, a voice."""


def line_of(project, judge) -> Assignment:
    return Assignment.objects.select_related("project__call", "person").get(project=project, person=judge)


# -- the log of a project, which its group reads --------------------------------------------------


def names_recorded() -> set[str]:
    """The names of all lines that the verbs of judging write."""
    found = set()
    for file in ACTIONS.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
                found |= {one.value for one in ast.walk(node.args[1]) if isinstance(one, ast.Constant)}
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "event":
                found |= {one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant)}
    return found


def test_every_line_of_judging_is_for_the_funder_or_told_on_purpose():
    assert names_recorded() - INTERNAL - TOLD - ELSEWHERE == set()


def test_the_group_reads_in_its_log_no_judge_and_nothing_of_the_panel(town, life, browse):
    [project] = in_review(town, life, 1)
    town.people["clerk2"] = person("clerk2", "李敏")
    member(town.clerk2, town.bureau, Role.STAFF)
    absence.note_absence(line_of(project, town.expert3), by=town.clerk, reason="出差")
    absence.come_back(line_of(project, town.expert3), by=town.clerk)
    absence.note_absence(line_of(project, town.expert3), by=town.clerk, reason="又出差")
    asked = absence.ask_for_fewer(project, by=town.clerk, reason="无替补专家")
    absence.decide_on_fewer(asked, by=town.approver, grant=False, answer="再等等")
    asked = absence.ask_for_fewer(project, by=town.clerk, reason="无替补专家")
    absence.decide_on_fewer(asked, by=town.approver, grant=True, answer="可以")
    line = line_of(project, town.expert1)
    for keyer in (town.clerk, town.clerk2):
        paper.key(line, by=keyer, points=points_of(line, 30, 38, 20), strengths="好")
    secrets = [town.expert1.name, town.expert3.name, "出差", "无替补专家", "再等等"]
    page = browse(town.clerk).get(project.get_absolute_url()).content.decode()
    assert [one for one in secrets if one in page] == secrets

    page = browse(town.head).get(project.get_absolute_url()).content.decode()

    assert [one for one in [*secrets, "李敏", "减员", "缺席"] if one in page] == []


def test_nor_whose_conflict_of_interest_was_found_after_the_result(town, life, browse):
    [project] = judged(town, life, 38)
    announced(town, {project.pk: "shortlist"})
    found = Conflict.objects.create(
        assignment=line_of(project, town.expert1), reasons=[{"key": "coach", "ground": "coach"}]
    )
    conflict.answer(found, by=town.clerk, judge_again=False, reason="未影响结果")

    page = browse(town.head).get(project.get_absolute_url()).content.decode()

    assert [one for one in (town.expert1.name, "未影响结果") if one in page] == []


# -- whose proposal it is --------------------------------------------------------------------------


def test_who_judges_blind_is_told_of_a_paper_sheet_without_the_name_in_the_title(town, life):
    type(town.call).objects.filter(pk=town.call.pk).update(is_blind=True)
    town.call.refresh_from_db()
    [project] = in_review(town, life, 1)
    Project.objects.filter(pk=project.pk).update(title=f"{town.centre.name}陪伴计划")
    line = line_of(project, town.expert1)
    town.people["clerk2"] = person("clerk2", "李敏")
    member(town.clerk2, town.bureau, Role.STAFF)

    for keyer in (town.clerk, town.clerk2):
        paper.key(line, by=keyer, points=points_of(line, 30, 38, 20), strengths="好")

    [told] = town.expert1.notifications.filter(subject__contains="纸质评分表")
    assert town.centre.name not in told.subject
    assert "陪伴计划" in told.subject


# -- what came of it -------------------------------------------------------------------------------


def test_feedback_that_was_sent_tells_nothing_of_what_is_judged_again(town, life, browse):
    """The page shows the means as they are: of new points the group must not learn before they are announced."""
    first, second = judged(town, life, 38, 20)
    announced(town, {first.pk: "shortlist", second.pk: "decline"}, note="名额有限")
    second = Project.objects.get(pk=second.pk)
    feedback.save_feedback(second, by=town.clerk, strengths="需求扎实。", weaknesses="")
    feedback.send_feedback(second, by=town.clerk)
    page = reverse("evaluations:feedback_detail", args=[second.pk])
    assert browse(town.head).get(page).status_code == 200

    reconsidered(town)

    for address in (page, reverse("reports:feedback", args=[second.pk])):
        assert browse(town.head).get(address).status_code == 403
    assert not Feedback.objects.get(project=second).is_sent  # the words stay, to be edited and sent anew
    announced(town, {first.pk: "shortlist", second.pk: "decline"}, note="名额有限")
    feedback.send_feedback(Project.objects.get(pk=second.pk), by=town.clerk)
    assert browse(town.head).get(page).status_code == 200
