"""Many award letters in the town: one project is approved by the real verbs, the others are copies of it."""

from collections.abc import Iterable

from core.models import Event
from core.workflow import record
from people.models import User
from projects.models import Project
from reports.actions import papers, printing
from reports.models import Paper, PrintJob
from tests.life import Life, draft
from tests.town import Town


def awarded(town: Town, life: Life, count: int) -> list[Project]:
    """`count` approved projects, each with its award letter in the register."""
    first = life.walk(draft(town), "approved")
    return [first, *copies_of(first, range(2, count + 1), by=town.approver)]


def copies_of(first: Project, numbers: Iterable[int], *, by: User) -> list[Project]:
    """As many more, told apart by their numbers; the call need not be open any more."""
    found = []
    for n in numbers:
        other = Project.objects.get(pk=first.pk)
        other.pk, other._state.adding = None, True
        other.number, other.title = f"{first.number}-{n:04d}", f"{first.title}（{n}）"
        other.save()
        event = record(other, "copied", by=by)
        papers.issue(Paper.Kind.AWARD, other, event=Event.objects.get(pk=event.pk))
        found.append(other)
    return found


def ask(by: User, kind: str = "award", *, form: str = "zip", asked: dict[str, str] | None = None) -> PrintJob:
    origin = "https://grants.example.org/"
    return printing.start(by=by, kind=kind, asked=asked or {}, form=form, origin=origin)
