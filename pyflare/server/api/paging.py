"""Where a page ended, as an opaque text, and the links between pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from fastapi import Request

from pyflare.errors import QueryError
from pyflare.workspace.listing import Place

_Packed = tuple[str, int | float | str | None, tuple[str, ...]]


def write_cursor(place: Place | None) -> str | None:
    """The cursor that leads to what comes after a place."""
    if place is None:
        return None
    packed = msgspec.json.encode((place.order, place.value, place.ids))
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def read_cursor(cursor: str | None) -> Place | None:
    """The place that a cursor names.

    Raises:
        QueryError: It is not a cursor that this API gave.
    """
    if cursor is None:
        return None
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        order, value, ids = msgspec.json.decode(packed, type=_Packed)
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise QueryError("cursor: expected `next_cursor` of another page. Hint: begin anew without a cursor.") from None
    return Place(order=order, value=value, ids=ids)


def check_place(place: Place, *, order: str, key: type, ids: int) -> None:
    """Let only a place pass that belongs to a list.

    Raises:
        QueryError: The cursor came from another list.
    """
    fits = place.value is None or isinstance(place.value, key)
    if place.order != order or len(place.ids) != ids or not fits:
        raise QueryError("cursor: it belongs to another list. Hint: begin anew without a cursor.")


def next_link(request: Request, value: Mapping[str, Any]) -> dict[str, str]:
    """The Link header to the page after one that names its `next_cursor`; none where it is the last."""
    return page_link(request, value["next_cursor"])


def page_link(request: Request, cursor: str | None) -> dict[str, str]:
    """The Link header to the page that a cursor leads to."""
    if cursor is None:
        return {}
    asked = [pair for pair in parse_qsl(request.url.query) if pair[0] not in ("cursor", "offset")]
    return {"link": f'<{request.url.path}?{urlencode([*asked, ("cursor", cursor)])}>; rel="next"'}
