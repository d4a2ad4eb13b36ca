"""What columns say of some traces: their own, and those of their spans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.sql import quote
from pyflare.store.engine import Engine
from pyflare.store.language.fields import TOTAL_TOKENS_SQL
from pyflare.store.language.nodes import Name
from pyflare.workspace.contrast.fields import Field, Numbers, Positions, Unit, Words, words_of
from pyflare.workspace.contrast.members import Groups

_WORDS: Final[Mapping[str, str]] = {
    "service": "service_name",
    "name": "operation_name",
    "status": "status_code",
    "state": "state",
    "user": "user_id",
    "session": "session_id",
    "feature": "feature_id",
    "environment": "environment",
    "team": "team",
    "model": "model_ids",
    "tag": "tags",
}
"""Fields of a trace that are words: the SQL by the field's name."""
_LISTS: Final = frozenset({"model", "tag"})
_NUMBERS: Final[Mapping[str, tuple[str, Unit]]] = {
    "started": ("epoch_ns(start_time)", Unit.TIME),
    "latency": ("duration_ns", Unit.DURATION),
    "cost": ("cost_micros", Unit.MONEY),
    "tokens": (TOTAL_TOKENS_SQL, Unit.NONE),
    "input_tokens": ("input_tokens", Unit.NONE),
    "output_tokens": ("output_tokens", Unit.NONE),
    "span_count": ("span_count", Unit.NONE),
    "errors": ("error_count", Unit.NONE),
}
_OF_SPANS: Final[Mapping[str, str]] = {
    "kind": "inference_type",
    "provider": "provider",
    "tool": "tool_name",
    "agent": "agent_name",
    "span": "operation_name",
    "error": "error_type",
    "model_version": "model_version",
    "finish_reason": "finish_reasons",
}
"""Fields of spans: a trace has those of any of its spans."""
_SAID_BY_COLUMNS: Final = frozenset({"service.name", "deployment.environment.name", "deployment.environment"})
"""Attributes of a resource that columns were filled from."""


def trace_fields(engine: Engine, groups: Groups) -> Iterator[Field]:
    """The fields that the traces have themselves."""
    selected = {**_WORDS, **{name: f"({sql})::DOUBLE" for name, (sql, _) in _NUMBERS.items()}}
    rows, traces = _read(engine, groups, "traces", selected)
    for name in _WORDS:
        yield words_of(Name(name), traces, rows[name], pieces=name in _LISTS)
    for name, (_, unit) in _NUMBERS.items():
        numbers = np.full(len(groups.trace_ids), np.nan)
        numbers[traces] = rows[name].to_numpy()
        yield Numbers(name=Name(name), numbers=numbers, unit=unit, texts=_whole_numbers(Name(name), numbers, unit))


def _whole_numbers(name: Name, numbers: Any, unit: Unit) -> Words | None:
    """Counts as words, as which they are compared where there are few of them."""
    if unit is not Unit.NONE:
        return None
    is_there = np.isfinite(numbers)
    values, codes = np.unique(numbers[is_there], return_inverse=True)
    return Words(name=name, traces=np.flatnonzero(is_there), codes=codes, words=[f"{value:.0f}" for value in values])


def span_fields(engine: Engine, groups: Groups) -> Iterator[Field]:
    """The fields that traces have by their spans, and by the processes that these ran in."""
    rows, traces = _read(engine, groups, "spans", {**_OF_SPANS, "resource": "resource"})
    for name in _OF_SPANS:
        yield words_of(Name(name), traces, rows[name], pieces=True)
    yield from _resource_fields(traces, rows["resource"])


def _resource_fields(traces: Positions, column: pa.ChunkedArray) -> Iterator[Field]:
    encoded = words_of(Name("resource"), traces, column)
    resources = [_texts(text) for text in encoded.words]
    for key in sorted({key for resource in resources for key in resource} - _SAID_BY_COLUMNS):
        words = sorted({resource[key] for resource in resources if key in resource})
        places = {word: place for place, word in enumerate(words)}
        of_code = np.array([places.get(resource.get(key, ""), -1) for resource in resources], np.int64)
        chosen = of_code[encoded.codes]
        is_there = chosen >= 0
        yield Words(name=Name("resource", key), traces=encoded.traces[is_there], codes=chosen[is_there], words=words)


def _texts(resource: str) -> dict[str, str]:
    """The attributes of a resource that are texts."""
    try:
        found = msgspec.json.decode(resource)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def _read(engine: Engine, groups: Groups, table: str, columns: Mapping[str, str]) -> tuple[pa.Table, Positions]:
    """Columns of the traces' rows, and for each row the position of its trace."""
    selected = ", ".join(f"{sql} AS {quote(name)}" for name, sql in columns.items())
    query = f"SELECT trace_id AS _trace, {selected} FROM {table} WHERE {MEMBERS_SQL}"
    rows = engine.run(lambda *_: (query, members_parameters(groups)), traces=table == "traces")
    return rows, positions_of(rows["_trace"], groups)


MEMBERS_SQL: Final = "start_time >= make_timestamp_ns(?) AND trace_id IN (SELECT unnest(string_split(?, ',')))"
"""The rows of the traces in question. No span is older than its trace. One long text is passed on faster than a list."""


def members_parameters(groups: Groups) -> list[Any]:
    """The parameters of `MEMBERS_SQL`."""
    return [groups.since_ns, ",".join(groups.trace_ids.to_pylist())]


def positions_of(trace_ids: pa.ChunkedArray, groups: Groups) -> Positions:
    """For each row the position of its trace."""
    found: Positions = pc.index_in(trace_ids, value_set=groups.trace_ids).to_numpy().astype(np.int64)
    return found
