"""What of a project an evaluator can rest points on: every record with its label, day, amount and digest.

The digest is that of the facts a record states (for a file, of its bytes), so that a later reader can tell whether the
record is still what it was when it was tied to a score. No name of anybody served is in a label or among the facts:
a service is its method, its day and how many came.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.models import Attachment
from evaluations.models import Evaluation, Evidence, PaperLine, SiteForm
from projects.models import (
    Activity,
    ActivityPhoto,
    Agreement,
    Expense,
    MatchingProof,
    Project,
    Report,
    Service,
    SiteVisit,
)

Kind = Evidence.Kind
LABEL = 200
HOLDERS: tuple[Any, ...] = (Project, Activity, Report, MatchingProof, SiteVisit, Agreement, PaperLine)
"""Whose files are papers; a voucher's and a photo's file is looked at with the voucher and the photo."""


@dataclass(frozen=True)
class Record:
    """One record as it is now."""

    kind: str
    key: str
    label: str
    day: date | None
    url: str
    digest: str
    amount: Decimal | None = None
    edition: str = ""

    @property
    def name(self) -> str:
        """How a form names it."""
        return f"{self.kind}-{self.key}"

    @property
    def kind_label(self) -> str:
        return str(Kind(self.kind).label)


def digest_of(facts: Any) -> str:
    """SHA-256 of the facts, written as JSON with sorted keys."""
    written = json.dumps(facts, sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder)
    return hashlib.sha256(written.encode()).hexdigest()


def records_of(evaluation: Evaluation, kinds: Iterable[str] = Kind.values) -> list[Record]:
    """Every record of the project, the newest first; whoever asks has been asked whether they may see the delivery."""
    found = [record for kind in kinds for record in READERS[Kind(kind)](evaluation)]
    return sorted(found, key=lambda one: (one.day or date.min, one.kind, one.key), reverse=True)


def _files(holder: Any, ids: Iterable[int]) -> dict[int, list[str]]:
    """The digests of the files of each object, in one query."""
    kind = ContentType.objects.get_for_model(holder)
    found: dict[int, list[str]] = {}
    for object_id, digest in Attachment.objects.filter(content_type=kind, object_id__in=list(ids)).values_list(
        "object_id", "sha256"
    ):
        found.setdefault(object_id, []).append(digest)
    return {object_id: sorted(digests) for object_id, digests in found.items()}


def _facts(obj: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(obj, name) for name in names}


def _activities(evaluation: Evaluation) -> Iterator[Record]:
    for one in evaluation.project.activities.with_signed():
        if one.is_draft or (one.starts_at > clock.now() and not one.is_cancelled):
            continue  # nothing has happened yet
        facts = _facts(one, "theme", "starts_at", "ends_at", "place", "state", "head_count", "outcome", "signed")
        words = {"theme": one.theme, "n": one.attendance, "state": one.get_state_display()}
        label = _("%(theme)s (%(n)s came)") % words if one.is_recorded else _("%(theme)s (%(state)s)") % words
        day = clock.localdate(one.starts_at)
        yield Record(Kind.ACTIVITY, str(one.pk), label[:LABEL], day, one.get_absolute_url(), digest_of(facts))


def _photos(evaluation: Evaluation) -> Iterator[Record]:
    photos = list(ActivityPhoto.objects.filter(activity__project=evaluation.project_id).select_related("activity"))
    files = _files(ActivityPhoto, (one.pk for one in photos))
    for one in photos:
        label = f"{one.activity.theme}：{one.caption}" if one.caption else one.activity.theme
        facts = _facts(one, "caption", "activity_id") | {"files": files.get(one.pk, [])}
        url, day = reverse("projects:photo_image", args=[one.pk]), clock.localdate(one.activity.starts_at)
        yield Record(Kind.PHOTO, str(one.pk), label[:LABEL], day, url, digest_of(facts))


def _services(evaluation: Evaluation) -> Iterator[Record]:
    """Figures only: what is written about people is for who works with them."""
    url = reverse("projects:service_list", args=[evaluation.project_id])
    for one in evaluation.project.services.annotate(n=Count("members")):
        came = one.reach if one.reach is not None else 1 if one.method == Service.Method.CASE else one.n + one.others
        facts = _facts(one, "method", "held_on", "minutes", "session", "reach") | {"came": came}
        label = _("%(method)s, %(n)s people") % {"method": one.get_method_display(), "n": came}
        yield Record(Kind.SERVICE, str(one.pk), label, one.held_on, url, digest_of(facts))


def _expenses(evaluation: Evaluation) -> Iterator[Record]:
    found = list(evaluation.project.expenses.exclude(state=Expense.State.ENTERED))
    files = _files(Expense, (one.pk for one in found))
    for one in found:
        facts = _facts(one, "spent_on", "amount", "summary", "payee", "invoice_number", "voucher", "line_key")
        facts |= _facts(one, "state", "recognised") | {"files": files.get(one.pk, [])}
        yield Record(
            Kind.EXPENSE, str(one.pk), expense_label(one), one.spent_on, one.get_absolute_url(), digest_of(facts),
            one.amount, str(one.get_state_display()),
        )  # fmt: skip


def expense_label(one: Expense) -> str:
    """How a voucher is named: by its own number if it has one."""
    return f"{one.voucher} {one.summary}（{one.payee}）".strip()[:LABEL]


def _reports(evaluation: Evaluation) -> Iterator[Record]:
    found = list(evaluation.project.reports.select_related("milestone"))
    files = _files(Report, (one.pk for one in found))
    for one in found:
        facts = _facts(one, "kind", "done", "problems", "visits", "persons", "volunteer_hours", "spent")
        label = f"{one.get_kind_display()} {one.milestone or ''}".strip()
        url = reverse("projects:report_detail", args=[one.pk])
        digest = digest_of(facts | {"files": files.get(one.pk, [])})
        yield Record(Kind.REPORT, str(one.pk), label[:LABEL], clock.localdate(one.submitted_at), url, digest)


def _monthly(evaluation: Evaluation) -> Iterator[Record]:
    for one in evaluation.project.monthly_reports.filter(handed_in_at__isnull=False):
        facts = _facts(one, "month", "activities_held", "visits", "persons", "volunteers", "volunteer_hours")
        facts |= _facts(one, "spent", "spent_in_all", "targets", "problems", "plans", "media")
        yield Record(
            Kind.MONTHLY, str(one.pk), f"{one.month:%Y-%m}", one.last_day, one.get_absolute_url(), digest_of(facts)
        )


def _plans(evaluation: Evaluation) -> Iterator[Record]:
    for one in evaluation.project.plan_versions.all():
        label = _("Version %(n)s: %(kind)s") % {"n": one.ordinal, "kind": one.get_kind_display()}
        facts = _facts(one, "content", "figures")
        edition = str(one.ordinal)
        yield Record(
            Kind.PLAN, str(one.pk), label, one.valid_from, one.get_absolute_url(), digest_of(facts), edition=edition
        )


def _visits(evaluation: Evaluation) -> Iterator[Record]:
    for one in evaluation.project.site_visits.select_related("visitor"):
        facts = _facts(one, "visited_at", "place", "met", "checklist", "answers", "findings", "follow_up")
        label = f"{one.number} {one.place}（{one.visitor}）"
        day = clock.localdate(one.visited_at)
        yield Record(
            Kind.VISIT, str(one.pk), label[:LABEL], day, one.get_absolute_url(), digest_of(facts),
            edition=str(one.version),
        )  # fmt: skip


def _papers(evaluation: Evaluation) -> Iterator[Record]:
    kinds = {ContentType.objects.get_for_model(holder).pk: holder for holder in HOLDERS}
    for pk, holder in kinds.items():
        ids = [evaluation.project_id] if holder is Project else _held_by(holder, evaluation)
        for one in Attachment.objects.filter(content_type=pk, object_id__in=ids):
            url = reverse("core:attachment", args=[one.pk])
            name = f"{holder._meta.verbose_name}：{one.name}" if holder is not Project else one.name
            yield Record(Kind.FILE, str(one.pk), name[:LABEL], clock.localdate(one.at), url, one.sha256)


def _held_by(holder: Any, evaluation: Evaluation) -> Any:
    of = {"evaluation": evaluation} if holder is PaperLine else {"project": evaluation.project_id}
    return holder.objects.filter(**of).values("pk")


def _site_forms(evaluation: Evaluation) -> Iterator[Record]:
    found = list(evaluation.site_forms.select_related("writer"))
    files = _files(SiteForm, (one.pk for one in found))
    for one in found:
        facts = _facts(one, "visited_at", "place", "present", "objection", "checklist", "answers", "findings")
        facts |= {"interviews": one.interviews, "files": files.get(one.pk, [])}
        label, day = f"{one.place}（{one.writer}）"[:LABEL], clock.localdate(one.visited_at)
        yield Record(
            Kind.SITE, str(one.pk), label, day, one.get_absolute_url(), digest_of(facts), edition=str(one.version)
        )


def _samples(evaluation: Evaluation) -> Iterator[Record]:
    for one in evaluation.samples.prefetch_related("items"):
        items = list(one.items.all())
        words = {"what": one, "n": len(items), "done": sum(item.is_known for item in items)}
        words["wrong"] = sum(item.is_wrong for item in items)
        label = _("%(what)s: %(n)s drawn, %(done)s looked at, %(wrong)s not in order") % words
        if silent := sum(item.is_silent for item in items):
            label += _(", %(n)s more not reached or not willing") % {"n": silent}
        facts = {"seed": one.seed, "frame": one.frame, "size": one.size}
        facts["items"] = [[item.key, item.result, item.words, item.in_question] for item in items]
        asked = [item.in_question for item in items if item.in_question]
        yield Record(
            Kind.SAMPLE, str(one.pk), label[:LABEL], clock.localdate(one.drawn_at), one.get_absolute_url(),
            digest_of(facts), sum(asked, Decimal("0.00")) if asked else None, str(one.ordinal),
        )  # fmt: skip


READERS: dict[Evidence.Kind, Callable[[Evaluation], Iterator[Record]]] = {
    Kind.ACTIVITY: _activities,
    Kind.PHOTO: _photos,
    Kind.SERVICE: _services,
    Kind.EXPENSE: _expenses,
    Kind.REPORT: _reports,
    Kind.MONTHLY: _monthly,
    Kind.PLAN: _plans,
    Kind.VISIT: _visits,
    Kind.FILE: _papers,
    Kind.SITE: _site_forms,
    Kind.SAMPLE: _samples,
}


@dataclass(frozen=True)
class Tied:
    """A piece of evidence as it was, beside the record as it is now."""

    evidence: Evidence
    now: Record | None

    @property
    def is_gone(self) -> bool:
        return self.now is None

    @property
    def is_changed(self) -> bool:
        """The record was corrected since it was tied."""
        return self.now is not None and self.now.digest != self.evidence.digest


def compared(evaluation: Evaluation, evidence: Iterable[Evidence]) -> list[Tied]:
    """Each piece of evidence beside its record of today, in as many queries as there are kinds among them."""
    pieces = list(evidence)
    here = {(one.kind, one.key): one for one in records_of(evaluation, {piece.kind for piece in pieces})}
    return [Tied(piece, here.get((piece.kind, piece.key))) for piece in pieces]
