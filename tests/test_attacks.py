"""What somebody from elsewhere tries: every object of another bureau and region, every button without being allowed to
press it, and whatever can be typed. Nothing of it gets in, nothing breaks, and who is refused has changed nothing."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core import spreadsheets
from people.models import Kind, Organization, Role
from people.resources.rows import Outcome
from projects.bank_returns import read_rows
from projects.expense_table import ExpenseResource
from projects.resources.roster import RosterResource
from reports.exchange import TABLES
from tests.life import draft
from tests.sweep.earlier import ROWS as EARLIER
from tests.sweep.earlier import proposals
from tests.sweep.people import SIGNED_IN
from tests.sweep.rubbish import MARKUP, TAG, Fields
from tests.sweep.sending import Writes
from tests.sweep.table import TABLE, address
from tests.sweep.things import things
from tests.town import member, person

pytestmark = pytest.mark.one_database

__all__ = ["proposals", "things"]  # fixtures with one of everything


@pytest.fixture
def neighbours(town, things):
    """An official who is everything at a bureau of another province and at that of the city above the town; a worker
    who is everything else elsewhere."""
    official, worker = person("northern", "北方"), person("western", "西门")
    bureau = Organization.objects.create(name="松江区民政局", kind=Kind.FUNDER, credit_code="11310117002504872H")
    city = Organization.objects.create(
        name="北京市民政局", kind=Kind.FUNDER, credit_code="11110000000021004J", region="11"
    )
    everything = (Role.MANAGER, Role.STAFF, Role.APPROVER, Role.FINANCE, Role.AUDITOR)
    member(official, bureau, *everything)
    member(official, city, *everything)
    member(town.approver, town.bureau, Role.MANAGER)  # as long as it has no head, the city invites and takes back
    for name, kind, code, roles in [
        ("松江社工站", Kind.SOCIAL_ORGANIZATION, "52310117MJ51234567", [Role.MANAGER, Role.STAFF]),
        ("松江支持中心", Kind.SUPPORT_ORGANIZATION, "52310117MJ51234568", [Role.MENTOR, Role.MANAGER]),
        ("松江评估中心", Kind.EVALUATOR, "52310117MJ51234569", [Role.EVALUATOR, Role.MANAGER]),
    ]:
        member(worker, Organization.objects.create(name=name, kind=kind, credit_code=code), *roles)
    return {"northern": official, "western": worker}


SHARED = {
    # The bureau above sees the figures of one below it and what it still lacks, nobody's name; it decides nothing,
    # and corrects the region of one that has not begun to work.
    "bureaus:bureau_detail", "bureaus:bureau_region",
    # Terms that belong to nobody come with the platform and are there to be copied,
    "grants:terms_edit", "grants:framework_ready",
    # and who leaves what one never joined is told so: everybody may come to a workshop, and its list shows nobody.
    "grants:workshop_leave", "projects:meeting_leave",
}  # fmt: skip
"""What somebody from another bureau gets at, and why; nothing else."""
ONES_OWN = {
    "core:notifications_read", "grants:framework_ready", "ledgers:ledger_make", "ledgers:ledger_file",
    "reports:table_export", "privacy:withdraw",
}  # fmt: skip
"""Buttons of everybody (or of every funder) that write what is one's own."""
SIGNS_OUT = {"privacy:withdraw"}
"""Takes back one's own consent and ends one's sessions: nothing could be tried after it."""


def test_nobody_from_elsewhere_gets_at_anything_or_changes_anything(
    town, things, neighbours, browse, without_layout, without_pages
):
    people = {"anonymous": None} | neighbours
    clients = {name: browse(who) for name, who in people.items()}
    for client in clients.values():
        client.raise_request_exception = False
    got_in, changed, broken = set(), [], []
    for name, (about, allowed) in TABLE.items():
        if allowed >= SIGNED_IN or name in SIGNS_OUT:
            continue
        page = address(name, about, things)
        names_something = any(part in things for part in (about if isinstance(about, tuple) else (about,)))
        for who in sorted(clients.keys() - allowed):
            with connection.execute_wrapper(writes := Writes()):
                status = clients[who].post(page, {"note": "x", "reason": "x"}).status_code
                if status == 405 and names_something and who in neighbours:  # it is only read
                    status = clients[who].get(page).status_code
            is_refused = status in (403, 404, 405) or (status == 302 and who == "anonymous")
            if names_something and who in neighbours and not is_refused:
                got_in.add(name)
            if writes.tables and name not in ONES_OWN and (is_refused or name not in SHARED):
                changed.append((name, who, status, writes.tables))
            if status >= 500:
                broken.append((name, who, status))

    assert (changed, broken) == ([], [])
    assert sorted(got_in - SHARED) == []


# -- Whatever can be typed -------------------------------------------------------------------------

WORDS = (
    st.text(max_size=30)
    | st.just(MARKUP)
    | st.sampled_from(["=1+1", "２０２６年２月３０日", "1e999", "-0.001", "ﷺ" * 99, "9" * 40, MARKUP])
)
CELLS = WORDS | st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.datetimes() | st.decimals()
FEW = hypothesis_settings(max_examples=15, database=None, suppress_health_check=list(HealthCheck))


def cells_for(resource):
    """Rows for a table: in each column what its example says, one of its choices, or anything at all."""
    columns = []
    for name in resource.column_names():
        known = [*([resource.example_text(name)] if name in resource.example else []), *resource.options(name)]
        columns.append(st.sampled_from(known) | CELLS if known else CELLS)
    return st.lists(st.tuples(*columns), min_size=1, max_size=4)


@pytest.mark.parametrize("key", [*TABLES, "roster", "expenses"])
def test_no_table_breaks_an_importer(town, life, key):
    """Any cells under the right headings: a row is blamed with a sentence, or the database takes it as it stands."""
    own = {"roster": RosterResource, "expenses": ExpenseResource}
    project = life.walk(draft(town), "running") if key in own else None
    make = (lambda: own[key](project=project)) if key in own else (lambda: TABLES[key].resource(by=town.clerk))

    @FEW
    @given(cells_for(make()))
    def attack(rows):
        resource = make()
        headings = [resource.label(name) for name in resource.column_names()]
        read = list(resource.rows(spreadsheets.Table(headings, iter(enumerate(map(list, rows), start=2)))))
        resource.examine(read)
        assert all(row.errors for row in read if row.outcome == Outcome.WRONG)
        if key in TABLES:
            with transaction.atomic():
                resource.write([row for row in read if row.outcome in (Outcome.NEW, Outcome.CHANGED)])
                transaction.set_rollback(True)

    attack()


@FEW
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_a_table_or_refused_with_a_sentence(content):
    try:
        rows = list(spreadsheets.read(BytesIO(content)).rows)
    except ValidationError as error:
        rows = error.messages
    assert isinstance(rows, list)


@FEW
@given(st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=4))
def test_no_table_of_the_bank_breaks_us(rows):
    headings = ["序号", "项目编号", "金额", "结果", "支付日期"]

    read = read_rows(spreadsheets.Table(headings, iter(enumerate(rows, start=2))))

    assert len(read) <= len(rows)


AT_HAND = ("/search/", "/i18n/setlang/")
"""Where the forms go that stand on every page."""


def public_forms(client, rows, things) -> dict[tuple, tuple]:
    """Every form on a page that anybody may open: where it goes and how, and its fields; each once."""
    found: dict[tuple, tuple] = {}
    for name, about, allowed in rows:
        page = address(name, about, things)
        answer = client.get(page) if "anonymous" in allowed else None
        if answer is None or answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
            continue
        for to, method, fields in Fields(answer.text).forms:
            if fields and (to not in AT_HAND or page == to):
                found[to or page, method, tuple(field for field, _kind, _value in fields)] = (name, fields)
    return found


def type_anything_into(client, forms) -> None:
    """Whatever is typed: no error, and no tag comes back as one."""
    client.raise_request_exception = False
    for (to, method, names), (_name, fields) in forms.items():
        chosen = {field: value for field, kind, value in fields if kind in ("hidden", "radio", "checkbox")}

        @hypothesis_settings(FEW, max_examples=6)  # there are dozens of forms
        @given(st.fixed_dictionaries({field: WORDS for field in names if field not in chosen}))
        def attack(typed):
            with transaction.atomic():
                answer = getattr(client, method)(to, chosen | typed)  # noqa: B023  called at once
                assert answer.status_code < 500
                assert TAG.encode() not in b"".join(answer)
                transaction.set_rollback(True)

        attack()


def test_nothing_that_a_stranger_can_type_breaks_a_public_form(town, things, browse, without_layout):
    forms = public_forms(browse(), [(name, *row) for name, row in TABLE.items()], things)

    type_anything_into(browse(), forms)

    assert {name for name, _fields in forms.values()} >= {"grants:need_create", "evaluations:vote_code", "privacy:ask"}


OBJECTING = {"projects:objection_create", "projects:objection_whole"}


def test_nothing_that_a_stranger_can_type_breaks_an_objection(town, proposals, browse, without_layout):
    """Where proposals are in the notice: later its forms are gone."""
    forms = public_forms(browse(), [row for row in EARLIER if row[0] in OBJECTING], proposals)

    type_anything_into(browse(), forms)

    assert {name for name, _fields in forms.values()} == OBJECTING
