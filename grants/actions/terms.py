"""What calls choose from: rubrics with their editions, and tranche plans; copied, changed, published, proposed."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused, permit, record
from grants.frameworks import Framework
from grants.models import Criterion, Rubric, TranchePlan
from grants.soundness import sums_that_are_wrong
from people.models import Kind, Organization, Role, User


def copy_terms(
    original: Rubric | TranchePlan, *, by: User, owner: Organization, name: str, offered: bool = False
) -> Any:
    """A rubric or tranche plan of one's own house, to be changed: with its criteria and levels, or its instalments
    and gates. What an evaluator proposes is taken over by a funder in this way; `offered`: what a bureau above offers,
    for which `offers.adopt` has asked who may."""
    if not offered and (not may_own(by, owner, type(original)) or not is_open_to(original, owner)):
        raise PermissionDenied
    if names_taken(type(original), owner).filter(name=name).exists():
        raise Refused(_("This name is taken already."))
    with transaction.atomic():
        copy = _copied(original, name=name, **_owned_by(owner))
        record(copy, "copy", by=by, label=_("Copied from “%(name)s”") % {"name": original})
    return copy


def may_own(user: User, owner: Organization, model: type) -> bool:
    """A funder's clerk, or, of score sheets only, an evaluator of an evaluator organisation."""
    if owner.kind == Kind.EVALUATOR:
        return model is Rubric and user.has_role(owner.pk, Role.EVALUATOR)
    return user.has_role(owner.pk, Role.STAFF)


def names_taken(model: Any, owner: Organization) -> models.QuerySet[Any]:
    """The things of this kind whose names a new one of this owner cannot have: its own, and the shared ones."""
    if owner.kind == Kind.EVALUATOR:
        return model.objects.filter(models.Q(evaluator=owner) | models.Q(funder=None, evaluator=None))
    return model.objects.usable_by([owner.pk])


def is_open_to(original: Rubric | TranchePlan, owner: Organization) -> bool:
    """What is shared, one's own, or proposed by an evaluator can be copied."""
    if isinstance(original, Rubric) and original.evaluator_id:
        return original.evaluator_id == owner.pk or original.proposed_at is not None
    return original.funder_id in (None, owner.pk)


def _owned_by(owner: Organization) -> dict[str, Any]:
    """Tranche plans belong to funders only."""
    return {"evaluator": owner, "funder": None} if owner.kind == Kind.EVALUATOR else {"funder": owner}


def _copied(original: Rubric | TranchePlan, **values: Any) -> Any:
    copy = type(original).objects.get(pk=original.pk)
    if isinstance(copy, Rubric):
        values = {"evaluator": None, "edition": 1, "made_from": original} | values
        values |= {"published_at": None, "published_by": None, "proposed_at": None}
    _as_new(copy, **values)
    parts = original.criteria if isinstance(original, Rubric) else original.rules
    for row in parts.all():
        below: list[Any] = list(row.levels.all() if isinstance(row, Criterion) else row.gates.all())
        _as_new(row, **{"rubric" if isinstance(row, Criterion) else "plan": copy})
        for each in below:
            _as_new(each, **{"criterion" if isinstance(row, Criterion) else "rule": row})
    return copy


def _as_new(row: models.Model, **values: Any) -> None:
    row.pk = None
    row._state.adding = True
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def save_terms(thing: Rubric | TranchePlan, saves: Iterable[Callable[[], Any]], *, by: User) -> None:
    """Store a changed rubric or plan with its rows, all or nothing, with one event; only one's own, and only while no
    published call has announced it."""
    with transaction.atomic():
        now = type(thing).objects.select_for_update().get(pk=thing.pk)
        permit("grants.change_terms", by, now)
        for save in saves:
            save()
        record(thing, "change", by=by, label=_("Changed: %(what)s") % {"what": thing.name})


# -- Editions of a framework -----------------------------------------------------------------------


@transaction.atomic
def new_edition(rubric: Rubric, *, by: User) -> Rubric:
    """A draft of the next edition, made from this one; calls and projects that name an edition keep theirs."""
    permit("grants.make_edition", by, rubric)
    list(Rubric.objects.select_for_update().filter(**_family(rubric)))  # hold them; then read what a colleague made
    family = list(Rubric.objects.filter(**_family(rubric)))
    if draft := next((each for each in family if not each.is_announced), None):
        raise Refused(_("Edition %(n)s is not published yet: change that one.") % {"n": draft.edition})
    latest = max(each.edition for each in family)
    made = _copied(rubric, edition=latest + 1, funder=rubric.funder, evaluator=rubric.evaluator)
    record(made, "new_edition", by=by, label=_("Made from “%(name)s”") % {"name": rubric})
    return made


def _family(rubric: Rubric) -> dict[str, Any]:
    return {"name": rubric.name, "funder": rubric.funder_id, "evaluator": rubric.evaluator_id}


def editions(rubric: Rubric) -> models.QuerySet[Any]:
    """All editions of this framework, the newest first."""
    return Rubric.objects.filter(**_family(rubric)).order_by("-edition")


@transaction.atomic
def publish_edition(rubric: Rubric, *, by: User) -> Rubric:
    """From now on this edition is never changed. Refused while its points do not sum to 100."""
    locked = Rubric.objects.select_for_update().get(pk=rubric.pk)
    permit("grants.change_terms", by, locked)
    if wrong := sums_that_are_wrong(locked):
        raise Refused(*wrong)
    locked.published_at, locked.published_by = clock.now(), by
    locked.save(update_fields=["published_at", "published_by"])
    record(locked, "publish", by=by, label=_("Published"))
    return locked


@transaction.atomic
def propose(rubric: Rubric, *, by: User) -> Rubric:
    """An evaluator organisation shows a published edition of its own to funders, who decide whether to take it over."""
    locked = Rubric.objects.select_for_update().get(pk=rubric.pk)
    permit("grants.propose_framework", by, locked)
    locked.proposed_at = clock.now()
    locked.save(update_fields=["proposed_at"])
    record(locked, "propose", by=by, label=_("Proposed to funders"))
    return locked


@transaction.atomic
def ready_framework(framework: Framework, *, by: User | None = None) -> Rubric:
    """The shared edition of a framework that comes with the platform, made the first time somebody wants it."""
    values = {"name": framework.name, "edition": framework.edition, "funder": None, "evaluator": None}
    defaults = {
        "legal_basis": framework.basis,
        "pass_mark": framework.grades["passing"],
        "good_from": framework.grades["good"],
        "excellent_from": framework.grades["excellent"],
        "published_at": clock.now(),
        "published_by": by,
    }
    rubric, created = Rubric.objects.get_or_create(**values, defaults=defaults)
    if created:
        Criterion.objects.bulk_create(Criterion(rubric=rubric, **line) for line in framework.lines)
    return rubric
