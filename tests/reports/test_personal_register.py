"""The register of personal data is complete: no field of a model and no field of a form is forgotten."""

import re
from importlib import import_module
from inspect import isclass
from pathlib import Path
from pkgutil import walk_packages

import pytest
from django import forms
from django.apps import apps
from django.db.models import QuerySet
from django.utils import translation

from reports.personal.register import KINDS, all_held, purpose_of, why_asked
from reports.personal.retention import RULES

OURS = ("core", "people", "grants", "projects", "evaluations", "reports")
TEXTS = ("CharField", "TextField", "JSONField")
ABOUT_A_PERSON = {
    "name", "phone", "email", "contact", "contact_phone", "contact_email", "person", "guardian", "gender", "birth_year",
    "household", "phone_tail", "leader", "leader_phone", "legal_representative", "bank_account", "present", "chair",
    "met", "who", "employer", "recommended_by", "identity_note", "subject_name", "payee",
}  # fmt: skip
NOT_A_PERSON = {
    # What a thing is called, and choices of somebody who is registered already.
    "ActivityItemForm.name", "ActivityPartnerForm.name", "AddKeyForm.name", "AlternativeForm.name",
    "AssignForm.person", "BureauForm.name", "CorrectForm.person", "CriterionForm.name", "FundForm.name",
    "MilestoneChangeForm.name", "MilestoneForm.name", "NameForm.name", "NewTemplateForm.name",
    "OrganizationForm.name", "PartnerForm.name", "PitchDayForm.name", "PlanStepForm.name", "RenameKeyForm.name",
    "RubricForm.name", "TranchePlanForm.name",
    # Looked for, not kept.
    "ItemForm.who",
}  # fmt: skip


def about_nobody() -> set[tuple[str, str]]:
    lines = (Path(__file__).parent / "about_nobody.txt").read_text(encoding="utf-8").splitlines()
    said = [line.partition(": ") for line in lines if not line.startswith("#")]
    return {(model, name) for model, _colon, names in said for name in names.split()}


def texts() -> set[tuple[str, str]]:
    """Every field of ours that holds words of somebody's choice."""
    return {
        (model._meta.label, field.name)
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.local_concrete_fields
        if field.get_internal_type() in TEXTS and not field.choices
    }


def test_every_text_of_every_model_is_registered_or_about_nobody():
    registered = {(held.model, name) for _kind, held in all_held() for name in held.fields}

    assert sorted(texts() - registered - about_nobody()) == []
    assert sorted(about_nobody() - texts()) == [], "no longer there"
    assert sorted(about_nobody() & registered) == []


@pytest.mark.django_db
@pytest.mark.one_database
def test_everything_the_register_names_exists():
    for _kind, held in all_held():
        for name in (*held.fields, *held.names, *held.phones, *held.emails, *held.gone, *held.masked):
            assert held.of._meta.get_field(name)
        for way in (*held.of_user, *filter(None, [held.funder])):
            assert isinstance(held.of._default_manager.filter(**{way: 1}), QuerySet)


def form_classes() -> set[type]:
    found = set()
    for app in OURS:
        for module in walk_packages(import_module(app).__path__, f"{app}."):
            if ".forms" in module.name or ".views" in module.name:
                found |= {each for each in vars(import_module(module.name)).values() if isclass(each)}
    return {each for each in found if issubclass(each, forms.BaseForm) and each.__module__.startswith(OURS)}


def test_beside_every_field_about_a_person_stands_what_it_is_for():
    silent = sorted(
        f"{form.__name__}.{name}"
        for form in form_classes()
        for name in set(form.base_fields) & ABOUT_A_PERSON
        if not why_asked(form, name) and f"{form.__name__}.{name}" not in NOT_A_PERSON
    )

    assert silent == []


def test_field_about_a_thing_says_nothing():
    class ThingForm(forms.Form):
        name = forms.CharField()

    assert purpose_of(ThingForm()["name"]) == ""


def test_every_kind_says_purpose_ground_and_time_and_sensitive_ones_a_consent_of_their_own():
    for kind in KINDS:
        assert all((kind.name, kind.whose, kind.purpose, kind.basis, kind.seen_by, kind.kept)), kind.key
        assert not kind.sensitive or "单独同意" in kind.basis
    assert len({kind.key for kind in KINDS}) == len(KINDS)


def test_every_rule_of_retention_belongs_to_a_kind():
    assert {rule.kind for rule in RULES} <= {kind.key for kind in KINDS}
    assert len({rule.key for rule in RULES}) == len(RULES)


def test_every_noun_and_field_has_a_chinese_name():
    """Also those that stand on no page: the record of processing and a copy of one's data are read by everybody."""
    with translation.override("zh-hans"):
        names = {name for _kind, held in all_held() for name in (held.noun, *held.labels)}

    assert sorted(name for name in names if re.search("[a-z]{3}", name)) == []


def test_of_everybody_who_is_found_by_name_it_is_said_whose_clerk_may_look():
    found = [held for _kind, held in all_held() if held.names or held.phones or held.emails]

    assert [held.model for held in found if not (held.funder or held.ground)] == []
