"""What administrators set up: accounts and roles (security), organisations and communities (system); who does which is
in `people.rules`."""

from datetime import date, timedelta
from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401
import django_tasks_db.admin  # noqa: F401
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    ReadOnlyPasswordHashField,
    ReadOnlyPasswordHashWidget,
    UserChangeForm,
)
from django.contrib.auth.hashers import is_password_usable
from django.contrib.auth.models import Group
from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from core import clock
from core.admin import Reading, RecordAdmin
from core.forms import LONG_AGO
from core.identifiers import validate_credit_code, validate_filing_number
from core.masking import mask_email, mask_phone
from core.workflow import disclosed, record
from people import sessions
from people.account_forms import rules_of_a_first_password
from people.actions import check_phone
from people.actions.organizations import BANK
from people.adapter import MobileField
from people.models import (
    Administrator,
    Certificate,
    Community,
    CouncilMember,
    Membership,
    Organization,
    SignInGuard,
    User,
)

# One door for everybody: its limits, its second factor, its log.
admin.site.login = secure_admin_login(admin.site.login)
admin.site.password_change = lambda request, extra_context=None: redirect("account_change_password")
admin.site.site_header = admin.site.site_title = _("Platform administration")
# What a person may do comes from memberships and offices, never from groups.
admin.site.unregister(Group)
# What the libraries keep is changed on our own pages, by our own rules.
admin.site.unregister([
    Authenticator, DBTaskResult, EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession,
])  # fmt: skip


class PhoneForm(forms.ModelForm):
    """The mobile number signs in, so it is checked here as everywhere."""

    phone = MobileField(label=_("Mobile phone"), required=False)

    def clean_phone(self) -> str | None:
        """Whoever keeps accounts does not sign in with somebody else's number, and is not told to."""
        try:
            return check_phone(self.cleaned_data["phone"], apart_from=self.instance.pk)
        except forms.ValidationError as wrong:
            if wrong.code == "taken":
                raise forms.ValidationError(_("Another account has this number already."), code="taken") from None
            raise


class PasswordKept(ReadOnlyPasswordHashWidget):
    """Whether there is one, and the way to another; how it is kept is nobody's business."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        usable = is_password_usable(value)
        said = _("A password is set.") if usable else _("There is no password yet.")
        return super().get_context(name, value, attrs) | {"summary": [{"label": said}]}


class PersonChangeForm(PhoneForm, UserChangeForm):
    password = ReadOnlyPasswordHashField(label=_("password"), widget=PasswordKept)

    class Meta(UserChangeForm.Meta):
        model = User


WITHOUT_PASSWORD = _("Without a password, this person comes in through the account service of their authority only.")
PASSWORD_TAKEN_AWAY = _(
    "Without a password, this person comes in through the account service of their authority only. A password that is "
    "set ceases to hold."
)


class PersonCreationForm(PhoneForm, AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "name", "phone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["usable_password"].help_text = WITHOUT_PASSWORD
        self.fields["password1"].help_text = rules_of_a_first_password()

    def save(self, commit: bool = True) -> User:
        """A first password that somebody else knows is changed at the first sign-in."""
        self.instance.must_change_password = True
        return super().save(commit)


class NewPasswordForm(AdminPasswordChangeForm):
    """Set by an administrator, so it holds for one sign-in; the person's sessions end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "usable_password" in self.fields:  # where there is a password that can be taken away
            self.fields["usable_password"].help_text = PASSWORD_TAKEN_AWAY

    def save(self, commit: bool = True) -> User:
        self.user.must_change_password = True
        sessions.end_sessions(self.user)
        return super().save(commit)


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Accounts. What a person may do on the platform comes from memberships, not from here."""

    form = PersonChangeForm
    add_form = PersonCreationForm
    change_password_form = NewPasswordForm
    list_display = ("username", "name", "phone_shown", "email_shown", "is_active", "must_change_password", "last_login")
    list_filter = ("is_active", "must_change_password", "is_superuser")
    search_fields = ("username", "name", "phone", "email")
    ordering = ("name", "pk")
    filter_horizontal = ()
    readonly_fields = ("identity_tail", "last_login", "date_joined", "password_set_at", "must_change_password")

    @admin.display(description=_("phone"))
    def phone_shown(self, user: User) -> str:
        """Whole on the page of the account only, where opening it is kept for its owner to read."""
        return mask_phone(user.phone or "")

    @admin.display(description=_("e-mail"))
    def email_shown(self, user: User) -> str:
        return mask_email(user.email or "")

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        shown = super().changelist_view(request, *args, **kwargs)  # refused to whoever may not
        disclosed("accounts", by=request.user, label=_("List of accounts seen in the administration"))
        return shown

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        shown = super().change_view(request, object_id, *args, **kwargs)
        if object_id.isdecimal():
            label = _("An account seen in the administration")
            disclosed("accounts", by=request.user, label=label, person=int(object_id))
        return shown

    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("name", "phone", "email", "identity_tail")}),
        (_("Sign-in"), {"fields": ("is_active", "must_change_password", "password_set_at")}),
        (_("Important dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "name", "phone", "usable_password", "password1", "password2"),
            },
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody takes over the account of the installation: it is ended by manage.py."""
        mine = obj is None or not obj.is_superuser or request.user.is_superuser
        return mine and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change:
            if "is_active" in form.changed_data:
                said = _("Account opened again") if obj.is_active else _("Account closed")
                record(obj, "account_active", by=request.user, label=str(said))
                sessions.end_sessions(obj)
        else:
            record(obj, "account_created", by=request.user, label=str(_("Account created by an administrator")))

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> Any:
        if request.path.endswith("/password/"):
            record(obj, "password_set", by=request.user, label=str(_("Password set by an administrator")))
        return super().log_change(request, obj, message)


class MembershipForm(forms.ModelForm):
    """A mistyped year would tie a person to an organisation before it was there, or keep a role for centuries.

    What stands there already is asked about only when it is changed: else an old slip could not be ended.
    """

    MOST_YEARS = 10

    class Meta:
        model = Membership
        fields = ("user", "organization", "role", "since", "until")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        organization = data.get("organization")
        founded = organization.established_on if organization else None
        since, until = data.get("since"), data.get("until")
        if since and since != self.instance.since:
            self._check("since", since, founded, years=1)
        if until and until != self.instance.until:
            self._check("until", until, since or founded, years=self.MOST_YEARS)
        return data

    def _check(self, name: str, day: date, first: date | None, *, years: int) -> None:
        if day < LONG_AGO:
            self.add_error(name, _("This day is too long ago."))
        elif first and day < first:
            said = (
                _("Must not be before the beginning.")
                if name == "until"
                else _("The organisation was not founded then.")
            )
            self.add_error(name, said)
        elif day > clock.today() + timedelta(days=366 * years):
            self.add_error(name, _("This is far ahead: please check the year."))


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    """Who holds which role: the security administrator gives and ends them. Ended by a day, never deleted."""

    form = MembershipForm
    list_display = ("user", "organization", "role", "since", "until")
    list_filter = ("role", "organization__kind")
    list_select_related = ("user", "organization")
    search_fields = ("user__name", "user__username", "organization__name")
    autocomplete_fields = ("user", "organization")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        User.objects.select_for_update().get(pk=obj.user_id)  # against an office given at the same moment
        super().save_model(request, obj, form, change)
        said = _("Role changed by an administrator") if change else _("Role given by an administrator")
        record(obj.user, "role", by=request.user, label=str(said), note=str(obj))


@admin.register(Administrator)
class AdministratorAdmin(RecordAdmin):
    """Given and ended on the page of accounts and safety, with a reason."""

    list_display = ("office", "user", "since")
    list_select_related = ("user",)


@admin.register(SignInGuard)
class SignInGuardAdmin(RecordAdmin):
    """Where signing in fails just now. Whoever has come in since is counted from nothing, and is not on the list."""

    list_display = ("__str__", "kind", "failures", "last_at", "locked_until")
    list_filter = ("kind",)
    list_select_related = ("user",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(Q(failures__gt=0) | Q(locked_until__gt=timezone.now()))


class MembershipInline(admin.TabularInline):
    """Roles are ended by a day, never deleted: who has just left is still biased."""

    model = Membership
    form = MembershipForm
    extra = 0
    autocomplete_fields = ("user",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class CouncilInline(admin.TabularInline):
    model = CouncilMember
    extra = 0


class OrganizationAdminForm(forms.ModelForm):
    """Numbers are checked here as everywhere, and stored in one way of writing."""

    credit_code = forms.CharField(label=_("Unified social credit code"), max_length=60, required=False)
    filing_number = forms.CharField(label=_("Filing number"), max_length=60, required=False)

    def clean_credit_code(self) -> str:
        number = self.cleaned_data["credit_code"]
        return validate_credit_code(number) if number else ""

    def clean_filing_number(self) -> str:
        number = self.cleaned_data["filing_number"]
        return validate_filing_number(number) if number else ""


@admin.register(Organization)
class OrganizationAdmin(Reading):
    form = OrganizationAdminForm
    list_display = ("name", "kind", "status", "known_by", "community")
    list_filter = ("kind", "status")
    list_select_related = ("community",)
    search_fields = ("name", "credit_code", "filing_number")
    autocomplete_fields = ("host", "community")
    inlines = (MembershipInline, CouncilInline)
    view_on_site = False  # what an administrator may not read there

    @admin.display(description=_("credit code or filing number"))
    def known_by(self, organization: Organization) -> str:
        return organization.number

    def get_exclude(self, request: HttpRequest, obj: Organization | None = None) -> tuple[str, ...]:
        """Where money goes is the organisation's own affair, and is not shown here either."""
        return BANK

    def save_model(self, request: HttpRequest, obj: Organization, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and form.changed_data:
            record(
                obj,
                "change",
                by=request.user,
                label=_("Details changed"),
                changes=dict.fromkeys(form.changed_data, True),
            )


@admin.register(Community)
class CommunityAdmin(admin.ModelAdmin):
    list_display = ("region_code", "name", "street", "district", "population")
    list_filter = ("district",)
    search_fields = ("region_code", "name", "street")


@admin.register(Certificate)
class CertificateAdmin(admin.ModelAdmin):
    list_display = ("number", "user", "level", "issued_on", "registered_until")
    list_filter = ("level",)
    list_select_related = ("user",)
    search_fields = ("number", "user__name", "user__username")
    autocomplete_fields = ("user",)
