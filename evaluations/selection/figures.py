"""Money in fen and scores to their last place: how figures go in, and how they are written."""

from decimal import Decimal

from core.money import exact

FEN = Decimal("0.01")
LARGEST = 10**12
"""Fen. With it sums of amounts stay whole numbers in a double, and sums of values in 64 bits."""


def in_fen(value: Decimal, name: str, *, least: int = 0) -> int:
    fen = exact(value, name).scaleb(2)
    if fen != int(fen):
        raise ValueError(f"{name} must have at most two decimal places, not {value}")
    if fen < least:
        raise ValueError(f"{name} must be at least {in_yuan(least)}, not {value}")
    if fen > LARGEST:
        raise ValueError(f"{name} is too large: {value}")
    return int(fen)


def in_yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def decimal_places(score: Decimal) -> int:
    exponent = Decimal(score).normalize().as_tuple().exponent
    assert isinstance(exponent, int)  # it is finite
    return max(0, -exponent)


def written(score: Decimal | None) -> str:
    if score is None:
        return ""
    return f"{score:.2f}" if decimal_places(score) <= 2 else f"{score.normalize():f}"
