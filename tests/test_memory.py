"""What is remembered is what would have been done: the rows, the objects, the files and the clock."""

from datetime import datetime

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core import clock
from projects.models import Project
from tests.judging import judged
from tests.life import Life, draft
from tests.memory import memory
from tests.records import held
from tests.spending import running
from tests.town import MARCH, build

pytestmark = pytest.mark.one_database


@pytest.fixture
def world(db, time):
    """`world(prepare)` founds the town and prepares something in it, and takes all of it back afterwards: what was
    there then, and what the database was asked on the way."""

    def start(prepare):
        memory.stop()
        memory.start(pytest.MonkeyPatch())
        time.go(MARCH)
        with transaction.atomic():
            with CaptureQueriesContext(connection) as queries:
                town = build()
                result = prepare(town, Life(town, time))
            found = (rows(), clock.now(), result.state, result.call == town.call)
            transaction.set_rollback(True)
        return found, [one["sql"] for one in queries if one["sql"].startswith("SELECT") and ' FROM "' in one["sql"]]

    memory.forget()
    yield start
    memory.forget()


def rows() -> dict[str, list]:
    """The whole database."""
    return {model._meta.label: list(model.objects.order_by("pk").values_list()) for model in apps.get_models()}


def with_an_activity(town, life) -> Project:
    project = life.walk(draft(town), "running")
    held(town, project, life.time, heads=3)
    return project


PREPARED = {
    "draft": lambda town, life: draft(town, title="别的名字"),
    "judged": lambda town, life: judged(town, life, 30)[0],
    "running": lambda town, life: running(town, life),
    "completed": lambda town, life: life.walk(draft(town), "completed"),
    "with an activity": with_an_activity,
}


@pytest.mark.parametrize("name", PREPARED)
def test_a_second_time_is_the_same_to_the_last_row_and_works_nothing_out(name, world):
    first, questions = world(PREPARED[name])
    second, asked_again = world(PREPARED[name])

    assert second == first
    assert len(questions) > 0
    assert asked_again == []


def test_whoever_changes_something_before_finds_its_consequences(world):
    def submitted(town, life):
        return life.walk(draft(town), "submitted")

    def submitted_under_another_name(town, life):
        town.centre.name = "新名字"
        town.centre.save()
        return submitted(town, life)

    plain, _ = world(submitted)
    changed, _ = world(submitted_under_another_name)
    again, _ = world(submitted)

    assert again == plain
    assert any("新名字" in str(row) for row in changed[0]["projects.Submission"])
    assert not any("新名字" in str(row) for row in plain[0]["projects.Submission"])


def test_the_object_that_was_handed_over_moves_as_well(world):
    seen = []

    def walked(town, life):
        project = draft(town)
        life.walk(project, "eligible")
        seen.append((project.state, project.version, project.submitted_at))
        return project

    world(walked)
    world(walked)

    assert seen[0][0] == "eligible"
    assert seen[0] == seen[1]


def test_a_copy_is_nobody_elses(world):
    def renamed(town, life):
        project = draft(town)
        titles.append(project.title)
        project.title = "改了"
        return project

    titles = []
    world(renamed)
    world(renamed)

    assert titles[0] == titles[1] != "改了"


def test_another_day_is_really_tried(world):
    def later(town, life):
        life.time.go(datetime(2026, 3, 12, 9))
        return draft(town)

    world(lambda town, life: draft(town))
    kept = len(memory.deeds)
    (_, moment, *_), _ = world(later)

    assert (moment.day, len(memory.deeds)) == (12, kept + 1)


def test_what_a_test_put_in_its_place_is_never_kept(town, monkeypatch):
    monkeypatch.setattr("tests.life.VALUES", {"title": "另一个"})
    kept = len(memory.deeds)

    draft(town, title="夕阳红")

    assert (len(memory.deeds), Project.objects.count()) == (kept, 1)
