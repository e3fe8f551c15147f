"""Which organisations have come to a bureau from elsewhere, and are known to it from then on (`territory.ties`)."""

from people.territory import Tie
from projects.models import Participant, Pledge, Project


def applies() -> Tie:
    """Has handed something in to one of their calls."""
    return Tie(Project.objects.filter(submitted_at__isnull=False), "applicant", "funder")


def hosts() -> Tie:
    """Signs for a group that has."""
    return Tie(Project.objects.filter(submitted_at__isnull=False, host__isnull=False), "host", "funder")


def helps() -> Tie:
    """Somebody coaches or evaluates one of their projects for it."""
    return Tie(Participant.objects.filter(organization__isnull=False), "organization", "project__funder")


def gives() -> Tie:
    """Has pledged something to one of their projects."""
    return Tie(Pledge.objects.filter(giver__isnull=False), "giver", "project__funder")
