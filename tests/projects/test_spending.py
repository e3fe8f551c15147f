"""Payments by their verbs: who may, what is refused, what adds up."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import Attachment
from core.workflow import Refused, Stale
from people.models import Membership, Role
from projects.actions import delivery, settling, spending
from projects.inbox import waiting_for
from projects.models import BudgetLine, Expense, Project, Settlement
from projects.spending import spent
from tests.life import LINES, choir_draft, draft
from tests.spending import handed_in, key, paid, photo, running, values
from tests.town import member

D = Decimal


@pytest.fixture
def project(town, life):
    return running(town, life)


def fresh(project: Project) -> Project:
    return Project.objects.get(pk=project.pk)


# -- entering and handing in -----------------------------------------------------------------------


def test_a_payment_keeps_category_and_source_of_its_line(town, project):
    expense = paid(project, town.volunteer)

    assert (expense.category, expense.source, expense.state) == ("materials", "grant", "entered")
    assert Attachment.objects.of(expense).count() == 1


def test_the_host_keeps_the_account_of_a_filed_group(town, life):
    project = running(town, life, choir_draft(town))
    changes = {"line_key": key(project, "volunteers"), "people": 10}

    assert handed_in(project, town.hosthead, **changes).state == "handed_in"
    assert paid(project, town.singer, **changes).state == "entered"


def test_a_bookkeeper_of_the_group_enters_and_others_do_not(town, project):
    town.people["bookkeeper"] = type(town.head).objects.create(username="bookkeeper", name="账")
    member(town.bookkeeper, town.centre, Role.FINANCE)

    assert paid(project, town.bookkeeper).pk
    for name in ("mentor", "clerk", "finance", "auditor", "singer", "stranger", "admin"):
        with pytest.raises(PermissionDenied):
            paid(project, getattr(town, name))


def test_what_blocks_is_not_handed_in_and_says_why(town, project):
    expense = paid(project, town.head, files=False, spent_on=date(2026, 4, 21))

    with pytest.raises(Refused) as refused:
        spending.hand_in(expense, by=town.head, explanation="没关系")

    assert len(refused.value.reasons) == 2
    assert "早于协议签订日" in refused.value.reasons[0]
    assert "依据" in refused.value.reasons[0]


def test_a_warning_needs_an_explanation(town, project):
    expense = paid(project, town.head, method="cash", amount=D("1000.01"))

    with pytest.raises(Refused):
        spending.hand_in(expense, by=town.head)

    assert spending.hand_in(expense, by=town.head, explanation="商户不收转账").explanation == "商户不收转账"


def test_what_is_handed_in_is_not_changed_any_more(town, project):
    expense = handed_in(project, town.head)

    with pytest.raises(Stale):
        spending.change(expense, by=town.head, values=values(project))
    with pytest.raises(Stale):
        spending.discard(expense, by=town.head)


def test_what_came_back_is_mended_and_stays_in_the_books(town, project):
    expense = handed_in(project, town.head)
    spending.send_back(expense, by=town.clerk, note="发票抬头不对")

    spending.change(expense, by=town.head, values=values(project, summary="彩纸"))
    with pytest.raises(Refused):
        spending.discard(expense, by=town.head)

    assert spending.hand_in(expense, by=town.head).state == "handed_in"


def test_a_mistake_is_removed_with_its_photo(town, project):
    expense = paid(project, town.head)

    spending.discard(expense, by=town.volunteer)

    assert (Expense.objects.count(), Attachment.objects.filter(content_type__model="expense").count()) == (0, 0)


def test_complete_payments_are_handed_in_together(town, project):
    paid(project, town.head)
    paid(project, town.head, invoice_number="")
    paid(project, town.head, files=False, invoice_number="26117000000012345679")

    assert spending.hand_in_all(project, by=town.head) == (1, 2)


def test_what_was_sent_back_is_not_handed_in_with_the_rest(town, project, browse):
    back = handed_in(project, town.head)
    spending.send_back(back, by=town.clerk, note="发票抬头写成了个人")
    page = reverse("projects:spending", args=[project.pk])
    before = browse(town.head).get(page).content.decode()

    browse(town.head).post(reverse("projects:spending_hand_in", args=[project.pk]))
    paid(project, town.head, invoice_number="26117000000012345688")
    after = browse(town.head).get(page).content.decode()

    back.refresh_from_db()
    assert (back.state, "提交其中无问题" in before, "提交其中无问题的1笔" in after) == ("returned", False, True)


def test_an_opinion_that_is_too_long_comes_back_to_be_cut(town, project, browse):
    expense, words = handed_in(project, town.head), "票据齐全。" * 61

    page = browse(town.mentor).post(reverse("projects:expense_opinion", args=[expense.pk]), {"text": words})

    expense.refresh_from_db()
    assert (words in page.content.decode(), list(page.context["opinion_form"].errors), expense.opinion) == (
        True, ["text"], "",
    )  # fmt: skip


def test_two_drafts_with_one_invoice_are_never_both_handed_in(town, project):
    paid(project, town.head)
    paid(project, town.head, summary="又一次")

    assert spending.hand_in_all(project, by=town.head) == (1, 1)
    assert spending.hand_in_all(project, by=town.head) == (0, 1)


def test_an_invoice_of_another_project_is_refused_without_naming_it(town, project, browse):
    mine, second = handed_in(project, town.head), _second(town, project)
    twin = paid(second, town.singer, line_key=key(second, "volunteers"), people=10)

    with pytest.raises(Refused) as refused:
        spending.hand_in(twin, by=town.singer)

    assert refused.value.reasons[0].startswith("该发票已在其他项目中报销。")
    seen_by_group = browse(town.singer).get(twin.get_absolute_url()).content.decode()
    assert (project.title in seen_by_group, "该发票已在其他项目中报销" in seen_by_group) == (False, True)
    assert mine.get_absolute_url() in browse(town.clerk).get(twin.get_absolute_url()).content.decode()


def _second(town, project: Project) -> Project:
    """A running project of the choir beside the first."""
    made = Project.objects.create(
        call=project.call, track=project.call.tracks.get(open_to="filed"), applicant=town.choir, host=town.host,
        title="合唱进楼门", created_by=town.singer, amount_requested=2000, starts_on=project.starts_on,
        ends_on=project.ends_on, submitted_at=project.submitted_at,
    )  # fmt: skip
    BudgetLine.objects.create(project=made, category="volunteers", item="补贴", unit_price=20, quantity=100)
    Project.objects.filter(pk=made.pk).update(
        state="running", amount_awarded=2000, approved_at=project.approved_at, approved_by=project.approved_by
    )
    return Project.objects.get(pk=made.pk)


def test_the_database_itself_refuses_a_second_claim(town, project):
    first = handed_in(project, town.head)
    twin = paid(project, town.head)

    with pytest.raises(IntegrityError), transaction.atomic():
        Expense.objects.filter(pk=twin.pk).update(
            state="handed_in", handed_in_by=town.head, handed_in_at=first.handed_in_at
        )


def test_an_invoice_that_was_not_recognised_can_be_claimed_elsewhere(town, project):
    spending.refuse(handed_in(project, town.head), by=town.clerk, note="与项目无关")
    second = _second(town, project)

    changes = {"line_key": key(second, "volunteers"), "people": 10}
    assert handed_in(second, town.singer, **changes).state == "handed_in"


# -- deciding --------------------------------------------------------------------------------------


def test_only_a_clerk_decides_and_the_mentor_gives_an_opinion(town, project):
    expense = handed_in(project, town.head)

    for name in ("mentor", "approver", "finance", "auditor", "head"):
        with pytest.raises(PermissionDenied):
            spending.recognise(expense, by=getattr(town, name))
    with pytest.raises(PermissionDenied):
        spending.give_opinion(expense, by=town.clerk, text="好")
    spending.give_opinion(expense, by=town.mentor, text="票据齐全，同意。")

    assert spending.recognise(expense, by=town.clerk).recognised == D("300.00")
    assert Expense.objects.get(pk=expense.pk).opinion == "票据齐全，同意。"


def test_what_is_over_the_line_is_not_recognised(town, project):
    """Volunteers: 2,000 yuan planned, 10 % tolerance: 2,200 at most."""
    changes = {"line_key": key(project, "volunteers"), "people": 100, "payee": "志愿者签领", "invoice_number": ""}
    first = handed_in(project, town.head, amount=D("2000.00"), **changes)
    second = handed_in(
        project, town.head, amount=D("300.00"), spent_on=date(2026, 6, 2), explanation="多来了", **changes
    )
    spending.recognise(first, by=town.clerk)

    with pytest.raises(Refused):
        spending.recognise(second, by=town.clerk, amount=D("200.01"), note="超")
    with pytest.raises(Refused):
        spending.recognise(second, by=town.clerk)  # less than the whole, and no reason
    spending.recognise(second, by=town.clerk, note="超出容差部分不予认定")

    assert (second.recognised, second.not_recognised) == (D("200.00"), D("100.00"))
    assert spent(fresh(project)) == D("2200.00")


def test_the_database_refuses_more_recognised_than_paid(town, project):
    expense = spending.recognise(handed_in(project, town.head), by=town.clerk)

    with pytest.raises(IntegrityError), transaction.atomic():
        Expense.objects.filter(pk=expense.pk).update(recognised=D("300.01"))


def test_clean_payments_are_recognised_together_and_others_are_left(town, project):
    clean = handed_in(project, town.head)
    warned = handed_in(project, town.head, invoice_number="", explanation="收据")

    assert spending.recognise_all(project, [clean, warned], by=town.clerk) == (1, 1)
    assert Expense.objects.get(pk=warned.pk).state == "handed_in"


def test_a_decision_is_taken_back_with_a_reason(town, project):
    expense = spending.recognise(handed_in(project, town.head), by=town.clerk)

    with pytest.raises(Refused):
        spending.reopen(expense, by=town.clerk, note=" ")
    spending.reopen(expense, by=town.clerk, note="发现重复")

    assert (expense.state, expense.recognised, expense.decided_by) == ("handed_in", D("0.00"), None)


def test_group_and_bookkeeper_hear_of_a_refusal(town, project):
    town.people["bookkeeper"] = type(town.head).objects.create(username="bookkeeper", name="账")
    member(town.bookkeeper, town.centre, Role.FINANCE)

    spending.refuse(handed_in(project, town.head), by=town.clerk, note="与项目无关")

    for person in (town.head, town.volunteer, town.bookkeeper):
        assert "没有认定" in person.notifications.latest("pk").subject


def test_mentor_and_clerk_hear_once_a_day(town, project):
    handed_in(project, town.head)
    handed_in(project, town.head, invoice_number="26117000000012345670")

    for person in (town.mentor, town.clerk):
        assert person.notifications.filter(key__startswith="spending-").count() == 1


# -- what it adds up to ----------------------------------------------------------------------------


def test_without_payments_the_last_accepted_report_counts(town, project):
    report = {"kind": "milestone", "done": "完成", "persons": 1, "visits": 1, "spent": D("120.00")}
    made = delivery.submit_report(project, by=town.head, values=report)
    assert spent(fresh(project)) == D("0.00")
    delivery.accept_report(made, by=town.clerk)
    assert spent(fresh(project)) == D("120.00")

    handed_in(project, town.head)

    assert spent(fresh(project)) == D("0.00")  # entered, and nothing recognised yet


def test_only_what_the_grant_pays_is_spent_of_it(town, life):
    written = draft(town)
    BudgetLine.objects.create(
        project=written, category="meals", item="自筹餐费", unit_price=500, quantity=1, source="own"
    )
    project = running(town, life, written)
    own = handed_in(project, town.head, line_key=key(project, "meals"))
    spending.recognise(own, by=town.clerk)

    assert (own.recognised, spent(fresh(project))) == (D("300.00"), D("0.00"))


def test_the_closing_report_takes_the_recognised_sum(town, project):
    spending.recognise(handed_in(project, town.head), by=town.clerk)

    report = {"kind": "closing", "done": "完成", "persons": 1, "visits": 1, "spent": D("9999.00")}
    made = delivery.submit_report(fresh(project), by=town.head, values=report)

    assert made.spent == D("300.00")


def test_46200_50_of_50000_leaves_3799_50_to_return(town, life, browse):
    """Field guide, section 6, no. 9."""
    lines = [{"category": "materials", "item": "物资", "unit_price": D("50000.00"), "quantity": D(1), "unit": "批"}]
    project = running(town, life, draft(town, lines=lines, amount_requested=D("50000.00")))
    expense = handed_in(project, town.head, amount=D("46200.50"))
    waiting = handed_in(project, town.head, amount=D("10.00"), invoice_number="26117000000012345670")
    paid_out = {"state": "receipted", "paid_on": date(2026, 6, 1), "paid_by": town.finance}
    project.tranches.update(**paid_out)
    Project.objects.filter(pk=project.pk).update(state="settling", amount_paid=D("50000.00"))
    spending.recognise(expense, by=town.clerk)
    client, page = browse(town.finance), reverse("projects:settlement_edit", args=[project.pk])

    refused = client.post(page, {"recognised": "50000", "returned": "0"}).content.decode()
    spending.refuse(waiting, by=town.clerk, note="无关")
    shown = client.get(page).content.decode()
    client.post(page, {"recognised": "50000", "returned": "0"})

    assert "1笔支出尚未审核" in refused
    assert "人民币叁仟柒佰玖拾玖元伍角" in shown
    settlement = Settlement.objects.get()
    assert (settlement.recognised, settlement.to_return) == (D("46200.50"), D("3799.50"))


def test_an_account_is_not_settled_with_a_figure_of_its_own(town, project):
    spending.recognise(handed_in(project, town.head), by=town.clerk)
    Project.objects.filter(pk=project.pk).update(state="settling")

    with pytest.raises(Refused) as refused:
        settling.settle(fresh(project), by=town.finance, recognised=D("299.00"), returned=D("0.00"))

    assert "300.00" in str(refused.value)


def test_a_settled_account_takes_no_more_payments(town, project):
    Project.objects.filter(pk=project.pk).update(state="settling")
    settling.settle(fresh(project), by=town.finance, recognised=D("0.00"), returned=D("0.00"))

    with pytest.raises(PermissionDenied):
        paid(fresh(project), town.head)


# -- pages -----------------------------------------------------------------------------------------


def sent(project, **changes) -> dict:
    return {name: value for name, value in values(project).items()} | {"photo": photo(), "hand_in": "1"} | changes


def test_entering_on_a_phone_takes_one_page(town, project, browse):
    client = browse(town.volunteer)

    response = client.post(reverse("projects:expense_create", args=[project.pk]), sent(project))

    expense = Expense.objects.get()
    assert (response.status_code, response["Location"]) == (302, expense.get_absolute_url())
    assert (expense.state, expense.entered_by) == ("handed_in", town.volunteer)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"spent_on": "2026-06-11"}, "spent_on"),
        ({"spent_on": "1026-06-11"}, "spent_on"),
        ({"line_key": "nothing"}, "line_key"),
        ({"invoice_number": "2611700000001234567"}, "invoice_number"),
        ({"seller_code": "91350100M000100Y44"}, "seller_code"),
        ({"tax": "300"}, "tax"),
        ({"photo": SimpleUploadedFile("a.exe", b"MZ")}, "photo"),
        ({"summary": "字" * 81}, "summary"),
    ],
)
def test_bad_input_is_said_at_its_field_and_comes_back(town, project, browse, changes, field):
    response = browse(town.head).post(reverse("projects:expense_create", args=[project.pk]), sent(project, **changes))

    assert (response.status_code, list(response.context["form"].errors)) == (200, [field])
    assert (Expense.objects.count(), "晨光文具店" in response.content.decode()) == (0, True)


def test_what_blocks_is_saved_and_said_on_its_page(town, project, browse):
    page = reverse("projects:expense_create", args=[project.pk])

    response = browse(town.head).post(page, sent(project, summary="笔记本电脑"), follow=True)

    assert Expense.objects.get().state == "entered"
    assert "不能提交" in response.content.decode()


def test_a_clerk_goes_through_what_waits(town, project, browse):
    first, second = (handed_in(project, town.head, invoice_number=number) for number in ("11112222", "11112223"))
    client = browse(town.clerk)

    response = client.post(
        reverse("projects:expense_step", args=[first.pk, "recognise"]),
        {"amount": "300.00", "note": "", "seen": first.edition},
    )

    assert response["Location"] == second.get_absolute_url()


def test_a_press_on_a_stale_page_decides_nothing(town, project, browse):
    expense = handed_in(project, town.head)
    spending.send_back(expense, by=town.clerk, note="看不清")

    response = browse(town.clerk).post(
        reverse("projects:expense_step", args=[expense.pk, "recognise"]), {"amount": "300", "seen": "handed_in"}
    )

    assert (response.status_code, Expense.objects.get().state) == (302, "returned")


def test_the_sums_keep_their_names_where_a_row_is_a_card(town, project, browse):
    page = browse(town.clerk).get(reverse("projects:spending", args=[project.pk])).content.decode()

    sums = page.partition("<tfoot>")[2].partition("</tfoot>")[0]
    assert sums.count("<tr>") == sums.count('<th scope="row" class="named">') > 0


def test_the_book_costs_the_same_for_1_and_for_9_payments(town, project, browse, django_assert_num_queries):
    client, page = browse(town.clerk), reverse("projects:spending", args=[project.pk])
    paid(project, town.head, invoice_number="10000000")
    client.get(page)
    with CaptureQueriesContext(connection) as one:
        client.get(page)
    for number in range(8):
        paid(project, town.head, invoice_number=f"1000000{number + 1}")

    with django_assert_num_queries(len(one)):
        assert client.get(page).status_code == 200


def test_who_has_something_to_do_with_payments_finds_it(town, project, browse):
    handed_in(project, town.head)
    paid(project, town.head, invoice_number="11112222")

    def todo(user) -> list[tuple[str, date | None]]:
        return [(task.what, task.due_on) for task in waiting_for(user) if "支出" in task.what]

    assert todo(town.clerk) == [("审核1笔支出", date(2026, 6, 17))]
    assert todo(town.mentor) == [("查看1笔支出并提意见", date(2026, 6, 14))]
    assert todo(town.head) == [("提交1笔支出", None)]
    assert todo(town.finance) == []


def test_a_member_who_left_finds_nothing(town, project, browse):
    expense = paid(project, town.head)
    Membership.objects.filter(user=town.volunteer).update(until=date(2026, 6, 9))

    assert browse(town.volunteer).get(expense.get_absolute_url()).status_code == 404


# -- tables ----------------------------------------------------------------------------------------

HEADS = ["日期", "预算行", "用途", "收款人", "金额", "发票号码", "付款方式"]


def table(*rows) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    book.active.append(HEADS)
    for row in rows:
        book.active.append(row)
    target = BytesIO()
    book.save(target)
    return SimpleUploadedFile("账.xlsx", target.getvalue())


ROW = [date(2026, 6, 1), "慰问活动物资", "彩纸", "晨光文具店", 120.5, "26117000000012345678", "转账"]


def send(browse, user, project, *rows):
    page = reverse("projects:spending_import", args=[project.pk])
    return browse(user).post(page, {"file": table(*rows)})


def test_a_bookkeepers_table_is_entered(town, project, browse):
    response = send(browse, town.head, project, ROW, [*ROW[:2], "彩笔", "晨光文具店", "1,000.00", "", "现金"])

    assert response.status_code == 302
    assert list(Expense.objects.order_by("amount").values_list("amount", "method", "invoice_number")) == [
        (D("120.50"), "transfer", "26117000000012345678"),
        (D("1000.00"), "cash", ""),
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ([date(2026, 6, 11), *ROW[1:]], "日期"),
        ([ROW[0], "没有这行", *ROW[2:]], "没有这行"),
        ([*ROW[:4], 0, *ROW[5:]], "大于0"),
        ([*ROW[:5], 2.6117e19, ROW[6]], "发票号码"),
        ([*ROW[:5], "2611700000001234567", ROW[6]], "20位"),
    ],
)
def test_a_wrong_row_is_said_and_nothing_is_entered(town, project, browse, row, said):
    response = send(browse, town.head, project, [*ROW[:2], "好的一行", *ROW[3:5], "", "转账"], row)

    assert (response.status_code, Expense.objects.count()) == (200, 0)
    assert "第3行" in response.content.decode()
    assert said in response.content.decode()


def test_the_same_table_twice_enters_nothing_twice(town, project, browse):
    send(browse, town.head, project, ROW)

    response = send(browse, town.head, project, ROW)

    assert (response.status_code, Expense.objects.count()) == (200, 1)


def test_rubbish_is_no_table(town, project, browse):
    page = reverse("projects:spending_import", args=[project.pk])

    response = browse(town.head).post(page, {"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04rubbish")})

    assert (response.status_code, "file" in response.context["form"].errors) == (200, True)


def test_the_book_leaves_as_a_workbook_with_real_types(town, project, browse):
    spending.recognise(handed_in(project, town.head), by=town.clerk)

    response = browse(town.auditor).get(reverse("reports:spending", args=[project.pk]))

    book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))
    sheet = book["支出明细"]
    assert (sheet["A2"].value, sheet["I2"].value, sheet["P2"].value) == (datetime(2026, 6, 1), 300, 300)
    assert sheet["J2"].value == "26117000000012345678"
    assert sheet["I3"].value == "=SUM(I2:I2)"
    assert book["收支对照"]["H2"].value == "=E2-F2"


def test_a_new_payment_begins_with_today(town, project, browse):
    shown = browse(town.head).get(reverse("projects:expense_create", args=[project.pk])).content.decode()

    assert 'value="2026-06-10"' in shown


@pytest.mark.parametrize(
    ("item", "named"), [("活动物资", "活动物资 · 8,000.00"), ("慰问礼包", "活动物资 · 慰问礼包 · 8,000.00")]
)
def test_a_line_is_named_with_its_category_and_once_where_both_are_called_the_same(town, life, browse, item, named):
    lines = [LINES[0] | {"item": item}, *LINES[1:]]
    project = running(town, life, draft(town, lines=lines))
    expense, client = paid(project, town.head), browse(town.head)

    assert f"<dd>{named}</dd>" in client.get(expense.get_absolute_url()).content.decode()
    spending_page = client.get(reverse("projects:spending", args=[project.pk])).content.decode()
    assert ('<span class="small muted">活动物资</span>' in spending_page) == (item != "活动物资")
