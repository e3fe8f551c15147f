"""One project from its award to the request for closure, only through the pages: the plan is finished, the agreement
signed on paper, money follows evidence, people come, the mentor sees it, the plan changes, the month writes itself."""

from datetime import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from core import clock
from grants.models import Call, Track, TrancheRule
from projects.actions.monthly import make_monthly_reports
from projects.models import Project, SiteVisit, State
from projects.spending import spent
from tests.life import draft
from tests.pages import Offered
from tests.projects.test_pages import ACTIVITY
from tests.records import RECORD, WANG, png
from tests.spending import photo
from tests.test_files import pdf

pytestmark = pytest.mark.one_database


@pytest.fixture
def project(town, life):
    """Shortlisted in a call that has the plan finished and the paper uploaded; the second instalment waits for half of
    the first to be spent."""
    Track.objects.filter(call=town.call).update(optimisation="yes")
    Call.objects.filter(pk=town.call.pk).update(asks_for_signed_copy=True)
    second = TrancheRule.objects.get(plan=town.call.tranche_plan, ordinal=2)
    second.gates.all().delete()
    second.gates.create(kind="receipt")
    second.gates.create(kind="spending", figure=Decimal(50))
    return life.walk(draft(town), "shortlisted")


def test_from_the_award_to_the_request_for_closure(town, project, life, browse, time):
    people = {name: browse(user) for name, user in town.people.items()}

    def post(who, to, *args, **data):
        """What was sent is taken: no form comes back with a complaint."""
        response = people[who].post(reverse(f"projects:{to}", args=args), data, follow=True)
        assert response.status_code == 200, (who, to, response.status_code)
        form = response.context and response.context.get("form")
        errors = form.errors if hasattr(form, "errors") else {}
        assert not (form and getattr(form, "is_bound", False) and errors), (who, to, errors)
        return response

    def shown(who, to, *args) -> str:
        response = people[who].get(reverse(f"projects:{to}", args=args))
        assert response.status_code == 200, (who, to, response.status_code)
        return response.content.decode()

    def press(who, to, *args, **data):
        """Opens the page of a step and takes it: what was seen is what is decided on."""
        seen = people[who].get(reverse(f"projects:{to}", args=args)).context["form"]["seen"].value()
        return post(who, to, *args, seen=seen, **data)

    def fresh() -> Project:
        return Project.objects.get(pk=project.pk)

    life.walk(project, "approved")

    # The plan is finished by the group and confirmed by the clerk
    post("clerk", "mentor_assign", project.pk, mentor=_mentor(people["clerk"], project))
    change = project.change_requests.get()
    offered = Offered(shown("head", "change_edit", change.pk))
    post("head", "change_edit", change.pk, **offered.filled(reason="照评审通过的方案实施。"))
    press("head", "change_step", change.pk, "hand_in", note="")
    press("mentor", "change_step", change.pk, "advise", supports="yes", note="可行。")
    assert people["approver"].get(reverse("projects:change_step", args=[change.pk, "approve"])).status_code == 403
    press("clerk", "change_step", change.pk, "approve", note="")

    # The agreement: both sign, the scan is handed in, and whoever handed it in does not confirm it
    assert "壹万元整" in shown("head", "agreement_detail", project.pk)
    post("head", "agreement_detail", project.pk, agreed="on", group="")
    post("approver", "agreement_detail", project.pk, agreed="on", funder="")
    assert fresh().state == State.APPROVED
    post("volunteer", "agreement_detail", project.pk, scan=pdf("协议书.pdf"), copy="")
    post("clerk", "agreement_detail", project.pk, agreed="on", confirm="")
    assert fresh().state == State.RUNNING

    # The first instalment, and why the second stays shut
    _paid(post, project, 1)
    money = shown("head", "project_money", project.pk)
    assert "50%" in money

    # An activity: planned, signed in to at the door without an account, recorded
    post("head", "activity_create", project.pk, **(ACTIVITY | {"place": "社区大厅"}))
    activity = project.activities.get()
    post("head", "activity_step", activity.pk, "hand_in")
    time.go(datetime(2026, 6, 6, 19, 50))
    code = people["volunteer"].get(reverse("projects:sign_in_code", args=[activity.pk]))
    door = next(link for link in code.context["address"].split() if "/here/" in link)
    visitor = browse()
    typed = Offered(visitor.get(door).content.decode()).filled(name="王秀英")
    assert visitor.post(door, typed, follow=True).status_code == 200
    time.go(datetime(2026, 6, 8, 9, 0))
    record = {name: ACTIVITY[name] for name in ("starts_at", "ends_at", "goal", "audience")} | RECORD
    record |= {"place": "社区大厅", "head_count": "46", "spent": "170.50", "sheets": pdf("签到表.pdf")}
    post("head", "photo_add", activity.pk, files=png(), caption="全场")
    post("head", "activity_record", activity.pk, **record)
    post("head", "beneficiary_create", project.pk, **(WANG | {"agreed": "on", "sensitive_agreed": "on"}))

    # What was spent opens the second instalment: entered by a volunteer, looked at by the mentor, decided by a clerk
    line = fresh().budget_lines.get(category="materials").key
    bill = {"spent_on": "2026-06-06", "amount": "5000.00", "line_key": line, "summary": "慰问物资", "payee": "晨光商店"}
    bill |= {"method": "transfer", "invoice_number": "26117000000012345678", "photo": photo(), "hand_in": "1"}
    post("volunteer", "expense_create", project.pk, **bill)
    expense = project.expenses.get()
    post("mentor", "expense_opinion", expense.pk, text="票据齐全。")
    press("clerk", "expense_step", expense.pk, "recognise", amount="5000.00", note="")
    assert spent(fresh()) == Decimal("5000.00")
    _paid(post, project, 2)

    # The mentor advises and visits; the group answers and does it
    note = {"held_on": "2026-06-08", "topic": "finance", "form": "visit", "hours": "1.5", "advice": "票据按月整理"}
    post("mentor", "mentoring_create", project.pk, **note, follow_up="建台账", follow_up_due_on="2026-06-20")
    session = project.mentoring_notes.get()
    post("head", "session_detail", session.pk, **{"answer-answer": "好的", "answer": ""})
    post("head", "session_detail", session.pk, **{"finish-note": "已建", "finish": ""})
    offered = Offered(shown("mentor", "visit_create", project.pk))
    seen = {"visited_at": "2026-06-08T08:00", "place": "社区大厅", "met": "刘芳", "findings": "秩序好"}
    post("mentor", "visit_create", project.pk, **offered.filled(**seen))
    assert SiteVisit.objects.get().project == project
    assert "夕阳红暖心陪伴" in shown("mentor", "mentor_desk")

    # A longer time is asked for and granted; the plan as it was stays to be read
    offered = Offered(shown("head", "change_create", project.pk, "extension"))
    asked = offered.filled(reason="暑期老人外出", ends_on="2027-03-20")
    post("head", "change_create", project.pk, "extension", **asked)
    change = project.change_requests.latest("pk")
    press("head", "change_step", change.pk, "hand_in", note="")
    press("mentor", "change_step", change.pk, "advise", supports="yes", note="属实。")
    press("approver", "change_step", change.pk, "approve", note="同意")
    assert fresh().ends_on.isoformat() == "2027-03-20"
    assert "2027-02-28" in shown("auditor", "plan_versions", project.pk)

    # The month writes itself; the group adds its words, the community reads it by its link
    time.go(datetime(2026, 7, 1, 8, 0))
    make_monthly_reports()
    report = project.monthly_reports.get(month=clock.today().replace(month=6))
    assert (report.visits, report.spent) == (46, Decimal("5000.00"))
    post("head", "monthly_detail", report.pk, problems="无", plans="继续入户", media="", hand_in="")
    report.refresh_from_db()
    assert "慰问" not in browse().get(reverse("projects:monthly_read", args=[report.token])).content.decode()

    # The end is asked for: the midterm evaluation (tests/test_journey.py) has been passed
    life.walk(fresh(), "midterm_passed")
    time.go(datetime(2027, 3, 18, 9, 0))
    words = {"done": "全部完成", "residents_say": "都说好", "lessons": "早排班", "goes_on": "residents"}
    words |= {"goes_on_words": "骨干每周二自己组织", "hand_in": "1"}
    post("head", "closing_report_edit", project.pk, **words)
    post("head", "project_step", project.pk, "request_closing", note="")
    assert fresh().state == State.CLOSING
    assert fresh().reports.get(kind="closing").spent == Decimal("5000.00")


def _mentor(clerk, project) -> int:
    form = clerk.get(reverse("projects:mentor_assign", args=[project.pk])).context["form"]
    return form.fields["mentor"].queryset.get().pk


def _paid(post, project, ordinal: int) -> None:
    """One instalment through the hands of clerk, approver, finance office and group."""
    tranche = project.tranches.get(ordinal=ordinal)
    post("clerk", "tranche_step", tranche.pk, "request", note="")
    post("approver", "tranche_step", tranche.pk, "approve", note="")
    post("finance", "tranche_step", tranche.pk, "pay", bank_reference=f"B-{ordinal}")
    post("head", "tranche_step", tranche.pk, "receipt", receipt_number=f"S-{ordinal}")
