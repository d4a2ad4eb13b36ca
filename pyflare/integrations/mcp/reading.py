"""MCP's requests and results, of the library's first and second version, in the conventions' words."""

from __future__ import annotations

from typing import Any, Final

from opentelemetry.trace.status import StatusCode

from pyflare.integrations.call import Answered, AnySpan
from pyflare.integrations.runs import Work

_KINDS: Final = {"tools/call": "tool", "resources/read": "retriever"}
"""`inference_type` by method; what else is asked is of no kind of its own."""
_UNTRACED: Final = frozenset({"ping"})


def work(method: str, params: Any) -> Work | None:
    """A request; None where it is not traced."""
    if method in _UNTRACED:
        return None
    asked = plain(params) or {}
    name, uri = asked.get("name"), asked.get("uri")
    target = name if isinstance(name, str) else None
    is_tool = method == "tools/call"
    content = asked.get("arguments") if is_tool else {word: item for word, item in asked.items() if word != "_meta"}
    return Work(
        name=f"{method} {target}" if target else method,
        kind=_KINDS.get(method),
        input=uri if method == "resources/read" else content or None,
        columns={"tool_name": target if is_tool else None},
        attributes={
            "mcp.method.name": method,
            "mcp.resource.uri": None if uri is None else str(uri),
            "gen_ai.prompt.name": target if method == "prompts/get" else None,
        },
    )


def plain(value: Any) -> Any:
    """A model of the library as JSON has it; anything else as it is."""
    dump = getattr(value, "model_dump", None)
    return dump(by_alias=True, mode="json", exclude_none=True) if callable(dump) else value


def answered(method: str, result: Any) -> Answered:
    """A result: of a tool its structured content or its blocks, else the whole."""
    body = plain(result)
    if method != "tools/call" or not isinstance(body, dict):
        return Answered(output=body)
    output = body.get("structuredContent")
    return Answered(output=body.get("content") if output is None else output)


def mark_failed(span: AnySpan, result: Any) -> None:
    """Set the status of a call whose tool says that it has failed."""
    body = plain(result)
    if isinstance(body, dict) and body.get("isError") is True:
        span.set_attribute("error.type", "tool_error")
        texts = [block.get("text") for block in body.get("content") or () if isinstance(block, dict)]
        span.set_status(StatusCode.ERROR, next((text for text in texts if text), None))
