"""Ask the processor for a line of memory before it is needed, so that the next listings come while one is judged."""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

LINE = 64
# Read, keep in all caches, data.
_KIND = (0, 3, 1)


@intrinsic
def _fetch(_context, array, row, ahead):  # type: ignore[no-untyped-def]
    """Fetch the line ``ahead`` bytes behind the beginning of ``array[row]``, of a contiguous array."""
    if not isinstance(array, types.Array) or array.layout != "C":
        raise TypeError("only rows of contiguous arrays are fetched")

    def codegen(context, builder, signature, args):  # type: ignore[no-untyped-def]
        held = context.make_array(signature.args[0])(context, builder, args[0])
        step = builder.extract_value(held.strides, 0)
        pointer = ir.IntType(8).as_pointer()
        base = builder.bitcast(held.data, pointer)
        offset = builder.add(builder.mul(step, args[1]), args[2])
        whole = ir.IntType(32)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", [pointer], ir.FunctionType(ir.VoidType(), [pointer, whole, whole, whole])
        )
        builder.call(function, [builder.gep(base, [offset]), *(whole(kind) for kind in _KIND)])
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64), codegen


@njit(cache=True, nogil=True, error_model="numpy")
def prefetch(array, row, size):
    """Fetch the ``size`` bytes from the beginning of ``array[row]``; it computes nothing and can do no harm."""
    for ahead in range(0, size, LINE):
        _fetch(array, np.int64(row), np.int64(ahead))
    _fetch(array, np.int64(row), np.int64(size - 1))
