"""What a dialect's table is made of.

A dialect says for each column of `spans` which of its attributes hold it, first
counts. Nothing here reads a span: `pyflare.store.normalise` does, for all
dialects alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

NANOSECONDS_PER_SECOND: Final = 1e9
NANOSECONDS_PER_MILLISECOND: Final = 1e6
MICROS_PER_DOLLAR: Final = 1e6


@dataclass(frozen=True, slots=True)
class From:
    """An attribute that a column can be read from, where the plain name does not say all."""

    attribute: str
    member: str | None = None
    """The attribute is JSON, and this is where to look in it: names joined by dots, `*` for every item of a list."""
    words: Mapping[str, str] | None = None
    """What the attribute's words, in lower case, are called in the column."""
    others: bool = False
    """Whether words that `words` does not have are taken as they stand; else they are passed over."""
    always: str | None = None
    """The column's value wherever the attribute is present."""
    scale: float | None = None
    """The column's units in one unit of the attribute."""
    is_moment: bool = False
    """The attribute is a time in ISO 8601, the column how long after the span's start that was."""
    kinds: tuple[str, ...] = ()
    """The inference types it counts for; all where empty."""


class Form(Enum):
    """How content is written."""

    MESSAGES = "messages"
    """JSON: a list of messages, of any of the usual shapes."""
    INDEXED_MESSAGES = "indexed messages"
    """One attribute for each leaf: `prefix.{i}.message.content`."""
    INDEXED_TURNS = "indexed turns"
    """The same without the word message: `prefix.{i}.content`."""
    INDEXED_TEXTS = "indexed texts"
    """A list of texts: `prefix.{i}.….text`."""
    INDEXED_DOCUMENTS = "indexed documents"
    """A list of documents: `prefix.{i}.document.content`."""
    DOCUMENTS = "documents"
    """JSON: a list of documents."""
    EVENTS = "events"
    """JSON: a list of events as in OpenTelemetry's conventions up to 1.36."""
    TEXT = "text"
    """Text that is meant as text, whatever it looks like."""
    VALUE = "value"
    """Any value: JSON where it is JSON, else text."""


@dataclass(frozen=True, slots=True)
class Content:
    """Where a dialect keeps an input or an output."""

    attribute: str
    form: Form = Form.VALUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One dialect's table."""

    name: str
    versions: str
    """What was read to make the table."""
    columns: Mapping[str, Sequence[str | From]]
    """By column of `spans`: the attributes that hold it. The first that has a fitting value counts."""
    scopes: tuple[str, ...] = ()
    """How the scope names of its own spans begin: attributes whose name has no dot count only there."""
    inputs: Sequence[Content] = ()
    outputs: Sequence[Content] = ()
    events: Mapping[str, str] = field(default_factory=dict)
    """By name of a span event or log record: what it tells, one of the words of `dialects.events`."""
