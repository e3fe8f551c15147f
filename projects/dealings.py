"""Which organisations have come to a bureau from elsewhere, and are known to it from then on (`territory.ties`).

Each says the rows that tie them, and in which of their columns the organisation stands.
"""

from collections.abc import Collection

from people.territory import Tie
from projects.models import Participant, Pledge, Project


def applies(bureaus: Collection[int]) -> Tie:
    """Has handed something in to one of their calls."""
    return Project.objects.filter(call__funder__in=bureaus, submitted_at__isnull=False), "applicant"


def hosts(bureaus: Collection[int]) -> Tie:
    """Signs for a group that has."""
    return Project.objects.filter(call__funder__in=bureaus, submitted_at__isnull=False, host__isnull=False), "host"


def helps(bureaus: Collection[int]) -> Tie:
    """Somebody coaches or evaluates one of their projects for it."""
    return Participant.objects.filter(project__call__funder__in=bureaus, organization__isnull=False), "organization"


def gives(bureaus: Collection[int]) -> Tie:
    """Has pledged something to one of their projects."""
    return Pledge.objects.filter(project__call__funder__in=bureaus, giver__isnull=False), "giver"
