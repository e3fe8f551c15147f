"""An objection to a whole notice: whoever was left out is heard, and what was wrong is judged and published anew."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock, workflow
from core.models import Event
from core.workflow import Refused
from evaluations.actions import list_change, ranking
from evaluations.models import Result
from evaluations.standings import standings
from people.models import User
from projects import inbox
from projects.actions import inquiry, objections
from projects.models import Notice, Objection, Part, Participant, Project
from tests.evaluations.test_stakes import with_stake
from tests.judging import MONEY, announced, judged
from tests.life import objected

WHY = "评分表漏计一份，重新计算。"


def fresh(project: Project) -> Project:
    return Project.objects.get(pk=project.pk)


@pytest.fixture
def listed(town, life):
    """One in notice, one that waits, and one that was not selected."""
    projects = judged(town, life, 38, 30, 20)
    lines = dict(zip((one.pk for one in projects), ("shortlist", "waitlist", "decline"), strict=True))
    announced(town, lines, note="名额有限")
    return [fresh(project) for project in projects]


def to_the_whole(town, text: str = "本单位得分计算有误") -> Objection:
    """An objection to the whole notice, confirmed by a call."""
    found = objections.receive_objection(
        Notice.objects.latest("pk"), None, name="李四光", text=text, phone="13900139000"
    )
    return objections.confirm_by_call(found, by=town.clerk, reached=True, note="本人确认")


def examined(town) -> Objection:
    return inquiry.examine_objection(to_the_whole(town), by=town.clerk)


def reconsidered(town) -> Objection:
    return inquiry.rule_on_objection(examined(town), by=town.approver, ruling="reconsider", reason=WHY)


def test_anybody_objects_to_the_whole_notice_by_the_public_form(town, listed, browse):
    notice = Notice.objects.get()
    page = reverse("projects:objection_whole", args=[notice.pk])
    assert page in browse().get(notice.get_absolute_url()).content.decode()

    typed = {"name": "李四光", "email": "", "phone": "13900139000", "text": "漏了我们", "website": ""}
    response = browse().post(page, typed)

    found = Objection.objects.get()
    assert (response.url, found.project, found.notice) == (found.get_follow_url(), None, notice)
    assert browse().get(response.url).status_code == 200


def test_not_after_the_notice_has_ended(town, listed, life, browse):
    life.day(2026, 5, 20)

    with pytest.raises(Refused):
        objections.receive_objection(Notice.objects.get(), None, name="李四光", text="漏了", phone="13900139000")
    page = browse().get(reverse("projects:objection_whole", args=[Notice.objects.get().pk])).content.decode()
    assert 'name="text"' not in page


def test_nothing_is_approved_while_it_is_open(town, listed, life):
    found = examined(town)
    life.day(2026, 5, 20)

    def blocked() -> list[str]:
        choices = workflow.choices(fresh(listed[0]), town.approver)
        return next(choice.blocked for choice in choices if choice.name == "approve")

    assert len(blocked()) == 1
    inquiry.rule_on_objection(found, by=town.approver, ruling="dismissed", reason="计算无误")
    assert blocked() == []


def test_it_waits_for_the_clerk_and_then_for_the_approver(town, listed):
    found = to_the_whole(town)
    assert found.get_absolute_url() in [task.url for task in inbox.waiting_for(User.objects.get(pk=town.clerk.pk))]

    inquiry.examine_objection(found, by=town.clerk)

    assert found.get_absolute_url() in [task.url for task in inbox.waiting_for(User.objects.get(pk=town.approver.pk))]


@pytest.mark.parametrize("username", ["clerk", "finance", "auditor", "head", "stranger", "admin"])
def test_only_an_approver_rules(town, listed, username):
    found = examined(town)

    with pytest.raises(PermissionDenied):
        inquiry.rule_on_objection(found, by=town.people[username], ruling="reconsider", reason=WHY)


def test_whoever_competes_neither_reads_nor_examines_nor_rules(town, listed, browse):
    found = to_the_whole(town)
    clerk, page = with_stake(town.clerk, town.centre), reverse("projects:objection_detail", args=[found.pk])
    assert browse(town.auditor).get(page).status_code == 200

    assert browse(clerk).get(page).status_code == 403
    with pytest.raises(PermissionDenied):
        inquiry.examine_objection(found, by=clerk)
    inquiry.examine_objection(found, by=town.clerk)
    approver = with_stake(town.approver, town.centre)
    with pytest.raises(PermissionDenied):
        inquiry.rule_on_objection(found, by=approver, ruling="reconsider", reason=WHY)


def test_a_whole_notice_is_not_corrected_and_a_project_is_not_reconsidered(town, listed):
    whole = examined(town)
    line = objected(town, listed[0])
    inquiry.examine_objection(line, by=town.clerk, gist="重复", answer_until=clock.today())
    inquiry.answer_objection(line, by=town.head, text="不重复")

    for found, ruling in ((whole, "upheld"), (whole, "corrected"), (line, "reconsider")):
        with pytest.raises(Refused):
            inquiry.rule_on_objection(found, by=town.approver, ruling=ruling, reason=WHY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=line.pk).update(
            ruling="reconsider", reason=WHY, ruled_by=town.approver, ruled_at=line.arrived_at
        )


def test_everybody_without_an_award_goes_back_into_review_and_the_money_is_free(town, listed):
    before = town.fund.balance().reserved

    reconsidered(town)

    assert [fresh(project).state for project in listed] == ["in_review"] * 3
    assert (before, town.fund.balance().reserved) == (MONEY, Decimal("0.00"))
    assert not Result.objects.exists()
    kept = Event.objects.about(listed[0]).get(name="set_aside_result").data
    assert kept == {"score": "88.00", "rank": 1}
    judges = Participant.objects.current().filter(project=listed[0], part=Part.JUDGE)
    assert judges.count() == 3
    assert WHY in town.clerk.notifications.values_list("body", flat=True)


def test_a_new_decision_is_made_and_its_notice_corrects_the_old_one(town, listed):
    reconsidered(town)
    first, second, _third = listed
    assert [row.rank for row in standings(town.call)] == [1, 2, 3]

    lines = {project.pk: "shortlist" for project in listed}
    announced(town, lines)

    newest = Notice.objects.latest("pk")
    assert newest.kind == Notice.Kind.BOTH
    assert newest.entries.get(project=first).corrects.notice == Notice.objects.earliest("pk")
    assert newest.entries.get(project=second).corrects is None


def test_a_line_that_was_corrected_before_goes_back_once(town, listed):
    line = objected(town, listed[0])
    inquiry.examine_objection(line, by=town.clerk, gist="多算", answer_until=clock.today())
    inquiry.answer_objection(line, by=town.head, text="确实多算")
    amount = Decimal("9000.00")
    inquiry.rule_on_objection(line, by=town.approver, ruling="corrected", reason="核减", amount=amount)
    ranking.publish_notice(town.call, by=town.clerk)

    reconsidered(town)

    assert fresh(listed[0]).state == "in_review"
    assert town.fund.balance().reserved == Decimal("0.00")


def test_who_was_struck_from_the_list_stays_out(town, listed):
    asked = list_change.ask(listed[1], by=town.clerk, kind="strike", reason="不符合条件")
    list_change.decide(asked, by=town.approver, grant=True)

    reconsidered(town)

    assert [fresh(project).state for project in listed] == ["in_review", "not_selected", "in_review"]


def test_the_public_reads_it_on_the_notice(town, listed, browse):
    found = reconsidered(town)
    Objection.objects.filter(pk=found.pk).update(reason="经向李四光核实，漏计一份评分表。")

    response = browse().get(Notice.objects.get().get_absolute_url())

    page = response.content.decode()
    assert ("漏计一份评分表" in page, "李四光" in page, response.context["standing"]) == (True, False, 0)


def test_the_funder_works_on_it_by_its_page(town, listed, browse):
    found = to_the_whole(town)
    page = reverse("projects:objection_detail", args=[found.pk])

    browse(town.clerk).post(page, {"examine": ""})
    note = reverse("projects:objection_note", args=[found.pk, "inquiry"])
    browse(town.clerk).post(note, {"people": "统分人员", "text": "漏计属实"})
    assert "漏计属实" in browse(town.approver).get(page).content.decode()
    browse(town.approver).post(page, {"rule": "", "ruling": "reconsider", "reason": WHY})

    found.refresh_from_db()
    assert (found.ruling, fresh(listed[2]).state) == ("reconsider", "in_review")
