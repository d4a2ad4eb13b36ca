"""What went in and came out, as texts, and what can be measured of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from pyflare.analytics.drift.column import Column
from pyflare.analytics.drift.text.columns import text_columns

if TYPE_CHECKING:
    import pyarrow as pa

MODEL: Final[Literal["hashing"]] = "hashing"
"""How texts are embedded: the same wherever a reference is kept."""
_NOT_SAID: Final = frozenset({"role", "type", "id", "name", "model", "finish_reason"})
"""Keys of messages whose values nobody wrote."""


def measured_texts(contents: Mapping[str, pa.ChunkedArray]) -> dict[str, Column]:
    """Columns of what texts are like.

    Args:
        contents: JSON of what went in or came out, by the text and what is measured of it, such as `input.words`.
    """
    wanted: dict[str, list[str]] = {}
    for name in contents:
        wanted.setdefault(name.partition(".")[0], []).append(name)
    found: dict[str, Column] = {}
    for base, names in wanted.items():
        texts = [None if content is None else plain_text(content) for content in contents[names[0]].to_pylist()]
        columns = text_columns(
            texts,
            name=base,
            is_answer=f"{base}.refusal" in names,
            model=MODEL if f"{base}.embedding" in names else None,
        )
        found |= {name: columns[name] for name in names}
    return found


def plain_text(content: str) -> str:
    r"""All that is said in a JSON text, in order, a line for each value.

    Examples:
        >>> plain_text('[{"role": "user", "content": "Where is it?"}, {"role": "assistant", "content": "Here."}]')
        'Where is it?\nHere.'
    """
    try:
        value = msgspec.json.decode(content)
    except msgspec.DecodeError:  # content that was cut short
        return content
    return "\n".join(_said(value))


def _said(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _said(item)
        case dict():
            for key, item in value.items():
                if key not in _NOT_SAID:
                    yield from _said(item)
