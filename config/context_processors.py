"""What every page's header needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from people.models import Kind, Role


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Which desks the person has, so that the header offers these and no others; to nobody in particular, who helps."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": {}, "help_desk": settings.HELP_DESK}
    parts = set(user.participations.current().order_by().values_list("part", flat=True))
    is_funder = bool(user.bureaus)
    return {
        "nav": {
            "funder": is_funder,
            "mentor": "mentor" in parts or bool(user.organizations_as(Role.MENTOR)),
            "clerk": is_funder and bool(user.organizations_as(Role.STAFF)),
            "checks": is_funder and bool(user.organizations_as(Role.STAFF, Role.FINANCE)),
            "auditor": is_funder and bool(user.organizations_as(Role.AUDITOR)),
            "above": any(region and len(region) < 9 for region in user.bureaus.values()),
            "judge": "judge" in parts,
            "evaluator": bool(user.of_kinds(Kind.EVALUATOR)),
            "issues": bool(user.of_kinds(Kind.FUNDER, Kind.SUPPORT_ORGANIZATION, Kind.EVALUATOR)),
            "giver": bool(user.gives_for),
        },
        "unread_count": user.notifications.filter(read_at__isnull=True).count(),
    }
