from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock


class ReferralQuerySet(models.QuerySet["Referral"]):
    def open(self) -> "ReferralQuerySet":
        return self.filter(answer="")

    def visible_to(self, user) -> "ReferralQuerySet":
        """Those of the groups and the funders that one works for."""
        if not user.is_authenticated:
            return self.none()
        held = list(user.roles)
        return self.filter(Q(project__applicant__in=held) | Q(fund__funder__in=held))


class Referral(models.Model):
    """A proposal that got no money, shown to a fund that looks at proposals all year (转荐).

    It promises nothing and is no application: the fund's people read the proposal and say whether they want one, and
    to which call. (S3: 「区一级的政府购买服务申请不上？还有社区公益金…那就找其他部门基金」)
    """

    class Answer(models.TextChoices):
        INVITED = "invited", _("Invited to apply")
        DECLINED = "declined", _("Not for this fund")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="referrals"
    )
    fund = models.ForeignKey("grants.Fund", verbose_name=_("fund"), on_delete=models.PROTECT, related_name="referrals")
    words = models.CharField(_("why it suits this fund"), max_length=300)
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    made_at = models.DateTimeField(_("shown at"), default=clock.now, editable=False)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer.choices, blank=True, editable=False)
    call = models.ForeignKey(
        "grants.Call",
        verbose_name=_("call to apply to"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )
    reply = models.CharField(_("a word to the group"), max_length=300, blank=True, editable=False)
    answered_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = [
            models.UniqueConstraint(fields=["project", "fund"], name="referral_once_a_fund"),
            models.CheckConstraint(
                name="referral_answer_is_whole",
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True, call__isnull=True, reply="")
                | (
                    Q(answer__in=["invited", "declined"], answered_by__isnull=False, answered_at__isnull=False)
                    & ~Q(reply="")
                ),
            ),
            models.CheckConstraint(
                name="only_the_invited_have_a_call", condition=Q(call__isnull=True) | Q(answer="invited")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} → {self.fund}"

    def get_absolute_url(self) -> str:
        return reverse("projects:referral_detail", args=[self.pk])
