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
from projects.blinding import names_in_texts, veil, veiled
from projects.models import Project
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
    ],
)
def test_every_known_name_is_replaced_the_longest_first(text, names, expected, settings):
    assert veil(text, names) == expected


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


def test_the_applicant_is_told_which_names_stand_in_the_texts(town, browse):
    type(town.call).objects.filter(pk=town.call.pk).update(is_blind=True)
    mine = draft(town, title="刘芳的暖心屋")

    page = browse(town.head).get(reverse("projects:proposal_edit", args=[mine.pk])).content.decode()

    assert names_in_texts(Project.objects.get(pk=mine.pk)) == ["刘芳"]
    assert "<strong>刘芳</strong>" in page


def test_without_blind_judging_the_expert_reads_everything(town, life, browse):
    project = life.walk(draft(town), "eligible")
    mine = panel.assign(project, town.expert1, by=town.clerk)
    declared(project)

    assert browse(town.expert1).get(reverse("projects:proposal_detail", args=[project.pk])).status_code == 200
    assert browse(town.expert1).get(reverse("evaluations:blind_proposal", args=[mine.pk])).status_code == 404
