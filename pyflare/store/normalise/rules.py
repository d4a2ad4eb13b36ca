"""The tables of all dialects, turned round: by column, and by attribute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pyflare.dialects import DIALECTS, Content, Dialect, Form, From

SYSTEM_INSTRUCTIONS: Final = "gen_ai.system_instructions"
"""Stands beside `gen_ai.input.messages`, as parts."""
MIME_TYPES: Final = {"input.value": "input.mime_type", "output.value": "output.mime_type"}
_INDEXED: Final = frozenset({Form.INDEXED_MESSAGES, Form.INDEXED_TURNS, Form.INDEXED_TEXTS, Form.INDEXED_DOCUMENTS})
_VAGUE: Final = frozenset({Form.VALUE, Form.TEXT})


@dataclass(frozen=True, slots=True)
class Rule:
    """One attribute that a column may be filled from."""

    column: str
    source: From
    dialect: str
    scopes: tuple[str, ...] = ()
    """Where not empty: it counts only for spans whose scope name begins like one of these."""


@dataclass(frozen=True, slots=True)
class ContentRule:
    """One attribute, or one family of indexed ones, that `input` or `output` may be filled from."""

    column: str
    attribute: str
    form: Form
    dialect: str
    scopes: tuple[str, ...] = ()

    @property
    def is_indexed(self) -> bool:
        """Whether the content lies in many attributes, one for each leaf."""
        return self.form in _INDEXED


@dataclass(frozen=True, slots=True)
class EventRule:
    """What an event of some name tells."""

    meaning: str
    dialect: str


def _scopes(dialect: Dialect, attribute: str) -> tuple[str, ...]:
    return () if "." in attribute else dialect.scopes


def _scalar_rules() -> dict[str, tuple[Rule, ...]]:
    found: dict[str, list[Rule]] = {}
    for dialect in DIALECTS:
        for column, sources in dialect.columns.items():
            for source in sources:
                whole = From(source) if isinstance(source, str) else source
                rule = Rule(column, whole, dialect.name, _scopes(dialect, whole.attribute))
                found.setdefault(column, []).append(rule)
    return {column: tuple(rules) for column, rules in found.items()}


def _content_rules(column: str) -> tuple[ContentRule, ...]:
    """In the order of the dialects; content whose form says what it is before any value."""

    def of(dialect: Dialect) -> Iterator[Content]:
        yield from dialect.inputs if column == "input" else dialect.outputs

    rules = [
        ContentRule(column, content.attribute, content.form, dialect.name, _scopes(dialect, content.attribute))
        for dialect in DIALECTS
        for content in of(dialect)
    ]
    return tuple(sorted(rules, key=lambda rule: rule.form in _VAGUE))


SCALARS: Final = _scalar_rules()
"""By column, the attributes it may be filled from, in order."""
CONTENTS: Final = {column: _content_rules(column) for column in ("input", "output")}
"""The same for what went in and what came out."""
EVENTS: Final = {
    name: EventRule(meaning, dialect.name) for dialect in DIALECTS for name, meaning in dialect.events.items()
}
"""By name of an event, what it tells."""
JUDGEMENTS: Final = ("annotations.", "evaluations.")
"""How the names of OpenInference's judgements of a span begin."""
PREFIXES: Final = (
    *dict.fromkeys(f"{rule.attribute}." for rules in CONTENTS.values() for rule in rules if rule.is_indexed),
    *JUDGEMENTS,
)
"""How the names of indexed attributes begin."""
KEYS: Final = frozenset(
    {
        SYSTEM_INSTRUCTIONS,
        *MIME_TYPES.values(),
        *(rule.source.attribute for rules in SCALARS.values() for rule in rules),
        *(rule.attribute for rules in CONTENTS.values() for rule in rules if not rule.is_indexed),
    }
)
"""Every attribute that says something by its whole name."""
