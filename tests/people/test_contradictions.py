"""Check constraints are judged in Python as the database judges them."""

from datetime import date
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, F, Q
from django.db.models.functions import Lower

from people.models import Certificate, Organization
from people.resources.contradictions import contradictions, holds, keeps

pytestmark = pytest.mark.one_database


def asked_of_the_database(one, condition) -> bool:
    try:
        CheckConstraint(name="asked", condition=condition).validate(type(one), one)
    except ValidationError:
        return False
    return True


DAYS = [None, date(2026, 1, 5), date(2026, 2, 5)]


@pytest.mark.parametrize("kind", ["community_group", "social_organization", "castle"])
def test_organizations_are_judged_as_by_the_database(db, kind):
    for status, code, number in product(["registered", "filed", "lost"], ["", "52"], ["", "BA-1"]):
        one = Organization(name="x", kind=kind, status=status, credit_code=code, filing_number=number)
        checks = [each.condition for each in one._meta.constraints if isinstance(each, CheckConstraint)]
        refused = [
            set(condition.referenced_base_fields) for condition in checks if not asked_of_the_database(one, condition)
        ]

        assert list(contradictions(one)) == refused


@pytest.mark.parametrize(
    "condition",
    [
        Q(registered_until__gte=F("issued_on")),
        ~Q(registered_until__lt=F("issued_on")),
        Q(registered_until__isnull=True) | Q(registered_until__gt=F("issued_on")),
        Q(registered_until__isnull=False, issued_on__lte=date(2026, 1, 20)),
        Q(registered_until=None) | Q(issued_on__exact=None),
        ~Q(registered_until=None),
        ~(Q(issued_on=date(2026, 1, 5)) & Q(registered_until__in=DAYS[1:])),
    ],
    ids=str,
)
def test_empty_days_are_judged_as_by_the_database(db, condition):
    for issued, until in product(DAYS, DAYS):
        one = Certificate(issued_on=issued, registered_until=until)

        assert (holds(one, condition) is not False) == asked_of_the_database(one, condition)


def test_what_only_the_database_knows_is_asked_of_it(db):
    one = Organization(name="x", kind="community_group")
    conditions = [Q(name__startswith="x"), Q(name__startswith="y"), Q(credit_code=Lower("name"))]

    assert [keeps(one, condition) for condition in conditions] == [True, False, False]
