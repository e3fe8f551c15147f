"""What a public page shows of a person. Patterns: field guide 3.2; rare characters: 3.6."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import masking
from core.masking import mask_account, mask_email, mask_name, mask_phone, mask_resident_id


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳娜娜", "欧***"),
        ("买买提·艾力", "买*****"),  # the dot is hidden too
        ("\U0002c5961\U00020164", "\U0002c596**"),  # 𬱖 and 𠅤, two code units each in UTF-16
        ("䶮㼆", "䶮*"),
        ("John Smith", "J*********"),
        ("  张三 ", "张*"),
        ("张", "*"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_mask_name_keeps_the_first_character(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+86 138 1234 5678", "138****5678"),
        ("8613812345678", "138****5678"),
        ("008613812345678", "138****5678"),
        ("138-1234-5678", "138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
    ],
)
def test_mask_phone_of_a_mobile_number(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("010-65551234", "****1234"),
        ("0755 8210 5678", "****5678"),
        ("(0512)65551234", "****1234"),
        ("4008001234", "****1234"),
        ("82101234", "****1234"),
        ("12345", "****"),
        ("12381234567", "****4567"),  # eleven digits, but no mobile number begins with 12
        ("unknown", "****"),
        ("", ""),
        (" ", ""),
    ],
)
def test_mask_phone_of_any_other_number(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("account", "masked"),
    [
        ("6222021234567890123", "****0123"),
        ("6222 0212 3456 7890 123", "****0123"),
        ("6222-0212-3456-7890", "****7890"),
        ("123456789", "****6789"),
        ("12345678", "****"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_mask_account_keeps_the_last_four(account: str, masked: str) -> None:
    assert mask_account(account) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("11010519491231002X", "**************002X"),
        ("11010519491231002x", "**************002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "**************002X"),
        ("110105 19491231 002X", "**************002X"),
        ("1101", "****"),
        ("", ""),
    ],
)
def test_mask_resident_id_keeps_the_last_four(number: str, masked: str) -> None:
    assert mask_resident_id(number) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("zhang@example.org", "z***@example.org"),
        ("zhang.san+tag@mail.example.org", "z***@mail.example.org"),
        ('"a@b"@example.org', '"***@example.org'),
        ("张三@example.org", "张***@example.org"),
        ("z@example.org", "***@example.org"),
        ("@example.org", "***@example.org"),
        ("zhang", "***"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_mask_email_keeps_the_first_character_and_the_domain(address: str, masked: str) -> None:
    assert mask_email(address) == masked


@given(st.text(max_size=30))
def test_mask_name_shows_one_character_and_keeps_the_length(text: str) -> None:
    masked, name = mask_name(text), text.strip()

    assert len(masked) == len(name)
    assert set(masked[1:]) <= {"*"}


@given(st.text(alphabet="0123456789 -+()", max_size=25))
def test_mask_phone_hides_at_least_three_digits(text: str) -> None:
    shown = [c for c in mask_phone(text) if c != "*"]

    assert len(shown) <= max(0, len([c for c in text if c.isdigit()]) - 3)


@given(st.text(alphabet="0123456789 -", max_size=25))
def test_mask_account_hides_more_than_it_shows(text: str) -> None:
    digits = [c for c in text if c.isdigit()]
    shown = [c for c in mask_account(text) if c != "*"]

    assert shown == (digits[-4:] if len(digits) > 8 else [])


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13812345678核实", "电话138****5678核实"),
        ("电话 138-1234-5678", "电话 138****5678"),
        ("座机010-65001234", "座机****1234"),
        ("身份证11010519491231002X属实", "身份证**************002X属实"),
        ("写信到zhang@example.org", "写信到z***@example.org"),
        ("账号6222000011112222", "账号****2222"),
        ("张小明反映，张小明属实", "张**反映，张**属实"),
        ("金额12,000.00元，2026年4月13日", "金额12,000.00元，2026年4月13日"),
    ],
)
def test_a_text_for_the_public_hides_whoever_could_be_found(text: str, masked: str) -> None:
    assert masking.mask_text(text, ["张小明", ""]) == masked


def test_text_with_wide_figures_keeps_the_marks_of_its_sentence() -> None:
    masked = masking.mask_text("打１３８００１３８０００，他说：好！（０１０－６５００１２３４）")

    assert masked.startswith("打138****8000，他说：好！")
    assert "6500" not in masked
