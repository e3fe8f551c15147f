import secrets

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock


def new_token() -> str:
    return secrets.token_urlsafe(24)


class Recommendation(models.Model):
    """The community's opinion on a proposal (居委会的推荐), asked for by a link that needs no account."""

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="recommendations"
    )
    community = models.ForeignKey("people.Community", verbose_name=_("community"), on_delete=models.PROTECT)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    asked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    asked_at = models.DateTimeField(_("asked at"), default=clock.now, editable=False)
    supports = models.BooleanField(_("does the community support it?"), null=True)
    text = models.TextField(_("opinion"), max_length=500, blank=True)
    name = models.CharField(_("your name"), max_length=60, blank=True)
    post = models.CharField(_("your post"), max_length=60, blank=True)
    phone = models.CharField(_("office phone"), max_length=30, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        constraints = [
            models.CheckConstraint(
                name="recommendation_is_whole",
                condition=Q(answered_at__isnull=True, supports__isnull=True)
                | (Q(answered_at__isnull=False, supports__isnull=False) & ~Q(name="")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.community}: {self.project}"

    def get_absolute_url(self) -> str:
        """The page behind the link."""
        return reverse("projects:recommend", args=[self.token])
