"""What a group learns from the judging: edited words and means, never a name, never before the announcement."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused
from evaluations import inbox
from evaluations.actions import feedback, ranking
from evaluations.cards import cards
from evaluations.standings import standings
from grants.models import Call
from projects.actions import award
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


def test_two_empty_fields_keep_what_was_written(town, project):
    with pytest.raises(Refused):
        feedback.save_feedback(project, by=town.clerk, strengths=" ", weaknesses="")

    project.feedback.refresh_from_db()
    assert (project.feedback.strengths, project.feedback.weaknesses) == tuple(WORDS.values())


def test_sent_feedback_is_not_changed(town, project):
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


@pytest.fixture
def unwritten(town, life):
    """A project that was not selected and has no feedback yet; its experts wrote 好."""
    [project] = judged(town, life, 20)
    announced(town, {project.pk: "decline"}, note="名额有限")
    return type(project).objects.get(pk=project.pk)


def test_the_clerk_takes_over_the_experts_words_for_all_that_have_none(town, unwritten, browse):
    page = reverse("evaluations:feedback_list", args=[town.call.pk])
    assert browse(town.auditor).post(page, {"take_over": ""}).status_code == 403

    browse(town.clerk).post(page, {"take_over": ""})

    unwritten.refresh_from_db()
    assert (unwritten.feedback.strengths, unwritten.feedback.is_sent) == ("好", False)


def test_taking_over_leaves_what_is_written(town, project):
    assert feedback.take_over_drafts([project], by=town.clerk) == []

    project.feedback.refresh_from_db()
    assert project.feedback.strengths == WORDS["strengths"]


def test_the_experts_words_can_be_brought_back(town, project, browse):
    page = reverse("evaluations:feedback_edit", args=[project.pk])

    response = browse(town.clerk).post(page, {"restore": "", "strengths": "", "weaknesses": ""})

    assert response.context["form"]["strengths"].value() == "好"


def test_sending_asks_once_and_what_was_typed_is_saved(town, project, browse):
    page, client = reverse("evaluations:feedback_edit", args=[project.pk]), browse(town.clerk)

    asked = client.post(page, {"send": "ask", "strengths": "很好", "weaknesses": ""})
    project.feedback.refresh_from_db()
    assert (asked.context["asks"], project.feedback.strengths, project.feedback.is_sent) == (True, "很好", False)
    client.post(page, {"send": "sure", "strengths": "很好", "weaknesses": ""})

    project.feedback.refresh_from_db()
    assert project.feedback.is_sent


def test_unsent_feedback_is_a_task_of_the_clerk_until_it_is_sent(town, project):
    page = reverse("evaluations:feedback_list", args=[town.call.pk])
    assert page in [task.url for task in inbox.waiting_for(town.clerk)]

    feedback.send_feedback(project, by=town.clerk)

    assert page not in [task.url for task in inbox.waiting_for(town.clerk)]


def test_the_auditor_reads_the_list_and_the_draft(town, project, browse):
    client = browse(town.auditor)
    page = client.get(reverse("evaluations:feedback_list", args=[town.call.pk])).content.decode()

    assert reverse("evaluations:feedback_detail", args=[project.pk]) in page
    assert reverse("evaluations:feedback_edit", args=[project.pk]) not in page


def test_the_distance_to_the_line_follows_who_holds_a_place(town, life):
    first, second, third = judged(town, life, 38, 30, 20)
    Call.objects.filter(pk=town.call.pk).update(budget="20000.00")
    town.call.refresh_from_db()
    announced(town, {first.pk: "shortlist", second.pk: "shortlist", third.pk: "waitlist"})
    assert lines(town) == {Decimal("80.00")}

    award.refuse(type(second).objects.get(pk=second.pk), by=town.approver, note="重复")

    assert lines(town) == {Decimal("70.00")}  # the third has moved up


def lines(town) -> set:
    return {card.line for card in cards(standings(town.call)).values()}


def test_before_the_announcement_there_is_no_line(town, life):
    [project] = judged(town, life, 38)
    decided(town, {project.pk: "shortlist"})

    assert lines(town) == {None}


def test_an_unsent_paper_says_that_it_is_a_draft(town, project, browse):
    paper = reverse("reports:feedback", args=[project.pk])
    assert "草稿，尚未发送" in text_of(browse(town.clerk).get(paper))

    feedback.send_feedback(project, by=town.clerk)

    assert "草稿" not in text_of(browse(town.clerk).get(paper))


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


@pytest.mark.parametrize("words", ["林教授认可。", "同意许 主任的意见。"])
def test_words_that_name_an_expert_are_not_sent(town, project, words):
    feedback.save_feedback(project, by=town.clerk, strengths="好", weaknesses=words)

    with pytest.raises(Refused, match=r"林教授|许主任"):
        feedback.send_feedback(project, by=town.clerk)

    feedback.save_feedback(project, by=town.clerk, strengths="好", weaknesses="有教授认可。")
    assert feedback.send_feedback(project, by=town.clerk).is_sent


def test_the_clerk_reads_which_names_to_leave_out_before_it_asks_to_send(town, project, browse):
    page = reverse("evaluations:feedback_edit", args=[project.pk])
    typed = {"strengths": "林教授认可。", "weaknesses": ""}

    shown = browse(town.clerk).post(page, typed | {"send": "ask"}).content.decode()

    assert "请删去：林教授。" in shown
    assert "林教授认可。</textarea>" in shown  # what was typed comes back
    assert 'value="sure"' not in shown


@pytest.fixture
def equals(town, life):
    """Two projects with the same score and the same request: only the lot tells them apart."""
    judged(town, life, 20, 20)
    ranking.draw_lots(town.call, by=town.clerk)
    rows = sorted(standings(town.call), key=lambda row: row.rank)
    announced(town, {rows[0].project.pk: "shortlist", rows[1].project.pk: "decline"}, note="名额有限")
    loser = rows[1].project
    loser.refresh_from_db()
    feedback.save_feedback(loser, by=town.clerk, **WORDS)
    return feedback.send_feedback(loser, by=town.clerk).project


def paper_of(project, town, browse) -> str:
    return text_of(browse(town.head).get(reverse("reports:feedback", args=[project.pk]))).replace("\n", "")


def test_a_group_that_lost_by_lot_reads_that_it_was_the_lot(town, equals, browse):
    shown = browse(town.head).get(reverse("evaluations:feedback_detail", args=[equals.pk])).content.decode()

    assert "同组另有1个项目得分相同。" in shown
    assert f"{town.call.get_absolute_url()}#draws" in shown
    assert "同组另有1个项目得分相同，先后按批次公布的办法由抽签决定。" in paper_of(equals, town, browse)


def test_a_group_without_an_equal_reads_nothing_of_a_lot(town, project, browse):
    feedback.send_feedback(project, by=town.clerk)

    shown = browse(town.head).get(reverse("evaluations:feedback_detail", args=[project.pk])).content.decode()

    assert "得分相同" not in shown
    assert "得分相同" not in paper_of(project, town, browse)
