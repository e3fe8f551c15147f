"""Consent to the privacy notice, and what people ask about their data. What is found and erased: `reports.personal`."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify, write_to
from core.numbering import next_number
from core.strangers import MOST_AN_HOUR, has_sent_enough
from core.workdays import add_workdays
from core.workflow import Refused, advance, permit, record
from people.models import (
    ANSWER_WORKDAYS,
    Consent,
    DataRequest,
    ImpactAssessment,
    Membership,
    Organization,
    PrivacyNotice,
    Role,
    User,
)
from people.sessions import end_sessions


@transaction.atomic
def publish_notice(*, by: User, text: str, changes: str) -> PrivacyNotice:
    """A new version of the notice, in force at once. Consequence: everybody with an account is asked again when they
    next sign in; what they agreed to before stays on record."""
    permit("people.word_notice", by)
    PrivacyNotice.objects.select_for_update().order_by("version").first()  # two at once: one after the other
    before = PrivacyNotice.objects.in_force()
    if text.strip() == before.text.strip():
        raise Refused(_("Nothing has been changed in the text."))
    version = (PrivacyNotice.objects.aggregate(n=Max("version"))["n"] or 0) + 1
    made = PrivacyNotice.objects.create(version=version, text=text.strip(), changes=changes.strip(), made_by=by)
    record(made, "publish_notice", by=by, label=_("Privacy notice, version %(n)s") % {"n": version}, note=made.changes)
    return made


def must_agree(user: User) -> bool:
    """Whether the person has still to read the notice in force. Without a notice in the database nobody is asked."""
    newest = PrivacyNotice.objects.order_by("-version").values_list("pk", flat=True).first()
    return newest is not None and not Consent.objects.standing().filter(user=user, notice=newest).exists()


@transaction.atomic
def agree_to_notice(*, by: User, notice: PrivacyNotice | None = None) -> Consent:
    """Agree to the notice in force; a second press changes nothing. Refused for a version that is not in force."""
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    newest = PrivacyNotice.objects.in_force()
    if notice is not None and notice.pk != newest.pk:
        raise Refused(_("The notice has been changed meanwhile: please read the new one."))
    made, is_new = Consent.objects.get_or_create(user=by, notice=newest, withdrawn_at=None)
    if is_new:
        label = _("Agreed to the privacy notice, version %(n)s") % {"n": newest.version}
        record(by, "agree", by=by, label=label, version=newest.version)
    return made


@transaction.atomic
def withdraw_consent(*, by: User) -> int:
    """Take back every consent to the notice (article 15). Consequences: all sessions end; the person is asked again at
    the next sign-in. What was done before stays lawful; to have data erased is a request of its own."""
    done = Consent.objects.standing().filter(user=by).update(withdrawn_at=clock.now())
    if done:
        record(by, "withdraw_consent", by=by, label=_("Consent to the privacy notice taken back"))
        end_sessions(by)
    return done


# -- Requests --------------------------------------------------------------------------------------


@transaction.atomic
def receive_data_request(
    funder: Organization, *, by: User | None, values: Mapping[str, Any], own: bool = False, sender: str = ""
) -> DataRequest:
    """Receive a request: of a person with an account (`own`), of a stranger by the public form (`by` None), or written
    down by a clerk at the desk. Consequences: it has a number and a day until which it is answered; the clerks know.
    What is still open and is sent again, of the same kind in the same words, is the same request."""
    if by is not None and not own:
        permit("people.enter_data_request", by, funder)
    if (known := _sent_before(funder, by=by, values=values, own=own, sender=sender)) is not None:
        return known
    if sender and has_sent_enough(DataRequest.objects.filter(sender=sender), "received_at"):
        raise Refused(_("At most %(n)s requests an hour can be sent. Please try again later.") % {"n": MOST_AN_HOUR})
    now, year = clock.now(), clock.today().year
    made = DataRequest.objects.create(
        number=f"GX{year}-{next_number(f'data-request:{year}'):04d}",
        funder=funder,
        user=by if own else None,
        entered_by=None if own else by,
        sender=sender,
        received_at=now,
        due_on=add_workdays(clock.localdate(now), ANSWER_WORKDAYS),
        **values,
    )
    record(made, "ask", by=by, label=_("Request about personal data received"))
    subject = _("%(number)s: somebody asks about their personal data") % {"number": made.number}
    notify(_clerks(funder, but=by), subject=subject, url=made.get_absolute_url())
    return made


def _sent_before(
    funder: Organization, *, by: User | None, values: Mapping[str, Any], own: bool, sender: str
) -> DataRequest | None:
    """The open request that this one repeats. Of a bureau they come one after the other, so two clicks make one."""
    Organization.objects.select_for_update(of=("self",)).get(pk=funder.pk)
    same = DataRequest.objects.open().filter(funder=funder, user=by if own else None)
    if own:
        return same.filter(kind=values["kind"], text=values["text"]).first()
    return same.filter(entered_by=by, sender=sender, **values).first()


def _clerks(funder: Organization, *, but: User | None) -> Iterable[User]:
    held = Membership.objects.current().filter(organization=funder, role=Role.STAFF)
    return User.objects.filter(pk__in=held.values("user")).exclude(pk=but.pk if but else 0)


@transaction.atomic
def identify_asker(request: DataRequest, *, by: User, note: str) -> DataRequest:
    """Write down how the clerk made sure who asks: before that nothing is looked up or given out."""
    permit("people.answer_data_request", by, request)
    if not note.strip():
        raise Refused(_("Please write down how you made sure who asks."))
    locked = DataRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if not locked.is_open:
        raise Refused(_("This request is answered already."))
    locked.identity_note = note.strip()
    locked.save(update_fields=["identity_note"])
    record(locked, "identify", by=by, label=_("Made sure who asks"), note=locked.identity_note)
    request.refresh_from_db()
    return request


def answer_data_request(request: DataRequest, *, by: User, granted: bool, words: str) -> DataRequest:
    """Grant or refuse; whoever asked is told, by notification or mail, and reads it behind their link."""
    if not words.strip():
        raise Refused(_("Please write the answer: whoever asked will read it."))
    with transaction.atomic():
        done = advance(request, "grant" if granted else "refuse", by=by, answer=words)
        subject = _("Your request %(number)s is answered") % {"number": done.number}
        if done.user:
            notify([done.user], subject=subject, body=done.answer, url=done.get_follow_url())
        elif done.email:
            write_to(done.email, subject=subject, text=done.answer)
    return done


@transaction.atomic
def close_account(user: User, *, by: User, reason: str) -> User:
    """Erase what says who somebody with an account is, as they asked (article 47). Consequences: nobody signs in
    with it again; name, addresses, ID fingerprint, certificates and places go; what they did stays in the log under the
    number of the account. Refused while they hold a role or an office: somebody else has to take that over first."""
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if locked.memberships.unfinished().exists() or hasattr(locked, "administrator"):
        raise Refused(_("This person still holds a role or an office: end it first, so that somebody answers for it."))
    if locked.is_superuser:
        raise Refused(_("The superuser is retired by a command of its own."))
    locked.name, locked.username = _("Closed account"), f"closed-{locked.pk}-{secrets.token_hex(3)}"
    locked.email, locked.phone, locked.is_active, locked.is_staff = "", None, False, False
    locked.identity_fingerprint, locked.identity_tail = None, ""
    locked.set_unusable_password()
    locked.save()
    locked.certificates.all().delete()
    locked.known_places.all().delete()
    locked.former_passwords.all().delete()
    EmailAddress.objects.filter(user=locked).delete()
    Authenticator.objects.filter(user=locked).delete()
    SocialAccount.objects.filter(user=locked).delete()
    Consent.objects.standing().filter(user=locked).update(withdrawn_at=clock.now())
    end_sessions(locked)
    record(locked, "close_account", by=by, label=_("Account closed, personal details erased"), note=reason)
    return locked


@transaction.atomic
def assess_impact(funder: Organization, *, by: User, values: Mapping[str, Any]) -> ImpactAssessment:
    """Write down an impact assessment; it stays as it is, the next one follows it."""
    permit("people.assess_impact", by, funder)
    made = ImpactAssessment.objects.create(funder=funder, made_by=by, **values)
    record(made, "assess_impact", by=by, label=_("Impact assessment written"))
    return made
