"""Looking into an objection: the examination, its notes, the group's answer, and the ruling with reasons."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from core.files import attach
from core.models import Event
from core.money import yuan
from core.workflow import Refused, advance, permit, record
from people.models import Role, User
from projects.actions.messages import tell_funder, tell_funder_of_call, tell_group
from projects.actions.objections import locked_objection, write_to_sender
from projects.actions.proposals import release_reservation
from projects.models import Objection, ObjectionNote, Project, State
from projects.signals import dropped_out, reopened

Ruling = Objection.Ruling
LINE = (Ruling.DISMISSED, Ruling.CORRECTED, Ruling.UPHELD)
"""How an objection to one project can be ruled on."""
WHOLE = (Ruling.DISMISSED, Ruling.RECONSIDER)
"""How one to a whole notice can."""


@transaction.atomic
def examine_objection(objection: Objection, *, by: User, gist: str = "", answer_until: date | None = None) -> Objection:
    """Start looking into it: nothing is approved meanwhile. The group reads `gist`, which is what the objection says
    without what would tell who objects, and may answer once until `answer_until`. One against a whole notice is about
    no group, so that nobody is told and nobody answers."""
    locked = locked_objection(objection)
    permit("projects.examine_objection", by, locked)
    if locked.confirmed_at is None:
        raise Refused(_("This objection is not confirmed yet."))
    if locked.examined_at:
        raise Refused(_("This objection is being examined already."))
    locked.examined_at, locked.examined_by = clock.now(), by
    if locked.project is None:
        locked.save()
        objection.refresh_from_db()
        return locked
    if locked.project.state == State.SHORTLISTED:
        raise Refused(_("Please publish the corrected notice first."))
    if not gist.strip():
        raise Refused(_("Please write what the group reads."))
    if answer_until is None or answer_until < clock.today():
        raise Refused(_("The group needs time to answer: please choose today or a later day."))
    locked.gist, locked.answer_until = gist.strip(), answer_until
    locked.save()
    if locked.project.state == State.IN_NOTICE:
        advance(locked.project, "examine_objection", by=by)
    subject = _("somebody objects; you can answer until %(day)s") % {"day": answer_until}
    tell_group(locked.project, subject, body=locked.gist)
    objection.refresh_from_db()
    return locked


@transaction.atomic
def add_note(
    objection: Objection, *, by: User, kind: str, values: dict[str, Any], files: Sequence[UploadedFile] = ()
) -> ObjectionNote:
    """Write down an inquiry or a hearing, with files. Refused before the examination and after the ruling."""
    locked = locked_objection(objection)
    permit("projects.examine_objection", by, locked)
    if kind not in (ObjectionNote.Kind.INQUIRY, ObjectionNote.Kind.HEARING):
        raise LookupError(kind)
    if locked.examined_at is None or locked.ruling:
        raise Refused(_("Notes are written while an objection is being examined."))
    return _note(locked, by, kind, files, values)


@transaction.atomic
def answer_objection(objection: Objection, *, by: User, text: str, files: Sequence[UploadedFile] = ()) -> ObjectionNote:
    """The group says once, and in time, what it thinks of the objection; the funder is told."""
    locked = locked_objection(objection)
    permit("projects.answer_objection", by, locked)
    if locked.project is None or not locked.can_be_answered:
        raise Refused(_("The time to answer is over, or your group has answered already."))
    note = _note(locked, by, ObjectionNote.Kind.ANSWER, files, {"text": text.strip()})
    record(locked.project, "answer_objection", by=by, label=_("The group answered the objection"))
    tell_funder(locked.project, _("the group has answered the objection"), Role.STAFF, Role.APPROVER)
    return note


def _note(
    objection: Objection, by: User, kind: str, files: Sequence[UploadedFile], values: dict[str, Any]
) -> ObjectionNote:
    note = ObjectionNote.objects.create(objection=objection, kind=kind, by=by, **values)
    for upload in files:
        attach(note, upload, by=by)
    return note


@transaction.atomic
def rule_on_objection(
    objection: Objection,
    *,
    by: User,
    ruling: str,
    reason: str,
    amount: Decimal | None = None,
    title: str = "",
    site: str = "",
) -> Objection:
    """An approver who did not look into it rules, with reasons that the group and whoever objected read.

    Dismissed: the notice goes on. Upheld: the project loses its place, its money is free and the waitlist moves up.
    Corrected: `amount` (lower) or `title` is corrected, the money is free until the clerk publishes a new notice.
    Reconsidered, which is for a whole notice: every project of its call that has no award yet goes back into review,
    what was reserved is free, and a new decision and its notice must follow.
    Against the group only after it has answered or its time is over. Other open objections keep the project under
    examination; one that is ruled on after the project has lost its place anyway is only answered.
    """
    locked = locked_objection(objection)
    project = locked.project
    permit("projects.rule_on_objection", by, locked)
    _refuse_unready(locked, ruling, reason)
    locked.ruling, locked.reason = ruling, reason.strip()
    locked.ruled_by, locked.ruled_at = by, clock.now()
    locked.save()
    if project is None:
        if ruling == Ruling.RECONSIDER:
            _reconsider(locked, by)
    elif project.state == State.OBJECTED:
        if ruling == Ruling.UPHELD:
            _uphold(project, by, locked.reason)
        elif ruling == Ruling.CORRECTED:
            _correct(project, by, locked.reason, amount, title)
        elif not project.objections.open().exists():
            advance(project, "dismiss_objection", by=by, note=reason)
            tell_group(project, _("objection dismissed"), body=reason)
    label = locked.get_ruling_display()
    subject = _("Your objection %(number)s: %(ruling)s") % {"number": locked.number, "ruling": label}
    follow = _("Here you can read it again:\n%(link)s") % {"link": site + locked.get_follow_url()}
    body = [f"“{locked.subject}”", label, locked.reason, follow if site else ""]
    write_to_sender(locked, subject, "\n\n".join(part for part in body if part))
    objection.refresh_from_db()
    return objection


def _refuse_unready(objection: Objection, ruling: str, reason: str) -> None:
    if objection.examined_at is None:
        raise Refused(_("A clerk examines the objection first."))
    if objection.ruling:
        raise Refused(_("This objection has been ruled on already."))
    if not reason.strip():
        raise Refused(_("Please give the reasons of the ruling."))
    fitting = WHOLE if objection.project is None else LINE
    if ruling not in fitting:
        raise Refused(_("This ruling does not fit: a whole notice is reconsidered, a project is corrected or removed."))
    if ruling != Ruling.DISMISSED and objection.can_be_answered:
        raise Refused(_("The group can still answer until %(day)s.") % {"day": objection.answer_until})
    if ruling == Ruling.CORRECTED and objection.project is not None:
        if objection.project.state != State.OBJECTED:
            raise Refused(_("Nothing can be corrected any more: the project is not in public notice."))
        if objection.project.objections.open().exclude(pk=objection.pk).exists():
            raise Refused(_("Please rule on the other objections against this project first."))


def _reconsider(objection: Objection, by: User) -> None:
    """Back into review: whoever was decided on in this call and has no award yet. Who withdrew, was struck or lost the
    place by an objection stays out, and so does a proposal that has been offered elsewhere."""
    call = objection.notice.call
    undecided = Q(state__in=[State.WAITLISTED, State.SHORTLISTED, State.IN_NOTICE, State.OBJECTED])
    passed_by = Q(state=State.NOT_SELECTED, notice_entries=None, routed_to=None)
    found = call.projects.filter(undecided | passed_by).select_for_update(of=("self",))
    once = {project.pk: project for project in found}.values()  # a corrected one stands in two notices
    back = [project for project in once if not Event.objects.about(project).filter(name="strike").exists()]
    for project in back:
        reserved = project.state in (State.IN_NOTICE, State.OBJECTED)
        proposed = Project.objects.get(pk=project.pk)
        advance(project, "reopen", by=by, note=objection.reason)
        if reserved:
            release_reservation(proposed, by=by, memo=_("Results are judged again"))
        tell_group(project, _("the results are judged or calculated again"), body=objection.reason)
    record(call, "reconsider", by=by, label=_("Results are judged again"), note=objection.reason)
    reopened.send(Project, projects=back, by=by, why=objection.reason)
    subject = _("the results are to be judged or calculated again, and decided anew")
    tell_funder_of_call(call, subject, Role.STAFF, Role.APPROVER, body=objection.reason, url=call.get_absolute_url())


def _uphold(project: Project, by: User, reason: str) -> None:
    proposed = Project.objects.get(pk=project.pk)
    advance(project, "uphold_objection", by=by, note=reason)
    release_reservation(proposed, by=by, memo=_("Objection upheld"))
    tell_group(project, _("objection upheld"), body=reason)
    tell_funder(project, _("objection upheld"), body=reason)
    dropped_out.send(Project, project=project, why=_("objection upheld"))


def _correct(project: Project, by: User, reason: str, amount: Decimal | None, title: str) -> None:
    proposed = Project.objects.get(pk=project.pk)
    printed = project.notice_entries.order_by("pk").last()
    assert proposed.amount_proposed is not None  # both: it is in a notice
    assert printed is not None
    amount, title = amount or proposed.amount_proposed, title.strip() or proposed.title
    if not 0 < amount <= proposed.amount_proposed:
        message = _("The corrected amount must be above 0 and at most %(most)s yuan.")
        raise Refused(message % {"most": yuan(proposed.amount_proposed)})
    if (amount, title, project.applicant.name) == (printed.amount, printed.title, printed.applicant):
        raise Refused(_("Please say what is corrected: the amount or the title."))
    advance(project, "correct", by=by, note=reason, amount=amount, title=title)
    release_reservation(proposed, by=by, memo=_("Notice corrected"))
    tell_group(project, _("what the notice says is corrected and will be published again"), body=reason)
    tell_funder(project, _("corrected: please publish the new notice"), body=reason)
