"""A run of a monitor as one file to be sent to somebody."""

from __future__ import annotations

import re
from typing import Final

from fastapi import APIRouter, Response

from pyflare.server.api.deps import ERRORS, NOT_FOUND, Asking, Ranged
from pyflare.server.api.drift_monitors import InSegment, MonitorName, RunId

router = APIRouter(prefix="/drift-monitors", tags=["drift"])

_HTML: Final = "text/html"
_PLAIN: Final = re.compile(r"[^A-Za-z0-9_.-]+")


@router.get(
    "/{monitor}/report",
    response_class=Response,
    responses=ERRORS | NOT_FOUND | {200: {"description": "The page.", "content": {_HTML: {}}}},
)
def report_drift(
    ask: Asking, monitor: MonitorName, ranged: Ranged, segment: InSegment = None, run_id: RunId = None
) -> Response:
    """Give a run of a monitor, with those before it, as one page that needs no server and no network."""
    from pyflare.workspace.drift.stored import stored_report

    scope = None if run_id else ranged
    report = stored_report(ask.workspace.engine, monitor, segment, run_id=run_id, scope=scope)
    name = _PLAIN.sub("-", "-".join(part for part in ("drift", monitor, segment) if part))
    return ask.plain(
        report.to_html().encode(),
        media_type=f"{_HTML}; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}.html"', "x-content-type-options": "nosniff"},
    )
