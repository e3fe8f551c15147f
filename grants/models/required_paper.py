from django.db import models
from django.utils.translation import gettext_lazy as _


class PaperKind(models.TextChoices):
    """The papers that go with a proposal (field guide 2.1, annexes)."""

    REGISTRATION = "registration", _("Registration or filing certificate")
    HOST = "host", _("Agreement with the host")
    RECOMMENDATION = "recommendation", _("Recommendation of the community")
    SURVEY = "survey", _("Survey of the need")
    AUDIT = "audit", _("Last year's audit or annual inspection")
    CREDIT = "credit", _("Extract of the credit register")
    TEAM = "team", _("Certificates of the team")
    COOPERATION = "cooperation", _("Agreement with a partner")
    PLEDGE = "pledge", _("Signed pledge")
    OTHER = "other", _("Other")


class RequiredPaper(models.Model):
    """A paper that a call asks for: of everybody, or in one track only."""

    call = models.ForeignKey("grants.Call", verbose_name=_("call"), on_delete=models.CASCADE, related_name="papers")
    track = models.ForeignKey(
        "grants.Track",
        verbose_name=_("only in the track"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="papers",
    )
    kind = models.CharField(_("paper"), max_length=15, choices=PaperKind.choices)
    is_required = models.BooleanField(_("must be there before submission"), default=True)
    hint = models.CharField(_("hint"), max_length=200, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=200)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("paper asked for")
        verbose_name_plural = _("papers asked for")

    def __str__(self) -> str:
        return self.get_kind_display()
