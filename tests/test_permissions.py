"""Every address as everybody: who gets in is written in one table, and everybody else is refused.

What you may not see is 404, what you see but may not do is 403, and without an account you are sent to sign in.
"""

import pytest

from tests.sweep.people import EVERYBODY, clients_of, gets_in
from tests.sweep.pressed import PRESSED
from tests.sweep.table import TABLE, address, our_urls, portions
from tests.sweep.things import things

pytestmark = pytest.mark.one_database
"""Who gets in is decided in Python; what the pages ask of the second database their own tests ask."""

__all__ = ["things"]  # the fixture with one of everything


def test_the_table_knows_every_address():
    assert sorted(our_urls()) == sorted(TABLE)


def statuses_of(page: str, clients) -> dict[str, int]:
    return {username: client.get(page).status_code for username, client in clients.items()}


def mistakes(statuses: dict[str, int], allowed: set[str]) -> list[str]:
    """Who gets in and should not, or should and does not; who is turned away otherwise than by 403, 404 or 405."""
    got_in = {name for name, status in statuses.items() if gets_in(name, status)}
    found = [f"{name}: {statuses[name]}" for name in sorted(got_in ^ allowed)]
    for name in sorted(EVERYBODY - allowed - got_in):
        turned_away = (302, 404, 405) if name == "anonymous" else (403, 404, 405)
        found += [f"{name}: {statuses[name]}"] if statuses[name] not in turned_away else []
    return found


def test_the_portions_are_the_table():
    assert sorted(name for portion in portions() for name in portion.values[0]) == sorted(TABLE)


@pytest.mark.parametrize("names", portions())
def test_exactly_the_people_of_the_table_get_in(names, town, things, browse, without_layout, without_pages):
    clients = clients_of(EVERYBODY, town, browse)

    wrong = {}
    for name in names:
        about, allowed = TABLE[name]
        page = address(name, about, things)
        if name in PRESSED:  # a button: who may press it is asked in test_pressing
            if clients["clerk"].get(page).status_code != 405:
                wrong[name] = ["a page"]
        elif found := mistakes(statuses_of(page, clients), allowed):
            wrong[name] = found

    assert wrong == {}


@pytest.mark.parametrize(
    ("statuses", "found"),
    [
        ({"clerk": 200, "anonymous": 302}, []),
        ({"clerk": 302, "anonymous": 404}, []),
        ({"clerk": 403, "anonymous": 302}, ["clerk: 403"]),
        ({"clerk": 200, "anonymous": 200}, ["anonymous: 200"]),
        ({"clerk": 200, "anonymous": 500}, ["anonymous: 500"]),
        ({"clerk": 200, "anonymous": 302, "head": 200}, ["head: 200"]),
        ({"clerk": 200, "anonymous": 302, "head": 500}, ["head: 500"]),
    ],
)
def test_the_sweep_sees_every_kind_of_mistake(statuses, found):
    answers = {name: 403 for name in EVERYBODY} | statuses

    assert mistakes(answers, {"clerk"}) == found
