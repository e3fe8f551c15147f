"""The score sheet of a midterm or final evaluation, as it is filled in or to be filled in by hand.

In Chinese like every paper: see `documents`.
"""

from evaluations.forms import SheetForm
from evaluations.models import Assignment, Purpose
from evaluations.suggestions import suggestions
from reports.documents import Document, file_name

TITLES = {Purpose.MIDTERM: "中期评估评分表", Purpose.FINAL: "末期评估评分表"}
NATURES = {"service": "服务类项目", "governance": "自治类项目"}


def evaluation_sheet(assignment: Assignment) -> Document:
    """One evaluator's sheet (评估评分表): what the records said is frozen once it is submitted."""
    known = {} if assignment.is_submitted else suggestions(assignment)
    project, title = assignment.project, TITLES[Purpose(assignment.purpose)]
    stored = getattr(assignment, "sheet", None)
    return Document(
        file_name(title, project.number, project.title, assignment.person.name),
        "pdf/evaluation_sheet.html",
        {
            "title": title,
            "number": project.number,
            "author": str(assignment.organization or project.call.funder),
            "project": project,
            "nature": NATURES[project.nature],
            "assignment": assignment,
            "rubric": assignment.rubric,
            "sections": SheetForm(assignment=assignment, known=known).sections,
            "sheet": stored,
            "sum": stored.sum if stored else None,
        },
    )
