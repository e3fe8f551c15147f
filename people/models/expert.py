from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class Expertise(models.TextChoices):
    """What an expert is asked for; a call can want one of a kind on every panel."""

    SOCIAL_WORK = "social_work", _("Social work")
    FINANCE = "finance", _("Finance")
    MANAGEMENT = "management", _("Management of social organisations")
    COMMUNITY = "community", _("Community governance")
    ACADEMIC = "academic", _("Research")
    LAW = "law", _("Law")
    OTHER = "other", _("Other field")


class ExpertQuerySet(models.QuerySet["Expert"]):
    def available(self) -> "ExpertQuerySet":
        """May be asked to judge."""
        return self.filter(is_active=True, person__is_active=True)

    def of_bureaus(self, bureaus) -> "ExpertQuerySet":
        """In the pool of one of these bureaus, by ids: kept by it, or lent to it with the expert's consent."""
        lent = ExpertLoan.objects.filter(bureau__in=bureaus, agreed_at__isnull=False, ended_at__isnull=True)
        borrowed = set(lent.values_list("expert", flat=True))  # a handful: named, each side has its index
        return self.filter(Q(bureau__in=bureaus) | Q(pk__in=borrowed))


class Expert(models.Model):
    """A line of the roster of experts (专家库): who may be asked to judge, and for what.

    Being an expert is no role: whom somebody judges is said by an assignment, and what stands against it by their
    memberships and interests.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="expert"
    )
    employer = models.CharField(
        _("employer"), max_length=120, blank=True, help_text=_("As it is registered: conflicts are found by it")
    )
    title = models.CharField(_("professional title"), max_length=60, blank=True)
    max_load = models.PositiveSmallIntegerField(
        _("proposals a call at most"), default=20, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    is_active = models.BooleanField(_("may be asked"), default=True)
    bureau = models.ForeignKey(
        "people.Organization",
        verbose_name=_("kept by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="experts",
        help_text=_("The bureau on whose roster the line stands; others borrow it with the expert's consent"),
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    added_at = models.DateTimeField(default=clock.now, editable=False)

    objects = ExpertQuerySet.as_manager()

    class Meta:
        ordering = ["person__name", "pk"]
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        constraints = [
            models.CheckConstraint(
                name="expert_takes_something",
                condition=Q(max_load__gte=1),
                violation_error_message=_("Please enter at least 1."),
            )
        ]

    def __str__(self) -> str:
        return str(self.person)

    @property
    def expertise(self) -> list[str]:
        """The names of the fields, for lists."""
        return [skill.get_kind_display() for skill in self.skills.all()]


class ExpertLoan(models.Model):
    """Another bureau may ask an expert too, once the expert has agreed; the line stays with who keeps it."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="loans")
    bureau = models.ForeignKey("people.Organization", on_delete=models.PROTECT, related_name="borrowed_experts")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    agreed_at = models.DateTimeField(_("agreed at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        verbose_name = _("loan of an expert")
        verbose_name_plural = _("loans of experts")
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "bureau"], name="expert_lent_once", condition=Q(ended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.expert} → {self.bureau}"


class Skill(models.Model):
    """A field of an expert."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="skills")
    kind = models.CharField(_("field of expertise"), max_length=12, choices=Expertise.choices)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("field of expertise")
        verbose_name_plural = _("fields of expertise")
        constraints = [models.UniqueConstraint(fields=["expert", "kind"], name="skill_named_once")]

    def __str__(self) -> str:
        return self.get_kind_display()
