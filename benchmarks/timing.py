"""How long something takes, by the median of some rounds."""

from collections.abc import Callable
from statistics import median
from time import perf_counter


def median_ms(work: Callable[[], object], rounds: int, now: Callable[[], float] = perf_counter) -> float:
    """The median of so many runs, in milliseconds of the clock `now`; one run before is not counted."""
    work()
    times = []
    for _round in range(rounds):
        start = now()
        work()
        times.append((now() - start) * 1000)
    return median(times)
