"""The normalised columns of spans from whatever dialect their attributes are in."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.dialects.json_text import decoded
from pyflare.store.normalise import told
from pyflare.store.normalise.content import read_contents
from pyflare.store.normalise.finish import Column
from pyflare.store.normalise.happenings import Happening, span_events
from pyflare.store.normalise.scalars import fill_scalars
from pyflare.store.normalise.usage import include_cached
from pyflare.store.normalise.vector import integers, np
from pyflare.store.normalise.work import Work

_ENVIRONMENTS = ("deployment.environment.name", "deployment.environment")


def fill(spans: pa.Table) -> pa.Table:
    """Fill what is null in the normalised columns.

    Attributes, events and whatever a column holds already stay as they are. A
    value of the wrong type is passed over. It costs spans without attributes
    and events next to nothing.

    Args:
        spans: Exactly `arrow_schema(SPANS)`.

    Returns:
        The same rows, in the same order.
    """
    if not spans.num_rows:
        return spans
    work = Work(spans)
    normalise(work)
    return work.result()


def normalise(work: Work) -> None:
    """The same on a table that is being worked on."""
    if work.entries:
        fill_scalars(work)
        include_cached(work)
    told_of = [*span_events(work.spans["events"], told.MEANINGS)]
    if work.entries or told_of:
        fill_contents(work, told_of)
    _fill_environment(work)


def fill_contents(work: Work, happenings: Iterable[Happening]) -> None:
    """Fill inputs and outputs, from attributes before events."""
    columns = [Column(work, name) for name in ("input", "output")]
    if work.entries:
        for column in columns:
            read_contents(work, column)
    told.add_told(work, happenings, columns)
    for column in columns:
        column.close()


def _fill_environment(work: Work) -> None:
    """A deployment's name stands in the resource, which few spans have of their own."""
    filling = work.filling("environment")
    if not filling.empty.any():
        return
    encoded = pc.dictionary_encode(work.spans["resource"].combine_chunks())
    names = [_environment(text) for text in encoded.dictionary.to_pylist()]
    if not any(names):
        return
    found = pa.array(names, pa.string()).take(encoded.indices)
    rows = np.flatnonzero(filling.empty & np.asarray(pc.is_valid(found)))
    if len(rows):
        filling.put(rows, found.take(integers(rows)))
        work.trail.add("environment", "resource", "opentelemetry", rows)


def _environment(text: str | None) -> str | None:
    resource = decoded(text) if text and "deployment.environment" in text else None
    if not isinstance(resource, dict):
        return None
    return next((name for key in _ENVIRONMENTS if isinstance(name := resource.get(key), str) and name), None)
