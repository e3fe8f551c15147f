"""Help before submission: a coach reads and advises; only the group writes and submits."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.models import Event
from core.workflow import Refused
from evaluations.actions import panel
from projects.actions import checking, coaching, drafts, proposals
from projects.models import Comment, Project
from tests.life import draft


def url(name: str, *args) -> str:
    return reverse(f"projects:{name}", args=args)


@pytest.fixture
def project(town):
    return draft(town)


@pytest.fixture
def coached(town, project):
    """The draft after a mentor has taken it on."""
    asked = coaching.ask_for_coaching(project, town.support, by=town.head, message="预算不会写")
    coaching.answer_request(asked, by=town.mentor, accepted=True)
    return project


def test_a_mentor_sees_the_draft_only_after_taking_it_on(town, project, browse):
    asked = coaching.ask_for_coaching(project, town.support, by=town.head, message="预算不会写")
    client = browse(town.mentor)
    assert client.get(url("proposal_detail", project.pk)).status_code == 404
    assert "预算不会写" in client.get(url("coaching_answer", asked.pk)).content.decode()

    client.post(url("coaching_answer", asked.pk), {"accepted": "1", "answer": "周三见"})

    assert client.get(url("proposal_detail", project.pk)).status_code == 200


def test_a_request_is_declined_with_a_reason_and_opens_nothing(town, project, browse):
    asked = coaching.ask_for_coaching(project, town.support, by=town.head)

    with pytest.raises(Refused):
        coaching.answer_request(asked, by=town.mentor, accepted=False)
    coaching.answer_request(asked, by=town.mentor, accepted=False, answer="本月人手不够")

    assert browse(town.mentor).get(url("proposal_detail", project.pk)).status_code == 404


def test_only_a_support_organisation_is_asked_and_only_once_at_a_time(town, project):
    with pytest.raises(Refused):
        coaching.ask_for_coaching(project, town.host, by=town.head)
    coaching.ask_for_coaching(project, town.support, by=town.head)
    with pytest.raises(Refused):
        coaching.ask_for_coaching(project, town.support, by=town.head)
    with pytest.raises(PermissionDenied):
        coaching.ask_for_coaching(project, town.support, by=town.stranger)


def test_a_coach_advises_on_a_field_and_on_a_row(town, coached, browse):
    line = coached.budget_lines.first()
    client = browse(town.mentor)

    client.post(url("comment_list", coached.pk), {"anchor": "needs", "text": "问卷多少份？"})
    client.post(url("comment_list", coached.pk), {"anchor": f"budget_lines:{line.key}", "text": "单价依据？"})

    page = browse(town.head).get(url("proposal_edit", coached.pk)).content.decode()
    assert "问卷多少份？" in page
    assert "单价依据？" in page
    assert f'<a href="#row_budget_lines_{line.key}">预算明细第1行：{line}</a>' in page


def test_advice_on_a_place_that_does_not_exist_is_refused(town, coached, browse):
    response = browse(town.mentor).post(url("comment_list", coached.pk), {"anchor": "salary", "text": "x"})

    assert list(response.context["form"].errors) == ["anchor"]


def test_a_coach_neither_writes_nor_submits(town, coached):
    with pytest.raises(PermissionDenied):
        drafts.save_proposal(coached, by=town.mentor, version=1, values={"title": "导师改的"})
    with pytest.raises(PermissionDenied):
        proposals.submit(coached, by=town.mentor, pledged=True)
    assert Project.objects.get().title == "夕阳红暖心陪伴"


def test_the_group_answers_and_ticks_off(town, coached, browse):
    comment = coaching.advise(coached, by=town.mentor, anchor="needs", text="问卷多少份？")
    client = browse(town.head)

    client.post(url("comment_answer", comment.pk), {"text": "184份"})
    client.post(url("comment_resolve", comment.pk))

    comment.refresh_from_db()
    assert ([a.text for a in comment.answers.all()], comment.resolved_by) == (["184份"], town.head)
    assert browse(town.mentor).post(url("comment_resolve", comment.pk)).status_code == 403


def test_advice_stays_between_group_and_coach(town, coached, browse, life):
    coaching.advise(coached, by=town.mentor, anchor="needs", text="问卷多少份？")
    life.walk(coached, "submitted")

    assert "问卷多少份？" not in browse(town.clerk).get(url("comment_list", coached.pk)).content.decode()
    assert browse(town.singer).get(url("comment_list", coached.pk)).status_code == 404


def test_advice_ends_with_the_submission(town, coached, life):
    life.walk(coached, "submitted")

    with pytest.raises(PermissionDenied):
        coaching.advise(Project.objects.get(), by=town.mentor, anchor="needs", text="太晚了")


def test_who_has_coached_a_proposal_never_judges_it(town, coached, life):
    project = life.walk(coached, "eligible")

    with pytest.raises(Refused):
        panel.assign(project, town.mentor, by=town.clerk)
    assert Comment.objects.count() == 0


# -- Its end ---------------------------------------------------------------------------------------


def coach_of(project):
    return project.participants.get(part="coach")


def sees(browse, user, project) -> bool:
    return browse(user).get(url("proposal_detail", project.pk)).status_code == 200


def test_a_request_is_taken_back_by_the_group_and_cannot_be_answered_any_more(town, project, browse):
    asked = coaching.ask_for_coaching(project, town.support, by=town.head)
    with pytest.raises(PermissionDenied):
        coaching.withdraw_request(asked, by=town.singer)

    browse(town.head).post(url("coaching_withdraw", asked.pk))

    assert Event.objects.about(project).filter(name="withdraw_coaching_request").count() == 1
    assert town.mentor.notifications.count() == 2
    with pytest.raises(Refused):
        coaching.answer_request(asked, by=town.mentor, accepted=True)
    with pytest.raises(Refused):
        coaching.withdraw_request(asked, by=town.head)
    coaching.ask_for_coaching(project, town.support, by=town.head)


def test_an_answered_request_is_not_taken_back(town, coached):
    with pytest.raises(Refused):
        coaching.withdraw_request(coached.coaching_requests.get(), by=town.head)


@pytest.mark.parametrize("username", ["head", "mentor"])
def test_group_and_coach_can_both_end_the_coaching(town, coached, browse, username):
    user = town.people[username]
    other = town.people["mentor" if username == "head" else "head"]
    told = other.notifications.count()
    page = url("coaching_end", coach_of(coached).pk)
    assert browse(user).get(page).status_code == 200

    browse(user).post(page, {"note": "谢谢"})

    assert not sees(browse, town.mentor, coached)
    assert Event.objects.about(coached).get(name="end_coach").note == "谢谢"
    assert other.notifications.count() == told + 1


@pytest.mark.parametrize("username", ["singer", "clerk", "stranger"])
def test_nobody_else_ends_the_coaching(town, coached, browse, username):
    user = town.people[username]

    with pytest.raises(PermissionDenied):
        coaching.end_coaching(coach_of(coached), by=user)
    assert browse(user).post(url("coaching_end", coach_of(coached).pk), {"note": ""}).status_code in (403, 404)
    assert sees(browse, town.mentor, coached)


def test_a_coaching_ends_once(town, coached):
    coach = coach_of(coached)
    coaching.end_coaching(coach, by=town.mentor)

    with pytest.raises(Refused):
        coaching.end_coaching(coach, by=town.head)


def test_the_coach_helps_with_a_correction_and_no_longer_after_the_acceptance(town, coached, life, browse):
    project = life.walk(coached, "submitted")
    assert sees(browse, town.mentor, project)
    checking.check(project, "return_for_correction", by=town.clerk, note="请补数字")
    coaching.advise(Project.objects.get(), by=town.mentor, anchor="needs", text="写184份")
    proposals.submit(Project.objects.get(), by=town.head, pledged=True)

    checking.check(Project.objects.get(), "accept", by=town.clerk)

    assert not sees(browse, town.mentor, project)


def test_a_waiting_request_ends_with_the_proposal(town, project):
    asked = coaching.ask_for_coaching(project, town.support, by=town.head)

    proposals.withdraw(project, by=town.head, note="不申报了")

    asked.refresh_from_db()
    assert asked.withdrawn_at is not None


def test_who_coached_until_the_acceptance_still_never_judges_it(town, coached, life):
    project = life.walk(coached, "eligible")
    assert not project.participants.current().filter(part="coach").exists()

    with pytest.raises(Refused):
        panel.assign(project, town.mentor, by=town.clerk)
