"""mistralai's real client against a server on this machine."""

import pytest

pytest.importorskip("mistralai.client")

from mistralai.client import Mistral
from mistralai.client.utils.retries import BackoffStrategy, RetryConfig

from tests.integrations.modes import Modes
from tests.integrations.provider import CHAT, chat_chunks


class TestMistral(Modes):
    library, provider_name, model = "mistralai", "mistral_ai", "mistral-small"
    whole, pieces, tokens = CHAT, chat_chunks("Fo", "ur."), (20, 3)

    def client(self, url, timeout_s, **more):
        return Mistral(api_key="k", server_url=url, timeout_ms=int(timeout_s * 1000), **more)

    async_client = client

    def patient(self, url):
        at_once = BackoffStrategy(initial_interval=1, max_interval=1, exponent=1, max_elapsed_time=1000)
        return self.client(url, 20, retry_config=RetryConfig("backoff", at_once, retry_connection_errors=False))

    patient_async = patient

    def arguments(self):
        return {"model": self.model, "messages": [{"role": "user", "content": "2 + 2?"}]}

    def ask(self, client):
        return getattr(client.chat, "complete_async" if self.awaits() else "complete")(**self.arguments())

    def awaits(self):
        import asyncio

        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return False
        return True

    def stream(self, client):
        return client.chat.stream(**self.arguments())

    async def stream_async(self, client):
        return await client.chat.stream_async(**self.arguments())

    @pytest.mark.parametrize("way", ["with", "drop"])
    def test_stream_left_early(self, made, provider, recorded, way):
        """A stream that is left ends its span with what had come."""
        provider.will(self.pieces, delay_s=0.005)
        stream = self.stream(made)
        next(iter(stream))
        if way == "with":
            with stream:
                pass
        else:
            stream.response.close()
        del stream
        assert recorded.one().attributes["pyflare.stream.closed_early"] is True
