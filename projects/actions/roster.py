"""The roster of the people served: entered with consent, kept as long as agreed, then without names.

Names never reach the log: its lines speak of internal numbers.
"""

import calendar
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock
from core.files import attach
from core.models import Attachment
from core.workflow import Refused, permit, record
from people.models import User
from projects.models import Beneficiary, ConsentText, Project, SignIn
from projects.models.beneficiary import is_child
from projects.sign_in import new_person_key, person_key

REMOVED = "**"
"""Stands for a name in what was written about a group."""


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def kept_until(project: Project, text: ConsentText) -> date:
    """Until when names are kept under this text: so many months after the project's end."""
    return months_after(project.ends_on or clock.today(), text.keep_months)


def problems(
    *, birth_year: int | None, category: str, guardian: str, sensitive_agreed: bool, guardian_agreed: bool
) -> dict[str, str]:
    """What keeps somebody out of the roster, by the field that says it: the consents that are missing."""
    found = {}
    if category in Beneficiary.SENSITIVE and not sensitive_agreed:
        found["sensitive_agreed"] = _("This category is sensitive: it is kept only with a consent of its own.")
    if birth_year and is_child(birth_year):
        if not guardian:
            found["guardian"] = _("Under 14 a parent or guardian agrees: please write their name.")
        if not guardian_agreed:
            found["guardian_agreed"] = _("Nobody under 14 is entered without the consent of a guardian.")
    return found


@transaction.atomic
def enter(
    project: Project,
    *,
    by: User,
    values: Mapping[str, Any],
    agreed: bool,
    sensitive_agreed: bool = False,
    guardian_agreed: bool = False,
    call_agreed: bool = False,
    agreed_on: date | None = None,
    files: Iterable[UploadedFile] = (),
) -> Beneficiary:
    """Enter somebody with their consent; the text they agreed to and when stays with them.

    Sign-ins of the same name and phone tail in this project are known as theirs from now on.
    """
    permit("projects.plan_delivery", by, project)
    if not agreed:
        raise Refused(_("Nobody is entered without having agreed."))
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    _check(values, sensitive_agreed, guardian_agreed)
    text = ConsentText.objects.in_force(project.call.funder, ConsentText.Purpose.ROSTER)
    moment = _moment(agreed_on)
    last = project.roster.aggregate(n=Max("number"))["n"] or 0
    made = Beneficiary(project=project, number=last + 1, consent=text, consented_at=moment, entered_by=by, **values)
    made.sensitive_consent_at = moment if sensitive_agreed else None
    made.guardian_consent_at = moment if guardian_agreed else None
    made.expires_on = kept_until(project, text)
    _let_be_called(made, call_agreed, moment)
    made.save()
    for upload in files:
        attach(made, upload, by=by, kind="consent")
    _recognise(made)
    record(project, "enter_beneficiary", by=by, label=_("Entered in the roster: no. %(code)s") % {"code": made.code})
    return made


@transaction.atomic
def enter_all(project: Project, *, by: User, rows: Iterable[Mapping[str, Any]]) -> int:
    """Enter everybody of a table, or nobody."""
    return len([enter(project, by=by, **row) for row in rows])


@transaction.atomic
def change(
    beneficiary: Beneficiary,
    *,
    by: User,
    values: Mapping[str, Any],
    sensitive_agreed: bool = False,
    guardian_agreed: bool = False,
    call_agreed: bool | None = None,
) -> Beneficiary:
    """Correct an entry, as everybody may ask (article 46); a new category may need a new consent.

    `call_agreed`: whether an evaluator may phone them, from now on; None leaves it as it is."""
    permit("projects.see_names", by, beneficiary.project)
    locked = _named(beneficiary)
    sensitive_agreed = sensitive_agreed or locked.sensitive_consent_at is not None
    guardian_agreed = guardian_agreed or locked.guardian_consent_at is not None
    _check(values, sensitive_agreed, guardian_agreed)
    for name, value in values.items():
        setattr(locked, name, value)
    if sensitive_agreed:
        locked.sensitive_consent_at = locked.sensitive_consent_at or clock.now()
    if guardian_agreed:
        locked.guardian_consent_at = locked.guardian_consent_at or clock.now()
    if call_agreed is not None and call_agreed != (locked.call_consent_at is not None):
        _let_be_called(locked, call_agreed, clock.now())
    locked.save()
    _recognise(locked)
    label = _("Roster entry corrected: no. %(code)s") % {"code": locked.code}
    record(locked.project, "change_beneficiary", by=by, label=label)
    return locked


@transaction.atomic
def withdraw(beneficiary: Beneficiary, *, by: User) -> Beneficiary:
    """Somebody takes their consent back: what says who they are goes at once, the figures stay."""
    permit("projects.take_name_out", by, beneficiary.project)
    locked = _named(beneficiary)
    locked.withdrawn_at = clock.now()
    _anonymise(locked)
    label = _("Consent withdrawn, name removed: no. %(code)s") % {"code": locked.code}
    record(locked.project, "withdraw_consent", by=by, label=label)
    return locked


def expired_people() -> list[Beneficiary]:
    """Whose time in a roster is over, as it would be found now: nothing is written."""
    found = Beneficiary.objects.expired().select_related("project", "consent")
    found = found.only("project__ends_on", "consent__keep_months")  # after a long standstill they are very many
    return [one for one in found if kept_until(one.project, one.consent) < clock.today()]


def expired_sign_ins() -> list[SignIn]:
    """The same of sign-ins."""
    found = SignIn.objects.expired().select_related("activity__project", "consent")
    found = found.only("activity__project__ends_on", "consent__keep_months")
    return [one for one in found if kept_until(one.activity.project, one.consent) < clock.today()]


def anonymise_expired(but: Collection[int] = ()) -> int:
    """Remove every name whose time is over, in rosters and sign-ins; how many. Called by `reports.personal.retention`.

    The time was said as months after the project's end: where the end has moved, so has the day. `but`: projects of
    which nothing may go now, because something that is open rests on it.
    """
    done = 0
    for found in Beneficiary.objects.expired().exclude(project__in=but).select_related("project", "consent"):
        with transaction.atomic():
            locked = Beneficiary.objects.select_for_update(of=("self",)).get(pk=found.pk)
            if locked.is_anonymous or _is_put_off(locked, found.project, found.consent):
                continue
            _anonymise(locked)
            label = _("Time is over, name removed: no. %(code)s") % {"code": locked.code}
            record(found.project, "anonymise", by=None, label=label)
            done += 1
    signed_in = SignIn.objects.expired().exclude(activity__project__in=but)
    for signed in signed_in.select_related("activity__project", "consent"):
        with transaction.atomic():
            if not _is_put_off(signed, signed.activity.project, signed.consent):
                forget_sign_ins([signed])
                done += 1
    return done


def _is_put_off(kept: Any, project: Project, text: ConsentText) -> bool:
    until = kept_until(project, text)
    if until < clock.today():
        return False
    kept.expires_on = until
    kept.save(update_fields=["expires_on"])
    return True


def forget_sign_ins(sign_ins: Iterable[SignIn]) -> None:
    """Take away what says who signed in. One person stays one person: all their sign-ins get the same new key."""
    for signed in sign_ins:
        if signed.person_key and signed.beneficiary_id is None:
            same = SignIn.objects.filter(activity__project=signed.activity.project_id, person_key=signed.person_key)
            same.update(person_key=new_person_key())
        SignIn.objects.filter(pk=signed.pk).update(
            name="", phone_tail="", household="", device="", sender="", anonymised_at=clock.now()
        )


def _anonymise(locked: Beneficiary) -> None:
    """Names, contacts, papers and what was written about the person go; number, decade, category and counts stay."""
    for session in locked.sessions.all():
        session.content = session.content.replace(locked.name, REMOVED)
        session.save(update_fields=["content"])
    locked.cases.update(purpose="", situation="", plan="", next_on=None)
    locked.sign_ins.update(
        name="", phone_tail="", household="", device="", sender="", person_key="", anonymised_at=clock.now()
    )
    for attachment in Attachment.objects.of(locked):
        transaction.on_commit(partial(attachment.file.delete, save=False))
        attachment.delete()
    locked.name = locked.phone = locked.guardian = locked.recommended_by = ""
    locked.birth_year -= locked.birth_year % 10
    locked.anonymised_at = clock.now()
    locked.save()


def _let_be_called(person: Beneficiary, agreed: bool, moment: datetime) -> None:
    """Whether an evaluator may phone them: by the text in force, or not any more."""
    funder, purpose = person.project.call.funder, ConsentText.Purpose.CALL
    person.call_consent = ConsentText.objects.in_force(funder, purpose) if agreed else None
    person.call_consent_at = moment if agreed else None


def _named(beneficiary: Beneficiary) -> Beneficiary:
    locked = Beneficiary.objects.select_for_update(of=("self",)).select_related("project").get(pk=beneficiary.pk)
    if locked.is_anonymous:
        raise Refused(_("The name of this person has been removed; nothing can be changed any more."))
    return locked


def _check(values: Mapping[str, Any], sensitive_agreed: bool, guardian_agreed: bool) -> None:
    asked = {name: values.get(name) or "" for name in ("category", "guardian")}
    found = problems(
        birth_year=values.get("birth_year"),
        sensitive_agreed=sensitive_agreed,
        guardian_agreed=guardian_agreed,
        **asked,
    )
    if found:
        raise Refused(*found.values())


def _moment(day: date | None) -> datetime:
    """When somebody agreed: now, or on an earlier day on paper."""
    return clock.now() if day is None or day >= clock.today() else timezone.make_aware(datetime.combine(day, time(12)))


def _recognise(beneficiary: Beneficiary) -> None:
    """Earlier sign-ins by name and phone tail become this person's, one an activity."""
    key = person_key(beneficiary.project_id, beneficiary.name, beneficiary.phone[-4:])
    if not key:
        return
    taken = beneficiary.sign_ins.values("activity")
    theirs = SignIn.objects.filter(activity__project=beneficiary.project, person_key=key, beneficiary=None)
    theirs.exclude(activity__in=taken).update(beneficiary=beneficiary)
