"""Panels proposed by calculation and confirmed by a person; groups by lot."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused
from evaluations.actions import optimum, panel
from evaluations.conflicts import conflicts
from evaluations.lots import groups
from evaluations.models import Assignment, Draw
from grants.models import PanelRule
from people.models import Expert, Interest
from projects.models import Project
from tests.life import draft


@pytest.fixture
def eligible(town, life) -> list[Project]:
    """Three proposals that have passed the formal check, in a call with panels of two, one of them for finance."""
    type(town.call).objects.filter(pk=town.call.pk).update(panel_size=2)
    town.call.refresh_from_db()
    PanelRule.objects.create(call=town.call, expertise="finance", legal_basis="评审组含财务专家")
    return [life.walk(draft(town, title=f"项目{number}"), "eligible") for number in (1, 2, 3)]


def panels_of(draw: Draw) -> dict[str, list[int]]:
    return draw.outcome["panels"]


def test_nobody_is_asked_before_a_person_confirms(town, eligible):
    proposal = optimum.propose_panels(town.call, by=town.clerk)
    assert not Assignment.objects.exists()

    assert optimum.confirm_panels(proposal, by=town.clerk) == 6

    assert {project.assignments.count() for project in eligible} == {2}
    assert Assignment.objects.filter(person=town.expert2).count() == 3  # the only one for finance sits everywhere


def test_nobody_who_is_tied_is_ever_proposed(town, eligible):
    Interest.objects.create(person=town.expert1, organization=town.centre, kind="family")

    proposal = optimum.propose_panels(town.call, by=town.clerk)

    assert all(town.expert1.pk not in panel for panel in panels_of(proposal).values())
    optimum.confirm_panels(proposal, by=town.clerk)
    made = Assignment.objects.select_related("person", "project__call")
    assert [one for one in made if conflicts(one.person, one.project)] == []


def test_who_was_assigned_by_hand_stays(town, eligible):
    panel.assign(eligible[0], town.expert3, by=town.clerk)

    proposal = optimum.propose_panels(town.call, by=town.clerk)
    optimum.confirm_panels(proposal, by=town.clerk)

    people = set(eligible[0].assignments.values_list("person", flat=True))
    assert people == {town.expert3.pk, town.expert2.pk}


def test_what_cannot_be_kept_is_named_and_nothing_is_stored(town, eligible):
    Expert.objects.filter(person=town.expert2).update(is_active=False)

    with pytest.raises(Refused) as refused:
        optimum.propose_panels(town.call, by=town.clerk)

    assert any("财务" in reason or "项目" in reason for reason in refused.value.reasons)
    assert not Draw.objects.exists()


def test_a_tie_that_arises_before_the_confirmation_refuses_it(town, eligible):
    proposal = optimum.propose_panels(town.call, by=town.clerk)
    Interest.objects.create(person=town.expert2, organization=town.centre, kind="money")

    with pytest.raises(Refused):
        optimum.confirm_panels(proposal, by=town.clerk)
    assert not Assignment.objects.exists()


def test_a_proposal_is_confirmed_or_thrown_away_once(town, eligible):
    proposal = optimum.propose_panels(town.call, by=town.clerk)
    optimum.discard_panels(proposal, by=town.clerk)

    with pytest.raises(Refused):
        optimum.confirm_panels(proposal, by=town.clerk)


def test_the_same_input_gives_the_same_panels_so_nobody_can_try_until_one_pleases(town, eligible):
    first = optimum.propose_panels(town.call, by=town.clerk)
    second = optimum.propose_panels(town.call, by=town.clerk)

    assert panels_of(first) == panels_of(second)
    assert first.seed == second.seed


def test_what_changed_while_the_panels_were_calculated_refuses_them(town, eligible):
    calculated = optimum.calculate_panels(town.call, by=town.clerk)
    assert not Draw.objects.exists()  # nothing is written by calculating
    panel.assign(eligible[0], town.stranger, by=town.clerk)

    with pytest.raises(Refused):
        optimum.keep_panels(calculated, by=town.clerk)
    assert not Draw.objects.exists()


def test_of_two_who_calculate_at_once_the_second_seed_is_refused(town, eligible):
    one, other = (optimum.calculate_panels(town.call, by=town.clerk) for _time in range(2))
    kept = optimum.keep_panels(one, by=town.clerk)

    assert one.seed != other.seed
    with pytest.raises(Refused):
        optimum.keep_panels(other, by=town.clerk)
    assert Draw.objects.get() == kept


def test_only_the_clerk_keeps_what_was_calculated(town, eligible):
    calculated = optimum.calculate_panels(town.call, by=town.clerk)

    with pytest.raises(PermissionDenied):
        optimum.keep_panels(calculated, by=town.approver)


def test_a_refusal_says_what_would_be_enough(town, eligible):
    Expert.objects.filter(person=town.expert2).update(is_active=False)

    with pytest.raises(Refused) as refused:
        optimum.propose_panels(town.call, by=town.clerk)

    assert any("就够了" in reason for reason in refused.value.reasons)


@pytest.mark.parametrize("username", ["approver", "auditor", "expert1", "head", "admin"])
def test_only_the_clerk_proposes_and_confirms(town, eligible, username):
    with pytest.raises(PermissionDenied):
        optimum.propose_panels(town.call, by=town.people[username])
    proposal = optimum.propose_panels(town.call, by=town.clerk)
    with pytest.raises(PermissionDenied):
        optimum.confirm_panels(proposal, by=town.people[username])


def test_the_page_leads_from_the_proposal_to_the_panels(town, eligible, browse):
    page, client = reverse("evaluations:panel", args=[town.call.pk]), browse(town.clerk)

    client.post(page, {"propose": "", "propose-max_load": "", "propose-due_on": "2026-04-20"})
    proposal = client.get(page).context["proposal"]
    client.post(reverse("evaluations:panels_settle", args=[proposal.pk]), {"confirm": ""})

    assert Assignment.objects.count() == 6
    assert {str(one.due_on) for one in Assignment.objects.all()} == {"2026-04-20"}


def test_a_panel_that_lacks_a_field_is_marked(town, eligible, browse):
    for expert in (town.expert1, town.expert3):
        panel.assign(eligible[0], expert, by=town.clerk)

    rows = browse(town.clerk).get(reverse("evaluations:panel", args=[town.call.pk])).context["rows"]

    assert [rule.expertise for rule in rows[0]["missing"]] == ["finance"]


def test_groups_are_dealt_by_a_lot_that_anybody_can_repeat(town, eligible, life):
    with pytest.raises(Refused):
        optimum.draw_groups(town.call, by=town.clerk, count=2)  # the call is still open
    life.day(2026, 4, 2)

    made = optimum.draw_groups(town.call, by=town.clerk, count=2)

    assert made.outcome == groups(made.items, 2, made.seed)
    assert sorted(map(len, made.outcome)) == [1, 2]
