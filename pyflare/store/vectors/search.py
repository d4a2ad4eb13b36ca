"""Nearest neighbours, among embeddings in LanceDB and those that have not moved there yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pyflare.errors import DataError
from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import EMBEDDINGS
from pyflare.store.catalog import load_catalog
from pyflare.store.scratch import fetch, parts_source, scratch
from pyflare.store.vectors.lance import open_tables, table_name

REFINE_FACTOR: Final = 10
"""Of an index' finds, so many times k are compared exactly: without it, a quarter of the neighbours is missed."""
FILTER_COLUMNS: Final = ("project", "trace_id", "span_id", "prediction_id", "model_id")
_ATTEMPTS: Final = 3
"""Runs of one search while parts and old versions are deleted under it."""
_SCHEMA: Final = arrow_schema(EMBEDDINGS).append(pa.field("distance", pa.float64()))


def search(
    root: Path,
    vector: Sequence[float],
    *,
    name: str = "input",
    k: int = 10,
    filters: Mapping[str, str] | None = None,
    live: pa.Table | None = None,
) -> pa.Table:
    """The embeddings nearest to a vector, by cosine distance.

    Args:
        root: The folder.
        vector: Shape `(n_dimensions,)`. Embeddings of another size are not compared.
        name: What they are embeddings of.
        k: How many to find.
        filters: Values that columns must have; any of `FILTER_COLUMNS`.
        live: Rows of `embeddings` that no part holds yet.

    Returns:
        At most `k` rows of `embeddings`, nearest first, and their `distance`: 0 for
        the same direction, 1 for none in common, 2 for the opposite.

    Raises:
        DataError: The vector is empty, `k` is not positive, or a filter's column is not one of those.
        MissingExtraError: There are vectors in LanceDB, and it is not installed.
    """
    if not vector or k < 1:
        raise DataError(f"expected a vector of at least one number and k of at least 1; got {len(vector)} and {k}.")
    unknown = set(filters or {}).difference(FILTER_COLUMNS)
    if unknown:
        raise DataError(f"expected filters on any of {', '.join(FILTER_COLUMNS)}; got {', '.join(sorted(unknown))}.")
    wanted = _Wanted(
        vector=[float(number) for number in vector],
        name=name,
        k=k,
        where=" AND ".join(f"{column} = {_literal(value)}" for column, value in (filters or {}).items()),
    )
    rows = arrow_schema(EMBEDDINGS).empty_table() if live is None else live
    for _ in range(_ATTEMPTS - 1):
        try:
            return _search(root, wanted, rows)
        except (duckdb.IOException, OSError, RuntimeError):  # LanceDB raises plain RuntimeError
            continue
    return _search(root, wanted, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    vector: list[float]
    name: str
    k: int
    where: str


def _search(root: Path, wanted: _Wanted, live: pa.Table) -> pa.Table:
    """Staged embeddings first: one that moves meanwhile is found in both places, never in neither."""
    staged = _search_staged(root, wanted, live)
    moved = _search_moved(root, wanted)
    known = pc.is_in(moved["embedding_id"], value_set=staged["embedding_id"].combine_chunks())
    both = pa.concat_tables([staged, moved.filter(pc.invert(known))])
    return both.sort_by("distance").slice(0, wanted.k)


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _search_moved(root: Path, wanted: _Wanted) -> pa.Table:
    name = table_name(wanted.name, len(wanted.vector))
    table = next((table for table in open_tables(root) if table.name == name), None)
    if table is None:
        return _SCHEMA.empty_table()
    query = table.search(wanted.vector).distance_type("cosine").limit(wanted.k).refine_factor(REFINE_FACTOR)
    rows = (query.where(wanted.where, prefilter=True) if wanted.where else query).to_arrow()
    rows = rows.rename_columns(["distance" if column == "_distance" else column for column in rows.schema.names])
    return rows.select(_SCHEMA.names).cast(_SCHEMA)


def _search_staged(root: Path, wanted: _Wanted, live: pa.Table) -> pa.Table:
    source = parts_source(root, EMBEDDINGS.name, load_catalog(root).parts_of(EMBEDDINGS.name))
    array = f"FLOAT[{len(wanted.vector)}]"
    sql = f"""
        SELECT *, array_cosine_distance(vector::{array}, $vector::{array})::DOUBLE AS distance
        FROM (({source}) UNION ALL BY NAME FROM live_rows)
        WHERE name = $name AND len(vector) = {len(wanted.vector)} {"AND " + wanted.where if wanted.where else ""}
        QUALIFY row_number() OVER (PARTITION BY embedding_id) = 1
        ORDER BY distance LIMIT {wanted.k}"""
    with scratch() as connection:
        found = fetch(connection, sql, {"vector": wanted.vector, "name": wanted.name}, live_rows=live)
    return found.cast(_SCHEMA)
