"""How long it takes to say how far the judges agree: a season of 100 judges, 1,000 projects and panels of five."""

import random
from collections.abc import Callable
from functools import partial
from time import perf_counter

from evaluations.calibration import calibrate
from evaluations.reliability import LEVELS, discuss_first, icc2k, krippendorff_alpha, outliers, severity, spread

JUDGES, PROJECTS, PANEL, ROUNDS = 100, 1000, 5, 200
TIMES = 3


def season(judges: int = JUDGES, projects: int = PROJECTS, panel: int = PANEL) -> list[tuple[int, int, float]]:
    """(judge, project, score) of panels drawn by lot: merits about 75, judges and noise each about 4 points apart."""
    dice = random.Random(1)
    severities = [dice.gauss(0, 4) for _ in range(judges)]
    scores = []
    for project in range(projects):
        merit = dice.gauss(75, 6)
        for judge in dice.sample(range(judges), panel):
            score = round(merit + severities[judge] + dice.gauss(0, 4), 2)
            scores.append((judge, project, min(100.0, max(0.0, score))))
    return scores


def as_table(scores: list[tuple[int, int, float]]) -> list[list[float | None]]:
    table: list[list[float | None]] = [
        [None] * (1 + max(project for _, project, _ in scores)) for _ in range(1 + max(judge for judge, _, _ in scores))
    ]
    for judge, project, score in scores:
        table[judge][project] = score
    return table


def fastest(work: Callable[[], object]) -> str:
    """The fastest of TIMES runs."""
    seconds = []
    for _ in range(TIMES):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return f"{min(seconds):.2f} s"


def measure() -> list[tuple[str, str]]:
    """Label and figure of each calculation."""
    scores = season()
    table = as_table(scores)
    everybody = as_table(season(9, PROJECTS, 9))
    size = f"{JUDGES} judges × {PROJECTS} projects × {PANEL}"
    figures = [(f"calibrate, {size}, {ROUNDS} rounds", fastest(partial(calibrate, scores, rounds=ROUNDS)))]
    for level in LEVELS:
        figures.append((f"alpha ({level}), {size}", fastest(partial(krippendorff_alpha, table, level))))
    for work in (spread, severity, discuss_first, outliers):
        figures.append((f"{work.__name__}, {size}", fastest(partial(work, table))))
    figures.append((f"ICC(2,k), 9 judges × {PROJECTS} projects", fastest(partial(icc2k, everybody))))
    return figures
