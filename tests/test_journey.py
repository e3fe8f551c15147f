"""One competition from the call to the archive, only through the pages, each person in their own browser."""

from datetime import datetime
from decimal import Decimal

from django.urls import reverse

from core import clock
from grants.models import Call
from projects.invariants import breaches
from projects.models import Project, State
from tests.projects.test_pages import ACTIVITY
from tests.projects.test_proposals import proposal_data
from tests.records import RECORD, png
from tests.test_files import pdf


def test_a_project_goes_from_draft_to_completed_through_the_pages(town, browse, time):
    """Returned once, objected once, paid in three instalments, the last lowered after an audit; filed and archived."""
    people = {name: browse(user) for name, user in town.people.items()}

    def post(who, to, /, *args, **data):
        response = people[who].post(reverse(to, args=args), data, follow=True)
        assert response.status_code == 200, (who, to, response.status_code)
        form = response.context and response.context.get("form")
        assert not (form and form.is_bound and form.errors), (who, to, form.errors)
        return response

    Call.objects.filter(pk=town.call.pk).update(audit_from=Decimal("10000.00"))

    # The proposal
    post("head", "projects:apply", town.call.pk, applicant=town.centre.pk, title="夕阳红暖心陪伴")
    project = Project.objects.get()
    people["head"].post(reverse("projects:proposal_edit", args=[project.pk]), proposal_data(project, submit=""))

    # The formal check: returned once, corrected, accepted
    post("clerk", "projects:project_step", project.pk, "return_for_correction", note="请把目标写得可以衡量")
    project.refresh_from_db()
    corrected = proposal_data(project, goals="每周入户两次，服务60位老人。", submit="")
    people["head"].post(reverse("projects:proposal_edit", args=[project.pk]), corrected)
    post("clerk", "projects:project_step", project.pk, "accept", note="")

    # The review
    time.go(datetime(2026, 4, 2, 9, 0))
    for expert in ("expert1", "expert2", "expert3"):
        post("clerk", "evaluations:panel", town.call.pk, project=project.pk, person=town.people[expert].pk, assign="")
    post("clerk", "evaluations:open_review", town.call.pk)
    for expert in ("expert1", "expert2", "expert3"):
        shown = str(town.people[expert].assignments.get().pk)
        post(expert, "evaluations:declare", town.call.pk, shown=shown, promised="on")
    criteria = list(town.rubric.criteria.all())
    for expert, points in (("expert1", (25, 35, 25)), ("expert2", (27, 30, 26)), ("expert3", (28, 36.5, 27))):
        assignment = town.people[expert].assignments.get()
        scores = {f"points-{c.pk}": str(p) for c, p in zip(criteria, points, strict=True)}
        post(
            expert, "evaluations:sheet", assignment.pk, strengths="需求真实", weaknesses="预算略高", submit="", **scores
        )
    post(
        "clerk",
        "evaluations:ranking",
        town.call.pk,
        **{f"decision-{project.pk}": "shortlist", f"amount-{project.pk}": "10000", f"reason-{project.pk}": ""},
        **{"held_on": "2026-04-02", "present": "王局长、李经办", "minutes": "同意立项", "propose": ""},
    )
    decision = town.call.decisions.get()
    post("approver", "evaluations:decision_detail", decision.pk, approve="", read=decision.digest)
    project.refresh_from_db()
    assert project.state == "in_review"  # nobody outside knows before it is announced

    # The notice, an objection, the award
    time.go(datetime(2026, 4, 13, 9, 0))
    post("clerk", "evaluations:decision_detail", decision.pk, announce="", read=decision.digest)
    notice = project.notice_entries.get().notice
    stranger = browse()
    stranger.post(
        reverse("projects:objection_create", args=[notice.pk, project.pk]),
        {"name": "李四", "phone": "13900139000", "text": "与去年的项目重复", "website": ""},
    )
    objection = project.objections.get()
    post("clerk", "projects:objection_detail", objection.pk, call="", reached="1", note="本人确认")
    until = "2026-04-15"
    post("clerk", "projects:objection_detail", objection.pk, examine="", gist="反映项目重复", answer_until=until)
    post("head", "projects:objection_answer", objection.pk, text="去年做的是另一个社区。")
    post("clerk", "projects:objection_note", objection.pk, "inquiry", people="去年的负责人", text="不重复")
    post("approver", "projects:objection_detail", objection.pk, rule="", ruling="dismissed", reason="经核查不重复")
    early = people["approver"].post(reverse("projects:project_step", args=[project.pk, "approve"]), {"note": ""})
    assert early.context["choice"].blocked  # the notice still runs
    time.go(datetime(2026, 4, 20, 9, 0))
    post("approver", "projects:project_step", project.pk, "approve", note="")
    post("head", "projects:agreement_detail", project.pk, agreed="on", group="")
    post("approver", "projects:agreement_detail", project.pk, agreed="on", funder="")
    assert Project.objects.get().state == State.RUNNING

    # The work
    def pay(ordinal):
        tranche = project.tranches.get(ordinal=ordinal)
        post("clerk", "projects:tranche_step", tranche.pk, "request", note="")
        post("approver", "projects:tranche_step", tranche.pk, "approve", note="")
        post("finance", "projects:tranche_step", tranche.pk, "pay", bank_reference=f"B-{ordinal}")
        post("head", "projects:tranche_step", tranche.pk, "receipt", receipt_number=f"S-{ordinal}")

    pay(1)
    mentors = people["clerk"].get(reverse("projects:mentor_assign", args=[project.pk])).context["form"]
    post("clerk", "projects:mentor_assign", project.pk, mentor=mentors.fields["mentor"].queryset.get().pk)
    post("head", "projects:milestone_create", project.pk, name="完成入户建档", due_on="2026-08-31", proof="档案")
    post("head", "projects:activity_create", project.pk, **ACTIVITY)
    activity = project.activities.get()
    post("volunteer", "projects:activity_edit", activity.pk, **(ACTIVITY | {"place": "社区大厅"}))
    post("volunteer", "projects:activity_step", activity.pk, "hand_in")
    time.go(datetime(2026, 6, 8, 9, 0))
    post("volunteer", "projects:photo_add", activity.pk, files=png(), caption="全场")
    record = {name: ACTIVITY[name] for name in ("starts_at", "ends_at", "goal", "audience")} | RECORD
    record |= {"place": "社区大厅", "head_count": "46", "spent": "170.50", "sheets": pdf("签到表.pdf")}
    post("volunteer", "projects:activity_record", activity.pk, **record)
    note = {"held_on": "2026-06-08", "topic": "finance", "form": "visit", "hours": "1.5", "advice": "票据按月整理"}
    assert Project.objects.get().activities.get().attendance == 46
    post("mentor", "projects:mentoring_create", project.pk, **note)
    report = {"done": "已结对30户", "persons": "30", "visits": "120", "volunteer_hours": "80", "spent": "4200.00"}
    milestone = project.milestones.get()
    post("head", "projects:report_create", project.pk, kind="milestone", milestone=milestone.pk, **report)
    post("clerk", "projects:report_detail", project.reports.get().pk)

    # Midterm evaluation, second instalment
    def evaluate(purpose, points):
        commission = town.call.commissions.get()
        post("clerk", "evaluations:evaluation_open", project.pk, purpose, commission=commission.pk)
        found = project.evaluations.get(purpose=purpose)

        def step(who, name):
            assert found.state != (post(who, "evaluations:evaluation_step", found.pk, name), fresh().state)[1]

        def fresh():
            found.refresh_from_db()
            return found

        going = {"people": town.evaluator.pk, "lead": town.evaluator.pk}
        post("evaluator", "evaluations:evaluation_distribute", found.pk, **going)
        assignment = found.panel.get()
        post("evaluator", "evaluations:declare", town.call.pk, shown=str(assignment.pk), promised="on")
        rows = list(found.rubric.criteria.all())
        scores = {f"points-{c.pk}": str(p) for c, p in zip(rows, points, strict=True)}
        words = {f"words-{c.pk}": "见记录" for c in rows} | {"went_well": "扎实", "went_badly": "票据慢"}
        post("head", "evaluations:self_evaluation", found.pk, submit="", **scores, **words)
        there = {f"standing-{line.pk}": "present" for line in found.papers.all()}
        post("evaluator", "evaluations:papers", found.pk, save="", **there)
        step("evaluator", "go-on")
        seen = {"held_at": f"{clock.today()}T08:30", "present": "唐欣、刘芳", "seen": "账目上墙"}
        post("evaluator", "evaluations:visit", found.pk, record="1", **seen)
        step("evaluator", "go-on")
        post("evaluator", "evaluations:sheet", assignment.pk, strengths="扎实", weaknesses="", submit="", **scores)
        texts = {"conclusion": "达到要求", "problems": "签到表缺一次", "summary": "达到要求"}
        rows_of_items = {"items-TOTAL_FORMS": "0", "items-INITIAL_FORMS": "0"}
        post("evaluator", "evaluations:report", found.pk, save="", **texts, **rows_of_items)
        step("evaluator", "send-draft")
        stances = {f"stance-{point.pk}": "agrees" for point in found.points.all()}
        post("head", "evaluations:answer", found.pk, **stances)
        post("evaluator", "evaluations:evaluation_step", found.pk, "issue")
        fresh()
        step("clerk", "publish")

    time.go(datetime(2026, 10, 12, 9, 0))
    commission = {"organization": town.evaluators.pk, "scope": "both", "since": "2026-10-01", "until": "2027-06-30"}
    post("clerk", "evaluations:commission_create", town.call.pk, **commission)
    evaluate("midterm", (45, 25, 18))
    assert Project.objects.get().midterm_passed_on
    pay(2)

    # Closing, final evaluation, settlement
    time.go(datetime(2027, 2, 26, 9, 0))
    own = f"own_{project.targets.get().key}"
    words = {"done": "全部活动完成", "residents_say": "盼着明年还来", "lessons": "排班要早", "goes_on": "regular"}
    words |= {"goes_on_words": "转为社区每周二常规探访", own: "58", own.replace("own", "why"): "两位老人未登记"}
    post("volunteer", "projects:closing_report_edit", project.pk, **words)
    assert not project.reports.filter(kind="closing").exists()  # saved, and not handed in
    handed_in = words | {"hand_in": "1", "spent_so_far": "9500.00", "files": pdf("总结.pdf")}
    post("head", "projects:closing_report_edit", project.pk, **handed_in)
    open_still = people["head"].get(reverse("projects:project_step", args=[project.pk, "request_closing"]))
    assert "没有登记支出。" in open_still.content.decode()
    post("head", "projects:project_step", project.pk, "request_closing", note="")
    time.go(datetime(2027, 3, 10, 9, 0))
    post("clerk", "projects:report_detail", project.reports.get(kind="closing").pk)
    evaluate("final", (46, 27, 18))
    assert Project.objects.get().state == State.SETTLING

    # The audit takes 200 yuan off; the last instalment comes to what is recognised less what was paid
    last = project.tranches.get(ordinal=3)
    early = people["clerk"].post(reverse("projects:tranche_step", args=[last.pk, "request"]), {"note": ""})
    assert early.context["choice"].blocked  # the account is not settled yet
    page = reverse("projects:settlement_edit", args=[project.pk])
    assert "审计" in people["finance"].post(page, {"recognised": "9300.00"}).content.decode()
    line = project.budget_lines.get(category="volunteers").key
    report_of_firm = {"firm": "北京诚信会计师事务所", "firm_code": "91110105MA01KXYT0B", "number": "诚信审字[2027]8号"}
    report_of_firm |= {
        "dated_on": "2027-03-08",
        "opinion": "qualified",
        "words": "一笔交通补贴无签领",
        "declared": "on",
    }
    report_of_firm |= {f"off_{line}": "200.00", f"why_{line}": "无签领表", "files": pdf("审计报告.pdf")}
    post("head", "projects:audit_create", project.pk, **report_of_firm)
    audit = project.audits.get()
    post("finance", "projects:audit_detail", audit.pk, accept="", answer="")
    remark = "审减200元由团队承担"
    post("finance", "projects:settlement_edit", project.pk, recognised="9300.00", remark=remark)
    last.refresh_from_db()
    assert (last.amount, last.lowered) == (Decimal("300.00"), Decimal("700.00"))
    pay(3)

    # Interest comes back, a second person has seen it; the clerk confirms the file, and everything is closed
    rows = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-kind": "interest"}
    rows |= {"form-0-words": "专户利息", "form-0-amount": "1.20", "form-0-whereto": ""}
    post("finance", "projects:left_overs_edit", project.pk, **rows)
    until = {"reason": "专户利息退回", "due_on": "2027-04-09", "pay_to": "东风支行 6228"}
    post("finance", "projects:return_notice_create", project.pk, **until)
    came = {"amount": "0", "interest": "1.20", "received_on": "2027-03-10", "bank_reference": "R-1"}
    post("finance", "projects:refund_create", project.pk, **came)
    blocked = people["finance"].get(project.get_absolute_url()).context["choices"]
    assert [bool(choice.blocked) for choice in blocked if choice.name == "complete"] == [True]
    post("clerk", "projects:refund_confirm", project.refunds.get().pk)
    post("clerk", "projects:archive_file", project.pk, retention="30", note="")
    post("finance", "projects:project_step", project.pk, "complete", note="")

    project = Project.objects.get()
    assert project.state == State.COMPLETED
    assert project.amount_paid == Decimal("9300.00")
    assert town.fund.balance().free == Decimal("190701.20")  # 200,000 less 9,300, and 1.20 of interest
    assert list(breaches()) == []
    certificate = people["head"].get(reverse("reports:completion_certificate", args=[project.pk]))
    assert certificate["Content-Type"] == "application/pdf"
    assert browse().get(reverse("projects:showcase_detail", args=[project.pk])).status_code == 200
