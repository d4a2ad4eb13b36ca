"""Messages that are as they should be already, read and written without a look at each.

Most are: the conventions' own, of texts, thoughts and calls of tools. What is
otherwise in any way is for `messages`, which takes several times as long.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from pyflare.dialects.json_text import BAD_JSON

_REASONS: Final = Meta(pattern="^(stop|length|content_filter|tool_call|error)$")
_Content = Annotated[str, Meta(min_length=1)]


class _Part(msgspec.Struct, tag_field="type", forbid_unknown_fields=True, gc=False):
    pass


class _Text(_Part, tag="text", gc=False):
    content: _Content


class _Reasoning(_Part, tag="reasoning", gc=False):
    content: _Content


class _Call(_Part, tag="tool_call", gc=False):
    id: str
    name: str
    arguments: dict[str, Any]


class Plain(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A message in the conventions' words."""

    role: Literal["system", "developer", "user", "assistant"]
    parts: Annotated[list[_Text | _Reasoning | _Call], Meta(min_length=1)]
    finish_reason: Annotated[str, _REASONS] | UnsetType = UNSET


_decode = msgspec.json.Decoder(Annotated[list[Plain], Meta(min_length=1)]).decode


def plain_messages(text: str) -> list[Plain] | None:
    """Messages of JSON text; None where any of them is not as it should be."""
    try:
        read: list[Plain] = _decode(text)
    except BAD_JSON:
        return None
    return read


def as_values(read: list[Plain]) -> Any:
    """The same as dicts and lists."""
    return msgspec.to_builtins(read)
