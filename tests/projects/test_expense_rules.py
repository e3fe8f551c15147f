"""The table of rules on a payment: which facts give which finding, and whether it blocks."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.expense_rules import check, invoice_key, name_key
from projects.expense_terms import Elsewhere, Forbidden, Lecture, Outlay, Room, Terms
from projects.spending_account import Payment, PlanLine, accounts, room, total, with_tolerance

D = Decimal
DAY = date(2026, 6, 10)
TERMS = Terms(
    first_day=date(2026, 5, 1),
    last_day=date(2027, 2, 28),
    signed_on=date(2026, 4, 22),
    own_names=frozenset({"刘芳", "柳溪社会工作服务中心"}),
)
GOOD = Outlay(
    spent_on=DAY, amount=D("300.00"), category="materials", summary="彩纸和笔", payee="晨光文具店",
    invoice="26117000000012345678", seller="晨光文具店",
)  # fmt: skip
LECTURE = replace(
    GOOD, category="training", summary="讲师课酬", payee="林教授", invoice="", seller="", amount=D("500.00"),
    lessons=D(1), half_days=1,
)  # fmt: skip
HELP = replace(GOOD, category="volunteers", summary="志愿者误餐", invoice="", amount=D("500.00"), people=10)
FREE = Room()
TWIN = Elsewhere(7, same_project=False, amount=D("300.00"), seller="晨光文具店")


def kinds(outlay, terms=TERMS, room=FREE, **others) -> dict[str, str]:
    return {finding.kind: finding.severity for finding in check(outlay, terms, room, **others)}


CASES = {
    "nothing wrong": (GOOD, {}),
    "first day": (replace(GOOD, spent_on=date(2026, 5, 1)), {}),
    "last day": (replace(GOOD, spent_on=date(2027, 2, 28)), {}),
    "day after the end": (replace(GOOD, spent_on=date(2027, 3, 1)), {"period": "block"}),
    "signed, not begun": (replace(GOOD, spent_on=date(2026, 4, 30)), {"period": "block"}),
    "before the agreement": (replace(GOOD, spent_on=date(2026, 4, 21)), {"agreement": "block"}),
    "cash at the limit": (replace(GOOD, method="cash", amount=D("1000.00")), {}),
    "cash one fen above": (replace(GOOD, method="cash", amount=D("1000.01")), {"cash": "warn"}),
    "transfer above it": (replace(GOOD, amount=D("5000.00")), {}),
    "a computer": (replace(GOOD, summary="笔记本电脑一台"), {"forbidden": "block"}),
    "a computer for rent": (replace(GOOD, summary="租用电脑"), {}),
    "gifts": (replace(GOOD, summary="端午慰问品"), {"forbidden": "block"}),
    "gifts from own money": (replace(GOOD, summary="端午慰问品", is_granted=False), {}),
    "no paper": (replace(GOOD, files=0), {"paper": "block"}),
    "no invoice number": (replace(GOOD, invoice=""), {"invoice": "warn"}),
    "own people": (replace(GOOD, payee="刘 芳"), {"own_people": "warn"}),
    "own house, other writing": (replace(GOOD, seller="柳溪社会工作服务中心 "), {"own_people": "warn"}),
    "own people's allowance": (replace(HELP, payee="刘芳"), {}),
    "lecture at the limit": (LECTURE, {}),
    "lecture one fen above": (replace(LECTURE, amount=D("500.01")), {"lecture_fee": "block"}),
    "the same after tax": (replace(LECTURE, amount=D("560.00"), tax=D("60.00")), {}),
    "professor": (replace(LECTURE, amount=D("800.00"), rank="full"), {}),
    "professor above": (replace(LECTURE, amount=D("1100.00"), tax=D("99.00"), rank="full"), {"lecture_fee": "block"}),
    "academician": (replace(LECTURE, amount=D("1600.00"), tax=D("100.00"), rank="renowned"), {}),
    "five lessons in half a day": (replace(LECTURE, lessons=D(5)), {"lecture_time": "block"}),
    "the fifth is not paid": (
        replace(LECTURE, lessons=D(5), amount=D("2500.00"), tax=D("100.00")),
        {"lecture_time": "block", "lecture_fee": "block"},
    ),
    "nine lessons a day": (replace(LECTURE, lessons=D(9), half_days=None), {"lecture_time": "block"}),
    "eight lessons in two half days": (replace(LECTURE, lessons=D(8), half_days=2), {}),
    "no lessons named": (replace(LECTURE, lessons=None), {"lecture_facts": "block"}),
    "a course that is no lecture": (replace(GOOD, category="training", summary="印讲义"), {}),
    "much and no tax": (replace(LECTURE, amount=D("900.00"), lessons=D(2)), {"tax": "warn"}),
    "800 is free of tax": (replace(LECTURE, amount=D("800.00"), lessons=D(2)), {}),
    "volunteers at the limit": (HELP, {}),
    "volunteers above": (replace(HELP, amount=D("500.01")), {"volunteers": "block"}),
    "volunteers uncounted": (replace(HELP, people=None), {"volunteers": "block"}),
}


@pytest.mark.parametrize(("outlay", "expected"), CASES.values(), ids=CASES)
def test_a_payment_gives_exactly_these_findings(outlay, expected):
    assert kinds(outlay) == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (TWIN, {"duplicate": "block"}),
        (replace(TWIN, same_project=True), {"duplicate": "block"}),
        (replace(TWIN, seller="晨光 文具店（总店）"), {}),
        (replace(TWIN, seller="晨光　文具店"), {"duplicate": "block"}),
        (replace(TWIN, amount=D("299.99")), {"split": "warn"}),
        (replace(TWIN, is_claimed=False), {}),
        (replace(TWIN, is_claimed=False, same_project=True), {"duplicate": "block"}),
    ],
    ids=["elsewhere", "here", "other seller", "same seller", "other amount", "a draft elsewhere", "a draft here"],
)
def test_an_invoice_is_claimed_once(other, expected):
    assert kinds(replace(GOOD, invoice="01234567"), elsewhere=[other]) == expected


def test_a_fully_digital_invoice_is_the_same_whatever_seller_is_typed():
    short = replace(TWIN, seller="晨光")

    assert kinds(replace(GOOD, invoice="26117000000000000017"), elsewhere=[short]) == {"duplicate": "block"}
    assert kinds(replace(GOOD, invoice="2611700000000000001"), elsewhere=[short]) == {}  # 19: somebody's own count


def test_credit_codes_decide_over_names():
    mine = replace(GOOD, seller_code="91350100M000100Y43", invoice="01234567")
    other = replace(TWIN, seller="晨光文具（新名）", seller_code="91350100M000100Y43")

    assert kinds(mine, elsewhere=[other]) == {"duplicate": "block"}
    assert kinds(mine, elsewhere=[replace(other, seller=GOOD.seller, seller_code="91110108551385082Q")]) == {}


def test_the_group_is_not_told_whose_invoice_it_is():
    [finding] = check(GOOD, TERMS, FREE, elsewhere=[TWIN])

    assert finding.other == 7
    assert finding.message == "该发票已在其他项目中报销。"


def test_the_same_course_on_the_same_day_is_paid_once():
    mine = replace(LECTURE, course="反诈课")
    other = Lecture(DAY, "林 教授", "反诈课", D(1))

    assert kinds(mine, lectures=[other]) == {"lecture_twice": "warn"}
    assert kinds(mine, lectures=[replace(other, course="急救课")]) == {}
    assert kinds(mine, lectures=[replace(other, spent_on=date(2026, 6, 11))]) == {}
    assert kinds(replace(mine, lessons=D(4)), lectures=[replace(other, course="急救", lessons=D(5))]) == {
        "lecture_time": "block"
    }


def test_a_line_that_is_full_leaves_the_rest_unrecognised():
    left = Room(line=D("250.00"), planned=D("1000.00"))

    [finding] = check(GOOD, TERMS, left)

    assert (finding.kind, finding.severity, finding.excess) == ("line", "warn", D("50.00"))
    assert kinds(GOOD, room=replace(left, line=D("300.00"))) == {}


def test_a_line_that_was_not_planned_on_that_day_gives_nothing():
    [finding] = check(GOOD, TERMS, Room(is_planned=False))

    assert (finding.kind, finding.excess) == ("unplanned", D("300.00"))


def test_the_award_is_the_end_of_the_grant_alone():
    assert kinds(GOOD, room=Room(award=D("299.99"))) == {"award": "warn"}
    assert kinds(replace(GOOD, is_granted=False), room=Room(award=D("299.99"))) == {}


def test_a_calls_own_words_replace_the_common_ones():
    own = replace(TERMS, forbidden=[Forbidden("彩纸", severity="warn", legal_basis="本批次规定")])

    assert kinds(GOOD, own) == {"forbidden": "warn"}
    assert kinds(replace(GOOD, summary="笔记本电脑"), own) == {}


def test_every_finding_names_its_basis():
    found = [finding for outlay, _expected in CASES.values() for finding in check(outlay, TERMS, FREE)]

    assert [finding.kind for finding in found if not finding.basis] == []


@pytest.mark.parametrize(
    ("typed", "key"),
    [("２６１１７０００", "26117000"), ("no. 0012-a", "NO0012A"), ("", ""), ("（）", "")],
)
def test_invoice_numbers_are_compared_by_letters_and_figures(typed, key):
    assert invoice_key(typed) == key


def test_names_are_compared_without_spaces_and_brackets():
    assert name_key("晨光（北京）文具 店") == name_key("晨光(北京)文具店")


# -- plan against spending ---------------------------------------------------------------------------

LINES = [
    PlanLine("a", "materials", "物资", "grant", original=D("1400.00"), amount=D("1400.00")),
    PlanLine("b", "training", "课酬", "grant", original=D("1000.00"), amount=D("1200.00")),
    PlanLine("c", "materials", "自筹", "own", original=D("100.00"), amount=D("100.00")),
]


def test_a_refused_payment_takes_nothing_and_a_cut_one_what_was_recognised():
    paid = [
        Payment(1, "a", DAY, D("500.00"), state="entered"),
        Payment(2, "a", DAY, D("400.00"), state="refused"),
        Payment(3, "b", DAY, D("300.00"), D("250.00"), state="recognised"),
        Payment(4, "c", DAY, D("150.00"), state="handed_in", is_granted=False),
    ]

    materials, training = accounts(LINES, paid)

    assert [(one.spent, one.left) for one in materials.lines] == [(D(500), D(900)), (D(150), D(-50))]
    assert (training.spent, training.recognised, training.is_changed) == (D(250), D(250), True)
    grant = total([materials, training])
    assert (grant.planned, grant.spent, grant.left, grant.rate) == (D(2600), D(750), D(1850), D("28.8"))
    assert total([materials, training], granted=False).is_over


def test_a_tolerance_is_never_rounded_up():
    assert with_tolerance(D("33.33"), D("10")) == D("36.66")


def test_a_plan_that_grew_later_excuses_nothing_spent_before():
    def cap(day: date) -> Decimal:
        return D(1000) if day < date(2026, 7, 1) else D(1500)

    assert room(DAY, [(date(2026, 5, 2), D(900))], cap) == D(100)
    assert room(date(2026, 7, 1), [(date(2026, 5, 2), D(900))], cap) == D(600)


def test_what_was_recognised_later_keeps_its_room():
    def cap(day: date) -> Decimal:
        return D(1000)

    assert room(DAY, [(date(2026, 8, 1), D(950))], cap) == D(50)


@given(st.lists(st.tuples(st.integers(1, 28), st.integers(1, 90_000)), max_size=12), st.integers(0, 200_000))
def test_recognising_what_there_is_room_for_never_exceeds_the_line(paid, planned):
    cap = with_tolerance(D(planned) / 100, D(10))
    recognised: list[tuple[date, Decimal]] = []
    for day, fen in paid:
        spent_on = date(2026, 6, day)
        recognised.append((spent_on, min(D(fen) / 100, room(spent_on, recognised, lambda _day: cap))))

    assert sum((amount for _day, amount in recognised), D(0)) <= cap
