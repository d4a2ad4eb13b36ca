"""What a caller gives as arrays of numbers: lists, arrays, series and columns, or a clear error."""

from __future__ import annotations

from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from pyflare.errors import DataError

_ADVICE: Final = {
    "M": "times; count from one of them, as in `(times - times[0]) / numpy.timedelta64(1, 's')`",
    "m": "durations; divide them by a unit, as in `durations / numpy.timedelta64(1, 's')`",
    "c": "complex numbers; give their parts one by one",
    "U": "text; convert it with `astype(float)`, or compare it as categories",
    "S": "bytes; convert them with `astype(float)`, or compare them as categories",
}
"""What is no number, by NumPy's letter for its kind, though NumPy would make one of it."""


def numbers_of(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Numbers as an array of 64 bits, in the shape they come in; masked ones and None as NaN.

    Raises:
        DataError: Something in it is no number.

    Examples:
        >>> numbers_of([1, None, 2.5]).tolist()
        [1.0, nan, 2.5]
    """
    return cast("npt.NDArray[np.float64]", _converted(values, np.float64))


def short_numbers_of(values: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """The same with 32 bits, as vectors have them; a number beyond 3.4e38 is infinite. Raises DataError."""
    return cast("npt.NDArray[np.float32]", _converted(values, np.float32))


def _converted(values: npt.ArrayLike, kind: type[np.floating]) -> npt.NDArray[np.floating]:
    try:
        given = _given(values)
        if (letter := _letter(given)) not in _ADVICE:
            return _cast(given, kind)
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(f"expected numbers, and lists of one length: {error}.") from error
    raise DataError(f"expected numbers, got {_ADVICE[letter]}.")


def _cast(given: Any, kind: type[np.floating]) -> npt.NDArray[np.floating]:
    with np.errstate(over="ignore"):
        found = np.asarray(given, dtype=kind)
    mask = np.ma.getmask(given)
    return found if mask is np.ma.nomask else np.where(mask, kind(np.nan), found)


def _given(values: npt.ArrayLike) -> Any:
    """Values that know their kind, as an array if they do not; a series keeps what it knows of missing ones."""
    knows = getattr(getattr(values, "dtype", None), "kind", "O") != "O"
    return values if knows else np.asanyarray(values)


def _letter(given: Any) -> str:
    """NumPy's letter for the kind of values; that of text where some objects are text."""
    letter: str = given.dtype.kind
    return "U" if letter == "O" and any(isinstance(item, str) for item in given.flat) else letter
