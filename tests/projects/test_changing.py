"""Changes of the plan: what a group wishes, its mentor advises on, the funder decides; and the versions of it."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.models import Attachment, Notification
from core.workflow import Refused
from people.models import Organization
from projects import inbox
from projects.actions import changing, people
from projects.change_problems import category_shifts, is_small, lowered, problems, warnings
from projects.changes import as_wish, difference
from projects.expense_facts import ExpenseBook
from projects.forms.changing import AccountForm
from projects.models import ChangeRequest, Project
from projects.shifting import shifts
from projects.spending_plan import SpendingPlan
from tests.life import choir_draft, draft
from tests.pages import Offered
from tests.pdfs import pdf_with
from tests.spending import handed_in, key
from tests.town import Town

COLUMNS = ("key", "category", "item", "unit_price", "unit", "quantity", "source", "step_key", "basis")


@pytest.fixture
def project(town, life):
    """The centre's project, running, with a mentor."""
    project = life.walk(draft(town), "running")
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    return Project.objects.get(pk=project.pk)


def begun(project, kind, by, *, reason="实际情况有变化。", values=None, tables=None, **other) -> ChangeRequest:
    change = changing.begin_change(project, kind, by=by)
    wish = as_wish(values or {}, tables or {}) | ({"other": other} if other else {})
    return changing.write_change(change, by=by, reason=reason, wish=wish)


@pytest.mark.parametrize("first", ["extension", "termination"])
def test_more_time_and_an_early_end_are_not_asked_for_at_once(town, project, first):
    asks = {
        "extension": lambda: begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 1)}),
        "termination": lambda: begun(project, "termination", town.head, stops_on="2026-07-31"),
    }
    handed_in = asks.pop(first)()
    changing.hand_in(handed_in, by=town.head)
    [other] = [ask() for ask in asks.values()]

    with pytest.raises(Refused, match="尚未办结"):
        changing.hand_in(other, by=town.head)
    changing.withdraw(handed_in, by=town.head)
    changing.hand_in(other, by=town.head)


def lines(project, *amounts: str) -> list[dict]:
    """The stored lines with other sums, each as one piece."""
    rows = [{name: getattr(line, name) for name in COLUMNS} for line in project.budget_lines.all()]
    for row, amount in zip(rows, amounts, strict=True):
        row |= {"unit_price": Decimal(amount), "quantity": Decimal(1), "unit": "项"}
    return rows


def advised(town: Town, change: ChangeRequest, by=None) -> ChangeRequest:
    changing.hand_in(change, by=by or town.head)
    return changing.advise(change, by=town.mentor, supports=True, opinion="合理，建议同意。")


# -- the way of a request --------------------------------------------------------------------------


def test_an_extension_goes_through_mentor_and_approver_and_makes_a_new_version(town, project):
    change = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})

    advised(town, change)
    changing.approve(change, by=town.approver, note="同意延期。")

    project = Project.objects.get(pk=project.pk)
    assert (change.state, project.ends_on, project.due_on) == ("approved", date(2027, 3, 20), date(2027, 3, 20))
    first, second = project.plan_versions.all()
    assert (first.kind, second.kind, second.approved_by) == ("judged", "changed", town.approver)
    assert (first.content["fields"]["ends_on"], second.content["fields"]["ends_on"]) == ("2027-02-28", "2027-03-20")
    assert [field.name for field in difference(change).fields] == ["ends_on"]


def test_the_old_and_the_new_day_stand_apart(town, project, browse):
    change = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})

    page = browse(town.head).get(change.get_absolute_url()).content.decode()

    assert f"<del>{project.ends_on}</del> → <ins>2027-03-20</ins>" in page


def test_nothing_changes_before_the_decision(town, project):
    change = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})
    advised(town, change)

    assert Project.objects.get(pk=project.pk).ends_on == date(2027, 2, 28)
    assert project.plan_versions.count() == 1


def test_without_a_mentor_it_goes_straight_to_the_funder(town, life):
    project = life.walk(draft(town), "running")
    change = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})

    changing.hand_in(change, by=town.head)

    assert change.state == "funder"


def test_only_its_mentor_advises_and_only_the_approver_decides(town, project):
    change = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})
    changing.hand_in(change, by=town.head)

    for person in (town.head, town.clerk, town.approver, town.evaluator, town.auditor):
        with pytest.raises(PermissionDenied):
            changing.advise(change, by=person, supports=True, opinion="同意")
    changing.advise(change, by=town.mentor, supports=False, opinion="时间够用，不必延期。")
    for person in (town.head, town.clerk, town.mentor, town.finance, town.auditor, town.admin):
        with pytest.raises(PermissionDenied):
            changing.approve(change, by=person)
        with pytest.raises(PermissionDenied):
            changing.reject(change, by=person, note="不同意")
    changing.reject(change, by=town.approver, note="按原计划完成。")

    assert (change.state, change.supports, change.decision_note) == ("rejected", False, "按原计划完成。")
    assert project.plan_versions.count() == 1


def test_what_is_returned_is_written_again_and_needs_a_new_opinion(town, project):
    change = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})
    advised(town, change)
    with pytest.raises(Refused):
        changing.return_to_group(change, by=town.clerk, note=" ")
    changing.return_to_group(change, by=town.clerk, note="请说明延期期间的活动。")

    changing.write_change(change, by=town.head, reason="雨季推迟了四场活动。", wish=change.wish)
    changing.hand_in(change, by=town.head)

    assert (change.state, change.opinion, change.supports) == ("mentor", "", None)


def test_a_mentor_who_lets_the_time_pass_does_not_hold_it_up(town, project, time):
    change = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})
    changing.hand_in(change, by=town.head)
    with pytest.raises(Refused):
        changing.go_on(change, by=town.clerk, note="导师出差")

    time.go(datetime(2026, 5, 12, 10, 0))
    changing.go_on(change, by=town.clerk, note="导师出差")

    assert change.state == "funder"


def test_a_request_that_says_nothing_new_or_no_reason_is_not_handed_in(town, project):
    same = begun(project, "extension", town.head, values={"ends_on": project.ends_on})
    assert "与现行方案没有不同。" in problems(same)
    silent = begun(project, "extension", town.head, reason=" ", values={"ends_on": date(2027, 3, 20)})

    with pytest.raises(Refused, match="为什么"):
        changing.hand_in(silent, by=town.head)
    assert silent.state == "draft"


def test_each_kind_touches_its_own_part_and_nothing_else(town, project):
    change = changing.begin_change(project, "persons", by=town.head)

    for wish in ({"fields": {"title": "别的名称"}}, {"fields": {"amount_requested": "1"}}, {"tables": {"targets": []}}):
        with pytest.raises(Refused):
            changing.write_change(change, by=town.head, reason="换人", wish=wish)


def test_two_requests_that_touch_the_same_part_do_not_overwrite_each_other(town, project):
    steps = [{"key": s.key, "name": s.name, "starts_on": s.starts_on, "ends_on": date(2027, 2, 20)}
             for s in project.plan_steps.all()]  # fmt: skip
    place = begun(project, "place", town.head, tables={"plan_steps": steps})
    longer = [step | {"ends_on": date(2027, 3, 10)} for step in steps]
    late = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)}, tables={"plan_steps": longer})
    advised(town, place)
    advised(town, late)
    changing.approve(place, by=town.approver)

    with pytest.raises(Refused, match="退回"):
        changing.approve(late, by=town.approver)


def test_a_draft_is_seen_by_the_group_alone_and_what_is_handed_in_by_all_around_it(town, project):
    change = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})

    def readers() -> set[str]:
        found = town.people.items()
        return {name for name, person in found if ChangeRequest.objects.visible_to(person).filter(pk=change.pk)}

    assert readers() == {"head", "volunteer"}
    changing.hand_in(change, by=town.volunteer)
    assert readers() == {"head", "volunteer", "clerk", "approver", "finance", "auditor", "mentor"}


def test_the_plan_of_a_project_that_does_not_run_is_not_changed(town, life):
    project = life.walk(draft(town), "approved")

    with pytest.raises(PermissionDenied):
        changing.begin_change(project, "extension", by=town.head)


# -- the budget ------------------------------------------------------------------------------------


def test_a_small_shift_is_filed_and_in_force_at_once(town, project):
    change = begun(project, "budget", town.head, tables={"budget_lines": lines(project, "7800.00", "2200.00")})
    assert is_small(change)

    changing.hand_in(change, by=town.head)

    assert change.state == "filed"
    assert [version.kind for version in project.plan_versions.all()] == ["judged", "filed"]
    assert SpendingPlan(project).version_on(clock.today()).by_category() == {
        "materials": Decimal(7800),
        "volunteers": Decimal(2200),
    }
    assert Notification.objects.filter(recipient=town.clerk, subject__contains="备案").exists()


def test_a_greater_shift_is_asked_for(town, project):
    change = begun(project, "budget", town.head, tables={"budget_lines": lines(project, "7799.99", "2200.01")})

    changing.hand_in(change, by=town.head)

    assert change.state == "mentor"
    assert [(s.category, s.change, s.is_small) for s in category_shifts(change)] == [
        ("materials", Decimal("-200.01"), True),
        ("volunteers", Decimal("200.01"), False),
    ]


def test_only_a_shift_that_is_one_is_said_to_be_in_force_as_soon_as_it_is_filed(town, browse, project):
    same = [{name: getattr(line, name) for name in COLUMNS} for line in project.budget_lines.all()]
    none = begun(project, "budget", town.head, tables={"budget_lines": same})
    page = browse(town.head).get(none.get_absolute_url()).content.decode()
    changing.write_change(
        none, by=town.head, reason="省料", wish=as_wish({}, {"budget_lines": lines(project, "7800.00", "2200.00")})
    )
    small = browse(town.head).get(none.get_absolute_url()).content.decode()

    assert ("备案后立即生效" in page, "与现行方案没有不同" in page) == (False, True)
    assert "备案后立即生效" in small


def test_many_small_shifts_do_not_add_up_unasked(town, project):
    changing.hand_in(
        begun(project, "budget", town.head, tables={"budget_lines": lines(project, "7800.00", "2200.00")}), by=town.head
    )
    second = begun(project, "budget", town.head, tables={"budget_lines": lines(project, "7700.00", "2300.00")})

    assert not is_small(second)
    changing.hand_in(second, by=town.head)
    assert second.state == "mentor"


@pytest.mark.parametrize("amounts", [("8000.00", "2000.01"), ("8000.00", "1999.99")])
def test_the_total_is_the_award_to_the_fen(town, project, amounts):
    change = begun(project, "budget", town.head, tables={"budget_lines": lines(project, *amounts)})

    with pytest.raises(Refused, match=r"10,000\.00"):
        changing.hand_in(change, by=town.head)


def test_staff_and_administration_never_rise_unasked():
    old = {"staff": Decimal(1000), "administration": Decimal(1000), "venue": Decimal(1000)}
    new = {"staff": Decimal(1001), "administration": Decimal(999), "venue": Decimal(1000)}

    found = {shift.category: shift.is_small for shift in shifts(old, new, Decimal(10))}

    assert found == {"staff": False, "administration": True}


def test_a_category_that_did_not_exist_is_never_small():
    [taken, new] = shifts({"venue": Decimal(1000)}, {"venue": Decimal(999), "meals": Decimal(1)}, Decimal(10))

    assert (taken.is_small, new.is_small) == (True, False)


def test_spending_of_a_day_is_recognised_by_the_plan_of_that_day(town, project, time):
    """Volunteers: 2,000 yuan until 9 June, 5,000 from the 10th; 10 % more are tolerated."""
    change = begun(project, "budget", town.head, tables={"budget_lines": lines(project, "5000.00", "5000.00")})
    time.go(datetime(2026, 6, 10, 10, 0))
    advised(town, change)
    changing.approve(change, by=town.approver)
    line = {"line_key": key(project, "volunteers"), "people": 200, "payee": "志愿者签领", "invoice_number": ""}
    early = handed_in(project, town.head, spent_on=date(2026, 6, 9), amount=Decimal(3000), explanation="多", **line)
    late = handed_in(project, town.head, spent_on=date(2026, 6, 10), amount=Decimal(2800), explanation="多", **line)

    book = ExpenseBook(Project.objects.get(pk=project.pk))

    assert (book.recognisable(early), book.recognisable(late)) == (Decimal("2200.00"), Decimal("2800.00"))
    found = book.findings([early, late])
    [before] = [one for one in found[early.pk] if one.kind in ("early", "line", "unplanned")]
    assert (before.kind, before.excess, "2026-06-10" in before.sentence) == ("early", Decimal("800.00"), True)
    assert [one.kind for one in found[late.pk] if one.kind in ("early", "line", "unplanned")] == ["line"]


def test_the_live_budget_shows_what_was_agreed_first_beside_what_holds_now(town, project):
    rows = lines(project, "8000.00", "2000.00")
    dropped = rows.pop()
    new = rows[0] | {"key": "", "category": "venue", "item": "场地", "unit_price": Decimal(2000), "step_key": ""}
    change = begun(project, "budget", town.head, tables={"budget_lines": [*rows, new]})
    advised(town, change)
    changing.approve(change, by=town.approver)

    plan = SpendingPlan(Project.objects.get(pk=project.pk))

    assert [(line.category, line.original, line.amount) for line in plan.lines] == [
        ("materials", Decimal(8000), Decimal(8000)),
        ("venue", Decimal(0), Decimal(2000)),
        ("volunteers", Decimal(2000), Decimal(0)),
    ]
    assert plan.amount_on(dropped["key"], clock.today()) is None


def test_a_version_is_never_changed(town, project):
    version = project.plan_versions.get()

    with pytest.raises(TypeError):
        version.save()


# -- targets, deadlines ----------------------------------------------------------------------------


def test_lowered_targets_need_the_consent_in_so_many_words(town, project):
    change = begun(project, "targets", town.head, values={"beneficiaries": 50})
    advised(town, change)
    assert [(one.old, one.new) for one in lowered(change)] == [("60", "50")]

    with pytest.raises(Refused):
        changing.approve(change, by=town.approver)
    changing.approve(change, by=town.approver, consents=True)

    assert Project.objects.get(pk=project.pk).beneficiaries == 50


def days_refused(client, change, **typed) -> dict[str, list[str]]:
    page = reverse("projects:change_edit", args=[change.pk])
    return client.post(page, Offered(client.get(page).content.decode()).filled(**typed)).context["form"].plan.errors


def test_the_days_of_a_plan_that_is_finished_are_refused_at_the_later_one(town, life, browse):
    town.call.tracks.update(optimisation="yes")
    finished = life.walk(draft(town), "approved").change_requests.get()

    late = days_refused(browse(town.head), finished, starts_on="2026-09-01", ends_on="2026-08-01")

    assert late == {"ends_on": ["结束日期须晚于开始日期。"]}


def test_an_extension_that_is_none_is_refused_at_its_field_and_a_real_one_is_kept(town, browse, project):
    client, longer = browse(town.head), changing.begin_change(project, "extension", by=town.head)

    assert days_refused(client, longer, ends_on="2027-02-28") == {"ends_on": ["延期后的结束日期应晚于2027-02-28。"]}
    page = reverse("projects:change_edit", args=[longer.pk])
    shown = client.get(page)
    assert str(shown.context["form"].plan.fields["ends_on"].mark) == "提交时必填"
    right = Offered(shown.content.decode()).filled(ends_on="2027-03-20", reason="春节")
    assert client.post(page, right).status_code == 302


def test_a_late_extension_is_warned_of_and_still_handed_in(town, project, time):
    change = begun(project, "extension", town.head, values={"ends_on": date(2027, 4, 20)})
    assert len(warnings(change)) == 1  # beyond the end of the call

    time.go(datetime(2027, 2, 10, 10, 0))
    assert len(warnings(change)) == 2
    changing.hand_in(change, by=town.head)
    assert change.state == "mentor"


def test_who_decides_reads_on_the_same_page_what_it_is_about(town, project, browse):
    change = advised(town, begun(project, "extension", town.head, values={"ends_on": date(2027, 4, 20)}))

    page = browse(town.approver).get(reverse("projects:change_step", args=[change.pk, "approve"]))

    assert "2027-04-20" in page.content.decode()
    assert page.context["warnings"] == warnings(change)


# -- account and early end -------------------------------------------------------------------------

NEW = {"bank_account_name": "柳溪社会工作服务中心", "bank_name": "柳溪邮政储蓄银行", "bank_account": "6217000099998888"}


def test_a_new_account_is_looked_at_by_finance_before_it_is_approved(town, project):
    change = advised(town, begun(project, "account", town.head, **NEW))

    with pytest.raises(Refused):
        changing.approve(change, by=town.approver)
    for person in (town.approver, town.clerk, town.head):
        with pytest.raises(PermissionDenied):
            changing.look_at_account(change, by=person, note="已核对")
    changing.look_at_account(change, by=town.finance, note="与开户许可证一致。")
    changing.approve(change, by=town.approver)

    assert Organization.objects.get(pk=town.centre.pk).bank_account == "6217000099998888"
    assert change.wish["other"]["before"]["bank_account"] == "6222000011112222"


@pytest.mark.parametrize(
    ("number", "stored"),
    [("6217-0000 99", "6217000099"), ("NRA123456", "NRA123456"), ("12345", None), ("1" * 35, None)],
)
def test_a_new_account_number_is_read_as_in_the_profile(number, stored):
    form = AccountForm(NEW | {"bank_account": number})

    assert (form.cleaned_data.get("bank_account") if form.is_valid() else None) == stored
    assert form.errors.get("bank_account", []) == ([] if stored else ["账号应为6至34位数字。"])


@pytest.mark.parametrize(("name", "doubted"), [("柳溪社会工作服务中心", False), ("全永雄", True)])
def test_an_account_in_another_name_stands_out_for_whoever_decides(town, project, browse, name, doubted):
    change = advised(town, begun(project, "account", town.head, **NEW | {"bank_account_name": name}))

    page = browse(town.clerk).get(change.get_absolute_url()).content.decode()

    assert (f"{name}（收款单位为柳溪社会工作服务中心，请核对开户证明）" in page) == doubted


def test_the_account_is_the_head_s_affair(town, project):
    with pytest.raises(PermissionDenied):
        changing.begin_change(project, "account", by=town.volunteer)

    assert changing.begin_change(project, "account", by=town.head).kind == "account"


def test_the_host_of_a_filed_group_changes_its_account_and_nothing_else(town, life):
    choir = life.walk(choir_draft(town), "running")

    assert changing.begin_change(choir, "account", by=town.hosthead).kind == "account"
    with pytest.raises(PermissionDenied):
        changing.begin_change(choir, "budget", by=town.hosthead)


def test_what_is_wrong_with_an_early_end_is_one_list_in_the_order_of_the_page(town, browse, project):
    page = reverse("projects:change_create", args=[project.pk, "termination"])
    broken = SimpleUploadedFile("证明.pdf", b"MZ no paper", "application/pdf")

    shown = browse(town.head).post(page, {"stops_on": "", "reason": "散了", "files": broken}).content.decode()

    assert shown.count("data-errors-summary") == shown.count("请检查以下内容") == 1
    summary = shown[shown.index("data-errors-summary") : shown.index("</ul>", shown.index("data-errors-summary"))]
    assert 0 < summary.index("#id_stops_on") < summary.index("#id_files")


def test_an_early_end_terminates_the_project_and_closes_what_still_waits(town, project):
    other = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})
    with pytest.raises(PermissionDenied):
        changing.begin_change(project, "termination", by=town.volunteer)
    change = advised(town, begun(project, "termination", town.head, stops_on=str(clock.today())))

    changing.approve(change, by=town.approver, note="同意提前终止。")

    assert Project.objects.get(pk=project.pk).state == "terminated"
    assert ChangeRequest.objects.get(pk=other.pk).state == "withdrawn"


def test_until_the_day_of_an_early_end_the_work_goes_on_and_then_the_approver_is_asked(town, project, life):
    changing.approve(advised(town, begun(project, "termination", town.head, stops_on="2026-07-31")), by=town.approver)
    going = Project.objects.get(pk=project.pk)

    def asked() -> list[str]:
        return [task.url for task in inbox.waiting_for(town.approver) if task.url.endswith("/step/terminate/")]

    assert (going.state, going.ends_on) == ("running", date(2026, 7, 31))
    life.day(2026, 7, 31)
    assert asked() == []
    life.day(2026, 8, 1)
    assert asked() == [f"/projects/{project.pk}/step/terminate/"]
    assert [task for task in inbox.waiting_for(town.clerk) if "/step/terminate/" in task.url] == []


def test_the_proof_of_a_new_account_is_not_for_the_mentor(town, project, browse):
    change = changing.begin_change(project, "account", by=town.head)
    account = {"bank_account_name": "中心", "bank_name": "工行", "bank_account": "6222000011112222"}
    proof = SimpleUploadedFile("证明.pdf", pdf_with(), "application/pdf")
    changing.write_change(change, by=town.head, reason="换行", wish={"other": account}, files=[proof])
    changing.hand_in(ChangeRequest.objects.get(pk=change.pk), by=town.head)
    file = reverse("core:attachment", args=[Attachment.objects.of(change).get().pk])

    readers = {
        name
        for name in ("head", "mentor", "finance", "stranger")
        if browse(town.people[name]).get(file).status_code == 200
    }

    assert readers == {"head", "finance"}


# -- the database, the inbox -----------------------------------------------------------------------


def test_the_database_refuses_two_open_requests_of_a_kind_and_a_decision_by_the_asker(town, project):
    change = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})
    assert changing.begin_change(project, "extension", by=town.volunteer) == change

    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.create(project=project, kind="extension", base=change.base)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.filter(pk=change.pk).update(
            handed_in_by=town.head, decided_by=town.head, decided_at=clock.now()
        )


@pytest.mark.one_database
def test_whoever_is_next_has_it_in_the_inbox_with_its_day(town, project):
    change = begun(project, "account", town.head, **NEW)

    def waits_for() -> set[str]:
        url = change.get_absolute_url()
        return {
            name
            for name, person in town.people.items()
            if any(task.url.startswith(url) and task.due_on for task in inbox.waiting_for(person))
        }

    assert waits_for() == set()
    changing.hand_in(change, by=town.head)
    assert waits_for() == {"mentor"}
    changing.advise(change, by=town.mentor, supports=True, opinion="情况属实。")
    assert waits_for() == {"finance"}
    changing.look_at_account(change, by=town.finance, note="一致。")
    assert waits_for() == {"approver"}
    changing.return_to_group(change, by=town.approver, note="请附开户许可证。")
    assert waits_for() == {"head", "volunteer"}


# -- what a group meets on the pages ---------------------------------------------------------------


def test_asking_again_for_what_is_under_way_shows_the_request_instead_of_a_refusal(town, project, browse):
    change = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})
    ask = reverse("projects:change_create", args=[project.pk, "extension"])

    writing = browse(town.head).get(ask)
    changing.hand_in(change, by=town.head)
    waiting = browse(town.head).get(ask)

    assert writing["Location"] == reverse("projects:change_edit", args=[change.pk])
    assert waiting["Location"] == change.get_absolute_url()
    assert browse(town.volunteer).get(waiting["Location"]).status_code == 200
    assert browse(town.mentor).get(ask).status_code == 403


@pytest.mark.parametrize("kind", [kind for kind in ChangeRequest.Kind.values if kind != "finish"])
def test_a_request_stands_nowhere_before_its_form_is_sent(project, town, browse, kind):
    page = browse(town.head).get(reverse("projects:change_create", args=[project.pk, kind]))

    assert page.status_code == 200
    assert reverse("projects:plan_versions", args=[project.pk]) in Offered(page.content.decode()).links
    assert not project.change_requests.exists()


def test_the_form_that_is_sent_opens_the_request_once_and_a_second_window_loses_no_word(town, project, browse):
    client, ask = browse(town.head), reverse("projects:change_create", args=[project.pk, "extension"])
    sent = Offered(client.get(ask).content.decode()).filled(ends_on="2027-03-20", reason="春节")

    first = client.post(ask, sent)
    second = client.post(ask, sent | {"reason": "另一个窗口写的"})

    change = project.change_requests.get()
    assert (first["Location"], change.reason, change.state) == (change.get_absolute_url(), "春节", "draft")
    assert "这类变更正在办理" in second.content.decode()
    assert "另一个窗口写的" in second.content.decode()
    assert browse(town.mentor).post(ask, sent).status_code == 403


def test_a_request_that_was_saved_and_not_handed_in_waits_for_the_group(town, project):
    changing.begin_change(project, "budget", by=town.head)
    only_begun = [task.what for task in inbox.waiting_for(town.head)]
    begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})

    assert "提交已写好的变更申请：延期" in [task.what for task in inbox.waiting_for(town.head)]
    assert not [what for what in only_begun if what.startswith("提交已写好的变更申请")]
    assert not [task for task in inbox.waiting_for(town.mentor) if "变更申请" in task.what]


def test_a_request_speaks_of_a_request_and_not_of_a_project(town, project, browse):
    change = advised(town, begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)}))

    page = browse(town.head).get(change.get_absolute_url()).content.decode()
    approved = changing.approve(change, by=town.approver, note="同意。")

    assert ("撤回申请" in page, "撤回申报" in page, "为什么做" in page) == (True, False, False)
    assert approved.get_state_display() == "已批准"


def test_a_request_that_is_over_waits_for_no_opinion(town, project, browse):
    change = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})
    waiting = browse(town.head).get(change.get_absolute_url()).content.decode()
    changing.withdraw(change, by=town.head)

    assert "导师只提意见" in waiting
    assert "导师只提意见" not in browse(town.head).get(change.get_absolute_url()).content.decode()
