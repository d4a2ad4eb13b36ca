"""What a set of calls cost as a whole, and what of it was lost."""

from __future__ import annotations

from dataclasses import dataclass

from pyflare.analytics.cost.money import calls, dollars, per


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CostSummary:
    """What calls cost. Each call counts once; sums are of priced calls and None where none is.

    A failed call is one whose span has the status error. A retry is a call that
    follows a failed one of the same name and model under the same span: what it
    cost is the price of having failed before.
    """

    calls: int
    unpriced_calls: int
    """Calls with tokens and no price: they are in no sum."""
    estimated_calls: int
    """Calls whose tokens were counted by a tokenizer because the provider did not say them."""
    cost_micros: int | None
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    failed_calls: int
    failed_cost_micros: int | None
    """Of the failed calls."""
    retries: int
    retry_cost_micros: int | None
    """Of the retries."""
    traces: int
    """Traces with calls."""
    failed_traces: int
    failed_traces_cost_micros: int | None
    """Of all calls in traces that failed: what was paid for nothing."""
    sessions: int
    """Sessions with calls."""
    sessions_cost_micros: int | None
    """Of the calls that belong to a session."""
    price_versions: dict[str, int]
    """How many calls were priced by which prices, the most first."""

    @property
    def cost_usd(self) -> float | None:
        """In dollars; None where nothing is priced."""
        return None if self.cost_micros is None else self.cost_micros / 1e6

    @property
    def successful_traces(self) -> int:
        """Traces that did not fail."""
        return self.traces - self.failed_traces

    @property
    def usd_per_successful_trace(self) -> float | None:
        """All that was paid, for failed traces too, for each trace that did not fail."""
        return per(self.cost_micros, self.successful_traces)

    @property
    def usd_per_session(self) -> float | None:
        """What the calls of sessions cost, for each session."""
        return per(self.sessions_cost_micros, self.sessions)

    @property
    def cache_read_share(self) -> float | None:
        """How much of the input came from a cache, 0 to 1; None where there was no input."""
        return self.cache_read_tokens / self.input_tokens if self.input_tokens else None

    def lines(self) -> list[tuple[str, str]]:
        """The summary as pairs of what and how much."""
        unpriced = f", {self.unpriced_calls:,} unpriced" if self.unpriced_calls else ""
        estimated = f", {self.estimated_calls:,} with estimated tokens" if self.estimated_calls else ""
        cached = "" if self.cache_read_share is None else f", {self.cache_read_share:.0%} of the input from a cache"
        each = dollars(_micros(self.usd_per_successful_trace)), dollars(_micros(self.usd_per_session))
        return [
            ("cost", f"{dollars(self.cost_micros)} for {calls(self.calls)}{unpriced}{estimated}"),
            ("tokens", f"{self.input_tokens:,} in, {self.output_tokens:,} out{cached}"),
            ("failed calls", _spent(self.failed_cost_micros, self.failed_calls)),
            ("retries", _spent(self.retry_cost_micros, self.retries)),
            ("failed traces", _spent(self.failed_traces_cost_micros, self.failed_traces)),
            ("per successful trace", f"{each[0]}, of {self.successful_traces:,}" if self.successful_traces else "none"),
            ("per session", f"{each[1]}, of {self.sessions:,}" if self.sessions else "none"),
            ("priced by", ", ".join(f"{name} ({n:,})" for name, n in self.price_versions.items()) or "nothing"),
        ]

    def __repr__(self) -> str:
        return "\n".join(f"{name:<21}{text}" for name, text in self.lines())


def _micros(usd: float | None) -> int | None:
    return None if usd is None else round(usd * 1e6)


def _spent(micros: int | None, count: int) -> str:
    """What some cost. Each call is rounded to the micro-dollar: what adds up to none was free, or less than that."""
    if not count:
        return "none"
    known = "no known cost" if micros is None else "less than $0.000001 a call" if micros == 0 else dollars(micros)
    return f"{known} for {count:,}"
