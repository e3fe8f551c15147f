from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class Office(models.TextChoices):
    """The three administrators (三员) between whom the keeping of a platform is divided."""

    SYSTEM = "system", _("System administrator")
    SECURITY = "security", _("Security administrator")
    AUDIT = "audit", _("Audit administrator")


class Administrator(models.Model):
    """A person holds one of the three offices: one at a time, and no role in any organisation beside it, nor a place
    among the experts who may be asked.

    That nobody holds two of them is the uniqueness of `user`; that nobody decides on projects beside it is asked on
    both sides, here and in `Membership` (the verbs lock the person's row first), and by the database
    (`people.triggers`). The row goes when the office ends; who held it, and when, is in the log.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="administrator"
    )
    office = models.CharField(_("office"), max_length=10, choices=Office.choices)
    since = models.DateTimeField(_("since"), default=clock.now)

    class Meta:
        ordering = ["office", "user"]
        verbose_name = _("administrator")
        verbose_name_plural = _("administrators")
        constraints = [
            models.CheckConstraint(name="office_is_one_of_three", condition=Q(office__in=Office.values)),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_office_display()}"

    def clean(self) -> None:
        if self.user_id and self.user.memberships.unfinished().exists():
            raise ValidationError(works_for_an_organisation(self.user))
        expert = getattr(self.user, "expert", None) if self.user_id else None
        if expert is not None and expert.is_active:
            said = _(
                "%(person)s is on the roster of experts: who keeps the platform judges no project. Choose somebody "
                "else, or have a clerk mark there that the person is not asked any more."
            )
            raise ValidationError(said % {"person": self.user})

    def save(self, *args, **kwargs):
        self.clean()
        super().save(*args, **kwargs)


def works_for_an_organisation(user) -> str:
    held = user.memberships.unfinished().select_related("organization").first()
    return _(
        "%(person)s is %(role)s of “%(organization)s”: who keeps the platform takes no part in its projects. "
        "End that role first, or choose somebody else."
    ) % {"person": user, "role": held.get_role_display(), "organization": held.organization}


def holds_an_office(user, office: str) -> str:
    return _(
        "%(person)s is already %(office)s: one person cannot hold two of the three offices, nor an office and a role "
        "in an organisation, because each of them watches the others."
    ) % {"person": user, "office": Office(office).label}
