"""Whether anything is locked, lost or doubled when many write at once, and how long they wait: `./run bench writes`.

On SQLite and on PostgreSQL, with real processes: 50 writers, 1,000 races of one transition, and the last minute before
a call closes (`benchmarks.deadline`), through gunicorn with two processes.
"""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks import apart

WRITERS, ROUNDS = 50, 20
RACES, RACERS = 1_000, 4
GROUPS = 500


def measure(groups: int = GROUPS) -> Iterator[tuple[str, str]]:
    """(what was measured, the figure), on each database."""
    yield from apart.on_each_database(__name__, groups)


def run(groups: int) -> None:
    """One line a figure on the standard output."""
    from benchmarks import deadline  # noqa: PLC0415  the environment is set by who starts the process
    from core import clock  # noqa: PLC0415
    from tests import town as towns  # noqa: PLC0415

    apart.make_database()
    with ExitStack() as stack:
        stack.enter_context(clock.at(towns.MARCH))
        town = towns.build()
        for label, figure in (*writers(town), *races(town)):
            print(f"{label}\t{figure}", flush=True)
    for label, figure in deadline.figures(town, groups):
        print(f"{label}\t{figure}", flush=True)


def at_once(work: Callable[[int, Any], Any], count: int) -> list[Any]:
    """`work(place, barrier)` in so many processes; what each gives, or the exception as text."""
    from django.db import connections  # noqa: PLC0415

    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(count), context.SimpleQueue()

    def child(place: int) -> None:
        try:
            answers.put(work(place, barrier))
        except BaseException as error:
            answers.put(f"{type(error).__name__}: {error}")
            barrier.abort()

    connections.close_all()  # a connection is never shared with a child
    processes = [context.Process(target=child, args=(place,)) for place in range(count)]
    for process in processes:
        process.start()
    found = [answers.get() for _process in processes]
    for process in processes:
        process.join()
    return found


def writers(town: Any) -> Iterator[tuple[str, str]]:
    """Each saves a proposal of its own and takes a number of a series that all share, again and again."""
    from django.db import OperationalError, connection, transaction  # noqa: PLC0415

    from core.models import Series  # noqa: PLC0415
    from core.numbering import next_number  # noqa: PLC0415
    from projects.actions import drafts  # noqa: PLC0415
    from projects.models import Project  # noqa: PLC0415
    from tests.life import draft  # noqa: PLC0415

    mine = [draft(town, title=f"第{n}个草稿").pk for n in range(WRITERS)]

    def write(place: int, barrier: Any) -> tuple[list[int], list[float], int]:
        numbers, times, locked = [], [], 0
        project = Project.objects.get(pk=mine[place])
        barrier.wait()
        for number in range(ROUNDS):
            start = perf_counter()
            try:
                values = {"title": f"第{place}个草稿 {number}"}
                project = drafts.save_proposal(project, by=town.head, version=project.version, values=values)
                with transaction.atomic():
                    numbers.append(next_number("bench"))
            except OperationalError:
                locked += 1
            times.append((perf_counter() - start) * 1000)
        return numbers, times, locked

    before = {project.pk: project.version for project in Project.objects.filter(pk__in=mine)}
    start = perf_counter()
    done = at_once(write, WRITERS)
    seconds = perf_counter() - start
    failed = [one for one in done if isinstance(one, str)]
    assert not failed, failed
    times = sorted(time for _numbers, each, _locked in done for time in each)
    given = Counter(number for numbers, _times, _locked in done for number in numbers)
    saved = {pk: Project.objects.get(pk=pk).version - version for pk, version in before.items()}
    lost = sum(ROUNDS - count for count in saved.values()) + WRITERS * ROUNDS - Series.objects.get(key="bench").last
    doubled = sum(count - 1 for count in given.values())
    label = f"{connection.vendor}: {WRITERS} writers, {2 * WRITERS * ROUNDS} writes"
    yield label, f"{sum(each[2] for each in done)} locked, {lost} lost, {doubled} doubled"
    yield "  two writes", f"{2000 * WRITERS * ROUNDS / seconds / 1000:.0f} writes/s, {spread(times)}"


def races(town: Any) -> Iterator[tuple[str, str]]:
    """Some clerks press the same button of each of many projects at the same moment."""
    from django.db import connection  # noqa: PLC0415

    from core import clock  # noqa: PLC0415
    from core.models import Event  # noqa: PLC0415
    from core.workflow import Stale, advance  # noqa: PLC0415
    from projects.models import Project  # noqa: PLC0415

    track = town.call.tracks.get(open_to="registered")
    made = Project.objects.bulk_create(
        Project(
            call=town.call, track=track, applicant=town.centre, title=f"第{n}个项目", number=f"BENCH-{n:04}",
            state="submitted", submitted_at=clock.now(), created_by=town.head,
        )
        for n in range(RACES)
    )  # fmt: skip

    def race(_place: int, barrier: Any) -> Counter:
        outcomes: Counter = Counter()
        for one in made:
            project = Project.objects.get(pk=one.pk)
            barrier.wait()
            try:
                advance(project, "accept", by=town.clerk)
                outcomes["won"] += 1
            except Stale:
                outcomes["too late"] += 1
        return outcomes

    start = perf_counter()
    done = at_once(race, RACERS)
    seconds = perf_counter() - start
    failed = [one for one in done if isinstance(one, str)]
    assert not failed, failed
    outcomes = sum(done, Counter())
    pks = {one.pk for one in made}
    kept = Counter(Event.objects.filter(name="accept", object_id__in=pks).values_list("object_id", flat=True))
    right = sum(kept[pk] == 1 for pk in pks)
    won = f"{right} with exactly one winner, {outcomes['won']} won, {outcomes['too late']} told that it is too late"
    yield f"{connection.vendor}: {RACES} races of {RACERS} processes", f"{won}, {seconds:.0f} s"


def spread(times: list[float]) -> str:
    """Milliseconds: the median, that of the slowest twentieth, the slowest."""
    ordered = sorted(times)
    late = ordered[int(len(ordered) * 0.95)]
    return f"median {median(ordered):.0f} ms, p95 {late:.0f} ms, at most {ordered[-1]:.0f} ms"
