"""`input` and `output` from attributes: messages, documents, texts, or whatever value there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa

from pyflare.dialects import Form, events
from pyflare.store.decode.typed import typed_value
from pyflare.store.normalise import happenings, indexed, messages, values
from pyflare.store.normalise.documents import documents_of
from pyflare.store.normalise.entries import STRING, TYPES, Cells
from pyflare.store.normalise.rules import CONTENTS, MIME_TYPES, SYSTEM_INSTRUCTIONS, ContentRule
from pyflare.store.normalise.work import Work

ROLES: Final = {"input": "user", "output": "assistant"}
"""Who says a text that stands alone, by column."""
_OURS: Final = "pyflare.inference_type"
"""Spans that have it were recorded by PyFlare: their content is JSON, and means nothing beyond."""
_PLAIN: Final = "text/plain"
_JSON: Final = "application/json"
_OPENINGS: Final = ("{", "[", '"')

Made = dict[int, Any]
"""By row: JSON text as a str, or a value that is to be encoded."""


def read_contents(work: Work, column: str) -> Made:
    """What attributes say of a column, for the spans that have nothing in it."""
    made: Made = {}
    filling = work.filling(column)
    open_rows = filling.empty.copy()
    for rule in CONTENTS[column]:
        for row, value in _indexed(work, rule, open_rows) if rule.is_indexed else _whole(work, rule, open_rows):
            made[row] = value
            open_rows[row] = False
            work.trail.add(column, rule.attribute, rule.dialect, np.array([row]))
    if column == "input":
        _add_instructions(work, made)
    return made


def _whole(work: Work, rule: ContentRule, open_rows: Any) -> Iterator[tuple[int, Any]]:
    """Content that one attribute holds."""
    cells = work.entries.cells(rule.attribute)
    if cells is None:
        return
    wanted = open_rows[cells.rows]
    if rule.scopes:
        wanted = wanted & work.is_of_scope(cells.rows, rule.scopes)
    cells = cells.where(wanted)
    reader = _Reader(work, rule, cells)
    texts = work.entries.take(cells.positions).to_pylist()
    for row, text, type in zip(cells.rows.tolist(), texts, cells.types.tolist(), strict=True):
        value = reader.read(row, text, type)
        if value is not None:
            yield row, value


class _Reader:
    """Reads the values of one attribute."""

    def __init__(self, work: Work, rule: ContentRule, cells: Cells) -> None:
        self.column = rule.column
        self.form = rule.form
        self.kinds = dict(zip(cells.rows.tolist(), work.kinds(cells.rows), strict=True))
        self.ours = _rows_with(work, _OURS)
        self.mime_types = _texts_by_row(work, MIME_TYPES.get(rule.attribute))

    def read(self, row: int, text: str, type: int) -> Any:
        """The value of a span; None where there is none."""
        match self.form:
            case Form.TEXT:
                return values.encoded(text) if type == STRING else text
            case Form.MESSAGES:
                return self._messages(row, text)
            case Form.DOCUMENTS:
                found = values.decoded(text)
                return documents_of(found) or None if isinstance(found, list) else None
            case Form.EVENTS:
                return self._events(text)
        return self._value(row, text, type)

    def _messages(self, row: int, text: str) -> Any:
        found = values.decoded(text)
        alone = found if isinstance(found, (list, dict)) else [text]
        read = messages.messages_of(alone, role=ROLES[self.column])
        if read is None:
            return text
        return texts_of(read) if self.kinds[row] == "embedding" and self.column == "input" else read or None

    def _events(self, text: str) -> list[messages.Message] | None:
        found = values.decoded(text)
        meaning = events.INPUT_MESSAGE if self.column == "input" else events.OUTPUT_MESSAGE
        said = happenings.by_meaning(happenings.named(found if isinstance(found, list) else ()), meaning)
        return [message for item in said if (message := happenings.message_of(item)) is not None] or None

    def _value(self, row: int, text: str, type: int) -> Any:
        is_json, is_ours = values.is_json(text), row in self.ours
        if self.kinds[row] == "llm" and is_json and not is_ours and text[:1] in _OPENINGS[:2]:
            read = messages.messages_of(values.decoded(text), role=ROLES[self.column])
            if read:
                return read
        mime_type = self.mime_types.get(row)
        if is_json and (is_ours or type != STRING or mime_type == _JSON):
            return text
        looks_like_json = text.lstrip()[:1] in _OPENINGS and mime_type != _PLAIN
        return text if is_json and looks_like_json else values.encoded(text)


def texts_of(read: list[messages.Message]) -> list[str] | None:
    """The texts in messages, such as those to embed."""
    found = [part["content"] for message in read for part in message["parts"] if part["type"] == "text"]
    return found or None


def _indexed(work: Work, rule: ContentRule, open_rows: Any) -> Iterator[tuple[int, Any]]:
    """Content that many attributes hold together."""
    leaves: dict[int, list[tuple[indexed.Path, Any]]] = {}
    prefix = f"{rule.attribute}."
    for key in work.entries.indexed.get(prefix, ()):
        path = indexed.path_of(key, prefix)
        cells = work.entries.cells(key)
        if path is None or cells is None:
            continue
        cells = cells.where(open_rows[cells.rows])
        texts = work.entries.take(cells.positions).to_pylist()
        for row, text, type in zip(cells.rows.tolist(), texts, cells.types.tolist(), strict=True):
            leaves.setdefault(row, []).append((path, _typed(text, type)))
    kinds = dict(zip(leaves, work.kinds(np.fromiter(leaves, np.int64, len(leaves))), strict=True))
    for row, found in leaves.items():
        value = _built(rule, indexed.tree(found), kind=kinds[row])
        if value:
            yield row, value


def _typed(text: str, type: int) -> Any:
    try:
        return typed_value(text, None if type == STRING else TYPES[type])
    except (ValueError, KeyError, RecursionError):
        return text


def _built(rule: ContentRule, items: list[Any], *, kind: str | None) -> Any:
    match rule.form:
        case Form.INDEXED_MESSAGES:
            return indexed.openinference_messages(items)
        case Form.INDEXED_TURNS:
            return indexed.turns(items, role=ROLES[rule.column])
        case Form.INDEXED_DOCUMENTS:
            return documents_of(items)
    texts = indexed.texts(items)
    if kind == "embedding" or not texts:
        return texts
    return messages.messages_of(texts, role=ROLES[rule.column])


def _add_instructions(work: Work, made: Made) -> None:
    """Put the system's instructions before messages that begin without any."""
    for row, text in _texts_by_row(work, SYSTEM_INSTRUCTIONS).items():
        value = made.get(row)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            made[row] = with_instructions(value, values.decoded(text) or text)


def with_instructions(read: list[messages.Message], instructions: object) -> list[messages.Message]:
    """Messages with the system's instructions before them, unless they begin with such."""
    parts = messages.parts_of(instructions)
    if not parts or read[0].get("role") in {"system", "developer"}:
        return read
    return [{"role": "system", "parts": parts}, *read]


def _rows_with(work: Work, key: str) -> frozenset[int]:
    cells = work.entries.cells(key)
    return frozenset(() if cells is None else cells.rows.tolist())


def _texts_by_row(work: Work, key: str | None) -> dict[int, str]:
    cells = work.entries.cells(key) if key is not None else None
    if cells is None:
        return {}
    return dict(zip(cells.rows.tolist(), work.entries.take(cells.positions).to_pylist(), strict=True))


def put_contents(work: Work, column: str, made: Made) -> None:
    """Set the values of a column, as JSON text."""
    texts = {row: text for row, value in made.items() if (text := _text(value)) is not None}
    if texts:
        rows = np.fromiter(texts, np.int64, len(texts))
        work.filling(column).put(rows, pa.array([*texts.values()], pa.string()))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else values.encoded(value)
