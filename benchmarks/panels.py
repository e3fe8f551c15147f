"""How long it takes to assign 100 experts to 1,000 projects: `python -m benchmarks.panels`, or `measure()`.

Solved in a process of its own, so that the peak is that of the assignment with its interpreter and nothing else.
"""

import json
import random
import resource
import subprocess
import sys
from time import perf_counter
from typing import Any

from evaluations.assignment import Requirement, assign

PROJECTS, JUDGES, PER_PROJECT, MAX_LOAD = 1000, 100, 5, 60
FORBIDDEN, KNOWN = 0.03, 0.3
"""Shares of pairs in conflict, and of pairs with field knowledge."""


def instance(seed: int = 1, *, of: int = PROJECTS, by: int = JUDGES) -> dict[str, Any]:
    """What `assign` is given: 3 % of pairs forbidden, affinities to two places, two requirements that overlap."""
    dice = random.Random(seed)
    judges, projects = range(by), range(of)
    pairs = [(judge, project) for judge in judges for project in projects]
    return {
        "judges": judges,
        "projects": projects,
        "per_project": PER_PROJECT,
        "max_load": MAX_LOAD,
        "forbidden": {pair for pair in pairs if dice.random() < FORBIDDEN},
        "affinity": {pair: round(dice.random(), 2) for pair in pairs if dice.random() < KNOWN},
        "composition": [
            Requirement(frozenset(range(by // 4)), 1, "finance"),
            Requirement(frozenset(range(by // 5, by * 11 // 20)), 1, "social work"),
        ],
        "seed": str(seed),
    }


def solve() -> dict[str, Any]:
    """Seconds, and the highest memory of this process in MB (Linux counts it in KiB)."""
    given = instance()
    start = perf_counter()
    found = assign(**given)
    seconds = perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    loads = sorted(set(found.loads.values()))
    return {"seconds": seconds, "peak": peak, "proven": found.proven_optimal, "loads": loads}


def measure() -> list[tuple[str, str]]:
    """Label and figure, for the table."""
    run = subprocess.run([sys.executable, "-m", "benchmarks.panels"], capture_output=True, check=True, text=True)
    figures = json.loads(run.stdout)
    label = f"panels {PROJECTS} × {JUDGES} × {PER_PROJECT}"
    proven = "proven optimal" if figures["proven"] else "not proven"
    return [
        (label, f"{figures['seconds']:.1f} s"),
        (f"{label}, peak memory", f"{figures['peak']:.0f} MB"),
        (f"{label}, loads", f"{figures['loads'][0]}–{figures['loads'][-1]}, {proven}"),
    ]


if __name__ == "__main__":
    print(json.dumps(solve()))
