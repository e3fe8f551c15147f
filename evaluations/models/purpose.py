from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What is judged: the proposal before the award, the work half-way, the work at the end."""

    REVIEW = "review", _("Expert review")
    MIDTERM = "midterm", _("Midterm evaluation")
    FINAL = "final", _("Final evaluation")
