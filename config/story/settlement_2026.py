"""A project of this year at its end: its closing report, the audit that waits for the finance office, and one that has
just asked for its closure."""

from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from config.story.clockwork import on
from config.story.company import SCAN
from config.story.stage import Stage
from grants.models import Call
from projects.actions import audits
from projects.models import Project

AUDIT_FROM = Decimal("10000.00")
WORDS = {
    "nuanyang": {
        "done": "40户全部完成，家属互助612小时；每月照护者小组12次。",
        "residents_say": "“有人替班，我睡了一年来第一个整觉。”也有家属希望周末也能安排。",
        "volunteers_did": "护理志愿者18人轮值，累计上门860次。",
        "lessons": "周末需求比预想的大，下次先摸清时间再排班。",
        "goes_on": "regular",
        "goes_on_words": "并入街道居家养老服务，每周两次上门由社区养老驿站承担。",
    },
    "lvlin": {
        "done": "换花节四次全部完成，减量21吨。",
        "residents_say": "“孩子追着我要分厨余。”",
        "lessons": "称重要有人盯，数据才准。",
        "goes_on": "residents",
        "goes_on_words": "楼门长每季度自己办一次换花节，花卉由居民互换。",
    },
}


def play_settlement(stage: Stage, project: Project, day) -> None:
    """The call asks for an audit from 10,000 yuan on; the group has handed it in, and finance looks at it today."""
    Call.objects.filter(pk=project.call_id).update(audit_from=AUDIT_FROM)
    project = Project.objects.get(pk=project.pk)
    line = project.budget_lines.get(item="护理包")
    values = {
        "firm": "北京诚信会计师事务所",
        "firm_code": "91110105MA01KXYT0B",
        "number": f"诚信审字[{day(-6):%Y}]第0108号",
        "dated_on": day(-7),
        "opinion": "qualified",
        "words": "两个护理包（120元）无入库签收，建议不予列支；其余收支真实，专账核算。",
        "paid_by": "东风地区办事处",
    }
    off = [{"line_key": line.key, "amount": Decimal("120.00"), "reason": "两个护理包无入库签收"}]
    scan = SimpleUploadedFile("专项审计报告.pdf", SCAN, "application/pdf")
    with on(day(-6), 15):
        head = stage.cast.head(project.applicant)
        audits.hand_in_audit(project, by=head, values=values, adjustments=off, files=[scan])
