"""A trace as Markdown: its tree, then what went in and out of each span, as in a chat."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pyflare.workspace.render import units

MAX_CHARS: Final = 1 << 20
"""A longer document is cut, and says so."""
_TO_ESCAPE: Final = re.compile(r"([\\`*_\[\]<>#|])")
_FENCE: Final = re.compile(r"`{3,}")
_MS_NS: Final = 1e6

Values = Mapping[str, Any]


def as_markdown(data: Values) -> str:
    """The document.

    Args:
        data: What `share_document.share_data` gives, as JSON has it.
    """
    text = "\n\n".join(piece for piece in _pieces(data) if piece) + "\n"
    if len(text) <= MAX_CHARS:
        return text
    return f"{text[:MAX_CHARS]}\n\n_Cut here: the whole would be {len(text):,} characters long._\n"


def _pieces(data: Values) -> Iterator[str]:
    trace = data["trace"]
    yield f"# {_inline(trace['operation_name'] or 'trace')}"
    yield _facts(
        ("Trace", f"`{trace['trace_id']}`"),
        ("Service", _inline(trace["service_name"] or "")),
        ("Started", trace["start_time"]),
        ("Duration", _duration(trace)),
        ("Status", trace["status"]),
        *_usage(trace),
        *((f"Score {_inline(name)}", _inline(str(value))) for name, value in trace["scores"].items()),
    )
    if data["redacted"]:
        yield "_What looked like a secret or a person's data was replaced._"
    yield "## Spans"
    yield _tree(data)
    for span in data["spans"].values():
        yield from _span(span)


def _tree(data: Values) -> str:
    outline = data["outline"]
    children: dict[int, list[int]] = {}
    for at, parent in enumerate(outline["parent"]):
        children.setdefault(parent, []).append(at)
    lines: list[str] = []
    pending = [(0, at) for at in reversed(children.get(-1, []))]
    while pending:
        depth, at = pending.pop()
        lines.append(f"{'  ' * depth}- {_line(outline, at)}")
        pending += [(depth + 1, child) for child in reversed(children.get(at, []))]
    return "\n".join(lines)


def _line(outline: Values, at: int) -> str:
    kind = outline["kind"][at]
    failed = " **error**" if outline["status"][at] == 2 else ""
    said = [] if kind < 0 else [outline["kinds"][kind]]
    duration_ns = outline["span_duration_ns"][at]
    said += [units.duration(duration_ns)] if duration_ns is not None else []
    return f"{_inline(outline['names'][outline['name'][at]])} ({', '.join(said)}){failed}"


def _span(span: Values) -> Iterator[str]:
    yield f"## {_inline(span['operation_name'])}"
    yield _facts(
        ("Kind", span["kind"]),
        ("Model", _inline(span["model_id"] or "")),
        ("Duration", _duration(span)),
        ("Error", _inline(span["error"] or "")),
        *_usage(span),
        ("Span", f"`{span['span_id']}`"),
    )
    if span["chat"] is None:
        yield _content("Input", span["input"])
        yield _content("Output", span["output"])
        return
    for message in (*span["chat"]["messages"], *span["chat"]["answers"]):
        yield f"### {_inline(message['role'])}"
        yield from map(_part, message["parts"])
    for document in span["chat"]["documents"]:
        yield f"### Document {_inline(document['id'] or '')}".rstrip()
        yield _quoted(document["text"] or "")


def _part(part: Values) -> str:
    match part["type"]:
        case "text":
            return _quoted(part["text"] or "")
        case "reasoning":
            return f"_Reasoning_\n\n{_quoted(part['text'] or '')}"
        case "tool_call":
            return f"Call of `{part['name'] or 'a tool'}`\n\n{_fenced(part['arguments'])}"
        case "tool_result":
            return f"Result\n\n{_fenced(part['result'])}"
        case "json":
            return _fenced(part["value"])
        case other:
            return f"_({other})_"


def _content(title: str, value: Any) -> str:
    return "" if value is None else f"### {title}\n\n{_fenced(value)}"


def _facts(*facts: tuple[str, str | None]) -> str:
    return "\n".join(f"- {label}: {value}" for label, value in facts if value)


def _usage(row: Values) -> tuple[tuple[str, str | None], ...]:
    tokens = row["total_tokens"]
    counted = f"{units.count(row['input_tokens'])} in, {units.count(row['output_tokens'])} out"
    micros = None if row["cost_usd"] is None else round(row["cost_usd"] * 1e6)
    return ("Tokens", counted if tokens is not None else None), ("Cost", units.cost(micros) if micros else None)


def _duration(row: Values) -> str:
    return str(row["state"]) if row["duration_ms"] is None else units.duration(row["duration_ms"] * _MS_NS)


def _inline(text: str) -> str:
    return _TO_ESCAPE.sub(r"\\\1", " ".join(text.split()))


def _quoted(text: str) -> str:
    """Text of others, set apart: whatever it holds stays within the quote."""
    return "\n".join(f"> {line}" for line in text.splitlines())


def _fenced(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    longest = max((len(found) for found in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{'' if isinstance(value, str) else 'json'}\n{text}\n{fence}"
