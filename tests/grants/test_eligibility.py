"""May this applicant apply? Every condition at its boundary, without a database."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.eligibility import (
    MET,
    MISSING,
    NOT_MET,
    CreditEntry,
    Facts,
    Place,
    findings,
    inspection_due,
    months_between,
    years_before,
)

TODAY = date(2026, 11, 23)
REGISTERED = Facts(today=TODAY, is_filed=False)
FILED = Facts(today=TODAY, is_filed=True)


def rule(kind: str, value: int | None = None, *, region: str = "", severity: str = "block"):
    return SimpleNamespace(kind=kind, value=value, region=region, severity=severity)


def outcome(kind: str, facts: Facts, value: int | None = None, **changes) -> str:
    (finding,) = findings([rule(kind, value, **changes)], facts)
    return finding.outcome


def with_entry(kind: str, entered: date, lifted: date | None = None) -> Facts:
    return replace(REGISTERED, credit=(CreditEntry(kind, entered, lifted),))


# -- The credit registers --------------------------------------------------------------------------


def test_an_entry_that_stands_still_is_held_against_the_applicant():
    assert outcome("not_abnormal", with_entry("abnormal", date(2010, 1, 1)), 1) == NOT_MET


@pytest.mark.parametrize(
    ("lifted", "expected"),
    [(date(2025, 11, 22), MET), (date(2025, 11, 23), MET), (date(2025, 11, 24), NOT_MET)],
)
def test_an_entry_counts_until_it_has_been_lifted_for_the_whole_period(lifted, expected):
    assert outcome("not_abnormal", with_entry("abnormal", date(2024, 1, 1), lifted), 1) == expected


@pytest.mark.parametrize(("entered", "expected"), [(date(2023, 11, 23), MET), (date(2023, 11, 24), NOT_MET)])
def test_a_penalty_counts_from_its_day_whenever_it_was_paid(entered, expected):
    assert outcome("no_penalty", with_entry("penalty", entered, entered), 3) == expected


def test_an_entry_of_another_kind_is_not_looked_at():
    assert outcome("not_serious", with_entry("abnormal", date(2026, 1, 1)), 2) == MET


@pytest.mark.parametrize(
    ("kind", "years"),
    [("not_abnormal", 1), ("not_serious", 2), ("no_penalty", 3), ("no_breach", 3)],
    ids=["异常名录", "失信", "处罚", "违约"],
)
def test_without_a_figure_the_field_guides_years_hold(kind, years):
    register = {"not_abnormal": "abnormal", "not_serious": "serious", "no_penalty": "penalty", "no_breach": "breach"}[
        kind
    ]
    just_inside = years_before(TODAY, years) + timedelta(days=1)

    assert outcome(kind, with_entry(register, just_inside, just_inside)) == NOT_MET
    assert outcome(kind, with_entry(register, years_before(TODAY, years), years_before(TODAY, years))) == MET


def test_an_entry_is_told_with_its_kind_its_source_and_whose_it_is():
    own = CreditEntry("abnormal", date(2026, 3, 1), source="信用中国")
    hosts = replace(own, owner="服务中心")

    (mine,) = findings([rule("not_abnormal", 1)], replace(FILED, host="服务中心", credit=(own,)))
    (theirs,) = findings([rule("not_abnormal", 1)], replace(FILED, host="服务中心", credit=(hosts,)))

    assert mine.reason == "信用记录中有一条：活动异常名录，2026-03-01，来源：信用中国。"
    assert theirs.reason == "代管单位“服务中心”有一条信用记录：活动异常名录，2026-03-01，来源：信用中国。"
    assert (mine.blocks, theirs.blocks) == (True, True)
    assert "代管单位" in theirs.advice
    assert "代管单位" not in mine.advice


# -- Inspection, rating, age -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "year"), [(date(2026, 6, 30), 2024), (date(2026, 7, 1), 2025), (date(2026, 12, 31), 2025)]
)
def test_the_inspection_of_a_year_must_be_done_by_the_middle_of_the_next(today, year):
    assert inspection_due(replace(REGISTERED, today=today)) == year


@pytest.mark.parametrize(
    ("inspections", "expected"),
    [({}, MISSING), ({2024: True}, MISSING), ({2025: True}, MET), ({2025: False}, NOT_MET)],
)
def test_the_inspection_that_is_due_must_be_passed(inspections, expected):
    assert outcome("inspected", replace(REGISTERED, inspections=inspections)) == expected


def test_no_inspection_is_due_of_a_filed_group_or_a_new_organisation():
    assert outcome("inspected", FILED) == MET
    assert outcome("inspected", replace(REGISTERED, established_on=date(2026, 2, 1))) == MET


@pytest.mark.parametrize(
    ("level", "until", "expected"),
    [
        (3, date(2026, 11, 24), MET),
        (3, date(2026, 11, 23), NOT_MET),
        (2, date(2030, 1, 1), NOT_MET),
        (None, None, NOT_MET),
    ],
    ids=["last valid day", "lapsed today", "too low", "none"],
)
def test_a_rating_must_be_high_enough_and_valid_today(level, until, expected):
    assert outcome("rated", replace(REGISTERED, rating=level, rated_until=until), 3) == expected


def test_what_the_organisation_says_of_itself_is_marked_until_a_clerk_has_checked_it():
    said = replace(REGISTERED, inspections={2025: True}, rating=3, rated_until=date(2030, 1, 1))
    checked = replace(said, confirmed_inspections=frozenset({2025}), rating_confirmed=True)
    asked = [rule("inspected"), rule("rated", 3)]

    assert [finding.reason.endswith("（单位自填，待核）") for finding in findings(asked, said)] == [True, True]
    assert ["待核" in finding.reason for finding in findings(asked, checked)] == [False, False]
    assert all(finding.is_met for finding in findings(asked, said))


def test_filed_groups_are_not_rated():
    assert outcome("rated", FILED, 3) == MET


@pytest.mark.parametrize(
    ("founded", "expected"), [(date(2025, 11, 23), MET), (date(2025, 11, 24), NOT_MET), (None, MISSING)]
)
def test_an_applicant_must_be_old_enough(founded, expected):
    assert outcome("established", replace(REGISTERED, established_on=founded), 12) == expected


# -- Place, host, other projects -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "expected"),
    [("110105030001", MET), ("110106030001", NOT_MET), ("", MISSING)],
    ids=["in", "out", "unknown"],
)
def test_an_applicant_must_work_in_the_region(code, expected):
    assert outcome("in_region", replace(REGISTERED, region_code=code), region="110105") == expected


INSIDE, OUTSIDE = Place("110105030001", "柳溪社区"), Place("110106030001", "丰台社区")


@pytest.mark.parametrize(
    ("places", "expected"),
    [((INSIDE,), MET), ((INSIDE, OUTSIDE), NOT_MET), ((OUTSIDE,), NOT_MET)],
    ids=["all in", "one out", "out"],
)
def test_every_place_of_the_project_lies_in_the_region_wherever_the_applicant_is_at_home(places, expected):
    for home in ("110105030001", "110106030001", ""):
        assert outcome("in_region", replace(REGISTERED, region_code=home, places=places), region="110105") == expected


def test_the_places_outside_are_named():
    (finding,) = findings([rule("in_region", region="110105")], replace(REGISTERED, places=(INSIDE, OUTSIDE)))

    assert "丰台社区" in finding.reason
    assert "柳溪社区" not in finding.reason


def test_a_filed_group_needs_a_host_and_a_registered_one_does_not():
    assert outcome("hosted", FILED) == NOT_MET
    assert outcome("hosted", replace(FILED, host="服务中心")) == MET
    assert outcome("hosted", REGISTERED) == MET


@pytest.mark.parametrize(("others", "expected"), [(0, MET), (1, MET), (2, NOT_MET)])
def test_this_proposal_is_one_of_the_number_allowed(others, expected):
    assert outcome("proposals", replace(REGISTERED, proposals=others), 2) == expected


def test_funded_projects_under_way_are_named():
    (finding,) = findings([rule("not_funded_twice", 0)], replace(REGISTERED, under_way=("银龄助老", "楼道客厅")))

    assert finding.outcome == NOT_MET
    assert "银龄助老、楼道客厅" in finding.reason
    assert outcome("not_funded_twice", replace(REGISTERED, under_way=("银龄助老",)), 1) == MET


def test_of_many_projects_under_way_three_are_named():
    (finding,) = findings([rule("not_funded_twice", 0)], replace(REGISTERED, under_way=tuple("甲乙丙丁戊")))

    assert "甲、乙、丙，另有2项" in finding.reason


def test_training_and_certificates():
    assert (outcome("trained", REGISTERED), outcome("trained", replace(REGISTERED, trained=True))) == (NOT_MET, MET)
    assert outcome("certified", replace(REGISTERED, certified=1), 2) == NOT_MET
    assert outcome("certified", replace(REGISTERED, certified=2), 2) == MET


# -- What a finding means --------------------------------------------------------------------------


def test_a_warning_does_not_block_and_what_is_met_blocks_never():
    blocked, warned, met = findings(
        [rule("hosted"), rule("trained", severity="warn"), rule("proposals", 1)], replace(FILED, proposals=0)
    )

    assert (blocked.blocks, warned.blocks, met.blocks) == (True, False, False)
    assert (blocked.tone, warned.tone, met.tone) == ("bad", "warn", "good")


def test_what_is_not_met_says_what_to_do():
    unmet = [f for f in findings([rule(kind, 1) for kind in KINDS], FILED) if not f.is_met]

    assert all(finding.reason and finding.advice for finding in unmet)


def test_the_29th_of_february_has_a_day_in_every_year():
    assert years_before(date(2024, 2, 29), 1) == date(2023, 2, 28)
    assert years_before(date(2024, 2, 29), 4) == date(2020, 2, 29)
    assert months_between(date(2024, 2, 29), date(2025, 2, 28)) == 11


# -- Whatever the facts ----------------------------------------------------------------------------

KINDS = ["not_abnormal", "not_serious", "no_penalty", "inspected", "rated", "established", "hosted", "proposals"]
KINDS += ["not_funded_twice", "trained", "certified"]
days = st.dates(date(2015, 1, 1), TODAY)
entries = st.builds(
    lambda kind, entered, after: CreditEntry(kind, entered, entered + timedelta(days=after) if after else None),
    st.sampled_from(["abnormal", "serious", "penalty"]),
    days,
    st.none() | st.integers(1, 2000),
)
facts = st.builds(
    Facts,
    today=st.just(TODAY),
    is_filed=st.booleans(),
    host=st.sampled_from(["", "服务中心"]),
    established_on=st.none() | days,
    credit=st.lists(entries, max_size=4).map(tuple),
    inspections=st.dictionaries(st.integers(2020, 2025), st.booleans(), max_size=3),
    rating=st.none() | st.integers(1, 5),
    rated_until=st.none() | st.dates(date(2020, 1, 1), date(2031, 1, 1)),
    proposals=st.integers(0, 5),
    trained=st.booleans(),
    certified=st.integers(0, 5),
)
kinds = st.lists(st.sampled_from(KINDS), max_size=6)


@given(kinds, facts)
def test_every_rule_gets_one_finding_in_its_place(asked, known):
    found = findings([rule(kind, 1) for kind in asked], known)

    assert [finding.rule.kind for finding in found] == asked
    assert all(finding.outcome in (MET, NOT_MET, MISSING) and finding.reason for finding in found)


@given(facts, entries, st.sampled_from(["not_abnormal", "not_serious", "no_penalty"]), st.integers(0, 9))
def test_one_more_entry_never_makes_an_applicant_eligible(known, entry, kind, years):
    worse = replace(known, credit=(*known.credit, entry))

    if outcome(kind, known, years) == NOT_MET:
        assert outcome(kind, worse, years) == NOT_MET


@given(facts, st.sampled_from(["not_abnormal", "not_serious", "no_penalty"]), st.integers(0, 8))
def test_looking_back_further_never_makes_an_applicant_eligible(known, kind, years):
    if outcome(kind, known, years) == NOT_MET:
        assert outcome(kind, known, years + 1) == NOT_MET


@given(facts, st.integers(1, 4))
def test_who_is_rated_high_enough_for_more_is_for_less(known, level):
    if outcome("rated", known, level + 1) == MET:
        assert outcome("rated", known, level) == MET
