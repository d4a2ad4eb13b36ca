"""How many parts the values of a record have: what is two bytes in a request is a hundred for whoever decodes it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

PARTS_MAX: Final = 100_000
"""Items of arrays and kvlists that one record may have."""
TOO_MANY: Final = f"expected at most {PARTS_MAX:,} items of arrays and kvlists in a record, got more"
"""The reason why such a record is refused."""


def has_too_many_parts(record: Any) -> bool:
    """Whether the attributes and the body of a span or a log record have more items than `PARTS_MAX`."""
    left = PARTS_MAX
    for value in _values(record):
        left = _count(value, left)
        if left < 0:
            return True
    return False


def _values(record: Any) -> Iterator[Any]:
    kind = record.DESCRIPTOR.name
    if kind == "LogRecord":
        yield record.body
    holders: Any = (record,) if kind in ("LogRecord", "Span") else ()
    if kind == "Span":
        holders = chain(holders, record.events, record.links)
    for holder in holders:
        for attribute in holder.attributes:
            yield attribute.value


def _count(value: Any, left: int) -> int:
    """What is left of the items allowed after those of a value; below 0 as soon as there are too many."""
    kind = value.WhichOneof("value")
    if kind not in ("array_value", "kvlist_value"):
        return left
    items = getattr(value, kind).values
    left -= len(items)
    for item in items if left >= 0 else ():
        left = _count(item if kind == "array_value" else item.value, left)
        if left < 0:
            break
    return left
