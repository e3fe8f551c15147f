"""What residents are asked with and what they said: the poster in the stairwell, and the answers as a table.

In Chinese like every paper: see `documents`.
"""

from typing import IO
from urllib.parse import urlsplit

from core import clock
from core.masking import mask_text
from core.spreadsheets import Heading, Workbook
from evaluations.models import Questionnaire, Voice, VoiceCode
from evaluations.questions import shipped
from evaluations.voice_words import flag_words
from grants.models import Fund
from projects import qr
from projects.models import Project
from reports.documents import Document, file_name

SIZES = ("a4", "a5")


def poster(code: VoiceCode, address: str, size: str) -> Document:
    """The poster (满意度海报): one question, a big code, an address short enough to type, who pays, until when."""
    project, call = code.project, code.project.call
    parts = urlsplit(address)
    return Document(
        file_name("满意度海报", size.upper(), code.about),
        "pdf/poster.html",
        {
            "title": "请您说一说",
            "author": project.applicant.name,
            "project": project,
            "activity": code.activity,
            "about": code.about,
            "size": size,
            "question": code.asks(Questionnaire.objects.in_force(call.funder, code.audience)),
            "code": qr.inline(address),
            "address": f"{parts.netloc}{parts.path}".rstrip("/"),
            "is_lottery": call.fund.source == Fund.Source.LOTTERY,
            "until": code.expires_on,
        },
    )


HEADINGS = [
    Heading("日期", 12),
    Heading("活动", 28),
    Heading("评价对象", 20),
    Heading("填写方式", 26),
    Heading("满意程度", 12),
    Heading("是否满意", 10),
]
AFTER = [
    Heading("文字意见（已遮盖个人信息）", 40),
    Heading("意见是否公开", 16),
    Heading("团队答复", 30),
    Heading("是否计入", 10),
    Heading("不计入原因", 24),
    Heading("异常提示", 30),
]


def write_voices(target: IO[bytes], project: Project, *, reads: bool) -> None:
    """Every answer of a project, the oldest first: the day and no hour, and nothing of a phone, a connection or a name.

    `reads`: also the words that are not shown in public. The group gets the others only.
    """
    workbook = Workbook(target)
    questions = shipped("resident")["items"]
    headings = [*HEADINGS, *(Heading(item["text"], 16) for item in questions), *AFTER]
    voices = Voice.objects.standing().filter(project=project).select_related("activity").order_by("day", "pk")
    workbook.add_sheet("居民评价", headings, (_row(voice, [q["key"] for q in questions], reads) for voice in voices))
    workbook.close()


def _row(voice: Voice, keys: list[str], reads: bool) -> list:
    words = voice.shown_text if voice.state == Voice.State.SHOWN else mask_text(voice.text) if reads else ""
    return [
        voice.day,
        voice.activity.theme if voice.activity else "整个项目",
        voice.get_audience_display(),
        voice.get_channel_display(),
        voice.level_words,
        "是" if voice.is_satisfied else "否",
        *(voice.answers.get(key, "") for key in keys),
        words,
        voice.get_state_display(),
        voice.reply,
        "否" if voice.excluded_at else "是",
        voice.exclusion,
        "；".join(flag_words(voice)) if reads else "",
    ]


def table_name(project: Project) -> str:
    return f"居民评价-{project.number}-{clock.today():%Y%m%d}"
