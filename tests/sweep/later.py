"""At the end, and who gets in then: what the running project of `things.py` has before it."""

from datetime import date

import pytest
from django.core.files.base import ContentFile

from evaluations.actions import rectifying, votes
from evaluations.models import Vote
from projects.actions import closing, delivery, people, settling
from projects.models import FollowUp, Project
from reports.models import ImportJob
from tests.evaluated import commissioned, drafted
from tests.evaluations.test_rectification import failed_twice
from tests.life import draft
from tests.memory import remembered
from tests.projects.test_closing_report import WORDS
from tests.records import held
from tests.sweep.people import BUREAU, EVERYBODY, GROUP
from tests.voting import announced, ended

NEXT = date(2027, 9, 10)
"""Half a year after the project of `done` was completed."""


@pytest.fixture
def endings(town, life) -> dict[str, object]:
    return at_the_end(town, life)


@remembered
def at_the_end(town, life) -> dict[str, object]:
    """Four projects of the centre and the vote of their call: one is completed, one settles its account, one has failed
    its evaluation twice, of one the draft of a report lies before its group."""
    titles = ("已经结项", "正在结算", "两次不合格", "征求意见")
    four = [life.walk(draft(town, title=title), "submitted") for title in titles]
    four = [life.walk(project, "in_review") for project in four]
    vote = announced(town, four)
    four = [life.walk(project, "shortlisted") for project in four]
    life.walk(four[0], "in_notice")  # one notice for all
    done, settling_one, failed, asked = [life.walk(Project.objects.get(pk=one.pk), "running") for one in four]
    people.assign_mentor(done, town.mentor, town.support, by=town.clerk)
    ended(life.time)
    votes.close(vote)
    activity = held(town, failed, life.time, heads=3)
    life.day(2026, 10, 12)
    commissioned(town)
    failed = failed_twice(town, failed)
    answered = drafted(town, asked, 40, 20, 15)
    done, settling_one = [life.walk(Project.objects.get(pk=one.pk), "midterm_passed") for one in (done, settling_one)]
    life.day(2027, 2, 20)
    for project in (done, settling_one):
        closing.write_closing_report(project, by=town.volunteer, values=WORDS, own_figures={}, photos=())
        closing.hand_in_closing_report(project, by=town.head, spent_so_far=project.amount_awarded)
        delivery.request_closing(project, by=town.head)
    done, settling_one = [life.walk(Project.objects.get(pk=one.pk), "settling") for one in (done, settling_one)]
    delivery.accept_report(settling_one.reports.get(kind="closing"), by=town.clerk)
    settling.settle(Project.objects.get(pk=settling_one.pk), by=town.finance, recognised=settling_one.amount_awarded)
    done = life.walk(done, "completed")
    return {
        "vote": Vote.objects.get(pk=vote.pk),
        "done": done,
        "activity": activity,
        "failed": failed,
        "failed_evaluation": rectifying.failed_again(failed),
        "draft_of_report": answered,
        "settling": Project.objects.get(pk=settling_one.pk),
        "follow_up": FollowUp.objects.create(
            project=done, months=6, due_on=date(2027, 9, 10), answer_until=date(2027, 10, 9)
        ),
        "sheet": answered.assignments.get(),
        "criterion": town.evaluation_rubric.criteria.first(),
        "wrong_job": with_wrong_rows(town),
    }


def with_wrong_rows(town) -> ImportJob:
    sent = ImportJob.objects.create(table="organizations", name="t.csv", by=town.clerk, language="zh-hans")
    sent.wrong_rows.save("wrong.xlsx", ContentFile(b"xlsx"))
    return sent


SEES_IT = BUREAU | GROUP | {"mentor"}
EVALUATION = BUREAU | GROUP | {"evaluator"}
ROWS: list[tuple] = [
    ("projects:project_detail", "done", SEES_IT),
    ("projects:activity_amend", "activity", GROUP),
    ("projects:activity_record", "activity", GROUP),  # on to the record, which is written already
    ("projects:activity_step", ("activity", "cancel"), GROUP),  # told that it is recorded
    ("reports:activity_record", "activity", EVALUATION),
    ("projects:expense_create", "done", set()),
    ("projects:milestone_create", "done", set()),
    ("projects:report_create", "done", set()),
    ("projects:change_create", ("done", "budget"), set()),
    ("projects:beneficiary_create", "done", set()),
    ("projects:project_step", ("done", "suspend"), set()),
    ("projects:mentoring_create", "done", set()),
    ("projects:left_overs_edit", "settling", {"finance"}),
    ("projects:left_overs_edit", "done", set()),
    ("projects:refund_create", "settling", {"finance"}),
    ("projects:refund_create", "done", set()),
    ("projects:settlement_edit", "done", set()),
    ("projects:audit_create", "settling", GROUP | {"clerk", "finance"}),
    ("projects:audit_create", "done", set()),
    ("projects:archive_file", "done", SEES_IT),
    ("projects:closing_report", "done", SEES_IT),
    ("projects:closing_report_edit", "done", set()),
    ("projects:follow_up_create", "done", {"clerk", "mentor"}),
    ("projects:follow_up_send", "follow_up", {"clerk", "mentor"}),
    ("projects:follow_up_detail", "follow_up", SEES_IT),
    ("projects:showcase_detail", "done", EVERYBODY),
    ("projects:showcase_detail", "settling", set()),
    ("reports:closing_report", "done", SEES_IT),
    ("reports:archive_list", "done", SEES_IT),
    ("reports:archive_list", "settling", set()),
    ("reports:completion_certificate", "done", SEES_IT),
    ("reports:completion_certificate", "settling", set()),
    ("evaluations:answer", "draft_of_report", GROUP),
    ("reports:evaluation_report", "draft_of_report", EVALUATION),
    ("evaluations:replies", "draft_of_report", {"evaluator"}),
    ("evaluations:evidence_pick", ("sheet", "criterion"), set()),
    ("evaluations:termination_propose", "failed_evaluation", {"clerk"}),
    ("reports:rectification_notice", "failed_evaluation", EVALUATION),
    ("reports:evaluation_report", "failed_evaluation", EVALUATION),
    ("evaluations:vote_detail", "vote", EVERYBODY),
    ("evaluations:vote_edit", "vote", set()),
    ("evaluations:vote_ballots", "vote", EVERYBODY),
    ("evaluations:vote_ballots_csv", "vote", EVERYBODY),
    ("evaluations:vote_ballots_json", "vote", EVERYBODY),
    ("evaluations:vote_paper", "vote", {"clerk"}),
    ("reports:import_wrong_rows", "wrong_job", {"clerk"}),
]
