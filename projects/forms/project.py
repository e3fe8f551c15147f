"""Forms around one project: its files, its mentor, and the list's filter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import FileField, NoteForm, newest
from grants.models import Call, PaperKind, ServiceField
from people.choosing import MentorField
from people.models import Membership, Role, User
from projects.models import Stage
from projects.models.submission import PLEDGE


class AttachmentForm(forms.Form):
    """One file to go with the proposal."""

    kind = forms.ChoiceField(label=_("Kind of paper"), choices=PaperKind.choices)
    file = FileField(label=_("File"), help_text=_("PDF, picture or Office file, at most 20 MB"))


class SubmitForm(NoteForm):
    """Confirm the submission, with the pledge."""

    pledge = forms.BooleanField(
        label=PLEDGE, error_messages={"required": _("Please confirm the pledge before you submit.")}
    )


class MentorForm(forms.Form):
    mentor = MentorField(label=_("Mentor"), queryset=Membership.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mentors = Membership.objects.current().filter(role=Role.MENTOR)
        self.fields["mentor"].queryset = mentors.select_related("user", "organization")


class ProjectFilter(forms.Form):
    """Search and filters of the project list."""

    q = forms.CharField(label=_("Search"), required=False, max_length=60)
    call = forms.ModelChoiceField(
        label=_("Call"), queryset=Call.objects.none(), required=False, empty_label=_("All calls")
    )
    stage = forms.TypedChoiceField(
        label=_("Stage"), choices=[("", _("All stages")), *Stage.choices], coerce=int, required=False, empty_value=None
    )
    field = forms.ModelChoiceField(
        label=_("Service field"), queryset=ServiceField.objects.all(), required=False, empty_label=_("All fields")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["call"].queryset = newest(Call.objects.published(), self.data.get("call"))
