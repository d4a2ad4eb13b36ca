"""Where the normalised columns of a stored span came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from pyflare.store.normalise import NORMALISED_COLUMNS, Source, explain

_MICROSECOND_NS: Final = 1000
RECORDED: Final = "recorded"
"""Stands for a dialect where a column was set by what recorded the span, or from a log record."""


def mapping_of(values: Mapping[str, Any]) -> list[Source]:
    """The sources of a span's normalised columns that hold something, in the order of the table.

    Args:
        values: The stored columns by name, and `start_unix_ns`.
    """
    found = {source.column: source for source in _explained(values)}
    return [
        source
        if (source := found.get(name)) is not None and _is_same(name, source.value, values[name])
        else Source(column=name, attribute="", dialect=RECORDED, value=values[name])
        for name in NORMALISED_COLUMNS
        if values[name] is not None
    ]


def _is_same(name: str, made: Any, stored: Any) -> bool:
    """Whether it is the value that is stored. Times of events are read to the microsecond."""
    if name == "time_to_first_chunk_ns":
        return bool(abs(made - stored) < _MICROSECOND_NS)
    return bool(made == stored)


def _explained(values: Mapping[str, Any]) -> list[Source]:
    return explain(
        values["attributes"] or {},
        values["attribute_types"],
        [*_events(values)],
        scope_name=values["scope_name"],
        status_code=values["status_code"],
        start_time=values["start_unix_ns"],
        resource=values["resource"],
    )


def _events(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for event in values["events"] or ():
        time = event["time"]
        yield {**event, "time": time if not isinstance(time, datetime) else time.replace(tzinfo=None)}
