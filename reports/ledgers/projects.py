"""The ledger of the projects (项目台账): where each one is, its money, what residents say, how it was judged."""

from typing import Any

import rules

from core import clock
from core.money import round_half_up
from core.spreadsheets import COUNT, DAY, MONEY, NUMBER, Heading
from evaluations.models import Purpose, Result, Star
from evaluations.satisfaction import satisfactions
from grants.models import LedgerEntry
from grants.movements import Account
from projects.models import Project, Tranche
from projects.models.state import STANDINGS, State
from projects.narrowing import with_spending
from projects.spending import spent
from reports.evaluation_papers import GRADES
from reports.ledgers.ledger import PROJECT, Asked, Rows, column, pieces, project_cells
from reports.wording import KINDS

COLUMNS = [
    *PROJECT, column("组别", width=14), column("主办单位", width=24), column("单位类型", width=16),
    column("代管单位", width=24), column("阶段", width=14), column("状态", width=14), column("进入本状态", DAY),
    column("已停留（天）", COUNT, 12), column("申报日", DAY), column("立项日", DAY), column("开始", DAY),
    column("结束", DAY), column("申请金额（元）", MONEY, adds_up=True), column("核定资助（元）", MONEY, adds_up=True),
    column("已签约未拨（元）", MONEY, adds_up=True), column("已拨（元）", MONEY, adds_up=True),
    column("已拨期数", COUNT), column("共几期", COUNT), column("已退回（元）", MONEY, adds_up=True),
    column("已支出（元）", MONEY, adds_up=True),
    column("账上结余（元）", MONEY, adds_up=True, formula="{已拨（元）}-{已退回（元）}-{已支出（元）}"),
    column("满意度（%）", NUMBER, 12), column("评价（份）", COUNT), column("评审得分", NUMBER),
    column("组内名次", COUNT),
    column("末期得分", NUMBER), column("末期等次", width=10), column("单位星级", COUNT),
]  # fmt: skip
NOTES = (
    ("已停留", "自进入本状态之日起的自然日；已结束的项目不再计天。"),
    ("已签约未拨、已拨、已退回", "按资金台账，与资金页面一致；已拨已减去冲回。"),
    ("已支出", "记账的项目按已认定的支出，其余按已通过的报告。"),
    ("评审得分、名次、末期评估", "只列给可以看排名的主办单位人员；与参评单位有关联的人看不到。"),
    ("单位星级", "已公布且仍在有效期内的最近一次。"),
)
PAID = (Tranche.State.PAID, Tranche.State.RECEIPTED)


def columns(asked: Asked) -> list[Heading]:
    return COLUMNS


def found(asked: Asked) -> Any:
    return asked.within(asked.projects, "submitted_at")


def count(asked: Asked) -> int:
    return found(asked).count()


def rows(asked: Asked) -> Rows:
    with_money = with_spending(found(asked).with_names().select_related("host")).prefetch_related("tranches")
    may_see: dict[int, bool] = {}
    words = {state: (str(STANDINGS[state].stage.label), str(label)) for state, label in State.choices}
    for batch in pieces(with_money, *asked.in_time("call_id")):
        keys = [project.pk for project in batch]
        for project in batch:
            if project.call_id not in may_see:
                may_see[project.call_id] = rules.has_perm("evaluations.see_ranking", asked.user, project.call)
        accounts = LedgerEntry.objects.filter(reference__in=[p.number for p in batch if p.number]).accounts()
        voices = satisfactions(keys)
        results = _results(keys)
        stars = stars_of({project.applicant_id for project in batch})
        for project in batch:
            judged = results.get(project.pk, {}) if may_see[project.call_id] else {}
            account = accounts.get(project.number, Account())
            yield _row(project, words[project.state], account, voices[project.pk], judged, stars)


def _row(
    project: Project,
    where: tuple[str, str],
    account: Account,
    voice: Any,
    results: dict[str, Result],
    stars: dict[int, int],
) -> list[Any]:
    tranches = [tranche for tranche in project.tranches.all() if tranche.state != Tranche.State.CANCELLED]
    since = clock.localdate(project.state_since)
    used = round_half_up(spent(project))
    review, final = results.get(Purpose.REVIEW), results.get(Purpose.FINAL)
    return [
        *project_cells(project), project.track.name, project.call.funder.name, KINDS[project.applicant.kind],
        project.host.name if project.host else "", *where,
        since, None if project.has_ended else (clock.today() - since).days, clock.localdate(project.submitted_at),
        clock.localdate(project.approved_at) if project.approved_at else None, project.starts_on, project.ends_on,
        project.amount_requested, project.amount_awarded, account.committed, account.paid_out,
        sum(tranche.state in PAID for tranche in tranches), len(tranches), account.returned, used,
        account.held - used, voice.share, voice.n, review.score if review else None,
        review.rank if review else None, final.score if final else None, GRADES.get(final.grade, "") if final else "",
        stars.get(project.applicant_id),
    ]  # fmt: skip


def _results(keys: list[int]) -> dict[int, dict[str, Result]]:
    """The last result of each purpose."""
    results: dict[int, dict[str, Result]] = {}
    for one in Result.objects.filter(project__in=keys).order_by("round"):
        results.setdefault(one.project_id, {})[one.purpose] = one
    return results


def stars_of(organizations: Any) -> dict[int, int]:
    """The stars that hold today, by organisation."""
    held: dict[int, int] = {}
    for organization, stars in (
        Star.objects.standing().filter(organization__in=organizations).values_list("organization", "stars")
    ):
        held.setdefault(organization, stars)
    return held
