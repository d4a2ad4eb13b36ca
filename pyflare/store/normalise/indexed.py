"""Lists that a dialect has flattened into one attribute for each leaf: `llm.input_messages.0.message.role`.

An index is only believed up to `MOST_SLOTS`, as others do: nothing is made for
slots that no attribute names, and an attribute beyond the bound is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from pyflare.dialects import messages

MOST_SLOTS: Final = 10_001
"""Indices run from 0 to 10,000."""
_MOST_DIGITS: Final = len(str(MOST_SLOTS))
_CONTENT: Final = "message_content"

Path = tuple[int | str, ...]
Tree = dict[int | str, Any]


@lru_cache(maxsize=4096)
def path_of(key: str, prefix: str) -> Path | None:
    """Where a leaf belongs: indices as numbers, the names between them joined by dots. None where an index is too large."""
    path: list[int | str] = []
    for name in key[len(prefix) :].split("."):
        if name.isascii() and name.isdecimal():
            if len(name) > _MOST_DIGITS or int(name) >= MOST_SLOTS:
                return None
            path.append(int(name))
        elif path and isinstance(path[-1], str):
            path[-1] = f"{path[-1]}.{name}"
        else:
            path.append(name)
    return tuple(path) if path and isinstance(path[0], int) else None


def tree(leaves: Iterable[tuple[Path, Any]]) -> list[Any]:
    """The items of a list, in the order of their indices, from its leaves."""
    root: Tree = {}
    for path, value in leaves:
        node = root
        for step in path[:-1]:
            below = node.setdefault(step, {})
            if not isinstance(below, dict):
                break
            node = below
        else:
            node[path[-1]] = value
    return _in_order(root)


def _in_order(node: object) -> list[Any]:
    """The items of a flattened list, which may have been written as JSON instead."""
    if isinstance(node, list):
        return node
    if isinstance(node, str):
        found = messages.opened(node)
        return found if isinstance(found, list) else []
    if not isinstance(node, dict):
        return []
    return [node[index] for index in sorted(index for index in node if isinstance(index, int))]


def openinference_messages(items: list[Any]) -> list[messages.Message]:
    """Messages of `llm.input_messages` and `llm.output_messages`."""
    made = [
        messages.message_of(
            {
                "role": item.get("message.role"),
                "name": item.get("message.name"),
                "tool_call_id": item.get("message.tool_call_id"),
                "content": _content(item),
                "tool_calls": [_call(call) for call in _in_order(item.get("message.tool_calls"))],
                "function_call": _function_call(item),
                "finish_reason": item.get("message.finish_reason"),
            }
        )
        for item in items
        if isinstance(item, dict)
    ]
    return [message for message in made if message and message["parts"]]


def _content(item: dict[str, Any]) -> Any:
    whole = item.get("message.content")
    contents = [_block(block) for block in _in_order(item.get("message.contents")) if isinstance(block, dict)]
    if not contents:
        return whole
    texts = [block for block in contents if block.get("type") == "text"]
    if whole is None or (len(texts) == 1 and texts[0].get("text") == whole):
        return contents
    return [whole, *contents]


def _block(block: dict[str, Any]) -> dict[str, Any]:
    kind = block.get(f"{_CONTENT}.type")
    for modality in ("image", "audio", "video"):
        url = block.get(f"{_CONTENT}.{modality}.{modality}.url")
        if isinstance(url, str):
            return messages.medium(url, modality=modality)
    if kind == "tool_use" or "tool_call.function.name" in block:
        return {"type": "tool_call", **_call(block)}
    return {"type": kind, "text": block.get(f"{_CONTENT}.text")}


def _call(call: Any) -> dict[str, Any]:
    if not isinstance(call, dict):
        return {}
    return {
        "id": call.get("tool_call.id"),
        "name": call.get("tool_call.function.name"),
        "arguments": call.get("tool_call.function.arguments"),
    }


def _function_call(item: dict[str, Any]) -> dict[str, Any] | None:
    name = item.get("message.function_call_name")
    if name is None:
        return None
    return {"name": name, "arguments": item.get("message.function_call_arguments_json")}


def turns(items: list[Any], *, role: str) -> list[messages.Message]:
    """Messages of OpenLLMetry's older `gen_ai.prompt` and `gen_ai.completion`."""
    made = [
        messages.message_of(
            {
                "role": role,
                **{name: value for name, value in item.items() if isinstance(name, str)},
                "content": messages.opened(item.get("content")),
                "tool_calls": [*_in_order(item.get("tool_calls"))],
            }
        )
        for item in items
        if isinstance(item, dict)
    ]
    return [message for message in made if message and message["parts"]]


def texts(items: list[Any]) -> list[str]:
    """The texts of `embedding.embeddings`, `llm.prompts` and `llm.choices`."""
    names = ("embedding.text", "prompt.text", "completion.text")
    found = (item.get(name) for item in items if isinstance(item, dict) for name in names)
    return [text for text in found if isinstance(text, str)]
