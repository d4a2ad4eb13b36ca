"""A trace as a file: the data of the page that shows it, the page itself, JSON, OTLP."""

from __future__ import annotations

import time
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

import msgspec
import pyarrow as pa

from pyflare.errors import StoreError
from pyflare.interchange.otlp import request
from pyflare.otlp import to_json
from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import SPANS, TRACE_PREVIEW_CHARS
from pyflare.server.api.encoding import TRACE_COLUMNS, with_moments
from pyflare.server.api.moments import rfc3339
from pyflare.server.api.spans_whole import score_value, span_value
from pyflare.server.api.traces_outline import outline_value
from pyflare.store.engine import Engine
from pyflare.workspace.annotate import scores_of
from pyflare.workspace.lookup import find_trace_row
from pyflare.workspace.outline import read_outline
from pyflare.workspace.share import SharedTrace

SLOT: Final = '<script type="application/json" id="pyflare-data">'
"""Where the page's data begins; it ends at `</script>`."""
_END: Final = "</script>"
_TEMPLATE: Final = "share.html"
_WORDS_OF_OUTLINE: Final = ("names", "kinds", "models", "services")


def share_data(engine: Engine, shared: SharedTrace) -> dict[str, Any]:
    """What the page shows, for msgspec: the trace, its outline, and its spans by id. Raises NotFoundError."""
    scores: dict[str, list[dict[str, Any]]] = {}
    for row in shared.scores:
        score = {**row, "timestamp": rfc3339(row["unix_ns"])}
        scores.setdefault(row["span_id"] or "", []).append(score)
    spans = {
        row["span_id"]: span_value(row, scores=scores.get(row["span_id"], ()), origins=False) for row in shared.spans
    }
    return {
        "trace": _trace(engine, shared),
        "outline": _outline(engine, shared),
        "spans": spans,
        "scores": [score_value(score) for score in scores.get("", ())],
        "redacted": shared.redactor is not None,
        "exported": rfc3339(time.time_ns()),
        "left_out": {"spans": shared.left_out.spans, "contents": shared.left_out.contents},
    }


def _trace(engine: Engine, shared: SharedTrace) -> dict[str, Any]:
    """The trace's row. Redacted, its previews are made anew: one that was cut could hide a secret's beginning."""
    (row,) = with_moments([find_trace_row(engine, shared.located, TRACE_COLUMNS)])
    root: Mapping[str, Any] = next((span for span in shared.spans if span["span_id"] == row["root_span_id"]), {})
    trace = {
        **row,
        "scores": scores_of(engine, [shared.located.trace_id]).get(shared.located.trace_id, {}),
        "attributes": root.get("attributes") or {},
    }
    if shared.redactor is None:
        return trace
    previews = {f"{name}_preview": (root.get(name) or "")[:TRACE_PREVIEW_CHARS] or None for name in ("input", "output")}
    redacted = {name: _redacted(shared, value) for name, value in trace.items() if not name.endswith("_id")}
    people = {name: _redacted(shared, trace[name]) for name in ("user_id", "session_id", "feature_id", "model_id")}
    return {**trace, **redacted, **people, **previews, **{name: trace[name] for name in ("start_time", "end_time")}}


def _redacted(shared: SharedTrace, value: Any) -> Any:
    """Texts looked through, in lists and dicts too."""
    assert shared.redactor is not None
    match value:
        case str():
            return shared.redactor.text(value)
        case list():
            return [_redacted(shared, item) for item in value]
        case dict():
            return {name: _redacted(shared, item) for name, item in value.items()}
        case _:
            return value


def _outline(engine: Engine, shared: SharedTrace) -> dict[str, Any]:
    outline = outline_value(read_outline(engine, shared.located.trace_id))
    if shared.redactor is not None:
        outline |= {name: _redacted(shared, outline[name]) for name in _WORDS_OF_OUTLINE}
    return outline


def as_json(engine: Engine, shared: SharedTrace) -> bytes:
    """The data as JSON. Raises NotFoundError."""
    return msgspec.json.encode(share_data(engine, shared))


def as_html(engine: Engine, shared: SharedTrace, *, template: str | None = None) -> bytes:
    """A page that shows the trace and needs nothing else: no server, no network.

    Args:
        engine: The folder.
        shared: The trace.
        template: The page without data; that of the viewer where it is None.

    Raises:
        StoreError: The viewer is not there, as in a checkout where it was not built.
        NotFoundError: The trace was deleted meanwhile.
    """
    page = _template() if template is None else template
    before, slot, rest = page.partition(SLOT)
    if not slot or _END not in rest:
        raise StoreError(f"expected a page with a place for data ({SLOT}); it has none. Hint: build the viewer anew.")
    after = rest[rest.index(_END) :]
    return f"{before}{SLOT}{_embedded(as_json(engine, shared))}{after}".encode()


def _embedded(data: bytes) -> str:
    """JSON within a script element: no `<` is left that could end it or begin a comment."""
    return data.decode().replace("<", "\\u003c")


def _template() -> str:
    page = files("pyflare.server") / "viewer" / _TEMPLATE
    if not page.is_file():
        raise StoreError("the page for shared traces is not there. Hint: build the viewer: npm run build in ui/.")
    return page.read_text(encoding="utf-8")


def as_otlp(shared: SharedTrace) -> bytes:
    """The spans as one request of OTLP/JSON, which any OpenTelemetry backend takes."""
    schema = arrow_schema(SPANS)
    maps = [column.name for column in SPANS.columns if pa.types.is_map(schema.field(column.name).type)]
    rows = [{**row, **{name: [*(row[name] or {}).items()] for name in maps}} for row in shared.spans]
    table = pa.Table.from_pylist([{name: row[name] for name in schema.names} for row in rows], schema)
    return msgspec.json.encode(to_json(request("spans", table)))
