"""Between which shares the true one lies, when only some of the people were asked. Pure.

Wilson's score interval: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal
of the American Statistical Association 22 (1927), 209–212; recommended for small numbers by R. G. Newcombe, "Two-sided
confidence intervals for the single proportion", Statistics in Medicine 17 (1998), 857–872, whose examples the tests
repeat. Unlike p ± z·√(p(1−p)/n) it never leaves 0 to 1, and says something true when everybody is satisfied.
"""

from math import sqrt

Z95 = 1.959963984540054
"""The 97.5 percent point of the normal distribution: 95 percent lie within it on both sides."""


def wilson(successes: int, n: int, z: float = Z95) -> tuple[float, float]:
    """The lower and the upper end of the interval for `successes` out of `n`, as shares from 0 to 1.

    Of nobody nothing is known: 0 to 1.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no share")
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    scale = 1 + z * z / n
    centre = share + z * z / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == n else (centre + spread) / scale
    return low, high
