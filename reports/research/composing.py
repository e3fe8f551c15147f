"""Composes the draft from the figures of a year and of the year before: main work, results, problems, next steps, in
the form of the source documents (S1: 主要开展的工作、取得的初步成效、下步工作打算). Pure: no ORM.

It says what was counted and no more. Judgement, causes and plans are marked to be written by a person.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from core.money import round_half_up, yuan
from reports import charts
from reports.chart_style import PAPER
from reports.figures.picture import Picture
from reports.research.blocks import Block, Chapter, Chart, Paragraph, Report, Section, Table, ToWrite
from reports.research.facts import Year
from reports.research.problems import Measure, measures, said

GRADES = {"excellent": "优秀", "good": "良好", "pass": "合格", "fail": "不合格"}
STEP_NAMES = {"received": "收到申报", "accepted": "受理", "shortlisted": "入围", "funded": "立项", "completed": "结项"}


def compose(this: Year, before: Year, *, office: str, today: date) -> Report:
    """The whole draft. Of an empty year it says that there is nothing, and what is to be entered first."""
    region = this.place.name or "全域"
    title = f"{this.place.name}{this.year}年度公益创投与“三社联动”工作调研报告"
    day = f"{today.year}年{today.month}月{today.day}日"
    found = Report(title, region, this.year, day, office, [], [], [])
    if this.is_empty:
        found.is_empty = True
        found.opening = [
            Paragraph(f"平台中没有{region}{this.year}年度的申报、活动、月报和辅导记录，本报告没有可写的数据。"),
            Paragraph("请核对所选地区和年度；如资料尚未录入，请先补录再生成。"),
        ]
        return found
    found.opening = _opening(this, region, today)
    measured = measures(this)
    found.chapters = [
        Chapter("主要做法", [_needs(this), _judging(this, before), _money(this, before), _coaching(this, before)]),
        Chapter("取得的成效", [_service(this, before), _spending(this, before), _satisfaction(this), _lasting(this)]),
        Chapter("存在的问题", [_problems(measured, this)]),
        Chapter("下一步工作建议", [_next_steps(measured)]),
    ]
    found.annexes = [
        Chapter("附件1　主要数据与上年对比", [Section("", [_comparison(this, before)])]),
        Chapter("附件2　问题判断阈值", [Section("", [_thresholds(measured)])]),
        Chapter("附件3　数据口径", [Section("", _definitions(this))]),
    ]
    return found


def _opening(this: Year, region: str, today: date) -> list[Block]:
    until = "" if today > date(this.year, 12, 31) else f"（年度尚未结束，数据截至{today.month}月{today.day}日）"
    return [
        Paragraph(
            f"{this.year}年，{region}开展公益创投{len(this.calls)}个批次，收到申报{this.steps['received']}份，立项"
            f"{this.steps['funded']}个，资助金额{yuan(this.awarded)}元；全年开展活动{this.activities}场，服务居民"
            f"{this.all_visits}人次{until}。现将有关情况报告如下："
        ),
        ToWrite("工作背景、上级要求和调研方式（走访、座谈、问卷的时间和对象）"),
    ]


# -- Main work -----------------------------------------------------------------------------------------


def _needs(this: Year) -> Section:
    named = "、".join(f"“{name}”" for name in this.calls) or "本年度没有批次"
    return Section(
        "坚持需求导向，发布批次",
        [
            Paragraph(
                f"本年度开放的批次：{named}。涉及{this.communities}个社区。目前平台上尚待回应的居民需求{this.open_needs}项，"
                f"其中{this.gaps}处社区服务领域尚无项目覆盖。"
            ),
            ToWrite("征集需求的做法，社区、社会组织和社工如何参与"),
        ],
    )


def _judging(this: Year, before: Year) -> Section:
    steps = this.steps
    blocks: list[Block] = [
        Paragraph(
            f"收到申报{steps['received']}份{_against(steps['received'], before.steps['received'], '份')}，受理"
            f"{steps['accepted']}份，入围{steps['shortlisted']}份，立项{steps['funded']}个"
            f"{_against(steps['funded'], before.steps['funded'], '个')}，立项数占申报数的"
            f"{_share(steps['funded'], steps['received'])}。申请金额合计{yuan(this.requested)}元。"
        )
    ]
    days = this.indicators.get("workdays_median")
    if days is not None and days.value is not None:
        blocks.append(
            Paragraph(f"从提交到作出决定，一半的申报不超过{said(days.value)}个工作日（{days.denominator}份已有决定）。")
        )
    blocks += _chart(this, "funnel", "从申报到结项（个）")
    blocks.append(ToWrite("评审、公示的组织情况和公开公平的做法"))
    return Section("公开评审公示，择优立项", blocks)


def _money(this: Year, before: Year) -> Section:
    return Section(
        "多方投入资金，规范拨付",
        [
            Paragraph(
                f"立项项目资助金额合计{yuan(this.awarded)}元{_against_money(this.awarded, before.awarded)}，已拨付"
                f"{yuan(this.paid)}元，占{_share(this.paid, this.awarded)}。"
            ),
            *_table(this, "source", "资助金额按资金来源"),
            *_table(this, "field", "资助金额按服务领域"),
            *_chart(this, "field", "资助金额按服务领域（元）"),
            *_table(this, "place", "资助金额按街道（镇）"),
        ],
    )


def _coaching(this: Year, before: Year) -> Section:
    filed, certified = this.indicators.get("filed"), this.indicators.get("certified")
    said_of = [
        f"全年开展辅导{this.sessions}次{_against(this.sessions, before.sessions, '次')}，计{said(this.hours)}小时；目前"
        f"{len([n for n in this.load.values() if n])}名导师辅导在实施项目。"
    ]
    if filed is not None and filed.value is not None:
        said_of.append(f"现有备案社区社会组织{filed.numerator}家，平均每个社区{said(filed.value)}家。")
    if certified is not None and certified.value is not None:
        said_of.append(
            f"承接项目的社工机构{certified.denominator}名工作人员中，持社会工作者职业资格证书的{certified.numerator}名，"
            f"占{said(certified.value)}%。"
        )
    return Section(
        "加强辅导培育，提升能力",
        [Paragraph("".join(said_of)), ToWrite("培训、督导和孵化的典型做法，支持型组织发挥的作用")],
    )


# -- Results -------------------------------------------------------------------------------------------


def _service(this: Year, before: Year) -> Section:
    blocks: list[Block] = [
        Paragraph(
            f"{this.year}年共开展活动{this.activities}场{_against(this.activities, before.activities, '场')}，服务居民"
            f"{this.all_visits}人次{_against(this.all_visits, before.all_visits, '人次')}。"
        )
    ]
    first = this.indicators.get("first_time")
    if first is not None and first.value is not None:
        blocks.append(
            Paragraph(
                f"签到的{first.denominator}名居民中，首次参加的{first.numerator}名，占{said(first.value)}%。"
                "（签到人数按立项项目累计，同一人在不同项目只计一次。）"
            )
        )
    part = this.indicators.get("participation")
    if part is not None and part.value is not None:
        blocks.append(
            Paragraph(f"参加项目的本社区居民{part.numerator}名，占社区人口{part.denominator}人的{said(part.value)}%。")
        )
    if this.all_visits:
        points = tuple((f"{month.month}月", n) for month, n in this.visits.items())
        blocks.append(Chart("各月服务人次", charts.line("各月服务人次", points, "人次", PAPER)))
        counts = [str(n) for n in this.visits.values()]
        blocks.append(Table("各月服务人次", [name for name, _n in points], [counts], figures=range(len(counts))))
    blocks.append(ToWrite("一至两个居民受益的典型案例（不出现居民真实姓名）"))
    return Section("服务居民的范围不断扩大", blocks)


def _spending(this: Year, before: Year) -> Section:
    rate = "" if this.rate is None else f"，执行率{said(this.rate)}%"
    blocks: list[Block] = [
        Paragraph(f"已认定支出{yuan(this.spent)}元{_against_money(this.spent, before.spent)}{rate}。")
    ]
    if this.due:
        blocks.append(Paragraph(f"应交月报{this.due}份，逾期{this.late}份，占{_share(this.late, this.due)}。"))
    if this.giving.promised:
        blocks.append(
            Paragraph(
                f"{this.giving.givers}家企业和基金会认捐{yuan(this.giving.promised)}元，已到账（到货）"
                f"{yuan(this.giving.received)}元，惠及{this.giving.groups}家社会组织。"
            )
        )
    blocks += [*_table(this, "spending", "各批次资金执行情况"), *_chart(this, "spending", "资金执行情况（元）")]
    return Section("资金使用规范有序", blocks)


def _satisfaction(this: Year) -> Section:
    found = this.satisfaction
    blocks: list[Block] = []
    if found.is_enough:
        blocks.append(
            Paragraph(
                f"收到居民有效回答{found.n}份，满意率{said(found.share or 0)}%（95%置信区间{said(found.low or 0)}%至"
                f"{said(found.high or 0)}%）。"
            )
        )
        blocks += _chart(this, "satisfaction", "各服务领域满意率及区间（%）")
    else:
        blocks.append(Paragraph(f"收到居民有效回答{found.n}份，不足30份，样本不足，不作评价。"))
    graded = sum(this.grades.values())
    if graded:
        words = "、".join(f"{name}{this.grades[key]}个" for key, name in GRADES.items() if this.grades.get(key))
        blocks.append(Paragraph(f"已出末期评估结果的项目{graded}个：{words}。"))
    blocks.append(ToWrite("居民、社区对项目的评价和建议摘编"))
    return Section("居民评价和评估结果", blocks)


def _lasting(this: Year) -> Section:
    lasts, steps = this.survival, this.steps
    text = f"本年度批次已结项{steps['completed']}个，占立项数的{_share(steps['completed'], steps['funded'])}。"
    if lasts.ended:
        text += (
            f"历年立项项目已结束{lasts.ended}个，经回访确认仍在开展的{lasts.active}个，已停止{lasts.stopped}个，提前终止"
            f"{lasts.terminated}个，失联或尚未回访{lasts.unknown}个。"
        )
        if lasts.rate is not None:
            text += f"坚持率{said(lasts.rate)}%。"
    return Section("项目结项与延续", [Paragraph(text), ToWrite("转为常态化服务、由居民自组织延续的例子")])


# -- Problems, next steps ------------------------------------------------------------------------------


def _problems(measured: Sequence[Measure], this: Year) -> Section:
    crossed = [one for one in measured if one.is_crossed]
    if not crossed:
        return Section(
            "",
            [
                Paragraph("按附件2所列阈值，本年度没有指标超出。"),
                ToWrite("数据之外、调研中了解到的问题"),
            ],
        )
    blocks: list[Block] = [Paragraph("以下问题由系统按附件2所列阈值列出，原因须由调研人员核实后补写。")]
    for n, one in enumerate(crossed, start=1):
        limit = f"（阈值：{one.threshold.words}）"
        blocks += [
            Paragraph(one.sentence + limit, lead=f"{n}.{one.threshold.name}。"),
            ToWrite(one.task),
        ]
    blocks.append(ToWrite("数据之外、调研中了解到的问题"))
    return Section("", blocks)


def _next_steps(measured: Sequence[Measure]) -> Section:
    crossed = [one for one in measured if one.is_crossed]
    blocks: list[Block] = [Paragraph("针对上述问题，建议下一步：" if crossed else "建议下一步：")]
    for n, one in enumerate(crossed, start=1):
        blocks.append(ToWrite(f"{n}.针对“{one.threshold.name}”的措施、责任单位、完成时限"))
    blocks += [ToWrite("完善制度和政策的建议"), ToWrite("下一年度目标（批次、资金、服务人次、满意度）")]
    return Section("", blocks)


# -- Annexes -------------------------------------------------------------------------------------------


def _comparison(this: Year, before: Year) -> Table:
    def row(name: str, unit: str, now: Decimal | int | None, then: Decimal | int | None, *, money: bool = False):
        shown = [("—" if one is None else yuan(Decimal(one)) if money else said(one)) for one in (now, then)]
        return [f"{name}（{unit}）", *shown, _change(now, then, unit)]

    rows = [row(name, "个" if key in ("funded", "completed") else "份", this.steps[key], before.steps[key])
            for key, name in STEP_NAMES.items()]  # fmt: skip
    rows += [
        row("资助金额", "元", this.awarded, before.awarded, money=True),
        row("已拨付", "元", this.paid, before.paid, money=True),
        row("已认定支出", "元", this.spent, before.spent, money=True),
        row("执行率", "%", this.rate, before.rate),
        row("活动场次", "场", this.activities, before.activities),
        row("服务人次", "人次", this.all_visits, before.all_visits),
        row("辅导次数", "次", this.sessions, before.sessions),
        row("逾期月报占比", "%", this.late_share, before.late_share),
        row("满意度有效回答", "份", this.satisfaction.n, before.satisfaction.n),
        row("满意率", "%", this.satisfaction.share, before.satisfaction.share),
    ]
    note = "" if not before.is_empty else f"{before.year}年度没有数据，不能比较。"
    return Table("", ["指标", f"{this.year}年", f"{before.year}年", "增减"], rows, note, range(1, 4))


def _thresholds(measured: Sequence[Measure]) -> Table:
    rows = [[one.threshold.name, one.shown, one.threshold.words, one.outcome, one.threshold.why] for one in measured]
    note = "阈值为平台缺省值，可由主办方另定；恰好等于阈值的不算超出；不详的指标不作判断。"
    return Table("", ["指标", "本年度", "阈值", "结果", "计算方法"], rows, note, (1, 2))


def _definitions(this: Year) -> list[Block]:
    year = this.year
    return [
        Paragraph(f"{year}年度批次指在{year}年开放申报的批次，申报、立项、资助、拨付、支出和满意度按批次年度统计，一直统计到生成当日。"),
        Paragraph(f"活动、服务人次、辅导和月报按发生日期统计（{year}年1月1日至12月31日），不论项目属于哪个批次。"),
        Paragraph("地区按项目实施的主要社区确定；一个项目只计一次。"),
        Paragraph("服务人次：每次参加都计。满意率：满意和非常满意÷有效回答，附95%置信区间（威尔逊法），不足30份不作评价。"),
        Paragraph("坚持率：经回访确认仍在开展的项目÷已结束的项目；提前终止的计为未坚持，失联的单列。"),
        Paragraph("本报告由平台按上述口径生成草稿，与数据看板取自同一来源；不含居民姓名和联系方式。"),
    ]  # fmt: skip


# -- Words for figures ---------------------------------------------------------------------------------


def _against(now: int, then: int, unit: str) -> str:
    """（比上年增加3份，增长30%）; nothing where the year before has nothing to compare with."""
    if not then:
        return ""
    if now == then:
        return "（与上年持平）"
    more = now > then
    rate = said(_rate(abs(now - then), then))
    return f"（比上年{'增加' if more else '减少'}{abs(now - then)}{unit}，{'增长' if more else '下降'}{rate}%）"


def _against_money(now: Decimal, then: Decimal) -> str:
    if not then:
        return ""
    if now == then:
        return "（与上年持平）"
    more = now > then
    rate = said(_rate(abs(now - then), then))
    return f"（比上年{'增加' if more else '减少'}{yuan(abs(now - then))}元，{'增长' if more else '下降'}{rate}%）"


def _change(now: Decimal | int | None, then: Decimal | int | None, unit: str) -> str:
    if now is None or then is None:
        return "—"
    if unit == "%":
        return f"{'+' if now > then else ''}{said(Decimal(now) - Decimal(then))}个百分点"
    return "—" if not then else f"{'+' if now > then else ''}{said(_rate(Decimal(now) - Decimal(then), then))}%"


def _rate(part: Decimal | int, whole: Decimal | int) -> Decimal:
    return round_half_up(Decimal(part) * 100 / Decimal(whole), 1)


def _share(part: Decimal | int, whole: Decimal | int) -> str:
    return f"{said(_rate(part, whole))}%" if whole else "—"


def _chart(this: Year, key: str, title: str) -> list[Block]:
    picture = this.pictures.get(key)
    return [Chart(title, picture.on_paper)] if picture is not None and not picture.is_empty else []


def _table(this: Year, key: str, title: str) -> list[Block]:
    picture: Picture | None = this.pictures.get(key)
    if picture is None or not picture.rows:
        return []
    figures = [at for at, cell in enumerate(picture.rows[0]) if cell.is_figure]
    rows = [[cell.text for cell in row] for row in picture.rows]
    return [Table(title, [str(name) for name in picture.head], rows, figures=figures)]
