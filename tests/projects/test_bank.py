"""Lists of payments for the bank: made once, answered row by row, and nothing paid twice."""

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from core.models import Event
from core.workflow import Refused
from people.models import Organization
from projects.actions import bank, delivery, payments
from projects.bank_returns import FAILED, PAID, Row, judge
from projects.invariants import breaches
from projects.models import BankList, BankListLine, Project, Reversal, Tranche
from tests.life import draft

HEAD = "序号,项目编号,收款人户名,账号,金额,结果,流水号,日期,失败原因"


def approved(project, town, ordinal: int = 1) -> Tranche:
    tranche = project.tranches.get(ordinal=ordinal)
    payments.request_payment(tranche, by=town.clerk)
    return payments.approve_payment(tranche, by=town.approver)


@pytest.fixture
def two(town, life) -> list[Tranche]:
    """Two approved first instalments of the centre: 5,000 yuan each."""
    projects = [draft(town), draft(town, title="第二个")]
    for to in ("eligible", "shortlisted", "in_notice", "running"):
        for project in projects:
            project.refresh_from_db()
            if project.state != to:
                life.walk(project, to)
    return [approved(Project.objects.get(pk=project.pk), town) for project in projects]


@pytest.fixture
def listed(town, two) -> BankList:
    [made] = bank.make_lists(two, by=town.finance)
    return BankList.objects.get(pk=made.pk)


def table(*rows: str, head: str = HEAD) -> SimpleUploadedFile:
    return SimpleUploadedFile("银行回单.csv", "\n".join([head, *rows]).encode())


def read(listed, town, *rows: str, by=None, head: str = HEAD):
    return bank.read_return(listed, table(*rows, head=head), by=by or town.finance)


def errors(found) -> list[list[str]]:
    return [row["errors"] for row in found.rows]


def line(listed, ordinal: int = 1) -> BankListLine:
    return listed.lines.get(ordinal=ordinal)


# -- making a list ---------------------------------------------------------------------------------


def test_a_list_is_numbered_and_holds_the_accounts_as_they_are(town, listed):
    assert listed.number == "FK2026-0001"
    assert [(one.ordinal, one.project_number, one.amount) for one in listed.lines.all()] == [
        (1, "LX2026-001", Decimal("5000.00")),
        (2, "LX2026-002", Decimal("5000.00")),
    ]
    assert line(listed).paid_to == {
        "name": "柳溪社会工作服务中心",
        "bank": "柳溪农商银行",
        "account": "6222000011112222",
    }
    assert listed.total == Decimal("10000.00")


def test_what_is_in_a_list_is_neither_listed_nor_paid_again(town, two, listed):
    with pytest.raises(Refused):
        bank.make_lists([two[0]], by=town.finance)
    with pytest.raises(Refused):
        payments.pay(Tranche.objects.get(pk=two[0].pk), by=town.finance, bank_reference="手工")

    assert town.fund.balance().paid == Decimal("0.00")


def test_the_database_itself_refuses_an_instalment_in_two_lists(town, two, listed):
    other = BankList.objects.create(fund=town.fund, number="X", made_by=town.finance)
    values = {"account_name": "a", "bank_name": "b", "account": "c", "amount": 1, "purpose": "d", "project_number": "e"}

    with pytest.raises(IntegrityError), transaction.atomic():
        BankListLine.objects.create(bank_list=other, tranche=two[0], ordinal=1, **values)


def test_only_the_finance_office_makes_a_list(town, two):
    for person in (town.clerk, town.approver, town.auditor, town.head):
        with pytest.raises(PermissionDenied):
            bank.make_lists(two, by=person)


@pytest.mark.parametrize("missing", bank.ACCOUNT)
def test_a_payee_without_a_whole_account_is_named(town, two, missing):
    setattr(town.centre, missing, "")
    town.centre.save()

    with pytest.raises(Refused, match=town.centre.name):
        bank.make_lists(two, by=town.finance)

    assert not BankList.objects.exists()


def test_a_suspended_project_goes_into_no_list(town, two):
    delivery.supervise(two[0].project, "suspend", by=town.clerk, note="核查")

    with pytest.raises(Refused):
        bank.make_lists(two, by=town.finance)


@pytest.mark.parametrize(("name", "is_asked"), [("柳溪社会工作服务中心", False), ("周敏", True)])
def test_an_account_in_another_name_stands_out_before_it_is_paid(town, two, browse, name, is_asked):
    Organization.objects.filter(pk=town.centre.pk).update(bank_account_name=name)

    page = browse(town.finance).get("/bank-lists/new/").content.decode()

    assert (f"户名“{name}”与收款单位名称不同" in page) == is_asked


def test_withdrawn_lines_can_be_listed_again(town, two, listed):
    with pytest.raises(Refused):
        bank.withdraw_lines(listed, [line(listed)], by=town.finance, reason=" ")
    with pytest.raises(PermissionDenied):
        bank.withdraw_lines(listed, [line(listed)], by=town.approver, reason="未送出")

    bank.withdraw_lines(listed, [line(listed)], by=town.finance, reason="账号待核实")
    [again] = bank.make_lists([two[0]], by=town.finance)

    assert line(listed).outcome == "withdrawn"
    assert again.number == "FK2026-0002"
    assert list(breaches()) == []


def test_a_project_is_not_terminated_while_its_money_is_at_the_bank(town, two, listed):
    with pytest.raises(Refused, match="FK2026-0001"):
        payments.terminate(two[0].project, by=town.approver, note="终止")

    bank.withdraw_lines(listed, listed.lines.all(), by=town.finance, reason="未送出")
    payments.terminate(Project.objects.get(pk=two[0].project_id), by=town.approver, note="终止")

    assert list(breaches()) == []


# -- what the bank says ----------------------------------------------------------------------------


def test_nothing_is_stored_before_it_is_confirmed(town, two, listed):
    found = read(listed, town, "1,,,,,成功,L-1,2026-04-22,", "2,,,,,失败,,2026-04-22,账号户名不符")

    assert [row["effect"] for row in found.rows] == ["pay", "fail"]
    assert {one.state for one in Tranche.objects.filter(pk__in=[one.pk for one in two])} == {"approved"}


def test_paid_lines_are_paid_and_failed_ones_stay_approved_with_the_reason(town, two, listed):
    found = read(listed, town, "1,,,,,成功,L-1,2026-04-22,", "2,,,,,失败,,2026-04-22,账号户名不符")
    bank.store_return(found, by=town.finance)

    first, second = (Tranche.objects.get(pk=one.pk) for one in two)
    assert (first.state, first.bank_reference, first.paid_to["account"]) == ("paid", "L-1", "6222000011112222")
    assert (second.state, line(listed, 2).outcome, line(listed, 2).reason) == ("approved", "failed", "账号户名不符")
    assert Event.objects.about(second.project).filter(name="bank_failed", note="账号户名不符").exists()
    assert town.fund.balance().paid == Decimal("5000.00")
    assert list(breaches()) == []


def test_a_failed_line_can_be_put_into_another_list(town, two, listed):
    bank.store_return(read(listed, town, "2,,,,,失败,,2026-04-22,户名不符"), by=town.finance)

    [again] = bank.make_lists([two[1]], by=town.finance)

    assert again.lines.get().tranche == two[1]


def test_what_was_paid_and_comes_back_is_reversed_with_the_banks_reason(town, two, listed):
    bank.store_return(read(listed, town, "1,,,,,成功,L-1,2026-04-22,"), by=town.finance)
    bank.store_return(read(listed, town, "1,,,,,退汇,,2026-04-22,收款账户已销户"), by=town.finance)

    tranche = Tranche.objects.get(pk=two[0].pk)
    kept = Reversal.objects.get()
    assert (tranche.state, line(listed).outcome) == ("reversed", "returned")
    assert (kept.reason, kept.bank_reference, kept.paid_to["account"]) == ("收款账户已销户", "L-1", "6222000011112222")
    assert town.fund.balance().paid == Decimal("0.00")
    assert Project.objects.get(pk=tranche.project_id).amount_paid == Decimal("0.00")
    assert list(breaches()) == []


def test_the_same_answer_twice_changes_nothing(town, listed):
    row = "1,,,,,成功,L-1,2026-04-22,"
    bank.store_return(read(listed, town, row), by=town.finance)

    again = read(listed, town, row)

    assert [one["effect"] for one in again.rows] == ["known"]
    with pytest.raises(Refused):
        bank.store_return(again, by=town.finance)
    assert town.fund.balance().paid == Decimal("5000.00")


def test_one_return_is_stored_once(town, listed):
    found = read(listed, town, "1,,,,,成功,L-1,2026-04-22,")
    bank.store_return(found, by=town.finance)

    with pytest.raises(Refused):
        bank.store_return(found, by=town.finance)


@pytest.mark.parametrize(
    "row",
    [
        "9,,,,,成功,L-1,2026-04-22,",
        ",LX2026-009,,,,成功,L-1,2026-04-22,",
        "1,LX2026-002,,,,成功,L-1,2026-04-22,",
        "1,,别的单位,,,成功,L-1,2026-04-22,",
        "1,,,6222000011113333,,成功,L-1,2026-04-22,",
        "1,,,,5000.01,成功,L-1,2026-04-22,",
        "1,,,,五千,成功,L-1,2026-04-22,",
        "1,,,,,处理中,L-1,2026-04-22,",
        "1,,,,,,L-1,2026-04-22,",
        "1,,,,,成功,,2026-04-22,",
        "1,,,,,成功,L-1,,",
        "1,,,,,成功,L-1,2026-04-21,",
        "1,,,,,成功,L-1,2026-04-23,",
        "1,,,,,成功,L-1,2026-02-30,",
        "1,,,,,失败,,2026-04-22,",
        f"1,,,,,失败,,2026-04-22,{'长' * 301}",
        f"1,,,,,成功,{'9' * 61},2026-04-22,",
    ],
)
def test_a_wrong_row_is_an_error_at_its_row_and_the_right_ones_are_stored(town, two, listed, row):
    found = read(
        listed, town, row, '2,LX2026-002,柳溪社会工作服务中心,6222 0000 1111 2222,"5,000.00",已付,L-2,2026/4/22,'
    )

    assert [bool(one) for one in errors(found)] == [True, False]
    bank.store_return(found, by=town.finance)
    assert [Tranche.objects.get(pk=one.pk).state for one in two] == ["approved", "paid"]
    found.refresh_from_db()
    assert errors(found)[0]


@pytest.mark.parametrize("second", ["1,,,,,失败,,2026-04-22,退回", "1,,,,,成功,L-2,2026-04-22,"])
def test_two_rows_that_differ_about_one_line_are_both_errors(town, two, listed, second):
    found = read(listed, town, "1,,,,,成功,L-1,2026-04-22,", second, "2,,,,,成功,L-3,2026-04-22,")

    assert [row["effect"] for row in found.rows] == ["", "", "pay"]
    assert [len(one) for one in errors(found)] == [1, 1, 0]
    bank.store_return(found, by=town.finance)
    assert [Tranche.objects.get(pk=one.pk).state for one in two] == ["approved", "paid"]


def test_a_row_that_is_in_the_file_twice_is_taken_once(town, listed):
    found = read(listed, town, "1,,,,,成功,L-1,2026-04-22,", "1,,,,,成功,L-1,2026-04-22,")

    assert [row["effect"] for row in found.rows] == ["pay", ""]


def test_a_file_without_its_columns_or_rows_is_refused_as_a_whole(town, listed):
    for head, rows in (("项目编号,金额", ["LX2026-001,1"]), ("结果", ["成功"]), (HEAD, [])):
        with pytest.raises(ValidationError):
            read(listed, town, *rows, head=head)
    with pytest.raises(ValidationError):
        bank.read_return(listed, SimpleUploadedFile("a.xlsx", b"PK\x03\x04rubbish"), by=town.finance)


def test_a_line_withdrawn_here_and_paid_there_must_be_cleared_with_the_bank(town, listed):
    bank.withdraw_lines(listed, [line(listed)], by=town.finance, reason="未送出")

    found = read(listed, town, "1,,,,,成功,L-1,2026-04-22,")

    assert len(errors(found)[0]) == 1
    with pytest.raises(Refused):
        bank.store_return(found, by=town.finance)


def test_only_the_finance_office_reads_in_and_stores(town, listed):
    found = read(listed, town, "1,,,,,成功,L-1,2026-04-22,")

    for person in (town.clerk, town.approver, town.auditor):
        with pytest.raises(PermissionDenied):
            read(listed, town, "1,,,,,成功,L-1,2026-04-22,", by=person)
        with pytest.raises(PermissionDenied):
            bank.store_return(found, by=person)


def test_what_the_bank_paid_is_recorded_though_the_project_was_suspended_meanwhile(town, two, listed):
    delivery.supervise(two[0].project, "suspend", by=town.clerk, note="核查")

    bank.store_return(read(listed, town, "1,,,,,成功,L-1,2026-04-22,"), by=town.finance)

    assert Tranche.objects.get(pk=two[0].pk).state == "paid"
    assert list(breaches()) == []


def test_no_word_means_paid_and_not_paid():
    assert not PAID & FAILED


def test_a_project_with_two_lines_is_told_apart_by_the_running_number_only():
    class Line:
        account_name, account, amount, outcome, reference = "a", "1", Decimal("1.00"), "", ""
        project_number = "P-1"

        def __init__(self, pk):
            self.pk = self.ordinal = pk

    row = Row(2, project_number="P-1", outcome="failed", reason="x")
    day = {"made_on": None, "today": None}

    [judged] = judge([row], [Line(1), Line(2)], **day)
    [told] = judge([Row(2, ordinal="2", project_number="P-1", outcome="failed", reason="x")], [Line(1), Line(2)], **day)

    assert (bool(judged.errors), told.effect) == (True, "fail")


# -- pages and files -------------------------------------------------------------------------------


def test_from_the_approval_to_the_banks_answer_on_the_pages(town, two, browse):
    finance = browse(town.finance)
    empty = finance.post("/bank-lists/new/", {})
    assert empty.context["form"].errors

    made = finance.post("/bank-lists/new/", {"tranches": [one.pk for one in two]})
    listed = BankList.objects.get()
    assert made.url == listed.get_absolute_url()

    sent = finance.post(made.url, {"file": table("1,,,,,成功,L-1,2026-04-22,", "2,,,,,失败,,2026-04-22,户名不符")})
    preview = finance.get(sent.url)
    assert [label for label, count in preview.context["effects"] if count == 1] != []
    finance.post(sent.url)

    assert sorted(listed.lines.values_list("outcome", flat=True)) == ["failed", "paid"]
    assert "户名不符" in browse(town.auditor).get(made.url).content.decode()


def test_the_file_for_the_bank_has_what_banks_want_and_its_total(town, listed, browse):
    answer = browse(town.finance).get(f"/documents/bank-lists/{listed.pk}/list.xlsx")
    rows = list(openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values)

    assert rows[0][:7] == ("序号", "收款人户名", "账号", "开户行", "金额（元）", "用途", "项目编号")
    assert rows[1][1:5] == ("柳溪社会工作服务中心", "6222000011112222", "柳溪农商银行", 5000)
    assert rows[3][1:5] == ("合计", None, None, 10000)
    assert "FK2026-0001" in rows[3][5]
    assert Event.objects.about(listed).filter(name="export", actor=town.finance).exists()


def test_the_page_of_a_list_names_its_columns_as_the_file_does(town, listed, browse):
    page = browse(town.finance).get(listed.get_absolute_url()).content.decode()

    assert ("序号" in page, "撤下所选的行" in page, "撤回申报" in page) == (True, True, False)


def test_the_file_for_the_bank_comes_back_filled_in(town, two, listed, browse):
    """What the platform gives out it reads again; its total is no line."""
    answer = browse(town.finance).get(f"/documents/bank-lists/{listed.pk}/list.xlsx")
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
    sheet = book.active
    for row, values in ((2, ("成功", "L-1", "2026-04-22")), (3, ("成功", "L-2", "2026-04-22"))):
        for column, value in zip((8, 9, 10), values, strict=True):
            sheet.cell(row, column, value)
    target = BytesIO()
    book.save(target)

    found = bank.read_return(listed, SimpleUploadedFile("回.xlsx", target.getvalue()), by=town.finance)

    assert [row["effect"] for row in found.rows] == ["pay", "pay"]


def test_account_numbers_are_whole_for_the_finance_office_and_masked_for_others(town, listed, browse):
    account = town.centre.bank_account

    assert account in browse(town.finance).get(listed.get_absolute_url()).content.decode()
    for person in (town.clerk, town.approver, town.auditor):
        assert account not in browse(person).get(listed.get_absolute_url()).content.decode()
        assert browse(person).get(f"/documents/bank-lists/{listed.pk}/list.csv").status_code == 403
    assert browse(town.head).get(listed.get_absolute_url()).status_code == 403


def test_the_list_of_lists_costs_the_same_for_one_and_for_many(town, listed, browse, django_assert_max_num_queries):
    finance = browse(town.finance)
    finance.get("/bank-lists/")
    with django_assert_max_num_queries(20):
        finance.get("/bank-lists/")
    for n in range(15):
        BankList.objects.create(fund=town.fund, number=f"N{n}", made_by=town.finance)

    with django_assert_max_num_queries(20):
        finance.get("/bank-lists/")
