"""Erasing what says who somebody is, on request or because its time is over: figures, ledger and log stay whole."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import EmailField, Model, Q
from django.utils.translation import gettext as _

from core.masking import mask_email, mask_name, mask_phone
from core.models import Event
from core.sealing import erase as erase_words
from core.workflow import Refused, permit, record
from evaluations.actions.grievances import forget_contact
from evaluations.models import Grievance
from people.actions import close_account
from people.models import DataRequest, User
from projects.actions import roster
from projects.models import Beneficiary, Project, SignIn
from reports.personal.finding import Record
from reports.personal.holding import held_projects, project_of, why_held
from reports.personal.nouns import Held


def shorten(held: Held, row: Any) -> None:
    """Empty what the register says is emptied, and shorten what cannot be empty."""
    for name in held.gone:
        setattr(row, name, "")
    for name in held.masked:
        setattr(row, name, _masked(row, name))
    row.save(update_fields=[*held.gone, *held.masked])


def _masked(row: Any, name: str) -> str:
    value = getattr(row, name)
    if isinstance(row._meta.get_field(name), EmailField):
        return mask_email(value)
    return mask_phone(value) if "phone" in name else mask_name(value)


def why_not(one: Record, held: dict[int, str]) -> str:
    """Why this cannot be erased now, in words for whoever asked; empty when it can."""
    if isinstance(one.row, Beneficiary | SignIn) and one.row.anonymised_at:
        return "已经去掉了"
    can = one.held.gone or one.held.masked or isinstance(one.row, Beneficiary | SignIn | User)
    if not can:
        return "依法须随档案、账目或操作记录保存"
    return why_held(one.row, held)


@transaction.atomic
def erase(request: DataRequest, records: Iterable[Record], *, by: User) -> int:
    """Erase these records of the person whose request it is. Consequences: names, numbers and files go, also from the
    words of the log; counts, amounts, decisions and the chain of the log stay. Refused before it was made sure who
    asks, once the request is answered or taken back, and for what an open objection, report or audit rests on (article
    47, last paragraph)."""
    permit("people.answer_data_request", by, request)
    if not DataRequest.objects.select_for_update(of=("self",)).get(pk=request.pk).is_open:
        raise Refused(_("This request is answered already."))
    if not (request.user_id or request.identity_note):
        raise Refused(_("Write down first how you made sure who asks."))
    held, done = held_projects(), 0
    for one in records:
        reason = why_not(one, held)
        if reason:
            raise Refused(f"{one.title} {one.where}: {reason}")
        words = [said for name, _label, said in one.values if name in (*one.held.names, *one.held.phones)]
        _erase_one(one, request, by)
        _erase_words(one.row, words, by=by, reason=request.number)
        done += 1
    if not done:
        raise Refused(_("Choose at least one record."))
    record(request, "erase", by=by, label=_("Personal data erased on request"), number=done)
    return done


def _erase_one(one: Record, request: DataRequest, by: User) -> None:
    if isinstance(one.row, User):
        close_account(one.row, by=by, reason=request.number)
    elif isinstance(one.row, Beneficiary):
        roster.withdraw(one.row, by=by)
    elif isinstance(one.row, SignIn):
        roster.forget_sign_ins([one.row])
    elif isinstance(one.row, Grievance):
        forget_contact(one.row)
    else:
        shorten(one.held, one.row)


def _erase_words(row: Model, words: Iterable[str], *, by: User, reason: str) -> None:
    """The same name or number in what the log says about the record, or about its project."""
    told = Q()
    for word in words:
        if len(word) > 1:
            told |= Q(note__contains=word) | Q(label__contains=word)
    if not told:
        return
    about = list(Event.objects.about(row).filter(told))
    if project := Project.objects.filter(pk=project_of(row) or 0).first():
        about += list(Event.objects.about(project).filter(told))
    for event in {event.pk: event for event in about}.values():
        erase_words(event, "note", "label", by=by, reason=reason)
