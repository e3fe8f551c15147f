from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReportTemplateQuerySet(models.QuerySet["ReportTemplate"]):
    def usable(self) -> "ReportTemplateQuerySet":
        return self.filter(archived_at__isnull=True)

    def visible_to(self, user: Any) -> "ReportTemplateQuerySet":
        """Those of the evaluator organisations for which the person works: nobody else reads them."""
        mine = user.organizations_as("manager", "evaluator") if user.is_authenticated else []
        return self.filter(organization__in=mine)


class ReportTemplate(models.Model):
    """Words that an evaluator organisation keeps for its reports and remarks; its own, read by nobody else.

    A list of papers (one a line) takes the place of the platform's in its document checks.
    """

    class Kind(models.TextChoices):
        CONCLUSION = "conclusion", _("Conclusion")
        STRENGTHS = "strengths", _("Strengths")
        PROBLEMS = "problems", _("Problems found")
        ADVICE = "advice", _("Advice")
        SUMMARY = "summary", _("Summary for everybody")
        PAPERS = "papers", _("List of papers to check, one a line")

    organization = models.ForeignKey(
        "people.Organization", verbose_name=_("evaluator"), on_delete=models.PROTECT, related_name="report_templates"
    )
    kind = models.CharField(_("for"), max_length=10, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=60)
    text = models.TextField(_("text"), max_length=3000)
    written_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    archived_at = models.DateTimeField(_("put away at"), null=True, editable=False)

    objects = ReportTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "title", "pk"]
        verbose_name = _("text of an evaluator")
        verbose_name_plural = _("texts of evaluators")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "title"],
                name="template_title_once",
                condition=Q(archived_at=None),
                violation_error_message=_("There is a text of this title already."),
            )
        ]

    def __str__(self) -> str:
        return self.title
