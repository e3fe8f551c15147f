"""What every page's header needs."""

from typing import Any

from django.http import HttpRequest

from people.models import GIVERS, Kind, Organization, Role


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Which desks the person has, so that the header offers these and no others."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": {}}
    kinds = set(Organization.objects.filter(pk__in=list(user.roles)).values_list("kind", flat=True))
    parts = set(user.participations.current().values_list("part", flat=True))
    return {
        "nav": {
            "funder": Kind.FUNDER in kinds,
            "mentor": "mentor" in parts or bool(user.organizations_as(Role.MENTOR)),
            "clerk": Kind.FUNDER in kinds and bool(user.organizations_as(Role.STAFF)),
            "checks": Kind.FUNDER in kinds and bool(user.organizations_as(Role.STAFF, Role.FINANCE)),
            "auditor": Kind.FUNDER in kinds and bool(user.organizations_as(Role.AUDITOR)),
            "above": any(region and len(region) < 9 for region in user.bureaus.values()),
            "judge": "judge" in parts,
            "evaluator": Kind.EVALUATOR in kinds,
            "issues": bool(kinds & {Kind.FUNDER, Kind.SUPPORT_ORGANIZATION, Kind.EVALUATOR}),
            "giver": bool(kinds & set(GIVERS)),
        },
        "unread_count": user.notifications.filter(read_at__isnull=True).count(),
    }
