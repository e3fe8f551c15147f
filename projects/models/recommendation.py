import secrets

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock


def new_token() -> str:
    return secrets.token_urlsafe(24)


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    def that_count(self) -> "RecommendationQuerySet":
        """Answers, the newest first, without those of which the community said on the phone that they are not its."""
        return self.filter(answered_at__isnull=False).exclude(is_genuine=False).order_by("-answered_at", "-pk")


class Recommendation(models.Model):
    """The community's opinion on a proposal (居委会的推荐), asked for by a link that needs no account.

    The group holds the link and could answer it itself: hence a clerk calls the community's office and writes down
    whether the opinion is really its own.
    """

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
    is_genuine = models.BooleanField(_("does the office confirm it?"), null=True, editable=False)
    called_at = models.DateTimeField(_("called at"), null=True, editable=False)
    called_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    call_note = models.CharField(_("what came of the call"), max_length=200, blank=True, editable=False)

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        constraints = [
            models.CheckConstraint(
                name="recommendation_is_whole",
                condition=Q(answered_at__isnull=True, supports__isnull=True)
                | (Q(answered_at__isnull=False, supports__isnull=False) & ~Q(name="")),
            ),
            models.CheckConstraint(
                name="recommendation_call_is_whole",
                condition=Q(is_genuine__isnull=True, called_at__isnull=True, called_by__isnull=True)
                | Q(
                    is_genuine__isnull=False,
                    called_at__isnull=False,
                    called_by__isnull=False,
                    answered_at__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.community}: {self.project}"

    def get_absolute_url(self) -> str:
        """The page behind the link."""
        return reverse("projects:recommend", args=[self.token])
