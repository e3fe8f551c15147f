"""The monthly report: made by itself, renewed, handed in, read and answered; and the funder's ledger."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from config.management.commands.tick import DUTIES
from core.workflow import Refused
from people.models import Community, Kind, Organization
from projects.actions import monthly
from projects.inbox import waiting_for
from projects.models import MonthlyReport, Project
from projects.views import monthly as views
from tests import town as towns
from tests.reports.test_access import text_of
from tests.spending import handed_in, running

D = Decimal
WORDS = {"problems": "缺场地", "plans": "端午活动", "media": ""}


@pytest.fixture
def project(town, life):
    return running(town, life)


@pytest.fixture
def report(town, project, time):
    handed_in(project, town.head)
    handed_in(project, town.head, amount=D("50.00"), spent_on=date(2026, 5, 3), invoice_number="11112222")
    time.go(datetime(2026, 7, 1, 0, 5))
    monthly.make_monthly_reports()
    return MonthlyReport.objects.get()


def test_it_is_made_on_the_first_for_the_month_before(town, project, time):
    time.go(datetime(2026, 7, 1, 0, 5))

    assert [monthly.make_monthly_reports(), monthly.make_monthly_reports()] == [1, 0]

    report = MonthlyReport.objects.get()
    assert (report.month, report.due_on, report.last_day) == (date(2026, 6, 1), date(2026, 7, 5), date(2026, 6, 30))
    assert [one.subject for one in town.volunteer.notifications.filter(key=f"monthly-{report.pk}")]
    assert monthly.make_monthly_reports in DUTIES


def test_a_clock_that_stood_still_makes_it_later_and_once(project, time):
    for day in (3, 4, 31):
        time.go(datetime(2026, 7, day, 9))
        monthly.make_monthly_reports()

    assert MonthlyReport.objects.count() == 1


def test_a_project_that_was_not_at_work_has_none(project, time):
    Project.objects.filter(pk=project.pk).update(state="completed")
    time.go(datetime(2026, 7, 1, 9))
    assert monthly.make_monthly_reports() == 0

    Project.objects.filter(pk=project.pk).update(state="running", ends_on=date(2026, 5, 31))
    assert monthly.make_month(date(2026, 6, 1)) == 0
    assert monthly.make_month(date(2026, 3, 1)) == 0  # signed in April


def test_the_day_on_which_it_is_due_is_the_calls(project, time):
    type(project.call).objects.filter(pk=project.call_id).update(monthly_due_day=8)
    time.go(datetime(2026, 7, 1, 9))
    monthly.make_monthly_reports()

    assert MonthlyReport.objects.get().due_on == date(2026, 7, 8)


def test_money_rolls_up_by_month_and_in_all(report):
    assert (report.spent, report.spent_in_all, report.award, report.rate) == (
        D("300.00"),
        D("350.00"),
        D("10000.00"),
        D("3.5"),
    )


def test_figures_follow_the_records_until_it_is_handed_in(town, project, report):
    handed_in(project, town.head, amount=D("25.00"), spent_on=date(2026, 6, 30), invoice_number="11112223")
    monthly.renew(report)
    assert report.spent == D("325.00")

    monthly.hand_in(report, by=town.head, values=WORDS)
    handed_in(project, town.head, amount=D("5.00"), spent_on=date(2026, 6, 30), invoice_number="11112224")
    monthly.renew(MonthlyReport.objects.get())

    assert MonthlyReport.objects.get().spent == D("325.00")


def test_it_reaches_mentor_and_community_at_once(town, project, report, django_capture_on_commit_callbacks):
    Community.objects.filter(pk=town.community.pk).update(email="juwei@example.org")

    with django_capture_on_commit_callbacks(execute=True):
        monthly.hand_in(report, by=town.volunteer, values=WORDS)

    assert town.mentor.notifications.latest("pk").url == report.get_absolute_url()
    [letter] = [one for one in mail.outbox if one.to == ["juwei@example.org"]]
    assert reverse("projects:monthly_read", args=[report.token]) in letter.body


def test_only_the_group_hands_it_in_and_once(town, report):
    for name in ("mentor", "clerk", "hosthead", "finance"):
        with pytest.raises(PermissionDenied):
            monthly.hand_in(report, by=getattr(town, name), values=WORDS)
    monthly.hand_in(report, by=town.head, values=WORDS)

    with pytest.raises(Refused):
        monthly.hand_in(report, by=town.head, values=WORDS)


def test_the_mentor_answers_and_the_task_is_done(town, report, time):
    def todo(user) -> list[tuple[str, date | None]]:
        return [(task.what, task.due_on) for task in waiting_for(user) if "2026-06" in task.what]

    assert todo(town.head) == [("补充并提交2026-06月报", date(2026, 7, 5))]
    monthly.hand_in(report, by=town.head, values=WORDS)
    assert (todo(town.head), todo(town.mentor)) == ([], [("答复2026-06月报", date(2026, 7, 6))])

    monthly.remark(report, by=town.mentor, text="票据整理得好。")

    assert todo(town.mentor) == []
    assert "意见" in town.head.notifications.latest("pk").subject


def test_nobody_remarks_on_what_is_not_handed_in_and_no_stranger_ever(town, report):
    with pytest.raises(Refused):
        monthly.remark(report, by=town.mentor, text="好")
    monthly.hand_in(report, by=town.head, values=WORDS)
    for name in ("stranger", "finance", "auditor", "singer"):
        with pytest.raises(PermissionDenied):
            monthly.remark(report, by=getattr(town, name), text="好")


def test_the_community_reads_and_answers_without_an_account(town, report, browse):
    page = reverse("projects:monthly_read", args=[report.token])
    assert browse().get(page).status_code == 404  # not handed in yet
    monthly.hand_in(report, by=town.head, values=WORDS)

    shown = browse().get(page)
    browse().post(page, {"name": "张主任", "text": "活动室可以借给你们。"})

    assert (shown.status_code, "缺场地" in shown.content.decode()) == (200, True)
    assert shown["Referrer-Policy"] == "no-referrer"
    answer = MonthlyReport.objects.get().remarks.get()
    assert (answer.part, answer.said_by) == ("community", "张主任")
    assert MonthlyReport.objects.get().read_at is not None
    assert browse().get(reverse("projects:monthly_read", args=["x" * 32])).status_code == 404


@pytest.mark.parametrize("username", ["clerk", "mentor", "head"])
def test_who_works_on_the_project_is_not_the_community_on_its_link(town, report, browse, username):
    monthly.hand_in(report, by=town.head, values=WORDS)
    page, client = reverse("projects:monthly_read", args=[report.token]), browse(town.people[username])

    shown = client.get(page)
    sent = client.post(page, {"name": "张主任", "text": "很好"})

    assert (shown.status_code, sent.status_code) == (200, 403)
    assert "居委会看到的页面" in shown.content.decode()
    assert MonthlyReport.objects.get().read_at is None
    assert report.remarks.count() == 0
    assert browse(town.people["stranger"]).get(page).status_code == 200
    assert MonthlyReport.objects.get().read_at is not None


def test_a_link_is_no_way_to_flood_a_group(town, report, browse):
    monthly.hand_in(report, by=town.head, values=WORDS)
    page, client = reverse("projects:monthly_read", args=[report.token]), browse()
    for _number in range(7):
        client.post(page, {"name": "张主任", "text": "好"})
    client.post(page, {"name": "机器", "text": "广告", "website": "http://example.org"})

    assert report.remarks.count() == 5


@pytest.mark.parametrize(
    ("handed_in_on", "late"),
    [(datetime(2026, 7, 5, 23, 59), False), (datetime(2026, 7, 6, 0, 1), True)],
)
def test_late_ones_are_seen(town, report, time, handed_in_on, late):
    time.go(handed_in_on)
    monthly.hand_in(report, by=town.head, values=WORDS)
    time.go(datetime(2026, 8, 1, 9))

    assert MonthlyReport.objects.get().is_late == late
    assert MonthlyReport.objects.late().exists() == late


def test_a_missing_one_is_late_the_day_after(report, time):
    time.go(datetime(2026, 7, 5, 23))
    assert MonthlyReport.objects.late().count() == 0
    time.go(datetime(2026, 7, 6, 1))
    assert MonthlyReport.objects.late().count() == 1


def test_words_come_back_and_are_kept(town, report, browse):
    client = browse(town.head)
    too_long = client.post(report.get_absolute_url(), WORDS | {"problems": "字" * 1001, "hand_in": "1"})
    client.post(report.get_absolute_url(), WORDS | {"save": "1"})

    assert (too_long.status_code, "problems" in too_long.context["form"].errors) == (200, True)
    assert (MonthlyReport.objects.get().problems, MonthlyReport.objects.get().is_handed_in) == ("缺场地", False)


def test_it_leaves_as_a_paper(town, report, browse):
    monthly.hand_in(report, by=town.head, values=WORDS)

    text = text_of(browse(town.mentor).get(reverse("reports:monthly", args=[report.pk]))).replace("\n", "")

    assert "2026年6月项目月报" in text
    assert "缺场地" in text
    assert "300.00" in text


# -- the ledger ------------------------------------------------------------------------------------


def ledger(browse, user, **query):
    return browse(user).get(reverse("projects:month_ledger"), query)


def test_the_ledger_shows_the_last_month_and_filters(town, report, browse):
    assert ledger(browse, town.auditor).context["page_obj"].count == 1
    assert ledger(browse, town.clerk, street="110105030", month="2026-06").context["page_obj"].count == 1
    assert ledger(browse, town.clerk, month="2026-05").context["page_obj"].count == 0
    assert ledger(browse, town.clerk, field=town.youth.pk).context["page_obj"].count == 0
    assert ledger(browse, town.clerk, only="late").context["page_obj"].count == 0


def test_the_ledger_of_all_months_is_turned(town, report, browse, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 1)
    earlier = MonthlyReport.objects.get(pk=report.pk)
    earlier.pk, earlier.month, earlier.token = None, date(2026, 5, 1), "other"
    earlier.save()

    first = ledger(browse, town.clerk, month="").context["page_obj"]
    second = ledger(browse, town.clerk, month="", page=first.next_page).context["page_obj"]

    assert [one.month for page in (first, second) for one in page] == [date(2026, 6, 1), date(2026, 5, 1)]


@pytest.mark.parametrize("query", [{"month": "2026-13"}, {"call": "9" * 21}, {"street": "别处"}, {"month": "\x00"}])
def test_a_wrong_filter_shows_nothing_and_says_so(town, report, browse, query):
    response = ledger(browse, town.clerk, **query)

    assert (response.status_code, response.context["page_obj"].count, response.context["form"].is_valid()) == (
        200,
        0,
        False,
    )


def test_another_funders_clerk_sees_nothing_of_it(town, report, browse):
    other = Organization.objects.create(name="邻镇人民政府", kind=Kind.FUNDER, credit_code="11110105000053030K")
    towns.member(town.stranger, other, "staff")
    assert [ledger(browse, who, month="").context["page_obj"].count for who in (town.clerk, town.stranger)] == [1, 0]


def test_who_works_for_no_funder_has_no_ledger(town, report, browse):
    for name in ("head", "mentor", "stranger", "evaluator"):
        assert ledger(browse, getattr(town, name)).status_code == 403


def test_the_ledger_leaves_as_a_workbook_with_sums(town, report, browse):
    page = reverse("reports:month_ledger")

    response = browse(town.finance).get(page, {"month": "2026-06"})

    sheet = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))["项目月度台账"]
    assert (sheet["A2"].value, sheet["J2"].value, sheet["P2"].value) == ("2026-06", 0, 300)
    assert (sheet["P3"].value, sheet["A3"].value) == ("=SUBTOTAL(109,P2:P2)", "合计")
    assert sheet["T2"].value == 0.035
