"""Days of the work: not before the project was approved, not before they have come."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core import clock
from core.forms import has_been


def since_approval(day: date, project: Any) -> date:
    """The day of something that was done for the project."""
    has_been(day)
    not_before_approval(day, project)
    return day


def not_before_approval(day: date, project: Any) -> None:
    if project.approved_at and day < clock.localdate(project.approved_at):
        raise ValidationError(_("The project was not approved then."))
