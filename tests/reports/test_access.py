"""Who gets which document: 200, 403 (sees the project, not this paper), 404 (sees nothing), or a login page."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from people.models import Membership
from projects.actions import activities
from projects.models import Notice, Part, Participant, Project
from tests.life import choir_draft, draft
from tests.town import aware

PAPERS = ("proposal", "agreement", "award_letter")


def url(name: str, pk: int) -> str:
    return reverse(f"reports:{name}", args=[pk])


def take_part(project: Project, person, part: str) -> None:
    Participant.objects.create(project=project, person=person, part=part)


def text_of(response) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)


@pytest.fixture
def running(town, life):
    project = life.walk(draft(town), "running")
    take_part(project, town.mentor, Part.MENTOR)
    take_part(project, town.expert1, Part.JUDGE)
    take_part(project, town.evaluator, Part.EVALUATOR)
    return project


@pytest.fixture
def activity(town, running):
    values = {"theme": "端午包粽子", "starts_at": aware(2026, 6, 19, 14), "place": "活动室"}
    items = [{"name": "糯米", "quantity": "20斤", "amount": Decimal("160.00")}]
    return activities.plan_activity(running, by=town.head, values=values, items=items)


@pytest.mark.parametrize("name", ["head", "volunteer", "clerk", "auditor", "mentor", "evaluator"])
def test_people_of_the_project_read_every_paper(town, running, browse, without_layout, name):
    client = browse(getattr(town, name))

    assert [client.get(url(paper, running.pk)).status_code for paper in PAPERS] == [200, 200, 200]


@pytest.mark.parametrize("name", ["stranger", "singer", "hosthead", "expert2", "admin"])
def test_others_find_nothing(town, running, activity, browse, name):
    client = browse(getattr(town, name))

    assert [client.get(url(paper, running.pk)).status_code for paper in PAPERS] == [404, 404, 404]
    assert client.get(url("activity_plan", activity.pk)).status_code == 404


def test_anonymous_is_asked_to_sign_in(running, activity, browse):
    client = browse()
    for address in (*(url(paper, running.pk) for paper in PAPERS), url("activity_plan", activity.pk)):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"] == f"{reverse('account_login')}?next={address}"


def test_judge_reads_the_proposal_only(town, running, activity, browse):
    client = browse(town.expert1)

    assert [client.get(url(paper, running.pk)).status_code for paper in PAPERS] == [200, 403, 403]
    assert client.get(url("activity_plan", activity.pk)).status_code == 403


def test_former_judge_finds_nothing(town, running, browse, time):
    Participant.objects.filter(person=town.expert1).update(since="2026-03-01", until="2026-04-01")

    assert browse(town.expert1).get(url("proposal", running.pk)).status_code == 404


def test_former_colleague_finds_nothing(town, running, browse):
    Membership.objects.filter(user=town.volunteer).update(until="2026-04-01")

    assert browse(town.volunteer).get(url("proposal", running.pk)).status_code == 404


def test_phone_is_whole_for_the_funder_and_masked_for_a_judge(town, running, browse):
    whole = text_of(browse(town.clerk).get(url("proposal", running.pk)))
    masked = text_of(browse(town.expert1).get(url("proposal", running.pk)))

    assert "13800138000" in whole
    assert "13800138000" not in masked
    assert "138****8000" in masked


def test_phone_in_a_plan_is_masked_for_an_evaluator(town, activity, browse):
    assert "13800138000" in text_of(browse(town.mentor).get(url("activity_plan", activity.pk)))
    masked = text_of(browse(town.evaluator).get(url("activity_plan", activity.pk)))
    assert "13800138000" not in masked
    assert "138****8000" in masked


def test_draft_is_printed_for_its_group_and_nobody_else(town, browse):
    project = draft(town)

    assert browse(town.head).get(url("proposal", project.pk)).status_code == 200
    assert browse(town.clerk).get(url("proposal", project.pk)).status_code == 404


def test_host_reads_the_papers_it_signs(town, life, browse):
    project = life.walk(choir_draft(town), "approved")
    client = browse(town.hosthead)

    assert [client.get(url(paper, project.pk)).status_code for paper in PAPERS] == [200, 200, 200]


@pytest.mark.parametrize("paper", ["agreement", "award_letter"])
def test_no_paper_of_an_award_before_it_is_approved(town, life, browse, paper):
    project = life.walk(draft(town), "in_notice")
    take_part(project, town.expert1, Part.JUDGE)
    assert browse(town.head).get(url(paper, project.pk)).status_code == 404
    assert browse(town.expert1).get(url(paper, project.pk)).status_code == 403

    life.walk(project, "approved")

    assert browse(town.head).get(url(paper, project.pk)).status_code == 200


def test_notice_is_for_everybody(town, life, browse):
    life.walk(draft(town), "in_notice")
    address = url("notice", Notice.objects.get().pk)

    response = browse().get(address)

    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=600"
    assert browse(town.stranger).get(address).status_code == 200
    assert browse().get(url("notice", 999)).status_code == 404


def test_paper_is_shown_and_saved_under_its_chinese_name(town, running, browse):
    response = browse(town.head).get(url("agreement", running.pk))

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        "inline; filename*=utf-8''%E7%AB%8B%E9%A1%B9%E5%8D%8F%E8%AE%AE%E4%B9%A6-LX2026-XY-001-"
        "%E5%A4%95%E9%98%B3%E7%BA%A2%E6%9A%96%E5%BF%83%E9%99%AA%E4%BC%B4.pdf"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"


def test_paper_is_only_read(town, running, browse):
    assert browse(town.head).post(url("agreement", running.pk)).status_code == 405


@pytest.mark.parametrize("paper", PAPERS)
def test_paper_takes_few_queries(town, running, browse, paper, django_assert_max_num_queries):
    client = browse(town.head)

    with django_assert_max_num_queries(18):
        client.get(url(paper, running.pk))
