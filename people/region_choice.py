"""The region for which somebody reads a public page (`?region=110105`), and those that can be chosen."""

from typing import Any

from django.http import HttpRequest

from core.lately import once_a_minute
from people import territory
from people.models import Organization, Region

MOST = 400


def asked(request: HttpRequest) -> str:
    """The code in the address; empty when there is none, or none that could be one."""
    code = request.GET.get("region", "")
    if not (code.isascii() and code.isdecimal() and len(code) <= 12):
        return ""
    code = territory.prefix_of(code)
    return code if len(code) in territory.LENGTHS else ""


def choice(request: HttpRequest) -> dict[str, Any]:
    """What the page shows: nothing to choose while there is one bureau only. `offered`: the regions that have one."""
    bureaus = Organization.objects.bureaus().exclude(region="").order_by("region", "pk")
    names: dict[str, str] = {}
    for region, name in once_a_minute(bureaus.values_list("region", "name")[:MOST]):
        names.setdefault(region, name)
    names |= dict(Region.objects.filter(code__in=names).values_list("code", "name")) if len(names) > 1 else {}
    offered = set(names)
    if len(names) > 1 and (code := asked(request)) and code not in names:  # a place inside, or one we know nothing of
        names[code] = Region.objects.filter(code=code).values_list("name", flat=True).first() or code
    regions = list(names.items()) if len(names) > 1 else []
    return {"region": asked(request), "regions": regions, "offered": offered}


def narrowed(found: Any, request: HttpRequest, path: str = "funder") -> Any:
    """What bureaus of the place offer: of the region, of what lies in it, and of those above it."""
    code = asked(request)
    return found.filter(**{f"{path}__in": Organization.objects.at(code)}) if code else found
