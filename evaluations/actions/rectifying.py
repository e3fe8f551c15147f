"""What has to be mended after an evaluation, item by item, and what follows when it is not."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.files import attach
from core.notifications import notify
from core.workdays import add_workdays
from core.workflow import Refused, advance, permit, record
from evaluations.actions.concluding import waiting_items
from evaluations.actions.second_person import answer_to, words_of
from evaluations.models import Evaluation, RectificationItem, RectificationReport, Result, TerminationProposal
from people.models import Role, User
from projects.actions import evaluation as life
from projects.actions import payments
from projects.actions.messages import tell_funder, tell_group
from projects.models import Project, State
from projects.spending import spent

AGAIN = 5
"""Workdays that are proposed where an item is sent back late."""


def _locked(item: RectificationItem) -> RectificationItem:
    Project.objects.select_for_update(of=("self",)).get(pk=item.evaluation.project_id)
    found = RectificationItem.objects.select_for_update(of=("self",)).select_related(
        "evaluation__project__call", "evaluation__commission", "evaluation__lead"
    )
    return found.get(pk=item.pk)


@transaction.atomic
def report_item(
    item: RectificationItem, *, by: User, words: str, files: Iterable[UploadedFile] = ()
) -> RectificationReport:
    """The group says what it has done about one item, with proof. The lead and the clerks are told; when everything of
    a project that did not pass is reported, the clerks are asked to arrange the second look."""
    locked = _locked(item)
    permit("evaluations.report_item", by, locked)
    if not words.strip():
        raise Refused(_("Please say what has been done."), at="words")
    advance(locked, "report", by=by)
    made = RectificationReport.objects.create(item=locked, words=words.strip(), by=by)
    for upload in files:
        attach(made, upload, by=by, kind="rectification")
    project = locked.project
    record(
        project, "report_item", by=by, label=_("Reported as mended: %(what)s") % {"what": str(locked)}, note=made.words
    )
    subject = _("“%(title)s”: something is reported as mended") % {"title": project.title}
    lead = locked.evaluation.lead
    if lead and locked.evaluation.commission.is_current:
        notify([lead], subject=subject, body=str(locked), url=locked.get_absolute_url())
    if project.state == State.RECTIFYING and not open_items(project):
        tell_funder(project, _("everything is reported as mended: please arrange the second evaluation"))
    else:
        tell_funder(project, _("something is reported as mended"), body=str(locked))
    item.refresh_from_db()
    return made


def open_items(project: Project) -> int:
    """How many things the group has still to mend and report."""
    return RectificationItem.objects.filter(evaluation__project=project, state="open").count()


@transaction.atomic
def judge_item(
    item: RectificationItem, *, by: User, accepts: bool, remark: str = "", due_on: date | None = None
) -> RectificationItem:
    """The evaluator or a clerk accepts what was reported, or sends it back with a reason and another last day.

    When the last one of a project that has passed is accepted, nothing holds its next instalment back any more."""
    locked = _locked(item)
    permit("evaluations.judge_item", by, locked)
    report = locked.reports.last()
    if locked.state != RectificationItem.State.REPORTED or report is None:
        raise Refused(_("Nothing has been reported that could be judged."))
    if not accepts and not remark.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."), at="remark")
    if accepts:
        advance(locked, "accept", by=by, note=remark)
    else:
        day = due_on or max(locked.due_on, add_workdays(clock.today(), AGAIN))
        if day < clock.today():
            raise Refused(_("The last day has passed already."), at="due_on")
        advance(locked, "send_back", by=by, note=remark, due_on=day)
    report.verdict = RectificationReport.Verdict.ACCEPTED if accepts else RectificationReport.Verdict.SENT_BACK
    report.remark, report.decided_by, report.decided_at = remark.strip(), by, clock.now()
    report.save()
    project = locked.project
    label = _("Accepted: %(what)s") if accepts else _("Sent back: %(what)s")
    said = label % {"what": str(locked)}
    record(project, "accept_item" if accepts else "send_item_back", by=by, label=said[:120], note=report.remark)
    tell_group(project, said, body=report.remark, url=locked.get_absolute_url())
    if accepts and not waiting_items(project) and project.state not in (State.RECTIFYING, State.MIDTERM, State.FINAL):
        life.items_done(project, by=by)
    item.refresh_from_db()
    return item


# -- failed again -----------------------------------------------------------------------------------------


def failed_again(project: Project) -> Evaluation | None:
    """Its last evaluation, when it was not passed though it was a second look, and nothing has been decided on it."""
    if project.state not in (State.MIDTERM, State.FINAL):
        return None
    last = project.evaluations.filter(state="published", purpose=project.state).order_by("round").last()
    if last is None or last.round < 2 or project.evaluations.open().exists():
        return None
    result = project.results.filter(purpose=last.purpose, round=last.round).first()
    return last if result is not None and result.grade == Result.Grade.FAIL else None


@transaction.atomic
def propose_termination(evaluation: Evaluation, *, by: User, reason: str) -> TerminationProposal:
    """A clerk proposes to end a project that has failed again; the approvers are told what would be claimed back."""
    project = Project.objects.select_for_update(of=("self",)).select_related("call").get(pk=evaluation.project_id)
    permit("evaluations.propose_termination", by, evaluation)
    if failed_again(project) != evaluation:
        raise Refused(_("Only a project that has failed its evaluation again can be proposed for this."))
    if evaluation.terminations.open().exists():
        raise Refused(_("Somebody has asked for this already."))
    made = TerminationProposal.objects.create(
        evaluation=evaluation, reason=words_of(reason), asked_by=by, paid=project.amount_paid, recognised=spent(project)
    )
    record(project, "propose_termination", by=by, label=_("Termination proposed"), note=made.reason)
    tell_funder(project, _("please decide whether it is terminated"), Role.APPROVER, body=made.reason)
    return made


@transaction.atomic
def decide_termination(
    proposal: TerminationProposal, *, by: User, grant: bool, answer: str = ""
) -> TerminationProposal:
    """An approver decides. Granted: the project is terminated, its unpaid instalments are free again, and the finance
    office draws up the notice over what was paid and not recognised. Refused: the group mends once more, until the
    call's workdays are over, and is looked at again."""
    project = Project.objects.select_for_update(of=("self",)).select_related("call").get(pk=proposal.project.pk)
    locked = TerminationProposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    answer_to(locked, "evaluations.decide_termination", by=by, grant=grant, answer=answer)
    locked.save()
    if grant:
        payments.terminate(project, by=by, note=locked.reason)
    else:
        day = add_workdays(clock.today(), project.call.rectify_workdays)
        life.conclude(project, "require_rectification", by=by, note=locked.answer, due_on=day)
    proposal.refresh_from_db()
    return proposal


def to_claim(project: Project) -> Decimal:
    """Yuan that would be claimed back today: paid less recognised, never below zero."""
    return max(project.amount_paid - spent(project), Decimal("0.00"))
