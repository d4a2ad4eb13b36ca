"""Arrays of numbers and of truths: NumPy's where it is installed, else lists that do as much as is needed here.

NumPy is a fifth of what the extra `local` would weigh, and only the speed of
normalising depends on it: `server` brings it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Codes = npt.NDArray[np.int32]
    Types = npt.NDArray[np.int8]
    Mask = npt.NDArray[np.bool_]
else:
    try:
        import numpy as np
    except ImportError:
        from pyflare.store.normalise import lists as np

    Integers = Codes = Types = Mask = Any

__all__ = ["Codes", "Integers", "Mask", "Types", "integers", "masked", "np", "truths"]


def integers(values: Integers) -> pa.Array:
    """Whole numbers as an Arrow array."""
    return pa.array(values, pa.int64())


def truths(mask: Mask) -> pa.Array:
    """A mask as an Arrow array."""
    return pa.array(mask, pa.bool_())


def masked(values: pa.Array, mask: Mask) -> pa.Array:
    """Values, null where the mask says."""
    return pc.if_else(truths(mask), pa.scalar(None, values.type), values)
