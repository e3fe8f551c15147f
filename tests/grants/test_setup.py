"""A clerk sets up a call: from a template or last year's, part by part, compared, published, concluded."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.models import Event
from core.workflow import Refused
from grants.actions import calls, ledger
from grants.comparison import Difference, Part, compare
from grants.descriptions import describe
from grants.models import BudgetRule, Call, EligibilityRule, Fund, RequiredPaper, Rubric
from grants.presets import modes, preset, templates
from grants.soundness import gaps, missing_bases, promised
from tests.town import aware, make_call


def begin(town, template: str = "district", mode: str = "", **changes) -> Call:
    values = {"funder": town.bureau, "fund": town.fund, "title": "新批次", "code": "NEW", "budget": Decimal("60000.00")}
    return calls.begin_from_preset(preset(template, mode), by=changes.pop("by", town.clerk), **(values | changes))


def section_of(call: Call) -> list[str]:
    return [gap.section for gap in gaps(call)]


# -- Templates and modes ---------------------------------------------------------------------------


@pytest.mark.parametrize("template", templates())
@pytest.mark.parametrize("mode", modes())
def test_every_template_in_every_mode_is_whole_and_carries_its_bases(template, mode):
    made = preset(template, mode)

    assert made.tracks
    assert sum(Decimal(weight) for _name, weight, _hint in made.rubric["criteria"]) == 100
    assert sum(Decimal(share) for share, _gate in made.plan["rules"]) == 100
    assert ("hosted" in {item["kind"] for item in made.conditions}) is ("filed" in {t["open_to"] for t in made.tracks})
    for item in (*made.tracks, *made.conditions, *made.budget, *made.papers, made.rubric, made.plan):
        assert item["basis"], item


def test_a_mode_decides_who_may_apply():
    assert {track["open_to"] for track in preset("district", "guided").tracks} == {"registered", "filed"}
    assert {track["open_to"] for track in preset("district", "internal").tracks} == {"filed"}
    assert {track["open_to"] for track in preset("district", "commissioned").tracks} == {"registered"}


def test_the_micro_template_uses_the_short_form_and_asks_for_the_communitys_word():
    made = preset("micro")

    assert {track["form"] for track in made.tracks} == {"short"}
    assert "recommendation" in {paper["kind"] for paper in made.papers}


def test_an_unknown_template_is_a_mistake_of_ours():
    with pytest.raises(LookupError):
        preset("nothing")


@pytest.mark.parametrize("template", templates())
def test_a_call_from_a_template_can_be_published_at_once(town, template):
    call = begin(town, template, budget=Decimal("200000.00"))
    ledger.allocate(town.fund, Decimal("200000.00"), by=town.finance)

    calls.publish(call, by=town.approver)
    assert {str(gap) for gap in missing_bases(call)} <= {"50/40/10"}  # the town's own plan, which has none
    assert call.mode == templates()[template]["mode"]


def test_a_template_twice_shares_its_rubric(town):
    begin(town)
    begin(town, code="NEW2")

    assert Rubric.objects.filter(name="公益创投评审表（七项）").count() == 1


@pytest.mark.parametrize("username", ["approver", "finance", "head", "admin"])
def test_only_a_clerk_begins_a_call(town, username):
    with pytest.raises(PermissionDenied):
        begin(town, by=town.people[username])


def test_the_fund_must_be_the_funders(town):
    other = Fund.objects.create(funder=town.host, name="别家的钱", source="enterprise", year=2026)

    with pytest.raises(Refused):
        begin(town, fund=other)


# -- Last year's call ------------------------------------------------------------------------------


@pytest.fixture
def old(town):
    """A call of 2024 with everything a call can have."""
    call = make_call(
        town, code="OLD", publish=False, opens_at=aware(2024, 2, 29, 9), closes_at=aware(2024, 4, 1),
        starts_on=date(2024, 5, 1), ends_on=date(2025, 2, 28),
    )  # fmt: skip
    EligibilityRule.objects.create(call=call, kind="hosted", legal_basis="依据")
    BudgetRule.objects.create(call=call, metric="amount", value=5, legal_basis="依据")
    RequiredPaper.objects.create(call=call, track=call.tracks.get(open_to="filed"), kind="host", legal_basis="依据")
    return call


def test_a_clone_takes_everything_over_and_moves_the_days_into_the_future(town, old):
    copy = calls.clone(old, by=town.clerk, title="2026年", code="COPY", fund=town.fund)

    assert (copy.cloned_from, copy.is_published, copy.opens_at) == (old, False, aware(2026, 2, 28, 9))
    assert (copy.closes_at, copy.starts_on) == (aware(2026, 4, 1), date(2026, 5, 1))
    assert [track.name for track in copy.tracks.all()] == [track.name for track in old.tracks.all()]
    assert copy.papers.get().track == copy.tracks.get(open_to="filed")
    assert (copy.eligibility_rules.count(), copy.budget_rules.count()) == (1, 1)
    assert Call.objects.get(pk=old.pk).tracks.count() == 2


def test_what_differs_from_last_year_is_listed(town, old):
    copy = calls.clone(old, by=town.clerk, title="2026年", code="COPY", fund=town.fund)
    copy.tracks.filter(open_to="filed").update(cap=Decimal("6000.00"))

    changed = {difference.name for difference in compare(describe(old), describe(copy))}

    assert {"备案组织", "标题"} & changed or {"备案组织", "title"} & changed
    assert "登记组织" not in changed


def test_comparing_two_descriptions():
    old = [Part("组别", "登记", "5万"), Part("组别", "备案", "5千"), Part("材料", "证书", "必须")]
    new = [Part("组别", "登记", "6万"), Part("组别", "备案", "5千"), Part("材料", "协议", "必须")]

    found = compare(old, new)

    assert found == [
        Difference("组别", "登记", "5万", "6万"),
        Difference("材料", "协议", "", "必须"),
        Difference("材料", "证书", "必须", ""),
    ]
    assert [difference.kind for difference in found] == ["changed", "added", "removed"]


def test_two_parts_of_one_name_are_both_kept():
    found = compare([], [Part("预算", "单价", "500"), Part("预算", "单价", "1000")])

    assert [(difference.name, difference.new) for difference in found] == [("单价", "500"), ("单价 (2)", "1000")]


# -- What keeps a call from being published --------------------------------------------------------


def spoil_track(call):
    call.tracks.create(name="又一组", open_to="filed", cap=1)


def condition(kind: str, **changes):
    return lambda call: call.eligibility_rules.create(kind=kind, legal_basis="依据", **changes)


def limit(metric: str, **changes):
    return lambda call: call.budget_rules.create(metric=metric, legal_basis="依据", **changes)


CONTRADICTIONS = {
    "two tracks for the same": (spoil_track, "tracks"),
    "condition without figure": (condition("rated"), "conditions"),
    "a rating of 9A": (condition("rated", value=9), "conditions"),
    "region without code": (condition("in_region"), "conditions"),
    "training without workshop": (condition("trained"), "conditions"),
    "share over 100": (limit("share_of_grant", value=101), "budget"),
    "everything forbidden": (limit("forbidden"), "budget"),
}


@pytest.mark.parametrize(("spoil", "section"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_contradiction_is_found_in_its_section_and_stops_publication(town, spoil, section):
    call = make_call(town, code="NEW", publish=False)
    spoil(call)

    assert section_of(call) == [section]
    with pytest.raises(Refused):
        calls.publish(call, by=town.approver)


def test_two_calls_cannot_promise_the_same_money(town):
    """The fund has 200,000; the town's call holds 100,000 of it."""
    first = make_call(town, code="A", publish=False, budget=Decimal("60000.00"))
    second = make_call(town, code="B", publish=False, budget=Decimal("60000.00"))
    calls.publish(first, by=town.approver)

    assert section_of(second) == ["terms"]
    assert promised(town.fund) == Decimal("160000.00")


def test_what_the_ledger_has_set_aside_is_not_promised_twice(town):
    ledger.reserve(town.fund, Decimal("30000.00"), by=town.finance, reference="LX2026-001")

    assert promised(town.fund) == Decimal("70000.00")
    assert town.fund.balance().free - promised(town.fund) == Decimal("100000.00")


def test_a_concluded_call_gives_its_promise_back(town, time):
    time.go(datetime(2026, 4, 2, 9))
    calls.conclude(town.call, by=town.approver)

    assert promised(town.fund) == 0
    assert town.call.is_concluded


def test_a_call_is_concluded_by_the_approver_once_it_is_closed(town, time):
    with pytest.raises(PermissionDenied):
        calls.conclude(town.call, by=town.approver)  # still open
    time.go(datetime(2026, 4, 2, 9))
    with pytest.raises(PermissionDenied):
        calls.conclude(town.call, by=town.clerk)


# -- Changing --------------------------------------------------------------------------------------


def test_a_change_leaves_a_line_and_none_is_possible_after_publication(town):
    call = make_call(town, code="NEW", publish=False)

    with calls.changing(call, by=town.clerk, what="组别"):
        call.tracks.update(cap=1)

    assert Event.objects.about(call).filter(name="change").count() == 1
    with pytest.raises(PermissionDenied), calls.changing(town.call, by=town.clerk, what="组别"):
        town.call.tracks.update(cap=1)
    assert set(town.call.tracks.values_list("cap", flat=True)) == {Decimal("50000.00"), Decimal("5000.00")}


def test_the_rules_of_a_template_replace_those_of_a_draft(town):
    call = make_call(town, code="NEW", publish=False)
    call.eligibility_rules.create(kind="established", value=1, legal_basis="旧")

    calls.take_over_rules(call, preset("micro"), by=town.clerk)

    assert "established" not in call.eligibility_rules.values_list("kind", flat=True)
    assert call.papers.get(kind="recommendation").track == call.tracks.get(open_to="filed")


def test_a_copied_rubric_brings_its_levels_and_can_be_changed(town):
    copy = calls.copy_terms(town.rubric, by=town.clerk, name="我的评审表")

    assert [(c.name, c.levels.count()) for c in copy.criteria.all()] == [("需求", 2), ("方案", 2), ("预算", 2)]
    assert town.rubric.criteria.count() == 3
    with pytest.raises(PermissionDenied):
        calls.copy_terms(town.rubric, by=town.head, name="别人的")


# -- Pages -----------------------------------------------------------------------------------------


def test_a_clerk_makes_a_call_from_a_template_on_one_page(town, browse):
    data = {
        "preset": "", "preset-template": "micro", "preset-mode": "", "preset-funder": town.bureau.pk,
        "preset-fund": town.fund.pk, "preset-title": "微创投", "preset-code": "wei26", "preset-budget": "２万",
    }  # fmt: skip
    client = browse(town.clerk)

    refused = client.post(reverse("grants:call_create"), data)
    assert list(refused.context["start"].errors) == ["budget"]
    made = client.post(reverse("grants:call_create"), data | {"preset-budget": "20,000"})

    call = Call.objects.get(code="WEI26")
    assert made.url == reverse("grants:call_edit", args=[call.pk])
    assert (call.budget, call.mode) == (Decimal("20000.00"), "internal")


def test_a_clone_leads_to_the_comparison(town, browse):
    data = {
        "clone": "", "clone-original": town.call.pk, "clone-fund": town.fund.pk, "clone-title": "明年",
        "clone-code": "X27",
    }  # fmt: skip

    response = browse(town.clerk).post(reverse("grants:call_create"), data)

    assert response.url == reverse("grants:call_compare", args=[Call.objects.get(code="X27").pk])
    assert "明年" in browse(town.clerk).get(response.url).content.decode()


def test_a_part_is_stored_row_by_row_and_a_mistake_comes_back(town, browse):
    call = make_call(town, code="NEW", publish=False)
    page = reverse("grants:call_part", args=[call.pk, "conditions"])
    row = {
        "conditions-TOTAL_FORMS": "1", "conditions-INITIAL_FORMS": "0", "conditions-0-kind": "rated",
        "conditions-0-value": "3", "conditions-0-severity": "warn", "conditions-0-legal_basis": "",
    }  # fmt: skip
    client = browse(town.clerk)

    refused = client.post(page, row)
    assert refused.context["formset"].errors == [{"legal_basis": ["这个字段是必填项。"]}]
    client.post(page, row | {"conditions-0-legal_basis": "民政部令第39号"})

    assert [(rule.kind, rule.value) for rule in call.eligibility_rules.all()] == [("rated", 3)]


def test_a_rubric_that_a_published_call_has_announced_is_only_copied(town, browse):
    page = reverse("grants:terms_edit", args=["rubrics", town.rubric.pk])
    client = browse(town.clerk)

    assert client.post(page, {"name": "改名"}).status_code == 403
    response = client.post(page, {"copy": "", "copy-name": "我的表"})

    copy = Rubric.objects.get(name="我的表")
    assert response.url == reverse("grants:terms_edit", args=["rubrics", copy.pk])
    assert client.post(response.url, {"copy": "", "copy-name": "我的表"}).context["name_form"].errors


def test_only_a_unit_price_is_counted_by_the_lesson(town):
    call = make_call(town, code="NEW", publish=False)
    rule = BudgetRule(call=call, metric="amount", value=5, per="lesson", legal_basis="依据")

    with pytest.raises(ValidationError):
        rule.full_clean()
    rule.metric = "unit_price"
    rule.full_clean()


def test_what_a_template_says_of_a_budget_rule_is_stored(town):
    made = {rule.rank: rule for rule in begin(town).budget_rules.filter(category="training", metric="unit_price")}

    assert {rank: (rule.value, rule.per) for rank, rule in made.items()} == {
        "associate": (500, "lesson"), "full": (1000, "lesson"), "renowned": (1500, "lesson"), "none": (500, "lesson"),
    }  # fmt: skip
    assert "教材" in made["none"].unless_list
