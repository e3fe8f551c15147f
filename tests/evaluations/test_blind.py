"""Blind judging: an expert reads a veiled copy and nothing else, until the whole panel has locked its sheets."""

from decimal import Decimal as D

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.files import attach
from evaluations.actions import panel
from evaluations.models import Assignment
from people.models import Community, Organization
from projects.blinding import KINDS, PLACES, abbreviated, names_in_texts, short_names, veil, veiled, veiled_title
from projects.models import Project
from projects.models.project_queries import LONG_TEXTS
from tests.grants.test_need_lists import accepted, publish
from tests.judging import score
from tests.life import LINES, declared, draft
from tests.test_files import pdf
from tests.town import MARCH


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("东风合唱团每周排练，合唱团有30人", ["东风合唱团"], "〔隐名〕每周排练，合唱团有30人"),
        ("东风合唱团和东风合唱团艺术中心", ["东风合唱团", "东风合唱团艺术中心"], "〔隐名〕和〔隐名〕"),
        ("刘芳负责", ["刘芳", ""], "〔隐名〕负责"),
        ("王某负责", ["王"], "王某负责"),  # one character would tear words apart
        ("A+B (公益)", ["A+B (公益)"], "〔隐名〕"),
        ("没有名字", [], "没有名字"),
        ("刘 芳和刘　芳负责", ["刘芳"], "〔隐名〕和〔隐名〕负责"),
        ("电话138-0013 8000或１３８００１３８０００", ["13800138000"], "电话〔隐名〕或〔隐名〕"),
        ("abc社团和ＡＢＣ社团", ["ABC社团"], "〔隐名〕和〔隐名〕"),
        ("a lot of work", ["Al"], "a lot of work"),  # blanks tear no Latin words together
    ],
)
def test_every_known_name_is_replaced_the_longest_first(text, names, expected, settings):
    assert veil(text, names) == expected


@pytest.mark.parametrize(
    ("name", "endings", "expected"),
    [
        ("东风舞彩墨社区社会组织", KINDS, ["东风舞彩墨"]),
        ("暖阳社会工作事务所", KINDS, ["暖阳"]),
        ("老年协会", KINDS, []),  # 老年 is no name
        ("社区社会组织", KINDS, []),
        ("紫萝园社区", PLACES, ["紫萝园"]),
        ("辛庄村", PLACES, ["辛庄"]),
        ("东村", PLACES, []),
    ],
)
def test_a_name_is_also_looked_for_without_its_kind(name, endings, expected):
    assert short_names(name, endings) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("紫韵艺术团（以下简称“紫韵”）到楼院演出", ["紫韵"]),
        ("紫韵艺术团(以下称紫韵)到楼院演出", ["紫韵"]),
        ("紫韵艺术团（简称：紫韵）", ["紫韵"]),
        ("世界卫生组织（简称世卫）的标准", []),  # nobody who applies
        ("紫韵艺术团（成立于2011年）", []),
    ],
)
def test_what_a_text_calls_the_applicant_from_there_on_is_a_name(text, expected):
    assert abbreviated(text, ["紫韵艺术团"]) == expected


def test_a_name_that_the_applicant_gave_itself_is_hidden_everywhere(town, blind):
    named = f"{town.centre.name}（以下简称“小柳”）。"
    Project.objects.filter(pk=blind.pk).update(summary=named, title="小柳进楼院")
    blind = Project.objects.get(pk=blind.pk)

    assert veiled_title(blind) == "〔隐名〕进楼院"
    assert "小柳" not in str(veiled(blind))


def test_a_project_from_a_list_is_read_at_once(town, blind, django_assert_num_queries):
    whole = Project.objects.select_related("applicant", "host", "community", "call").get(pk=blind.pk)
    listed = Project.objects.defer(*LONG_TEXTS).select_related("applicant", "host", "community", "call")
    [found] = listed.filter(pk=blind.pk)
    assert veiled_title(whole) == blind.title

    with django_assert_num_queries(4):  # places, team, partners, and all texts together
        veiled_title(found)


@given(st.text(), st.lists(st.text(min_size=2), max_size=5))
def test_no_name_is_left_standing(text, names):
    hidden = veil(text, names)

    assert not [name for name in names if len(name.strip()) >= 2 and name.strip() in hidden.replace("〔隐名〕", "\0")]


@pytest.fixture
def blind(town, life):
    """A project in review of a call that is judged blind, with its three experts."""
    type(town.call).objects.filter(pk=town.call.pk).update(is_blind=True)
    town.call.refresh_from_db()
    text = f"{town.centre.name}的刘芳每周入户陪伴独居老人。"
    project = life.walk(draft(town, title="暖心陪伴", method=text), "eligible")
    for expert in (town.expert1, town.expert2, town.expert3):
        panel.assign(project, expert, by=town.clerk)
    return life.walk(project, "in_review")


def test_an_expert_reads_the_proposal_without_names(town, blind, browse):
    [first, *_others] = Assignment.objects.filter(project=blind)

    page = browse(town.expert1).get(reverse("evaluations:blind_proposal", args=[first.pk])).content.decode()

    assert "〔隐名〕的〔隐名〕每周入户陪伴独居老人。" in page
    assert not [name for name in (town.centre.name, "刘芳", "13800138000", town.centre.credit_code) if name in page]


def test_an_expert_reads_which_prices_are_far_and_not_whose_the_others_are(town, blind, browse):
    cheap = [LINES[1] | {"unit_price": D(5)}]
    with clock.at(MARCH):
        peers = [draft(town, town.choir, by=town.singer, lines=cheap) for _number in range(5)]
    Project.objects.filter(pk__in=[peer.pk for peer in peers]).update(submitted_at=blind.submitted_at)
    mine = Assignment.objects.filter(project=blind).first()

    page = browse(mine.person).get(reverse("evaluations:blind_proposal", args=[mine.pk])).content.decode()

    assert page.count("明显偏高") == 1
    assert ("中位数5.00" in page, town.choir.name in page) == (True, False)


def test_an_expert_sees_the_project_nowhere_else(town, blind, browse):
    paper = attach(blind, pdf(), by=town.head)
    expert = browse(town.expert1)

    for name, args in (
        ("projects:project_detail", [blind.pk]),
        ("projects:proposal_detail", [blind.pk]),
        ("reports:proposal", [blind.pk]),
        ("core:attachment", [paper.pk]),
    ):
        assert expert.get(reverse(name, args=args)).status_code == 404, name
    assert blind.title not in expert.get(reverse("projects:project_list")).content.decode()
    for name in ("evaluations:desk", "inbox", "core:notification_list"):
        assert town.centre.name not in expert.get(reverse(name)).content.decode(), name


@pytest.mark.parametrize("username", ["expert2", "clerk", "head", "stranger"])
def test_nobody_else_opens_an_experts_copy(town, blind, browse, username):
    mine = Assignment.objects.get(project=blind, person=town.expert1)

    response = browse(town.people[username]).get(reverse("evaluations:blind_proposal", args=[mine.pk]))

    assert response.status_code in (403, 404)


def test_the_veil_is_lifted_when_the_last_sheet_is_in(town, blind, browse):
    first, second, third = Assignment.objects.filter(project=blind).select_related("project__call", "person")
    page = reverse("projects:proposal_detail", args=[blind.pk])

    score(first, 20, 30, 20)
    score(second, 20, 30, 20)
    assert browse(town.expert1).get(page).status_code == 404
    score(third, 20, 30, 20)

    assert browse(town.expert1).get(page).status_code == 200
    old = browse(town.expert1).get(reverse("evaluations:blind_proposal", args=[first.pk]))
    assert old["Location"] == page  # a tab that was still open leads on
    assert not Assignment.objects.get(pk=first.pk).is_blind


def test_who_is_stood_down_reads_nothing_any_more(town, blind, browse):
    mine = Assignment.objects.get(project=blind, person=town.expert1)
    panel.recuse(mine, by=town.expert1, reason="认出了申报单位")

    assert browse(town.expert1).get(reverse("evaluations:blind_proposal", args=[mine.pk])).status_code == 404


def test_a_call_can_hide_the_place_and_the_experience_as_well(town, blind):
    def shown(project) -> set[str]:
        return {name for section in veiled(project) for name, _text in section.fields}

    before = shown(blind)
    blind.call.hidden_parts = ["community", "experience"]

    assert before - shown(blind) == {"community"}  # there is no experience in this one


def test_short_names_are_hidden_and_told_to_the_applicant(town, blind):
    Organization.objects.filter(pk=blind.applicant_id).update(name="暖心社会工作事务所")
    Community.objects.filter(pk=blind.community_id).update(name="紫萝园社区")
    blind = Project.objects.get(pk=blind.pk)
    blind.call.hidden_parts, blind.method = ["community"], "暖心的社工每周到紫萝园小区入户。"

    [method] = [text for section in veiled(blind) for name, text in section.fields if name == "method"]

    assert method == "〔隐名〕的社工每周到〔隐名〕小区入户。"
    assert names_in_texts(blind) == ["暖心", "紫萝园"]


def test_a_call_that_hides_the_place_hides_which_need_is_answered(town, blind):
    with clock.at(MARCH):
        published = publish(town, accepted(town))
    entry = published.entries.get()
    Project.objects.filter(pk=blind.pk).update(answers=entry)
    blind = Project.objects.get(pk=blind.pk)

    def shown() -> set[str]:
        return {name for section in veiled(blind) for name, _text in section.fields}

    before = shown()
    blind.call.hidden_parts = ["community"]

    assert before - shown() == {"community", "answers"}  # the list of needs is public and says where


def test_the_place_that_was_chosen_is_no_name_to_be_left_out(town, blind):
    Project.objects.filter(pk=blind.pk).update(audience="独居老人")
    blind = Project.objects.get(pk=blind.pk)
    blind.call.hidden_parts = ["community"]

    assert town.community.name not in names_in_texts(blind)

    blind.audience = f"{town.community.name}的独居老人"
    assert town.community.name in names_in_texts(blind)


def test_an_organisation_called_after_its_place_does_not_hide_the_place(town, blind):
    """柳溪社会工作服务中心 of 柳溪社区, in a call that lets the experts read where it is."""
    [audience] = [text for section in veiled(blind) for name, text in section.fields if name == "audience"]

    assert audience == "柳溪社区70岁以上独居老人。"


def test_the_applicant_is_told_which_names_stand_in_the_texts(town, browse):
    type(town.call).objects.filter(pk=town.call.pk).update(is_blind=True)
    mine = draft(town, title="刘芳的暖心屋")

    page = browse(town.head).get(reverse("projects:proposal_edit", args=[mine.pk])).content.decode()

    assert names_in_texts(Project.objects.get(pk=mine.pk)) == ["刘芳"]
    assert "<strong>刘芳</strong>" in page


def test_names_are_found_in_the_tables_of_the_form_and_not_beside_it(town, blind):
    Project.objects.filter(pk=blind.pk).update(method="每周入户")
    found = Project.objects.get(pk=blind.pk)
    assert town.centre.name not in names_in_texts(found)  # it stands in the profile that goes with the form

    found.plan_steps.update(content="刘芳带队入户")
    assert "刘芳" in names_in_texts(Project.objects.get(pk=blind.pk))


def test_without_blind_judging_the_expert_reads_everything(town, life, browse):
    project = life.walk(draft(town), "eligible")
    mine = panel.assign(project, town.expert1, by=town.clerk)
    declared(project)

    assert browse(town.expert1).get(reverse("projects:proposal_detail", args=[project.pk])).status_code == 200
    assert browse(town.expert1).get(reverse("evaluations:blind_proposal", args=[mine.pk])).status_code == 404
