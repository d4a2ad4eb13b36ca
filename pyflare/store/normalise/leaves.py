"""The indexed attributes of spans, gathered by span."""

from __future__ import annotations

from typing import Any

from pyflare.dialects.json_text import decoded
from pyflare.store.normalise import indexed
from pyflare.store.normalise.entries import STRING, Entries
from pyflare.store.normalise.vector import Mask, np


def leaves_by_row(
    entries: Entries, prefix: str, wanted: Mask | None = None
) -> dict[int, list[tuple[indexed.Path, Any]]]:
    """Where the leaves of a flattened list belong and what they hold, for each span that has any.

    Args:
        entries: The attributes.
        prefix: How the list's attributes begin.
        wanted: Which spans to look at; all of them where it is None.
    """
    found = [
        (path, cells)
        for key in entries.indexed.get(prefix, ())
        if (path := indexed.path_of(key, prefix)) is not None and (cells := entries.cells(key)) is not None
    ]
    if not found:
        return {}
    paths = np.repeat(np.arange(len(found)), [len(cells.rows) for _, cells in found])
    rows = np.concatenate([cells.rows for _, cells in found])
    positions = np.concatenate([cells.positions for _, cells in found])
    types = np.concatenate([cells.types for _, cells in found])
    if wanted is not None:
        keep = wanted[rows]
        paths, rows, positions, types = paths[keep], rows[keep], positions[keep], types[keep]
    texts = entries.take(positions).to_pylist()
    leaves: dict[int, list[tuple[indexed.Path, Any]]] = {}
    for number, row, text, type in zip(paths.tolist(), rows.tolist(), texts, types.tolist(), strict=True):
        leaves.setdefault(row, []).append((found[number][0], text if type == STRING else _typed(text)))
    return leaves


def _typed(text: str) -> Any:
    """The value of a leaf that is no string; its text where that is all there is."""
    value = decoded(text)
    return text if value is None else value
