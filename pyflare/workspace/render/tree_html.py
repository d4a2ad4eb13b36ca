"""A trace as HTML for a notebook: one line per span, which opens to its input and output."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any, Final

from pyflare.workspace.render import tree, units

if TYPE_CHECKING:
    from pyflare.workspace.trace import Trace, TraceSpan

_CONTENT_CHARS: Final = 4000
_BAR: Final = {"error": "#d64545", "died": "#d64545", "running": "#d9a514"}
_BAR_OTHERWISE: Final = "#3b82c4"
_LINE: Final = "display:grid;grid-template-columns:minmax(0,1fr) 6em 30%;gap:.8em;align-items:center"
_FAINT: Final = "opacity:.65"


def as_html(trace: Trace, *, most: int = tree.MOST_SPANS) -> str:
    """The trace with its first `most` spans. Every text in it is escaped."""
    head, *facts = ["".join(text for text, _ in line) for line in tree.header(trace, width=400)]
    shown = [_span(trace, depth, span) for index, (depth, span) in enumerate(trace.walk()) if index < most]
    more = len(trace) - len(shown)
    rest = f"<div style='{_FAINT}'>… {units.plural(more, 'more span')}</div>" if more else ""
    return (
        "<div style='font-family:ui-monospace,monospace;font-size:12px;line-height:1.5'>"
        f"<div><b>{escape(head)}</b></div>"
        f"<div style='{_FAINT};margin-bottom:.5em'>{'<br>'.join(map(escape, facts))}</div>"
        f"{''.join(shown)}{rest}</div>"
    )


def _span(trace: Trace, depth: int, span: TraceSpan) -> str:
    details = "".join(
        f"<div style='{_FAINT}'>{label}</div><pre style='margin:0;white-space:pre-wrap'>{_content(value)}</pre>"
        for label, value in (("input", span.input), ("output", span.output), ("attributes", span.attributes or None))
        if value is not None
    )
    error = f"<div style='color:{_BAR['error']}'>{escape(span.error)}</div>" if span.error else ""
    return (
        f"<details style='margin-left:{1.2 * depth:.1f}em'><summary style='{_LINE};cursor:pointer'>"
        f"<span><b>{escape(span.name)}</b> <span style='{_FAINT}'>{escape(tree.facts(span))}</span>{error}</span>"
        f"<span style='text-align:right'>{escape(tree.ended(span.duration_ns, span.state))}</span>"
        f"{_bar(trace, span)}</summary>"
        f"<div style='margin:.2em 0 .6em 1.2em'>{details or '<i>nothing captured</i>'}</div></details>"
    )


def _bar(trace: Trace, span: TraceSpan) -> str:
    whole_ns = max(trace.duration_ns or 0, trace.spans[-1].start_unix_ns - trace.spans[0].start_unix_ns, 1)
    left = (span.start_unix_ns - trace.spans[0].start_unix_ns) / whole_ns
    share = 1 - left if span.duration_ns is None else span.duration_ns / whole_ns
    colour = _BAR.get(span.status) or _BAR.get(span.state, _BAR_OTHERWISE)
    return (
        "<span style='display:block;height:.6em;background:rgba(128,128,128,.15)'>"
        f"<span style='display:block;height:100%;min-width:2px;margin-left:{min(left, 0.995):.2%};"
        f"width:{min(share, 1 - left):.2%};background:{colour}'></span></span>"
    )


def _content(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    return escape(text if len(text) <= _CONTENT_CHARS else f"{text[:_CONTENT_CHARS]}…")
