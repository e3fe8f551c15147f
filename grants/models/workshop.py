from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock

MOST_SEATS = 1000
"""Nobody plans activities with more; a slip of the finger is found here."""


class WorkshopQuerySet(models.QuerySet["Workshop"]):
    def standing(self) -> "WorkshopQuerySet":
        """Not cancelled: held, or still to be held."""
        return self.filter(cancelled_at__isnull=True)

    def upcoming(self) -> "WorkshopQuerySet":
        return self.standing().filter(starts_at__gt=clock.now())


class Workshop(models.Model):
    """A training before applying (S3: 帮助社工设计活动、写项目书), held by a support organisation or a funder.

    It can be for a call that is not published yet: such a call is shown with it to those only who see the call.
    """

    organizer = models.ForeignKey(
        "people.Organization", verbose_name=_("organiser"), on_delete=models.PROTECT, related_name="workshops"
    )
    call = models.ForeignKey(
        "grants.Call",
        verbose_name=_("for the call"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="workshops",
    )
    title = models.CharField(_("title"), max_length=80)
    about = models.TextField(_("what it is about"), max_length=500, blank=True)
    starts_at = models.DateTimeField(_("begins at"))
    ends_at = models.DateTimeField(_("ends at"))
    place = models.CharField(_("place"), max_length=120)
    seats = models.PositiveSmallIntegerField(
        _("seats"), default=30, validators=[MinValueValidator(1), MaxValueValidator(MOST_SEATS)]
    )
    hours = models.DecimalField(
        _("hours of training"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal(200))],
        help_text=_("If whoever comes is to get a certificate: it says so many hours"),
    )
    created_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, editable=False)
    cancelled_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    cancel_reason = models.CharField(_("why it is cancelled"), max_length=300, blank=True, editable=False)

    objects = WorkshopQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        verbose_name = _("workshop")
        verbose_name_plural = _("workshops")
        indexes = [models.Index(fields=["-starts_at", "-id"], name="workshop_by_time")]
        constraints = [
            models.CheckConstraint(
                name="workshop_ends_after_start",
                condition=Q(ends_at__gt=models.F("starts_at")),
                violation_error_message=_("It must end after it begins."),
            ),
            models.CheckConstraint(
                name="workshop_seats_in_range",
                condition=Q(seats__gte=1, seats__lte=MOST_SEATS),
                violation_error_message=_("A workshop has from 1 to 1000 seats."),
            ),
            models.CheckConstraint(
                name="workshop_cancelled_by_somebody_with_a_reason",
                condition=Q(cancelled_at__isnull=True, cancelled_by__isnull=True, cancel_reason="")
                | (Q(cancelled_at__isnull=False, cancelled_by__isnull=False) & ~Q(cancel_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("grants:workshop_detail", args=[self.pk])

    def clean(self) -> None:
        """What holds when it is announced or changed; later the clock moves on."""
        wrong: dict[str, Any] = {}
        if self.starts_at and self.starts_at <= clock.now():
            wrong["starts_at"] = _("This moment has passed. Please choose a time to come.")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            wrong["ends_at"] = _("It must end after it begins.")
        taken = self.attendances.count() if self.pk else 0
        if self.seats is not None and self.seats < taken:
            wrong["seats"] = _("%(taken)s seats are taken already.") % {"taken": taken}
        if wrong:
            raise ValidationError(wrong)

    @property
    def why_fixed(self) -> str:
        """Why it cannot be changed or signed up for any more, in a sentence; empty while it can."""
        if self.is_cancelled:
            return str(_("This workshop is cancelled."))
        return str(_("This workshop has begun already.")) if self.has_begun else ""

    @property
    def gives_certificates(self) -> bool:
        return self.hours is not None

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def is_over(self) -> bool:
        return self.ends_at <= clock.now()

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= clock.now()


class Attendance(models.Model):
    """Somebody's seat in a workshop, and afterwards whether they came.

    Who comes without having signed up (and perhaps without an account) is written down by `name`.
    """

    workshop = models.ForeignKey(
        Workshop, verbose_name=_("workshop"), on_delete=models.CASCADE, related_name="attendances"
    )
    person = models.ForeignKey(
        "people.User", verbose_name=_("person"), on_delete=models.PROTECT, null=True, related_name="attendances"
    )
    name = models.CharField(_("name"), max_length=40, blank=True)
    organization = models.ForeignKey(
        "people.Organization", verbose_name=_("group"), on_delete=models.PROTECT, related_name="attendances"
    )
    signed_up_at = models.DateTimeField(_("signed up at"), default=clock.now, editable=False)
    came = models.BooleanField(_("came"), null=True, blank=True)

    class Meta:
        ordering = ["signed_up_at", "pk"]
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [
            models.UniqueConstraint(fields=["workshop", "person"], name="one_seat_a_person"),
            models.UniqueConstraint(
                fields=["workshop", "organization", "name"], name="one_line_a_walk_in", condition=Q(person__isnull=True)
            ),
            models.CheckConstraint(
                name="attendance_of_a_person_or_a_name",
                condition=Q(person__isnull=False, name="") | (Q(person__isnull=True) & ~Q(name="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who} – {self.workshop}"

    @property
    def who(self) -> str:
        return str(self.person) if self.person else self.name
