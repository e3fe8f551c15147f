"""Forms of objections."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea
from projects.models import Objection


class ObjectionForm(forms.ModelForm):
    """Anybody may object. The field nobody sees catches programs that fill in everything."""

    website = forms.CharField(required=False, label=_("Leave this empty"))

    class Meta:
        model = Objection
        fields = ("name", "contact", "text")
        widgets = {"text": CountedTextarea(attrs={"rows": 8})}


class RulingForm(forms.Form):
    ruling = forms.ChoiceField(label=_("Ruling"), choices=Objection.Ruling.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reasons"), widget=CountedTextarea, max_length=2000)
