"""Papers about personal data: a copy of what is kept of somebody, and the record of processing. In Chinese like every
paper: see `documents`."""

from collections.abc import Iterable
from typing import IO, Any

from django.db.models import QuerySet
from django.utils import timezone, translation

from core import clock
from core.models import Event
from core.spreadsheets import Heading, Workbook
from reports.documents import Document, file_name
from reports.personal.finding import Section
from reports.personal.register import KINDS
from reports.personal.retention import RULES

TO_READ = 100
"""So many rows of a kind are laid out; the JSON copy has them all."""
RECORD = [
    Heading("序号", 6), Heading("处理活动", 18), Heading("涉及的人", 24), Heading("个人信息种类", 46),
    Heading("处理目的", 40),
    Heading("合法性依据", 34), Heading("是否敏感", 10), Heading("谁能看到", 36),
    Heading("对外提供", 22), Heading("公开", 22),
    Heading("保存期限", 34), Heading("到期怎样处理", 34),
]  # fmt: skip


def personal_copy(
    about: str, sections: Iterable[Section], *, mentions: Iterable[Any] = (), looks: QuerySet[Event] | None = None,
    number: str = "",
) -> Document:  # fmt: skip
    """What is kept of one person (个人信息副本), section by section with purpose, ground and time."""
    with translation.override("zh-hans"):
        parts = [
            (section.kind, [(one.title, one.where, one.readable_values) for one in section.records[:TO_READ]],
             len(section.records) + section.more)
            for section in sections
        ]  # fmt: skip
        context = {
            "title": "个人信息副本",
            "author": "公益创投平台",
            "about": about,
            "request_number": number,
            "parts": parts,
            "most": TO_READ,
            "mentions": list(mentions),
            "looks": list(looks[:TO_READ]) if looks is not None else None,
            "now": timezone.localtime(clock.now()),
        }
    return Document(file_name("个人信息副本", about, f"{clock.today():%Y%m%d}"), "pdf/personal_data.html", context)


def ends_of(kind: str) -> str:
    """What happens to this kind when its time is over."""
    return (
        "；".join(f"{rule.what}：{rule.when}" for rule in RULES if rule.kind == kind) or "按档案、会计或日志的规定保存"
    )


def processing_record() -> Document:
    """个人信息处理活动记录, one line a kind."""
    context = {
        "title": "个人信息处理活动记录",
        "author": "公益创投平台",
        "kinds": [(kind, ends_of(kind.key)) for kind in KINDS],
        "now": timezone.localtime(clock.now()),
    }
    return Document(file_name("个人信息处理活动记录", f"{clock.today():%Y%m%d}"), "pdf/processing_record.html", context)


def write_processing_record(target: IO[bytes]) -> None:
    """The same as a workbook."""
    book = Workbook(target)
    with translation.override("zh-hans"):
        rows = [
            [
                place, kind.name, kind.whose, "、".join(kind.labels), kind.purpose, kind.basis,
                "是" if kind.sensitive else "否", kind.seen_by, kind.given_to, kind.published, kind.kept,
                ends_of(kind.key),
            ]
            for place, kind in enumerate(KINDS, start=1)
        ]  # fmt: skip
    book.add_sheet(f"处理活动记录{clock.today():%Y%m%d}", RECORD, rows)
    book.close()
