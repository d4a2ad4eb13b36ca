"""Columns whose levels are all known, as a monitor is told: one value of another level is an alarm."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal

from pyflare.errors import ConfigError

OF_REFERENCE: Final = "reference"
KnownLevels = Mapping[str, Sequence[str] | Literal["reference"]]
"""By column its levels, or that they are those of the reference."""


def checked_levels(given: object, *, columns: Collection[str]) -> KnownLevels:
    """What a monitor is told of levels. Raises ConfigError.

    Args:
        given: A list of texts or "reference" by column.
        columns: The monitor's columns; none where it chooses them itself.
    """
    if not isinstance(given, Mapping):
        raise ConfigError(f'known_levels: expected levels by column, {{ model = "reference" }}; got {given!r}.')
    for name, levels in given.items():
        if columns and not is_of(name, columns):
            raise ConfigError(f"known_levels: {name!r} is none of the columns {', '.join(columns)}.")
        if levels != OF_REFERENCE and not _is_list_of_texts(levels):
            raise ConfigError(f'known_levels: of {name}, expected a list of texts or "reference"; got {levels!r}.')
    return {name: levels if isinstance(levels, str) else tuple(levels) for name, levels in given.items()}


def is_of(name: str, columns: Collection[str]) -> bool:
    """Whether a column is one of these, or measured of one: `input.words` of `input`."""
    return name in columns or name.split(".", maxsplit=1)[0] in columns


def _is_list_of_texts(levels: object) -> bool:
    return isinstance(levels, list | tuple) and bool(levels) and all(isinstance(level, str) for level in levels)
