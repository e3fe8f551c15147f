"""What a proposal still lacks before it can be submitted: asked of the stored project, by field."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.money import yuan

REQUIRED = [
    "title",
    "field",
    "community",
    "leader",
    "leader_phone",
    "starts_on",
    "ends_on",
    "beneficiaries",
    "summary",
    "needs",
    "goals",
    "method",
    "risks",
    "amount_requested",
]


@dataclass(frozen=True)
class Problem:
    """One thing that is missing or does not fit: the form's field and a sentence."""

    field: str
    message: Any


def problems(project, lines: Iterable[Any] | None = None) -> list[Problem]:
    """Everything that keeps the proposal from being submitted; empty when it is complete.

    `lines`: budget lines not yet stored (a form being checked); the stored ones when left out.

    Rules of the call: period inside the call's, grant within the track's cap and its share of the
    total budget (field guide 1.4: grant ≤ min(cap, total × rate)), lines that add up to the request.
    """
    found = [
        Problem(name, _("Please fill this in before you submit."))
        for name in REQUIRED
        if getattr(project, name) in (None, "")
    ]
    call, track = project.call, project.track
    if project.field_id and project.field not in call.service_fields.all():
        found.append(Problem("field", _("This call does not fund this field.")))
    if project.starts_on and project.starts_on < call.starts_on:
        found.append(
            Problem("starts_on", _("Projects of this call start on %(day)s at the earliest.") % {"day": call.starts_on})
        )
    if project.ends_on and project.ends_on > call.ends_on:
        found.append(Problem("ends_on", _("Projects of this call end by %(day)s.") % {"day": call.ends_on}))
    if project.starts_on and project.ends_on and project.starts_on > project.ends_on:
        found.append(Problem("ends_on", _("The project must end after it starts.")))
    if project.applicant.is_filed and project.host_id is None:
        found.append(Problem("host", _("A filed group needs a host organisation that signs and receives the money.")))
    budget = list(project.budget_lines.all() if lines is None else lines)
    total = sum((line.amount for line in budget), Decimal("0.00"))
    grant = sum((line.amount for line in budget if line.source == "grant"), Decimal("0.00"))
    found.extend(money_problems(project.amount_requested, grant, total, track))
    return found


def money_problems(requested: Decimal | None, grant: Decimal, total: Decimal, track) -> list[Problem]:
    """What is wrong with a request (yuan) against its budget lines and the track's limits."""
    if requested is None:
        return []
    found = []
    if requested <= 0:
        found.append(Problem("amount_requested", _("Please ask for more than 0 yuan.")))
    if requested > track.cap:
        found.append(
            Problem(
                "amount_requested",
                _("This track grants at most %(cap)s yuan a project.") % {"cap": yuan(track.cap)},
            )
        )
    if grant != requested:
        found.append(
            Problem(
                "amount_requested",
                _("The lines paid from this grant add up to %(lines)s yuan, but %(requested)s yuan are requested.")
                % {"lines": yuan(grant), "requested": yuan(requested)},
            )
        )
    if requested * 100 > total * track.max_share:
        found.append(
            Problem(
                "amount_requested",
                _("The grant may be at most %(share)s%% of the total budget of %(total)s yuan.")
                % {"share": f"{track.max_share.normalize():f}", "total": yuan(total)},
            )
        )
    return found
