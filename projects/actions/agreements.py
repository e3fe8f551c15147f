"""The agreement: drawn up from clauses, signed by each party, its scan confirmed; then the project runs."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.files import attach
from core.numbering import next_number
from core.workdays import add_workdays
from core.workflow import Refused, Stale, advance, permit, record
from grants.actions import ledger
from grants.agreement_text import default_clauses, default_name, digest
from grants.models import AgreementTemplate
from people.models import Role, User
from projects.actions.messages import tell_funder, tell_group, tell_mentors
from projects.agreement_text import agreement_blocks
from projects.changes import current
from projects.models import Agreement, ChangeRequest, Project, State

SIGN_WORKDAYS = 5
"""So many workdays remain to sign when the plan was confirmed late: the group shall not pay for our time."""


@transaction.atomic
def draw_up(
    project: Project,
    *,
    by: User,
    template: AgreementTemplate | None = None,
    from_model: bool = False,
    has_community: bool | None = None,
) -> Agreement:
    """Draw the agreement up from a template's newest edition, with the plan in force as its annex; freeze the text.

    `template`: another than the call's, of the same funder; `from_model`: the model text of the platform. Until
    somebody signs it can be drawn up anew, under the same number; the log keeps the digest of each. Consequences: the
    group (or its host) is asked to sign, with at least five workdays to do it.
    """
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    permit("projects.draw_up", by, project)
    if project.state != State.APPROVED:
        raise Refused(_("An agreement is drawn up between award and start."))
    if project.change_requests.open().filter(kind=ChangeRequest.Kind.OPTIMISATION).exists():
        raise Refused(_("First the plan is finished and confirmed."))
    return _draw_up(project, by=by, template=template, from_model=from_model, has_community=has_community)


def draw_up_with_award(project: Project, *, by: User) -> Agreement:
    """The same by the award itself, where the plan is signed as it was judged."""
    return _draw_up(project, by=by)


def _draw_up(
    project: Project,
    *,
    by: User,
    template: AgreementTemplate | None = None,
    from_model: bool = False,
    has_community: bool | None = None,
) -> Agreement:
    found = Agreement.objects.select_for_update().filter(project=project).first()
    if found and not found.is_open_to_change:
        raise Refused(_("Somebody has signed already: the text stays as it is."))
    template = None if from_model else template or project.call.agreement_template
    if template and not template.is_shared and template.funder_id != project.call.funder_id:
        raise PermissionDenied
    if has_community is None:
        has_community = template is not None and template.parties == AgreementTemplate.Parties.THREE
    if has_community and project.community_id is None:
        raise Refused(_("The project has no community that could be the third party."))
    edition, version = (template.edition if template else None), current(project)
    assert version is not None, "the award writes the first version"
    clauses = template.clauses if template else default_clauses()
    agreement = found or Agreement(project=project, number=_number(project))
    agreement.drawn_up_at, agreement.drawn_up_by = clock.now(), by
    agreement.edition, agreement.version, agreement.has_community = edition, version, has_community
    agreement.source = f"{template.name} · {edition.ordinal}" if template and edition else default_name()
    agreement.asks_for_copy = project.call.asks_for_signed_copy
    agreement.blocks = agreement_blocks(project, version, clauses, has_community=has_community)
    agreement.sha256 = digest(agreement.blocks)
    agreement.save()
    project.due_on = max(filter(None, [project.due_on, add_workdays(clock.today(), SIGN_WORKDAYS)]))
    project.save(update_fields=["due_on"])
    label = _("Agreement drawn up anew") if found else _("Agreement drawn up")
    record(project, "draw_up", by=by, label=label, sha256=agreement.sha256, source=agreement.source)
    tell_group(project, _("please sign the agreement by %(day)s") % {"day": project.due_on}, url=agreement_url(project))
    return agreement


def agreement_url(project: Project) -> str:
    return f"{project.get_absolute_url()}agreement/"


def _number(project: Project) -> str:
    """DFA2026-XY-001; the year of signing stands in it where the code of the call does not end in it already."""
    year = clock.today().year
    said = "" if project.call.code.endswith(str(year)) else f"-{year}"
    return f"{project.call.code}-XY{said}-{next_number(f'agreement:{project.call.funder_id}:{year}'):03d}"


@transaction.atomic
def sign_for_group(project: Project, *, by: User, read: str = "") -> Agreement:
    """The head of the group, or of the host of a filed group, signs; whoever is next is told.

    `read`: the digest of the text that they had before them; refused when it was drawn up anew since.
    """
    agreement = _agreement_to_sign(project, "projects.sign_for_group", by)
    if read and read != agreement.sha256:
        raise Stale(_("The agreement was drawn up anew after you opened it. Please read it again."))
    if agreement.group_signed_at:
        raise Refused(_("The group has signed already."))
    agreement.group_signed_at, agreement.group_signed_by = clock.now(), by
    agreement.save()
    record(project, "sign_for_group", by=by, label=_("Agreement signed by the group"))
    if agreement.has_community:
        tell_funder(project, _("the group has signed, please get the signature of the community"))
    else:
        tell_funder(project, _("the group has signed, please countersign"), Role.APPROVER)
    return agreement


@transaction.atomic
def note_community(project: Project, *, by: User, signed_on: date) -> Agreement:
    """The clerk notes that the community has signed the paper: it has no account here. The approvers are told."""
    agreement = _agreement_to_sign(project, "projects.draw_up", by)
    if not agreement.has_community:
        raise Refused(_("The community is no party of this agreement."))
    if agreement.community_signed_on:
        raise Refused(_("The signature of the community has been noted already."))
    if not clock.localdate(agreement.drawn_up_at) <= signed_on <= clock.today():
        raise Refused(_("The day lies between the drawing up of the agreement and today."))
    agreement.community_signed_on, agreement.community_noted_by = signed_on, by
    agreement.community_noted_at = clock.now()
    agreement.save()
    record(project, "note_community", by=by, label=_("Agreement signed by the community"), on=str(signed_on))
    if agreement.group_signed_at:
        tell_funder(project, _("the group has signed, please countersign"), Role.APPROVER)
    return agreement


@transaction.atomic
def sign_for_funder(project: Project, *, by: User) -> Agreement:
    """The funder countersigns. Consequences: the project runs, or the scan of the signed paper is asked for."""
    agreement = _agreement_to_sign(project, "projects.sign_for_funder", by)
    if not agreement.group_signed_at:
        raise Refused(_("The group signs first."))
    if agreement.has_community and not agreement.community_signed_on:
        raise Refused(_("The community signs before the funder."))
    if agreement.funder_signed_at:
        raise Refused(_("The funder has signed already."))
    agreement.funder_signed_at, agreement.funder_signed_by = clock.now(), by
    agreement.save()
    record(project, "sign_for_funder", by=by, label=_("Agreement signed by the funder"))
    if agreement.is_signed:
        _start(project, agreement, by=by)
    elif agreement.copy is None:
        tell_group(
            project,
            _("the funder has signed: please upload the scan of the paper with all seals"),
            url=agreement_url(project),
        )
    return agreement


@transaction.atomic
def upload_copy(project: Project, upload: UploadedFile, *, by: User) -> Agreement:
    """Hand in the scan of the signed paper; the clerks are told. It takes the place of an earlier one, which is
    kept."""
    agreement = _agreement_to_sign(project, "projects.upload_signed_copy", by)
    if not agreement.asks_for_copy:
        raise Refused(_("No scan is asked for."))
    if not (agreement.group_signed_at and agreement.funder_signed_at):
        raise Refused(_("The scan follows when all parties have signed."))
    if agreement.copy_confirmed_at:
        raise Refused(_("The scan has been confirmed already."))
    agreement.copy, agreement.copy_problem = attach(agreement, upload, by=by, kind="signed_copy"), ""
    agreement.save()
    record(project, "upload_copy", by=by, label=_("Scan of the agreement uploaded"), sha256=agreement.copy.sha256)
    tell_funder(project, _("the scan of the agreement is there, please look whether it is complete"))
    return agreement


@transaction.atomic
def refuse_copy(project: Project, *, by: User, note: str) -> Agreement:
    """A page or a seal is missing: the group reads what, and uploads another."""
    agreement = _agreement_to_sign(project, "projects.draw_up", by)
    if agreement.copy is None or agreement.copy_confirmed_at:
        raise Refused(_("There is no scan to look at."))
    if not note.strip():
        raise Refused(_("Please say what is missing."))
    agreement.copy, agreement.copy_problem = None, note.strip()
    agreement.save()
    record(project, "refuse_copy", by=by, label=_("Scan of the agreement is not complete"), note=note)
    tell_group(project, _("the scan is not complete, please upload another"), body=note, url=agreement_url(project))
    return agreement


@transaction.atomic
def confirm_copy(project: Project, *, by: User, read: str = "") -> Agreement:
    """The clerk has seen every page and seal. Consequences: the reserved money is committed and the project runs.

    Who has uploaded the scan does not confirm it. `read`: the digest of the scan that the clerk has seen; refused when
    another was uploaded since.
    """
    agreement = _agreement_to_sign(project, "projects.draw_up", by)
    if agreement.copy is None:
        raise Refused(_("There is no scan to look at."))
    if read and read != agreement.copy.sha256:
        raise Stale(_("Another scan was uploaded after you opened the page. Please look at it."))
    if agreement.copy.uploaded_by == by:
        raise Refused(_("You have uploaded this scan yourself: another clerk confirms it."))
    agreement.copy_confirmed_at, agreement.copy_confirmed_by = clock.now(), by
    agreement.save()
    record(project, "confirm_copy", by=by, label=_("Scan of the agreement confirmed"))
    _start(project, agreement, by=by)
    return agreement


def _start(project: Project, agreement: Agreement, *, by: User) -> None:
    project.refresh_from_db()
    advance(project, "start", by=by)
    ledger.commit(project.call.fund, project.amount_awarded, by=by, reference=project.number, memo=agreement.number)
    tell_group(project, _("the agreement is signed, the project may begin"))
    tell_funder(project, _("running: the first instalment can be requested"))
    tell_mentors(project, _("running"))


def _agreement_to_sign(project: Project, permission: str, by: User) -> Agreement:
    """The locked agreement of an approved project, if `by` may do this to it."""
    locked = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    permit(permission, by, locked)
    if locked.state != State.APPROVED:
        raise Refused(
            _("There is no agreement to sign: the state is “%(state)s”.") % {"state": locked.get_state_display()}
        )
    agreement = Agreement.objects.select_for_update(of=("self",)).filter(project=locked).first()
    if agreement is None:
        raise Refused(_("The agreement has not been drawn up yet: first the plan is finished."))
    return agreement


@transaction.atomic
def extend_signing(project: Project, *, by: User, until: date, note: str) -> Project:
    """The clerk gives more time to sign, with a reason; group and mentor are told."""
    locked = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    permit("projects.draw_up", by, locked)
    if locked.state != State.APPROVED:
        raise Refused(_("Only while the agreement is not signed."))
    if until <= max(filter(None, [clock.today(), locked.due_on])):
        raise Refused(_("The new day lies after today and after the present one."))
    if not note.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."))
    locked.due_on = until
    locked.save(update_fields=["due_on"])
    record(locked, "extend_signing", by=by, label=_("More time to sign: %(day)s") % {"day": until}, note=note)
    tell_group(locked, _("more time to sign: until %(day)s") % {"day": until}, body=note)
    tell_mentors(locked, _("more time to sign: until %(day)s") % {"day": until}, body=note)
    project.refresh_from_db()
    return project
