import secrets

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.identifiers import half_width
from evaluations.models.questionnaire import Audience
from projects.models.in_delivery import InDelivery

LETTERS = "ACDEFHJKMNPQRTUVWXY3479"
"""What an address for typing is made of: nothing that looks like something else (0 and O, 1 and I, B and 8)."""
LENGTH = 6


def new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _each in range(LENGTH))


class VoiceCodeQuerySet(InDelivery["VoiceCode"]):
    def in_force(self) -> "VoiceCodeQuerySet":
        return self.filter(revoked_at__isnull=True, expires_on__gte=clock.today())

    def typed(self, text: str) -> "VoiceCode | None":
        """The code that somebody typed, in small or wide letters or with blanks, whatever has become of it."""
        wanted = "".join(letter for letter in half_width(text).upper() if letter.isalnum())[: LENGTH + 1]
        return self.filter(code=wanted).first()


class VoiceCode(models.Model):
    """The address behind a poster or a link: for one project or one of its activities, and one kind of people.

    Short, so that it can be typed; good until its day, or until somebody revokes it. A code for the community's desk
    is no poster: behind it a residents' committee writes down what people say by phone or at the door.
    """

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="voice_codes"
    )
    activity = models.ForeignKey(
        "projects.Activity", verbose_name=_("activity"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="voice_codes",
    )  # fmt: skip
    audience = models.CharField(_("who is asked"), max_length=10, choices=Audience.choices, default=Audience.RESIDENT)
    is_desk = models.BooleanField(_("for the community's desk"), default=False)
    code = models.CharField(_("code"), max_length=10, unique=True, default=new_code, editable=False)
    expires_on = models.DateField(_("good until"))
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    made_at = models.DateTimeField(_("made at"), default=clock.now, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    revoked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)

    objects = VoiceCodeQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("code for residents")
        verbose_name_plural = _("codes for residents")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "audience", "is_desk"],
                name="one_voice_code_a_project",
                condition=Q(activity__isnull=True, revoked_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["activity", "audience", "is_desk"],
                name="one_voice_code_an_activity",
                condition=Q(activity__isnull=False, revoked_at__isnull=True),
            ),
            models.CheckConstraint(
                name="revoked_by_somebody",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(about)s (%(audience)s)") % {"about": self.about, "audience": self.get_audience_display()}

    def get_absolute_url(self) -> str:
        """What stands on the poster."""
        return reverse("evaluations:voice_say", args=[self.code])

    @property
    def about(self) -> str:
        return self.activity.theme if self.activity else self.project.title

    @property
    def is_over(self) -> bool:
        return self.expires_on < clock.today()

    @property
    def is_in_force(self) -> bool:
        return self.revoked_at is None and not self.is_over
