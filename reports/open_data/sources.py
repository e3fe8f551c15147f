"""What of the platform is public as data, read from the database: the only place that decides it.

An award is public when the list it stood in was put to public notice and an approver has made it; one that was given
up before its agreement is no award any more. Nothing of a person is read into a record: texts pass the mask of public
pages, with the names that the project itself knows.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils import timezone, translation

from core import clock
from core.masking import mask_text
from core.models import Event
from grants.models import Call, LedgerEntry
from people.models import Organization
from projects.models import NoticeEntry, PlanVersion, Project
from projects.models.state import FUNDED, State
from reports.open_data.identifiers import award_uuid, is_of_call, opportunity_uuid
from reports.open_data.records import Award, Lane, Opportunity, Party, Publisher, Status, modified_at

LANGUAGE = "zh-hans"
CALL_MOMENTS = ("published_at", "concluded_at", "opens_at", "closes_at")
PIECE = 500
"""So many records are in memory at once."""

_TEXTS = ("features", "needs", "audience", "goals", "method", "risks", "emergency_plan", "evaluation", "experience")
_NOT_READ = (*_TEXTS, "sustainability", "call__guidelines", "applicant__profile", "host__profile")


def publisher(base: str = "") -> Publisher:
    """Who publishes, by the settings; `base` is the address under which a request reached us, if there is one."""
    return Publisher(
        name=str(settings.OPEN_DATA_PUBLISHER),
        prefix=settings.OPEN_DATA_PREFIX,
        licence=settings.OPEN_DATA_LICENCE,
        licence_name=settings.OPEN_DATA_LICENCE_NAME,
        base=settings.SITE_URL or base.rstrip("/"),
    )


# -- Awards ----------------------------------------------------------------------------------------


def awards() -> QuerySet[Project]:
    """The projects whose awards are public, with `modified`: when anything that is published of one last changed."""
    noticed = NoticeEntry.objects.filter(project=OuterRef("pk"))
    paid = LedgerEntry.objects.filter(reference=OuterRef("number"), kind__in=["pay", "reverse"]).order_by()
    planned = PlanVersion.objects.filter(project=OuterRef("pk")).order_by()
    latest_pay = Subquery(paid.values("reference").annotate(last=Max("at")).values("last"))
    latest_plan = Subquery(planned.values("project").annotate(last=Max("approved_at")).values("last"))
    return (
        Project.objects.filter(
            Exists(noticed), state__in=FUNDED, approved_at__isnull=False, call__published_at__isnull=False
        )
        .order_by("number")
        .annotate(
            modified=Greatest(
                "state_since",
                "approved_at",
                Coalesce(latest_pay, F("approved_at")),
                Coalesce(latest_plan, F("approved_at")),
            )
        )
    )


def last_change() -> datetime | None:
    """When anything in the data last changed, also that an award was given up and is no longer in it or that a call
    opened or closed; None while there is nothing."""
    given_up = Project.objects.filter(state=State.FORFEITED, approved_at__isnull=False)
    moments = [
        awards().aggregate(last=Max("modified"))["last"],
        given_up.aggregate(last=Max("state_since"))["last"],
        calls_changed(),
    ]
    return max((at for at in moments if at), default=None)


def number_of(uuid: UUID | None, prefix: str) -> str | None:
    """The number of the public award with this UUID: among the awards of the call that it says it is of."""
    if uuid is None:
        return None
    for code in Call.objects.published().values_list("code", flat=True):
        if is_of_call(uuid, prefix, code):
            numbers = awards().filter(call__code=code).order_by().values_list("number", flat=True)
            return next((one for one in numbers if award_uuid(prefix, code, one) == uuid), None)
    return None


def with_all(found: QuerySet[Project]) -> QuerySet[Project]:
    """With everything that a record is made of, in a number of queries that does not grow."""
    events = Event.objects.filter(content_type=ContentType.objects.get_for_model(Project), object_id=OuterRef("pk"))
    notice = NoticeEntry.objects.filter(project=OuterRef("pk")).order_by("-notice_id").values("notice_id")[:1]
    return (
        found.select_related("call__funder", "call__fund", "applicant", "host", "field", "community")
        .prefetch_related("other_communities", "team")
        .defer(*_NOT_READ)
        .annotate(
            begun_at=Subquery(events.filter(name="start").order_by("-at").values("at")[:1]),
            stopped_at=Subquery(
                events.filter(name__in=["request_closing", "terminate"]).order_by("-at").values("at")[:1]
            ),
            notice_id=Subquery(notice),
        )
    )


def each_award(found: QuerySet[Project] | None = None) -> Iterator[Award]:
    """Every public award (or those of `found`), one after the other, never all in memory."""
    projects = with_all(awards() if found is None else found)
    with translation.override(LANGUAGE):
        for project in projects.iterator(chunk_size=PIECE):
            yield read_award(project)


def read_award(project) -> Award:
    """The record of a project from `with_all`."""
    call = project.call
    places = [project.community, *project.other_communities.all()]
    ended = project.state in (State.COMPLETED, State.TERMINATED)
    return Award(
        number=project.number,
        title=mask_text(project.title),
        description=mask_text(project.summary, _names(project)) or mask_text(project.title),
        status=_STATUS.get(project.state, Status.AWARDED),
        call_code=call.code,
        call_title=call.title,
        call_page=call.get_absolute_url(),
        year=call.fund.year,
        source=call.fund.get_source_display(),
        field=project.field.name if project.field else "",
        places=tuple(dict.fromkeys(f"{one.district}{one}" for one in places if one)),
        funder=_party(call.funder),
        recipient=_party(project.applicant),
        host=_party(project.host) if project.host and project.applicant.is_filed else None,
        requested=project.amount_requested,
        awarded=project.amount_awarded,
        paid=project.amount_paid,
        approved_at=project.approved_at,
        planned_from=project.starts_on,
        planned_until=project.ends_on,
        started_on=_day(project.begun_at),
        ended_on=_day(project.stopped_at) if ended and project.begun_at else None,
        page=_page(project),
        modified=project.modified,
    )


_STATUS = {State.COMPLETED: Status.COMPLETED, State.TERMINATED: Status.CANCELLED}


def _names(project) -> Iterable[str]:
    """Everybody whom the project knows by name: none of them stands in a text that is published."""
    organizations = [one for one in (project.applicant, project.host) if one]
    return [project.leader, *(one.legal_representative for one in organizations), *(p.name for p in project.team.all())]


def _page(project) -> str:
    """Where everybody reads of it: its result, or the notice it stood in."""
    if project.state == State.COMPLETED:
        return reverse("projects:showcase_detail", args=[project.pk])
    return reverse("projects:notice_detail", args=[project.notice_id])


def _party(organization: Organization) -> Party:
    return Party(
        name=organization.name,
        kind=str(organization.get_kind_display()),
        credit_code=organization.credit_code,
        filing_number=organization.filing_number,
    )


def _day(at: datetime | None):
    return timezone.localdate(at) if at else None


# -- Calls -----------------------------------------------------------------------------------------


def opportunities(codes: Collection[str] | None = None) -> list[Opportunity]:
    """Every published call (or those of `codes`), in the order of its code."""
    found = (
        Call.objects.published()
        .select_related("funder", "fund")
        .prefetch_related("tracks", "service_fields")
        .order_by("code")
    )
    if codes is not None:
        found = found.filter(code__in=codes)
    with translation.override(LANGUAGE):
        return [_opportunity(call) for call in found]


def last_changed(now: datetime) -> list[tuple[str, datetime]]:
    """The codes of all published calls with when each last changed, the latest first, and by code where that is the
    same; their texts, which cost, are read of those only that are shown."""
    found = []
    for code, *moments in Call.objects.published().order_by("code").values_list("code", *CALL_MOMENTS):
        found.append((code, modified_at(moments[0], moments[1:], now)))
    return sorted(found, key=lambda one: one[1], reverse=True)


def code_of(uuid: UUID | None, prefix: str) -> str | None:
    """The published call with this UUID."""
    codes = Call.objects.published().order_by("code").values_list("code", flat=True)
    return next((code for code in codes if opportunity_uuid(prefix, code) == uuid), None) if uuid else None


def awards_in_turn() -> tuple[list[int], datetime | None]:
    """The public awards, the last changed first, and the last change of all the data: both read every award."""
    in_turn = awards().order_by("-modified", "number")  # type: ignore[misc]
    return list(in_turn.values_list("pk", flat=True)), last_change()


def calls_changed() -> datetime | None:
    """When a call was last published, concluded, opened or closed."""
    now = clock.now()
    past = {name: Max(name, filter=Q(**{f"{name}__lte": now})) for name in CALL_MOMENTS}
    found = Call.objects.published().aggregate(**{f"last_{name}": last for name, last in past.items()})
    return max((at for at in found.values() if at), default=None)


def _opportunity(call: Call) -> Opportunity:
    assert call.published_at is not None  # of a published call
    lanes = [Lane(one.name, str(one.get_open_to_display()), one.cap, one.max_share) for one in call.tracks.all()]
    return Opportunity(
        code=call.code,
        title=call.title,
        description=mask_text(call.guidelines, [call.contact]),
        funder=_party(call.funder),
        source=str(call.fund.get_source_display()),
        year=call.fund.year,
        mode=str(call.get_mode_display()),
        legal_basis=call.legal_basis,
        fields=tuple(one.name for one in call.service_fields.all()),
        lanes=tuple(lanes),
        budget=call.budget,
        published_at=call.published_at,
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        starts_on=call.starts_on,
        ends_on=call.ends_on,
        page=call.get_absolute_url(),
        concluded_at=call.concluded_at,
    )
