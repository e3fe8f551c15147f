"""Proposals that look alike: a flag for a person, over all calls and years."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.files import attach
from core.workflow import Refused
from projects.actions import checking, drafts, likeness, proposals
from projects.actions.likeness import compare_forgotten, find_likenesses, keep_keys, text_of, texts_beside
from projects.blinding import veiled
from projects.models import BudgetLine, Likeness, Project
from projects.models.project_queries import LONG_TEXTS
from tests.life import LINES, STEPS, choir_draft, draft
from tests.test_files import pdf
from tests.town import make_call, member

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


def test_a_copy_is_found_among_more_than_are_read(town, original, life, monkeypatch):
    """By the keys that both have: the original is by far not among the newest any more."""
    monkeypatch.setattr(likeness, "READ", 3)
    for number in range(4):
        life.walk(draft(town, title=f"第{number}个", amount_requested=10000), "submitted")

    copy = hand_in(town, by_choir(town, **WORDS))
    own = hand_in(
        town, by_choir(town, title="自己的话", summary="合唱进楼门。", needs="老人想听歌。", method="每周排练。")
    )

    assert ("text", original) in flags(copy)
    assert original.pk in texts_beside(copy)
    assert len(texts_beside(copy)) == 3
    assert original.pk not in texts_beside(own)


def test_corrected_words_have_keys_of_their_own(town, original):
    before = set(original.likeness_keys.values_list("value", flat=True))

    Project.objects.filter(pk=original.pk).update(method="".join(map(chr, range(0x4E00, 0x4F00))))
    keep_keys(Project.objects.get(pk=original.pk))

    after = set(original.likeness_keys.values_list("value", flat=True))
    assert before - after
    assert after - before


def test_words_of_ones_own_are_not_flagged(town, original):
    texts = {"summary": "合唱进楼门。", "needs": "老人想听歌。", "method": "每周排练，月末演出。"}
    own = hand_in(town, by_choir(town, **texts, emergency_plan="下雨改在活动室，嗓子不适的先休息。"))

    assert flags(own) == []


def test_what_a_group_did_before_is_no_copied_text(town, life):
    """Filled in from its profile, it is the same in everything the group writes."""
    done = "2019年为辖区六十位独居老人组织陪诊；2020年在两个社区办助餐点，评估为优秀；2022年承接区级养老顾问项目。"
    nothing = dict.fromkeys(LONG_TEXTS, "")
    other, own = draft(town, **nothing), choir_draft(town, **nothing)
    handed_in = {"state": "submitted", "submitted_at": own.created_at, "experience": done}
    Project.objects.filter(pk=other.pk).update(summary="陪老人看病。", **handed_in)
    Project.objects.filter(pk=own.pk).update(summary="合唱进楼门。", **handed_in)

    assert flags(Project.objects.get(pk=own.pk)) == []


@pytest.mark.parametrize("ended", ["not_selected", "ineligible", "withdrawn", "forfeited"])
def test_writing_again_after_an_end_without_money_is_no_copying(town, original, ended):
    Project.objects.filter(pk=original.pk).update(state=ended)
    again = draft(town, **WORDS, title="第二次")
    proposals.submit(again, by=town.head, pledged=True)

    assert flags(again) == []


@pytest.mark.parametrize("state", ["submitted", "eligible", "in_review", "running", "completed"])
def test_the_same_text_of_the_same_group_in_two_calls_is_applying_twice(town, original, state):
    Project.objects.filter(pk=original.pk).update(state=state)
    again = draft(town, call=make_call(town, code="LX2"), **WORDS)
    proposals.submit(again, by=town.head, pledged=True)

    assert ("text", original) in flags(again)


def test_words_of_goals_and_steps_are_compared_too(town, original):
    goal = "每个工作日下午四点半到六点半在社区阅览室开放，退休教师带着放学后的孩子读书写字"
    step = "大学生志愿者周末讲故事，每月给家长写一封信，学期末开一次小小朗读会"
    words = {"summary": "甲", "needs": "乙", "method": "丙", "goals": "丁", "risks": "戊", "features": "己"}
    words |= {"audience": "庚", "emergency_plan": "辛", "evaluation": "壬", "sustainability": "癸"}
    tables = {
        "targets": [{"goal": goal, "indicator": "人数", "value": 60, "unit": "人", "proof": "签到"}],
        "plan_steps": [{**STEPS[0], "name": step[:20], "content": step}],
    }
    copy = draft(town, call=make_call(town, code="LX3"), tables=tables, **words)

    assert goal in text_of(copy)
    assert step in text_of(copy)


def test_nothing_found_is_not_said_before_anything_was_compared(town, original, browse):
    page = reverse("projects:check_page", args=[original.pk])
    Project.objects.filter(pk=original.pk).update(compared_at=None)
    before = browse(town.clerk).get(page).content.decode()

    find_likenesses(Project.objects.get(pk=original.pk))

    after = browse(town.clerk).get(page).content.decode()
    assert Project.objects.get(pk=original.pk).compared_at is not None
    assert ("没有" in before, "尚未比对" in before) == (False, True) or before != after


def test_a_proposal_whose_comparison_was_killed_is_compared_by_the_clock(town, time, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    project = proposals.submit(draft(town), by=town.head, pledged=True)

    at_once = compare_forgotten()
    time.go(clock.now() + timedelta(minutes=11))
    later = [compare_forgotten(), compare_forgotten()]

    project.refresh_from_db()
    assert (at_once, later, project.compared_at) == (0, [1, 0], clock.now())


def test_what_everybody_writes_is_grey_and_only_the_copy_is_marked(town, original, browse):
    copy = hand_in(town, by_choir(town, **WORDS))
    find_likenesses(copy)
    town.call.guidelines = WORDS["method"]
    town.call.save()

    page = browse(town.clerk).get(reverse("projects:likeness_detail", args=[Likeness.objects.get().pk]))

    looks = {look: "".join(piece for piece, kind in page.context["texts"][0] if kind == look) for look in
             ("shared", "common")}  # fmt: skip
    assert WORDS["method"][1:-1] in looks["common"]
    assert WORDS["summary"][:20] in looks["shared"]
    assert WORDS["method"][:20] not in looks["shared"]


def test_the_funder_of_the_earlier_proposal_opens_the_flag_and_judges_nothing(town, original, browse):
    copy = hand_in(town, by_choir(town, **WORDS))
    find_likenesses(copy)
    other = town.bureau.__class__.objects.create(name="区福彩中心", kind="funder", credit_code="11110105000053032P")
    member(town.stranger, other, "staff")
    call = make_call(town, code="QF2026", publish=False)
    call.__class__.objects.filter(pk=call.pk).update(funder=other)
    Project.objects.filter(pk=original.pk).update(call=call, funder=other)
    page = reverse("projects:likeness_detail", args=[Likeness.objects.get().pk])

    assert browse(town.stranger).get(page).status_code == 200
    assert browse(town.stranger).post(page, {"verdict": "harmless"}).status_code == 403
    assert browse(town.singer).get(page).status_code == 403


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


# -- The number of a quotation or invoice ----------------------------------------------------------


def quoting(number: str, item: str = "音响租用") -> list[dict]:
    return [
        {"category": "venue", "item": item, "unit_price": 800, "unit": "次", "quantity": 1, "quote_number": number},
        {"category": "printing", "item": f"{item}单", "unit_price": 1200, "unit": "批", "quantity": 1},
    ]


def by_choir_quoting(town, number: str, **changes) -> Project:
    """A draft of the choir with words of its own, a line of which rests on this quotation or invoice."""
    own = {"summary": "合唱进楼门。", "needs": "老人想听歌。", "method": "每周排练，月末演出。"}
    own["emergency_plan"] = "下雨改在活动室，嗓子不适的先休息。"
    values = own | {"amount_requested": 2000, "lines": quoting(number)} | changes
    return draft(town, town.choir, by=town.singer, **values)


@pytest.fixture
def quoted_before(town, life):
    """Of the centre, submitted; one of its lines rests on an invoice."""
    lines = [LINES[0], *quoting("BJ-2026 00871", "舞台音响")]
    return life.walk(draft(town, lines=lines, amount_requested=10000), "submitted")


@pytest.mark.parametrize("typed", ["BJ-2026 00871", "bj-202600871", "ＢＪ－２０２６　００８７１", "BJ—202600871"])
def test_the_same_invoice_is_flagged_however_it_is_typed(town, quoted_before, typed):
    other = hand_in(town, by_choir_quoting(town, typed))

    assert flags(other) == [("number", quoted_before)]
    assert flags(quoted_before) == []  # it came first


@pytest.mark.parametrize("typed", ["BJ-2026-00872", "BJ-2026 0087", "", "无", "001"])
def test_another_number_or_one_that_says_nothing_is_not_flagged(town, life, quoted_before, typed):
    BudgetLine.objects.filter(project=quoted_before, quote_number="").update(
        quote_number=typed if len(typed) < 4 else ""
    )

    assert flags(hand_in(town, by_choir_quoting(town, typed))) == []


def test_the_invoice_is_looked_for_in_every_call(town, quoted_before, time):
    later = make_call(town, code="LX2027", title="2027年柳溪镇公益创投")

    other = hand_in(town, by_choir_quoting(town, "BJ-202600871", call=later))

    assert flags(other) == [("number", quoted_before)]


def test_the_clerk_reads_the_number_with_the_lines_of_both(town, quoted_before, browse):
    other = hand_in(town, by_choir_quoting(town, "bj-202600871"))
    find_likenesses(other)
    client = browse(town.clerk)

    check = client.get(reverse("projects:check_page", args=[other.pk])).content.decode()
    page = client.get(reverse("projects:likeness_detail", args=[Likeness.objects.get().pk])).content.decode()

    assert "报价单或发票号相同" in check
    assert "报价单或发票号相同 100" not in check  # the same or not, never by so many per cent
    assert "<mark>BJ-202600871</mark>" in page
    assert "舞台音响" in page.partition('id="numbers"')[2]
    assert "音响租用" in page.partition('id="numbers"')[2]


def test_a_group_does_not_read_whose_invoice_it_was(town, quoted_before, browse):
    find_likenesses(hand_in(town, by_choir_quoting(town, "bj-202600871")))

    page = reverse("projects:likeness_detail", args=[Likeness.objects.get().pk])

    assert browse(town.singer).get(page).status_code == 403


def test_looking_for_invoices_costs_the_same_for_many_proposals(town, quoted_before, life):
    other = hand_in(town, by_choir_quoting(town, "BJ-202600871"))
    with CaptureQueriesContext(connection) as few:
        find_likenesses(other)
    for number in range(6):
        lines = [LINES[0], *quoting(f"FP-{number:06d}", f"项目{number}")]
        life.walk(draft(town, title=f"另一个{number}", lines=lines, amount_requested=10000), "submitted")
    Project.objects.exclude(pk=other.pk).update(submitted_at=quoted_before.submitted_at)

    with CaptureQueriesContext(connection) as many:
        found = find_likenesses(other)

    assert [likeness.kind for likeness in found] == ["number"]
    assert len(many) == len(few)


def test_a_copy_for_another_call_rests_on_quotations_of_its_own(town, quoted_before):
    later = make_call(town, code="LX2027", title="2027年柳溪镇公益创投")

    copy = drafts.create_draft(later, town.centre, by=town.head, title="明年再做", copy_of=quoted_before)

    assert set(copy.budget_lines.values_list("quote_number", flat=True)) == {""}
    assert quoted_before.budget_lines.exclude(quote_number="").count() == 1


def test_a_blind_expert_does_not_read_the_number(town, quoted_before):
    said = [
        cell
        for section in veiled(quoted_before)
        for table in section.tables
        for row in table.rows
        for cell in row.cells
    ]

    assert "舞台音响" in said
    assert [cell for cell in said if "00871" in cell] == []
