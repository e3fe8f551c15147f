"""A proposal written down as text, the way `projects.comparison` reads it."""

from typing import Any

from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _

from core.fields import MoneyField
from core.masking import mask_account, mask_phone
from core.models import Attachment
from core.money import yuan
from core.templatetags.core import points
from grants.models import PaperKind
from projects.models import Project, Recommendation
from projects.sections import fields_of, tables_of

SKIPPED_COLUMNS = {"id", "project", "position", "cut", "cut_reason", "cut_before"}


def kept(project: Project) -> dict[str, Any]:
    """The same as `Submission` and `PlanVersion` keep it: labels in Chinese, whatever language the screen is in."""
    with translation.override("zh-hans"):
        return snapshot(project)


def snapshot(project: Project) -> dict[str, Any]:
    """The fields and tables of the project's form, each value as a person reads it, in the language of the screen."""
    form = project.track.form
    steps = steps_by_key(project)
    fields = {name: as_text(project, name) for name in fields_of(form)}
    tables = {
        name: [
            {"key": row.key}
            | {column: as_text(row, column) for column in columns_of(type(row))}
            | ({"step_key": steps.get(row.step_key, "")} if name == "budget_lines" else {})
            for row in getattr(project, name).all()
        ]
        for name in tables_of(form)
    }
    return {"fields": fields, "tables": tables | _beside_the_form(project)}


def _beside_the_form(project: Project) -> dict[str, list[dict[str, str]]]:
    """What goes with the form: the applicant, papers, explanations, recommendations; `sections.BESIDE` names them.

    A paper is known by its bytes, so that the same file handed in again is no change.
    """
    kinds = dict(PaperKind.choices)
    files = Attachment.objects.of(project)
    return {
        "applicant": [applicant_row(project)],
        "papers": [
            {"key": f"{file.kind}:{file.sha256}", "kind": str(kinds.get(file.kind, "")), "name": file.name,
             "sha256": file.sha256}
            for file in {(file.kind, file.sha256): file for file in files}.values()
        ],
        "explanations": [
            {"key": f"{said.rule_id}:{said.limit_id}", "rule": str(said.rule or said.limit), "text": said.text}
            for said in project.explanations.select_related("rule", "limit")
        ],
        "recommendations": [
            {"key": str(found.pk), "community": str(found.community), "supports": _answer(found), "text": found.text}
            for found in project.recommendations.select_related("community")
        ],
    }  # fmt: skip


def applicant_row(project: Project) -> dict[str, str]:
    """What the profile says of the applicant now; a change of phone or account is seen in what the mask leaves."""
    applicant, payee = project.applicant, project.payee
    rating = applicant.ratings.order_by("-granted_on", "-pk").first()
    return {
        "key": str(applicant.pk),
        "name": applicant.name,
        "number": applicant.number,
        "authority": applicant.authority,
        "legal_representative": applicant.legal_representative,
        "phone": mask_phone(applicant.phone),
        "address": applicant.address,
        "payee": payee.name,
        "account": " ".join(filter(None, [payee.bank_name, mask_account(payee.bank_account)])),
        "rating": f"{rating.level}A · {rating.granted_on}" if rating else "",
        "profile": applicant.profile,
    }


def _answer(recommendation: Recommendation) -> str:
    if recommendation.supports is None:
        return _("asked")
    return _("supports it") if recommendation.supports else _("does not support it")


def steps_by_key(project: Project) -> dict[str, str]:
    """The names of the plan's steps, by the key under which budget lines refer to them."""
    return dict(project.plan_steps.values_list("key", "name"))


def columns_of(model: type[models.Model]) -> list[str]:
    """The columns of a table of the proposal that a person reads."""
    names = [field.name for field in model._meta.concrete_fields]
    return [name for name in names if name not in SKIPPED_COLUMNS and name != "key"]


def as_text(thing: models.Model, name: str) -> str:
    """A field's value as it is read: the label of a choice, an amount with its commas, nothing for nothing."""
    field = thing._meta.get_field(name)
    if field.many_to_many:
        return "、".join(str(each) for each in getattr(thing, name).all())
    if getattr(field, "choices", None):
        return str(getattr(thing, f"get_{name}_display")())
    value = getattr(thing, name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, MoneyField):
        return yuan(value)
    if isinstance(field, models.DecimalField):
        return points(value)
    return str(value)
