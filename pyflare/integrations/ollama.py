"""ollama: chat, generate and embeddings of a model on one's own machine; sync, async, streamed, with tools, thinking."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ollama import AsyncClient, Client

from pyflare.dialects.messages import finish_reason, message_of, messages_of
from pyflare.integrations.call import Answered, Asked
from pyflare.integrations.method import Method, plain
from pyflare.integrations.patch import Patch

_OPTIONS: Final = {
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "top_k": "gen_ai.request.top_k",
    "seed": "gen_ai.request.seed",
    "num_predict": "gen_ai.request.max_tokens",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "stop": "gen_ai.request.stop_sequences",
}


def _asked(operation: str, arguments: Mapping[str, Any], said: Any) -> Asked:
    options = plain(arguments.get("options")) or {}
    attributes = {name: options[word] for word, name in _OPTIONS.items() if options.get(word) is not None}
    if arguments.get("stream"):
        attributes["gen_ai.request.stream"] = True
    if arguments.get("format"):
        attributes["gen_ai.output.type"] = "json"
    if arguments.get("tools"):
        attributes["gen_ai.tool.definitions"] = json.dumps([_tool(tool) for tool in arguments["tools"]], default=str)
    kind = "embedding" if operation == "embeddings" else "llm"
    model = arguments.get("model") or None
    return Asked(operation=operation, kind=kind, provider="ollama", model=model, input=said, attributes=attributes)


def _tool(tool: Any) -> Any:
    """A tool may be a function, which the client describes to the model by itself."""
    return {"type": "function", "name": tool.__name__} if callable(tool) else plain(tool)


def _ask_chat(_: Any, arguments: Mapping[str, Any]) -> Asked:
    messages = plain(arguments.get("messages")) or []
    return _asked("chat", arguments, messages_of(messages, role="user") or messages)


def _ask_text(_: Any, arguments: Mapping[str, Any]) -> Asked:
    texts = (("system", arguments.get("system")), ("user", arguments.get("prompt")))
    said = [message_of(text, role=role) for role, text in texts if text]
    return _asked("text_completion", arguments, said)


def _ask_vectors(_: Any, arguments: Mapping[str, Any]) -> Asked:
    texts = arguments.get("input", arguments.get("prompt"))
    return _asked("embeddings", arguments, [texts] if isinstance(texts, str) else texts)


def _answer(result: Any) -> Answered:
    return _answered(plain(result))


def _answered(body: Mapping[str, Any]) -> Answered:
    reason = body.get("done_reason")
    message = _message(body)
    if message["parts"] and reason:
        message["finish_reason"] = finish_reason(reason)
    return Answered(
        output=[message] if message["parts"] else None,
        columns={
            "model_version": body.get("model"),
            "input_tokens": body.get("prompt_eval_count"),
            "output_tokens": body.get("eval_count"),
            "finish_reasons": [finish_reason(reason)] if reason else None,
        },
        attributes={"ollama.load_duration_ns": body.get("load_duration")},
    )


def _message(body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of a chat or of a completion."""
    said = body.get("message") or {"content": body.get("response")}
    thought = said.get("thinking") or body.get("thinking")
    message = message_of({**said, "role": "assistant"}) or {"role": "assistant", "parts": []}
    if thought:
        message["parts"].insert(0, {"type": "reasoning", "content": thought})
    return message


def _answer_vectors(result: Any) -> Answered:
    body = plain(result)
    vectors = body.get("embeddings") or [body.get("embedding") or []]
    return Answered(
        columns={"model_version": body.get("model"), "input_tokens": body.get("prompt_eval_count")},
        attributes={
            "pyflare.embeddings.count": len(vectors),
            "gen_ai.embeddings.dimension.count": len(vectors[0]) or None,
        },
    )


class _Chunks:
    """Puts an answer together from its pieces; the last one has the counts."""

    def __init__(self) -> None:
        self._last: Any = None
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._calls: list[Any] = []

    def add(self, chunk: Any) -> None:
        self._last = chunk
        message = chunk.get("message")
        said = chunk if message is None else message
        self._texts.append(said.get("response" if message is None else "content") or "")
        self._thoughts.append(said.get("thinking") or "")
        self._calls += said.get("tool_calls") or ()

    def answered(self) -> Answered:
        if self._last is None:
            return Answered()
        said = {
            "content": "".join(self._texts),
            "thinking": "".join(self._thoughts),
            "tool_calls": plain(self._calls) or None,
        }
        return _answered({**plain(self._last), "message": said, "thinking": None})


_METHODS: Final = {
    "chat": Method(ask=_ask_chat, answer=_answer, chunks=_Chunks),
    "generate": Method(ask=_ask_text, answer=_answer, chunks=_Chunks),
    "embed": Method(ask=_ask_vectors, answer=_answer_vectors),
    "embeddings": Method(ask=_ask_vectors, answer=_answer_vectors),
}


def patches() -> Sequence[Patch]:
    """What is traced."""
    return [method.patch(owner, name) for owner in (Client, AsyncClient) for name, method in _METHODS.items()]
