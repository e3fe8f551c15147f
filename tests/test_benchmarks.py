"""What the figures rest on: the same rows each time, pages far down that are really far down, and a verdict."""

import re

import pytest
from django.db import transaction
from django.template import Context
from django.test.utils import ContextList

from benchmarks import apart, everyday, machine
from benchmarks.data import PAST, Block, last_ids, models
from benchmarks.depth import Turned, page_in, pages_further
from benchmarks.pages_at_size import Page, judged
from benchmarks.season import Season
from core.paging import page_of
from people.models import Organization
from projects.models import BudgetLine, Project
from tests.life import draft

pytestmark = pytest.mark.one_database


def filled(town, time) -> tuple[dict[str, int], list[tuple], list]:
    """How many rows, what is said in them, and which keys they have; taken back again."""
    with transaction.atomic():
        block = Block(PAST, shift=True)
        Season(town, time, PAST, own_bureau=False).drafts(3)
        block.close()
        block.multiply(4)
        counts = {model._meta.db_table: model._base_manager.count() for model in models()}
        said = list(Project.objects.order_by("pk").values_list("title", "needs", "amount_requested", "call__code"))
        said += Organization.objects.order_by("pk").values_list("name", "credit_code")
        keys = list(BudgetLine.objects.order_by("pk").values_list("key", flat=True))
        transaction.set_rollback(True)
    return counts, said, keys


def test_two_fills_have_the_same_counts_titles_and_amounts_but_keys_of_their_own(town, time):
    before = last_ids()

    one, other = filled(town, time), filled(town, time)

    assert one[:2] == other[:2]
    assert one[2] != other[2]
    assert (one[0]["projects_project"], last_ids()) == (15, before)


def test_a_page_far_down_is_the_one_that_the_list_itself_would_show(town):
    rows = Project.objects.order_by("title", "pk")
    titles = [draft(town, title=f"项目{n}").title for n in range(10)]

    count, addresses = pages_further(page_of(rows, 2, None))

    found = [[one.title for one in page_of(rows, 2, address)] for address in addresses]
    assert (count, found) == (10, [titles[6:8], titles[8:]])
    assert pages_further(page_of(titles, 2, None)) == (10, ["2", "4"])


def test_the_page_of_a_list_is_found_in_an_answer_of_one_template_and_of_several(town):
    shown = page_of([1, 2, 3], 2, None)

    assert page_in(Context({"page_obj": shown})) is shown
    assert page_in(ContextList([Context({"call": town.call}), Context({"words": shown})])) is shown
    assert page_in(ContextList([Context({"call": town.call})])) is None
    assert page_in(None) is None


def page(*, milliseconds: tuple[float, float], queries: tuple[int, int] = (9, 9)) -> Page:
    return Page("clerk", ["/projects/", "/projects/"], list(milliseconds), list(queries), [20, 20], [30.0, 30.0])


def turned(*, milliseconds: str, kilobytes: str = "20 20 20") -> Turned:
    return Turned.of("clerk", f"/projects/\t1000\t{milliseconds}\t9 9 9\t{kilobytes}")


def test_the_bench_fails_when_a_page_grows_asks_more_or_takes_longer_far_down():
    good, flat = page(milliseconds=(20, 25)), turned(milliseconds="20 22 25")
    for pages, lists in (
        ([page(milliseconds=(20, 40))], [flat]),
        ([page(milliseconds=(20, 20), queries=(9, 10))], [flat]),
        ([good], [turned(milliseconds="20 22 40")]),
        ([good], [turned(milliseconds="20 40 22")]),
    ):
        with pytest.raises(apart.NotKept):
            list(judged(pages, lists))

    assert [figure for _label, figure in judged([good], [flat])] == ["0", "0", "0"]


def test_a_page_that_says_more_may_take_longer_and_some_milliseconds_are_nothing():
    assert not turned(milliseconds="20 40 40", kilobytes="20 40 40").grows
    assert not turned(milliseconds="2 5 6").grows


def test_the_options_of_a_database_are_said_with_its_figures(db, capsys):
    machine.run()

    assert capsys.readouterr().out.startswith("SQLite ")


def test_whoever_names_no_database_that_stays_is_asked_for_one(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(SystemExit, match="name a database"):
        apart.at()

    assert apart.at(str(tmp_path / "new"))["VAR_DIR"] == str(tmp_path / "new")
    assert apart.at("postgres://there/grants")["DATABASE_URL"] == "postgres://there/grants"


def test_the_pages_of_every_day_open_and_are_measured(db):
    found = dict(everyday.figures(2, rounds=1))

    assert all(re.fullmatch(r"[0-9.]+ ms, [1-9][0-9]* queries", found.pop(name)) for name in list(found)[:-1]), found
    assert re.fullmatch(r"[0-9.]+ ms", found["proposal as PDF"])
