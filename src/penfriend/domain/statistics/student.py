"""Student's t distribution, which the standard library lacks: of few people the normal one says too much."""

from __future__ import annotations

from math import exp, lgamma, log, log1p
from statistics import NormalDist

_MANY = 1000.0
"""Degrees of freedom from which on the expansion about the normal distribution is good to ten digits."""
_TINY = 1e-300


def t_quantile(probability: float, freedom: float) -> float:
    """The value below which a t variable lies with that probability (0.5 to 1, 1 not included). `freedom` is
    at least 1 and need not be whole."""
    if freedom > _MANY:
        return _near_normal(NormalDist().inv_cdf(probability), freedom)
    low, high = 0.0, 1.0
    while t_below(high, freedom) < probability:
        low, high = high, high * 2
    middle = (low + high) / 2
    while low < middle < high:
        low, high = (middle, high) if t_below(middle, freedom) < probability else (low, middle)
        middle = (low + high) / 2
    return middle


def t_below(value: float, freedom: float) -> float:
    """The probability that a t variable is below `value`, which must not be negative; up to a thousand
    degrees of freedom, beyond which the logarithms of the gamma function lose digits."""
    # the smaller one of x and 1 - x is computed directly: a difference would lose its digits
    square = value * value
    if square < freedom:
        return 0.5 + 0.5 * _beta_share(square / (freedom + square), 0.5, freedom / 2)
    return 1 - 0.5 * _beta_share(freedom / (freedom + square), freedom / 2, 0.5)


def _near_normal(z: float, freedom: float) -> float:
    """The quantile from that of the normal distribution (Abramowitz & Stegun 26.7.5)."""
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


def _beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_share(1 - x, b, a)  # the fraction converges quickly only on this side
    front = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b))
    return front / (a * _fraction(x, a, b))


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction, evaluated by the modified method of Lentz."""
    value, c, d = 1.0, 1.0, 0.0
    for m in range(500):
        for numerator in _numerators(m, x, a, b):
            d = 1 / ((1 + numerator * d) or _TINY)
            c = (1 + numerator / c) or _TINY
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value


def _numerators(m: int, x: float, a: float, b: float) -> tuple[float, float]:
    """The next two of the fraction: d(2m+1), then d(2m+2), of DLMF 8.17.23."""
    odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    n = m + 1
    even = n * (b - n) * x / ((a + 2 * n - 1) * (a + 2 * n))
    return odd, even
