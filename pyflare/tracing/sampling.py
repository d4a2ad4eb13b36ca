"""Which traces are kept: decided before they begin (head), or when they have ended (tail).

Both decide by trace id as OpenTelemetry's `TraceIdRatioBased` does, so that
services with the same rate keep the same traces, and whatever a lower rate keeps
a higher one keeps too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyflare.errors import ConfigError

_DECIDING_BITS: Final = 64
"""The low-order bits of a trace id that decide, as in OpenTelemetry's Python SDK."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingRule:
    """A rate for some traces, told by their first span. A condition left out always holds.

    Raises:
        ConfigError: The rate is not between 0 and 1.
    """

    rate: float
    """The share of these traces that is kept, 0 to 1."""
    service: str | None = None
    """The service's name."""
    attribute: tuple[str, Any] | None = None
    """An attribute's key and its value."""
    name: str | None = None
    """The first span's name."""

    def __post_init__(self) -> None:
        _check_rate(self.rate, "The rate of a sampling rule")

    def matches(self, service: str, name: str, attributes: Mapping[str, Any]) -> bool:
        """Whether all conditions hold."""
        return (
            (self.service is None or self.service == service)
            and (self.name is None or self.name == name)
            and (
                self.attribute is None
                or (self.attribute[0] in attributes and attributes[self.attribute[0]] == self.attribute[1])
            )
        )


class HeadSampler:
    """Decides on a trace when its first span begins. The caller follows a parent's decision where there is one."""

    def __init__(self, *, rate: float = 1.0, rules: Iterable[SamplingRule] = ()) -> None:
        """Keep by the first rule that matches, else by `rate`.

        Raises:
            ConfigError: The rate is not between 0 and 1.
        """
        _check_rate(rate, "sample_rate")
        self._bound = _bound(rate)
        self._rules = [(rule, _bound(rule.rate)) for rule in rules]

    def decide(self, trace_id: bytes, service: str, name: str, attributes: Mapping[str, Any]) -> bool:
        """Whether the trace with this id (16 bytes, big endian) is kept."""
        for rule, bound in self._rules:
            if rule.matches(service, name, attributes):
                return _is_below(trace_id, bound)
        return _is_below(trace_id, self._bound)


class TailSampler:
    """Decides on a trace when its first span has ended."""

    def __init__(self, *, slower_than_s: float | None = None, rate: float = 0.0, keep_errors: bool = True) -> None:
        """Keep what took `slower_than_s` seconds or more, what failed, and of the rest the share `rate`.

        Raises:
            ConfigError: The rate is not between 0 and 1.
        """
        _check_rate(rate, "tail_rate")
        self._slow_ns = None if slower_than_s is None else slower_than_s * 1e9
        self._bound = _bound(rate)
        self._keep_errors = keep_errors

    def keep(self, trace_id: bytes, duration_ns: int, has_error: bool) -> bool:
        """Whether the trace is kept: its id (16 bytes, big endian), how long it took, whether any span failed."""
        if (has_error and self._keep_errors) or (self._slow_ns is not None and duration_ns >= self._slow_ns):
            return True
        return _is_below(trace_id, self._bound)


def _bound(rate: float) -> int:
    return round(rate * (1 << _DECIDING_BITS))


def _is_below(trace_id: bytes, bound: int) -> bool:
    return int.from_bytes(trace_id[-_DECIDING_BITS // 8 :], "big") < bound


def _check_rate(rate: float, what: str) -> None:
    if not 0.0 <= rate <= 1.0:
        raise ConfigError(f"{what} is a share from 0 to 1, not {rate!r}. Use 0.1 to keep a tenth.")
