from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from evaluations.models.pitch_day import PitchDay
from evaluations.models.slot import Slot


class Presence(models.Model):
    """A judge has signed in on a pitch day (签到): by the code on the screen, or noted by the clerk."""

    class How(models.TextChoices):
        QR = "qr", _("by the code")
        CLERK = "clerk", _("noted by the clerk")

    day = models.ForeignKey(PitchDay, verbose_name=_("pitch day"), on_delete=models.PROTECT, related_name="presences")
    person = models.ForeignKey("people.User", verbose_name=_("judge"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("signed in at"), default=clock.now)
    how = models.CharField(_("how"), max_length=5, choices=How.choices)
    noted_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("sign-in of a judge")
        verbose_name_plural = _("sign-ins of judges")
        constraints = [
            models.UniqueConstraint(fields=["day", "person"], name="signs_in_once"),
            models.CheckConstraint(
                name="noted_by_the_clerk_or_by_code",
                condition=Q(how="qr", noted_by__isnull=True) | Q(how="clerk", noted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.at:%H:%M}"


class Representative(models.Model):
    """Somebody who came for a group, as the clerk noted at the door."""

    class Relation(models.TextChoices):
        LEADER = "leader", _("Project leader")
        HEAD = "head", _("Head of the organisation")
        TEAM = "team", _("Member of the team")
        OTHER = "other", _("Somebody else, in their place")

    slot = models.ForeignKey(Slot, verbose_name=_("slot"), on_delete=models.CASCADE, related_name="representatives")
    name = models.CharField(_("full name"), max_length=60)
    relation = models.CharField(_("relation to the project"), max_length=8, choices=Relation.choices)
    at = models.DateTimeField(_("signed in at"), default=clock.now)
    noted_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("representative of a group")
        verbose_name_plural = _("representatives of groups")
        constraints = [models.UniqueConstraint(fields=["slot", "name"], name="representative_named_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_relation_display()})"

    @property
    def stands_in(self) -> bool:
        """Presents in place of the group: in many rules a reason to exclude it (代替汇报取消资格)."""
        return self.relation == self.Relation.OTHER
