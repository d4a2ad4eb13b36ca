"""Conditions on values that lie under a key of their own: attributes, resources, scores.

Their values may be text or numbers. `=` finds both the same text and, where an
unquoted number is given, the same number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pyflare.errors import FilterError
from pyflare.store.filters import Condition, literal_pattern
from pyflare.store.language.fields import ATTRIBUTE_SQL, RESOURCE_SQL, Of, resource_pointer
from pyflare.store.language.nodes import Value
from pyflare.store.language.values import plain_number

_EXACT: Final = float(1 << 53)
"""Beyond it, neighbouring whole numbers are the same as floats: there only the text decides."""

_SCORED: Final = (
    "SELECT {ids}, arg_max({{value: value, label: label}}, timestamp) AS latest FROM scores "
    "WHERE name = ? AND {target} IS NOT NULL GROUP BY trace_id, span_id, source"
)


def attribute(key: str, operator: str, values: Sequence[Value]) -> Condition:
    """A span has an attribute that meets the comparison."""
    return _compared(Condition(ATTRIBUTE_SQL, (key,)), operator, values)


def resource(key: str, operator: str, values: Sequence[Value]) -> Condition:
    """The process of a span has an attribute that meets the comparison."""
    return _compared(Condition(RESOURCE_SQL, (resource_pointer(key),)), operator, values)


def score(name: str, operator: str, values: Sequence[Value], *, of: Of) -> Condition:
    """A trace, or one of its spans, was given a score; of spans, the span itself. The latest of each source counts."""
    ids, target = ("trace_id", "trace_id") if of == "traces" else ("trace_id, span_id", "span_id")
    scored = _SCORED.format(ids=ids, target=target)
    met = _judged(operator, values)
    row = "trace_id" if of == "traces" else "(trace_id, span_id)"
    return Condition(f"{row} IN (SELECT {ids} FROM ({scored}) WHERE {met.sql})", (name, *met.parameters))


def _judged(operator: str, values: Sequence[Value]) -> Condition:
    value, label = Condition("latest.value"), Condition("latest.label")
    match operator:
        case "exists":
            return Condition("(latest.value IS NOT NULL OR latest.label IS NOT NULL)")
        case "=" | "in":
            return _any_of(label, values, number=value)
        case "~":
            return _matching(label, values[0])
        case _:
            return Condition(f"latest.value {operator} ?", (_number(values[0]),))


def _compared(text: Condition, operator: str, values: Sequence[Value]) -> Condition:
    number = Condition(f"try_cast({text.sql} AS DOUBLE)", text.parameters)
    match operator:
        case "exists":
            return Condition(f"{text.sql} IS NOT NULL", text.parameters)
        case "=" | "in":
            return _any_of(text, values, number=number)
        case "~":
            return _matching(text, values[0])
        case _:
            return Condition(f"{number.sql} {operator} ?", (*number.parameters, _number(values[0])))


def _any_of(text: Condition, values: Sequence[Value], *, number: Condition) -> Condition:
    texts = tuple(value.text for value in values)
    condition = Condition(f"{text.sql} IN ({_marks(texts)})", (*text.parameters, *texts))
    found = [plain_number(value.text) for value in values if not value.is_quoted]
    numbers = tuple(each for each in found if each is not None and abs(each) < _EXACT)
    if not numbers:
        return condition
    return Condition(
        f"({condition.sql} OR {number.sql} IN ({_marks(numbers)}))",
        (*condition.parameters, *number.parameters, *numbers),
    )


def _matching(text: Condition, value: Value) -> Condition:
    if not value.text:
        raise FilterError("expected a text to look for; got an empty one.", start=value.start, end=value.end)
    return Condition(f"regexp_matches({text.sql}, ?)", (*text.parameters, literal_pattern(value.text)))


def _number(value: Value) -> float:
    found = plain_number(value.text)
    if found is None:
        raise FilterError(
            f"expected a number, such as 0.5 or 10k; got {value.text!r}.", start=value.start, end=value.end
        )
    return found


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" for _ in values)
