from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from evaluations.models.kept import Kept, KeptQuerySet

if TYPE_CHECKING:
    from grants.models import Call
    from people.models import User

M = TypeVar("M", bound="FourEyes")


class FourEyesQuerySet(KeptQuerySet[M]):
    def open(self) -> Self:
        """Not decided on yet."""
        return self.filter(granted__isnull=True)

    def in_force(self) -> Self:
        return self.filter(granted=True)


class FourEyes(Kept):
    """Something that one person asks for with a reason and another decides on (四眼原则): never the same.

    What it is about follows from its `project`. `rules.asked_for_it` says the same to the pages as the database here.
    """

    reason = models.CharField(_("reason"), max_length=500)
    asked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    granted = models.BooleanField(_("granted"), null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True)

    objects = FourEyesQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["asked_at", "pk"]
        indexes = [models.Index(fields=["granted"], name="%(class)s_waiting")]
        constraints = [
            models.CheckConstraint(name="%(class)s_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="%(class)s_decided_by_a_second_person",
                condition=Q(granted__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | (
                    Q(granted__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("asked_by"))
                ),
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.granted is None

    @property
    def call(self) -> "Call":
        return self.project.call

    def settle(self, *, by: "User", grant: bool, answer: str) -> None:
        """Write down what the second person says; storing it is left to the verb."""
        self.granted, self.answer = grant, answer.strip()
        self.decided_by, self.decided_at = by, clock.now()
