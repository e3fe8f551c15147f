"""Conflicts of interest: what is detected, what is declared, and who decides on what is found late."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation

from core import clock
from core.workflow import Refused
from evaluations.actions import conflict, declaring, panel, scoring
from evaluations.actions import decision as decisions
from evaluations.actions.declaring import Tie
from evaluations.actions.watching import recheck
from evaluations.conflicts import conflicts, tie_map
from evaluations.models import Assignment, Conflict, Decision, Declaration, Result
from grants.models import Call
from people.actions import declare_interest, end_interest
from people.models import Interest, Membership, Organization, Role
from projects.models import Part, Participant, Partner, Project
from tests.evaluations.test_choosing import add
from tests.judging import announced, decided, judged, proposed, score
from tests.life import choir_draft, draft
from tests.town import Town


@pytest.fixture
def project(town, life) -> Project:
    found = life.walk(draft(town), "eligible")
    return Project.objects.select_related("call").get(pk=found.pk)


def said(town: Town, project: Project, username: str = "expert1") -> list[str]:
    """The grounds on which this person may not judge, without whom they concern."""
    return [reason.key.split(":")[0] for reason in conflicts(town.people[username], project)]


def employer_of(town: Town, username: str = "expert1", **values) -> Organization:
    """An organisation of the expert's own, which has something in common with others."""
    made = Organization.objects.create(
        name="专家所在单位", kind="social_organization", credit_code="91350100M000100Y43"[:17] + "9", **values
    )
    Membership.objects.create(user=town.people[username], organization=made, role=Role.STAFF, since=date(2020, 1, 1))
    return made


def test_nothing_is_known_against_a_stranger(town, project):
    assert said(town, project) == []


def test_a_partner_is_a_party_by_its_name_in_any_width(town, project):
    town.centre.refresh_from_db()
    other = Organization.objects.create(name="同行（北京）中心", kind="social_organization", credit_code="X")
    Membership.objects.create(user=town.expert1, organization=other, role=Role.STAFF, since=date(2020, 1, 1))
    project.partners.create(name="同行(北京)中心", duty="场地", key="a", position=1)

    assert said(town, project) == ["member"]


@pytest.mark.parametrize(("days_ago", "bars"), [(729, True), (730, False)])
def test_who_left_is_barred_for_two_years_to_the_day(town, project, days_ago, bars):
    """Today is 10 March 2026; two years ago was 10 March 2024, 730 days."""
    assert clock.today() == date(2026, 3, 10)
    until = clock.today() - timedelta(days=days_ago)
    Membership.objects.create(
        user=town.expert1, organization=town.centre, role=Role.STAFF, since=date(2020, 1, 1), until=until
    )

    assert said(town, project) == (["former"] if bars else [])


@pytest.mark.parametrize(
    ("own", "theirs", "ground"),
    [
        ({"phone": "010-6500 0000"}, {"phone": "01065000000"}, "phone"),
        ({"address": "朝阳区柳溪路1号院（3号楼）"}, {"address": "朝阳区柳溪路1号院3号楼"}, "address"),
        ({"bank_account": "6222 0000 9999"}, {"bank_account": "622200009999"}, "account"),
        ({"legal_representative": "王大力"}, {"legal_representative": "王大力"}, "representative"),
    ],
)
def test_an_organisation_in_the_same_hand_bars(town, project, own, theirs, ground):
    Organization.objects.filter(pk=town.centre.pk).update(**theirs)
    made = employer_of(town, **own)

    assert said(town, project) == [f"{ground}-{made.pk}"]


def test_the_phone_of_the_leader_bars_and_the_same_name_is_only_a_hint(town, project):
    assert said(town, project, "expert1") == []
    town.expert1.phone = "13800138000"  # the leader's
    town.expert1.name = "刘芳"
    town.expert1.save()

    hints = [reason for reason in tie_map([town.expert1], [project])[town.expert1.pk, project.pk] if reason.is_hint]

    assert said(town, project) == ["phone"]
    assert [hint.key for hint in hints] == ["name:leader:刘芳", "name:team:刘芳"]


def test_the_employer_on_the_roster_bars(town, project):
    town.expert1.expert.employer = "柳溪社会工作服务中心 "
    town.expert1.expert.save()

    assert said(town, project) == ["employer"]


@pytest.mark.parametrize(
    "employer", ["（柳溪）社会工作服务中心", "柳溪社会工作服务中心（集团）有限公司", "柳溪社会工作服务中心有限责任公司"]
)
def test_the_employer_bars_in_any_spelling(town, project, employer):
    town.expert1.expert.employer = employer
    town.expert1.expert.save()

    assert said(town, project) == ["employer"]


def test_an_employer_with_nearly_the_same_name_is_only_for_a_person_to_check(town, project):
    town.expert1.expert.employer = "朝阳区柳溪社会工作服务中心"
    town.expert1.expert.save()

    [hint] = tie_map([town.expert1], [project])[town.expert1.pk, project.pk]

    assert said(town, project) == []
    assert (hint.ground, hint.is_hint) == ("employer-near", True)
    assert "朝阳区柳溪社会工作服务中心" in hint.sentence


def test_the_same_tie_to_two_organisations_is_two(town, life):
    project = life.walk(choir_draft(town), "eligible")
    for organization in (project.applicant, project.host):
        Membership.objects.create(user=town.expert1, organization=organization, role=Role.STAFF, since=date(2020, 1, 1))
    Partner.objects.create(project=project, name=town.centre.name, duty="场地", key="a", position=1)
    Membership.objects.create(user=town.expert1, organization=town.centre, role=Role.STAFF, since=date(2020, 1, 1))

    keys = [reason.key for reason in conflicts(town.expert1, project) if reason.ground == "member"]

    assert len(set(keys)) == 3
    assert f"member:applicant:{project.applicant_id}" in keys


def test_another_host_is_another_tie_and_is_asked_about_again(town, life):
    project = life.walk(choir_draft(town), "eligible")
    other = Organization.objects.create(name="另一家代管单位", kind="social_organization", credit_code="Y")
    panel.assign(project, town.expert1, by=town.clerk)
    Interest.objects.create(person=town.expert1, organization=project.host, kind="money")
    [found] = recheck(Q(project=project))
    conflict.decide(found, by=town.clerk, stands_down=False, reason="合同早已结束")
    assert recheck(Q(project=project)) == []

    Project.objects.filter(pk=project.pk).update(host=other)
    Interest.objects.create(person=town.expert1, organization=other, kind="money")

    assert [one.keys for one in recheck(Q(project=project))] == [{f"interest-money:host:{other.pk}"}]


def test_a_conflict_is_read_in_the_language_of_whoever_reads_it(town, life):
    judged(town, life, 38)
    Membership.objects.create(user=town.expert1, organization=town.centre, role=Role.STAFF, since=clock.today())
    with translation.override("en"):  # whoever triggered it reads English
        recheck(Q(person=town.expert1))

    found = Conflict.objects.get()

    with translation.override("en"):
        assert found.found == f"belongs to the applicant “{town.centre.name}”"
    with translation.override("zh-hans"):
        assert found.found == f"是申报单位“{town.centre.name}”的成员"


def test_who_coached_another_project_of_the_group_is_barred(town, life, project):
    other = life.walk(draft(town, title="另一个项目"), "submitted")
    Participant.objects.create(project=other, person=town.expert1, part=Part.MENTOR, since=date(2025, 1, 1))

    assert said(town, project) == ["coach-group"]


@pytest.mark.parametrize(("ended_on", "bars"), [(None, True), (date(2024, 3, 11), True), (date(2024, 3, 10), False)])
def test_a_declared_tie_bars_in_every_call_until_two_years_after_its_end(town, project, ended_on, bars):
    Interest.objects.create(person=town.expert1, organization=town.centre, kind="family", ended_on=ended_on)

    assert said(town, project) == (["interest-family"] if bars else [])


# -- Declared --------------------------------------------------------------------------------------


@pytest.fixture
def asked(town, project) -> Assignment:
    return panel.assign(project, town.expert1, by=town.clerk)


def declare(town, assignment, ties=None, **changes):
    values = {"by": town.expert1, "asked": [assignment.pk], "ties": ties or {}, "promised": True} | changes
    return declaring.declare(town.call, **values)


def test_nothing_is_read_or_scored_before_the_declaration(town, project, asked, life, browse):
    sheet = reverse("evaluations:sheet", args=[asked.pk])
    assert not Project.objects.visible_to(town.expert1).exists()
    assert browse(town.expert1).get(sheet).url == reverse("evaluations:declare", args=[town.call.pk])

    declare(town, asked)

    assert Project.objects.visible_to(town.expert1).exists()
    assert browse(town.expert1).get(sheet).status_code == 200


def test_an_office_held_there_is_one_of_the_ties_that_can_be_declared(town, project, asked, browse):
    form = browse(town.expert1).get(reverse("evaluations:declare", args=[town.call.pk])).content.decode()

    declare(town, asked, {town.centre.pk: Tie("work", "监事")})

    asked.refresh_from_db()
    assert ("在该单位任职或兼职" in form, asked.recused_at is not None) == (True, True)


def test_a_declared_tie_recuses_at_once_and_is_remembered(town, project, asked):
    declare(town, asked, {town.centre.pk: Tie("family", "弟媳在该中心工作")})

    asked.refresh_from_db()
    assert asked.recused_at is not None
    assert "弟媳在该中心工作" in asked.recusal_reason
    assert Interest.objects.get().organization == town.centre
    assert said(town, project) == ["interest-family"]  # next year it is found by itself
    assert not Project.objects.visible_to(town.expert1).exists()


def test_without_the_promise_or_words_nothing_is_declared(town, asked):
    with pytest.raises(Refused):
        declare(town, asked, promised=False)
    with pytest.raises(Refused):
        declare(town, asked, {town.centre.pk: Tie("family", " ")})
    assert not Declaration.objects.exists()


def test_nobody_declares_for_another(town, asked):
    with pytest.raises(PermissionDenied):
        declare(town, asked, by=town.expert2)


def test_the_lines_of_the_record_are_never_deleted(town, asked):
    declare(town, asked, {town.centre.pk: Tie("money", "有合同")})

    for line in (asked, Declaration.objects.get(), Interest.objects.get()):
        with pytest.raises(TypeError):
            line.delete()
    with pytest.raises(TypeError):
        Assignment.objects.all().delete()


def test_one_form_answers_for_a_whole_call(town, life, browse):
    for made in (draft(town), choir_draft(town)):
        panel.assign(life.walk(made, "eligible"), town.expert1, by=town.clerk)
    page, client = reverse("evaluations:declare", args=[town.call.pk]), browse(town.expert1)
    shown = {"shown": client.get(page).context["form"]["shown"].value()}
    tied = shown | {f"tie-{town.host.pk}": "money", f"words-{town.host.pk}": "有服务合同"}

    wrong = client.post(page, shown | {f"tie-{town.host.pk}": "money"})
    client.post(page, tied | {"promised": "on"})

    assert set(wrong.context["form"].errors) == {f"words-{town.host.pk}", "promised"}
    recused = Assignment.objects.filter(recused_at__isnull=False).values_list("project__applicant", flat=True)
    assert list(recused) == [town.choir.pk]  # the choir's host, not the centre


def test_what_was_asked_while_the_form_lay_open_is_not_answered_with_it(town, life, browse):
    first = panel.assign(life.walk(draft(town), "eligible"), town.expert1, by=town.clerk)
    page, client = reverse("evaluations:declare", args=[town.call.pk]), browse(town.expert1)
    shown = client.get(page).context["form"]["shown"].value()
    second = panel.assign(life.walk(choir_draft(town), "eligible"), town.expert1, by=town.clerk)

    response = client.post(page, {"shown": shown, "promised": "on"})

    assert list(Declaration.objects.values_list("assignment", flat=True)) == [first.pk]
    assert response.url == page
    assert [name for name, _tie, _words in client.get(page).context["form"].rows()] == sorted(
        [second.project.applicant.name, second.project.host.name]
    )


def test_a_partner_that_is_not_on_the_platform_is_asked_about_and_recuses(town, life, browse):
    project = life.walk(draft(town), "eligible")
    Partner.objects.create(project=project, name="老街书店", duty="提供场地")
    asked = panel.assign(project, town.expert1, by=town.clerk)
    page, client = reverse("evaluations:declare", args=[town.call.pk]), browse(town.expert1)
    shown = client.get(page).context["form"]["shown"].value()

    client.post(page, {"shown": shown, "promised": "on", "tie-老街书店": "money", "words-老街书店": "我入了股"})

    asked.refresh_from_db()
    assert asked.recusal_reason == "有经济往来：我入了股"


def test_in_a_blind_call_the_form_names_every_group_and_so_tells_nothing(town, life, browse):
    Call.objects.filter(pk=town.call.pk).update(is_blind=True)
    mine, other = life.walk(draft(town), "eligible"), life.walk(choir_draft(town), "eligible")
    panel.assign(mine, town.expert1, by=town.clerk)

    form = browse(town.expert1).get(reverse("evaluations:declare", args=[town.call.pk])).context["form"]

    assert {other.applicant.name, mine.applicant.name} <= set(form.organizations.values())


# -- Said later ------------------------------------------------------------------------------------


def test_a_tie_remembered_after_the_sheet_is_in_is_said_and_decided(
    town, life, browse, django_capture_on_commit_callbacks
):
    judged(town, life, 38)
    connection.run_on_commit.clear()  # what the set-up left waiting for a commit that no test makes
    page, client = reverse("people:interest_list"), browse(town.expert1)

    unknown = client.post(page, {"organization": "没有这个单位", "kind": "family", "words": "亲属"})
    with django_capture_on_commit_callbacks(execute=True):
        said = client.post(page, {"organization": town.centre.name, "kind": "family", "words": "弟媳在该中心工作"})

    assert said.status_code == 302
    assert list(unknown.context["form"].errors) == ["organization"]
    assert Conflict.objects.open().get().assignment.person == town.expert1


def test_a_clerk_and_not_the_judge_ends_a_tie_with_a_reason(town):
    tie = declare_interest(town.expert1, town.centre, by=town.expert1, kind="money", words="有服务合同")

    with pytest.raises(PermissionDenied):
        end_interest(tie, by=town.expert1, reason="合同已结束")
    with pytest.raises(Refused):
        end_interest(tie, by=town.clerk, reason=" ")
    end_interest(tie, by=town.clerk, reason="合同已于年底结束")

    tie.refresh_from_db()
    assert tie.ended_on == clock.today()


def test_nobody_declares_a_tie_of_somebody_else(town):
    with pytest.raises(PermissionDenied):
        declare_interest(town.expert1, town.centre, by=town.expert2, kind="money", words="有服务合同")


# -- Found late ------------------------------------------------------------------------------------


@pytest.fixture
def found(town, life) -> Conflict:
    """After all sheets are in, the first expert turns out to have joined the applicant."""
    judged(town, life, 38)
    Membership.objects.create(user=town.expert1, organization=town.centre, role=Role.STAFF, since=clock.today())
    [conflict] = recheck(Q(person=town.expert1))
    return conflict


def test_a_change_is_noticed_by_itself_after_the_commit(town, life, django_capture_on_commit_callbacks):
    judged(town, life, 38)
    connection.run_on_commit.clear()  # what the set-up left waiting for a commit that no test makes

    with django_capture_on_commit_callbacks(execute=True):
        Membership.objects.create(user=town.expert1, organization=town.centre, role=Role.STAFF, since=clock.today())

    assert [one.assignment.person for one in Conflict.objects.open()] == [town.expert1]


def test_a_conflict_found_late_holds_the_decision(town, found):
    with pytest.raises(Refused, match="林教授"):
        proposed(town, {found.assignment.project.pk: "shortlist"})


def test_stood_down_the_sheet_stays_and_counts_no_longer(town, found):
    conflict.decide(found, by=town.clerk, stands_down=True)

    assignment = Assignment.objects.get(pk=found.assignment.pk)
    assert (assignment.recused_at is None, assignment.is_submitted) == (False, True)
    with pytest.raises(Refused, match="2"):  # the panel is short: two of three sheets
        proposed(town, {assignment.project.pk: "shortlist"})


def test_kept_with_a_reason_it_is_not_asked_again_and_something_new_is(town, found):
    with pytest.raises(Refused):
        conflict.decide(found, by=town.clerk, stands_down=False, reason=" ")
    conflict.decide(found, by=town.clerk, stands_down=False, reason="同名同姓，并非同一人")

    assert recheck(Q(person=town.expert1)) == []
    Interest.objects.create(person=town.expert1, organization=town.centre, kind="money")
    assert len(recheck(Q(person=town.expert1))) == 1


@pytest.mark.parametrize("username", ["expert1", "approver", "auditor", "head", "admin"])
def test_only_the_clerk_decides(town, found, username):
    with pytest.raises(PermissionDenied):
        conflict.decide(found, by=town.people[username], stands_down=True)


def test_the_database_refuses_half_a_decision(town, found):
    with pytest.raises(IntegrityError), transaction.atomic():
        Conflict.objects.filter(pk=found.pk).update(decision="keeps")


def test_an_open_sheet_is_on_hold_until_the_clerk_has_decided(town, life, browse):
    [project] = judged(town, life, 38)
    Call.objects.filter(pk=town.call.pk).update(panel_size=4)
    other = panel.assign(Project.objects.get(pk=project.pk), town.stranger, by=town.clerk)
    declaring.declare(town.call, by=town.stranger, asked=[other.pk], ties={}, promised=True)
    Interest.objects.create(person=town.stranger, organization=town.centre, kind="dispute")
    [late] = recheck(Q(person=town.stranger))
    points = {criterion.pk: criterion.weight for criterion in other.rubric.criteria.all()}

    with pytest.raises(Refused):
        scoring.save_sheet(other, by=town.stranger, points=points)
    page = reverse("evaluations:conflict_detail", args=[late.pk])
    assert page in browse(town.clerk).get(reverse("inbox")).content.decode()
    browse(town.clerk).post(page, {"keep": "", "reason": "纠纷已调解结案"})

    score(Assignment.objects.get(pk=other.pk), 30, 30, 20)
    assert Assignment.objects.get(pk=other.pk).is_submitted


# -- Found after the result ------------------------------------------------------------------------


@pytest.fixture
def late(town, life) -> Conflict:
    """The decision is approved and not announced; then the first expert turns out to belong to the applicant."""
    [project] = judged(town, life, 38)
    decided(town, {project.pk: "shortlist"})
    Membership.objects.create(user=town.expert1, organization=town.centre, role=Role.STAFF, since=clock.today())
    [conflict] = recheck(Q(person=town.expert1))
    return conflict


def announce(town):
    return decisions.announce(Decision.objects.get(), by=town.clerk)


def test_a_tie_found_after_the_result_asks_and_changes_nothing(town, late, browse):
    before = Result.objects.values_list("score", "rank").get()
    page = browse(town.clerk).get(late.get_absolute_url()).content.decode()

    assert late.get_absolute_url() in browse(town.clerk).get(reverse("inbox")).content.decode()
    assert 'name="stands"' in page
    assert 'name="stand_down"' not in page
    assert recheck(Q(person=town.expert1)) == []  # asked once
    assert Result.objects.values_list("score", "rank").get() == before
    with pytest.raises(Refused):
        conflict.decide(late, by=town.clerk, stands_down=True)
    with pytest.raises(Refused, match="林教授"):
        announce(town)


def test_the_result_stands_with_a_reason_and_is_announced(town, late, browse):
    page = late.get_absolute_url()
    refused = browse(town.clerk).post(page, {"stands": "", "reason": " "})
    assert refused.context["form"].errors

    browse(town.clerk).post(page, {"stands": "", "reason": "评审结束后才入职"})

    assert Conflict.objects.get().get_decision_display() == "维持结果"
    assert recheck(Q(person=town.expert1)) == []
    assert announce(town) is not None


def test_judged_again_the_approval_is_taken_back_and_who_judges_is_decided(town, late, browse):
    conflict.answer(late, by=town.clerk, judge_again=True, reason="专家隐瞒了任职情况")
    with pytest.raises(Refused, match="重新评审"):
        announce(town)
    assert Result.objects.exists()  # nothing moves by itself

    page = reverse("evaluations:decision_detail", args=[Decision.objects.get().pk])
    assert browse(town.clerk).post(page, {"take_back": "", "note": "有利害关系"}).status_code == 403
    browse(town.approver).post(page, {"take_back": "", "note": "评审专家有利害关系"})

    assert Decision.objects.get().state == Decision.State.DRAFT
    assert not Result.objects.exists()
    [again] = recheck(Q(person=town.expert1))
    conflict.decide(again, by=town.clerk, stands_down=True)
    assert Assignment.objects.active().filter(person=town.expert1).count() == 0


@pytest.mark.parametrize("username", ["expert1", "approver", "auditor", "head", "admin"])
def test_only_the_clerk_says_whether_a_result_stands(town, late, username):
    with pytest.raises(PermissionDenied):
        conflict.answer(late, by=town.people[username], judge_again=False, reason="没有影响")


def test_a_tie_that_arises_after_the_award_is_nobodys_business(town, life):
    [project] = judged(town, life, 38)
    announced(town, {project.pk: "shortlist"})
    life.walk(Project.objects.get(pk=project.pk), "approved")
    Membership.objects.create(user=town.expert1, organization=town.centre, role=Role.STAFF, since=clock.today())

    assert recheck(Q(person=town.expert1)) == []


def test_before_the_result_there_is_nothing_to_uphold(town, found):
    with pytest.raises(Refused):
        conflict.answer(found, by=town.clerk, judge_again=False, reason="没有影响")


def test_a_conflict_that_nobody_has_decided_is_seen_wherever_the_score_is_shown(town, found, browse):
    pages = [
        reverse("evaluations:ranking", args=[town.call.pk]),
        reverse("evaluations:selection", args=[town.call.pk]),
        reverse("evaluations:result_card", args=[found.assignment.project_id]),
    ]
    add(town)
    link, client = found.get_absolute_url(), browse(town.clerk)
    before = [link in client.get(page).content.decode() for page in pages]

    conflict.decide(found, by=town.clerk, stands_down=False, reason="同名，不是同一人")

    after = [link in client.get(page).content.decode() for page in pages]
    assert (before, after) == ([True] * 3, [False] * 3)
