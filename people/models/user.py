from functools import cached_property
from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models.administrator import Administrator
from people.models.organization import GIVERS, Kind


class User(AbstractUser):
    """A person. What a person may do comes from memberships and assignments, never from a field here."""

    first_name = None
    last_name = None
    name = models.CharField(_("full name"), max_length=60)
    phone = models.CharField(_("mobile phone"), max_length=11, unique=True, null=True, blank=True)
    identity_fingerprint = models.CharField(
        _("fingerprint of the ID number"),
        max_length=64,
        unique=True,
        null=True,
        blank=True,
        editable=False,
        help_text=_("HMAC of the resident ID number"),
    )
    identity_tail = models.CharField(_("last four of the resident ID"), max_length=4, blank=True, editable=False)
    password_set_at = models.DateTimeField(_("password since"), null=True, blank=True, editable=False)
    must_change_password = models.BooleanField(
        _("must change the password at the next sign-in"),
        default=False,
        help_text=_("As long as the password is one that somebody else has set"),
    )

    objects = UserManager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name or self.username

    def set_password(self, raw_password: Any) -> None:
        self._former_password = self.password  # people.passwords keeps it, so that it does not come back
        super().set_password(raw_password)
        self.password_set_at = timezone.now()

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @cached_property
    def roles(self) -> dict[int, frozenset[str]]:
        """The person's present roles, by organisation id; read once a request."""
        found: dict[int, set[str]] = {}
        kinds: dict[int, tuple[str, str]] = {}
        held = self.memberships.current().order_by("organization__name", "organization", "role")
        columns = ("organization_id", "role", "organization__kind", "organization__region")
        for pk, role, kind, region in held.values_list(*columns):
            found.setdefault(pk, set()).add(role)
            kinds[pk] = kind, region
        self._kinds = kinds  # every page asks for them: read with the roles, and again when those are
        return {pk: frozenset(roles) for pk, roles in found.items()}

    def of_kinds(self, *kinds: str) -> dict[int, str]:
        """The organisations of these kinds in which the person has a role now, with the region of each."""
        return {pk: self._kinds[pk][1] for pk in self.roles if self._kinds[pk][0] in kinds}

    @property
    def bureaus(self) -> dict[int, str]:
        """The funders in which the person has a role now, with the region of each."""
        return self.of_kinds(Kind.FUNDER)

    def bureaus_as(self, *roles: str) -> dict[int, str]:
        """The funders in which the person holds one of these roles now, with their regions."""
        return {pk: region for pk, region in self.bureaus.items() if self.roles[pk] & set(roles)}

    @property
    def funder_roles(self) -> frozenset[str]:
        """The person's present roles in funders: they decide over others' money."""
        return frozenset().union(*(self.roles[pk] for pk in self.bureaus if pk in self.roles))

    @cached_property
    def office(self) -> str:
        """Which of the three administrators the person is; empty for everybody else, without asking the database."""
        if not (self.is_staff and self.is_active):
            return ""
        return Administrator.objects.filter(user=self.pk).values_list("office", flat=True).first() or ""

    @property
    def is_privileged(self) -> bool:
        """Decides over others' money or others' accounts, so more is asked when this person signs in."""
        return self.is_staff or self.is_superuser or bool(self.funder_roles)

    @property
    def gives_for(self) -> frozenset[int]:
        """The enterprises and foundations to which the person belongs now, by id."""
        return frozenset(self.of_kinds(*GIVERS))

    def has_role(self, organization_id: int | None, *roles: str) -> bool:
        """Whether the person now holds one of `roles` in the organisation (any role, when none is named)."""
        held = self.roles.get(organization_id, frozenset()) if organization_id else frozenset()
        return bool(held & set(roles)) if roles else bool(held)

    def organizations_as(self, *roles: str) -> list[int]:
        """Ids of the organisations in which the person now holds one of `roles`."""
        return [pk for pk, held in self.roles.items() if held & set(roles)]
