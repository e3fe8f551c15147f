"""What is kept about one person: of an account by its relations, of somebody without one by name, phone and mail."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, JSONField, Model, Q, QuerySet
from django.utils import timezone, translation

from core import clock
from core.identifiers import half_width
from core.masking import mask_email, mask_name, mask_phone
from core.models import Event
from core.paging import up_to
from people.models import Kind as OrganizationKind
from people.models import Organization, User, ground_of
from people.territory import NOWHERE
from reports.personal.nouns import Held, Kind
from reports.personal.register import KINDS, all_held

MOST = 2000
"""So many rows of one model are given out at once; the copy says when there are more."""
OURS = ("core", "people", "grants", "projects", "evaluations", "reports")
ONLY_A_FINGERPRINT = "只存加密结果，无法还原"
SECRET = {
    "password", "identity_fingerprint", "sender", "device", "person_key", "fingerprint", "voter", "key",
}  # fmt: skip
"""Fields of which not even the person gets the value: it is a hash, of use only to whoever wants to break it."""


@dataclass
class Record:
    """One row about the person. `is_sure`: name and a number or address agree; else the clerk has to look."""

    held: Held
    row: Any
    is_sure: bool = True

    @property
    def key(self) -> str:
        return f"{self.held.model}:{self.row.pk}"

    @property
    def title(self) -> str:
        return self.held.noun

    @property
    def values(self) -> list[tuple[str, str, str]]:
        """Name of the field, what pages call it, and its value in words; what is empty is left out."""
        found = []
        for name in self.held.fields:
            said = _said(self.row, name)
            if said:
                found.append((name, self.held.label(name), said))
        return found

    @property
    def readable_values(self) -> list[tuple[str, str, str]]:
        """The same without what programs wrote for programs: for paper."""
        return [one for one in self.values if not isinstance(self.row._meta.get_field(one[0]), JSONField)]

    @property
    def masked_values(self) -> list[tuple[str, str]]:
        """As the clerk sees it before it is clear that it is the same person."""
        return [(label, self._mask(name, said)) for name, label, said in self.values]

    def _mask(self, name: str, said: str) -> str:
        if name in self.held.names:
            return mask_name(said)
        if name in self.held.phones:
            return mask_phone(said)
        return mask_email(said) if name in self.held.emails else said

    @property
    def url(self) -> str:
        get = getattr(self.row, "get_absolute_url", None)
        return get() if get else ""

    @property
    def where(self) -> str:
        """The project, the list … that it belongs to."""
        project = getattr(self.row, "project", None)
        return str(project or "")


@dataclass
class Section:
    """What is kept of one kind."""

    kind: Kind
    records: list[Record] = field(default_factory=list)
    more: int = 0


def _said(row: Any, name: str) -> str:
    value = getattr(row, name)
    if value in (None, "", [], {}):
        return ""
    if name in SECRET:
        return ONLY_A_FINGERPRINT
    if display := getattr(row, f"get_{name}_display", None):
        return str(display())
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(row._meta.get_field(name), JSONField):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def of_user(user: User, only: tuple[str, ...] = ()) -> list[Section]:
    """Everything in the register that hangs on the account (`only`: of these kinds)."""
    found = []
    for kind in KINDS if not only else [one for one in KINDS if one.key in only]:
        section = Section(kind)
        for held in kind.held:
            if held.of_user:
                rows = _rows(held, user)
                records = [Record(held, row) for row in rows[:MOST]]
                section.records += records
                section.more += rows.count() - MOST if len(records) == MOST else 0
        if section.records:
            found.append(section)
    return found


def numbers_of_user(user: User) -> list[tuple[Kind, str]]:
    """How many records of each kind hang on the account, in words; of very many only that they are more than MOST."""
    found = [(kind, sum(_number(held, user) for held in kind.held if held.of_user)) for kind in KINDS]
    return [(kind, up_to(number, MOST)) for kind, number in found if number]


def _number(held: Held, user: User) -> int:
    return _rows(held, user).order_by()[: MOST + 1].count()


def _rows(held: Held, user: User) -> QuerySet:
    ways = Q()
    for way in held.of_user:
        ways |= Q(**{way: user.pk})
    shown = [name for name in held.fields if isinstance(held.of._meta.get_field(name), ForeignKey)]
    rows = held.of._default_manager.filter(ways).order_by("-pk")
    return rows.select_related(*shown) if shown else rows


def of_person(funder: Organization, *, name: str, phone: str = "", email: str = "") -> list[Section]:
    """What the bureau keeps of somebody without an account, where their name, phone or address stands.

    Two people can have one name, and a family one telephone: only both together are sure, the rest the clerk has to
    look at. What belongs to another bureau is not searched."""
    name, phone = "".join(name.split()), _digits(phone)
    found = []
    for kind in KINDS:
        section = Section(kind)
        for held in kind.held:
            section.records += _matches(held, funder, name, phone, email.strip())
        if section.records:
            found.append(section)
    return found


def _matches(held: Held, funder: Organization, name: str, phone: str, email: str) -> Iterator[Record]:
    ways = Q()
    for fields, value in ((held.names, name), (held.phones, phone), (held.emails, email)):
        for each in fields if value else ():
            ways |= Q(**{each: value})
    if not ways:
        return
    rows = held.of._default_manager.filter(ways, _answered_by(held, funder))
    for row in rows.order_by("-pk").distinct()[:MOST]:
        same_name = any("".join((getattr(row, each) or "").split()) == name for each in held.names)
        same_number = any(phone and _digits(getattr(row, each) or "") == phone for each in held.phones)
        same_address = any(email and getattr(row, each) == email for each in held.emails)
        same_tail = bool(phone) and getattr(row, "phone_tail", "") == phone[-4:]
        yield Record(held, row, is_sure=same_name and (same_number or same_address or same_tail))


def _answered_by(held: Held, funder: Organization) -> Q:
    """Rows of the funder; and where others may keep such rows too, or nobody is named, those on its ground."""
    near = ground_of(held.ground, {funder.pk: funder.region}) if held.ground else NOWHERE
    if not held.funder:
        return near
    return Q(**{held.funder: funder.pk}) | near & ~Q(**{f"{held.funder}__kind": OrganizationKind.FUNDER})


def _digits(phone: str) -> str:
    return half_width(phone).replace(" ", "").replace("-", "").removeprefix("+86")


def chosen(sections: Iterable[Section], keys: Iterable[str]) -> list[Section]:
    """Of what was found only these rows."""
    wanted = set(keys)
    kept = [Section(each.kind, [one for one in each.records if one.key in wanted], each.more) for each in sections]
    return [section for section in kept if section.records]


def without(sections: Iterable[Section], row: Model) -> list[Section]:
    """All but this row: the request that is being answered tells its reader nothing."""
    kept = [Section(each.kind, [one for one in each.records if one.row != row], each.more) for each in sections]
    return [section for section in kept if section.records]


def mentions(user: User) -> list[tuple[str, str, int]]:
    """Where the account stands as the one who did something: noun, in which part, how often. Complete by construction:
    every relation to an account that any of our models has."""
    registered = {held.model for _kind, held in all_held() if held.of_user}
    found = []
    for model in apps.get_models():
        if model._meta.app_label not in OURS or model._meta.label in registered:
            continue
        for each in model._meta.local_fields:
            if isinstance(each, ForeignKey) and each.related_model is User:
                number = model._default_manager.filter(**{each.name: user.pk}).count()
                if number:
                    found.append((str(model._meta.verbose_name), str(each.verbose_name), number))
    return found


def looks_at(user: User) -> QuerySet[Event]:
    """Who was shown the account in the administration, or looked it up to answer the person's request, apart from the
    person. (`person` in other lines of the log is somebody in a roster.)"""
    requests = list(user.data_requests.values_list("pk", flat=True))
    return (
        Event.objects.disclosures()
        .filter(Q(data__what="accounts", data__person=user.pk) | Q(data__what="person", data__request__in=requests))
        .exclude(actor=user)
        .select_related("actor")
        .order_by("-pk")
    )


def as_json(about: dict[str, str], sections: Iterable[Section], **more: Any) -> str:
    """A copy to take along, for other programs as well (article 45): each field with its name and its words."""
    with translation.override("zh-hans"):
        said = {
            "format": "personal-data/1",
            "made_at": timezone.localtime(clock.now()).isoformat(timespec="seconds"),
            "about": about,
            "kinds": [_kind(section) for section in sections],
            **more,
        }
    return json.dumps(said, ensure_ascii=False, indent=2, default=str)


def _kind(section: Section) -> dict[str, Any]:
    kind = section.kind
    return {
        "kind": kind.key, "name": kind.name, "purpose": kind.purpose, "basis": kind.basis, "seen_by": kind.seen_by,
        "kept": kind.kept, "left_out": section.more,
        "records": [
            {
                "model": record.held.model, "id": record.row.pk, "noun": record.title, "where": record.where,
                "fields": [
                    {"name": name, "label": label, "value": value, "purpose": record.held.fields[name]}
                    for name, label, value in record.values
                ],
            }
            for record in section.records
        ],
    }  # fmt: skip


def count(sections: Iterable[Section]) -> int:
    return sum(len(section.records) for section in sections)
