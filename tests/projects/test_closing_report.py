"""The closing report: figures from the records, a figure of one's own with its reason, what is still open."""

from datetime import datetime, timedelta
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core import clock
from core.workflow import Refused
from projects.actions import closing, delivery, payments, spending, trouble
from projects.closing import goals_of, open_items
from projects.figures import unit_of_progress
from projects.inbox import waiting_for
from projects.models import ActivityPhoto, ClosingReport, Project, WarningLetter
from tests.life import draft
from tests.pages import Offered
from tests.records import planned
from tests.reports.test_access import text_of
from tests.spending import handed_in, paid, running
from tests.test_files import pdf

WORDS = {
    "done": "入户陪伴40次。",
    "residents_say": "“闺女常来，心里踏实。”",
    "volunteers_did": "低龄老人结对探访。",
    "media": "无",
    "problems": "",
    "lessons": "夏天应改在清晨。",
    "goes_on": "regular",
    "goes_on_words": "转为社区每周二常规探访。",
}


@pytest.fixture
def project(town, life) -> Project:
    """At the end of its time, midterm passed, with one payment recognised."""
    found = running(town, life)
    spending.recognise(handed_in(found, town.head), by=town.clerk)
    found = life.walk(Project.objects.get(pk=found.pk), "midterm_passed")
    life.time.go(datetime(2027, 2, 20, 10))
    return Project.objects.get(pk=found.pk)


def write(town, project, by=None, own=None, photos=(), **changes) -> ClosingReport:
    return closing.write_closing_report(
        project, by=by or town.volunteer, values=WORDS | changes, own_figures=own or {}, photos=photos
    )


def target(project) -> str:
    return project.targets.get().key


def test_a_draft_is_saved_incomplete_and_not_handed_in(town, project):
    write(town, project, lessons="")

    assert not project.reports.filter(kind="closing").exists()
    with pytest.raises(Refused):
        closing.hand_in_closing_report(project, by=town.head)
    assert ClosingReport.objects.get().lacks == ["如果重来会怎么做"]


def test_handed_in_it_is_the_closing_report_with_the_figures_of_the_day(town, project):
    write(town, project, own={target(project): {"value": "58", "reason": "两位老人不愿登记"}})

    made = closing.hand_in_closing_report(project, by=town.head, files=[pdf("总结.pdf")])

    report = project.reports.get(kind="closing")
    assert (made.report, report.spent, report.done) == (report, D("300.00"), "入户陪伴40次。")
    [goal] = made.facts["goals"]
    assert (goal["planned"], goal["recorded"], goal["own"], goal["rate"]) == ("60", "", "58", 96)
    assert made.facts["figures"]["until"] == "2027-02-20"
    assert delivery.request_closing(project, by=town.head).state == "closing"


def test_only_the_head_hands_it_in_and_only_the_group_writes(town, project):
    write(town, project)

    with pytest.raises(PermissionDenied):
        closing.hand_in_closing_report(project, by=town.volunteer)
    for stranger in (town.clerk, town.mentor, town.singer):
        with pytest.raises(PermissionDenied):
            write(town, project, by=stranger)


def test_a_figure_that_differs_from_the_records_carries_its_reason(town, project):
    with pytest.raises(Refused):
        write(town, project, own={target(project): {"value": "58", "reason": " "}})

    assert write(town, project, own={target(project): {"value": "58", "reason": "漏记"}}).pk


def test_a_goal_that_is_almost_reached_is_not_reached(project):
    [goal] = goals_of(project, {target(project): {"value": "59.9", "reason": "漏记"}})

    assert (goal.rate, goal.is_reached) == (99, False)


def test_photos_of_another_project_are_refused(town, life, project):
    other = Project.objects.create(
        call=project.call, track=project.track, applicant=town.centre, title="另一个", created_by=town.head
    )
    activity = planned(town, project)
    activity.photos.create(preview="x.jpg", caption="全场")
    foreign = ActivityPhoto.objects.get()
    foreign.activity.project = other

    with pytest.raises(Refused):
        write(town, project, photos=[foreign])

    assert list(write(town, project, photos=activity.photos.all()).photos.all()) == [activity.photos.get()]


def test_sent_back_it_begins_anew_with_its_words_and_the_first_stays(town, project):
    write(town, project)
    first = closing.hand_in_closing_report(project, by=town.head)
    delivery.request_closing(project, by=town.head)
    delivery.supervise(project, "reject_closing", by=town.clerk, note="请补照片")
    project = Project.objects.get(pk=project.pk)

    again = closing.report_being_written(project, by=town.head)

    assert (again.pk, again.done, again.goes_on) == (None, "入户陪伴40次。", "regular")
    write(town, project, done="入户陪伴42次。")
    assert closing.hand_in_closing_report(project, by=town.head).done == "入户陪伴42次。"
    first.refresh_from_db()
    assert first.done == "入户陪伴40次。"


def test_where_no_payment_is_entered_the_group_says_what_was_spent(town, life):
    found = life.walk(draft(town), "midterm_passed")
    write(town, found)
    with pytest.raises(Refused):
        closing.hand_in_closing_report(found, by=town.head)

    assert closing.hand_in_closing_report(found, by=town.head, spent_so_far=D("9000.00")).report.spent == D("9000.00")


def test_what_is_still_open_is_said_with_where_to_settle_it(town, life, project):
    life.pay(project.tranches.get(ordinal=1))
    second = project.tranches.get(ordinal=2)
    payments.request_payment(second, by=town.clerk)
    payments.approve_payment(second, by=town.approver)
    payments.pay(second, by=town.finance, bank_reference="B")
    paid(project, town.head, invoice_number="26117000000012345690")
    handed_in(project, town.head, invoice_number="26117000000012345691")
    planned(town, project)  # on 19 June, and nobody has written how it went
    until = clock.today() + timedelta(days=5)
    trouble.warn(project, by=town.clerk, ground=_ground(), words="进度慢", answer_until=until)

    found = open_items(Project.objects.get(pk=project.pk))

    assert [item.words for item in found] == [
        "有1笔支出没有提交。",
        "有1笔支出等待审核。",
        "有1场活动没有记录。",
        "有一份预警还没有了结。",
        "第2期拨款的收据还没有交。",
        "已拨付9,000.00元，其中8,700.00元还没有认定为支出，结项后须退回。",
    ]
    assert all(item.url.startswith("/") for item in found)


def _ground() -> str:
    return WarningLetter._meta.get_field("ground").choices[0][0]


def test_the_list_of_things_to_do_asks_for_it_two_weeks_before_the_end(town, project):
    head = type(town.head).objects.get(pk=town.head.pk)

    found = [task for task in waiting_for(head) if task.what == "写结项报告并申请结项"]

    assert [task.due_on.isoformat() for task in found] == ["2027-03-15"]  # 28 February and fifteen days


def test_the_page_saves_and_hands_in_and_what_was_typed_comes_back(town, project, browse):
    page = reverse("projects:closing_report_edit", args=[project.pk])
    client = browse(town.head)
    own, why = f"own_{target(project)}", f"why_{target(project)}"
    typed = Offered(client.get(page).content.decode()).filled(**{name: WORDS[name] for name in WORDS}, **{own: "70"})

    back = client.post(page, typed)
    assert "请说明贵单位的数为何与记录不同。" in back.content.decode()
    assert Offered(back.content.decode()).values["done"] == "入户陪伴40次。"
    sent = client.post(page, typed | {why: "另有十位未登记", "hand_in": "1"}, follow=True)

    assert sent.redirect_chain[-1][0] == reverse("projects:closing_report", args=[project.pk])
    assert "另有十位未登记" in sent.content.decode()
    paper = text_of(client.get(reverse("reports:closing_report", args=[project.pk])))
    assert "转为常态化服务" in paper


def test_what_is_asked_for_when_it_is_handed_in_is_not_called_optional(town, project, browse):
    form = browse(town.head).get(reverse("projects:closing_report_edit", args=[project.pk])).context["form"]

    marked = [name for name, field in form.fields.items() if getattr(field, "mark", "") == "提交时必填"]
    assert set(marked) == {"done", "residents_say", "lessons", "goes_on", "goes_on_words"}


def test_rubbish_in_the_form_breaks_nothing(town, project, browse):
    page = reverse("projects:closing_report_edit", args=[project.pk])
    rubbish = {"goes_on": "x" * 99, f"own_{target(project)}": "许多", "photos": ["9" * 40, "x"], "hand_in": "1"}

    assert browse(town.head).post(page, rubbish).status_code == 200
    assert not ClosingReport.objects.exists()


def test_persons_and_attendance_have_names_of_their_own(town, project, browse):
    """A goal in persons is added up over activities: what the records say of it is 人次, beside 服务人数 above."""
    [goal] = goals_of(project, {})
    made = hand_in_whole(town, project)

    page = browse(town.head).get(reverse("projects:closing_report", args=[project.pk])).content.decode()

    assert (goal.unit, goal.recorded_unit) == ("人", "人次")
    assert made.facts["goals"][0]["recorded_unit"] == "人次"
    assert "同一个人来三次可能算了三次" in page
    assert ("每人每次都计" in page, "同一人只计一次" in page) == (True, True)


def test_a_goal_that_is_no_number_of_persons_keeps_its_unit():
    assert [unit_of_progress(unit) for unit in ("人", "名", "次", "%")] == ["人次", "人次", "次", "%"]


def hand_in_whole(town, project):
    write(town, project)
    return closing.hand_in_closing_report(project, by=town.head, files=[pdf("总结.pdf")])
