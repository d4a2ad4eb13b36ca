"""Summaries of traces that have exactly one root among the spans at hand, column by column.

Nearly every trace is of this kind when its spans are compacted. The rows are the
same as those of `summary.summarise_sql`, at a fraction of the cost; traces of
other kinds are left to it.
"""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import SCOPE_COLUMNS, TRACE_PREVIEW_CHARS, TRACES
from pyflare.store.normalise import COUNTED_COLUMNS, SUMMED_COLUMNS, with_unpriced

_SCOPE_WORDS: Final = tuple(name for name in SCOPE_COLUMNS if name != "tags")
_OF_ROOT: Final = ("project", "trace_id", "operation_name", "service_name", "state", "status_code")
_ROOT_COLUMNS: Final = (*_OF_ROOT, "span_id", "start_time", *_SCOPE_WORDS, "input", "output")
_MEMBER_COLUMNS: Final = (
    "start_time",
    "duration_ns",
    "status_code",
    "model_id",
    "error_type",
    "tool_name",
    "inference_type",
    "operation_name",
    "tags",
    "usage_repeated",
    *COUNTED_COLUMNS,
    *_SCOPE_WORDS,
)
_SCHEMA: Final = arrow_schema(TRACES)
_INT64_MAX: Final = (1 << 63) - 1


def summarise_rooted(spans: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Summarise the traces that have one root.

    Args:
        spans: Rows of `spans`.

    Returns:
        Their rows of `traces`, and the spans of all other traces.
    """
    if any(_may_overflow(spans[name]) for name in COUNTED_COLUMNS):
        return _SCHEMA.empty_table(), spans
    codes = pc.dictionary_encode(spans["trace_id"].combine_chunks()).indices
    is_root = pc.is_null(spans["parent_span_id"].combine_chunks())
    per_trace = pc.value_counts(codes.filter(is_root))
    single = per_trace.field("values").filter(pc.equal(per_trace.field("counts"), 1))
    wanted = pc.is_in(codes, value_set=single)
    roots = _roots(spans, codes, pc.and_(is_root, wanted))
    members = spans.select(_MEMBER_COLUMNS)
    if pc.all(wanted, min_count=0).as_py():
        return _summarise(roots, members, codes), spans.slice(0, 0)
    rooted = _summarise(roots, members.filter(wanted), codes.filter(wanted))
    return rooted, spans.filter(pc.invert(wanted))


def _may_overflow(column: pa.ChunkedArray) -> bool:
    """Whether a sum over the column might wrap around; the SQL tells a sum that is too large from one that is not."""
    bounds = pc.min_max(column).as_py()
    most = max(abs(bounds["min"] or 0), abs(bounds["max"] or 0))
    return bool(most * len(column) > _INT64_MAX)


def _summarise(roots: pa.Table, members: pa.Table, codes: pa.Array) -> pa.Table:
    """One row per root, in the order of the traces' codes; beside each member the code of its trace."""
    are_alone = len(roots) == len(codes)
    folded = _alone(members, codes) if are_alone else _fold(members, codes)
    found: dict[str, Any] = {name: roots[name] for name in _OF_ROOT}
    found["root_span_id"] = roots["span_id"]
    found["root_start_time"] = roots["start_time"]
    found["start_time"] = folded["start_time_min"]
    found["duration_ns"] = pc.subtract(folded["end_ns_max"], folded["start_time_min"].cast(pa.int64()))
    found["span_count"] = folded["count_all"]
    found["error_count"] = folded["is_error_sum"].cast(pa.int64())
    for name in SUMMED_COLUMNS:
        found[name] = folded[f"{name}_sum"]
    for name in _SCOPE_WORDS:
        found[name] = pc.coalesce(roots[name], folded[f"{name}_min"])
    found["input_preview"] = _preview(roots["input"])
    found["output_preview"] = _preview(roots["output"])
    for name, values in (
        ("model_ids", members["model_id"]),
        ("error_types", _named(members, "error_type", of=("status_code", "error"), by=pa.scalar("error"))),
        ("tool_names", _named(members, "tool_name", of=("inference_type", "tool"), by=members["operation_name"])),
    ):
        found[name] = _one_each(values) if are_alone else _distinct(folded["code"], codes, values)
    found["tags"] = _distinct(folded["code"], *_flat(codes, members["tags"]))
    return pa.table([found[name] for name in _SCHEMA.names], schema=_SCHEMA)


def _roots(spans: pa.Table, codes: pa.Array, is_root: Any) -> pa.Table:
    """The columns wanted of the roots, in the order of the traces' codes."""
    roots = spans.select(_ROOT_COLUMNS)
    root_codes = codes.filter(is_root)
    if len(root_codes) < len(codes):
        roots = roots.filter(is_root)
    in_order = pc.all(pc.greater(pc.pairwise_diff(root_codes), 0), min_count=0).as_py()
    return roots if in_order else roots.take(pc.sort_indices(root_codes))


def _preview(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """The beginnings of texts. Nothing is cut, and no character counted, where none has more bytes than that."""
    longest_bytes = pc.max(pc.binary_length(texts)).as_py() or 0
    return texts if longest_bytes <= TRACE_PREVIEW_CHARS else pc.utf8_slice_codeunits(texts, 0, TRACE_PREVIEW_CHARS)


def _named(members: pa.Table, name: str, *, of: tuple[str, str], by: Any) -> pa.ChunkedArray:
    """A column, and `by` where it is null in rows of a kind: `told.ERROR_SQL` and `told.TOOL_SQL`."""
    column, kind = of
    return pc.coalesce(members[name], pc.if_else(pc.equal(members[column], kind), by, pa.scalar(None, pa.string())))


def _alone(members: pa.Table, codes: pa.Array) -> pa.Table:
    """The same as `_fold`, for traces of one span each."""
    end_ns = pc.add(members["start_time"].cast(pa.int64()), members["duration_ns"])
    folded = {
        "code": pa.chunked_array([codes]),
        "start_time_min": members["start_time"],
        "end_ns_max": end_ns,
        "is_error_sum": pc.equal(members["status_code"], "error").cast(pa.int64()),
        "count_all": pa.repeat(pa.scalar(1, pa.int64()), len(codes)),
    }
    usage = _usage(members)
    folded |= {f"{name}_sum": usage[name] for name in SUMMED_COLUMNS}
    folded |= {f"{name}_min": members[name] for name in _SCOPE_WORDS}
    return pa.table(folded)


def _fold(members: pa.Table, codes: pa.Array) -> pa.Table:
    """What is summed or compared over each trace's spans, sorted by the traces' codes."""
    start_ns = members["start_time"].cast(pa.int64())
    rows = _usage(members).select(["start_time", *SUMMED_COLUMNS, *_SCOPE_WORDS])
    rows = rows.append_column("code", codes)
    rows = rows.append_column("end_ns", pc.add(start_ns, members["duration_ns"]))
    rows = rows.append_column("is_error", pc.equal(members["status_code"], "error"))
    at_least_one = pc.ScalarAggregateOptions(min_count=1)
    present = [name for name in _SCOPE_WORDS if rows[name].null_count < rows.num_rows]
    folded = rows.group_by("code", use_threads=False).aggregate(
        [
            ("start_time", "min"),
            ("end_ns", "max"),
            ("is_error", "sum"),
            ([], "count_all"),
            *((name, "sum", at_least_one) for name in SUMMED_COLUMNS),
            *((name, "min") for name in present),
        ]
    )
    for name in _SCOPE_WORDS:
        if name not in present:
            folded = folded.append_column(f"{name}_min", pa.nulls(folded.num_rows, pa.string()))
    return folded.sort_by("code")


def _usage(spans: pa.Table) -> pa.Table:
    """The spans with their unpriced calls, without the usage that others below them report too."""
    repeated = spans["usage_repeated"]
    if repeated.null_count == len(repeated):
        return with_unpriced(spans)
    for name in COUNTED_COLUMNS:
        counted = pc.if_else(pc.fill_null(repeated, False), pa.scalar(None, pa.int64()), spans[name])
        spans = spans.set_column(spans.schema.get_field_index(name), name, counted)
    return with_unpriced(spans)


def _one_each(values: pa.ChunkedArray) -> pa.Array:
    """Each value as a list of its own; null where there is none."""
    whole = values.combine_chunks()
    ends = pc.cumulative_sum(pc.is_valid(whole).cast(pa.int32()))
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    return pa.ListArray.from_arrays(offsets, whole.drop_null(), mask=pc.is_null(whole))


def _flat(codes: pa.Array, lists: pa.ChunkedArray) -> tuple[Any, Any]:
    """The items of lists, and beside each the code of the trace it belongs to."""
    whole = lists.combine_chunks()
    return codes.take(pc.list_parent_indices(whole)), pc.list_flatten(whole)


def _distinct(keys: pa.ChunkedArray, codes: Any, values: Any) -> pa.Array:
    """For each trace the sorted distinct values of its spans; null where there is none."""
    pairs = pa.table({"code": codes, "value": values})
    pairs = pairs.filter(pc.is_valid(pairs["value"]))
    if not pairs.num_rows:
        return pa.nulls(len(keys), pa.list_(pa.string()))
    pairs = pairs.group_by(["code", "value"], use_threads=False).aggregate([])
    pairs = pairs.sort_by([("code", "ascending"), ("value", "ascending")])
    counts = pc.value_counts(pairs["code"].combine_chunks())
    found = pc.index_in(keys.combine_chunks(), value_set=counts.field("values"))
    sizes = pc.fill_null(counts.field("counts").take(found), 0)
    offsets = pa.concat_arrays([pa.array([0], pa.int64()), pc.cumulative_sum(sizes)]).cast(pa.int32())
    return pa.ListArray.from_arrays(offsets, pairs["value"].combine_chunks(), mask=pc.is_null(found))
