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


def has_begun(bureau: Organization) -> bool:
    """It has a call, be it a draft, or a fund: from then on its region stands in what it does."""
    return bureau.calls.exists() or bureau.funds.exists()


@transaction.atomic
def correct_region(bureau: Organization, *, by: User, region: str) -> Organization:
    """The region of a bureau that was set up for the wrong one, as long as it has not begun to work."""
    moved = move_bureau(bureau, by=by, region=region)  # which locks it
    if has_begun(moved):
        raise Refused(_("This bureau has a call or a fund already, so its region stands."))
    return moved
