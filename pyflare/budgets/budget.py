"""A budget: how much of what, in which window, for whom, and what happens when it is used up."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, Literal

from pyflare.budgets.windows import Window, window
from pyflare.errors import ConfigError

if TYPE_CHECKING:
    from pyflare.budgets.alerts import BudgetAlert

Unit = Literal["usd", "tokens", "calls"]

DIMENSIONS: Final = {
    "user": "user_id",
    "session": "session_id",
    "feature": "feature_id",
    "environment": "environment",
    "team": "team",
    "tag": "tags",
    "model": "model_id",
    "provider": "provider",
    "service": "service_name",
    "project": "project",
}
"""What a budget can be by, and the column of `spans` that holds it."""
MICROS_PER_USD: Final = 1_000_000
_PARTS: Final = " · "


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A limit on what model calls may use in a window of time, shared by all processes that use a folder.

    Give exactly one limit. Nothing is stopped unless `on_exceeded` is "stop".

    Examples:
        >>> Budget(name="each user", limit_usd=2.0, window="day", by="user", on_exceeded="stop")
        Budget('each user': $2.00 by user and day, then stop)
    """

    name: str
    limit_usd: float | None = None
    limit_tokens: int | None = None
    """Input and output tokens."""
    limit_calls: int | None = None
    window: str = "day"
    """"hour", "day", "week", "month", "rolling 24h", "rolling 30d", …."""
    time_zone: str = "UTC"
    """Where the calendar's days begin, such as "Europe/Berlin"."""
    by: str | Sequence[str] = ()
    """Each value has a budget of its own: "user", ("team", "model"), …. Without it all calls share one."""
    match: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    """Only calls that have these values count: `{"environment": "production", "model": ["gpt-4o", "o3"]}`."""
    on_exceeded: Literal["warn", "stop"] | Callable[[BudgetAlert], object] = "warn"
    """"stop" raises `BudgetExceededError` before a call; a function is called once per window, in the process that
    reached the limit."""
    warn_at: Sequence[float] = (0.8,)
    """Shares of the limit at which to warn, once per window each."""
    on_alert: Callable[[BudgetAlert], object] | None = None
    """Called with each alert, instead of a warning in the log."""

    def __post_init__(self) -> None:
        if not str(self.name).strip():
            raise ConfigError(f"A budget needs a name that is not empty; got {self.name!r}.")
        given = [limit for limit in (self.limit_usd, self.limit_tokens, self.limit_calls) if limit is not None]
        if len(given) != 1 or not _is_positive(given[0]):
            raise self._unusable("exactly one of limit_usd, limit_tokens and limit_calls, above 0", given)
        by = (self.by,) if isinstance(self.by, str) else tuple(self.by)
        for word in (*by, *self.match):
            _check_dimension(self.name, word)
        if "tag" in by:
            raise self._unusable('to be by something that a call has one of; a "tag" can be matched', by)
        if not (self.on_exceeded in ("warn", "stop") or callable(self.on_exceeded)):
            raise self._unusable('on_exceeded to be "warn", "stop" or a function', self.on_exceeded)
        levels = tuple(sorted({float(level) for level in self.warn_at}))
        if not all(0 < level <= 1 for level in levels):
            raise self._unusable("shares above 0 and up to 1 in warn_at, such as 0.8", self.warn_at)
        object.__setattr__(self, "by", by)
        object.__setattr__(self, "warn_at", levels)
        object.__setattr__(self, "match", {word: _values(value) for word, value in self.match.items()})
        window(self.window, time_zone=self.time_zone)

    def _unusable(self, expected: str, got: object) -> ConfigError:
        return ConfigError(f'The budget "{self.name}" cannot be used: expected {expected}; got {got!r}.')

    @classmethod
    def of(cls, value: Budget | Mapping[str, Any]) -> Budget:
        """A budget from what pyflare.toml says of it.

        Raises:
            ConfigError: A name is unknown, or a value cannot be used.
        """
        if isinstance(value, Budget):
            return value
        if not isinstance(value, Mapping):
            raise ConfigError(f"Expected a pyflare.Budget or a table with its fields; got {value!r}.")
        known = [each.name for each in fields(cls)]
        for word in value:
            if word not in known:
                near = get_close_matches(str(word), known, n=1)
                hint = f'did you mean "{near[0]}"?' if near else f"the words are {', '.join(known)}."
                raise ConfigError(f'A budget has no "{word}". Hint: {hint}')
        if "name" not in value:
            raise ConfigError(f"A budget needs a name; got {dict(value)!r}.")
        return cls(**value)

    @property
    def unit(self) -> Unit:
        """What is limited."""
        if self.limit_usd is not None:
            return "usd"
        return "tokens" if self.limit_tokens is not None else "calls"

    @property
    def limit(self) -> int:
        """The limit as it is counted: in micro-dollars, tokens or calls."""
        if self.limit_usd is not None:
            return max(1, round(self.limit_usd * MICROS_PER_USD))
        return int(self.limit_tokens or self.limit_calls or 0)

    @property
    def stops(self) -> bool:
        """Whether calls are stopped when it is used up."""
        return self.on_exceeded == "stop"

    @property
    def windows(self) -> Window:
        """Its window, as arithmetic."""
        return window(self.window, time_zone=self.time_zone)

    @property
    def id(self) -> int:
        """64 bits that name what is counted: another limit continues the count, another window begins one."""
        counted = [self.name, self.unit, self.window, self.time_zone, list(self.by), sorted(self.match.items())]
        return int.from_bytes(blake2b(json.dumps(counted).encode(), digest_size=8).digest(), "big")

    def key(self, values: Mapping[str, Any]) -> str | None:
        """Whose account a call with these columns belongs to; None where the budget is not for it."""
        for word, wanted in self.match.items():
            value = values.get(_column(word))
            if not any(str(each) in wanted for each in (value if isinstance(value, list | tuple) else (value,))):
                return None
        return _PARTS.join(_said(values.get(_column(word))) for word in self.by)

    def said(self, amount: int) -> str:
        """An amount in the budget's unit, for people."""
        if self.unit != "usd":
            return f"{amount:,} {self.unit}"
        usd = amount / MICROS_PER_USD
        return f"${usd:,.2f}" if abs(usd) >= 1 else f"${usd:.6f}".rstrip("0").ljust(5, "0")

    def record(self) -> dict[str, Any]:
        """The fields as JSON has them; functions by what they do."""
        plain = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "on_alert"}
        return {**plain, "on_exceeded": self.on_exceeded if isinstance(self.on_exceeded, str) else "warn"}

    def __repr__(self) -> str:
        then = self.on_exceeded if isinstance(self.on_exceeded, str) else "call back"
        by = "".join(f"{word} and " for word in self.by)
        only = f", only {dict(self.match)}" if self.match else ""
        return f"Budget({self.name!r}: {self.said(self.limit)} by {by}{self.window}{only}, then {then})"


def _is_positive(limit: object) -> bool:
    return isinstance(limit, int | float) and not isinstance(limit, bool) and 0 < limit < math.inf and limit < 1e12


def _check_dimension(name: str, word: str) -> None:
    """Any word with a dot is an attribute; a word without one may be misspelt."""
    if word in DIMENSIONS or "." in word:
        return
    near = get_close_matches(word, DIMENSIONS, n=1)
    hint = f' Hint: did you mean "{near[0]}"?' if near else ""
    raise ConfigError(
        f'The budget "{name}" cannot be used: expected one of {", ".join(DIMENSIONS)}, '
        f'or an attribute of the call\'s span with a dot in its name; got "{word}".{hint}'
    )


def _column(word: str) -> str:
    return DIMENSIONS.get(word, word)


def _values(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value]


def _said(value: object) -> str:
    return "" if value is None else str(value)
