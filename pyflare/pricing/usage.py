"""Tokens of one call in buckets that do not overlap.

The columns of `spans` overlap, as the conventions do: input includes what was
read from and written to a cache, audio and images; output includes reasoning,
audio and images. A provider charges each of these by its own price, so a call
is priced by what is left when they are taken apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, NamedTuple, Self

from pyflare.schema.tables import USAGE_COLUMNS


class Buckets(NamedTuple):
    """A call's tokens as plain numbers, in the order of the fields of `Usage`."""

    uncached_input: int
    cache_read: int
    cache_write: int
    cache_write_1h: int
    input_audio: int
    input_image: int
    output_text: int
    reasoning: int
    output_audio: int
    output_image: int


INPUT_BUCKETS: Final = 6
"""How many of the buckets, from the first on, are input."""


def buckets(
    input_tokens: int | None,
    output_tokens: int | None,
    cache_read_tokens: int | None = None,
    cache_write_tokens: int | None = None,
    cache_write_1h_tokens: int | None = None,
    input_audio_tokens: int | None = None,
    input_image_tokens: int | None = None,
    reasoning_tokens: int | None = None,
    output_audio_tokens: int | None = None,
    output_image_tokens: int | None = None,
) -> Buckets:
    """Take overlapping counts apart; the arguments are the columns of `spans`.

    No bucket is negative, and the input buckets sum to `input_tokens`, the output
    buckets to `output_tokens`: where parts claim more than the whole, the whole
    counts, and the parts get of it in the order in which they stand here. An
    unknown whole is the sum of its parts.
    """
    read, written = max(cache_read_tokens or 0, 0), max(cache_write_tokens or 0, 0)
    hour = min(max(cache_write_1h_tokens or 0, 0), written) if cache_write_tokens is not None else 0
    heard, seen = max(input_audio_tokens or 0, 0), max(input_image_tokens or 0, 0)
    left = read + written + heard + seen if input_tokens is None else max(input_tokens, 0)
    left -= (read := min(read, left))
    left -= (hour := min(hour, left))
    left -= (brief := min(written - hour if written > hour else 0, left))
    left -= (heard := min(heard, left))
    left -= (seen := min(seen, left))
    thought, spoken, drawn = (
        max(reasoning_tokens or 0, 0),
        max(output_audio_tokens or 0, 0),
        max(output_image_tokens or 0, 0),
    )
    rest = thought + spoken + drawn if output_tokens is None else max(output_tokens, 0)
    rest -= (thought := min(thought, rest))
    rest -= (spoken := min(spoken, rest))
    rest -= (drawn := min(drawn, rest))
    return Buckets(left, read, brief, hour, heard, seen, rest, thought, spoken, drawn)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Usage:
    """What one call used: tokens in disjoint buckets, each 0 or more."""

    uncached_input: int = 0
    """Input that is text, and neither came from a cache nor went into one."""
    cache_read: int = 0
    cache_write: int = 0
    """Written to a cache for five minutes, or for as long as the provider keeps it."""
    cache_write_1h: int = 0
    """Written to a cache for an hour, which Anthropic charges more for."""
    input_audio: int = 0
    input_image: int = 0
    output_text: int = 0
    """Output that is none of the others."""
    reasoning: int = 0
    output_audio: int = 0
    output_image: int = 0

    @classmethod
    def of(
        cls,
        *,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        cache_read_tokens: int | None = None,
        cache_write_tokens: int | None = None,
        cache_write_1h_tokens: int | None = None,
        input_audio_tokens: int | None = None,
        input_image_tokens: int | None = None,
        reasoning_tokens: int | None = None,
        output_audio_tokens: int | None = None,
        output_image_tokens: int | None = None,
    ) -> Self:
        """Usage from counts named and meant like the columns of `spans`: see `buckets`."""
        found = buckets(
            input_tokens,
            output_tokens,
            cache_read_tokens,
            cache_write_tokens,
            cache_write_1h_tokens,
            input_audio_tokens,
            input_image_tokens,
            reasoning_tokens,
            output_audio_tokens,
            output_image_tokens,
        )
        return cls(**found._asdict())

    @classmethod
    def of_columns(cls, columns: Mapping[str, Any]) -> Self:
        """Usage of a row of `spans`, or of whatever has columns of these names."""
        return cls(**buckets(*(columns.get(name) for name in USAGE_COLUMNS))._asdict())

    @property
    def buckets(self) -> Buckets:
        """The same as a plain tuple."""
        return Buckets(*(getattr(self, field.name) for field in fields(self)))

    @property
    def input_tokens(self) -> int:
        """All that went in."""
        return sum(self.buckets[:INPUT_BUCKETS])

    @property
    def output_tokens(self) -> int:
        """All that came out."""
        return sum(self.buckets[INPUT_BUCKETS:])

    def __repr__(self) -> str:
        said = (f"{name}={count:,}" for name, count in self.buckets._asdict().items() if count)
        return f"Usage({', '.join(said) or 'nothing'})"
