"""Social workers in a table: a row is a certificate, with the person who holds it and where the person works."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.validators import validate_email
from django.db import models
from django.db.models import Prefetch, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from core import clock
from core.identifiers import validate_mobile
from core.masking import mask_email, mask_phone
from core.notifications import notify
from people.models import Certificate, Membership, Organization, Role, User
from people.resources.base import CHUNK, TableResource, upsert
from people.resources.rows import Row
from people.resources.widgets import CodeWidget, ReferenceWidget, TextWidget

PERSON = ("name", "phone", "email")


@dataclass
class Holder:
    """Who holds the certificate of a row, and where the row makes them staff."""

    person: User
    is_new: bool
    workplace: Organization | None = None


def _email(address: str) -> str:
    validate_email(address)
    return address.lower()


class SocialWorkerResource(TableResource):
    """Certificates by number. A new person gets an account without a password and is staff of the organisation.

    Whoever has signed in before is never renamed or given another mobile number or address by a table:
    these sign in. Membership of a funder or evaluator is not given either, since it would make clerks.
    """

    name = Field("user__name", "name", TextWidget())
    phone = Field("user__phone", "phone", CodeWidget(validate_mobile, empty=None))
    email = Field("user__email", "email", CodeWidget(_email))
    organization = Field("organization", "organization", ReferenceWidget("number"))
    number = Field("number", "number", CodeWidget(str.upper))

    required = ("name", "level", "number", "issued_on")
    masked = {"phone": mask_phone, "email": mask_email}
    logged = True
    subject_model = User
    labels = {
        "name": gettext_lazy("full name"),
        "phone": gettext_lazy("mobile phone"),
        "email": gettext_lazy("e-mail"),
        "organization": gettext_lazy("organisation number"),
        "level": gettext_lazy("certificate level"),
    }
    hints = {
        "phone": gettext_lazy("11 digits; it signs in. A new person needs it, or an e-mail address"),
        "organization": gettext_lazy("Credit code, filing number or full name; the person becomes its staff"),
    }
    example = {
        "name": gettext_lazy("Example person"),
        "phone": "13800138000",
        "level": Certificate.Level.ASSISTANT,
        "number": "EXAMPLE-0001",
        "issued_on": date(2024, 6, 30),
    }

    class Meta:
        model = Certificate
        fields = (*PERSON, "organization", "level", "number", "issued_on", "registered_until")
        export_order = fields
        import_id_fields = ("number",)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.arrivals: dict[str, User] = {}  # new people of this file, by mobile number and by e-mail address

    # -- Examining ---------------------------------------------------------------------------------

    def look_up(self, rows: list[Row]) -> None:
        """Certificates, people by mobile number and address, organisations, and who works where already."""
        wanted = {
            name: {value for row in rows if (value := row.values.get(name))}
            for name in ("number", "phone", "email", "organization")
        }
        certificates = Certificate.objects.filter(number__in=wanted["number"]).select_related("user")
        self.known = {certificate.number: certificate for certificate in certificates}
        self.people: dict[str, User] = {user.phone: user for user in User.objects.filter(phone__in=wanted["phone"])}
        addresses = User.objects.annotate(address=Lower("email")).filter(address__in=wanted["email"])
        self.people |= {user.address: user for user in addresses}
        confirmed = EmailAddress.objects.annotate(address=Lower("email")).filter(address__in=wanted["email"])
        self.people |= {entry.address: entry.user for entry in confirmed.select_related("user")}
        numbers = wanted["organization"]
        found = (
            Organization.objects.visible_to(self.by)
            .applicants()
            .filter(Q(credit_code__in=numbers) | Q(filing_number__in=numbers) | Q(name__in=numbers))
        )
        self.organizations = {key: found for found in found for key in (found.number, found.name)}
        users = {user.pk for user in self.people.values()} | {known.user_id for known in self.known.values()}
        members = Membership.objects.current().filter(user__in=users, organization__in=found)
        self.members = set(members.values_list("user_id", "organization_id"))
        elsewhere = Membership.objects.current().filter(user__in=users)
        ours = elsewhere.filter(organization__in=Organization.objects.visible_to(self.by).order_by().values("pk"))
        self.others = set(elsewhere.values_list("user", flat=True)) - set(ours.values_list("user", flat=True))

    def compare(self, row: Row, *, new: bool) -> None:
        person = self._person(row) if new else row.instance.user
        row.beside = Holder(person, is_new=person.pk is None)
        own = {name: value for name, value in row.values.items() if name not in (*PERSON, "organization")}
        for name, value in own.items():
            before = None if new else getattr(row.instance, name)
            if value != before and not (new and value in (None, "")):
                row.changes[name] = (before, value)
                setattr(row.instance, name, value)
        self._compare_person(row, person)
        self._compare_workplace(row, person)

    def _person(self, row: Row) -> User:
        """Who holds a new certificate: by mobile number, by e-mail address, from a row above, or somebody new."""
        keys = [key for name in ("phone", "email") if (key := row.values.get(name))]
        for key in keys:
            if found := self.people.get(key) or self.arrivals.get(key):
                return found
        person = User(name=row.values.get("name", ""), phone=row.values.get("phone"))
        person.email = row.values.get("email") or ""
        if not row.errors:  # of a wrong row nobody comes
            self.arrivals |= dict.fromkeys(keys, person)
        for name in PERSON:
            if getattr(person, name):
                row.changes[name] = (None, getattr(person, name))
        if not keys and not {"phone", "email"} & set(row.errors):
            row.blame("phone", _("A new person needs a mobile number or an e-mail address."))
        return person

    def _compare_person(self, row: Row, person: User) -> None:
        """Name, mobile number and address against what is stored; an empty cell says nothing about a person."""
        claimed = person.last_login or not person.password.startswith("!")
        for name in PERSON:
            value = row.values.get(name)
            before = getattr(person, name)
            if not value or value == before or (name == "email" and value == before.lower()):
                continue
            holder = self.people.get(value) or self.arrivals.get(value)
            if name != "name" and holder is not None and holder is not person and holder.pk != person.pk:
                row.blame(name, _("Somebody else has this already."))
            elif name == "name" and not (person.pk and not claimed and self.known.get(row.values["number"])):
                row.blame(name, _("Somebody with another name has this mobile number, address or certificate."))
            elif person.pk is None or claimed:
                row.blame(name, _("This person has another one here; only they themselves can change it."))
            else:
                row.changes[name] = (before, value)
                setattr(person, name, value)

    def _compare_workplace(self, row: Row, person: User) -> None:
        wanted = row.values.get("organization")
        if not wanted:
            return
        organization = self.organizations.get(wanted)
        if organization is None:
            row.blame(
                "organization",
                _("No group or social organisation has the number or name “%(value)s”.") % {"value": wanted[:40]},
            )
        elif person.is_staff:  # one of the three administrators: bulk_create would not ask
            row.blame("organization", _("Who keeps the platform takes no part in its projects."))
        elif person.pk is None or (person.pk, organization.pk) not in self.members:
            row.beside.workplace = organization
            row.changes["organization"] = (None, organization)

    def check(self, row: Row, *, new: bool) -> None:
        if not new and row.instance.user_id in self.others:
            row.blame("number", _("Another bureau looks after the organisation of this person."))
        issued, until = row.instance.issued_on, row.instance.registered_until
        if issued and issued > clock.today():
            row.blame("issued_on", _("This day is in the future."))
        if issued and until and until < issued:
            row.blame("registered_until", _("Must not be before the day of issue."))
        for name in PERSON:  # as long as the columns are
            limit = User._meta.get_field(name).max_length
            if len(row.values.get(name) or "") > limit:
                row.blame(name, _("At most %(limit)s characters.") % {"limit": limit})

    # -- Writing and showing -----------------------------------------------------------------------

    def store(self, new: list[Row], changed: list[Row]) -> None:
        people = {id(row.beside.person): row.beside.person for row in (*new, *changed)}
        strangers = [person for person in people.values() if person.pk is None]
        self._enter(strangers)
        upsert(User, [row.beside.person for row in changed if set(PERSON) & set(row.changes)], PERSON)
        for row in new:
            row.instance.user = row.beside.person
        Certificate.objects.bulk_create([row.instance for row in new], batch_size=CHUNK)
        own = {name for row in changed for name in row.changes} - {*PERSON, "organization"}
        upsert(Certificate, [row.instance for row in changed if own & set(row.changes)], own)
        self._employ([row for row in (*new, *changed) if row.beside.workplace], strangers)

    def _enter(self, people: list[User]) -> None:
        """Accounts without a password: the person sets one through the forgotten-password page, or the clerk helps."""
        names = {id(person): _username(person) for person in people}
        taken = set(User.objects.filter(username__in=names.values()).values_list("username", flat=True))
        for person in people:
            name = names[id(person)]
            while name in taken:
                name += "x"
            taken.add(name)
            person.username = name
            person.password = make_password(None)
        User.objects.bulk_create(people, batch_size=CHUNK)
        EmailAddress.objects.bulk_create(
            EmailAddress(user=person, email=person.email, primary=True, verified=False)
            for person in people
            if person.email
        )

    def _employ(self, rows: list[Row], strangers: list[User]) -> None:
        """Staff from today on; who had an account before is told."""
        given = {(row.beside.person.pk, row.beside.workplace.pk): row for row in rows}
        Membership.objects.bulk_create(
            Membership(user_id=user, organization_id=organization, role=Role.STAFF, since=clock.today())
            for user, organization in given
        )
        self.members |= set(given)
        new = {person.pk for person in strangers}
        for (user, _organization), row in given.items():
            if user not in new:
                words = {"role": Role.STAFF.label, "organization": row.beside.workplace.name}
                subject = _("You are now %(role)s of “%(organization)s”") % words
                notify([row.beside.person], subject=subject, url=row.beside.workplace.get_absolute_url())

    def forget(self, row: Row) -> None:
        super().forget(row)
        if row.beside.is_new:
            row.beside.person.pk = None

    def subject(self, row: Row) -> models.Model:
        return row.beside.person

    def exported(self) -> models.QuerySet[Any]:
        seen = Organization.objects.visible_to(self.by).applicants().order_by().values("pk")
        present = Membership.objects.current().filter(organization__in=seen)
        present = present.select_related("organization").order_by("since", "pk")
        workplaces = Prefetch("user__memberships", queryset=present, to_attr="workplaces")
        found = Certificate.objects.filter(user__in=present.order_by().values("user"))
        return found.select_related("user").prefetch_related(workplaces).order_by("pk")

    def complete(self, instance: Any) -> None:
        workplaces = instance.user.workplaces
        instance.organization = workplaces[0].organization if workplaces else None


def _username(person: User) -> str:
    """Nobody has to remember it: the mobile number or the address signs in too."""
    return "sw-" + re.sub(r"[^\w.+-]", "-", person.phone or person.email)[:140]
