"""What goes on with a proposal that is offered elsewhere: its papers, what is left out, its history, other funds."""

from datetime import date, datetime

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.files import attach
from core.models import Attachment
from core.workflow import Refused
from grants.models import Call, Fund
from people.models import Organization
from projects.actions import drafts, proposals, referrals
from projects.inbox import waiting_for
from projects.models import Project, Referral
from tests.life import choir_draft, draft
from tests.test_files import pdf
from tests.town import aware, make_call, member


@pytest.fixture
def elsewhere(town) -> Organization:
    """Another funder; its clerk is the stranger."""
    funder = Organization.objects.create(name="区慈善会", kind="funder", credit_code="53110105MJ0100005A")
    member(town.stranger, funder, "staff")
    return funder


@pytest.fixture
def other_call(town, elsewhere) -> Call:
    """Of the other funder, open in April and May; its projects run in the second half of the year."""
    days = {"starts_on": datetime(2026, 7, 1).date(), "ends_on": datetime(2026, 12, 31).date()}
    call = make_call(town, code="QC2026", opens_at=aware(2026, 3, 1), closes_at=aware(2026, 6, 1), **days)
    Call.objects.filter(pk=call.pk).update(funder=elsewhere)
    return Call.objects.get(pk=call.pk)


@pytest.fixture
def refused(town, life) -> Project:
    project = draft(town)
    attach(project, pdf("需求调研.pdf"), by=town.head, kind="survey")
    life.walk(project, "submitted")
    return proposals.withdraw(project, by=town.head, note="改投其他资金")


def test_the_papers_go_with_it_as_copies(town, refused, other_call):
    new = drafts.offer_elsewhere(refused, other_call, by=town.head)

    old, copy = Attachment.objects.of(refused).get(), Attachment.objects.of(new).get()
    assert (copy.name, copy.kind, copy.sha256) == (old.name, old.kind, old.sha256)
    drafts.remove_file(new, copy, by=town.head)
    assert old.file.storage.exists(old.file.name)


def test_what_is_left_out_is_said(town, refused, other_call, browse):
    response = browse(town.head).post(reverse("projects:offer", args=[refused.pk]), {"call": other_call.pk})

    said = [str(message) for message in get_messages(response.wsgi_request)]
    assert any("入户陪伴" in message for message in said)  # the step lasts from May to January
    assert Project.objects.latest("pk").plan_steps.count() == 0


def test_a_call_is_offered_once_and_the_page_says_where_it_is(town, refused, other_call, browse):
    page = reverse("projects:offer", args=[refused.pk])
    assert [call for call, _track in browse(town.head).get(page).context["offers"]] == [other_call]

    new = drafts.offer_elsewhere(refused, other_call, by=town.head)

    context = browse(town.head).get(page).context
    assert (context["offers"], list(context["offered"])) == ([], [new])


def test_what_opens_later_is_shown_with_its_day(town, refused, elsewhere, browse):
    days = {"starts_on": date(2026, 11, 1), "ends_on": date(2027, 10, 31)}
    coming = make_call(town, code="QC2027", opens_at=aware(2026, 9, 1), closes_at=aware(2026, 10, 1), **days)

    context = browse(town.head).get(reverse("projects:offer", args=[refused.pk])).context

    assert list(context["coming"]) == [coming]


def test_the_new_funder_reads_what_it_was_before_and_how_it_ended(town, refused, other_call, browse):
    new = drafts.offer_elsewhere(refused, other_call, by=town.head)
    page = reverse("projects:earlier", args=[new.pk])
    assert browse(town.stranger).get(page).status_code == 404  # a draft is nobody's but the group's
    Project.objects.filter(pk=new.pk).update(submitted_at=refused.submitted_at, state="submitted")

    clerk = browse(town.stranger)
    assert page in clerk.get(new.get_absolute_url()).content.decode()
    shown = clerk.get(page).content.decode()

    assert refused.needs in shown
    assert "改投其他资金" in shown
    assert clerk.get(refused.get_absolute_url()).status_code == 404


def test_nobody_else_reads_what_it_was_before(town, refused, other_call, browse):
    new = drafts.offer_elsewhere(refused, other_call, by=town.head)
    Project.objects.filter(pk=new.pk).update(submitted_at=refused.submitted_at, state="submitted")
    page = reverse("projects:earlier", args=[new.pk])

    assert browse(town.head).get(page).status_code == 200
    for person in (town.singer, town.mentor, town.clerk):
        assert browse(person).get(page).status_code == 404


def test_the_old_funder_is_led_nowhere(town, refused, other_call, browse):
    new = drafts.offer_elsewhere(refused, other_call, by=town.head)

    assert new.get_absolute_url() not in browse(town.clerk).get(refused.get_absolute_url()).content.decode()
    assert new.get_absolute_url() in browse(town.head).get(refused.get_absolute_url()).content.decode()


def test_a_proposal_that_was_not_offered_on_has_no_earlier_one(town, life, browse):
    project = life.walk(choir_draft(town), "submitted")

    assert browse(town.clerk).get(reverse("projects:earlier", args=[project.pk])).status_code == 404


# -- Shown to a fund without a call ----------------------------------------------------------------


@pytest.fixture
def fund(elsewhere) -> Fund:
    """Of the other funder, whose clerk is the stranger; it looks at proposals all year."""
    return Fund.objects.create(
        funder=elsewhere, name="慈善基金", source="foundation", year=2026, takes_referrals=True, purpose="社区助老"
    )


@pytest.fixture
def referral(town, refused, fund) -> Referral:
    return referrals.refer(refused, fund, by=town.head, words="入户陪伴正合贵基金的方向")


def test_a_fund_is_shown_the_proposal_and_its_clerk_is_told(town, refused, fund, browse):
    page = reverse("projects:offer", args=[refused.pk])
    assert list(browse(town.head).get(page).context["funds"]) == [fund]

    browse(town.head).post(reverse("projects:referral_create", args=[refused.pk, fund.pk]), {"words": "方向一致"})

    referral = refused.referrals.get()
    assert (referral.words, referral.made_by, referral.answer) == ("方向一致", town.head, "")
    assert town.stranger.notifications.filter(url=referral.get_absolute_url()).exists()
    assert referral.get_absolute_url() in [task.url for task in waiting_for(town.stranger)]
    assert list(browse(town.head).get(page).context["funds"]) == []


def test_a_fund_that_looks_at_nothing_is_shown_nothing(town, refused, fund):
    Fund.objects.update(takes_referrals=False)

    assert list(referrals.funds_for(refused)) == []
    with pytest.raises(Refused):
        referrals.refer(refused, fund, by=town.head, words="试试")


def test_a_fund_of_last_year_is_shown_nothing(town, refused, fund):
    Fund.objects.filter(pk=fund.pk).update(year=2025)

    with pytest.raises(Refused):
        referrals.refer(refused, fund, by=town.head, words="试试")


def test_a_fund_is_shown_a_proposal_once(town, refused, fund, referral):
    with pytest.raises(Refused):
        referrals.refer(refused, fund, by=town.head, words="再试试")


def test_a_proposal_in_the_competition_is_shown_to_no_fund(town, life, fund):
    project = life.walk(draft(town), "submitted")

    with pytest.raises(Refused):
        referrals.refer(project, fund, by=town.head, words="试试")


def test_only_the_group_shows_its_proposal(town, refused, fund):
    for person in (town.clerk, town.singer, town.stranger):
        with pytest.raises(PermissionDenied):
            referrals.refer(refused, fund, by=person, words="试试")


def test_the_funds_clerk_reads_it_and_invites_the_group_to_a_call(town, refused, fund, referral, other_call, browse):
    Call.objects.filter(pk=other_call.pk).update(fund=fund)
    clerk, page = browse(town.stranger), referral.get_absolute_url()
    shown = clerk.get(page).content.decode()
    assert refused.needs in shown
    assert "改投其他资金" in shown

    clerk.post(page, {"answer": "invited", "call": other_call.pk, "reply": "请在六月前申请"})

    referral.refresh_from_db()
    assert (referral.answer, referral.call, referral.answered_by) == ("invited", other_call, town.stranger)
    assert town.head.notifications.filter(url=page).exists()
    assert reverse("projects:offer", args=[refused.pk]) in browse(town.head).get(page).content.decode()


def test_a_group_is_invited_only_to_a_call_of_the_fund_that_is_open(town, referral, other_call):
    with pytest.raises(Refused):
        referrals.answer(referral, by=town.stranger, answer="invited", reply="请申请", call=other_call)


def test_an_answer_needs_a_word_and_comes_back_with_what_was_typed(town, referral, browse):
    response = browse(town.stranger).post(referral.get_absolute_url(), {"answer": "declined", "reply": " "})

    assert response.context["form"].errors.keys() == {"reply"}
    referral.refresh_from_db()
    assert referral.answer == ""


def test_a_fund_answers_once(town, referral):
    referrals.answer(referral, by=town.stranger, answer="declined", reply="不在范围内")

    with pytest.raises(Refused):
        referrals.answer(referral, by=town.stranger, answer="invited", reply="再想想")


def test_nobody_but_the_group_and_the_fund_reads_a_referral(town, referral, browse):
    for person in (town.clerk, town.singer, town.mentor):
        assert browse(person).get(referral.get_absolute_url()).status_code == 404
        with pytest.raises(PermissionDenied):
            referrals.answer(referral, by=person, answer="declined", reply="不行")


def test_the_group_answers_nothing_itself(town, referral, browse):
    assert browse(town.head).post(referral.get_absolute_url(), {"answer": "invited", "reply": "好"}).status_code == 403


def test_the_group_takes_it_back_until_the_fund_has_answered(town, refused, fund, referral, browse):
    browse(town.head).post(reverse("projects:referral_take_back", args=[referral.pk]))
    assert not refused.referrals.exists()

    again = referrals.refer(refused, fund, by=town.head, words="还是想试试")
    referrals.answer(again, by=town.stranger, answer="declined", reply="不在范围内")
    with pytest.raises(Refused):
        referrals.take_back(again, by=town.head)


def test_a_fund_that_looks_at_proposals_says_at_which(town, browse):
    page = reverse("grants:fund_edit", args=[town.fund.pk])

    refused = browse(town.clerk).post(page, {"takes_referrals": "on", "purpose": "", "contact": "陈静"})
    assert refused.context["form"].errors.keys() == {"purpose"}
    assert "陈静" in refused.content.decode()

    browse(town.clerk).post(page, {"takes_referrals": "on", "purpose": "社区助老", "contact": "", "contact_phone": ""})
    town.fund.refresh_from_db()
    assert (town.fund.takes_referrals, town.fund.purpose) == (True, "社区助老")


def test_the_list_of_what_was_shown_begins_with_the_unanswered(town, referral, browse):
    response = browse(town.stranger).get(reverse("projects:referral_list"))

    assert list(response.context["page_obj"]) == [referral]
    assert list(browse(town.clerk).get(reverse("projects:referral_list")).context["page_obj"]) == []
