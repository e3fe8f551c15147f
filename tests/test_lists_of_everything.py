"""Every list asks the same number of questions for one row and for eight: one of everything, and seven copies of it."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from benchmarks.data import Block
from tests.test_permissions import everything

pytestmark = pytest.mark.one_database

SEEN_BY_THE_CLERK = (
    "/calls/", "/needs/", "/workshops/", "/projects/", "/giving/", "/meetings/", "/bank-lists/", "/mentoring/",
    "/sessions/", "/visits/", "/happening/", "/referrals/", "/notices/", "/objections/", "/problems/", "/voices/",
    "/honours/", "/ledger/pledges/", "/ledger/months/", "/dashboard/projects/", "/dashboard/spending/",
    "/dashboard/visits/", "/documents/papers/", "/privacy/entrusted/",
)  # fmt: skip


class Copies(Block):
    """Of what may be there only once, the one stays."""

    def statement(self, model) -> str:
        return super().statement(model).replace("INSERT INTO", "INSERT OR IGNORE INTO", 1)


def test_every_list_costs_the_same_for_1_and_for_8_of_everything(town, life, browse):
    block = Copies("T00000", shift=False)
    everything(town, life)
    block.close()
    client = browse(town.clerk)
    few = {}
    for path in SEEN_BY_THE_CLERK:
        client.get(path)  # what is read once a process is read now
        few[path] = _opened(client, path)
    with transaction.atomic():
        block.multiply(7)
        many = {path: _opened(client, path) for path in SEEN_BY_THE_CLERK}
        transaction.set_rollback(True)

    assert {path: queries for path, (_rows, queries) in many.items()} == {path: few[path][1] for path in few}
    assert [path for path in many if many[path][0] < 8 * few[path][0] - 7] == []  # or it would be no test of a list


def _opened(client, path: str) -> tuple[int, int]:
    """Rows on the page, and questions it asked."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    return len(answer.context["page_obj"]), len(queries)
