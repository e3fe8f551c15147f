"""Photos of an activity, with what the people on them agreed to."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from core.forms import FilesField, FilesInput
from projects.models import ActivityPhoto

SUFFIXES = (".jpg", ".jpeg", ".png")
ANSWERS = ("caption", "shows_people", "has_consent", "shows_children", "faces_hidden", "is_public")


class PhotoForm(forms.ModelForm):
    class Meta:
        model = ActivityPhoto
        fields = ANSWERS

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("is_public"):
            if data.get("shows_people") and not data.get("has_consent"):
                self.add_error(
                    "has_consent", _("Without the consent of the people on it a photo is not shown to everybody.")
                )
            if data.get("shows_children") and not data.get("faces_hidden"):
                self.add_error(
                    "faces_hidden", _("Children are made unrecognisable before a photo is shown to everybody.")
                )
        return data

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ANSWERS}

    def _post_clean(self) -> None:
        """The constraints are said above, at the fields."""


class PictureField(FilesField):
    """Several pictures; what is none is refused as such, before it is asked whether it is a file that we take."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=FilesInput(attrs={"accept": ",".join(SUFFIXES), "multiple": True}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:  # type: ignore[override]
        given = data if isinstance(data, list | tuple) else [data]
        wrong = [file.name for file in given if file and not file.name.lower().endswith(SUFFIXES)]
        if wrong:
            raise forms.ValidationError(
                _("“%(name)s” cannot be read as a photo. Please send it as JPG or PNG."), params={"name": wrong[0]}
            )
        return super().clean(data, initial)


class PhotosForm(PhotoForm):
    """Several at once with the same answers."""

    files = PictureField(label=_("Photos"), help_text=_("JPG or PNG, several at once, each at most 20 MB"))

    field_order = ("files", *ANSWERS)
