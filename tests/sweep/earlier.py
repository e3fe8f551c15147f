"""While proposals are judged, and just after: what the running project has behind it, and who gets in then."""

import pytest
from django.core.files.base import ContentFile

from evaluations.actions import feedback, panel, votes
from evaluations.models import Alternative
from projects.actions import checking
from projects.models import Comment, Notice, Objection, Project
from tests.judging import announced, judged
from tests.life import draft
from tests.memory import remembered
from tests.records import png
from tests.sweep.people import BUREAU, EVERYBODY, GROUP
from tests.town import make_call
from tests.voting import prepared


@pytest.fixture
def proposals(town, life) -> dict[str, object]:
    return being_judged(town, life)


@remembered
def being_judged(town, life) -> dict[str, object]:
    """Three are judged by the three experts: one in the notice, one next in line, one declined. In another call one is
    still in review, with a sheet handed in and a vote prepared, and one has been returned to its group."""
    other = make_call(town, code="LX2026B", is_blind=True)
    open_one = life.walk(draft(town, call=other, title="还在评审"), "eligible")
    sheets = [panel.assign(open_one, expert, by=town.clerk) for expert in (town.expert1, town.expert2)]
    returned = life.walk(draft(town, call=other, title="退回补正"), "submitted")
    checking.remark(returned, by=town.clerk, anchor="needs", text="写明调查人数")
    checking.check(returned, "return_for_correction", by=town.clerk)
    chosen, waiting, declined = judged(town, life, 38, 30, 5)
    announced(town, {chosen.pk: "shortlist", waiting.pk: "waitlist", declined.pk: "decline"}, note="名额有限")
    open_one = life.walk(open_one, "in_review")
    declined = Project.objects.get(pk=declined.pk)
    feedback.save_feedback(declined, by=town.clerk, strengths="扎实", weaknesses="预算偏高")
    feedback.send_feedback(declined, by=town.clerk)
    vote = prepared(town, [open_one])
    entry = vote.entries.get()
    votes.describe(entry, by=town.clerk, words="老人多", picture=ContentFile(png().read(), "图.png"))
    notice = Notice.objects.get()
    return {
        "other_call": other,
        "open_one": open_one,
        "open_sheet": sheets[0],
        "returned": Project.objects.get(pk=returned.pk),
        "remark_of_returned": Comment.objects.get(project=returned),
        "chosen": chosen,
        "sheet_in": chosen.assignments.get(person=town.expert1),
        "notice": notice,
        "confirm_token": Objection.objects.create(
            notice=notice, project=chosen, name="王五", email="w@example.org", text="重复"
        ).confirmation,
        "waiting": waiting,
        "declined": declined,
        "alternative": Alternative.objects.create(call=town.call, name="一", budget=1, made_by=town.clerk),
        "vote_in_preparation": vote,
        "entry_in_preparation": entry,
    }


ROWS: list[tuple] = [
    ("projects:project_detail", "returned", BUREAU | GROUP),
    ("projects:proposal_edit", "returned", GROUP),
    ("projects:comment_answer", "remark_of_returned", GROUP),
    ("projects:comment_resolve", "remark_of_returned", set()),  # what was asked for officially the correction answers
    ("projects:correction_extend", "returned", {"clerk"}),
    ("projects:project_step", ("returned", "withdraw"), {"head"}),
    ("reports:correction_notice", "returned", BUREAU | GROUP),
    ("projects:project_detail", "open_one", BUREAU | GROUP),  # not its judges: they read the veiled copy
    ("projects:proposal_detail", "open_one", BUREAU | GROUP),
    ("projects:earlier", "open_one", set()),
    ("evaluations:blind_proposal", "open_sheet", {"expert1"}),
    ("evaluations:sheet", "open_sheet", {"expert1"}),
    ("evaluations:sheet_autosave", "open_sheet", {"expert1"}),
    ("evaluations:recuse", "open_sheet", {"expert1", "clerk"}),
    ("evaluations:paper_entry", "open_sheet", {"clerk"}),
    ("evaluations:assignment_absent", "open_sheet", {"clerk"}),
    ("evaluations:assignment_back", "open_sheet", {"clerk"}),
    ("evaluations:result_card", "open_one", set()),
    ("evaluations:unlock_ask", "sheet_in", {"expert1", "clerk"}),
    ("evaluations:explain_deviation", "sheet_in", {"expert1"}),
    ("evaluations:result_card", "chosen", BUREAU),
    ("projects:notice_detail", "notice", EVERYBODY),
    ("projects:notice_extend", "notice", {"clerk"}),
    ("projects:objection_create", ("notice", "chosen"), EVERYBODY),
    ("projects:objection_whole", "notice", EVERYBODY),
    ("projects:objection_confirm", "confirm_token", EVERYBODY),
    ("evaluations:promote", "waiting", {"clerk"}),
    ("evaluations:decline", "waiting", {"clerk"}),
    ("evaluations:promote", "chosen", set()),
    ("evaluations:alternative_change", ("alternative", "waiting"), set()),  # it is decided
    ("evaluations:feedback_edit", "declined", {"clerk"}),
    ("evaluations:feedback_detail", "declined", BUREAU | GROUP),
    ("reports:feedback", "declined", BUREAU | GROUP),
    ("evaluations:vote_detail", "vote_in_preparation", BUREAU),
    ("evaluations:vote_edit", "vote_in_preparation", {"clerk"}),
    ("evaluations:vote_step", ("vote_in_preparation", "announce"), {"clerk"}),
    ("evaluations:vote_ballots", "vote_in_preparation", set()),
    ("evaluations:vote_entry", "entry_in_preparation", {"clerk"}),
    ("evaluations:vote_picture", "entry_in_preparation", BUREAU),
]
