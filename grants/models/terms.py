from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import Kind, Organization, Role


class TermsQuerySet(models.QuerySet[Any]):
    def usable_by(self, funders: Any) -> "TermsQuerySet":
        """What calls of these funders may choose: the shared ones and their own."""
        return self.filter(Q(funder__isnull=True) | Q(funder__in=funders))

    def visible_to(self, user: Any) -> "TermsQuerySet":
        """For clerks of funders: the shared ones and those of the own house."""
        return self.usable_by(Organization.objects.funders_of(user, Role.STAFF))


class Terms(models.Model):
    """What calls choose from: a rubric or a tranche plan, of one funder or shared by all.

    What is shared belongs to the templates: anybody may copy it, only an administrator changes it.
    """

    used_by: tuple[str, ...] = ()
    """The relations by which calls choose it."""

    funder = models.ForeignKey(
        "people.Organization",
        verbose_name=_("funder"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"kind": Kind.FUNDER},
        related_name="%(class)ss",
        help_text=_("Empty: shared by all funders and the templates"),
    )
    name = models.CharField(_("name"), max_length=80)
    legal_basis = models.CharField(_("basis"), max_length=200, blank=True)

    objects = TermsQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["funder", "name"],
                name="%(class)s_named_once_a_funder",
                violation_error_message=_("This name is taken already."),
            ),
            models.UniqueConstraint(
                fields=["name"],
                name="shared_%(class)s_named_once",
                condition=Q(funder__isnull=True),
                violation_error_message=_("This name is taken already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def owner(self) -> Any:
        """Whose it is; None: shared by all."""
        return self.funder

    @property
    def is_shared(self) -> bool:
        """Belongs to no funder: to be copied, not changed."""
        return self.funder_id is None

    @property
    def is_announced(self) -> bool:
        """A published call has named it, or it is offered to other bureaus: what people have read is not changed any
        more."""
        if hasattr(self, "offers") and self.offers.exists():
            return True
        return any(getattr(self, name).published().exists() for name in self.used_by)
