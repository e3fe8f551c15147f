"""Who gets in while a proposal is judged, and at the end: what nobody opens of a running project has its turn here."""

import pytest

from tests.sweep.earlier import ROWS as EARLIER
from tests.sweep.earlier import proposals
from tests.sweep.later import ROWS as LATER
from tests.sweep.later import endings
from tests.sweep.people import EVERYBODY, NEAR, OFFICES, clients_of, gets_in
from tests.sweep.pressed import PRESSED
from tests.sweep.sending import WORDS, send, wrong_with
from tests.sweep.table import address

pytestmark = pytest.mark.one_database

__all__ = ["endings", "proposals"]


def mistakes_in(rows, things, town, browse) -> list[tuple]:
    """Who gets in and should not, or should and does not, by GET; and whoever may not and sends something all the same.

    Where nobody gets in, only those try who have to do with projects. The three administrators have no part in any.
    """
    names = sorted(EVERYBODY - OFFICES.keys())
    clients = clients_of(names, town, browse)
    found: list[tuple] = []
    for name, about, allowed in rows:
        page = address(name, about, things)
        for who in names if allowed else NEAR:
            got_in = False
            if name not in PRESSED:
                status = clients[who].get(page).status_code
                got_in = gets_in(who, status)
                if status >= 500 or got_in != (who in allowed):
                    found.append((name, about, who, status))
            if not got_in and (name in PRESSED or who in NEAR):
                answer = send(clients[who], page, WORDS)
                if wrong := wrong_with(answer, who in allowed):
                    found.append((name, about, who, wrong))
    return found


def test_exactly_these_get_in_while_proposals_are_judged(town, proposals, browse, without_layout, without_pages):
    assert mistakes_in(EARLIER, proposals, town, browse) == []


def test_exactly_these_get_in_at_the_end(town, endings, browse, without_layout, without_pages):
    assert mistakes_in(LATER, endings, town, browse) == []
