"""抄送: who gets a copy of an award and of a claw-back, and who does not."""

import pytest

from people.models import Community, Organization
from projects.models import Project
from reports import letters
from tests.life import draft
from tests.projects.test_returns import asked_back, terminated

pytestmark = pytest.mark.one_database

__all__ = ["terminated"]  # the fixture


@pytest.mark.parametrize(
    ("name", "committee"),
    [("紫萝园", "紫萝园社区居民委员会"), ("望京社区", "望京社区居民委员会"), ("辛庄村", "辛庄村村民委员会")],
)
def test_committee_is_named_in_full(name, committee):
    assert letters.committee(Community(name=name)) == committee


def test_award_goes_to_the_committee_of_the_place_as_well(town, life, draw):
    project = life.walk(draft(town), "approved")

    text = draw(letters.award_letter(project)).text

    assert f"抄送：{letters.committee(town.community)}。" in text


def test_award_without_a_place_has_no_copies(town, life, draw):
    project = life.walk(draft(town), "approved")
    Project.objects.filter(pk=project.pk).update(community=None)

    assert "抄送" not in draw(letters.award_letter(Project.objects.get(pk=project.pk))).text


def test_claw_back_goes_to_the_registration_office_but_not_to_the_funder_itself(town, terminated, draw):
    notice = asked_back(town, terminated)
    payee = notice.project.payee

    Organization.objects.filter(pk=payee.pk).update(authority="朝阳区民政局")
    told = draw(letters.return_notice(type(notice).objects.get(pk=notice.pk)))
    assert "抄送：朝阳区民政局。" in told.pages[-1]

    Organization.objects.filter(pk=payee.pk).update(authority=notice.project.call.funder.name)
    assert "抄送" not in draw(letters.return_notice(type(notice).objects.get(pk=notice.pk))).text
