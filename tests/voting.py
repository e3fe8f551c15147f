"""A residents' vote, prepared, announced and voted in by the real verbs."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from evaluations.actions import balloting, vote_codes, votes
from evaluations.models import Vote
from projects.models import Project
from tests.memory import remembered

OPENS, CLOSES = datetime(2026, 5, 1, 8), datetime(2026, 5, 8, 18)
"""Long after the projects of the town went into review."""
SENDER = "sender"


@remembered
def prepared(town, projects: list[Project], **changes) -> Vote:
    """A vote that the clerk prepares: 20,000 yuan, at most two ticks, most votes first, a code a household."""
    values = {
        "title": "邻里微项目居民投票",
        "opens_at": timezone.make_aware(OPENS),
        "closes_at": timezone.make_aware(CLOSES),
        "budget": Decimal("20000.00"),
        "max_approvals": 2,
    }
    fresh = Vote(call=projects[0].call, made_by=town.clerk)
    return votes.prepare(
        fresh, by=town.clerk, projects=projects, communities=[town.community], **values | changes
    )  # fmt: skip


@remembered
def announced(town, projects: list[Project], **changes) -> Vote:
    return votes.announce(prepared(town, projects, **changes), by=town.clerk)


def printed(town, vote: Vote, number: int) -> list[str]:
    """The codes of so many slips."""
    return [slip.code for slip in vote_codes.issue(vote, town.community, by=town.clerk, number=number)]


def cast(code: str, *projects: Project):
    """Vote with the code of a slip."""
    slip = balloting.slip_of(code, sender=SENDER)
    return balloting.cast_with_code(slip, code, approved=[project.pk for project in projects])


def open_now(time) -> None:
    time.go(OPENS + timedelta(hours=1))


def ended(time) -> None:
    time.go(CLOSES)


def tampered_seed(vote: Vote, seed: str) -> None:
    """A seed that the test knows, so that a lot can be worked out by hand."""
    Vote.objects.filter(pk=vote.pk).update(seed=seed)
    vote.refresh_from_db()
