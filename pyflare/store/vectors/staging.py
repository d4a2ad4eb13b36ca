"""Embeddings on their way from parts into LanceDB."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.tables import EMBEDDINGS
from pyflare.store.catalog import load_catalog
from pyflare.store.change import Change
from pyflare.store.lock import exclusive_or_error
from pyflare.store.parts import read_part
from pyflare.store.removal import remove_rows
from pyflare.store.scratch import scratch
from pyflare.store.vectors.lance import connect, is_installed, open_tables, table_name, table_names

MOVE_ROWS: Final = 10_000
"""A compaction moves embeddings once so many are staged: importing LanceDB takes seconds, searching them does not."""
INDEX_ROWS: Final = 100_000
"""Below so many vectors looking at each is fast enough, and exact."""


def move_if_many(root: Path) -> int:
    """Move staged embeddings if there are enough of them to be worth it. The caller holds the lock.

    Returns:
        How many were moved: none where LanceDB is not installed.

    Raises:
        OSError: The folder cannot be written.
    """
    staged = sum(part.rows for part in load_catalog(root).parts_of(EMBEDDINGS.name))
    return move(root) if staged >= MOVE_ROWS and is_installed() else 0


def settle(root: Path, *, wait_s: float = 60.0) -> int:
    """Move all staged embeddings, and index what has grown large: minutes of work for 100,000 new vectors.

    Args:
        root: The folder.
        wait_s: How long to wait for a compaction that is under way.

    Returns:
        How many were moved.

    Raises:
        MissingExtraError: LanceDB is not installed; the embeddings stay where they are.
        StoreError: Another process was changing the folder all the time.
    """
    with exclusive_or_error(root, wait_s=wait_s):
        moved = move(root)
        build_indexes(root)
    return moved


def move(root: Path) -> int:
    """Take staged embeddings into LanceDB, then drop their parts. The caller holds the lock.

    A crash in between moves them again: an embedding replaces the one of its id.

    Returns:
        How many were moved.

    Raises:
        MissingExtraError: LanceDB is not installed; the embeddings stay where they are.
        OSError: The folder cannot be written.
    """
    change = Change(root)
    parts = change.parts_of(EMBEDDINGS.name)
    if not parts:
        return 0
    database = connect(root)
    moved = 0
    for part in parts:
        for rows in read_part(root, part):
            for name, vectors in _by_table(rows):
                _upsert(database, name, vectors)
                moved += vectors.num_rows
    if moved:
        with scratch() as connection:
            remove_rows(connection, change, EMBEDDINGS.name, "len(vector) > 0")
        change.commit()
    return moved


def _by_table(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Rows by the LanceDB table they belong to; those without a vector belong to none."""
    rows = rows.append_column("dimensions", pc.list_value_length(rows["vector"]))
    kinds = rows.group_by(["name", "dimensions"]).aggregate([])
    for name, dimensions in zip(kinds["name"].to_pylist(), kinds["dimensions"].to_pylist(), strict=True):
        if name is None or not dimensions:
            continue
        chosen = rows.filter(pc.and_(pc.equal(rows["name"], name), pc.equal(rows["dimensions"], dimensions)))
        vectors = chosen["vector"].cast(pa.list_(pa.float32(), dimensions))
        index = chosen.schema.get_field_index("vector")
        yield table_name(name, dimensions), chosen.set_column(index, "vector", vectors).drop_columns(["dimensions"])


def _upsert(database: Any, name: str, rows: pa.Table) -> None:
    if name not in table_names(database):
        database.create_table(name, data=rows)
        return
    merge = database.open_table(name).merge_insert("embedding_id")
    merge.when_matched_update_all().when_not_matched_insert_all().execute(rows)


def build_indexes(root: Path) -> list[str]:
    """Index the tables that have grown large, and take new vectors into indexes there are. Takes minutes.

    Returns:
        The names of the tables that were indexed anew.
    """
    built = []
    for table in open_tables(root):
        if table.list_indices():
            table.optimize()
        elif table.count_rows() >= INDEX_ROWS:
            from lancedb.index import IvfPq

            table.create_index("vector", config=IvfPq(distance_type="cosine"))
            built.append(table.name)
    return built
