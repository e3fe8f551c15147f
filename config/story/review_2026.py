"""What happens to the call in review: its rules, a tie, a disagreement, three ways of choosing and a late conflict."""

from datetime import date
from decimal import Decimal

from config.story.clockwork import on
from config.story.company import ADVICE, PRAISE
from config.story.stage import Stage
from evaluations.actions import ranking, scoring, selecting
from evaluations.models import Assignment
from grants.models import BonusRule, Call, TieBreak
from people.models import Interest
from projects.models import Project


def announce_rules(call: Call) -> None:
    """Beforehand: points for money raised, and what decides between equal scores."""
    basis = "本批次规定：申报公告第六条"
    BonusRule.objects.create(
        call=call, kind="fundraising", condition="截止前筹资到账，每满500元加1分", most=Decimal(5), legal_basis=basis
    )
    first = call.review_rubric.criteria.first()
    TieBreak.objects.create(call=call, position=1, kind="criterion", criterion=first, legal_basis=basis)
    TieBreak.objects.create(call=call, position=2, kind="request", legal_basis=basis)


def score_equal(stage: Stage, assignment: Assignment, other: Project, day: date) -> None:
    """The last sheet of a panel brings it to the very score of another project, with its strength elsewhere."""
    wanted = sum(one.sheet.total for one in other.assignments.seated())
    given = assignment.project.assignments.seated().exclude(pk=assignment.pk)
    left = wanted - sum(one.sheet.total for one in given)
    points = {}
    for criterion in reversed(assignment.rubric.criteria.all()):  # the first criterion, which decides, gets the rest
        points[criterion.pk] = min(criterion.weight, left)
        left -= points[criterion.pk]
    with on(day, 17):
        scoring.submit_sheet(assignment, by=assignment.person, points=points, strengths=PRAISE, weaknesses=ADVICE)


def compare_and_choose(stage: Stage, call: Call, complete: list[Project], merits: dict[int, float], day) -> None:
    """Three panels are complete: in one the experts disagree, two have the same score, which the announced order
    decides, and the clerk compares three ways of choosing under a quota. In one of them a tie of an expert comes to
    light, and the clerk has to decide."""
    open_sheets = list(Assignment.objects.open().filter(project__in=complete).select_related("project__call", "person"))
    last = [one for one in open_sheets if one.project_id == complete[2].pk][-1]
    for number, assignment in enumerate(one for one in open_sheets if one != last):
        far_off = -38 if assignment.project_id == complete[0].pk and number % 2 else 0
        stage.score(assignment, merits[assignment.project_id] + far_off, day(-2))
    score_equal(stage, last, complete[1], day(-2))
    with on(day(-2), 18):
        rule = call.bonus_rules.get()
        shown = Project.objects.select_related("call").get(pk=complete[0].pk)
        ranking.give_bonus(shown, rule, by=stage.clerk, points=Decimal(3), reason="到账1500元，银行回单2张")
    quota = [{"group": f"field:{complete[0].field_id}", "max_count": 1, "max_amount": None, "min_count": None}]
    ways = (
        ("按名次顺延", "rank_skip", "24500.00", None),
        ("总分最大，留一半机动资金", "score", "13000.00", None),
        ("得分×金额，不低于75分", "merit_amount", "24500.00", Decimal(75)),
    )
    for name, objective, budget, floor in ways:
        with on(day(-1), 16):
            selecting.add_alternative(
                call, by=stage.clerk, name=name, objective=objective, budget=Decimal(budget), floor=floor, quotas=quota,
            )  # fmt: skip
    with on(day(-1), 18):
        judge = complete[2].assignments.select_related("person").first().person
        Interest.objects.create(
            person=judge, organization=complete[2].applicant, kind=Interest.Kind.ADVICE, words="去年为该队讲过财务课"
        )
