"""What is kept too long goes by itself, once a day; what something open rests on waits; the dry run changes nothing."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from core import clock
from core.models import Dispatch
from grants.models import Need
from people.models import DataRequest, KnownPlace
from projects.actions import roster
from projects.actions.people import end_parts_of_ended_projects
from projects.models import Beneficiary, Objection, Participant, Project
from reports.personal.retention import RULES, due, forget_due, forget_now
from tests.life import draft, objected
from tests.records import WANG

pytestmark = pytest.mark.one_database


def going(key: str) -> int:
    [found] = [each for each in due() if each.rule.key == key]
    return found.going


@pytest.fixture
def need(town):
    return Need.objects.create(
        title="修路灯", text="夜里黑", community=town.community, contact="李女士", contact_phone="13800138001",
        sender="a" * 64, state=Need.State.DECLINED,
    )  # fmt: skip


def test_contact_of_a_need_goes_a_year_after_it_ended(need, time):
    time.go(clock.now() + timedelta(days=364))
    assert (going("needs"), forget_now()) == (0, {})

    time.go(clock.now() + timedelta(days=2))
    assert (going("needs"), forget_now()) == (1, {"needs": 1})

    need.refresh_from_db()
    assert (need.contact, need.contact_phone, need.sender, need.title) == ("", "", "", "修路灯")
    assert forget_now() == {}


def test_open_need_keeps_its_contact(need, time):
    Need.objects.filter(pk=need.pk).update(**{"state": Need.State.ACCEPTED})

    time.go(clock.now() + timedelta(days=4000))

    assert going("needs") == 0


def test_dry_run_says_what_would_go_and_changes_nothing(need, time, capsys):
    time.go(clock.now() + timedelta(days=400))

    call_command("retention", "--dry-run")
    said = capsys.readouterr().out
    need.refresh_from_db()

    assert "需求办结满12个月）：到期1条" in said
    assert "没有改动任何内容" in said
    assert "13800138001" not in said
    assert need.contact == "李女士"

    call_command("retention")

    assert "已处理1条" in capsys.readouterr().out


def test_it_is_done_once_a_day(need, time):
    time.go(clock.now() + timedelta(days=400))

    assert (forget_due(), forget_due()) == (1, 0)


def test_names_wait_for_an_open_objection(town, life, time):
    """Also in the roster, whose time was agreed: until it is ruled on."""
    project = life.walk(draft(town), "in_notice")
    objected(town, project)
    text = roster.ConsentText.objects.in_force(town.bureau, "roster")
    person = Beneficiary.objects.create(
        project=project, number=1, consent=text, consented_at=clock.now(), entered_by=town.head, **WANG,
        expires_on=clock.today(),
    )  # fmt: skip
    time.go(clock.now() + timedelta(days=3000))

    [found] = [each for each in due() if each.rule.key == "roster"]
    forget_now()
    person.refresh_from_db()
    assert (found.going, sum(found.waiting.values()), person.name) == (0, 1, "王秀英")

    Objection.objects.update(ruling="dismissed", reason="不成立", ruled_by=town.approver, ruled_at=clock.now())
    forget_now()
    person.refresh_from_db()
    assert (person.name, Objection.objects.get().name.count("*")) == ("", 0)


def test_objector_is_masked_three_years_after_the_ruling(town, life, time):
    objected(town, life.walk(draft(town), "in_notice"))
    Objection.objects.update(ruling="dismissed", reason="不成立", ruled_by=town.approver, ruled_at=clock.now())
    words = Objection.objects.get().text

    time.go(clock.now() + timedelta(days=1096))
    forget_now()

    one = Objection.objects.get()
    assert (one.name[1:], one.sender, one.text) == ("*" * (len(one.name) - 1), "", words)


def test_letters_places_and_requests_go_when_their_time_is_over(town, time):
    KnownPlace.objects.create(user=town.head, network="10.0.0.0/24", last_at=clock.now() - timedelta(days=3000))
    Dispatch.objects.create(
        channel="mail", address="a@example.org", subject="答复", text="您好", state="sent", sent_at=clock.now(),
    )  # fmt: skip
    DataRequest.objects.create(
        number="GX2026-0001", funder=town.bureau, kind="copy", name="王秀英", phone="13800138000", text="查一下",
        due_on=clock.today(), state="granted", answer="已办", decided_by=town.clerk, decided_at=clock.now(),
    )  # fmt: skip

    time.go(clock.now() + timedelta(days=1100))
    done = forget_now()

    assert done == {"places": 1, "messages": 1, "requests": 1}
    asked = DataRequest.objects.get()
    assert (asked.name, asked.phone, asked.text, asked.answer) == ("王**", "", "", "已办")
    assert Dispatch.objects.get().address == ""


def test_mentor_sees_an_ended_project_two_years_longer_and_no_more(town, life, time):
    project = life.walk(draft(town), "running")
    part = Participant.objects.create(project=project, person=town.mentor, part="mentor", since=clock.today())
    Project.objects.filter(pk=project.pk).update(state_since=clock.now())
    time.go(clock.now() + timedelta(days=759))
    running = end_parts_of_ended_projects()
    Project.objects.filter(pk=project.pk).update(**{"state": "completed"})
    early = end_parts_of_ended_projects()
    time.go(clock.now() + timedelta(days=2))

    assert (running, early, end_parts_of_ended_projects()) == (0, 0, 1)
    assert not Participant.objects.current().filter(pk=part.pk).exists()


def test_bureau_sees_what_is_due(town, browse):
    page = reverse("privacy:retention")

    assert all(rule.what in browse(town.clerk).get(page).content.decode() for rule in RULES[:1])
    assert browse(town.head).get(page).status_code == 403
