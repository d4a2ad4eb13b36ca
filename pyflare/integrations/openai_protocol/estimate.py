"""Usage of a stream that says none: OpenAI's does so only where the program asks for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pyflare.integrations.call import Answered
from pyflare.integrations.openai_protocol import tokenizer

ESTIMATED: Final = "pyflare.usage.estimated"
_OF_A_MESSAGE: Final = 3
"""Tokens that stand around each message, and before the answer."""


def prepare(body: Mapping[str, Any]) -> None:
    """Get ready to count, where a stream will not say its usage."""
    if body.get("stream") and not (body.get("stream_options") or {}).get("include_usage"):
        tokenizer.prepare(body.get("model"))


def estimate(body: Mapping[str, Any], answered: Answered) -> Answered:
    """The answer with counted tokens, marked as estimated, where it has none and they can be counted."""
    columns = answered.columns
    if columns.get("output_tokens") is not None or answered.output is None:
        return answered
    model, messages = body.get("model"), body.get("messages") or []
    asked = tokenizer.count(model, _texts(messages))
    said = tokenizer.count(model, _parts(answered.output))
    if asked is None or said is None:
        return answered
    tokens = {"input_tokens": asked + _OF_A_MESSAGE * (len(messages) + 1), "output_tokens": said}
    return replace(answered, columns={**columns, **tokens}, attributes={**answered.attributes, ESTIMATED: True})


def _texts(value: Any) -> Iterator[str]:
    """The texts in a request's messages; images and sounds are not counted."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            if name not in {"type", "id", "tool_call_id", "image_url", "input_audio"}:
                yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif callable(dump := getattr(value, "model_dump", None)):
        yield from _texts(dump(exclude_none=True))


def _parts(messages: Any) -> Iterator[str]:
    """The texts of an answer, and the names and arguments of its calls."""
    for part in (part for message in messages for part in message["parts"]):
        if isinstance(part.get("content"), str):
            yield part["content"]
        if part["type"] == "tool_call":
            arguments = part.get("arguments")
            yield part["name"]
            yield arguments if isinstance(arguments, str) else json.dumps(arguments or {})
