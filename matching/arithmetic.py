"""Arcsine and exponential in plain arithmetic: the same bits from NumPy and from compiled code.

A processor adds, multiplies, divides and takes roots the same everywhere, to the last bit; the libraries' sines
and exponentials differ by their last bits with library, processor and array length.  The two engines must rank
alike even where scores nearly meet, so what they compute per pair is written out here once and used by both.
The constants and functions that take no array apart serve compiled code as they stand.
"""

from __future__ import annotations

import numpy as np

HALF_PI = float(np.pi / 2)
# Rational approximation of (asin x - x) / x in t = x * x for |x| <= 1/2; its error is below 2 ** -58.75
# (fdlibm, e_asin.c, Sun Microsystems 1993).
_P = (
    1.66666666666666657415e-01, -3.25565818622400915405e-01, 2.01212532134862925881e-01,
    -4.00555345006794114027e-02, 7.91534994289814532176e-04, 3.47933107596021167570e-05,
)  # fmt: skip
_Q = (-2.40339491173441421878, 2.02094576023350569471, -6.88283971605453293030e-01, 7.70381505559019352791e-02)
P0, P1, P2, P3, P4, P5 = _P
Q1, Q2, Q3, Q4 = _Q

INVERSE_LN2 = 1.4426950408889634
# ln 2 in two pieces: whole multiples of the first are exact, so nothing is lost where it is taken off.
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
# A whole number k, raised by this much and shifted to where a float64 keeps its exponent, reads as 2 ** k.
EXPONENT_ZERO, EXPONENT_SHIFT = 1023.0, 52
# 1 / n! for n = 2 .. 13: for |r| <= ln 2 / 2 what is left out is below 2 ** -57.
F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12, F13 = (
    1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320, 1 / 362880, 1 / 3628800, 1 / 39916800,
    1 / 479001600, 1 / 6227020800,
)  # fmt: skip


def arcsine_excess(t):
    """(asin x - x) / x for t = x * x <= 1/4, elementwise."""
    upper = t * (P0 + t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5)))))
    return upper / (1.0 + t * (Q1 + t * (Q2 + t * (Q3 + t * Q4))))


def exponential_series(r):
    """exp r for \\|r\\| <= ln 2 / 2, elementwise."""
    tail = F9 + r * (F10 + r * (F11 + r * (F12 + r * F13)))
    return 1.0 + r * (1.0 + r * (F2 + r * (F3 + r * (F4 + r * (F5 + r * (F6 + r * (F7 + r * (F8 + r * tail))))))))


def arcsine(x: np.ndarray) -> np.ndarray:
    """asin x in radians for 0 <= x <= 1, elementwise, within two units in the last place."""
    far = x > 0.5
    # Beyond one half the half-angle formula leads back to small arguments.
    t = np.where(far, (1.0 - x) * 0.5, x * x)
    root = np.where(far, np.sqrt(t), x)
    value = root + root * arcsine_excess(t)
    return np.where(far, HALF_PI - 2.0 * value, value)


def exponential(x: np.ndarray) -> np.ndarray:
    """exp x for |x| <= 600, elementwise, within two units in the last place."""
    power = np.floor(x * INVERSE_LN2 + 0.5)
    r = (x - power * LN2_HIGH) - power * LN2_LOW
    return exponential_series(r) * ((power + EXPONENT_ZERO).astype(np.int64) << EXPONENT_SHIFT).view(np.float64)
