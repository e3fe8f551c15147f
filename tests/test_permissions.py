"""Every address as everybody: who gets in is written in one table, and everybody else is refused.

What you may not see is 404, what you see but may not do is 403, and without an account you are sent to sign in.
"""

from datetime import date

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from core.files import attach
from evaluations.actions import panel
from people.models import Membership
from projects.actions import delivery, notices, payments, people, proposals
from projects.models import Notice, Objection
from tests.life import draft
from tests.test_files import pdf
from tests.town import aware, make_call

EVERYBODY = {
    "anonymous", "clerk", "approver", "finance", "auditor", "head", "volunteer", "singer", "hosthead", "mentor",
    "evaluator", "expert1", "expert2", "expert3", "stranger", "admin",
}  # fmt: skip
SIGNED_IN = EVERYBODY - {"anonymous"}
BUREAU = {"clerk", "approver", "finance", "auditor"}
GROUP = {"head", "volunteer"}
SEES_PROJECT = BUREAU | GROUP | {"mentor", "evaluator", "expert1"}
SEES_DELIVERY = SEES_PROJECT - {"expert1"}

# url name: (what it is about, who gets in by GET). The project is the centre's, running; its mentor is `mentor`,
# its expert was `expert1`, its evaluator is `evaluator`; expert2, expert3 and the choir have nothing to do with it.
TABLE = {
    "home": (None, EVERYBODY),
    "health": (None, EVERYBODY),
    "inbox": (None, SIGNED_IN),
    "core:attachment": ("attachment", SEES_PROJECT),
    "core:notification_list": (None, SIGNED_IN),
    "core:notification_open": ("notification", {"head"}),
    "grants:call_list": (None, EVERYBODY),
    "grants:call_create": (None, {"clerk"}),
    "grants:call_detail": ("unpublished", BUREAU),
    "grants:call_edit": ("unpublished", {"clerk"}),
    "grants:call_publish": ("unpublished", set()),
    "grants:fund_list": (None, BUREAU),
    "grants:fund_create": (None, {"finance"}),
    "grants:fund_detail": ("fund", BUREAU),
    "grants:fund_allocate": ("fund", {"finance"}),
    "projects:project_list": (None, SIGNED_IN),
    "projects:project_detail": ("project", SEES_PROJECT),
    "projects:proposal_detail": ("project", SEES_PROJECT),
    "projects:proposal_edit": ("draft", GROUP),
    "projects:proposal_attach": ("draft", set()),
    "projects:project_step": (("project", "suspend"), {"clerk"}),
    "projects:mentor_assign": ("project", {"clerk"}),
    "projects:agreement_detail": ("project", SEES_DELIVERY),
    "projects:settlement_edit": ("project", {"finance"}),
    "projects:milestone_create": ("project", GROUP),
    "projects:activity_create": ("project", GROUP),
    "projects:report_create": ("project", GROUP),
    "projects:mentoring_create": ("project", {"mentor"}),
    "projects:follow_up_create": ("project", set()),
    "projects:activity_detail": ("activity", SEES_DELIVERY),
    "projects:activity_edit": ("activity", GROUP),
    "projects:activity_record": ("activity", GROUP),
    "projects:report_detail": ("report", SEES_DELIVERY),
    "projects:tranche_step": (("tranche", "approve"), {"approver"}),
    "projects:apply": ("call", SIGNED_IN),
    "projects:notice_list": (None, EVERYBODY),
    "projects:notice_detail": ("notice", EVERYBODY),
    "projects:objection_create": (("notice", "project"), EVERYBODY),
    "projects:objection_detail": ("objection", {"clerk"}),
    "projects:showcase": (None, EVERYBODY),
    "projects:showcase_detail": ("project", set()),
    "evaluations:desk": (None, SIGNED_IN),
    "evaluations:sheet": ("assignment", {"expert1"}),
    "evaluations:recuse": ("assignment", {"expert1", "clerk"}),
    "evaluations:panel": ("call", {"clerk"}),
    "evaluations:ranking": ("call", BUREAU),
    "evaluations:publish_notice": ("call", set()),
    "evaluations:promote": ("project", set()),
    "evaluations:decline": ("project", set()),
    "evaluations:evaluation_open": (("project", "midterm"), {"clerk"}),
    "evaluations:evaluation_detail": (("project", "midterm"), SEES_DELIVERY),
    "evaluations:commission_create": ("call", {"clerk"}),
    "people:profile": (None, SIGNED_IN),
    "people:profile_edit": (None, SIGNED_IN),
    "people:identity_edit": (None, SIGNED_IN),
    "people:certificate_create": (None, SIGNED_IN),
    "people:organization_list": (None, SIGNED_IN),
    "people:organization_create": (None, SIGNED_IN),
    "people:organization_detail": ("organization", BUREAU | GROUP),
    "people:organization_edit": ("organization", {"head"}),
    "people:council_edit": ("organization", {"head"}),
    "people:member_add": ("organization", {"head"}),
    "people:membership_end": ("membership", set()),
    "people:community_list": (None, EVERYBODY),
    "reports:proposal": ("project", SEES_PROJECT),
    "reports:agreement": ("project", SEES_DELIVERY),
    "reports:award_letter": ("project", SEES_DELIVERY),
    "reports:activity_plan": ("activity", SEES_DELIVERY),
    "reports:notice": ("notice", EVERYBODY),
}


def our_urls(patterns=None, namespace: str = "") -> dict[str, URLPattern]:
    """Every named address of our own apps."""
    found = {}
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace in (None, "core", "grants", "projects", "evaluations", "people", "reports"):
                prefix = f"{pattern.namespace}:" if pattern.namespace else namespace
                found |= our_urls(pattern.url_patterns, prefix)
        elif pattern.name and pattern.callback.__module__.split(".")[0] in (
            "config", "core", "grants", "projects", "evaluations", "people", "reports",
        ):  # fmt: skip
            found[f"{namespace}{pattern.name}"] = pattern
    return found


@pytest.fixture
def things(town, life) -> dict[str, object]:
    """One of everything, around a running project of the centre."""
    project = draft(town)
    life.walk(project, "eligible")
    project.refresh_from_db()
    expert = panel.assign(project, town.expert1, by=town.clerk)
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    project = life.walk(project, "in_notice")
    notice = Notice.objects.get()
    objection = notices.receive_objection(notice, project, name="李四", contact="1", text="重复")
    notices.rule_on_objection(objection, by=town.clerk, ruling=Objection.Ruling.DISMISSED, reason="不重复")
    project.refresh_from_db()
    project = life.walk(project, "running")
    people.add_participant(project, town.evaluator, "evaluator", by=town.clerk, organization=town.evaluators)
    values = {"theme": "义诊", "starts_at": town.call.opens_at}
    report = {"kind": "milestone", "done": "完成", "persons": 1, "visits": 1, "spent": 1}
    tranche = payments.request_payment(project.tranches.first(), by=town.clerk)
    with_draft = draft_after_close(town)
    return {
        "project": project,
        "draft": with_draft,
        "call": town.call,
        "unpublished": make_call(town, code="SOON", publish=False),
        "fund": town.fund,
        "attachment": attach(project, pdf(), by=town.head),
        "notification": town.head.notifications.first(),
        "notice": notice,
        "objection": objection,
        "assignment": expert,
        "tranche": tranche,
        "activity": delivery.plan_activity(project, by=town.head, values=values, items=[]),
        "report": delivery.submit_report(project, by=town.head, values=report),
        "organization": town.centre,
        "membership": Membership.objects.get(user=town.volunteer),
    }


def draft_after_close(town):
    """A draft of the centre in a call that is open now."""
    call = make_call(
        town,
        code="NEXT",
        opens_at=aware(2026, 4, 1),
        closes_at=aware(2026, 5, 30),
        starts_on=date(2026, 7, 1),
    )
    return proposals.create_draft(call, town.centre, by=town.head, title="下一个项目")


def address(name: str, about, things) -> str:
    parts = about if isinstance(about, tuple) else () if about is None else (about,)
    return reverse(name, args=[things[part].pk if part in things else part for part in parts])


def test_the_table_knows_every_address():
    assert sorted(our_urls()) == sorted(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_exactly_the_people_of_the_table_get_in(name, town, things, browse):
    about, allowed = TABLE[name]
    page = address(name, about, things)

    statuses = {
        username: browse(None if username == "anonymous" else town.people[username]).get(page).status_code
        for username in sorted(EVERYBODY)
    }

    got_in = {username for username, status in statuses.items() if status in (200, 302) and username != "anonymous"}
    if statuses["anonymous"] == 200:
        got_in.add("anonymous")
    assert got_in == allowed, statuses
    assert {statuses[username] for username in EVERYBODY - allowed - {"anonymous"}} <= {403, 404, 405}, statuses
    if "anonymous" not in allowed:
        assert statuses["anonymous"] in (302, 404), statuses
