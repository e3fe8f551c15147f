from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from grants.agreement_text import digest
from projects.models.in_delivery import InDelivery


@dataclass(frozen=True)
class Step:
    """One step on the way to a valid agreement: which, who takes it, when it was taken."""

    name: str
    label: Any
    who: Any
    at: Any = None
    by: Any = None

    @property
    def is_done(self) -> bool:
        return self.at is not None


class Agreement(models.Model):
    """The agreement (立项协议书) between funder and group; the host signs for a filed group, the community of the place
    can be the third party.

    Its text is frozen when it is drawn up (`blocks`, with their digest), with the version of the plan that is annexed.
    It can be drawn up anew until somebody has signed. What people sign on paper is uploaded as a scan, and a clerk
    confirms that the scan is complete; the signatures recorded here say who stands for it.
    """

    project = models.OneToOneField(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="agreement"
    )
    number = models.CharField(_("number"), max_length=40, unique=True)
    drawn_up_at = models.DateTimeField(_("drawn up at"), default=clock.now)
    drawn_up_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    source = models.CharField(_("drawn up from"), max_length=120)
    edition = models.ForeignKey(
        "grants.AgreementEdition", on_delete=models.PROTECT, null=True, related_name="agreements", editable=False
    )
    version = models.ForeignKey("projects.PlanVersion", on_delete=models.PROTECT, related_name="+", editable=False)
    blocks = models.JSONField(_("text"))
    sha256 = models.CharField("SHA-256", max_length=64)
    has_community = models.BooleanField(_("the community is a party"), default=False)
    asks_for_copy = models.BooleanField(_("the signed paper is uploaded"), default=True)
    group_signed_at = models.DateTimeField(_("signed by the group at"), null=True, blank=True)
    group_signed_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    community_signed_on = models.DateField(_("signed by the community on"), null=True, blank=True)
    community_noted_at = models.DateTimeField(_("noted at"), null=True, blank=True)
    community_noted_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    funder_signed_at = models.DateTimeField(_("signed by the funder at"), null=True, blank=True)
    funder_signed_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    copy = models.ForeignKey(
        "core.Attachment", verbose_name=_("signed copy"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    copy_problem = models.CharField(_("what the scan lacks"), max_length=300, blank=True)
    copy_confirmed_at = models.DateTimeField(_("scan confirmed at"), null=True, blank=True)
    copy_confirmed_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = InDelivery.as_manager()

    class Meta:
        ordering = ["-drawn_up_at"]
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        indexes = [
            models.Index(fields=["project"], condition=Q(funder_signed_at__isnull=True), name="agreement_not_signed")
        ]
        constraints = [
            *(
                models.CheckConstraint(
                    name=f"{what}_is_whole",
                    condition=Q(**{f"{at}__isnull": True, f"{by}__isnull": True})
                    | Q(**{f"{at}__isnull": False, f"{by}__isnull": False}),
                )
                for what, at, by in (
                    ("group_signature", "group_signed_at", "group_signed_by"),
                    ("funder_signature", "funder_signed_at", "funder_signed_by"),
                    ("community_signature", "community_signed_on", "community_noted_by"),
                    ("copy_confirmation", "copy_confirmed_at", "copy_confirmed_by"),
                )
            ),
            models.CheckConstraint(
                name="only_a_copy_is_confirmed", condition=Q(copy_confirmed_at__isnull=True) | Q(copy__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def steps(self) -> list[Step]:
        """What makes it valid, in order: each with who does it and, once done, when and by whom."""
        project = self.project
        found = [Step("group", _("Signed by the group"), project.payee, self.group_signed_at, self.group_signed_by)]
        if self.has_community:
            noted = self.community_noted_at
            found.append(
                Step("community", _("Signed by the community"), project.community, noted, self.community_noted_by)
            )
        found.append(
            Step("funder", _("Signed by the funder"), project.call.funder, self.funder_signed_at, self.funder_signed_by)
        )
        if self.asks_for_copy:
            copy = self.copy
            by, at = (copy.uploaded_by, copy.at) if copy else (None, None)
            found.append(Step("copy", _("Scan of the signed paper uploaded"), project.payee, at, by))
            found.append(
                Step(
                    "confirm", _("Scan confirmed as complete"), project.call.funder, self.copy_confirmed_at,
                    self.copy_confirmed_by,
                )
            )  # fmt: skip
        return found

    @property
    def next_step(self) -> Step | None:
        """What is to be done now; None when nothing is missing."""
        return next((step for step in self.steps if not step.is_done), None)

    @property
    def is_signed(self) -> bool:
        """Valid: every party has signed, and the scan is confirmed where the call asks for one."""
        return self.next_step is None

    @property
    def is_open_to_change(self) -> bool:
        """Nobody has signed: it can still be drawn up anew."""
        return self.group_signed_at is None and self.funder_signed_at is None and self.community_signed_on is None

    @property
    def is_intact(self) -> bool:
        """Whether the text still has the digest that it had when it was drawn up."""
        return digest(self.blocks) == self.sha256
