"""Amounts of money: rounding, instalments, and the amount in words (人民币大写).

Everything is `Decimal` yuan. A float never gets in: it cannot hold a fen exactly, and a grant
agreement whose figures and words differ is void (Negotiable Instruments Law, art. 8).
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext

CENT = Decimal("0.01")

# Far more digits than any amount has, so that a product with a percentage is exact before it is rounded.
_EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
# Words have names up to 万亿; 亿亿 is nobody's grant.
_LIMIT_EXPONENT = 16

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))


def exact(value: Decimal | int, name: str) -> Decimal:
    """`value` as a finite Decimal; refuses float and bool, which arithmetic would quietly accept."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise TypeError(f"{name} must be a Decimal or an int, not {type(value).__name__}")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{name} must be a finite number, not {number}")
    return number


def _whole_fen(amount: Decimal | int, name: str) -> int:
    """`amount` in fen; refuses fractions of a fen instead of rounding them away."""
    number = exact(amount, name)
    if number and number.adjusted() >= _LIMIT_EXPONENT:
        raise ValueError(f"{name} must be below 10^{_LIMIT_EXPONENT} yuan, not {number}")
    fen = _EXACT.multiply(number, Decimal(100))
    if fen != fen.to_integral_value():
        raise ValueError(f"{name} must have at most two decimal places, not {number}")
    return int(fen)


def _yuan(fen: int) -> Decimal:
    """`fen` as yuan with exactly two places."""
    return _EXACT.multiply(Decimal(fen), CENT)


def plain(value: Decimal) -> str:
    """A number without needless zeros and never with an exponent: 18.00 is “18”, 17.50 “17.5”, 1E+2 “100”."""
    return f"{value.normalize():f}"


def round_half_up(amount: Decimal, places: int = 2) -> Decimal:
    """Round to `places` decimals the way accountants do, a half away from zero: 0.005 becomes 0.01.

    Never returns negative zero. Raises TypeError for a float, ValueError for NaN, Infinity, a negative
    `places` or a number of more than 100 digits. Rule: one half-up rounding everywhere (field guide 6.16).
    """
    number = exact(amount, "amount")
    if places < 0:
        raise ValueError(f"places must not be negative, not {places}")
    try:
        rounded = number.quantize(Decimal(1).scaleb(-places), context=_EXACT)
    except InvalidOperation:
        raise ValueError(f"amount has too many digits to round: {number}") from None
    # Only the sign of a zero is dropped: abs() and + would round to the precision of the caller's context.
    return rounded if rounded else rounded.copy_abs()


def split(total: Decimal, percentages: Sequence[Decimal | int]) -> list[Decimal]:
    """Divide `total` yuan into one instalment per percentage, in order, each with two places.

    Each is rounded half-up to the fen, and the last one with a share takes what is left (field guide
    1.3), so the sum is `total` to the fen. Nobody receives a negative amount: where rounding up has used
    the total already (0.01 at 50/50/0), the later instalments are 0.00. A share of 0 always gets 0.00.

    Raises ValueError unless `total` is at least 0 with at most two places and the percentages are at
    least 0 and sum to exactly 100; TypeError for floats.
    """
    total_fen = _whole_fen(total, "total")
    if total_fen < 0:
        raise ValueError(f"total must not be negative, not {total}")
    shares = [exact(percentage, "percentage") for percentage in percentages]
    if any(share < 0 for share in shares):
        raise ValueError(f"percentages must not be negative: {', '.join(map(str, shares))}")
    with localcontext(_EXACT):
        share_sum = sum(shares, Decimal(0))
        if share_sum != 100:
            raise ValueError(f"percentages must sum to exactly 100, not {share_sum}")
        rounded = [int(round_half_up(total_fen * share / 100, 0)) for share in shares]
    last = max(index for index, share in enumerate(shares) if share)
    left = total_fen
    instalments = []
    for index, fen in enumerate(rounded):
        fen = left if index == last else min(fen, left)
        left -= fen
        instalments.append(_yuan(fen))
    return instalments


def _integer_in_words(number: int) -> str:
    """A whole number from 1 up in financial characters.

    The same rule holds at every unit: the part above it, its name, then what is left, joined by one 零
    when the digit directly below the unit is 0.
    """
    for unit, name in _UNITS:
        if number >= unit:
            high, low = divmod(number, unit)
            words = _integer_in_words(high) + name
            if not low:
                return words
            return words + ("零" if low < unit // 10 else "") + _integer_in_words(low)
    return _DIGITS[number]


def in_words(amount: Decimal) -> str:
    """The amount in words for agreements and receipts: 1409.50 becomes 人民币壹仟肆佰零玖元伍角.

    `amount` is in yuan, below 10^16. Rule: 支付结算办法 (Payment and Settlement Measures), annex 1.
    It permits several writings; this product always uses one of them:

    - 人民币 stands before, without a space; a negative amount then has 负: 人民币负叁元整;
    - 整 stands after 元 and nowhere else, neither after 角 nor after 分;
    - 拾 always has its digit: 10 is 壹拾元整;
    - one 零 for any run of zeros between digits, none at 万 or 亿 when the 仟 below follows at once:
      107000 is 壹拾万柒仟元整;
    - 零 between 元 and 角 when the yuan end in 0 (1680.32 is …捌拾元零叁角贰分), and always between 元 and
      分 without 角 (325.04 is …伍元零肆分); an amount below one yuan starts with its 角 or 分.

    Raises TypeError for a float, ValueError for NaN, Infinity, more than two decimals or 10^16 and more.
    """
    fen_total = _whole_fen(amount, "amount")
    sign = "负" if fen_total < 0 else ""
    yuan, rest = divmod(abs(fen_total), 100)
    jiao, fen = divmod(rest, 10)
    words = f"{_integer_in_words(yuan)}元" if yuan else ""
    if not rest:
        return f"人民币{sign}{words or '零元'}整"
    if yuan and (jiao == 0 or yuan % 10 == 0):
        words += "零"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    if fen:
        words += f"{_DIGITS[fen]}分"
    return f"人民币{sign}{words}"


def yuan(amount: Decimal) -> str:
    """An amount as people read it: 12345 → "12,345.00".

    Not Django's number format: its Chinese locale knows no thousands separator.
    """
    return f"{round_half_up(amount):,.2f}"
