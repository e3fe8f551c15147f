"""Requests to change a plan when two people press at once, when it is too late, and when somebody has a stake."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused, Stale
from people.actions.organizations import change_organization
from people.models import Organization, Role
from projects import inbox
from projects.actions import changing, payments
from projects.changes import as_wish
from projects.expense_facts import terms_of
from projects.models import ChangeRequest, Project
from tests.life import choir_draft, draft
from tests.projects.test_changing import NEW, advised, begun, lines, project
from tests.town import member

__all__ = ["project"]  # the fixture: the centre's project, running, with a mentor


def step(change: ChangeRequest, name: str) -> str:
    return reverse("projects:change_step", args=[change.pk, name])


def rewritten(town, change: ChangeRequest, **wish) -> None:
    """Returned, written anew and handed in again: in the same state as before, and another wish."""
    change = ChangeRequest.objects.get(pk=change.pk)
    changing.return_to_group(change, by=town.clerk, note="请说明。")
    changing.write_change(change, by=town.head, reason="改了。", wish=wish)
    advised(town, change)


def test_who_handed_in_and_opens_it_again_is_led_to_the_request(town, project, browse):
    change = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})
    changing.hand_in(change, by=town.head)

    again = browse(town.head).get(step(change, "hand_in"), follow=True)

    assert again.redirect_chain == [(change.get_absolute_url(), 302)]
    assert "这一步已经办过了" in again.content.decode()
    assert browse(town.clerk).get(step(change, "hand_in")).status_code == 403


# -- two people at once ----------------------------------------------------------------------------


def test_a_shift_that_a_colleague_made_great_meanwhile_is_not_filed_as_a_small_one(town, project):
    change = begun(project, "budget", town.head, tables={"budget_lines": lines(project, "7800.00", "2200.00")})
    page = ChangeRequest.objects.get(pk=change.pk)
    great = as_wish({}, {"budget_lines": lines(project, "1000.00", "9000.00")})
    changing.write_change(change, by=town.volunteer, reason="大改。", wish=great)

    with pytest.raises(Stale):
        changing.hand_in(page, by=town.head)

    assert ChangeRequest.objects.get(pk=change.pk).state == "draft"
    assert project.plan_versions.count() == 1


def test_a_wish_that_was_written_anew_is_not_approved_unread(town, project):
    change = advised(town, begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)}))
    page = ChangeRequest.objects.get(pk=change.pk)
    rewritten(town, change, fields={"ends_on": "2027-12-31"})

    with pytest.raises(Stale):
        changing.approve(page, by=town.approver)

    assert Project.objects.get(pk=project.pk).ends_on == date(2027, 2, 28)


def test_the_page_of_an_earlier_wish_decides_nothing(town, project, browse):
    change = advised(town, begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)}))
    client = browse(town.approver)
    opened = client.get(step(change, "approve")).context["form"]["seen"].value()
    rewritten(town, change, fields={"ends_on": "2027-12-31"})

    answer = client.post(step(change, "approve"), {"seen": opened, "note": "同意"})

    assert answer.status_code == 200
    assert ChangeRequest.objects.get(pk=change.pk).state == "funder"
    again = answer.context["form"]["seen"].value()
    client.post(step(change, "approve"), {"seen": again, "note": "同意"})
    assert Project.objects.get(pk=project.pk).ends_on == date(2027, 12, 31)


def test_finance_does_not_vouch_for_an_account_it_has_not_read(town, project):
    change = advised(town, begun(project, "account", town.head, **NEW))
    page = ChangeRequest.objects.get(pk=change.pk)
    rewritten(town, change, other=NEW | {"bank_account": "6217000011110000"})

    with pytest.raises(Stale):
        changing.look_at_account(page, by=town.finance, note="与开户许可证一致。")

    assert ChangeRequest.objects.get(pk=change.pk).finance_at is None


# -- too late --------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["closing", "settling"])
def test_no_shift_is_filed_once_closure_was_asked_for(town, life, project, state):
    change = begun(project, "budget", town.head, tables={"budget_lines": lines(project, "7800.00", "2200.00")})
    life.walk(project, state)
    change = ChangeRequest.objects.get(pk=change.pk)

    with pytest.raises(PermissionDenied):
        changing.hand_in(change, by=town.head)
    with pytest.raises(PermissionDenied):
        changing.write_change(change, by=town.head, reason="再改", wish=change.wish)
    changing.withdraw(change, by=town.head)

    assert project.plan_versions.count() == 1


def test_what_was_returned_is_no_task_any_more_once_closure_was_asked_for(town, life, project):
    change = advised(town, begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)}))
    changing.return_to_group(change, by=town.clerk, note="请说明。")

    def waits() -> bool:
        return any(task.url == change.get_absolute_url() for task in inbox.waiting_for(town.head))

    assert waits()
    life.walk(project, "closing")
    assert not waits()


def test_archiving_closes_what_still_waits(town, life, project):
    change = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})

    life.walk(project, "completed")

    assert ChangeRequest.objects.get(pk=change.pk).state == "withdrawn"


# -- an early end ----------------------------------------------------------------------------------


def test_the_last_day_of_an_early_end_is_the_last_day_of_spending(town, project):
    change = advised(town, begun(project, "termination", town.head, stops_on="2026-05-31"))

    changing.approve(change, by=town.approver, note="同意提前终止。")

    ended = Project.objects.get(pk=project.pk)
    assert ended.ends_on == terms_of(ended).last_day == date(2026, 5, 31)


def test_a_project_that_is_terminated_ends_that_day(town, life, project):
    life.day(2026, 6, 10)

    payments.terminate(project, by=town.approver, note="多次警告无效。")

    assert terms_of(Project.objects.get(pk=project.pk)).last_day == date(2026, 6, 10)


def test_a_project_that_is_terminated_before_its_first_day_ends_on_it(town, project):
    payments.terminate(project, by=town.approver, note="无法开展。")

    ended = Project.objects.get(pk=project.pk)
    assert (ended.state, ended.ends_on) == ("terminated", ended.starts_on)


# -- a stake in the call ---------------------------------------------------------------------------


def test_who_competes_in_the_call_neither_decides_on_a_plan_nor_is_asked_to(town, life):
    choir = choir_draft(town)
    project = life.walk(draft(town), "submitted")
    life.walk(choir, "submitted")
    project = life.walk(project, "running")
    change = begun(project, "extension", town.head, values={"ends_on": date(2027, 3, 20)})
    changing.hand_in(change, by=town.head)
    member(town.approver, town.choir, Role.STAFF)
    member(town.clerk, town.choir, Role.STAFF)
    town.approver.__dict__.pop("roles", None)
    town.clerk.__dict__.pop("roles", None)

    for verb in (changing.approve, changing.reject, changing.return_to_group):
        for person in (town.approver, town.clerk):
            with pytest.raises(PermissionDenied):
                verb(change, by=person, note="说明")
    assert not [task for task in inbox.waiting_for(town.approver) if task.url == change.get_absolute_url()]


# -- where the money goes --------------------------------------------------------------------------

OTHER = {"bank_account": "6217000099998888"}


def account_of(organization: Organization) -> str:
    return Organization.objects.get(pk=organization.pk).bank_account


def test_while_money_is_awaited_no_account_is_changed_in_the_profile(town, project):
    with pytest.raises(Refused, match="变更账户"):
        change_organization(town.centre, by=town.head, values=OTHER)
    change_organization(town.centre, by=town.head, values={"address": "柳溪镇新街2号"})

    assert account_of(town.centre) == "6222000011112222"


def test_the_account_of_a_host_is_guarded_as_well_and_that_of_a_group_without_money_is_free(town, life):
    life.walk(choir_draft(town), "running")
    Organization.objects.filter(pk=town.host.pk).update(bank_account="6222999900008888")

    with pytest.raises(Refused):
        change_organization(town.host, by=town.hosthead, values=OTHER)
    change_organization(town.centre, by=town.head, values=OTHER)

    assert account_of(town.centre) == OTHER["bank_account"]


def test_an_account_that_was_never_known_can_be_entered(town, project):
    Organization.objects.filter(pk=town.centre.pk).update(bank_account="")

    change_organization(town.centre, by=town.head, values=OTHER)

    assert account_of(town.centre) == OTHER["bank_account"]


def test_the_account_can_be_changed_on_request_until_the_last_instalment(town, life, project):
    life.walk(project, "settling")
    with pytest.raises(PermissionDenied):
        changing.begin_change(project, "extension", by=town.head)
    with pytest.raises(PermissionDenied):
        changing.begin_change(project, "account", by=town.volunteer)

    change = advised(town, begun(project, "account", town.head, **NEW))
    changing.look_at_account(change, by=town.finance, note="与开户许可证一致。")
    changing.approve(change, by=town.approver)

    assert account_of(town.centre) == NEW["bank_account"]
