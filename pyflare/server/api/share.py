"""One trace as a file to be sent to somebody."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Response

from pyflare.server.api import share_document
from pyflare.server.api.deps import ERRORS, NOT_FOUND, Asking
from pyflare.server.api.share_markdown import as_markdown
from pyflare.store.engine import Engine
from pyflare.workspace.share import SharedTrace, read_shared

router = APIRouter(tags=["share"])

Format = Literal["html", "markdown", "json", "otlp"]
Redact = Annotated[bool, Query(description="Whether to hide what looks like a secret or a person's data.")]
_FILES: Final[dict[Format, tuple[str, str]]] = {
    "html": ("text/html; charset=utf-8", "html"),
    "markdown": ("text/markdown; charset=utf-8", "md"),
    "json": ("application/json", "json"),
    "otlp": ("application/json", "otlp.json"),
}
"""By format: the media type, and how the file's name ends."""


@router.get(
    "/traces/{trace_id}/share",
    response_class=Response,
    responses=ERRORS
    | NOT_FOUND
    | {200: {"description": "The file.", "content": {kind.partition(";")[0]: {} for kind, _ in _FILES.values()}}},
)
def share_trace(
    ask: Asking,
    trace_id: Annotated[str, Path(pattern="^[0-9a-f]{1,32}$", description="32 hex digits, or a unique beginning.")],
    format: Format = "html",
    redact: Redact = False,  # noqa: FBT002  (a query parameter)
) -> Response:
    """A trace as one file. The HTML page shows it as the viewer does, and needs no server and no network."""
    engine = ask.workspace.engine
    shared = read_shared(engine, trace_id, redact=redact)
    kind, ending = _FILES[format]
    return Response(
        _content(engine, shared, format),
        headers={
            "content-type": kind,
            "content-disposition": f'attachment; filename="trace-{shared.located.trace_id[:12]}.{ending}"',
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        },
    )


def _content(engine: Engine, shared: SharedTrace, format: Format) -> bytes:
    match format:
        case "html":
            return share_document.as_html(engine, shared)
        case "markdown":
            return as_markdown(msgspec.json.decode(share_document.as_json(engine, shared))).encode()
        case "json":
            return share_document.as_json(engine, shared)
        case "otlp":
            return share_document.as_otlp(shared)
