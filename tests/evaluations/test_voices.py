"""What residents say on their phones, what others write down, and who may."""

from datetime import date, timedelta
from urllib.parse import unquote

import pytest
from django.core.exceptions import PermissionDenied

from core import clock
from core.models import Event
from core.strangers import new_device
from core.workflow import Refused
from evaluations.actions import voice_codes, voices
from evaluations.models import Audience, Channel, Questionnaire, Voice, VoiceCode
from projects.models import Project
from tests import speaking
from tests.life import draft
from tests.mentored import running
from tests.records import held, planned
from tests.speaking import GOOD, WORDS, entered, say
from tests.town import member


@pytest.fixture
def other(town):
    """Another running project of the same group."""
    made = draft(town, title="别的项目")
    Project.objects.filter(pk=made.pk).update(state="running", submitted_at=clock.now())
    return Project.objects.get(pk=made.pk)


@pytest.fixture
def project(town, life):
    return running(town, life)


@pytest.fixture
def code(town, project):
    return speaking.code(town, project)


# -- codes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["head", "volunteer", "mentor", "clerk"])
def test_code_is_made_once_by_group_mentor_and_clerk(town, project, who):
    first = voice_codes.issue_code(project, by=town.people[who])

    assert voice_codes.issue_code(project, by=town.clerk) == first
    assert first.expires_on == project.ends_on + timedelta(days=30)


@pytest.mark.parametrize("who", ["approver", "auditor", "hosthead", "singer", "stranger", "expert1", "admin"])
def test_code_is_not_made_by_others(town, project, who):
    with pytest.raises(PermissionDenied):
        voice_codes.issue_code(project, by=town.people[who])


def test_code_of_an_activity_ends_thirty_days_after_it(town, project):
    activity = planned(town, project)

    assert speaking.code(town, project, activity=activity).expires_on == date(2026, 7, 19)


def test_code_of_an_activity_of_another_project_is_refused(town, other, project):
    with pytest.raises(Refused):
        speaking.code(town, other, activity=planned(town, project))


def test_desk_is_opened_by_the_clerk_and_never_by_the_group(town, project):
    assert voice_codes.issue_code(project, by=town.clerk, is_desk=True).is_desk
    with pytest.raises(PermissionDenied):
        voice_codes.issue_code(project, by=town.head, is_desk=True)


def test_revoked_code_takes_nothing_and_another_one_is_made(town, code):
    voice_codes.revoke_code(code, by=town.head)

    with pytest.raises(Refused, match="更换或停用"):
        say(code)
    again = voice_codes.issue_code(code.project, by=town.head)
    assert again.code != code.code
    assert say(again).level == 4


def test_code_ends_after_its_day(code, time):
    time.go(clock.now().replace(year=2027, month=3, day=30, hour=23))
    assert say(code).level == 4

    time.go(clock.now() + timedelta(hours=2))
    with pytest.raises(Refused, match="截止"):
        say(code)


def test_code_is_found_however_it_is_typed(code):
    typed = f" {code.code[:3].lower()} {code.code[3:]} "

    wide = code.code.translate({ord(sign): ord(sign) + 0xFEE0 for sign in code.code})

    assert VoiceCode.objects.typed(typed) == VoiceCode.objects.typed(wide) == code
    assert VoiceCode.objects.typed("ABC") is None


# -- on the phone --------------------------------------------------------------------------------


@pytest.mark.parametrize(("face", "level"), [("good", 4), ("fair", 3), ("bad", 2)])
def test_face_says_the_direction(code, face, level):
    said = say(code, face)

    assert (said.level, said.channel, said.state, said.project) == (level, "web", "silent", code.project)


def test_phone_answers_once_a_day_and_again_tomorrow(code, time):
    phone = new_device()
    say(code, device=phone)

    with pytest.raises(Refused, match="今天已经评价过"):
        say(code, device=phone)
    time.go(clock.now() + timedelta(days=1))
    say(code, "bad", device=phone)
    assert Voice.objects.count() == 2


def test_phone_that_answered_about_an_activity_has_answered_about_its_project(town, project, code):
    phone = new_device()
    say(speaking.code(town, project, activity=planned(town, project)), device=phone)

    with pytest.raises(Refused):
        say(code, device=phone)
    assert say(code).activity is None


def test_what_is_kept_of_a_phone_leads_nowhere_else(town, other, code):
    """Neither to another project nor to where somebody signed in with a name."""
    elsewhere = speaking.code(town, other)
    phone = new_device()

    first, second = say(code, device=phone, sender="x"), say(elsewhere, device=phone, sender="x")

    assert first.device != second.device
    assert first.sender != second.sender
    assert phone not in (first.device, second.device)
    assert "x" not in (first.sender, second.sender)


def test_connection_is_stopped_after_so_many_an_hour(code, monkeypatch):
    monkeypatch.setattr(voices, "MOST_FROM_ONE_NETWORK", 2)
    say(code, sender="a")
    say(code, sender="a")

    with pytest.raises(Refused, match="这个网络"):
        say(code, sender="a")
    assert say(code, sender="b").level == 4


def test_words_wait_for_a_person_unless_they_are_not_meant_for_the_public(code):
    assert say(code, text="很好").state == "waiting"
    assert say(code, text="很好", inside=True).state == "inside"
    assert say(code, text="  ").state == "silent"


def test_five_steps_replace_the_face(code):
    said = say(code, "good")

    more = voices.say_more(said, answers={"overall": 5, "effect": 2, "invented": 5})

    assert (more.level, more.answers) == (5, {"overall": 5, "effect": 2})
    with pytest.raises(Refused):
        voices.say_more(more, answers={"overall": 1})


def test_longer_form_without_the_whole_leaves_the_face(code):
    assert voices.say_more(say(code, "bad"), answers={"effect": 5}).level == 2


def test_answer_is_taken_back_for_ten_minutes_and_nothing_of_it_stays(code, time):
    phone = new_device()
    said = voices.say(code, device=phone, sender="a", values=WORDS)
    time.go(clock.now() + timedelta(minutes=9, seconds=59))

    voices.withdraw(said)

    gone = Voice.objects.get(pk=said.pk)
    assert (gone.text, gone.device, gone.state, gone.withdrawn_at) == ("", "", "silent", clock.now())
    assert list(Voice.objects.valid()) == []
    assert say(code, device=phone).level == 4
    assert "活动室" not in str(list(Event.objects.about(gone).values()))


def test_answer_is_not_taken_back_after_ten_minutes_but_by_a_clerk_who_was_called(town, code, time):
    said = voices.say(code, device=new_device(), sender="", values=WORDS)
    time.go(clock.now() + timedelta(minutes=10))

    with pytest.raises(Refused, match="十分钟"):
        voices.withdraw(said)
    with pytest.raises(Refused, match="怎样提出"):
        voices.withdraw_on_request(said, by=town.clerk, note=" ")
    with pytest.raises(PermissionDenied):
        voices.withdraw_on_request(said, by=town.head, note="来电")
    voices.withdraw_on_request(said, by=town.clerk, note="来电报了回执号")
    assert Voice.objects.get(pk=said.pk).text == ""


def test_traces_go_after_a_month_and_the_answer_stays(code, time):
    said = voices.say(code, device=new_device(), sender="a", values=WORDS)
    time.go(clock.now() + timedelta(days=30))
    assert voices.forget_traces() == 0

    time.go(clock.now() + timedelta(minutes=1))
    assert voices.forget_traces() == 1

    kept = Voice.objects.get(pk=said.pk)
    assert (kept.device, kept.sender, kept.text) == ("", "", WORDS["text"])
    assert voices.forget_traces() == 0


def test_numbers_in_words_are_masked_after_two_years(code, time):
    said = say(code, text="请打13800138000")
    time.go(clock.now() + timedelta(days=731))

    voices.forget_traces()

    assert Voice.objects.get(pk=said.pk).text == "请打138****8000"


def test_odd_answers_are_flagged_and_count_all_the_same(code):
    for _each in range(8):
        say(code, sender="a")

    assert set(map(tuple, Voice.objects.values_list("flags", flat=True))) == {("same_sender",)}
    assert Voice.objects.valid().count() == 8


# -- written down --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["mentor", "clerk"])
@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.DOOR])
def test_others_write_down_by_phone_and_at_the_door(town, project, who, channel):
    said = entered(town, project, 5, channel=channel, by=town.people[who])

    assert (said.level, said.channel, said.entered_by) == (5, channel, town.people[who])


def test_evaluator_writes_down_while_evaluating(town, life, project):
    project.participants.create(person=town.evaluator, part="evaluator", organization=town.evaluators)

    assert entered(town, project, by=town.evaluator).entered_by == town.evaluator


@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.DOOR])
@pytest.mark.parametrize("who", ["head", "volunteer", "hosthead", "approver", "stranger"])
def test_the_group_and_others_never_write_down_what_somebody_said(town, project, who, channel):
    with pytest.raises(PermissionDenied):
        entered(town, project, channel=channel, by=town.people[who])


def test_the_group_enters_paper_and_nobody_else_does(town, project):
    assert entered(town, project, channel=Channel.PAPER, by=town.volunteer).channel == "paper"
    with pytest.raises(PermissionDenied):
        entered(town, project, channel=Channel.PAPER, by=town.clerk)


def test_clerk_who_belongs_to_the_group_writes_nothing_down(town, project):
    member(town.clerk, town.centre, "staff")

    with pytest.raises(PermissionDenied):
        entered(town, project, by=type(town.clerk).objects.get(pk=town.clerk.pk))


def test_written_down_is_refused_for_a_day_to_come_and_without_the_whole(town, project):
    with pytest.raises(Refused, match="还没到"):
        entered(town, project, day=clock.today() + timedelta(days=1))
    with pytest.raises(Refused, match="总的满意程度"):
        entered(town, project, answers={"effect": 5})


def test_committee_writes_down_at_its_desk_without_an_account(town, project):
    desk = voice_codes.issue_code(project, by=town.mentor, is_desk=True)
    values = {"answers": {"overall": 4}, "text": "还行"}

    said = voices.enter_at_desk(desk, sender="a", name="宋玉梅", channel=Channel.DOOR, values=values)

    assert (said.entered_name, said.entered_by, said.channel, said.level) == ("宋玉梅", None, "door", 4)


def test_desk_is_no_poster_and_a_poster_no_desk(town, project, code):
    desk = voice_codes.issue_code(project, by=town.clerk, is_desk=True)

    with pytest.raises(Refused):
        voices.say(desk, device=new_device(), sender="", values=GOOD)
    with pytest.raises(Refused):
        voices.enter_at_desk(code, sender="", name="某", channel=Channel.DOOR, values={"answers": {"overall": 5}})
    with pytest.raises(Refused):
        voices.enter_at_desk(desk, sender="", name="某", channel=Channel.PAPER, values={"answers": {"overall": 5}})


# -- pages ---------------------------------------------------------------------------------------


def test_page_takes_an_answer_without_an_account_and_says_how_to_take_it_back(code, browse):
    phone = browse()
    phone.get(code.get_absolute_url())

    page = phone.post(code.get_absolute_url(), {"face": "good", "text": "好"}, follow=True).content.decode()

    said = Voice.objects.get()
    assert said.number in page
    assert "撤回重填" in page
    phone.post(code.get_absolute_url(), {"face": "good"})
    assert Voice.objects.count() == 1
    page = phone.post(f"{code.get_absolute_url()}take-back/", follow=True).content.decode()
    assert "已撤回" in page
    assert list(Voice.objects.standing()) == []


def test_page_of_a_second_poster_of_the_project_says_of_what_the_answer_was(town, project, code, browse):
    activity = planned(town, project)
    second = speaking.code(town, project, activity=activity)
    phone = browse()
    phone.get(code.get_absolute_url())
    first = phone.post(code.get_absolute_url(), {"face": "good"}, follow=True).content.decode()
    assert "您刚扫的是" not in first

    page = phone.get(second.get_absolute_url()).content.decode()

    assert f"<h1>{project.title}</h1>" in page
    assert f"您刚扫的是“{activity.theme}”" in page
    assert project.title in phone.get(f"{second.get_absolute_url()}more/").content.decode().split("<form")[1]


def test_page_keeps_what_was_typed_when_the_face_is_missing_and_when_the_type_changes(code, browse):
    phone = browse()

    page = phone.post(code.get_absolute_url(), {"text": "后排看不见"}).content.decode()
    assert "后排看不见" in page
    assert "请在三个表情里选一个" in page
    page = phone.post(code.get_absolute_url(), {"text": "后排看不见", "face": "bad", "size": "xl"}).content.decode()
    assert "后排看不见" in page
    assert "say-xl" in page
    assert "请检查" not in page
    assert "say-xl" in phone.get(code.get_absolute_url()).content.decode()
    assert Voice.objects.count() == 0


def test_program_learns_nothing_and_leaves_nothing(code, browse):
    answer = browse().post(code.get_absolute_url(), {"face": "good", "website": "http://spam"})

    assert answer.status_code == 302
    assert Voice.objects.count() == 0


def test_cookie_that_is_not_ours_is_a_new_phone(code, browse):
    phone = browse()
    phone.cookies["device"] = "made-up"

    phone.post(code.get_absolute_url(), {"face": "good"})

    assert Voice.objects.get().device != ""
    assert phone.cookies["device"].value != "made-up"


def test_closed_and_unknown_codes_say_so(town, code, browse):
    voice_codes.revoke_code(code, by=town.head)

    closed = browse().get(code.get_absolute_url())

    assert (closed.status_code, "010-65000000" in closed.content.decode()) == (410, True)
    assert browse().get("/s/NOSUCH/").status_code == 404


def test_page_of_the_group_offers_paper_only(town, project, browse):
    page = browse(town.head).get(f"/projects/{project.pk}/voices/enter/").content.decode()

    assert 'value="paper"' in page
    assert 'value="phone"' not in page


def test_page_says_what_revoking_does_before_a_code_is_revoked(town, project, code, browse):
    page = browse(town.clerk).get(f"/projects/{project.pk}/voices/").content.decode()

    before, after = page.split(f"/voice-codes/{code.pk}/revoke/")[:2]
    assert "不能恢复" in before[before.rindex("<details") :]
    assert "确定停用" in after[: after.index("</details>")]


def test_overview_of_a_project_without_money_is_not_found(town, life, browse):
    assert browse(town.head).get(f"/projects/{draft(town).pk}/voices/").status_code == 404


def test_volunteers_and_community_are_asked_by_links_of_their_own(town, project):
    volunteer = speaking.code(town, project, audience=Audience.VOLUNTEER)

    said = say(volunteer)

    assert (said.audience, said.questionnaire.audience) == ("volunteer", "volunteer")


def test_satisfaction_of_an_activity_counts_at_the_activity(town, project, time):
    activity = held(town, project, time, heads=20)
    said = say(speaking.code(town, Project.objects.get(pk=project.pk), activity=activity))

    assert said.activity == activity


# -- nothing left, nothing typed twice -------------------------------------------------------------


def test_what_is_taken_back_leaves_neither_face_nor_step(town, code, browse):
    said = say(code, "bad", "太吵")

    voices.withdraw(said)

    left = Voice.objects.get()
    assert (left.face, left.level, left.answers, left.text) == ("", None, {}, "")
    page = browse(town.clerk).get(left.get_absolute_url()).text
    assert "评价内容已清除" in page
    assert "不满意" not in page


def test_who_writes_down_many_sets_how_and_when_once(town, project, time, browse):
    activity = held(town, project, time, heads=5)
    day = clock.localdate(activity.starts_at).isoformat()
    address = f"/projects/{project.pk}/voices/enter/"
    sent = {"channel": "door", "day": day, "activity": str(activity.pk), "overall": "4"}

    page = browse(town.clerk).post(address, sent, follow=True)

    form = page.context["form"]
    assert [str(form[name].value()) for name in ("channel", "day", "activity")] == ["door", day, str(activity.pk)]
    assert form["overall"].value() is None
    assert Voice.objects.get().channel == "door"


def test_the_desk_remembers_who_writes_down_and_no_address_names_them(town, project, browse):
    desk = voice_codes.issue_code(project, by=town.clerk, is_desk=True)
    Project.objects.filter(pk=project.pk).update(starts_on=clock.today())
    sent = {"name": "李主任", "channel": "door", "day": clock.today().isoformat(), "overall": "4"}
    client = browse()

    page = client.post(desk.get_absolute_url(), sent, follow=True)

    assert page.context["form"]["name"].value() == "李主任"
    assert "李" not in unquote(page.redirect_chain[-1][0])
    assert browse().get(desk.get_absolute_url()).context["form"]["name"].value() in ("", None)


def test_at_an_activity_people_are_asked_about_it_and_a_funders_own_words_stay(town, project, code, browse):
    poster = speaking.code(town, project, activity=planned(town, project))
    asked = [browse().get(one.get_absolute_url()).context["form"]["face"].label for one in (code, poster)]
    assert asked == ["这个项目，您满意吗？", "这次活动，您满意吗？"]

    ours = Questionnaire.objects.in_force(town.bureau, Audience.RESIDENT)
    Questionnaire.objects.create(funder=town.bureau, audience="resident", version=2, question="街坊们，满意吗？",
                                 open_question="还想说", items=ours.items)  # fmt: skip

    assert browse().get(poster.get_absolute_url()).context["form"]["face"].label == "街坊们，满意吗？"
