"""Charging an evaluator organisation: whole calls and chosen projects, terms, and what ties it to a project."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core import clock
from core.workflow import Refused
from evaluations.actions import commissions, evaluation, rectifying
from evaluations.models import Assignment, Commission, CommissionTie, Evaluation, RectificationItem
from people.models import Kind, Organization, Role
from projects.actions import people
from projects.models import Project
from tests.evaluated import commissioned, drafted, evaluated, fresh, items_of, scheduled, sent
from tests.life import choir_draft, draft
from tests.town import member, person


@pytest.fixture
def running(town, life) -> Project:
    project = life.walk(draft(town), "running")
    life.day(2026, 10, 12)
    return project


@pytest.fixture
def second(town):
    """Another evaluator organisation with its head, who evaluates as well."""
    made = Organization.objects.create(name="公正评估所", kind=Kind.EVALUATOR, credit_code="91110105MA00ABCD3Y")
    town.people["other"] = person("other", "郭磊")
    member(town.other, made, Role.EVALUATOR, Role.MANAGER)
    return made


def shares_phone(town) -> None:
    """The evaluator has the telephone of the centre."""
    Organization.objects.filter(pk__in=[town.evaluators.pk, town.centre.pk]).update(phone="010-67891234")
    town.evaluators.refresh_from_db()


def test_a_whole_call_covers_also_what_is_awarded_later_and_chosen_projects_only_themselves(town, running, life):
    other = Project.objects.get(pk=running.pk)
    whole = commissioned(town)
    assert commissions.covering(running, "midterm") == [whole]
    Commission.objects.all().delete()

    chosen = commissioned(town, projects=[running], scope="final")

    assert commissions.covering(running, "final") == [chosen]
    assert commissions.covering(other, "midterm") == []


def test_an_organisation_is_not_charged_with_the_same_twice_at_a_time(town, running):
    commissioned(town)

    with pytest.raises(Refused):
        commissioned(town, projects=[running], scope="midterm")


@pytest.mark.parametrize("username", ["approver", "head", "evaluator", "mentor", "admin"])
def test_only_a_clerk_commissions(town, running, username):
    with pytest.raises(PermissionDenied):
        commissioned(town, by=town.people[username])


def test_a_clerk_whose_group_competes_in_the_call_chooses_nobody(town, running):
    member(town.clerk, town.centre, Role.STAFF)
    town.clerk.__dict__.pop("roles", None)

    with pytest.raises(PermissionDenied):
        commissioned(town)


def test_a_chosen_project_to_which_the_organisation_is_tied_is_refused(town, running):
    shares_phone(town)

    with pytest.raises(Refused) as refused:
        commissioned(town, projects=[running])

    assert "夕阳红暖心陪伴" in str(refused.value)


def test_of_a_whole_call_a_tied_project_is_left_out_until_a_clerk_has_decided(town, running):
    shares_phone(town)
    commission = commissioned(town)
    tie = CommissionTie.objects.get()

    before = commissions.covering(running, "midterm")
    with pytest.raises(Refused):
        evaluation.schedule(running, "midterm", by=town.clerk)
    commissions.decide_tie(tie, by=town.clerk, keeps=True, reason="同一栋楼的总机")

    assert (before, commissions.covering(running, "midterm")) == ([], [commission])


def test_what_was_decided_about_the_organisation_is_not_asked_of_its_people_again(town, running):
    shares_phone(town)
    commissioned(town)
    commissions.decide_tie(CommissionTie.objects.get(), by=town.clerk, keeps=True, reason="同一栋楼的总机")

    found = sent(town, running)

    assert found.panel.get().conflicts.count() == 0


def test_left_out_means_left_out_and_needs_a_reason(town, running):
    shares_phone(town)
    commissioned(town)
    tie = CommissionTie.objects.get()

    with pytest.raises(Refused):
        commissions.decide_tie(tie, by=town.clerk, keeps=True, reason=" ")
    with pytest.raises(PermissionDenied):
        commissions.decide_tie(tie, by=town.evaluator, keeps=True, reason="没关系")
    commissions.decide_tie(tie, by=town.clerk, keeps=False, reason="换一家")

    assert commissions.covering(running, "midterm") == []


def test_the_employer_of_the_mentor_may_not_evaluate_the_group(town, running):
    member(town.mentor, town.evaluators, Role.MENTOR)
    people.add_participant(running, town.mentor, "mentor", by=town.clerk, organization=town.evaluators)

    with pytest.raises(Refused):
        commissioned(town, projects=[running])


def test_a_tie_that_arises_later_is_found_when_the_evaluation_is_arranged(town, running):
    commissioned(town)
    shares_phone(town)

    with pytest.raises(Refused):
        evaluation.schedule(running, "midterm", by=town.clerk)

    assert CommissionTie.objects.get().project == running


def test_extended_the_evaluator_sees_the_project_longer_and_ended_early_no_more(town, running, time):
    commission = commissioned(town, until=date(2026, 10, 20))
    sent(town, running)
    commissions.extend(commission, by=town.clerk, until=date(2026, 11, 20), reason="评估未完")
    time.go(datetime(2026, 11, 2, 9, 0))
    longer = Project.objects.visible_to(town.evaluator).exists()

    commissions.end_early(commission, by=town.clerk, until=date(2026, 11, 1), reason="机构停业")

    assert longer
    assert not Project.objects.visible_to(town.evaluator).exists()
    assert not Evaluation.objects.visible_to(town.evaluator).exists()


def test_a_term_is_changed_by_a_clerk_with_a_reason(town, running):
    commission = commissioned(town, until=date(2026, 12, 31))

    with pytest.raises(PermissionDenied):
        commissions.extend(commission, by=town.evaluator, until=date(2027, 3, 1), reason="还要")
    with pytest.raises(Refused):
        commissions.extend(commission, by=town.clerk, until=date(2027, 3, 1), reason=" ")
    with pytest.raises(Refused):
        commissions.end_early(commission, by=town.clerk, until=date(2026, 10, 1), reason="早已不做")


def test_after_the_last_day_every_page_of_it_is_gone_for_the_evaluator(town, running, browse, time):
    commission = commissioned(town, until=date(2026, 10, 20))
    found = sent(town, running)
    pages = [
        reverse("evaluations:evaluation_page", args=[found.pk]),
        reverse("evaluations:commission_detail", args=[commission.pk]),
        reverse("projects:project_detail", args=[running.pk]),
    ]
    before = [browse(town.evaluator).get(page).status_code for page in pages]

    time.go(datetime(2026, 10, 21, 9, 0))

    assert before == [200, 200, 200]
    assert [browse(town.evaluator).get(page).status_code for page in pages] == [404, 404, 404]
    assert [browse(town.clerk).get(page).status_code for page in pages] == [200, 200, 200]


def test_the_workspace_shows_what_is_missing_and_only_to_the_organisation(town, running, browse, second):
    commissioned(town)
    found = scheduled(town, running)

    mine = browse(town.evaluator).get(reverse("evaluations:workspace"))
    others = browse(town.other).get(reverse("evaluations:workspace"))

    assert [one.pk for stage in mine.context["stages"] for one in stage["evaluations"]] == [found.pk]
    assert "安排评估人员" in mine.content.decode()
    assert others.context["stages"] == []
    assert browse(town.head).get(reverse("evaluations:workspace")).status_code == 403


def test_handed_over_another_organisation_goes_on_and_the_first_sees_nothing(town, running, second):
    found = sent(town, running)
    next_one = commissioned(town, organization=second)

    evaluation.hand_over(found, by=town.clerk, commission=next_one, reason="人手不足")
    evaluation.distribute(fresh(found), [town.other], by=town.other)

    assert not Project.objects.visible_to(town.evaluator).exists()
    assert (fresh(found).lead, fresh(found).state) == (town.other, "self_evaluation")
    assert Assignment.objects.get(person=town.evaluator).recusal_reason


def test_several_organisations_the_clerk_says_which(town, running, second):
    commissioned(town)
    wanted = commissioned(town, organization=second)

    with pytest.raises(Refused):
        evaluation.schedule(running, "midterm", by=town.clerk)

    assert evaluation.schedule(running, "midterm", by=town.clerk, commission=wanted).commission == wanted


def test_the_page_of_the_commission_arranges_many_at_once(town, running, browse, life):
    commission = commissioned(town)
    page = reverse("evaluations:commission_detail", args=[commission.pk])

    browse(town.clerk).post(page, {"project": [running.pk]})

    assert Evaluation.objects.get().project == running
    assert browse(town.evaluator).post(page, {"project": [running.pk]}).status_code == 403


@pytest.mark.parametrize(("day", "is_taken"), [(-1, False), (0, True)])
def test_an_evaluation_is_to_be_finished_today_at_the_earliest(town, running, browse, day, is_taken):
    commissioned(town)
    found = scheduled(town, running)
    until = clock.today() + timedelta(days=day)
    sent_off = {"people": [town.evaluator.pk], "lead": town.evaluator.pk, "finish_by": until.isoformat()}

    page = browse(town.evaluator).post(reverse("evaluations:evaluation_distribute", args=[found.pk]), sent_off)

    found.refresh_from_db()
    assert (found.finish_by == until) == is_taken
    assert page.status_code == (302 if is_taken else 200)


def test_a_second_look_is_not_offered_while_something_is_to_be_mended(town, running, browse):
    commission = commissioned(town)
    evaluated(town, running, 10, 10, 10, items=items_of(30, "补票"))
    page = reverse("evaluations:commission_detail", args=[commission.pk])
    before = browse(town.clerk).get(page).content.decode()
    item = RectificationItem.objects.get()
    rectifying.report_item(item, by=town.head, words="已补")

    after = browse(town.clerk).get(page).content.decode()

    box = f'id="choose-{running.pk}"'
    assert (box in before, box in after) == (False, True)


def test_a_term_that_runs_out_before_the_end_is_told_to_the_clerk(town, running, time, browse):
    commissioned(town, until=clock.today() + timedelta(days=3))
    sent(town, running)

    time.go(datetime(2026, 10, 19, 9, 0))
    page = browse(town.clerk).get(reverse("inbox"))

    assert "委托期已满" in page.content.decode()


def test_a_filed_groups_project_is_evaluated_like_any_other(town, life):
    project = life.walk(choir_draft(town), "running")
    life.day(2026, 10, 12)

    found = scheduled(town, project)

    assert (found.asks_self_evaluation, found.asks_visit) == (True, False)  # 2,000 yuan: no visit


def test_once_the_draft_is_sent_the_page_says_that_nothing_is_handed_over(town, running, second, browse):
    found = drafted(town, running, 40, 20, 15)
    commissioned(town, organization=second)
    clerk, address = browse(town.clerk), reverse("evaluations:evaluation_hand_over", args=[found.pk])

    page = clerk.get(address, follow=True)

    assert page.redirect_chain == [(found.get_absolute_url(), 302)]
    assert "报告初稿已经发给团队，不能再移交" in page.content.decode()
    assert address not in page.content.decode()


def test_before_the_draft_is_sent_the_page_of_handing_over_is_there(town, running, second, browse):
    found = sent(town, running)
    commissioned(town, organization=second)

    page = browse(town.clerk).get(reverse("evaluations:evaluation_hand_over", args=[found.pk]))

    assert page.status_code == 200
