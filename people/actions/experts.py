"""The roster of experts (专家库): kept by the funders' clerks."""

from collections.abc import Collection

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import Refused, record
from people.models import Expert, Expertise, Skill, User


@transaction.atomic
def save_expert(
    person: User,
    *,
    by: User,
    employer: str,
    title: str,
    max_load: int,
    skills: Collection[str],
    is_active: bool = True,
) -> Expert:
    """Put a person on the roster, or change the line. Refused without a field of expertise.

    Whoever is on it may be asked; whether they may judge a certain project is another question.
    """
    if not rules.has_perm("people.keep_roster", by):
        raise PermissionDenied
    if not skills or not set(skills) <= set(Expertise.values):
        raise Refused(_("Please choose at least one field of expertise."))
    values = {"employer": employer.strip(), "title": title.strip(), "max_load": max_load, "is_active": is_active}
    expert, created = Expert.objects.update_or_create(
        person=person, defaults=values, create_defaults=values | {"added_by": by}
    )
    expert.skills.exclude(kind__in=skills).delete()
    for kind in skills:
        Skill.objects.get_or_create(expert=expert, kind=kind)
    record(expert, "save", by=by, label=_("Put on the roster") if created else _("Line of the roster changed"))
    return expert
