"""What people are told before they agree: a funder's own words, version after version."""

from collections.abc import Mapping
from typing import Any

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core.workflow import record
from people.models import Organization, Role, User
from projects.models import ConsentText


@transaction.atomic
def publish_text(funder: Organization, purpose: str, *, by: User, values: Mapping[str, Any]) -> ConsentText:
    """A new version, in force for everybody who agrees from now on; earlier consents keep theirs."""
    if not rules.has_perm("projects.word_consent", by) or not by.has_role(funder.pk, Role.STAFF):
        raise PermissionDenied
    Organization.objects.select_for_update(of=("self",)).get(pk=funder.pk)
    texts = ConsentText.objects.filter(funder=funder, purpose=purpose)
    version = (texts.aggregate(n=Max("version"))["n"] or 0) + 1
    made = ConsentText.objects.create(funder=funder, purpose=purpose, version=version, made_by=by, **values)
    record(made, "publish_text", by=by, label=_("Consent text, version %(n)s") % {"n": version})
    return made
