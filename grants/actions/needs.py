"""Needs: reported, sorted out, merged, and published in a numbered list."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.notifications import notify
from core.numbering import next_number
from core.strangers import MOST_AN_HOUR, has_sent_enough
from core.workdays import add_workdays
from core.workflow import Refused, advance, record
from grants.models import Need, NeedList, NeedListEntry
from people.models import Organization, Role, User


@transaction.atomic
def report_need(*, by: User | None = None, sender: str = "", values: Mapping[str, Any]) -> Need:
    """Take down a need. Without an account its `sender` (a fingerprint of the address) is limited an hour.

    Whoever is signed in counts as the one who entered it; the channel says how it reached them.
    """
    if by is None and has_sent_enough(Need.objects.filter(sender=sender), "received_at"):
        raise Refused(
            ngettext(
                "At most %(n)s need an hour can be reported from one connection. Please try again later, or call.",
                "At most %(n)s needs an hour can be reported from one connection. Please try again later, or call.",
                MOST_AN_HOUR,
            )
            % {"n": MOST_AN_HOUR}
        )
    need = Need.objects.create(entered_by=by, sender="" if by else sender, **values)
    record(need, "report", by=by, label=_("Need received"))
    return need


@transaction.atomic
def revise(need: Need, *, by: User, values: Mapping[str, Any]) -> Need:
    """A clerk words a need for the public: a clearer title, no names or phones, the right field and place.

    What was written first stays in the log, for the funders' people. Refused once it is listed, merged or declined.
    """
    if not rules.has_perm("grants.handle_need", by):
        raise PermissionDenied
    locked = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    if locked.state not in (Need.State.RECEIVED, Need.State.ACCEPTED):
        raise Refused(_("This need can no longer be changed."))
    before = {name: str(getattr(locked, name) or "") for name in values}
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save()
    record(locked, "revise", by=by, label=_("Wording of the need revised"), before=before)
    need.refresh_from_db()
    return locked


@transaction.atomic
def decide(need: Need, name: str, *, by: User, note: str = "") -> Need:
    """A clerk accepts or declines a need; whoever entered it is told."""
    if name not in ("accept", "decline"):
        raise LookupError(name)
    advance(need, name, by=by, note=note)
    _tell(need, need.get_state_display(), note)
    return need


@transaction.atomic
def merge(need: Need, into: Need, *, by: User) -> Need:
    """Two reports of the same: `into` speaks for both from now on, and for all that were merged into `need` before."""
    if need.pk == into.pk:
        raise Refused(_("A need cannot be merged into itself."))
    into = Need.objects.select_for_update(of=("self",)).get(pk=into.pk)
    if into.state not in (Need.State.RECEIVED, Need.State.ACCEPTED, Need.State.LISTED):
        raise Refused(_("“%(need)s” is not open any more.") % {"need": into.title})
    advance(need, "merge", by=by, into=into)
    need.merged.update(merged_into=into)
    record(into, "take_in", by=by, label=_("“%(need)s” merged into it") % {"need": need.title})
    _tell(need, _("merged with “%(need)s”") % {"need": into.title}, "")
    return need


@transaction.atomic
def publish_list(
    funder: Organization,
    needs: Sequence[Need],
    *,
    by: User,
    title: str,
    notice_workdays: int,
    answer_until: date,
    contact: str,
    contact_phone: str,
) -> NeedList:
    """Publish accepted needs as a numbered list (项目指引表) with a notice of so many workdays from today.

    Its entries are frozen; the needs are then listed, and proposals can answer them until `answer_until`.
    """
    if not by.has_role(funder.pk, Role.STAFF) or not rules.has_perm("grants.handle_need", by):
        raise PermissionDenied
    if not needs:
        raise Refused(_("Please choose at least one need."))
    today = clock.today()
    notice_until = add_workdays(today, notice_workdays, count_first_day=True)
    if answer_until < notice_until:
        raise Refused(_("The list must stay open at least until the notice ends on %(day)s.") % {"day": notice_until})
    found = NeedList.objects.create(
        funder=funder,
        title=title,
        number=f"XQ{today.year}-{next_number(f'need-list:{today.year}')}",
        notice_from=today,
        notice_until=notice_until,
        answer_until=answer_until,
        contact=contact,
        contact_phone=contact_phone,
        published_by=by,
    )
    for ordinal, need in enumerate(needs, start=1):
        advance(need, "list_publicly", by=by)
        NeedListEntry.objects.create(
            list=found,
            need=need,
            ordinal=ordinal,
            title=need.title,
            text=need.text,
            community=need.community,
            field=need.field,
            people=need.people,
        )
        _tell(need, need.get_state_display(), found.title)
    record(found, "publish", by=by, label=_("List of needs published"))
    return found


def _tell(need: Need, subject: str, body: str) -> None:
    """Whoever entered it."""
    if need.entered_by_id:
        notify(
            [need.entered_by],
            subject=_("“%(need)s”: %(subject)s") % {"need": need.title, "subject": subject},
            body=body,
            url=need.get_absolute_url(),
        )
