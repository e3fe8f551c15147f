"""What the register of personal data is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.apps import apps
from django.db.models import Model

GROUNDS = {
    "consent": "个人同意（第13条第1项）",
    "contract": "订立、履行协议所必需（第13条第2项）",
    "duty": "履行法定职责所必需（第13条第3项、第34条）",
    "safety": "网络安全和审计的法定义务（第13条第3项、网络安全法）",
    "sensitive": "个人单独同意（第29条）；未满14周岁由监护人同意（第31条）",
}
"""Grounds on which personal data may be handled; the articles are those of 个人信息保护法."""


@dataclass(frozen=True)
class Held:
    """One model that keeps such data, what each of its fields is for, and how the rows of a person are found.

    `of_user`: the ways to an account. `names`, `phones`, `emails`: the fields by which somebody without an account is
    found. `funder`: the way to the bureau whose clerk may look; `ground`: where none is named, or somebody who is no
    bureau, the way to the region whose nearest bureau may. `gone`: what is emptied when somebody has it erased;
    `masked`: what is shortened instead, because a record without it would be none. `called`: names of what a package
    names in English only; "record": of the record itself.
    """

    model: str
    fields: Mapping[str, str]
    of_user: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    funder: str = ""
    ground: str = ""
    gone: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    called: Mapping[str, str] = field(default_factory=dict)

    @property
    def of(self) -> type[Model]:
        return apps.get_model(self.model)

    def label(self, name: str) -> str:
        """What a field is called on the pages."""
        return self.called.get(name) or str(self.of._meta.get_field(name).verbose_name)  # type: ignore[union-attr]

    @property
    def noun(self) -> str:
        """What a record is called."""
        return self.called.get("record") or str(self.of._meta.verbose_name)

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Each field in the words of the pages, and what it is for."""
        return [(self.label(name), why) for name, why in self.fields.items()]

    @property
    def labels(self) -> list[str]:
        return list(dict.fromkeys(self.label(name) for name in self.fields))


@dataclass(frozen=True)
class Kind:
    """One line of the record of processing."""

    key: str
    name: str
    whose: str
    purpose: str
    basis: str
    seen_by: str
    kept: str
    held: tuple[Held, ...] = field(repr=False)
    given_to: str = "不对外提供"
    published: str = "不公开"
    sensitive: bool = False

    @property
    def labels(self) -> list[str]:
        """What is kept, in the words of the pages."""
        return list(dict.fromkeys(label for held in self.held for label in held.labels))
