"""The last minute before a call closes, when everybody hands in: one group by itself, and many at the same moment."""

from datetime import timedelta
from threading import Event as Signal
from threading import Thread
from time import sleep

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from benchmarks.writes import at_once
from core import clock
from core.models import Event
from core.numbering import next_number
from core.workflow import Stale, advance
from people.models import Kind, Organization, Role, User
from projects.models import Project, Scratch, State, Submission
from tests import town as towns
from tests.life import draft
from tests.pages import Offered

TYPED = "截止前最后一分钟写下的话。"
LAST_SECOND = towns.aware(2026, 3, 31, 23, 59, 59)
TOO_LATE = towns.aware(2026, 4, 1, 0, 0, 0)


def press(client: Client, project: Project):
    """Open the form and hand it in, as a browser does."""
    path = f"/projects/{project.pk}/edit/"
    page = Offered(client.get(path).content.decode())
    return client.post(path, page.filled(summary=TYPED, pledge="on") | {"submit": "1"})


# -- One group -----------------------------------------------------------------------------------------


@pytest.mark.one_database
def test_in_the_last_second_it_is_handed_in(town, time, browse):
    project = draft(town)
    time.go(LAST_SECOND)

    answer = press(browse(town.head), project)

    project.refresh_from_db()
    assert (answer.status_code, project.state, project.submitted_at) == (302, State.SUBMITTED, LAST_SECOND)


@pytest.mark.one_database
def test_a_second_later_it_is_refused_and_what_was_typed_is_kept(town, time, browse):
    project = draft(town)
    time.go(TOO_LATE)

    answer = press(browse(town.head), project)

    project.refresh_from_db()
    assert (answer.status_code, project.state, project.submissions.count()) == (200, State.DRAFT, 0)
    assert TYPED in answer.content.decode()
    assert Scratch.objects.get(project=project).data["summary"] == [TYPED]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("said_by_proxy", "waited", "is_in"), [(True, 5, True), (False, 5, False), (True, 500, False), (True, -5, False)]
)
def test_who_waited_in_the_proxy_is_not_too_late(town, time, browse, settings, said_by_proxy, waited, is_in):
    """Said by a proxy of which we know that it says so, and no longer ago than it lets anybody wait: else whoever is
    late could say it, through a proxy that lets the header pass."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.PROXY_SAYS_START = said_by_proxy
    project = draft(town)
    time.go(TOO_LATE + timedelta(seconds=2))
    client = browse(town.head)
    client.defaults["HTTP_X_REQUEST_START"] = f"t={timezone.now().timestamp() - waited:.3f}"
    client.defaults["HTTP_X_FORWARDED_FOR"] = "192.0.2.1"

    press(client, project)

    project.refresh_from_db()
    assert (project.state == State.SUBMITTED) is is_in
    assert not is_in or project.submitted_at < TOO_LATE


# -- Many at once: with processes and transactions of their own ----------------------------------------


@pytest.fixture
def whole_town(transactional_db, time):
    return towns.build()


@pytest.mark.django_db(transaction=True)
def test_who_pressed_in_time_is_in_although_the_others_made_it_wait(transactional_db):
    with clock.at(towns.MARCH):
        town = towns.build()
        project = draft(town)
    client = Client()
    client.force_login(town.head, backend="django.contrib.auth.backends.ModelBackend")
    begun = Signal()

    def keep_all_waiting() -> None:
        with transaction.atomic():
            Organization.objects.select_for_update().get(pk=town.centre.pk)
            begun.set()
            while timezone.now() < closes_at:
                sleep(0.05)
        connection.close()

    path = f"/projects/{project.pk}/edit/"
    closes_at = timezone.now() + timedelta(seconds=30)
    type(town.call).objects.update(closes_at=closes_at)
    sent = Offered(client.get(path).content.decode()).filled(summary=TYPED, pledge="on") | {"submit": "1"}
    closes_at = timezone.now() + timedelta(seconds=1.5)
    type(town.call).objects.update(closes_at=closes_at)
    other = Thread(target=keep_all_waiting)
    other.start()
    begun.wait()

    answer = client.post(path, sent)

    other.join()
    project.refresh_from_db()
    assert timezone.now() > closes_at
    assert (answer.status_code, project.state) == (302, State.SUBMITTED)
    assert project.submitted_at < closes_at


@pytest.mark.django_db(transaction=True)
def test_twelve_groups_hand_in_at_once_from_four_processes_and_each_is_in_once(whole_town, time):
    town, found = whole_town, []
    for n in range(12):
        head = User.objects.create(username=f"group{n}", name=f"负责人{n}", password=town.head.password)
        group = Organization.objects.create(
            name=f"柳溪第{n}中心", kind=Kind.SOCIAL_ORGANIZATION, credit_code=f"52TEST{n:06}", profile="社工5人。",
            community=town.community, bank_name="农商银行", bank_account_name="中心", bank_account="6222000011112222",
        )  # fmt: skip
        towns.member(head, group, Role.MANAGER)
        found.append((head, draft(town, group, head)))
    time.go(LAST_SECOND)

    def hand_in(place, barrier):
        barrier.wait()
        answers = []
        for head, project in found[place::4]:
            client = Client()
            client.force_login(head, backend="django.contrib.auth.backends.ModelBackend")
            answers.append(press(client, project).status_code)
        return answers

    answers = at_once(hand_in, 4)

    pks = [project.pk for _head, project in found]
    numbers = Project.objects.filter(pk__in=pks, state=State.SUBMITTED).values_list("number", flat=True)
    assert answers == [[302] * 3] * 4
    assert sorted(numbers) == [f"LX2026-{n:03}" for n in range(1, 13)]
    assert sorted(Submission.objects.values_list("project", flat=True)) == sorted(pks)


@pytest.mark.django_db(transaction=True)
def test_of_eight_processes_that_press_the_same_button_one_wins_and_no_number_is_lost(whole_town):
    town = whole_town
    track = town.call.tracks.get(open_to="registered")
    projects = Project.objects.bulk_create(
        Project(
            call=town.call, track=track, applicant=town.centre, title=f"第{n}个项目",
            number=f"LX2026-{n:03}", state="submitted", submitted_at=clock.now(), created_by=town.head,
        )
        for n in range(5)
    )  # fmt: skip

    def race(_place, barrier):
        won, numbers = 0, []
        for one in projects:
            project = Project.objects.get(pk=one.pk)
            barrier.wait()
            try:
                advance(project, "accept", by=town.clerk)
                won += 1
            except Stale:
                pass
            with transaction.atomic():
                numbers.append(next_number("race"))
        return won, numbers

    found = at_once(race, 8)

    events = Event.objects.filter(name="accept", object_id__in=[one.pk for one in projects])
    assert sum(won for won, _numbers in found) == events.count() == 5
    assert sorted(number for _won, numbers in found for number in numbers) == list(range(1, 41))
