"""Elementary functions of compiled code: their rounding, their limits, and that loops vectorise.

The error of a value is counted in ulps, distances of neighbouring doubles, and comes from
mpmath and, for many more points, from the 80-bit arithmetic of processors that have it.
"""

from __future__ import annotations

import math
import re

import mpmath
import numba
import numpy as np
import pytest

from nnviz.model.kernels import functions
from nnviz.model.kernels.entry import FLAGS

INF, NAN = math.inf, math.nan
LEAST, LEAST_NORMAL = 5e-324, 2.2250738585072014e-308
LN_2 = math.log(2.0)


def looped(function):
    """A plain loop over an array, compiled with the flags of all kernels."""

    @numba.njit(**FLAGS)
    def loop(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    return loop


FUNCTIONS = {
    "exp": functions.exp,
    "expm1": functions.expm1,
    "tanh": functions.tanh,
    "sigmoid": functions.sigmoid,
    "log1p": functions.log1p,
    "softplus": functions.softplus,
    "erf": functions.erf,
    "normal_cdf": functions.normal_cdf,
}
# Made before any function is called by itself: numba would lend a function that does not say what
# it bears the flags of the first caller.
LOOPS = {name: looped(function) for name, function in FUNCTIONS.items()}

EXACT = {
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "log1p": mpmath.log1p,
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "erf": mpmath.erf,
    "normal_cdf": lambda x: mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
}
EXTENDED = {
    "exp": np.exp,
    "expm1": np.expm1,
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "log1p": np.log1p,
    "softplus": lambda x: np.log1p(np.exp(x)),
}
HAS_EXTENDED = np.finfo(np.longdouble).nmant > 60

# Where a function is neither at its limit nor beyond the doubles.
DOMAIN = {
    "exp": (-745.2, 709.782712893384),
    "expm1": (-50.0, 709.782712893384),
    "tanh": (-25.0, 25.0),
    "sigmoid": (-745.2, 50.0),
    "log1p": (-1.0 + 2.0**-53, 1.7976931348623157e308),
    "softplus": (-745.2, 1e4),
    "erf": (-7.0, 7.0),
    "normal_cdf": (-38.5, 10.0),
}
ULPS = {name: 2.0 if name == "exp" else 4.0 for name in FUNCTIONS}
MEETS_ZERO = ["expm1", "tanh", "log1p", "erf"]
ODD = ["tanh", "erf"]
EVERY = pytest.mark.parametrize("name", list(FUNCTIONS))


def over(name, x):
    out = np.full(len(x), 12345.0)
    LOOPS[name](np.ascontiguousarray(x, dtype=float), out)
    return out


def bits(values):
    return np.asarray(values, dtype=float).view(np.uint64)


def breakpoints(name):
    """Where a formula changes over, or the number that it rounds to."""
    if name == "log1p":
        powers = np.ldexp(1.0, np.arange(-52, 1023))
        return np.concatenate(
            [c * powers - 1.0 for c in (math.sqrt(0.5), 1.0, math.sqrt(2.0))]
            + [powers, [1e-17, -1e-17, 1e-16, -1e-16]]
        )
    steps = LN_2 / 4 * np.arange(-4400, 4401)  # every place where an exponent is rounded up or down
    return np.concatenate(
        [steps, [-1.0, 1.0, 6.0, -6.0, 20.0, -20.0, -40.0, 40.0, 710.0, -746.0, 1e-17, -1e-17]]
    )


def points(name, count, seed):
    """About `count` arguments within the domain: even ones, random ones, tiny ones, breakpoints."""
    low, high = DOMAIN[name]
    rng = np.random.default_rng(seed)
    fifth = count // 5
    sizes = np.geomspace(LEAST_NORMAL, min(max(-low, high), 1e300), fifth // 2)
    denormals = LEAST * np.arange(1, 200, dtype=float)
    edges = breakpoints(name)
    edges = rng.choice(edges, min(len(edges), fifth), replace=False)
    x = np.concatenate(
        [
            np.linspace(max(low, -1e3), min(high, 1e3), fifth),
            rng.uniform(-2.0, 2.0, fifth),
            rng.integers(0, 2**64, 2 * fifth, dtype=np.uint64).view(float),
            np.concatenate([sizes, -sizes, denormals, -denormals]),
            edges,
            np.nextafter(edges, -INF),
            np.nextafter(edges, INF),
            [low, high],
        ]
    )
    return x[(x >= low) & (x <= high)]


def errors(values, exact):
    """Of values against exact numbers of any kind: errors in ulps, and absolute ones."""
    ulps = np.spacing(np.abs(np.array([float(e) for e in exact])))
    absolute = [abs(type(e)(float(v)) - e) for v, e in zip(values, exact, strict=True)]
    relative = [float(a / type(a)(float(u))) for a, u in zip(absolute, ulps, strict=True)]
    return np.array(relative), np.array([float(a) for a in absolute])


def assert_accurate(name, x, values, relative, absolute):
    assert np.isfinite(relative).all()
    worst = int(np.argmax(relative))
    assert relative[worst] <= ULPS[name], f"{name}({x[worst]!r}): {relative[worst]:.2f} ulp"
    # Where one ulp is more than that, only the relative bound can hold.
    assert absolute[np.abs(values) <= 1.0].max() <= 1e-15


@EVERY
def test_error_against_mpmath(name):
    x = points(name, 2_500, seed=1)
    with mpmath.workdps(45):
        exact = [EXACT[name](mpmath.mpf(float(v))) for v in x]
        values = over(name, x)
        assert_accurate(name, x, values, *errors(values, exact))


@pytest.mark.parametrize("name", list(EXTENDED))
def test_error_over_dense_values(name):
    if HAS_EXTENDED:
        x = points(name, 1_000_000, seed=2)
        values = over(name, x)
        exact = EXTENDED[name](x.astype(np.longdouble))
        absolute = np.abs(values - exact)
        relative = (absolute / np.spacing(np.abs(exact.astype(float)))).astype(float)
    else:
        x = points(name, 10_000, seed=2)
        values = over(name, x)
        with mpmath.workdps(45):
            relative, absolute = errors(values, [EXACT[name](mpmath.mpf(float(v))) for v in x])
    assert len(x) > 4_000
    assert_accurate(name, x, values, relative, absolute)


LIMITS = {
    "exp": {0.0: 1.0, LEAST: 1.0, -LEAST: 1.0, INF: INF, 709.7827128933841: INF, 1e308: INF,
            -INF: 0.0, -1e308: 0.0, -745.1332191019411: LEAST, -745.1332191019412: 0.0},
    "expm1": {0.0: 0.0, LEAST: LEAST, -LEAST: -LEAST, INF: INF, 709.7827128933841: INF, 1e308: INF,
              -INF: -1.0, -1e308: -1.0, -40.0: -1.0},
    "tanh": {0.0: 0.0, LEAST: LEAST, -LEAST: -LEAST, LEAST_NORMAL: LEAST_NORMAL, INF: 1.0,
             1e308: 1.0, 20.0: 1.0, -INF: -1.0, -1e308: -1.0, -20.0: -1.0},
    "sigmoid": {0.0: 0.5, LEAST: 0.5, INF: 1.0, 1e308: 1.0, 40.0: 1.0, -INF: 0.0, -1e308: 0.0,
                -745.1332191019411: LEAST, -745.1332191019412: 0.0},
    "log1p": {0.0: 0.0, LEAST: LEAST, -LEAST: -LEAST, INF: INF, -1.0: -INF,
              -1.0000000000000002: NAN, -1e308: NAN, -INF: NAN},
    "softplus": {0.0: LN_2, INF: INF, 1e308: 1e308, 40.0: 40.0, -INF: 0.0, -1e308: 0.0,
                 -745.1332191019411: LEAST, -745.1332191019412: 0.0},
    "erf": {0.0: 0.0, LEAST: LEAST, -LEAST: -LEAST, INF: 1.0, 1e308: 1.0, 6.0: 1.0, -INF: -1.0,
            -1e308: -1.0, -6.0: -1.0},
    "normal_cdf": {0.0: 0.5, LEAST: 0.5, INF: 1.0, 1e308: 1.0, 9.0: 1.0, -INF: 0.0, -1e308: 0.0},
}  # fmt: skip


@EVERY
def test_limits_and_special_values(name):
    limits = LIMITS[name]
    x = np.array([NAN, -0.0, *limits])
    expected = np.array([NAN, limits.get(0.0, NAN), *limits.values()])
    np.testing.assert_array_equal(over(name, x), expected)
    one_by_one = [FUNCTIONS[name](float(v)) for v in x]
    np.testing.assert_array_equal(one_by_one, expected)


@pytest.mark.parametrize("name", MEETS_ZERO)
def test_zero_keeps_its_sign(name):
    assert math.copysign(1.0, over(name, [0.0])[0]) == 1.0
    assert math.copysign(1.0, over(name, [-0.0])[0]) == -1.0


@EVERY
def test_every_kind_of_nan_stays_nan(name):
    quiet, signalling = [0x7FF8000000000000, 2**64 - 1], [0x7FF0000000000001, 0xFFF0000000000001]
    assert np.isnan(over(name, np.array(quiet + signalling, dtype=np.uint64).view(float))).all()


@pytest.mark.parametrize("name", ODD)
def test_odd_functions_are_odd_to_the_bit(name):
    x = points(name, 100_000, seed=3)
    np.testing.assert_array_equal(bits(over(name, -x)), bits(-over(name, x)))


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("tanh", -1, 1), ("erf", -1, 1), ("sigmoid", 0, 1), ("normal_cdf", 0, 1)],
)
def test_bounded_functions_stay_within_their_bounds(name, low, high):
    values = over(name, np.linspace(-60.0, 60.0, 1_000_003))
    assert values.min() >= low
    assert values.max() <= high


@EVERY
def test_a_value_depends_on_neither_its_place_nor_its_caller(name):
    """Bit for bit: in a vector, in what is left over at the end of a row, or called by itself."""
    x = points(name, 3_000, seed=4)
    np.random.default_rng(5).shuffle(x)
    x = np.concatenate([x[:150], [NAN, INF, -INF, -0.0]])
    whole = bits(over(name, x))
    for length in range(1, 24):
        for start in range(0, len(x) - length, 7):
            part = slice(start, start + length)
            np.testing.assert_array_equal(bits(over(name, x[part])), whole[part])
    by_itself = [FUNCTIONS[name](float(v)) for v in x]
    np.testing.assert_array_equal(bits(by_itself), whole)


@EVERY
def test_a_plain_loop_is_vectorised(name):
    over(name, [1.0])
    (code,) = LOOPS[name].inspect_llvm().values()
    assert re.search(r"call [^\n]*@llvm\.fmuladd\.v\d+f64", code)
