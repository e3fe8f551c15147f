"""The figures that every visitor is shown: counted by the clock where that takes long, so that none of them waits."""

from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from core.lately import count_ahead
from reports.figures.board import PUBLIC, Board
from reports.figures.boards import SLIDES, sections, slide
from reports.figures.picture import Picture
from reports.open_data import figures, sources

AWARDS, STATISTICS = "open-data:awards", "open-data:statistics"


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
    yield STATISTICS, figures.statistics
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            board = Board(PUBLIC)
            yield board_key(board), partial(rendered, board)
            for number in range(len(SLIDES)):
                yield slide_key(number), partial(rendered_slide, number)
