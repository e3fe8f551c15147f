"""Payments in a table, as a bookkeeper keeps them: new ones are entered, all or none, and nothing is changed by it."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from core import clock
from core.identifiers import validate_credit_code
from people.resources.base import Outcome, Row, TableResource
from people.resources.widgets import CodeWidget, TextWidget
from projects.expense_rules import invoice_key, name_key
from projects.forms.spending import check_invoice_number
from projects.models import Expense, Project
from projects.spending_plan import SpendingPlan

MOST_ROWS = 500


class ExpenseResource(TableResource):
    """The payments of one project; a row that is entered already is passed over."""

    line = Field("line", "line", TextWidget())
    invoice_number = Field("invoice_number", "invoice_number", CodeWidget())
    seller_code = Field("seller_code", "seller_code", CodeWidget())
    voucher = Field("voucher", "voucher", CodeWidget())

    required = ("spent_on", "line", "summary", "payee", "amount")
    labels = {"line": gettext_lazy("Budget line")}
    hints = {
        "line": gettext_lazy("The item of the budget line, word for word"),
        "invoice_number": gettext_lazy("Format the column as text: an electronic invoice has 20 digits"),
        "seller": gettext_lazy("Empty: the same as who was paid"),
    }
    example = {
        "spent_on": date(2026, 1, 5),
        "line": gettext_lazy("Example line"),
        "summary": gettext_lazy("Example payment"),
        "payee": gettext_lazy("Example shop"),
        "amount": Decimal("100.00"),
    }

    class Meta:
        model = Expense
        fields = (
            *("spent_on", "voucher", "line", "summary", "payee", "method", "amount"),
            *("invoice_number", "seller", "seller_code", "tax", "people", "lessons", "half_days", "course"),
            "explanation",
        )
        export_order = fields
        import_id_fields = ("summary",)

    def __init__(self, *, project: Project | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.project = project

    def key_of(self, row: Row) -> Any:
        given = row.values
        if not given.get("spent_on") or given.get("amount") is None or not given.get("summary"):
            return None
        named = name_key(given["summary"]), name_key(given.get("payee") or "")
        return given["spent_on"], given["amount"], *named, invoice_key(given.get("invoice_number") or "")

    def look_up(self, rows: list[Row]) -> None:
        assert self.project is not None
        plan = SpendingPlan(self.project)
        self.lines: dict[str, list[str]] = {}
        for line in plan.lines:
            self.lines.setdefault(name_key(line.item), []).append(line.key)
        self.known = {}
        self.there = {
            (one.spent_on, one.amount, name_key(one.summary), name_key(one.payee), one.invoice_key)
            for one in self.project.expenses.all()
        }

    def settle(self, row: Row) -> None:
        typed = row.values.pop("line", None)
        keys = self.lines.get(name_key(typed or ""), [])
        if typed and not keys:
            row.blame("line", _("The plan has no line “%(value)s”.") % {"value": typed[:40]})
        elif len(keys) > 1:
            row.blame("line", _("Several lines are called “%(value)s”: enter this payment by hand.") % {"value": typed})
        super().settle(row)
        row.beside = keys[0] if len(keys) == 1 else None

    def validate(self, row: Row, *, new: bool) -> None:
        typed = {name for name in self.column_names() if name in Expense.__dict__}
        left_out = {field.name for field in Expense._meta.fields} - typed | set(row.errors)
        try:
            row.instance.clean_fields(exclude=left_out)
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                row.blame(name, *messages)
        self.check(row, new=new)

    def check(self, row: Row, *, new: bool) -> None:
        given = row.values
        if (day := given.get("spent_on")) and day > clock.today():
            row.blame("spent_on", _("This day is in the future."))
        if given.get("amount") == 0:
            row.blame("amount", _("Please enter more than 0 yuan."))
        if given.get("tax") and given.get("amount") and given["tax"] >= given["amount"]:
            row.blame("tax", _("The tax is less than the whole amount."))
        if self.key_of(row) in self.there:
            row.blame("", _("This payment has been entered already."))
        for name, code in (("invoice_number", check_invoice_number), ("seller_code", validate_credit_code)):
            try:
                given[name] = code(given[name]) if given.get(name) else ""
            except (ValidationError, forms.ValidationError) as error:
                row.blame(name, *error.messages)

    def options(self, name: str) -> list[str]:
        if name == "line" and self.project is not None:
            return [line.item for line in SpendingPlan(self.project).lines]
        return super().options(name)


def read_expenses(project: Project, upload: UploadedFile) -> list[Row]:
    """The rows of a workbook, each with what is wrong in it; `ValidationError` for what is no such table."""
    return ExpenseResource(project=project).read(
        upload, most=MOST_ROWS, if_none=_("There is no payment in this table.")
    )


def wrong_rows(rows: list[Row]) -> list[tuple[int, list[str]]]:
    """Each row that cannot be entered, with what is wrong in which column."""
    labels = {column.name: column.label for column in ExpenseResource().columns()}
    return [
        (row.number, [f"{labels[name]}：{said}" if name in labels else said for name, all_ in row.errors.items()
                      for said in all_])
        for row in rows
        if row.outcome == Outcome.WRONG
    ]  # fmt: skip


def to_enter(rows: list[Row]) -> list[dict[str, Any]]:
    """What `spending.enter_all` takes; asked of rows without mistakes."""
    return [
        {name: value for name, value in row.values.items() if value not in (None, "")} | {"line_key": row.beside}
        for row in rows
    ]
