"""Delisting an organisation (清退): proposed by one, heard, decided by a second, appealed to a third.

A decision made for one person or organisation by figures alone would be an automated one (PIPL 24): here the figures
only propose a warning, every step has its reasons, and every step can be contradicted.
"""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.workdays import add_workdays
from core.workflow import Refused, advance, permit, record
from evaluations.actions.cautions import close_talk, tell_funder_of, tell_organization
from evaluations.models import CautionTalk, Delisting
from grants.eligibility import years_before
from people.models import CreditRecord, Role, User

MOST_YEARS = 3
"""Nobody is kept out for longer: what comes after is a new decision (credit records count as long, field guide 1.1)."""
SHORTEST_HEARING = 5
"""Workdays that an organisation has at least to say what it has to say."""


@transaction.atomic
def propose(talk: CautionTalk, *, by: User, reasons: str, until_on: date, hear_until: date) -> Delisting:
    """A clerk proposes to delist after a talk did not help; the organisation is told, and heard first.

    Refused while what was agreed on in the talk can still be done, and without time to be heard."""
    found = Delisting(
        organization=talk.organization, funder_id=talk.funder_id, talk=talk, reasons=reasons.strip(),
        until_on=until_on, hear_until=hear_until, proposed_by=by,
    )  # fmt: skip
    permit("evaluations.propose_delisting", by, found)
    locked = CautionTalk.objects.select_for_update(of=("self",)).get(pk=talk.pk)
    today = clock.today()
    if Delisting.objects.filter(talk__organization=talk.organization, state=Delisting.State.PROPOSED).exists():
        raise Refused(_("It is proposed to be delisted already."))
    if Delisting.objects.in_force().filter(organization=talk.organization).exists():
        raise Refused(_("This organisation is delisted."))
    if not locked.is_recorded:
        raise Refused(_("The talk has not been written down yet."))
    if locked.outcome:
        raise Refused(_("The talk is closed: whoever is to be delisted is warned again first."))
    if locked.agreed_until and locked.agreed_until >= today:
        raise Refused(
            _("What was agreed on in the talk can still be done until %(day)s.") % {"day": locked.agreed_until}
        )
    if hear_until < _earliest_hearing(today):
        raise Refused(
            _("The organisation has at least %(n)s workdays to be heard: until %(day)s.")
            % {"n": SHORTEST_HEARING, "day": _earliest_hearing(today)}
        )
    if not hear_until < until_on or years_before(until_on, MOST_YEARS) > today:
        raise Refused(_("It ends after the hearing, and at most three years from now."))
    close_talk(talk, by=by, note=_("It did not help: proposed to be delisted."))
    found.save()
    record(found.organization, "propose_delisting", by=by, label=_("Proposed to be delisted"), note=found.reasons)
    body = found.reasons + "\n" + _("You can say what you have to say until %(day)s.") % {"day": hear_until}
    tell_organization(found.organization, _("you are proposed to be delisted"), body=body, url=found.get_absolute_url())
    return found


def _earliest_hearing(today: date) -> date:
    return add_workdays(today, SHORTEST_HEARING)


def _locked(delisting: Delisting) -> Delisting:
    return Delisting.objects.select_for_update(of=("self",)).select_related("organization").get(pk=delisting.pk)


@transaction.atomic
def state(delisting: Delisting, *, by: User, statement: str) -> Delisting:
    """The head of the organisation is heard (陈述申辩), once, before anything is decided."""
    permit("evaluations.state_on_delisting", by, delisting)
    locked = _locked(delisting)
    if locked.state != Delisting.State.PROPOSED:
        raise Refused(_("This has been decided already."))
    if locked.statement:
        raise Refused(_("Your statement is there already."))
    if not statement.strip():
        raise Refused(_("Please write down what you have to say."))
    locked.statement, locked.stated_by, locked.stated_at = statement.strip(), by, clock.now()
    locked.save()
    record(locked.organization, "state_on_delisting", by=by, label=_("Heard on the delisting"), note=locked.statement)
    subject, url = _("has said what it has to say to the delisting"), locked.get_absolute_url()
    roles = (Role.STAFF, Role.APPROVER)
    tell_funder_of(locked.organization, locked.funder_id, subject, *roles, body=locked.statement, url=url)
    return locked


@transaction.atomic
def decide(delisting: Delisting, *, by: User, delist: bool, reason: str) -> Delisting:
    """An approver decides, with reasons. Delisted: calls that ask for it take no proposal until the day; projects that
    run go on, each of them can only be ended by a decision of its own; the organisation can appeal."""
    advance(delisting, "delist" if delist else "decline", by=by, note=reason, reason=reason.strip())
    organization = delisting.organization
    label = _("Delisted") if delist else _("Not delisted")
    if delist:
        entry = CreditRecord.objects.create(
            organization=organization,
            kind=CreditRecord.Kind.DELISTED,
            entered_on=clock.today(),
            lifted_on=delisting.until_on,
            source=_("Decision of %(funder)s of %(day)s") % {"funder": delisting.funder.name, "day": clock.today()},
            recorded_by=by,
            bureau=delisting.funder,
        )
        delisting.credit_record = entry
        delisting.save(update_fields=["credit_record"])
    record(organization, "decide_delisting", by=by, label=label, note=reason.strip())
    body = reason.strip()
    if delist:
        body += "\n" + _("You can appeal until %(day)s.") % {"day": delisting.appeal_until}
    tell_organization(organization, label, body=body, url=delisting.get_absolute_url())
    tell_funder_of(organization, delisting.funder_id, label, body=reason.strip(), url=delisting.get_absolute_url())
    return delisting


@transaction.atomic
def appeal(delisting: Delisting, *, by: User, text: str) -> Delisting:
    """The head appeals, once, in time; it goes to an approver who neither proposed nor decided it."""
    permit("evaluations.appeal_delisting", by, delisting)
    locked = _locked(delisting)
    if not locked.takes_appeal:
        raise Refused(_("There is no appeal any more: it was made already, or its time is over."))
    if not text.strip():
        raise Refused(_("Please say what is wrong."))
    locked.appeal, locked.appealed_by, locked.appealed_at = text.strip(), by, clock.now()
    locked.save()
    record(locked.organization, "appeal_delisting", by=by, label=_("Appeal against the delisting"), note=locked.appeal)
    subject, url = _("appeals against the delisting"), locked.get_absolute_url()
    tell_funder_of(locked.organization, locked.funder_id, subject, Role.APPROVER, body=locked.appeal, url=url)
    return locked


@transaction.atomic
def rule_on_appeal(delisting: Delisting, *, by: User, ruling: str, reason: str) -> Delisting:
    """An approver who neither proposed nor decided rules on the appeal (another funder's, where the funder has nobody
    else). Upheld: the delisting is lifted at once."""
    permit("evaluations.rule_on_delisting", by, delisting)
    locked = _locked(delisting)
    if not locked.awaits_ruling:
        raise Refused(_("This has been decided already."))
    if not reason.strip():
        raise Refused(_("Please give the reasons: the organisation reads them."))
    if ruling == Delisting.Ruling.UPHELD and locked.state == Delisting.State.IN_FORCE:
        _lift(locked, by=by, note=reason)
        locked = _locked(delisting)
    locked.ruling, locked.ruling_reason, locked.ruled_by, locked.ruled_at = ruling, reason.strip(), by, clock.now()
    locked.save()
    label = _("Appeal: %(ruling)s") % {"ruling": locked.get_ruling_display()}
    record(locked.organization, "rule_on_delisting", by=by, label=label, note=locked.ruling_reason)
    tell_organization(locked.organization, label, body=locked.ruling_reason, url=locked.get_absolute_url())
    return locked


@transaction.atomic
def lift(delisting: Delisting, *, by: User, note: str) -> Delisting:
    """An approver lifts it before its day, with a reason; the organisation can apply again from today."""
    if delisting.has_ended:
        raise Refused(_("It has ended by itself already."))
    if delisting.awaits_ruling:
        raise Refused(_("The appeal is ruled on first."))
    _lift(delisting, by=by, note=note)
    tell_organization(delisting.organization, _("the delisting is lifted"), body=note, url=delisting.get_absolute_url())
    return delisting


def _lift(delisting: Delisting, *, by: User, note: str) -> None:
    advance(delisting, "lift", by=by, note=note)
    if delisting.credit_record is not None:
        delisting.credit_record.lifted_on = clock.today()
        delisting.credit_record.save(update_fields=["lifted_on"])
    record(delisting.organization, "lift_delisting", by=by, label=_("Delisting lifted"), note=note.strip())
