"""How long which data are kept, and what goes when the time is over (个人信息保护法, 19): one list of rules, done
once a day by `manage.py tick`, shown beforehand by `manage.py retention --dry-run` and on the bureau's page.

What an open objection, report or audit rests on waits until that is over (`holding`).
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model, Q
from django.utils import timezone

from core import clock
from core.models import Dispatch, Duty, Knock
from core.strangers import A_DAY, forget_knocks
from evaluations.actions.voices import TRACES_KEPT, forget_traces
from evaluations.models import Grievance, Voice
from grants.models import Need, NeedRemark
from people.models import DataRequest, KnownPlace
from projects.actions import roster
from projects.actions.objections import forget_unconfirmed
from projects.models import Objection
from reports.actions.personal import shorten
from reports.personal.holding import held_projects, why_held
from reports.personal.register import all_held

DUTY = "retention"
YEAR = timedelta(days=365)
HALF_A_YEAR = timedelta(days=183)
THREE_YEARS = 3 * YEAR


@dataclass(frozen=True)
class Rule:
    """One kind of data: what goes, when, and how it is done.

    `rows` finds whose time is over; `forget` takes one away, or `at_once` all of them but those of the projects it is
    given. `basis`: why so long and not longer.
    """

    key: str
    kind: str
    what: str
    when: str
    basis: str
    rows: Callable[[], Iterable[Any]]
    forget: Callable[[Any], Any] | None = None
    at_once: Callable[[Collection[int]], int] | None = None


@dataclass
class Due:
    """What a rule would do today."""

    rule: Rule
    going: int
    waiting: dict[str, int]
    """Reasons why some stay for now, and of how many."""


def _shorten(model: str) -> Callable[[Any], None]:
    [held] = [held for _kind, held in all_held() if held.model == model]
    return lambda row: shorten(held, row)


def _empty_dispatch(row: Dispatch) -> None:
    row.address, row.text = "", ""
    row.save(update_fields=["address", "text"])


def _done_with(state_field: str, *states: str, since: str, after: timedelta) -> Q:
    return Q(**{f"{state_field}__in": states, f"{since}__lt": clock.now() - after})


def _needs() -> Iterable[Need]:
    ended = (Need.State.LISTED, Need.State.MERGED, Need.State.DECLINED)
    found = Need.objects.filter(_done_with("state", *ended, since="state_since", after=YEAR))
    return found.exclude(contact="", contact_phone="", sender="").order_by("pk")


def _remarks() -> Iterable[NeedRemark]:
    return NeedRemark.objects.filter(answered_at__lt=clock.now() - YEAR).exclude(phone="", sender="").order_by("pk")


def _ruled() -> Iterable[Objection]:
    old = Objection.objects.filter(ruled_at__lt=clock.now() - THREE_YEARS)
    return old.exclude(name__contains="*").select_related("notice", "project").order_by("pk")


def _requests() -> Iterable[DataRequest]:
    return (
        DataRequest.objects.filter(decided_at__lt=clock.now() - THREE_YEARS).exclude(name__contains="*").order_by("pk")
    )


def _dispatches() -> Iterable[Dispatch]:
    return Dispatch.objects.filter(due_at__lt=clock.now() - HALF_A_YEAR).exclude(state="waiting").exclude(address="")


RULES = (
    Rule("roster", "roster", "名册上的姓名、电话、监护人和同意书附件", "项目结束后到约定月数（同意书上写明）",
         "第19条；本人同意的期限", roster.expired_people),
    Rule("sign_ins", "attendance", "签到的称呼、手机尾号、门牌和指纹", "项目结束后到约定月数（签到时写明）",
         "第19条；本人同意的期限", roster.expired_sign_ins),
    Rule("needs", "need", "反映人的称呼、电话和来源指纹", "需求办结满12个月", "第19条；回访已经结束", _needs,
         forget=_shorten("grants.Need")),
    Rule("remarks", "need", "需求公示意见的电话和来源指纹，姓名遮盖", "答复满12个月", "第19条；回访已经结束", _remarks,
         forget=_shorten("grants.NeedRemark")),
    Rule("unconfirmed", "objection", "没有确认的异议，连同附件", "收到满30天仍未确认", "第19条；没有受理",
         lambda: Objection.objects.forgettable(), at_once=lambda _but: forget_unconfirmed()),
    Rule("objections", "objection", "异议人的姓名、邮箱、电话遮盖，去掉来源指纹", "作出处理决定满36个月", "第19条；申诉、诉讼时效已过",
         _ruled, forget=_shorten("projects.Objection")),
    Rule("grievances", "grievance", "举报人的称呼、电话、邮箱、附件", "答复满6个月", "第19条；结果已经告知",
         lambda: Grievance.objects.forgettable()),
    Rule("voices", "voices", "评价的手机指纹、来源指纹；文字里的号码遮盖", "指纹和文字各自满期", "第19条；防重复的目的已达到",
         lambda: Voice.objects.traceable(clock.now() - TRACES_KEPT), at_once=forget_traces),
    Rule("places", "sign_in_safety", "常用网络", "一年没有再用", "第19条",
         lambda: KnownPlace.objects.filter(last_at__lt=timezone.now() - YEAR), forget=lambda row: row.delete()),
    Rule("messages", "messages", "寄出的邮件的地址和正文", "寄出满6个月", "网络安全法：日志不少于六个月；第19条", _dispatches,
         forget=_empty_dispatch),
    Rule("requests", "requests", "申请人的姓名遮盖，去掉联系方式和申请内容", "答复满36个月", "第19条；诉讼时效已过", _requests,
         forget=_shorten("people.DataRequest")),
    Rule("knocks", "technical", "不登录提交的来源指纹", "满一天", "第19条；只为防止大量提交",
         lambda: Knock.objects.filter(at__lt=clock.now() - A_DAY), at_once=lambda _but: forget_knocks()),
)  # fmt: skip


def _split(rule: Rule, held: dict[int, str]) -> tuple[list[Model], Counter[str]]:
    going, waiting = [], Counter()
    for row in rule.rows():
        if why := why_held(row, held):
            waiting[why] += 1
        else:
            going.append(row)
    return going, waiting


def due() -> list[Due]:
    """What would go today, rule by rule; nothing is written."""
    held, found = held_projects(), []
    for rule in RULES:
        going, waiting = _split(rule, held)
        found.append(Due(rule, len(going), dict(waiting)))
    return found


def forget_now() -> dict[str, int]:
    """Do all that is due; how many by rule. What fails stops the others not: it is done the next day."""
    held = held_projects()
    done = {"names": roster.anonymise_expired(set(held))}
    for rule in RULES:
        if rule.at_once:
            done[rule.key] = rule.at_once(set(held))
        elif rule.forget:
            going, _waiting = _split(rule, held)
            for row in going:
                with transaction.atomic():
                    rule.forget(row)
            done[rule.key] = len(going)
    return {key: number for key, number in done.items() if number}


def forget_due() -> int:
    """Once a day, for `manage.py tick`."""
    duty, _made = Duty.objects.get_or_create(name=DUTY)
    if duty.done_on == clock.today():
        return 0
    done = sum(forget_now().values())
    Duty.objects.filter(name=DUTY).update(done_on=clock.today())
    return done
