"""What waits for a person in setting up calls."""

from django.utils.translation import gettext as _

from core.inbox import Task
from grants.models import Call
from grants.soundness import gaps
from people.models import Role, User


def waiting_for(user: User) -> list[Task]:
    """For the approvers of a funder: calls that are complete and wait to be published."""
    funders = user.organizations_as(Role.APPROVER)
    if not funders:
        return []
    drafts = Call.objects.filter(funder__in=funders, published_at__isnull=True)
    related = ("fund", "review_rubric", "midterm_rubric", "final_rubric", "tranche_plan")
    return [
        Task(call.title, _("Read the call and publish it"), call.get_absolute_url())
        for call in drafts.select_related(*related)
        if not gaps(call)
    ]
