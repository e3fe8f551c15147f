"""Papers of activities: the plan, the sheet on which people sign in, the record, and the month's announcements
as a table. In Chinese like every paper: see `documents`.
"""

from typing import IO

from django.utils import timezone

from core import clock
from core.masking import mask_phone
from core.models import Event
from core.spreadsheets import Heading, Workbook
from projects import qr
from projects.models import Activity, ConsentText
from projects.month import Month
from reports.documents import Document, file_name
from reports.photo_pages import of_activities

LINES = range(1, 31)
"""Empty lines: no name of the roster is printed on a sheet that lies about in a room."""


def activity_plan(activity: Activity, *, contact: bool) -> Document:
    """The plan of one activity (活动方案) with its materials. `contact` as for the proposal."""
    project = activity.project
    return Document(
        file_name("活动方案", clock.localdate(activity.starts_at).isoformat(), activity.theme),
        "pdf/activity_plan.html",
        {
            "title": "活动方案",
            "number": project.number,
            "author": project.applicant.name,
            "activity": activity,
            "project": project,
            "leader_phone": project.leader_phone if contact else mask_phone(project.leader_phone),
            "partners": activity.partners.all(),
            "items": activity.items.all(),
            "cost": activity.cost,
        },
    )


def sign_in_sheet(activity: Activity, address: str) -> Document:
    """Where people sign (签到表), with the code for those who have a phone and what it is used for."""
    project = activity.project
    return Document(
        file_name("活动签到表", activity.theme),
        "pdf/activity_sign_in.html",
        {
            "title": "活动签到表",
            "number": project.number,
            "author": project.applicant.name,
            "activity": activity,
            "project": project,
            "lines": LINES,
            "code": qr.inline(address),
            "consent": ConsentText.objects.in_force(project.call.funder, ConsentText.Purpose.SIGN_IN),
        },
    )


def record(activity: Activity) -> Document:
    """The record of an activity (活动记录表, field guide 2.6), with its photos and who did what with it.

    A photo of people who did not agree to be shown is counted and not printed: the paper leaves the house.
    """
    project = activity.project
    return Document(
        file_name("活动记录表", clock.localdate(activity.starts_at).isoformat(), activity.theme),
        "pdf/activity_record.html",
        {
            "title": "活动记录表",
            "number": project.number,
            "author": project.applicant.name,
            "project": project,
            "activity": activity,
            "signed": activity.sign_ins.count(),
            "aims": activity.aims,
            "photos": of_activities(activity.photos.all()),
            "events": Event.objects.about(activity).select_related("actor").order_by("at", "pk"),
        },
    )


HEADINGS = [
    Heading("序号", 6),
    Heading("日期", 12),
    Heading("时间", 14),
    Heading("活动主题", 30),
    Heading("地点", 26),
    Heading("服务对象", 20),
    Heading("预计人数", 10),
    Heading("实施单位", 26),
    Heading("项目名称", 26),
    Heading("项目编号", 18),
    Heading("所在社区", 20),
    Heading("状态", 12),
    Heading("是否向居民公开", 12),
]


def announcements_name(month: Month) -> str:
    return f"{month.year}年{month.month}月活动预告"


def write_announcements(target: IO[bytes], month: Month, activities) -> None:
    """The month's activities (××年×月活动预告) of a funder's projects, also those that are not for everybody."""
    workbook = Workbook(target)
    rows = (_row(number, activity) for number, activity in enumerate(activities, start=1))
    workbook.add_sheet(announcements_name(month), HEADINGS, rows)
    workbook.close()


def _row(number: int, activity: Activity) -> list:
    begins = timezone.localtime(activity.starts_at)
    ends = timezone.localtime(activity.ends_at) if activity.ends_at else None
    project = activity.project
    return [
        number,
        begins.date(),
        f"{begins:%H:%M}—{ends:%H:%M}" if ends else f"{begins:%H:%M}",
        activity.theme,
        activity.place,
        activity.audience,
        activity.expected,
        project.applicant.name,
        project.title,
        project.number,
        str(project.community or ""),
        activity.get_state_display(),
        "是" if activity.is_public else "否",
    ]
