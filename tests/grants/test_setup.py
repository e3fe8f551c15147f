"""A clerk sets up a call: from a template or last year's, part by part, compared, published, concluded."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.urls import reverse

from core.models import Event
from core.workflow import Refused, Stale
from grants.actions import calls, ledger, terms
from grants.comparison import Difference, Part, compare
from grants.descriptions import describe, fingerprint
from grants.models import (
    AgreementTemplate,
    BudgetRule,
    Call,
    Criterion,
    EligibilityRule,
    Fund,
    Level,
    RequiredPaper,
    Rubric,
    TranchePlan,
    TrancheRule,
)
from grants.presets import DEFAULT_BASIS, modes, preset, templates
from grants.soundness import gaps, missing_bases, notes, promised
from people.models import Kind, Organization, Region, Role
from tests.grants.test_calls import form_data
from tests.grants.test_frameworks import PLACES
from tests.town import aware, make_call, member, person


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


RESTATED = {"微创投", "代管协议", "年检（年报）合格", "每个主体限报两项", "常见做法", "备案组织简表"}


@pytest.mark.parametrize("template", templates())
def test_no_basis_only_repeats_its_rule_and_a_penalty_is_explained_not_refused(template):
    made = preset(template)
    items = (*made.tracks, *made.conditions, *made.papers, *made.bonuses, made.rubric, made.plan)

    assert {item["basis"] for item in items} & RESTATED == set()
    penalty = next(item for item in made.conditions if item["kind"] == "no_penalty")
    assert (penalty["severity"], "无重大违法记录" in penalty["basis"]) == ("warn", True)


@pytest.mark.parametrize("template", templates())
def test_an_applicant_reads_no_rule_of_another_city_as_the_basis_of_a_call(town, browse, template):
    call = begin(town, template, budget=Decimal("200000.00"))
    ledger.allocate(town.fund, Decimal("200000.00"), by=town.finance)
    calls.publish(call, by=town.approver)

    page = browse(town.head).get(call.get_absolute_url()).content.decode()

    assert PLACES.findall(page) == []
    assert DEFAULT_BASIS in page
    bases = [gate.legal_basis for rule in call.tranche_plan.rules.all() for gate in rule.gates.all()]
    assert PLACES.findall(" ".join(bases)) == []


def test_a_basis_that_the_call_itself_names_is_shown(town, browse):
    town.call.tracks.update(legal_basis="朝民发〔2026〕12号第八条")

    assert "朝民发〔2026〕12号第八条" in browse(town.head).get(town.call.get_absolute_url()).content.decode()


def test_the_bureau_reads_in_its_settings_whose_rules_the_defaults_follow(town, browse):
    call = begin(town)
    help_page = reverse("grants:defaults")

    page = browse(town.clerk).get(help_page).content.decode()

    assert help_page in browse(town.clerk).get(reverse("grants:call_edit", args=[call.pk])).content.decode()
    assert "天津滨海：签约50%、中期40%、验收10%" in page
    assert page.count("评审组含社会工作行业专家（浙江省本级）") == 1  # two templates hold it
    assert "四个维度、加扣分和60分合格（苏州公益创投做法）" in page
    assert browse(town.head).get(help_page).status_code == 403


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


def changes(old, new) -> set[str]:
    return {difference.name for difference in compare(describe(old), describe(new))}


def test_what_differs_from_last_year_is_listed(town, old):
    copy = calls.clone(old, by=town.clerk, title="2026年", code="COPY", fund=town.fund)
    copy.tracks.filter(open_to="filed").update(cap=Decimal("6000.00"))

    days = {"受理开始时间", "受理截止时间", "项目最早开始日期", "项目最晚结束日期"}
    assert changes(old, copy) == {"名称", "代码", "备案组织 · 资助上限"} | days


def another(field, now):
    """A value of this field that it does not have now."""
    if field.choices:
        return next(value for value, _label in field.flatchoices if value not in (now, ""))
    if field.many_to_one:
        return field.related_model.objects.exclude(pk=now).first().pk
    if isinstance(field, models.BooleanField):
        return not now
    if isinstance(field, models.DateField):  # and of a moment
        return now + timedelta(days=1)
    if isinstance(field, models.DecimalField):
        return Decimal(1) if now is None else now - 1 if now else now + 1
    if isinstance(field, models.IntegerField):
        return (now or 0) + 10 if (now or 0) < 50 else now - 1
    if field.name == "bands":
        return [["100", "6"]]
    return ["community"] if isinstance(field, models.JSONField) else f"{now}改"[-(field.max_length or 200) :]


def everything(call) -> dict[str, models.Model]:
    """The call and one of each thing that belongs to it or that it chooses."""
    call.panel_rules.create(expertise="finance", legal_basis="依据")
    call.bonus_rules.create(kind="other", condition="条件", most=5, legal_basis="依据")
    call.tie_breaks.create(position=1, kind="criterion", criterion=call.review_rubric.criteria.first())
    criterion = call.review_rubric.criteria.first()
    things = [getattr(call, relation).first() for relation in calls.PARTS]
    terms = [
        call.review_rubric,
        criterion,
        criterion.levels.first(),
        call.tranche_plan,
        call.tranche_plan.rules.first(),
    ]
    return {thing._meta.model_name: thing for thing in (call, *things, *terms)}


PARENT = {"criterion": "rubric", "level": "criterion", "trancherule": "plan"}
OF_A_CALL = [Call, *(getattr(Call, relation).rel.related_model for relation in calls.PARTS)]
CHOSEN = [Rubric, Criterion, Level, TranchePlan, TrancheRule]
EVERY_FIELD = [
    (model._meta.model_name, field.name)
    for model in (*OF_A_CALL, *CHOSEN)
    for field in (*model._meta.fields, *model._meta.many_to_many)
    if field.editable and not field.primary_key and field.name != PARENT.get(model._meta.model_name, "call")
]


@pytest.mark.parametrize(("what", "name"), EVERY_FIELD)
def test_whatever_is_changed_shows_in_the_comparison(town, old, what, name):
    Organization.objects.create(name="别家", kind=Kind.FUNDER, credit_code="11110105000053030K")
    AgreementTemplate.objects.create(funder=town.bureau, name="三方协议")
    Fund.objects.create(funder=town.bureau, name="又一笔", source="enterprise", year=2026)
    terms.copy_terms(town.plan, by=town.clerk, owner=town.bureau, name="另一方案")
    thing = everything(old)[what]
    field, before = thing._meta.get_field(name), describe(Call.objects.get(pk=old.pk))

    if field.many_to_many:
        getattr(thing, name).clear()
    else:
        values = {field.attname: another(field, getattr(thing, field.attname))}
        values |= {"criterion_id": None} if (what, name) == ("tiebreak", "kind") else {}  # only one kind names one
        values |= {"metric": "unit_price"} if (what, name) == ("budgetrule", "per") else {}
        type(thing).objects.filter(pk=thing.pk).update(**values)

    assert compare(before, describe(Call.objects.get(pk=old.pk)))


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


def test_a_row_that_only_one_has_is_one_difference_and_a_changed_one_is_shown_by_field():
    old = [Part("组别", "上限", "5万", "登记"), Part("组别", "表", "完整", "登记")]
    new = [Part("组别", "上限", "6万", "登记"), Part("组别", "表", "完整", "登记"), Part("组别", "上限", "1万", "备案")]

    assert compare(old, new) == [
        Difference("组别", "登记 · 上限", "5万", "6万"),
        Difference("组别", "备案", "", "上限：1万"),
    ]


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


def paper(status: str | None, **changes):
    def spoil(call):
        track = call.tracks.get(open_to=status) if status else None
        call.papers.create(kind="host", track=track, legal_basis="依据", **changes)

    return spoil


def gates_the_wrong_way_round(call):
    plan = TranchePlan.objects.create(name="倒着拨", legal_basis="依据")
    for ordinal, (share, gate) in enumerate([(50, "final"), (40, "midterm"), (10, "agreement")], start=1):
        plan.rules.create(ordinal=ordinal, percentage=share).gates.create(kind=gate)
    call.tranche_plan = plan
    call.save()


CONTRADICTIONS = {
    "region in words": (condition("in_region", region="abc"), "conditions"),
    "region of 11 digits": (condition("in_region", region="11010503000"), "conditions"),
    "no proposal allowed": (condition("proposals", value=0), "conditions"),
    "a host of the registered": (paper("registered"), "papers"),
    "a host of everybody": (paper(None), "papers"),
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


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"title": " "}, 1),
        ({"guidelines": ""}, 1),
        ({"contact": ""}, 1),
        ({"contact_phone": ""}, 1),
        ({"title": "", "guidelines": "", "contact": "", "contact_phone": ""}, 4),
        ({"opens_at": aware(2026, 3, 31), "closes_at": aware(2026, 3, 31, 23, 59)}, 1),
        ({"opens_at": aware(2026, 3, 31), "closes_at": aware(2026, 4, 1)}, 0),
    ],
)
def test_a_call_that_nobody_could_use_is_not_published(town, changes, count):
    assert section_of(make_call(town, code="NEW", publish=False, **changes)) == ["terms"] * count


def test_instalments_open_in_the_order_of_a_projects_life(town):
    call = make_call(town, code="NEW", publish=False)
    gates_the_wrong_way_round(call)

    assert section_of(call) == ["terms", "terms"]  # the second before the first, the third before the second


@pytest.mark.parametrize("spoil", [paper("filed"), paper(None, is_required=False)], ids=["filed", "if there is one"])
def test_a_host_paper_of_those_who_have_one_is_no_contradiction(town, spoil):
    call = make_call(town, code="NEW", publish=False)
    spoil(call)

    assert gaps(call) == []


def test_what_is_unusual_is_said_and_does_not_stop_publication(town):
    call = make_call(town, code="NEW", publish=False, mode="internal", closes_at=aware(2026, 3, 10, 21))

    assert [note.section for note in notes(call)] == ["terms", "conditions", "tracks"]
    calls.publish(call, by=town.approver)


def test_a_usual_call_has_no_notes(town):
    call = begin(town)

    assert notes(call) == []


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("110105", "110105"), (" １１０１０５０３０ ", "110105030"), ("110105030001", "110105030001")],
)
def test_a_region_is_stored_by_its_code(town, browse, typed, stored):
    Region.objects.create(code="110105", name="朝阳区")
    Region.objects.create(code="110105030", name="柳溪镇")
    call = make_call(town, code="NEW", publish=False)
    row = {"kind": "in_region", "region": typed, "severity": "block", "legal_basis": "依据"}

    browse(town.clerk).post(reverse("grants:call_part", args=[call.pk, "conditions"]), rows("conditions", row))

    assert call.eligibility_rules.get().region == stored
    assert section_of(call) == []


@pytest.mark.parametrize("typed", ["abc", "110105 全角", "11010503000", "110106"])
def test_a_code_that_names_no_region_comes_back(town, browse, typed):
    Region.objects.create(code="110105", name="朝阳区")
    call = make_call(town, code="NEW", publish=False)
    row = {"kind": "in_region", "region": typed, "severity": "block", "legal_basis": "依据"}

    page = browse(town.clerk).post(reverse("grants:call_part", args=[call.pk, "conditions"]), rows("conditions", row))

    assert list(page.context["formset"].errors[0]) == ["region"]
    assert not call.eligibility_rules.exists()


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


def test_a_copied_rubric_brings_its_levels_and_belongs_to_who_made_it(town):
    copy = terms.copy_terms(town.rubric, by=town.clerk, owner=town.bureau, name="我的评审表")

    assert [(c.name, c.levels.count()) for c in copy.criteria.all()] == [("需求", 2), ("方案", 2), ("预算", 2)]
    assert (town.rubric.criteria.count(), copy.funder) == (3, town.bureau)
    with pytest.raises(PermissionDenied):
        terms.copy_terms(town.rubric, by=town.head, owner=town.bureau, name="别人的")


# -- Rubrics and plans of several funders ----------------------------------------------------------


@pytest.fixture
def other_clerk(town):
    """Works for a second funder."""
    street = Organization.objects.create(name="东湖街道办事处", kind=Kind.FUNDER, credit_code="11110105000053030K")
    clerk = person("otherclerk", "吕文")
    member(clerk, street, Role.STAFF)
    return clerk


def plan_rows(share: str, plan) -> dict:
    rule = plan.rules.get()
    return {
        "name": plan.name, "legal_basis": "", "rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "1",
        "rows-0-id": rule.pk, "rows-0-ordinal": "1", "rows-0-percentage": share, "rows-0-gates": ["agreement"],
    }  # fmt: skip


def test_nobody_changes_the_plan_that_templates_share(town, browse, other_clerk):
    begin(town, "micro", budget=Decimal("60000.00"))
    plan = TranchePlan.objects.get(name="一次性拨付")
    page = reverse("grants:terms_edit", args=["plans", plan.pk])

    for clerk in (other_clerk, town.clerk):
        assert browse(clerk).get(page).status_code == 200
        assert browse(clerk).post(page, plan_rows("90", plan)).status_code == 403
        with pytest.raises(PermissionDenied):
            terms.save_terms(plan, [], by=clerk)

    assert plan.rules.get().percentage == 100
    assert gaps(begin(town, "micro", code="NEXT", budget=Decimal("60000.00"))) == []


def test_a_funders_own_plan_is_changed_by_its_clerk_and_not_seen_by_another_funder(town, browse, other_clerk):
    begin(town, "micro")
    plan = TranchePlan.objects.get(name="一次性拨付")
    own = terms.copy_terms(plan, by=town.clerk, owner=town.bureau, name="我们的拨付")
    page = reverse("grants:terms_edit", args=["plans", own.pk])

    assert browse(other_clerk).get(page).status_code == 404
    assert browse(other_clerk).post(page, plan_rows("90", own)).status_code == 404
    assert browse(town.clerk).post(page, plan_rows("90", own)).status_code == 302
    assert own.rules.get().percentage == 90
    taken = browse(town.clerk).post(page, plan_rows("90", own) | {"name": plan.name})
    assert list(taken.context["form"].errors) == ["name"]
    listed = [browse(who).get(reverse("grants:terms_list")).context["plans"] for who in (town.clerk, other_clerk)]
    assert [own in plans for plans in listed] == [True, False]


def test_two_funders_may_give_their_copies_one_name_and_neither_that_of_a_shared_one(town, other_clerk):
    street = Organization.objects.get(name="东湖街道办事处")
    ours = terms.copy_terms(town.plan, by=town.clerk, owner=town.bureau, name="我们的")
    theirs = terms.copy_terms(town.plan, by=other_clerk, owner=street, name="我们的")

    assert ours != theirs
    with pytest.raises(Refused):
        terms.copy_terms(town.plan, by=town.clerk, owner=town.bureau, name=town.plan.name)
    with pytest.raises(PermissionDenied):
        terms.copy_terms(ours, by=other_clerk, owner=street, name="抄来的")


def test_a_call_does_not_take_another_funders_rubric(town, browse, other_clerk):
    street = Organization.objects.get(name="东湖街道办事处")
    theirs = terms.copy_terms(town.rubric, by=other_clerk, owner=street, name="他们的表")
    call = make_call(town, code="NEW", publish=False)

    form = browse(town.clerk).get(reverse("grants:call_edit", args=[call.pk])).context["form"]
    assert theirs not in form.fields["review_rubric"].queryset
    assert town.rubric in form.fields["review_rubric"].queryset
    call.review_rubric = theirs
    with pytest.raises(ValidationError):
        call.full_clean()


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
    assert refused.context["formset"].errors == [{"legal_basis": ["请填写这一项。"]}]
    client.post(page, row | {"conditions-0-legal_basis": "民政部令第39号"})

    assert [(rule.kind, rule.value) for rule in call.eligibility_rules.all()] == [("rated", 3)]


def rows(prefix: str, *given: dict) -> dict:
    """What a table of new rows sends."""
    sent = {f"{prefix}-TOTAL_FORMS": str(len(given)), f"{prefix}-INITIAL_FORMS": "0"}
    return sent | {f"{prefix}-{n}-{name}": value for n, row in enumerate(given) for name, value in row.items()}


TWICE = {"kind": "hosted", "severity": "block", "legal_basis": "依据"}
TRACK = {"name": "备案组", "open_to": "filed", "max_share": "100", "form": "short"}


@pytest.mark.parametrize(
    ("part", "given", "said"),
    [
        ("conditions", [TWICE, TWICE], "有两行的“条件”相同，请修改或删去其中一行。"),
        ("tracks", [TRACK | {"cap": "0"}], "最高资助额应大于0元。"),
        ("tracks", [TRACK | {"cap": "1", "max_share": "10.555"}], "小数点后最多写2位。"),
        ("tracks", [TRACK | {"cap": "1", "name": "组" * 61}], "最多写60个字，现在有61个字。"),
    ],
    ids=["twice", "cap 0", "decimals", "too long"],
)
def test_what_is_wrong_in_a_row_is_said_in_plain_chinese(town, browse, part, given, said):
    call = make_call(town, code="NEW", publish=False)

    page = browse(town.clerk).post(reverse("grants:call_part", args=[call.pk, part]), rows(part, *given))

    assert said in page.content.decode()
    assert "约束" not in page.content.decode()


def test_an_empty_choice_says_what_it_is_for(town, browse):
    page = browse(town.clerk).get(reverse("grants:call_create")).content.decode()

    assert "请选择" in page
    assert "---------" not in page


# -- Two pages of one draft ------------------------------------------------------------------------


@pytest.fixture
def drafted(town):
    return make_call(town, code="NEW", publish=False)


def seen_on(client, page: str) -> str:
    """The fingerprint that the page carries."""
    return re.search(r'name="seen" value="(\w+)"', client.get(page).content.decode())[1]


def test_an_older_page_does_not_bring_the_old_title_back(town, browse, drafted):
    client, page = browse(town.clerk), reverse("grants:call_edit", args=[drafted.pk])
    seen = seen_on(client, page)
    client.post(page, form_data(town, code="NEW", title="甲改的名称", seen=seen))

    clash = client.post(page, form_data(town, code="NEW", title="乙的名称", contact_phone="010-1", seen=seen))

    assert Call.objects.get(pk=drafted.pk).title == "甲改的名称"
    assert dict(clash.context["clashes"]) == {"名称": "甲改的名称", "联系电话": "010-65000000"}
    said = clash.content.decode()
    assert "陈静" in said
    assert "乙的名称" in said  # nothing typed is lost
    again = re.search(r'name="seen" value="(\w+)"', said)[1]
    client.post(page, form_data(town, code="NEW", title="乙的名称", seen=again))
    assert Call.objects.get(pk=drafted.pk).title == "乙的名称"


def test_what_is_saved_elsewhere_in_the_call_does_not_make_a_page_old(town, browse, drafted):
    client, page = browse(town.clerk), reverse("grants:call_edit", args=[drafted.pk])
    seen = seen_on(client, page)
    with calls.changing(drafted, by=town.clerk, what="组别"):
        drafted.tracks.update(cap=1)

    assert client.post(page, form_data(town, code="NEW", seen=seen)).status_code == 302


def test_the_verb_itself_refuses_an_older_page(town, drafted):
    seen = fingerprint(drafted, "tracks")
    drafted.tracks.update(cap=1)

    with pytest.raises(Stale), calls.changing(drafted, by=town.clerk, what="组别", part="tracks", seen=seen):
        drafted.tracks.update(cap=2)
    assert set(drafted.tracks.values_list("cap", flat=True)) == {Decimal("1.00")}


def stored_rows(call, part: str, relation: str, *names: str) -> dict:
    """What a table sends when nothing is changed in it."""
    found = list(getattr(call, relation).all())
    sent = {f"{part}-TOTAL_FORMS": str(len(found)), f"{part}-INITIAL_FORMS": str(len(found))}
    for n, row in enumerate(found):
        sent |= {f"{part}-{n}-id": row.pk} | {f"{part}-{n}-{name}": getattr(row, name) or "" for name in names}
    return sent


def test_an_older_table_keeps_what_was_typed_and_shows_what_is_stored(town, browse, drafted):
    for kind in ("hosted", "inspected"):
        drafted.eligibility_rules.create(kind=kind, legal_basis="依据")
    client, page = browse(town.clerk), reverse("grants:call_part", args=[drafted.pk, "conditions"])
    typed = stored_rows(drafted, "conditions", "eligibility_rules", "kind", "value", "severity", "legal_basis")
    typed |= {"seen": seen_on(client, page), "conditions-1-legal_basis": "乙写的依据"}
    drafted.eligibility_rules.get(kind="inspected").delete()  # meanwhile, by somebody else
    drafted.eligibility_rules.create(kind="trained", legal_basis="甲加的")

    clash = client.post(page, typed)

    assert {rule.kind for rule in drafted.eligibility_rules.all()} == {"hosted", "trained"}
    assert clash.context["formset"].errors == [{}, {}]
    assert "乙写的依据" in clash.content.decode()
    assert any("甲加的" in text for _label, text in clash.context["clashes"])
    formset = clash.context["formset"]
    again = {"seen": clash.context["seen"]} | {k: v for k, v in formset.data.items() if k.startswith("conditions")}
    client.post(page, again)
    assert {rule.kind: rule.legal_basis for rule in drafted.eligibility_rules.all()} == {
        "hosted": "依据", "inspected": "乙写的依据", "trained": "甲加的",
    }  # fmt: skip


# -- A template's rules for a draft ----------------------------------------------------------------


def test_a_clerk_sees_what_a_templates_rules_would_change_and_takes_them_over(town, browse, drafted):
    drafted.eligibility_rules.create(kind="established", value=1, legal_basis="旧")
    client, page = browse(town.clerk), reverse("grants:call_take_over", args=[drafted.pk])
    chosen = {"template": "micro", "mode": "internal"}

    shown = client.get(page, chosen).context["differences"]

    gone = EligibilityRule(kind="established").get_kind_display()
    assert [each.name for each in shown if not each.new] == [gone]
    assert any(each.new and not each.old for each in shown)
    assert drafted.eligibility_rules.get().kind == "established"  # nothing is stored by looking
    assert client.post(page, chosen).status_code == 302
    drafted.refresh_from_db()
    assert (drafted.mode, drafted.eligibility_rules.filter(kind="established").exists()) == ("internal", False)
    assert client.get(page, chosen).context["differences"] == []
    assert list(client.post(page, {"template": "nothing"}).context["form"].errors) == ["template"]


def test_another_mode_offers_its_rules(town, browse, drafted):
    page = reverse("grants:call_edit", args=[drafted.pk])

    changed = browse(town.clerk).post(page, form_data(town, code="NEW", mode="internal"))
    same = browse(town.clerk).post(page, form_data(town, code="NEW", mode="internal"))

    assert changed.url == reverse("grants:call_take_over", args=[drafted.pk]) + "?mode=internal"
    assert same.url == page


def test_a_draft_without_filed_groups_takes_over_nothing_about_hosts(town, drafted):
    drafted.tracks.filter(open_to="filed").delete()

    calls.take_over_rules(drafted, preset("micro"), by=town.clerk)

    assert not drafted.eligibility_rules.filter(kind="hosted").exists()
    assert not drafted.papers.filter(kind="host").exists()


def test_a_rubric_that_a_published_call_has_announced_is_only_copied(town, browse):
    page = reverse("grants:terms_edit", args=["rubrics", town.rubric.pk])
    client = browse(town.clerk)

    assert client.post(page, {"name": "改名"}).status_code == 403
    response = client.post(page, {"copy": "", "copy-name": "我的表", "copy-owner": town.bureau.pk})

    copy = Rubric.objects.get(name="我的表")
    assert response.url == reverse("grants:terms_edit", args=["rubrics", copy.pk])
    again = {"copy": "", "copy-name": "我的表", "copy-owner": town.bureau.pk}
    assert list(client.post(response.url, again).context["name_form"].errors) == ["name"]


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
