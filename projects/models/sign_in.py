from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from projects.models.activity import Activity
from projects.models.project import Project


class SignInQuerySet(models.QuerySet["SignIn"]):
    def visible_to(self, user) -> "SignInQuerySet":
        """Of the projects whose delivery this person may see; who reads names is asked of `rules`."""
        return self.filter(activity__project__in=Project.objects.delivery_visible_to(user))

    def named(self) -> "SignInQuerySet":
        return self.filter(anonymised_at__isnull=True)

    def expired(self) -> "SignInQuerySet":
        return self.named().filter(expires_on__lt=clock.today())


class SignIn(models.Model):
    """One person at one activity: signed in on a phone, or written down by the group.

    `person_key` is equal for equal people of one project (name and phone tail) and says nothing else; empty for whoever
    left a nickname only, who is then a visit and no person that could be counted once.
    """

    class How(models.TextChoices):
        PHONE = "phone", _("By phone")
        HAND = "hand", _("Written down by the group")

    activity = models.ForeignKey(
        Activity, verbose_name=_("activity"), on_delete=models.CASCADE, related_name="sign_ins"
    )
    name = models.CharField(_("name"), max_length=40, blank=True)
    phone_tail = models.CharField(_("last four figures of the phone"), max_length=4, blank=True)
    person_key = models.CharField(_("mark of the person"), max_length=64, blank=True, editable=False)
    beneficiary = models.ForeignKey(
        "projects.Beneficiary", verbose_name=_("person of the roster"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="sign_ins",
    )  # fmt: skip
    first_time = models.BooleanField(_("here for the first time"), default=False)
    community = models.ForeignKey(
        "people.Community", verbose_name=_("community"), on_delete=models.PROTECT, null=True, blank=True
    )
    household = models.CharField(_("household"), max_length=40, blank=True)
    how = models.CharField(_("how"), max_length=5, choices=How.choices, default=How.PHONE)
    device = models.CharField(_("mark of the device"), max_length=64, blank=True, editable=False)
    sender = models.CharField(_("fingerprint of the sender"), max_length=64, blank=True, editable=False)
    consent = models.ForeignKey("projects.ConsentText", on_delete=models.PROTECT, related_name="+", editable=False)
    signed_at = models.DateTimeField(_("signed in at"), default=clock.now, editable=False)
    corrected_at = models.DateTimeField(_("corrected at"), null=True, editable=False)
    entered_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    expires_on = models.DateField(_("kept until"), editable=False)
    anonymised_at = models.DateTimeField(_("name removed at"), null=True, editable=False)

    objects = SignInQuerySet.as_manager()

    class Meta:
        ordering = ["signed_at", "pk"]
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        indexes = [
            models.Index(fields=["person_key"], name="sign_in_by_person"),
            models.Index(fields=["expires_on"], name="sign_in_by_expiry", condition=Q(anonymised_at__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "device"], name="one_sign_in_a_device", condition=~Q(device="")
            ),
            models.UniqueConstraint(
                fields=["activity", "beneficiary"],
                name="one_sign_in_a_person",
                condition=Q(beneficiary__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["activity", "person_key"], name="one_sign_in_a_name", condition=~Q(person_key="")
            ),
            models.CheckConstraint(
                name="anonymised_sign_in_has_no_name",
                condition=Q(anonymised_at__isnull=True)
                | Q(name="", phone_tail="", household="", device="", sender="", anonymised_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.pk}"

    @property
    def project(self) -> Project:
        return self.activity.project
