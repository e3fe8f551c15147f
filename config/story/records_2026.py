"""Six months of 邻里多元文化客厅: plans and records, who came, who helped, whom the social worker visited.

The draft of 中泰文化大交流 is the plan of seed part 6, word for word where it has words: five lines of materials that
sum to 175.00 yuan, three clubs with their tasks, and a place still to be found.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from config.story.clockwork import moment, on
from config.story.company import EMERGENCY
from config.story.stage import Stage
from core import clock
from core.strangers import new_device
from people.models import User
from projects.actions import activities, attendance, calendars, delivery, roster, services, volunteers
from projects.models import Beneficiary, Project

SENDER = "demo"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN = "秀英建国玉兰志强桂芳海燕明华丽娟春梅文博小雨安娜大卫美玲国庆晓东雪梅立新素珍永康佳怡浩然思远静怡宝珠"
CLUBS = [
    {"name": "海心阁文学社", "task": "出活动策划，写小短剧剧本，甄选主持人"},
    {"name": "美在暹罗泰语社", "task": "活动材料收集，视频与PPT制作"},
    {"name": "传统文化交流协会", "task": "教室申请，活动所需物品采购"},
    {"name": "三个社团", "task": "活动结束后会场清理共同处理，每个社团派出3—5人"},
]
SEED_ITEMS = [
    {"name": "大海报2张，小海报30张", "quantity": "32张", "amount": Decimal("25.00")},
    {"name": "矿泉水", "count": Decimal(10), "unit_price": Decimal("1.00"), "amount": None},
    {"name": "活动奖品：20支笔，10个记事本", "quantity": "30件", "amount": Decimal("100.00")},
    {"name": "布置会场的气球1包，彩带6条", "quantity": "7件", "amount": Decimal("35.00")},
    {"name": "打印文件", "quantity": "1批", "amount": Decimal("5.00")},
]


@dataclass(frozen=True)
class Held:
    """One activity of the story: when, what, how many of the roster came, how many signed in besides, how many heads."""

    day: int
    theme: str
    ticked: int
    phones: int
    heads: int
    outcome: str
    spent: str
    minutes: int = 120


HELD = [
    Held(-200, "开客厅：见面会", 12, 8, 15, "新老住户第一次坐在一起，用世界地图贴出各自的老家，贴了11个省和6个国家。", "196.00"),
    Held(-170, "邻里读书会：一本书换一个故事", 10, 5, 6, "每人带一本书讲一个故事，换走28本；有三位外籍邻居用中文讲完。", "120.50"),
    Held(-140, "家乡味道：包粽子大家学", 16, 9, 22, "包了三百个粽子，送给楼里独居老人40个；孩子们排了小短剧。", "312.00", 180),
    Held(-115, "院里露天电影", 9, 11, 48, "放映两部短片，散场后自发留下打扫；物业主动提供电源。", "88.00"),
    Held(-90, "邻里拼桌：一家一道菜", 18, 10, 25, "21家带了家乡菜，登记了9位愿意主持下一场的居民。", "260.00", 150),
    Held(-60, "非遗课堂：剪纸和泰国纸花", 14, 6, 9, "请泰语社同学教纸花，社区剪纸阿姨教窗花，互为老师。", "340.00"),
    Held(-30, "邻里问答夜", 13, 12, 17, "四十道社区问答，楼长出题；骨干第一次独立主持，社工只在旁边。", "150.00"),
]  # fmt: skip


def play_records(stage: Stage, project: Project, day) -> None:
    """From the first meeting seven months ago to the plans for next month."""
    story = _Salon(stage, project, day)
    story.people()
    for place, held in enumerate(HELD):
        story.hold(place, held)
    story.cares()
    story.milestones()
    story.to_come()


class _Salon:
    def __init__(self, stage: Stage, project: Project, day):
        self.stage, self.project, self.day = stage, project, day
        self.head: User = stage.cast.head(project.applicant)
        self.helper: User = stage.cast["zhiyuan"]
        self.roster: list[Beneficiary] = []
        self.phones = [new_device() for _each in range(12)]
        self.step_keys = list(project.plan_steps.values_list("key", flat=True))
        self.served = project.targets.get(indicator="服务人数").key

    def people(self) -> None:
        """Thirty people, with consent; four are children with their guardians, one takes the consent back later."""
        categories = ["elder"] * 11 + ["newcomer"] * 8 + ["other"] * 5 + ["disabled", "low_income"] + ["child"] * 4
        for place, category in enumerate(categories):
            born = {"elder": 1944 + place, "child": clock.today().year - 8 - place % 4}.get(category, 1970 + place)
            values = {
                "name": SURNAMES[place] + GIVEN[place * 2 % len(GIVEN)] + GIVEN[(place * 2 + 1) % len(GIVEN)],
                "gender": "fm"[place % 3 == 0],
                "birth_year": born,
                "category": category,
                "community": self.project.community if place % 9 else None,
                "phone": "" if category == "child" else f"1380010{2000 + place * 37:04d}",
                "source": ("self", "recommended", "contacted")[place % 3],
                "recommended_by": "泛海国际南居委会" if place % 3 == 1 else "",
                "guardian": f"{SURNAMES[place]}女士" if category == "child" else "",
            }
            with on(self.day(-212 if place < 20 else -120), 9, place):
                self.roster.append(
                    roster.enter(
                        self.project,
                        by=self.helper,
                        values=values,
                        agreed=True,
                        sensitive_agreed=category in Beneficiary.SENSITIVE,
                        guardian_agreed=category == "child",
                        call_agreed=category != "child" and place % 4 != 3,
                    )
                )

    def hold(self, place: int, held: Held) -> None:
        """Planned, held with sign-ins on phones and by hand, volunteers' time confirmed, recorded with photos."""
        stage, day = self.stage, self.day(held.day)
        items = [
            {"name": "茶水", "count": Decimal(30), "unit_price": Decimal("2.00"), "amount": None},
            {"name": "布置和材料", "quantity": "1批", "amount": Decimal(held.spent) / 2},
        ]
        activity = stage.plan(
            self.project, day - timedelta(days=10), held.theme, moment(day, 14),
            place="泛海国际南社区活动室", audience="泛海国际南新老居民", emergency_plan=EMERGENCY,
            programme="签到→破冰→主题环节→分享→合影", step_key=self.step_keys[min(place // 3, 2)], items=items,
            partners=[{"name": "青年文化社", "task": "主持、签到、收尾"}, {"name": "社区居委会", "task": "场地和通知"}],
            targets=[self.served], expected=held.ticked + held.phones + held.heads,
        )  # fmt: skip
        if held.day > -40:
            self.withdraw()
        there = [person for person in self.roster if person.entered_at < activity.starts_at]
        for number in range(held.phones):
            values = {
                "name": f"{SURNAMES[-1 - number]}邻居" if number % 3 else f"小{SURNAMES[number]}",
                "phone_tail": f"{6000 + number * 111:04d}" if number % 3 else "",
                "household": f"{number + 1}号楼",
                "first_time": number >= place,
                "community": self.project.community if number % 4 else None,
            }
            with on(day, 14, number):
                attendance.sign_in(activity, device=self.phones[number], sender=SENDER, values=values)
        with on(day, 15):
            attendance.tick(activity, by=self.helper, people=there[place % 3 :][: held.ticked])
            stage.photograph(activity, "合影", "#7d5a3c", has_consent=True, is_public=True)
            stage.photograph(activity, "作品和场地", "#4f7f77", shows_people=False, is_public=True)
            if place == 2:
                stage.photograph(activity, "孩子们的短剧", "#8a6d9b", shows_children=True)
        rows = [{"name": "何小雨", "minutes": held.minutes + 60, "task": "签到"}]
        rows += [
            {"name": name, "minutes": held.minutes, "task": "布置、收尾"} for name in ("吴晓东", "唐美玲", "冯佳怡")
        ]
        if place % 2:
            rows.append({"name": "全永雄", "minutes": held.minutes, "task": "主持"})
        with on(day, 18):
            times = volunteers.enter_times(activity, by=self.helper, rows=rows)
        if place < len(HELD) - 1:  # of the latest the times still wait
            with on(day + timedelta(days=1), 8):
                volunteers.confirm_times(
                    self.project, by=self.head, times=[t for t in times if t.volunteer.person != self.head]
                )
                volunteers.confirm_times(
                    self.project, by=self.helper, times=[t for t in times if t.volunteer.person == self.head]
                )
        stage.record(
            activity, day + timedelta(days=1), held.heads, held.outcome, held.spent,
            achieved={self.served: Decimal(held.ticked + held.phones)}, goal_reached="partly" if place == 1 else "yes",
        )  # fmt: skip

    def withdraw(self) -> None:
        """The eighth takes the consent back: the name goes, everything they came to still counts."""
        gone = self.roster.pop(7)
        with on(self.day(-40), 10):
            roster.withdraw(gone, by=self.head)

    def cares(self) -> None:
        """Two people visited at home, a group that met four times, two actions in the yard."""
        elder, newcomer = self.roster[3], self.roster[12]
        visits = [
            (-150, elder, "了解独居情况", "老伴去年去世，腿脚不便，想参加活动但下楼困难；女儿每周来一次。", "请骨干每次活动前一天上门接。"),
            (-95, elder, "回访", "已参加两次活动，认识了同楼层的邻居，愿意教包粽子。", "下月请她当一次老师。"),
            (-70, newcomer, "新居民融入", "随儿子来京带孙子，听不懂普通话，白天很闷。", "介绍进读书会，找同乡结对。"),
        ]  # fmt: skip
        for offset, person, purpose, situation, plan in visits:
            values = {"held_on": self.day(offset), "beneficiary": person, "way": "home", "minutes": 60}
            values |= {"purpose": purpose, "situation": situation, "plan": plan, "next_on": self.day(offset + 30)}
            with on(self.day(offset), 17):
                services.write_service(self.project, "case", by=self.head, values=values)
        for session in range(1, 5):
            held_on = self.day(-130 + session * 14)
            values = {"title": "主持人成长小组", "session": session, "held_on": held_on, "minutes": 90, "others": 1}
            values |= {"content": f"第{session}节：破冰、练习开场白，互相点评。", "plan": "下节课每人主持十分钟。"}
            with on(held_on, 20):
                services.write_service(
                    self.project, "group", by=self.head, values=values, members=self.roster[12 : 17 + session % 2]
                )
        for offset, title, reach in ((-160, "院里摆摊：客厅招邻居", 120), (-50, "楼门海报和微信群通知", 300)):
            values = {"title": title, "held_on": self.day(offset), "reach": reach, "content": "发单页，登记意向。"}
            with on(self.day(offset), 17):
                services.write_service(self.project, "community", by=self.helper, values=values)
        with on(self.day(-49), 19):
            rest = {"name": "吴晓东", "minutes": 95, "task": "贴海报"}
            time = volunteers.enter_time(self.project, by=self.helper, held_on=self.day(-50), values=rest)
            volunteers.confirm_times(self.project, by=self.head, times=[time])

    def milestones(self) -> None:
        """The first is reached three days late; a link lets the volunteers' phones follow the calendar."""
        first = self.project.milestones.first()
        with on(first.due_on + timedelta(days=3), 10):
            note = "五场活动签到表齐全，登记参加居民一百余人次。"
            delivery.reach_milestone(first, by=self.head, done_on=first.due_on + timedelta(days=3), note=note)
        with on(self.day(-100), 10):
            calendars.make_link(by=self.head, project=self.project)

    def to_come(self) -> None:
        """One is cancelled, one waits to be recorded, one has moved, one is a closed group, one a draft without a place."""
        stage, day, venue = self.stage, self.day, "泛海国际南社区活动室"
        rained = stage.plan(
            self.project, day(-52), "走读亮马河", moment(day(-45), 9), place="亮马河", emergency_plan=EMERGENCY
        )
        with on(day(-46), 17):
            activities.cancel(rained, by=self.head, reason="气象台发布大风蓝色预警，改期另行通知。")
        waiting = stage.plan(
            self.project, day(-16), "邻里美食角", moment(day(-4), 14), place=venue, emergency_plan=EMERGENCY,
            audience="泛海国际南新老居民", expected=60,
        )  # fmt: skip
        for number in range(6):
            values = {"name": f"{SURNAMES[-1 - number]}邻居", "phone_tail": f"{6000 + number * 111:04d}"}
            values |= {"household": "", "first_time": number > 3, "community": self.project.community}
            with on(day(-4), 14, number):
                attendance.sign_in(waiting, device=self.phones[number], sender=SENDER, values=values)
        moved = stage.plan(
            self.project, day(-8), "邻里写福字", moment(day(20), 14), place=venue, emergency_plan=EMERGENCY,
            audience="全体居民，写毛笔字的请带笔", expected=80,
        )  # fmt: skip
        with on(day(-2), 15):
            values = {"starts_at": moment(day(21), 14), "ends_at": moment(day(21), 16)}
            reason = "活动室当天有居委会换届会议，顺延一天。"
            activities.plan_activity(self.project, by=self.head, values=values, activity=moved, reason=reason)
        stage.plan(
            self.project, day(-3), "主持人成长小组第五节", moment(day(6), 19), place=venue, emergency_plan=EMERGENCY,
            is_public=False, audience="小组成员",
        )  # fmt: skip
        stage.plan(
            self.project, day(-3), "中泰文化大交流", moment(day(12), 20), hand_in=False, items=SEED_ITEMS, partners=CLUBS,
            goal="促进社团之间的交流；丰富文化生活；扩大交际圈子；让大家团结一致，和睦共处。",
            audience="三个社团成员、邀请的嘉宾和有兴趣的居民", expected=90, targets=[self.served],
            programme="小短剧→主持人介绍到场嘉宾及各社团骨干→中泰文化视频展示→传统节日文化讲解→问答游戏→一起狂欢→诗词朗诵",
            emergency_plan="1.多媒体故障，由社团骨干直接上报后勤处理；\n2.停电，由三个社团骨干一起维持现场秩序，避免意外；\n"
            "3.有节目的人不能及时到场，立刻找人替换；\n4.其他情况按现场情况处理。",
        )  # fmt: skip
