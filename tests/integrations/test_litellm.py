"""litellm's real functions, and its proxy's callback, against a server on this machine."""

import time
from contextlib import asynccontextmanager, contextmanager

import pytest

litellm = pytest.importorskip("litellm")

import pyflare  # noqa: E402
from tests.integrations.modes import Modes  # noqa: E402
from tests.integrations.provider import CHAT, chat_chunks  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")  # litellm's own: sockets, tasks and models of pydantic


class TestLitellm(Modes):
    library, provider_name, model = "litellm", "openai", "gpt-4o"
    whole, pieces, tokens = CHAT, chat_chunks("Fo", "ur."), (20, 3)

    @contextmanager
    def client(self, url, timeout_s, retries=0):
        asked = {"num_retries": retries, "max_retries": 0}
        yield {"api_base": f"{url}/v1", "api_key": "k", "timeout": timeout_s, **asked}

    @asynccontextmanager
    async def async_client(self, url, timeout_s, retries=0):
        with self.client(url, timeout_s, retries) as made:
            yield {**made, "function": litellm.acompletion}

    def patient(self, url):
        return self.client(url, 20, retries=1)

    def patient_async(self, url):
        return self.async_client(url, 20, retries=1)

    def ask(self, client, **more):
        client = dict(client)
        function = client.pop("function", litellm.completion)
        return function(model="openai/gpt-4o", messages=[{"role": "user", "content": "2 + 2?"}], **client, **more)

    def stream(self, client):
        return self.ask(client, stream=True, stream_options={"include_usage": True})

    @pytest.mark.parametrize("way", ["close"])
    def test_stream_left_early(self, provider, recorded, way):
        """A stream that is closed ends its span with what had come."""
        provider.will(self.pieces, delay_s=0.005)

        async def work(client):
            stream = await self.stream_async(client)
            await anext(stream)
            await stream.aclose()

        self.run(provider, work)
        span = recorded.one()
        assert span.attributes["pyflare.stream.closed_early"] is True
        assert b"Fo" in span.output

    def test_proxy(self, made, provider, recorded, monkeypatch):
        """The proxy's callback keeps a call as one span with its times, and the user of its metadata."""
        from pyflare.integrations.litellm_proxy import callback

        pyflare.uninstrument("litellm")
        monkeypatch.setattr(litellm, "callbacks", [callback])
        self.ask(made, metadata={"user_api_key_end_user_id": "u-1"})
        deadline_s = time.monotonic() + 10  # litellm calls back from a thread of its own
        while not recorded.ended() and time.monotonic() < deadline_s:
            time.sleep(0.02)
        span = recorded.one()
        self.check(span)
        assert span.scope["user_id"] == "u-1"
        assert span.duration_ns > 0
