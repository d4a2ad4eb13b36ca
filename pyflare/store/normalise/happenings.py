"""What span events and log records tell of their span."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.dialects import events, messages
from pyflare.dialects.json_text import decoded
from pyflare.store.normalise.rules import EVENTS
from pyflare.store.normalise.vector import integers, np

_BODY: Final = "gen_ai.event.content"
"""Where some senders put an event's body, as JSON."""
_ROLE_OF_EVENT: Final = {f"gen_ai.{role}.message": role for role in ("system", "user", "assistant", "tool")}


@dataclass(frozen=True, slots=True)
class Happening:
    """A span event, or a log record that belongs to a span."""

    row: int
    time_ns: int
    name: str
    values: Mapping[str, Any]
    """Its attributes, and what its body holds."""


def span_events(column: pa.ChunkedArray, meanings: Iterable[str]) -> Iterator[Happening]:
    """The events of spans whose name has one of some meanings, of each span in their order."""
    if column.null_count == len(column):
        return
    lists = column.combine_chunks()
    flat = lists.flatten()
    wanted = _wanted(flat.field("name"), frozenset(meanings))
    if not len(wanted):
        return
    rows = np.asarray(pc.list_parent_indices(lists))[wanted]
    found = flat.take(integers(wanted))
    times = pc.fill_null(found.field("time").cast(pa.int64()), 0).to_pylist()
    names, attributes = found.field("name").to_pylist(), found.field("attributes").to_pylist()
    for row, time_ns, name, text in zip(rows.tolist(), times, names, attributes, strict=True):
        yield Happening(row, time_ns, name, with_body(decoded(text) if text else None))


def _wanted(names: pa.Array, meanings: frozenset[str]) -> Any:
    encoded = pc.dictionary_encode(names)
    known = [
        name is not None and name in EVENTS and EVENTS[name].meaning in meanings
        for name in encoded.dictionary.to_pylist()
    ]
    if not any(known):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.array([*known, False], bool)[np.asarray(pc.fill_null(encoded.indices, len(known)))])


def with_body(attributes: object, body: object = None) -> dict[str, Any]:
    """Attributes and what the body adds to them; a body that is no object stands as the content."""
    values = dict(attributes) if isinstance(attributes, Mapping) else {}
    if body is None and isinstance(values.get(_BODY), str):
        body = decoded(values[_BODY])
    if isinstance(body, Mapping):
        values.update(body)
    elif body is not None:
        values.setdefault("content", body)
    return values


def message_of(happening: Happening) -> messages.Message | None:
    """The message that an event is; None where it has no content."""
    values = {name: messages.opened(value) for name, value in happening.values.items()}
    if EVENTS[happening.name].meaning == events.OUTPUT_MESSAGE and "message" not in values:
        values = {"message": values, "finish_reason": values.get("finish_reason")}
    values.setdefault("role", _ROLE_OF_EVENT.get(happening.name, "assistant"))
    inner = values.get("message")
    if isinstance(inner, str):
        values["message"] = {"content": inner}
    made = messages.message_of(values)
    return made if made is not None and (made["parts"] or "finish_reason" in made) else None


def named(values: Iterable[object]) -> Iterator[Happening]:
    """Events that stand in a JSON list, as Pydantic AI and Logfire write them."""
    for value in values:
        name = value.get("event.name") if isinstance(value, Mapping) else None
        if isinstance(value, Mapping) and isinstance(name, str) and name in EVENTS:
            rest = {key: item for key, item in value.items() if key not in {"event.name", "gen_ai.message.index"}}
            yield Happening(0, 0, name, rest)


def by_meaning(found: Iterable[Happening], meaning: str) -> list[Happening]:
    """The events of one meaning."""
    return [happening for happening in found if EVENTS[happening.name].meaning == meaning]
