"""A running project with its book: what tests of payments and months begin with."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from projects.actions import people, spending
from projects.models import Expense, Project
from tests.life import draft
from tests.memory import remembered


def jpeg(**more) -> bytes:
    """A small photo as a phone makes it; `more` goes to Pillow: `exif=`, `comment=`."""
    file = BytesIO()
    Image.new("RGB", (16, 12), "#8aa").save(file, "JPEG", **more)
    return file.getvalue()


PHOTO = jpeg()


def photo(name: str = "发票.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PHOTO, "image/jpeg")


@remembered
def running(town, life, project: Project | None = None) -> Project:
    """The centre's project on 10 June, with its mentor: 8,000 yuan of materials, 2,000 of volunteers' allowances."""
    project = life.walk(project or draft(town), "running")
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    life.time.go(datetime(2026, 6, 10, 10))
    return Project.objects.get(pk=project.pk)


def key(project: Project, category: str = "materials") -> str:
    return project.budget_lines.get(category=category).key


def values(project: Project, **changes) -> dict:
    return {
        "spent_on": date(2026, 6, 1),
        "amount": Decimal("300.00"),
        "line_key": changes.get("line_key") or key(project),
        "summary": "彩纸和笔",
        "payee": "晨光文具店",
        "method": "transfer",
        "invoice_number": "26117000000012345678",
    } | changes


def paid(project: Project, by, *, files=True, **changes) -> Expense:
    """A payment that is entered."""
    given = values(project, **changes)
    return spending.enter(project, by=by, values=given, files=[photo()] if files else [])


def handed_in(project: Project, by, **changes) -> Expense:
    explanation = changes.pop("explanation", "")
    return spending.hand_in(paid(project, by, **changes), by=by, explanation=explanation)
