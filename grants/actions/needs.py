"""Needs: reported, sorted out, merged and taken apart again. `need_lists` publishes them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import rules
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.files import attach
from core.models import Event
from core.notifications import notify
from core.strangers import has_sent_enough
from core.workflow import Refused, advance, permit, record
from grants.models import Need, NeedList
from people.models import Community, Role, User, ground_of

MOST_FROM_ONE_ADDRESS = 30
"""An hour. Behind one address of a mobile carrier stand thousands of people."""
MOST_FROM_ONE_ACCOUNT = 20
"""An hour. Signing up is open to everybody; a social worker who types in a survey stays below it."""
MOST_FILES = 3
AGAIN_WITHIN = timedelta(minutes=10)


@transaction.atomic
def report_need(
    *, by: User | None = None, sender: str = "", values: Mapping[str, Any], files: Sequence[UploadedFile] = ()
) -> Need:
    """Take down a need, with the `files` that show it.

    How many an hour is limited for each account and each address (`sender`, its fingerprint), except for a funder's
    people. A funder's clerk who enters what a residents' committee asks for vouches for it by that; whoever else says
    that they write for the committee may be anybody, until a clerk has called there.
    """
    knows = by is not None and rules.has_perm("grants.see_needs", by)
    if not knows:
        _refuse_flood(by, sender, values["community"])
    near = by is not None and by.bureaus_as(Role.STAFF)
    is_clerk = near and Community.objects.filter(ground_of("region_code", near), pk=values["community"].pk).exists()
    vouches = is_clerk and values.get("source") == Need.Source.COMMUNITY
    need = Need.objects.create(
        entered_by=by, sender="" if knows else sender, vouched_by=by if vouches else None, **values
    )
    if len(files) > MOST_FILES:
        raise Refused(_("At most %(n)s files, please.") % {"n": MOST_FILES})
    for upload in files:
        attach(need, upload, by=by)
    record(need, "report", by=by, label=_("Need received"))
    return need


def sent_again(*, by: User | None, sender: str, values: Mapping[str, Any]) -> Need | None:
    """The need that the same sender reported in the same words some minutes ago: a browser has gone back and sent the
    form once more."""
    theirs = Need.objects.filter(entered_by=by) if by else Need.objects.filter(entered_by=None, sender=sender or None)
    words = {name: values[name] for name in ("title", "text", "community", "contact") if name in values}
    return theirs.filter(received_at__gt=clock.now() - AGAIN_WITHIN, **words).first()


def _refuse_flood(by: User | None, sender: str, community: Community) -> None:
    limits = [(Need.objects.filter(sender=sender), MOST_FROM_ONE_ADDRESS)] if sender else []
    if by is not None:
        limits.append((Need.objects.filter(entered_by=by), MOST_FROM_ONE_ACCOUNT))
    for earlier, most in limits:
        if has_sent_enough(earlier, "received_at", most):
            refusal = ngettext(
                "At most %(n)s need an hour can be reported from one connection. Please try again later%(or_call)s.",
                "At most %(n)s needs an hour can be reported from one connection. Please try again later%(or_call)s.",
                most,
            )
            raise Refused(refusal % {"n": most, "or_call": _or_call(community)})


def _or_call(community: Community) -> str:
    """The other way to report it, where there is one: the committee's phone, else that of the street's last list."""
    if community.phone:
        return _(", or call the residents' committee: %(phone)s") % {"phone": community.phone}
    street = community.region_code[:9]
    near = NeedList.objects.filter(entries__community__region_code__startswith=street, withdrawn_at__isnull=True)
    if found := near.order_by("-published_at").first():
        return _(", or call %(contact)s: %(phone)s") % {"contact": found.contact, "phone": found.contact_phone}
    return ""


@transaction.atomic
def revise(need: Need, *, by: User, values: Mapping[str, Any]) -> Need:
    """A clerk words a need for the public: a clearer title, no names or phones, the right field and place.

    What was written first stays in the log, for the funders' people. Refused once it is listed, merged or declined.
    """
    permit("grants.handle_need", by, need)
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
    """A clerk accepts or declines a need; whoever entered it, or a report merged into it, is told."""
    if name not in ("accept", "decline"):
        raise LookupError(name)
    advance(need, name, by=by, note=note)
    tell_reporters(need, need.get_state_display(), note)
    return need


@transaction.atomic
def vouch(need: Need, *, by: User, note: str) -> Need:
    """A clerk has asked at the residents' committee: it does say so itself. `note`: whom, and when."""
    permit("grants.handle_need", by, need)
    locked = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    if locked.source != Need.Source.COMMUNITY or locked.vouched_by_id is not None:
        raise Refused(_("There is nothing to confirm here."))
    if not note.strip():
        raise Refused(_("Please write down whom you asked, and when."))
    locked.vouched_by = by
    locked.save(update_fields=["vouched_by"])
    record(locked, "vouch", by=by, label=_("Confirmed with the residents' committee"), asked=note.strip())
    need.refresh_from_db()
    return locked


@transaction.atomic
def merge(need: Need, into: Need, *, by: User) -> Need:
    """Two reports of the same: `into` speaks for both from now on, and for all that were merged into `need` before."""
    if need.pk == into.pk:
        raise Refused(_("A need cannot be merged into itself."))
    into = Need.objects.select_for_update(of=("self",)).get(pk=into.pk)
    permit("grants.handle_need", by, into)
    if into.state not in (Need.State.RECEIVED, Need.State.ACCEPTED, Need.State.LISTED):
        raise Refused(_("“%(need)s” is not open any more.") % {"need": into.title})
    advance(need, "merge", by=by, into=into)
    along = list(need.merged.values_list("pk", flat=True))
    need.merged.update(merged_into=into)
    # The words of the other report are its reporter's, and nobody has read them for the public: they stay out.
    label = _("Another report of the same taken in")
    record(into, "take_in", by=by, label=label, need=need.pk, title=need.title, along=along)
    tell_reporters(need, _("taken together with another report of the same"))
    return need


@transaction.atomic
def unmerge(need: Need, *, by: User) -> Need:
    """They were not the same after all: `need` is sorted out anew, with all that had come along with it.

    Refused once the other has been published for both. What happened stays in the log of each.
    """
    into = Need.objects.select_for_update(of=("self",)).filter(merged__pk=need.pk).first()
    advance(need, "unmerge", by=by)
    if into is not None:  # always, once the door has let it through
        taken = Event.objects.about(into).filter(name="take_in", data__need=need.pk).last()
        if taken:
            into.merged.filter(pk__in=taken.data["along"]).update(merged_into=need)
        record(into, "let_go", by=by, label=_("The other report taken apart again"), need=need.pk, title=need.title)
    tell_reporters(need, need.get_state_display())
    return need


def tell_reporters(need: Need, subject: str, body: str = "") -> None:
    """Whoever entered it, and whoever entered a report that was merged into it, each about their own."""
    for one in Need.objects.filter(pk=need.pk) | need.merged.all():
        if one.entered_by_id:
            notify(
                [one.entered_by],
                subject=_("“%(need)s”: %(subject)s") % {"need": one.title, "subject": subject},
                body=body,
                url=one.get_absolute_url(),
            )
