"""Indicators: calculated by hand, counted from records, not known where a base is missing."""

import re
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from core import clock
from core.workdays import workdays_between
from grants.models import RequiredPaper
from people.models import Certificate, Community, Inspection, Organization
from projects.actions import checking, proposals
from projects.indicator_facts import facts_of, scopes
from projects.indicators import Facts, indicators, median, percentile_90
from projects.models import ConsentText, Project, SignIn
from tests.life import choir_draft, draft
from tests.memory import remembered
from tests.records import planned


@remembered
def running(town, life) -> Project:
    return life.walk(draft(town), "running")


def by_key(facts: Facts) -> dict:
    return {one.key: one for one in indicators(facts)}


def of_call(town):
    return next(one for one in scopes("call", [town.call]))


# By hand


def test_each_figure_is_numerator_by_denominator_rounded_half_up():
    """38 of 100 staff are certified (S4: 38 %); 26 of 5,200 residents took part (0.50 %); 1 of 8 was there for the
    first time (12.5 %); 2 of 3 yuan are public (66.7 %); 5 groups in 2 communities (2.5)."""
    people = {"staff": 100, "certified": 38, "residents": 26, "population": 5200, "signed": 8, "first_timers": 1}
    money = {"income": Decimal("3.00"), "public_income": Decimal("2.00"), "organizations": 2, "with_income": 1}
    groups = {"filed": 5, "communities": 2, "communities_on_target": 1, "target": 3}

    found = by_key(Facts(**people, **money, **groups, submitted=4, papers=10, returned=1, corrections=3))

    assert {key: one.value for key, one in found.items() if one.value is not None} == {
        "certified": Decimal("38.0"), "participation": Decimal("0.50"), "first_time": Decimal("12.5"),
        "public_money": Decimal("66.7"), "filed": Decimal("2.5"), "filed_on_target": Decimal("50.0"),
        "papers": Decimal("2.5"), "returned": Decimal("25.0"), "corrections": Decimal("0.75"),
    }  # fmt: skip


def test_few_corrections_among_many_proposals_are_not_shown_as_none():
    """3 of 65: 0.05, which one decimal would show as 0.0."""
    assert by_key(Facts(submitted=65, returned=3, corrections=3))["corrections"].value == Decimal("0.05")


def test_where_nobody_was_recorded_the_participation_is_not_known():
    assert by_key(Facts(population=5200))["participation"].value is None
    assert by_key(Facts(population=5200, signed=3))["participation"].value == Decimal("0.00")


def test_a_missing_base_is_not_known_and_never_a_zero():
    found = by_key(Facts(certified=0, residents=3, without_population=("柳溪社区",), organizations=2))

    assert {key for key, one in found.items() if one.value is not None} == set()
    assert all(one.missing for one in found.values())
    assert "柳溪社区" in str(found["participation"].missing)
    assert "2" in str(found["public_money"].missing)


@pytest.mark.parametrize(
    ("values", "half", "nine_tenths"),
    [
        ([7], "7", "7"),
        ([1, 2], "1.5", "2"),
        ([5, 1, 3], "3", "5"),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "5.5", "9"),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99], "6", "10"),
    ],
)
def test_half_and_nine_tenths_by_hand(values, half, nine_tenths):
    """Of eleven values nine tenths are 9.9, so the tenth: 10."""
    assert (median(values), percentile_90(values)) == (Decimal(half), Decimal(nine_tenths))
    assert (median([]), percentile_90([])) == (None, None)


# From records


def test_somebody_in_two_projects_is_one_person(town, life):
    """王 comes to both projects (another key in each), 李 without a phone is known by the key of the project only."""
    second = draft(town, title="第二个项目")
    first = running(town, life)
    Project.objects.filter(pk=second.pk).update(state="running", number="X-2")
    from_here = {"community": town.community}
    for project, key in ((first, "a"), (second, "b")):
        activity = planned(town, project) if project == first else _copy(planned_of(first), project)
        type(activity).objects.filter(pk=activity.pk).update(
            state="recorded", recorded_at=clock.now(), recorded_by=town.head
        )
        _sign(activity, "王秀荣", "8000", key, first_time=project == first, **from_here)
    _sign(planned_of(second), "", "", "c", **from_here)

    facts = facts_of(of_call(town))

    assert (facts.residents, facts.population, facts.nameless) == (2, 5200, 1)
    assert (facts.signed, facts.first_timers) == (2, 1)


def planned_of(project):
    return project.activities.latest("pk")


def _copy(activity, project):
    activity.pk = None
    activity._state.adding = True
    activity.project = project
    activity.save()
    return activity


def _sign(activity, name: str, tail: str, key: str, **changes) -> None:
    anonymised = {} if name else {"anonymised_at": clock.now()}
    SignIn.objects.create(
        activity=activity, name=name, phone_tail=tail, person_key=key, how="phone",
        consent=ConsentText.objects.in_force(activity.project.call.funder, ConsentText.Purpose.SIGN_IN),
        expires_on=clock.today() + timedelta(days=365), **anonymised | changes,
    )  # fmt: skip


def test_without_a_population_the_participation_is_not_known(town, life):
    running(town, life)
    Community.objects.update(population=None)

    assert by_key(facts_of(of_call(town)))["participation"].value is None


def test_certified_staff_of_service_organisations_without_lapsed_certificates(town, life):
    """The centre has a head and a volunteer who works there; one certificate is valid, one has lapsed."""
    running(town, life)
    for user, until in ((town.head, None), (town.volunteer, date(2020, 1, 1))):
        Certificate.objects.create(
            user=user, level="social_worker", number=user.username, issued_on=date(2018, 1, 1), registered_until=until
        )

    facts = facts_of(of_call(town))

    assert (facts.certified, facts.staff) == (1, 2)


def test_income_counts_the_newest_year_of_each_organisation_that_has_said(town, life):
    running(town, life)
    for year, income, public in ((2023, 100, 90), (2024, 200, 50), (2025, None, None)):
        Inspection.objects.create(
            organization=town.centre, year=year, result="passed", income=income, public_income=public
        )

    found = by_key(facts_of(of_call(town)))["public_money"]

    assert (found.numerator, found.denominator, found.value) == (Decimal(50), Decimal(200), Decimal("25.0"))


def test_filed_and_new_groups_of_the_communities(town, life, settings):
    running(town, life)
    settings.FILED_GROUPS_TARGET = 1
    Organization.objects.filter(pk=town.choir.pk).update(established_on=date(2026, 2, 1))

    facts = facts_of(of_call(town))

    assert (facts.filed, facts.communities, facts.communities_on_target) == (1, 1, 1)
    assert (facts.groups_new, facts.groups_dated, facts.year) == (1, 1, 2026)
    settings.FILED_GROUPS_TARGET = 2
    assert facts_of(of_call(town)).communities_on_target == 0


def test_days_papers_and_corrections_come_from_the_log(town, life, time):
    """Submitted on 10 March; sent back once and ineligible on 27 March. The choir's is not decided yet."""
    RequiredPaper.objects.create(call=town.call, kind="audit", is_required=True, track=None)
    RequiredPaper.objects.create(call=town.call, kind="other", is_required=False, track=None)
    project, other = draft(town), choir_draft(town)
    town.call.papers.all().delete()
    proposals.submit(project, by=town.head, pledged=True)
    proposals.submit(other, by=town.singer, pledged=True)
    RequiredPaper.objects.create(call=town.call, kind="audit", is_required=True, track=project.track)
    RequiredPaper.objects.create(call=town.call, kind="registration", is_required=True, track=None)
    RequiredPaper.objects.create(call=town.call, kind="other", is_required=False, track=None)
    checking.check(project, "return_for_correction", by=town.clerk, note="缺材料")
    life.day(2026, 3, 27)
    Project.objects.filter(pk=project.pk).update(state="submitted")
    project.refresh_from_db()
    checking.check(project, "declare_ineligible", by=town.clerk, note="不符合")

    facts = facts_of(of_call(town))

    assert (facts.days, facts.undecided) == ((17,), 1)
    assert facts.workdays == (workdays_between(date(2026, 3, 10), date(2026, 3, 27)),) == (13,)
    assert (facts.submitted, facts.papers) == (2, 3)
    assert (facts.returned, facts.corrections) == (1, 1)


# The page


def test_the_page_shows_base_definition_and_source_to_the_funder_only(town, life, browse):
    running(town, life)

    for by in ("call", "district", "year", "nonsense"):
        page = browse(town.clerk).get(reverse("projects:indicators") + f"?by={by}&of=x")
        assert page.status_code == 200
        assert "5200" in page.content.decode()
        assert "未知" in page.content.decode()
    for somebody in (town.head, town.mentor, town.stranger):
        assert browse(somebody).get(reverse("projects:indicators")).status_code == 403


def test_every_figure_on_the_page_has_its_unit_and_no_gap_before_it(town, life, browse):
    running(town, life)

    page = browse(town.clerk).get(reverse("projects:indicators") + f"?of={town.call.pk}").content.decode()

    figures = re.findall(r'data-label="数值"><span class="strong">([^<]*)</span></td>', page)
    assert figures
    assert [figure for figure in figures if not re.fullmatch(r"[\d.,]+(%|天|个工作日|家|件|次)", figure)] == []
    assert "未知的原因：<" not in page
    assert "： " not in re.sub(r"<[^>]*>", "", page)


@pytest.mark.every_case
@pytest.mark.parametrize(
    ("organizations", "missing", "note"),
    [(0, "没有受资助的单位", ""), (2, "2家单位都没有填写收入", "2家单位中0家已填写")],
)
def test_of_no_organisation_nothing_is_said_to_be_left_out(organizations, missing, note):
    line = by_key(Facts(organizations=organizations))["public_money"]

    assert (line.value, str(line.missing), str(line.note)) == (None, missing, note)


def test_the_workbook_has_every_indicator_of_every_call(town, life, browse):
    running(town, life)

    answer = browse(town.auditor).get(reverse("reports:indicators") + "?by=year")
    rows = list(openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))["指标"].values)

    assert {row[0] for row in rows[1:]} == {"2026"}
    assert len(rows) == 1 + len(indicators(Facts()))
    assert all(row[3] and row[6] and row[7] for row in rows[1:])


def test_a_scope_costs_the_same_for_one_and_for_many_projects(town, life, django_assert_max_num_queries):
    running(town, life)
    with django_assert_max_num_queries(30):
        facts_of(of_call(town))
