"""Forms around one project: its files, its mentor, and the list's filter."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.forms import FileField, NoteForm, newest
from grants.models import Call, PaperKind, ServiceField
from people.choosing import MentorField
from people.models import Membership, Role, User
from projects.models import Participant, Project, Stage
from projects.models.submission import PLEDGE


class AttachmentForm(forms.Form):
    """One file to go with the proposal."""

    kind = forms.ChoiceField(label=_("Kind of paper"), choices=PaperKind.choices)
    file = FileField(label=_("File"), help_text=_("PDF, picture or Office file, at most 20 MB"))


class UnchangedField(forms.BooleanField):
    """Hands a returned proposal in again as it was; the page shows it only when that was refused once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Nothing was changed; hand it in all the same"), required=False, **kwargs)


class SubmitForm(NoteForm):
    """Confirm the submission, with the pledge."""

    pledge = forms.BooleanField(
        label=PLEDGE, error_messages={"required": _("Please confirm the pledge before you submit.")}
    )
    unchanged = UnchangedField()


class MentorForm(forms.Form):
    mentor = MentorField(label=_("Mentor"), queryset=Membership.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mentors = Membership.objects.current().filter(role=Role.MENTOR)
        self.fields["mentor"].queryset = mentors.select_related("user", "organization")


def _calls_for(user: User) -> QuerySet[Call]:
    """The calls of one's bureaus, and those in which one has a hand; whoever has no bureau may apply to any."""
    calls = Call.objects.published()
    if not user.bureaus:
        return calls
    mine = list(user.roles)
    own = Project.objects.filter(Q(applicant__in=mine) | Q(host__in=mine)).order_by().values("call")
    helped = Participant.objects.filter(person=user).order_by().values("project__call")
    return calls.filter(Q(funder__in=list(user.bureaus)) | Q(pk__in=own) | Q(pk__in=helped))


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
        self.fields["call"].queryset = newest(_calls_for(user), self.data.get("call")).only("title")
