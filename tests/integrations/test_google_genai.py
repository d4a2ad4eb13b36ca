"""google-genai's real client against a server on this machine."""

from contextlib import asynccontextmanager, contextmanager
from typing import ClassVar

import pytest

genai = pytest.importorskip("google.genai")

from tests.integrations.modes import Modes  # noqa: E402

USAGE = {"promptTokenCount": 12, "candidatesTokenCount": 3, "thoughtsTokenCount": 4, "cachedContentTokenCount": 8}


def said(*parts, **more):
    content = {"role": "model", "parts": [*parts]}
    return {"candidates": [{"content": content, **more}], "modelVersion": "gemini-x-1", "responseId": "r-1"}


def end(**more):
    return {**said(**more), "usageMetadata": USAGE}


class TestGoogleGenai(Modes):
    library, provider_name, model = "google-genai", "gcp.gemini", "gemini-x"
    wire = "plain events"
    whole: ClassVar = {**said({"text": "Four."}, finishReason="STOP"), "usageMetadata": USAGE}
    pieces: ClassVar = [said({"text": "Fo"}), said({"text": "ur."}), end(finishReason="STOP")]
    tokens = (12, 7)

    def make(self, url, timeout_s, **more):
        options = genai.types.HttpOptions(base_url=url, timeout=int(timeout_s * 1000), **more)
        return genai.Client(api_key="k", http_options=options)

    def retries(self):
        """Ask twice, the second time at once."""
        if not hasattr(genai.types, "HttpRetryOptions"):
            pytest.skip("this version never asks twice by itself")
        options = genai.types.HttpRetryOptions(attempts=2, initial_delay=0.001, max_delay=0.001, jitter=0)
        return {"retry_options": options}

    def patient(self, url):
        return self.client(url, 20, **self.retries())

    def patient_async(self, url):
        return self.async_client(url, 20, **self.retries())

    @contextmanager
    def client(self, url, timeout_s, **more):
        made = self.make(url, timeout_s, **more)
        yield made.models
        made._api_client._httpx_client.close()

    @asynccontextmanager
    async def async_client(self, url, timeout_s, **more):
        made = self.make(url, timeout_s, **more)
        yield made.aio.models
        made._api_client._httpx_client.close()
        await made._api_client._async_httpx_client.aclose()

    def ask(self, client):
        return client.generate_content(model=self.model, contents="2 + 2?")

    def stream(self, client):
        return client.generate_content_stream(model=self.model, contents="2 + 2?")

    def test_buckets(self, made, recorded):
        """Thoughts are part of the output, and what came from a cache is part of the input."""
        self.ask(made)
        fields = recorded.one().fields
        assert (fields["cache_read_tokens"], fields["reasoning_tokens"]) == (8, 4)
        assert fields["model_version"] == "gemini-x-1"
        assert fields.get("response_id", "r-1") == "r-1"  # older clients drop it

    def test_tools_and_thoughts(self, made, provider, recorded):
        """A thought and the call of a tool are parts of the answer; each time the model is asked is a span."""
        call = {"functionCall": {"name": "add", "args": {"a": 2, "b": 2}}}
        provider.answers = [
            (200, said({"text": "hm", "thought": True}, call, finishReason="STOP"), 0.0),
            (200, self.whole, 0.0),
        ]

        def add(a: int, b: int) -> int:
            """Add two numbers."""
            return a + b

        made.generate_content(model=self.model, contents="2 + 2?", config={"tools": [add], "temperature": 0.5})
        first, second = recorded.ended()
        assert b'"reasoning"' in first.output
        assert b'"arguments":{"a":2,"b":2}' in first.output.replace(b" ", b"")
        assert first.fields["finish_reasons"] == ["tool_call"]
        assert b"tool_call_response" in second.input
        self.check(second)

    def test_embeddings(self, made, provider, recorded):
        """Vectors are counted, not kept."""
        provider.will({"embeddings": [{"values": [0.1, 0.2, 0.3]}]})
        made.embed_content(model="embed-x", contents="hello")
        span = recorded.one("embeddings embed-x")
        assert span.attributes["gen_ai.embeddings.dimension.count"] == 3
        assert span.output is None
