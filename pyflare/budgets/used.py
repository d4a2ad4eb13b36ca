"""What a call has used of a budget: its cost, its tokens, or itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyflare.budgets.budget import Unit
from pyflare.dialects.opentelemetry import OPENTELEMETRY
from pyflare.dialects.pyflare import PYFLARE
from pyflare.pricing import USAGE_COLUMNS, Prices, Usage

_SAYS: Final = ("cost_micros", "input_tokens", "output_tokens")
_READ: Final = (*USAGE_COLUMNS, "cost_micros", "model_id", "model_version", "service_tier")
_COLUMNS: Final = {
    name: column
    for dialect in (OPENTELEMETRY, PYFLARE)
    for column in _READ
    for name in reversed(dialect.columns.get(column, ()))
    if isinstance(name, str)
} | {"gen_ai.provider.name": "provider"}
"""What attributes say, for spans that were not begun by an integration of ours."""
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
    return any(columns.get(name) for name in _SAYS)


def columns_of(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that a span's attributes fill, as far as they say what its call used."""
    found: dict[str, Any] = {}
    for name, column in _COLUMNS.items() if attributes else ():
        if name in attributes:
            found[column] = attributes[name]
    return found


def used(prices: Prices, columns: Mapping[str, Any], *, at_ns: int) -> Used:
    """What a span's columns say that its call used. A cost that it reports itself counts before any price.

    Args:
        prices: The book.
        columns: Columns of `spans`.
        at_ns: When it began, in unix nanoseconds.
    """
    usage = Usage.of(**{name: columns.get(name) for name in USAGE_COLUMNS})
    micros = columns.get("cost_micros")
    if micros is None:
        price = prices.price(
            provider=columns.get("provider"),
            model=columns.get("model_id"),
            model_version=columns.get("model_version"),
            usage=usage,
            at_ns=at_ns,
            service_tier=columns.get("service_tier"),
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
    return used(prices, {**columns, **tokens}, at_ns=at_ns)
