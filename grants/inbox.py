"""What waits for a person in setting up calls, and in the lists of needs."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.inbox import Task
from grants.models import Call, NeedList
from grants.soundness import is_sound
from people.models import Role, User


def waiting_for(user: User) -> list[Task]:
    """For approvers calls to be published, for clerks remarks on their lists of needs."""
    return [*_approver(user), *_clerk(user)]


def _approver(user: User) -> Iterator[Task]:
    """Calls that are complete and wait to be published."""
    funders = user.organizations_as(Role.APPROVER)
    if not funders:
        return
    drafts = Call.objects.filter(funder__in=funders, published_at__isnull=True, closes_at__gt=clock.now())
    related = ("fund", "review_rubric", "midterm_rubric", "final_rubric", "tranche_plan")
    for call in drafts.select_related(*related):
        if is_sound(call):
            yield Task(call.title, _("Read the call and publish it"), call.get_absolute_url())


def _clerk(user: User) -> Iterator[Task]:
    """Remarks that nobody has answered, list by list; due when the notice ends."""
    funders = user.organizations_as(Role.STAFF)
    if not funders:
        return
    said = NeedList.objects.filter(funder__in=funders, remarks__answered_at__isnull=True, remarks__isnull=False)
    for found in said.annotate(n=Count("remarks"), since=Min("remarks__arrived_at")):
        what = ngettext("Answer %(n)s remark", "Answer %(n)s remarks", found.n) % {"n": found.n}
        url = f"{reverse('grants:need_list_detail', args=[found.pk])}#remarks"
        yield Task(found.title, what, url, found.notice_until, found.since)
