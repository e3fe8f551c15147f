from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.workflow import StateField, Stateful, requires, step

COUNTS_FOR = timedelta(days=730)
"""An honour gives a bonus in calls for two years: a default of this platform, as for certificates of training."""


class HonourQuerySet(models.QuerySet["Honour"]):
    def standing(self) -> "HonourQuerySet":
        return self.filter(state=Honour.State.GRANTED)

    def counting(self) -> "HonourQuerySet":
        """What a bonus of a call can rest on."""
        return self.standing().filter(granted_at__gte=clock.now() - COUNTS_FOR)

    def visible_to(self, user: Any) -> "HonourQuerySet":
        """Everybody what is in notice, granted or withdrawn; what was not granted only funder and organisation."""
        mine = list(user.roles) if user.is_authenticated else []
        return self.filter(~Q(state=Honour.State.DECLINED) | Q(funder__in=mine) | Q(organization__in=mine))


@requires(_("The notice is over."))
def notice_is_over(honour: "Honour") -> bool:
    return clock.today() > honour.notice_until


class Honour(Stateful):
    """An honour for an organisation (荣誉奖励): proposed by a clerk, in notice, granted by an approver, numbered.

    Withdrawn with a reason, never deleted: whoever holds the certificate reads under its number that it holds no more.
    """

    class State(models.TextChoices):
        NOTICE = "notice", _("In notice")
        GRANTED = "granted", _("Granted")
        DECLINED = "declined", _("Not granted")
        WITHDRAWN = "withdrawn", _("Honour withdrawn")

    organization = models.ForeignKey(
        "people.Organization", verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="honours"
    )
    funder = models.ForeignKey(
        "people.Organization", verbose_name=_("funder"), on_delete=models.PROTECT, related_name="honours_given"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    title = models.CharField(_("honour"), max_length=60, help_text=_("As it stands on the certificate"))
    reason = models.TextField(_("why it is honoured"), max_length=500)
    number = models.CharField(_("number"), max_length=20, blank=True, editable=False)
    state = StateField(_("state"), default=State.NOTICE, choices=State.choices, max_length=10)
    state_since = models.DateTimeField(_("in this state since"), default=clock.now, editable=False)
    proposed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    proposed_at = models.DateTimeField(_("proposed at"), default=clock.now, editable=False)
    notice_from = models.DateField(_("notice from"), editable=False)
    notice_until = models.DateField(_("notice until"), editable=False)
    contact_phone = models.CharField(
        _("phone for objections"), max_length=30, help_text=_("Whoever sees it otherwise calls here during the notice")
    )
    granted_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    granted_at = models.DateTimeField(_("granted at"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_because = models.CharField(_("why it is withdrawn"), max_length=500, blank=True, editable=False)

    objects = HonourQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-pk"]
        verbose_name = _("honour")
        verbose_name_plural = _("honours")
        indexes = [models.Index(fields=["-year", "-id"], name="honour_by_year")]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="honour_number_once", condition=~Q(number="")),
            models.UniqueConstraint(
                fields=["organization", "funder", "year", "title"],
                name="honoured_once",
                condition=Q(state__in=["notice", "granted"]),
                violation_error_message=_("This honour is proposed or granted already."),
            ),
            models.CheckConstraint(
                name="honour_granted_by_a_second_person",
                condition=Q(
                    state__in=["notice", "declined"], number="", granted_by__isnull=True, granted_at__isnull=True
                )
                | (
                    Q(state__in=["granted", "withdrawn"], granted_by__isnull=False, granted_at__isnull=False)
                    & ~Q(number="")
                    & ~Q(granted_by=F("proposed_by"))
                ),
            ),
            models.CheckConstraint(
                name="honour_withdrawn_with_a_reason",
                condition=(Q(state="withdrawn", withdrawn_at__isnull=False) & ~Q(withdrawn_because=""))
                | (~Q(state="withdrawn") & Q(withdrawn_at__isnull=True, withdrawn_because="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:honour_detail", args=[self.pk])

    @step(
        state,
        source=State.NOTICE,
        target=State.GRANTED,
        permission="evaluations.decide_honour",
        label=_("Grant the honour"),
        conditions=[notice_is_over],
        button=False,
    )
    def grant(self, *, by, number):
        """A second person agrees; it has a number and a certificate."""
        self.granted_by, self.granted_at, self.number = by, clock.now(), number

    @step(
        state,
        source=State.NOTICE,
        target=State.DECLINED,
        permission="evaluations.decide_honour",
        label=_("Do not grant it"),
        note=True,
        tone="quiet",
    )
    def decline(self):
        """Somebody objected with reason, or the approver sees it otherwise."""

    @step(
        state,
        source=State.GRANTED,
        target=State.WITHDRAWN,
        permission="evaluations.withdraw_honour",
        label=_("Withdraw the honour"),
        note=True,
        tone="danger",
        button=False,
    )
    def withdraw(self, *, reason):
        """It should not have been given, or is no longer deserved; everybody reads why."""
        self.withdrawn_at, self.withdrawn_because = clock.now(), reason

    @property
    def is_granted(self) -> bool:
        return self.state == self.State.GRANTED

    @property
    def is_withdrawn(self) -> bool:
        return self.state == self.State.WITHDRAWN

    @property
    def is_in_notice(self) -> bool:
        return self.state == self.State.NOTICE and not notice_is_over(self)
