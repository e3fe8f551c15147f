"""What waits for clerks in residents' votes."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.inbox import Task
from evaluations.models import Alternative, Decision, Vote, VoteCode
from people.models import Role, User
from projects.models import Project


def waiting_for(user: User) -> Iterator[Task]:
    """Residents' votes: slips before it opens, papers to key a second time, and the result to take over."""
    funders = user.organizations_as(Role.STAFF)
    if not funders:
        return
    decided = Decision.objects.filter(call=OuterRef("call"))
    taken_over = Alternative.objects.by_vote().filter(call=OuterRef("call"))
    to_take_over = Q(state=Vote.State.COUNTED) & ~Exists(decided) & ~Exists(taken_over)
    waiting = Vote.objects.filter(Q(state=Vote.State.ANNOUNCED) | to_take_over, call__funder__in=funders)
    mine = waiting.exclude(call__in=Project.objects.staked_by(user).values("call"))
    has_slips = Exists(VoteCode.objects.filter(vote=OuterRef("pk")))
    for vote in mine.select_related("call").annotate(has_slips=has_slips).prefetch_related("papers"):
        if vote.state == Vote.State.ANNOUNCED and vote.is_by_code and not vote.is_over and not vote.has_slips:
            url = reverse("evaluations:vote_slips", args=[vote.pk])
            yield Task(str(vote), _("Print the voting slips"), url, clock.localdate(vote.opens_at), vote.announced_at)
        elif vote.state == Vote.State.ANNOUNCED and _second_keyings(vote, user):
            yield Task(str(vote), _("Key the paper ballots"), reverse("evaluations:vote_paper", args=[vote.pk]))
        elif vote.is_counted:
            url = reverse("evaluations:selection", args=[vote.call_id])
            yield Task(str(vote), _("Take over the result of the residents' vote"), url, None, vote.counted_at)


def _second_keyings(vote: Vote, user: User) -> bool:
    """Papers that this person can bring further: keyed once by somebody else, or differently, or not at all after the
    end."""
    settled, mine = vote.settled_papers(), set()
    numbers = set()
    for paper in vote.papers.all():
        numbers.add(paper.number)
        if paper.keyed_by_id == user.pk:
            mine.add(paper.number)
    return bool(numbers - set(settled) - mine) or (vote.is_over and vote.papers_missing > len(mine - set(settled)))
