"""The pages of a project after its proposal: who sees what, steps, money, delivery, notices, lists."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import Event
from projects.actions import delivery, drafts, people
from projects.models import Activity, Project, Report
from tests.life import choir_draft, draft


def url(name: str, *args) -> str:
    return reverse(f"projects:{name}", args=args)


@pytest.fixture
def empty(town):
    """A draft just opened."""
    return drafts.create_draft(town.call, town.centre, by=town.head, title="新项目")


# -- the page and its steps ------------------------------------------------------------------------


def test_the_page_offers_exactly_the_steps_the_person_may_take(town, browse, life):
    project = life.walk(draft(town), "submitted")

    def offered(user):
        return [choice.name for choice in browse(user).get(project.get_absolute_url()).context["choices"]]

    assert offered(town.clerk) == ["return_for_correction", "declare_ineligible", "accept"]
    assert offered(town.head) == ["withdraw"]
    assert offered(town.volunteer) == []
    assert offered(town.auditor) == []


def test_a_step_without_a_reason_is_said_at_the_field(town, browse, life):
    project = life.walk(draft(town), "submitted")

    response = browse(town.clerk).post(url("project_step", project.pk, "return_for_correction"), {"note": " "})

    assert "note" in response.context["form"].errors
    assert Project.objects.get().state == "submitted"


def test_a_stale_page_moves_nothing_and_says_where_the_project_is(town, browse, life):
    project = life.walk(draft(town), "submitted")
    client = browse(town.clerk)
    client.post(url("project_step", project.pk, "accept"), {"seen": "submitted", "note": ""})

    again = client.post(url("project_step", project.pk, "accept"), {"seen": "submitted", "note": ""}, follow=True)

    assert [message.level_tag for message in again.context["messages"]] == ["success", "error"]
    assert Project.objects.get().state == "eligible"


def test_a_step_without_a_button_cannot_be_taken_by_its_address(town, browse, life):
    project = life.walk(draft(town), "eligible")

    assert browse(town.clerk).post(url("project_step", project.pk, "start_review")).status_code == 404


def test_another_groups_project_is_not_there(town, browse, life):
    project = life.walk(choir_draft(town), "submitted")

    assert browse(town.head).get(project.get_absolute_url()).status_code == 404
    assert browse(town.hosthead).get(project.get_absolute_url()).status_code == 200


def test_a_draft_is_not_there_for_the_funder(town, browse, empty):
    assert browse(town.clerk).get(empty.get_absolute_url()).status_code == 404


# -- agreement and money ---------------------------------------------------------------------------


def test_group_signs_first_then_the_funder(town, browse, life):
    project = life.walk(draft(town), "approved")
    page = url("agreement_detail", project.pk)

    early = browse(town.approver).post(page, {"agreed": "on", "funder": ""})
    assert early.context["form"].non_field_errors()
    assert browse(town.head).post(page, {"group": ""}).context["form"].errors.keys() == {"agreed"}
    browse(town.head).post(page, {"agreed": "on", "group": ""})
    browse(town.approver).post(page, {"agreed": "on", "funder": ""})

    assert Project.objects.get().state == "running"


@pytest.mark.parametrize("username", ["clerk", "volunteer", "mentor_of_project", "auditor"])
def test_others_do_not_sign(town, browse, life, username):
    project = life.walk(draft(town), "approved")
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    person = town.mentor if username == "mentor_of_project" else town.people[username]

    for party in ("group", "funder"):
        response = browse(person).post(url("agreement_detail", project.pk), {"agreed": "on", party: ""})
        assert response.status_code == 403
    assert not project.agreement.is_signed


def test_an_instalment_is_requested_approved_paid_and_receipted_by_four_hands(town, browse, life):
    project = life.walk(draft(town), "running")
    first = project.tranches.first()

    browse(town.clerk).post(url("tranche_step", first.pk, "request"), {"note": ""})
    assert browse(town.clerk).post(url("tranche_step", first.pk, "approve"), {"note": ""}).status_code == 403
    browse(town.approver).post(url("tranche_step", first.pk, "approve"), {"note": ""})
    assert browse(town.approver).post(url("tranche_step", first.pk, "pay"), {"bank_reference": "1"}).status_code == 403
    browse(town.finance).post(url("tranche_step", first.pk, "pay"), {"bank_reference": "ICBC-1"})
    browse(town.head).post(url("tranche_step", first.pk, "receipt"), {"receipt_number": "SJ-1"})

    first = project.tranches.first()
    assert (first.state, first.bank_reference, first.receipt_number) == ("receipted", "ICBC-1", "SJ-1")
    assert Project.objects.get().amount_paid == Decimal("5000.00")


def test_a_step_that_is_done_says_so_to_whose_it_was_and_stays_shut_to_others(town, browse, life):
    project = life.walk(draft(town), "running")
    first = project.tranches.first()
    too_early = browse(town.head).get(url("tranche_step", first.pk, "receipt"), follow=True)
    for person, name, data in (
        *((town.clerk, "request", {"note": ""}), (town.approver, "approve", {"note": ""})),
        *((town.finance, "pay", {"bank_reference": "ICBC-1"}), (town.head, "receipt", {"receipt_number": "SJ-1"})),
    ):
        browse(person).post(url("tranche_step", first.pk, name), data)
    page = url("tranche_step", first.pk, "receipt")
    assert "当前状态为“待申请”，现在不能办理这一步。" in too_early.content.decode()

    for again in (browse(town.head).get(page, follow=True), browse(town.head).post(page, {}, follow=True)):
        assert again.redirect_chain == [(project.get_absolute_url(), 302)]
        assert [str(said) for said in again.context["messages"]] == ["这一步已经办过了，当前状态为“已收款并开收据”。"]
    assert browse(town.clerk).get(page).status_code == 403
    assert browse(town.stranger).get(page).status_code == 404


def test_an_instalment_whose_gate_is_shut_says_what_is_missing(town, browse, life):
    project = life.walk(draft(town), "running")
    second = project.tranches.get(ordinal=2)

    response = browse(town.clerk).get(url("tranche_step", second.pk, "request"))
    refused = browse(town.clerk).post(url("tranche_step", second.pk, "request"), {"note": ""})

    assert len(response.context["choice"].blocked) == 2  # its gate, and the first instalment's receipt
    assert refused.status_code == 200
    assert project.tranches.get(ordinal=2).state == "planned"


# -- delivery --------------------------------------------------------------------------------------

ACTIVITY = {
    "theme": "中泰文化大交流",
    "starts_at": "2026-06-06T20:00",
    "ends_at": "2026-06-06T22:00",
    "place": "",
    "goal": "扩大认知，增进友谊",
    "audience": "三个社团成员",
    "is_public": "on",
    "partners-TOTAL_FORMS": "1",
    "partners-INITIAL_FORMS": "0",
    "partners-0-name": "文学社",
    "partners-0-task": "出活动策划",
    "programme": "短剧、问答",
    "emergency_plan": "停电时骨干维持秩序",
    "items-TOTAL_FORMS": "5",
    "items-INITIAL_FORMS": "0",
} | {
    f"items-{row}-{name}": value
    for row, line in enumerate(
        [
            ("大海报2张,小海报30张", "32张", "25"),
            ("矿泉水", "10瓶×1元", "10"),
            ("活动奖品", "20支笔,10个记事本", "100"),
            ("气球和彩带", "1包和6条", "35"),
            ("打印文件", "", "5"),
        ]
    )
    for name, value in zip(("name", "quantity", "amount"), line, strict=True)
}


def test_the_activity_plan_of_the_seed_sums_to_175_yuan(town, browse, life):
    project = life.walk(draft(town), "running")

    browse(town.volunteer).post(url("activity_create", project.pk), ACTIVITY)

    activity = Activity.objects.get()
    assert (activity.items.count(), activity.cost, activity.place) == (5, Decimal("175.00"), "")
    assert "175.00" in browse(town.head).get(activity.get_absolute_url()).content.decode()


def test_a_report_with_more_persons_than_visits_or_more_than_the_award_is_refused(town, browse, life):
    project = life.walk(draft(town), "running")
    report = {"kind": "milestone", "done": "完成", "persons": "10", "visits": "9", "volunteer_hours": "0", "spent": "1"}
    client = browse(town.head)

    assert "persons" in client.post(url("report_create", project.pk), report).context["form"].errors
    too_much = report | {"visits": "10", "spent": "10000.01"}
    assert "spent" in client.post(url("report_create", project.pk), too_much).context["form"].errors
    assert client.post(url("report_create", project.pk), report | {"visits": "10"}).status_code == 302
    assert Report.objects.get().persons == 10


def test_volunteer_hours_of_a_report_may_be_halves_and_never_less_than_none(town, browse, life):
    project, client = life.walk(draft(town), "running"), browse(town.head)
    report = {"done": "完成", "persons": "1", "visits": "2", "spent": "1"}

    less = client.post(url("report_create", project.pk), report | {"volunteer_hours": "-0.5"}).context["form"]
    finer = client.post(url("report_create", project.pk), report | {"volunteer_hours": "12.55"}).context["form"]
    client.post(url("report_create", project.pk), report | {"volunteer_hours": "12.5"})

    assert list(less.errors) == list(finer.errors) == ["volunteer_hours"]
    made = Report.objects.get()
    assert made.volunteer_hours == Decimal("12.5")
    shown = client.get(reverse("projects:report_detail", args=[made.pk])).content.decode()
    assert '<span class="tile-value">12.5</span>' in shown


def test_the_clerk_accepts_a_report_and_the_mentor_does_not(town, browse, life):
    project = life.walk(draft(town), "running")
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    values = {"kind": "milestone", "done": "完成", "persons": 1, "visits": 1, "spent": Decimal("1.00")}
    report = delivery.submit_report(project, by=town.head, values=values)

    assert browse(town.mentor).post(url("report_detail", report.pk)).status_code == 403
    browse(town.clerk).post(url("report_detail", report.pk))

    report.refresh_from_db()
    assert report.accepted_by == town.clerk


def test_only_the_mentor_writes_mentoring_notes(town, browse, life):
    project = life.walk(draft(town), "running")
    note = {"held_on": "2026-04-20", "topic": "finance", "form": "visit", "hours": "1.5", "advice": "票据按月整理"}

    assert browse(town.mentor).post(url("mentoring_create", project.pk), note).status_code == 404
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    assert browse(town.head).post(url("mentoring_create", project.pk), note).status_code == 403
    assert browse(town.mentor).post(url("mentoring_create", project.pk), note).status_code == 302


# -- lists -----------------------------------------------------------------------------------------


@pytest.mark.every_case
@pytest.mark.parametrize("username", ["clerk", "head"])
def test_the_project_list_costs_the_same_for_1_and_for_30(town, browse, life, username, django_assert_num_queries):
    client = browse(town.people[username])
    life.walk(draft(town), "submitted")
    with CaptureQueriesContext(connection) as one:
        client.get(url("project_list"))
    for _ in range(29):
        life.walk(draft(town), "submitted")

    with django_assert_num_queries(len(one)):
        response = client.get(url("project_list"))

    assert response.context["page_obj"].count == 30


def test_search_and_filters_narrow_the_list(town, browse, life):
    life.walk(draft(town), "submitted")
    life.walk(choir_draft(town, title="合唱进社区"), "eligible")
    client = browse(town.clerk)

    def found(**query):
        return [project.title for project in client.get(url("project_list"), query).context["page_obj"]]

    assert found(q="合唱") == ["合唱进社区"]
    assert found(q="LX2026-001") == ["夕阳红暖心陪伴"]
    assert found(q="没有这个") == []
    assert len(found(stage="2")) == 2
    assert found(stage="3") == []
    assert len(found(stage="x", page="99")) == 2  # nonsense in the address is ignored


def test_public_pages_are_public(town, browse, life):
    project = life.walk(draft(town), "completed")
    client = browse()

    for page in (
        reverse("home"),
        reverse("grants:call_list"),
        town.call.get_absolute_url(),
        url("notice_list"),
        project.notice_entries.get().notice.get_absolute_url(),
        url("showcase"),
        url("showcase_detail", project.pk),
    ):
        response = client.get(page)
        assert response.status_code == 200, page
        assert "13800138000" not in response.content.decode()


def test_a_long_log_is_folded_after_its_latest_entries(town, browse, life):
    project = life.walk(draft(town), "running")
    for n in range(12):
        Event.objects.create(target=project, name="said", label=f"第{n}条", actor=town.head)
    page = browse(town.head).get(project.get_absolute_url())

    shown, folded = page.content.decode().split("条记录</summary>")

    assert len(page.context["events"]) > 12
    assert shown.split("办理经过")[1].count("<li>") == 12
    assert folded.split("</details>")[0].count("<li>") == len(page.context["events"]) - 12


def test_what_comes_next_after_the_award_is_the_plan_and_then_the_agreement(town, browse, life):
    project = life.walk(draft(town), "approved")

    page = browse(town.head).get(project.get_absolute_url()).content.decode()

    assert ("先完善方案并经确认" in page) is (getattr(project, "agreement", None) is None)


def test_who_has_no_project_is_led_to_what_is_theirs_and_prints_nothing(town, browse):
    giver, resident = (browse(user).get(url("project_list")).content.decode() for user in (town.giver, town.stranger))
    searched = browse(town.giver).get(url("project_list"), {"q": "没有这个"}).content.decode()

    assert ('href="/giving/"' in giver, "这里没有您的项目" in resident) == (True, True)
    assert [url("mentor_desk") + '"' in page for page in (giver, resident)] == [False, False]
    assert "减少筛选条件" in searched
