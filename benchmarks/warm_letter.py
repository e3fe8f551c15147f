"""How much memory a process holds that lays out one letter after the other, when everything is warm.

In a process of its own with a database of its own, because a process never gives memory back: part of
`./run bench printing`. What is counted is the highest resident memory while it lays out, fonts and libraries that
others may share included, and beside it what the same process held before its first letter.
"""

import resource
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks import apart

ROUNDS = 9


def run() -> None:
    """One line a letter on the standard output."""
    from core import clock  # noqa: PLC0415  the environment is set by who starts the process
    from reports import pdf  # noqa: PLC0415
    from reports.eligibility_papers import eligibility_notice  # noqa: PLC0415
    from reports.models import Paper  # noqa: PLC0415
    from reports.paper_layout import lay_out  # noqa: PLC0415
    from tests import town as towns  # noqa: PLC0415
    from tests.life import Life  # noqa: PLC0415
    from tests.printing import awarded  # noqa: PLC0415

    apart.make_database()
    with ExitStack() as stack:
        time = SimpleNamespace(go=lambda moment: stack.enter_context(clock.at(moment)))
        time.go(towns.MARCH)
        town = towns.build()
        project = awarded(town, Life(town, time), 1)[0]
        paper = Paper.objects.select_related("issuer").get(kind="award", object_id=project.pk)

        def notice() -> bytes:
            found = eligibility_notice(project.applicant, project.call)
            return pdf.render(found.template, found.context)

        before = resident("VmRSS")
        for label, work in (("one page", notice), ("award letter as PDF/A", lambda: lay_out(paper))):
            figure = f"{warm(work) / 1e6:.0f} MB at most, of it {before / 1e6:.0f} MB before the first letter"
            print(f"{label}, warm: memory of a process of its own\t{figure}", flush=True)


def warm(work: Callable[[], Any]) -> int:
    """Bytes at most while it is done again and again; the kernel counts the highest anew where it may be asked to."""
    work()
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    for _round in range(ROUNDS):
        work()
    return resident("VmHWM")


def resident(which: str) -> int:
    """Bytes of resident memory: VmRSS now, VmHWM the highest (which is also said where there is no /proc)."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{which}:")) * 1024
