"""Chat completions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pyflare.dialects.messages import Message, finish_reason, message_of, messages_of, text_of
from pyflare.integrations.call import Answered, Asked
from pyflare.integrations.method import plain
from pyflare.integrations.openai_protocol.estimate import estimate, prepare
from pyflare.integrations.openai_protocol.fields import fields
from pyflare.integrations.openai_protocol.usage import parameters, tokens
from pyflare.integrations.stainless import Endpoint
from pyflare.schema.texts import Texts


def ask(body: Mapping[str, Any], provider: str) -> Asked:
    """A request."""
    attributes = parameters(body)
    tools = body.get("tools") or body.get("functions")
    if tools:
        attributes["gen_ai.tool.definitions"] = json.dumps(tools, default=str)
    format = body.get("response_format")
    if format is not None and isinstance(format, Mapping):
        attributes["gen_ai.output.type"] = "json" if "json" in str(format.get("type")) else "text"
    messages = body.get("messages")
    said = messages_of(messages, role="user") or messages_of(_plain(messages), role="user")
    return Asked(
        operation="chat",
        kind="llm",
        provider=provider,
        model=body.get("model"),
        input=said or messages,
        attributes=attributes,
    )


def _plain(value: Any) -> Any:
    """The messages as JSON has them: answers that are handed back may be models of the library."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    dump = getattr(value, "model_dump", None)
    return dump(exclude_none=True) if callable(dump) else value


REASONING: Final = ("reasoning_content", "reasoning")
"""Where those who follow OpenAI put what a model thought."""


def answered(result: Any) -> Answered:
    """A whole completion, as JSON has it or as the library's own model: of that, only what is used is read."""
    body = fields(result)
    choices = [fields(choice) for choice in body.get("choices") or ()]
    return _answered(body, [(fields(choice.get("message")), choice.get("finish_reason")) for choice in choices])


def _answered(body: Mapping[str, Any], choices: Iterable[tuple[Mapping[str, Any], Any]]) -> Answered:
    """What was said in each choice and why it ended, and what else a completion has."""
    messages: list[Message] = Texts()
    reasons = []
    for given, reason in choices:
        message = text_of(given)
        if message is None:
            said = {name: item for name, item in given.items() if item is not None}
            message = text_of(said)
            if message is None:
                message, messages = _message(said), [*messages]
        if isinstance(reason, str):
            reasons.append(finish_reason(reason))
            if message is not None and reason:
                message["finish_reason"] = reasons[-1]
        if message is not None and message["parts"]:
            messages.append(message)
    return Answered(
        output=messages or None,
        columns={
            "model_version": body.get("model"),
            "response_id": body.get("id"),
            "finish_reasons": reasons or None,
            **tokens(body.get("usage")),
        },
        attributes={
            "openai.response.service_tier": body.get("service_tier"),
            "openai.response.system_fingerprint": body.get("system_fingerprint"),
        },
    )


def _message(said: Mapping[str, Any]) -> Message | None:
    """What was said, with what the model thought before it spoke."""
    if not said:
        return None
    said = plain(said)
    message = message_of({"role": "assistant", **said})
    thought = next((said[name] for name in REASONING if isinstance(said.get(name), str) and said[name]), None)
    if message is not None and thought is not None:
        message["parts"].insert(0, {"type": "reasoning", "content": thought})
    return message


class Pieces:
    """Puts the choices of a stream together from their pieces."""

    most_kept = 64

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._choices: dict[int, _Choice] = {}

    def add(self, chunk: Any) -> None:
        """Take note of a chunk. It has nearly always a text and nothing else."""
        held = chunk.__dict__  # asking a model of pydantic for its attributes takes longer
        if not self._head:
            self._head = {name: value for name in _HEAD if (value := getattr(chunk, name, None))}
        if held.get("usage") or "x_groq" in held:
            self._end(chunk)
        for choice in held.get("choices") or ():
            piece = choice.__dict__
            known = self._choices.get(piece.get("index") or 0)
            if known is None:
                known = self._choices[piece.get("index") or 0] = _Choice()
            delta = piece["delta"]
            said, more = delta.__dict__, getattr(delta, "__pydantic_extra__", None)
            text = said.get("content")
            alone = type(text) is str and not more and [*said.values()].count(None) == len(said) - 1
            if alone and not piece.get("finish_reason"):
                known.texts.append(text)
            else:
                known.add(piece, said, text, more)

    def _end(self, chunk: Any) -> None:
        """The last chunk, or each one of some providers, has the usage so far; Groq's has it in a place of its own."""
        held = chunk.__dict__
        usage = held.get("usage") or getattr(held.get("x_groq"), "usage", None)
        if usage is None:
            return
        self._head["usage"] = usage
        tier = getattr(chunk, "service_tier", None)
        if tier:
            self._head["service_tier"] = tier

    def answered(self) -> Answered:
        """What has come so far."""
        return _answered(self._head, [choice.whole() for _, choice in sorted(self._choices.items())])


class _Choice:
    """One choice of a stream."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._more: dict[str, list[str]] = {}
        self._calls: dict[int, dict[str, str]] = {}
        self._reason: str | None = None

    def add(self, piece: Mapping[str, Any], said: Mapping[str, Any], text: Any, more: Mapping[str, Any] | None) -> None:
        """Take note of a piece that has more than a text, or another."""
        if type(text) is str:
            self.texts.append(text)
        elif text:
            self._blocks(text)
        if piece.get("finish_reason"):
            self._reason = piece["finish_reason"]
        if said.get("tool_calls"):
            self._call(said["tool_calls"])
        if more or said.get("refusal") or said.get("reasoning") or said.get("reasoning_content"):
            self._say({**said, **(more or {})})

    def _say(self, said: Mapping[str, Any]) -> None:
        """Text that is no plain content."""
        for name in _TEXTS:
            piece = said.get(name)
            if isinstance(piece, str):
                self._more.setdefault(name, []).append(piece)

    def _blocks(self, blocks: Sequence[Any]) -> None:
        """Mistral's: text, and what was thought, which is a list of texts."""
        for block in blocks:
            if isinstance(thought := getattr(block, "thinking", None), list | str):
                pieces = self._more.setdefault("reasoning", [])
                pieces += (
                    [getattr(part, "text", None) or "" for part in thought] if isinstance(thought, list) else [thought]
                )
            elif isinstance(text := getattr(block, "text", None), str):
                self.texts.append(text)

    def _call(self, calls: Sequence[Any]) -> None:
        for call in calls:
            known = self._calls.setdefault(call.index or 0, {"id": "", "name": "", "arguments": ""})
            known["id"] = call.id or known["id"]
            if call.function is not None:
                known["name"] += call.function.name or ""
                arguments = call.function.arguments or ""
                known["arguments"] += arguments if isinstance(arguments, str) else json.dumps(arguments, default=str)

    def whole(self) -> tuple[dict[str, Any], str | None]:
        """The message as a response that is not streamed has it, and why it ended."""
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self.texts)}
        if self._more:
            message |= {name: "".join(pieces) for name, pieces in self._more.items()}
        if self._calls:
            message["tool_calls"] = [
                {
                    "type": "function",
                    "id": call["id"],
                    "function": {"name": call["name"], "arguments": call["arguments"]},
                }
                for _, call in sorted(self._calls.items())
            ]
        return message, self._reason


_HEAD: Final = ("id", "model", "service_tier", "system_fingerprint")
_TEXTS: Final = ("refusal", *REASONING)
ENDPOINT: Final = Endpoint(
    ask=ask, answer=answered, reads_models=True, chunks=Pieces, prepare=prepare, estimate=estimate
)
