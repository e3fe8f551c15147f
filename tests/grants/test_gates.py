"""The gates in a tranche plan: set up on the pages, copied, compared, and refused where they contradict each other."""

from decimal import Decimal

import pytest
from django.urls import reverse

from grants.actions import calls, terms
from grants.comparison import compare
from grants.descriptions import describe
from grants.models import GateRule, TranchePlan
from grants.presets import preset, templates
from grants.soundness import gaps, missing_bases, notes
from tests.town import make_call


@pytest.fixture
def plan(town) -> TranchePlan:
    """The bureau's own plan: 60 with the agreement, 40 with the midterm evaluation and 70 percent spent."""
    made = TranchePlan.objects.create(name="我们的拨付", funder=town.bureau, legal_basis="办法")
    made.rules.create(ordinal=1, percentage=60).gates.create(kind="agreement", legal_basis="办法第九条")
    second = made.rules.create(ordinal=2, percentage=40)
    second.gates.create(kind="midterm", legal_basis="办法第十条")
    second.gates.create(kind="spending", figure=Decimal("70"), legal_basis="办法第十一条")
    return made


@pytest.fixture
def call(town, plan):
    return make_call(town, code="NEXT", publish=False, tranche_plan=plan)


def of_plan(call) -> list[str]:
    return [gap.message for gap in gaps(call) if "期" in gap.message]


def test_a_sound_plan_has_no_gap(call):
    assert of_plan(call) == []


def nothing(plan):
    plan.rules.get(ordinal=2).gates.all().delete()


def receipt_first(plan):
    plan.rules.get(ordinal=1).gates.create(kind="receipt")


def spending_first(plan):
    plan.rules.get(ordinal=1).gates.create(kind="spending", figure=70)


def nothing_signed(plan):
    plan.rules.get(ordinal=1).gates.update(kind="rectified")


def midterm_after_final(plan):
    plan.rules.get(ordinal=1).gates.create(kind="final")


def less_than_before(plan):
    plan.rules.get(ordinal=1).gates.create(kind="midterm")
    plan.rules.get(ordinal=2).gates.all().delete()
    plan.rules.get(ordinal=2).gates.create(kind="agreement")


@pytest.mark.parametrize(
    "contradiction", [nothing, receipt_first, spending_first, nothing_signed, midterm_after_final, less_than_before]
)
def test_a_plan_that_contradicts_itself_is_not_published(call, plan, contradiction):
    contradiction(plan)

    assert len(of_plan(call)) == 1


def test_matching_funds_that_nobody_must_bring_are_noted_and_not_refused(call, plan):
    plan.rules.get(ordinal=2).gates.create(kind="matching", figure=100, legal_basis="办法")
    before = len(notes(call))

    call.tracks.update(max_share=Decimal("60"))

    assert (before - len(notes(call)), of_plan(call)) == (1, [])


def test_a_gate_without_a_basis_is_told_to_the_clerk(call, plan):
    assert not [gap for gap in missing_bases(call) if "期款" in str(gap)]

    plan.rules.get(ordinal=2).gates.filter(kind="midterm").update(legal_basis="")

    assert len([gap for gap in missing_bases(call) if "期款" in str(gap)]) == 1


def test_a_copy_has_the_gates_with_their_figures_and_bases(town, plan):
    copy = terms.copy_terms(plan, by=town.clerk, owner=town.bureau, name="副本")

    kept = GateRule.objects.filter(rule__plan=copy).values_list("rule__ordinal", "kind", "figure", "legal_basis")
    assert list(kept) == [
        (1, "agreement", None, "办法第九条"),
        (2, "midterm", None, "办法第十条"),
        (2, "spending", Decimal("70.00"), "办法第十一条"),
    ]


def test_another_figure_is_a_difference_between_two_calls(town, call, plan):
    other = terms.copy_terms(plan, by=town.clerk, owner=town.bureau, name="副本")
    before = describe(call)
    GateRule.objects.filter(rule__plan=other, kind="spending").update(figure=80)
    call.tranche_plan = other

    found = [(one.old, one.new) for one in compare(before, describe(call)) if one.old.startswith("70")]

    assert found == [("70", "80")]


@pytest.mark.parametrize("template", templates())
def test_every_gate_of_a_template_has_its_basis(template):
    for _share, gates in preset(template).plan["rules"]:
        assert gates
        assert all(gate["basis"] for gate in gates)


# -- pages -----------------------------------------------------------------------------------------


def rows(*gates: tuple[str, str, str], initial: int = 0, pks=()) -> dict[str, object]:
    values: dict[str, object] = {"rows-TOTAL_FORMS": len(gates), "rows-INITIAL_FORMS": initial}
    for n, (kind, figure, basis) in enumerate(gates):
        values |= {f"rows-{n}-kind": kind, f"rows-{n}-figure": figure, f"rows-{n}-legal_basis": basis}
        values |= {f"rows-{n}-id": pks[n]} if n < len(pks) else {}
    return values


@pytest.mark.parametrize(
    ("gate", "field"),
    [
        (("spending", "", ""), "figure"),
        (("spending", "0", ""), "figure"),
        (("spending", "101", ""), "figure"),
        (("midterm", "70", ""), "figure"),
        (("nonsense", "", ""), "kind"),
    ],
)
def test_a_percentage_stands_where_one_is_asked_for_and_nowhere_else(town, plan, browse, gate, field):
    rule = plan.rules.get(ordinal=1)

    answer = browse(town.clerk).post(reverse("grants:gates_edit", args=[rule.pk]), rows(gate))

    assert field in answer.context["formset"].forms[0].errors
    assert rule.gates.count() == 1


def test_figures_and_bases_are_changed_on_their_page(town, plan, browse):
    rule = plan.rules.get(ordinal=2)
    pks = list(rule.gates.values_list("pk", flat=True))
    given = rows(("midterm", "", "新依据"), ("spending", "80", "新依据"), initial=2, pks=pks)

    answer = browse(town.clerk).post(reverse("grants:gates_edit", args=[rule.pk]), given)

    assert answer.status_code == 302
    assert list(rule.gates.values_list("kind", "figure", "legal_basis")) == [
        ("midterm", None, "新依据"),
        ("spending", Decimal("80.00"), "新依据"),
    ]


def test_the_gates_of_an_announced_plan_are_fixed(town, plan, browse, call):
    calls.publish(call, by=town.approver)
    page = reverse("grants:gates_edit", args=[plan.rules.get(ordinal=1).pk])

    assert browse(town.clerk).get(page).status_code == 403
    assert browse(town.clerk).post(page, rows(("midterm", "", ""))).status_code == 403


def test_gates_ticked_on_the_plan_keep_what_is_said_of_those_that_stay(town, plan, browse):
    rules = list(plan.rules.all())
    values: dict[str, object] = {"name": plan.name, "legal_basis": "办法"}
    values |= {"rows-TOTAL_FORMS": 2, "rows-INITIAL_FORMS": 2}
    for n, (rule, gates) in enumerate(zip(rules, (["agreement"], ["spending", "matching"]), strict=True)):
        values |= {f"rows-{n}-id": rule.pk, f"rows-{n}-ordinal": n + 1, f"rows-{n}-gates": gates}
        values |= {f"rows-{n}-percentage": rule.percentage}

    answer = browse(town.clerk).post(reverse("grants:terms_edit", args=["plans", plan.pk]), values)

    assert answer.status_code == 302
    assert list(rules[1].gates.order_by("kind").values_list("kind", "figure", "legal_basis")) == [
        ("matching", Decimal("100.00"), ""),
        ("spending", Decimal("70.00"), "办法第十一条"),
    ]
