"""mistralai: chat, agents, fill in the middle and embeddings; sync, async, streamed, with tools and reasoning."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final

from pyflare.dialects.messages import message_of
from pyflare.integrations.call import Answered, Asked
from pyflare.integrations.method import Method, closing, follow_inside, plain
from pyflare.integrations.openai_protocol.chat import Pieces, answered, ask
from pyflare.integrations.openai_protocol.usage import tokens
from pyflare.integrations.patch import Patch

Read = Callable[[Any, Mapping[str, Any]], Asked]

_RENAMED: Final = {"random_seed": "seed"}


def _body(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are set, in OpenAI's words, whose requests Mistral's follow."""
    given = {_RENAMED.get(name, name): plain(value) for name, value in arguments.items() if _is_set(value)}
    return {**given, "messages": given.get("messages") or []}


def _is_set(value: Any) -> bool:
    return value is not None and type(value).__name__ != "Unset"


def _ask_chat(_: Any, arguments: Mapping[str, Any]) -> Asked:
    return ask(_body(arguments), "mistral_ai")


def _ask_stream(owner: Any, arguments: Mapping[str, Any]) -> Asked:
    return _ask_chat(owner, {**arguments, "stream": True})


def _ask_agent(_: Any, arguments: Mapping[str, Any]) -> Asked:
    asked = ask(_body(arguments), "mistral_ai")
    asked.attributes["gen_ai.agent.id"] = arguments.get("agent_id")
    return asked


def _ask_middle(_: Any, arguments: Mapping[str, Any]) -> Asked:
    asked = ask(_body(arguments), "mistral_ai")
    texts = [text for name in ("prompt", "suffix") if isinstance(text := arguments.get(name), str)]
    said = [message_of(text, role="user") for text in texts]
    return Asked(
        operation="text_completion",
        kind="llm",
        provider=asked.provider,
        model=asked.model,
        input=said,
        attributes=asked.attributes,
    )


def _ask_vectors(_: Any, arguments: Mapping[str, Any]) -> Asked:
    texts = arguments.get("inputs")
    return Asked(
        operation="embeddings",
        kind="embedding",
        provider="mistral_ai",
        model=arguments.get("model"),
        input=[texts] if isinstance(texts, str) else texts,
    )


def _answer(result: Any) -> Answered:
    return answered(plain(result))


def _answer_vectors(result: Any) -> Answered:
    body = plain(result)
    vectors = body.get("data") or []
    first = (vectors[0].get("embedding") if vectors else None) or []
    return Answered(
        columns={
            "model_version": body.get("model"),
            "response_id": body.get("id"),
            "input_tokens": tokens(body.get("usage")).get("input_tokens"),
        },
        attributes={"pyflare.embeddings.count": len(vectors), "gen_ai.embeddings.dimension.count": len(first) or None},
    )


class _Chunks(Pieces):
    """The pieces are in an event each."""

    def add(self, chunk: Any) -> None:
        super().add(chunk.data)


_follow: Final = follow_inside("generator")
_WHOLE: Final[dict[tuple[str, str, str], Read]] = {
    ("chat", "Chat", "complete"): _ask_chat,
    ("agents", "Agents", "complete"): _ask_agent,
    ("fim", "Fim", "complete"): _ask_middle,
}
_STREAMS: Final[dict[tuple[str, str, str], Read]] = {
    ("chat", "Chat", "stream"): _ask_stream,
    ("agents", "Agents", "stream"): _ask_agent,
    ("fim", "Fim", "stream"): _ask_middle,
}


def patches() -> Sequence[Patch]:
    """What is traced."""

    def owner(module: str, name: str) -> Any:
        return getattr(import_module(f"mistralai.client.{module}"), name)

    def both(module: str, name: str, function: str, method: Method) -> list[Patch]:
        return [method.patch(owner(module, name), word) for word in (function, f"{function}_async")]

    made = both("embeddings", "Embeddings", "create", Method(ask=_ask_vectors, answer=_answer_vectors))
    for place, read in _WHOLE.items():
        made += both(*place, Method(ask=read, answer=_answer))
    for place, read in _STREAMS.items():
        made += both(*place, Method(ask=read, answer=_answer, chunks=_Chunks, follow=_follow))
    streams = import_module("mistralai.client.utils.eventstreaming")
    leave: Callable[..., Any] = functools.partial(closing, "generator")
    made += [
        Patch(owner=streams.EventStream, name="__exit__", wrap=leave),
        Patch(owner=streams.EventStreamAsync, name="__aexit__", wrap=leave),
    ]
    return made
