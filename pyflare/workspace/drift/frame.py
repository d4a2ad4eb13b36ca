"""Arrow tables as samples: columns of numbers, categories or vectors, the segments they fall into, and their traces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pyflare.analytics.drift.column import MISSING_CODE, Categories, Column, Numbers, Vectors
from pyflare.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The rows of one sample."""

    columns: Mapping[str, Column]
    segments: Mapping[str, Categories] = field(default_factory=dict)
    """The columns by whose values rows are told apart."""
    trace_ids: pa.ChunkedArray | None = None
    """Of each row, where it is known."""
    start_ns: int | None = None
    """When the rows begin, in unix nanoseconds; None where that is not known."""
    end_ns: int | None = None
    """When they end; not in it."""
    n_rows: int = 0

    def where(self, mask: npt.NDArray[np.bool_]) -> Frame:
        """Some of the rows."""
        rows = np.flatnonzero(mask)
        trace_ids = None if self.trace_ids is None else self.trace_ids.take(rows)
        columns = {name: taken(column, rows) for name, column in self.columns.items()}
        return replace(self, columns=columns, trace_ids=trace_ids, n_rows=rows.size, segments={})


def frame_of(
    table: pa.Table,
    *,
    columns: Sequence[str],
    segment_by: Sequence[str] = (),
    trace_column: str | None = None,
    start_ns: int | None = None,
    end_ns: int | None = None,
) -> Frame:
    """A sample from an Arrow table of any store.

    Args:
        table: The rows. Numbers stay numbers, text and truth values become categories, lists of numbers vectors.
        columns: The columns to compare.
        segment_by: The columns by whose values rows are told apart.
        trace_column: The column with the ids of traces, where there is one.
        start_ns: When the rows begin, in unix nanoseconds, where that is known.
        end_ns: When they end; not in it.

    Raises:
        DataError: A column is not in the table, or holds what cannot be compared.
    """
    absent = [name for name in (*columns, *segment_by) if name not in table.column_names]
    if absent:
        raise DataError(f"expected the columns {absent} in the table; it has {table.column_names}.")
    return Frame(
        columns={name: column_of(name, table[name]) for name in columns},
        segments={name: _categories(_as_text(table[name])) for name in segment_by},
        trace_ids=None if trace_column is None else table[trace_column],
        start_ns=start_ns,
        end_ns=end_ns,
        n_rows=table.num_rows,
    )


def column_of(name: str, values: pa.ChunkedArray) -> Column:
    """A column from Arrow. Raises DataError: its type is none that can be compared."""
    from pyarrow import types

    kind = values.type
    if _is_text(kind):
        return _categories(_as_text(values))
    if _is_number(kind):
        # Integers beyond 2**53, such as nanoseconds since 1970, become the nearest number.
        return Numbers(values=np.asarray(values.cast("float64", safe=False).to_numpy(), np.float64))
    is_list = types.is_list(kind) or types.is_fixed_size_list(kind) or types.is_large_list(kind)
    if is_list and (_is_number(kind.value_type) or types.is_null(kind.value_type)):
        return Vectors(values=_matrix(values))
    if types.is_null(kind):
        return Categories(codes=np.full(len(values), MISSING_CODE, np.int32), levels=())
    raise DataError(f"{name}: expected numbers, text, truth values or vectors, got {kind}.")


def _is_number(kind: pa.DataType) -> bool:
    from pyarrow import types

    return any(each(kind) for each in (types.is_integer, types.is_floating, types.is_decimal))


def _is_text(kind: pa.DataType) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_text(kind.value_type) or _is_number(kind.value_type)
    return any(each(kind) for each in (types.is_string, types.is_large_string, types.is_string_view, types.is_boolean))


def taken(column: Column, rows: npt.NDArray[np.intp]) -> Column:
    """Some rows of a column."""
    weights = None if column.weights is None else column.weights[rows]
    if isinstance(column, Categories):
        return replace(column, codes=column.codes[rows], weights=weights)
    if isinstance(column, Numbers):
        return Numbers(values=column.values[rows], weights=weights)
    return Vectors(values=column.values[rows], weights=weights)


def _as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    from pyarrow import types

    return values if types.is_string(values.type) else values.cast("string")


def _categories(texts: pa.ChunkedArray) -> Categories:
    encoded = texts.combine_chunks().dictionary_encode()
    chunks = encoded.chunks if hasattr(encoded, "chunks") else [encoded]
    if len(chunks) != 1:  # more text than one array may hold
        raise DataError("expected categories; got more than two gigabytes of text.")
    codes = chunks[0].indices.fill_null(MISSING_CODE).to_numpy(zero_copy_only=False)
    return Categories(codes=codes.astype(np.int32, copy=False), levels=tuple(chunks[0].dictionary.to_pylist()))


def _matrix(values: pa.ChunkedArray) -> npt.NDArray[np.float32]:
    """Vectors as rows; one that is missing, or of another length than most, as NaN."""
    import pyarrow.compute as pc

    lengths = pc.list_value_length(values).fill_null(0).to_numpy()
    width = int(np.bincount(lengths.astype(np.int64)).argmax()) if lengths.size else 0
    if lengths.size and width == 0 and lengths.any():
        width = int(np.bincount(lengths[lengths > 0].astype(np.int64)).argmax())
    fits = lengths == width
    found = np.full((lengths.size, max(width, 1)), np.nan, np.float32)
    if width:
        kept: Any = values.filter(_mask(fits))
        flat = pc.list_flatten(kept).combine_chunks().cast("float32", safe=False).to_numpy(zero_copy_only=False)
        found[fits] = flat.reshape(-1, width)
    return found


def _mask(rows: npt.NDArray[np.bool_]) -> Any:
    import pyarrow as pa

    return pa.array(rows)


def segments(reference: Frame, current: Frame, *, limit: int) -> Iterator[tuple[dict[str, str | None], Frame, Frame]]:
    """The parts of two samples that have the same values in all segment columns, the most frequent first.

    Args:
        reference: What is normal.
        current: What is compared with it.
        limit: Segments at most; rarer ones are left out.

    Yields:
        The values by column, and the rows of both samples that have them.
    """
    names = [*reference.segments]
    if not names:
        yield {}, reference, current
        return
    levels = {name: _levels(reference.segments[name], current.segments[name]) for name in names}
    before, now = (_codes(frame, levels) for frame in (reference, current))
    values, counts = np.unique(np.concatenate([before, now]), return_counts=True)
    shape = [len(levels[name]) for name in names]
    for code in values[np.argsort(-counts, kind="stable")][:limit]:
        position = np.unravel_index(int(code), shape)
        said = {name: levels[name][int(at)] for name, at in zip(names, position, strict=True)}
        yield said, reference.where(before == code), current.where(now == code)


def _levels(reference: Categories, current: Categories) -> list[str | None]:
    return [None, *sorted({*reference.levels, *current.levels})]


def _codes(frame: Frame, levels: Mapping[str, list[str | None]]) -> npt.NDArray[np.int64]:
    """For each row the number of its segment."""
    codes = np.zeros(frame.n_rows, np.int64)
    for name, known in levels.items():
        column = frame.segments[name]
        position = {level: at for at, level in enumerate(known)}
        own = np.array([0, *(position[level] for level in column.levels)], np.int64)
        codes = codes * len(known) + own[column.codes + 1]
    return codes
