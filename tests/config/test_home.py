"""The home page: what it shows everybody is made once in a while, and never shows anything of who reads it."""

import re
from time import sleep

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grants.models import Call
from people.models import Organization
from tests.town import make_call

SECONDS = 2


@pytest.fixture(autouse=True)
def _kept():
    """As on a real site, but for two seconds only; before and after it nothing is kept."""
    caches["quick"].clear()
    with override_settings(HOME_KEPT_FOR=SECONDS):
        yield
    caches["quick"].clear()


def page(client, **asked: str) -> str:
    return client.get(reverse("home"), asked).content.decode()


def published(town, title: str) -> str:
    Call.objects.filter(pk=make_call(town, code="LX2027").pk).update(title=title)
    return title


def token_in(text: str) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)[1]


def test_the_next_visitor_asks_the_database_nothing(town, browse):
    page(browse())

    with CaptureQueriesContext(connection) as asked:
        page(browse())

    assert len(asked) == 0


def test_what_is_published_is_seen_within_the_stated_seconds(town, browse):
    page(browse())
    title = published(town, "明年的征集")

    sleep(SECONDS + 0.1)

    assert title in page(browse())


def test_who_is_signed_in_and_who_is_not_read_their_own_page(town, browse):
    words = ("等我处理", "登记团队", str(town.head))

    for _twice in range(2):
        mine, everybodys = page(browse(town.head)), page(browse())

        assert [word in mine for word in words] == [True, False, True]
        assert [word in everybodys for word in words] == [False, True, False]


def test_each_language_has_its_own(town, browse):
    english = browse()
    english.cookies["language"] = "en"

    assert "Open calls" not in page(browse())
    assert "Open calls" in page(english)
    assert "Open calls" not in page(browse())


def test_nothing_of_one_visitors_forms_is_in_the_page_of_another(town, browse):
    one, other = browse(), browse()
    first, second = page(one), page(other)

    assert one.cookies["csrftoken"].value != other.cookies["csrftoken"].value
    assert token_in(first) not in second
    assert token_in(second) not in first


def test_each_region_has_its_own_and_of_places_without_a_bureau_nothing_is_kept(town, browse):
    Organization.objects.filter(pk=town.bureau.pk).update(region="110105")
    codes = ("", "110105", "110105030")  # the last lies inside: anybody can think of many such
    for code in codes:
        page(browse(), region=code)
    title = published(town, "明年的征集")

    assert {code: title in page(browse(), region=code) for code in codes} == {
        "": False, "110105": False, "110105030": True
    }  # fmt: skip
