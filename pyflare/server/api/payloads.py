"""Inputs and outputs too large to be kept with their spans."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from pyflare.server.api.deps import ERRORS, NOT_FOUND, Asking
from pyflare.server.api.schemas.base import Json
from pyflare.server.api.spans_whole import raw

router = APIRouter(tags=["spans"])


@router.get("/payloads/{content_id}", response_model=Json, responses=ERRORS | NOT_FOUND)
def get_payload(
    ask: Asking,
    content_id: Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="`input_ref` or `output_ref` of a span.")],
) -> Response:
    """The whole of an input or output, as JSON; a string where it was cut off when it was captured."""

    def make() -> Any:
        return raw(ask.workspace.payload(content_id))

    return ask.json(make)
