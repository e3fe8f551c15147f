"""Honours: proposed by a clerk, in notice, granted by an approver with a number, withdrawn with a reason."""

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.numbering import next_number
from core.workdays import add_workdays
from core.workflow import Refused, advance, permit, record
from evaluations.actions.cautions import tell_funder_of, tell_organization
from evaluations.models import Delisting, Honour
from people.models import Organization, Role, User


@transaction.atomic
def propose(
    organization: Organization,
    funder: Organization,
    *,
    by: User,
    year: int,
    title: str,
    reason: str,
    contact_phone: str,
    notice_workdays: int = 5,
) -> Honour:
    """A clerk proposes; the notice begins today, and whoever sees it otherwise calls the number."""
    today = clock.today()
    honour = Honour(
        organization=organization, funder=funder, year=year, title=title.strip(), reason=reason.strip(),
        contact_phone=contact_phone, proposed_by=by, notice_from=today,
        notice_until=add_workdays(today, notice_workdays),
    )  # fmt: skip
    permit("evaluations.propose_honour", by, honour)
    same = Honour.objects.filter(organization=organization, funder=funder, year=year, title=honour.title)
    if same.filter(state__in=[Honour.State.NOTICE, Honour.State.GRANTED]).exists():
        raise Refused(_("This honour is proposed or granted already."))
    if Delisting.objects.in_force().filter(organization=organization).exists():
        raise Refused(_("This organisation is delisted."))
    honour.save()
    record(honour, "propose", by=by, label=_("Honour proposed"), note=honour.reason)
    tell_organization(
        organization, _("you are proposed for an honour"), body=str(honour), url=honour.get_absolute_url()
    )
    subject, url = _("is proposed for an honour"), honour.get_absolute_url()
    tell_funder_of(organization, funder.pk, subject, Role.APPROVER, body=honour.reason, url=url)
    return honour


@transaction.atomic
def grant(honour: Honour, *, by: User) -> Honour:
    """An approver grants it when the notice is over; it gets its number, and the certificate can be printed."""
    year = clock.today().year
    number = f"RY{year}-{next_number(f'honour:{year}'):04d}"
    advance(honour, "grant", by=by, number=number)
    body = _("Number %(number)s: the certificate can be printed.") % {"number": number}
    tell_organization(honour.organization, _("the honour is granted"), body=body, url=honour.get_absolute_url())
    return honour


@transaction.atomic
def decline(honour: Honour, *, by: User, note: str) -> Honour:
    """An approver does not grant it, with a reason that the organisation and the clerks read."""
    advance(honour, "decline", by=by, note=note)
    url = honour.get_absolute_url()
    tell_organization(honour.organization, _("the honour is not granted"), body=note, url=url)
    tell_funder_of(honour.organization, honour.funder_id, _("the honour is not granted"), body=note, url=url)
    return honour


@transaction.atomic
def withdraw(honour: Honour, *, by: User, reason: str) -> Honour:
    """An approver withdraws a granted honour; everybody reads the reason under its number."""
    advance(honour, "withdraw", by=by, note=reason, reason=reason.strip())
    tell_organization(honour.organization, _("the honour is withdrawn"), body=reason, url=honour.get_absolute_url())
    return honour
