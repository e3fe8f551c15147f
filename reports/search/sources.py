"""What can be found: of each kind of record, what is read of it, who sees it, and where its page is.

`seen` is the rule by which the record's page itself decides who may open it; search has none of its own. What is
confidential is not read at all: bank data, numbers and phones of people, who judges, who was served, who objected.
`audience` says whom a record could concern, as generously as it likes: `keys_of` gives the same keys to a person.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import rules
from django.db.models import Model, Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.masking import mask_text
from evaluations.models import Honour, Star
from grants.models import Call, Need, NeedList, NeedListEntry, Workshop
from people.models import Organization
from projects.models import Activity, Agreement, BankList, Notice, Participant, Project
from projects.models.project_queries import LONG_TEXTS
from reports.models import Paper
from reports.open_data.sources import awards

EVERYBODY = "_any"
FUNDERS = "_funders"
PROJECTS, ORGANIZATIONS, NEEDS, CALLS, PAPERS, WORK = "projects", "organizations", "needs", "calls", "papers", "work"
GROUPS = {
    PROJECTS: pgettext_lazy("search", "Projects"),
    ORGANIZATIONS: pgettext_lazy("search", "Organisations"),
    NEEDS: pgettext_lazy("search", "Needs"),
    CALLS: pgettext_lazy("search", "Calls"),
    PAPERS: pgettext_lazy("search", "Papers"),
    WORK: pgettext_lazy("search", "Activities"),
}


class Content(NamedTuple):
    """What is kept of a record. `names` are short and also found by one character; `texts` are whole sentences."""

    title: str
    number: str = ""
    names: tuple[Any, ...] = ()
    texts: tuple[str, ...] = ()
    audience: tuple[str, ...] = (EVERYBODY,)


@dataclass(frozen=True)
class Source:
    """One kind of record. `at` is the field of the day that it is of, `whose` says of a hit whose it is.

    `unless` is another kind of the same record: whoever may open it as that is not shown this one as well.
    """

    kind: str
    group: str
    label: Any
    model: type[Model]
    seen: Callable[[Any], QuerySet]
    read: Callable[[Any], Content]
    at: str
    related: tuple[str, ...] = ()
    deferred: tuple[str, ...] = ()
    rows: Callable[[QuerySet], QuerySet] = field(default=lambda found: found)
    whose: Callable[[Any], Any] = field(default=lambda thing: "")
    state: Callable[[Any], str] = field(default=lambda thing: "")
    url: Callable[[Any, Any], str] = field(default=lambda thing, user: thing.get_absolute_url())
    unless: str = ""

    def all(self) -> QuerySet:
        """Every record of this kind that is in the index."""
        return self.rows(self.model._default_manager.all()).select_related(*self.related)

    def moment(self, thing: Any) -> datetime | None:
        found = thing
        for name in self.at.split("__"):
            found = getattr(found, name)
        return found


def works_in(organization_id: int | None) -> str:
    return f"_o{organization_id}"


def is_person(user_id: int | None) -> str:
    return f"_u{user_id}"


def takes_part_in(project_id: int | None) -> str:
    return f"_j{project_id}"


def keys_of(user: Any) -> list[str]:
    """What a person could be concerned by: everybody's, by role, by part in a project now, and as that person."""
    if not user.is_authenticated:
        return [EVERYBODY]
    keys = [EVERYBODY, is_person(user.pk), *map(works_in, user.roles)]
    if user.bureaus:
        keys.append(FUNDERS)
    mine = Participant.objects.current().filter(person=user).order_by().values_list("project", flat=True).distinct()
    return keys + [takes_part_in(project_id) for project_id in mine]


def _parties(project: Project) -> tuple[str, ...]:
    """Whoever can ever see anything of a project that is not for everybody."""
    funder = works_in(project.call.funder_id)
    return (works_in(project.applicant_id), works_in(project.host_id), funder, takes_part_in(project.pk))


# -- Projects --------------------------------------------------------------------------------------


def _project(project: Project) -> Content:
    names = (project.applicant, project.host or "", project.community or "", project.field or "", project.leader)
    texts = (str(project.call), *(getattr(project, name) for name in LONG_TEXTS))
    return Content(project.title, project.number, names, texts, _parties(project))


def _award(project: Project) -> Content:
    """What the public notice has told of it, masked like every public page."""
    names = (project.applicant, project.community or "", project.field or "", project.call.funder)
    return Content(mask_text(project.title), project.number, names, (str(project.call),))


_OF_PROJECT = ("call__funder", "applicant", "host", "community", "field")


# -- Organisations ---------------------------------------------------------------------------------


def _organization(one: Organization) -> Content:
    names = (one.community or "", one.get_kind_display(), one.filing_number if one.credit_code else "")
    audience = (FUNDERS, works_in(one.pk), works_in(one.host_id), *(works_in(guest.pk) for guest in one.guests.all()))
    return Content(one.name, one.number, names, (one.profile, one.authority), audience)


_GUESTS = Prefetch("guests", Organization.objects.only("host").order_by())


# -- Needs -----------------------------------------------------------------------------------------


def _need(need: Need) -> Content:
    names = (need.community, need.community.street, need.field or "")
    audience = (FUNDERS, is_person(need.entered_by_id))
    return Content(need.title, need.reference, names, (need.text, need.evidence), audience)


def _need_page(need: Need, user: Any) -> str:
    """The desk for whoever works there, else the page of whoever reported it."""
    if rules.has_perm("grants.see_needs", user):
        return reverse("projects:need_sort_out", args=[need.pk])
    return need.get_absolute_url()


# -- Papers, and what belongs to a project -----------------------------------------------------------


def _paper(paper: Paper) -> Content:
    audience = [works_in(paper.issuer_id)]
    if paper.project:
        audience.append(works_in(paper.project.call.funder_id))
    to = "" if paper.kind == Paper.Kind.TRAINING else paper.addressee  # who was trained is a person
    return Content(paper.title, paper.number, (paper.get_kind_display(), to), (), tuple(audience))


def _paper_of_project(paper: Paper) -> Content:
    return _paper(paper)._replace(audience=_parties(paper.project))


def _papers_for(user: Any) -> QuerySet:
    """What a group, its host and its helpers find on the page of their project's papers; others use the register."""
    if not user.is_authenticated:
        return Paper.objects.none()
    of_mine = Paper.objects.filter(Project.objects.seen_in_delivery(user, "project"))
    return of_mine.exclude(kind=Paper.Kind.CORRECTION)


def _agreement(agreement: Agreement) -> Content:
    project = agreement.project
    return Content(project.title, agreement.number, (project.applicant,), (), _parties(project))


def _activity(activity: Activity) -> Content:
    names = (activity.place, activity.project.title)
    return Content(activity.theme, "", names, (activity.goal, activity.programme), _parties(activity.project))


SOURCES: tuple[Source, ...] = (
    Source(
        "project", PROJECTS, _("Project"), Project, Project.objects.visible_to, _project, "created_at", _OF_PROJECT,
        (*LONG_TEXTS, "call__guidelines", "applicant__profile", "host__profile"),
        whose=lambda project: project.applicant, state=lambda project: project.get_state_display(),
    ),
    Source(
        "award", PROJECTS, _("Funded project"), Project, lambda user: awards(), _award, "approved_at", _OF_PROJECT,
        (*LONG_TEXTS, "call__guidelines", "applicant__profile", "host__profile"),
        rows=lambda found: found.filter(approved_at__isnull=False),
        whose=lambda project: project.applicant, state=lambda project: project.get_state_display(),
        url=lambda project, user: reverse("evaluations:voice_public", args=[project.pk]), unless="project",
    ),
    Source(
        "organization", ORGANIZATIONS, _("Organisation"), Organization, Organization.objects.visible_to,
        _organization, "created_at", ("community",), ("profile",),
        rows=lambda found: found.prefetch_related(_GUESTS), state=lambda one: one.get_kind_display(),
        whose=lambda one: one.community or "",
    ),
    Source(
        "star", ORGANIZATIONS, _("Stars of an organisation"), Star, Star.objects.visible_to,
        lambda star: Content(star.name, "", (star.year, star.street)), "year__calculated_at", ("year",), ("facts",),
        whose=lambda star: star.year,
    ),
    Source(
        "honour", ORGANIZATIONS, _("Honour"), Honour, Honour.objects.visible_to,
        lambda honour: Content(honour.title, honour.number, (honour.organization,), (honour.reason,)), "proposed_at",
        ("organization",), whose=lambda honour: honour.organization, state=lambda honour: honour.get_state_display(),
    ),
    Source(
        "need", NEEDS, _("Reported need"), Need, Need.objects.visible_to, _need, "received_at", ("community", "field"),
        ("text", "evidence"), whose=lambda need: need.community, state=lambda need: need.get_state_display(),
        url=_need_page,
    ),
    Source(
        "listed", NEEDS, _("Need in a published list"), NeedListEntry, lambda user: NeedListEntry.objects.all(),
        lambda entry: Content(entry.title, entry.number, (entry.community, entry.field or ""), (entry.text,)),
        "list__published_at", ("list", "community", "field"), ("text",), whose=lambda entry: entry.community,
        state=lambda entry: str(_("withdrawn")) if entry.list.is_withdrawn else "",
    ),
    Source(
        "need_list", NEEDS, _("List of needs"), NeedList, lambda user: NeedList.objects.all(),
        lambda one: Content(one.title, one.number, (one.funder,)), "published_at", ("funder",),
        whose=lambda one: one.funder, state=lambda one: str(_("withdrawn")) if one.is_withdrawn else "",
    ),
    Source(
        "call", CALLS, _("Call"), Call, Call.objects.visible_to,
        lambda call: Content(call.title, call.code, (call.funder,), (call.guidelines, call.legal_basis)), "opens_at",
        ("funder",), ("guidelines",), whose=lambda call: call.funder,
    ),
    Source(
        "paper", PAPERS, _("Issued paper"), Paper, Paper.objects.visible_to, _paper, "issued_at",
        ("issuer", "project__call"), ("facts", "project__call__guidelines"),
        whose=lambda paper: paper.issuer, state=lambda paper: paper.get_state_display(),
    ),
    Source(
        "paper_of_project", PAPERS, _("Paper of a project"), Paper, _papers_for, _paper_of_project, "issued_at",
        ("issuer", "project__call"), ("facts", "project__call__guidelines"),
        rows=lambda found: found.filter(project__isnull=False),
        whose=lambda paper: paper.issuer, state=lambda paper: paper.get_state_display(),
        url=lambda paper, user: reverse("reports:project_papers", args=[paper.project_id]), unless="paper",
    ),
    Source(
        "agreement", PAPERS, _("Agreement"), Agreement, Agreement.objects.visible_to, _agreement, "drawn_up_at",
        ("project__call", "project__applicant"), ("blocks",), whose=lambda agreement: agreement.project.applicant,
        url=lambda agreement, user: reverse("projects:agreement_detail", args=[agreement.project_id]),
    ),
    Source(
        "notice", PAPERS, _("Public notice"), Notice, lambda user: Notice.objects.all(),
        lambda notice: Content(
            f"{notice.call_title} {notice.get_kind_display()}".strip(), notice.number, (notice.funder_name,)
        ),
        "published_at", (), ("frozen",), whose=lambda notice: notice.funder_name,
    ),
    Source(
        "bank_list", PAPERS, _("Bank list"), BankList, BankList.objects.visible_to,
        lambda one: Content(one.fund.name, one.number, (one.fund.funder,), (), (works_in(one.fund.funder_id),)),
        "made_at", ("fund__funder",), whose=lambda one: one.fund.funder,
    ),
    Source(
        "activity", WORK, _("Activity"), Activity, Activity.objects.visible_to, _activity, "starts_at",
        ("project__call",), ("programme", "outcome", "reflection", "emergency_plan", "project__call__guidelines"),
        whose=lambda activity: activity.project, state=lambda activity: activity.get_state_display(),
    ),
    Source(
        "workshop", WORK, _("Workshop"), Workshop, lambda user: Workshop.objects.all(),
        lambda one: Content(one.title, "", (one.organizer, one.place), (one.about,)), "starts_at", ("organizer",),
        whose=lambda one: one.organizer, state=lambda one: str(_("cancelled")) if one.is_cancelled else "",
    ),
)  # fmt: skip
BY_KIND = {source.kind: source for source in SOURCES}


def of_model(model: type[Model]) -> Iterator[Source]:
    return (source for source in SOURCES if source.model is model)
