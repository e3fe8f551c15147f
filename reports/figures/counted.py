"""Figures that were counted before somebody asks: those of every visitor by the clock, those of a person's dashboard in
the background while the last ones are shown."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django_tasks import task

from core.lately import count_again, count_ahead, last_known, lately
from people.models import User
from projects.matching import LACKING_MOST, lacking_most
from projects.models import Project
from projects.models.pledge import OPEN_TO_GIVERS
from reports.figures.board import PUBLIC, Board
from reports.figures.boards import SLIDES, sections, slide
from reports.figures.picture import Picture
from reports.open_data import figures, sources

AWARDS, STATISTICS = "open-data:awards", "open-data:statistics-page"


def rendered(board: Board) -> SafeString:
    """All figures of a dashboard, as they stand on the page."""
    tiles, found = sections(board)
    return render_to_string("reports/_figures.html", {"board": board, "tiles": tiles, "sections": found})


def board_key(board: Board) -> str:
    """Everything on which the figures depend: nobody is shown what was counted for somebody else."""
    who = "" if board.kind == PUBLIC else f"{board.user.pk}:{sorted(board.user.roles)}"
    call = board.call.pk if board.call else ""
    asked = f"{board.kind}:{who}:{board.year}:{call}:{board.place}:{translation.get_language()}"
    return f"board:{sha256(asked.encode()).hexdigest()}"


def is_everybodys(board: Board) -> bool:
    return board.kind == PUBLIC and not board.is_narrowed


def figures_of(board: Board) -> tuple[SafeString, datetime | None, bool]:
    """What stands on the page, of when it is (None: of this moment), and whether it is being counted again. What is
    narrowed is counted for whoever asks: kept are a few for each person, never a hundred."""
    key = board_key(board)
    if board.user is None or board.is_narrowed or board.kind == PUBLIC:
        return *lately(key, lambda: rendered(board), ahead=is_everybodys(board)), False
    again = partial(count_board_again.enqueue, board.kind, board.user.pk, translation.get_language())
    return last_known(key, lambda: rendered(board), again)


@task()
def count_board_again(kind: str, user: int, language: str) -> None:
    """Background: the dashboard of one person, not narrowed."""
    with translation.override(language):
        board = Board(kind, User.objects.get(pk=user))
        count_again(board_key(board), partial(rendered, board))


def rendered_slide(number: int) -> tuple[int, SafeString]:
    """Which slide the hall shows, and what stands on it."""
    at, shown = slide(Board(PUBLIC), number)
    context = {
        "picture": shown if isinstance(shown, Picture) else None,
        "tiles": shown if isinstance(shown, list) else [],
    }
    return at, render_to_string("reports/_slide.html", context)


def slide_key(number: int) -> str:
    return f"slide:{number}:{translation.get_language()}"


def count_for_everybody() -> int:
    """By the clock; how many figures were kept."""
    return count_ahead(_all())


def _all() -> Iterator[tuple[str, Callable[[], Any]]]:
    yield AWARDS, sources.awards_in_turn
    yield STATISTICS, figures.shown
    yield LACKING_MOST, partial(lacking_most, Project.objects.filter(state__in=OPEN_TO_GIVERS))
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            board = Board(PUBLIC)
            yield board_key(board), partial(rendered, board)
            for number in range(len(SLIDES)):
                yield slide_key(number), partial(rendered_slide, number)
