"""Every list costs the same number of queries, however long it is."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.notifications import notify
from evaluations.actions import grievances, panel
from grants.actions import need_lists, needs, workshops
from grants.models import Fund, Workshop
from people.models import Community
from projects.actions import coaching, proposals
from projects.models import Expense, MonthlyReport, Notice, Project
from tests import giving, speaking
from tests.giving import EASELS, accepted_pledge, came, offered
from tests.life import LINES, draft
from tests.records import planned
from tests.town import aware, rubric

pytestmark = pytest.mark.one_database


def drafts(town, number):
    draft(town)


def submitted(town, number):
    proposals.submit(draft(town), by=town.head, pledged=True)


def in_review(town, number):
    project = proposals.submit(draft(town), by=town.head, pledged=True)
    panel.assign(project, town.expert1, by=town.clerk)
    Project.objects.filter(pk=project.pk).update(state="in_review")


def completed(town, number):
    Project.objects.filter(pk=draft(town).pk).update(state="completed")


def running(town, number):
    Project.objects.filter(pk=draft(town).pk).update(state="running", starts_on=date(2025, 1, 1))


def paid_for(town, number):
    project = draft(town)
    Project.objects.filter(pk=project.pk).update(state="running", amount_requested=1, submitted_at=clock.now())
    Expense.objects.create(
        project=project, spent_on=date(2026, 3, 1), amount=1, line_key="x", category="meals", source="grant",
        summary="水", payee="店", entered_by=town.head,
    )  # fmt: skip
    Expense.objects.filter(project=project).update(state="handed_in", handed_in_by=town.head, handed_in_at=clock.now())
    MonthlyReport.objects.create(project=project, month=date(2026, 2, 1), due_on=date(2026, 3, 5))


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


def reported(town, number):
    values = {"title": f"需求{number}", "text": "没人陪", "community": town.community, "field": town.elderly}
    needs.report_need(by=town.clerk, values=values)


def listed(town, number):
    values = {"title": f"需求{number}", "text": "没人陪", "community": town.community, "field": town.elderly}
    need = needs.decide(needs.report_need(by=town.clerk, values=values), "accept", by=town.clerk)
    need_lists.publish_list(
        town.bureau, [need], by=town.clerk, title="指引表", notice_workdays=5, answer_until=date(2026, 12, 31),
        contact="陈静", contact_phone="1",
    )  # fmt: skip


def announced(town, number):
    begins, ends = aware(2026, 4, 1, 9), aware(2026, 4, 1, 12)
    made = Workshop(organizer=town.support, title="工作坊", place="会议室", starts_at=begins, ends_at=ends)
    workshops.hold_workshop(made, by=town.mentor)


def rubrics(town, number):
    rubric(f"评分表{number}", ("需求", 100))


def asked_to_coach(town, number):
    coaching.ask_for_coaching(draft(town), town.support, by=town.head)


def advised(town, number):
    project = draft(town)
    coaching.answer_request(
        coaching.ask_for_coaching(project, town.support, by=town.head), by=town.mentor, accepted=True
    )
    coaching.advise(project, by=town.mentor, anchor="needs", text="多少人？")


def happening(town, number):
    project = draft(town)
    Project.objects.filter(pk=project.pk).update(state="running")
    planned(town, Project.objects.get(pk=project.pk))


def given_to(town, number):
    project = draft(town)
    Project.objects.filter(pk=project.pk).update(state="running", submitted_at=clock.now())
    project = Project.objects.get(pk=project.pk)
    came(town, accepted_pledge(town, project), "400.00")
    came(town, accepted_pledge(town, project, EASELS), "1.00", confirmed=True)
    offered(town, project)


def met(town, number):
    giving.announced(town)


def spoken_of(town, number):
    project = draft(town)
    Project.objects.filter(pk=project.pk).update(state="running", submitted_at=clock.now())
    project = Project.objects.get(pk=project.pk)
    project.participants.create(person=town.mentor, part="mentor", organization=town.support)
    speaking.say(speaking.code(town, project), text="看不见台上")
    grievances.report(project, sender="", values={"kind": "other", "text": "没人来"})


@pytest.mark.parametrize(
    ("make", "name", "username"),
    [
        (spoken_of, "inbox", "clerk"),
        (spoken_of, "inbox", "mentor"),
        (spoken_of, "evaluations:voice_list", "clerk"),
        (spoken_of, "evaluations:grievance_list", "clerk"),
        (spoken_of, "projects:mentor_desk", "mentor"),
        (given_to, "projects:giving_list", None),
        (given_to, "projects:pledge_list", "giver"),
        (given_to, "projects:pledge_list", "head"),
        (given_to, "projects:pledge_ledger", "clerk"),
        (given_to, "inbox", "giver"),
        (given_to, "inbox", "head"),
        (given_to, "inbox", "clerk"),
        (met, "projects:meeting_list", None),
        (drafts, "inbox", "head"),
        (submitted, "inbox", "clerk"),
        (running, "inbox", "clerk"),
        (running, "inbox", "head"),
        (paid_for, "inbox", "clerk"),
        (paid_for, "inbox", "head"),
        (paid_for, "projects:month_ledger", "clerk"),
        (happening, "inbox", "head"),
        (happening, "projects:happening_list", None),
        (happening, "projects:calendar", "head"),
        (in_review, "inbox", "expert1"),
        (in_review, "evaluations:desk", "expert1"),
        (reported, "inbox", "clerk"),
        (asked_to_coach, "inbox", "mentor"),
        (advised, "inbox", "head"),
        (submitted, "projects:check_queue", "clerk"),
        (reported, "projects:need_desk", "clerk"),
        (reported, "projects:need_gaps", "auditor"),
        (listed, "grants:need_list", None),
        (announced, "grants:workshop_list", None),
        (rubrics, "grants:terms_list", "clerk"),
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


def test_a_proposal_costs_the_same_with_2_budget_lines_and_with_40(town, browse, django_assert_num_queries):
    """The form, the page to read, the clerk's page: nothing is asked once a row."""
    short = draft(town)
    long = draft(town, lines=LINES * 20, amount_requested=200000)
    client = browse(town.head)
    for name in ("projects:proposal_edit", "projects:proposal_detail"):
        client.get(reverse(name, args=[short.pk]))
        with CaptureQueriesContext(connection) as few:
            client.get(reverse(name, args=[short.pk]))
        with django_assert_num_queries(len(few)):
            client.get(reverse(name, args=[long.pk]))


def test_of_very_many_things_that_wait_the_most_pressing_fifty_are_shown_first(town, browse):
    for number in range(51):
        submitted(town, number)
    client = browse(town.clerk)

    first, second = (client.get(reverse("inbox"), {"page": page}) for page in (1, 2))

    assert [len(page.context["page_obj"]) for page in (first, second)] == [50, 1]
    assert "51" in first.content.decode()


def test_what_residents_say_costs_the_same_for_2_answers_and_for_16(town, browse, django_assert_num_queries):
    """Figures, words, odd answers and activities of one project, and what everybody reads of it."""
    spoken_of(town, 0)
    project = Project.objects.get()
    code = speaking.code(town, project)
    speaking.say(code, text="坐得舒服")
    planned(town, project)
    pages = [reverse(f"evaluations:{name}", args=[project.pk]) for name in ("voice_overview", "voice_public")]
    client = browse(town.clerk)
    few = []
    for page in pages:
        client.get(page)
        with CaptureQueriesContext(connection) as counted:
            client.get(page)
        few.append(len(counted))
    for _each in range(14):
        speaking.say(code, text="同样的话同样的话")
        planned(town, project)

    for page, queries in zip(pages, few, strict=True):
        with django_assert_num_queries(queries):
            client.get(page)
