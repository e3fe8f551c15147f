"""One at a time: whoever changes what a panel consists of holds it first.

Whether a panel is whole is read from many rows: its seats, its sheets, what two people agreed on. Two who each change
one of them and do not see the other's work would both find it unfinished, or reveal a score on a sheet that is just
being opened again.
"""

from collections.abc import Collection

from evaluations.models import PitchDay, Slot
from projects.models import Project


def hold_panels(projects: Collection[int]) -> None:
    """Hold the panels of these projects (ids) until the transaction ends; read what they consist of afterwards.

    Always the session first, then the slot, then the project, and in the order of their ids: two who hold the same in
    another order would wait for each other for ever.
    """
    list(PitchDay.objects.select_for_update(of=("self",)).filter(slots__project__in=projects).order_by("pk"))
    list(Slot.objects.select_for_update(of=("self",)).filter(project__in=projects).order_by("pk"))
    list(Project.objects.select_for_update(of=("self",)).filter(pk__in=projects).order_by("pk").only("pk"))


def hold_panel(project: int) -> None:
    """Hold the panel of one project."""
    hold_panels([project])
