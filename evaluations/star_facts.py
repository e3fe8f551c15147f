"""What the records know of the organisations of a year, gathered for `evaluations.stars`.

A fact is kept as data, so that it can be frozen, and said in words when it is read (`star_words`):

    {"finals":     {"rows": [row, …]},
     "voices":     {"n": 40, "satisfied": 35, "bad": 1, "rows": [row, …]},
     "compliance": {item: {"done": 5, "of": 6, "share": "0.8333…", "rows": [row, …]}, …},
     "openness":   the same}

A row is one thing that counted, with the page on which it is read: {"what": code, "title": …, "url": …, figures}. An
item whose share is null does not apply. Rows of an item name what was missing, those of the first two parts everything.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse

from core import clock
from evaluations.models import Purpose, Result, StarYear
from evaluations.star_voices import Counted, voices_of
from evaluations.stars import COMPLIANCE, FINALS, OPENNESS, VOICES, Facts, kept, spared
from people.models import CreditRecord, Inspection, Organization
from projects.expense_facts import ExpenseBook
from projects.models import Activity, Expense, Milestone, MonthlyReport, Project, Report, SiteVisit, WarningLetter

PASSED = {Inspection.Result.PASSED: Decimal(1), Inspection.Result.BASIC: Decimal("0.6")}
"""How much of the points an inspection brings; any other result brings none."""
SEEN = {"yes": Decimal(1), "partly": Decimal("0.5"), "no": Decimal(0)}
"""How much a visit's answer brings; what was not seen does not count."""
BEFORE_ITS_CHANGE = ("early", "unplanned")
"""Findings of a payment that was made before the change that allows it."""
PROFILE = ("profile", "phone", "address", "community_id", "legal_representative", "established_on")
"""What a whole profile says."""
INSPECTION_DUE = 7
"""The inspection of a year takes place until the end of June of the next (field guide 1.1)."""
Row = dict[str, Any]


@dataclass
class Gathered:
    """What is known of one organisation."""

    organization: Organization
    facts: dict[str, Any] = field(default_factory=dict)


def gather(year: StarYear, only: Organization | None = None) -> list[Gathered]:
    """Every organisation of the year (or one), by name, with what the records say today of the year's days."""
    organizations = year.organizations().select_related("community").order_by("name")
    if only is not None:
        organizations = organizations.filter(pk=only.pk)
    found = {one.pk: Gathered(one) for one in organizations}
    projects = list(year.projects().filter(applicant__in=found).select_related("call"))
    of: dict[int, list[Project]] = defaultdict(list)
    for project in projects:
        of[project.applicant_id].append(project)
    records = _Records(year, projects)
    for pk, one in found.items():
        one.facts = records.of(one.organization, of[pk])
    return list(found.values())


def facts_for_stars(key: int, group: str, facts: dict[str, Any], corrections: Sequence[dict] = ()) -> Facts:
    """The same as the calculation takes it; a correction sets the share of an item otherwise."""
    voices = facts.get(VOICES, {})
    shares = {
        item: None if said["share"] is None else Decimal(said["share"])
        for part in (COMPLIANCE, OPENNESS)
        for item, said in facts.get(part, {}).items()
    }
    shares |= {one["item"]: Decimal(one["share"]) for one in corrections}
    finals = tuple(Decimal(row["score"]) for row in facts.get(FINALS, {}).get("rows", []))
    return Facts(key, group, finals, voices.get("n", 0), voices.get("satisfied", 0), shares)


def _item(share: Decimal | None, *, done: int = 0, of: int = 0, rows: Iterable[Row] = ()) -> dict[str, Any]:
    return {"done": done, "of": of, "share": None if share is None else str(share), "rows": list(rows)}


def _share(done: int, of: int, rows: Iterable[Row]) -> dict[str, Any]:
    return _item(kept(done, of), done=done, of=of, rows=rows)


class _Records:
    """Reads each kind of record once for all projects of the year."""

    def __init__(self, year: StarYear, projects: list[Project]):
        self.year, self.first, self.last = year, year.counts_from, year.counts_until
        days = (self.first, self.last)
        self.finals = self._by_project(
            Result.objects.filter(project__in=projects, purpose=Purpose.FINAL, confirmed_at__date__range=days)
            .select_related("project")
            .order_by("round")
        )
        self.voices = voices_of(projects, *days)
        self.months = self._by_project(MonthlyReport.objects.filter(project__in=projects, due_on__range=days))
        milestones = Milestone.objects.filter(project__in=projects, due_on__range=days)
        self.milestones = self._by_project(milestones.prefetch_related("reports"))
        self.reports = self._by_project(
            Report.objects.filter(project__in=projects, submitted_at__date__range=days).select_related("project")
        )
        held = Activity.objects.recorded().filter(project__in=projects, starts_at__date__range=days, is_public=True)
        self.activities = self._by_project(held.prefetch_related("photos"))
        self.visits = self._by_project(SiteVisit.objects.filter(project__in=projects, visited_at__date__range=days))
        warned = WarningLetter.objects.filter(project__in=projects, issued_at__date__range=days)
        self.warnings = self._by_project(warned.exclude(outcome=WarningLetter.Outcome.LIFTED).select_related("project"))
        spent = Expense.objects.granted().filter(project__in=projects, spent_on__range=days)
        self.expenses = self._by_project(spent.exclude(state=Expense.State.ENTERED))

    @staticmethod
    def _by_project(found: Iterable[Any]) -> dict[int, list[Any]]:
        by: dict[int, list[Any]] = defaultdict(list)
        for one in found:
            by[one.project_id].append(one)
        return by

    def of(self, organization: Organization, projects: list[Project]) -> dict[str, Any]:
        return {
            FINALS: {"rows": self._finals(projects)},
            VOICES: self._voices(projects),
            COMPLIANCE: {
                "on_time": self._on_time(projects),
                "approved_first": self._approved_first(projects),
                "unwarned": self._unwarned(projects),
                "credit": self._credit(organization),
                "inspection": self._inspection(organization),
            },
            OPENNESS: {
                "reports": self._accepted(projects),
                "photos": self._photos(projects),
                "mark": self._mark(projects),
                "profile": self._profile(organization),
            },
        }

    def _finals(self, projects: list[Project]) -> list[Row]:
        """The last round of each project: a second look takes the place of the first."""
        last = [found[-1] for project in projects if (found := self.finals.get(project.pk))]
        return [
            {
                "what": "final",
                "title": one.project.title,
                "score": f"{one.score:.2f}",
                "day": str(clock.localdate(one.confirmed_at)),
                "url": reverse("evaluations:evaluation_detail", args=[one.project_id, Purpose.FINAL]),
            }
            for one in last
        ]

    def _voices(self, projects: list[Project]) -> dict[str, Any]:
        said = [(project, self.voices.get(project.pk, Counted())) for project in projects]
        rows = [
            {
                "what": "voices",
                "title": project.title,
                "n": one.n,
                "satisfied": one.satisfied,
                "url": project.get_absolute_url(),
            }
            for project, one in said
            if one.n
        ]
        return {
            "n": sum(one.n for _project, one in said),
            "satisfied": sum(one.satisfied for _project, one in said),
            "bad": sum(one.bad for _project, one in said),
            "rows": rows,
        }

    def _on_time(self, projects: list[Project]) -> dict[str, Any]:
        rows, of = [], 0
        for project in projects:
            for month in self.months[project.pk]:
                of += 1
                done = clock.localdate(month.handed_in_at) if month.handed_in_at else None
                title = f"{project.title} {month.month:%Y-%m}"
                rows += self._late("month", title, month.due_on, done, month.get_absolute_url())
            for milestone in self.milestones[project.pk]:
                of += 1
                days = [clock.localdate(report.submitted_at) for report in milestone.reports.all()]
                done = min([*days, *([milestone.done_on] if milestone.done_on else [])], default=None)
                title, url = f"{project.title} {milestone.name}", reverse("projects:work_plan", args=[project.pk])
                rows += self._late("milestone", title, milestone.due_on, done, url)
        return _share(of - len(rows), of, rows)

    def _late(self, what: str, title: str, due_on: date, done: date | None, url: str) -> list[Row]:
        """A row for what did not come in time, or not at all."""
        if done is not None and done <= due_on:
            return []
        days = (done - due_on).days if done else None
        return [{"what": what, "title": title, "due_on": str(due_on), "days": days, "url": url}]

    def _approved_first(self, projects: list[Project]) -> dict[str, Any]:
        rows, of = [], 0
        for project in projects:
            payments = self.expenses[project.pk]
            if not payments:
                continue
            of += len(payments)
            found = ExpenseBook(project).findings(payments)
            for one in payments:
                if any(finding.kind in BEFORE_ITS_CHANGE for finding in found[one.pk]):
                    title = f"{project.title} {one.summary}"
                    day = str(one.spent_on)
                    rows.append({"what": "early", "title": title, "day": day, "url": one.get_absolute_url()})
        return _share(of - len(rows), of, rows)

    def _unwarned(self, projects: list[Project]) -> dict[str, Any]:
        rows = [
            {
                "what": "warning",
                "title": one.project.title,
                "ground": one.ground,
                "day": str(clock.localdate(one.issued_at)),
                "url": one.get_absolute_url(),
            }
            for project in projects
            for one in self.warnings[project.pk]
        ]
        return _item(spared(len(rows), self.year.warnings_to_zero), done=len(rows), rows=rows)

    def _credit(self, organization: Organization) -> dict[str, Any]:
        standing = Q(lifted_on__isnull=True) | Q(lifted_on__gte=self.first)
        found = CreditRecord.objects.counting_for(self.year.funder).filter(
            standing, organization=organization, entered_on__lte=self.last
        )
        rows = [
            {
                "what": "credit",
                "title": one.source,
                "kind": one.kind,
                "day": str(one.entered_on),
                "url": organization.get_absolute_url(),
            }
            for one in found
        ]
        return _item(spared(len(rows), 1), done=len(rows), rows=rows)

    def _inspection(self, organization: Organization) -> dict[str, Any]:
        """The newest that was due in the year; filed groups and those founded later have none."""
        asked = self.last.year - (1 if self.last.month >= INSPECTION_DUE else 2)
        founded = organization.established_on
        if organization.is_filed or (founded and founded.year > asked):
            return _item(None)
        found = organization.inspections.filter(year=asked).first()
        row = {
            "what": "inspection",
            "title": str(asked),
            "result": found.result if found else "",
            "confirmed": bool(found and found.is_confirmed),
            "url": organization.get_absolute_url(),
        }
        return _item(PASSED.get(found.result, Decimal(0)) if found else Decimal(0), rows=[row])

    def _accepted(self, projects: list[Project]) -> dict[str, Any]:
        reports = [one for project in projects for one in self.reports[project.pk]]
        rows = [
            {
                "what": "waiting",
                "title": one.project.title,
                "day": str(clock.localdate(one.submitted_at)),
                "url": reverse("projects:report_detail", args=[one.pk]),
            }
            for one in reports
            if one.accepted_at is None
        ]
        return _share(len(reports) - len(rows), len(reports), rows)

    def _photos(self, projects: list[Project]) -> dict[str, Any]:
        """Of the activities of which residents read: a closed group or a home visit shows nothing to everybody."""
        held = [one for project in projects for one in self.activities[project.pk]]
        rows = [
            {
                "what": "no_photo",
                "title": one.theme,
                "day": str(clock.localdate(one.starts_at)),
                "url": one.get_absolute_url(),
            }
            for one in held
            if not any(photo.is_public for photo in one.photos.all())
        ]
        return _share(len(held) - len(rows), len(held), rows)

    def _mark(self, projects: list[Project]) -> dict[str, Any]:
        """What site visits saw of it (the item “mark” of their checklist)."""
        rows, brought = [], []
        for project in projects:
            for visit in self.visits[project.pk]:
                said = (visit.answers.get("mark") or {}).get("answer", "")
                if said not in SEEN:
                    continue
                brought.append(SEEN[said])
                if said != "yes":
                    day, url = str(clock.localdate(visit.visited_at)), visit.get_absolute_url()
                    rows.append({"what": "mark", "title": project.title, "said": said, "day": day, "url": url})
        share = sum(brought, Decimal(0)) / len(brought) if brought else None
        return _item(share, done=len(brought) - len(rows), of=len(brought), rows=rows)

    def _profile(self, organization: Organization) -> dict[str, Any]:
        missing = [name for name in PROFILE if not getattr(organization, name)]
        url = organization.get_absolute_url()
        rows = [{"what": "profile", "title": "", "field": name, "url": url} for name in missing]
        return _share(len(PROFILE) - len(missing), len(PROFILE), rows)
