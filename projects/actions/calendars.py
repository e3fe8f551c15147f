"""Links by which a calendar reads activities."""

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused, permit
from people.models import User
from projects.models import CalendarFeed, Project

MOST_LINKS = 20
"""A person needs one, and one a project: more are forgotten ones."""


@transaction.atomic
def make_link(*, by: User, project: Project | None = None) -> CalendarFeed:
    """A new secret link to everything the person sees, or to one project whose work they see."""
    if project is not None and not rules.has_perm("projects.see_delivery", by, project):
        raise PermissionDenied
    if by.calendar_feeds.filter(revoked_at=None).count() >= MOST_LINKS:
        raise Refused(_("You have %(n)s links: take one back first.") % {"n": MOST_LINKS})
    return CalendarFeed.objects.create(person=by, project=project)


@transaction.atomic
def take_back_link(feed: CalendarFeed, *, by: User) -> CalendarFeed:
    """The link is worth nothing from now on; calendars that used it stay empty."""
    permit("projects.revoke_feed", by, feed)
    feed.revoked_at = feed.revoked_at or clock.now()
    feed.save(update_fields=["revoked_at"])
    return feed
