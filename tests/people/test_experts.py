"""The roster of experts: kept by funders' clerks; being on it is no role."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused
from people import actions
from people.models import Expert

VALUES = {"employer": "首都社会工作学院", "title": "教授", "max_load": 10, "skills": ["law", "academic"]}


def test_a_clerk_puts_somebody_on_the_roster_and_changes_the_line(town):
    expert = actions.save_expert(town.mentor, by=town.clerk, **VALUES)
    actions.save_expert(town.mentor, by=town.clerk, **VALUES | {"skills": ["law"], "is_active": False})

    expert.refresh_from_db()
    assert ([skill.kind for skill in expert.skills.all()], expert.is_active, expert.added_by) == (
        ["law"],
        False,
        town.clerk,
    )
    assert not Expert.objects.available().filter(person=town.mentor).exists()


@pytest.mark.parametrize("username", ["approver", "head", "mentor", "expert1", "admin"])
def test_nobody_else_keeps_the_roster(town, username):
    with pytest.raises(PermissionDenied):
        actions.save_expert(town.mentor, by=town.people[username], **VALUES)


@pytest.mark.parametrize("skills", [[], ["astrology"]])
def test_an_expert_is_one_for_something(town, skills):
    with pytest.raises(Refused):
        actions.save_expert(town.mentor, by=town.clerk, **VALUES | {"skills": skills})


def test_the_page_finds_the_person_and_says_when_nobody_has_signed_up(town, browse):
    page, client = reverse("people:expert_create"), browse(town.clerk)
    typed = {"login": "nobody@example.org", "skills": ["finance"], "employer": "京信会计师事务所", "max_load": "8"}

    response = client.post(page, typed)
    assert response.context["form"].non_field_errors()
    assert "京信会计师事务所" in response.content.decode()
    client.post(page, typed | {"login": "mentor"})

    assert Expert.objects.get(person=town.mentor).max_load == 8


@pytest.mark.parametrize("changes", [{"max_load": "0"}, {"max_load": "201"}, {"skills": []}, {"login": ""}])
def test_bad_input_is_said_at_its_field(town, browse, changes):
    typed = {"login": "mentor", "skills": ["finance"], "employer": "", "max_load": "8"} | changes

    response = browse(town.clerk).post(reverse("people:expert_create"), typed)

    assert list(response.context["form"].errors) == list(changes)
