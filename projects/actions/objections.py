"""Objections to a public notice: received from anybody, and confirmed by a link or a call."""

from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.files import attach
from core.models import Attachment
from core.notifications import write_to
from core.numbering import next_number
from core.strangers import AN_HOUR, MOST_AN_HOUR, has_sent_enough
from core.workflow import Refused, permit, record
from people.models import User
from projects.actions.messages import tell_funder, tell_funder_of_call
from projects.models import Notice, NoticeEntry, Objection, Project, State

MOST_FILES = 3


@transaction.atomic
def receive_objection(
    notice: Notice,
    project: Project | None,
    *,
    name: str,
    text: str,
    email: str = "",
    phone: str = "",
    sender: str = "",
    site: str = "",
    files: Sequence[UploadedFile] = (),
) -> Objection:
    """Take an objection from anybody while the notice runs. It counts from now, once it is confirmed.

    Without a `project` it is against the notice as a whole: somebody is missing in it, a place or a score is wrong.

    With an e-mail a link is sent there (`site` begins it); with a phone only, the clerks are told to call.
    `sender` is a fingerprint of the address, limited an hour. Objections that nobody confirmed long ago are forgotten.
    """
    if project is None:
        _refuse_late(notice, None)
    else:
        project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
        _refuse_late(notice, project)
    if earlier := _sent_already(notice, project, sender, text, email=email, phone=phone):
        return earlier
    _refuse_flood(sender, email)
    forget_unconfirmed()
    year = clock.today().year
    objection = Objection.objects.create(
        notice=notice,
        project=project,
        number=f"YY{year}-{next_number(f'objection:{year}'):04d}",
        name=name.strip(),
        email=email,
        phone=phone,
        text=text.strip(),
        sender=sender,
    )
    if len(files) > MOST_FILES:
        raise Refused(_("At most %(n)s files, please.") % {"n": MOST_FILES})
    for upload in files:
        attach(objection, upload, by=None)
    if email:
        _mail_confirmation(objection, site)
    else:
        _tell_clerks(objection, _("an objection has arrived: please call to confirm it"))
    return objection


def _sent_already(
    notice: Notice, project: Project | None, sender: str, text: str, *, email: str, phone: str
) -> Objection | None:
    """The same words of the same person within the hour: somebody went back and pressed again.

    A connection alone is no person: neighbours object with the same words from the community's computer.
    """
    if not sender:
        return None
    same = Objection.objects.filter(notice=notice, sender=sender, text=text.strip(), lapsed_at__isnull=True)
    same = same.filter(project=project, email=email, phone=phone)
    return same.filter(arrived_at__gt=clock.now() - AN_HOUR).first()


def _refuse_late(notice: Notice, project: Project | None) -> None:
    if project is None:
        if notice.is_over:
            raise Refused(hindrance(notice, None))
        return
    entry = notice.entries.filter(project=project).select_related("replaced_by").first()
    if entry is not None:
        entry.project = project
    if reason := hindrance(notice, entry):
        raise Refused(reason)


def hindrance(notice: Notice, entry: NoticeEntry | None) -> str:
    """Why nobody can object to this line any more, in words; empty while everybody can."""
    if notice.is_over:
        return _("The public notice ended on %(day)s; objections are no longer taken.") % {"day": notice.last_day}
    if entry is None:
        return _("This project is not part of this notice.")
    if entry.project.state not in (State.IN_NOTICE, State.OBJECTED):
        return _("This project is no longer in public notice.")
    if entry.replacement is not None:
        return _("This was corrected: please object to the newer notice.")
    return ""


def _refuse_flood(sender: str, email: str) -> None:
    """One connection, and one address, so that nobody can have a stranger flooded with mail."""
    for earlier in ({"sender": sender}, {"email": email}):
        if any(earlier.values()) and has_sent_enough(Objection.objects.filter(**earlier), "arrived_at"):
            raise Refused(
                ngettext(
                    "At most %(n)s objection an hour can be sent. Please try again later, or call.",
                    "At most %(n)s objections an hour can be sent. Please try again later, or call.",
                    MOST_AN_HOUR,
                )
                % {"n": MOST_AN_HOUR}
            )


def _mail_confirmation(objection: Objection, site: str) -> None:
    from_here = {
        "number": objection.number,
        "project": objection.subject,
        "confirm": site + objection.get_confirm_url(),
        "follow": site + objection.get_follow_url(),
        "until": f"{localtime(objection.confirm_by):%Y-%m-%d %H:%M}",
    }
    body = (
        _(
            "You objected to “%(project)s” (%(number)s).\n\n"
            "Please open this link and confirm, until %(until)s:\n%(confirm)s\n\n"
            "Only then the funder reads your objection. It counts from the moment in which you sent it.\n"
            "Afterwards you see here how it stands:\n%(follow)s\n\n"
            "If you did not object, do nothing."
        )
        % from_here
    )
    write_to_sender(objection, _("Please confirm your objection %(number)s") % from_here, body)


def write_to_sender(objection: Objection, subject: str, body: str) -> None:
    """Write to whoever objected, after the commit; without an e-mail the clerk calls."""
    if objection.email:
        write_to(objection.email, subject=subject, text=body)


def locked_objection(objection: Objection) -> Objection:
    """The objection, locked after its project: two people who act at once must see each other's work."""
    if objection.project_id:
        Project.objects.select_for_update(of=("self",)).get(pk=objection.project_id)
    found = Objection.objects.select_for_update(of=("self",)).select_related("project__call", "notice__call")
    return found.get(pk=objection.pk)


@transaction.atomic
def confirm_by_link(objection: Objection) -> Objection:
    """Whoever objected opens the link in the mail: from now on the clerks see it, and nothing is approved meanwhile.

    Also after the notice has ended, since it arrived in time. Refused when the link is too old.
    """
    locked = locked_objection(objection)
    if locked.confirmed_at:
        return locked
    if not locked.is_confirmable:
        raise Refused(_("The time to confirm has run out. While the notice runs you can object again."))
    return _confirm(locked, by=None)


@transaction.atomic
def confirm_by_call(objection: Objection, *, by: User, reached: bool, note: str) -> Objection:
    """The clerk has called the phone that was left: reached and confirmed, or not to be reached, with a note."""
    locked = locked_objection(objection)
    permit("projects.examine_objection", by, locked)
    if locked.email or not locked.is_confirmable:
        raise Refused(_("There is nothing to confirm by a call."))
    if not note.strip():
        raise Refused(_("Please note when you called and what was said."))
    locked.called_by, locked.call_note = by, note.strip()
    if reached:
        return _confirm(locked, by=by)
    locked.lapsed_at = clock.now()
    locked.save()
    record(
        locked.project or locked.notice.call, "objection_lapsed", by=by, label=_("An objection could not be confirmed")
    )
    return locked


def _confirm(objection: Objection, *, by: User | None) -> Objection:
    objection.confirmed_at = clock.now()
    objection.save()
    about = objection.project or objection.notice.call
    record(about, "objection", by=by, label=_("Objection received"), objection=objection.number)
    _tell_clerks(objection, _("an objection has been received"))
    return objection


def _tell_clerks(objection: Objection, subject: str) -> None:
    if objection.project is None:
        tell_funder_of_call(objection.notice.call, subject, url=objection.get_absolute_url())
    else:
        tell_funder(objection.project, subject)


def forget_unconfirmed() -> int:
    """Delete what nobody confirmed, with its files: a name and an address that nobody needs. How many went."""
    stale = Objection.objects.forgettable()
    for objection in stale:
        for attachment in Attachment.objects.of(objection):
            attachment.file.delete(save=False)
            attachment.delete()
    return stale.delete()[1].get(Objection._meta.label, 0)
