"""Payments of a project: entered, handed in, looked at by the mentor, decided by the clerk.

Whoever hands in or decides locks the project: of two payments that would both just fit, one does.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.files import attach
from core.models import Attachment
from core.money import yuan
from core.notifications import notify
from core.workflow import Refused, Stale, advance, permit, record
from people.models import Role, User
from projects.actions.messages import holders, tell_group
from projects.expense_facts import ExpenseBook, blocking
from projects.models import Expense, Project

MOST_AT_ONCE = 500
"""Payments that one press hands in or recognises."""


def _lock(project: Project) -> Project:
    """The project, locked: nobody else takes of its lines meanwhile."""
    return (
        Project.objects.select_for_update(of=("self",)).select_related("call", "applicant", "host").get(pk=project.pk)
    )


def _as_read(expense: Expense) -> Expense:
    """The payment, locked; `Stale` when it was mended and handed in again since `expense` was read."""
    locked = Expense.objects.select_for_update(of=("self",)).get(pk=expense.pk)
    if locked.state == expense.state and locked.edition != expense.edition:
        raise Stale(_("This payment was mended after you opened it. Please look at it again."))
    return locked


def _fill(expense: Expense, book: ExpenseBook, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(expense, name, value)
    line = book.plan.by_key.get(expense.line_key)
    if line is None:
        raise Refused(_("This budget line is not in the plan any more: choose another."))
    expense.category, expense.source = line.category, line.source


@transaction.atomic
def enter(project: Project, *, by: User, values: dict[str, Any], files: Iterable[UploadedFile] = ()) -> Expense:
    """Enter a payment with the photo of its paper; nobody hears of it before it is handed in."""
    permit("projects.keep_spending", by, project)
    expense = Expense(project=project, entered_by=by)
    _fill(expense, ExpenseBook(project), values)
    expense.save()
    for upload in files:
        attach(expense, upload, by=by, kind="paper")
    record(expense, "enter", by=by, label=_("Payment entered"))
    return expense


@transaction.atomic
def enter_all(project: Project, *, by: User, rows: Sequence[dict[str, Any]]) -> list[Expense]:
    """Enter the payments of a table, all or none; the papers are added one by one."""
    permit("projects.keep_spending", by, project)
    book, made = ExpenseBook(project), []
    for values in rows:
        expense = Expense(project=project, entered_by=by)
        _fill(expense, book, values)
        expense.save()
        made.append(expense)
    record(project, "import_expenses", by=by, label=_("Payments entered from a table"), number=len(made))
    return made


@transaction.atomic
def change(expense: Expense, *, by: User, values: dict[str, Any], files: Iterable[UploadedFile] = ()) -> Expense:
    """Mend a payment that is not handed in, or was sent back; files are added to those that are there."""
    locked = _editable(expense, by)
    _fill(locked, ExpenseBook(locked.project), values)
    locked.save()
    for upload in files:
        attach(locked, upload, by=by, kind="paper")
    record(locked, "change", by=by, label=_("Payment mended"))
    expense.refresh_from_db()
    return locked


@transaction.atomic
def discard(expense: Expense, *, by: User) -> None:
    """Take out a payment that was entered by mistake; what was once handed in stays in the books."""
    locked = _editable(expense, by)
    if locked.handed_in_at:
        raise Refused(_("It was handed in once and stays in the books. Mend it, or leave it as it is."))
    record(locked.project, "discard_expense", by=by, label=_("Payment removed"), what=str(locked))
    Attachment.objects.of(locked).delete()
    locked.delete()


@transaction.atomic
def detach(expense: Expense, file: Attachment, *, by: User) -> None:
    """Take a wrong photo away while the payment can still be changed."""
    locked = _editable(expense, by)
    Attachment.objects.of(locked).filter(pk=file.pk).delete()


def _editable(expense: Expense, by: User) -> Expense:
    _lock(expense.project)
    locked = Expense.objects.select_for_update(of=("self",)).select_related("project__call").get(pk=expense.pk)
    permit("projects.keep_spending", by, locked)
    if not locked.is_editable:
        raise Stale(_("This payment has been handed in and cannot be changed now."))
    return locked


@transaction.atomic
def hand_in(expense: Expense, *, by: User, explanation: str = "") -> Expense:
    """The group says that it paid this. Refused while something blocks it, or a warning is not explained; mentor and
    clerk hear of it once a day."""
    project = _lock(expense.project)
    permit("projects.keep_spending", by, project)
    Expense.objects.select_for_update(of=("self",)).get(pk=expense.pk)
    expense.refresh_from_db()  # what is looked at is what is handed in
    book = ExpenseBook(project)
    if explanation.strip():
        Expense.objects.filter(pk=expense.pk).update(explanation=explanation.strip())
        expense.explanation = explanation.strip()
    _hand_in(expense, book, by)
    _tell_of_new(project, by)
    return expense


def _hand_in(expense: Expense, book: ExpenseBook, by: User) -> None:
    found = book.findings([expense])[expense.pk]
    if stops := blocking(found):
        raise Refused(*[finding.sentence for finding in stops])
    if found and not expense.explanation:
        raise Refused(*[finding.sentence for finding in found], _("Please explain this before you hand it in."))
    try:
        with transaction.atomic():
            advance(expense, "hand_in", by=by)
    except IntegrityError as error:  # somebody claimed the same invoice at the same moment
        raise Refused(_("This invoice has been claimed in another project already.")) from error


@transaction.atomic
def hand_in_all(project: Project, *, by: User) -> tuple[int, int]:
    """Hand in whatever is complete; what blocks or waits for an explanation stays, and what was sent back, which is
    looked at one by one. Says how many went and stayed."""
    locked = _lock(project)
    permit("projects.keep_spending", by, locked)
    book = ExpenseBook(locked)
    mine = [one for one in book.expenses if one.is_editable]
    entered = [one for one in mine if one.state == Expense.State.ENTERED][:MOST_AT_ONCE]
    found = book.findings(entered)
    clean = [one for one in entered if not found[one.pk]]
    for one in clean:
        _hand_in(one, book, by)
    if clean:
        _tell_of_new(locked, by)
    return len(clean), len(mine) - len(clean)


def _tell_of_new(project: Project, by: User) -> None:
    """Mentor and clerks, once a day for each project."""
    people = [mentor.person for mentor in project.mentors] + holders(project.call.funder_id, Role.STAFF)
    notify(
        [person for person in people if person != by],
        subject=_("“%(project)s”: payments were handed in") % {"project": project.title},
        url=reverse("projects:spending", args=[project.pk]),
        key=f"spending-{project.pk}-{clock.today().isoformat()}",
    )


@transaction.atomic
def give_opinion(expense: Expense, *, by: User, text: str) -> Expense:
    """The mentor says what they think of a payment; the clerk reads it and decides."""
    locked = Expense.objects.select_for_update(of=("self",)).select_related("project__call").get(pk=expense.pk)
    permit("projects.look_at_spending", by, locked)
    if locked.state != Expense.State.HANDED_IN:
        raise Stale(_("An opinion is given while the payment waits for its decision."))
    locked.opinion, locked.opinion_by, locked.opinion_at = text, by, clock.now()
    locked.save()
    record(locked, "opinion", by=by, label=_("Mentor's opinion"), note=text)
    return locked


@transaction.atomic
def recognise(expense: Expense, *, by: User, amount: Decimal | None = None, note: str = "") -> Expense:
    """The clerk counts a payment as spent as agreed: in whole, or as much of it as the plan of its day and the award
    leave room for. Less than the whole needs a reason, and the group is told."""
    book = ExpenseBook(_lock(expense.project))
    most = book.recognisable(_as_read(expense))
    amount = most if amount is None else amount
    if amount > most:
        raise Refused(
            _("At most %(most)s yuan of it can be recognised: more is over the line, the award or the payment.")
            % {"most": yuan(most)}
        )
    if amount <= 0:
        raise Refused(_("Nothing of it can be recognised: choose “Do not recognise” and say why."))
    if amount < expense.amount and not note.strip():
        raise Refused(_("Please say why it is not recognised in whole."))
    advance(expense, "recognise", by=by, note=note, amount=amount, reason=note.strip()[:300])
    if amount < expense.amount:
        said = _("%(amount)s of %(whole)s yuan were recognised")
        _tell(expense, said % {"amount": yuan(amount), "whole": yuan(expense.amount)}, note)
    return expense


@transaction.atomic
def recognise_all(project: Project, expenses: Iterable[Expense], *, by: User) -> tuple[int, int]:
    """Recognise several at once: those without any finding that fit in whole. Says how many were, and were left."""
    locked = _lock(project)
    permit("projects.judge_expense", by, locked)
    asked = {one.pk: one.edition for one in expenses if one.state == Expense.State.HANDED_IN}
    waiting = locked.expenses.select_for_update(of=("self",)).filter(state=Expense.State.HANDED_IN, pk__in=asked)
    chosen = [one for one in waiting if one.edition == asked[one.pk]][:MOST_AT_ONCE]
    found = ExpenseBook(locked).findings(chosen)
    done = 0
    for one in sorted(chosen, key=lambda each: (each.spent_on, each.pk)):
        if not found[one.pk] and ExpenseBook(locked).recognisable(one) == one.amount:
            advance(one, "recognise", by=by, amount=one.amount)
            done += 1
    return done, len(asked) - done


def refuse(expense: Expense, *, by: User, note: str) -> Expense:
    """Not paid from this grant; the group reads why."""
    return _answer(expense, "refuse", by=by, note=note, subject=_("a payment was not recognised"))


def send_back(expense: Expense, *, by: User, note: str) -> Expense:
    """Something is missing; the group mends it and hands it in again."""
    return _answer(expense, "send_back", by=by, note=note, subject=_("a payment was sent back"))


def reopen(expense: Expense, *, by: User, note: str) -> Expense:
    """A decision is taken back, with a reason that the group reads."""
    return _answer(expense, "reopen", by=by, note=note, subject=_("a payment is decided on anew"))


@transaction.atomic
def _answer(expense: Expense, step: str, *, by: User, note: str, subject: str) -> Expense:
    """Take a step with a reason, on the payment as it was read; the group and its bookkeepers are told."""
    _lock(expense.project)
    _as_read(expense)
    advance(expense, step, by=by, note=note, reason=note.strip()[:300])
    _tell(expense, subject, note)
    return expense


def _tell(expense: Expense, subject: str, note: str) -> None:
    """The group, and whoever keeps its books."""
    project, url = expense.project, expense.get_absolute_url()
    tell_group(project, subject, body=f"{expense}\n{note}", url=url)
    told = set(holders(project.applicant_id, Role.MANAGER, Role.STAFF))
    books = [
        person
        for organization in (project.applicant_id, project.host_id)
        if organization
        for person in holders(organization, Role.FINANCE)
    ]
    said = _("“%(project)s”: %(subject)s") % {"project": project.title, "subject": subject}
    notify([one for one in books if one not in told], subject=said, body=f"{expense}\n{note}", url=url)
