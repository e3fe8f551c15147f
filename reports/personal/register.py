"""The register of personal data: what is kept of whom, why, on which ground, who sees it and how long.

In Chinese like every legal paper: it is what the law calls the record of processing (个人信息处理活动记录: articles 51
and 55 of 个人信息保护法). A test holds it against the models: a new field is either in register.toml or said to be
about nobody.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django import forms

from reports.personal.nouns import GROUNDS, Held, Kind


def _held(said: Mapping[str, Any]) -> Held:
    return Held(**{name: tuple(value) if isinstance(value, list) else value for name, value in said.items()})


def _kind(said: dict[str, Any]) -> Kind:
    held = tuple(_held(each) for each in said.pop("held"))
    return Kind(**said | {"held": held, "basis": GROUNDS.get(said["basis"], said["basis"])})


with (Path(__file__).parent / "register.toml").open("rb") as file:
    KINDS: tuple[Kind, ...] = tuple(_kind(said) for said in tomllib.load(file)["kind"])


def all_held() -> Iterator[tuple[Kind, Held]]:
    for kind in KINDS:
        for held in kind.held:
            yield kind, held


@cache
def _purposes() -> dict[tuple[str, str], str]:
    return {(held.model, name): why for _kind, held in all_held() for name, why in held.fields.items()}


FORMS = {
    "SignupForm": "people.User",
    "SignupDetailsForm": "people.User",
    "CouncilMemberForm": "people.CouncilMember",
    "AccountForm": "people.Organization",
    "BureauForm": "people.Organization",
    "InviteForm": "people.Invitation",
    "PledgeForm": "projects.Pledge",
    "EntryForm": "projects.MeetingEntry",
    "GuestForm": "projects.MeetingGuest",
    "DeskForm": "evaluations.Voice",
    "WalkInForm": "grants.Attendance",
    "OtherTimeForm": "projects.Volunteer",
    "TimeForm": "projects.Volunteer",
    "CommunityRemarkForm": "projects.MonthlyRemark",
    "IdentityForm": "people.User",
}
"""Forms that are made for no model, and the model whose fields they ask for."""
NAMED_OTHERWISE = {
    ("IdentityForm", "number"): "identity_fingerprint",
    ("DeskForm", "name"): "entered_name",
}


def purpose_of(bound: forms.BoundField) -> str:
    """Why this field is asked for; empty when it is not about a person."""
    return why_asked(type(bound.form), bound.name)


@cache
def why_asked(form: type[Any], name: str) -> str:
    """The words beside the field `name` of a form."""
    model = getattr(getattr(form, "_meta", None), "model", None)
    label = model._meta.label if model else ""
    for base in form.__mro__:
        label = label or FORMS.get(base.__name__, "")
        name = NAMED_OTHERWISE.get((base.__name__, name), name)
    return _purposes().get((label, name), "")


def purposes_of(form: forms.BaseForm) -> list[tuple[str, str]]:
    """For a table, whose rows have no room for it: the labels that are asked for the same purpose, and the purpose."""
    found: dict[str, list[str]] = {}
    for bound in form.visible_fields():
        if why := purpose_of(bound):
            found.setdefault(why, []).append(str(bound.label))
    return [("、".join(labels), why) for why, labels in found.items()]
