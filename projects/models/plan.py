import re

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.row import Row

PERCENT = ("%", "％", "百分比", "百分之")
RESIDENTS = ("居民", "服务对象", "群众", "受益", "老人", "参与者", "参加者", "家长", "儿童")
OF_OTHERS = ("不满意", "志愿", "合作", "单位", "商户", "员工")
PLAIN = re.compile("(服务|活动|项目|总体|总)?满意[度率]")


class Target(Row):
    """One measurable goal: what is counted, in which unit, up to which value, proved by what (SMART)."""

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="targets"
    )
    goal = models.CharField(_("goal"), max_length=100)
    indicator = models.CharField(_("indicator"), max_length=60)
    value = models.DecimalField(_("target"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    unit = models.CharField(_("unit"), max_length=10)
    proof = models.CharField(_("shown by"), max_length=100)

    class Meta(Row.Meta):
        verbose_name = _("measurable goal")
        verbose_name_plural = _("measurable goals")
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="target_key_once")]

    def __str__(self) -> str:
        return self.indicator

    @property
    def is_rate(self) -> bool:
        """In percent: measured, never added up from activities; not measured yet it is not zero."""
        return self.unit.strip() in PERCENT

    @property
    def is_of_satisfied_residents(self) -> bool:
        """The group names its goals in its own words: it must say of whom, or nothing but that they are satisfied."""
        said = self.indicator.strip()
        if not self.is_rate or "满意" not in said or any(word in said for word in OF_OTHERS):
            return False
        return any(word in said for word in RESIDENTS) or PLAIN.fullmatch(said) is not None


class PlanStep(Row):
    """One step of the work plan: what, when, how often, for how many, by whom."""

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="plan_steps"
    )
    name = models.CharField(_("step or activity"), max_length=60)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    content = models.CharField(_("what happens"), max_length=300, blank=True)
    times = models.PositiveSmallIntegerField(_("how often"), null=True, blank=True)
    visits = models.PositiveIntegerField(_("visits in all"), null=True, blank=True)
    responsible = models.CharField(_("responsible"), max_length=60, blank=True)

    class Meta(Row.Meta):
        verbose_name = _("step of the plan")
        verbose_name_plural = _("steps of the plan")
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="plan_step_key_once"),
            models.CheckConstraint(
                name="plan_step_ends_after_start",
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                violation_error_message=_("It must end after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
