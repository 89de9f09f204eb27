"""Four doubles at once, as a type of its own for compiled code.

What the compiler makes of a loop over an array hangs on whether it can prove that arrays do not
overlap; for the short rows of small batches its checks cost more than the arithmetic. Here the
four lanes are written down: `load(array, index)`, `store`, `spread` (one number in all lanes),
`spread_at(array, index)`, `multiply_add`. A processor with shorter registers does the same in
halves. And `pointer`, `at` and `put`, which cost less than what they stand for.

For numba code only. Indices are not checked.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.types.misc import CPointer
from numba.extending import intrinsic, models, register_model

LANES = 4

_VECTOR = ir.VectorType(ir.DoubleType(), LANES)


class _Vector(types.Type):
    def __init__(self) -> None:
        super().__init__(name="FourDoubles")


four_doubles = _Vector()


@register_model(_Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager: Any, front_end_type: Any) -> None:
        super().__init__(manager, front_end_type, _VECTOR)


def _address(context: Any, builder: Any, kind: Any, numbers: Any, index: Any) -> Any:
    """The address of numbers[index], of an array with one axis or behind a pointer."""
    if not isinstance(kind, CPointer):
        numbers = cgutils.create_struct_proxy(kind)(context, builder, numbers).data
    return builder.gep(numbers, [index], inbounds=True)


def _place(context: Any, builder: Any, kind: Any, numbers: Any, index: Any) -> Any:
    """The same as that of four doubles."""
    address = _address(context, builder, kind, numbers, index)
    return builder.bitcast(address, _VECTOR.as_pointer())


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
def load(typing: Any, array: Any, index: Any) -> Any:
    """array[index : index + 4]."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _place(context, builder, signature.args[0], *arguments)
        return builder.load(place, align=8)

    return four_doubles(array, types.intp), generate


@intrinsic
def store(typing: Any, array: Any, index: Any, vector: Any) -> Any:
    """array[index : index + 4] = vector."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _place(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], place, align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, four_doubles), generate


def _spread(builder: Any, number: Any) -> Any:
    one = builder.insert_element(
        ir.Constant(_VECTOR, ir.Undefined), number, ir.Constant(ir.IntType(32), 0)
    )
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(one, ir.Constant(_VECTOR, ir.Undefined), zeros)


@intrinsic
def spread(typing: Any, number: Any) -> Any:
    """The same number in all four lanes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _spread(builder, arguments[0])

    return four_doubles(types.float64), generate


@intrinsic
def spread_at(typing: Any, array: Any, index: Any) -> Any:
    """array[index] in all four lanes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number = builder.load(_address(context, builder, signature.args[0], *arguments))
        return _spread(builder, number)

    return four_doubles(array, types.intp), generate


@intrinsic
def gather(typing: Any, array: Any, i: Any, j: Any, k: Any, m: Any) -> Any:
    """(array[i], array[j], array[k], array[m])."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        numbers, *indices = arguments
        vector = ir.Constant(_VECTOR, ir.Undefined)
        for lane, index in enumerate(indices):
            number = builder.load(_address(context, builder, signature.args[0], numbers, index))
            vector = builder.insert_element(vector, number, ir.Constant(ir.IntType(32), lane))
        return vector

    return four_doubles(array, types.intp, types.intp, types.intp, types.intp), generate


@intrinsic
def multiply_add(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """a · b + c, rounded once where the processor can."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        name = f"llvm.fmuladd.v{LANES}f64"
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)

    return four_doubles(four_doubles, four_doubles, four_doubles), generate


def _of_two(instruction: str) -> Any:
    """What one instruction of LLVM makes of two vectors, lane by lane."""

    def of_two(typing: Any, a: Any, b: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return getattr(builder, instruction)(*arguments)

        return four_doubles(four_doubles, four_doubles), generate

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
        kind = ir.FunctionType(_VECTOR, [_VECTOR])
        name = f"llvm.sqrt.v{LANES}f64"
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)

    return four_doubles(four_doubles), generate


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
    """The sum over the four lanes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        (vector,) = arguments

        def lane(k: int) -> Any:
            return builder.extract_element(vector, ir.Constant(ir.IntType(32), k))

        return builder.fadd(
            builder.fadd(lane(0), lane(1)),
            builder.fadd(lane(2), lane(3)),
        )

    return types.float64(four_doubles), generate
