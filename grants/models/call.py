from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from core.workdays import add_workdays
from people.models import Kind

TERMS = ("review_rubric", "midterm_rubric", "final_rubric", "tranche_plan", "agreement_template")
"""What a call chooses from the shared rubrics and plans and those of its funder."""


class CallQuerySet(models.QuerySet["Call"]):
    def published(self) -> "CallQuerySet":
        return self.filter(published_at__isnull=False)

    def open(self) -> "CallQuerySet":
        """Taking proposals at this moment."""
        now = clock.now()
        return self.published().filter(opens_at__lte=now, closes_at__gt=now)

    def open_first(self) -> "CallQuerySet":
        """Open calls, the one that closes soonest first; then those that open next; then closed ones, newest first."""
        now = clock.now()
        is_over = Q(closes_at__lte=now)
        ranked = self.alias(
            place=Case(When(is_over, then=2), When(opens_at__gt=now, then=1), default=0),
            soonest=Case(When(is_over, then=None), When(opens_at__gt=now, then="opens_at"), default="closes_at"),
        )
        return ranked.order_by("place", "soonest", "-closes_at", "-pk")

    def visible_to(self, user) -> "CallQuerySet":
        """Everybody sees what is published; drafts are seen by the funder's people only."""
        if not user.is_authenticated:
            return self.published()
        return self.filter(Q(published_at__isnull=False) | Q(funder__in=list(user.roles)))


class Call(models.Model):
    """A round of a funder's programme (批次): until when to apply, for what, judged and paid by which rules.

    A person decides to publish; whether a call is upcoming, open or closed is what the clock says.
    """

    class Mode(models.TextChoices):
        """The four ways in which communities, organisations and social work work together (S4)."""

        COMMISSIONED = "commissioned", _("Commissioned to a social organisation")
        SOCIAL_WORK = "social_work", _("Service of a social work organisation")
        GUIDED = "guided", _("Residents' project with professional guidance")
        INTERNAL = "internal", _("Development from within the community")

    class HiddenPart(models.TextChoices):
        """What blind judging can hide besides names, people, partners and files."""

        EXPERIENCE = "experience", _("Experience of the applicant")
        COMMUNITY = "community", _("Community and place")

    funder = models.ForeignKey(
        "people.Organization",
        verbose_name=_("funder"),
        on_delete=models.PROTECT,
        related_name="calls",
        limit_choices_to={"kind": Kind.FUNDER},
        db_index=False,
    )
    fund = models.ForeignKey("grants.Fund", verbose_name=_("fund"), on_delete=models.PROTECT, related_name="calls")
    title = models.CharField(_("title"), max_length=120)
    code = models.SlugField(
        _("code"), max_length=20, unique=True, help_text=_("Begins every project number, e.g. DF2013")
    )
    guidelines = models.TextField(_("guidelines"), help_text=_("Who may apply, what is funded, what is not"))
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    mode = models.CharField(_("practice mode"), max_length=20, choices=Mode.choices, blank=True)
    budget = MoneyField(_("total money"), help_text=_("Yuan for the whole call"))
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("closes at"))
    starts_on = models.DateField(_("projects start from"))
    ends_on = models.DateField(_("projects end by"))
    service_fields = models.ManyToManyField(
        "grants.ServiceField", verbose_name=_("service fields"), related_name="calls"
    )
    review_rubric = models.ForeignKey(
        "grants.Rubric", verbose_name=_("review rubric"), on_delete=models.PROTECT, related_name="reviewed_calls"
    )
    midterm_rubric = models.ForeignKey(
        "grants.Rubric", verbose_name=_("midterm rubric"), on_delete=models.PROTECT, related_name="midterm_calls"
    )
    final_rubric = models.ForeignKey(
        "grants.Rubric", verbose_name=_("final rubric"), on_delete=models.PROTECT, related_name="final_calls"
    )
    tranche_plan = models.ForeignKey(
        "grants.TranchePlan", verbose_name=_("tranche plan"), on_delete=models.PROTECT, related_name="calls"
    )
    agreement_template = models.ForeignKey(
        "grants.AgreementTemplate",
        verbose_name=_("agreement template"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="calls",
        help_text=_("Empty: the model text of the platform, between two parties"),
    )
    asks_for_signed_copy = models.BooleanField(
        _("the signed paper is uploaded"),
        default=True,
        help_text=_("The project starts when a clerk has confirmed that the scan with all seals is complete"),
    )
    shift_tolerance = models.DecimalField(
        _("shift within a budget category without asking"),
        max_digits=4,
        decimal_places=1,
        default=Decimal(10),
        validators=[MinValueValidator(0), MaxValueValidator(50)],
        help_text=_(
            "Percent of the category; a rise of staff or administration is always asked for, the total never rises"
        ),
    )
    shift_basis = models.CharField(_("basis of the shift"), max_length=200, blank=True)
    extension_days = models.PositiveSmallIntegerField(
        _("days before the end to ask for an extension"), default=30, validators=[MaxValueValidator(180)]
    )
    panel_size = models.PositiveSmallIntegerField(
        _("experts a project"), default=3, validators=[MinValueValidator(1), MaxValueValidator(15)]
    )
    drop_from = models.PositiveSmallIntegerField(
        _("drop the highest and lowest sheet from"),
        default=5,
        validators=[MaxValueValidator(15)],
        help_text=_("Sheets a project; 0: every sheet counts"),
    )
    excellent_share = models.PositiveSmallIntegerField(
        _("share of excellent at most (%)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Of all projects with a final evaluation, rounded down; empty: no limit"),
    )
    is_blind = models.BooleanField(
        _("experts judge blind"),
        default=False,
        help_text=_("Names, people and files stay hidden until the panel has locked its sheets"),
    )
    hidden_parts = models.JSONField(_("also hidden from the experts"), default=list, blank=True)
    correction_workdays = models.PositiveSmallIntegerField(
        _("workdays to correct"), default=5, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )
    notice_workdays = models.PositiveSmallIntegerField(
        _("workdays of public notice"), default=5, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )
    notice_counts_first_day = models.BooleanField(_("the first day of the notice counts"), default=True)
    signing_workdays = models.PositiveSmallIntegerField(
        _("workdays to sign"), default=15, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    self_evaluation_workdays = models.PositiveSmallIntegerField(
        _("workdays for the self-evaluation"), default=5, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )
    answer_workdays = models.PositiveSmallIntegerField(
        _("workdays to answer a draft report"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text=_("No answer by then is noted as agreement"),
    )
    rectify_workdays = models.PositiveSmallIntegerField(
        _("workdays to rectify"), default=15, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    self_evaluation_above = MoneyField(
        _("self-evaluation above (yuan)"), default=Decimal("0.00"), help_text=_("Awards up to this are spared it")
    )
    documents_above = MoneyField(
        _("document check above (yuan)"), default=Decimal("0.00"), help_text=_("Awards up to this are spared it")
    )
    visit_above = MoneyField(
        _("site visit above (yuan)"), default=Decimal("5000.00"), help_text=_("Awards up to this are spared it")
    )
    line_tolerance = models.DecimalField(
        _("a budget line may be exceeded by (%)"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(10),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("More than that is recognised only after an approved change"),
    )
    cash_limit = MoneyField(
        _("cash up to (yuan)"), default=Decimal("1000.00"), help_text=_("A larger payment in cash has to be explained")
    )
    volunteer_limit = MoneyField(
        _("volunteer allowance up to (yuan)"), default=Decimal("50.00"), help_text=_("For each time somebody comes")
    )
    monthly_due_day = models.PositiveSmallIntegerField(
        _("monthly report due on day"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(28)],
        help_text=_("Of the month after"),
    )
    audit_from = MoneyField(
        _("audit asked for from an award of (yuan)"), null=True, blank=True,
        help_text=_("An accounting firm looks at the account before it is settled; empty: never"),
    )  # fmt: skip
    spending_basis = models.CharField(_("basis of the rules on spending"), max_length=200, blank=True)
    terms_basis = models.CharField(_("basis of the time limits and the panel"), max_length=200, blank=True)
    contact = models.CharField(
        _("contact"), max_length=120, help_text=_("Office and person for questions and objections")
    )
    contact_phone = models.CharField(_("contact phone"), max_length=30)
    contact_email = models.EmailField(_("e-mail for questions and objections"), blank=True)
    supervision_phone = models.CharField(
        _("phone of the supervision"),
        max_length=30,
        blank=True,
        help_text=_("Of those who watch over the funder, such as its discipline inspection: for complaints about it"),
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    concluded_at = models.DateTimeField(_("concluded at"), null=True, blank=True, editable=False)
    concluded_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    cloned_from = models.ForeignKey(
        "self", verbose_name=_("made from"), on_delete=models.SET_NULL, null=True, editable=False, related_name="clones"
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["-closes_at"]
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = [
            models.Index(fields=["funder", "-closes_at"], name="call_of_funder"),
            models.Index(fields=["-opens_at", "-id"], name="call_by_opening"),
            models.Index(fields=["-closes_at"], name="published_call", condition=Q(published_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="call_opens_before_it_closes",
                condition=Q(opens_at__lt=F("closes_at")),
                violation_error_message=_("A call must open before it closes."),
            ),
            models.CheckConstraint(
                name="call_projects_start_before_end",
                condition=Q(starts_on__lt=F("ends_on")),
                violation_error_message=_("Projects must start before they end."),
            ),
            models.CheckConstraint(
                name="call_drops_from_three_sheets",
                condition=Q(drop_from=0) | Q(drop_from__gte=3),
                violation_error_message=_("Of fewer than three sheets nothing can be dropped; 0 drops none."),
            ),
            models.CheckConstraint(
                name="call_spending_limits_are_sound",
                condition=Q(line_tolerance__gte=0, line_tolerance__lte=100, cash_limit__gte=0, volunteer_limit__gte=0)
                & Q(monthly_due_day__gte=1, monthly_due_day__lte=28),
                violation_error_message=_(
                    "The tolerance lies between 0 and 100 percent, the limits are not below 0, and the monthly report "
                    "is due on a day from 1 to 28."
                ),
            ),
            models.CheckConstraint(
                name="call_evaluation_steps_are_sound",
                condition=Q(self_evaluation_above__gte=0, documents_above__gte=0, visit_above__gte=0)
                & Q(self_evaluation_workdays__gte=1, answer_workdays__gte=1, rectify_workdays__gte=1),
                violation_error_message=_("Sums are not below 0, and every time limit has a workday at least."),
            ),
            models.CheckConstraint(
                name="call_audit_from_is_sound",
                condition=Q(audit_from__isnull=True) | Q(audit_from__gte=0),
                violation_error_message=_("Please enter 0 yuan or more."),
            ),
            models.CheckConstraint(
                name="call_budget_is_positive",
                condition=Q(budget__gt=0),
                violation_error_message=_("Please enter more than 0 yuan."),
            ),
            models.CheckConstraint(
                name="call_published_by_somebody",
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False),
                violation_error_message=_("A call is published by somebody, at a moment."),
            ),
            models.CheckConstraint(
                name="call_concluded_by_somebody",
                condition=Q(concluded_at__isnull=True, concluded_by__isnull=True)
                | Q(concluded_at__isnull=False, concluded_by__isnull=False, published_at__isnull=False),
                violation_error_message=_("A published call is concluded by somebody, at a moment."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("grants:call_detail", args=[self.pk])

    def clean(self) -> None:
        if not self.funder_id:
            return
        wrong = {}
        if self.fund_id and self.fund.funder_id != self.funder_id:
            wrong["fund"] = _("This fund belongs to another funder.")
        for name in TERMS:
            chosen = getattr(self, name) if getattr(self, f"{name}_id") else None
            if chosen and not chosen.is_shared and chosen.funder_id != self.funder_id:
                wrong[name] = _("This belongs to another funder: make a copy of your own.")
        if wrong:
            raise ValidationError(wrong)

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def is_upcoming(self) -> bool:
        return self.is_published and clock.now() < self.opens_at

    @property
    def is_open(self) -> bool:
        """Taking proposals now: published, opened, and before the minute it closes."""
        return self.is_published and self.opens_at <= clock.now() < self.closes_at

    @property
    def is_closed(self) -> bool:
        return self.is_published and clock.now() >= self.closes_at

    @property
    def is_concluded(self) -> bool:
        """No more awards will come from it: what it promised and did not give is free again."""
        return self.concluded_at is not None

    @property
    def ranks_lecturers(self) -> bool:
        """Whether a budget rule depends on the lecturer's title, so that the form has to ask for it."""
        return any(rule.rank for rule in self.budget_rules.all())

    def track_for(self, organization):
        """The track in which this applicant is judged, or None when the call is not for it."""
        return next((track for track in self.tracks.all() if track.takes(organization)), None)

    def notice_end(self, first_day: date) -> date:
        """Last day of a public notice that begins on `first_day`."""
        return add_workdays(first_day, self.notice_workdays, count_first_day=self.notice_counts_first_day)
