"""A day of an LLM application as OTLP/JSON, the same for the same seed: what the viewer is looked at with.

Three services: an assistant that retrieves, calls tools and answers, in sessions of a few turns; a classifier of
tickets; and a nightly job that embeds documents. Some calls fail, some are slow, one release makes it worse.
"""

from __future__ import annotations

import base64
import json
import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

_DAY_NS: Final = 86_400 * 10**9
_MS: Final = 10**6
_MODELS: Final = {  # micro-dollars per input and output token
    "gpt-4o": ("openai", 2.5, 10.0),
    "gpt-4o-mini": ("openai", 0.15, 0.6),
    "claude-sonnet-4-5": ("anthropic", 3.0, 15.0),
    "text-embedding-3-small": ("openai", 0.02, 0.0),
}
_QUESTIONS: Final = (
    ("Where is my order {order}?", "orders"),
    ("I want a refund for order {order}, the lamp arrived broken.", "refunds"),
    ("How do I change the delivery address of {order}?", "orders"),
    ("Does the warranty cover water damage?", "warranty"),
    ("Kann ich die Bestellung {order} noch stornieren?", "refunds"),
    ("What is the difference between the Mini and the Pro?", "catalogue"),
    ("The app crashes when I open my invoices.", "technical"),
    ("注文 {order} の返品方法を教えてください。", "refunds"),
)
_ANSWERS: Final = {
    "orders": "Order {order} left our warehouse yesterday. It should arrive **on Thursday**; the carrier's page shows "
    "each step.",
    "refunds": "I'm sorry about that. A refund for {order} was started:\n\n1. You get a label by e-mail.\n2. Hand the "
    "parcel in within 14 days.\n3. The money is back within *five working days*.",
    "warranty": "Water damage is **not** covered by the standard warranty. The extended plan covers it once a year.",
    "catalogue": "| | Mini | Pro |\n|---|---|---|\n| Weight | 0.8 kg | 1.9 kg |\n| Battery | 9 h | 16 h |\n\nFor "
    "travelling the Mini is the better choice.",
    "technical": "Please update to 5.2.1. If it still crashes, run:\n\n```sh\nshopctl logs --last 1h > logs.txt\n```\n\n"
    "and send us `logs.txt`.",
}
_FOLLOW_UPS: Final = ("Thanks! And how long does that take?", "Can you do that for me?", "Is there a phone number?")
_ERRORS: Final = (
    ("RateLimitError", "429: rate limit reached for requests per minute; retry after 7 s"),
    ("APITimeoutError", "the model did not answer within 30 s"),
    ("ToolError", "lookup_order: connection to orders-db refused"),
)


def day(*, seed: int, end_unix_ns: int, conversations: int) -> Iterator[dict[str, Any]]:
    """Requests of OTLP/JSON, one per trace, that end at about a time, in the order of their start."""
    rng = random.Random(seed)
    starts = sorted(end_unix_ns - int(_DAY_NS * rng.random() ** 1.2) for _ in range(conversations))
    for number, start_ns in enumerate(starts):
        share = 1 - (end_unix_ns - start_ns) / _DAY_NS
        if number % 9 == 4:
            yield _ticket(rng, start_ns, number)
        elif number % 23 == 11:
            yield _night(rng, start_ns)
        else:
            yield from _conversation(rng, start_ns, number, release="2.4.0" if share < 0.7 else "2.5.0")


@dataclass(slots=True)
class _Trace:
    """Collects the spans of one trace."""

    rng: random.Random
    service: str
    version: str
    common: dict[str, Any] = field(default_factory=dict)
    spans: list[dict[str, Any]] = field(default_factory=list)
    trace_id: str = ""

    def __post_init__(self) -> None:
        self.trace_id = f"{self.rng.getrandbits(128):032x}"

    def span(
        self,
        name: str,
        start_ns: int,
        duration_ms: float,
        *,
        parent: str | None = None,
        error: tuple[str, str] | None = None,
        attributes: dict[str, Any],
    ) -> str:
        span_id = f"{self.rng.getrandbits(64) | 1:016x}"
        end_ns = start_ns + int(duration_ms * _MS)
        made: dict[str, Any] = {
            "traceId": self.trace_id,
            "spanId": span_id,
            "name": name,
            "kind": 3 if "gen_ai.provider.name" in attributes else 1,
            "startTimeUnixNano": str(start_ns),
            "endTimeUnixNano": str(end_ns),
            "attributes": _attributes(self.common | attributes),
            "status": {"code": 2, "message": error[1]} if error else {"code": 1},
        }
        if parent:
            made["parentSpanId"] = parent
        if error:
            raised = {
                "exception.type": error[0],
                "exception.message": error[1],
                "exception.stacktrace": f'Traceback (most recent call last):\n  File "shop/agent.py", line 88, in run\n'
                f"    return client.send(request)\n{error[0]}: {error[1]}\n",
            }
            made["events"] = [
                {"name": "exception", "timeUnixNano": str(end_ns - 1000), "attributes": _attributes(raised)}
            ]
        self.spans.append(made)
        return span_id

    def request(self) -> dict[str, Any]:
        resource = {
            "service.name": self.service,
            "service.version": self.version,
            "deployment.environment.name": "production" if self.rng.random() < 0.85 else "staging",
            "host.name": f"shop-{self.rng.randrange(3)}",
        }
        scope = {"scope": {"name": "shop.tracing", "version": "1.2.0"}, "spans": self.spans}
        return {"resourceSpans": [{"resource": {"attributes": _attributes(resource)}, "scopeSpans": [scope]}]}


def _conversation(rng: random.Random, start_ns: int, number: int, *, release: str) -> Iterator[dict[str, Any]]:
    session, user = f"chat-{number:05d}", f"user-{int(rng.paretovariate(1.1)) % 400:03d}"
    template, topic = rng.choice(_QUESTIONS)
    order = f"A{rng.randrange(10_000, 99_999)}"
    history: list[dict[str, Any]] = [_text("system", "You are the assistant of a shop. Be brief and kind.")]
    question = template.format(order=order)
    for turn in range(1 + (rng.random() < 0.5) + (rng.random() < 0.2)):
        answer = _ANSWERS[topic].format(order=order) if turn == 0 else "About two to five working days, as a rule."
        trace = _Trace(rng, "assistant", release, {"session.id": session, "user.id": user, "app.topic": topic})
        history.append(_text("user", question))
        end_ns = _turn(trace, start_ns, history, question, answer, topic=topic, order=order, release=release)
        history.append(_text("assistant", answer))
        yield trace.request()
        start_ns, question = end_ns + rng.randrange(5, 90) * 10**9, rng.choice(_FOLLOW_UPS)


def _turn(
    trace: _Trace,
    start_ns: int,
    history: list[dict[str, Any]],
    question: str,
    answer: str,
    *,
    topic: str,
    order: str,
    release: str,
) -> int:
    rng = trace.rng
    model = rng.choices(["gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5"], [3, 5, 2])[0]
    slow = rng.lognormvariate(0, 0.5) * (2.2 if release == "2.5.0" and topic == "refunds" else 1)
    failed = rng.random() < (0.16 if release == "2.5.0" and topic == "refunds" else 0.04)
    error = rng.choice(_ERRORS) if failed else None
    find_ms, plan_ms, tool_ms, write_ms = 40 * slow, 420 * slow, 130 * slow, 900 * slow
    total_ms = find_ms + plan_ms + tool_ms + write_ms + 12
    root = trace.span(
        "answer",
        start_ns,
        total_ms,
        error=error,
        attributes={
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "shop-assistant",
            "input.value": question,
            "output.value": None if error else answer,
            "app.release": release,
            "app.locale": "de" if "Kann" in question else "ja" if "注文" in question else "en",
        },
    )
    at = start_ns + 2 * _MS
    found = trace.span("retrieve", at, find_ms, parent=root, attributes=_documents(rng, topic, question))
    trace.span("embed question", at + _MS, find_ms * 0.4, parent=found, attributes=_embedding(question))
    at += int(find_ms * _MS) + _MS
    call = {"type": "tool_call", "id": f"call_{rng.getrandbits(40):010x}", "name": "lookup_order"}
    asked = {**call, "arguments": {"order": order}}
    trace.span(
        "chat plan", at, plan_ms, parent=root, attributes=_chat(rng, model, history, [asked], "tool_calls", plan_ms)
    )
    at += int(plan_ms * _MS) + _MS
    trace.span(
        "execute_tool lookup_order",
        at,
        tool_ms,
        parent=root,
        error=error if error and error[0] == "ToolError" else None,
        attributes={
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "lookup_order",
            "gen_ai.tool.call.id": call["id"],
            "gen_ai.tool.call.arguments": json.dumps({"order": order}),
            "gen_ai.tool.call.result": json.dumps({"order": order, "state": "shipped", "items": ["lamp", "bulb"]}),
        },
    )
    at += int(tool_ms * _MS) + _MS
    result = {"type": "tool_call_response", "id": call["id"], "response": {"order": order, "state": "shipped"}}
    messages = [*history, {"role": "assistant", "parts": [asked]}, {"role": "tool", "parts": [result]}]
    if topic == "technical":
        messages[1] = {"role": "user", "parts": [*messages[1]["parts"], _picture(rng)]}
    written = [] if error and error[0] != "ToolError" else [{"type": "text", "content": answer}]
    trace.span(
        f"chat {model}",
        at,
        write_ms,
        parent=root,
        error=error if error and error[0] != "ToolError" else None,
        attributes=_chat(rng, model, messages, written, "stop", write_ms),
    )
    return start_ns + int(total_ms * _MS)


def _ticket(rng: random.Random, start_ns: int, number: int) -> dict[str, Any]:
    trace = _Trace(rng, "tickets", "0.9.1", {"app.batch": f"batch-{number // 40}"})
    topic = rng.choice([*_ANSWERS])
    error = ("ValidationError", "expected one of five topics, got 'other'") if rng.random() < 0.08 else None
    root = trace.span("classify ticket", start_ns, 310, error=error, attributes={"openinference.span.kind": "CHAIN"})
    messages = [_text("user", f"Ticket {number}: sort this into one of {', '.join(_ANSWERS)}.")]
    answer = [{"type": "text", "content": json.dumps({"topic": topic, "confidence": round(rng.random(), 3)})}]
    trace.span(
        "chat gpt-4o-mini",
        start_ns + 4 * _MS,
        295,
        parent=root,
        attributes=_chat(rng, "gpt-4o-mini", messages, answer, "stop", 295),
    )
    return trace.request()


def _night(rng: random.Random, start_ns: int) -> dict[str, Any]:
    trace = _Trace(rng, "indexer", "1.0.3")
    pages = rng.randrange(30, 120)
    root = trace.span("index documents", start_ns, pages * 22.0, attributes={"app.pages": pages})
    for page in range(pages):
        at = start_ns + page * 22 * _MS
        name = f"page {page}"
        chunk = trace.span(name, at, 20, parent=root, attributes={"openinference.span.kind": "CHAIN"})
        trace.span("embed", at + 5 * _MS, 12, parent=chunk, attributes=_embedding(f"{name} of the manual"))
    return trace.request()


def _chat(
    rng: random.Random,
    model: str,
    messages: list[dict[str, Any]],
    answer: list[dict[str, Any]],
    finish: str,
    duration_ms: float,
) -> dict[str, Any]:
    provider, per_input, per_output = _MODELS[model]
    read = 350 + sum(len(json.dumps(message, ensure_ascii=False)) // 4 for message in messages)
    written = max(8, sum(len(json.dumps(part, ensure_ascii=False)) // 4 for part in answer)) if answer else 0
    cached = 256 if rng.random() < 0.4 else 0
    attributes: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": model,
        "gen_ai.response.model": f"{model}-2026-08-06",
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.max_tokens": 1024,
        "gen_ai.usage.input_tokens": read,
        "gen_ai.usage.output_tokens": written,
        "gen_ai.usage.cache_read.input_tokens": cached or None,
        "gen_ai.response.time_to_first_chunk": round(duration_ms / 4000, 4),
        "gen_ai.tool.definitions": json.dumps(
            [{"type": "function", "name": "lookup_order", "parameters": {"type": "object"}}]
        ),
        "gen_ai.input.messages": json.dumps(messages, ensure_ascii=False),
    }
    if model != "claude-sonnet-4-5" or rng.random() < 0.5:  # some calls have no price
        attributes["gen_ai.usage.cost"] = round((read * per_input + written * per_output) / 1e6, 6)
    if answer:
        attributes["gen_ai.response.finish_reasons"] = [finish]
        attributes["gen_ai.output.messages"] = json.dumps(
            [{"role": "assistant", "parts": answer, "finish_reason": finish}], ensure_ascii=False
        )
    return attributes


def _embedding(text: str) -> dict[str, Any]:
    return {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "text-embedding-3-small",
        "gen_ai.usage.input_tokens": max(3, len(text) // 4),
        "input.value": text,
    }


def _documents(rng: random.Random, topic: str, question: str) -> dict[str, Any]:
    attributes: dict[str, Any] = {"openinference.span.kind": "RETRIEVER", "input.value": question}
    score = 0.95
    for place in range(4):
        score -= rng.random() * 0.15
        prefix = f"retrieval.documents.{place}.document"
        attributes[f"{prefix}.id"] = f"{topic}-{place}"
        attributes[f"{prefix}.score"] = round(score, 4)
        attributes[f"{prefix}.content"] = f"{topic.title()}, section {place + 1}. {_ANSWERS[topic]}"
        attributes[f"{prefix}.metadata"] = json.dumps({"source": f"handbook/{topic}.md", "page": place + 3})
    return attributes


def _text(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def _picture(rng: random.Random) -> dict[str, Any]:
    """A small picture: a PNG of one colour."""
    width, height = 160, 90
    row = b"\0" + bytes([rng.randrange(256), 120, 200]) * width

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b"")
    return {"type": "blob", "modality": "image", "mime_type": "image/png", "content": base64.b64encode(data).decode()}


def _attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in values.items() if value is not None]


def _value(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [_value(item) for item in value]}}
        case _:
            return {"stringValue": str(value)}
