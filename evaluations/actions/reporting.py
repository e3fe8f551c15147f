"""The report of an evaluation: the organisation's own draft, the answer of the group, the final report."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.files import attach
from core.models import Attachment
from core.money import plain, round_half_up
from core.notifications import notify
from core.numbering import next_number
from core.workdays import add_workdays
from core.workflow import Refused, Stale, advance, permit, record
from evaluations.actions.concluding import outcome
from evaluations.actions.evaluation import WORKDAYS
from evaluations.actions.holding import hold_panel
from evaluations.models import AnswerPoint, Assignment, Evaluation, RectificationItem, Result, Sheet, SheetRevision
from evaluations.models.evaluation import TEXTS
from evaluations.vetoes import marked
from people.models import User
from projects.accounting import final_accounts
from projects.actions.messages import tell_funder, tell_group
from projects.figures import so_far
from projects.models import Project
from projects.spending import spent

WRITTEN_IN = (Evaluation.State.SITE_VISIT, Evaluation.State.DOCUMENT_CHECK, Evaluation.State.DRAFT)
MOST_ITEMS = 30


@dataclass(frozen=True)
class Item:
    """One thing to be mended, as it is typed."""

    what: str
    basis: str
    due_on: date
    who: str = ""


def _locked(evaluation: Evaluation) -> Evaluation:
    found = Evaluation.objects.select_for_update(of=("self",)).select_related(
        "project__call", "commission__organization", "rubric", "lead"
    )
    return found.get(pk=evaluation.pk)


@transaction.atomic
def save_report(
    evaluation: Evaluation,
    *,
    by: User,
    texts: Mapping[str, str],
    items: Sequence[Item] | None = None,
    version: int | None = None,
) -> Evaluation:
    """Keep the report: until it is sent nobody outside the organisation reads it, and after the answer of the group it
    can be changed until it is issued. `items` are all that has to be mended; None leaves them as they are.

    `Stale` when a colleague has saved it since `version`."""
    locked = _locked(evaluation)
    permit("evaluations.lead", by, locked)
    _refuse_when_fixed(locked)
    if version is not None and version != locked.version:
        raise Stale(_("This has been changed in another window since you opened it."))
    for name in TEXTS:
        if name in texts:
            setattr(locked, name, texts[name].strip())
    locked.version += 1
    locked.save(update_fields=[*TEXTS, "version"])
    if items is not None:
        _keep_items(locked, items)
    evaluation.refresh_from_db()
    return evaluation


def _refuse_when_fixed(evaluation: Evaluation) -> None:
    if evaluation.state == Evaluation.State.FINAL and evaluation.issued_at is None:
        return
    if evaluation.state not in WRITTEN_IN:
        raise Refused(_("The report cannot be changed in the state “%s”.") % evaluation.get_state_display())


def _keep_items(evaluation: Evaluation, items: Sequence[Item]) -> None:
    if len(items) > MOST_ITEMS:
        raise Refused(_("No more than %(n)s things can be asked for at once.") % {"n": MOST_ITEMS})
    for item in items:
        if not item.what.strip() or not item.basis.strip():
            raise Refused(_("Whatever is to be mended needs its basis: which clause, rule or record says so."))
        if item.due_on <= clock.today():
            raise Refused(_("The day until which something is to be mended must lie ahead."))
    evaluation.items.all().delete()
    RectificationItem.objects.bulk_create(
        RectificationItem(
            evaluation=evaluation,
            position=place,
            what=item.what.strip(),
            basis=item.basis.strip(),
            who=item.who.strip(),
            due_on=item.due_on,
        )
        for place, item in enumerate(items, start=1)
    )


def proposed_day(evaluation: Evaluation) -> date:
    """Until when things are to be mended, unless another day is chosen: counted from about when the group reads it."""
    call = evaluation.project.call
    return add_workdays(clock.today(), call.rectify_workdays + call.answer_workdays + WORKDAYS["publish"])


@transaction.atomic
def send_draft(evaluation: Evaluation, *, by: User) -> Evaluation:
    """The lead sends the draft to the group. Consequences: group and funder read it from now on; each of its points is
    written down as it was sent, and the group has the call's workdays to answer.

    Refused while a sheet or a text is missing, and when a failed evaluation names nothing that is to be mended."""
    hold_panel(evaluation.project_id)
    locked = _locked(evaluation)
    said = outcome(locked)
    if said and said.grade == Result.Grade.FAIL and not locked.items.exists():
        raise Refused(_("It is not passed: please say what has to be mended, by which rule and until when."))
    draft = frozen(locked) if said else {}
    advance(locked, "ask_answer", by=by, draft=draft)
    locked.points.all().delete()
    AnswerPoint.objects.bulk_create(_points(locked, draft))
    record(locked.project, "send_draft", by=by, label=_("Draft report sent"))
    subject = _("the draft report is there: please answer until %(day)s") % {"day": locked.due_on}
    body = _("No answer by then is noted as agreement.")
    tell_group(locked.project, subject, body=body, url=locked.get_absolute_url())
    tell_funder(locked.project, _("the draft report has been sent to the group"))
    evaluation.refresh_from_db()
    return evaluation


def frozen(evaluation: Evaluation) -> dict:
    """The report as it stands: its texts, what is to be mended, the score, and what each criterion has."""
    said = outcome(evaluation)
    return {
        **{name: getattr(evaluation, name) for name in TEXTS},
        "score": str(said.total.score) if said else "",
        "grade": said.grade if said else "",
        "items": [
            {"what": item.what, "basis": item.basis, "who": item.who, "due_on": item.due_on.isoformat()}
            for item in evaluation.items.all()
        ],
    }


def _points(evaluation: Evaluation, draft: dict) -> list[AnswerPoint]:
    About = AnswerPoint.About
    grade = Result.Grade(draft["grade"]).label
    found = [(About.SCORE, _("%(score)s points, %(grade)s") % {"score": plain_of(draft["score"]), "grade": grade})]
    for veto in marked(evaluation.panel.select_related("sheet")):  # it can fail the project, so the group hears of it
        found.append((About.VETO, _(": ").join((veto.criterion.name, "；".join(veto.reasons)))[:3000]))
    found.append((About.CONCLUSION, evaluation.conclusion))
    found += [(About.PROBLEM, line.strip()) for line in evaluation.problems.splitlines() if line.strip()]
    found += [(About.ITEM, item.what) for item in evaluation.items.all()]
    found.append((About.OTHER, ""))
    return [
        AnswerPoint(evaluation=evaluation, position=place, about=about, words=words)
        for place, (about, words) in enumerate(found, start=1)
    ]


def plain_of(score: str) -> str:
    """81.50 as 81.5."""
    return plain(Decimal(score)) if score else ""


@transaction.atomic
def answer(
    evaluation: Evaluation,
    *,
    by: User,
    answers: Mapping[int, tuple[str, str]],
    files: Iterable[UploadedFile] = (),
) -> Evaluation:
    """The group answers each point (by id) with its stance and words, once; the lead is told.

    Refused where it sees something otherwise and does not say why. A point without an answer is agreed to."""
    locked = _locked(evaluation)
    permit("evaluations.answer_draft", by, locked)
    points = list(locked.points.all())
    for point in points:
        stance, words = answers.get(point.pk, ("", ""))
        point.stance, point.answer = stance or AnswerPoint.Stance.AGREES, words.strip()
        if point.stance == AnswerPoint.Stance.DIFFERS and not point.answer:
            raise Refused(_("Please say why you see it otherwise: %(point)s") % {"point": point})
    AnswerPoint.objects.bulk_update(points, ["stance", "answer"])
    for upload in files:
        attach(locked, upload, by=by, kind="answer")
    advance(locked, "answer", by=by)
    record(locked.project, "answer_draft", by=by, label=_("Draft report answered"))
    _tell_lead(locked, _("the group has answered the draft report"))
    evaluation.refresh_from_db()
    return evaluation


def _tell_lead(evaluation: Evaluation, what: str) -> None:
    if evaluation.lead:
        subject = _("“%(title)s”: %(step)s") % {"title": evaluation.project.title, "step": what}
        notify([evaluation.lead], subject=subject, url=evaluation.get_absolute_url())


@transaction.atomic
def note_silence(evaluation: Evaluation, *, by: User | None) -> Evaluation:
    """The last day is over and nothing came: noted as agreement to every point."""
    locked = _locked(evaluation)
    advance(locked, "note_silence", by=by)
    locked.points.update(stance=AnswerPoint.Stance.AGREES)
    label = _("No answer came: noted as agreement")
    record(locked.project, "note_silence", by=by, label=label)
    tell_group(locked.project, label, url=locked.get_absolute_url())
    _tell_lead(locked, label)
    evaluation.refresh_from_db()
    return evaluation


def note_silences() -> int:
    """Every draft report whose last day to answer is over; asked by `manage.py tick`."""
    late = Evaluation.objects.open().filter(state=Evaluation.State.ANSWER, due_on__lt=clock.today())
    for evaluation in (found := list(late)):
        note_silence(evaluation, by=None)
    return len(found)


@transaction.atomic
def reply(evaluation: Evaluation, *, by: User, replies: Mapping[int, tuple[str, str]]) -> Evaluation:
    """The lead says to each answer (by point id) what becomes of it, and why."""
    locked = _locked(evaluation)
    permit("evaluations.lead", by, locked)
    if locked.state != Evaluation.State.FINAL or locked.issued_at:
        raise Refused(_("Answers are replied to between the answer of the group and the final report."))
    points = list(locked.points.all())
    for point in points:
        outcome, words = replies.get(point.pk, (point.outcome, point.reply))
        if outcome and not words.strip():
            raise Refused(_("Please say why: %(point)s") % {"point": point})
        point.outcome, point.reply = outcome, words.strip()
    AnswerPoint.objects.bulk_update(points, ["outcome", "reply"])
    return locked


@transaction.atomic
def reopen_sheet(assignment: Assignment, *, by: User, reason: str) -> SheetRevision:
    """An evaluator opens the own sheet again, with a reason, before the final report is issued; what it said is kept,
    and the difference stays to be read."""
    hold_panel(assignment.project_id)
    locked = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if locked.evaluation is None:
        raise PermissionDenied
    evaluation = _locked(locked.evaluation)
    permit("evaluations.inspect", by, evaluation)
    if locked.person_id != by.pk:
        raise Refused(_("A sheet is opened again by whoever wrote it."))
    if evaluation.state not in (Evaluation.State.DRAFT, Evaluation.State.FINAL) or evaluation.issued_at:
        raise Refused(_("The report rests on this sheet already."))
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    sheet = Sheet.objects.select_for_update().filter(assignment=locked).first()
    if sheet is None or not sheet.is_submitted:
        raise Refused(_("This sheet is not locked."))
    revision = SheetRevision.objects.create(sheet=sheet, reason=reason.strip(), by=by, before=sheet.said)
    sheet.submitted_at, sheet.total, sheet.unlocked_at = None, None, clock.now()
    sheet.version += 1
    sheet.save()
    record(
        evaluation, "reopen_sheet", by=by, label=_("Sheet opened again"), note=revision.reason, before=revision.before
    )
    return revision


def unanswered(evaluation: Evaluation) -> list[str]:
    """What keeps the final report from being issued."""
    reasons = []
    if missing := [str(point) for point in evaluation.points.all() if point.needs_reply and not point.outcome]:
        reasons.append(_("Not replied to yet: %(points)s") % {"points": "; ".join(missing)})
    said = outcome(evaluation)
    if said is None:
        reasons.append(_("Not every evaluator has submitted the sheet yet."))
    elif said.grade == Result.Grade.FAIL and not evaluation.items.exists():
        reasons.append(_("It is not passed: please say what has to be mended, by which rule and until when."))
    reported = RectificationItem.objects.filter(evaluation__project=evaluation.project_id, state="reported")
    if evaluation.round > 1 and (n := reported.exclude(evaluation=evaluation).count()):
        reasons.append(_("%(n)s things that were reported as mended are still to be accepted or sent back.") % {"n": n})
    return reasons


@transaction.atomic
def issue(evaluation: Evaluation, *, by: User) -> Evaluation:
    """The lead issues the final report, with its number; the clerk is asked to conclude.

    Refused while an answer of the group has no reply, a sheet is open, or something reported is not judged."""
    hold_panel(evaluation.project_id)
    locked = _locked(evaluation)
    permit("evaluations.lead", by, locked)
    if locked.state != Evaluation.State.FINAL or locked.issued_at:
        raise Refused(_("The final report is issued once, after the answer of the group."))
    if reasons := unanswered(locked):
        raise Refused(*reasons)
    if not locked.number:
        year = clock.today().year
        locked.number = f"PG{year}-{next_number(f'evaluation-report-{year}'):04d}"
    locked.issued_at, locked.issued_by = clock.now(), by
    locked.figures = figures_of(locked.project)
    locked.due_on = add_workdays(clock.today(), WORKDAYS["publish"])
    locked.save()
    label = _("Final report %(number)s issued") % {"number": locked.number}
    record(locked.project, "issue_report", by=by, label=label)
    record(locked, "issue_report", by=by, label=label, report=frozen(locked))
    tell_funder(locked.project, _("the final report is there: please conclude the evaluation"))
    evaluation.refresh_from_db()
    return evaluation


def figures_of(project: Project) -> dict[str, Any]:
    """What the records of the project say now, as a report shows it; kept with it when it is issued."""
    found = so_far(project)
    used = spent(project)
    paid = project.amount_paid
    return {
        "activities": f"{found.activities_held}/{found.activities_planned}",
        "visits": str(found.visits),
        "persons": str(found.persons),
        "volunteers": str(found.volunteers),
        "volunteer_hours": str(found.volunteer_hours),
        "paid": str(paid),
        "recognised": str(used),
        "rate": str(round_half_up(used * 100 / paid)) if paid else "",
        "categories": [
            [category, str(planned), str(used)]
            for category, planned, used in final_accounts(project).granted_by_category
        ],
    }


@transaction.atomic
def send_back(evaluation: Evaluation, *, by: User, reason: str) -> Evaluation:
    """The clerk asks the evaluator to look at an issued report again, with a reason that everybody concerned can read;
    what is in it stays the evaluator's."""
    locked = _locked(evaluation)
    permit("evaluations.publish", by, locked)
    if locked.state != Evaluation.State.FINAL or not locked.issued_at:
        raise Refused(_("There is no issued report to send back."))
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    locked.issued_at = locked.issued_by = None
    locked.due_on = add_workdays(clock.today(), WORKDAYS["final"])
    locked.save()
    label = _("Report sent back to the evaluator")
    record(locked.project, "send_report_back", by=by, label=label, note=reason.strip())
    record(locked, "send_report_back", by=by, label=label, note=reason.strip())
    _tell_lead(locked, label)
    evaluation.refresh_from_db()
    return evaluation


def files_of(evaluation: Evaluation) -> list[Attachment]:
    """What the group handed in with its answer."""
    return list(Attachment.objects.of(evaluation).filter(kind="answer"))
