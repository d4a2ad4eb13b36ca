"""What every model client is held to, in each of its modes: one span, ended, with the truth in it.

A test file of a client has a class of its own that says how the client is made
and asked, and what the provider answers.
"""

from __future__ import annotations

import asyncio
import gc
import json
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, ClassVar

import pytest

import pyflare

OK, ERROR = 0, 2
SLOW_S = 5.0
"""How long a provider that is too slow takes: longer than a busy machine keeps a test waiting."""
PATIENCE_S = 0.1
"""How long the program waits for it."""


class Modes:
    """Calls, streams and what can become of them."""

    library: ClassVar[str]
    provider_name: ClassVar[str]
    model: ClassVar[str]
    wire: ClassVar[str] = "events"
    whole: ClassVar[Any]
    """An answer that says "Four."."""
    pieces: ClassVar[list[Any]]
    """The same in pieces, of which the first that holds text says "Fo"."""
    tokens: ClassVar[tuple[int, int]]
    failure: ClassVar[Any] = {"error": {"message": "no", "type": "bad", "code": 400}, "message": "no"}
    has_async: ClassVar[bool] = True
    repeats_streams: ClassVar[bool] = True
    """Whether the client asks again for a stream, too."""

    def client(self, url: str, timeout_s: float) -> AbstractContextManager[Any]:
        """The client."""
        raise NotImplementedError

    def async_client(self, url: str, timeout_s: float) -> AbstractAsyncContextManager[Any]:
        """The asynchronous client."""
        raise NotImplementedError

    def ask(self, client: Any) -> Any:
        """The answer, or what is awaited for it."""
        raise NotImplementedError

    def stream(self, client: Any) -> Any:
        """The answer's stream."""
        raise NotImplementedError

    async def stream_async(self, client: Any) -> Any:
        """The answer's stream of an asynchronous client."""
        return await self.stream(client)

    def patient(self, url: str) -> AbstractContextManager[Any]:
        """The client, told to ask once more where the provider fails."""
        pytest.skip("the client never asks twice by itself")

    def patient_async(self, url: str) -> AbstractAsyncContextManager[Any]:
        """The asynchronous client, told the same."""
        pytest.skip("the client never asks twice by itself")

    def hang_up(self, stream: Any) -> None:
        """Close what lies below a stream that is about to be dropped, where its client leaves that open."""

    @pytest.fixture(autouse=True)
    def _traced(self, provider, recorded):
        pyflare.instrument(self.library)
        provider.wire = self.wire
        provider.will(self.whole)

    @pytest.fixture
    def made(self, provider):
        with self.client(provider.url, 20) as client:
            yield client

    def run(self, provider, work, timeout_s=20):
        """Do something with an asynchronous client."""
        if not self.has_async:
            pytest.skip("there is no asynchronous client")

        async def inner():
            async with self.async_client(provider.url, timeout_s) as client:
                return await work(client)

        return asyncio.run(inner())

    def check(self, span, text="Four."):
        """The span says what was asked and answered."""
        assert span.status_code == OK
        assert span.name.endswith(f" {self.model}")
        assert (span.fields["provider"], span.fields["model_id"]) == (self.provider_name, self.model)
        assert "2 + 2?" in span.input.decode()
        (message,) = json.loads(span.output)
        assert message["parts"] == [{"type": "text", "content": text}]
        if text == "Four.":
            assert span.fields["finish_reasons"] == [message["finish_reason"]] == ["stop"]
            assert (span.fields["input_tokens"], span.fields["output_tokens"]) == self.tokens

    def test_call(self, made, recorded):
        """A call is one span."""
        self.ask(made)
        self.check(recorded.one())

    def test_async_call(self, provider, recorded):
        """An awaited call is one span."""
        self.run(provider, self.ask)
        self.check(recorded.one())

    def test_stream(self, made, provider, recorded):
        """A stream is one span that ends with it, and says how fast it was."""
        provider.will(self.pieces)
        taken = [*self.stream(made)]
        span = recorded.one()
        self.check(span)
        assert taken
        assert 0 < span.fields["time_to_first_chunk_ns"] <= span.duration_ns
        assert span.attributes["pyflare.output_tokens_per_second"] > 0

    def test_async_stream(self, provider, recorded):
        """An asynchronous stream is one span."""
        provider.will(self.pieces)

        async def work(client):
            return [piece async for piece in await self.stream_async(client)]

        assert self.run(provider, work)
        self.check(recorded.one())

    @pytest.mark.parametrize("way", ["close", "drop"])
    def test_stream_left_early(self, made, provider, recorded, way):
        """A stream that is left ends its span with what had come."""
        provider.will(self.pieces, delay_s=0.005)
        stream = self.stream(made)
        first = next(iter(stream))
        if way == "close":
            stream.close()
        else:
            self.hang_up(stream)
        del stream
        gc.collect()
        span = recorded.one()
        assert first is not None
        assert span.attributes["pyflare.stream.closed_early"] is True
        assert span.status_code == OK

    def test_cancelled(self, provider, recorded):
        """A call that is cancelled ends its span, and is no failure of the provider's."""
        provider.will(self.whole, delay_s=SLOW_S)

        async def work(client):
            task = asyncio.ensure_future(self.ask(client))
            await asyncio.sleep(PATIENCE_S)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        self.run(provider, work)
        assert recorded.one().output is None
        assert recorded.running() == []

    def test_timeout(self, provider, recorded):
        """A call that takes too long is one span that failed."""
        provider.will(self.whole, delay_s=SLOW_S)
        with self.client(provider.url, PATIENCE_S) as client, pytest.raises(Exception, match=r"(?i)time"):
            self.ask(client)
        assert recorded.one().status_code == ERROR

    def test_error(self, made, provider, recorded):
        """An error of the provider's is the span's, and the program's."""
        provider.will(self.failure, status=400)
        with pytest.raises(Exception, match=r"(?i)no|400") as raised:
            self.ask(made)
        span = recorded.one()
        assert span.status_code == ERROR
        assert span.fields["error_type"].endswith(type(raised.value).__name__)

    @pytest.mark.parametrize("streams", [False, True], ids=["whole", "stream"])
    def test_retry(self, provider, recorded, streams):
        """A call that the client repeats by itself is one span, with the answer that came at last."""
        self.fail_first(provider, streams=streams)
        with self.patient(provider.url) as client:
            if streams:
                assert [*self.stream(client)]
            else:
                self.ask(client)
        assert len(provider.bodies) == 2
        self.check(recorded.one())

    @pytest.mark.parametrize("streams", [False, True], ids=["whole", "stream"])
    def test_async_retry(self, provider, recorded, streams):
        """The same of an asynchronous client."""
        if not self.has_async:
            pytest.skip("there is no asynchronous client")
        self.fail_first(provider, streams=streams)

        async def work():
            async with self.patient_async(provider.url) as client:
                if streams:
                    assert [piece async for piece in await self.stream_async(client)]
                else:
                    await self.ask(client)

        asyncio.run(work())
        assert len(provider.bodies) == 2
        self.check(recorded.one())

    def test_retry_in_vain(self, provider, recorded):
        """A call that fails however often the client repeats it is one span, with the error that the program got."""
        with self.patient(provider.url) as client:
            provider.will(self.failure, status=503)
            with pytest.raises(Exception, match=r"(?i)no|503") as raised:
                self.ask(client)
        assert len(provider.bodies) >= 2
        span = recorded.one()
        assert (span.status_code, span.output) == (ERROR, None)
        assert span.fields["error_type"].endswith(type(raised.value).__name__)

    def fail_first(self, provider, *, streams):
        """Let the provider fail once, and then answer."""
        if streams and not self.repeats_streams:
            pytest.skip("the client asks for a stream only once")
        provider.answers = [(503, self.failure, 0.0), (200, self.pieces if streams else self.whole, 0.0)]

    def test_put_back(self, made, recorded):
        """After `uninstrument` the client works as if nothing had been."""
        pyflare.uninstrument(self.library)
        self.ask(made)
        assert recorded.ended() == []
