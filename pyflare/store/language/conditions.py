"""From the tree of a filter to a condition in SQL.

Every value is a parameter. What is left out by a negation (`!=`, `!~`, `not in`,
`is missing`, `not`) is exactly what the affirmation finds, so rows where a value
is missing meet it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Final

from pyflare.errors import FilterError
from pyflare.store.filters import Condition, FindPayloads, literal_pattern, text_pattern
from pyflare.store.language.fields import Field, Of, Place, Type, field_of
from pyflare.store.language.keyed import attribute, resource, score
from pyflare.store.language.names import unknown_name
from pyflare.store.language.nodes import And, Comparison, Name, Node, Not, Or, Text, Value
from pyflare.store.language.values import number_of, word_of

MAX_TEXTS: Final = 10
"""Texts that one filter may look for in content."""
_OPPOSITES: Final = {"!=": "=", "!~": "~", "not in": "in", "is missing": "exists"}
_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}")
_SPAN_ID: Final = re.compile(r"[0-9a-f]{16}")
_TEXT: Final = Name("text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiler:
    """Makes conditions for the rows of one table."""

    of: Of
    text: str
    """The filter, for messages."""
    now_ns: int
    find_payloads: FindPayloads
    spans_since_ns: int | None = None
    """The earliest start of spans that matter, in unix nanoseconds: the earliest of the traces in question."""
    sums_up: bool = False
    """Whether every row of `traces` tells what its spans say."""
    searched: list[str] = dataclass_field(default_factory=list)
    """The texts looked for so far: each has all content read."""

    def condition(self, node: Node) -> Condition:
        """The condition that a tree means.

        Raises:
            FilterError: There is no such field, or it does not take the operator or the value.
        """
        match node:
            case Comparison():
                return self._comparison(node)
            case Text():
                return self._comparison(_meant(node))
            case Not(operand):
                return _negated(self.condition(operand))
            case And(operands):
                return self._all(operands)
            case Or(operands):
                return _joined(" OR ", [self.condition(operand) for operand in operands])

    def _all(self, operands: Sequence[Node]) -> Condition:
        """All of several hold. Texts that a trace's spans are to hold are looked for together: content is read once."""
        comparisons = [_meant(node) if isinstance(node, Text) else node for node in operands]
        sought = [node for node in comparisons if isinstance(node, Comparison) and self._seeks_text(node)]
        if len(sought) < 2:
            return _joined(" AND ", [self.condition(node) for node in comparisons])
        found = [self._content(self._field(node), "~", node.values) for node in sought]
        others = [self.condition(node) for node in comparisons if node not in sought]
        return _joined(" AND ", [*others, self._in_spans(found)])

    def _seeks_text(self, node: Comparison) -> bool:
        field = field_of(self.of, node.name.field)
        return self.of == "traces" and field is not None and field.type is Type.JSON and node.operator == "~"

    def _in_spans(self, conditions: Sequence[Condition]) -> Condition:
        """For traces: each is met by at least one span, not necessarily the same."""
        met = _joined(" OR ", conditions)
        each = _joined(" AND ", [Condition(f"bool_or({each.sql})", each.parameters) for each in conditions])
        return Condition(
            f"trace_id IN (SELECT trace_id FROM spans WHERE {self._recent}{met.sql} GROUP BY trace_id HAVING {each.sql})",
            met.parameters + each.parameters,
        )

    @property
    def _recent(self) -> str:
        return "" if self.spans_since_ns is None else f"start_time >= make_timestamp_ns({self.spans_since_ns}) AND "

    def _comparison(self, node: Comparison) -> Condition:
        field = self._field(node)
        if (opposite := _OPPOSITES.get(node.operator)) is not None:
            return _negated(self._affirmed(field, node.name.key, opposite, node.values))
        return self._affirmed(field, node.name.key, node.operator, node.values)

    def _field(self, node: Comparison) -> Field:
        field = field_of(self.of, node.name.field)
        if field is None:
            raise unknown_name(self.text, node.name, self.of)
        if field.is_keyed and not node.name.key:
            raise FilterError(
                f"expected a key after {field.name}.",
                start=node.name.start,
                end=node.name.end,
                hint=f'{field.name}.key, or {field.name}."a key with spaces".',
            )
        if node.operator not in field.operators:
            raise FilterError(
                f"{field.name} cannot be compared by {node.operator}.",
                start=node.start,
                end=node.end,
                hint=f"it takes {', '.join(field.operators)}.",
            )
        return field

    def _affirmed(self, field: Field, key: str | None, operator: str, values: Sequence[Value]) -> Condition:
        match field.place:
            case Place.ATTRIBUTES:
                return self._in_a_span(attribute(str(key), operator, values))
            case Place.RESOURCE:
                return self._in_a_span(resource(str(key), operator, values))
            case Place.SCORES:
                return score(str(key), operator, values, of=self.of)
            case Place.SPANS if field.in_traces and self.sums_up:
                return _of_list(field.in_traces, operator, values)
            case Place.SPANS:
                return self._in_a_span(self._of_row(field, operator, values))
            case Place.ROW:
                return self._of_row(field, operator, values)

    def _in_a_span(self, condition: Condition) -> Condition:
        """For traces: at least one span meets it."""
        if self.of == "spans":
            return condition
        return Condition(
            f"trace_id IN (SELECT trace_id FROM spans WHERE {self._recent}{condition.sql})", condition.parameters
        )

    def _of_row(self, field: Field, operator: str, values: Sequence[Value]) -> Condition:
        match field.type:
            case Type.JSON:
                return self._content(field, operator, values)
            case Type.LIST:
                return _of_list(field.sql, operator, values)
            case Type.TEXT:
                return _of_text(field.sql, operator, [value.text for value in values], values)
            case Type.WORD:
                return _of_text(field.sql, operator, [word_of(field, value) for value in values], values)
            case _:
                return self._of_number(field, operator, values)

    def _of_number(self, field: Field, operator: str, values: Sequence[Value]) -> Condition:
        if operator == "exists":
            return Condition(f"({field.sql}) IS NOT NULL")
        numbers = tuple(number_of(field, value, now_ns=self.now_ns) for value in values)
        mark = "make_timestamp_ns(?)" if field.type is Type.TIME else "?"
        if operator == "in":
            return Condition(f"({field.sql}) IN ({_marks(numbers)})", numbers)
        return Condition(f"({field.sql}) {operator} {mark}", numbers)

    def _content(self, field: Field, operator: str, values: Sequence[Value]) -> Condition:
        columns = field.sql.split()
        if operator == "exists":
            return Condition(f"({' OR '.join(f'{column} IS NOT NULL' for column in columns)})")
        value = _something(values[0])
        self.searched.append(value.text)
        if len(self.searched) > MAX_TEXTS:
            raise FilterError(
                f"expected at most {MAX_TEXTS} texts to look for in what went in or came out.",
                start=value.start,
                end=value.end,
                hint='words in quotes are one text: "late refund".',
            )
        pattern = text_pattern(value.text)
        ways = [f"regexp_matches({column}, ?)" for column in columns]
        ids = [*self.find_payloads(value.text)]
        large = [f"list_contains(?, {column}_ref)" for column in columns] if ids else []
        return Condition(f"({' OR '.join(ways + large)})", (pattern,) * len(ways) + (ids,) * len(large))


def _meant(node: Text) -> Comparison:
    """What a word or a text alone stands for: an id where it looks like one, else a text in what went in or came out."""
    name, operator = _TEXT, "~"
    if not node.value.is_quoted and _TRACE_ID.fullmatch(node.value.text):
        name, operator = Name("trace_id"), "="
    elif not node.value.is_quoted and _SPAN_ID.fullmatch(node.value.text):
        name, operator = Name("span_id"), "="
    return Comparison(name, operator, (node.value,), node.start, node.end)


def _of_text(sql: str, operator: str, texts: Sequence[str], values: Sequence[Value]) -> Condition:
    match operator:
        case "exists":
            return Condition(f"({sql}) IS NOT NULL")
        case "~":
            return Condition(f"regexp_matches({sql}, ?)", (literal_pattern(_something(values[0]).text),))
        case "=":
            return Condition(f"({sql}) = ?", (texts[0],))
        case _:
            return Condition(f"({sql}) IN ({_marks(texts)})", tuple(texts))


def _of_list(sql: str, operator: str, values: Sequence[Value]) -> Condition:
    match operator:
        case "exists":
            return Condition(f"len({sql}) > 0")
        case "~":
            pattern = literal_pattern(_something(values[0]).text)
            return Condition(f"len(list_filter({sql}, lambda item: regexp_matches(item, ?))) > 0", (pattern,))
        case "=":
            return Condition(f"list_contains({sql}, ?)", (values[0].text,))
        case _:
            return Condition(f"list_has_any({sql}, [{_marks(values)}])", tuple(value.text for value in values))


def _something(value: Value) -> Value:
    """A text to look for, which is not empty."""
    if not value.text:
        raise FilterError("expected a text to look for; got an empty one.", start=value.start, end=value.end)
    return value


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" for _ in values)


def _negated(condition: Condition) -> Condition:
    return Condition(f"({condition.sql}) IS NOT TRUE", condition.parameters)


def _joined(word: str, conditions: Sequence[Condition]) -> Condition:
    parameters = tuple(parameter for condition in conditions for parameter in condition.parameters)
    return Condition(f"({word.join(f'({condition.sql})' for condition in conditions)})", parameters)
