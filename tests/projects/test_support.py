"""Around a proposal: the community's recommendation, the eligibility check, papers."""

from datetime import date, datetime
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from pypdf import PdfReader

from core import clock
from core.files import attach
from core.models import Event
from core.workflow import Refused
from people.models import Community, CreditRecord
from projects.actions import checking, drafts, proposals, support
from projects.completeness import missing_papers, problems
from projects.facts import check_applicant
from projects.models import Project, Recommendation
from tests.life import choir_draft, draft
from tests.pages import Offered
from tests.test_files import pdf

ANSWER = {"supports": "1", "text": "居民欢迎，同意推荐。", "name": "刘桂英", "post": "主任", "website": ""}


def url(name: str, *args) -> str:
    return reverse(f"projects:{name}", args=args)


# -- The recommendation ----------------------------------------------------------------------------


@pytest.fixture
def asked(town):
    return support.ask_for_recommendation(draft(town), town.community, by=town.head)


def test_a_community_answers_by_its_link_without_an_account(town, asked, browse):
    page = browse().get(asked.get_absolute_url())
    assert asked.project.summary in page.content.decode()

    browse().post(asked.get_absolute_url(), ANSWER)

    asked.refresh_from_db()
    assert (asked.supports, asked.name, asked.answered_at is not None) == (True, "刘桂英", True)


def test_a_link_is_answered_once(town, asked, browse):
    browse().post(asked.get_absolute_url(), ANSWER)
    browse().post(asked.get_absolute_url(), ANSWER | {"supports": "0", "text": "改主意了"})

    asked.refresh_from_db()
    assert asked.supports is True


def test_a_link_is_good_for_thirty_days(town, asked, browse, time):
    time.go(datetime(2026, 4, 9, 10, 1))

    browse().post(asked.get_absolute_url(), ANSWER)

    assert Recommendation.objects.get().answered_at is None


def test_a_new_link_replaces_the_old_one_and_a_wrong_one_opens_nothing(town, asked, browse):
    again = support.ask_for_recommendation(asked.project, town.community, by=town.head)

    assert browse().get(asked.get_absolute_url()).status_code == 404
    assert browse().get(again.get_absolute_url()).status_code == 200
    assert browse().get(url("recommend", "x" * 32)).status_code == 404


def test_only_a_community_of_the_project_is_offered_and_asked(town, browse):
    project = draft(town)
    other, stranger = neighbour(2), neighbour(3)
    project.other_communities.add(other)
    page = Offered(browse(town.head).get(url("recommendation_ask", project.pk)).content.decode())

    assert page.choices["community"] == [str(town.community.pk), str(other.pk)]
    support.ask_for_recommendation(project, other, by=town.head)
    with pytest.raises(Refused):
        support.ask_for_recommendation(project, stranger, by=town.head)


@pytest.mark.parametrize("username", ["singer", "hosthead"])
def test_nobody_of_the_group_or_its_host_answers_for_the_community(town, browse, username):
    asked = support.ask_for_recommendation(choir_draft(town), town.community, by=town.singer)
    client = browse(town.people[username])

    assert "name" not in Offered(client.get(asked.get_absolute_url()).content.decode()).values
    assert client.post(asked.get_absolute_url(), ANSWER).status_code == 403
    assert Recommendation.objects.get().answered_at is None


def test_somebody_else_who_is_signed_in_may_be_of_the_community(town, asked, browse):
    browse(town.stranger).post(asked.get_absolute_url(), ANSWER)

    assert Recommendation.objects.get().supports is True


# -- The required paper, and calling back ----------------------------------------------------------


@pytest.fixture
def required(town, asked):
    """The call asks for the recommendation; the community has been asked."""
    town.call.papers.create(kind="recommendation", legal_basis="居委会推荐")
    return asked


def neighbour(number: int) -> Community:
    return Community.objects.create(
        region_code=f"11010503000{number}", name=f"桃园{number}社区", street="柳溪镇", district="朝阳区"
    )


def answer(asked: Recommendation, supports: bool = True) -> Recommendation:
    return support.recommend(asked, supports=supports, text="意见", name="刘桂英", post="主任", phone="13900000000")


def test_an_answer_of_a_place_that_the_project_has_left_does_not_count(town, required):
    answer(required)
    assert missing_papers(required.project) == []

    drafts.save_proposal(required.project, by=town.head, version=1, values={"community": neighbour(2)})

    assert [paper.kind for paper in missing_papers(Project.objects.get())] == ["recommendation"]


def test_the_newest_answer_of_a_community_counts(town, required, time):
    answer(required, supports=False)
    assert len(missing_papers(required.project)) == 1

    time.go(datetime(2026, 3, 11, 9))
    answer(support.ask_for_recommendation(required.project, town.community, by=town.head))

    assert missing_papers(required.project) == []


def test_one_community_against_it_stands_in_the_way_of_another_one_for_it(town, required):
    other = neighbour(2)
    required.project.other_communities.add(other)

    answer(required)
    answer(support.ask_for_recommendation(required.project, other, by=town.head), supports=False)

    assert len(missing_papers(required.project)) == 1


def test_the_clerk_calls_back_with_both_phones_before_accepting(town, required, browse):
    Community.objects.filter(pk=town.community.pk).update(phone="010-65000001")
    answer(required)
    project = proposals.submit(required.project, by=town.head, pledged=True)
    with pytest.raises(Refused):
        checking.check(project, "accept", by=town.clerk)
    client = browse(town.clerk)
    page = client.get(url("check_page", project.pk)).content.decode()
    assert [word in page for word in ("13900000000", "010-65000001", "尚未回访", "刘桂英")] == [True] * 4

    client.post(url("recommendation_confirm", required.pk), {"is_genuine": "1", "note": "刘主任本人"})

    required.refresh_from_db()
    assert (required.is_genuine, required.called_by, required.called_at) == (True, town.clerk, clock.now())
    event = Event.objects.about(project).get(name="confirm_recommendation")
    assert (event.actor, event.note) == (town.clerk, "刘主任本人")
    assert checking.check(project, "accept", by=town.clerk).state == "eligible"


def test_an_opinion_that_the_office_does_not_know_counts_no_more_and_needs_a_note(town, required):
    answer(required)
    project = proposals.submit(required.project, by=town.head, pledged=True)
    with pytest.raises(Refused):
        support.confirm_recommendation(required, by=town.clerk, is_genuine=False)

    support.confirm_recommendation(required, by=town.clerk, is_genuine=False, note="居委会说没有填过")

    assert len(missing_papers(project)) == 1


def test_a_scan_of_the_paper_needs_no_call(town, required):
    answer(required)
    attach(required.project, pdf(), by=town.head, kind="recommendation")
    project = proposals.submit(required.project, by=town.head, pledged=True)

    assert checking.check(project, "accept", by=town.clerk).state == "eligible"


@pytest.mark.parametrize("username", ["head", "approver", "auditor", "mentor", "stranger", "admin"])
def test_only_the_clerk_calls_back(town, required, username):
    answer(required)
    proposals.submit(required.project, by=town.head, pledged=True)

    with pytest.raises(PermissionDenied):
        support.confirm_recommendation(required, by=town.people[username], is_genuine=True)


def test_the_phones_are_for_the_clerk_and_not_for_every_reader(town, required, browse):
    answer(required)
    proposals.submit(required.project, by=town.head, pledged=True)

    page = browse(town.head).get(url("proposal_detail", required.project_id)).content.decode()

    assert "尚未回访" in page
    assert "13900000000" not in page


def test_what_the_community_leaves_out_is_said_at_the_field(town, asked, browse):
    response = browse().post(asked.get_absolute_url(), {"text": "好"})

    assert sorted(response.context["form"].errors) == ["name", "post", "supports"]


def test_a_program_in_the_hidden_field_answers_nothing(town, asked, browse):
    browse().post(asked.get_absolute_url(), ANSWER | {"website": "http://spam"})

    assert Recommendation.objects.get().answered_at is None


def test_a_recommendation_by_link_is_the_paper_that_the_call_asks_for(town, asked, browse):
    town.call.papers.create(kind="recommendation", legal_basis="居委会推荐")
    assert [paper.kind for paper in missing_papers(asked.project)] == ["recommendation"]

    browse().post(asked.get_absolute_url(), ANSWER)

    assert missing_papers(Project.objects.get()) == []


# -- Papers ----------------------------------------------------------------------------------------


def test_a_missing_paper_stops_the_submission_and_an_optional_one_does_not(town):
    town.call.papers.create(kind="registration", legal_basis="登记证书")
    town.call.papers.create(kind="credit", is_required=False, legal_basis="截图")
    project = draft(town)

    assert [problem.field for problem in problems(project)] == ["papers"]
    attach(project, pdf(), by=town.head, kind="registration")
    assert problems(project) == []


def test_a_paper_of_one_track_is_not_asked_of_another(town):
    town.call.papers.create(kind="host", track=town.call.tracks.get(open_to="filed"), legal_basis="代管协议")

    assert missing_papers(draft(town)) == []
    assert [paper.kind for paper in missing_papers(choir_draft(town))] == ["host"]


def test_a_file_can_be_taken_back_until_it_was_handed_in(town, browse):
    project = draft(town)
    early = attach(project, pdf(), by=town.head, kind="other")
    wrong = attach(project, pdf(), by=town.head, kind="other")
    client = browse(town.head)

    client.post(url("proposal_detach", project.pk, wrong.pk))
    proposals.submit(project, by=town.head, pledged=True)
    client.post(url("proposal_detach", project.pk, early.pk))

    assert [file.pk for file in type(early).objects.of(project)] == [early.pk]
    with pytest.raises(PermissionDenied):
        drafts.remove_file(Project.objects.get(), early, by=town.head)


# -- Conditions ------------------------------------------------------------------------------------


def penalty(town, organization, day=date(2025, 6, 1)) -> None:
    CreditRecord.objects.create(
        organization=organization, kind="penalty", entered_on=day, source="罚决1号", recorded_by=town.clerk
    )


def test_a_blocking_condition_stops_the_submission(town):
    town.call.eligibility_rules.create(kind="no_penalty", value=3, legal_basis="依据")
    penalty(town, town.centre)

    with pytest.raises(Refused):
        proposals.submit(draft(town), by=town.head, pledged=True)


def test_a_warning_lets_pass_what_is_explained(town, browse):
    rule = town.call.eligibility_rules.create(kind="inspected", severity="warn", legal_basis="依据")
    project = draft(town)
    with pytest.raises(Refused):
        proposals.submit(project, by=town.head, pledged=True)

    browse(town.head).post(url("explanations_edit", project.pk), {f"rule-{rule.pk}": "年检材料已交，等结论。"})
    proposals.submit(Project.objects.get(), by=town.head, pledged=True)

    assert Project.objects.get().state == "submitted"
    page = browse(town.clerk).get(url("check_page", project.pk)).content.decode()
    assert "年检材料已交，等结论。" in page


def test_the_advice_to_come_to_a_workshop_leads_to_the_workshops(town, browse):
    rule = town.call.eligibility_rules.create(kind="trained", severity="warn", legal_basis="依据")

    page = browse(town.head).get(url("eligibility", town.call.pk)).content.decode()
    form = browse(town.head).get(url("explanations_edit", draft(town).pk)).context["form"]

    assert f'请报名参加工作坊。 <a href="{reverse("grants:workshop_list")}">' in page
    assert form.fields[f"rule-{rule.pk}"].needed  # what a submission cannot do without is not marked optional


def test_what_is_held_against_the_host_is_held_against_its_group(town):
    town.call.eligibility_rules.create(kind="no_penalty", value=3, legal_basis="依据")
    penalty(town, town.host)

    (finding,) = check_applicant(town.choir, town.call)

    assert finding.blocks
    assert "代管单位“柳溪社区服务中心”有一条信用记录" in finding.reason
    assert "罚决1号" in finding.reason


def test_the_places_of_the_project_decide_on_the_region(town, browse):
    town.call.eligibility_rules.create(kind="in_region", region="110105030", legal_basis="依据")
    away = Community.objects.create(region_code="110106030001", name="丰台社区", street="丰台镇", district="丰台区")
    project = draft(town)
    (before,) = check_applicant(town.centre, town.call)
    project.other_communities.add(away)

    (finding,) = check_applicant(town.centre, town.call, project=project)

    assert (before.is_met, finding.is_met) == (True, False)
    assert str(finding.rule) == "实施地在指定区域 (柳溪镇 110105030)"
    assert "丰台社区" in finding.reason


def test_other_proposals_of_the_call_are_counted_and_this_one_is_not(town, life):
    town.call.eligibility_rules.create(kind="proposals", value=1, legal_basis="限报一项")
    first, second = draft(town), draft(town, title="第二个")
    assert problems(first) == []

    life.walk(first, "submitted")

    assert [problem.field for problem in problems(second)] == ["eligibility"]


def test_the_self_check_shows_every_condition_before_a_draft_is_opened(town, browse):
    town.call.eligibility_rules.create(kind="hosted", legal_basis="代管")
    town.call.eligibility_rules.create(kind="rated", value=3, severity="warn", legal_basis="39号令")

    page = browse(town.head).get(url("eligibility", town.call.pk))

    assert [finding.outcome for finding in page.context["findings"]] == ["met", "not_met"]
    assert "39号令" in page.content.decode()


def test_the_notice_is_one_page_for_those_it_concerns(town, browse):
    town.call.eligibility_rules.create(kind="hosted", legal_basis="代管")
    address = reverse("reports:eligibility", args=[town.call.pk, town.choir.pk])

    response = browse(town.singer).get(address)

    assert response["Content-Type"] == "application/pdf"
    assert len(PdfReader(BytesIO(response.content)).pages) == 1
    assert browse(town.head).get(address).status_code == 404
    assert browse(town.clerk).get(address).status_code == 200


def test_a_title_quoted_in_a_warning_is_text_and_never_markup(town, browse):
    town.call.eligibility_rules.create(kind="not_funded_twice", value=0, severity="warn", legal_basis="依据")
    other = draft(town, title="<img src=x>")
    Project.objects.filter(pk=other.pk).update(state="running")

    page = browse(town.head).get(url("explanations_edit", draft(town).pk)).content.decode()

    assert "&lt;img src=x&gt;" in page
    assert "<img src=x>" not in page


# -- The page of the check -------------------------------------------------------------------------


def check(client, call, **query):
    return client.get(reverse("projects:eligibility", args=[call.pk]), query)


def test_a_group_checks_its_own_and_no_other(town, browse):
    assert check(browse(town.head), town.call).context["organization"] == town.centre
    assert check(browse(town.head), town.call, organization=town.centre.pk).context["organization"] == town.centre
    assert check(browse(town.head), town.call, organization=town.choir.pk).status_code == 404
    assert check(browse(town.head), town.call, organization="x").status_code == 404


def test_the_counter_finds_any_applicant_and_prints_its_notice(town, browse):
    client = browse(town.clerk)

    found = check(client, town.call, q="合唱").context["found"]
    page = check(client, town.call, organization=town.choir.pk)

    assert list(found) == [town.choir]
    assert page.context["organization"] == town.choir
    assert "请先登记" not in check(client, town.call).content.decode()
    assert reverse("reports:eligibility", args=[town.call.pk, town.choir.pk]) in page.content.decode()
    assert list(check(browse(town.head), town.call, q="合唱").context["found"]) == []


def test_the_check_lists_the_papers_with_how_they_stand(town, browse):
    town.call.papers.create(kind="registration", legal_basis="通知第三条")
    town.call.papers.create(kind="host", track=town.call.tracks.get(open_to="filed"), legal_basis="通知")
    asked = check(browse(town.head), town.call).context["papers"]
    assert [(str(each.paper), str(each.label)) for each in asked] == [("登记证书或备案证明", "需准备")]
    project = draft(town)

    assert [str(each.label) for each in check(browse(town.head), town.call).context["papers"]] == ["缺少"]
    attach(project, pdf(), by=town.head, kind="registration")
    page = check(browse(town.head), town.call)

    assert [str(each.label) for each in page.context["papers"]] == ["已有"]
    assert "通知第三条" in page.content.decode()


def test_the_funder_learns_nothing_of_a_draft(town, browse):
    town.call.papers.create(kind="registration", legal_basis="通知")
    attach(draft(town), pdf(), by=town.head, kind="registration")

    page = check(browse(town.clerk), town.call, organization=town.centre.pk)

    assert [str(each.label) for each in page.context["papers"]] == ["需准备"]
