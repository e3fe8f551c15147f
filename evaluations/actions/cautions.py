"""Warning and talk with an organisation: each step a person's decision, each with what the organisation says to it.

The shape is that of `projects.actions.trouble`; there it is about one project, here about the organisation.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workflow import Refused, permit, record
from evaluations.models import Caution, CautionProposal, CautionTalk
from people.models import Organization, Role, User
from projects.actions import talking
from projects.actions.messages import holders


def tell_organization(organization: Organization, subject: str, body: str = "", url: str = "") -> None:
    """Its head and staff."""
    subject = _("“%(project)s”: %(subject)s") % {"project": organization.name, "subject": subject}
    notify(holders(organization.pk, Role.MANAGER, Role.STAFF), subject=subject, body=body, url=url)


def tell_funder_of(organization: Organization, funder_id: int, subject: str, *roles: str, body: str = "",
                   url: str = "") -> None:  # fmt: skip
    """The funder's people in the given roles; the clerks, when none is named."""
    subject = _("“%(project)s”: %(subject)s") % {"project": organization.name, "subject": subject}
    notify(holders(funder_id, *(roles or (Role.STAFF,))), subject=subject, body=body, url=url)


def _locked(caution: Caution) -> Caution:
    return Caution.objects.select_for_update(of=("self",)).select_related("organization").get(pk=caution.pk)


def _locked_talk(talk: CautionTalk) -> CautionTalk:
    return CautionTalk.objects.select_for_update(of=("self",)).select_related("organization").get(pk=talk.pk)


@transaction.atomic
def warn(
    organization: Organization,
    funder: Organization,
    *,
    by: User,
    ground: str,
    words: str,
    answer_until: date,
    proposal: CautionProposal | None = None,
) -> Caution:
    """Warn the organisation, because of what the stars propose or for another reason; it is told until when to answer.

    One warning of a funder at a time: another would only confuse what is to be mended."""
    caution = Caution(
        organization=organization, funder=funder, issued_by=by, ground=ground, words=words.strip(),
        answer_until=answer_until,
    )  # fmt: skip
    permit("evaluations.caution", by, caution)
    if ground in Caution.BY_FIGURES and (proposal is None or proposal.ground != ground):
        raise Refused(_("Figures are a ground only where the stars propose it. Please choose another ground."))
    Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    if answer_until < clock.today():
        raise Refused(_("The last day to answer has passed already."))
    if Caution.objects.open().filter(organization=organization, funder=funder).exists():
        raise Refused(_("A warning to this organisation is open already: please go on with that one."))
    caution.save()
    if proposal is not None:
        answer_proposal(proposal, by=by, caution=caution)
    label = _("Warning: %(ground)s") % {"ground": caution.get_ground_display()}
    record(organization, "caution", by=by, label=label, note=caution.words)
    body = caution.words + "\n" + _("Please answer until %(day)s.") % {"day": caution.answer_until}
    tell_organization(organization, label, body=body, url=caution.get_absolute_url())
    return caution


@transaction.atomic
def answer_proposal(
    proposal: CautionProposal, *, by: User, caution: Caution | None = None, left_because: str = ""
) -> CautionProposal:
    """A person answers what the stars propose: with a warning, or with the reason why nobody is warned."""
    permit("evaluations.caution", by, proposal)
    locked = CautionProposal.objects.select_for_update(of=("self",)).select_related("star__year").get(pk=proposal.pk)
    if not locked.is_open:
        raise Refused(_("This has been decided already."))
    if caution is None and not left_because.strip():
        raise Refused(_("Please give a reason."))
    if caution is not None and caution.organization_id != locked.organization_id:
        raise Refused(_("The proposal is about another organisation."))
    locked.caution, locked.left_because = caution, "" if caution else left_because.strip()
    locked.answered_by, locked.answered_at = by, clock.now()
    locked.save()
    return locked


@transaction.atomic
def answer_caution(caution: Caution, *, by: User, answer: str) -> Caution:
    """The organisation says what it has done or will do, once; the clerks are told. Late is better than never."""
    permit("evaluations.answer_caution", by, caution)
    locked = _locked(caution)
    if locked.outcome:
        raise Refused(_("The funder has closed this warning already."))
    if locked.answer:
        raise Refused(_("It has been answered already."))
    locked.answer, locked.answered_by, locked.answered_at = answer.strip(), by, clock.now()
    locked.save()
    record(locked.organization, "answer_caution", by=by, label=_("Warning answered"), note=locked.answer)
    subject = _("the warning has been answered")
    tell_funder_of(locked.organization, locked.funder_id, subject, body=locked.answer, url=locked.get_absolute_url())
    return locked


@transaction.atomic
def lift_caution(caution: Caution, *, by: User, note: str) -> Caution:
    """It is settled; the organisation reads why."""
    permit("evaluations.caution", by, caution)
    locked = _locked(caution)
    _close(locked, Caution.Outcome.LIFTED, by=by, note=note)
    record(locked.organization, "lift_caution", by=by, label=_("Warning lifted"), note=locked.closing_note)
    url = locked.get_absolute_url()
    tell_organization(locked.organization, _("the warning is lifted"), body=locked.closing_note, url=url)
    return locked


def _close(caution: Caution, outcome: str, *, by: User, note: str) -> None:
    if caution.outcome:
        raise Refused(_("The funder has closed this warning already."))
    if not note.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."))
    caution.outcome, caution.closing_note = outcome, note.strip()
    caution.closed_by, caution.closed_at = by, clock.now()
    caution.save()


@transaction.atomic
def call_to_talk(caution: Caution, *, by: User, reason: str, planned_at: datetime, place: str) -> CautionTalk:
    """Call the organisation to a talk because of a warning; it is told when and where."""
    permit("evaluations.caution", by, caution)
    locked = _locked(caution)
    talking.refuse_unless_ahead(planned_at)
    _close(locked, Caution.Outcome.TALK, by=by, note=reason)
    talk = CautionTalk.objects.create(
        organization=locked.organization, funder_id=locked.funder_id, caution=locked, called_by=by,
        reason=reason.strip(), planned_at=planned_at, place=place,
    )  # fmt: skip
    record(locked.organization, "call_to_talk", by=by, label=_("Called to a talk"), note=talk.reason)
    _invite(talk, _("you are called to a talk"))
    return talk


@transaction.atomic
def move_talk(talk: CautionTalk, *, by: User, planned_at: datetime, place: str) -> CautionTalk:
    """Another time or place; the organisation is told."""
    permit("evaluations.caution", by, talk)
    locked = _locked_talk(talk)
    talking.move(locked, planned_at=planned_at, place=place)
    record(locked.organization, "move_talk", by=by, label=_("Talk moved"))
    _invite(locked, _("the talk has been moved"))
    return locked


def _invite(talk: CautionTalk, subject: str) -> None:
    body = talking.invitation(talk)
    tell_organization(talk.organization, subject, body=body, url=talk.get_absolute_url())


@transaction.atomic
def record_talk(
    talk: CautionTalk, *, by: User, present: str, said: str, agreed: str = "", agreed_until: date | None = None
) -> CautionTalk:
    """Write down what was said and agreed; until the organisation has confirmed it, it can be mended."""
    permit("evaluations.caution", by, talk)
    locked = _locked_talk(talk)
    talking.write_down(locked, by=by, present=present, said=said, agreed=agreed, agreed_until=agreed_until)
    record(locked.organization, "record_talk", by=by, label=_("Talk written down"), note=locked.agreed)
    tell_organization(locked.organization, _("please confirm the record of the talk"), url=locked.get_absolute_url())
    return locked


@transaction.atomic
def confirm_talk(talk: CautionTalk, *, by: User, remark: str = "") -> CautionTalk:
    """The head of the organisation confirms the record, with a remark where it sees it otherwise."""
    permit("evaluations.confirm_caution_talk", by, talk)
    locked = _locked_talk(talk)
    talking.confirm(locked, by=by, remark=remark)
    record(locked.organization, "confirm_talk", by=by, label=_("Record of the talk confirmed"), note=locked.remark)
    subject, url = _("the record of the talk is confirmed"), locked.get_absolute_url()
    tell_funder_of(locked.organization, locked.funder_id, subject, body=locked.remark, url=url)
    return locked


@transaction.atomic
def close_talk(talk: CautionTalk, *, by: User, note: str) -> CautionTalk:
    """What became of it: mended, or the organisation is proposed to be delisted (`delisting.propose` closes it)."""
    permit("evaluations.caution", by, talk)
    locked = _locked_talk(talk)
    if not locked.is_recorded:
        raise Refused(_("The talk has not been written down yet."))
    if locked.outcome:
        raise Refused(_("It has been closed already."))
    locked.outcome, locked.closed_by, locked.closed_at = note.strip(), by, clock.now()
    locked.save()
    record(locked.organization, "close_talk", by=by, label=_("After the talk"), note=locked.outcome)
    tell_organization(locked.organization, _("after the talk"), body=locked.outcome, url=locked.get_absolute_url())
    return locked
