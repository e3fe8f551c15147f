"""Forms of the tables that go in."""

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from reports.models import ImportJob


class TableForm(forms.Form):
    """A file to be checked; what is in it, `send` finds out."""

    file = forms.FileField(
        label=_("Spreadsheet"),
        help_text=_("Excel (.xlsx) or CSV. Nothing is written before you have seen what would change."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={"empty": _("The file is empty.")},
    )

    def clean_file(self) -> UploadedFile:
        upload = self.cleaned_data["file"]
        if upload.size > settings.UPLOAD_MAX_BYTES:
            limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
            raise forms.ValidationError(
                _("The file is larger than %(limit)s. Please split it."), code="too_large", params={"limit": limit}
            )
        return upload


class DecisionForm(forms.Form):
    """What to do about wrong rows."""

    mode = forms.ChoiceField(
        label=_("What to import"),
        choices=ImportJob.Mode.choices,
        initial=ImportJob.Mode.GOOD_ROWS,
        widget=forms.RadioSelect,
    )
