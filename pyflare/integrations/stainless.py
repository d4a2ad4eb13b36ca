"""Clients that Stainless generates from a provider's API: openai, anthropic and those made like them.

All their calls, typed, raw or parsed, go through one method of the base client,
`request`, which retries by itself. That is where a span begins and ends, so a
call is one span however it was made. Streams keep their type: only the iterator
inside is followed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pyflare.integrations.call import Answered, AnySpan, Asked, Chunks, Current, begun, end
from pyflare.integrations.method import closing
from pyflare.integrations.patch import Patch
from pyflare.integrations.streams import FollowedAsyncIterator, FollowedIterator
from pyflare.tracing import state
from pyflare.tracing.guard import guard
from pyflare.tracing.reminder import remind_of_call

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One kind of call: how its request, its response and its stream are read."""

    ask: Callable[[Body, str], Asked]
    """From the request's body and the provider."""
    answer: Callable[[Any], Answered]
    """From the response's body."""
    reads_models: bool = False
    """Whether `answer` reads the library's own models, too; else it gets all of the body as JSON has it."""
    chunks: Callable[[], Chunks] | None = None
    prepare: Callable[[Body], None] | None = None
    """Gets ready for `estimate`, from the request's body."""
    estimate: Callable[[Body, Answered], Answered] | None = None
    """Adds what a stream leaves out, from the request's body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One library."""

    endpoints: Mapping[str, Endpoint]
    """By the end of the URL's path."""
    provider: Callable[[Any], str]
    """Who answers a client object's calls, in OpenTelemetry's words."""

    def endpoint(self, options: Any) -> Endpoint | None:
        """What a request calls; None where it is nothing that is traced."""
        if str(getattr(options, "method", "")).lower() != "post":
            return None
        url = str(options.url)
        known = self.endpoints.get(url)
        if known is not None:
            return known
        path = urlsplit(url).path.rstrip("/") if "?" in url or url[-1:] == "/" else url
        return next((endpoint for end, endpoint in self.endpoints.items() if path.endswith(end)), None)


def patches(base: Any, client: Client) -> list[Patch]:
    """Patches of a library's `_base_client` module."""
    return [
        Patch(owner=base.SyncAPIClient, name="request", wrap=functools.partial(_sync, client)),
        Patch(owner=base.AsyncAPIClient, name="request", wrap=functools.partial(_async, client)),
        Patch(owner=base.Stream, name="close", wrap=functools.partial(closing, "_iterator")),
        Patch(owner=base.AsyncStream, name="close", wrap=functools.partial(closing, "_iterator")),
    ]


def _sync(client: Client, request: Callable[..., Any]) -> Callable[..., Any]:
    def traced(self: Any, *args: Any, **kwargs: Any) -> Any:
        call = _call(client, self, args, kwargs)
        if call is None:
            return request(self, *args, **kwargs)
        with Current(call.span):
            result = request(self, *args, **kwargs)
        call.settle(result)
        return result

    return traced


def _async(client: Client, request: Callable[..., Any]) -> Callable[..., Any]:
    async def traced(self: Any, *args: Any, **kwargs: Any) -> Any:
        call = _call(client, self, args, kwargs)
        if call is None:
            return await request(self, *args, **kwargs)
        with Current(call.span):
            result = await request(self, *args, **kwargs)
        call.settle(result)
        return result

    return traced


class _Call:
    """One call under way."""

    __slots__ = ("body", "endpoint", "span")

    def __init__(self, span: AnySpan, endpoint: Endpoint, body: Body) -> None:
        self.span = span
        self.endpoint = endpoint
        self.body = body

    def settle(self, result: Any) -> None:
        """End the span with the result, or let the stream do so. Never raises."""
        try:
            stream = _stream_of(result)
            if stream is not None and self.endpoint.chunks is not None:
                follow = FollowedAsyncIterator if hasattr(stream, "__anext__") else FollowedIterator
                stream._iterator = follow(stream._iterator, self.span, self._chunks(self.endpoint.chunks()))
                return
        except Exception as error:
            guard.fault("follow a stream", error)
        end(self.span, lambda: self._answered(result))

    def _chunks(self, chunks: Chunks) -> Chunks:
        estimate = self.endpoint.estimate
        return chunks if estimate is None else _Estimated(chunks, self.body, estimate)

    def _answered(self, result: Any) -> Answered:
        if self.endpoint.reads_models and hasattr(result, "model_dump"):
            return self.endpoint.answer(result)
        body = _body_of(result)
        return self.endpoint.answer(body) if body is not None else Answered()


class _Estimated:
    """Chunks, and at their end what they leave out."""

    def __init__(self, chunks: Chunks, body: Body, estimate: Callable[[Body, Answered], Answered]) -> None:
        self.add = chunks.add
        self.most_kept = getattr(chunks, "most_kept", 1)
        self._chunks = chunks
        self._body = body
        self._estimate = estimate

    def answered(self) -> Answered:
        """What has come so far."""
        answered = self._chunks.answered()
        told = answered.columns.get("output_tokens") is not None
        return answered if told else self._estimate(self._body, answered)


def _call(client: Client, owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> _Call | None:
    """The call that a request makes; None where it is not traced. Never raises."""
    runtime = state.runtime
    if runtime is None:
        remind_of_call()
        return None
    try:
        options = kwargs["options"] if "options" in kwargs else args[1]
        endpoint = client.endpoint(options)
        if endpoint is None:
            return None
        sent = options.json_data
        body = sent if type(sent) is dict or isinstance(sent, Mapping) else {}
        span = begun(runtime, endpoint.ask(body, client.provider(owner)))
        if endpoint.prepare is not None:
            endpoint.prepare(body)
    except Exception as error:
        runtime.losses.add("internal_fault")
        guard.fault("trace a call", error)
        return None
    return _Call(span, endpoint, body)


def _stream_of(result: Any) -> Any:
    """The stream that a call gave, also inside a raw response; None where it gave none."""
    if hasattr(result, "model_dump"):  # asking a model of pydantic for what it has not takes long
        return None
    if hasattr(result, "_iterator"):
        return result
    if getattr(result, "_stream", False) and _reads_at_once(result):
        parsed = result.parse()
        return parsed if hasattr(parsed, "_iterator") else None
    return None


def _reads_at_once(result: Any) -> bool:
    """Whether `parse` of a raw response is a plain function: of newer ones it is a coroutine, and reads the body."""
    return type(result).__name__ == "LegacyAPIResponse"


def _body_of(result: Any) -> Body | None:
    """The response's body as a mapping; None where it has not been read, or is something else."""
    if hasattr(result, "model_dump"):
        dumped: Body = result.model_dump(mode="python", exclude_none=True, warnings=False)
        return dumped
    if _reads_at_once(result):
        parsed = result.http_response.json()
        return parsed if isinstance(parsed, Mapping) else None
    return None
