"""What came before the proposals: needs from all four doors, published lists, workshops, and what is on record."""

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from config.story.clockwork import moment, on
from config.story.company import SCAN
from config.story.stage import Stage
from grants.actions import need_lists, needs, workshops
from grants.models import Call, Need, NeedListEntry, Workshop
from people.actions import confirm
from people.models import CreditRecord, Inspection, Rating

# title, what is lacking, community, field, people, who speaks, channel, days ago
REPORTED = [
    (
        "独居老人看病没人陪",
        "石佛营东里八十岁以上独居老人看病挂号、取药、做检查没人陪，子女在外地，只能麻烦邻居。希望有固定的志愿者陪诊。",
        "石佛营东里",
        "为老服务",
        86,
        "survey",
        "visit",
        -60,
    ),
    (
        "放学后孩子没人看",
        "双职工家庭三点半放学到六点半没人看孩子，有的在楼道写作业，有的在店里待着。",
        "豆各庄",
        "儿童青少年",
        90,
        "community",
        "web",
        -58,
    ),
    (
        "照顾失能老伴想歇一天",
        "照护失能老人的家属全年无休，平均七十一岁，最需要有人替一天，也想学点翻身拍背的本事。",
        "南十里居",
        "为老服务",
        57,
        "survey",
        "visit",
        -57,
    ),
    (
        "矫正人员找不到工作",
        "社区矫正对象多数没有工作，家里关系也紧张，盼着有人帮着学技能、调解家庭。",
        "辛庄",
        "社区矫正与禁毒",
        34,
        "community",
        "web",
        -55,
    ),
    (
        "楼门口堆满旧家具",
        "楼道里旧家具、纸箱堆到二楼，消防查了几次都没清走，大家想一起清出来，种点花。",
        "东风苑",
        "环境治理",
        240,
        "resident",
        "phone",
        -50,
    ),
]
WAITING = [
    ("老人去医院没有人陪", "我家楼上八十多岁的独居老人看病挂号、取药没人陪，子女在外地，只能麻烦邻居，能不能有志愿者陪诊。", "石佛营东里", "为老服务", None, "resident", "web", -3),
    ("活动室晚上不开门", "上班的人白天来不了活动室，想请居委会和社会组织晚上开放两小时。", "石佛营西里", "社区文化", 150, "community", "web", -4),
    ("想学用手机挂号", "社区里好多老人不会用手机挂号、打车，孩子教两遍就烦了。希望有人慢慢教。", "紫萝园", "为老服务", 40, "resident", "phone", -2),
    ("流动人口子女暑假没地方去", "辛庄外来务工家庭的孩子暑假没人管，河边玩水很危险。", "辛庄", "儿童青少年", 65, "community", "proxy", -1),
]  # fmt: skip


CONTACTS = {"resident": "张阿姨", "community": "社区刘主任", "survey": ""}


def report(stage: Stage, rows: list, day) -> list[Need]:
    """Take the needs down as they came in."""
    found = []
    for title, text, community, field, people, source, channel, ago in rows:
        values = {
            "title": title,
            "text": text,
            "community": stage.cast.communities[community],
            "field": stage.programme.fields[field],
            "people": people,
            "source": source,
            "channel": channel,
            "contact": CONTACTS[source],
            "contact_phone": "13900139000" if CONTACTS[source] else "",
        }
        files: list[SimpleUploadedFile] = []
        by = None if channel == "web" else stage.clerk
        if source == "survey":  # two months at the doors, by the social workers of the support organisation
            by = stage.mentor
            files = [SimpleUploadedFile("入户调查汇总表.pdf", SCAN)]
            values |= {
                "method": "入户问卷、访谈12户",
                "sample": 120,
                "surveyed_from": day(ago - 62),
                "surveyed_until": day(ago - 2),
                "evidence": "120份问卷中八成提到这一需求，访谈的12户都愿意长期参加。",
            }
        with on(day(ago), 10):
            found.append(needs.report_need(by=by, sender="" if by else f"story-{ago}", values=values, files=files))
    return found


def play_needs(stage: Stage, day) -> list[NeedListEntry]:
    """Needs are reported and published; the list was corrected once, after a remark.

    New ones wait as well: one the same as a listed one, one in the name of a committee that nobody has asked yet.
    """
    accepted = report(stage, REPORTED, day)
    for need in accepted:
        with on(day(-48), 9):
            needs.decide(need, "accept", by=stage.clerk)
    title = f"{day(0).year}年东风地区公益创投项目指引表（岁末）"
    terms = {
        "by": stage.clerk,
        "notice_workdays": 5,
        "answer_until": day(60),
        "contact": "东风地区办事处社区办 周敏",
        "contact_phone": "010-65001234",
    }
    bureau = stage.cast.groups["bureau"]
    with on(day(-40), 9):
        first = need_lists.publish_list(bureau, accepted[:4], title=title, **terms)
    with on(day(-38), 11):
        remark = need_lists.remark_on_list(
            first,
            text="楼门口堆物我们上个月报过，表里没有。",
            name="赵大爷",
            phone="13900139001",
            sender="story-remark",
        )
    with on(day(-38), 16):
        need_lists.withdraw_list(first, by=stage.clerk, reason="漏列东风苑“楼门口堆满旧家具”一项，更正后重新公示。")
        need_lists.answer_remark(
            remark, by=stage.clerk, answer="谢谢提醒，确属漏列。原表已撤回，更正后的指引表当日重新公示。"
        )
    with on(day(-38), 17):
        needs_again = list(Need.objects.filter(pk__in=[need.pk for need in accepted]).order_by("received_at"))
        published = need_lists.publish_list(bureau, needs_again, title=title, replaces=first, **terms)
    report(stage, WAITING, day)
    return list(published.entries.all())


def play_workshops(stage: Stage, call: Call, day) -> None:
    """One workshop is over and four groups took part; the next one takes sign-ups."""
    support, mentor = stage.cast.groups["support"], stage.mentor
    with on(day(-12)):
        past = Workshop(
            organizer=support,
            call=call,
            title="项目书工作坊：从需求到预算",
            about="参与式培训：怎样把居民的需求写成目标和活动，怎样一笔一笔算预算。带上你的草稿来。",
            starts_at=moment(day(-6), 9),
            ends_at=moment(day(-6), 17),
            place="东风地区社会组织服务中心二层",
        )
        workshops.hold_workshop(past, by=mentor)
        for key in ("ziyun", "kuaiban", "caimo", "qiyou", "sheying"):
            group = stage.cast.groups[key]
            workshops.sign_up(past, group, by=stage.cast.head(group))
    with on(day(-5)):
        seats = list(past.attendances.all())
        workshops.record_attendance(past, by=mentor, came={seat.pk: seat is not seats[-1] for seat in seats})
        coming = Workshop(
            organizer=support,
            call=call,
            title="预算与票据答疑",
            about="一对一看预算表：单价依据、配套怎么算、哪些不能买。",
            starts_at=moment(day(3), 14),
            ends_at=moment(day(3), 17),
            place="石佛营西里社区活动室",
            seats=20,
        )
        workshops.hold_workshop(coming, by=mentor)


def play_standing(stage: Stage, today: date) -> None:
    """Ratings, inspections and credit records: at the counter 绿邻 is told 不符合, because its entry was lifted too
    recently; its old penalty is no matter any more."""
    groups, year = stage.cast.groups, today.year
    due = year - (1 if today.month >= 7 else 2)
    Rating.objects.create(
        organization=groups["nuanyang"], level=4, granted_on=date(year - 3, 6, 18), authority="北京市朝阳区民政局"
    )
    Rating.objects.create(
        organization=groups["lvlin"], level=3, granted_on=date(year - 6, 5, 20), authority="北京市朝阳区民政局"
    )
    for key in ("nuanyang", "lvlin", "host"):
        Inspection.objects.create(organization=groups[key], year=due, result=Inspection.Result.PASSED)
    for entered in (groups["nuanyang"].ratings.get(), groups["nuanyang"].inspections.get()):
        confirm(entered, by=stage.clerk)  # the others are still only the organisations' own word
    CreditRecord.objects.create(
        organization=groups["lvlin"],
        kind=CreditRecord.Kind.PENALTY,
        entered_on=today - timedelta(days=4 * 365),
        source="朝民罚决〔2022〕7号（未按期年检，警告）",
        recorded_by=stage.clerk,
    )
    CreditRecord.objects.create(
        organization=groups["lvlin"],
        kind=CreditRecord.Kind.ABNORMAL,
        entered_on=today - timedelta(days=300),
        lifted_on=today - timedelta(days=150),
        source="中国社会组织政务服务平台（未按规定报送年度报告）",
        recorded_by=stage.clerk,
    )
