"""What a choice is called: as Django says it, without translating the names of all others each time."""

from functools import partialmethod

from django.apps import apps
from django.utils import translation

from core.apps import name_choices_quickly
from projects.models import Project


def test_every_choice_has_the_name_that_django_gives_it():
    wrong = []
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if not (field.choices and hasattr(model, f"get_{field.name}_display")):
                continue
            for value in (*dict(field.flatchoices), None, "something else"):
                one = model()
                one.__dict__[field.attname] = value
                if getattr(one, f"get_{field.name}_display")() != one._get_FIELD_display(field):
                    wrong.append((model, field.name, value))

    assert wrong == []


def test_the_name_follows_the_language_and_no_model_is_left_out():
    project = Project(state="submitted")
    with translation.override("en"):
        english = project.get_state_display()

    assert (english, project.get_state_display()) == ("Submitted", "已提交")
    ours = [model for model in apps.get_models() if model.__module__.startswith(("projects.", "people.", "grants."))]
    assert not [name for model in ours for name, one in vars(model).items() if _is_djangos(name, one)]


def test_whoever_has_a_name_of_their_own_keeps_it():
    class Own:
        _meta = Project._meta

        def get_state_display(self):
            return "mine"

    name_choices_quickly(Own)

    assert Own().get_state_display() == "mine"


def _is_djangos(name, one):
    return name.startswith("get_") and name.endswith("_display") and isinstance(one, partialmethod)
