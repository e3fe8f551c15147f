"""Pages of photos in a paper: two or four a page, each with what it shows, when and where."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile

from core import clock
from core.models import Attachment
from projects.models import ActivityPhoto
from projects.pictures import LONGEST, preview
from reports.pdf import PICTURE

MOST = 12
"""So many are printed with one paper; the others are on the platform."""
TWO = 2
"""So many stand on a page of their own, one above the other; more stand four a page."""
NARROW = LONGEST // 2
"""Pixels of the longer side where four stand a page, eight centimetres wide: 200 dots an inch."""


class Shot(NamedTuple):
    """One photo as it is printed."""

    source: str
    caption: str
    day: date
    place: str


class PhotoPages(NamedTuple):
    """The photos of a paper: pages of rows, and how many are not printed and why."""

    pages: list[list[list[Shot]]]
    kept_back: int = 0
    """Whoever is on them has not agreed to be shown."""
    left_out: int = 0
    unreadable: int = 0

    @property
    def has_any(self) -> bool:
        return bool(self.pages or self.kept_back or self.left_out or self.unreadable)

    @property
    def is_large(self) -> bool:
        """Whether photos stand one above the other, as wide as the page."""
        return len(self.pages) == 1 and all(len(row) == 1 for row in self.pages[0])


def paged(shots: Sequence[Shot]) -> list[list[list[Shot]]]:
    """Rows of one for at most two photos, else pages of two rows of two."""
    if len(shots) <= TWO:
        return [[[shot] for shot in shots]] if shots else []
    rows = [list(shots[at : at + 2]) for at in range(0, len(shots), 2)]
    return [rows[at : at + 2] for at in range(0, len(rows), 2)]


def of_activities(photos: QuerySet[ActivityPhoto], most: int = MOST) -> PhotoPages:
    """Photos of activities, in their order of time. Those of people who did not agree are counted and not printed: the
    paper leaves the house."""
    found = list(photos.select_related("activity").order_by("activity__starts_at", "pk"))
    free = [photo for photo in found if photo.has_consent or not photo.shows_people]
    asked = free[:most]

    def shots(longest: int) -> list[Shot]:
        read = [
            (photo, inline(photo.preview) if longest == LONGEST else small(photo.preview, longest)) for photo in asked
        ]
        return [
            Shot(source, photo.caption or photo.activity.theme, clock.localdate(photo.activity.starts_at),
                 photo.activity.place)
            for photo, source in read if source
        ]  # fmt: skip

    return _fitted(shots, len(found) - len(free), len(free) - len(asked), len(asked))


def of_files(files: Iterable[tuple[Attachment, date, str]], most: int = MOST) -> PhotoPages:
    """Photos that are attachments, with the name of the file, their day and place."""
    found = list(files)
    asked = found[:most]

    def shots(longest: int) -> list[Shot]:
        read = [(small(file.file, longest), file.name, day, place) for file, day, place in asked]
        return [Shot(source, name, day, place) for source, name, day, place in read if source]

    return _fitted(shots, 0, len(found) - len(asked), len(asked))


def _fitted(shots: Callable[[int], list[Shot]], kept_back: int, left_out: int, asked: int) -> PhotoPages:
    """The pages of what can be read; the few that fill a page are read anew, larger."""
    found = shots(NARROW)
    if len(found) <= TWO:
        found = shots(LONGEST)
    return PhotoPages(paged(found), kept_back, left_out, asked - len(found))


def inline(stored: FieldFile) -> str:
    """A picture of ours as a part of the page, as it is; empty when its file is gone."""
    try:
        with stored.open("rb") as file:
            return PICTURE + b64encode(file.read()).decode()
    except OSError:
        return ""


def small(stored: FieldFile, longest: int) -> str:
    """A picture as a part of the page, without what a camera writes into it; empty for what is none, or is gone."""
    try:
        with stored.open("rb") as file:
            return PICTURE + b64encode(preview(file, longest).read()).decode()
    except (OSError, ValidationError):
        return ""
