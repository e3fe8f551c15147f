"""Two deeds at once take two numbers, and two readers at once get one file: with real threads and transactions."""

import pytest

from projects.actions import award
from projects.models import Project
from reports.actions import papers
from reports.models import Paper
from tests import town as towns
from tests.life import Life, choir_draft, draft
from tests.projects.test_simultaneous import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db, time):
    return towns.build()


@pytest.fixture
def waiting(town, time) -> list[Project]:
    """Two projects whose notice is over."""
    life = Life(town, time)
    projects = [life.walk(one, "submitted") for one in (draft(town), choir_draft(town))]
    for project in projects:
        life.walk(project, "shortlisted")
    life.walk(Project.objects.get(pk=projects[0].pk), "in_notice")
    life.day(2026, 4, 20)
    return [Project.objects.get(pk=project.pk) for project in projects]


def test_two_awards_at_once_have_two_numbers_without_a_gap(town, waiting):
    outcomes = at_once(*(lambda project=project: award.approve(project, by=town.approver) for project in waiting))

    assert [type(outcome) for outcome in outcomes] == [Project, Project]
    assert sorted(Paper.objects.filter(kind="award").values_list("serial", flat=True)) == [1, 2]


def test_award_that_loses_the_race_takes_no_number(town, waiting):
    pages = [Project.objects.get(pk=waiting[0].pk) for _each in range(2)]

    at_once(*(lambda page=page: award.approve(page, by=town.approver) for page in pages))
    award.approve(waiting[1], by=town.approver)

    assert list(Paper.objects.filter(kind="award").order_by("serial").values_list("serial", flat=True)) == [1, 2]


def test_two_who_open_a_paper_at_once_get_the_same_file(town, waiting, without_layout):
    award.approve(waiting[0], by=town.approver)
    pages = [Paper.objects.select_related("issuer").get(kind="award") for _each in range(2)]

    files = at_once(*(lambda page=page: papers.printed(page).file.name for page in pages))

    assert files[0] == files[1] == Paper.objects.get(kind="award").file.name
