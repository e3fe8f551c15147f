"""The sign-in sheet of an activity and its plan as PDF."""

import pytest
from django.urls import reverse

from projects.actions import photos
from projects.models import ConsentText
from reports import activity_papers
from tests.life import draft
from tests.records import NOBODY_ON_IT, entered, held, planned, png

pytestmark = pytest.mark.one_database


@pytest.fixture
def activity(town, life):
    return planned(town, life.walk(draft(town), "running"))


def test_the_sheet_has_a_code_lines_and_the_consent_and_no_name_of_the_roster(town, activity, draw):
    entered(town, activity.project)

    paper = draw(activity_papers.sign_in_sheet(activity, "https://example.org/here/code/"))

    assert "端午包粽子签到表" in paper.text
    assert "2026年6月19日14:00—16:00" in paper.text
    assert "告知书第1版" in paper.text
    assert "王秀英" not in paper.text
    assert len(paper.pages) == 2
    assert ConsentText.objects.in_force(town.bureau, "sign_in").text[:20] in paper.text


def test_the_group_prints_the_sheet_and_the_clerk_does_not(town, activity, browse):
    page = reverse("reports:activity_sign_in", args=[activity.pk])

    assert browse(town.volunteer).get(page)["Content-Type"] == "application/pdf"
    assert browse(town.clerk).get(page).status_code == 403
    assert browse(town.singer).get(page).status_code == 404


def test_the_plan_prints_goal_and_division_of_work(town, activity, draw):
    activity.partners.create(name="海心阁文学社", task="写小短剧剧本")
    activity.items.create(name="矿泉水", count=10, unit_price=1, amount=10)

    text = draw(activity_papers.activity_plan(activity, contact=True)).text

    assert "一、活动目标让独居老人认识邻居。" in text
    assert "1海心阁文学社写小短剧剧本" in text
    assert "10×1.00" in text


def test_the_record_prints_what_was_written_down_and_only_photos_that_may_leave(town, life, time, draw):
    activity = held(town, life.walk(draft(town), "running"), time, heads=46)
    someone = NOBODY_ON_IT | {"caption": "王奶奶", "shows_people": True, "is_public": False}
    photos.add_photos(activity, by=town.head, files=[png()], values=someone)

    paper = draw(activity_papers.record(activity))

    assert "服务人次46（签到0，清点46）" in paper.text
    assert "来了46位老人，气氛热烈。" in paper.text
    assert "另有1张照片中的人物未同意公开肖像" in paper.text
    assert ("粽子" in paper.text, "王奶奶" in paper.text) == (True, False)


def test_a_record_is_printed_once_there_is_one_and_for_those_who_see_the_work(town, life, time, browse):
    project = life.walk(draft(town), "running")
    activity = held(town, project, time, heads=46)
    ahead = planned(town, project, theme="下一次")
    page = reverse("reports:activity_record", args=[activity.pk])

    assert browse(town.auditor).get(page)["Content-Type"] == "application/pdf"
    assert browse(town.singer).get(page).status_code == 404
    assert browse(town.head).get(reverse("reports:activity_record", args=[ahead.pk])).status_code == 404
