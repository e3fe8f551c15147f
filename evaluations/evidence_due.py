"""For which lines of a sheet something has to be shown: a record that is tied to them, or one sentence. Pure.

Points that cost the group something need it: a deduction, a veto, and a line that has a smaller share of its full
points than the whole needs to pass.
"""

from decimal import Decimal

HUNDRED = Decimal(100)


def asks_for_evidence(kind: str, given: Decimal | None, full: Decimal, pass_mark: Decimal) -> bool:
    """Whether a line of this kind ("points", "bonus", "deduction", "veto") with these points has to show something."""
    if given is None:
        return False
    if kind in ("deduction", "veto"):
        return given > 0
    return kind == "points" and given * HUNDRED < full * pass_mark
