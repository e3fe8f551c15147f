"""What a correction changed: field by field, row by row; and how a submission is written down."""

import pytest

from projects.actions import drafts
from projects.comparison import Piece, compare, text_pieces
from projects.models import Project
from projects.sections import BESIDE, progress, required_of, tables_of
from projects.snapshots import snapshot
from tests.life import LINES, choir_draft, draft


def version(fields=None, **tables):
    return {"fields": fields or {}, "tables": tables}


def test_two_equal_versions_differ_in_nothing():
    same = version({"needs": "独居老人"}, team=[{"key": "a", "name": "刘芳"}])

    assert not compare(same, same)


def test_a_changed_field_shows_old_and_new():
    found = compare(version({"needs": "少", "goals": "同"}), version({"needs": "多", "goals": "同"}))

    assert [(change.name, change.old, change.new) for change in found.fields] == [("needs", "少", "多")]


def test_a_date_for_another_date_is_no_text_that_was_changed():
    found = compare(version({"ends_on": "2026-12-31"}), version({"ends_on": "2027-03-31"}))
    empty = compare(version({"ends_on": ""}), version({"ends_on": "2027-03-31"}))

    assert [change.is_replaced for change in (*found.fields, *empty.fields)] == [True, False]


def test_a_row_is_known_by_its_key_wherever_it_stands():
    old = version(team=[{"key": "a", "name": "刘芳"}, {"key": "b", "name": "何小燕"}])
    new = version(team=[{"key": "b", "name": "何小燕"}, {"key": "c", "name": "赵敏"}])

    found = compare(old, new)

    assert [(row.kind, row.row["name"]) for row in found.rows] == [("added", "赵敏"), ("removed", "刘芳")]


def test_a_changed_row_says_which_columns():
    old = version(budget_lines=[{"key": "a", "item": "海报", "unit_price": "10.00", "unit": "张"}])
    new = version(budget_lines=[{"key": "a", "item": "海报", "unit_price": "12.00", "unit": "张"}])

    (row,) = compare(old, new).rows

    assert row.kind == "changed"
    assert [(cell.name, cell.old, cell.new) for cell in row.cells] == [("unit_price", "10.00", "12.00")]


def test_long_texts_are_woven_together():
    old = "为独居老人提供每周一次的入户陪伴，由低龄老人结对高龄老人，每月一次义诊。"
    new = "为独居老人提供每周两次的入户陪伴，由低龄老人结对高龄老人，每月一次义诊。"

    assert text_pieces(old, new) == [
        Piece("kept", "为独居老人提供每周"),
        Piece("removed", "一"),
        Piece("added", "两"),
        Piece("kept", "次的入户陪伴，由低龄老人结对高龄老人，每月一次义诊。"),
    ]


def test_figures_are_shown_whole():
    assert text_pieces("2,500.00", "1,780.00") == [Piece("removed", "2,500.00"), Piece("added", "1,780.00")]


@pytest.mark.parametrize(("old", "new"), [("", "新"), ("旧", ""), ("𬱖", "䶮")])
def test_pieces_put_together_again_give_both_texts(old, new):
    pieces = text_pieces(old, new)

    assert "".join(p.text for p in pieces if p.kind != "added") == old
    assert "".join(p.text for p in pieces if p.kind != "removed") == new


# -- Snapshots and sections ------------------------------------------------------------------------


def test_a_snapshot_holds_every_field_and_row_as_people_read_them(town):
    written = snapshot(draft(town))

    assert written["fields"]["amount_requested"] == "10,000.00"
    assert written["fields"]["field"] == "为老服务"
    line = written["tables"]["budget_lines"][0]
    assert (line["item"], line["unit_price"], line["quantity"]) == ("慰问活动物资", "200.00", "40")
    assert set(written["tables"]) == {"targets", "plan_steps", "team", "partners", "budget_lines", *BESIDE}


def test_a_snapshot_of_the_short_form_holds_what_the_short_form_asks(town):
    written = snapshot(choir_draft(town))

    assert set(written["tables"]) == {"partners", "budget_lines", *BESIDE}
    assert "goals" not in written["fields"]


def test_changing_one_price_is_the_only_difference(town):
    project = draft(town)
    before = snapshot(project)
    rows = [{"key": line.key} for line in project.budget_lines.all()]
    rows[0]["unit_price"] = 199

    drafts.save_proposal(project, by=town.head, version=1, values={}, tables={"budget_lines": rows})

    found = compare(before, snapshot(Project.objects.get()))
    assert [(row.kind, [cell.name for cell in row.cells]) for row in found.rows] == [("changed", ["unit_price"])]


def test_the_short_form_asks_for_less():
    assert required_of("short") < required_of("full") | {"beneficiaries"}
    assert tables_of("short") == ("partners", "budget_lines")


def test_progress_counts_what_is_filled_in(town):
    project = draft(town, needs="  ")

    done = {p.section.key: (p.done, p.all, p.is_complete) for p in progress("full", project, {"budget_lines": LINES})}

    assert done["why"] == (1, 2, False)
    assert done["budget"] == (2, 2, True)
    assert done["goals"] == (1, 2, False)
