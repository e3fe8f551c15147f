"""What residents are asked: a funder's own words, edition after edition."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core.workflow import Refused, permit
from evaluations.models import Questionnaire
from evaluations.questions import OVERALL
from people.models import Organization, Role, User


@transaction.atomic
def publish_questionnaire(funder: Organization, audience: str, *, by: User, values: Mapping[str, Any]) -> Questionnaire:
    """A new edition for these people, in force at once; answers given before keep the one they were given to."""
    permit("evaluations.word_questionnaire", by, funder)
    if not by.has_role(funder.pk, Role.STAFF):
        raise PermissionDenied
    if not any(item["key"] == OVERALL for item in values["items"]):
        raise Refused(_("The question about the whole is always asked: satisfaction is counted from it."))
    Organization.objects.select_for_update(of=("self",)).get(pk=funder.pk)
    mine = Questionnaire.objects.filter(funder=funder, audience=audience)
    version = (mine.aggregate(last=Max("version"))["last"] or 0) + 1
    return Questionnaire.objects.create(funder=funder, audience=audience, version=version, made_by=by, **values)
