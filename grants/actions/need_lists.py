"""Lists of needs: published with numbers, withdrawn and replaced, and what people say to them during the notice."""

from collections.abc import Sequence
from datetime import date

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.numbering import next_number
from core.strangers import MOST_AN_HOUR, has_sent_enough
from core.workdays import add_workdays
from core.workflow import Refused, advance, permit, record
from grants.actions.needs import tell_reporters
from grants.models import Need, NeedList, NeedListEntry, NeedRemark
from people.models import Organization, Role, User


def notice_end(first_day: date, workdays: int, *, counts_first_day: bool, answer_until: date) -> date:
    """The last day of a list's notice; refused when the list would close before it."""
    last = add_workdays(first_day, workdays, count_first_day=counts_first_day)
    if answer_until < last:
        raise Refused(_("The list must stay open at least until the notice ends on %(day)s.") % {"day": last})
    return last


@transaction.atomic
def publish_list(
    funder: Organization,
    needs: Sequence[Need],
    *,
    by: User,
    title: str,
    notice_workdays: int,
    counts_first_day: bool = True,
    answer_until: date,
    contact: str,
    contact_phone: str,
    replaces: NeedList | None = None,
) -> NeedList:
    """Publish accepted needs, in this order, as a numbered list (项目指引表) with a notice of so many workdays.

    Its entries are frozen; the needs are then listed, and proposals can answer them until `answer_until`. A corrected
    list `replaces` a withdrawn one of the same funder, and each names the other.
    """
    if not by.has_role(funder.pk, Role.STAFF) or not rules.has_perm("grants.handle_need", by):
        raise PermissionDenied
    if not needs:
        raise Refused(_("Please choose at least one need."))
    if Need.objects.on_desk_of(by, Role.STAFF).filter(pk__in=[need.pk for need in needs]).count() < len(set(needs)):
        raise PermissionDenied
    if replaces is not None:
        corrigible = NeedList.objects.to_correct().filter(funder=funder)
        # Locked, so that two corrected lists never take the place of one.
        NeedList.objects.select_for_update(of=("self",)).get(pk=replaces.pk)
        if not corrigible.filter(pk=replaces.pk).exists():
            raise Refused(_("Only a list of yours that was withdrawn, and not replaced yet, can be replaced."))
    today = clock.today()
    found = NeedList.objects.create(
        funder=funder,
        title=title,
        number=f"XQ{today.year}-{next_number(f'need-list:{today.year}')}",
        notice_from=today,
        notice_until=notice_end(today, notice_workdays, counts_first_day=counts_first_day, answer_until=answer_until),
        notice_workdays=notice_workdays,
        counts_first_day=counts_first_day,
        answer_until=answer_until,
        contact=contact,
        contact_phone=contact_phone,
        replaces=replaces,
        published_by=by,
    )
    for ordinal, need in enumerate(needs, start=1):
        advance(need, "list_publicly", by=by)
        entry = NeedListEntry.objects.create(
            list=found,
            need=need,
            ordinal=ordinal,
            title=need.title,
            text=need.text,
            community=need.community,
            field=need.field,
            people=need.people,
        )
        tell_reporters(need, need.get_state_display(), f"{entry.number} {found.title}")
    record(found, "publish", by=by, label=_("List of needs published"))
    return found


@transaction.atomic
def withdraw_list(found: NeedList, *, by: User, reason: str) -> NeedList:
    """Take a published list back, with the reason that everybody reads; it stays readable and is marked.

    Its needs are accepted again, so that they can be worded anew and published in a corrected list. Nobody can begin
    a proposal for them meanwhile; proposals that name an entry keep it.
    """
    permit("grants.change_need_list", by, found)
    locked = NeedList.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if locked.is_withdrawn:
        raise Refused(_("This list has been withdrawn already."))
    if not reason.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."))
    locked.withdrawn_at, locked.withdrawn_by, locked.withdrawn_because = clock.now(), by, reason.strip()
    locked.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    for entry in locked.entries.select_related("need"):
        advance(entry.need, "unlist", by=by)
        tell_reporters(entry.need, _("the list was withdrawn; a corrected one follows"), reason.strip())
    locked.entries.update(stands=False)
    record(locked, "withdraw", by=by, label=_("List of needs withdrawn"), note=reason.strip())
    found.refresh_from_db()
    return locked


@transaction.atomic
def remark_on_list(
    found: NeedList,
    *,
    sender: str = "",
    text: str,
    name: str,
    phone: str,
    entry: NeedListEntry | None = None,
) -> NeedRemark:
    """Take a remark from anybody while the notice runs. So many an hour from one `sender`, a fingerprint."""
    if not found.is_in_notice:
        raise Refused(_("Remarks are taken while the notice runs, from %(first)s until %(last)s.") % {
            "first": found.notice_from,
            "last": found.notice_until,
        })  # fmt: skip
    if entry is not None and entry.list_id != found.pk:
        raise Refused(_("This need is not in the list."))
    if sender and has_sent_enough(NeedRemark.objects.filter(sender=sender), "arrived_at"):
        refusal = ngettext(
            "At most %(n)s remark an hour can be sent. Please try again later, or call %(phone)s.",
            "At most %(n)s remarks an hour can be sent. Please try again later, or call %(phone)s.",
            MOST_AN_HOUR,
        )
        raise Refused(refusal % {"n": MOST_AN_HOUR, "phone": found.contact_phone})
    return NeedRemark.objects.create(
        list=found, entry=entry, text=text.strip(), name=name.strip(), phone=phone, sender=sender
    )


@transaction.atomic
def answer_remark(remark: NeedRemark, *, by: User, answer: str) -> NeedRemark:
    """A clerk of the funder answers, once; whoever wrote the remark reads it at their link."""
    permit("grants.change_need_list", by, remark.list)
    locked = NeedRemark.objects.select_for_update(of=("self",)).get(pk=remark.pk)
    if locked.answered_at is not None:
        raise Refused(_("This remark has been answered already."))
    if not answer.strip():
        raise Refused(_("Please write an answer."))
    locked.answer, locked.answered_by, locked.answered_at = answer.strip(), by, clock.now()
    locked.save(update_fields=["answer", "answered_by", "answered_at"])
    record(locked.list, "answer_remark", by=by, label=_("Remark on the list answered"), remark=locked.pk)
    remark.refresh_from_db()
    return locked
