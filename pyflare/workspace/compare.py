"""Two traces side by side: which spans correspond, and what of them differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from pyflare.schema.sql import quote
from pyflare.store.engine import Engine
from pyflare.workspace.compare_alignment import Pair, Tree, align
from pyflare.workspace.compare_known import NAMED_BY_COLUMNS
from pyflare.workspace.lookup import locate, read_spans
from pyflare.workspace.outline import parents_of

MAX_ROWS: Final = 20_000
"""Pairs that are given; of larger traces the first."""
_CHANGES: Final = ("name", "input", "output", "status", "model", "attributes")
_ARROW: Final = " → "


def _attributes_sql() -> str:
    """What the attributes say that no column does, in an order of its own: the same number for the same."""
    known = ", ".join("'" + key.replace("'", "''") + "'" for key in sorted(NAMED_BY_COLUMNS))
    return f"hash(list_sort(list_filter(map_entries(attributes), lambda entry: entry.key NOT IN ({known}))))"


_COLUMNS: Final[Mapping[str, str]] = {
    "span_id": "span_id",
    "parent_span_id": "parent_span_id",
    "name": "operation_name",
    "kind": "inference_type",
    "model": "model_id",
    "status": "status_code",
    "duration_ns": "duration_ns",
    "tokens": "CASE WHEN input_tokens IS NOT NULL OR output_tokens IS NOT NULL "
    "THEN coalesce(input_tokens, 0) + coalesce(output_tokens, 0) END",
    "cost_micros": "cost_micros",
    "input": "hash(input, input_ref)",
    "output": "hash(output, output_ref)",
    "attributes": _attributes_sql(),
}
_SELECT: Final = ", ".join(f"{sql} AS {quote(name)}" for name, sql in _COLUMNS.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanOfPair:
    """One side of a pair."""

    span_id: str
    duration_ns: int | None
    tokens: int | None
    cost_micros: int | None
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedPair:
    """Two spans that correspond, or one that has no counterpart."""

    depth: int
    a: SpanOfPair | None
    b: SpanOfPair | None
    name: str
    """What they are called; both names with an arrow between them where they differ."""
    kind: str | None
    changed: tuple[str, ...]
    """Which of name, input, output, status, model and attributes differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceAlignment:
    """Two traces, aligned."""

    trace_ids: tuple[str, str]
    pairs: tuple[AlignedPair, ...]
    truncated: bool
    """Whether there are more pairs than `MAX_ROWS`."""


def compare_traces(engine: Engine, a: str, b: str) -> TraceAlignment:
    """Align two traces by structure.

    Args:
        engine: The folder.
        a: A trace's id, or a beginning of it that no other trace shares.
        b: Another.

    Raises:
        NotFoundError: No trace has the id, or several begin like that.
    """
    (a_id, first), (b_id, second) = _read(engine, a), _read(engine, b)
    pairs = [*islice(_aligned(first, second), MAX_ROWS + 1)]
    return TraceAlignment(trace_ids=(a_id, b_id), pairs=tuple(pairs[:MAX_ROWS]), truncated=len(pairs) > MAX_ROWS)


@dataclass(frozen=True, slots=True)
class _Spans:
    """A trace's spans by column, and the tree they form."""

    columns: Mapping[str, Sequence[Any]]
    tree: Tree

    def side(self, at: int | None) -> SpanOfPair | None:
        if at is None:
            return None
        columns = self.columns
        return SpanOfPair(
            span_id=columns["span_id"][at],
            duration_ns=columns["duration_ns"][at],
            tokens=columns["tokens"][at],
            cost_micros=columns["cost_micros"][at],
            status=columns["status"][at],
        )


def _read(engine: Engine, trace_id: str) -> tuple[str, _Spans]:
    located = locate(engine, trace_id)
    rows = read_spans(engine, located, select=_SELECT, tail="ORDER BY start_time, span_id").combine_chunks()
    columns = {name: rows[name].to_pylist() for name in rows.column_names}
    parents = parents_of(rows["span_id"].combine_chunks(), rows["parent_span_id"].combine_chunks()).to_pylist()
    contents = [*zip(columns["input"], columns["output"], strict=True)]
    return located.trace_id, _Spans(columns, Tree(parents, columns["kind"], columns["name"], contents))


def _aligned(first: _Spans, second: _Spans) -> Iterator[AlignedPair]:
    for depth, (a, b) in align(first.tree, second.tree):
        changed = _changed(first, second, (a, b))
        yield AlignedPair(
            depth=depth,
            a=first.side(a),
            b=second.side(b),
            name=_name(first, second, (a, b)),
            kind=_either(first, second, (a, b), "kind"),
            changed=changed,
        )


def _changed(first: _Spans, second: _Spans, pair: Pair) -> tuple[str, ...]:
    a, b = pair
    if a is None or b is None:
        return ()
    return tuple(name for name in _CHANGES if first.columns[name][a] != second.columns[name][b])


def _name(first: _Spans, second: _Spans, pair: Pair) -> str:
    names = [spans.columns["name"][at] for spans, at in zip((first, second), pair, strict=True) if at is not None]
    return _ARROW.join(dict.fromkeys(names))


def _either(first: _Spans, second: _Spans, pair: Pair, column: str) -> Any:
    a, b = pair
    return second.columns[column][b] if a is None and b is not None else first.columns[column][a or 0]
