"""A returned proposal that is handed in again: what counts as a correction, and what does not."""

import pytest
from django.utils import translation

from core import clock
from core.workflow import Refused
from people.models import Organization, Rating
from projects.actions import proposals
from projects.models import Project
from tests.projects.test_proposals import returned

__all__ = ["returned"]  # the fixture: handed in on a Chinese screen, and returned for correction


def test_another_language_of_the_screen_is_no_correction(town, returned):
    with translation.override("en"):
        assert not proposals.differs(returned)
        with pytest.raises(Refused):
            proposals.submit(returned, by=town.head, pledged=True, unchanged=False)
        proposals.submit(returned, by=town.head, pledged=True)

    first, second = Project.objects.get().submissions.all()
    assert first.content == second.content


def test_a_rating_or_a_profile_that_changed_meanwhile_is_no_correction(returned):
    Rating.objects.create(organization=returned.applicant, level=4, granted_on=clock.today())
    Organization.objects.filter(pk=returned.applicant_id).update(profile="我们的新简介。")

    assert not proposals.differs(Project.objects.get())


def test_another_phone_of_the_applicant_or_another_word_is_a_correction(returned):
    phone = returned.applicant.phone
    Organization.objects.filter(pk=returned.applicant_id).update(phone="13900001234")
    assert proposals.differs(Project.objects.get())

    Organization.objects.filter(pk=returned.applicant_id).update(phone=phone)
    assert not proposals.differs(Project.objects.get())
    Project.objects.update(needs="补充说明。")
    assert proposals.differs(Project.objects.get())
