"""What a call has used of a budget: its cost, its tokens, or itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyflare.budgets.budget import Unit
from pyflare.pricing import Prices, Usage

_PARTS: Final = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
)
_TIERS: Final = ("openai.response.service_tier", "gen_ai.openai.response.service_tier")
_OUTPUT_TOKENS_GUESSED: Final = 1024
"""What an answer is taken to be long at most, where the request does not say."""
_CHARACTERS_PER_TOKEN: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """One call."""

    micros: int | None
    """None where its price is not known."""
    tokens: int

    def amount(self, unit: Unit) -> int | None:
        """In a budget's unit; None where that is not known."""
        match unit:
            case "usd":
                return self.micros
            case "tokens":
                return self.tokens
        return 1


def has_usage(columns: Mapping[str, Any]) -> bool:
    """Whether a span says what it used."""
    return columns.get("cost_micros") is not None or any(columns.get(part) for part in _PARTS[:2])


def used(prices: Prices, columns: Mapping[str, Any], attributes: Mapping[str, Any], *, at_ns: int) -> Used:
    """What a span's columns say that its call used. A cost that it reports itself counts before any price.

    Args:
        prices: The book.
        columns: Columns of `spans`.
        attributes: The span's, for the tier it was served in.
        at_ns: When it began, in unix nanoseconds.
    """
    usage = Usage.of(**{part: columns.get(part) for part in _PARTS})
    micros = columns.get("cost_micros")
    if micros is None:
        price = prices.price(
            provider=columns.get("provider"),
            model=columns.get("model_id"),
            model_version=columns.get("model_version"),
            usage=usage,
            at_ns=at_ns,
            service_tier=next((attributes[name] for name in _TIERS if attributes.get(name)), None),
        )
        micros = price.micros if price is not None else None
    return Used(micros=micros, tokens=usage.input_tokens + usage.output_tokens)


def guessed(prices: Prices, columns: Mapping[str, Any], asked: object, most: object, *, at_ns: int) -> Used:
    """What a call may use, before it is made and where nothing like it has been seen yet.

    Args:
        prices: The book.
        columns: The model and the provider.
        asked: What goes in; four characters of it are taken for a token.
        most: How many tokens may come out, where the request says it.
        at_ns: Now, in unix nanoseconds.
    """
    output = most if isinstance(most, int) and most > 0 else _OUTPUT_TOKENS_GUESSED
    tokens = {"input_tokens": len(str(asked)) // _CHARACTERS_PER_TOKEN, "output_tokens": output}
    return used(prices, {**columns, **tokens}, {}, at_ns=at_ns)
