"""The form of a site visit: the same on the page, on a phone without a line, and for two versions in one."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import PurePath
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import CountedTextarea, DateInput, DateTimeInput, FilesField, FilesInput
from projects.actions.visits import CLOCK_OFF, PHOTOS, Sending
from projects.checklists import ANSWERS, NOTE_LENGTH, Checklist, Item, checklists, current
from projects.forms.days import not_before_approval
from projects.forms.mentoring import check_due_day
from projects.models import SiteVisit
from projects.visit_values import unpacked

IMAGES = (".jpg", ".jpeg", ".png")
MOST = 2**31 - 1


class PhotosField(FilesField):
    """Photos, each checked like every file; papers are no photos."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=FilesInput(attrs={"accept": "image/*", "multiple": True}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        photos = super().clean(data, initial)
        wrong = [one.name for one in photos if PurePath(one.name or "").suffix.lower() not in IMAGES]
        if wrong:
            raise ValidationError(_("Please send photos as JPG or PNG: %(names)s"), params={"names": "、".join(wrong)})
        if len(photos) > PHOTOS:
            raise ValidationError(_("A visit has at most %(n)s photos."), params={"n": PHOTOS})
        return photos


class ChecklistForm(forms.ModelForm):
    """Something was looked at on the spot: when, and item by item of a checklist. A subclass says what else."""

    checklist: Checklist

    def add_items(self) -> None:
        """A field for the answer and one for the note, for each item."""
        for item in self.checklist.items:
            self.fields[f"answer-{item.key}"] = forms.ChoiceField(
                label=item.text, choices=list(ANSWERS.items()), required=False, widget=forms.RadioSelect
            )
            self.fields[f"note-{item.key}"] = forms.CharField(label=_("Note"), max_length=NOTE_LENGTH, required=False)

    @property
    def parts(self) -> list[tuple[str, list[tuple[Item, Any, Any]]]]:
        """The checklist's fields under their headings."""
        return [
            (part, [(item, self[f"answer-{item.key}"], self[f"note-{item.key}"]) for item in items])
            for part, items in self.checklist.parts
        ]

    def clean_visited_at(self) -> datetime:
        moment = self.cleaned_data["visited_at"]
        if not is_plausible(moment):
            raise ValidationError(_("Please look at the day and time again."))
        if moment > clock.now() + CLOCK_OFF:
            raise ValidationError(_("This moment is in the future. Is the phone's clock right?"))
        not_before_approval(clock.localdate(moment), self.instance.project)
        return moment

    @property
    def values(self) -> dict[str, Any]:
        """What a verb takes: the fields, and the checklist with what was said of each item."""
        data = self.cleaned_data
        said = {
            item.key: {"answer": data.get(f"answer-{item.key}") or "", "note": data.get(f"note-{item.key}") or ""}
            for item in self.checklist.items
        }
        answers = {key: answer for key, answer in said.items() if answer["answer"] or answer["note"]}
        fields = {name: data[name] for name in self._meta.fields}
        return fields | {"checklist": self.checklist.version, "answers": answers}

    @classmethod
    def initial_of(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Packed values as the form shows them."""
        found = unpacked(values)
        initial = {name: found[name] for name in cls._meta.fields}
        for key, said in (values.get("answers") or {}).items():
            initial |= {f"answer-{key}": said.get("answer", ""), f"note-{key}": said.get("note", "")}
        return initial


class VisitForm(ChecklistForm):
    """What was seen, item by item and in words."""

    photos = PhotosField(
        label=_("Photos"), required=False, help_text=_("JPG or PNG. Ask whoever is to be seen on them first.")
    )

    class Meta:
        model = SiteVisit
        fields = ("visited_at", "place", "met", "findings", "follow_up", "follow_up_due_on")
        widgets = {
            "visited_at": DateTimeInput,
            "findings": CountedTextarea(attrs={"rows": 6}),
            "follow_up_due_on": DateInput,
        }
        help_texts = {"met": _("Names and what they do, for example: Ms Liu, project leader; two volunteers")}

    def __init__(self, *args: Any, checklist: Checklist | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checklist = checklist or current()
        self.add_items()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        moment = data.get("visited_at")
        check_due_day(self, clock.localdate(moment) if moment else None)
        return data


def is_plausible(moment: datetime) -> bool:
    """Of this century: what lies near the ends of the calendar cannot even be converted between time zones."""
    return 2000 <= moment.year <= 2099


class SendingForm(forms.Form):
    """What a phone says about what it sends."""

    checklists: ClassVar[Callable[[], dict[int, Checklist]]] = staticmethod(checklists)

    user = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    project = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    key = forms.UUIDField()
    send_key = forms.UUIDField()
    base = forms.IntegerField(min_value=0, max_value=MOST)
    checklist = forms.IntegerField(min_value=1, max_value=MOST)
    device_at = forms.DateTimeField(required=False)
    sent_at = forms.DateTimeField(required=False)

    def clean_checklist(self) -> Checklist:
        found = self.checklists().get(self.cleaned_data["checklist"])
        if found is None:
            raise ValidationError(_("This checklist is not known here."))
        return found

    def clean_device_at(self) -> datetime | None:
        """A phone whose clock has lost its day says nothing of when something was written."""
        moment = self.cleaned_data["device_at"]
        return moment if moment and is_plausible(moment) else None

    @property
    def sending(self) -> Sending:
        found = self.cleaned_data
        return Sending(found["send_key"], found["base"], found["device_at"], found["sent_at"])


class VisitPhotoForm(forms.Form):
    """One photo of a visit that is stored already."""

    key = forms.UUIDField()
    photo = PhotosField(required=True)
