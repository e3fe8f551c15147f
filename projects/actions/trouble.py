"""When a project is in trouble: a warning, the group's answer, a talk and what it led to.

Suspension, resumption and termination are steps of the project itself; what stands here comes before them.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core.files import attach
from core.workflow import Refused, permit, record
from people.models import User
from projects.actions import talking
from projects.actions.messages import tell_funder, tell_group, tell_mentors
from projects.models import Project, Talk, WarningLetter
from projects.models.state import UNDER_WAY


def _locked_project(project: Project) -> Project:
    return Project.objects.select_for_update(of=("self",)).select_related("call").get(pk=project.pk)


def _locked_warning(warning: WarningLetter) -> WarningLetter:
    _locked_project(warning.project)
    return WarningLetter.objects.select_related("project__call").get(pk=warning.pk)


def _locked_talk(talk: Talk) -> Talk:
    _locked_project(talk.project)
    return Talk.objects.select_related("project__call").get(pk=talk.pk)


def _under_way(project: Project) -> Project:
    locked = _locked_project(project)
    if locked.state not in UNDER_WAY:
        raise Refused(_("Only a project that is carried out can be warned or called to a talk."))
    return locked


@transaction.atomic
def warn(project: Project, *, by: User, ground: str, words: str, answer_until: date) -> WarningLetter:
    """Warn the group; it is told with a last day to answer, and so are its mentors."""
    permit("projects.supervise", by, project)
    locked = _under_way(project)
    talking.refuse_if_over(answer_until)
    warning = WarningLetter.objects.create(
        project=locked, issued_by=by, ground=ground, words=words.strip(), answer_until=answer_until
    )
    label = _("Warning: %(ground)s") % {"ground": warning.get_ground_display()}
    record(locked, "warn", by=by, label=label, note=warning.words)
    words = warning.words + "\n" + _("Please answer until %(day)s.") % {"day": warning.answer_until}
    tell_group(locked, label, body=words, url=warning.get_absolute_url())
    tell_mentors(locked, label, body=words)
    return warning


@transaction.atomic
def answer_warning(
    warning: WarningLetter, *, by: User, answer: str, files: Iterable[UploadedFile] = ()
) -> WarningLetter:
    """The group says what it has done or will do, once, with proof; the clerks are told. Late is better than never."""
    permit("projects.deliver", by, warning.project)
    locked = _locked_warning(warning)
    talking.answer_warning(locked, by=by, answer=answer)
    for upload in files:
        attach(locked, upload, by=by, kind="evidence")
    record(locked.project, "answer_warning", by=by, label=_("Warning answered"), note=locked.answer)
    tell_funder(locked.project, _("the warning has been answered"), body=locked.answer)
    return locked


@transaction.atomic
def lift_warning(warning: WarningLetter, *, by: User, note: str) -> WarningLetter:
    """It is settled; the group reads why."""
    permit("projects.supervise", by, warning.project)
    locked = _locked_warning(warning)
    talking.close_warning(locked, WarningLetter.Outcome.LIFTED, by=by, note=note)
    record(locked.project, "lift_warning", by=by, label=_("Warning lifted"), note=locked.closing_note)
    tell_group(locked.project, _("the warning is lifted"), body=locked.closing_note, url=locked.get_absolute_url())
    return locked


@transaction.atomic
def call_to_talk(
    project: Project, *, by: User, reason: str, planned_at: datetime, place: str, warning: WarningLetter | None = None
) -> Talk:
    """Call the group to a talk, because of a warning or at once; group and mentors are told when and where."""
    permit("projects.supervise", by, project)
    locked = _under_way(project)
    talking.refuse_unless_ahead(planned_at)
    if warning is not None:
        talking.close_warning(_locked_warning(warning), WarningLetter.Outcome.TALK, by=by, note=reason)
    talk = Talk.objects.create(
        project=locked, warning=warning, called_by=by, reason=reason.strip(), planned_at=planned_at, place=place
    )
    record(locked, "call_to_talk", by=by, label=_("Called to a talk"), note=talk.reason)
    _invite(talk, _("you are called to a talk"))
    return talk


@transaction.atomic
def move_talk(talk: Talk, *, by: User, planned_at: datetime, place: str) -> Talk:
    """Another time or place; everybody is told."""
    permit("projects.supervise", by, talk.project)
    locked = _locked_talk(talk)
    talking.move(locked, planned_at=planned_at, place=place)
    record(locked.project, "move_talk", by=by, label=_("Talk moved"))
    _invite(locked, _("the talk has been moved"))
    return locked


def _invite(talk: Talk, subject: str) -> None:
    body = talking.invitation(talk)
    tell_group(talk.project, subject, body=body, url=talk.get_absolute_url())
    tell_mentors(talk.project, subject, body=body)


@transaction.atomic
def record_talk(
    talk: Talk, *, by: User, present: str, said: str, agreed: str = "", agreed_until: date | None = None
) -> Talk:
    """Write down what was said and agreed; until the group has confirmed it, it can be mended."""
    permit("projects.supervise", by, talk.project)
    locked = _locked_talk(talk)
    talking.write_down(locked, by=by, present=present, said=said, agreed=agreed, agreed_until=agreed_until)
    record(locked.project, "record_talk", by=by, label=_("Talk written down"), note=locked.agreed)
    tell_group(locked.project, _("please confirm the record of the talk"), url=locked.get_absolute_url())
    return locked


@transaction.atomic
def confirm_talk(talk: Talk, *, by: User, remark: str = "") -> Talk:
    """The head of the group confirms the record, with a remark where it sees it otherwise."""
    permit("projects.confirm_talk", by, talk.project)
    locked = _locked_talk(talk)
    talking.confirm(locked, by=by, remark=remark)
    record(locked.project, "confirm_talk", by=by, label=_("Record of the talk confirmed"), note=locked.remark)
    tell_funder(locked.project, _("the record of the talk is confirmed"), body=locked.remark)
    return locked


@transaction.atomic
def close_talk(talk: Talk, *, by: User, note: str) -> Talk:
    """The clerk says what became of what was agreed; suspension or termination are steps of their own."""
    permit("projects.supervise", by, talk.project)
    locked = _locked_talk(talk)
    talking.close(locked, by=by, note=note)
    record(locked.project, "close_talk", by=by, label=_("After the talk"), note=locked.outcome)
    tell_group(locked.project, _("after the talk"), body=locked.outcome, url=locked.get_absolute_url())
    return locked
