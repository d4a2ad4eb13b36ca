"""The folder itself."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Response

from pyflare._version import __version__
from pyflare.server.api.deps import ERRORS, Asking
from pyflare.server.api.moments import rfc3339
from pyflare.server.api.schemas.info import Info
from pyflare.workspace.overview import count_writers

router = APIRouter(tags=["folder"])


@router.get("/info", response_model=Info, responses=ERRORS)
def read_info(ask: Asking) -> Response:
    """What the folder holds at a glance."""

    def make() -> dict[str, Any]:
        path = ask.workspace.engine.root
        seen = ask.served.overview()
        return {
            "version": __version__,
            "path": str(path),
            "name": path.parent.name if path.name == ".pyflare" else path.name,
            "read_only": ask.served.options.read_only,
            "traces": seen.traces,
            "spans": seen.spans,
            "first_time": None if seen.first_ns is None else rfc3339(seen.first_ns),
            "last_time": None if seen.last_ns is None else rfc3339(seen.last_ns),
            "now": rfc3339(time.time_ns()),
            "services": seen.services,
            "environments": seen.environments,
            "writers": count_writers(ask.workspace.engine),
            "losses": seen.losses,
        }

    return ask.fresh(make())
