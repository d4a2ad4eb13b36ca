"""Hiding what must not be seen in rows that leave the folder, after they were recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pyflare.schema.columns import ColumnType, Table
from pyflare.tracing.redaction import compile_redaction
from pyflare.tracing.redaction.redactor import Redactor

_KEPT: Final = frozenset(
    {
        "trace_id", "span_id", "parent_span_id", "root_span_id", "score_id", "content_id", "input_ref", "output_ref",
        "writer_id", "span_kind", "inference_type", "state", "status_code", "trace_state",
    }
)  # fmt: skip
"""Columns of ids and of words that PyFlare gives: their digits would pass for a card's."""

Row = dict[str, Any]


class RowRedactor:
    """Finds what all built-in patterns find: mail addresses, cards, keys, …; each is replaced by its kind, as `[mail]`.

    What cannot be looked through is withheld.
    """

    def __init__(self) -> None:
        self._failures: list[str] = []
        self._redactor: Redactor = compile_redaction("all", on_failure=self._failures.append)
        self._ways: dict[ColumnType, Callable[[str, Any], Any]] = {
            ColumnType.STRING: self._text,
            ColumnType.JSON: self._json,
            ColumnType.STRINGS: lambda name, values: [self._text(name, value) for value in values],
            ColumnType.MAP: self._map,
            ColumnType.EVENTS: self._nested,
            ColumnType.LINKS: self._nested,
        }

    def row(self, table: Table, row: Mapping[str, Any]) -> Row:
        """A row of a table, as Python values, with everything in it looked through."""
        types = {column.name: column.type for column in table.columns}
        return {name: self._value(name, types.get(name), value) for name, value in row.items()}

    def text(self, text: str) -> str:
        """Any text."""
        return self._redactor.redact_text(text)

    def _value(self, name: str, type: ColumnType | None, value: Any) -> Any:
        if value is None or name in _KEPT or type not in self._ways:
            return value
        return self._ways[type](name, value)

    def _text(self, name: str, text: str) -> str:
        return self._redactor.redact_text(text, field=name)

    def _json(self, name: str, text: str) -> str:
        return self._redactor.redact_json(text.encode(), field=name).decode()

    def _map(self, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
        return self._redactor.redact_attributes(dict(values), field=name)

    def _nested(self, name: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Events and links: their attributes are JSON."""
        return [{**item, "attributes": item["attributes"] and self._json(name, item["attributes"])} for item in items]
