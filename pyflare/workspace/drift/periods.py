"""Which rows are the reference: a moving window, a range of time, a model version, a session, a data set, or a stored one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, Final

from pyflare.config.kinds import duration_s
from pyflare.errors import ConfigError, DataError
from pyflare.store.times import unix_ns

LATEST: Final = "latest"
"""The stored reference that was made last."""
_HOW: Final = 'a window such as "7d", since with or without until, model_version, session, dataset, or stored'


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What is normal. Without anything else, the week before the current rows."""

    window: str | None = None
    """A moving window of this length, such as "7d", that ends where the current rows begin."""
    since: str | None = None
    """Rows from then on: an ISO 8601 time, or how long ago."""
    until: str | None = None
    """Rows before then; without it, before the current rows."""
    model_version: str | None = None
    """Only rows of this version of the model."""
    session: str | None = None
    """Only rows of this session."""
    dataset: str | None = None
    """Only rows whose attribute `dataset` is this."""
    stored: str | None = None
    """A version of the references that are stored for the monitor, or `latest`."""

    def __post_init__(self) -> None:
        narrowing = (self.since, self.until, self.model_version, self.session, self.dataset)
        if self.stored is not None and (self.window is not None or any(part is not None for part in narrowing)):
            raise ConfigError("reference: a stored one is what it is; expected nothing else beside it.")
        if self.window is not None and (self.since is not None or self.until is not None):
            raise ConfigError("reference: expected a window or a range of time, got both.")
        if self.window is not None:
            window_ns(self.window, name="reference.window")

    @classmethod
    def of(cls, given: object) -> Reference:
        """What a user wrote: a `Reference`, a window such as "7d", or a mapping of its fields. Raises ConfigError."""
        match given:
            case Reference():
                return given
            case str():
                return cls(window=given)
            case Mapping():
                return cls(**_known(given))
            case _:
                raise ConfigError(f"reference: expected {_HOW}; got {given!r}.")

    @property
    def moves(self) -> bool:
        """Whether its rows are others at each look."""
        return self.stored is None and self.since is None and not self.equalities

    @property
    def equalities(self) -> dict[str, str]:
        """Values that its rows have, by column; that of `dataset` is an attribute."""
        named = {"model_version": self.model_version, "session_id": self.session, "dataset": self.dataset}
        return {name: value for name, value in named.items() if value is not None}

    def range_ns(self, *, current_start_ns: int, now_ns: int) -> tuple[int | None, int]:
        """From when until before when its rows lie, in unix nanoseconds; from the beginning where that is None.

        Raises:
            DataError: A time cannot be read, or the range ends before it begins.
        """
        until_ns = current_start_ns if self.until is None else unix_ns(self.until, now_ns=now_ns, argument="until")
        if self.since is not None:
            since_ns = unix_ns(self.since, now_ns=now_ns, argument="since")
            if self.until is not None and since_ns >= until_ns:
                raise DataError(f"reference: expected since before until, got {self.since!r} and {self.until!r}.")
            return since_ns, until_ns
        if self.window is None and (self.equalities or self.until is not None):
            return None, until_ns
        return until_ns - window_ns(self.window or DEFAULT_WINDOW, name="reference.window"), until_ns


DEFAULT_WINDOW: Final = "7d"
CURRENT_WINDOW: Final = "1d"
_EXACT: Final = (
    ("microseconds", 10**8),
    ("milliseconds", 10**10),
    ("seconds", 600 * 10**9),
    ("minutes", math.inf),
)
"""To what times are said, and up to which length of a period, in nanoseconds."""


def window_ns(text: object, *, name: str) -> int:
    """The length of a window in nanoseconds. Raises ConfigError."""
    try:
        length_ns = round(duration_s(str(text)) * 1e9)
    except ValueError:
        length_ns = 0
    if length_ns <= 0:
        raise ConfigError(f'{name}: expected how long the window is, such as "15m", "12h" or "7d"; got {text!r}.')
    return length_ns


def period_text(start_ns: int | None, end_ns: int | None) -> str:
    """A period after a comma, UTC, as exact as it is short: to the minute, second, millisecond or microsecond.

    Nothing where it is not known when it ends.
    """
    if end_ns is None:
        return ""
    length_ns = None if start_ns is None else end_ns - start_ns
    exact = "minutes" if length_ns is None else next(name for name, until_ns in _EXACT if length_ns < until_ns)
    start, end = (None if ns is None else _moment_text(ns, exact) for ns in (start_ns, end_ns))
    return f", before {end}" if start is None else f", {start} to {end}"


def _moment_text(unix_ns: int, exact: str) -> str:
    moment = datetime.fromtimestamp(unix_ns // 10**9, UTC).replace(tzinfo=None, microsecond=unix_ns // 1000 % 10**6)
    return moment.isoformat(sep=" ", timespec=exact)


def _known(given: Mapping[Any, Any]) -> dict[str, str]:
    names = [each.name for each in fields(Reference)]
    for name in given:
        if name not in names:
            raise ConfigError(f'reference: there is no "{name}"; the names are {", ".join(names)}.')
    return {name: _text(name, value) for name, value in given.items() if value is not None}


def _text(name: str, value: object) -> str:
    if isinstance(value, date):  # TOML has times of its own
        return value.isoformat()
    if not isinstance(value, str):
        raise ConfigError(f"reference.{name}: expected text, got {value!r}.")
    return value
