"""Plans and records of activities: handed in whole, changed with a reason, recorded with what the form asks for."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.models import Event
from core.workflow import Refused
from projects import inbox
from projects.actions import activities, delivery, people, photos
from projects.figures import progress
from projects.models import Activity, ActivityItem, ActivityPhoto, Milestone
from tests.life import draft
from tests.projects.test_pages import ACTIVITY
from tests.records import NOBODY_ON_IT, RECORD, WHOLE, begun, held, planned, png, recorded
from tests.test_files import pdf
from tests.town import aware


def url(name: str, *args) -> str:
    return reverse(f"projects:{name}", args=args)


@pytest.fixture
def running(town, life):
    project = life.walk(draft(town), "running")
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    return project


# -- the plan ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ({"place": ""}, "确定活动地点"),
        ({"ends_at": None}, "填写结束时间"),
        ({"goal": ""}, "填写活动目标"),
        ({"emergency_plan": ""}, "填写应急预案"),
    ],
)
def test_a_plan_with_a_gap_stays_a_draft_and_says_which(town, running, left_out, said):
    activity = activities.plan_activity(running, by=town.head, values=WHOLE | left_out)

    with pytest.raises(Refused) as refused:
        activities.hand_in(activity, by=town.head)

    assert refused.value.reasons == [said]
    assert Activity.objects.get().state == "draft"


def test_a_whole_plan_is_handed_in_by_the_group_and_by_nobody_else(town, running):
    activity = activities.plan_activity(running, by=town.volunteer, values=WHOLE)

    for stranger in (town.mentor, town.clerk, town.singer, town.admin):
        with pytest.raises(PermissionDenied):
            activities.hand_in(activity, by=stranger)
    activities.hand_in(activity, by=town.volunteer)

    assert Activity.objects.get().state == "planned"
    assert town.mentor.notifications.first().subject.endswith("提交活动方案：端午包粽子")


def test_a_handed_in_plan_changes_only_with_a_reason_that_the_mentor_reads(town, running):
    activity = planned(town, running)
    later = WHOLE | {"starts_at": aware(2026, 6, 20, 14), "ends_at": aware(2026, 6, 20, 16)}

    with pytest.raises(Refused):
        activities.plan_activity(running, by=town.head, values=later, activity=activity)
    assert Activity.objects.get().starts_at == WHOLE["starts_at"]
    activities.plan_activity(running, by=town.head, values=later, activity=activity, reason="活动室有会")

    activity = Activity.objects.get()
    assert (activity.state, activity.starts_at) == ("changed", later["starts_at"])
    assert Event.objects.about(activity).last().note == "活动室有会"
    assert town.mentor.notifications.first().body == "活动室有会"


def test_the_place_of_a_handed_in_plan_is_not_left_open_again(town, running, browse):
    activity = planned(town, running)

    with pytest.raises(Refused):
        activities.plan_activity(running, by=town.head, values={"place": ""}, activity=activity, reason="待定")
    page = browse(town.head).post(url("activity_edit", activity.pk), ACTIVITY | {"reason": "待定", "place": ""})

    assert "place" in page.context["form"].errors
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.update(place="")


def test_a_cancelled_activity_says_why_and_is_never_recorded(town, running, time):
    activity = planned(town, running)

    with pytest.raises(Refused):
        activities.cancel(activity, by=town.head, reason=" ")
    activities.cancel(activity, by=town.head, reason="大风预警")
    time.go(datetime(2026, 6, 20, 9, 0))

    assert Activity.objects.get().cancel_reason == "大风预警"
    with pytest.raises(Refused):
        activities.record_activity(activity, by=town.head, values=RECORD)


def test_an_amount_is_calculated_from_number_and_price_and_contradictions_are_said(town, running, browse):
    client, page = browse(town.head), url("activity_create", running.pk)
    for slip in ("1900-01-01T09:00", "2099-05-01T09:00"):
        mistyped = client.post(page, ACTIVITY | {"starts_at": slip, "ends_at": ""})
        assert list(mistyped.context["form"].errors) == ["starts_at"]
    rows = {"items-1-count": "10", "items-1-unit_price": "1", "items-1-quantity": "10瓶×1元", "items-1-amount": ""}

    wrong = client.post(page, ACTIVITY | rows | {"items-1-amount": "12"})
    half = client.post(page, ACTIVITY | rows | {"items-1-count": ""})
    right = client.post(page, ACTIVITY | rows)

    assert "amount" in wrong.context["items"].forms[1].errors
    assert "count" in half.context["items"].forms[1].errors
    assert right.status_code == 302
    assert Activity.objects.get().cost == Decimal("175.00")
    assert ActivityItem.objects.get(name="矿泉水").amount == Decimal("10.00")


def test_a_plan_keeps_its_partners_targets_step_and_budget_line(town, running, browse):
    target, step, line = running.targets.get(), running.plan_steps.get(), running.budget_lines.first()
    more = {"targets": target.key, "step_key": step.key, "items-0-line_key": line.key}

    browse(town.head).post(url("activity_create", running.pk), ACTIVITY | more)

    activity = Activity.objects.get()
    assert [(partner.name, partner.task) for partner in activity.partners.all()] == [("文学社", "出活动策划")]
    assert [target.pk for target, _link in activity.aims] == [target.pk]
    assert (activity.plan_step, activity.items.first().line_key) == (step, line.key)
    text = browse(town.clerk).get(activity.get_absolute_url()).content.decode()
    assert line.item in text


# -- the record ----------------------------------------------------------------------------------------


def test_a_record_says_everything_that_is_missing_at_once(town, running, time):
    activity = begun(town, running, time, audience="", goal="老人认识邻居")
    Activity.objects.update(audience="")

    with pytest.raises(Refused) as refused:
        activities.record_activity(activity, by=town.head, values={})

    assert refused.value.reasons == [
        "填写服务对象",
        "记下到场的人（签到或清点人数）",
        "填写执行团队",
        "填写实施情况",
        "写反思与自我评估，并回答三个问题",
        "上传签到表，或请参加者扫码签到",
        "至少上传一张照片",
    ]


def test_an_activity_is_recorded_once_and_only_after_it_began(town, running, time):
    activity = planned(town, running)
    photos.add_photos(activity, by=town.head, files=[png()], values=NOBODY_ON_IT)
    values = RECORD | {"head_count": 46}

    with pytest.raises(Refused) as early:
        activities.record_activity(activity, by=town.head, values=values, sheets=[pdf()])
    time.go(datetime(2026, 6, 20, 9, 0))
    activities.record_activity(activity, by=town.head, values=values, sheets=[pdf()])
    with pytest.raises(Refused):
        activities.record_activity(activity, by=town.head, values=values)

    assert early.value.reasons == ["活动开始以后才能提交记录"]
    assert (activity.attendance, activity.recorded_by, activity.state) == (46, town.head, "recorded")


def test_what_was_typed_can_be_kept_and_finished_later(town, running, time, browse):
    activity = begun(town, running, time)
    client, page = browse(town.head), url("activity_record", activity.pk)
    typed = {"starts_at": "2026-06-19T14:00", "place": "社区活动室", "outcome": "写到一半", "keep": "1"}

    refused = client.post(page, {**typed, "keep": "", "finish": "1"} | {"place": ""})
    kept = client.post(page, typed)

    assert refused.context["form"]["outcome"].value() == "写到一半"
    assert kept.status_code == 302
    assert (Activity.objects.get().outcome, Activity.objects.get().state) == ("写到一半", "planned")


def test_what_is_asked_for_stands_at_its_field_and_only_when_it_is_handed_in(town, running, time, browse):
    activity = begun(town, running, time, audience="")
    client, page = browse(town.head), url("activity_record", activity.pk)
    opened = client.get(page)
    typed = {"starts_at": "2026-06-19T14:00", "ends_at": "2026-06-19T16:00", "place": "社区活动室", "team": "刘芳"}

    handed_in = client.post(page, typed | {"reflection": "分两批", "keeps_theme": "yes"}).context["form"]
    given = client.post(page, typed | RECORD | {"goal": "认识", "audience": "老人", "head_count": "3", "sheets": pdf()})

    assert "填写执行团队" not in opened.context["missing"]  # the form has filled it in
    assert opened.content.decode().count("提交时必填") == 9
    assert {"goal", "audience", "outcome", "goal_reached", "right_people", "head_count", "sheets"} <= set(
        handed_in.errors
    )
    assert not {"reflection", "keeps_theme", "team"} & set(handed_in.errors)
    assert given.context["form"].errors == {"__all__": ["至少上传一张照片"]}
    assert client.post(page, typed | {"keep": "1"}).status_code == 302


def test_each_mistake_of_a_record_is_said_once_and_in_words_that_fit_its_field(town, running, time, browse):
    activity = begun(town, running, time)
    typed = {"starts_at": "2026-12-19T14:00", "ends_at": "2026-12-19T16:00", "place": "社区活动室", "team": "刘芳"}

    errors = browse(town.head).post(url("activity_record", activity.pk), typed).context["form"].errors

    assert errors["starts_at"] == ["活动开始以后才能提交记录"]
    for name in ("reflection", "keeps_theme", "goal_reached", "right_people"):
        assert errors[name] == ["请填写这一项。"]


def test_the_draft_of_a_plan_says_what_is_asked_for_when_it_is_handed_in(town, running, browse):
    page = browse(town.head).get(url("activity_create", running.pk))
    plan = page.context["form"]

    marked = {field.name for field in plan if getattr(field.field, "mark", "") == "提交时必填"}
    assert marked == {"goal", "place", "ends_at", "emergency_plan"}
    assert not getattr(plan.fields["programme"], "mark", "")
    assert plan["audience"].label == "服务对象"  # as on the page, and in what is missing


def test_a_record_is_corrected_with_a_reason_and_the_log_keeps_the_figure_before(town, running, time):
    activity = held(town, running, time, heads=46)

    with pytest.raises(Refused):
        activities.amend_record(activity, by=town.head, values={"head_count": 40}, reason=" ")
    with pytest.raises(PermissionDenied):
        activities.amend_record(activity, by=town.mentor, values={"head_count": 40}, reason="重数")
    activities.amend_record(activity, by=town.head, values={"head_count": 40}, reason="重数")

    assert Activity.objects.get().attendance == 40
    line = Event.objects.about(activity).last()
    assert (line.note, line.data["before"]) == ("重数", {"head_count": "46"})


def test_what_records_bring_for_a_goal_sums_to_its_progress(town, running, time):
    key = running.targets.get().key
    first = activities.plan_activity(running, by=town.head, values=WHOLE, targets=[key, "nonsense"])
    second = activities.plan_activity(running, by=town.head, values=WHOLE, targets=[key])
    for activity, achieved in ((first, 12), (second, 8)):
        activities.hand_in(activity, by=town.head)
        recorded(town, activity, time, heads=20, achieved={key: Decimal(achieved)})

    assert progress(running) == {key: Decimal("20.00")}
    assert progress(running, until=clock.today() - timedelta(days=30)) == {}
    assert first.target_links.count() == 1


# -- photos --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"shows_people": True, "has_consent": False},
        {"shows_people": True, "has_consent": True, "shows_children": True},
    ],
)
def test_a_photo_without_consent_is_never_public(town, running, said):
    activity = planned(town, running)

    with pytest.raises(Refused):
        photos.add_photos(activity, by=town.head, files=[png()], values=NOBODY_ON_IT | said)
    [photo] = photos.add_photos(
        activity, by=town.head, files=[png()], values=NOBODY_ON_IT | said | {"is_public": False}
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        ActivityPhoto.objects.filter(pk=photo.pk).update(is_public=True)


def test_everybody_sees_a_released_photo_until_the_consent_is_withdrawn(town, running, time, browse):
    activity = begun(town, running, time)
    agreed = NOBODY_ON_IT | {"shows_people": True, "has_consent": True}
    [photo] = photos.add_photos(activity, by=town.head, files=[png()], values=agreed)
    page = url("photo_image", photo.pk)

    before = browse().get(page).status_code
    recorded(town, activity, time, heads=3)
    assert (before, browse().get(page).status_code) == (404, 200)
    photos.change_photo(photo, by=town.head, values=agreed | {"has_consent": False, "is_public": False})

    assert browse().get(page).status_code == 404
    assert browse(town.mentor).get(page).status_code == 200
    assert browse(town.singer).get(page).status_code == 404


def test_a_preview_is_small_and_a_file_that_is_no_picture_is_said_at_the_field(town, running, browse):
    activity = planned(town, running)
    client, page = browse(town.head), url("photo_add", activity.pk)

    assert client.post(page, {"files": png(size=(2600, 1300)), "caption": "全场"}).status_code == 302
    broken = png("坏.png")
    broken.file.truncate(60)
    refused = client.post(page, {"files": broken})

    assert "files" in refused.context["form"].errors
    assert ActivityPhoto.objects.get().preview.read()[:3] == b"\xff\xd8\xff"


def test_a_recorded_activity_keeps_one_photo(town, running, time, browse):
    activity = held(town, running, time, heads=1)
    photo = activity.photos.get()

    browse(town.head).post(url("photo_edit", photo.pk), {"remove": "1"})
    assert activity.photos.count() == 1
    photos.add_photos(activity, by=town.head, files=[png()], values=NOBODY_ON_IT)
    browse(town.head).post(url("photo_edit", photo.pk), {"remove": "1"})

    assert activity.photos.count() == 1
    assert not ActivityPhoto.objects.filter(pk=photo.pk).exists()


# -- milestones ----------------------------------------------------------------------------------------


@pytest.fixture
def milestone(town, running):
    values = {"name": "完成建档", "due_on": datetime(2026, 8, 31).date(), "proof": "档案"}
    return delivery.add_milestone(running, by=town.head, values=values)


def test_a_milestone_is_reached_once_with_what_shows_it(town, milestone, time, browse):
    time.go(datetime(2026, 9, 3, 9, 0))
    client, page = browse(town.head), url("milestone_done", milestone.pk)

    assert "note" in client.post(page, {"done_on": "2026-09-03"}).context["form"].errors
    assert "done_on" in client.post(page, {"done_on": "2026-09-04", "note": "好"}).context["form"].errors
    assert client.post(page, {"done_on": "2026-09-02", "files": pdf()}).status_code == 302
    assert client.post(page, {"done_on": "2026-09-03", "note": "再来"}).context["form"].non_field_errors()

    found = Milestone.objects.get()
    assert (found.is_done, found.days_late, found.done_by) == (True, 2, town.head)


def test_a_milestone_moves_with_a_reason_and_stays_once_it_is_reached(town, milestone):
    day = datetime(2026, 9, 30).date()

    with pytest.raises(PermissionDenied):
        delivery.change_milestone(milestone, by=town.mentor, values={"due_on": day}, reason="晚")
    delivery.change_milestone(milestone, by=town.head, values={"due_on": day}, reason="雨季")
    delivery.reach_milestone(milestone, by=town.head, done_on=clock.today(), note="建档68份")
    with pytest.raises(Refused):
        delivery.change_milestone(milestone, by=town.head, values={"due_on": day}, reason="晚")

    assert Milestone.objects.get().due_on == day
    assert Event.objects.about(milestone.project).get(name="change_milestone").note == "雨季"


def test_what_is_no_picture_is_refused_by_naming_the_pictures_that_are_taken(town, running, browse):
    activity = planned(town, running)

    answer = browse(town.head).post(url("photo_add", activity.pk), {"files": [pdf("现场.pdf")]})

    [said] = answer.context["form"].errors["files"]
    assert said == "“现场.pdf”不是能识别的照片，请用JPG或PNG格式。"
    assert not activity.photos.exists()


def test_an_activity_waits_for_its_record_since_it_took_place(town, running, time):
    activity = begun(town, running, time)

    [task] = [task for task in inbox.waiting_for(town.head) if activity.theme in task.what]

    assert task.since == activity.starts_at
    assert not [task for task in inbox.waiting_for(town.mentor) if activity.theme in task.what]
