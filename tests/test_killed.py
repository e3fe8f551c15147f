"""kill -9 in the middle of what must not be done by halves: real processes, real SIGKILL, before every single write.
(Printing is in reports/test_print_killed.)"""

from datetime import timedelta
from functools import partial

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock
from core.models import Event
from core.notifications import deliver_due
from evaluations.actions import decision as decisions
from evaluations.actions.decision import Proposal
from evaluations.models import Decision, Result
from people.models import Organization
from people.resources import base
from projects.actions import payments
from projects.invariants import breaches
from projects.models import Notice, Project, Tranche
from reports.actions import background, imports
from tests import town as towns
from tests.judging import judged, proposed
from tests.killed import killed_at_each_write, killed_before
from tests.life import Life
from tests.reports.tables import centre, csv_file

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db, time):
    return towns.build()


@pytest.fixture(autouse=True)
def nobody_works(settings):
    """What is queued stays queued, as when the worker is dead."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def test_a_ranking_and_then_a_payment_are_decided_whole_or_not_at_all(town, time):
    life = Life(town, time)
    better, worse = judged(town, life, 40, 20)
    made = proposed(town, {better.pk: "shortlist", worse.pk: Proposal("decline", reason="分数较低")})

    kills = [
        killed_at_each_write(lambda: decisions.approve(Decision.objects.get(pk=made.pk), by=town.approver)),
        killed_at_each_write(lambda: decisions.announce(Decision.objects.get(pk=made.pk), by=town.clerk), every=5),
    ]

    assert Result.objects.count() == 2
    assert [Project.objects.get(pk=one.pk).state for one in (better, worse)] == ["in_notice", "not_selected"]
    assert Notice.objects.count() == 1

    project = life.walk(Project.objects.get(pk=better.pk), "running")
    first = payments.request_payment(project.tranches.get(ordinal=1), by=town.clerk)
    page = partial(Tranche.objects.get, pk=first.pk)
    mail.outbox.clear()

    kills += [
        killed_at_each_write(lambda: payments.approve_payment(page(), by=town.approver)),
        killed_at_each_write(lambda: payments.pay(page(), by=town.finance, bank_reference="R-1"), every=4),
    ]

    names = ["request", "approve", "pay"]
    assert min(kills) >= 2
    assert (page().state, list(breaches())) == ("paid", [])
    assert [event.name for event in Event.objects.about(first) if event.name in names] == names
    time.go(clock.now() + timedelta(minutes=1))
    assert deliver_due() > 0  # the process that should have sent it was dead
    assert mail.outbox != []


def test_an_import_goes_on_by_itself_and_writes_nothing_twice(town, time, monkeypatch):
    monkeypatch.setattr(base, "CHUNK", 3)
    monkeypatch.setattr(background, "CHUNK", 3)
    before = Organization.objects.count()
    table = SimpleUploadedFile("table.csv", csv_file(*(centre(number) for number in range(1, 13))))
    job = imports.send(by=town.clerk, table="organizations", upload=table)
    job = imports.confirm(job, by=town.clerk, mode="good_rows")

    done = []
    for nth in (2, 4, 5):
        assert killed_before(nth, lambda: background.run.call(job.pk, job.attempt))
        time.go(clock.now() + timedelta(minutes=3))
        assert imports.go_on_with_killed_imports() == 1
        job.refresh_from_db()
        done.append((job.done, Organization.objects.count() - before))
    assert not killed_before(10_000, lambda: background.run.call(job.pk, job.attempt))

    job.refresh_from_db()
    assert all(rows == stored for rows, stored in done), done
    assert (job.status, job.done, job.new, Organization.objects.count() - before) == ("done", 12, 12, 12)
