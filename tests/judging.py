"""Take projects through the judging by the real verbs: sheets, the decision, its approval, its announcement."""

from decimal import Decimal

from evaluations.actions import decision as decisions
from evaluations.actions import panel, scoring
from evaluations.actions.decision import Proposal
from evaluations.models import Decision
from projects.models import Project
from tests.life import choir_draft, draft
from tests.memory import remembered

MONEY = Decimal("10000.00")
MEETING = {"present": "王局长、陈经办", "minutes": "逐项议定。"}


@remembered
def score(assignment, *points) -> None:
    """Hand in one sheet with these points, in the rubric's order."""
    given = zip(assignment.rubric.criteria.all(), points, strict=True)
    scoring.submit_sheet(
        assignment, by=assignment.person, points={one.pk: Decimal(str(value)) for one, value in given}, strengths="好"
    )


@remembered
def judged(town, life, *merits, filed=()) -> list[Project]:
    """Projects in review with three sheets each; every sheet gives 30 + merit + 20 points."""
    projects = [life.walk(draft(town, title=f"项目{merit}"), "eligible") for merit in merits]
    projects += [life.walk(choir_draft(town, title=f"合唱{merit}"), "eligible") for merit in filed]
    merits = (*merits, *filed)
    for project in projects:
        for expert in (town.expert1, town.expert2, town.expert3):
            panel.assign(project, expert, by=town.clerk)
    for project, merit in zip(projects, merits, strict=True):
        life.walk(project, "in_review")
        for assignment in project.assignments.select_related("project__call", "person"):
            assignment.project = Project.objects.get(pk=project.pk)
            score(assignment, 30, merit, 20)
    return [Project.objects.get(pk=project.pk) for project in projects]


@remembered
def proposed(town, lines: dict[int, Proposal | str], by=None, **meeting) -> Decision:
    """A decision that waits for the approver; a mere outcome gets the whole request and no reason."""
    lines = {
        pk: Proposal(said, MONEY if said == "shortlist" else None) if isinstance(said, str) else said
        for pk, said in lines.items()
    }
    made = decisions.save_decision(town.call, by=by or town.clerk, lines=lines, **MEETING | meeting)
    return decisions.propose(made, by=by or town.clerk)


@remembered
def decided(town, lines: dict[int, Proposal | str], **meeting) -> Decision:
    """A decision that is approved and not yet announced."""
    return decisions.approve(proposed(town, lines, **meeting), by=town.approver)


@remembered
def announced(town, lines: dict[int, Proposal | str], **meeting) -> Decision:
    """A decision that everybody may read, with its notice."""
    made = decided(town, lines, **meeting)
    decisions.announce(made, by=town.clerk)
    return made
