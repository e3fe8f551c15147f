"""What a funder does with a call."""

from decimal import Decimal

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.money import yuan
from core.workflow import Refused, record
from grants.models import Call
from people.models import User

HUNDRED = Decimal(100)


def contradictions(call: Call) -> list[str]:
    """Everything that keeps a call from being published, as sentences; empty when it is sound."""
    found = []
    if not call.tracks.exists():
        found.append(_("The call has no track: say who may apply and the highest grant."))
    if not call.service_fields.exists():
        found.append(_("The call names no service field."))
    for label, rubric in (
        (_("review"), call.review_rubric),
        (_("midterm"), call.midterm_rubric),
        (_("final"), call.final_rubric),
    ):
        if rubric.total != HUNDRED:
            found.append(
                _("The points of the %(which)s rubric “%(name)s” add up to %(total)s instead of 100.")
                % {"which": label, "name": rubric.name, "total": f"{rubric.total.normalize():f}"}
            )
    if call.tranche_plan.total != HUNDRED:
        found.append(
            _("The instalments add up to %(total)s%% instead of 100%%.")
            % {"total": f"{call.tranche_plan.total.normalize():f}"}
        )
    if call.closes_at <= clock.now():
        found.append(_("The closing time is already past."))
    if call.starts_on <= clock.localdate(call.closes_at):
        found.append(_("Projects would start before the call closes."))
    for track in call.tracks.all():
        if track.cap > call.budget:
            found.append(
                _("The highest grant of the track “%(track)s” exceeds the call's money.") % {"track": track.name}
            )
    if call.budget > call.fund.balance().free:
        found.append(
            _("The call offers %(budget)s yuan, but its fund has only %(free)s yuan free.")
            % {"budget": yuan(call.budget), "free": yuan(call.fund.balance().free)}
        )
    return found


@transaction.atomic
def publish(call: Call, *, by: User) -> Call:
    """Publish a call: from now on its terms are fixed and everybody can read it.

    Raises `Refused` with everything that is missing or contradictory.
    """
    locked = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if locked.is_published:
        raise Refused(_("This call has been published already."))
    if not rules.has_perm("grants.publish_call", by, locked):
        raise PermissionDenied
    if reasons := contradictions(locked):
        raise Refused(*reasons)
    locked.published_at = clock.now()
    locked.published_by = by
    locked.save(update_fields=["published_at", "published_by"])
    record(locked, "publish", by=by, label=_("Published"))
    call.refresh_from_db()
    return call
