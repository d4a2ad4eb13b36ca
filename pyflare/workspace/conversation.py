"""Input and output of a span as a conversation, whatever shape they have. Pure functions of JSON values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from pyflare.dialects.messages import messages_of, opened
from pyflare.store.normalise.documents import documents_of

Part = dict[str, Any]
Message = dict[str, Any]
"""`{"role", "parts", "finish_reason"}`; each part has a `type` and what belongs to it."""

_TALKING: Final = frozenset({"llm", "agent", "chain", "workflow", "task", "guardrail", None})
"""Kinds of work whose texts are said by somebody."""
_ASKED: Final = ("question", "query", "prompt", "message", "input", "text", "user_input")
"""Arguments of a function that are what somebody asked."""
_FINDING: Final = frozenset({"retriever", "reranker"})
_TOOLS: Final = ("gen_ai.tool.definitions", "llm.tools", "gen_ai.request.tools", "llm.request.functions", "tools")
"""Attributes that hold the definitions of tools."""
_SHAPELESS: Final = ("result", "text", "content", "passage", "document", "page_content", "body")
"""Where a document keeps its text, besides the usual."""
_MODALITIES: Final = frozenset({"image", "audio"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """What went in and what came out, as people read it."""

    messages: list[Message]
    answers: list[Message]
    tools: list[Any]
    documents: list[dict[str, Any]]


def chat_of(*, kind: str | None, input: Any, output: Any, attributes: Mapping[str, Any]) -> Chat | None:
    """Read a span as a conversation.

    Args:
        kind: Its `inference_type`.
        input: Its input as a JSON value.
        output: Its output.
        attributes: Its attributes; definitions of tools are looked for there and in the input.

    Returns:
        None where input and output are neither a conversation nor documents.
    """
    documents = _documents(output) if kind in _FINDING else []
    asked = _said(input, role="user", kind=kind)
    answered = [] if documents else _said(output, role="assistant", kind=kind)
    if documents or asked or answered:
        return Chat(messages=asked, answers=answered, tools=_tools(input, attributes), documents=documents)
    return None


def _said(value: Any, *, role: str, kind: str | None) -> list[Message]:
    """The messages in an input or output; none where it holds something else."""
    if value is None:
        return []
    if isinstance(value, str):
        return [_message(role, [_text(value)])] if kind in _TALKING | _FINDING and value else []
    read = None if _is_plain_list(value, kind) else messages_of(value, role=role)
    if read:
        return [_read(message) for message in read]
    if kind in _TALKING and role == "user" and (question := _question(value)):
        return [_message(role, [_text(question)])]
    if kind != "llm":
        return []
    return [_message(role, [{"type": "json", "value": value}])]


def _question(value: Any) -> str | None:
    """What was asked, where it is one argument among others."""
    if not isinstance(value, Mapping):
        return None
    return next((value[name] for name in _ASKED if isinstance(value.get(name), str) and value[name]), None)


def _is_plain_list(value: Any, kind: str | None) -> bool:
    """Whether it is a list of anything but messages: a function's own arguments or results."""
    if not isinstance(value, list):
        return False
    return all(isinstance(item, str) for item in value) if kind == "llm" else not all(map(_has_role, value))


def _has_role(item: Any) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("role"), str)


def _message(role: str, parts: list[Part], finish_reason: str | None = None) -> Message:
    return {"role": role, "parts": parts, "finish_reason": finish_reason}


def _read(message: Mapping[str, Any]) -> Message:
    return _message(message["role"], [part_of(part) for part in message["parts"]], message.get("finish_reason"))


def part_of(part: Mapping[str, Any]) -> Part:
    """A part as the conventions write it, in the words of the API: text, image, audio, file, reasoning, ….

    What is none of these is `json`.
    """
    match part["type"]:
        case "text" | "refusal":
            return _text(part.get("content"))
        case "reasoning":
            return {"type": "reasoning", "text": _as_text(part.get("content"))}
        case "tool_call":
            return {
                "type": "tool_call",
                "id": _word(part.get("id")),
                "name": _word(part.get("name")),
                "arguments": part.get("arguments"),
            }
        case "tool_call_response":
            return {"type": "tool_result", "id": _word(part.get("id")), "result": part.get("response")}
        case "uri" | "blob" | "file":
            return _medium(part)
        case _:
            return {"type": "json", "value": dict(part)}


def _text(content: Any) -> Part:
    return {"type": "text", "text": _as_text(content)}


def _as_text(content: Any) -> str:
    return content if isinstance(content, str) else msgspec.json.encode(content).decode()


def _word(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


def _medium(part: Mapping[str, Any]) -> Part:
    """An image, a sound or a file: by its address, or by what is in it."""
    modality, mime_type = part.get("modality"), _word(part.get("mime_type"))
    content, url = part.get("content"), _word(part.get("uri"))
    if url is None and isinstance(content, str):
        url = f"data:{mime_type or 'application/octet-stream'};base64,{content}"
    kind = modality if modality in _MODALITIES else "file"
    return {"type": kind, "url": url, "mime_type": mime_type, "id": _word(part.get("file_id"))}


def _tools(input: Any, attributes: Mapping[str, Any]) -> list[Any]:
    """The definitions of the tools that the model was offered."""
    found = next((attributes[name] for name in _TOOLS if attributes.get(name)), None)
    if found is None and isinstance(input, Mapping):
        found = input.get("tools") or input.get("functions")
    value = opened(found)
    return value if isinstance(value, list) else [] if value is None else [value]


def _documents(output: Any) -> list[dict[str, Any]]:
    """The documents in an output: a list of them, or an object that holds one."""
    if isinstance(output, Mapping):
        lists = [value for value in output.values() if isinstance(value, list)]
        output = lists[0] if len(lists) == 1 else []
    if not isinstance(output, list):
        return []
    texts = [{"content": item} if isinstance(item, str) else item for item in output]
    return [_document(item) for item in documents_of(_unwrapped(texts))]


def _unwrapped(items: Iterable[Any]) -> Iterable[Any]:
    """Documents whose text lies one level down, or under another name, with it where it is looked for."""
    for item in items:
        if not isinstance(item, Mapping) or item.get("content") is not None or item.get("document.content"):
            yield item
            continue
        name = next((name for name in _SHAPELESS if isinstance(item.get(name), str | Mapping)), None)
        yield item if name is None else _opened_up(item, name)


def _opened_up(item: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A document with what its member of a name holds in that member's stead."""
    rest = {key: value for key, value in item.items() if key != name}
    inner = item[name]
    if isinstance(inner, str):
        return {**rest, "content": inner}
    text = next((key for key in _SHAPELESS if isinstance(inner.get(key), str)), None)
    below = {key: value for key, value in inner.items() if key != text}
    return {**below, **rest, "content": inner if text is None else inner[text]}


def _document(found: Mapping[str, Any]) -> dict[str, Any]:
    metadata = found.get("metadata")
    rest = {name: value for name, value in found.items() if name not in ("id", "score", "content", "metadata")}
    score = found.get("score")
    return {
        "id": _word(found.get("id")),
        "text": None if found.get("content") is None else _as_text(found["content"]),
        "score": float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None,
        "metadata": {**(metadata if isinstance(metadata, Mapping) else {}), **rest},
    }


def new_messages(chat: Chat, seen: set[bytes]) -> list[Message]:
    """What a turn adds to the conversation: without the messages it repeats from earlier turns.

    A model is given the conversation so far, so all up to the last answer that an
    earlier turn held is history; what comes after it was said now, even in the same
    words as before.

    Args:
        chat: The turn.
        seen: What earlier turns held; what this one holds is added.
    """
    marks = [_mark(message) for message in chat.messages]
    last = max(
        (at for at, mark in enumerate(marks) if mark in seen and chat.messages[at]["role"] != "user"), default=-1
    )
    seen.update(marks, map(_mark, chat.answers))
    return [*chat.messages[last + 1 :], *chat.answers]


def _mark(message: Message) -> bytes:
    return msgspec.json.encode((message["role"], message["parts"]), order="deterministic")
