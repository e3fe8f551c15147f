"""Proposals that look alike: a flag for a person, over all calls and years."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.files import attach
from core.workflow import Refused
from projects.actions import checking, proposals
from projects.actions.likeness import find_likenesses
from projects.models import Likeness, Project
from tests.life import LINES, choir_draft, draft
from tests.test_files import pdf

WORDS = {
    "summary": "由退休教师带着放学后的孩子读书写字，每个工作日下午四点半到六点半在社区阅览室开放。",
    "needs": "辖区双职工家庭两百一十户，放学后无人看护的小学生九十三名，去年走访时家长最盼望有个安全的去处。",
    "method": "退休教师每天两名轮值，大学生志愿者周末讲故事，每月给家长写一封信，学期末开一次小小朗读会。",
}
THREE = [*LINES, {"category": "printing", "item": "家长信", "unit_price": 1, "unit": "份", "quantity": 93}]


@pytest.fixture
def original(town, life):
    """Of the centre, submitted."""
    return life.walk(draft(town, **WORDS, lines=THREE, amount_requested=10093), "submitted")


def by_choir(town, **changes) -> Project:
    return choir_draft(town, **changes)


def flags(project) -> list[tuple[str, Project]]:
    return [(likeness.kind, likeness.other) for likeness in find_likenesses(project)]


def hand_in(town, project) -> Project:
    return proposals.submit(project, by=town.singer, pledged=True)


def test_a_copied_text_is_flagged_at_the_later_proposal(town, original):
    copy = hand_in(town, by_choir(town, **WORDS))

    assert flags(copy) == [("text", original)]
    assert flags(original) == []  # it came first


def test_other_punctuation_and_spaces_do_not_hide_a_copy(town, original):
    respaced = {name: "　".join(text.replace("，", "； ")) for name, text in WORDS.items()}
    cut = {name: text[:190] for name, text in respaced.items()}

    copy = hand_in(town, by_choir(town, **cut))

    assert ("text", original) in flags(copy)


def test_words_of_ones_own_are_not_flagged(town, original):
    texts = {"summary": "合唱进楼门。", "needs": "老人想听歌。", "method": "每周排练，月末演出。"}
    own = hand_in(town, by_choir(town, **texts, emergency_plan="下雨改在活动室，嗓子不适的先休息。"))

    assert flags(own) == []


def test_writing_again_after_a_refusal_is_no_copying_but_after_an_award_it_is(town, original, life):
    again = draft(town, **WORDS, title="第二次")
    proposals.submit(again, by=town.head, pledged=True)
    assert flags(again) == []

    Project.objects.filter(pk=original.pk).update(state="running")

    assert ("text", original) in flags(again)


def test_the_same_budget_is_flagged(town, original, life):
    copy = draft(town, town.choir, by=town.singer, lines=THREE, amount_requested=10093)
    Project.objects.filter(pk=copy.pk).update(submitted_at=original.submitted_at)

    assert ("budget", original) in flags(Project.objects.get(pk=copy.pk))


def test_the_same_file_is_flagged_unless_it_is_a_paper_of_the_organisation(town, original):
    attach(original, pdf("发票.pdf"), by=town.head, kind="other")
    attach(original, pdf("证书.pdf"), by=town.head, kind="registration")
    copy = by_choir(town)
    attach(copy, pdf("票据.pdf"), by=town.singer, kind="survey")

    assert flags(hand_in(town, copy)) == [("paper", original)]


def test_a_flag_leads_to_both_texts_side_by_side_and_a_verdict_by_a_person(town, original, browse):
    copy = hand_in(town, by_choir(town, **WORDS))
    find_likenesses(copy)
    likeness = Likeness.objects.get()
    page = reverse("projects:likeness_detail", args=[likeness.pk])
    client = browse(town.clerk)

    assert "<mark>" in client.get(page).content.decode()
    assert client.post(page, {"verdict": "copied", "note": ""}).context["form"].errors
    client.post(page, {"verdict": "copied", "note": "整段照抄"})

    likeness.refresh_from_db()
    assert (likeness.verdict, likeness.decided_by, copy.state) == ("copied", town.clerk, "submitted")


def test_a_judged_flag_stays_when_the_proposal_is_looked_at_again(town, original):
    copy = hand_in(town, by_choir(town, **WORDS))
    find_likenesses(copy)
    checking.judge_likeness(Likeness.objects.get(), by=town.clerk, verdict="harmless", note="同一机构代写")

    assert find_likenesses(copy) == []
    assert Likeness.objects.get().verdict == "harmless"


def test_only_a_clerk_judges_a_likeness(town, original):
    copy = hand_in(town, by_choir(town, **WORDS))
    find_likenesses(copy)

    for person in (town.head, town.auditor, town.singer):
        with pytest.raises(PermissionDenied):
            checking.judge_likeness(Likeness.objects.get(), by=person, verdict="harmless", note="")
    with pytest.raises(Refused):
        checking.judge_likeness(Likeness.objects.get(), by=town.clerk, verdict="copied", note=" ")
