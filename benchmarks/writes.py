"""Whether anything is locked, lost or doubled when many write at once, and how long they wait: `./run bench writes`.

On SQLite and on PostgreSQL, with real processes: 50 writers, 1,000 races of one transition, and the last minute before
a call closes (`benchmarks.deadline`), through gunicorn with two processes.
"""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import chain
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

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
        for label, figure in chain(writers(town), races(town)):
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
    """Each saves a proposal of its own and takes a number of a series that all share, again and again; first one by
    itself, then all at once."""
    from django.db import connection  # noqa: PLC0415

    from tests.life import draft  # noqa: PLC0415

    mine = [draft(town, title=f"第{n}个草稿").pk for n in range(WRITERS)]
    alone = 0.0
    for count in (1, WRITERS):
        rounds = ROUNDS if count > 1 else 5 * ROUNDS
        crowd = at_work(town, mine[:count], rounds)
        ratio = f", × {crowd.a_second / alone:.2f} of one alone" if alone else ""
        alone = alone or crowd.a_second
        said = f"{crowd.locked} locked, {crowd.lost} lost, {crowd.doubled} doubled"
        yield f"{connection.vendor}: {count} writers, {2 * count * rounds} writes", said
        yield "  two of them", f"{spread(crowd.times)}, {crowd.a_second:.0f} writes/s{ratio}"


class Crowd(NamedTuple):
    """What became of all that some writers have written."""

    locked: int
    lost: int
    doubled: int
    times: list[float]
    a_second: float


def at_work(town: Any, mine: list[int], rounds: int) -> Crowd:
    from django.db import OperationalError, transaction  # noqa: PLC0415

    from core.models import Series  # noqa: PLC0415
    from core.numbering import next_number  # noqa: PLC0415
    from projects.actions import drafts  # noqa: PLC0415
    from projects.models import Project  # noqa: PLC0415

    key = f"bench {len(mine)}"

    def write(place: int, barrier: Any) -> tuple[list[int], list[float], int]:
        numbers, times, locked = [], [], 0
        project = Project.objects.get(pk=mine[place])
        barrier.wait()
        for number in range(rounds):
            start = perf_counter()
            try:
                values = {"title": f"第{place}个草稿 {number}"}
                project = drafts.save_proposal(project, by=town.head, version=project.version, values=values)
                with transaction.atomic():
                    numbers.append(next_number(key))
            except OperationalError:
                locked += 1
            times.append((perf_counter() - start) * 1000)
        return numbers, times, locked

    before = sum(Project.objects.filter(pk__in=mine).values_list("version", flat=True))
    start = perf_counter()
    done = at_once(write, len(mine))
    seconds = perf_counter() - start
    failed = [one for one in done if isinstance(one, str)]
    assert not failed, failed
    given = [number for numbers, _times, _locked in done for number in numbers]
    saved = sum(Project.objects.filter(pk__in=mine).values_list("version", flat=True)) - before
    wanted = len(mine) * rounds
    return Crowd(
        locked=sum(locked for _numbers, _times, locked in done),
        lost=wanted - saved + wanted - Series.objects.get(key=key).last,
        doubled=len(given) - len(set(given)),
        times=[time for _numbers, times, _locked in done for time in times],
        a_second=2 * wanted / seconds,
    )


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
            call=town.call, track=track, applicant=town.centre, title=f"第{n}个项目",
            number=f"BENCH-{n:04}", state="submitted", submitted_at=clock.now(), created_by=town.head,
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
