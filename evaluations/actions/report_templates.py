"""Words that an evaluator organisation keeps for its reports."""

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused, permit
from evaluations.models import ReportTemplate
from people.models import Organization, User


@transaction.atomic
def keep(
    organization: Organization, *, by: User, kind: str, title: str, text: str, template: ReportTemplate | None = None
) -> ReportTemplate:
    """Write a text down, or another wording of it."""
    kept = template or ReportTemplate(organization=organization, written_by=by)
    permit("evaluations.keep_template", by, kept)
    same = ReportTemplate.objects.usable().filter(organization=organization, kind=kind, title=title.strip())
    if same.exclude(pk=kept.pk).exists():
        raise Refused(_("There is a text of this title already."))
    kept.kind, kept.title, kept.text = kind, title.strip(), text.strip()
    kept.save()
    return kept


@transaction.atomic
def put_away(template: ReportTemplate, *, by: User) -> ReportTemplate:
    """It is offered no more."""
    permit("evaluations.keep_template", by, template)
    template.archived_at = clock.now()
    template.save(update_fields=["archived_at"])
    return template
