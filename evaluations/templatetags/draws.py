"""The lots of a call that everybody may repeat, for pages of other apps: the call and its public notices."""

from django import template

from evaluations.models import Decision, Draw
from grants.models import Call

register = template.Library()


@register.simple_tag
def public_draws(call: Call) -> list[Draw]:
    """The running orders at once; lots between equal scores and of groups when the decision is announced: before, they
    would tell that two projects are equal."""
    kinds = [Draw.Kind.ORDER]
    if call.decisions.filter(state=Decision.State.ANNOUNCED).exists():
        kinds += [Draw.Kind.TIE, Draw.Kind.GROUPS]
    return list(call.draws.filter(kind__in=kinds).select_related("pitchday").order_by("drawn_at", "pk"))
