"""Finding every pattern in a text and putting something else in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from pyflare.tracing.redaction.escapes import unescape
from pyflare.tracing.redaction.numbers import find_long_numbers
from pyflare.tracing.redaction.patterns import Pattern

_ESCAPE_LEVELS: Final = 3
"""How deep JSON within JSON is looked into."""
Replace = Callable[[str], str]


class Found(NamedTuple):
    """One thing to hide. Sorts by place, then by the order of patterns."""

    start: int
    end: int
    rank: int
    value: str


class Scanner:
    """Looks for some patterns; only for those that a quick look at the text does not rule out."""

    def __init__(self, patterns: Sequence[tuple[Pattern, Replace]]) -> None:
        self._patterns = [pattern for pattern, _ in patterns]
        self._replace = [replace for _, replace in patterns]

    def redact(self, text: str) -> str:
        """The text with what was found replaced; the same object where nothing was."""
        found = self.find(text)
        if not found:
            return text
        pieces: list[str] = []
        position = 0
        for item in found:
            pieces += (text[position : item.start], self._replace[item.rank](item.value))
            position = item.end
        pieces.append(text[position:])
        return "".join(pieces)

    def find(self, text: str) -> list[Found]:
        """What to hide, in order and without overlaps."""
        found = list(self._scan(text))
        if "\\" in text:
            # What an escape hides is read as it is meant; as it is written only where that finds nothing.
            meant = self._find_escaped(text)
            found = [*meant, *(item for item in found if not any(_overlap(item, other) for other in meant))]
        return _without_overlaps(found) if len(found) > 1 else found

    def _find_escaped(self, text: str) -> list[Found]:
        found: list[Found] = []
        starts = list(range(len(text) + 1))
        for _ in range(_ESCAPE_LEVELS):
            unescaped = unescape(text)
            if unescaped is None:
                break
            text, inner = unescaped
            starts = [starts[index] for index in inner]
            level = [Found(starts[start], starts[end], rank, value) for start, end, rank, value in self._scan(text)]
            found = [*level, *(item for item in found if not any(_overlap(item, other) for other in level))]
        return found

    def _scan(self, text: str) -> Iterator[Found]:
        has_digit = not text.isascii() or any(map(text.__contains__, "0123456789"))
        whole = [(0, len(text))]
        long_numbers = None
        for rank, pattern in enumerate(self._patterns):
            places = whole
            if pattern.needs_long_number:
                if long_numbers is None:
                    long_numbers = find_long_numbers(text) if has_digit else []
                places = long_numbers
            elif (pattern.needs_digit and not has_digit) or not _has_one(text, pattern.needs):
                continue
            for place in places:
                for start, end in pattern.find(text, *place):
                    yield Found(start, end, rank, text[start:end])


def _has_one(text: str, literals: tuple[str, ...]) -> bool:
    """Whether one of the literals is in the text, or there are none. A loop, because `any` costs more than the search."""
    for literal in literals:
        if literal in text:
            return True
    return not literals


def _overlap(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end


def _without_overlaps(found: list[Found]) -> list[Found]:
    """Join what overlaps, under the name of the first pattern among it."""
    joined: list[Found] = []
    for item in sorted(found):
        if joined and item.start < joined[-1].end:
            last = joined[-1]
            named = min(last, item, key=lambda each: each.rank)
            joined[-1] = named._replace(start=last.start, end=max(last.end, item.end))
        else:
            joined.append(item)
    return joined
