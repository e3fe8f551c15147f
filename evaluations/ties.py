"""What ties a judge to a project: facts in, reasons out.

Belonging, having belonged, coaching, and what shows one hand behind two names: the same phone, address, account, legal
representative or employer (field guide 1.6; two years after leaving still count, order 39 of civil affairs). A name
that is only the same as another is a hint for a person to look at, for many people have it, and so is an employer
whose name is nearly that of a party (`evaluations.names`).

A reason is a kind with its facts; `evaluations.tie_words` says it in the reader's language, whenever it is read.

Every mark of the projects is written into one index, and what a judge has is looked up in it: the work grows with what
is found, not with the number of pairs.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.identifiers import half_width
from evaluations.names import fold, is_near, scent, stem, traces
from evaluations.tie_words import sentence

SHORTEST_PHONE = 7
SHORTEST_ADDRESS = 6
"""Shorter ones say nothing: a town, a house without its street."""


@dataclass(frozen=True)
class Reason:
    """One tie: its ground, to whom (`party`, with its name), the judge's own organisation or employer, the kind of a
    declared tie. `key` is the same for the same tie to the same organisation; a hint bars nobody."""

    key: str
    ground: str
    party: str = ""
    name: str = ""
    own: str = ""
    tie: str = ""
    is_hint: bool = False

    @property
    def sentence(self) -> str:
        return sentence(self.ground, self.party, self.name, self.own, self.tie)

    def __str__(self) -> str:
        return self.sentence


class Party(StrEnum):
    """What an organisation is to a project."""

    APPLICANT = "applicant"
    HOST = "host"
    PARTNER = "partner"
    FUNDER = "funder"
    GIVER = "giver"


@dataclass(frozen=True)
class Body:
    """An organisation by what identifies it; a partner that is not on the platform has no id."""

    id: int | None
    name: str
    phone: str = ""
    address: str = ""
    account: str = ""
    representative: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody named in a project: its leader, a member of its team, of the applicant's council."""

    what: str  # "leader", "team", "council", "contact"
    name: str
    phone: str = ""


@dataclass
class Case:
    """A project, as far as ties matter."""

    id: int
    parties: list[tuple[Party, Body]] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    helpers: list[Body] = field(default_factory=list)
    """Who employs the mentors of the group: no tie of a judge, but of an organisation that is to evaluate it."""


@dataclass
class Judge:
    """A person, as far as ties matter.

    `left` are the organisations left less than two years ago; `coached` the projects they coach or coached, `groups`
    the applicants for whom they did so less than two years ago; `interests` (organisation, kind of tie).
    """

    id: int
    name: str = ""
    phone: str = ""
    employer: str = ""
    belongs: list[Body] = field(default_factory=list)
    left: list[Body] = field(default_factory=list)
    coached: set[int] = field(default_factory=set)
    groups: set[int] = field(default_factory=set)
    interests: list[tuple[Body, str]] = field(default_factory=list)


Mark = tuple[str, str | int]
Ties = dict[tuple[int, int], list[Reason]]


def phones(text: str) -> set[str]:
    """The numbers in a text, by their digits, without the code of the country."""
    found = set()
    for part in re.split(r"[,，、;；/]|\s{2,}|[^\d\s+()（）-]+", half_width(text)):
        digits = re.sub(r"\D", "", part)
        digits = re.sub(r"^(0086|86)(?=1\d{10}$)", "", digits)
        if len(digits) >= SHORTEST_PHONE:
            found.add(digits)
    return found


def find(judges: Iterable[Judge], cases: Iterable[Case]) -> Ties:
    """The reasons for each (judge id, case id) that is tied; those that bar first, then hints."""
    index = _Index(cases)
    found: Ties = {}
    for judge in judges:
        seen: dict[tuple[int, str], Reason] = {}
        for case, reason in _of(judge, index):
            seen.setdefault((case, reason.key), reason)
        for (case, _key), reason in seen.items():
            found.setdefault((judge.id, case), []).append(reason)
    for reasons in found.values():
        reasons.sort(key=lambda reason: reason.is_hint)
    return found


def find_of_bodies(bodies: Iterable[Body], cases: Iterable[Case]) -> Ties:
    """The reasons for each (organisation id, case id) for which this organisation must not evaluate the case: it is a
    party, it shares a mark with one, or it employs a mentor. The same keys as the ties of who belongs to it."""
    cases = list(cases)
    index = _Index(cases)
    found: Ties = {}
    for body in bodies:
        as_judge = Judge(body.id or 0, belongs=[body])
        for case_id, reason in _by_belonging(as_judge, index):
            ground = "is" if reason.ground == "member" else f"own-{reason.ground}"
            found.setdefault((body.id or 0, case_id), []).append(replace(reason, ground=ground))
        for case in cases:
            if any(helper.id == body.id for helper in case.helpers):
                found.setdefault((body.id or 0, case.id), []).append(Reason("helper", "employs-mentor"))
    return found


@dataclass(frozen=True)
class _Place:
    """Where a mark was found: in which case, and whose it is."""

    case: int
    party: str
    body: Body | None = None
    person: str = ""

    def reason(self, ground: str, *, key: str = "", is_hint: bool = False, **facts: str) -> Reason:
        """The key holds which organisation or person it is, by id or folded name: a tie to another one is another."""
        name = self.body.name if self.body else self.person
        whose = str(self.body.id) if self.body and self.body.id else fold(name)
        found = ":".join(part for part in (key or ground, self.party, whose) if part)
        return Reason(found, ground, self.party, name, is_hint=is_hint, **facts)


class _Index:
    """All places of every mark."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self.places: dict[Mark, list[_Place]] = {}
        for case in cases:
            self._put(("case", case.id), _Place(case.id, ""))
            for party, body in case.parties:
                self._party(case, party, body)
            for person in case.people:
                place = _Place(case.id, person.what, person=person.name)
                self._put(("person", fold(person.name)), place)
                for number in phones(person.phone):
                    self._put(("phone", number), place)

    def _party(self, case: Case, party: Party, body: Body) -> None:
        place = _Place(case.id, party, body)
        self._put(("name", fold(body.name)), place)
        self._put(("employer", key := stem(body.name)), place)
        for trace in traces(key):
            self._put(("near", trace), place)
        if body.id:
            self._put(("organization", body.id), place)
        if party == Party.FUNDER:
            return  # what it shares with a judge's organisation is no tie to the group
        for mark in marks(body):
            self._put(mark, place)
        if party == Party.APPLICANT and body.id:
            self._put(("group", body.id), place)
        self._put(("person", fold(body.representative)), place)

    def _put(self, mark: Mark, place: _Place) -> None:
        if mark[1]:
            self.places.setdefault(mark, []).append(place)

    def at(self, kind: str, value: str | int | None) -> list[_Place]:
        return self.places.get((kind, value), []) if value else []

    def of(self, body: Body) -> list[_Place]:
        """Where this organisation itself is a party, by its id or, as a partner, by its name."""
        return list(dict.fromkeys([*self.at("organization", body.id), *self.at("name", fold(body.name))]))


def marks(body: Body) -> set[Mark]:
    """By what two organisations are seen to be in one hand."""
    found: set[Mark] = {("phone", number) for number in phones(body.phone)}
    if len(address := fold(body.address)) >= SHORTEST_ADDRESS:
        found.add(("address", address))
    if account := fold(body.account):
        found.add(("account", account))
    if representative := fold(body.representative):
        found.add(("representative", representative))
    return found


def _of(judge: Judge, index: _Index) -> Iterable[tuple[int, Reason]]:
    yield from _by_belonging(judge, index)
    yield from _by_coaching(judge, index)
    for body, kind in judge.interests:
        for place in index.of(body):
            yield place.case, place.reason("interest", key=f"interest-{kind}", tie=kind)
    for number in phones(judge.phone):
        for place in index.at("phone", number):
            yield place.case, place.reason("phone")
    yield from _by_employer(judge, index)
    for place in index.at("person", fold(judge.name)):
        ground = "name-representative" if place.body else "name"
        yield place.case, place.reason(ground, key="name", is_hint=True)


def _by_employer(judge: Judge, index: _Index) -> Iterable[tuple[int, Reason]]:
    key = stem(judge.employer)
    for place in index.at("employer", key):
        yield place.case, place.reason("employer")
    if not key:
        return
    near = dict.fromkeys(place for trace in sorted(scent(key)) for place in index.at("near", trace))
    for place in near:
        if place.body and is_near(key, stem(place.body.name)):
            yield place.case, place.reason("employer-near", own=judge.employer, is_hint=True)


def _by_belonging(judge: Judge, index: _Index) -> Iterable[tuple[int, Reason]]:
    for held, ground in ((judge.belongs, "member"), (judge.left, "former")):
        for body in held:
            own = index.of(body)
            for place in own:
                yield place.case, place.reason(ground)
            bodies = {(place.case, place.body) for place in own}
            for mark in sorted(marks(body), key=str):
                for place in index.places.get(mark, []):
                    if place.body and (place.case, place.body) not in bodies:
                        key = f"{mark[0]}-{body.id}"
                        yield place.case, place.reason(f"shared-{mark[0]}", key=key, own=body.name)


def _by_coaching(judge: Judge, index: _Index) -> Iterable[tuple[int, Reason]]:
    for project in judge.coached:
        for place in index.at("case", project):
            yield place.case, place.reason("coach")
    for group in judge.groups:
        for place in index.at("group", group):
            if place.case not in judge.coached:
                yield place.case, place.reason("coach-group")
