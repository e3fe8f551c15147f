"""Which proposals answer a need: said wherever the need is read, also by whoever reported it."""

from typing import Any

from django import template

from grants.models import NeedListEntry
from projects.models import Project
from projects.models.state import FUNDED

register = template.Library()


@register.simple_tag
def answers_to(entry: NeedListEntry | None) -> dict[str, Any]:
    """How many proposals were handed in for this need, and the projects that got money for it.

    Also for the entry of a list that was withdrawn since: the need is the same. Which others were handed in is nobody's
    business before it is decided, and no longer anybody's afterwards.
    """
    if entry is None:
        return {"count": 0, "funded": []}
    answers = Project.objects.filter(answers__need=entry.need_id, submitted_at__isnull=False)
    return {"count": answers.count(), "funded": answers.filter(state__in=FUNDED).with_names()}
