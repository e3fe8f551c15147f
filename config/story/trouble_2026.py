"""One group of the first call is late: warned, called to a talk, and what was agreed; another has a warning to answer."""

from datetime import date
from typing import Any

from config.story.clockwork import moment, on
from config.story.stage import Stage
from projects.actions import trouble
from projects.models import Project


def play_trouble(stage: Stage, projects: dict[str, Project], day: Any) -> None:
    """`day(n)` is n days from today."""
    late, fresh = projects["loudao"], projects["yinling"]
    head = stage.cast.head(late.applicant)
    with on(day(-60), 10):
        words = "第二季度月报和三次活动的签到表一直没有交，请补齐并说明原因。"
        warning = trouble.warn(late, by=stage.clerk, ground="records", words=words, answer_until=day(-53))
    with on(day(-54), 19):
        trouble.answer_warning(warning, by=head, answer="负责写月报的同伴住院，签到表在她家里。我们下周补上。")
    with on(day(-45), 10):
        talk = trouble.call_to_talk(
            late, by=stage.clerk, warning=warning, reason="签到表补了一次，另两次仍缺；当面商量怎样把台账管起来。",
            planned_at=moment(day(-42), 14), place="东风地区办事处二楼会议室",
        )  # fmt: skip
    _talked(stage, talk, day(-42), day(-20))
    with on(day(-41), 9):
        trouble.confirm_talk(talk, by=head, remark="台账改由两个人管，石磊和楼长各管一份。")
    with on(day(-6), 16):
        words = "中期报告说服务64人，名册只有51人，请核对后说明。"
        trouble.warn(fresh, by=stage.clerk, ground="quality", words=words, answer_until=day(2))


def _talked(stage: Stage, talk: Any, held_on: date, until: date) -> None:
    with on(held_on, 16):
        trouble.record_talk(
            talk,
            by=stage.clerk,
            present="周敏（经办人）\n石磊（楼道美化互助组）\n王立宏（导师）",
            said="团队说明了缺材料的原因；导师建议用平台现场签到，当天拍照上传；经办人说明台账不全会影响中期评估。",
            agreed="补齐两次签到表；以后每次活动当天上传签到和照片。",
            agreed_until=until,
        )
