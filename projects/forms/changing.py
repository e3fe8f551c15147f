"""Forms of the plan's changes, and of the agreement."""

from typing import Any

from django import forms
from django.forms import modelform_factory
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import CountedTextarea, DateInput, FileField, FilesField, NoteForm, within_a_year
from grants.models import AgreementTemplate
from people.choosing import in_district_of
from people.facts import check_account
from projects.change_problems import day_problems
from projects.changes import as_wish, parts_of, wished_project, wished_rows
from projects.forms.proposal import ProposalForm
from projects.forms.tables import Tables
from projects.models import ChangeRequest, Project
from projects.sections import required_of
from projects.snapshots import as_text

Kind = ChangeRequest.Kind


class ReasonForm(forms.Form):
    """Why, and what proves it."""

    reason = forms.CharField(label=_("Reason"), widget=CountedTextarea, max_length=1000, required=False)
    files = FilesField(label=_("Files that show it"), required=False, help_text=_("Several files, each at most 20 MB"))

    def __init__(self, *args: Any, change: ChangeRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].initial = change.reason
        self.fields["reason"].mark = _("needed to hand in")
        if change.is_optimisation:
            self.fields["reason"].label = _("What you have finished or left as it was, and why")
        if change.kind == Kind.ACCOUNT:
            self.fields["files"].help_text = _("The bank's confirmation of the new account, for the finance office")


class AccountForm(forms.Form):
    """The new account of whoever receives the money."""

    bank_account_name = forms.CharField(label=_("Account name"), max_length=100)
    bank_name = forms.CharField(label=_("Bank"), max_length=100)
    bank_account = forms.CharField(
        label=_("Account number"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )

    def clean_bank_account(self) -> str:
        return check_account(self.cleaned_data["bank_account"])


class EndForm(forms.Form):
    """An early end: the last day."""

    stops_on = forms.DateField(label=_("Last day"), widget=DateInput)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project

    def clean_stops_on(self):
        day = self.cleaned_data["stops_on"]
        if day < clock.today():
            raise forms.ValidationError(_("This day is over."))
        if self.project.ends_on and day >= self.project.ends_on:
            raise forms.ValidationError(_("The project ends on %(day)s anyway.") % {"day": self.project.ends_on})
        return day


class PlanForm(forms.ModelForm):
    """The fields of the plan that a kind of change may touch; a wrong day is said at its field, before it is kept."""

    change: ChangeRequest

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = (data.get(name, getattr(self.instance, name)) for name in ("starts_on", "ends_on"))
        for name, said in day_problems(self.change, first, last) if first and last else ():
            if name in data:
                self.add_error(name, said)
        return data


class ChangeForms:
    """The page on which a request is written: the wish, filled with what is now, and why; kept as a whole."""

    def __init__(self, change: ChangeRequest, data: QueryDict | None = None, files: MultiValueDict | None = None):
        self.change, self.project = change, change.project
        fields, tables = parts_of(change)
        self.reason = ReasonForm(data, files, change=change)
        self.plan = self._plan(fields, data) if fields else None
        self.tables = Tables(self.project, data, names=tables, rows=wished_rows(change)) if tables else None
        self.other: forms.Form | None = None
        other = change.wish.get("other", {})
        if change.kind == Kind.ACCOUNT:
            payee = self.project.payee
            now = {name: getattr(payee, name) for name in AccountForm.base_fields}
            self.other = AccountForm(data, initial=now | other)
        if change.kind == Kind.TERMINATION:
            self.other = EndForm(data, initial=other, project=self.project)

    def _plan(self, fields: tuple[str, ...], data: QueryDict | None) -> forms.ModelForm:
        meta = ProposalForm.Meta
        made = modelform_factory(
            Project,
            form=PlanForm,
            fields=fields,
            widgets={name: widget for name, widget in meta.widgets.items() if name in fields},
            field_classes={name: kind for name, kind in meta.field_classes.items() if name in fields},
        )
        form = made(data, instance=wished_project(self.change))
        form.change = self.change
        if "other_communities" in form.fields:
            near = self.project.community or self.project.applicant.community
            form.fields["other_communities"].queryset = in_district_of(near)
            stored = self.project.other_communities.values_list("pk", flat=True)
            form.initial["other_communities"] = self.change.wish.get("fields", {}).get(
                "other_communities", list(stored)
            )
        required = required_of(self.project.track.form)
        for name, field in form.fields.items():
            field.now = as_text(self.project, name)
            if not field.required and name in required:
                field.mark = _("needed to hand in")
        return form

    @property
    def parts(self) -> list[forms.Form]:
        return [form for form in (self.plan, self.other) if form is not None]

    @property
    def has_errors(self) -> bool:
        """In what is not a table; tables say theirs under their own name."""
        return any(form.errors for form in (*self.parts, self.reason))

    def is_valid(self) -> bool:
        return all([*(form.is_valid() for form in (self.reason, *self.parts)), self._tables_are_valid()])

    def _tables_are_valid(self) -> bool:
        return self.tables is None or self.tables.is_valid()

    def wish(self) -> dict[str, Any]:
        """What was typed, as a request keeps it; call after `is_valid`."""
        values = self.plan.cleaned_data if self.plan else {}
        found = as_wish(values, self.tables.rows() if self.tables else {})
        return found | ({"other": dict(self.other.cleaned_data)} if self.other else {})


class AdviceForm(NoteForm):
    """A mentor's opinion."""

    supports = forms.TypedChoiceField(
        label=_("Your opinion"),
        choices=[("yes", _("I support it")), ("no", _("I do not support it"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    field_order = ("seen", "supports", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, needs_note=True, **{k: v for k, v in kwargs.items() if k != "needs_note"})
        self.fields["note"].label = _("Reason")
        self.fields["note"].help_text = _("Group and funder read it; the funder decides.")
        self.fields["note"].max_length = 1000


class ConsentForm(NoteForm):
    """Approve a wish that lowers a promise: an explicit yes."""

    consents = forms.BooleanField(
        label=_("I agree that what was promised is lowered as shown."),
        error_messages={"required": _("Please say that you agree, or return it to the group.")},
    )


class LookForm(NoteForm):
    """What the finance office has compared."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, needs_note=True, **{k: v for k, v in kwargs.items() if k != "needs_note"})
        self.fields["note"].label = _("What you have checked")
        self.fields["note"].max_length = 300


class DrawUpForm(forms.Form):
    """From which clauses, and between whom."""

    template = forms.ModelChoiceField(
        label=_("Clauses"),
        queryset=AgreementTemplate.objects.none(),
        required=False,
        empty_label=_("The model text of the platform"),
    )
    has_community = forms.BooleanField(label=_("The community of the place is the third party"), required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = AgreementTemplate.objects.usable_by([project.call.funder_id])


class CommunityForm(forms.Form):
    """When the community has signed the paper."""

    signed_on = forms.DateField(label=_("Signed on"), widget=DateInput)


class CopyForm(forms.Form):
    """The scan of the signed paper."""

    scan = FileField(label=_("Scan with all pages and seals"), help_text=_("PDF or picture, at most 20 MB"))

    def clean_scan(self):
        scan = self.cleaned_data["scan"]
        if scan and not scan.name.lower().endswith((".pdf", ".jpg", ".jpeg", ".png", ".ofd")):
            raise forms.ValidationError(
                _("Please hand in a PDF or a picture: text that can be changed proves nothing.")
            )
        return scan


class ConfirmForm(forms.Form):
    """The clerk has looked at the whole scan that stood on the page."""

    read = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    agreed = forms.BooleanField(label=_("I have seen every page and the seal and signature of each party."))


class ProblemForm(forms.Form):
    """What a scan lacks."""

    note = forms.CharField(label=_("What is missing"), max_length=300, widget=CountedTextarea(attrs={"rows": 2}))


class MoreTimeForm(forms.Form):
    """More time to sign."""

    until = forms.DateField(label=_("New last day"), widget=DateInput, validators=[within_a_year])
    note = forms.CharField(
        label=_("Reason"), max_length=300, widget=CountedTextarea(attrs={"rows": 2}),
        help_text=_("The people concerned will read it."),
    )  # fmt: skip
