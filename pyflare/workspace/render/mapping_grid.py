"""The sources of a span's columns as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pyflare.store.normalise import Source
from pyflare.workspace.render import grid

_VALUE_CHARS: Final = 36


def columns(sources: Sequence[Source]) -> list[grid.Column]:
    """One line for each column: its name, its value, the attribute and the dialect."""
    return grid.columns(
        {
            "column": [source.column for source in sources],
            "value": [_text(source.value) for source in sources],
            "attribute": [source.attribute for source in sources],
            "dialect": [source.dialect for source in sources],
        }
    )


def _text(value: Any) -> str:
    """A value in few characters: the attributes beside it are what matters."""
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return text if len(text) <= _VALUE_CHARS else f"{text[: _VALUE_CHARS - 1]}…"
