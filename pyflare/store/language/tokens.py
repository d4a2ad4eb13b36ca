"""The words of a filter, each with its place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from pyflare.errors import FilterError

MAX_CHARS: Final = 10_000
"""Longer filters are refused."""

_TOKEN: Final = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<operator>!=|!~|>=|<=|==|=|~|>|<)
  | (?P<punctuation>[(),])
  | (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<open>["'].*)
  | (?P<word>[^\s()",'=!~<>]+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_ESCAPED: Final = re.compile(r"""\\(["'\\])""")
_TO_ESCAPE: Final = re.compile(r'(["\\])')
_BARE: Final = re.compile(r"""[^\s()",'=!~<>]+""")

KEYWORDS: Final = frozenset({"and", "or", "not", "in", "is", "exists", "missing"})
"""Words that mean something; as a value each is written in quotes."""


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    KEYWORD = "keyword"
    QUOTED = "quoted"
    OPERATOR = "operator"
    PUNCTUATION = "punctuation"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a filter."""

    kind: Kind
    text: str
    """What it says: without quotes, keywords in lower case."""
    start: int
    end: int

    def is_keyword(self, *words: str) -> bool:
        """Whether it is one of these keywords."""
        return self.kind is Kind.KEYWORD and self.text in words

    def is_punctuation(self, sign: str) -> bool:
        """Whether it is this bracket or comma."""
        return self.kind is Kind.PUNCTUATION and self.text == sign


def tokenize(text: str, *, unfinished: bool = False) -> list[Token]:
    """Split a filter into its tokens.

    Args:
        text: The filter.
        unfinished: Whether a quote may be left open and signs without meaning are passed over: while somebody types.

    Raises:
        FilterError: The text is too long or none, a quote is left open, or a sign has no meaning.
    """
    if len(text) > MAX_CHARS:
        raise FilterError(
            f"expected at most {MAX_CHARS:,} characters, got {len(text):,}.", start=MAX_CHARS, end=len(text)
        )
    if (lone := _SURROGATE.search(text)) is not None:
        raise FilterError("expected text; got half of a character.", start=lone.start(), end=lone.end())
    tokens = []
    for match in _TOKEN.finditer(text):
        group, piece = match.lastgroup, match.group()
        if group in ("open", "other") and not unfinished:
            raise _meaningless(piece, text, match.start())
        if group not in ("space", "other"):
            tokens.append(_token(str(group), piece, match.start(), match.end()))
    return tokens


def _token(group: str, piece: str, start: int, end: int) -> Token:
    match group:
        case "quoted":
            return Token(Kind.QUOTED, _ESCAPED.sub(r"\1", piece[1:-1]), start, end)
        case "open":
            return Token(Kind.QUOTED, _ESCAPED.sub(r"\1", piece[1:]), start, end)
        case "operator":
            return Token(Kind.OPERATOR, "=" if piece == "==" else piece, start, end)
        case "punctuation":
            return Token(Kind.PUNCTUATION, piece, start, end)
        case _ if piece.lower() in KEYWORDS:
            return Token(Kind.KEYWORD, piece.lower(), start, end)
        case _:
            return Token(Kind.WORD, piece, start, end)


def _meaningless(piece: str, text: str, start: int) -> FilterError:
    if piece[0] in "\"'":
        return FilterError(
            f"expected a second {piece[0]} that ends the quoted text; got the end of the filter.",
            start=start,
            end=len(text),
            instead=piece + piece[0],
        )
    return FilterError(
        f"{piece!r} has no meaning here.", start=start, end=start + 1, hint="not … leaves out what follows."
    )


def is_bare(text: str) -> bool:
    """Whether a value needs no quotes."""
    return _BARE.fullmatch(text) is not None and text.lower() not in KEYWORDS


def quoted(text: str) -> str:
    """A value in quotes."""
    escaped = _TO_ESCAPE.sub(r"\\\1", text)
    return f'"{escaped}"'


def written(text: str) -> str:
    """A value as a filter has it, in quotes where it needs them."""
    return text if is_bare(text) else quoted(text)
