"""What the file of a project holds (档案目录): every paper that exists, in order, and what is missing by rule.

A paper of the platform carries the digest of what it was made from, a file that somebody handed in its own. The list as
a whole has a digest too: who compares it later sees whether anything was changed.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock
from core.models import Attachment
from projects.accounting import needs_audit
from projects.models import (
    Activity,
    Audit,
    ChangeRequest,
    Expense,
    Gift,
    MatchingProof,
    Milestone,
    Project,
    Report,
    ReturnNotice,
    SiteVisit,
    WarningLetter,
)


@dataclass(frozen=True)
class Paper:
    """One entry of the list: what it is, its number and day, and the digest of what it says."""

    part: str
    name: str
    number: str = ""
    day: str = ""
    digest: str = ""
    url: str = ""


PARTS = ("application", "award", "work", "money", "closing", "files")
"""The parts of a file, in their order."""


def digest_of(said: Any) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def listed(project: Project) -> list[dict[str, str]]:
    """The list as it is kept: in Chinese whatever language the screen is in, as it is a paper itself."""
    with translation.override("zh-hans"):
        return [asdict(paper) for paper in papers_of(project)]


def papers_of(project: Project) -> Iterator[Paper]:
    yield from _application(project)
    yield from _award(project)
    yield from _work(project)
    yield from _money(project)
    yield from _closing(project)
    yield from _files(project)


def _day(moment: datetime | date | None) -> str:
    if moment is None:
        return ""
    return (clock.localdate(moment) if isinstance(moment, datetime) else moment).isoformat()


def _application(project: Project) -> Iterator[Paper]:
    page = reverse("projects:proposal_detail", args=[project.pk])
    for one in project.submissions.order_by("ordinal"):
        name = _("Proposal, handed in for the %(n)s. time") % {"n": one.ordinal}
        yield Paper("application", name, project.number, _day(one.at), digest_of(one.content), page)
    for entry in project.notice_entries.select_related("notice").order_by("pk"):
        notice = entry.notice
        yield Paper(
            "application", _("Public notice"), notice.number, _day(notice.published_at), "", notice.get_absolute_url()
        )


def _award(project: Project) -> Iterator[Paper]:
    if project.approved_at:
        said = {"award": project.amount_awarded, "number": project.number}
        url = reverse("reports:award_letter", args=[project.pk])
        yield Paper("award", _("Award letter"), project.number, _day(project.approved_at), digest_of(said), url)
    agreement = getattr(project, "agreement", None)
    if agreement is not None and agreement.is_signed:
        url = reverse("projects:agreement_detail", args=[project.pk])
        signed = _day(max(agreement.group_signed_at, agreement.funder_signed_at))
        yield Paper("award", _("Agreement"), agreement.number, signed, agreement.sha256, url)
    for version in project.plan_versions.order_by("ordinal"):
        said = digest_of([version.content, version.figures])
        name = _("Plan, version %(n)s (%(kind)s)") % {"n": version.ordinal, "kind": version.get_kind_display()}
        yield Paper("award", name, "", _day(version.valid_from), said, version.get_absolute_url())


def _work(project: Project) -> Iterator[Paper]:
    for activity in project.activities.recorded().order_by("starts_at", "pk"):
        said = digest_of([activity.theme, activity.starts_at, activity.head_count, activity.outcome, activity.spent])
        name = _("Record of an activity: %(theme)s") % {"theme": activity.theme}
        yield Paper("work", name, "", _day(activity.starts_at), said, activity.get_absolute_url())
    for report in project.monthly_reports.exclude(handed_in_at=None).order_by("month"):
        name = _("Monthly report %(month)s") % {"month": f"{report.month:%Y-%m}"}
        said = digest_of([report.visits, report.persons, report.spent, report.problems, report.plans])
        yield Paper("work", name, "", _day(report.handed_in_at), said, report.get_absolute_url())
    for visit in project.site_visits.order_by("pk"):
        yield Paper("work", _("Visit"), "", _day(visit.visited_at), digest_of(visit.findings), visit.get_absolute_url())
    for session in project.mentoring_notes.order_by("pk"):
        said = digest_of(session.advice)
        yield Paper("work", _("Mentoring"), "", _day(session.held_on), said, session.get_absolute_url())
    for warning in project.warnings.order_by("pk"):
        said = digest_of([warning.words, warning.answer])
        yield Paper("work", _("Warning"), "", _day(warning.issued_at), said, warning.get_absolute_url())


def _money(project: Project) -> Iterator[Paper]:
    page = reverse("projects:project_money", args=[project.pk])
    for tranche in project.tranches.filter(state__in=["paid", "receipted"]):
        name = _("Payment of instalment %(n)s") % {"n": tranche.ordinal}
        said = digest_of([tranche.amount, tranche.bank_reference, tranche.receipt_number])
        yield Paper("money", name, tranche.bank_reference, _day(tranche.paid_on), said, page)
        if tranche.receipt_number:
            name = _("Receipt of instalment %(n)s") % {"n": tranche.ordinal}
            yield Paper("money", name, tranche.receipt_number, _day(tranche.paid_on), said, page)
    expenses = list(project.expenses.all())
    if expenses:
        said = digest_of([[one.spent_on, one.amount, one.recognised, one.invoice_number] for one in expenses])
        name = _("Payments: %(n)s, with their papers") % {"n": len(expenses)}
        yield Paper(
            "money", name, "", _day(expenses[-1].spent_on), said, reverse("projects:spending", args=[project.pk])
        )
    for notice in project.return_notices.order_by("issued_at"):
        said = digest_of([notice.amount, notice.reason])
        name = _("Notice to return money")
        yield Paper("money", name, notice.number, _day(notice.issued_at), said, notice.get_absolute_url())
    for refund in project.refunds.all():
        said = digest_of([refund.amount, refund.interest])
        yield Paper("money", _("Money came back"), refund.bank_reference, _day(refund.received_on), said, page)


def _closing(project: Project) -> Iterator[Paper]:
    if project.midterm_passed_on:
        url = project.get_absolute_url()
        yield Paper("closing", _("Midterm evaluation passed"), "", _day(project.midterm_passed_on), "", url)
    for report in project.reports.select_related("closing"):
        said = digest_of([report.done, report.persons, report.visits, report.spent])
        name, url = report.get_kind_display(), reverse("projects:report_detail", args=[report.pk])
        if hasattr(report, "closing"):
            said = digest_of([said, report.closing.facts])
        yield Paper("closing", name, "", _day(report.submitted_at), said, url)
    if project.final_passed_on:
        url = project.get_absolute_url()
        yield Paper("closing", _("Final evaluation passed"), "", _day(project.final_passed_on), "", url)
    for audit in project.audits.accepted():
        said = digest_of([audit.firm, audit.number, audit.opinion, audit.deducted])
        yield Paper("closing", _("Audit report"), audit.number, _day(audit.dated_on), said, audit.get_absolute_url())
    settlement = getattr(project, "settlement", None)
    if settlement is not None:
        url = reverse("projects:final_accounts", args=[project.pk])
        said = digest_of(settlement.kept)
        yield Paper("closing", _("Final accounts"), project.number, _day(settlement.settled_at), said, url)


def _files(project: Project) -> Iterator[Paper]:
    """Everything that was handed in as a file, with its own digest."""
    owners: list[tuple[type[models.Model], Any]] = [
        (Project, [project.pk]),
        *(
            (model, model._default_manager.filter(project=project).values("pk"))
            for model in (
                *(Activity, Audit, ChangeRequest, Expense, MatchingProof, Milestone, Report, ReturnNotice, SiteVisit),
                WarningLetter,
            )
        ),
        (Gift, Gift.objects.filter(pledge__project=project).values("pk")),
    ]
    if hasattr(project, "agreement"):
        owners.append((type(project.agreement), [project.agreement.pk]))
    found: list[Attachment] = []
    for model, ids in owners:
        kind = ContentType.objects.get_for_model(model)
        found += Attachment.objects.filter(content_type=kind, object_id__in=ids).select_related("content_type")
    for file in sorted(found, key=lambda one: (one.at, str(one.pk))):
        owner = str(file.content_type.model_class()._meta.verbose_name)
        url = reverse("core:attachment", args=[file.pk])
        yield Paper("files", file.name, owner, _day(file.at), file.sha256, url)


# -- What is missing ----------------------------------------------------------------------------------


def missing_of(project: Project) -> list[str]:
    """What the rules ask for and the file lacks, in words."""
    with translation.override("zh-hans"):
        return list(_missing(project))


def _missing(project: Project) -> Iterator[str]:
    ended_early = project.state == Project.State.TERMINATED
    agreement = getattr(project, "agreement", None)
    if agreement is None or not agreement.is_signed:
        yield _("the agreement, signed by all parties")
    elif agreement.asks_for_copy and agreement.copy is None:
        yield _("the signed paper of the agreement")
    for tranche in project.tranches.filter(state="paid"):
        yield _("the receipt of instalment %(n)s") % {"n": tranche.ordinal}
    if not hasattr(project, "settlement"):
        yield _("the final accounts")
    if needs_audit(project) and not project.audits.accepted().exists():
        yield _("the audit report")
    if project.monthly_reports.open().exists():
        yield _("monthly reports that were not handed in")
    if ended_early:
        return
    if not project.activities.recorded().exists():
        yield _("records of activities")
    if project.midterm_passed_on is None:
        yield _("the midterm evaluation")
    if project.final_passed_on is None:
        yield _("the final evaluation")
    closing = project.reports.filter(kind=Report.Kind.CLOSING)
    if not closing.exclude(accepted_at=None).exists():
        yield _("the accepted closing report")
    elif not closing.filter(closing__isnull=False).exists():
        yield _("the closing report on its own form")
