"""What the evaluators look at: the papers of the group, and the place."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock
from core.files import attach
from core.notifications import notify
from core.workdays import add_workdays
from core.workflow import Refused, permit, record
from evaluations.models import Evaluation, EvaluationVisit, PaperLine
from evaluations.paper_lists import LENGTH, MOST
from people.models import User
from projects.actions.messages import tell_group

CHECKED_IN = (Evaluation.State.DOCUMENT_CHECK, Evaluation.State.SITE_VISIT, Evaluation.State.DRAFT)
"""A paper that comes late is still looked at."""
ASKED = (PaperLine.Standing.INCOMPLETE, PaperLine.Standing.MISSING)


def _locked(evaluation: Evaluation) -> Evaluation:
    found = Evaluation.objects.select_for_update(of=("self",)).select_related("project__call", "lead", "commission")
    return found.get(pk=evaluation.pk)


@transaction.atomic
def check_papers(
    evaluation: Evaluation, *, by: User, found: Mapping[int, tuple[str, str]], another: str = "", ask: bool = False
) -> list[PaperLine]:
    """Say of each paper (by id) whether it is there, with a remark; `another` puts one more on the list.

    `ask`: what is incomplete or missing and has not been asked for is asked from the group, once, with a last day. A
    paper that is not there needs a remark, so that the group knows what is wanted."""
    locked = _locked(evaluation)
    permit("evaluations.inspect", by, locked)
    if locked.state not in CHECKED_IN:
        raise Refused(_("The papers are not checked in the state “%s”.") % locked.get_state_display())
    lines = {line.pk: line for line in locked.papers.all()}
    for pk, (standing, remark) in found.items():
        line = lines.get(pk)
        if line is None:
            continue
        line.standing, line.remark = standing, remark.strip()
        line.save(update_fields=["standing", "remark"])
    if name := another.strip()[:LENGTH]:
        if len(lines) >= MOST or locked.papers.filter(name=name).exists():
            raise Refused(_("“%(name)s” is on the list already, or the list is full.") % {"name": name})
        line = PaperLine.objects.create(evaluation=locked, name=name, position=len(lines) + 1)
        lines[line.pk] = line
    if ask:
        _ask_for(locked, list(lines.values()), by=by)
    return list(locked.papers.all())


def _ask_for(evaluation: Evaluation, lines: list[PaperLine], *, by: User) -> None:
    wanted = [line for line in lines if line.standing in ASKED and not line.is_waited_for]
    if not wanted:
        raise Refused(_("Nothing on the list is incomplete or missing that has not been asked for."))
    if bare := [line.name for line in wanted if not line.remark]:
        raise Refused(_("Please say in the remark what is wanted: %(names)s.") % {"names": "、".join(bare)})
    until = add_workdays(clock.today(), evaluation.call.self_evaluation_workdays)
    for line in wanted:
        line.asked_at, line.asked_until = clock.now(), until
        line.delivered_at = line.delivered_by = None
        line.save()
    names = "、".join(line.name for line in wanted)
    record(evaluation.project, "ask_for_papers", by=by, label=_("Papers asked for"), note=names)
    subject = _("please hand in papers until %(day)s") % {"day": until}
    body = "\n".join(_(": ").join((line.name, line.remark)) for line in wanted)
    tell_group(evaluation.project, subject, body=body, url=evaluation.get_absolute_url())


@transaction.atomic
def hand_in_paper(line: PaperLine, *, by: User, note: str, files: Iterable[UploadedFile] = ()) -> PaperLine:
    """The group hands in what was asked for, with a word and files; the lead is told, and looks at it again."""
    evaluation = _locked(line.evaluation)
    permit("evaluations.hand_in_paper", by, evaluation)
    locked = evaluation.papers.get(pk=line.pk)
    if not locked.is_waited_for:
        raise Refused(_("This paper is not asked for at present."))
    if evaluation.state not in CHECKED_IN:
        raise Refused(_("The papers are not checked in the state “%s”.") % evaluation.get_state_display())
    given = list(files)
    if not given and not note.strip():
        raise Refused(_("Please add a file, or say where the paper is."))
    locked.delivered_at, locked.delivered_by, locked.delivery_note = clock.now(), by, note.strip()
    locked.standing = ""  # to be looked at again
    locked.save()
    for upload in given:
        attach(locked, upload, by=by, kind="paper")
    record(evaluation.project, "hand_in_paper", by=by, label=_("Handed in: %(name)s") % {"name": locked.name[:80]})
    if evaluation.lead:
        subject = _("“%(title)s”: “%(paper)s” is there") % {"title": evaluation.project.title, "paper": locked.name}
        notify([evaluation.lead], subject=subject, url=evaluation.get_absolute_url())
    return locked


# -- the place -----------------------------------------------------------------------------------------


@transaction.atomic
def announce_visit(
    evaluation: Evaluation, *, by: User, planned_at: datetime, place: str, visitors: str, wishes: str = ""
) -> EvaluationVisit:
    """Announce the day to the group, or another one instead; the group says whether it suits."""
    locked = _locked(evaluation)
    permit("evaluations.inspect", by, locked)
    if locked.state not in (Evaluation.State.DOCUMENT_CHECK, Evaluation.State.SITE_VISIT):
        raise Refused(_("A visit is planned at the papers, or at its own step."))
    if planned_at <= clock.now():
        raise Refused(_("The visit must lie ahead."))
    visit = EvaluationVisit.objects.filter(evaluation=locked).first() or EvaluationVisit(evaluation=locked)
    if visit.is_recorded:
        raise Refused(_("The visit has taken place already."))
    visit.planned_at, visit.place, visit.visitors, visit.wishes = planned_at, place, visitors, wishes.strip()
    visit.announced_by, visit.announced_at = by, clock.now()
    visit.answer, visit.answer_note, visit.answered_by, visit.answered_at = "", "", None, None
    visit.save()
    if locked.state == Evaluation.State.SITE_VISIT:
        Evaluation.objects.filter(pk=locked.pk).update(due_on=add_workdays(clock.localdate(planned_at), 2))
    when = f"{timezone.localtime(planned_at):%Y-%m-%d %H:%M}"
    record(locked.project, "announce_visit", by=by, label=_("Site visit announced: %(when)s") % {"when": when})
    body = "\n".join([_("%(when)s, %(place)s") % {"when": when, "place": place}, visitors, visit.wishes])
    tell_group(locked.project, _("the evaluators come on %(when)s") % {"when": when}, body, locked.get_absolute_url())
    evaluation.refresh_from_db()
    return visit


@transaction.atomic
def answer_visit(visit: EvaluationVisit, *, by: User, suits: bool, note: str = "") -> EvaluationVisit:
    """The group says that the day suits, or asks for another with a reason; the lead is told."""
    evaluation = _locked(visit.evaluation)
    permit("evaluations.answer_visit", by, evaluation)
    locked = EvaluationVisit.objects.get(evaluation=evaluation)
    if locked.is_recorded:
        raise Refused(_("The visit has taken place already."))
    if not suits and not note.strip():
        raise Refused(_("Please say which day would suit, and why this one does not."))
    locked.answer = EvaluationVisit.Answer.AGREED if suits else EvaluationVisit.Answer.OTHER_DAY
    locked.answer_note, locked.answered_by, locked.answered_at = note.strip(), by, clock.now()
    locked.save()
    label = locked.get_answer_display()
    record(evaluation.project, "answer_visit", by=by, label=label, note=locked.answer_note)
    if evaluation.lead:
        subject = _("“%(title)s”: %(step)s") % {"title": evaluation.project.title, "step": label}
        notify([evaluation.lead], subject=subject, body=locked.answer_note, url=evaluation.get_absolute_url())
    return locked


@transaction.atomic
def record_visit(
    evaluation: Evaluation,
    *,
    by: User,
    held_at: datetime,
    present: str,
    seen: str,
    interviews: str = "",
    files: Iterable[UploadedFile] = (),
) -> EvaluationVisit:
    """Write down who was there, what was seen and what people said, with photos; it can be mended until the draft is
    sent. A visit that nobody had announced is a visit all the same, and says so."""
    locked = _locked(evaluation)
    permit("evaluations.inspect", by, locked)
    if locked.state not in (Evaluation.State.SITE_VISIT, Evaluation.State.DRAFT) or not locked.asks_visit:
        raise Refused(_("There is no visit to write down in the state “%s”.") % locked.get_state_display())
    if held_at > clock.now():
        raise Refused(_("A visit can be written down after it has begun."))
    if not present.strip() or not seen.strip():
        raise Refused(_("Please say who was there and what was seen."))
    visit = EvaluationVisit.objects.filter(evaluation=locked).first()
    if visit is None:
        visit = EvaluationVisit(evaluation=locked, planned_at=held_at, place="", visitors="")
        visit.announced_by, visit.announced_at = by, clock.now()
    visit.held_at, visit.present, visit.seen, visit.interviews = (
        held_at,
        present.strip(),
        seen.strip(),
        interviews.strip(),
    )
    visit.recorded_by, visit.recorded_at = by, clock.now()
    visit.save()
    for upload in files:
        attach(visit, upload, by=by, kind="site")
    record(locked, "record_visit", by=by, label=_("Site visit written down"))
    return visit
