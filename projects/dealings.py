"""Which organisations have come to a bureau from elsewhere, and are known to it from then on (`territory.ties`).

Each answers of one organisation at a time (`OuterRef`): a list that is full after a page asks for no more.
"""

from collections.abc import Collection

from django.db.models import Exists, OuterRef

from projects.models import Participant, Pledge, Project


def applies(bureaus: Collection[int]) -> Exists:
    """Has handed something in to one of their calls."""
    return Exists(
        Project.objects.filter(call__funder__in=bureaus, submitted_at__isnull=False, applicant=OuterRef("pk"))
    )


def hosts(bureaus: Collection[int]) -> Exists:
    """Signs for a group that has."""
    return Exists(Project.objects.filter(call__funder__in=bureaus, submitted_at__isnull=False, host=OuterRef("pk")))


def helps(bureaus: Collection[int]) -> Exists:
    """Somebody coaches or evaluates one of their projects for it."""
    return Exists(Participant.objects.filter(project__call__funder__in=bureaus, organization=OuterRef("pk")))


def gives(bureaus: Collection[int]) -> Exists:
    """Has pledged something to one of their projects."""
    return Exists(Pledge.objects.filter(project__call__funder__in=bureaus, giver=OuterRef("pk")))
