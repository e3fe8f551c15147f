"""What goes on with a proposal that is offered to another call: its papers, what is left out, and its history."""

from datetime import date, datetime

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from core.files import attach
from core.models import Attachment
from grants.models import Call
from people.models import Organization
from projects.actions import drafts, proposals
from projects.models import Project
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
