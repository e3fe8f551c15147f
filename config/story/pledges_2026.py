"""Enterprises and a foundation give to running projects: a speed meeting with its schedule, letters, pledges, receipts.

青年文化社 has been given easels and a hall, one receipt waits for a clerk, one pledge for the group. What 暖阳 was promised
came only in part, so that the share of its grant is higher than the call allows when its account is settled.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from config.story.clockwork import moment, on
from config.story.company import SCAN
from config.story.stage import Stage
from projects.actions import gifts, meetings, pledges
from projects.models import Meeting, MeetingTalk, Pledge, Project

Day = Callable[[int], date]


def play_pledges(stage: Stage, projects: dict[str, Project], day: Day) -> None:
    """`day(n)` is n days from today."""
    fresh = {key: Project.objects.get(pk=project.pk) for key, project in projects.items()}
    held = _met(stage, fresh, day)
    _young_people(stage, fresh["qingnian"], held, day)
    _elsewhere(stage, fresh, day)
    _next_meeting(stage, fresh, day)


def _give(stage: Stage, project: Project, giver: str, on_day: date, letter: Any = None, **values: Any) -> Pledge:
    organization = stage.cast.groups[giver]
    head = stage.cast.head(organization)
    asked = {"contact": head.name, "contact_phone": head.phone or "", "message": "", "unit": "", "what": ""}
    with on(on_day, 11):
        return pledges.offer(project, organization, by=head, values=asked | values, letter=letter)


def _goods(what: str, quantity: int, unit: str, price: str, basis: str, words: str) -> dict[str, Any]:
    return {
        "what": what, "quantity": Decimal(quantity), "unit": unit, "unit_price": Decimal(price), "basis": basis,
        "basis_words": words,
    }  # fmt: skip


def _came(stage: Stage, pledge: Pledge, quantity: str, on_day: date, words: str, *, confirm: bool = True) -> None:
    head = stage.cast.head(pledge.project.applicant)
    scan = SimpleUploadedFile("交接单.pdf", SCAN, "application/pdf")
    with on(on_day, 15):
        gift = gifts.record_gift(pledge, by=head, came_on=on_day, quantity=Decimal(quantity), words=words, files=[scan])
    if confirm:
        with on(on_day, 17):
            gifts.decide_gift(gift, by=stage.clerk, accepted=True, apart=True)
    pledge.refresh_from_db()


def _accept(stage: Stage, pledge: Pledge, on_day: date) -> Pledge:
    with on(on_day, 9):
        return pledges.accept(pledge, by=stage.cast.head(pledge.project.applicant))


def _met(stage: Stage, projects: dict[str, Project], day: Day) -> Meeting:
    """The meeting of three months ago, with its schedule."""
    with on(day(-120), 10):
        meeting = meetings.announce(
            Meeting(
                organizer=stage.cast.groups["bureau"], title="东风地区社洽会（第一场）", place="东风地区文化中心二层",
                about="“百企助百社”：企业、基金会与在施项目逐一面谈，每场8分钟，换桌2分钟。",
                starts_at=moment(day(-95), 14), closes_on=day(-98), rounds=4, tables=3,
                contact="东风地区办事处社区办 周敏 010-65001234",
            ),
            by=stage.clerk,
        )  # fmt: skip
    seeks = {
        "qingnian": "活动室、展架和灯具",
        "yinling": "急救用品、志愿者培训",
        "loudao": "涂料、绿植",
        "nuanyang": "护理用品",
    }
    with on(day(-110), 10):
        entries = {}
        for key, words in seeks.items():
            project = projects[key]
            if project.state in ("running", "midterm", "rectifying"):
                head = stage.cast.head(project.applicant)
                entries[key] = meetings.come_with_project(meeting, project, by=head, person=head.name, seeks=words)
    wished = {"fanhai": ["qingnian", "loudao"], "linli": ["nuanyang", "qingnian"], "wenju": ["loudao"]}
    with on(day(-105), 10):
        for giver, keys in wished.items():
            organization = stage.cast.groups[giver]
            head = stage.cast.head(organization)
            chosen = [entries[key] for key in keys if key in entries]
            meetings.come_as_giver(meeting, organization, by=head, person=head.name, wishes=chosen)
    with on(day(-97), 10):
        meetings.make_schedule(meeting, by=stage.clerk)
    return meeting


def _young_people(stage: Stage, project: Project, held: Meeting, day: Day) -> None:
    """A letter became a pledge and all of it came; the hall is used month by month; the foundation's offer is new."""
    qiye = stage.cast["qiye"]
    talk = MeetingTalk.objects.get(meeting=held, guest__giver=stage.cast.groups["fanhai"], entry__project=project)
    with on(day(-95), 17):
        letter = meetings.write_intent(
            talk, by=qiye, what="便携展架2套、射灯8只，供主题活动使用", value=Decimal("2400.00"), until=day(-80)
        )
    market = _goods("便携展架和射灯", 2, "套", "1200.00", "market", "三家网店均价，比价单附后")
    easels = _give(stage, project, "fanhai", day(-88), letter, kind="goods", due_on=day(-60), **market)
    _accept(stage, easels, day(-87))
    _came(stage, easels, "2.00", day(-66), "物业工程部送到活动室，全永雄签收")
    hall = _goods("会所多功能厅", 8, "场", "150.00", "list", "泛海国际会所场租公示价")
    room = _give(stage, project, "fanhai", day(-85), kind="venue", due_on=day(60), **hall)
    _accept(stage, room, day(-84))
    _came(stage, room, "5.00", day(-40), "五场活动使用登记表附后")
    _came(stage, room, "1.00", day(-3), "第六场", confirm=False)
    money = {"kind": "money", "quantity": Decimal("1500.00"), "message": "希望用于新居民语言角的讲义印制。"}
    _give(stage, project, "linli", day(-2), due_on=day(25), **money)


def play_respite(stage: Stage, project: Project, day: Day) -> None:
    """While it ran 暖阳 was promised nursing goods, which came, and money, which never did."""
    kits = _goods("家庭护理包", 40, "份", "30.00", "market", "两家药店报价均值")
    given = _give(stage, project, "linli", day(-228), kind="goods", due_on=day(-180), **kits)
    _accept(stage, given, day(-226))
    _came(stage, given, "40.00", day(-190), "逐户签收表附后")
    money = {"kind": "money", "quantity": Decimal("1800.00")}
    _accept(stage, _give(stage, project, "wenju", day(-225), due_on=day(-150), **money), day(-224))
    with on(day(-149), 9):
        pledges.lapse_overdue()


def _elsewhere(stage: Stage, projects: dict[str, Project], day: Day) -> None:
    """One pledge that the group declined, and one that awaits its day."""
    paint = _goods("环保内墙涂料", 30, "桶", "168.00", "invoice", "供货发票，随货提供")
    pledge = _give(stage, projects["yinling"], "wenju", day(-50), kind="goods", due_on=day(-20), **paint)
    with on(day(-48), 9):
        head = stage.cast.head(projects["yinling"].applicant)
        pledges.decline(pledge, by=head, note="谢谢！我们是敲门问候，用不上涂料；已转告楼道美化互助组。")
    help_ = _goods("会计志愿者整理票据", 40, "小时", "26.40", "wage", "北京市非全日制小时最低工资标准")
    hours = _give(stage, projects["yinling"], "linli", day(-30), kind="hours", due_on=day(12), **help_)
    _accept(stage, hours, day(-28))


def _next_meeting(stage: Stage, projects: dict[str, Project], day: Day) -> None:
    """The next meeting takes guests."""
    with on(day(-8), 10):
        meeting = meetings.announce(
            Meeting(
                organizer=stage.cast.groups["bureau"], title="东风地区社洽会（岁末场）", place="泛海国际会所多功能厅",
                about="面向在施项目征集明年场地、物资和专业志愿服务。", starts_at=moment(day(16), 14),
                closes_on=day(9), rounds=5, tables=4, contact="东风地区办事处社区办 周敏 010-65001234",
            ),
            by=stage.clerk,
        )  # fmt: skip
    with on(day(-5), 10):
        project = projects["yinling"]
        head = stage.cast.head(project.applicant)
        meetings.come_with_project(meeting, project, by=head, person=head.name, seeks="门铃和急救包60套")
        organization = stage.cast.groups["linli"]
        head = stage.cast.head(organization)
        meetings.come_as_giver(meeting, organization, by=head, person=head.name)
