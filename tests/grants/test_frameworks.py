"""Evaluation frameworks: what comes with the platform, editions, whose they are, what a form takes."""

import re
from datetime import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused
from grants.actions import calls, terms
from grants.frameworks import frameworks
from grants.models import Criterion, FactKind, Nature, Rubric
from grants.presets import preset, templates
from grants.sheet_sections import sections
from grants.soundness import gaps
from people.models import Kind, Organization, Role
from tests.by_framework import framework
from tests.town import make_call, member, person, rubric

DIMENSIONS = {
    "four_dimensions": {"项目实施": 35, "人力与物资投入": 15, "财务管理": 25, "项目成效": 20, "档案": 5},
    "budget_2020": {"预算执行率": 10, "产出": 50, "效益": 30, "满意度": 10},
    "mzt059": {"项目方案": 20, "实施过程": 40, "服务成果": 40},
    "closing": {"项目产出": 35, "项目成效": 20, "满意度": 15, "财务": 20, "管理与档案": 10},
}
GRADES = {"four_dimensions": (85, 75, 60), "budget_2020": (90, 80, 60), "mzt059": (90, 80, 60), "closing": (90, 80, 60)}

PLACES = re.compile("苏州|上海|天津|宁波|广州|绍兴|上虞|湖州|浙江|佛山|洛阳|中山|东莞|常州|成都|深圳|河南|江北")


# -- What comes with the platform ------------------------------------------------------------------


@pytest.mark.parametrize("key", frameworks())
@pytest.mark.parametrize("nature", Nature.values)
def test_a_ready_framework_has_its_dimensions_for_either_nature(town, key, nature):
    made = terms.ready_framework(frameworks()[key])

    parts = [part for part in sections(made.lines_for(nature)) if part.kind == "points"]
    assert {part.name: part.most for part in parts} == DIMENSIONS[key]
    assert made.total_for(nature) == 100
    assert (made.excellent_from, made.good_from, made.pass_mark) == GRADES[key]
    assert not made.is_alike


@pytest.mark.parametrize("key", frameworks())
def test_a_ready_framework_is_whole_data(key):
    ready = frameworks()[key]

    assert 0 < len(ready.basis) <= 200
    assert {line["fact"] for line in ready.lines} - {"", *FactKind.values} == set()
    for line in ready.lines:
        Criterion(rubric_id=1, **line).full_clean(exclude=["rubric"], validate_unique=False, validate_constraints=False)
        assert not (line["bands"] and line["per_unit"])
        assert all(Decimal(points) <= line["weight"] for _figure, points in line["bands"])


def test_a_standard_without_points_says_so():
    assert "标准本身不给分值" in frameworks()["mzt059"].basis
    for key in ("four_dimensions", "budget_2020", "closing"):
        assert "平台缺省" in frameworks()[key].basis


@pytest.mark.parametrize("key", frameworks())
def test_what_is_printed_of_a_framework_names_no_place_whose_practice_it_follows(key):
    ready = frameworks()[key]

    assert PLACES.findall(f"{ready.name} {ready.basis}") == []
    assert not ready.example or PLACES.search(ready.example)


@pytest.mark.parametrize("key", templates())
def test_a_call_from_a_template_names_two_of_them(key):
    made = preset(key)

    assert made.midterm == "four_dimensions"
    assert made.final == ("mzt059" if key == "social_work" else "closing")


def test_a_ready_framework_is_made_once_and_nobody_changes_it(town, browse):
    page = reverse("grants:framework_ready", args=["closing"])

    first, second = browse(town.clerk).post(page), browse(town.clerk).post(page)

    made = Rubric.objects.get(name=frameworks()["closing"].name)
    assert first.url == second.url == reverse("grants:framework_detail", args=[made.pk])
    assert (made.is_published, made.published_by, made.owner) == (True, town.clerk, None)
    with pytest.raises(PermissionDenied):
        terms.save_terms(made, [], by=town.clerk)
    assert browse(town.clerk).post(reverse("grants:framework_ready", args=["nothing"])).status_code == 404
    assert browse(town.head).post(page).status_code == 403


# -- Editions --------------------------------------------------------------------------------------


@pytest.fixture
def own(town):
    """A framework of the bureau, not published yet."""
    return framework(town.bureau)


def test_a_published_edition_is_not_changed_but_followed_by_the_next(town, own):
    terms.publish_edition(own, by=town.clerk)
    with pytest.raises(PermissionDenied):
        terms.save_terms(Rubric.objects.get(pk=own.pk), [], by=town.clerk)

    following = terms.new_edition(Rubric.objects.get(pk=own.pk), by=town.clerk)

    assert (following.name, following.edition, following.made_from) == (own.name, 2, own)
    assert not following.is_published
    assert [line.name for line in following.criteria.all()] == [line.name for line in own.criteria.all()]
    assert str(following) == f"{own.name}（第2版）"


def test_there_is_one_draft_of_the_next_edition(town, own):
    with pytest.raises(PermissionDenied):
        terms.new_edition(own, by=town.clerk)  # this one can still be changed
    terms.publish_edition(own, by=town.clerk)
    terms.new_edition(Rubric.objects.get(pk=own.pk), by=town.clerk)

    with pytest.raises(Refused):
        terms.new_edition(Rubric.objects.get(pk=own.pk), by=town.clerk)


def test_an_edition_that_does_not_sum_to_a_hundred_for_each_nature_is_not_published(town, own):
    own.criteria.filter(nature="governance").update(weight=29)

    with pytest.raises(Refused) as refused:
        terms.publish_edition(own, by=town.clerk)
    assert len(refused.value.reasons) == 1
    own.criteria.filter(nature="governance").update(weight=30)
    assert terms.publish_edition(own, by=town.clerk).is_published


def test_a_call_keeps_the_edition_that_it_names(town, own):
    call = make_call(town, code="NEW", publish=False, final_rubric=own)
    calls.publish(call, by=town.approver)

    own.refresh_from_db()
    assert (own.is_published, own.published_by) == (True, town.approver)
    terms.new_edition(own, by=town.clerk)
    call.refresh_from_db()
    assert call.final_rubric == own


def test_a_call_with_a_framework_that_does_not_sum_for_one_nature_is_not_published(town, own):
    own.criteria.filter(nature="service").update(weight=31)
    call = make_call(town, code="NEW", publish=False, final_rubric=own)

    assert [gap.section for gap in gaps(call)] == ["terms"]


def test_proposals_are_not_ranked_by_a_framework_with_facts_and_vetoes(town, own):
    call = make_call(town, code="NEW", publish=False, review_rubric=own)

    assert [gap.section for gap in gaps(call)] == ["terms"]
    assert gaps(make_call(town, code="OLD", publish=False)) == []


def test_editions_are_compared_line_by_line(town, own, browse):
    terms.publish_edition(own, by=town.clerk)
    following = terms.new_edition(Rubric.objects.get(pk=own.pk), by=town.clerk)
    following.criteria.filter(name="服务人数").update(bands=[["90", "30"]])
    page = reverse("grants:framework_compare", args=[following.pk, own.pk])

    [found] = browse(town.clerk).get(page).context["differences"]

    assert (found.old, found.new) == ("≥ 100：30；≥ 80：20；≥ 60：10", "≥ 90：30")
    assert browse(town.head).get(page).status_code == 403


def test_the_page_takes_an_edition_through_its_steps(town, own, browse):
    client = browse(town.clerk)

    def press(thing, name):
        return client.post(reverse("grants:framework_step", args=[thing.pk, name]))

    assert press(own, "edition").status_code == 403
    press(own, "publish")
    made = press(own, "edition")

    following = Rubric.objects.get(edition=2)
    assert made.url == reverse("grants:terms_edit", args=["rubrics", following.pk])
    detail = client.get(reverse("grants:framework_detail", args=[following.pk]))
    assert [name for name, _label in detail.context["steps"]] == ["publish"]
    assert [each.edition for each in detail.context["editions"]] == [2, 1]
    assert press(own, "nonsense").status_code == 404
    assert browse(town.approver).post(reverse("grants:framework_step", args=[own.pk, "publish"])).status_code == 403


# -- Of an evaluator organisation ------------------------------------------------------------------


@pytest.fixture
def theirs(town):
    """A template of the evaluators, copied from a shared one."""
    return terms.copy_terms(framework(), by=town.evaluator, owner=town.evaluators, name="明镜框架")


def test_an_evaluator_has_templates_that_nobody_else_sees(town, theirs, browse):
    page = reverse("grants:framework_detail", args=[theirs.pk])

    assert (theirs.evaluator, theirs.funder, theirs.is_shared) == (town.evaluators, None, False)
    assert browse(town.evaluator).get(page).status_code == 200
    assert browse(town.clerk).get(page).status_code == 404
    assert browse(town.mentor).get(page).status_code == 403
    assert theirs not in Rubric.objects.usable_by([town.bureau.pk])


def test_what_is_proposed_is_taken_over_as_a_copy_and_the_call_decides(town, theirs, browse):
    with pytest.raises(PermissionDenied):
        terms.propose(theirs, by=town.evaluator)  # not published: it could still change
    terms.publish_edition(theirs, by=town.evaluator)
    terms.propose(Rubric.objects.get(pk=theirs.pk), by=town.evaluator)
    listed = browse(town.clerk).get(reverse("grants:terms_list")).context["rubrics"]
    assert theirs in listed
    with pytest.raises(PermissionDenied):
        terms.new_edition(Rubric.objects.get(pk=theirs.pk), by=town.clerk)

    copy = terms.copy_terms(Rubric.objects.get(pk=theirs.pk), by=town.clerk, owner=town.bureau, name="我局采用的框架")

    assert (copy.funder, copy.evaluator, copy.made_from, copy.is_published) == (town.bureau, None, theirs, False)
    assert theirs not in Rubric.objects.usable_by([town.bureau.pk])
    assert copy in Rubric.objects.usable_by([town.bureau.pk])


def test_another_evaluator_sees_neither_a_draft_nor_a_proposal(town, theirs, browse):
    other = Organization.objects.create(name="另一家评估", kind=Kind.EVALUATOR, credit_code="51110105500000000X")
    rival = person("rival", "竞争者")
    member(rival, other, Role.EVALUATOR)
    terms.publish_edition(theirs, by=town.evaluator)
    terms.propose(Rubric.objects.get(pk=theirs.pk), by=town.evaluator)

    assert browse(rival).get(reverse("grants:framework_detail", args=[theirs.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        terms.save_terms(theirs, [], by=rival)


def test_an_evaluator_sees_no_tranche_plans_and_copies_none(town, browse):
    client = browse(town.evaluator)

    assert client.get(reverse("grants:terms_list")).context["plans"] == []
    assert client.get(reverse("grants:terms_edit", args=["plans", town.plan.pk])).status_code == 403
    with pytest.raises(PermissionDenied):
        terms.copy_terms(town.plan, by=town.evaluator, owner=town.evaluators, name="拨付")


# -- The form --------------------------------------------------------------------------------------


def form(own, **line):
    row = {"position": "9", "dimension": "", "name": "新行", "kind": "points", "weight": "10", "nature": "",
           "guidance": "", "fact": "", "bands": "", "per_unit": ""} | line  # fmt: skip
    return {
        "name": own.name, "legal_basis": "依据", "pass_mark": "60", "good_from": "75", "excellent_from": "85",
        "rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0", **{f"rows-0-{name}": value for name, value in row.items()},
    }  # fmt: skip


def test_a_line_with_bands_is_written_as_people_write(town, own, browse):
    page = reverse("grants:terms_edit", args=["rubrics", own.pk])
    written = "80 = 4\n≥100%：6分\n\n60,2"

    assert browse(town.clerk).post(page, form(own, fact="persons", bands=written)).status_code == 302

    made = own.criteria.get(name="新行")
    assert made.bands == [["100", "6"], ["80", "4"], ["60", "2"]]
    shown = browse(town.clerk).get(page).context["formset"]
    assert [row["bands"].value() for row in shown if row.instance == made] == ["100 = 6\n80 = 4\n60 = 2"]
    own.refresh_from_db()
    assert (own.excellent_from, own.good_from) == (85, 75)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"fact": "persons", "bands": "很多"}, "bands"),
        ({"fact": "persons", "bands": "100 = 11"}, "bands"),
        ({"bands": "100 = 6"}, "fact"),
        ({"per_unit": "1"}, "fact"),
        ({"fact": "persons", "bands": "100 = 6", "per_unit": "1"}, "per_unit"),
        ({"kind": "veto", "fact": "persons"}, "fact"),
        ({"weight": ""}, "weight"),
        ({"weight": "0"}, "weight"),
        ({"weight": "101"}, "weight"),
        ({"kind": "nonsense"}, "kind"),
    ],
)
def test_a_line_that_makes_no_sense_comes_back_with_its_field(town, own, browse, line, field):
    page = reverse("grants:terms_edit", args=["rubrics", own.pk])

    response = browse(town.clerk).post(page, form(own, **line))

    assert list(response.context["formset"].errors[0]) == [field]
    assert not own.criteria.filter(name="新行").exists()


def test_the_page_can_be_saved_as_a_browser_sends_it_with_its_blank_row(town, own, browse):
    """A browser sends the first kind of a row that nobody touched; that alone is no line to be filled in."""
    page, client = reverse("grants:terms_edit", args=["rubrics", own.pk]), browse(town.clerk)
    shown = client.get(page).context["formset"]
    blank = shown.forms[-1]
    kept = {f"{one.prefix}-{name}": one[name].value() for one in shown.forms for name in one.fields if name != "DELETE"}
    sent = {name: "" if value is None else value for name, value in kept.items()} | {f"{blank.prefix}-kind": "points"}
    counts = {f"rows-{name}_FORMS": shown.management_form[f"{name}_FORMS"].value() for name in ("TOTAL", "INITIAL")}
    lines = own.criteria.count()

    response = client.post(page, form(own) | sent | counts)

    assert response.status_code == 302
    assert own.criteria.count() == lines


def test_a_published_edition_says_that_it_is_published_and_not_that_a_call_names_it(town, own, browse):
    terms.publish_edition(own, by=town.clerk)

    page = browse(town.clerk).get(reverse("grants:terms_edit", args=["rubrics", own.pk])).content.decode()

    assert "这一版已发布，不能再改" in page
    assert "已有公布的批次使用它" not in page


def test_a_veto_has_no_points_and_a_line_without_a_place_comes_last(town, own, browse):
    page = reverse("grants:terms_edit", args=["rubrics", own.pk])

    browse(town.clerk).post(page, form(own, kind="veto", weight="", position=""))

    made = own.criteria.get(name="新行")
    assert (made.weight, made.is_veto, own.criteria.last()) == (0, True, made)


def test_grades_follow_each_other(town, own, browse):
    page = reverse("grants:terms_edit", args=["rubrics", own.pk])

    response = browse(town.clerk).post(page, form(own) | {"good_from": "90"})

    assert list(response.context["form"].errors) == ["excellent_from"]


def test_the_name_of_a_later_edition_stays(town, own, browse, time):
    terms.publish_edition(own, by=town.clerk)
    following = terms.new_edition(Rubric.objects.get(pk=own.pk), by=town.clerk)
    time.go(datetime(2026, 3, 11, 9))

    saved = browse(town.clerk).post(
        reverse("grants:terms_edit", args=["rubrics", following.pk]), form(own) | {"name": "改名"}
    )

    following.refresh_from_db()
    assert (saved.status_code, following.name, following.excellent_from) == (302, own.name, 85)


def test_two_houses_may_have_one_name_and_a_shared_one_is_taken(town, own):
    rubric("公用的", ("需求", 100))

    with pytest.raises(Refused):
        terms.copy_terms(own, by=town.clerk, owner=town.bureau, name="公用的")
    with pytest.raises(Refused):
        terms.copy_terms(town.rubric, by=town.evaluator, owner=town.evaluators, name="公用的")
    made = terms.copy_terms(Rubric.objects.get(name="公用的"), by=town.evaluator, owner=town.evaluators, name=own.name)
    assert made.name == own.name
