from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("evaluations/_line_evidence.html", takes_context=True)
def line_evidence(context: Any, criterion: Any) -> dict[str, Any]:
    """What one line of the sheet rests on, with the way to the picker; nothing where the page has no evidence."""
    lines = context.get("evidence")
    return {
        "shown": lines is not None,
        "line": lines.get(criterion.pk) if lines else None,
        "criterion": criterion,
        "may_tie": bool(context.get("may_score")),
    }
