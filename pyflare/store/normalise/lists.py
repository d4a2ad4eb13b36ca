"""What `normalise` needs of NumPy, for where it is not installed: one dimension, whole numbers and truths.

The names are NumPy's, and so is what they mean, with one addition: Arrow's arrays are read as well.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import compress, pairwise
from typing import Any

int8 = int16 = int32 = int64 = int
bool_ = bool


class Vector(list[Any]):
    """A list that is indexed, compared and combined like an array."""

    __slots__ = ()
    __hash__ = None

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return Vector(list.__getitem__(self, key))
        if isinstance(key, list):
            return Vector(compress(self, key) if _is_mask(key) else map(list(self).__getitem__, key))
        return list.__getitem__(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        if not isinstance(key, list):
            list.__setitem__(self, key, value)
            return
        rows = flatnonzero(key) if _is_mask(key) else key
        values = value if isinstance(value, Sequence) else [value] * len(rows)
        for row, item in zip(rows, values, strict=True):
            list.__setitem__(self, row, item)

    def _with(self, other: Any, combine: Callable[[Any, Any], Any]) -> Vector:
        if isinstance(other, list):
            return Vector(combine(one, two) for one, two in zip(self, other, strict=True))
        return Vector(combine(item, other) for item in self)

    def __eq__(self, other: object) -> Any:
        return self._with(other, lambda one, two: one == two)

    def __lt__(self, other: Any) -> Any:
        return self._with(other, lambda one, two: one < two)

    def __gt__(self, other: Any) -> Any:
        return self._with(other, lambda one, two: one > two)

    def __ge__(self, other: Any) -> Any:
        return self._with(other, lambda one, two: one >= two)

    def __and__(self, other: Any) -> Vector:
        return self._with(other, lambda one, two: one and two)

    def __or__(self, other: Any) -> Vector:
        return self._with(other, lambda one, two: one or two)

    def __add__(self, other: Any) -> Any:
        return self._with(other, lambda one, two: one + two)

    __radd__ = __add__

    def __invert__(self) -> Vector:
        return Vector(not item for item in self)

    def any(self) -> bool:
        """Whether any item is true."""
        return any(self)

    def all(self) -> bool:
        """Whether every item is true."""
        return all(self)

    def tolist(self) -> list[Any]:
        """The items."""
        return list(self)

    def astype(self, _: type) -> Vector:
        """A copy: whole numbers have one type here."""
        return Vector(self)

    def copy(self) -> Vector:
        """A copy."""
        return Vector(self)


def _is_mask(key: list[Any]) -> bool:
    return bool(key) and isinstance(list.__getitem__(key, 0), bool)


def asarray(values: Any) -> Vector:
    """Values as a vector; those of Arrow, too."""
    return values if isinstance(values, Vector) else Vector(getattr(values, "to_pylist", lambda: values)())


def array(values: Any, _: type | None = None) -> Vector:
    """The same, always a new one."""
    return Vector(asarray(values))


def fromiter(values: Iterable[Any], _: type, __: int) -> Vector:
    """What an iterator yields."""
    return Vector(values)


def full(count: int, value: Any, _: type | None = None) -> Vector:
    """One value again and again."""
    return Vector([value] * count)


def zeros(count: int, type: type) -> Vector:
    """Zeros, or False."""
    return Vector([type(0)] * count)


def ones(count: int, type: type) -> Vector:
    """Ones, or True."""
    return Vector([type(1)] * count)


def arange(first: int, end: int | None = None) -> Vector:
    """Whole numbers in a row."""
    return Vector(range(first) if end is None else range(first, end))


def flatnonzero(values: Iterable[Any]) -> Vector:
    """Where values are true."""
    return Vector(position for position, value in enumerate(values) if value)


def count_nonzero(values: Iterable[Any]) -> int:
    """How many values are true."""
    return sum(map(bool, values))


def argsort(values: Vector, *, kind: str) -> Vector:  # noqa: ARG001  (all sorting is stable here)
    """The positions of values in their order; equal ones stay in theirs."""
    return Vector(sorted(range(len(values)), key=values.tolist().__getitem__))


def repeat(values: Sequence[Any], counts: Sequence[int]) -> Vector:
    """Each value as often as its count says."""
    return Vector(value for value, count in zip(values, counts, strict=True) for _ in range(count))


def searchsorted(values: Vector, wanted: Sequence[Any]) -> Vector:
    """Where each wanted value would stand among sorted ones, before equal ones."""
    items = values.tolist()
    return Vector(bisect_left(items, value) for value in wanted)


def minimum(values: Vector, most: int) -> Vector:
    """Values, none more than the most."""
    return Vector(min(value, most) for value in values)


def where(condition: Vector, yes: Vector, no: Any) -> Vector:
    """One value or the other."""
    others = no if isinstance(no, list) else [no] * len(condition)
    return Vector(one if fits else other for fits, one, other in zip(condition, yes, others, strict=True))


def diff(values: Sequence[int]) -> Vector:
    """The steps from each value to the next."""
    return Vector(after - before for before, after in pairwise(values))


def array_equal(one: Vector, two: Vector) -> bool:
    """Whether two vectors hold the same."""
    return one.tolist() == two.tolist()


def concatenate(vectors: Iterable[Vector]) -> Vector:
    """Several vectors as one."""
    return Vector(item for vector in vectors for item in vector)
