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


UNNAMED = {
    "identity_fingerprint": "证件号码的指纹", "network": "网络", "last_at": "最近一次", "password": "密码",
    "data": "内容", "sender": "来源的指纹", "person_key": "本人的标识", "device": "设备的标识", "rows": "明细行",
    "fingerprint": "码的指纹", "voter": "户的标识",
}  # fmt: skip
"""Fields that stand on no page and so have no name there: what the register calls them."""
UNNAMED_MODELS = {
    "people.KnownPlace": "常用网络", "people.FormerPassword": "用过的密码", "projects.MeetingGuest": "社洽会来宾",
    "projects.MeetingEntry": "社洽会报名",
}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """One model that keeps such data, what each of its fields is for, and how the rows of a person are found.

    `of_user`: the ways to an account. `names`, `phones`, `emails`: the fields by which somebody without an account is
    found. `funder`: the way to the bureau whose clerk may look. `gone`: what is emptied when somebody has it erased;
    `masked`: what is shortened instead, because a record without it would be none.
    """

    model: str
    fields: Mapping[str, str]
    of_user: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    funder: str = ""
    gone: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()

    @property
    def of(self) -> type[Model]:
        return apps.get_model(self.model)

    def label(self, name: str) -> str:
        """What a field is called on the pages."""
        field = self.of._meta.get_field(name)
        has_name = getattr(field, "_verbose_name", None) is not None
        return str(field.verbose_name) if has_name else UNNAMED.get(name, name)  # type: ignore[union-attr]

    @property
    def noun(self) -> str:
        """What a record is called."""
        return UNNAMED_MODELS.get(self.model) or str(self.of._meta.verbose_name)

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
