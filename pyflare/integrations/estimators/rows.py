"""The rows that a model was given, as features by name."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

Features = dict[str, Any]


def count_rows(data: Any) -> int | None:
    """How many rows there are; None where that cannot be told without reading the data."""
    shape = getattr(data, "shape", None)
    if isinstance(shape, tuple):
        return int(shape[0]) if shape else None
    if hasattr(data, "num_row"):  # XGBoost's
        return int(data.num_row())
    return len(data) if isinstance(data, Sequence) and not isinstance(data, str | bytes) else None


def count_columns(data: Any) -> int | None:
    """How many features each row has, where all have the same."""
    shape = getattr(data, "shape", None)
    if isinstance(shape, tuple):
        return int(shape[1]) if len(shape) == 2 else None
    return int(data.num_col()) if hasattr(data, "num_col") else None


def take_rows(data: Any, positions: Sequence[int], names: Sequence[str] | None, *, most: int) -> list[Features | None]:
    """Some rows as features by name.

    Args:
        data: A data frame, an array, a sparse matrix, a `DMatrix`, or a list of rows.
        positions: Which rows.
        names: The features' names, where the data has none of its own; else they are f0, f1, …
        most: At most how many features are kept of a row.

    Returns:
        One mapping per position; None where a row has no features that could be named, such as an image.
    """
    if hasattr(data, "get_data") and hasattr(data, "num_row"):
        data, names = data.get_data(), data.feature_names or names
    if hasattr(data, "iloc") and hasattr(data, "columns"):
        rows = data.iloc[list(positions), :most].to_dict("records")
        return [{str(name): value for name, value in row.items()} for row in rows]
    if hasattr(data, "to_dicts"):
        return [dict(islice(row.items(), most)) for row in data[list(positions)].to_dicts()]
    if hasattr(data, "toarray"):
        data = data.tocsr()[list(positions)]
        return [_sparse(data[row], names, most) for row in range(len(positions))]
    if hasattr(data, "iloc"):  # one column, whose rows have names of their own
        data = data.to_numpy()
    return [_named(data[position], names, most) for position in positions]


def _sparse(row: Any, names: Sequence[str] | None, most: int) -> Features:
    """All features where they are few, else those that are not 0."""
    if row.shape[1] <= most:
        named = _named(row.toarray()[0], names, most)
        return named or {}
    pairs = islice(zip(row.indices.tolist(), row.data.tolist(), strict=True), most)
    return {_name(names, column): value for column, value in pairs}


def _named(row: Any, names: Sequence[str] | None, most: int) -> Features | None:
    if isinstance(row, str):
        return {"text": row}
    if isinstance(row, dict):
        return {str(name): value for name, value in islice(row.items(), most)}
    values = row.tolist() if hasattr(row, "tolist") else row
    if isinstance(values, int | float | bool):
        return {_name(names, 0): values}
    if not isinstance(values, list | tuple) or (values and isinstance(values[0], list)):
        return None
    return {_name(names, column): value for column, value in enumerate(values[:most])}


def _name(names: Sequence[str] | None, column: int) -> str:
    return str(names[column]) if names is not None and column < len(names) else f"f{column}"
