"""Whatever the database refuses, a person reads a sentence: never the name of a constraint."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import F, Model, Q
from django.db.models.constraints import BaseConstraint
from django.forms.models import BaseInlineFormSet, BaseModelForm
from django.urls import get_resolver
from django.utils.translation import override

from core.admin import RecordAdmin
from grants.models import Criterion, Track
from people.models import Organization

APPS = {"core", "people", "grants", "projects", "evaluations", "reports"}


def constraints() -> Iterator[tuple[type[Model], BaseConstraint]]:
    for model in apps.get_models():
        if model._meta.app_label in APPS:
            yield from ((model, constraint) for constraint in model._meta.constraints)


ALL = list(constraints())


def subclasses(base: type) -> Iterator[type]:
    for found in base.__subclasses__():
        yield found
        yield from subclasses(found)


def forms_of(model: type[Model]) -> list[set[str]]:
    """The fields that each form of a model lets a person fill in; a row in a table brings its parent along."""
    assert get_resolver().url_patterns  # every form is defined once the addresses are
    found = [
        set(form.base_fields)
        for form in subclasses(BaseModelForm)
        if getattr(form, "_meta", None) and form._meta.model is model
    ]
    found += [
        {*rows.form.base_fields, rows.fk.name}
        for rows in subclasses(BaseInlineFormSet)
        if getattr(rows, "model", None) is model
    ]
    desk = admin.site._registry.get(model)
    if desk is not None and not isinstance(desk, RecordAdmin):
        found.append(set(flatten_fieldsets(desk.get_fieldsets(None)) if desk.fields else editable(model)))
    inlines = [inline for each in admin.site._registry.values() for inline in each.inlines]
    return found + [editable(model) for inline in inlines if inline.model is model]


def editable(model: type[Model]) -> set[str]:
    return {field.name for field in model._meta.fields if field.editable}


def mentioned(expression) -> set[str]:
    """The fields that a condition speaks of."""
    if isinstance(expression, tuple):
        return {expression[0].split("__")[0]} | mentioned(expression[1])
    if isinstance(expression, F):
        return {expression.name}
    return {name for child in expression.children for name in mentioned(child)} if isinstance(expression, Q) else set()


def asked_of(constraint: BaseConstraint) -> set[str]:
    """The fields that must be in a form before Django checks the constraint there."""
    names = set(getattr(constraint, "fields", ()))
    for expression in getattr(constraint, "expressions", ()):
        names |= {expression.name} if isinstance(expression, F) else set()
    return names | (mentioned(constraint.condition) if constraint.condition else set())


@pytest.mark.parametrize(("model", "constraint"), ALL, ids=[constraint.name for _model, constraint in ALL])
def test_a_constraint_that_a_form_can_reach_says_what_is_wrong(model, constraint):
    reached = any(asked_of(constraint) <= fields for fields in forms_of(model))

    assert constraint.violation_error_message != constraint.default_violation_error_message or not reached


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_sentence_can_be_said(language):
    """A bare per cent sign in a translation would break the page that should show it."""
    with override(language):
        said = [constraint.get_violation_error_message() for _model, constraint in ALL]

    assert all(said)


def test_the_sweep_sees_forms_rows_and_the_back_office():
    """Otherwise the test above would pass by looking at nothing."""
    assert {"cap", "call"} <= set().union(*forms_of(Track))
    assert {"weight", "rubric"} <= set().union(*forms_of(Criterion))
    assert {"credit_code", "status"} <= set().union(*forms_of(Organization))
    assert asked_of(next(c for _model, c in ALL if c.name == "track_share_in_range")) == {"max_share"}
