"""The folder itself."""

from __future__ import annotations

from fastapi import APIRouter, Response

from pyflare.server.api.deps import ERRORS, Asking
from pyflare.server.api.schemas.info import Info
from pyflare.server.api.values import info_value

router = APIRouter(tags=["folder"])


@router.get("/info", response_model=Info, responses=ERRORS)
def read_info(ask: Asking) -> Response:
    """What the folder holds at a glance."""
    return ask.fresh(info_value(ask.served))
