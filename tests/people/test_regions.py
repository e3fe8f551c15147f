"""Regions: what follows from the code, which ones hold on a day, and the national tables as they come."""

from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from core import spreadsheets
from people.models import Region
from people.models.region import validate_code
from people.resources import Outcome, RegionResource

# The very headings of the national tables.
PROVINCES = 'code,name\n11,"北京市"\n'
CITIES = 'code,name,provinceCode\n1101,"市辖区",11\n'
AREAS = 'code,name,cityCode,provinceCode\n110105,"朝阳区",1101,11\n'
STREETS = 'code,name,areaCode,provinceCode,cityCode\n110105001,"建外街道",110105,11,1101\n'


def load(text: str) -> list[str]:
    """Import a table; what became of each row."""
    resource = RegionResource()
    rows = list(resource.rows(spreadsheets.read(BytesIO(text.encode()))))
    resource.examine(rows)
    resource.write(rows)
    return [row.outcome for row in rows]


@pytest.fixture
def beijing(db):
    for text in (PROVINCES, CITIES, AREAS, STREETS):
        assert load(text) == [Outcome.NEW]


def test_national_tables_are_read_as_they_come(beijing):
    assert list(Region.objects.values_list("code", "name", "level", "parent_code")) == [
        ("11", "北京市", 2, ""),
        ("1101", "市辖区", 4, "11"),
        ("110105", "朝阳区", 6, "1101"),
        ("110105001", "建外街道", 9, "110105"),
    ]


def test_national_tables_may_come_again(beijing):
    assert load(STREETS) == [Outcome.UNCHANGED]
    assert load(STREETS.replace("建外街道", "建国门外街道")) == [Outcome.CHANGED]
    assert Region.objects.get(code="110105001").name == "建国门外街道"


def test_a_code_knows_where_it_lies(beijing):
    street = Region.objects.get(code="110105001")

    assert [region.name for region in Region.objects.path("110105001")] == ["北京市", "市辖区", "朝阳区", "建外街道"]
    assert street.parent.name == "朝阳区"
    assert [region.name for region in Region.objects.get(code="11").children] == ["市辖区"]
    assert Region.objects.get(code="11").parent is None
    assert Region.objects.within("1101").count() == 3
    assert street.get_level_display() == Region.Level.STREET.label


def test_level_and_parent_follow_a_changed_code(db):
    region = Region.objects.create(code="110105001", name="建外街道")
    region.code = "110106001"
    region.save()

    region.refresh_from_db()

    assert (region.level, region.parent_code) == (Region.Level.STREET, "110106")


def test_region_that_has_ended_stays_with_its_successor(db):
    load("code,name,valid_until,successor\n110103,崇文区,2010年7月1日,110101\n")

    assert Region.objects.get().successor == "110101"
    assert Region.objects.valid_on(date(2010, 6, 30)).count() == 1
    assert Region.objects.valid_on(date(2010, 7, 1)).count() == 0


def test_database_refuses_an_end_before_the_beginning(db):
    with pytest.raises(IntegrityError):
        Region.objects.create(code="11", name="x", valid_from=date(2026, 1, 2), valid_until=date(2026, 1, 1))


@pytest.mark.parametrize("code", ["11", "1101", "110105", "110105001", "110105030001", "１１"])
def test_code_of_each_level_is_taken(code):
    assert validate_code(code).isdigit()


@pytest.mark.parametrize("code", ["", "1", "110", "11010", "99", "990105", "abcdef", "1101050300012"])
def test_other_codes_are_refused(code):
    with pytest.raises(ValidationError):
        validate_code(code)
