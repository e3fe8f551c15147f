import secrets

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from people.models import Role


def new_token() -> str:
    return secrets.token_urlsafe(18)


class NeedRemarkQuerySet(models.QuerySet["NeedRemark"]):
    def open(self) -> "NeedRemarkQuerySet":
        """Nobody has answered it."""
        return self.filter(answered_at__isnull=True)

    def visible_to(self, user) -> "NeedRemarkQuerySet":
        """The clerks of the funder whose list it is about: a remark carries somebody's name and phone."""
        mine = user.organizations_as(Role.STAFF) if user.is_authenticated else []
        return self.filter(list__funder__in=mine)


class NeedRemark(models.Model):
    """What somebody says to a list of needs while its notice runs (公示期意见), and what the funder answers."""

    list = models.ForeignKey(
        "grants.NeedList", verbose_name=_("list"), on_delete=models.PROTECT, related_name="remarks"
    )
    entry = models.ForeignKey(
        "grants.NeedListEntry",
        verbose_name=_("about which need"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="remarks",
    )
    text = models.TextField(_("your remark"), max_length=500)
    name = models.CharField(_("your name"), max_length=60)
    phone = models.CharField(_("your phone"), max_length=30)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    sender = models.CharField(_("fingerprint of the sender"), max_length=64, blank=True, editable=False)
    arrived_at = models.DateTimeField(_("arrived at"), default=clock.now, editable=False)
    answer = models.TextField(_("answer"), max_length=500, blank=True, editable=False)
    answered_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)

    objects = NeedRemarkQuerySet.as_manager()

    class Meta:
        ordering = ["arrived_at", "pk"]
        verbose_name = _("remark on a list of needs")
        verbose_name_plural = _("remarks on a list of needs")
        indexes = [models.Index(fields=["sender", "arrived_at"], name="need_remark_by_sender")]
        constraints = [
            models.CheckConstraint(
                name="answer_to_a_remark_is_whole",
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return self.text[:30]

    def get_absolute_url(self) -> str:
        """Where whoever wrote it reads the answer, without an account."""
        return reverse("grants:need_remark_follow", args=[self.token])
