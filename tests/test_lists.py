"""Every list costs the same number of queries, however long it is."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.notifications import notify
from evaluations.actions import panel
from grants.models import Fund
from people.models import Community
from projects.actions import proposals
from projects.models import Notice, Project
from tests.life import draft


def drafts(town, number):
    draft(town)


def submitted(town, number):
    proposals.submit(draft(town), by=town.head)


def in_review(town, number):
    project = proposals.submit(draft(town), by=town.head)
    panel.assign(project, town.expert1, by=town.clerk)
    Project.objects.filter(pk=project.pk).update(state="in_review")


def completed(town, number):
    Project.objects.filter(pk=draft(town).pk).update(state="completed")


def running(town, number):
    Project.objects.filter(pk=draft(town).pk).update(state="running", starts_on=date(2025, 1, 1))


def notices(town, number):
    Notice.objects.create(
        call=town.call, starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 13), published_by=town.clerk
    )


def messages(town, number):
    notify([town.head], subject="项目有进展")


def funds(town, number):
    Fund.objects.create(funder=town.bureau, name=f"资金{number}", source="budget", year=2026)


def communities(town, number):
    Community.objects.create(region_code=f"1101050300{number + 10}", name="社区", street="柳溪镇", district="朝阳区")


@pytest.mark.parametrize(
    ("make", "name", "username"),
    [
        (drafts, "inbox", "head"),
        (submitted, "inbox", "clerk"),
        (running, "inbox", "clerk"),
        (running, "inbox", "head"),
        (in_review, "inbox", "expert1"),
        (in_review, "evaluations:desk", "expert1"),
        (submitted, "projects:project_list", "clerk"),
        (in_review, "projects:project_list", "expert1"),
        (completed, "projects:showcase", None),
        (completed, "home", None),
        (notices, "projects:notice_list", None),
        (notices, "home", None),
        (messages, "core:notification_list", "head"),
        (funds, "grants:fund_list", "finance"),
        (communities, "people:community_list", None),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_list_costs_the_same_for_1_and_for_8(town, browse, make, name, username, django_assert_num_queries):
    client = browse(town.people[username] if username else None)
    make(town, 0)
    client.get(reverse(name))  # what is read once a process is read now
    with CaptureQueriesContext(connection) as one:
        client.get(reverse(name))
    for number in range(1, 8):
        make(town, number)

    with django_assert_num_queries(len(one)):
        assert client.get(reverse(name)).status_code == 200
