"""Columns from what events and log records tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.dialects import events, messages
from pyflare.store.normalise import happenings
from pyflare.store.normalise.content import ROLES
from pyflare.store.normalise.documents import documents_of
from pyflare.store.normalise.finish import Column, with_instructions
from pyflare.store.normalise.happenings import Happening
from pyflare.store.normalise.rules import EVENTS, SYSTEM_INSTRUCTIONS
from pyflare.store.normalise.vector import np
from pyflare.store.normalise.work import Work

MEANINGS: Final = (
    events.INPUT_MESSAGE,
    events.OUTPUT_MESSAGE,
    events.ATTRIBUTES,
    events.FIRST_CHUNK,
    events.DOCUMENT,
    events.EXCEPTION,
)
"""What fills columns of `spans`."""
_ATTRIBUTES: Final = {
    "input": ("gen_ai.input.messages", "gen_ai.prompt"),
    "output": ("gen_ai.output.messages", "gen_ai.completion"),
}
"""Attributes that an event may carry in its span's stead."""


def add_told(work: Work, told: Iterable[Happening], columns: Iterable[Column]) -> None:
    """Fill what is still empty from events, each span's in their order."""
    by_row: dict[int, list[Happening]] = {}
    for happening in told:
        by_row.setdefault(happening.row, []).append(happening)
    for column in columns:
        for row, found in by_row.items():
            if column.open_rows[row]:
                _add_content(column, row, found)
    _put(work, "time_to_first_chunk_ns", {row: _first_chunk(work, row, found) for row, found in by_row.items()})
    _put(work, "error_type", {row: _error(found) for row, found in _failed(work, by_row).items()})


def _add_content(column: Column, row: int, found: list[Happening]) -> None:
    meaning = events.INPUT_MESSAGE if column.name == "input" else events.OUTPUT_MESSAGE
    said = happenings.by_meaning(found, meaning)
    value: Any = [message for item in said if (message := happenings.message_of(item)) is not None]
    told: str = said[0].name if said else ""
    for happening in happenings.by_meaning(found, events.ATTRIBUTES) if not value else ():
        value = _carried(happening, column.name)
        told = happening.name
        if value:
            break
    if not value and column.name == "output":
        value = documents_of(item.values for item in happenings.by_meaning(found, events.DOCUMENT))
        told = next((item.name for item in happenings.by_meaning(found, events.DOCUMENT)), "")
    if value:
        column.put(row, value, attribute=told, dialect=EVENTS[told].dialect)


def _carried(happening: Happening, column: str) -> Any:
    """The messages among an event's attributes."""
    for name in _ATTRIBUTES[column]:
        value = messages.opened(happening.values.get(name))
        if value is None:
            continue
        read = messages.messages_of([value] if isinstance(value, str) else value, role=ROLES[column])
        instructions = messages.opened(happening.values.get(SYSTEM_INSTRUCTIONS))
        if read and column == "input" and instructions:
            return with_instructions(read, instructions)
        return read
    return None


def _first_chunk(work: Work, row: int, found: list[Happening]) -> tuple[int, str] | None:
    chunks = happenings.by_meaning(found, events.FIRST_CHUNK)
    if not chunks:
        return None
    elapsed_ns = chunks[0].time_ns - work.start_ns(row)
    return (elapsed_ns, chunks[0].name) if elapsed_ns >= 0 else None


def _failed(work: Work, by_row: dict[int, list[Happening]]) -> dict[int, list[Happening]]:
    """Of the spans, those that failed."""
    if not by_row:
        return {}
    rows = pa.array([*by_row], pa.int64())
    failed = pc.equal(work.spans["status_code"].take(rows), "error").to_pylist()
    return {row: found for (row, found), is_error in zip(by_row.items(), failed, strict=True) if is_error}


def _error(found: list[Happening]) -> tuple[str, str] | None:
    """The type of the last exception: those before it were caught."""
    for happening in reversed(happenings.by_meaning(found, events.EXCEPTION)):
        kind = happening.values.get("exception.type")
        if isinstance(kind, str) and kind:
            return kind, happening.name
    return None


def _put(work: Work, column: str, found: dict[int, tuple[Any, str] | None]) -> None:
    filling = work.filling(column)
    made = {row: told for row, told in found.items() if told is not None and filling.empty[row]}
    if made:
        filling.put(
            np.fromiter(made, np.int64, len(made)), pa.array([value for value, _ in made.values()], filling.type)
        )
    for row, (_, name) in made.items():
        work.trail.add(column, name, EVENTS[name].dialect, (row,))
