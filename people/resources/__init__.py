"""Tables that go in and out, one resource each."""

from people.resources.base import TableResource
from people.resources.calendar import CalendarDayResource
from people.resources.organizations import OrganizationResource
from people.resources.places import CommunityResource, RegionResource
from people.resources.rows import Outcome, Row
from people.resources.social_workers import SocialWorkerResource

__all__ = [
    "CalendarDayResource",
    "CommunityResource",
    "OrganizationResource",
    "Outcome",
    "RegionResource",
    "Row",
    "SocialWorkerResource",
    "TableResource",
]
