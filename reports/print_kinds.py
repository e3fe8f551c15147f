"""What can be printed in bulk: on which page it is chosen (`print_sources`), who may have it, and what is given out.

One table; a new kind is one row. Nobody gets by the hundred what they may not open one by one: `may` of a row asks what
the address of the single paper asks. Slips with voting codes are not here: a code stands on its slip and nowhere else
(`voting_slips`), so a slip cannot be laid out later from what is kept. They come as one file when they are made.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urljoin

import rules
from django.contrib.contenttypes.models import ContentType
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from core.models import Event
from evaluations.models import Assignment, Evaluation, Honour, PitchDay, Purpose, Star, VoiceCode
from evaluations.views.pitch import with_slots
from evaluations.views.stars import place_of
from grants.models import TrainingCertificate
from people.models import User
from projects.models import Project, ReturnNotice
from reports import (
    agreement_papers,
    closing_papers,
    eligibility_papers,
    evaluation_papers,
    judging,
    letters,
    pitch_papers,
    proposal_papers,
    star_papers,
    voice_papers,
    workshop_papers,
)
from reports.copies import copy_of
from reports.documents import Document, file_name
from reports.models import Paper, PrintJob

RELATED = ("call__funder", "call__fund", "track", "applicant", "applicant__community", "host", "field", "community")
FUNDED = ("archive_file", "settlement")
EVALUATED = ("commission__organization", "rubric", "lead", *(f"project__{name}" for name in RELATED))


class Printable(NamedTuple):
    """One kind of paper."""

    source: str
    label: Any
    things: Callable[[Any, User], QuerySet]
    """What there is such a paper about, of what was found at the source."""
    may: Callable[[User, Any], bool]
    """Whether this person may open the single paper."""
    name: Callable[[Any], str]
    give: Callable[[Any, PrintJob], Paper | Document]
    seen: Callable[[User], QuerySet]
    """From what this person sees, to read one thing again when its turn comes."""


def _has(permission: str, asked: Callable[[Any], Any] = lambda thing: thing) -> Callable[[User, Any], bool]:
    return lambda user, thing: rules.has_perm(permission, user, asked(thing))


def _named(project: Project) -> str:
    return f"{project.number} {project.title}".strip()


def _see_projects(*more: str) -> Callable[[User], QuerySet]:
    return lambda user: Project.objects.visible_to(user).select_related(*RELATED, *more)


def _of_projects(
    label: Any,
    permission: str,
    give: Callable[[Any, PrintJob], Paper | Document],
    things: Callable[[QuerySet], QuerySet],
    *more: str,
) -> Printable:
    """A paper about a project itself."""
    return Printable(
        "projects", label, lambda found, _user: things(found), _has(permission), _named, give, _see_projects(*more)
    )


def _agreement(project: Project, job: PrintJob) -> Paper | Document:
    if not rules.has_perm("projects.see_payee_account", job.by, project):
        return agreement_papers.agreement(project, account=False)
    return copy_of(Paper.Kind.AGREEMENT, project.agreement, lambda: agreement_papers.agreement(project, account=True))


def _proposal(project: Project, job: PrintJob) -> Document:
    may = {name: rules.has_perm(f"projects.{name}", job.by, project) for name in ("see_contact", "see_cuts")}
    account = rules.has_perm("projects.see_payee_account", job.by, project)
    return proposal_papers.proposal(project, contact=may["see_contact"], cuts=may["see_cuts"], account=account)


def _closing(project: Project, _job: PrintJob) -> Paper | Document:
    closing = project.closing_reports.handed_in().select_related("report__submitted_by")[0]
    closing.project = project
    return copy_of(Paper.Kind.CLOSING, closing, lambda: closing_papers.closing_report_paper(closing))


def _eligibility(project: Project, job: PrintJob) -> Document:
    written = Project.objects.visible_to(job.by).draft_of(project.applicant, project.call)
    return eligibility_papers.eligibility_notice(project.applicant, project.call, written)


def _issued(kind: str, document: Callable[[Any], Document]) -> Callable[[Any, PrintJob], Paper | Document]:
    return lambda thing, _job: copy_of(kind, thing, lambda: document(thing))


def _poster(size: str) -> Callable[[Any, PrintJob], Document]:
    return lambda code, job: voice_papers.poster(code, urljoin(job.origin, code.get_absolute_url()), size)


def _posters(label: Any, size: str) -> Printable:
    related = ("project__call__funder", "project__call__fund", "project__applicant", "project__community", "activity")

    def seen(user: User) -> QuerySet:
        return VoiceCode.objects.visible_to(user).in_force().filter(is_desk=False).select_related(*related)

    return Printable(
        "projects",
        label,
        lambda found, user: seen(user).filter(project__in=found.order_by()).order_by("project__number", "pk"),
        _has("evaluations.ask_residents", lambda code: code.project),
        lambda code: f"{code.project.number} {code.about}",
        _poster(size),
        seen,
    )


def _see_assignments(user: User) -> QuerySet:
    seen = Assignment.objects.filter(project__in=Project.objects.visible_to(user))
    return seen.select_related("person", "project__call__funder", "project__applicant")


def _named_sheet(assignment: Assignment) -> str:
    return f"{assignment.project.number} {assignment.project.title} · {assignment.person.name}"


def _see_evaluations(user: User) -> QuerySet:
    return Evaluation.objects.visible_to(user).select_related(*EVALUATED)


def _of_evaluations(
    label: Any, kind: str, document: Callable[[Evaluation], Document], things: Callable[[QuerySet], QuerySet]
) -> Printable:
    """A paper about a published evaluation."""
    return Printable(
        "projects",
        label,
        lambda found, user: things(
            _see_evaluations(user).filter(project__in=found.order_by(), state=Evaluation.State.PUBLISHED)
        ).order_by("project__number", "pk"),
        _has("evaluations.read_report"),
        lambda evaluation: f"{evaluation.number} {evaluation.project.title}",
        _issued(kind, document),
        _see_evaluations,
    )


def _see_corrections(user: User) -> QuerySet:
    """Every time a project was given back; the letter is about that event."""
    of_projects = Event.objects.filter(content_type=ContentType.objects.get_for_model(Project))
    seen = Project.objects.visible_to(user).order_by().values("pk")
    return of_projects.filter(name="return_for_correction", object_id__in=seen).prefetch_related("target")


def _corrections(found: QuerySet, user: User) -> QuerySet:
    """The latest of each project: it is the one that its page gives out."""
    returned = _see_corrections(user).filter(object_id__in=found.order_by().values("pk"))
    latest = returned.order_by().values("object_id").annotate(latest=Max("pk")).values("latest")
    return returned.filter(pk__in=latest).order_by("object_id")


def _see_return_notices(user: User) -> QuerySet:
    return ReturnNotice.objects.visible_to(user).select_related(*(f"project__{name}" for name in (*RELATED, *FUNDED)))


def _score_sheet(assignment: Assignment, job: PrintJob) -> Document:
    day = with_slots(PitchDay.objects.visible_to(job.by)).get(pk=job.selection["asked"]["pk"])
    address = urljoin(job.origin, reverse("evaluations:paper_entry", args=[0]))
    only = Assignment.objects.filter(pk=assignment.pk).select_related("person", "project")
    found = pitch_papers.score_sheets(day, address, of=only)
    name = file_name("路演评分表", assignment.person.name, assignment.project.number)
    return found._replace(filename=name)


KINDS: dict[str, Printable] = {
    "award": _of_projects(
        gettext_lazy("Award letters"),
        "projects.see_delivery",
        _issued(Paper.Kind.AWARD, letters.award_letter),
        lambda found: found.filter(approved_at__isnull=False),
    ),
    "agreement": _of_projects(
        gettext_lazy("Agreements"),
        "projects.see_delivery",
        _agreement,
        lambda found: found.filter(agreement__isnull=False),
        *("agreement__group_signed_by", "agreement__funder_signed_by", "agreement__version"),
    ),
    "completion": _of_projects(
        gettext_lazy("Certificates of completion"),
        "projects.see_delivery",
        _issued(Paper.Kind.COMPLETION, closing_papers.completion_certificate),
        lambda found: found.completed().filter(archive_file__isnull=False, settlement__isnull=False),
        *FUNDED,
    ),
    "accounts": _of_projects(
        gettext_lazy("Final accounts"),
        "projects.see_spending",
        _issued(Paper.Kind.ACCOUNTS, closing_papers.final_accounts_paper),
        lambda found: found.completed(),
    ),
    "closing": _of_projects(
        gettext_lazy("Closing reports"),
        "projects.see_delivery",
        _closing,
        lambda found: found.completed().filter(closing_reports__report__isnull=False).distinct(),
    ),
    "feedback": _of_projects(
        gettext_lazy("Results of the review with the experts' feedback"),
        "evaluations.read_feedback",
        lambda project, _job: judging.feedback(project),
        lambda found: found.filter(feedback__isnull=False),
    ),
    "eligibility": Printable(
        "projects",
        gettext_lazy("Notices of eligibility"),
        lambda found, _user: found,
        lambda user, project: user.has_role(project.applicant_id) or user.has_role(project.call.funder_id),
        _named,
        _eligibility,
        _see_projects(),
    ),
    "proposal": Printable(
        "projects",
        gettext_lazy("Proposals"),
        lambda found, _user: found,
        lambda _user, _project: True,
        _named,
        _proposal,
        _see_projects(),
    ),
    "evaluation-sheet": Printable(
        "projects",
        gettext_lazy("Score sheets of midterm and final evaluations"),
        lambda found, user: (
            _see_assignments(user)
            .filter(project__in=found.order_by(), sheet__submitted_at__isnull=False)
            .exclude(purpose=Purpose.REVIEW)
            .order_by("project__number", "pk")
        ),
        _has("evaluations.print_sheet"),
        _named_sheet,
        lambda assignment, _job: evaluation_papers.evaluation_sheet(assignment),
        _see_assignments,
    ),
    "evaluation-report": _of_evaluations(
        gettext_lazy("Evaluation reports"),
        Paper.Kind.EVALUATION,
        evaluation_papers.evaluation_report,
        lambda evaluations: evaluations,
    ),
    "rectification": _of_evaluations(
        gettext_lazy("Rectification notices"),
        Paper.Kind.RECTIFICATION,
        evaluation_papers.rectification_notice,
        lambda evaluations: evaluations.filter(items__isnull=False).distinct(),
    ),
    "correction": Printable(
        "projects",
        gettext_lazy("Correction notices"),
        _corrections,
        _has("projects.see_log", lambda event: event.target),
        lambda event: _named(event.target),
        _issued(Paper.Kind.CORRECTION, lambda event: letters.correction_notice(event.target, event)),
        _see_corrections,
    ),
    "return": Printable(
        "projects",
        gettext_lazy("Notices to return money"),
        lambda found, user: (
            _see_return_notices(user).filter(project__in=found.order_by()).order_by("project__number", "pk")
        ),
        _has("projects.see_delivery", lambda notice: notice.project),
        lambda notice: f"{notice.number} {notice.project.title}",
        _issued(Paper.Kind.RETURN, letters.return_notice),
        _see_return_notices,
    ),
    "poster-a4": _posters(gettext_lazy("Posters for residents, A4"), "a4"),
    "poster-a5": _posters(gettext_lazy("Posters for residents, A5"), "a5"),
    "honour": Printable(
        "star-year",
        gettext_lazy("Honour certificates"),
        lambda year, user: (
            Honour.objects.visible_to(user)
            .filter(funder=year.funder_id, year=year.year)
            .exclude(number="")
            .select_related("organization")
            .order_by("number", "pk")
        ),
        lambda _user, _honour: True,
        lambda honour: f"{honour.number} {honour.organization.name}",
        _issued(Paper.Kind.HONOUR, star_papers.honour_certificate),
        lambda user: Honour.objects.visible_to(user).exclude(number="").select_related("organization", "funder"),
    ),
    "star-letter": Printable(
        "star-year",
        gettext_lazy("Explanations of the stars"),
        lambda year, user: Star.objects.visible_to(user).filter(year=year).order_by("name", "pk"),
        _has("evaluations.see_explanation"),
        lambda star: star.name,
        lambda star, _job: star_papers.star_letter(star, place_of(star)),
        lambda user: Star.objects.visible_to(user).select_related("year__funder", "organization"),
    ),
    "score-sheet": Printable(
        "pitch-day",
        gettext_lazy("Score sheets, one a judge and project"),
        lambda day, _user: pitch_papers.to_be_scored(day).order_by("person__name", "person", "project__number", "pk"),
        _has("evaluations.hold_pitch", lambda assignment: assignment.project),
        _named_sheet,
        _score_sheet,
        lambda user: Assignment.objects.filter(project__funder__in=list(user.roles)).select_related(
            "person", "project__call"
        ),
    ),
    "training": Printable(
        "workshop",
        gettext_lazy("Training certificates"),
        lambda workshop, _user: (
            TrainingCertificate.objects.filter(attendance__workshop=workshop)
            .select_related("attendance__person", "attendance__organization", "attendance__workshop")
            .order_by("number", "pk")
        ),
        _has("grants.see_certificate"),
        lambda certificate: f"{certificate.number} {certificate.attendance.who}",
        _issued(Paper.Kind.TRAINING, workshop_papers.training_certificate),
        lambda _user: TrainingCertificate.objects.select_related(
            "attendance__person", "attendance__organization", "attendance__workshop__organizer"
        ),
    ),
}


def of_source(source: str) -> dict[str, Printable]:
    return {key: row for key, row in KINDS.items() if row.source == source}
