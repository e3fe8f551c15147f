from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class Agreement(models.Model):
    """The agreement (立项协议书) between funder and group; the host signs for a filed group."""

    project = models.OneToOneField(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="agreement"
    )
    number = models.CharField(_("number"), max_length=40, unique=True)
    drawn_up_at = models.DateTimeField(_("drawn up at"), default=clock.now)
    group_signed_at = models.DateTimeField(_("signed by the group at"), null=True, blank=True)
    group_signed_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    funder_signed_at = models.DateTimeField(_("signed by the funder at"), null=True, blank=True)
    funder_signed_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-drawn_up_at"]
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.CheckConstraint(
                name=f"{party}_signature_is_whole",
                condition=Q(**{f"{party}_signed_at__isnull": True, f"{party}_signed_by__isnull": True})
                | Q(**{f"{party}_signed_at__isnull": False, f"{party}_signed_by__isnull": False}),
            )
            for party in ("group", "funder")
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_signed(self) -> bool:
        return self.group_signed_at is not None and self.funder_signed_at is not None
