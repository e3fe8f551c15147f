"""What the mentor does on the running projects of the first call: answers, visits with photos, a training."""

import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from config.story.clockwork import moment, on
from config.story.stage import Stage
from grants.actions import workshops
from grants.models import Attendance, Workshop
from projects.actions import mentoring, visits
from projects.checklists import current
from projects.models import MentoringNote, Project, SiteVisit

Day = Callable[[int], date]
UNANSWERED = ("yinling", "loudao")
"""Groups that owe their mentor a word."""


def play_mentoring(stage: Stage, projects: Mapping[str, Project], day: Day) -> None:
    """Lights of every colour: answered and unanswered advice, one thing agreed on and overdue, two visits."""
    _answers(stage, projects, day)
    _training(stage, projects, day)
    _visit_to_the_salon(stage, projects["qingnian"], day)
    _visit_to_the_stairs(stage, projects["loudao"], day)
    _together(stage, [projects["lvlin"], projects["nuanyang"]], day)


def _answers(stage: Stage, projects: Mapping[str, Project], day: Day) -> None:
    """Every group has read the first advice; the second one waits with two of them."""
    for key, project in projects.items():
        head = stage.cast.head(project.applicant)
        for note in MentoringNote.objects.filter(project=project).order_by("held_on"):
            if key in UNANSWERED and note.held_on > day(-60):
                continue
            with on(note.held_on + timedelta(days=2), 20):
                mentoring.answer_advice(
                    note, by=head, answer="收到，已经按建议建了专账。" if note.topic == "finance" else ""
                )


def _together(stage: Stage, projects: list[Project], day: Day) -> None:
    """Two groups that come to their end are coached at once: the hours count once for the mentor."""
    values = {
        "held_on": day(-50), "topic": "rules", "form": "group", "hours": Decimal("2.5"),
        "advice": "一起过了一遍结项材料：决算表、服务记录、满意度问卷。结余怎么退，各自写清楚。",
        "follow_up": "把志愿者补贴签领表补齐签名", "follow_up_due_on": day(-40),
    }  # fmt: skip
    with on(day(-50), 17):
        first = mentoring.add_session(projects[0], by=stage.mentor, values=values, others=projects[1:])
    for note in MentoringNote.objects.filter(together=first.together):
        head = stage.cast.head(note.project.applicant)
        with on(day(-48), 19):
            mentoring.answer_advice(note, by=head)
        with on(day(-43), 19):
            mentoring.finish_follow_up(note, by=head, note="签领表已补齐，放在专账第三册。")


def _visit_to_the_salon(stage: Stage, project: Project, day: Day) -> None:
    """The second call of the day: written on the phone in a room without a line, sent in the evening."""
    values = _seen(
        moment(day(-20), 14, 10), "泛海国际南社区活动室", "全永雄（负责人）、志愿者6人、居民30余人",
        "语言角来了三十多人，其中新面孔十来个；签到表和照片当场就有。\n物资领用还没有登记，活动后堆在活动室角落。",
        "建一本物资领用登记簿", day(-4), goods=("no", "彩带、奖品没有登记"), volunteers=("partly", "分工有，培训没有记录"),
    )  # fmt: skip
    visit = _visit(
        stage, project, values, "0d6c1f0e-5a52-4d3a-9d7c-000000000001", [(0x2B, 0x65, 0x30), (0xB4, 0x33, 0x1F)]
    )
    with on(day(-18), 21):
        mentoring.answer_advice(
            visit, by=stage.cast.head(project.applicant), answer="登记簿这周就建，志愿者培训记录补上。"
        )


def _visit_to_the_stairs(stage: Stage, project: Project, day: Day) -> None:
    """Three staircases that were not inspected: the mentor saw it before the evaluator came."""
    values = _seen(
        moment(day(-66), 10, 30), "东风苑3号楼1—3单元", "石磊（负责人）、两位楼门长",
        "三个楼道已粉刷，没有居民验收签字；绿植还没到。\n绿植采购只有收据，没有发票。",
        "请楼门长组织居民验收签字；向商家补开发票", day(-52), books=("no", "绿植采购缺发票2张"), plan=("partly", "绿植晚了一个月"),
    )  # fmt: skip
    _visit(stage, project, values, "0d6c1f0e-5a52-4d3a-9d7c-000000000002", [(0x0E, 0x5A, 0x52)])


def _seen(
    at: datetime, place: str, met: str, findings: str, follow_up: str, until: date, **remarks: tuple[str, str]
) -> dict[str, object]:
    """A checklist in order, but for the remarks."""
    answers = {item.key: {"answer": "yes", "note": ""} for item in current().items}
    answers |= {key: {"answer": answer, "note": note} for key, (answer, note) in remarks.items()}
    return {
        "visited_at": at, "place": place, "met": met, "checklist": current().version, "answers": answers,
        "findings": findings, "follow_up": follow_up, "follow_up_due_on": until,
    }  # fmt: skip


def _visit(stage: Stage, project: Project, values: dict, key: str, colours: list[tuple[int, int, int]]) -> SiteVisit:
    """Written on the spot, sent some hours later, when there was a line again."""
    photos = [
        SimpleUploadedFile(f"现场{place}.png", picture(colour), "image/png") for place, colour in enumerate(colours, 1)
    ]
    at = values["visited_at"]
    sending = visits.Sending(device_at=at + timedelta(minutes=50), sent_at=at + timedelta(hours=6))
    with on(at.date(), at.hour + 6, at.minute):
        version = visits.record_visit(
            project, by=stage.mentor, values=values, key=UUID(key), sending=sending, photos=photos
        )
    return version.visit


def _training(stage: Stage, projects: Mapping[str, Project], day: Day) -> None:
    """A training for those who carry out a project (岗前培训), with certificates for whoever came."""
    begins = moment(day(-225), 9)
    workshop = Workshop(
        organizer=stage.cast.groups["support"], title="项目实施岗前培训", place="区社会组织服务中心培训室",
        about="财务与票据、活动记录与签到、志愿者管理、服务对象隐私与未成年人保护。",
        starts_at=begins, ends_at=begins + timedelta(hours=7), hours=Decimal("6.0"),
    )  # fmt: skip
    with on(day(-236), 10):
        workshop = workshops.hold_workshop(workshop, by=stage.mentor)
    with on(day(-232), 19):
        for project in projects.values():
            workshops.sign_up(workshop, project.applicant, by=stage.cast.head(project.applicant))
    with on(day(-225), 17):
        seats = Attendance.objects.filter(workshop=workshop).order_by("pk")
        absent = projects["jiezhen"].applicant_id
        came = {seat.pk: seat.organization_id != absent for seat in seats}
        workshops.record_attendance(workshop, by=stage.mentor, came=came)
        workshops.add_walk_in(workshop, projects["qingnian"].applicant, by=stage.mentor, name="何小雨")
        workshops.issue_certificates(workshop, by=stage.mentor)


def picture(colour: tuple[int, int, int], width: int = 320, height: int = 240) -> bytes:
    """A tiny photo: a wall of that colour with a light window in it, as a PNG."""
    wall, window = bytes(colour), b"\xff\xf6\xd6"
    bright = range(height // 5, height // 2)
    line = wall * (width // 4) + window * (width // 2) + wall * (width - width // 4 - width // 2)
    rows = b"".join(b"\0" + (line if y in bright else wall * width) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
