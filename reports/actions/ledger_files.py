"""A ledger of very many rows: asked for, written in the background, fetched."""

from tempfile import TemporaryFile
from typing import IO, Any

from django.core.files import File
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django_tasks import task

from core import clock
from core.notifications import notify
from core.workflow import Refused
from people.models import User
from reports.actions.exports import record_ledger
from reports.actions.made_files import attempt
from reports.ledgers import catalogue
from reports.ledgers.choice import LedgerForm, said_in_chinese
from reports.ledgers.ledger import Ledger
from reports.models import LedgerFile

MOST_AT_ONCE = 3000
"""So many rows are written as Excel while a person waits: some ten seconds. More are written in the background."""


@transaction.atomic
def ask(ledger: Ledger, *, by: User, query: str) -> LedgerFile:
    """Have a ledger written as Excel in the background, narrowed as `query`, the words of the page's address, says.
    Consequences: the person's log keeps what was asked for, and a message says when it is ready.

    Refused when the query is wrong, and while the same is being written for this person."""
    ledger.allow(by)
    form = _valid(ledger, by, query)
    same = LedgerFile.objects.visible_to(by).filter(ledger=ledger.key, query=query, status=LedgerFile.Status.WAITING)
    if any(one.is_busy for one in same):
        raise Refused(_("One is being made already."))
    made = LedgerFile.objects.create(ledger=ledger.key, query=query, rows=ledger.count(form.asked), by=by)
    record_ledger(by=by, ledger=ledger, kind="xlsx", chosen=said_in_chinese(form), rows=made.rows)
    make.enqueue(made.pk)
    return made


def _valid(ledger: Ledger, user: Any, query: str) -> LedgerForm:
    form = LedgerForm(QueryDict(query), ledger=ledger, user=user)
    if not form.is_valid():
        raise Refused(_("Something in the filter is wrong: please look at it again."))
    return form


@task()
def make(file_id: int) -> None:
    """Background: write the ledger, keep it, and tell who asked."""
    attempt(LedgerFile.objects.select_related("by").get(pk=file_id), _make)


def _make(made: LedgerFile) -> None:
    ledger = catalogue.LEDGERS[made.ledger]
    ledger.allow(made.by)
    form = _valid(ledger, made.by, made.query)
    with TemporaryFile() as file:
        written = catalogue.write_xlsx(ledger, form.asked, said_in_chinese(form), file)
        _keep(made, ledger, file, written.rows)


@transaction.atomic
def _keep(made: LedgerFile, ledger: Ledger, file: IO[bytes], rows: int) -> None:
    locked = LedgerFile.objects.select_for_update(of=("self",)).select_related("by").get(pk=made.pk)
    if locked.status != LedgerFile.Status.WAITING:  # another worker was faster
        return
    locked.size = file.seek(0, 2)
    file.seek(0)
    locked.file.save("ledger.xlsx", File(file), save=False)
    locked.filename = f"{ledger.title} {clock.localdate(made.at):%Y-%m-%d}.xlsx"
    locked.rows, locked.status, locked.finished_at = rows, LedgerFile.Status.DONE, clock.now()
    locked.save()
    subject = _("The ledger “%(title)s” is ready") % {"title": ledger.label}
    notify([locked.by], subject=subject, url=f"{reverse('ledgers:ledger_list')}?ledger={ledger.key}")
