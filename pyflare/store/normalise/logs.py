"""Content of model calls that came as log records, joined to the spans of the calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.dialects import events
from pyflare.dialects.json_text import decoded
from pyflare.store.normalise import told
from pyflare.store.normalise.finish import Column
from pyflare.store.normalise.happenings import Happening, with_body
from pyflare.store.normalise.rules import EVENTS
from pyflare.store.normalise.vector import integers, np
from pyflare.store.normalise.work import Work

_NAME: Final = "event.name"
"""Where the name of an event was before log records had a field for it."""
_MEANINGS: Final = frozenset({events.INPUT_MESSAGE, events.OUTPUT_MESSAGE, events.ATTRIBUTES, events.EXCEPTION})
CONTENT_EVENTS: Final = tuple(sorted(name for name, rule in EVENTS.items() if rule.meaning in _MEANINGS))
"""The names of log records that tell something of their span."""


def fill_from_logs(spans: pa.Table, logs: pa.Table) -> pa.Table:
    """Fill inputs, outputs and errors of spans from log records of the same trace and span id.

    Args:
        spans: `arrow_schema(SPANS)`, normalised already: what a span says itself stays.
        logs: `arrow_schema(LOGS)`, sorted by time.

    Returns:
        The same rows in the same order; the same object where no record belongs to any.
    """
    if not spans.num_rows or not logs.num_rows:
        return spans
    found = _telling(logs, CONTENT_EVENTS)
    rows = pc.index_in(_keys(found), value_set=_keys(spans).combine_chunks())
    found = found.filter(pc.is_valid(rows))
    if not found.num_rows:
        return spans
    work = Work(spans)
    columns = [Column(work, name) for name in ("input", "output")]
    told.add_told(work, _happenings(found, rows.drop_null().to_pylist()), columns)
    for column in columns:
        column.close()
    return work.result()


def log_happenings(logs: pa.Table, meanings: tuple[str, ...]) -> Iterator[Happening]:
    """The log records whose name has one of some meanings; `row` is their own."""
    names = tuple(name for name, rule in EVENTS.items() if rule.meaning in meanings)
    found = _telling(logs.append_column("row", integers(np.arange(logs.num_rows))), names)
    yield from _happenings(found, found["row"].to_pylist())


def _telling(logs: pa.Table, names: tuple[str, ...]) -> pa.Table:
    """The records of some names, and the name of each in a column `name`."""
    named = pc.coalesce(logs["event_name"], pc.map_lookup(logs["attributes"], _NAME, "first"))
    telling = pc.is_in(named, value_set=pa.array(names, pa.string()))
    return logs.append_column("name", named).filter(telling)


def _keys(rows: pa.Table) -> Any:
    return pc.binary_join_element_wise(rows["trace_id"], rows["span_id"], "")


def _happenings(logs: pa.Table, rows: list[int]) -> Iterator[Happening]:
    times = np.asarray(pc.fill_null(logs["timestamp"].cast(pa.int64()), 0)).tolist()
    columns = [logs[name].to_pylist() for name in ("name", "attributes", "attribute_types", "body")]
    for row, time_ns, name, texts, types, body in zip(rows, times, *columns, strict=True):
        yield Happening(row, time_ns, name, with_body(_values(texts, types), decoded(body) if body else None))


def _values(texts: list[tuple[str, str]] | None, types: list[tuple[str, str]] | None) -> dict[str, Any]:
    """A record's attributes as values; those that cannot be read stay text."""
    typed = dict(types or ())
    found: dict[str, Any] = {}
    for key, text in texts or ():
        value = decoded(text) if key in typed else text
        found[key] = text if value is None else value
    return found
