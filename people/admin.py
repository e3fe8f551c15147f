"""What an administrator sets up: people, organisations that cannot register themselves, communities."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportModelAdmin

from core.identifiers import validate_credit_code, validate_filing_number
from core.workflow import disclosed
from people.actions import check_phone
from people.adapter import MobileField
from people.models import Certificate, Community, CouncilMember, Membership, Organization, User
from people.resources import CommunityResource


class PhoneForm(forms.ModelForm):
    """The mobile number signs in, so it is checked here as everywhere."""

    phone = MobileField(label=_("Mobile phone"), required=False)

    def clean_phone(self) -> str | None:
        return check_phone(self.cleaned_data["phone"], apart_from=self.instance.pk)


class PersonChangeForm(PhoneForm, UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User


class PersonCreationForm(PhoneForm, AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "name", "phone")


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Accounts. What a person may do on the platform comes from memberships, not from here."""

    form = PersonChangeForm
    add_form = PersonCreationForm
    list_display = ("username", "name", "phone", "email", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("username", "name", "phone", "email")
    ordering = ("name", "pk")
    readonly_fields = ("identity_tail", "last_login", "date_joined")

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        disclosed("accounts", by=request.user, label=_("List of accounts seen in the administration"))
        return super().changelist_view(request, *args, **kwargs)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        if object_id.isdecimal():
            label = _("An account seen in the administration")
            disclosed("accounts", by=request.user, label=label, person=int(object_id))
        return super().change_view(request, object_id, *args, **kwargs)

    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("name", "phone", "email", "identity_tail")}),
        (
            _("Platform administration"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
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


class MembershipInline(admin.TabularInline):
    """Roles are ended by a day, never deleted: who has just left is still biased."""

    model = Membership
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
class OrganizationAdmin(admin.ModelAdmin):
    form = OrganizationAdminForm
    list_display = ("name", "kind", "status", "number", "community")
    list_filter = ("kind", "status")
    list_select_related = ("community",)
    search_fields = ("name", "credit_code", "filing_number")
    autocomplete_fields = ("host", "community")
    inlines = (MembershipInline, CouncilInline)


@admin.register(Community)
class CommunityAdmin(ImportExportModelAdmin):
    resource_classes = (CommunityResource,)
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
