"""The roster of experts (专家库): kept by the funders' clerks."""

from collections.abc import Collection

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workflow import Refused, permit, record
from people.actions.members import refuse_administrator
from people.models import Expert, Expertise, ExpertLoan, Interest, Kind, Organization, Role, Skill, User


@transaction.atomic
def save_expert(
    person: User,
    *,
    by: User,
    employer: str,
    title: str,
    max_load: int,
    skills: Collection[str],
    is_active: bool = True,
) -> Expert:
    """Put a person on the roster, or change the line. Refused without a field of expertise, and for administrators.

    Whoever is on it may be asked; whether they may judge a certain project is another question. The line is kept by one
    bureau: another one borrows the expert (`ask_for_loan`).
    """
    kept = Expert.objects.filter(person=person).select_related("bureau").first()
    if kept is not None and kept.bureau_id and not rules.has_perm("people.keep_roster", by, kept):
        permit("people.keep_roster", by)
        words = {"person": person, "bureau": kept.bureau or "—"}
        raise Refused(_("%(person)s is on the roster of %(bureau)s already: borrow the expert instead.") % words)
    permit("people.keep_roster", by)
    refuse_administrator(person)
    if not skills or not set(skills) <= set(Expertise.values):
        raise Refused(_("Please choose at least one field of expertise."))
    values = {"employer": employer.strip(), "title": title.strip(), "max_load": max_load, "is_active": is_active}
    if kept is None or kept.bureau_id is None:
        values["bureau_id"] = next(iter(by.bureaus_as(Role.STAFF)))
    expert, created = Expert.objects.update_or_create(
        person=person, defaults=values, create_defaults=values | {"added_by": by}
    )
    expert.skills.exclude(kind__in=skills).delete()
    for kind in skills:
        Skill.objects.get_or_create(expert=expert, kind=kind)
    record(expert, "save", by=by, label=_("Put on the roster") if created else _("Line of the roster changed"))
    return expert


def _is_in_pool_of(user: User, person: User) -> bool:
    expert = Expert.objects.filter(person=person).first()
    return expert is not None and rules.has_perm("people.use_expert", user, expert)


@transaction.atomic
def ask_for_loan(person: User, bureau: Organization, *, by: User) -> ExpertLoan:
    """A clerk asks an expert of another bureau to judge for this one too; nothing is theirs before the expert agrees.

    The expert is told. Refused for who is on no roster, is in the pool already, or has been asked and not answered.
    """
    if not by.has_role(bureau.pk, Role.STAFF) or bureau.kind != Kind.FUNDER:
        raise PermissionDenied
    expert = Expert.objects.select_for_update(of=("self",)).filter(person=person).first()
    if expert is None:
        raise Refused(_("%(person)s is on no roster yet: put the person on yours.") % {"person": person})
    if Expert.objects.of_bureaus([bureau.pk]).filter(pk=expert.pk).exists():
        raise Refused(_("%(person)s is in your pool already.") % {"person": person})
    if expert.loans.filter(bureau=bureau, ended_at=None).exists():
        raise Refused(_("%(person)s has been asked already and has not answered yet.") % {"person": person})
    loan = ExpertLoan.objects.create(expert=expert, bureau=bureau, asked_by=by)
    record(expert, "ask_for_loan", by=by, label=_("Asked to judge for %(bureau)s too") % {"bureau": bureau})
    notify(
        [person],
        subject=_("%(bureau)s asks whether you will judge for it") % {"bureau": bureau},
        body=_("Your data stay with who keeps your line. If you agree, this bureau can ask you as well."),
        url=reverse("people:interest_list"),
    )
    return loan


@transaction.atomic
def answer_loan(loan: ExpertLoan, *, by: User, agrees: bool) -> ExpertLoan:
    """The expert agrees, declines, or ends later what was agreed; what is being judged already goes on."""
    locked = ExpertLoan.objects.select_for_update(of=("self",)).select_related("expert").get(pk=loan.pk)
    if locked.expert.person_id != by.pk:
        raise PermissionDenied
    if locked.ended_at is not None or (agrees and locked.agreed_at is not None):
        raise Refused(_("This has been answered already."))
    if agrees:
        locked.agreed_at, label = clock.now(), _("Agreed to judge for %(bureau)s")
    else:
        locked.ended_at, label = clock.now(), _("Does not judge for %(bureau)s (any more)")
    locked.save(update_fields=["agreed_at", "ended_at"])
    record(locked.expert, "answer_loan", by=by, label=label % {"bureau": locked.bureau})
    notify([locked.asked_by], subject=f"{locked.expert}：{label % {'bureau': locked.bureau}}")
    return locked


@transaction.atomic
def declare_interest(person: User, organization: Organization, *, by: User, kind: str, words: str) -> Interest:
    """Write down what ties somebody to an organisation: the person at any time, or a clerk who keeps the roster.

    Consequences: it counts from now on in every call; a sheet that it touches is put on hold and a clerk decides
    (the judging watches interests). One that had ended begins again. Refused without words.
    """
    if by.pk != person.pk and not _is_in_pool_of(by, person):
        raise PermissionDenied
    if kind not in Interest.Kind.values or not words.strip():
        raise Refused(_("Please say in a few words what ties you."))
    said = {"words": words.strip(), "ended_on": None, "declared_at": clock.now()}
    interest, _new = Interest.objects.update_or_create(
        person=person, organization=organization, kind=kind, defaults=said
    )
    record(interest, "declare", by=by, label=_("Interest declared: %(tie)s") % {"tie": interest}, note=words)
    return interest


@transaction.atomic
def end_interest(interest: Interest, *, by: User, reason: str) -> Interest:
    """What ties somebody is over, with the reason: a clerk decides that, not the person, and the line stays."""
    locked = Interest.objects.select_for_update().get(pk=interest.pk)
    if by.pk == locked.person_id or not _is_in_pool_of(by, locked.person):
        raise PermissionDenied
    if locked.ended_on:
        raise Refused(_("This has ended already."))
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    locked.ended_on = clock.today()
    locked.save(update_fields=["ended_on"])
    record(locked, "end", by=by, label=_("Interest ended: %(tie)s") % {"tie": locked}, note=reason)
    return locked
