"""What waits for a clerk when all projects of a call have been evaluated."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from core.inbox import Task
from evaluations.excellence import STILL_OPEN
from evaluations.models import Purpose, Result
from grants.models import Call
from people.models import Role, User
from projects.models import Project


def grades_to_settle(user: User) -> Iterator[Task]:
    """Calls with a limit on "excellent" that nobody has settled, once no project can get another result."""
    limited = Call.objects.filter(
        Exists(Result.objects.filter(project__call=OuterRef("pk"), purpose=Purpose.FINAL)),
        ~Exists(Project.objects.filter(call=OuterRef("pk"), state__in=STILL_OPEN).order_by()),
        funder__in=user.organizations_as(Role.STAFF),
        excellent_share__isnull=False,
        grade_settlement__isnull=True,
    )
    competes_in = Project.objects.staked_by(user).values("call")
    for call in limited.exclude(pk__in=competes_in):
        url = reverse("evaluations:grades", args=[call.pk])
        yield Task(call.title, _("Settle the grades of the final evaluations"), url)
