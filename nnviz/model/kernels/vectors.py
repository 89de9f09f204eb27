"""Four doubles at once, or eight, as types of their own for compiled code.

What the compiler makes of a loop over an array hangs on whether it can prove that arrays do not
overlap; for the short rows of small batches its checks cost more than the arithmetic. Here the
four lanes are written down: `load(array, index)`, `store`, `spread` (one number in all lanes),
`spread_at(array, index)`, `multiply_add`. Long loops that wait for divisions take eight, by
`load_eight` and `spread_eight`: a processor with such registers goes through half as many
instructions. One with shorter registers does the same in parts. And `pointer`, `at` and `put`,
which cost less than what they stand for.

For numba code only. Indices are not checked.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import config
from numba.core import cgutils, types
from numba.core.codegen import get_host_cpu_features
from numba.core.types.misc import CPointer
from numba.extending import intrinsic, models, register_model

LANES, EIGHT = 4, 8


def _has_eight_lanes() -> bool:
    # As numba finds out what it compiles for.
    features = config.CPU_FEATURES
    if features is None:
        features = get_host_cpu_features()
    return "+avx512f" in features.split(",")


HAS_EIGHT_LANES = _has_eight_lanes()
"""Whether a register of the processor that is compiled for holds eight doubles.

There blocks of results can be twice as large. With shorter registers those would go to memory and
back: 4 × 16 sums took a tenth longer than 4 × 8.
"""


class _Vector(types.Type):
    def __init__(self, lanes: int) -> None:
        self.in_llvm = ir.VectorType(ir.DoubleType(), lanes)
        super().__init__(name=f"{lanes}Doubles")


four_doubles, eight_doubles = _Vector(LANES), _Vector(EIGHT)


@register_model(_Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager: Any, front_end_type: Any) -> None:
        super().__init__(manager, front_end_type, front_end_type.in_llvm)


def _address(context: Any, builder: Any, kind: Any, numbers: Any, index: Any) -> Any:
    """The address of numbers[index], of an array with one axis or behind a pointer."""
    if not isinstance(kind, CPointer):
        numbers = cgutils.create_struct_proxy(kind)(context, builder, numbers).data
    return builder.gep(numbers, [index], inbounds=True)


def _loading(vector: _Vector) -> Any:
    """The intrinsic that loads such a vector."""

    def loading(typing: Any, array: Any, index: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            address = _address(context, builder, signature.args[0], *arguments)
            return builder.load(builder.bitcast(address, vector.in_llvm.as_pointer()), align=8)

        return vector(array, types.intp), generate

    return intrinsic(loading)


load = _loading(four_doubles)
"""array[index : index + 4]."""
load_eight = _loading(eight_doubles)
"""array[index : index + 8]."""


@intrinsic
def pointer(typing: Any, array: Any) -> Any:
    """Where a contiguous array begins.

    It is one number where an array is seven, which every function would hand on to the next, and
    nobody counts its owners. `pointer[k]`, `at` and the rest take it as they take an array.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data

    return CPointer(array.dtype)(array), generate


@intrinsic
def shifted(typing: Any, numbers: Any, index: Any) -> Any:
    """Where numbers[index] lies, as a pointer."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _address(context, builder, signature.args[0], *arguments)

    return CPointer(numbers.dtype)(numbers, types.intp), generate


@intrinsic
def at(typing: Any, array: Any, index: Any) -> Any:
    """array[index] of an array with one axis; a negative index does not count from its end."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_address(context, builder, signature.args[0], *arguments))

    return array.dtype(array, types.intp), generate


@intrinsic
def put(typing: Any, array: Any, index: Any, number: Any) -> Any:
    """array[index] = number, as `at`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _address(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], place)
        return context.get_dummy_value()

    return types.void(array, types.intp, array.dtype), generate


@intrinsic
def store(typing: Any, array: Any, index: Any, vector: Any) -> Any:
    """array[index : index + 4] = vector, or of eight."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = _address(context, builder, signature.args[0], *arguments[:2])
        place = builder.bitcast(address, arguments[2].type.as_pointer())
        builder.store(arguments[2], place, align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, vector), generate


def _spread(builder: Any, vector: _Vector, number: Any) -> Any:
    nothing = ir.Constant(vector.in_llvm, ir.Undefined)
    one = builder.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0))
    lanes = vector.in_llvm.count
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
    return builder.shuffle_vector(one, nothing, zeros)


def _spreading(vector: _Vector) -> Any:
    """The intrinsic that makes such a vector of one number."""

    def spreading(typing: Any, number: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return _spread(builder, vector, arguments[0])

        return vector(types.float64), generate

    return intrinsic(spreading)


spread = _spreading(four_doubles)
"""The same number in all four lanes."""
spread_eight = _spreading(eight_doubles)
"""The same number in all eight lanes."""


@intrinsic
def spread_at(typing: Any, array: Any, index: Any) -> Any:
    """array[index] in all four lanes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number = builder.load(_address(context, builder, signature.args[0], *arguments))
        return _spread(builder, four_doubles, number)

    return four_doubles(array, types.intp), generate


@intrinsic
def gather(typing: Any, array: Any, i: Any, j: Any, k: Any, m: Any) -> Any:
    """(array[i], array[j], array[k], array[m])."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        numbers, *indices = arguments
        vector = ir.Constant(four_doubles.in_llvm, ir.Undefined)
        for lane, index in enumerate(indices):
            number = builder.load(_address(context, builder, signature.args[0], numbers, index))
            vector = builder.insert_element(vector, number, ir.Constant(ir.IntType(32), lane))
        return vector

    return four_doubles(array, types.intp, types.intp, types.intp, types.intp), generate


def _called(builder: Any, function: str, vectors: Any) -> Any:
    """What a function of LLVM makes of vectors, lane by lane."""
    kind = vectors[0].type
    name = f"llvm.{function}.v{kind.count}f64"
    function_type = ir.FunctionType(kind, [kind] * len(vectors))
    return builder.call(
        cgutils.get_or_insert_function(builder.module, function_type, name), vectors
    )


@intrinsic
def multiply_add(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """a · b + c, rounded once where the processor can."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _called(builder, "fmuladd", arguments)

    return a(a, a, a), generate


def _of_two(instruction: str) -> Any:
    """What one instruction of LLVM makes of two vectors, lane by lane."""

    def of_two(typing: Any, a: Any, b: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return getattr(builder, instruction)(*arguments)

        return a(a, a), generate

    return intrinsic(of_two)


add = _of_two("fadd")
subtract = _of_two("fsub")
multiply = _of_two("fmul")
divide = _of_two("fdiv")


@intrinsic
def larger(typing: Any, a: Any, b: Any) -> Any:
    """The larger of a and b, lane by lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b = arguments
        return builder.select(builder.fcmp_ordered(">", a, b), a, b)

    return four_doubles(four_doubles, four_doubles), generate


@intrinsic
def square_root(typing: Any, a: Any) -> Any:
    """The square root of each lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _called(builder, "sqrt", arguments)

    return a(a), generate


def _lanes(builder: Any, a: Any, b: Any, chosen: list[int]) -> Any:
    mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), chosen)
    return builder.shuffle_vector(a, b, mask)


@intrinsic
def sums_of_lanes(typing: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """The sum over the lanes of a, of b, of c and of d, as one vector."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b, c, d = arguments

        def pairs(x: Any, y: Any) -> Any:
            even = _lanes(builder, x, y, [0, 4, 2, 6])
            odd = _lanes(builder, x, y, [1, 5, 3, 7])
            return builder.fadd(even, odd)

        ab, cd = pairs(a, b), pairs(c, d)
        low = _lanes(builder, ab, cd, [0, 1, 4, 5])
        high = _lanes(builder, ab, cd, [2, 3, 6, 7])
        return builder.fadd(low, high)

    return four_doubles(four_doubles, four_doubles, four_doubles, four_doubles), generate


@intrinsic
def sum_of_lanes(typing: Any, a: Any) -> Any:
    """The sum over the lanes, neighbours first."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        (vector,) = arguments
        sums = [
            builder.extract_element(vector, ir.Constant(ir.IntType(32), lane))
            for lane in range(vector.type.count)
        ]
        while len(sums) > 1:
            sums = [builder.fadd(*sums[k : k + 2]) for k in range(0, len(sums), 2)]
        return sums[0]

    return types.float64(a), generate
