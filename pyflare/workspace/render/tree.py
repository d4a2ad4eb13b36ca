"""A trace as a tree with bars, for a terminal or the `repr` in a notebook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from rich.cells import cell_len
from rich.text import Text

from pyflare.workspace.render import units

if TYPE_CHECKING:
    from pyflare.workspace.trace import Trace, TraceSpan

DEFAULT_WIDTH: Final = 100
MOST_SPANS: Final = 200
"""Spans shown before the rest is only counted."""
_DURATION_CELLS: Final = 9
_LEAST_LABEL_CELLS: Final = 32
_LEAST_NAME_CELLS: Final = 16
_BAR_SHARE: Final = 0.28
"""Of the width."""

Line = list[tuple[str, str]]
"""Pieces of text, each with a rich style."""


def as_text(trace: Trace, *, width: int = DEFAULT_WIDTH) -> str:
    """The tree as plain text."""
    return "\n".join("".join(text for text, _ in line).rstrip() for line in lines(trace, width=width))


def as_rich(trace: Trace, *, width: int, content: bool = False, most: int = MOST_SPANS) -> Text:
    """The tree in colour. See `lines` for the arguments."""
    shown = lines(trace, width=width, content=content, most=most)
    return Text("\n").join(Text.assemble(*line, no_wrap=True, overflow="ellipsis") for line in shown)


def lines(trace: Trace, *, width: int, content: bool = False, most: int = MOST_SPANS) -> Iterator[Line]:
    """The tree, line by line.

    Args:
        trace: The trace.
        width: Cells in a line.
        content: Show input and output of every span, not of the root alone.
        most: Spans to show; the others are counted in the last line.
    """
    yield from header(trace, width=width)
    yield []
    scale = _Scale(trace, width)
    for index, (span, stem, below) in enumerate(_branches(trace)):
        if index == most:
            yield [(f"… {units.plural(len(trace) - most, 'more span')}; trace.spans has them all", "dim")]
            return
        yield _span_line(span, stem, scale)
        yield from _detail_lines(span, below, width, content=content or span is trace.root)


def header(trace: Trace, *, width: int) -> Iterator[Line]:
    """What the trace is, in a few lines."""
    errors = len(trace.errors)
    summary = [
        f"{units.moment(trace.start)} UTC",
        ended(trace.duration_ns, trace.root.state),
        units.plural(len(trace), "span"),
        *([units.plural(errors, "error")] if errors else []),
    ]
    yield [("trace ", "dim"), (trace.trace_id, "bold"), (f"  {trace.root.service}", "cyan")]
    yield [(" · ".join(summary), "red" if errors else "")]
    for fact in (_scope(trace.root), _usage(trace)):
        if fact:
            yield [(units.one_line(fact, width), "dim")]


def _scope(root: TraceSpan) -> str:
    words = [
        f"{label} {root[column]}"
        for label, column in (
            ("user", "user_id"),
            ("session", "session_id"),
            ("feature", "feature_id"),
            ("environment", "environment"),
            ("team", "team"),
        )
        if root[column]
    ]
    return " · ".join([*words, *([f"tags {', '.join(root['tags'])}"] if root["tags"] else [])])


def _usage(trace: Trace) -> str:
    tokens = _tokens(trace.total("input_tokens"), trace.total("output_tokens"))
    cost = trace.total("cost_micros")
    return " · ".join(filter(None, [", ".join(trace.models), tokens, "" if cost is None else units.cost(cost)]))


def _tokens(into: int | None, out: int | None) -> str:
    if out is None:
        return "" if into is None else units.plural(into, "token")
    return f"{units.count(into)} → {units.plural(out, 'token')}"


def _branches(trace: Trace) -> Iterator[tuple[TraceSpan, str, str]]:
    """Each span in order of the tree, with the stem before its name and the one before the lines below it."""
    pending = [(root, "", "") for root in reversed(trace.roots)]
    while pending:
        span, stem, below = pending.pop()
        yield span, stem, below + ("│ " if span.children else "  ")
        last = len(span.children) - 1
        pending += [
            (child, below + ("└─ " if index == last else "├─ "), below + ("   " if index == last else "│  "))
            for index, child in reversed([*enumerate(span.children)])
        ]


class _Scale:
    """Where a moment of the trace lies on a line."""

    def __init__(self, trace: Trace, width: int) -> None:
        self.bar_cells = max(0, min(round(width * _BAR_SHARE), width - _LEAST_LABEL_CELLS - _DURATION_CELLS - 2))
        self.label_cells = max(_LEAST_LABEL_CELLS, width - self.bar_cells - _DURATION_CELLS - 2)
        self._start_ns = trace.spans[0].start_unix_ns
        latest_ns = trace.spans[-1].start_unix_ns - self._start_ns
        self._span_ns = max(trace.duration_ns or 0, latest_ns, 1)

    def bar(self, span: TraceSpan) -> str:
        """The span's time as a bar in half cells; dotted to the end where it has not ended."""
        first = min(self._half(span.start_unix_ns), 2 * self.bar_cells - 1)
        if span.duration_ns is None:
            return " " * (first // 2) + "┅" * (self.bar_cells - first // 2)
        last = max(self._half(span.start_unix_ns + span.duration_ns), first + 1)
        filled = [first <= half < last for half in range(2 * self.bar_cells)]
        return "".join(_HALVES[pair] for pair in zip(filled[::2], filled[1::2], strict=True)).rstrip()

    def _half(self, unix_ns: int) -> int:
        return round((unix_ns - self._start_ns) / self._span_ns * 2 * self.bar_cells)


_HALVES: Final = {(False, False): " ", (True, False): "╸", (False, True): "╺", (True, True): "━"}


def _span_line(span: TraceSpan, stem: str, scale: _Scale) -> Line:
    failed = span.status == "error"
    stem = _shortened(stem, scale.label_cells - _LEAST_NAME_CELLS)
    room = scale.label_cells - cell_len(stem) - 2
    name = units.one_line(span.name, room)
    beside = units.one_line(facts(span), max(room - cell_len(name), 0))
    padding = " " * max(room - cell_len(name) - cell_len(beside), 0)
    style = "red" if failed or span.state == "died" else "yellow" if span.state == "running" else "cyan"
    return [
        (stem, "dim"),
        (name, "bold red" if failed else "bold"),
        (f"  {beside}{padding}", "dim"),
        (f"{ended(span.duration_ns, span.state):>{_DURATION_CELLS}}  ", style if span.duration_ns is None else ""),
        (scale.bar(span), style),
    ]


def _shortened(stem: str, width: int) -> str:
    """The stem of a span so deep down that its name would find no room."""
    return stem if cell_len(stem) <= width else f"⋯ {stem[-(width - 2) :].lstrip()}"


def ended(duration_ns: int | None, state: str) -> str:
    """The duration, or the state of a span that has none."""
    return state if duration_ns is None else units.duration(duration_ns)


def facts(span: TraceSpan) -> str:
    """What the line says of a span beside its name."""
    tokens = _tokens(span["input_tokens"], span["output_tokens"])
    cost = "" if span["cost_micros"] is None else units.cost(span["cost_micros"])
    first_chunk_ns = span["time_to_first_chunk_ns"]
    first_chunk = "" if first_chunk_ns is None else f"first chunk {units.duration(first_chunk_ns)}"
    return " · ".join(filter(None, [span.kind, span.model, tokens, cost, first_chunk]))


def _detail_lines(span: TraceSpan, below: str, width: int, *, content: bool) -> Iterator[Line]:
    """The lines under a span: what went wrong, and what went in and out."""
    below = _shortened(below, width - 2 * _LEAST_NAME_CELLS)
    room = max(width - cell_len(below) - 4, _LEAST_NAME_CELLS)
    if span.error is not None:
        yield [(below, "dim"), (f"✗ {units.one_line(span.error, room)}", "red")]
    if content:
        for label, value in (("in ", span.input), ("out", span.output)):
            if value is not None:
                yield [(below, "dim"), (f"{label} ", "dim"), (units.one_line(_preview(value), room), "italic")]


def _preview(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
