"""Every button and every form, sent by those who may not: they are turned away, and not a row has changed.

A button has no page of its own: who gets as far as it is written in `tests/sweep/pressed.py`. Of a page with a form
that is known from the table of who may open it.
"""

import contextlib

import pytest
from django.db import connection, transaction

from tests.sweep.people import EVERYBODY, NEAR, clients_of
from tests.sweep.pressed import PRESSED
from tests.sweep.rubbish import RUBBISH, app_of, read_in
from tests.sweep.sending import WORDS, Answer, Writes, send, wrong_with
from tests.sweep.table import TABLE, address, our_urls, portions
from tests.sweep.things import things

pytestmark = pytest.mark.one_database

__all__ = ["things"]  # the fixture with one of everything

URLS = our_urls()


def tried_by(name: str) -> list[str]:
    """A button is pressed by everybody; a form is sent by the four nearest of those who cannot open its page, as those
    from elsewhere try all of them (`tests/test_attacks.py`)."""
    if name in PRESSED:
        return sorted(EVERYBODY)
    return [who for who in NEAR if who not in TABLE[name][1]][:4]


@pytest.mark.parametrize("names", portions())
def test_who_may_not_send_it_is_turned_away_and_changes_nothing(
    names, town, things, browse, without_layout, without_pages
):
    clients = clients_of(EVERYBODY, town, browse)
    wrong = {}
    for name in names:
        about, allowed = TABLE[name]
        page = address(name, about, things)
        may = PRESSED.get(name, allowed)
        for who in tried_by(name):
            if found := wrong_with(send(clients[who], page, WORDS), who in may):
                wrong[name, who] = found

    assert wrong == {}


@pytest.mark.parametrize("names", portions())
def test_no_rubbish_breaks_a_button_or_changes_a_row_by_mistake(names, town, things, browse, without_pages):
    wrong = {}
    for name in [name for name in names if PRESSED.get(name)]:
        page = address(name, TABLE[name][0], things)
        who = min(PRESSED[name] - {"anonymous"}, key=lambda one: NEAR.index(one) if one in NEAR else len(NEAR))
        client, read = browse(town.people[who]), read_in(app_of(URLS[name].callback))
        for rubbish in RUBBISH:
            answer = send(client, page, dict.fromkeys(read, rubbish))
            if answer.status >= 500 or not (answer.is_done or answer.tables == ()):
                wrong[name, rubbish] = answer

    assert wrong == {}


@pytest.mark.parametrize(
    ("status", "to", "tables", "may", "is_seen"),
    [
        (403, "", (), False, False),
        (302, "/accounts/login/?next=/", (), False, False),
        (302, "/projects/1/", ("projects_project",), True, False),
        (302, "/projects/1/", (), False, True),
        (403, "", (), True, True),
        (403, "", ("projects_project",), False, True),
        (500, "", (), True, True),
    ],
)
def test_the_sweep_sees_every_kind_of_mistake(status, to, tables, may, is_seen):
    assert bool(wrong_with(Answer(status, to, tables, says_no=False, page="", is_page=False), may)) == is_seen


def test_what_a_refusal_takes_back_was_not_written(town):
    with connection.execute_wrapper(writes := Writes()):
        with contextlib.suppress(ValueError), transaction.atomic():
            town.head.save()
            raise ValueError
        assert writes.tables == []
        town.head.save()

    assert writes.tables == ["people_user"]
