"""Settling how many projects of a call are excellent."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import Refused, permit, record
from evaluations.excellence import excellence_of
from evaluations.models import GradeSettlement, Result
from grants.models import Call
from people.models import User


@transaction.atomic
def settle_grades(call: Call, *, by: User, reasons: Mapping[int, str]) -> GradeSettlement:
    """Lower to "good" what is excellent by its points and above the call's limit; once, when every final evaluation of
    the call is done. `reasons` by project id, one for each that is lowered; what a project earned is kept.

    The group and the funder read the reason with the result."""
    call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    permit("evaluations.settle_grades", by, call)
    if call.excellent_share is None:
        raise Refused(_("This call does not limit how many projects can be excellent."))
    standing = excellence_of(call)
    if standing.settlement:
        raise Refused(_("The grades of this call are settled already."))
    if standing.going_on:
        said = _("%(n)s projects of this call can still get a final result: the grades are provisional until then.")
        raise Refused(said % {"n": standing.going_on})
    if not standing.rows:
        raise Refused(_("No project of this call has a final result."))
    missing = [row.result.project for row in standing.lowered if not reasons.get(row.result.project_id, "").strip()]
    if missing:
        raise Refused(*(_("“%(project)s”: please say why its grade is lowered.") % {"project": one} for one in missing))
    for row in standing.lowered:
        result = Result.objects.select_for_update(of=("self",)).get(pk=row.result.pk)
        result.grade, result.lowered_reason = Result.Grade.GOOD, reasons[result.project_id].strip()
        result.save(update_fields=["grade", "lowered_reason"])
        label = _("Excellent by its points, lowered to good by the limit of the call")
        record(row.result.project, "lower_grade", by=by, label=label, note=result.lowered_reason)
    settlement = GradeSettlement.objects.create(
        call=call,
        share=call.excellent_share,
        counted=len(standing.rows),
        places=standing.most,
        lowered=len(standing.lowered),
        settled_by=by,
    )
    said = _("Grades settled: at most %(most)s of %(n)s excellent, %(lowered)s lowered")
    words = {"most": settlement.places, "n": settlement.counted, "lowered": settlement.lowered}
    record(call, "settle_grades", by=by, label=said % words)
    return settlement
