"""The public notice: what is going to be funded, frozen and open for objections."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.numbering import next_number
from core.sealing import standing
from core.workflow import Refused, advance, permit, record, refuse_unread
from grants.actions import ledger
from grants.models import Call
from people.models import User
from projects.actions.messages import tell_group
from projects.models import Notice, NoticeEntry, Project, State
from projects.models.notice import digest_of


class Place(NamedTuple):
    """How a project came out of the judging: rank in its track, score with the bonus, and how much of it is bonus."""

    rank: int | None
    score: Decimal | None
    bonus: Decimal = Decimal(0)


class Printable(NamedTuple):
    """What a notice published now would list, and the digest by which the verb knows that it was seen."""

    projects: list[Project]
    total: Decimal
    digest: str


def to_publish(call: Call, *, places: Mapping[int, Place], lock: bool = False) -> Printable:
    """The shortlisted projects of a call as a notice would print them; `lock` holds them until it is printed."""
    found = call.projects.filter(state=State.SHORTLISTED).select_related("applicant", "track").order_by("pk")
    projects = list(found.select_for_update(of=("self",)) if lock else found)
    lines = [
        (project.number, project.title, project.applicant.name, project.track.name, str(project.amount_proposed),
         *map(str, places.get(project.pk, ())))
        for project in projects
    ]  # fmt: skip
    total = sum((project.amount_proposed or Decimal(0) for project in projects), Decimal(0))
    return Printable(projects, total, digest_of(repr(lines)))


@transaction.atomic
def publish_notice(call: Call, *, by: User, places: Mapping[int, Place], read: str | None = None) -> Notice:
    """Put every shortlisted project of the call to public notice, from today for the call's workdays.

    Freezes what the public reads with a digest, and in it where the log's chain stood; reserves each proposed amount in
    the fund (refused when the money does not reach), and tells the groups. `places` by project id. A project that stood
    in an earlier notice and was corrected takes the place of its line there; that notice stays readable as it was.
    `read`: the digest of the list that the clerk had before them; refused when it is another one by now.
    """
    projects, _total, digest = to_publish(call, places=places, lock=True)
    words = _("The list has changed since you opened the page. Look through it as it is now, then publish.")
    refuse_unread(read, digest, words)
    if not projects:
        raise Refused(_("No project of this call is shortlisted."))
    log = standing()
    printed = {project.pk: project.notice_entries.order_by("pk").last() for project in projects}
    notice = Notice.objects.create(
        call=call,
        kind=_kind(call, printed.values()),
        number=f"GS{clock.today().year}-{next_number(f'notice:{clock.today().year}'):04d}",
        call_title=call.title,
        funder_name=call.funder.name,
        legal_basis=call.legal_basis,
        contact=call.contact,
        contact_phone=call.contact_phone,
        contact_email=call.contact_email,
        supervision_phone=call.supervision_phone,
        starts_on=clock.today(),
        ends_on=call.notice_end(clock.today()),
        workdays=call.notice_workdays,
        counts_first_day=call.notice_counts_first_day,
        log_number=log.number,
        log_hash=log.hash if log.number else "",
        published_by=by,
    )
    for project in projects:
        place = places.get(project.pk, Place(None, None))
        NoticeEntry.objects.create(
            notice=notice,
            project=project,
            track=project.track.name,
            title=project.title,
            applicant=project.applicant.name,
            rank=place.rank,
            score=place.score,
            bonus=place.bonus,
            amount=project.amount_proposed,
            corrects=printed[project.pk],
        )
        ledger.reserve(call.fund, project.amount_proposed, by=by, reference=project.number, memo=project.title)
        advance(project, "publish", by=by, until=notice.ends_on)
        tell_group(project, _("in public notice until %(day)s") % {"day": notice.ends_on})
    notice.frozen = notice.statement()
    notice.digest = digest_of(notice.frozen)
    notice.save(update_fields=["frozen", "digest"])
    record(call, "publish_notice", by=by, label=_("Public notice published"), notice=notice.pk)
    return notice


def _kind(call: Call, printed: Iterable[NoticeEntry | None]) -> str:
    """What a notice is called: of its lines, some may correct earlier ones, and others may have moved up since."""
    corrects = [entry is not None for entry in printed]
    if all(corrects):
        return Notice.Kind.CORRECTION
    if any(corrects):
        return Notice.Kind.BOTH
    return Notice.Kind.MOVED_UP if call.notices.exists() else Notice.Kind.FIRST


@transaction.atomic
def extend_notice(notice: Notice, *, by: User) -> Notice:
    """Let a running notice go on to the day that the calendar, come out since, now asks for; the groups are told.

    The text as published stays as it is with its digest. Refused when the notice is over or long enough.
    """
    locked = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    projects = Project.objects.filter(notice_entries__notice=locked, state__in=[State.IN_NOTICE, State.OBJECTED])
    permit("projects.extend_notice", by, locked)
    if locked.is_over:
        raise Refused(_("The public notice ended on %(day)s.") % {"day": locked.last_day})
    if locked.due_end <= locked.last_day:
        raise Refused(_("By the calendar the notice is long enough."))
    locked.extended_until = locked.due_end
    locked.save(update_fields=["extended_until"])
    for project in projects.select_related("call", "applicant"):
        project.due_on = locked.extended_until
        project.save(update_fields=["due_on"])
        tell_group(project, _("the public notice goes on until %(day)s") % {"day": locked.extended_until})
    label = _("Public notice extended until %(day)s by the calendar") % {"day": locked.extended_until}
    record(locked.call, "extend_notice", by=by, label=label, notice=locked.pk)
    notice.refresh_from_db()
    return notice
