"""What is known when a payment is judged, and by which limits: pure facts, asked by `projects.expense_rules`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from grants.presets import DEFAULT_BASIS

ZERO = Decimal("0.00")
TEACHING = ("讲课", "讲师", "授课", "课酬", "课时费")
"""Words by which a payment says that somebody taught."""
NO_RANK = "none"
LECTURE_BASIS = "财行〔2016〕540号：讲课费按学时（税后），每半天最多按4学时，同课多班不重复计"


@dataclass(frozen=True)
class Limit:
    """A figure with the rule on which it stands."""

    value: Decimal
    basis: str = ""


LECTURE_LIMITS = {
    NO_RANK: Limit(Decimal(500), LECTURE_BASIS),
    "associate": Limit(Decimal(500), LECTURE_BASIS),
    "full": Limit(Decimal(1000), LECTURE_BASIS),
    "renowned": Limit(Decimal(1500), LECTURE_BASIS),
}
"""Yuan a lesson after tax by title, where the call has no rule of its own (field guide 2.2)."""


@dataclass(frozen=True)
class Forbidden:
    """What a grant does not pay for, in the shape of a call's budget rule."""

    words: str
    unless: str = ""
    severity: str = "block"
    legal_basis: str = ""
    category: str = ""
    rank: str = ""
    in_basis: bool = False

    @property
    def word_list(self) -> list[str]:
        return self.words.split()

    @property
    def unless_list(self) -> list[str]:
        return self.unless.split()


FORBIDDEN = (
    Forbidden(
        "固定资产 基建 装修 电脑 笔记本电脑 手机 相机 空调 电视机 冰箱 投影仪 汽车",
        "租 借 课 班 培训 维修 耗材 配件 壳 膜",
        legal_basis=DEFAULT_BASIS,
    ),
    Forbidden(
        "慰问金 慰问品 购物卡 现金发放 发放现金 红包 现金补助",
        "红包袋 红包封 防 反诈",
        legal_basis=DEFAULT_BASIS,
    ),
    Forbidden("公务接待 招待费 出国 公务用车 烟酒 香烟 白酒", "戒 禁 控", legal_basis="福彩公益金使用负面清单"),
)
"""What no call pays for, when it has not said so itself."""


@dataclass(frozen=True)
class Outlay:
    """A payment as it is judged."""

    spent_on: date
    amount: Decimal
    category: str
    summary: str
    payee: str
    is_granted: bool = True
    method: str = "transfer"
    invoice: str = ""
    seller: str = ""
    seller_code: str = ""
    rank: str = ""
    lessons: Decimal | None = None
    half_days: int | None = None
    course: str = ""
    people: int | None = None
    tax: Decimal = ZERO
    files: int = 1

    # what a budget rule reads of a line
    @property
    def item(self) -> str:
        return self.summary

    basis = ""

    @property
    def after_tax(self) -> Decimal:
        return self.amount - self.tax

    @property
    def _teaches(self) -> bool:
        return any(word in self.summary for word in TEACHING)

    @property
    def is_lecture(self) -> bool:
        return self.category == "training" and bool(self.lessons or self.half_days or self.rank or self._teaches)


@dataclass(frozen=True)
class Elsewhere:
    """Another payment with the same invoice number, of whatever project."""

    pk: int
    same_project: bool
    amount: Decimal
    seller: str
    seller_code: str = ""
    is_claimed: bool = True
    """Handed in or recognised; a draft of somebody else claims nothing yet."""


@dataclass(frozen=True)
class Lecture:
    """Another lecture of the same project."""

    spent_on: date
    payee: str
    course: str
    lessons: Decimal


@dataclass(frozen=True)
class Room:
    """What the plan leaves for this payment: in its line, and of the award (None: not limited)."""

    line: Decimal | None = None
    planned: Decimal = ZERO
    tolerance: Decimal = Decimal(10)
    is_planned: bool = True
    allowed_from: date | None = None
    """The first later day on which a changed plan allows it; None when it is allowed, or never was."""
    award: Decimal | None = None


@dataclass(frozen=True)
class Terms:
    """The rules of one project and its call."""

    first_day: date
    last_day: date
    signed_on: date | None = None
    cash_limit: Decimal = Decimal("1000.00")
    volunteer_limit: Decimal = Decimal("50.00")
    basis: str = ""
    lecture: dict[str, Limit] = field(default_factory=lambda: dict(LECTURE_LIMITS))
    forbidden: Sequence[Any] = FORBIDDEN
    own_names: frozenset[str] = frozenset()
