"""Amounts as people type them, and how the money field stands in a migration."""

from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.migrations.writer import MigrationWriter
from django.utils import translation

from core.fields import MoneyField, MoneyFormField


class AmountForm(forms.Form):
    amount = MoneyFormField()


def code_of(field: forms.Field, typed: Any) -> str | None:
    with pytest.raises(ValidationError) as caught:
        field.clean(typed)
    return caught.value.error_list[0].code


# -- what is accepted ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "12345",
        "12345.0",
        "12345.00",
        "12345.",
        "012345",
        "12,345",
        "12,345.00",
        "１２３４５",
        "１２，３４５",
        "１２，３４５．００",
        "12345。00",  # the point of a Chinese keyboard
        "¥12345",
        "￥12,345.00",
        "¥ 12345",
        "12345元",
        "12345 元",
        "￥１２，３４５．００元",
        "  12345\t",
        "\u300012345\u3000",
        Decimal("12345"),
        Decimal("1.2345E+4"),
        12345,
    ],
)
def test_money_form_field_reads_the_same_amount_in_every_writing(typed: object) -> None:
    cleaned = MoneyFormField().clean(typed)

    assert cleaned == Decimal("12345")
    assert str(cleaned) == "12345.00"


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("0", "0.00"), ("0.01", "0.01"), (".5", "0.50"), ("1,234,567.8", "1234567.80"), ("007", "7.00")],
)
def test_money_form_field_reads_other_amounts(typed: str, amount: str) -> None:
    assert str(MoneyFormField().clean(typed)) == amount


def test_money_form_field_accepts_the_largest_amount() -> None:
    assert MoneyFormField().clean("999,999,999,999.99") == Decimal("999999999999.99")


@pytest.mark.parametrize("typed", ["", "   ", "\u3000", None])
def test_money_form_field_left_empty_is_none_when_optional(typed: str | None) -> None:
    assert MoneyFormField(required=False).clean(typed) is None


@pytest.mark.parametrize("typed", ["", "   ", "\u3000", None])
def test_money_form_field_left_empty_is_refused_when_required(typed: str | None) -> None:
    assert code_of(MoneyFormField(), typed) == "required"


# -- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("-5", "negative"),
        ("－５", "negative"),
        ("−5", "negative"),  # U+2212, as copied from a PDF
        ("-¥5", "negative"),
        ("¥-5", "negative"),
        ("-0", "negative"),
        (Decimal("-5"), "negative"),
        ("1.234", "decimals"),
        ("1.000", "decimals"),
        ("1,000.005", "decimals"),
        ("12,34", "grouping"),
        ("1234,567", "grouping"),
        ("12,345,67", "grouping"),
        ("12.345,67", "grouping"),
        (",123", "grouping"),
        ("5万", "unit"),
        ("5 万元", "unit"),
        ("0.5亿", "unit"),
        ("NaN", "not_finite"),
        ("sNaN", "not_finite"),
        ("Infinity", "not_finite"),
        ("-inf", "not_finite"),
        (Decimal("NaN"), "not_finite"),
        (float("inf"), "not_finite"),
        ("五千", "invalid"),
        ("abc", "invalid"),
        ("1e5", "invalid"),
        ("+5", "invalid"),
        ("--5", "invalid"),
        ("-¥-5", "invalid"),
        ("12 345", "invalid"),
        ("1.2.3", "invalid"),
        (".", "invalid"),
        ("¥", "invalid"),
        ("元", "invalid"),
        ("-", "invalid"),
        ("١٢٣", "invalid"),  # digits to Decimal, not to a clerk
        ("①", "invalid"),
        ("9" * 65, "invalid"),
        ("1,000,000,000,000", "too_large"),
        ("1" * 13, "too_large"),
    ],
)
def test_money_form_field_refuses_with_a_code_of_its_own(typed: object, code: str) -> None:
    assert code_of(MoneyFormField(), typed) == code


def test_money_form_field_tells_each_mistake_in_its_own_words() -> None:
    typed = ["-5", "1.234", "12,34", "5万", "NaN", "abc", "1" * 13]
    with translation.override("en"):
        messages = [AmountForm({"amount": text}).errors["amount"][0] for text in typed]

    assert len(set(messages)) == len(typed)
    assert messages[1] == "An amount has at most 2 decimal places; this one has 3."
    assert messages[6] == "The amount is too large: at most 12 digits before the decimal point."


def test_money_form_field_accepts_a_minus_sign_when_told() -> None:
    assert MoneyFormField(min_value=None).clean("-¥1,200.50") == Decimal("-1200.50")
    assert MoneyFormField(min_value=-100).clean("-5") == Decimal("-5.00")
    assert str(MoneyFormField(min_value=None).clean("-0")) == "0.00"


def test_money_form_field_holds_a_minimum_and_a_maximum() -> None:
    field = MoneyFormField(min_value=1, max_value=50000)

    assert field.clean("50000") == Decimal("50000")
    assert code_of(field, "50000.01") == "max_value"
    assert code_of(field, "0.99") == "min_value"


def test_money_form_field_with_other_digits() -> None:
    field = MoneyFormField(max_digits=6, decimal_places=0)

    assert str(field.clean("123456")) == "123456"
    assert code_of(field, "1234567") == "too_large"
    assert code_of(field, "1.5") == "decimals"


def test_money_form_field_has_not_changed_when_the_same_amount_is_typed_differently() -> None:
    field = MoneyFormField()

    assert field.has_changed(Decimal("12345.00"), "１２，３４５元") is False
    assert field.has_changed(Decimal("12345.00"), "12346") is True


# -- how it looks --------------------------------------------------------------------------------


def test_money_input_is_a_text_box_with_a_numeric_keypad() -> None:
    html = AmountForm()["amount"].as_widget()

    for attribute in ('type="text"', 'inputmode="decimal"', 'autocomplete="off"', 'class="num"'):
        assert html.count(attribute) == 1


@pytest.mark.parametrize("typed", ["12,34", "５万", "-5", "1.234", "abc"])
def test_money_form_field_shows_again_what_was_typed(typed: str) -> None:
    form = AmountForm({"amount": typed})

    assert form.is_valid() is False
    assert form["amount"].as_widget().count(f'value="{typed}"') == 1


def test_money_form_field_shows_a_stored_amount_in_full_whatever_the_language() -> None:
    with translation.override("de"):  # a language that writes 12.345,00
        html = AmountForm(initial={"amount": Decimal("12345.00")})["amount"].as_widget()

    assert html.count('value="12345.00"') == 1


# -- MoneyField ----------------------------------------------------------------------------------


def test_money_field_gives_a_form_field_with_its_digits() -> None:
    field = MoneyField("amount", max_digits=8).formfield()

    assert isinstance(field, MoneyFormField)
    assert (field.max_digits, field.decimal_places, field.min_value) == (8, 2, 0)
    assert field.clean("999,999") == Decimal("999999.00")
    assert code_of(field, "1,000,000") == "too_large"


def test_money_field_lets_a_form_allow_negative_amounts() -> None:
    assert MoneyField().formfield(min_value=None).clean("-5") == Decimal("-5.00")


def test_money_field_is_optional_in_a_form_when_blank() -> None:
    assert MoneyField(null=True, blank=True).formfield().clean("") is None


def test_money_field_deconstructs_without_its_defaults() -> None:
    assert MoneyField().deconstruct()[1:] == ("core.fields.MoneyField", [], {})


def test_money_field_deconstructs_with_what_is_special() -> None:
    field = MoneyField(max_digits=8, decimal_places=4, null=True)

    assert field.deconstruct()[3] == {"max_digits": 8, "decimal_places": 4, "null": True}


def test_money_field_survives_a_migration_file() -> None:
    assert MigrationWriter.serialize(MoneyField(default=0)) == (
        "core.fields.MoneyField(default=0)",
        {"import core.fields"},
    )


def test_money_field_clones_equal() -> None:
    clone = MoneyField("amount", max_digits=10).clone()

    assert isinstance(clone, MoneyField)
    assert (clone.verbose_name, clone.max_digits, clone.decimal_places) == ("amount", 10, 2)


def test_money_field_is_a_decimal_column() -> None:
    assert MoneyField().get_internal_type() == models.DecimalField().get_internal_type()
