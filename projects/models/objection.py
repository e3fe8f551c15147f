from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def open(self) -> "ObjectionQuerySet":
        return self.filter(ruling="")


class Objection(models.Model):
    """What somebody says against a project in public notice, and how the funder ruled on it."""

    class Ruling(models.TextChoices):
        DISMISSED = "dismissed", _("Dismissed")
        UPHELD = "upheld", _("Upheld")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="objections"
    )
    notice = models.ForeignKey(
        "projects.Notice", verbose_name=_("public notice"), on_delete=models.PROTECT, related_name="objections"
    )
    name = models.CharField(_("your name"), max_length=60)
    contact = models.CharField(_("phone or e-mail"), max_length=100, help_text=_("Seen by the funder only"))
    text = models.TextField(_("objection and facts"), max_length=2000)
    received_at = models.DateTimeField(_("received at"), default=clock.now)
    ruling = models.CharField(_("ruling"), max_length=10, choices=Ruling.choices, blank=True)
    reason = models.TextField(_("reasons"), max_length=2000, blank=True)
    ruled_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ruled_at = models.DateTimeField(_("ruled at"), null=True, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        ordering = ["received_at"]
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        constraints = [
            models.CheckConstraint(
                name="ruling_is_whole",
                condition=Q(ruling="", reason="", ruled_by__isnull=True, ruled_at__isnull=True)
                | (~Q(ruling="") & ~Q(reason="") & Q(ruled_by__isnull=False, ruled_at__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self.text[:20]}"
