"""What a library's own object holds, one level deep: making plain values of all of it takes the program's time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def fields(value: Any) -> Mapping[str, Any]:
    """The fields of a model of pydantic, also those it does not know, or the items of a mapping; else none."""
    if type(value) is dict:
        return value
    try:
        more = value.__pydantic_extra__
    except AttributeError:
        return value if isinstance(value, Mapping) else {}
    held: Mapping[str, Any] = value.__dict__
    return {**held, **more} if more else held
