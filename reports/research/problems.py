"""Which figures of a year ask for attention: thresholds that are stated, each measured, crossed or not. Pure: no ORM.

A threshold is a default of ours (field guide: every number is one), so the report prints the whole table: what was
measured, the limit, and the outcome, also where nothing is wrong or the figure is not known. A figure at its limit has
not crossed it.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.money import yuan

BELOW, ABOVE = "低于", "高于"


@dataclass(frozen=True)
class Threshold:
    """What is asked of one figure."""

    key: str
    name: str
    side: str
    limit: Decimal
    unit: str
    why: str
    """Where the figure and the limit come from."""

    @property
    def words(self) -> str:
        return f"{self.side}{said(self.limit)}{self.unit}"


THRESHOLDS = (
    Threshold("rate", "资助资金执行率", BELOW, Decimal(60), "%", "已认定支出÷资助金额"),
    Threshold("late", "逾期月报占比", ABOVE, Decimal(20), "%", "逾期提交和逾期未交÷应交月报"),
    Threshold("load", "单个导师在辅项目", ABOVE, Decimal(8), "个", "导师当前辅导的在实施项目数"),
    Threshold("answers", "满意度有效样本", BELOW, Decimal(30), "份", "样本少于30份不作评价"),
    Threshold("satisfied", "居民满意度", BELOW, Decimal(80), "%", "满意和非常满意÷有效回答"),
    Threshold("survival", "结项后坚持率", BELOW, Decimal(60), "%", "回访确认仍在开展÷已结束项目"),
    Threshold("waiting", "等待最久的环节", ABOVE, Decimal(20), "个工作日", "各环节停留工作日的中位数"),
    Threshold("failed", "末期评估不合格占比", ABOVE, Decimal(10), "%", "不合格÷已出末期评估结果"),
    Threshold("returned", "申报退回补正占比", ABOVE, Decimal(50), "%", "至少退回一次÷已提交申报"),
    Threshold("gaps", "有需求而无项目的社区领域", ABOVE, Decimal(0), "处", "需求与在实施（含近12个月结束）项目对照"),
    Threshold("public_money", "对政府资金的依赖程度", ABOVE, Decimal(70), "%", "政府资金收入÷总收入（单位自填）"),
    Threshold("filed_on_target", "备案组织达标社区占比", BELOW, Decimal(50), "%", "备案数达到目标的社区÷全部社区"),
)


@dataclass(frozen=True)
class Measure:
    """One threshold with what was measured: None is not known, and crosses nothing."""

    threshold: Threshold
    value: Decimal | None
    sentence: str = ""
    """What is wrong, when it is crossed."""
    task: str = ""
    """What somebody has to write about it."""

    @property
    def is_crossed(self) -> bool:
        if self.value is None:
            return False
        return self.value < self.threshold.limit if self.threshold.side == BELOW else self.value > self.threshold.limit

    @property
    def outcome(self) -> str:
        return "不详" if self.value is None else "超出阈值" if self.is_crossed else "未超出"

    @property
    def shown(self) -> str:
        return "—" if self.value is None else f"{said(self.value)}{self.threshold.unit}"


Facts = Any
"""A `facts.Year`, or whatever has its attributes: thresholds are tested without a database."""


def said(value: Decimal | int) -> str:
    """12.5 or 60: as many decimals as there are."""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def measures(year: Facts) -> list[Measure]:
    """Every threshold with its figure, in the order in which they are listed."""
    by_key = {threshold.key: threshold for threshold in THRESHOLDS}
    limit = by_key["load"].limit
    heavy = sum(carried > limit for carried in year.load.values())
    graded = sum(year.grades.values())
    failed = year.grades.get("fail", 0)
    found: dict[str, tuple[Decimal | int | None, str, str]] = {
        "rate": (
            year.rate,
            f"资助资金执行率为{_percent(year.rate)}（已认定支出{yuan(year.spent)}元，资助金额{yuan(year.awarded)}元）。",
            "执行偏慢的原因、涉及的项目和加快执行的措施",
        ),
        "late": (
            year.late_share,
            f"应交月报{year.due}份，逾期{year.late}份，占{_percent(year.late_share)}。",
            "月报逾期的原因和督促办法",
        ),
        "load": (
            max(year.load.values(), default=None),
            f"有{heavy}名导师同时辅导超过{said(limit)}个项目，最多的{max(year.load.values(), default=0)}个。",
            "补充导师或调整分工的打算",
        ),
        "answers": (
            year.satisfaction.n if year.steps["funded"] else None,
            f"居民满意度只收到{year.satisfaction.n}份有效回答，样本不足，暂不能据以评价。",
            "扩大居民评价范围的办法",
        ),
        "satisfied": (
            year.satisfaction.share if year.satisfaction.is_enough else None,
            f"居民满意度为{_percent(year.satisfaction.share)}（有效回答{year.satisfaction.n}份）。",
            "居民不满意的主要方面和改进措施",
        ),
        "survival": (
            year.survival.rate,
            f"已结束的{year.survival.ended}个项目中，经回访确认仍在开展的{year.survival.active}个，坚持率{_percent(year.survival.rate)}。",
            "项目不能延续的原因和后续资源对接办法",
        ),
        "waiting": (
            year.waiting.days if year.waiting else None,
            f"项目在“{year.waiting.state}”环节停留最久，中位数为{said(year.waiting.days)}个工作日"
            f"（{year.waiting.projects}个项目）。"
            if year.waiting
            else "",
            "该环节耗时较长的原因和提速措施",
        ),
        "failed": (
            Decimal(100 * failed) / graded if graded else None,
            f"已出末期评估结果的{graded}个项目中，不合格{failed}个。",
            "不合格项目的共性问题和整改安排",
        ),
        "gaps": (
            year.gaps,
            f"有{year.gaps}处社区服务领域居民已提出需求而没有项目覆盖。",
            "下一年度优先支持的社区和领域",
        ),
    }  # fmt: skip
    sentences = {
        "returned": "{shown}的申报至少被退回补正一次（{part}份，共{whole}份）。",
        "public_money": "承接项目的社会组织对政府资金的依赖较大，政府资金占收入的{shown}。",
        "filed_on_target": "备案社区社会组织数量达标的社区占{shown}（{part}个，共{whole}个）。",
    }
    tasks = {
        "returned": "申报辅导和培训的安排",
        "public_money": "拓宽社会资金来源的措施",
        "filed_on_target": "未达标社区的培育计划",
    }
    for key, sentence in sentences.items():
        one = year.indicators.get(key)
        value = one.value if one else None
        words = sentence.format(shown=_percent(value), part=one.numerator, whole=one.denominator) if one else ""
        found[key] = (value, words, tasks[key])
    return [
        Measure(threshold, None if value is None else Decimal(value), sentence, task)
        for threshold in THRESHOLDS
        for value, sentence, task in [found[threshold.key]]
    ]


def problems(year: Facts) -> list[Measure]:
    """Those that are crossed."""
    return [one for one in measures(year) if one.is_crossed]


def _percent(value: Decimal | None) -> str:
    return "—" if value is None else f"{said(value)}%"
