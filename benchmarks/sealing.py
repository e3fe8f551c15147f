"""How fast the log is sealed and verified, with how much memory, and what a verb pays for it (nothing: see ADR 17).

In a process of its own on each database: SQLite, and PostgreSQL where there is one.
"""

import tracemalloc
from collections.abc import Iterator
from time import perf_counter

from benchmarks import apart

COUNT = 100_000


def measure(count: int = COUNT) -> Iterator[tuple[str, str]]:
    """(what was measured, the figure), on each database."""
    yield from apart.on_each_database(__name__, count)


def run(count: int) -> None:
    """Fill, seal, verify; one line a figure on the standard output."""
    apart.make_database()
    for label, figure in _figures(count):
        print(f"{label}\t{figure}", flush=True)


def _figures(count: int) -> Iterator[tuple[str, str]]:
    from django.db import connection  # noqa: PLC0415

    from core.sealing import seal_events  # noqa: PLC0415
    from core.verifying import Verification  # noqa: PLC0415

    _write(count)
    start = perf_counter()
    sealed = seal_events()
    seconds = perf_counter() - start
    yield f"sealing ({connection.vendor}), {sealed} events", f"{seconds:.1f} s, {sealed / seconds:,.0f} a second"
    start = perf_counter()
    found = seal_events()
    yield "  again, with nothing to do", f"{(perf_counter() - start) * 1000:.1f} ms, {found} events"
    start = perf_counter()
    walk = Verification()
    wrong = len(list(walk.problems()))
    seconds = perf_counter() - start
    yield "verifying", f"{seconds:.1f} s, {walk.checked / seconds:,.0f} a second, {wrong} wrong"
    tracemalloc.start()
    list(Verification().problems())
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    yield "  highest memory of it", f"{peak:.1f} MB"


def _write(count: int) -> None:
    """Events as verbs write them: with words, a third with a note, a fifth with details."""
    from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415

    from core.models import Event  # noqa: PLC0415
    from people.models import User  # noqa: PLC0415

    person = User.objects.create(username="chenjing", name="陈静")
    kind = ContentType.objects.get_for_model(User)

    def event(n: int) -> Event:
        return Event(
            content_type=kind, object_id=person.pk, name="submit", label="提交项目书", source_state="draft",
            target_state="submitted", actor=person, note="请补充预算说明，并附三家报价。" if n % 3 == 0 else "",
            data={"submission": n, "amount": "12000.00"} if n % 5 == 0 else {},
        )  # fmt: skip

    for start in range(0, count, 5000):
        Event.objects.bulk_create([event(n) for n in range(start, min(start + 5000, count))])
