"""A new bureau, in one step: the organisation with its region, the mark of its papers, people, templates from above."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import Refused
from grants.actions import offers
from grants.models import Offer
from people.actions import move_bureau, set_up_bureau
from people.models import Organization, User
from reports.models import Mark, Paper


@transaction.atomic
def set_up(
    *, by: User, values: Mapping[str, Any], mark: str, people: Iterable[Mapping[str, str]], adopted: Iterable[Offer]
) -> Organization:
    """All of it or nothing. `mark` is what the marks of all four series begin with; its clerks change them later."""
    bureau = set_up_bureau(by=by, values=values, people=people)
    if mark:
        texts = {series: f"{mark}{Mark.WORDS[Paper.Series(series)]}" for series in Paper.Series.values}
        Mark.objects.bulk_create(Mark(issuer=bureau, series=series, text=text) for series, text in texts.items())
    for offered in adopted:
        offers.adopt(offered, bureau, by=by)
    return bureau


WORK = ("funds", "need_lists", "star_years", "offers", "entered_credit_records")
"""What a bureau has done for its region: every call is paid from a fund of its own."""


def has_begun(bureau: Organization) -> bool:
    """It has done some of that, or another bureau lies below it: then more depends on its region than itself."""
    return any(getattr(bureau, name).exists() for name in WORK) or Organization.objects.below(bureau.region).exists()


@transaction.atomic
def correct_region(bureau: Organization, *, by: User, region: str) -> Organization:
    """The region of a bureau that was set up for the wrong one, as long as it has not begun to work."""
    refuse_begun(Organization.objects.select_for_update().get(pk=bureau.pk))
    return move_bureau(bureau, by=by, region=region)


def refuse_begun(bureau: Organization) -> None:
    if has_begun(bureau):
        raise Refused(_("This bureau has begun its work: its region is corrected by the system administrator only."))
