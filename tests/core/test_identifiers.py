"""Codes of organizations, people, regions and phones. Vectors: field guide 3.1–3.3 and 6.10."""

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils import translation

from core import clock
from core.identifiers import (
    credit_code_kind,
    fingerprint_resident_id,
    half_width,
    validate_credit_code,
    validate_filing_number,
    validate_mobile,
    validate_region_code,
    validate_resident_id,
)

CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VALID_CREDIT_CODES = [
    "91350100M000100Y43",  # the standard's own example
    "91110108551385082Q",
    "91110000600037341L",
    "52110105MJ01000190",  # remainder 0: where "31 - remainder" runs off the alphabet
]
VALID_RESIDENT_ID = "11010519491231002X"


def error_of(validate: Callable[[str], str], value: str) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        validate(value)
    return caught.value


def code_of(validate: Callable[[str], str], value: str) -> str:
    return str(error_of(validate, value).code)


def credit_code(first_eight: str, organization: str) -> str:
    """A valid code, made by GB 11714 and GB 32100 with weights written out as the standards print them."""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = sum(letters.index(c) * w for c, w in zip(organization, [3, 7, 9, 10, 5, 8, 4, 2], strict=True))
    inner = {10: "X", 11: "0"}.get(11 - total % 11) or str(11 - total % 11)
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    body = first_eight + organization + inner
    total = sum(CREDIT_CHARACTERS.index(c) * w for c, w in zip(body, weights, strict=True))
    return body + CREDIT_CHARACTERS[(31 - total % 31) % 31]


def random_credit_codes(count: int) -> list[str]:
    random = Random(20260102)
    kinds = ["51", "52", "53", "91", "92", "11", "12", "N1", "N2", "Y1", "A1"]
    return [
        credit_code(
            random.choice(kinds) + "".join(random.choices("0123456789", k=6)),
            "".join(random.choices(CREDIT_CHARACTERS, k=8)),
        )
        for _ in range(count)
    ]


def resident_id(first_17: str) -> str:
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return first_17 + "10X98765432"[sum(int(d) * w for d, w in zip(first_17, weights, strict=True)) % 11]


# -- half_width ----------------------------------------------------------------------------------


def test_half_width_changes_full_width_ascii_and_nothing_else() -> None:
    assert half_width("ＡＺａｚ０９（）－，．￥\u3000") == "AZaz09()-,.¥ "
    assert half_width("①½²张三。") == "①½²张三。"


# -- Unified social credit code ------------------------------------------------------------------


@pytest.mark.parametrize("code", VALID_CREDIT_CODES)
def test_credit_code_is_accepted(code: str) -> None:
    assert validate_credit_code(code) == code


@pytest.mark.parametrize(
    "typed",
    [
        "52110105mj01000190",
        "  52110105MJ01000190\n",
        "5211 0105 MJ01 0001 90",
        "５２１１０１０５ＭＪ０１０００１９０",
        "52110105\u3000MJ0100019\u00a00",
        "\ufeff52110105MJ\u200b01000190\u202c",  # what copying from a chat brings along
    ],
)
def test_credit_code_is_normalised(typed: str) -> None:
    assert validate_credit_code(typed) == "52110105MJ01000190"


@pytest.mark.parametrize("kind", ["N1", "N2", "N3", "Y1", "A1"])
def test_credit_code_of_a_body_named_by_a_letter_is_accepted(kind: str) -> None:
    code = credit_code(f"{kind}330106", "MF123456")

    assert validate_credit_code(code) == code


def test_credit_code_is_accepted_for_every_code_made_by_the_standard() -> None:
    codes = random_credit_codes(5000)

    assert [validate_credit_code(code) for code in codes] == codes


@pytest.mark.parametrize("typed", ["", "5", "52110105MJ0100019", "52110105MJ010001900"])
def test_credit_code_of_another_length_is_refused_with_the_number_of_characters(typed: str) -> None:
    error = error_of(validate_credit_code, typed)

    assert (error.code, error.params) == ("length", {"count": len(typed)})


@pytest.mark.parametrize(
    ("letter", "hint"), [("I", "1"), ("O", "0"), ("S", "5"), ("V", "U"), ("Z", "2"), ("o", "0"), ("Ｉ", "1")]
)
def test_credit_code_with_an_unused_letter_is_refused_with_a_hint(letter: str, hint: str) -> None:
    error = error_of(validate_credit_code, f"5211010{letter}MJ01000190")

    assert (error.code, error.params) == (
        "unused_letter",
        {"position": 8, "character": half_width(letter).upper(), "hint": hint},
    )


def test_credit_code_with_an_o_is_never_taken_for_a_zero() -> None:
    with translation.override("en"):
        messages = error_of(validate_credit_code, "52110105MJO1000190").messages

    assert messages == [
        "Character 11 is the letter O. I, O, S, V and Z are not used in credit codes: did you mean 0?",
    ]


def test_credit_code_ending_in_z_is_refused() -> None:
    error = error_of(validate_credit_code, "91350100M000100Y4Z")

    assert error.code == "unused_letter"
    assert error.params == {"position": 18, "character": "Z", "hint": "2"}


@pytest.mark.parametrize("character", ["-", "*", "中", "٣", "ß", "ı", "²"])
def test_credit_code_with_an_illegal_character_is_refused_with_its_position(character: str) -> None:
    error = error_of(validate_credit_code, f"52110105MJ{character}1000190")

    assert (error.code, error.params) == ("illegal_character", {"position": 11, "character": character})


@pytest.mark.parametrize("kind", ["01", "B1", "Q1", "X9", "50", "5A"])
def test_credit_code_of_an_unknown_registration_kind_is_refused(kind: str) -> None:
    error = error_of(validate_credit_code, credit_code(f"{kind}110105", "MJ010001"))

    assert (error.code, error.params) == ("registration_kind", {"kind": kind})


def test_credit_code_with_a_wrong_organization_code_is_refused() -> None:
    # 91350100M000100Y4x with another inner check character and an outer one that fits it.
    body = "91350100M000100Y5"
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    total = sum(CREDIT_CHARACTERS.index(c) * w for c, w in zip(body, weights, strict=True))
    error = error_of(validate_credit_code, body + CREDIT_CHARACTERS[(31 - total % 31) % 31])

    assert (error.code, error.params) == ("organization_check", {"part": "M000100Y5"})


def test_credit_code_with_every_wrong_last_character_is_refused() -> None:
    wrong = [c for c in CREDIT_CHARACTERS if c != "0"]

    assert {code_of(validate_credit_code, f"52110105MJ0100019{c}") for c in wrong} == {"check"}


def test_credit_code_with_one_character_changed_is_always_refused() -> None:
    for code in [*VALID_CREDIT_CODES, *random_credit_codes(20)]:
        for position in range(18):
            for character in CREDIT_CHARACTERS.replace(code[position], ""):
                changed = code[:position] + character + code[position + 1 :]
                assert code_of(validate_credit_code, changed) in {
                    "registration_kind",
                    "organization_check",
                    "check",
                }


def test_credit_code_with_two_neighbours_swapped_is_always_refused() -> None:
    for code in random_credit_codes(200):
        for i in range(17):
            if code[i] != code[i + 1]:
                error_of(validate_credit_code, code[:i] + code[i + 1] + code[i] + code[i + 2 :])


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("52110105MJ01000190", "Social service organization"),
        (" 51", "Social association"),
        ("53", "Foundation"),
        ("91350100M000100Y43", "Company"),
        ("n2330106", "Collective economic organization of a village"),
        ("56", "Registered with the civil affairs authority"),
        ("A1", "Registered with the armed forces"),
        ("Y1", "Registered with another authority"),
        ("Q1", "Unknown kind"),
        ("", "Unknown kind"),
    ],
)
def test_credit_code_kind_names_the_kind_or_its_registering_body(code: str, kind: str) -> None:
    with translation.override("en"):
        assert credit_code_kind(code) == kind


# -- Resident identity number --------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002X",
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105 19491231 002X",
        "\u200e11010519491231002X ",
    ],
)
def test_resident_id_is_normalised(typed: str) -> None:
    assert validate_resident_id(typed) == VALID_RESIDENT_ID


@pytest.mark.parametrize(
    "first_17",
    [
        "11010520000229001",  # a leap day in a century year
        "81000019900101001",  # Hong Kong resident permit
        "93342519900101001",  # foreigner's permit, form of 2023
        "99999919000101001",  # no region table
    ],
)
def test_resident_id_is_accepted_when_date_and_check_character_are_right(first_17: str) -> None:
    assert validate_resident_id(resident_id(first_17)) == resident_id(first_17)


def test_resident_id_of_15_digits_is_refused_with_its_own_message() -> None:
    assert code_of(validate_resident_id, "110105491231002") == "old_format"


@pytest.mark.parametrize("typed", ["", "1", "1101051949123100", "11010519491231002", "11010519491231002XX"])
def test_resident_id_of_another_length_is_refused(typed: str) -> None:
    error = error_of(validate_resident_id, typed)

    assert (error.code, error.params) == ("length", {"count": len(typed)})


@pytest.mark.parametrize(
    ("typed", "position"),
    [
        ("1101051949123100XX", 17),
        ("1I010519491231002X", 2),
        ("11010519491231002Y", 18),
        ("٣1010519491231002X", 1),
    ],
)
def test_resident_id_with_an_illegal_character_is_refused_with_its_position(
    typed: str,
    position: int,
) -> None:
    error = error_of(validate_resident_id, typed)

    assert (error.code, error.params) == ("illegal_character", {"position": position})


@pytest.mark.parametrize("birthday", ["19000229", "20230229", "19991301", "19990431", "20000100", "00000101"])
def test_resident_id_with_an_impossible_birthday_is_refused(birthday: str) -> None:
    assert code_of(validate_resident_id, resident_id(f"110105{birthday}001")) == "birth_date"


def test_resident_id_from_before_1900_is_refused() -> None:
    assert code_of(validate_resident_id, resident_id("11010518991231001")) == "too_early"


def test_resident_id_may_be_of_a_child_born_today_and_of_none_born_tomorrow() -> None:
    today, tomorrow = resident_id("11010520260305001"), resident_id("11010520260306001")

    with clock.at(datetime(2026, 3, 5, 0, 0, 1)):
        assert validate_resident_id(today) == today
        assert code_of(validate_resident_id, tomorrow) == "future"


def test_resident_id_with_every_wrong_check_character_is_refused() -> None:
    assert {code_of(validate_resident_id, f"11010519491231002{c}") for c in "0123456789"} == {"check"}


def test_resident_id_with_one_digit_changed_is_always_refused() -> None:
    for position in range(17):
        for digit in "0123456789".replace(VALID_RESIDENT_ID[position], ""):
            changed = VALID_RESIDENT_ID[:position] + digit + VALID_RESIDENT_ID[position + 1 :]
            assert code_of(validate_resident_id, changed) in {"birth_date", "too_early", "future", "check"}


@pytest.mark.parametrize(
    "typed",
    ["110105491231002", "1101051949123100XX", "11010519491331002X", "110105194912310021"],
)
def test_resident_id_is_never_repeated_in_a_message(typed: str) -> None:
    assert [m for m in error_of(validate_resident_id, typed).messages if typed[6:14] in m] == []


# -- Fingerprint ---------------------------------------------------------------------------------


def test_fingerprint_is_hmac_sha256_of_the_normalised_number(settings: Any) -> None:
    settings.IDENTITY_HMAC_KEY = "key"

    # printf 11010519491231002X | openssl dgst -sha256 -hmac key
    expected = "c702e187e6363f417304a7cb1ac993b0f8d3b0255ed35027ccd9ddc60b32b2d4"
    assert fingerprint_resident_id("11010519491231002X") == expected
    assert fingerprint_resident_id("１１０１０５ 19491231 002x") == expected


def test_fingerprint_takes_its_key_as_bytes_too(settings: Any) -> None:
    settings.IDENTITY_HMAC_KEY = "key"
    from_text = fingerprint_resident_id(VALID_RESIDENT_ID)
    settings.IDENTITY_HMAC_KEY = b"key"

    assert fingerprint_resident_id(VALID_RESIDENT_ID) == from_text


def test_fingerprint_differs_with_the_key(settings: Any) -> None:
    settings.IDENTITY_HMAC_KEY = "one"
    one = fingerprint_resident_id(VALID_RESIDENT_ID)
    settings.IDENTITY_HMAC_KEY = "two"

    assert fingerprint_resident_id(VALID_RESIDENT_ID) != one


def test_fingerprint_of_an_invalid_number_is_refused(settings: Any) -> None:
    settings.IDENTITY_HMAC_KEY = "key"

    assert code_of(fingerprint_resident_id, "110105194912310021") == "check"


@pytest.mark.parametrize("key", ["", b"", None])
def test_fingerprint_without_a_key_is_refused(settings: Any, key: object) -> None:
    settings.IDENTITY_HMAC_KEY = key

    with pytest.raises(ImproperlyConfigured, match="IDENTITY_HMAC_KEY"):
        fingerprint_resident_id(VALID_RESIDENT_ID)


# -- Region code ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("440304001001", "440304001001"),
        ("１１０１０１００１００１", "110101001001"),
        ("820000 000 001", "820000000001"),
    ],
)
def test_region_code_is_normalised(typed: str, code: str) -> None:
    assert validate_region_code(typed) == code


@pytest.mark.parametrize("typed", ["", "440304", "4403040010011", "44030400100A", "44030400100１1"])
def test_region_code_without_12_digits_is_refused(typed: str) -> None:
    assert code_of(validate_region_code, typed) == "region_format"


@pytest.mark.parametrize("province", ["00", "10", "16", "55", "72", "83", "99"])
def test_region_code_of_no_province_is_refused(province: str) -> None:
    error = error_of(validate_region_code, f"{province}0304001001")

    assert (error.code, error.params) == ("province", {"province": province})


# -- Filing number -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "BA-440304001001-2024-0001",
        "ba-440304001001-2024-0001",
        " BA - 440304001001 - 2024 - 0001 ",
        "ＢＡ－４４０３０４００１００１－２０２４－０００１",
        "BA–440304001001—2024−0001",
    ],
)
def test_filing_number_is_normalised(typed: str) -> None:
    assert validate_filing_number(typed) == "BA-440304001001-2024-0001"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "filing_format"),
        ("440304001001-2024-0001", "filing_format"),
        ("BA-440304001001-2024-001", "filing_format"),
        ("BA-440304001001-2024-00011", "filing_format"),
        ("BA-440304001-2024-0001", "filing_format"),
        ("BA4403040010012024-0001", "filing_format"),
        ("52110105MJ01000190", "filing_format"),
        ("BA-990304001001-2024-0001", "province"),
        ("BA-440304001001-1949-0001", "filing_year"),
        ("BA-440304001001-2024-0000", "filing_serial"),
    ],
)
def test_filing_number_is_refused_with_a_code_of_its_own(typed: str, code: str) -> None:
    assert code_of(validate_filing_number, typed) == code


def test_filing_number_of_this_year_is_accepted_and_of_next_year_refused() -> None:
    with clock.at(datetime(2026, 12, 31, 23, 59)):
        assert validate_filing_number("BA-440304001001-2026-0001") == "BA-440304001001-2026-0001"
        assert code_of(validate_filing_number, "BA-440304001001-2027-0001") == "filing_year"


# -- Mobile number -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 138 0013 8000",
        "+8613800138000",
        "8613800138000",
        "008613800138000",
        "(+86)13800138000",
        "＋８６ １３８００１３８０００",
        "\u202a13800138000\u202c",
    ],
)
def test_mobile_is_normalised_to_11_digits(typed: str) -> None:
    assert validate_mobile(typed) == "13800138000"


@pytest.mark.parametrize(
    "number", ["13512345678", "15912345678", "16612345678", "17712345678", "18612345678", "19912345678"]
)
def test_mobile_of_every_range_in_use_is_accepted(number: str) -> None:
    assert validate_mobile(number) == number


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "mobile_characters"),
        ("1380013800O", "mobile_characters"),
        ("138FLOWERS0", "mobile_characters"),
        ("13800138000,1", "mobile_characters"),
        ("1380013800", "mobile_length"),
        ("138001380000", "mobile_length"),
        ("110", "mobile_length"),
        ("---", "mobile_characters"),
        ("9" * 300, "mobile_length"),
        ("010-65551234", "not_mobile"),
        ("0755-82105678", "not_mobile"),
        ("12345678901", "not_mobile"),
        ("+852 6123 4567", "foreign"),
        ("+1 202 555 0123", "foreign"),
    ],
)
def test_mobile_is_refused_with_a_code_of_its_own(typed: str, code: str) -> None:
    assert code_of(validate_mobile, typed) == code
