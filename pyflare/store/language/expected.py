"""What may come next in a filter that is being typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from pyflare.store.language.fields import Field, Of, field_of
from pyflare.store.language.tokens import Kind, Token


class Next(Enum):
    """What may come next."""

    CONDITION = auto()
    OPERATOR = auto()
    IN = auto()  # after not: in, exists
    MISSING = auto()  # after is
    LIST = auto()  # the bracket after in
    VALUE = auto()
    LIST_VALUE = auto()
    LIST_GOES_ON = auto()  # a comma, or the end of the list
    JOINT = auto()  # and, or, or a bracket that closes


@dataclass(frozen=True, slots=True)
class Expected:
    """What may come next, and the field it is about."""

    next: Next
    field: Field | None = None
    position: int = -1
    """Which of the tokens names the field."""


def expected_after(tokens: Sequence[Token], of: Of) -> Expected:
    """What may come after some tokens. Faults are passed over: somebody is typing."""
    now = Expected(Next.CONDITION)
    for position, token in enumerate(tokens):
        now = _after(now, token, position, tokens[position - 1] if position else None, of)
    return now


def _after(now: Expected, token: Token, position: int, before: Token | None, of: Of) -> Expected:
    match now.next:
        case Next.CONDITION:
            return _after_condition(token, position, of)
        case Next.OPERATOR | Next.IN | Next.MISSING:
            return _after_operator(now, token, before)
        case Next.LIST:
            return replace(now, next=Next.LIST_VALUE)
        case Next.LIST_VALUE:
            return replace(now, next=Next.LIST_GOES_ON)
        case Next.LIST_GOES_ON:
            return replace(now, next=Next.LIST_VALUE) if token.is_punctuation(",") else Expected(Next.JOINT)
        case Next.VALUE:
            return Expected(Next.JOINT)
        case Next.JOINT:
            return Expected(Next.JOINT) if token.is_punctuation(")") else _after_condition(token, position, of)


def _after_condition(token: Token, position: int, of: Of) -> Expected:
    """After a token that stands where a condition begins, or one that joins it to others."""
    if token.kind in (Kind.KEYWORD, Kind.PUNCTUATION):
        return Expected(Next.CONDITION)
    if token.kind is Kind.WORD and (field := field_named(token.text, of)) is not None:
        return Expected(Next.OPERATOR, field, position)
    return Expected(Next.VALUE) if token.kind is Kind.OPERATOR else Expected(Next.JOINT)


def _after_operator(now: Expected, token: Token, before: Token | None) -> Expected:
    if token.kind is Kind.OPERATOR:
        return replace(now, next=Next.VALUE)
    if token.is_keyword("in"):
        return replace(now, next=Next.LIST)
    if token.is_keyword("not"):
        return replace(now, next=Next.MISSING if now.next is Next.MISSING else Next.IN)
    if token.is_keyword("is"):
        return replace(now, next=Next.MISSING)
    if token.kind is Kind.QUOTED and before is not None and before.text.endswith(".") and before.end == token.start:
        return now  # the key of an attribute
    return Expected(Next.JOINT)


def field_named(word: str, of: Of) -> Field | None:
    """The field that a word names, with a key or without."""
    name, dot, _ = word.partition(".")
    field = field_of(of, name)
    return field if field is not None and (not dot or field.is_keyed) else None
