"""Messages of any of the usual shapes as OpenTelemetry writes them now: `{"role": …, "parts": […]}`.

Read are the conventions' own messages, the chat messages of OpenAI and those who
follow it, Anthropic's and Google's blocks, and request and response bodies that
hold such messages. What has another shape is no list of messages: None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from pyflare.dialects.json_text import decoded
from pyflare.dialects.words import FINISH_REASONS, ROLES
from pyflare.schema.texts import Texts

Message = dict[str, Any]

_DATA_URL: Final = re.compile(r"data:(?P<mime>[^;,]+);base64,(?P<content>.+)", re.DOTALL)
_CONTENT_NAMES: Final = ("parts", "content", "contents")
_ANSWERING: Final = frozenset({"tool", "function"})
_SPEAKING: Final = frozenset({"system", "user", "assistant", "developer"})
"""Roles that stand as they are, of messages that may be one text."""


def messages_of(value: object, *, role: str) -> list[Message] | None:
    """Read messages. They are `Texts` where all of them are.

    Args:
        value: A list of messages, one message, or the body of a request or response that holds some.
        role: Of texts that stand alone: user or assistant.
    """
    if isinstance(value, dict):
        value = _listed(value)
    if not isinstance(value, list) or not value:
        return None
    found: list[Message] = Texts()
    for item in value:
        message = text_of(item)
        if message is None:
            message = message_of(item, role=role)
            found = [*found]
        if message is None:
            return None
        if message["parts"]:
            found.append(message)
    return found


def text_of(value: object) -> Message | None:
    """A message of nothing but a role and a text, as nearly all are; None of any other."""
    if type(value) is dict and len(value) == 2:
        role, content = value.get("role"), value.get("content")
        if type(content) is str and content and type(role) is str and role in _SPEAKING:
            return {"role": role, "parts": [{"type": "text", "content": content}]}
    return None


def _listed(body: dict[str, Any]) -> object:
    """The messages in a request's or response's body."""
    for name in ("messages", "choices", "candidates", "contents"):
        if isinstance(body.get(name), list):
            return body[name]
    return [body] if isinstance(body.get("role"), str) else None


def message_of(value: object, *, role: str | None = None) -> Message | None:
    """One message; None where it is none. Its parts may be none."""
    if isinstance(value, str) and role is not None:
        return {"role": role, "parts": [{"type": "text", "content": value}]}
    if not isinstance(value, dict):
        return None
    inner = value.get("message")
    if isinstance(inner, dict):  # a choice
        value = {"role": "assistant", "finish_reason": value.get("finish_reason"), **inner}
    said = value.get("role")
    if not isinstance(said, str):
        return None
    parts = _parts(value)
    name = ROLES.get(said.lower(), said.lower())
    if parts and all(part["type"] == "tool_call_response" for part in parts):
        name = "tool"
    message: Message = {"role": name}
    if isinstance(value.get("name"), str) and name != "tool":
        message["name"] = value["name"]
    message["parts"] = parts
    reason = value.get("finish_reason") or value.get("stop_reason")
    if isinstance(reason, str) and reason:
        message["finish_reason"] = finish_reason(reason)
    return message


def finish_reason(word: str) -> str:
    """A finish reason in the conventions' words."""
    return FINISH_REASONS.get(word.strip().lower(), word)


def _parts(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of a message, whatever it calls them."""
    content = _first(message, *_CONTENT_NAMES)
    if message["role"].lower() in _ANSWERING and not isinstance(message.get("parts"), list):
        answered = _first(message, "tool_call_id", "id", "name")
        if isinstance(answered, str):
            return [answer(answered, _plain(content))]
    parts = parts_of(content)
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        known = {part.get("id") for part in parts if part["type"] == "tool_call"}
        made = [part for item in calls if (part := part_of(item, kind="tool_call")) is not None]
        parts += [part for part in made if part.get("id") is None or part["id"] not in known]
    refusal = message.get("refusal")
    if isinstance(refusal, str) and refusal:
        parts.append({"type": "refusal", "content": refusal})
    call = message.get("function_call")
    if isinstance(call, dict):
        parts += [part for part in [part_of(call, kind="tool_call")] if part is not None]
    return parts


def parts_of(content: object) -> list[dict[str, Any]]:
    """Content as parts; empty ones are left out."""
    items: Iterable[object] = content if isinstance(content, list) else [] if content is None else [content]
    return [part for item in items if (part := part_of(item)) is not None]


def part_of(value: object, *, kind: str | None = None) -> dict[str, Any] | None:
    """One part; None where there is nothing in it."""
    if isinstance(value, str):
        return {"type": "text", "content": value} if value else None
    if not isinstance(value, dict):
        return None
    kind = kind or _kind(value)
    read = _READERS.get(kind or "")
    if read is not None:
        return read(value)
    return {"type": kind or "unknown", **{name: item for name, item in value.items() if name != "type"}}


def _kind(value: dict[str, Any]) -> str | None:
    kind = value.get("type") or value.get("kind")
    if isinstance(kind, str):
        return kind
    return "text" if isinstance(value.get("text"), str) else None


def _text(value: dict[str, Any]) -> dict[str, Any] | None:
    content = _first(value, "content", "text")
    return {"type": "text", "content": content} if content else None


def _thought(value: dict[str, Any]) -> dict[str, Any] | None:
    content = _first(value, "content", "thinking", "text")
    return {"type": "reasoning", "content": content} if content else None


def _call(value: dict[str, Any]) -> dict[str, Any] | None:
    function = value.get("function")
    named: dict[str, Any] = function if isinstance(function, dict) else value
    arguments = _first(named, "arguments", "input", "args")
    call_id = _first(value, "id", "toolCallId", "call_id")
    return call(call_id, _first(named, "name", "toolName"), arguments)


def call(call_id: object, name: object, arguments: object) -> dict[str, Any]:
    """A call of a tool that the model asks for."""
    part: dict[str, Any] = {"type": "tool_call"}
    if call_id is not None:
        part["id"] = call_id
    part["name"] = name if isinstance(name, str) else ""
    if arguments is not None:
        part["arguments"] = opened(arguments)
    return part


def _answer(value: dict[str, Any]) -> dict[str, Any] | None:
    call_id = _first(value, "id", "tool_use_id", "tool_call_id", "toolCallId")
    return answer(call_id, _plain(_first(value, "response", "result", "content", "output")))


def answer(call_id: object, response: object) -> dict[str, Any]:
    """What a tool answered."""
    part: dict[str, Any] = {"type": "tool_call_response"}
    if call_id is not None:
        part["id"] = call_id
    part["response"] = opened(response)
    return part


def _plain(content: object) -> object:
    """The text of content that is only one text."""
    if isinstance(content, list) and len(content) == 1:
        part = part_of(content[0])
        if part is not None and part["type"] == "text":
            return part["content"]
    return content


def opened(value: object) -> object:
    """JSON text of an object or list as what it stands for; everything else as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        found = decoded(value)
        return value if found is None else found
    return value


def _image(value: dict[str, Any]) -> dict[str, Any] | None:
    url = _first(value, "image_url", "url", "uri", "image")
    if isinstance(url, dict):
        url = _first(url, "url", "image.url")
    if isinstance(url, str):
        return medium(url, modality="image")
    source = value.get("source")
    if not isinstance(source, dict):
        return {**value, "type": "image"}
    if isinstance(source.get("url"), str):
        return medium(source["url"], modality="image")
    return {
        "type": "blob",
        "modality": "image",
        "mime_type": source.get("media_type"),
        "content": source.get("data"),
    }


def medium(url: str, *, modality: str) -> dict[str, Any]:
    """An image, sound or film by its address, or what is in the address."""
    data = _DATA_URL.match(url)
    if data is None:
        return {"type": "uri", "modality": modality, "uri": url}
    return {"type": "blob", "modality": modality, "mime_type": data["mime"], "content": data["content"]}


def _first(value: dict[str, Any], *names: str) -> Any:
    for name in names:
        found = value.get(name)
        if found is not None:
            return found
    return None


_READERS: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]]] = {
    **dict.fromkeys(("text", "input_text", "output_text"), _text),
    **dict.fromkeys(("tool_call", "tool_use", "tool-call", "function"), _call),
    **dict.fromkeys(("tool_call_response", "tool_result", "tool-result"), _answer),
    **dict.fromkeys(("reasoning", "thinking"), _thought),
    **dict.fromkeys(("image", "image_url", "input_image"), _image),
}
