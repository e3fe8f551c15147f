"""Which deed issues which paper, in whose place it comes, and what the public reads of it."""

from datetime import date

import pytest
from django.urls import reverse

from evaluations.actions import honours
from grants.actions import workshops
from reports.models import Paper
from reports.paper_kinds import ROWS
from tests.evaluated import evaluated
from tests.evaluations.test_honours import granted
from tests.grants.test_training import training
from tests.life import draft
from tests.projects.test_returns import asked_back, terminated

__all__ = ["terminated", "training"]  # the fixtures

Kind, State = Paper.Kind, Paper.State


def test_every_kind_has_its_row():
    assert sorted(ROWS) == sorted(Kind.values)


def test_published_report_is_the_evaluators_paper_and_says_its_grade(town, life):
    project = life.walk(draft(town), "midterm")

    evaluated(town, project, 40, 20, 15)

    paper = Paper.objects.get(kind=Kind.EVALUATION)
    assert (paper.issuer, paper.number, paper.series) == (town.evaluators, "PG2026-0001", "")
    assert paper.facts[-1][0] == "评估等级"
    assert paper.facts[-1][1] != ""
    assert not Paper.objects.filter(kind=Kind.RECTIFICATION).exists()


def test_failed_report_brings_the_funders_notice_to_mend(town, life):
    project = life.walk(draft(town), "midterm")

    evaluated(town, project, 10, 10, 10)

    paper = Paper.objects.get(kind=Kind.RECTIFICATION)
    assert (paper.issuer, paper.number) == (town.bureau, "柳溪镇人民政府函〔2026〕1号")
    assert paper.facts == [["项目编号", project.number]]


def test_second_notice_over_the_money_takes_the_place_of_the_first(town, terminated):
    asked_back(town, terminated)
    asked_back(town, terminated, due_on=date(2026, 12, 31))

    second, first = Paper.objects.filter(kind=Kind.RETURN)
    assert [first.state, second.state] == [State.SUPERSEDED, State.ISSUED]
    assert (second.supersedes, first.superseded_by) == (first, second)
    assert first.serial + 1 == second.serial


def test_money_asked_back_shows_the_public_neither_sum_nor_account(town, terminated, browse):
    asked_back(town, terminated)
    paper = Paper.objects.get(kind=Kind.RETURN)

    body = browse().get(reverse("verify_code", args=[paper.shown_code])).content.decode()

    assert [words in body for words in (paper.number, "3,799.50", "6228000110105000001")] == [True, False, False]


def test_certificate_of_a_training_masks_the_name(town, training):
    [certificate] = workshops.issue_certificates(training, by=town.mentor)

    paper = Paper.objects.get(kind=Kind.TRAINING)
    assert (paper.issuer, paper.number, paper.target) == (town.support, "PX2026-0001", certificate)
    assert paper.facts[0] == ["姓名", "刘*"]


def test_certificates_that_are_given_later_are_issued_once_each(town, training):
    workshops.issue_certificates(training, by=town.mentor)
    training.attendances.update(came=True)

    workshops.issue_certificates(training, by=town.mentor)

    numbers = Paper.objects.filter(kind=Kind.TRAINING).order_by("number").values_list("number", flat=True)
    assert list(numbers) == ["PX2026-0001", "PX2026-0002"]


def test_withdrawn_certificate_is_void_and_the_others_are_not(town, training):
    training.attendances.update(came=True)
    first, second = workshops.issue_certificates(training, by=town.mentor)

    workshops.withdraw_certificate(first, by=town.mentor, reason="没有到场")

    states = dict(Paper.objects.values_list("number", "state"))
    assert (states[first.number], states[second.number]) == (State.VOID, State.ISSUED)


def test_honour_has_its_certificate_until_it_is_withdrawn(town, time):
    honour = granted(town, time)
    paper = Paper.objects.get(kind=Kind.HONOUR)
    assert (paper.number, paper.state) == (honour.number, State.ISSUED)

    honours.withdraw(honour, by=town.approver, reason="材料不实")

    paper.refresh_from_db()
    assert (paper.state, paper.void_reason) == (State.VOID, "荣誉已撤销")


@pytest.mark.parametrize("who", ["head", "singer", "mentor"])
def test_honour_is_checked_by_everybody_and_registered_for_the_funder(town, time, browse, who):
    granted(town, time)
    paper = Paper.objects.get(kind=Kind.HONOUR)
    client = browse(getattr(town, who))

    assert client.get(reverse("verify_code", args=[paper.shown_code])).status_code == 200
    assert client.get(paper.get_absolute_url()).status_code == 404
    assert browse(town.auditor).get(paper.get_absolute_url()).status_code == 200
