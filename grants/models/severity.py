from django.db import models
from django.utils.translation import gettext_lazy as _


class Severity(models.TextChoices):
    """What happens to a proposal that breaks a rule of its call."""

    BLOCK = "block", _("Cannot be submitted")
    WARN = "warn", _("Warning, to be explained")
