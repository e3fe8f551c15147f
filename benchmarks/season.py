"""A season of a bureau by the real verbs: what is multiplied when a database is filled (`benchmarks.data`).

Two kinds. A past season is over: of 25 proposals by ten groups 8 were funded and worked on, 14 not chosen, 2 not
eligible, 1 withdrawn. A season at work has a bureau of its own and projects in every state before the end.
"""

import random
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from benchmarks.texts import STOCK
from core import clock
from evaluations.actions import panel
from grants.actions import ledger
from grants.models import Fund
from people.models import Community, Expert, Kind, Membership, Organization, Role
from projects.actions import (
    attendance,
    checking,
    competition,
    delivery,
    mentoring,
    monthly,
    people,
    proposals,
    roster,
    spending,
    visits,
)
from projects.models import Project
from tests import judging, records
from tests import spending as books
from tests.giving import accepted_pledge
from tests.life import LINES, Life, draft
from tests.mentored import advice, seen
from tests.town import Town, make_call, member, person

FUNDED, NOT_CHOSEN, INELIGIBLE, WITHDRAWN = 8, 14, 2, 1
GROUPS = 10
AT_WORK = ("draft", "draft", "submitted", "submitted", "submitted", "eligible", "eligible", "in_review", "in_review",
           "shortlisted", "in_notice", "approved", "running", "running", "running", "running", "running",
           "midterm", "midterm_passed", "midterm_passed")  # fmt: skip
MONEY = Decimal("32000.00")


class Season:
    """One call with its groups, experts and communities; `mark` keeps their names and numbers apart from others'."""

    def __init__(self, town: Town, time: Any, mark: str, *, own_bureau: bool) -> None:
        self.time, self.mark, self.dice = time, mark, random.Random(mark)
        self.town = copy(town)
        self.town.people = dict(town.people)
        if own_bureau:
            self._bureau()
        self._helpers()
        self.groups = [self._group(n) for n in range(GROUPS)]
        town = self.town
        town.fund = Fund.objects.create(
            funder=town.bureau, name=f"公益创投资金{mark}", source=Fund.Source.COMMUNITY, year=2026
        )
        ledger.allocate(town.fund, Decimal("500000.00"), by=town.finance)
        budget = Decimal("400000.00")
        town.call = make_call(town, code=mark, title=f"公益创投{mark}", fund=town.fund, budget=budget)
        self.life = Life(town, time)

    def _person(self, part: str, name: str) -> Any:
        self.town.people[part] = person(f"{part}-{self.mark}".lower(), name)
        return self.town.people[part]

    def _bureau(self) -> None:
        town = self.town
        town.bureau = Organization.objects.create(
            name=f"街道办事处{self.mark}",
            kind=Kind.FUNDER,
            credit_code=f"11{self.mark}",
            phone="010-65000000",
            region="990000000",
        )
        for part, name, role in (
            ("clerk", "李经办", Role.STAFF),
            ("approver", "王主任", Role.APPROVER),
            ("finance", "赵会计", Role.FINANCE),
            ("auditor", "钱监督", Role.AUDITOR),
        ):
            member(self._person(part, name), town.bureau, role)

    def _helpers(self) -> None:
        town = self.town
        town.community = Community.objects.create(
            region_code="990000000001" if self.mark.startswith("P") else "990000000002",
            name=f"社区{self.mark}", street="东街街道", district="东城区", population=6000,
        )  # fmt: skip
        for n, kind in enumerate(("social_work", "finance", "community"), start=1):
            expert = Expert.objects.create(
                person=self._person(f"expert{n}", f"专家{n}"), added_by=town.clerk, bureau=town.bureau, max_load=60
            )
            expert.skills.create(kind=kind)
        member(self._person("mentor", "高督导"), town.support, Role.MENTOR)

    def _group(self, n: int) -> tuple[Organization, Any]:
        group = Organization.objects.create(
            name=f"{self.dice.choice('柳杨松竹梅兰荷菊')}{self.dice.choice('溪林岸园桥湖山庄')}社工服务中心{self.mark}{n}",
            kind=Kind.SOCIAL_ORGANIZATION, credit_code=f"52{self.mark}{n}", community=self.town.community,
            profile="2012年登记，专职社工5人。", bank_name="农商银行", bank_account_name="中心",
            bank_account="6222000011112222",
        )  # fmt: skip
        head = self._person(f"head{n}", f"负责人{n}")
        Membership.objects.create(user=head, organization=group, role=Role.MANAGER, since=date(2020, 1, 1))
        return group, head

    def _of(self, n: int) -> Town:
        """The town as the group of the n-th project sees it: `head` and `centre` are its own."""
        group, head = self.groups[n % GROUPS]
        mine = copy(self.town)
        mine.people = self.town.people | {"head": head}
        mine.centre = group
        return mine

    def _life(self, n: int) -> Life:
        return Life(self._of(n), self.time)

    def _draft(self, n: int) -> Project:
        words = self.dice.choices(STOCK, k=8)
        return draft(
            self._of(n), title="".join(words[:2]) + "项目", lines=LINES[:1] * 4, amount_requested=MONEY,
            summary="，".join(words[2:5]) + "。", needs="，".join(words[5:]) + "。",
            starts_on=date(2026, 5, 1), ends_on=date(2027, 2, 28),
        )  # fmt: skip

    def drafts(self, count: int) -> list[Project]:
        return [self._draft(n) for n in range(count)]

    def _to(self, n: int, project: Project, state: str) -> Project:
        return self._life(n).walk(fresh(project), state)

    def judge(self, numbers: list[int], drafts: list[Project]) -> None:
        """Three sheets for each, of three experts who have said that nothing ties them."""
        town = self.town
        for n in numbers:
            for expert in (town.expert1, town.expert2, town.expert3):
                panel.assign(fresh(drafts[n]), expert, by=town.clerk)
        for n in numbers:
            self._to(n, drafts[n], "in_review")
            for one in drafts[n].assignments.select_related("project__call", "person"):
                one.project = fresh(drafts[n])
                judging.score(one, *(self.dice.randint(15, most) for most in (30, 40, 30)))

    def work(self, n: int, project: Project) -> None:
        """Five weeks of a running project: two activities held before two people of its roster, four payments, two
        months' reports, a milestone, a coaching session, a visit; to every fourth something is promised."""
        of, time = self._of(n), self.time
        project = fresh(project)
        people.assign_mentor(project, of.mentor, of.support, by=of.clerk)
        for day in (12, 19):
            changes = {"starts_at": aware(2026, 6, day, 14), "ends_at": aware(2026, 6, day, 16)}
            self.planned.append((n, records.planned(of, project, **changes)))
        for each, line in enumerate(project.budget_lines.all()):
            paid = {"line_key": line.key, "amount": line.amount, "invoice_number": f"26{n:04}{each}{self.mark}"}
            books.paid(project, of.head, summary="活动物资", **paid)
        reached = {"name": "完成建档", "due_on": date(2026, 8, 31), "proof": "档案"}
        delivery.add_milestone(project, by=of.head, values=reached)
        for name, phone in (("王秀英", "13800138000"), ("李桂兰", "13800138001")):
            records.entered(of, project, name=name, phone=phone)
        mentoring.add_session(project, by=of.mentor, values=advice())
        visits.record_visit(project, by=of.mentor, values=seen())
        if n % 4 == 0:
            accepted_pledge(of, project)
        time.go(clock.now())

    def _start_work(self, started: list[int], drafts: list[Project]) -> None:
        self.planned: list[tuple[int, Any]] = []
        self.life.day(2026, 6, 10)
        for n in started:
            self.work(n, drafts[n])
        self.life.day(2026, 6, 20)
        for n, activity in self.planned:
            attendance.tick(activity, by=self._of(n).head, people=activity.project.roster.all())
            records.recorded(self._of(n), activity, self.time, heads=20 + n)
        for n in started:
            spending.hand_in_all(fresh(drafts[n]), by=self._of(n).head)
            for one in drafts[n].expenses.filter(state="handed_in"):
                spending.recognise(one, by=self.town.clerk)
        for month in (date(2026, 5, 1), date(2026, 6, 1)):
            self.life.day(2026, month.month + 1, 2)
            monthly.make_month(month)

    def past(self) -> None:
        """All of it, to the archive."""
        town, life = self.town, self.life
        drafts = self.drafts(FUNDED + NOT_CHOSEN + INELIGIBLE + WITHDRAWN)
        chosen = list(range(FUNDED + NOT_CHOSEN))
        for n, project in enumerate(drafts):
            self._to(n, project, "submitted")
            if n in chosen:
                self._to(n, project, "eligible")
            elif n < len(drafts) - WITHDRAWN:
                checking.check(fresh(project), "declare_ineligible", by=town.clerk, note="缺少登记证书。")
            else:
                proposals.withdraw(fresh(project), by=self._of(n).head, note="换一个方案")
        self.judge(chosen, drafts)
        life.day(2026, 4, 10)
        for n in chosen[FUNDED:]:
            competition.decline(fresh(drafts[n]), by=town.clerk, note="未达到入围分数。")
        funded = chosen[:FUNDED]
        for state in ("shortlisted", "in_notice", "approved", "running"):
            for n in funded:
                if fresh(drafts[n]).state != state:
                    self._to(n, drafts[n], state)
        self._start_work(funded, drafts)
        for state in ("midterm_passed", "settling", "completed"):
            for n in funded:
                self._to(n, drafts[n], state)
        life.day(2029, 3, 2)  # what the clock does every day, so that nobody's name is kept too long
        roster.anonymise_expired()

    def at_work(self) -> None:
        """Projects in every state, as they stand in autumn."""
        drafts = self.drafts(len(AT_WORK))
        road = Life.ROAD
        reach = {n: road.index(state) for n, state in enumerate(AT_WORK)}
        for state in road[1 : road.index("running") + 1]:
            for n, project in enumerate(drafts):
                if reach[n] < road.index(state) or road.index(fresh(project).state) >= road.index(state):
                    continue
                if state == "in_review":
                    self.judge([n], drafts)
                else:
                    self._to(n, project, state)
        started = [n for n in reach if reach[n] >= road.index("running")]
        self._start_work(started, drafts)
        for n in started:
            self._to(n, drafts[n], AT_WORK[n])


def fresh(project: Project) -> Project:
    return Project.objects.get(pk=project.pk)


def aware(*parts: int) -> datetime:
    return timezone.make_aware(datetime(*parts))
