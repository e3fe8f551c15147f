from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock


class Part(models.TextChoices):
    """The part somebody plays in one project without belonging to the applicant or the funder."""

    COACH = "coach", _("Coach")
    MENTOR = "mentor", _("Mentor")
    JUDGE = "judge", _("Expert")
    EVALUATOR = "evaluator", _("Evaluator")


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def current(self) -> "ParticipantQuerySet":
        today = clock.today()
        return self.filter(since__lte=today).filter(Q(until__isnull=True) | Q(until__gt=today))


class Participant(models.Model):
    """Somebody who coaches, judges or evaluates one project, and sees it for that long and no longer."""

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="participants"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="participations"
    )
    part = models.CharField(_("part"), max_length=10, choices=Part.choices)
    organization = models.ForeignKey(
        "people.Organization",
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("For whom: the support organisation or the evaluator"),
    )
    since = models.DateField(_("since"), default=clock.today)
    until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The first day on which it no longer holds")
    )

    is_blind = models.BooleanField(
        _("judges blind"), default=False, help_text=_("Reads a veiled copy only, until the panel has locked its sheets")
    )

    is_waiting = models.BooleanField(
        _("has still to declare"),
        default=False,
        help_text=_("Sees nothing of the project before having said whether anything ties them to it"),
    )

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["part", "pk"]
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.UniqueConstraint(fields=["project", "person", "part"], name="part_played_once"),
            models.CheckConstraint(
                name="participation_ends_after_start", condition=Q(until__isnull=True) | Q(until__gte=F("since"))
            ),
            models.CheckConstraint(name="only_experts_judge_blind", condition=Q(is_blind=False) | Q(part="judge")),
            models.CheckConstraint(
                name="only_who_judges_declares", condition=Q(is_waiting=False) | Q(part__in=["judge", "evaluator"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()}: {self.person}"
