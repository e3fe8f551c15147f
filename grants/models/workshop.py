from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock


class WorkshopQuerySet(models.QuerySet["Workshop"]):
    def upcoming(self) -> "WorkshopQuerySet":
        return self.filter(starts_at__gt=clock.now())


class Workshop(models.Model):
    """A training before applying (S3: 帮助社工设计活动、写项目书), held by a support organisation or a funder."""

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
    seats = models.PositiveSmallIntegerField(_("seats"), default=30)
    created_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)

    objects = WorkshopQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        verbose_name = _("workshop")
        verbose_name_plural = _("workshops")
        constraints = [
            models.CheckConstraint(
                name="workshop_ends_after_start",
                condition=Q(ends_at__gt=models.F("starts_at")),
                violation_error_message=_("It must end after it begins."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("grants:workshop_detail", args=[self.pk])

    @property
    def is_over(self) -> bool:
        return self.ends_at <= clock.now()

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= clock.now()


class Attendance(models.Model):
    """Somebody's seat in a workshop, and afterwards whether they came."""

    workshop = models.ForeignKey(
        Workshop, verbose_name=_("workshop"), on_delete=models.CASCADE, related_name="attendances"
    )
    person = models.ForeignKey(
        "people.User", verbose_name=_("person"), on_delete=models.PROTECT, related_name="attendances"
    )
    organization = models.ForeignKey(
        "people.Organization", verbose_name=_("group"), on_delete=models.PROTECT, related_name="attendances"
    )
    signed_up_at = models.DateTimeField(_("signed up at"), default=clock.now, editable=False)
    came = models.BooleanField(_("came"), null=True, blank=True)

    class Meta:
        ordering = ["signed_up_at", "pk"]
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [models.UniqueConstraint(fields=["workshop", "person"], name="one_seat_a_person")]

    def __str__(self) -> str:
        return f"{self.person} – {self.workshop}"
