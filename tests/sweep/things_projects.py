"""What belongs to a running project: its work, its money, its changes, who helps it and what is said of it."""

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock
from core.files import attach
from evaluations.actions import grievances
from grants.actions import need_lists, needs, workshops
from grants.actions.agreement_templates import create_template
from grants.agreement_text import default_clauses
from grants.models import LedgerCorrection, TrainingCertificate, TranchePlan, Workshop
from people.actions import add_credit_record
from projects import sign_in as projects_sign_in
from projects.actions import (
    attendance,
    calendars,
    changing,
    coaching,
    delivery,
    mentoring,
    people,
    photos,
    services,
    spending,
    support,
    visits,
)
from projects.follow_up_link import new_code
from projects.models import (
    Audit,
    BankList,
    BankListLine,
    BankReturn,
    Comment,
    FollowUp,
    IntentLetter,
    Likeness,
    MatchingProof,
    MonthlyReport,
    Recommendation,
    Refund,
)
from reports.actions import imports, printing
from tests import speaking
from tests.giving import accepted_pledge, came, offered, scheduled
from tests.mentored import advice, seen
from tests.records import NOBODY_ON_IT, entered, planned, png
from tests.reports.tables import centre, csv_file
from tests.test_files import pdf
from tests.town import aware


def booked(town, project) -> dict[str, object]:
    """A payment that is entered, and a month that is handed in."""
    values = {
        "spent_on": date(2026, 5, 2), "amount": 10, "line_key": project.budget_lines.first().key, "summary": "彩纸",
        "payee": "文具店",
    }  # fmt: skip
    report = MonthlyReport.objects.create(
        project=project, month=date(2026, 4, 1), due_on=date(2026, 5, 5), handed_in_by=town.head,
        handed_in_at=clock.now(),
    )  # fmt: skip
    expense = spending.enter(project, by=town.head, values=values)
    receipt = attach(expense, pdf("发票.pdf"), by=town.head)
    return {"expense": expense, "file_of_expense": receipt, "monthly": report, "monthly_token": report.token}


def changed(town, project) -> dict[str, object]:
    """A change that waits for the mentor, one that the group is still writing, and the clauses of the bureau."""
    handed_in = changing.begin_change(project, "extension", by=town.head)
    wish = {"fields": {"ends_on": "2027-03-20"}}
    changing.hand_in(changing.write_change(handed_in, by=town.head, reason="推迟", wish=wish), by=town.head)
    clauses = default_clauses()
    return {
        "change": handed_in,
        "unwritten_change": changing.begin_change(project, "persons", by=town.head),
        "plan_ordinal": "1",
        "agreement_template": create_template(town.bureau, by=town.clerk, name="自己的", parties=2, clauses=clauses),
    }


def worked_on(town, project) -> dict[str, object]:
    """One of everything that the work of a project is made of; the activity takes place just now."""
    now = clock.now()
    activity = planned(town, project, starts_at=now, ends_at=now + timedelta(hours=2))
    person, feed = entered(town, project), calendars.make_link(by=town.head, project=project)
    case = {"held_on": clock.today(), "beneficiary": person, "way": "home", "purpose": "探访", "situation": "独居"}
    due = {"name": "建档", "due_on": date(2026, 8, 31), "proof": ""}
    nobody = {"name": "李四", "phone_tail": "", "household": "", "first_time": False, "community": None}
    return {
        "activity": activity,
        "activity_code": projects_sign_in.new_code(activity),
        "beneficiary": person,
        "consent_text": person.consent,
        "feed": feed,
        "feed_token": feed.token,
        "milestone": delivery.add_milestone(project, by=town.head, values=due),
        "photo": photos.add_photos(activity, by=town.head, files=[png()], values=NOBODY_ON_IT)[0],
        "service": services.write_service(project, "case", by=town.head, values=case),
        "sign_in": attendance.write_down(activity, by=town.head, values=nobody),
    }


def of_money(town, project, tranche) -> dict[str, object]:
    """A list for the bank with its answer, a correction, a proof, and a plan of the funder's own."""
    plan = TranchePlan.objects.create(name="自己的拨付", funder=town.bureau)
    bank_list = BankList.objects.create(fund=town.fund, number="FK2026-9999", made_by=town.finance)
    account = {"account_name": "户名", "bank_name": "银行", "account": "6222000011112222"}
    said = {"outcome": "failed", "reason": "户名不符", "purpose": "首期款", "project_number": project.number}
    BankListLine.objects.create(
        bank_list=bank_list, tranche=tranche, ordinal=1, amount=tranche.amount, **account, **said
    )
    entry = town.fund.entries.get(kind="allocate")
    return {
        "own_instalment": plan.rules.create(ordinal=1, percentage=100),
        "bank_list": bank_list,
        "bank_return": BankReturn.objects.create(bank_list=bank_list, name="回单.csv", sent_by=town.finance),
        "ledger_entry": entry,
        "correction_of_ledger": LedgerCorrection.objects.create(
            entry=entry, right_amount=1, reason="录错", asked_by=town.finance
        ),
        "refund": Refund.objects.create(project=project, amount=1, received_on=clock.today(), recorded_by=town.finance),
        "audit": Audit.objects.create(
            project=project,
            firm="诚信会计师事务所",
            firm_code="91110105MA01KXYT0B",
            number="1",
            dated_on=clock.today(),
            opinion="unqualified",
            handed_in_by=town.head,
        ),
        "matching_proof": MatchingProof.objects.create(
            project=project, kind="own", amount=1, words="自筹", handed_in_by=town.head
        ),
    }


def given(town, project) -> dict[str, object]:
    """A pledge to answer, one of which a part has come, and a meeting with its schedule and a letter."""
    accepted = accepted_pledge(town, project)
    meeting = scheduled(town, project)
    talk = meeting.talks.get()
    return {
        "pledge": offered(town, project),
        "accepted_pledge": accepted,
        "gift": came(town, accepted, "500.00", confirmed=True),
        "meeting": meeting,
        "meeting_guest": meeting.guests.get(),
        "talk_of_meeting": talk,
        "letter": IntentLetter.objects.create(
            talk=talk, number="YX2026-9999", what="画架", until=date(2026, 12, 31), written_by=town.giver
        ),
    }


def spoken(town, project) -> dict[str, object]:
    """A poster, an answer with words behind it, and a report."""
    code = speaking.code(town, project)
    said = speaking.say(code, text="还不错")
    reported = grievances.report(project, sender="", values={"kind": "other", "text": "没人来"})
    return {
        "voice_code": code.code,
        "code_pk": code,
        "voice": said,
        "questionnaire": said.questionnaire,
        "grievance": reported,
        "grievance_token": reported.token,
    }


def mentored(town, project) -> dict[str, object]:
    """A session, a visit, and a certificate of a training in which the centre's volunteer took part."""
    visit = visits.record_visit(project, by=town.mentor, values=seen()).visit
    hours = {"starts_at": aware(2026, 4, 1, 9), "ends_at": aware(2026, 4, 1, 12), "hours": "3.0"}
    training = Workshop.objects.create(
        organizer=town.support, title="岗前培训", place="会议室", created_by=town.mentor, **hours
    )
    seat = training.attendances.create(person=town.volunteer, organization=town.centre, came=True)
    return {
        "session": mentoring.add_session(project, by=town.mentor, values=advice()),
        "visit": visit,
        "visit_version": visit.versions.get(),
        "certificate": TrainingCertificate.objects.create(
            attendance=seat, number="PX2026-0001", hours="3.0", issued_by=town.mentor
        ),
    }


def looked_back(project) -> dict[str, object]:
    """A question how it goes on that nobody has answered yet."""
    asked = FollowUp.objects.create(
        project=project, months=6, due_on=clock.today(), answer_until=clock.today() + timedelta(days=30)
    )
    return {"follow_up": asked, "follow_up_code": new_code(asked)}


def around(town, project, with_draft) -> dict[str, object]:
    """One of everything that stands around proposals: needs, workshops, coaching, remarks, likenesses."""
    values = {"title": "没人送医", "text": "独居老人看病没人陪。", "community": town.community}
    need = needs.decide(needs.report_need(values=values), "accept", by=town.clerk)
    listed = need_lists.publish_list(
        town.bureau, [need], by=town.clerk, title="需求指引表", notice_workdays=5,
        answer_until=date(2026, 12, 31), contact="陈静", contact_phone="1",
    )  # fmt: skip
    remark = need_lists.remark_on_list(listed, text="漏了一项", name="张阿姨", phone="13900139000")
    hours = {"starts_at": aware(2026, 12, 1, 9), "ends_at": aware(2026, 12, 1, 12)}
    workshop = Workshop(organizer=town.support, title="项目书工作坊", place="会议室", **hours)
    record = {"kind": "penalty", "entered_on": date(2020, 1, 1), "source": "信用中国"}
    return {
        "need": need,
        "need_code": need.reference,
        "need_list": listed,
        "remark": remark,
        "remark_token": remark.token,
        "community": town.community,
        "workshop": workshops.hold_workshop(workshop, by=town.mentor),
        "coaching_request": coaching.ask_for_coaching(with_draft, town.support, by=town.head),
        "coach": people.add_participant(with_draft, town.mentor, "coach", by=town.mentor, organization=town.support),
        "comment": Comment.objects.create(
            project=project, kind="correction", text="请补", by=town.clerk, sent_at=clock.now()
        ),
        "likeness": Likeness.objects.create(project=project, other=with_draft, kind="text", score="0.5"),
        "token": support.ask_for_recommendation(with_draft, town.community, by=town.head).token,
        "recommendation": Recommendation.objects.create(
            project=project,
            community=town.community,
            asked_by=town.head,
            supports=True,
            name="刘桂英",
            answered_at=clock.now(),
        ),
        "job": imports.send(
            by=town.clerk, table="organizations", upload=SimpleUploadedFile("t.csv", csv_file(centre(1)))
        ),
        "print_job": printing.start(
            by=town.clerk, kind="proposal", asked={}, form="zip", origin="https://grants.example.org/"
        ),
        "interest": town.expert1.interests.create(organization=town.support, kind="other", words="旧识"),
        "credit_record": add_credit_record(town.centre, by=town.clerk, values=record),
        "rating": town.centre.ratings.create(level=3, granted_on=date(2025, 6, 1)),
        "inspection": town.centre.inspections.create(year=2024, result="passed"),
    }
