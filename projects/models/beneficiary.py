from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.workflow import disclosed
from projects.models.in_delivery import InDelivery
from projects.models.project import Project

CHILD_UNTIL = 14
"""Below this age a guardian's own consent is asked for (personal information law, article 31)."""


class BeneficiaryQuerySet(InDelivery["Beneficiary"]):
    def named(self) -> "BeneficiaryQuerySet":
        """Whose name is still kept."""
        return self.filter(anonymised_at__isnull=True)

    def agreed_to_be_called(self) -> "BeneficiaryQuerySet":
        """Who can be phoned by an evaluator: asked and agreed, with a phone, and no child."""
        oldest_child = clock.today().year - CHILD_UNTIL
        return self.named().filter(call_consent_at__isnull=False, birth_year__lt=oldest_child).exclude(phone="")

    def expired(self) -> "BeneficiaryQuerySet":
        return self.named().filter(expires_on__lt=clock.today())


class Beneficiary(models.Model):
    """Somebody a project serves (field guide 2.7), known inside by a number and kept only as long as they agreed to.

    Anonymised, the row stays without anything that says who it was: figures keep counting one person.
    """

    class Gender(models.TextChoices):
        FEMALE = "f", _("Female")
        MALE = "m", _("Male")

    class Category(models.TextChoices):
        ELDER = "elder", _("Elder")
        CHILD = "child", _("Child or youth")
        DISABLED = "disabled", _("Person with a disability")
        LOW_INCOME = "low_income", _("Low income or in need")
        ILL = "ill", _("Ill, or recovering")
        NEWCOMER = "newcomer", _("New in the city")
        OTHER = "other", _("Other resident")

    class Source(models.TextChoices):
        """S2: 自愿参加、社区领导推荐、社工主动联系."""

        SELF = "self", _("Came by themselves")
        RECOMMENDED = "recommended", _("Recommended")
        CONTACTED = "contacted", _("Contacted by a social worker")

    SENSITIVE = (Category.DISABLED, Category.LOW_INCOME, Category.ILL)
    """Kept only with a consent of its own (article 29)."""

    project = models.ForeignKey(Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="roster")
    number = models.PositiveIntegerField(_("internal number"), editable=False)
    name = models.CharField(_("full name"), max_length=40, blank=True)
    gender = models.CharField(_("gender"), max_length=1, choices=Gender.choices)
    birth_year = models.PositiveSmallIntegerField(
        _("year of birth"), validators=[MinValueValidator(1900), MaxValueValidator(2100)]
    )
    category = models.CharField(_("category"), max_length=12, choices=Category.choices, default=Category.OTHER)
    community = models.ForeignKey(
        "people.Community", verbose_name=_("community"), on_delete=models.PROTECT, null=True, blank=True
    )
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    source = models.CharField(_("how they came to us"), max_length=12, choices=Source.choices, default=Source.SELF)
    recommended_by = models.CharField(_("recommended by"), max_length=60, blank=True)

    consent = models.ForeignKey("projects.ConsentText", on_delete=models.PROTECT, related_name="+", editable=False)
    consented_at = models.DateTimeField(_("agreed at"), editable=False)
    sensitive_consent_at = models.DateTimeField(_("agreed to sensitive data at"), null=True, editable=False)
    guardian = models.CharField(_("guardian's name"), max_length=40, blank=True)
    guardian_consent_at = models.DateTimeField(_("guardian agreed at"), null=True, editable=False)
    call_consent = models.ForeignKey(
        "projects.ConsentText", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    call_consent_at = models.DateTimeField(_("agreed to be phoned by an evaluator at"), null=True, editable=False)
    expires_on = models.DateField(_("kept until"), editable=False)
    withdrawn_at = models.DateTimeField(_("consent withdrawn at"), null=True, editable=False)
    anonymised_at = models.DateTimeField(_("name removed at"), null=True, editable=False)
    entered_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    entered_at = models.DateTimeField(_("entered at"), default=clock.now, editable=False)

    objects = BeneficiaryQuerySet.as_manager()

    class Meta:
        ordering = ["project", "number"]
        verbose_name = _("person served")
        verbose_name_plural = _("people served")
        indexes = [
            models.Index(fields=["expires_on"], name="beneficiary_by_expiry", condition=Q(anonymised_at__isnull=True))
        ]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="beneficiary_number_once"),
            models.CheckConstraint(
                name="anonymised_has_no_name",
                condition=(Q(anonymised_at__isnull=True) & ~Q(name=""))
                | Q(anonymised_at__isnull=False, name="", phone="", guardian="", recommended_by=""),
            ),
            models.CheckConstraint(
                name="withdrawn_is_anonymised", condition=Q(withdrawn_at__isnull=True) | Q(anonymised_at__isnull=False)
            ),
            models.CheckConstraint(
                name="sensitive_data_has_its_own_consent",
                condition=~Q(category__in=["disabled", "low_income", "ill"]) | Q(sensitive_consent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="consent_to_be_called_is_whole",
                condition=Q(call_consent__isnull=True, call_consent_at__isnull=True)
                | Q(call_consent__isnull=False, call_consent_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """The internal number: a name must not reach a log or a title by accident."""
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("projects:beneficiary_detail", args=[self.pk])

    def file_taken(self, *, by: Any) -> None:
        """A paper of consent was downloaded: it bears the name."""
        where = {"project": self.project_id, "funder": self.project.call.funder_id, "beneficiary": self.pk}
        label = _("Paper of a roster entry taken along: no. %(code)s") % {"code": self.code}
        disclosed("roster", by=by, label=label, taken=True, **where)

    @property
    def code(self) -> str:
        return f"{self.number:03d}"

    @property
    def is_anonymous(self) -> bool:
        return self.anonymised_at is not None

    @property
    def visits(self) -> int:
        """How often they took part."""
        return self.sign_ins.count() + self.cases.count() + self.sessions.count()


def is_child(birth_year: int) -> bool:
    """Younger than 14, or perhaps so: with the year alone, whoever turns 14 this year may still be 13."""
    return clock.today().year - birth_year <= CHILD_UNTIL
