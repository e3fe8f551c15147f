"""Which projects somebody sees, and how the database is asked for them."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from core import clock
from core.lately import are_many
from projects.models.participant import Part, Participant
from projects.models.state import FUNDED, NOT_ENDED, WORKING, State

if TYPE_CHECKING:
    from projects.models.project import Project

LONG_TEXTS = (
    *("summary", "features", "needs", "audience", "goals", "method", "risks", "emergency_plan"),
    *("evaluation", "sustainability", "experience"),
)
"""What a proposal says in whole sentences; lists leave it in the database."""
ROW = (
    *("number", "title", "state", "state_since", "due_on", "submitted_at", "amount_requested", "amount_awarded"),
    *("call__code", "applicant__name", "field__name"),
)
DELIVERY = (Part.MENTOR, Part.EVALUATOR)
"""Who from outside sees the work after the award."""
MANY = 1000


def _all() -> "ProjectQuerySet":
    return apps.get_model("projects", "Project").objects.all()


def have_many(funders: Collection[int]) -> bool:
    """Whether these funders were handed in very many projects."""
    key = f"projects:{'-'.join(map(str, sorted(funders)))}"
    return bool(funders) and are_many(key, _all().filter(funder__in=funders, submitted_at__isnull=False), MANY)


def of_funders(funders: Collection[int]) -> Q:
    """Of rows that belong to a project: that it is one of these funders'."""
    handed_in = _all().filter(funder__in=funders, submitted_at__isnull=False)
    return _one_of(handed_in, "project", apart=have_many(funders))


def _one_of(projects: "ProjectQuerySet", path: str, *, apart: bool) -> Q:
    """Of rows that belong to a project, on `path`: that it is one of these.

    `apart`: put for each row, where they are many: a page in the order of the rows is full before many have been asked.
    """
    return Q(Exists(projects.filter(pk=OuterRef(path)).order_by())) if apart else Q((f"{path}__in", projects))


def _sees_much(user) -> bool:
    """Whether a person's funders have: found out once and kept with the user."""
    if not hasattr(user, "_sees_much"):
        user._sees_much = have_many(list(user.roles))
    return user._sees_much


def _taking_part(user, parts):
    return Participant.objects.current().filter(person=user, part__in=parts, is_blind=False, is_waiting=False)


def _ways(user, parts, among: "ProjectQuerySet") -> tuple[models.QuerySet, ...]:
    """The keys of those `among` them that a person sees as `ProjectQuerySet.visible_to` says, each way by its index: as
    their funder, their applicant, their host; who takes part, of all."""
    mine, among = list(user.roles), among.order_by()
    submitted = among.filter(submitted_at__isnull=False)
    return (
        submitted.filter(funder__in=mine).values_list("pk", flat=True),
        among.filter(applicant__in=mine).values_list("pk", flat=True),
        submitted.filter(host__in=mine).values_list("pk", flat=True),
        _taking_part(user, parts).order_by().values_list("project", flat=True),
    )


def _keys(user, parts, among: "ProjectQuerySet"):
    first, *others = _ways(user, parts, among)
    return first.union(*others)


def is_seen_by(project: "Project", user) -> bool:
    """Of one project at hand what `ProjectQuerySet.visible_to` says of all: every page of a project begins with it, and
    asks the database nothing more for the funder and the group."""
    if not user.is_authenticated:
        return False
    mine, handed_in = user.roles, project.submitted_at is not None
    if project.applicant_id in mine or (handed_in and (project.funder_id in mine or project.host_id in mine)):
        return True
    return _taking_part(user, Part.values).filter(project=project.pk).exists()


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user) -> "ProjectQuerySet":
        """Its applicant and host, its funder (once submitted), and whoever coaches, judges or evaluates it now.

        Not who judges it blind: they read a veiled copy (`projects.blinding`), and nothing else. Nor who is asked to
        judge it and has not said yet whether anything ties them to it.
        """
        return self._seen_by(user, Part.values)

    def delivery_visible_to(self, user) -> "ProjectQuerySet":
        """The same without the experts, who judge the proposal and see nothing of the work that follows."""
        return self._seen_by(user, DELIVERY)

    def _seen_by(self, user, parts) -> "ProjectQuerySet":
        if not user.is_authenticated:
            return self.none()
        if not _sees_much(user):  # few: found by their keys, whatever else there is
            return self.filter(pk__in=_keys(user, parts, _all()))
        mine, taking_part = list(user.roles), _taking_part(user, parts)
        return self.filter(  # a good part of all: passed by in the order of the list until the page is full
            Q(applicant__in=mine)
            | (Q(host__in=mine) & Q(submitted_at__isnull=False))
            | (Q(funder__in=mine) & Q(submitted_at__isnull=False))
            | Q(pk__in=taking_part.order_by().values("project"))
        )

    def listed_for(self, user) -> "ProjectQuerySet":
        """As `visible_to`, for a page in the order of time."""
        return self._in_order(user, Part.values)

    def delivery_listed_for(self, user) -> "ProjectQuerySet":
        """As `delivery_visible_to`, for such a page."""
        return self._in_order(user, DELIVERY)

    def _in_order(self, user, parts) -> "ProjectQuerySet":
        """Whoever sees what one funder was handed in, much of it, and nothing else, by the index that has it in order.

        For such a page only: SQLite takes each funder to have as many as the average, and would begin with them
        wherever else they are asked for.
        """
        if user.is_authenticated and len(user.roles) == 1 and _sees_much(user):
            _as_funder, first, *others = _ways(user, parts, _all())
            if not first.union(*others).exists():
                return self.filter(funder__in=user.roles, submitted_at__isnull=False)
        return self._seen_by(user, parts)

    def bulk_create(self, objs, *args, **kwargs):
        """Each under the funder of its call, as `save` has it."""
        objs = list(objs)
        for project in objs:
            project.funder_id = project.call.funder_id
        return super().bulk_create(objs, *args, **kwargs)

    def in_states_for(self, user, states: Collection[str], parts: Collection[str] = Part.values) -> "ProjectQuerySet":
        """What this person may see in these states. `parts`: who takes part and sees them as well.

        As a rule these are few and found by their keys, whatever else there is; PostgreSQL would guess from all states
        of all bureaus how many of one bureau go on, and look for them through everything that has ended.
        """
        if not user.is_authenticated:
            return self.none()
        first, *others = _ways(user, parts, _all().filter(state__in=states))
        keys = list(first.union(*others, all=True)[: MANY + 1])
        seen = self.filter(pk__in=keys) if len(keys) <= MANY else self._seen_by(user, parts)
        return seen.filter(state__in=states)

    def not_ended_for(self, user) -> "ProjectQuerySet":
        """What this person may see and has not ended."""
        return self.in_states_for(user, NOT_ENDED)

    def in_delivery_for(self, user) -> "ProjectQuerySet":
        """Whose work goes on now, of those whose delivery this person may see: what a calendar is chosen for."""
        return self.in_states_for(user, WORKING, DELIVERY)

    def seen_in_delivery(self, user, path: str) -> Q:
        """Of rows that belong to a project, on `path`: that this person may see it as `delivery_visible_to` says."""
        sees_much = user.is_authenticated and _sees_much(user)
        return _one_of(self.delivery_visible_to(user), path, apart=sees_much)

    def staked_by(self, user) -> "ProjectQuerySet":
        """Handed in by a group, or through a host, to which the person belongs in any role."""
        mine = list(user.roles) if user.is_authenticated else []
        handed_in = _all().filter(submitted_at__isnull=False).order_by()
        through_a_host = handed_in.filter(host__in=mine).values("pk")  # apart: of both together SQLite reads all
        return self.filter(pk__in=handed_in.filter(applicant__in=mine).values("pk").union(through_a_host))

    def paid_through(self, organizations: Collection[int]) -> "ProjectQuerySet":
        """Whose money one of these receives: as the host, else as the applicant. By their keys, each by its index."""
        hosted = _all().filter(host__in=organizations).order_by().values("pk")
        own = _all().filter(host=None, applicant__in=organizations).order_by().values("pk")
        return self.filter(pk__in=hosted.union(own))

    def counted_in_public(self) -> "ProjectQuerySet":
        """What is handed in is public as a number once the call is closed: before, it would tell people their odds."""
        return self.filter(
            submitted_at__isnull=False, call__published_at__isnull=False, call__closes_at__lte=clock.now()
        )

    def without_texts(self) -> "ProjectQuerySet":
        """What a line in a list of things to do says of a project, of no other table."""
        return self.defer(*LONG_TEXTS)

    def with_names(self) -> "ProjectQuerySet":
        """What every list shows, in one query, without the long texts."""
        related = ("call", "call__funder", "track", "applicant", "field", "community")
        return self.without_texts().select_related(*related).defer("call__guidelines")

    def their(self, relation: str) -> models.QuerySet:
        """The calls, communities, service fields (`relation` names it) that these projects have, each once.

        Each is asked for apart whether it has one: the first that is found is enough, however many there are.
        """
        model = self.model._meta.get_field(relation).related_model
        return model._default_manager.filter(Exists(self.order_by().filter(**{relation: OuterRef("pk")})))

    def as_rows(self) -> "ProjectQuerySet":
        """What a row of a long list shows and no more: making objects of columns is most of what its rows take."""
        return self.select_related(None).select_related("call", "applicant", "field").only(*ROW)

    def draft_of(self, applicant, call) -> "Project | None":
        """The proposal that an applicant is writing in a call: the newest, when there are several."""
        return (
            self.filter(applicant=applicant, call=call, state__in=[State.DRAFT, State.RETURNED]).order_by("-pk").first()
        )

    def funded(self) -> "ProjectQuerySet":
        return self.filter(state__in=FUNDED)

    def completed(self) -> "ProjectQuerySet":
        return self.filter(state=State.COMPLETED)
