"""LlamaIndex's calls, messages, nodes and responses in the conventions' words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from llama_index.core.base.llms.base import BaseLLM
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, CompletionResponse
from llama_index.core.base.response.schema import Response
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import BaseNode, NodeWithScore, QueryBundle
from llama_index.core.tools import BaseTool, ToolOutput
from llama_index.core.workflow import Workflow

from pyflare.dialects.messages import message_of
from pyflare.integrations.call import Answered
from pyflare.integrations.openai_protocol.usage import tokens
from pyflare.integrations.runs import Work

_REQUESTS: Final = frozenset(
    f"{way}{what}" for way in ("", "a", "stream_", "astream_") for what in ("chat", "complete")
)
"""The methods of a model that ask it something; the others call these."""
_PROVIDERS: Final = {
    "azureopenai": "azure.ai.openai",
    "openai": "openai",
    "anthropic": "anthropic",
    "bedrock": "aws.bedrock",
    "cohere": "cohere",
    "gemini": "gcp.gemini",
    "genai": "gcp.gen_ai",
    "groq": "groq",
    "mistral": "mistral_ai",
    "ollama": "ollama",
    "vertex": "gcp.vertex_ai",
}
"""By what the class of a model has in its name."""
_KINDS: Final = (
    (BaseEmbedding, "embedding"),
    (BaseRetriever, "retriever"),
    (BaseNodePostprocessor, "reranker"),
    (BaseTool, "tool"),
)


def kind_of(instance: Any, method: str) -> str:
    """`inference_type` of a call."""
    if isinstance(instance, BaseLLM):
        return "llm" if method in _REQUESTS else "chain"
    if isinstance(instance, Workflow):
        return "agent" if method == "run" and "agent" in type(instance).__name__.lower() else "chain"
    return next((kind for base, kind in _KINDS if isinstance(instance, base)), "chain")


def work(name: str, instance: Any, arguments: Mapping[str, Any]) -> Work:
    """A call, whose name is that of its class and its method."""
    method = name.rpartition(".")[2]
    kind = kind_of(instance, method)
    columns: dict[str, Any] = {}
    if kind == "llm":
        columns = {"model_id": instance.metadata.model_name, "provider": _provider(type(instance).__name__)}
    elif kind == "embedding":
        columns = {"model_id": getattr(instance, "model_name", None), "provider": _provider(type(instance).__name__)}
    elif kind == "tool":
        columns, name = {"tool_name": instance.metadata.name}, str(instance.metadata.name)
    elif kind == "agent":
        columns = {"agent_name": getattr(instance, "name", None) or type(instance).__name__}
    return Work(name=name, kind=kind, input=_asked(kind, arguments), columns=columns)


def _provider(name: str) -> str | None:
    return next((provider for word, provider in _PROVIDERS.items() if word in name.lower()), None)


def _asked(kind: str, arguments: Mapping[str, Any]) -> Any:
    """What a call was asked: of a model messages, of a retriever its query, else the arguments by name."""
    known = {name: value for name, value in arguments.items() if name not in ("self", "_self", "args", "kwargs")}
    if kind == "llm":
        named = {**known, **(arguments.get("kwargs") or {})}
        asked = next((named[name] for name in ("messages", "prompt") if name in named), None)
        asked = next(iter(arguments.get("args") or ()), None) if asked is None else asked
        return [message_of(asked, role="user")] if isinstance(asked, str) else plain(asked)
    if kind == "tool":
        args = arguments.get("args") or ()
        return plain({**(arguments.get("kwargs") or {}), **({"args": list(args)} if args else {}), **known})
    if kind in ("retriever", "embedding") and known:
        return plain(next(iter(known.values())))
    return plain({**known, **(arguments.get("kwargs") or {})}) or None


def plain(value: Any) -> Any:
    """Messages, queries and nodes as the conventions have them; all else as it is."""
    match value:
        case ChatMessage():
            return _message(value)
        case QueryBundle():
            return value.query_str
        case NodeWithScore():
            return {**plain(value.node), "score": value.score}
        case BaseNode():
            return {"id": value.node_id, "content": value.get_content(), "metadata": value.metadata or None}
        case Response():
            return value.response
        case list() | tuple():
            return [plain(item) for item in value]
        case Mapping():
            return {name: plain(item) for name, item in value.items()}
    return value


def _message(value: ChatMessage) -> dict[str, Any] | None:
    kwargs = value.additional_kwargs or {}
    calls = [getattr(call, "model_dump", lambda call=call: call)() for call in kwargs.get("tool_calls") or ()]
    said = {"role": str(getattr(value.role, "value", value.role)), "content": value.content, "tool_calls": calls}
    if "tool_call_id" in kwargs:
        said["tool_call_id"] = kwargs["tool_call_id"]
    return message_of(said)


def answered(kind: str, result: Any) -> Answered:
    """What a call returned, and of a model what it counted."""
    match result:
        case ChatResponse():
            return Answered(output=[_message(result.message)], columns=_counted(result))
        case CompletionResponse():
            return Answered(output=[message_of(result.text, role="assistant")], columns=_counted(result))
        case ToolOutput():
            return Answered(output=result.content)
    if kind == "embedding":  # vectors are not kept
        return Answered()
    return Answered(output=plain(result))


def _counted(response: ChatResponse | CompletionResponse) -> dict[str, Any]:
    """Tokens and the model that answered, as the provider has said them."""
    raw = response.raw
    body = raw if isinstance(raw, Mapping) else _dumped(raw)
    usage = body.get("usage")
    counts = usage if isinstance(usage, Mapping) else _dumped(usage)
    return {"model_version": body.get("model"), **tokens(counts or response.additional_kwargs or None)}


def _dumped(value: Any) -> Mapping[str, Any]:
    dump = getattr(value, "model_dump", None)
    found = dump(exclude_none=True, warnings=False) if callable(dump) else {}
    return found if isinstance(found, Mapping) else {}
