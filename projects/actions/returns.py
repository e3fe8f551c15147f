"""Money that has to come back: the notice, and what follows when nothing comes."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.money import in_words, yuan
from core.numbering import next_number
from core.workflow import Refused, permit, record
from people.models import CreditRecord, Organization, Role, User
from projects.actions.messages import tell_funder, tell_group
from projects.models import Project, ReturnNotice, State


@transaction.atomic
def ask_back(project: Project, *, by: User, reason: str, due_on: date, pay_to: str) -> ReturnNotice:
    """Issue the notice over what is still due by the settled account; group and host read it with its last day.

    Its number runs on without gaps. Refused when nothing is due, or when a notice over the same sum is running; one
    with a later last day takes its place and gives more time.
    """
    locked = Project.objects.select_for_update(of=("self",)).select_related("call").get(pk=project.pk)
    permit("projects.settle", by, locked)
    settlement = getattr(locked, "settlement", None)
    if settlement is None:
        raise Refused(_("Settle the account first: then it is known how much has to come back."))
    if settlement.still_due <= 0:
        raise Refused(_("Nothing has to come back."))
    if due_on < clock.today():
        raise Refused(_("The last day has passed already."))
    latest = locked.return_notices.first()
    if latest and latest.amount == settlement.still_due and max(clock.today(), due_on) <= latest.due_on:
        words = _("A notice over this sum is running until %(day)s. To give more time, choose a later day.")
        raise Refused(words % {"day": latest.due_on})
    year = clock.today().year
    notice = ReturnNotice.objects.create(
        project=locked,
        number=f"TK{year}-{next_number(f'return-notice-{year}'):04d}",
        is_clawback=locked.state == State.TERMINATED,
        paid=locked.amount_paid,
        recognised=settlement.recognised,
        returned=settlement.returned,
        interest=settlement.interest_due,
        amount=settlement.still_due,
        reason=reason.strip(),
        due_on=due_on,
        pay_to=pay_to.strip(),
        issued_by=by,
    )
    label = _("Notice %(number)s: %(amount)s yuan to be returned") % {
        "number": notice.number,
        "amount": yuan(notice.amount),
    }
    record(locked, "ask_back", by=by, label=label, note=notice.reason, amount=str(notice.amount))
    body = _("%(words)s, until %(day)s. Account: %(account)s") % {
        "words": in_words(notice.amount),
        "day": due_on,
        "account": notice.pay_to,
    }
    tell_group(locked, label, body=body, url=notice.get_absolute_url())
    return notice


@transaction.atomic
def record_breach(notice: ReturnNotice, *, by: User, note: str) -> CreditRecord:
    """Nothing came back in time: an approver enters a breach against whoever received the money, and against the group
    that it was for, so that a filed group does not come back with another host.

    Later calls read it in their eligibility check (`no_breach`). When the money has come after all, a clerk lifts the
    entry on the page of the organisation; it stays readable.
    """
    project = Project.objects.select_for_update(of=("self",)).select_related("call").get(pk=notice.project_id)
    permit("projects.terminate", by, project)
    locked = ReturnNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    locked.project = project
    if locked.breach_id:
        raise Refused(_("It has been entered already."))
    if not locked.is_overdue:
        raise Refused(_("A breach can be entered when the last day has passed and money is still due."))
    payee = Organization.objects.get(pk=project.host_id or project.applicant_id)
    source = _("%(funder)s, notice %(number)s") % {"funder": project.call.funder, "number": locked.number}
    entered = [
        _enter_breach(one, source, project.call.funder_id, by=by, note=note)
        for one in dict.fromkeys([payee, project.applicant])
    ]
    locked.breach = entered[0]
    locked.save(update_fields=["breach"])
    names = "、".join(str(one.organization) for one in entered)
    label = _("Breach entered against %(organization)s") % {"organization": names}
    record(project, "record_breach", by=by, label=label, note=note.strip())
    tell_group(project, label, body=note.strip(), url=locked.get_absolute_url())
    tell_funder(project, label, Role.STAFF, Role.FINANCE, body=note.strip())
    return locked.breach


def _enter_breach(organization: Organization, source: str, bureau: int, *, by: User, note: str) -> CreditRecord:
    made = CreditRecord.objects.create(
        organization=organization,
        kind=CreditRecord.Kind.BREACH,
        entered_on=clock.today(),
        source=source[:200],
        recorded_by=by,
        bureau_id=bureau,
    )
    label = _("Breach entered against %(organization)s") % {"organization": organization}
    record(organization, "add_credit_record", by=by, label=label, note=note.strip())
    return made
