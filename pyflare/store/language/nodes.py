"""A filter that has been read, as a tree, and how it is written.

Each part knows from where to where it stands in the text, in characters. Trees
of texts that differ in spaces alone are equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as place

from pyflare.store.language.tokens import quoted, written


@dataclass(frozen=True, slots=True)
class Value:
    """What a field is compared with, as it was written."""

    text: str
    is_quoted: bool = False
    start: int = place(default=0, compare=False)
    end: int = place(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a field: `model`, or with a key of its own `attributes.customer.tier`."""

    field: str
    key: str | None = None
    start: int = place(default=0, compare=False)
    end: int = place(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field operator value`. The operators `exists` and `is missing` have no value, `in` and `not in` several."""

    name: Name
    operator: str
    values: tuple[Value, ...] = ()
    start: int = place(default=0, compare=False)
    end: int = place(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A word or a quoted text alone: what went in or came out holds it."""

    value: Value
    start: int = place(default=0, compare=False)
    end: int = place(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """What does not meet the condition."""

    operand: Node
    start: int = place(default=0, compare=False)
    end: int = place(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """What meets all of several conditions."""

    operands: tuple[Node, ...]
    start: int = place(default=0, compare=False)
    end: int = place(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """What meets any of several conditions."""

    operands: tuple[Node, ...]
    start: int = place(default=0, compare=False)
    end: int = place(default=0, compare=False)


Node = Comparison | Text | Not | And | Or


def show(node: Node) -> str:
    """The filter as text; reading that gives the same tree again."""
    match node:
        case Comparison():
            return _shown_comparison(node)
        case Text(value):
            return shown_value(value)
        case Not(operand):
            return f"not {_nested(operand, And, Or)}"
        case And(operands):
            return " and ".join(_nested(operand, And, Or) for operand in operands)
        case Or(operands):
            return " or ".join(_nested(operand, Or) for operand in operands)


def shown_name(name: Name) -> str:
    """The name of a field as text."""
    return name.field if name.key is None else f"{name.field}.{written(name.key)}"


def shown_value(value: Value) -> str:
    """A value as text."""
    return quoted(value.text) if value.is_quoted else written(value.text)


def _shown_comparison(node: Comparison) -> str:
    name = shown_name(node.name)
    match node.operator:
        case "exists" | "is missing":
            return f"{name} {node.operator}"
        case "in" | "not in":
            return f"{name} {node.operator} ({', '.join(map(shown_value, node.values))})"
        case _:
            return f"{name} {node.operator} {shown_value(node.values[0])}"


def _nested(node: Node, *in_brackets: type) -> str:
    return f"({show(node)})" if isinstance(node, in_brackets) else show(node)
