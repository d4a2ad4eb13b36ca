"""How a filter that is being typed can go on."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from pyflare.errors import FilterError
from pyflare.store.language.expected import Expected, Next, expected_after, field_named
from pyflare.store.language.fields import FIELDS, Field, Of, Type
from pyflare.store.language.nodes import Name, shown_name
from pyflare.store.language.tokens import Kind, Token, tokenize, written
from pyflare.store.language.units import amounts

MOST: Final = 50
"""Completions given at once."""

Values = Callable[[Field, str | None, str], Iterable[tuple[str, int]]]
"""The values of a field, or of one key of it, that hold a text, in whatever case, and how often each occurs, the most
frequent first. Those that do not hold it may be among them."""
Keys = Callable[[Field], Iterable[tuple[str, int]]]
"""The keys that a field has: names of attributes or scores, and how often each occurs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One way to go on."""

    label: str
    insert: str
    kind: Literal["field", "operator", "value", "keyword", "attribute"]
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionResult:
    """Ways to go on; each replaces the text from `start` to `end`."""

    start: int
    end: int
    completions: tuple[Completion, ...]


def complete(text: str, cursor: int, *, of: Of, values: Values, keys: Keys) -> CompletionResult:
    """Say how a filter can go on where the cursor is. Raises nothing.

    Args:
        text: The filter so far.
        cursor: The cursor's place, in characters from the beginning.
        of: What is filtered.
        values: Gives what the fields hold.
        keys: Gives the names of attributes and scores.
    """
    cursor = max(0, min(cursor, len(text)))
    try:
        tokens = tokenize(text, unfinished=True)
    except FilterError:
        return CompletionResult(start=cursor, end=cursor, completions=())
    before = [token for token in tokens if token.end < cursor or (token.end == cursor and not _is_word(token))]
    typed = [token for token in tokens[len(before) :] if token.start < cursor]
    if _is_key(before, typed):
        typed.insert(0, before.pop())
    start, end = (typed[0].start, typed[-1].end) if typed else (cursor, cursor)
    prefix = _prefix(text[start:cursor])
    expected = expected_after(before, of)
    asked = _Asked(of=of, prefix=prefix, key=_key(before, expected), values=values, keys=keys)
    found = asked.completions(expected)
    return CompletionResult(start=start, end=end, completions=tuple(islice(found, MOST)))


def _is_word(token: Token) -> bool:
    return token.kind is not Kind.PUNCTUATION and token.kind is not Kind.OPERATOR


def _is_key(before: Sequence[Token], typed: Sequence[Token]) -> bool:
    """Whether what is typed is the quoted key of the attribute before it."""
    return bool(
        before
        and typed
        and typed[0].kind is Kind.QUOTED
        and before[-1].text.endswith(".")
        and before[-1].end == typed[0].start
    )


def _prefix(typed: str) -> str:
    return typed.replace('"', "").lstrip("'").casefold()


def _key(tokens: Sequence[Token], expected: Expected) -> str | None:
    """The key of the field that the comparison is about: after the dot, or in quotes behind it."""
    if expected.field is None or not expected.field.is_keyed:
        return None
    key = tokens[expected.position].text.partition(".")[2]
    if not key and expected.position + 1 < len(tokens) and tokens[expected.position + 1].kind is Kind.QUOTED:
        return tokens[expected.position + 1].text
    return key


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    of: Of
    prefix: str
    """What has been typed of the word at the cursor, without quotes, in lower case."""
    key: str | None
    """The key of the field that the comparison is about."""
    values: Values
    keys: Keys

    def completions(self, expected: Expected) -> Iterator[Completion]:
        match expected.next:
            case Next.CONDITION:
                yield from self._names()
                yield from self._words("not")
            case Next.OPERATOR if expected.field is not None:
                yield from self._operators(expected.field)
            case Next.IN:
                yield from self._words("in", "exists")
            case Next.MISSING:
                yield from self._words("missing", "not")
            case Next.LIST:
                yield from self._words("(")
            case Next.VALUE | Next.LIST_VALUE if expected.field is not None:
                yield from self._of_field(expected.field)
            case Next.LIST_GOES_ON:
                yield from self._words(",", ")")
            case Next.JOINT:
                yield from self._words("and", "or")
                yield from self._names() if self.prefix else ()
            case _:
                return

    def _words(self, *words: str) -> Iterator[Completion]:
        for word in words:
            if word.startswith(self.prefix):
                yield Completion(label=word, insert=f"{word} " if word != "(" else word, kind="keyword")

    def _names(self) -> Iterator[Completion]:
        field = field_named(self.prefix, self.of)
        if field is not None and field.is_keyed and "." in self.prefix:
            yield from self._keys(field)
            return
        for found in _matching(self.prefix, {field.name: field for field in FIELDS[self.of]}, _names_of):
            insert = f"{found.name}." if found.is_keyed else f"{found.name} "
            yield Completion(label=found.name, insert=insert, kind="field", detail=found.doc)

    def _keys(self, field: Field) -> Iterator[Completion]:
        typed = self.prefix.partition(".")[2]
        for key, count in self.keys(field):
            if typed in key.casefold():
                shown = shown_name(Name(field.name, key))
                yield Completion(label=shown, insert=f"{shown} ", kind="attribute", detail=f"{count:,}")

    def _operators(self, field: Field) -> Iterator[Completion]:
        for operator in field.operators:
            if operator.startswith(self.prefix):
                insert = f"{operator} (" if operator.endswith("in") else f"{operator} "
                yield Completion(label=operator, insert=insert, kind="operator", detail=_MEANINGS[operator])

    def _of_field(self, field: Field) -> Iterator[Completion]:
        if field.words:
            found: Iterable[tuple[str, str | None]] = ((word, None) for word in field.words)
        elif field.type in _WITH_UNITS and not field.is_keyed:
            found = amounts(field, self.prefix)
        elif field.type is Type.JSON:
            return
        else:
            found = ((value, f"{count:,}") for value, count in self.values(field, self.key, self.prefix))
        for value, detail in found:
            if self.prefix in value.casefold():
                yield Completion(label=value, insert=f"{written(value)} ", kind="value", detail=detail)


_WITH_UNITS: Final = (Type.NUMBER, Type.DURATION, Type.MONEY, Type.TIME)
_MEANINGS: Final = {
    "=": "is",
    "!=": "is not",
    "~": "holds the text",
    "!~": "does not hold the text",
    ">": "more than",
    ">=": "at least",
    "<": "less than",
    "<=": "at most",
    "in": "is any of",
    "not in": "is none of",
    "exists": "has a value",
    "is missing": "has no value",
}


def _names_of(field: Field) -> Iterable[str]:
    return (field.name, *field.aliases)


def _matching(prefix: str, fields: dict[str, Field], names: Callable[[Field], Iterable[str]]) -> list[Field]:
    """The fields that begin like that, then those with another name that does, or that hold it; else the nearest."""
    begins = [field for field in fields.values() if field.name.startswith(prefix)]
    holds = [field for field in fields.values() if field not in begins and any(prefix in name for name in names(field))]
    return begins + holds or [fields[name] for name in difflib.get_close_matches(prefix, fields, n=3)]
