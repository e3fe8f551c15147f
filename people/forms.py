"""Forms of people and organisations."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SignupDetailsForm(forms.Form):
    """What django-allauth adds to its sign-up form."""

    name = forms.CharField(label=_("Your name"), max_length=60)

    def signup(self, request, user):
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
