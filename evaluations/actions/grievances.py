"""Residents report a problem (居民监督举报): to the funder's clerks alone, with an answer if a contact was left."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.files import attach
from core.models import Attachment
from core.notifications import write_to
from core.numbering import next_number
from core.strangers import MOST_AN_HOUR, has_sent_enough
from core.workflow import Refused, permit, record
from evaluations.models import Grievance
from people.models import User
from projects.actions.messages import tell_funder
from projects.models import Activity, Project

MOST_FILES = 3


@transaction.atomic
def report(
    project: Project,
    *,
    sender: str,
    values: Mapping[str, Any],
    activity: Activity | None = None,
    files: Sequence[UploadedFile] = (),
) -> Grievance:
    """Take a report from anybody, with or without a name; the clerks of the funder are told, and nobody else."""
    if sender and has_sent_enough(Grievance.objects.filter(sender=sender), "arrived_at"):
        raise Refused(
            ngettext(
                "At most %(n)s report an hour can be sent from here. Please try again later, or call.",
                "At most %(n)s reports an hour can be sent from here. Please try again later, or call.",
                MOST_AN_HOUR,
            )
            % {"n": MOST_AN_HOUR}
        )
    if len(files) > MOST_FILES:
        raise Refused(_("At most %(n)s files, please.") % {"n": MOST_FILES})
    year = clock.today().year
    number = f"JB{year}-{next_number(f'grievance:{year}'):04d}"
    made = Grievance.objects.create(project=project, activity=activity, number=number, sender=sender, **values)
    for upload in files:
        attach(made, upload, by=None)
    tell_funder(project, _("a resident reports a problem"))
    return made


def forget_contacts(but: Collection[int] = ()) -> int:
    """Once the time is over the contact goes, and with it the files. How many reports; report and answer stay.
    `but`: projects of which nothing may go now."""
    return sum(forget_contact(one) for one in Grievance.objects.forgettable().exclude(project__in=but))


@transaction.atomic
def forget_contact(grievance: Grievance) -> int:
    """Who reported is known no more: contact, connection and files (a photo or a scan can say who sent it)."""
    for attachment in Attachment.objects.of(grievance):
        transaction.on_commit(partial(attachment.file.delete, save=False))
        attachment.delete()
    gone = {"contact": "", "email": "", "phone": "", "sender": "", "forgotten_at": clock.now()}
    return Grievance.objects.filter(pk=grievance.pk).update(**gone)


@transaction.atomic
def answer_report(grievance: Grievance, *, by: User, finding: str, answer: str) -> Grievance:
    """The clerk says what was found out, for the funder, and answers whoever reported, by mail if there is one."""
    permit("evaluations.answer_grievance", by, grievance)
    locked = Grievance.objects.select_for_update(of=("self",)).select_related("project").get(pk=grievance.pk)
    if locked.answered_at:
        raise Refused(_("This report is answered already."))
    if not answer.strip():
        raise Refused(_("Please write an answer."))
    locked.finding, locked.answer = finding.strip(), answer.strip()
    locked.answered_by, locked.answered_at = by, clock.now()
    locked.save(update_fields=["finding", "answer", "answered_by", "answered_at"])
    record(locked, "answer_grievance", by=by, label=_("Report answered"))
    if locked.email:
        subject = _("Your report %(number)s is answered") % {"number": locked.number}
        write_to(locked.email, subject=subject, text=locked.answer)
    return locked


@transaction.atomic
def tell_by_phone(grievance: Grievance, *, by: User, note: str) -> Grievance:
    """A clerk has called whoever left a phone and no mail, or could not reach them: what came of it is written down.

    Refused before there is an answer, and a second time."""
    permit("evaluations.answer_grievance", by, grievance)
    locked = Grievance.objects.select_for_update(of=("self",)).select_related("project").get(pk=grievance.pk)
    if not locked.answered_at:
        raise Refused(_("Please write the answer first."))
    if locked.told_at:
        raise Refused(_("It is written down already that somebody has called."))
    if not note.strip():
        raise Refused(_("Please note what came of the call."))
    locked.told_by, locked.told_at, locked.told_how = by, clock.now(), note.strip()
    locked.save(update_fields=["told_by", "told_at", "told_how"])
    record(locked, "tell_by_phone", by=by, label=_("Answer told by phone"), note=locked.told_how)
    return locked
