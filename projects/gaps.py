"""Where needs meet no money: counted by community and service field. No ORM here."""

from collections import Counter
from dataclasses import dataclass

Place = tuple[int | None, int | None]
"""A community and a service field, by id; None where nobody said which."""


@dataclass(frozen=True)
class Cell:
    """Open needs and funded projects of one community and field."""

    needs: int
    funded: int

    @property
    def is_gap(self) -> bool:
        """Somebody asked, and nothing is funded."""
        return self.needs > 0 and self.funded == 0


@dataclass(frozen=True)
class GapTable:
    """The counts behind the gap view."""

    needs: Counter[Place]
    funded: Counter[Place]

    @property
    def communities(self) -> set[int]:
        """Every community that has a need or a funded project."""
        return {community for community, _field in (*self.needs, *self.funded) if community is not None}

    def cell(self, community: int | None, field: int | None) -> Cell:
        return Cell(self.needs[community, field], self.funded[community, field])

    def column(self, field: int | None) -> Cell:
        """All communities together."""
        needs = sum(count for (_c, f), count in self.needs.items() if f == field)
        return Cell(needs, sum(count for (_c, f), count in self.funded.items() if f == field))
