"""From the text of a filter to its tree.

The grammar is this.

filter     = any { "or" any }
any        = one { ["and"] one }
one        = "not" one | "(" filter ")" | comparison | word | "quoted text"
comparison = name ( operator value | ["not"] "in" "(" value { "," value } ")"
                  | ["not"] "exists" | ["is" ["not"]] "missing" )
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from pyflare.errors import FilterError
from pyflare.store.language.fields import Of, field_of
from pyflare.store.language.names import unknown_name
from pyflare.store.language.nodes import And, Comparison, Name, Node, Not, Or, Text, Value
from pyflare.store.language.tokens import Kind, Token, tokenize

MAX_DEPTH: Final = 50
"""Brackets and `not` within one another."""
MAX_CONDITIONS: Final = 50
"""Comparisons and texts in one filter."""


def parse(text: str, *, of: Of) -> Node | None:
    """Read a filter; None where it is empty, which everything meets.

    Args:
        text: The filter.
        of: What is filtered. A word that names one of its fields must be compared with something.

    Raises:
        FilterError: It cannot be read.
    """
    tokens = tokenize(text)
    return _Parser(text, tokens, of).read() if tokens else None


class _Parser:
    """Reads tokens from left to right."""

    def __init__(self, text: str, tokens: list[Token], of: Of) -> None:
        self._text = text
        self._tokens = tokens
        self._of = of
        self._next = 0
        self._depth = 0
        self._conditions = 0

    def read(self) -> Node:
        """The whole filter."""
        node = self._alternatives()
        if (token := self._peek()) is not None:
            raise self._failure("expected the end of the filter", token, hint='there is no "(" that this closes.')
        return node

    def _alternatives(self) -> Node:
        operands = [self._conjunction()]
        while self._take_keyword("or"):
            operands.append(self._conjunction())
        return operands[0] if len(operands) == 1 else Or(tuple(operands), operands[0].start, operands[-1].end)

    def _conjunction(self) -> Node:
        operands = [self._one()]
        while self._take_keyword("and") or self._begins_another():
            operands.append(self._one())
        return operands[0] if len(operands) == 1 else And(tuple(operands), operands[0].start, operands[-1].end)

    def _begins_another(self) -> bool:
        """Whether a condition follows without a word between: both must hold."""
        token = self._peek()
        return token is not None and (
            token.kind in (Kind.WORD, Kind.QUOTED) or token.is_punctuation("(") or token.is_keyword("not")
        )

    def _one(self) -> Node:
        token = self._take("a condition")
        if token.is_keyword("not"):
            with self._deeper(token):
                operand = self._one()
            return Not(operand, token.start, operand.end)
        if token.is_punctuation("("):
            return self._bracket(token)
        self._count(token)
        if token.kind is Kind.QUOTED:
            return Text(_value(token), token.start, token.end)
        if token.kind is Kind.WORD:
            return self._named(token)
        raise self._failure("expected a condition", token, hint=_hint_for_condition(token))

    def _bracket(self, opening: Token) -> Node:
        with self._deeper(opening):
            node = self._alternatives()
        token = self._peek()
        if token is None:
            raise FilterError(
                'expected ")"; got the end of the filter.',
                start=opening.start,
                end=len(self._text),
                instead=f"{self._text[opening.start :]})",
            )
        if not token.is_punctuation(")"):
            raise self._failure('expected "and", "or" or ")"', token)
        self._next += 1
        return replace(node, start=opening.start, end=token.end)

    def _named(self, token: Token) -> Node:
        name = self._name(token)
        following = self._peek()
        compares = following is not None and (following.kind is Kind.OPERATOR or self._is_word_operator(following))
        field = field_of(self._of, name.field)
        if compares:
            if field is None:
                raise unknown_name(self._text, name, self._of)
            return self._comparison(name)
        if field is not None:
            raise self._unfinished(name)
        return Text(_value(token), token.start, token.end)

    def _is_word_operator(self, token: Token) -> bool:
        if not token.is_keyword("not"):
            return token.is_keyword("in", "is", "exists", "missing")
        after = self._tokens[self._next + 1] if self._next + 1 < len(self._tokens) else None
        return after is not None and after.is_keyword("in", "exists", "missing")

    def _name(self, token: Token) -> Name:
        field, dot, key = token.text.partition(".")
        found = field_of(self._of, field)
        if found is None or (dot and not found.is_keyed):
            return Name(token.text, None, token.start, token.end)
        if not dot:
            return Name(found.name, None, token.start, token.end)
        following = self._peek()
        if not key and following is not None and following.kind is Kind.QUOTED and following.start == token.end:
            self._next += 1
            return Name(found.name, following.text, token.start, following.end)
        return Name(found.name, key, token.start, token.end)

    def _comparison(self, name: Name) -> Comparison:
        operator = self._take("an operator")
        negated = operator.is_keyword("not")
        if negated:
            operator = self._take("in or exists")
        if operator.kind is Kind.OPERATOR:
            value = self._value(operator)
            return Comparison(name, operator.text, (value,), name.start, value.end)
        if operator.text == "in":
            values, end = self._values()
            return Comparison(name, "not in" if negated else "in", values, name.start, end)
        if operator.text == "is":
            negated = self._take_keyword("not")
            operator = self._take('"missing"')
            if not operator.is_keyword("missing"):
                raise self._failure('expected "missing"', operator, hint="is … is not an operator for values; = is.")
        is_there = (operator.text == "exists") is not negated
        return Comparison(name, "exists" if is_there else "is missing", (), name.start, operator.end)

    def _value(self, after: Token) -> Value:
        token = self._peek()
        if token is None:
            raise FilterError(
                f"expected a value after {after.text}; got the end of the filter.", start=after.start, end=after.end
            )
        if token.kind not in (Kind.WORD, Kind.QUOTED):
            hint = 'write it in quotes, where it is a value: "…".' if token.kind is Kind.KEYWORD else None
            raise self._failure(f"expected a value after {after.text}", token, hint=hint)
        self._next += 1
        return _value(token)

    def _values(self) -> tuple[tuple[Value, ...], int]:
        opening = self._take('"("')
        if not opening.is_punctuation("("):
            raise self._failure('expected "(" after in', opening, hint="a list is written (first, second).")
        separator, values = opening, list[Value]()
        while not separator.is_punctuation(")"):
            values.append(self._value(separator))
            separator = self._take('"," or ")"')
            if not separator.is_punctuation(",") and not separator.is_punctuation(")"):
                raise self._failure('expected "," or ")"', separator)
        return tuple(values), separator.end

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, expected: str) -> Token:
        token = self._peek()
        if token is None:
            last = self._tokens[-1]
            raise FilterError(
                f"expected {expected} after {self._text[last.start : last.end]}; got the end of the filter.",
                start=last.start,
                end=last.end,
            )
        self._next += 1
        return token

    def _take_keyword(self, word: str) -> bool:
        token = self._peek()
        if token is None or not token.is_keyword(word):
            return False
        self._next += 1
        return True

    @contextmanager
    def _deeper(self, token: Token) -> Iterator[None]:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._failure(f"expected at most {MAX_DEPTH} brackets within one another", token)
        yield
        self._depth -= 1

    def _count(self, token: Token) -> None:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise self._failure(
                f"expected at most {MAX_CONDITIONS} conditions", token, hint="in (…) takes many values."
            )

    def _unfinished(self, name: Name) -> FilterError:
        shown = self._text[name.start : name.end]
        return FilterError(
            f"expected an operator after {shown}.",
            start=name.start,
            end=name.end,
            hint=f'{shown} = …, or "{shown}" in quotes to look for the word.' if '"' not in shown else f"{shown} = ….",
        )

    def _failure(self, expected: str, token: Token, *, hint: str | None = None) -> FilterError:
        got = self._text[token.start : token.end]
        return FilterError(f"{expected}; got {got}.", start=token.start, end=token.end, hint=hint)


def _value(token: Token) -> Value:
    return Value(token.text, token.kind is Kind.QUOTED, token.start, token.end)


def _hint_for_condition(token: Token) -> str | None:
    if token.kind is Kind.OPERATOR:
        return "the name of a field comes before it: status = error."
    return "write it in quotes to look for the word." if token.kind is Kind.KEYWORD else None
