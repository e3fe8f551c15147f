"""What an archive package holds, item by item, and what it leaves out with the reason. Pure: no ORM."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import IO, Any

FOLDERS = (
    *("01申报立项", "02评审公示", "03协议方案", "04实施过程", "05资金凭证", "06评估", "07结项归档", "08全程记录"),
)
"""In the order of a project's life (field guide 1.2); the list of a file (`projects.papers`) goes the same way."""
PROPOSAL, REVIEW, AGREEMENT, WORK, MONEY, EVALUATION, CLOSING, LOG = FOLDERS
VOUCHERS_YEARS = 30
"""会计档案管理办法 (财政部、国家档案局令第79号): vouchers are kept 30 years, however long the rest is."""


class Edition(StrEnum):
    """Which package: of a file that is closed, of one that still grows, or for everybody."""

    FULL = "full"
    INTERIM = "interim"
    PUBLIC = "public"


EDITIONS = {Edition.FULL: "归档包", Edition.INTERIM: "中间稿（未归档，内容还会变化）", Edition.PUBLIC: "公开版"}


class Reason(StrEnum):
    """Why something is not in the package, as the index says it."""

    ROSTER = "居民个人信息：按知情同意书只保存到约定期限，到期即去除姓名，不随档案长期保存；人数、人次见报告"
    CONSENT = "知情同意书载有居民姓名：与名册同期销毁，不入档"
    SIGN_IN = "签到表载有居民姓名：不入档；签到人数见活动记录表"
    CASE = "个案、小组记录涉及居民隐私：仅限社工、负责人和导师查阅，不入档"
    PORTRAIT = "照片中可辨认的人未全部同意公开肖像"
    CHILDREN = "照片中有未满14周岁儿童，面部未作处理"
    SITE = "现场照片中可辨认的人未确认同意"
    OBJECTION = "异议人、举报人信息依法保密：另卷保存，不随项目档案"
    READER = "制作人无权查阅"
    NOT_PUBLIC = "不属于公开内容"
    MISSING = "存储中找不到该文件，请系统管理员查明"
    UNSIGNED = "尚待签发机关数字签名"


class Unavailable(Exception):
    """It cannot be in this package now."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Entry:
    """One item. `opens` reads it, or lays it out, when it is written, and raises `Unavailable` or `FileNotFoundError`;
    `sha256` is what the register or the row of an upload says its bytes are; `code` the verification code of an
    issued paper."""

    folder: str
    title: str
    suffix: str
    kind: str
    opens: Callable[[], IO[bytes]]
    number: str = ""
    day: str = ""
    responsible: str = ""
    is_public: bool = False
    sha256: Callable[[], str] = str
    code: str = ""
    note: str = ""


@dataclass(frozen=True)
class Withheld:
    """What is left out: so many of a kind, and why."""

    folder: str
    title: str
    reason: str
    count: int = 1


@dataclass(frozen=True)
class Head:
    """What the package says of itself. `moment`: the last thing that happened in the project, no time of ours, so
    that the same data gives the same bytes."""

    edition: Edition
    number: str
    title: str
    project: str
    applicant: str
    funder: str
    call: str
    retention: int | None
    moment: str
    missing: tuple[str, ...] = ()
    note: str = ""

    def kept(self, folder: str) -> str:
        """保管期限 of what lies in this folder."""
        if self.retention is None:
            return "未定"
        if self.retention == 0:
            return "永久"
        return f"{max(self.retention, VOUCHERS_YEARS) if folder == MONEY else self.retention}年"

    def code(self, folder: str) -> str:
        """The same as a part of the item number (DA/T 22): Y for ever, D30, D10."""
        kept = self.kept(folder)
        return "Y" if kept == "永久" else f"D{kept.removesuffix('年')}" if kept.endswith("年") else "D"


def as_json(said: Any) -> Callable[[], IO[bytes]]:
    """Data that people and machines read: sorted, in UTF-8, one line a value."""

    def opens() -> IO[bytes]:
        return BytesIO((json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n").encode())

    return opens
