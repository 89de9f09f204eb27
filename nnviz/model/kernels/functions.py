"""Elementary functions for compiled code, made so that a plain loop over them is vectorised.

There is no branch, no table and no call in them, only arithmetic, selects and shifts of the bits
of a double; wherever a function divides, it does so once. A product and a sum are rounded
together where a processor can (`_fma`), and nothing else is left to the compiler: whatever flags
the caller is compiled with, a value depends on its argument alone, not on its place in an array.

NaN gives NaN, ±infinity the limit. Coefficients come from interpolation at Chebyshev nodes with
60 digits. An ulp is the distance of neighbouring doubles; the bounds are the largest errors found.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit
from numba.core import cgutils, types
from numba.extending import intrinsic

# Not fastmath: every flag would allow what these functions cannot bear. That has to be said, or
# numba lends a function the flags of its first caller. Flags belong to the instruction, so these
# functions keep theirs when a caller with other flags takes them in.
_FLAGS: dict[str, Any] = {
    "nogil": True,
    "fastmath": False,
    "error_model": "numpy",
    "forceinline": True,
}

# What compiled code alone calls is compiled without a way in from Python, in less time.
_INNER: dict[str, Any] = {**_FLAGS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

_DOUBLE, _INTEGER = ir.DoubleType(), ir.IntType(64)


@intrinsic
def _fma(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """a · b + c, rounded once where the processor can and twice elsewhere."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(_DOUBLE, [_DOUBLE] * 3)
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.fmuladd.f64")
        return builder.call(function, arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


@intrinsic
def _where(typing: Any, condition: Any, a: Any, b: Any) -> Any:
    """a where the condition holds, else b: both are there, nothing branches."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.select(*arguments)

    return types.float64(types.boolean, types.float64, types.float64), generate


@intrinsic
def _bits(typing: Any, x: Any) -> Any:
    """The 64 bits of a double."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], _INTEGER)

    return types.uint64(types.float64), generate


@intrinsic
def _double(typing: Any, bits: Any) -> Any:
    """The double that has these 64 bits."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], _DOUBLE)

    return types.float64(types.uint64), generate


_SIGN = np.uint64(1 << 63)
_NOT_SIGN = np.uint64((1 << 63) - 1)
_UPPER_HALF = np.uint64((1 << 64) - (1 << 27))
_FRACTION = np.uint64((1 << 52) - 1)
_FRACTION_BITS = np.uint64(52)
_ONE = np.uint64(1)

_LOG2_E = 1.4426950408889634
_TWO_LOG2_E = 2.8853900817779268
_LN_2 = 0.6931471805599453
_HALF_LN_2 = 0.34657359027997264
_ROOT_2 = math.sqrt(2.0)
_ROOT_2_LESS_1 = _ROOT_2 - 1.0
_NORMAL_PEAK = 1.0 / math.sqrt(math.tau)
_TWICE_NORMAL_PEAK = 2.0 * _NORMAL_PEAK
# ln 2 in two parts; the first ends in eleven zero bits, so its product with an exponent is exact.
_LN_2_HIGH = 0.6931471805598903
_LN_2_LOW = 5.497923018708371e-14

# Added to a number below 2⁵¹ this rounds it to an integer k and leaves k in the lowest bits; the
# exponent's bias is part of it, so those bits, shifted to the exponent's place, are those of 2ᵏ.
_ROUNDER = 1.5 * 2.0**52 + 1023.0
# For 2ᵏ as a product of two powers: the bias of both.
_ROUNDER_FOR_TWO = 1.5 * 2.0**52 + 2046.0


@njit(**_INNER)
def _magnitude(x: float) -> float:
    return _double(_bits(x) & _NOT_SIGN)


@njit(**_INNER)
def _with_sign_of(x: float, magnitude: float) -> float:
    return _double((_bits(x) & _SIGN) | _bits(magnitude))


@njit(**_INNER)
def _exp_minus_1_near_0(r: float) -> float:
    """e^r − 1 for |r| ≤ ½ ln 2, as r + r² q(r); even and odd powers of q are added side by side."""
    r2 = r * r
    even = _fma(r2, 2.7620088445409746e-07, 2.4801521295954376e-05)
    even = _fma(r2, even, 0.0013888888917213717)
    even = _fma(r2, even, 0.04166666666662413)
    even = _fma(r2, even, 0.5000000000000001)
    odd = _fma(r2, 2.510038549551032e-08, 2.7557268459997064e-06)
    odd = _fma(r2, odd, 0.00019841269863053618)
    odd = _fma(r2, odd, 0.008333333333330062)
    odd = _fma(r2, odd, 0.16666666666666669)
    return _fma(r2, _fma(r, odd, even), r)


@njit(**_INNER)
def _remainder(x: float, k: float) -> float:
    """x − k ln 2."""
    return _fma(-k, _LN_2_LOW, _fma(-k, _LN_2_HIGH, x))


@njit(**_INNER)
def _two_powers(rounded: float) -> tuple[float, float]:
    """Two normal powers of 2 whose product is 2ᵏ, which itself may be too small or too large.

    `rounded` is k + _ROUNDER_FOR_TWO, |k| ≤ 1100. What is multiplied by the first and then by the
    second is rounded once, though the result be denormal.
    """
    bits = _bits(rounded)
    half = bits >> _ONE
    return _double(half << _FRACTION_BITS), _double((bits - half) << _FRACTION_BITS)


@njit(**_INNER)
def _exp_of_difference(x: float, low: float) -> float:
    """e^(x − low), where `low` is small against 1 and x need not be."""
    x = _where(x > 710.0, 710.0, x)
    x = _where(x < -746.0, -746.0, x)
    rounded = _fma(x, _LOG2_E, _ROUNDER_FOR_TWO)
    r = _remainder(x, rounded - _ROUNDER_FOR_TWO) - low
    first, second = _two_powers(rounded)
    return (1.0 + _exp_minus_1_near_0(r)) * first * second


@njit(**_FLAGS)
def exp(x: float) -> float:
    """eˣ, within 1.1 ulp, denormal results too."""
    return _exp_of_difference(x, 0.0)


@njit(**_FLAGS)
def expm1(x: float) -> float:
    """eˣ − 1, as 2ᵏ (e^r − 1) + (2ᵏ − 1), within 2.6 ulp."""
    bounded = _where(x > 710.0, 710.0, x)
    bounded = _where(x < -40.0, -40.0, bounded)
    rounded = _fma(bounded, _LOG2_E, _ROUNDER)
    r = _remainder(bounded, rounded - _ROUNDER)
    half_power = _double((_bits(rounded) - _ONE) << _FRACTION_BITS)  # 2ᵏ⁻¹: 2¹⁰²⁴ is no double
    half = _fma(half_power, _exp_minus_1_near_0(r), half_power - 0.5)
    # Half of the least double is none, and the sum above forgets the sign of zero.
    return _where(_magnitude(x) < 1e-17, x, 2.0 * half)


@njit(**_INNER)
def _tanh_near_0(z2: float) -> tuple[float, float]:
    """b(z²) and c(z²) so that tanh z = n/d with n = z (1 + z² b), d = 1 + z² c, |z| ≤ ¼ ln 2."""
    b = _fma(z2, 0.0010575592524237915, 0.11110147886040408)
    c = _fma(z2, 0.01586916331769181, 0.44443481219373676)
    return b, c


@njit(**_FLAGS)
def tanh(x: float) -> float:
    """tanh x, within 3.2 ulp, odd to the bit and never beyond ±1.

    With |x| = k ½ ln 2 + z and tanh z = n/d, e^(2|x|) = 2ᵏ (d + n)/(d − n), and so
    tanh |x| = (e^(2|x|) − 1)/(e^(2|x|) + 1) is t/(t + 2 (d − n)) with t = (2ᵏ − 1) d + (2ᵏ + 1) n:
    one quotient, and nothing in it cancels near 0.
    """
    size = _magnitude(x)
    size = _where(size > 20.0, 20.0, size)
    rounded = _fma(size, _TWO_LOG2_E, _ROUNDER)
    # The error of ½ ln 2, times k, needs no second part: it shrinks with the slope of tanh.
    z = _fma(_ROUNDER - rounded, _HALF_LN_2, size)
    z2 = z * z
    b, c = _tanh_near_0(z2)
    power = _double(_bits(rounded) << _FRACTION_BITS)
    less, more = power - 1.0, power + 1.0
    # What is small, z² (…), is added last, or its rounding would cost as much as that of the rest.
    t = _fma(z2, _fma(more * z, b, less * c), _fma(more, z, less))
    difference = _fma(z2, _fma(-z, b, c), 1.0 - z)
    return _with_sign_of(x, t / _fma(2.0, difference, t))


@njit(**_FLAGS)
def sigmoid(x: float) -> float:
    """1/(1 + e⁻ˣ), within 2.6 ulp, for negative x too, down to the least double.

    With x = k ln 2 + 2 z and tanh z = n/d, eˣ = 2ᵏ (d + n)/(d − n).
    """
    x = _where(x > 40.0, 40.0, x)
    x = _where(x < -746.0, -746.0, x)
    rounded = _fma(x, _LOG2_E, _ROUNDER_FOR_TWO)
    z = 0.5 * _remainder(x, rounded - _ROUNDER_FOR_TWO)
    z2 = z * z
    b, c = _tanh_near_0(z2)
    first, second = _two_powers(rounded)
    n, d = z * _fma(z2, b, 1.0), _fma(z2, c, 1.0)
    part = (d + n) * first
    return part / _fma(part, second, d - n) * second


@njit(**_INNER)
def _log_of_1_plus(f: float) -> float:
    """ln(1 + f) for √½ ≤ 1 + f ≤ √2: f − s (f − R(s²)) with s = f/(2 + f), ln = 2 artanh s."""
    s = f / (2.0 + f)
    z = s * s
    z2 = z * z
    even = _fma(z2, 0.14616721179861816, 0.18182889786191042)
    even = _fma(z2, even, 0.28571428626031065)
    even = _fma(z2, even, 0.666666666666667)
    odd = _fma(z2, 0.15331699633543858, 0.2222221112572281)
    odd = _fma(z2, odd, 0.3999999999989938)
    return _fma(-s, _fma(-z, _fma(z, odd, even), f), f)


_FROM_ROOT_HALF = np.uint64(0x3FF0000000000000 - 0x3FE6A09E667F3BCD)  # bits of 1 less those of √½
_ROOT_HALF = np.uint64(0x3FE6A09E667F3BCD)
_INTEGER_AS_DOUBLE = np.uint64(0x4330000000000000)  # 2⁵²: its lowest bits count units
_EXPONENT_OF_2_OVER = np.uint64(0x7FF)  # less that of 2ᵏ: the exponent of 2¹⁻ᵏ


@njit(**_INNER)
def _log_of_sum(u: float, low: float) -> float:
    """ln(u + low) for a normal u > 0 and a `low` below its last bit."""
    shifted = _bits(u) + _FROM_ROOT_HALF
    exponent = shifted >> _FRACTION_BITS
    k = _double(exponent | _INTEGER_AS_DOUBLE) - (2.0**52 + 1023.0)
    mantissa = _double((shifted & _FRACTION) + _ROOT_HALF)
    inverse = _double((_EXPONENT_OF_2_OVER - exponent) << _FRACTION_BITS)  # 2¹⁻ᵏ, for k to 1024
    f = _fma(0.5 * low, inverse, mantissa - 1.0)
    return _fma(k, _LN_2_HIGH, _fma(k, _LN_2_LOW, _log_of_1_plus(f)))


@njit(**_FLAGS)
def log1p(x: float) -> float:
    """ln(1 + x), within 1.8 ulp; −infinity at −1, NaN below."""
    u = 1.0 + x
    logarithm = _log_of_sum(u, x - (u - 1.0))
    logarithm = _where(_magnitude(x) < 1e-17, x, logarithm)  # the sign of zero, too
    logarithm = _where(x < math.inf, logarithm, x)
    logarithm = _where(x == -1.0, -math.inf, logarithm)
    return _where(x < -1.0, math.nan, logarithm)


@njit(**_FLAGS)
def softplus(z: float) -> float:
    """ln(1 + eᶻ), within 2.2 ulp, for negative z too, down to the least double."""
    v = exp(-_magnitude(z))
    upper = v > _ROOT_2_LESS_1
    logarithm = _log_of_1_plus(_where(upper, 0.5 * (v - 1.0), v))
    logarithm = _where(upper, logarithm + _LN_2, logarithm)
    return _where(z > 0.0, z, 0.0) + logarithm


@njit(**_INNER)
def _tail_over_density(a: float) -> tuple[float, float]:
    """Numerator and denominator of Φ(−a)/φ(a) = 1/(a + r(a)/q(a)) for 0 ≤ a ≤ 40.

    r/q matters less the larger a is, and so does its rounding, which grows with a.
    """
    r = _fma(a, 5.588094986041202e-07, 1.6866758115452618e-05)
    r = _fma(a, r, 0.0002498170054066139)
    r = _fma(a, r, 0.0023566374644206677)
    r = _fma(a, r, 0.015524351896292962)
    r = _fma(a, r, 0.07398429862300708)
    r = _fma(a, r, 0.2558008964148431)
    r = _fma(a, r, 0.6234283872209012)
    r = _fma(a, r, 0.9862440485369594)
    r = _fma(a, r, 0.7978845608028654)
    q = _fma(a, 5.588094986408742e-07, 1.6866758108116774e-05)
    q = _fma(a, q, 0.0002509346250614424)
    q = _fma(a, q, 0.0023903709452941743)
    q = _fma(a, q, 0.016020634336541044)
    q = _fma(a, q, 0.07859633909144703)
    q = _fma(a, q, 0.2853748454279867)
    q = _fma(a, q, 0.7579549935359248)
    q = _fma(a, q, 1.4150924183308853)
    q = _fma(a, q, 1.6915031853872804)
    q = _fma(a, q, 1.0)
    return q, _fma(a, q, r)


@njit(**_FLAGS)
def normal_cdf(z: float) -> float:
    """Φ(z) = ½ erfc(−z/√2), the normal distribution function, within 3.9 ulp in its tail too."""
    a = _magnitude(z)
    a = _where(a > 40.0, 40.0, a)
    # a²/2 in two parts, the first one exact, or its rounding would be seen in e^(−a²/2).
    head = _double(_bits(a) & _UPPER_HALF)
    falling = _exp_of_difference(-0.5 * head * head, 0.5 * (a - head) * (a + head))
    top, bottom = _tail_over_density(a)
    tail = _NORMAL_PEAK * falling * top / bottom
    return _where(z > 0.0, 1.0 - tail, tail)


@njit(**_FLAGS)
def erf(x: float) -> float:
    """erf x = 2 Φ(√2 x) − 1, within 1.4 ulp, odd to the bit.

    A polynomial within ±1, the normal tail beyond.
    """
    size = _magnitude(x)
    size = _where(size > 6.0, 6.0, size)
    w = size * size
    w2 = w * w
    even = _fma(w2, 1.3720064546777686e-08, 1.6447424703317362e-06)
    even = _fma(w2, even, 0.00012055294904839707)
    even = _fma(w2, even, 0.0052239776071164225)
    even = _fma(w2, even, 0.11283791670945006)
    even = _fma(w2, even, 0.12837916709551256)
    odd = _fma(w2, -7.795898827002142e-10, -1.6208483801871705e-07)
    odd = _fma(w2, odd, -1.492473690741966e-05)
    odd = _fma(w2, odd, -0.0008548325975389692)
    odd = _fma(w2, odd, -0.02686617064323777)
    odd = _fma(w2, odd, -0.37612638903183543)
    near_0 = _fma(size, _fma(w, odd, even), size)
    top, bottom = _tail_over_density(size * _ROOT_2)
    tail = _TWICE_NORMAL_PEAK * _exp_of_difference(-w, 0.0) * top / bottom
    return _with_sign_of(x, _where(size < 1.0, near_0, 1.0 - tail))
