"""A funder's own consent text."""

from django import forms

from core.forms import CountedTextarea
from projects.models import ConsentText


class ConsentTextForm(forms.ModelForm):
    class Meta:
        model = ConsentText
        fields = ("text", "keep_months")
        widgets = {"text": CountedTextarea(attrs={"rows": 12})}
