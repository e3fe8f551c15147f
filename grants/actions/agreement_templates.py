"""The clauses of a funder's agreements: a template of one's own, changed edition by edition."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import Refused, record
from grants.models import AgreementEdition, AgreementTemplate
from people.models import Organization, Role, User

Clauses = Sequence[Mapping[str, str]]


@transaction.atomic
def create_template(funder: Organization, *, by: User, name: str, parties: int, clauses: Clauses) -> AgreementTemplate:
    """A template of one's own house, with its first edition."""
    if not by.has_role(funder.pk, Role.STAFF):
        raise PermissionDenied
    if AgreementTemplate.objects.usable_by([funder.pk]).filter(name=name).exists():
        raise Refused(_("This name is taken already."))
    template = AgreementTemplate.objects.create(funder=funder, name=name, parties=parties)
    AgreementEdition.objects.create(template=template, ordinal=1, clauses=list(clauses), made_by=by)
    record(template, "create", by=by, label=_("Agreement template made"))
    return template


@transaction.atomic
def change_template(template: AgreementTemplate, *, by: User, clauses: Clauses, seen: int) -> AgreementEdition | None:
    """Write a new edition; None when nothing has changed. Agreements that are drawn up already keep their text.

    `seen`: the edition that the page showed; when somebody has written another meanwhile, nothing is stored.
    """
    locked = AgreementTemplate.objects.select_for_update(of=("self",)).get(pk=template.pk)
    if locked.is_shared or not by.has_role(locked.funder_id, Role.STAFF):
        raise PermissionDenied
    newest = locked.edition
    ordinal = newest.ordinal if newest else 0
    if seen != ordinal:
        raise Refused(_("Somebody has written edition %(n)s meanwhile. Your text is still below.") % {"n": ordinal})
    if newest and newest.clauses == list(clauses):
        return None
    made = AgreementEdition.objects.create(template=locked, ordinal=ordinal + 1, clauses=list(clauses), made_by=by)
    record(locked, "change", by=by, label=_("Edition %(n)s written") % {"n": made.ordinal})
    return made
