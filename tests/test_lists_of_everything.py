"""Every list asks the same number of questions for one row and for eight: one of everything, and seven copies of it."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from benchmarks.data import Block
from tests.sweep.things import everything

pytestmark = pytest.mark.one_database

SEEN_BY_THE_CLERK = (
    "/calls/", "/needs/", "/workshops/", "/projects/", "/giving/", "/meetings/", "/bank-lists/", "/mentoring/",
    "/sessions/", "/visits/", "/happening/", "/referrals/", "/notices/", "/objections/", "/problems/", "/voices/",
    "/honours/", "/ledger/pledges/", "/ledger/months/", "/dashboard/projects/", "/dashboard/spending/",
    "/dashboard/visits/", "/documents/papers/", "/privacy/entrusted/",
)  # fmt: skip
TO_DO = ("clerk", "head", "mentor")
"""Not the approver: each call that is being prepared is looked through, and there are never many."""


class Copies(Block):
    """Of what may be there only once, the one stays."""

    def statement(self, model) -> str:
        return super().statement(model).replace("INSERT INTO", "INSERT OR IGNORE INTO", 1)


def test_every_list_costs_the_same_for_1_and_for_8_of_everything(town, life, browse):
    block = Copies("T00000", shift=False)
    everything(town, life)
    block.close()
    lists = [("clerk", path) for path in SEEN_BY_THE_CLERK] + [(who, "/todo/") for who in TO_DO]
    clients = {who: browse(town.people[who]) for who, _path in lists}
    few, many = {}, {}
    for who, path in lists:
        clients[who].get(path)  # what is read once a process is read now
        few[who, path] = _opened(clients[who], path)
    with transaction.atomic():
        block.multiply(7)
        for who, path in lists:
            many[who, path] = _opened(clients[who], path)
        transaction.set_rollback(True)

    assert {each: queries for each, (_rows, queries) in many.items()} == {each: few[each][1] for each in few}
    assert [each for each in many if many[each][0] <= few[each][0]] == []  # or it would be no test of a list


def _opened(client, path: str) -> tuple[int, int]:
    """Rows on the page, and questions it asked (what is written once a minute, that somebody is there, is none)."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    return len(answer.context["page_obj"]), sum(each["sql"].startswith("SELECT") for each in queries)
