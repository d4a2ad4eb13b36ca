"""Whom costs serve: sums by one thing that calls have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyflare.analytics.cost.money import calls, dollars

_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """What the calls of one value cost."""

    value: str | None
    """The model, the user, …; None for calls without one."""
    calls: int
    cost_micros: int | None
    """Of the priced calls; None where none is."""
    unpriced_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    failed_calls: int = 0
    failed_cost_micros: int | None = None
    """Of the calls among them that failed."""

    @property
    def cost_usd(self) -> float | None:
        """In dollars."""
        return None if self.cost_micros is None else self.cost_micros / 1e6


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Attribution:
    """Costs by one dimension, the dearest first."""

    dimension: str
    lines: tuple[CostLine, ...]
    total: CostLine
    """All calls, each once, where a call may be in several lines, as by tag."""

    def share(self, line: CostLine) -> float | None:
        """How much of the total a line is, 0 to 1; None where either is unpriced, or the total is 0."""
        if line.cost_micros is None or not self.total.cost_micros:
            return None
        return line.cost_micros / self.total.cost_micros

    def __iter__(self) -> Iterator[CostLine]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def __repr__(self) -> str:
        shown = [self._said(line) for line in self.lines[:_SHOWN]]
        more = [f"… and {len(self.lines) - _SHOWN:,} more"] if len(self.lines) > _SHOWN else []
        whole = f"{dollars(self.total.cost_micros)} by {self.dimension}, {calls(self.total.calls)}"
        return "\n".join([whole, *shown, *more])

    def _said(self, line: CostLine) -> str:
        share = self.share(line)
        part = "" if share is None else f"{share:6.1%}"
        unpriced = f", {line.unpriced_calls:,} unpriced" if line.unpriced_calls else ""
        name = "(none)" if line.value is None else line.value
        return f"{dollars(line.cost_micros):>14} {part:>6}  {name}  ({calls(line.calls)}{unpriced})"


def attribute(dimension: str, lines: Iterable[CostLine], *, total: CostLine | None = None) -> Attribution:
    """Put lines in order and beside their total.

    Args:
        dimension: What the lines are by.
        lines: In any order.
        total: All calls; the sum of the lines if left out, which is right where no call is in several.

    Examples:
        >>> attribute("model", [CostLine(value="a", calls=1, cost_micros=5), CostLine(value="b", calls=1, cost_micros=9)])
        $0.000014 by model, 2 calls
             $0.000009  64.3%  b  (1 call)
             $0.000005  35.7%  a  (1 call)
    """
    ordered = sorted(lines, key=_dearest_first)
    return Attribution(dimension=dimension, lines=tuple(ordered), total=_sum(ordered) if total is None else total)


def _sum(lines: list[CostLine]) -> CostLine:
    return CostLine(
        value=None,
        calls=sum(line.calls for line in lines),
        cost_micros=_known(line.cost_micros for line in lines),
        unpriced_calls=sum(line.unpriced_calls for line in lines),
        input_tokens=sum(line.input_tokens for line in lines),
        output_tokens=sum(line.output_tokens for line in lines),
        failed_calls=sum(line.failed_calls for line in lines),
        failed_cost_micros=_known(line.failed_cost_micros for line in lines),
    )


def _known(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _dearest_first(line: CostLine) -> tuple[bool, int, int, str]:
    return line.cost_micros is None, -(line.cost_micros or 0), -line.calls, line.value or ""
