"""Who is responsible where, by the codes of regions alone."""

import pytest
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.db import connection

from people import territory
from people.actions import answer_loan, ask_for_loan
from people.models import Community, CreditRecord, Expert, Kind, Organization, Region, Role, organization
from tests.life import draft
from tests.town import member, person

pytestmark = pytest.mark.one_database


def bureau(name: str, code: str, region: str, *people) -> Organization:
    made = Organization.objects.create(name=name, kind=Kind.FUNDER, credit_code=code, region=region)
    for user, *roles in people:
        member(user, made, *roles)
    return made


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("110000", "11"),
        ("110100", "1101"),
        ("110105", "110105"),
        ("110105000", "110105"),
        ("110105030000", "110105030"),
    ],
)
def test_zeros_at_the_end_stand_for_all_of_it(code, prefix):
    assert territory.prefix_of(code) == prefix


@pytest.mark.parametrize(
    ("number", "home"),
    [
        ("52110105MJ01000190", "110105"),
        ("91110000600037341L", "11"),
        ("BA-110105030001-2025-0001", "110105030001"),
        ("", ""),
        ("11P1", ""),
    ],
)
def test_a_number_says_where_an_organisation_is_at_home(number, home):
    assert territory.home_of(number) == home


def test_a_region_that_ends_in_nine_holds_only_what_lies_in_it(town):
    for code in ("110109", "110110"):
        Organization.objects.create(name=code, kind=Kind.FUNDER, credit_code=f"11{code}0000530310"[:18], region=code)

    found = Organization.objects.bureaus().filter(territory.inside("region", "110109"))

    assert [one.region for one in found] == ["110109"]


@pytest.fixture
def sizes_unknown(town):
    """As in a new database: SQLite forgets what a test before has made it learn of its tables, which are small here."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for statement in ("ANALYZE", "DELETE FROM sqlite_stat1", "ANALYZE sqlite_schema"):
                cursor.execute(statement)


@pytest.mark.parametrize(("model", "path"), [(Organization, "region"), (Community, "region_code"), (Region, "code")])
def test_what_begins_with_a_code_is_found_by_an_index(town, sizes_unknown, model, path):
    assert "INDEX" in model.objects.filter(territory.inside(path, "110105")).order_by().explain()


@pytest.mark.parametrize("who", ["clerk", "head", "mentor", "stranger"])
def test_a_list_by_keys_shows_the_same_as_one_asked_row_by_row(town, life, monkeypatch, who):
    life.walk(draft(town), "submitted")  # it ties a support organisation and a host from elsewhere
    Organization.objects.exclude(kind=Kind.FUNDER).update(region="220105")
    user = getattr(town, who)

    caches["quick"].clear()
    by_keys = list(Organization.objects.listed_for(user))
    monkeypatch.setattr(organization, "FEW", 0)

    assert by_keys == list(Organization.objects.listed_for(user)) == list(Organization.objects.visible_to(user))
    assert who != "clerk" or town.centre in by_keys
    caches["quick"].clear()


def test_the_nearest_bureau_is_responsible_and_the_one_above_is_not(town):
    above, street = person("above", "市里"), person("street", "街道")
    bureau("北京市民政局", "11110000000021004J", "110000", (above, Role.STAFF))
    assert list(Organization.objects.visible_to(town.clerk).filter(pk=town.centre.pk)) == [town.centre]
    assert not Organization.objects.visible_to(above).filter(pk=town.centre.pk).exists()

    bureau("柳溪镇社区办", "11110105000053040R", "110105030", (street, Role.STAFF))

    assert list(Organization.objects.visible_to(street).filter(pk=town.centre.pk)) == [town.centre]
    town.clerk.__dict__.pop("roles")
    assert not Organization.objects.visible_to(town.clerk).filter(pk=town.centre.pk).exists()


def test_who_works_in_two_bureaus_sees_the_ground_of_both(town):
    both = person("both", "两头跑")
    bureau("松江区民政局", "11310117002504872H", "310117", (both, Role.STAFF))
    member(both, town.bureau, Role.STAFF)
    far = Organization.objects.create(
        name="松江社工站", kind=Kind.SOCIAL_ORGANIZATION, credit_code="52310117MJ51234567"
    )

    found = Organization.objects.visible_to(both).filter(pk__in=[far.pk, town.centre.pk])

    assert set(found) == {far, town.centre}
    assert not Organization.objects.visible_to(town.clerk).filter(pk=far.pk).exists()


def test_who_comes_from_elsewhere_is_known_once_they_have_applied(town, life):
    north = person("north", "北方")
    there = bureau("松江区民政局", "11310117002504872H", "310117", (north, Role.STAFF))
    project = life.walk(draft(town), "submitted")
    assert not Organization.objects.visible_to(north).filter(pk=town.centre.pk).exists()

    type(project.call).objects.filter(pk=project.call_id).update(funder=there)
    project.funder = there
    project.save()

    assert list(Organization.objects.visible_to(north).filter(pk=town.centre.pk)) == [project.applicant]


def test_a_breach_counts_for_the_bureau_that_entered_it_and_a_public_register_for_all(town):
    north = bureau("松江区民政局", "11310117002504872H", "310117")
    city = bureau("北京市民政局", "11110000000021004J", "11")
    record = {"organization": town.centre, "entered_on": "2026-01-01", "source": "…", "recorded_by": town.clerk}
    breach = CreditRecord.objects.create(kind="breach", bureau=north, **record)
    public = CreditRecord.objects.create(kind="penalty", bureau=north, **record)
    from_above = CreditRecord.objects.create(kind="delisted", bureau=city, **record)

    assert set(CreditRecord.objects.counting_for(north)) == {breach, public}
    assert set(CreditRecord.objects.counting_for(town.bureau)) == {public, from_above}
    assert list(CreditRecord.objects.shown_to(town.clerk)) == [public]


def test_an_expert_of_another_bureau_is_borrowed_once_they_agree(town, browse):
    north = person("north", "北方")
    there = bureau("松江区民政局", "11310117002504872H", "310117", (north, Role.STAFF))

    def pool():
        return Expert.objects.of_bureaus([there.pk])

    page = browse(north).post("/experts/new/", {"login": "expert1", "skills": ["law"], "max_load": "9"})
    assert "借用" in page.content.decode()
    loan = ask_for_loan(town.expert1, there, by=north)
    assert not pool().exists()
    answer_loan(loan, by=town.expert1, agrees=True)

    assert pool().get().person == town.expert1
    assert browse(north).get(f"/experts/{town.expert1.expert.pk}/").status_code == 403
    answer_loan(loan, by=town.expert1, agrees=False)
    assert not pool().exists()


def test_nobody_else_answers_for_an_expert(town):
    north = person("north", "北方")
    there = bureau("松江区民政局", "11310117002504872H", "310117", (north, Role.STAFF))
    loan = ask_for_loan(town.expert1, there, by=north)

    with pytest.raises(PermissionDenied):
        answer_loan(loan, by=north, agrees=True)
