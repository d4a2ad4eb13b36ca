"""`input` and `output` from attributes: messages, documents, texts, or whatever value there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pyflare.dialects import Form, events, messages
from pyflare.dialects.json_text import decoded
from pyflare.store.normalise import happenings, indexed, values
from pyflare.store.normalise.documents import documents_of
from pyflare.store.normalise.entries import STRING, Cells
from pyflare.store.normalise.finish import Column
from pyflare.store.normalise.leaves import leaves_by_row
from pyflare.store.normalise.plain import plain_messages
from pyflare.store.normalise.rules import CONTENTS, MIME_TYPES, ContentRule
from pyflare.store.normalise.vector import np
from pyflare.store.normalise.work import Work

ROLES: Final = {"input": "user", "output": "assistant"}
"""Who says a text that stands alone, by column."""
_PLAIN: Final = "text/plain"
_JSON: Final = "application/json"
_OPENINGS: Final = ("{", "[", '"')


def read_contents(work: Work, column: Column) -> None:
    """Fill a column from attributes, for the spans that have nothing in it."""
    for rule in CONTENTS[column.name]:
        found = _indexed(work, rule, column.open_rows) if rule.is_indexed else _whole(work, rule, column.open_rows)
        for row, value in found:
            column.put(row, value, attribute=rule.attribute, dialect=rule.dialect)


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
        self.is_ours = work.is_ours
        self.mime_types = work.texts_by_row(MIME_TYPES.get(rule.attribute))

    def read(self, row: int, text: str, type: int) -> Any:
        """The value of a span; None where there is none."""
        match self.form:
            case Form.TEXT:
                return values.encoded(text) if type == STRING else text
            case Form.MESSAGES:
                return self._messages(row, text)
            case Form.DOCUMENTS:
                found = decoded(text)
                return documents_of(found) or None if isinstance(found, list) else None
            case Form.EVENTS:
                return self._events(text)
        return self._value(row, text, type)

    def _messages(self, row: int, text: str) -> Any:
        is_embedding = self.kinds[row] == "embedding" and self.column == "input"
        plain = None if is_embedding else plain_messages(text)
        if plain is not None:
            return plain
        found = decoded(text)
        alone = found if isinstance(found, (list, dict)) else [text]
        read = messages.messages_of(alone, role=ROLES[self.column])
        if read is None:
            return text
        return texts_of(read) if is_embedding else read or None

    def _events(self, text: str) -> list[messages.Message] | None:
        found = decoded(text)
        meaning = events.INPUT_MESSAGE if self.column == "input" else events.OUTPUT_MESSAGE
        said = happenings.by_meaning(happenings.named(found if isinstance(found, list) else ()), meaning)
        return [message for item in said if (message := happenings.message_of(item)) is not None] or None

    def _value(self, row: int, text: str, type: int) -> Any:
        is_json, is_ours = values.is_json(text), self.is_ours[row]
        if self.kinds[row] == "llm" and is_json and not is_ours and text[:1] in _OPENINGS[:2]:
            read = messages.messages_of(decoded(text), role=ROLES[self.column])
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
    leaves = leaves_by_row(work.entries, f"{rule.attribute}.", open_rows)
    kinds = dict(zip(leaves, work.kinds(np.fromiter(leaves, np.int64, len(leaves))), strict=True))
    for row, found in leaves.items():
        value = _built(rule, indexed.tree(found), kind=kinds[row])
        if value:
            yield row, value


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
