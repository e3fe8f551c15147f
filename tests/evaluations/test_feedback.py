"""What a group learns from the judging: edited words and means, never a name, never before the announcement."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused
from evaluations.actions import feedback
from tests.judging import announced, decided, judged
from tests.reports.test_access import text_of

WORDS = {"strengths": "需求扎实。", "weaknesses": "预算偏高。"}


@pytest.fixture
def project(town, life):
    """A project that was not selected, with feedback that is written and not sent."""
    [project] = judged(town, life, 20)
    announced(town, {project.pk: "decline"}, note="名额有限")
    project.refresh_from_db()
    feedback.save_feedback(project, by=town.clerk, **WORDS)
    return project


def test_it_begins_with_the_experts_words_each_once(town, life):
    [project] = judged(town, life, 20)

    draft = feedback.drafted(project)

    assert (draft.strengths, draft.pk) == ("好", None)


def test_the_group_reads_it_once_it_is_sent(town, project, browse):
    page = reverse("evaluations:feedback_detail", args=[project.pk])
    assert browse(town.head).get(page).status_code == 403

    feedback.send_feedback(project, by=town.clerk)

    shown = browse(town.head).get(page).content.decode()
    assert "需求扎实。" in shown
    assert not [person.name for person in (town.expert1, town.expert2, town.expert3) if person.name in shown]
    assert town.head.notifications.filter(url=page).exists()


def test_the_page_of_the_project_leads_to_it_once_it_is_sent(town, project, browse):
    page, link = project.get_absolute_url(), reverse("evaluations:feedback_detail", args=[project.pk])
    assert link not in browse(town.head).get(page).content.decode()

    feedback.send_feedback(project, by=town.clerk)

    assert link in browse(town.head).get(page).content.decode()


@pytest.mark.parametrize("username", ["expert1", "singer", "stranger"])
def test_nobody_else_reads_it(town, project, browse, username):
    feedback.send_feedback(project, by=town.clerk)

    response = browse(town.people[username]).get(reverse("evaluations:feedback_detail", args=[project.pk]))

    assert response.status_code in (403, 404)


def test_it_is_not_sent_before_the_announcement(town, life):
    [project] = judged(town, life, 20)
    decided(town, {project.pk: "decline"}, note="名额有限")
    project.refresh_from_db()
    feedback.save_feedback(project, by=town.clerk, **WORDS)

    with pytest.raises(Refused):
        feedback.send_feedback(project, by=town.clerk)


def test_empty_feedback_is_not_sent_and_sent_feedback_is_not_changed(town, project):
    feedback.save_feedback(project, by=town.clerk, strengths=" ", weaknesses="")
    with pytest.raises(Refused):
        feedback.send_feedback(project, by=town.clerk)
    feedback.save_feedback(project, by=town.clerk, **WORDS)
    feedback.send_feedback(project, by=town.clerk)

    with pytest.raises(Refused):
        feedback.save_feedback(project, by=town.clerk, strengths="别的", weaknesses="")


@pytest.mark.parametrize("username", ["approver", "auditor", "head", "expert1", "admin"])
def test_only_the_clerk_writes_it(town, project, username):
    with pytest.raises(PermissionDenied):
        feedback.save_feedback(project, by=town.people[username], **WORDS)


def test_the_clerk_sends_all_that_are_written(town, project, browse):
    page = reverse("evaluations:feedback_list", args=[town.call.pk])

    browse(town.clerk).post(page)

    project.feedback.refresh_from_db()
    assert project.feedback.is_sent


def test_the_paper_says_the_same_and_names_nobody(town, project, browse):
    feedback.send_feedback(project, by=town.clerk)

    paper = browse(town.head).get(reverse("reports:feedback", args=[project.pk]))

    text = text_of(paper)
    assert all(part in text for part in ("评审反馈意见", "需求扎实。", "预算偏高。", "70.00"))
    assert town.expert1.name not in text


@pytest.mark.parametrize("name", ["reports:ranking", "reports:consistency"])
def test_the_tables_are_workbooks_for_the_funder(town, project, browse, name):
    page = reverse(name, args=[town.call.pk])

    assert browse(town.auditor).get(page).content[:2] == b"PK"
    assert browse(town.head).get(page).status_code == 403
