"""What residents say of two projects of the first call: some sixty of the salon, twelve of the knocks at the door.

Of the sixty most came by the posters; some were asked by phone or at the door, some are paper. Nine came from one
connection with the same words within ten minutes and wait to be looked at; five earlier ones were left out.
"""

from collections.abc import Callable, Mapping
from datetime import date

from config.story.stage import Stage, on
from core import clock
from core.strangers import new_device
from evaluations.actions import grievances, moderating, voice_codes, voices
from evaluations.models import Audience, Channel, Voice, VoiceCode
from projects.models import Activity, Project

Day = Callable[[int], date]
WORDS = {
    3: "第一次叫得出对门的名字，下次还来。",
    7: "孩子们的短剧真好，谢谢何小雨，她电话13800138008，想请她再排一个。",
    12: "活动室太小了，后排看不见，也没有扶手。",
    15: "建议提前三天贴通知，我是最后一天才知道的。",
    18: "低价出租商铺，有意者加微信 zpf8866。",
    22: "就是凑热闹拍照，组织的人净糊弄。",
    26: "希望周末也办，上班的人来不了。",
    31: "饭菜好吃，认识了两家老乡。",
    35: "有人说领奖品的名单是内定的，请查一查。",
}
"""By the number of the answer; everybody else leaves it at a face."""
FACES = "ggggfgggbggggfggggfgggbggggggfggggggfgggbgg"
FACE = {"g": "good", "f": "fair", "b": "bad"}


def play_voices(stage: Stage, projects: Mapping[str, Project], day: Day) -> None:
    salon, knocks = projects["qingnian"], projects["yinling"]
    _by_poster(stage, salon)
    _answered(stage, salon, day)
    _moderated(stage, salon, day)
    _odd(stage, salon, day)
    _written_down(stage, salon, day)
    _others(stage, salon, day)
    _reported(stage, salon, day)
    _few(stage, knocks, day)


def _answers(overall: int, number: int = 0) -> dict[str, int]:
    """All eight questions: around the whole, one a little better, one a little worse."""
    other = {"known": 3 + number % 3, "fits": overall, "time_place": max(1, overall - number % 2), "manner": 5}
    return other | {"skill": overall, "effect": overall, "overall": overall, "again": min(5, overall + 1)}


def _say(code: VoiceCode, at: date, minute: int, face: str, text: str = "", sender: str = "", more: int = 0) -> Voice:
    with on(at, 15 + minute // 60, minute % 60):
        device = new_device()
        said = voices.say(code, device=device, sender=sender, values={"face": FACE[face], "text": text})
        if more:
            said = voices.say_more(said, answers=_answers(more, minute))
    return said


def _by_poster(stage: Stage, project: Project) -> None:
    """Six of each activity, over an afternoon; every third fills in the longer form as well."""
    head = stage.cast.head(project.applicant)
    held = list(Activity.objects.recorded().filter(project=project).order_by("starts_at"))
    for place, activity in enumerate(held):
        at = clock.localdate(activity.starts_at)
        with on(at, 13):
            code = voice_codes.issue_code(project, by=head, activity=activity)
        for number in range(6):
            which = place * 6 + number
            face = FACES[which]
            more = {"g": 5 if which % 2 else 4, "f": 3, "b": 2}[face] if which % 3 == 0 else 0
            _say(code, at, 10 + number * 12, face, WORDS.get(which, ""), f"poster-{which}", more)


def _moderated(stage: Stage, project: Project, day: Day) -> None:
    """Six lines are shown, one of them with a phone masked; advertising and an insult are not; one is a charge."""
    words = {voice.text: voice for voice in Voice.objects.filter(project=project, state=Voice.State.WAITING)}
    for place, number in enumerate((3, 7, 12, 15)):
        with on(day(-28), 10, place):
            moderating.show(words[WORDS[number]], by=stage.clerk, names=["何小雨"])
    with on(day(-28), 11):
        moderating.hide(words[WORDS[18]], by=stage.clerk, why=Voice.Why.ADVERT, note="招租广告，与项目无关。")
    with on(day(-27), 11):
        note = "“糊弄”没有说具体事情，针对个人；如有事实请走反映问题的入口。"
        moderating.hide(words[WORDS[22]], by=stage.mentor, why=Voice.Why.INSULT, note=note)
    with on(day(-6), 12):
        note = "涉及具体指控，转经办人核实。"
        moderating.hide(words[WORDS[35]], by=stage.mentor, why=Voice.Why.CHARGE, note=note)
    head = stage.cast.head(project.applicant)
    shown = Voice.objects.get(pk=words[WORDS[12]].pk)
    with on(day(-26), 19):
        moderating.answer(shown, by=head, text="活动室确实小，下次分两场；扶手已请社区报修。")


def _odd(stage: Stage, project: Project, day: Day) -> None:
    """Five from one connection were left out after a look; nine more wait for one."""
    with on(day(-25), 9):
        code = voice_codes.issue_code(project, by=stage.cast.head(project.applicant))
    early = [_say(code, day(-24), 60 + number, "g", "非常好！非常满意！", "same-1") for number in range(5)]
    with on(day(-22), 10):
        moderating.leave_out(
            project, by=stage.clerk, voices=early, reason="五分钟内同一网络五条同样的话，问过团队，是工作人员试填。"
        )
    for number in range(9):
        _say(code, day(-3), 120 + number, "g", "项目办得特别好，支持！" if number % 2 else "", "same-2")


def _written_down(stage: Stage, project: Project, day: Day) -> None:
    """Asked by the mentor by phone, by the clerk on the spot, by the residents' committee; paper from the group."""
    head = stage.cast.head(project.applicant)
    for number, overall in enumerate((5, 4, 4, 3, 5)):
        with on(day(-19), 10, number * 5):
            values = {"answers": _answers(overall, number), "text": "腿脚不方便，电话里说的。" if number == 3 else ""}
            voices.enter(project, by=stage.mentor, channel=Channel.PHONE, values=values)
    for number, overall in enumerate((4, 5, 2)):
        with on(day(-18), 16, number * 5):
            voices.enter(project, by=stage.clerk, channel=Channel.DOOR, values={"answers": _answers(overall, number)})
    with on(day(-17), 9):
        desk = voice_codes.issue_code(project, by=stage.clerk, is_desk=True)
    for number, overall in enumerate((5, 4, 4)):
        with on(day(-16), 14, number * 10):
            values = {"answers": _answers(overall, number)}
            voices.enter_at_desk(
                desk, sender="desk", name="泛海国际南居委会 宋玉梅", channel=Channel.DOOR, values=values
            )
    for number in range(6):
        with on(day(-15), 20, number):
            values = {"answers": _answers(5), "day": day(-30)}
            voices.enter(project, by=head, channel=Channel.PAPER, values=values)


def _others(stage: Stage, project: Project, day: Day) -> None:
    """Volunteers and the community have links of their own."""
    head = stage.cast.head(project.applicant)
    with on(day(-14), 9):
        volunteer = voice_codes.issue_code(project, by=head, audience=Audience.VOLUNTEER)
        community = voice_codes.issue_code(project, by=head, audience=Audience.COMMUNITY)
    for number, more in enumerate((5, 5, 4, 3)):
        _say(volunteer, day(-13), number * 9, "g" if more > 3 else "f", "", f"volunteer-{number}", more)
    _say(community, day(-13), 100, "g", "通知和场地配合得好。", "community", 5)


def _answered(stage: Stage, project: Project, day: Day) -> None:
    """A report that was looked into and answered."""
    values = {"kind": "manner", "text": "美食角有人插队，工作人员没有管。", "contact": "张女士", "phone": "13900001234"}
    with on(day(-40), 20):
        made = grievances.report(project, sender="report-1", values=values)
    with on(day(-35), 10):
        grievances.answer_report(
            made, by=stage.clerk, finding="问了团队和两位志愿者，当天排队没有标线。",
            answer="情况属实，团队已向您致歉，以后活动设排队标线并安排专人。感谢监督。",
        )  # fmt: skip
    with on(day(-35), 11):
        grievances.tell_by_phone(made, by=stage.clerk, note="已打电话告知，反映人表示满意。")


def _reported(stage: Stage, project: Project, day: Day) -> None:
    """One waits; so does the charge of a comment."""
    values = {"kind": "money", "text": "活动说发三十份奖品，我数了只有二十份左右。", "email": "linju@example.com"}
    with on(day(-2), 21):
        grievances.report(project, sender="report-2", values=values)


def _few(stage: Stage, project: Project, day: Day) -> None:
    """Twelve answers: too few to say anything."""
    with on(day(-60), 9):
        code = voice_codes.issue_code(project, by=stage.cast.head(project.applicant))
    for number, face in enumerate("gggfggbgg"):
        text = "敲门的小刘大姐每天都来，心里踏实。" if number == 4 else ""
        _say(code, day(-50 + number * 4), number * 3, face, text, f"knock-{number}")
    for number, overall in enumerate((5, 5, 4)):
        with on(day(-12), 10, number * 6):
            voices.enter(project, by=stage.mentor, channel=Channel.PHONE, values={"answers": _answers(overall, number)})
