"""Which pictures stand on which dashboard, in which order, and which on the screen in the hall."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reports.figures import life, money, people, places
from reports.figures.board import FUNDER, PUBLIC, Board
from reports.figures.picture import Picture, Tile


@dataclass(frozen=True)
class Section:
    """Pictures about one thing, under a heading."""

    title: str
    pictures: list[Picture]


def sections(board: Board) -> tuple[list[Tile], list[Section]]:
    """The headline figures and everything below them; a constant number of queries."""
    attendance, visits, visits_url = people.attendance(board)
    is_funder, is_public = board.kind == FUNDER, board.is_public
    progress = [life.funnel(board), life.survival(board)]
    if not is_public:
        progress.append(life.waiting(board))
    of_money = [money.by_source(board)] if is_public else [money.funds(board)] if is_funder else []
    of_money += [money.by_field(board), *money.by_place(board)]
    if not is_public:
        of_money += [money.spending(board), money.rates(board)]
    served = [attendance, people.satisfaction(board)]
    if not is_public:
        served.append(people.mentors(board))
    if is_funder or board.kind == PUBLIC:
        served.append(places.stars(board))
    found = [
        Section(_("How far they have come"), progress),
        Section(_("Money"), of_money),
        Section(_("Service and satisfaction"), served),
    ]
    if is_funder:
        found.append(Section(_("Needs"), [places.gap(board)]))
    return life.headlines(board, visits, visits_url), found


def _headlines(board: Board) -> list[Tile]:
    _picture, visits, url = people.attendance(board)
    return life.headlines(board, visits, url)


Slide = Callable[[Board], Picture | list[Tile]]
SLIDES: list[Slide] = [
    _headlines,
    life.funnel,
    money.by_field,
    lambda board: money.by_place(board)[-1],
    lambda board: people.attendance(board)[0],
    people.satisfaction,
    places.stars,
    life.survival,
]
"""What the hall shows in turn; a slide without anything to show is passed over."""


def slide(board: Board, number: int) -> tuple[int, Picture | list[Tile]]:
    """The slide of this number, or the next that has something to show; the headlines always have."""
    for ahead in range(len(SLIDES)):
        at = (number + ahead) % len(SLIDES)
        shown = SLIDES[at](board)
        if isinstance(shown, list) or not shown.is_empty:
            return at, shown
    return 0, _headlines(board)
