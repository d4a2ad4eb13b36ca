"""ollama's real client against a server on this machine."""

from contextlib import asynccontextmanager, contextmanager

import pytest

ollama = pytest.importorskip("ollama")

from tests.integrations.modes import Modes  # noqa: E402

HEAD = {"model": "llama3", "created_at": "2026-01-01T00:00:00Z"}
END = {"done": True, "done_reason": "stop", "prompt_eval_count": 12, "eval_count": 3}


def said(text, **more):
    return {**HEAD, "message": {"role": "assistant", "content": text}, "done": False, **more}


class TestOllama(Modes):
    library, provider_name, model, wire = "ollama", "ollama", "llama3", "lines"
    whole, pieces, tokens = said("Four.", **END), [said("Fo"), said("ur."), said("", **END)], (12, 3)

    @contextmanager
    def client(self, url, timeout_s):
        client = ollama.Client(host=url, timeout=timeout_s)
        yield client
        client._client.close()

    @asynccontextmanager
    async def async_client(self, url, timeout_s):
        client = ollama.AsyncClient(host=url, timeout=timeout_s)
        yield client
        await client._client.aclose()

    def ask(self, client, **more):
        return client.chat(self.model, [{"role": "user", "content": "2 + 2?"}], **more)

    def stream(self, client):
        return self.ask(client, stream=True)

    def test_embeddings(self, made, provider, recorded):
        """Vectors are counted, not kept."""
        provider.will({**HEAD, "embeddings": [[0.1, 0.2], [0.3, 0.4]], "prompt_eval_count": 7})
        made.embed(model="llama3", input=["a", "b"])
        span = recorded.one("embeddings llama3")
        assert (span.inference_type, span.fields["input_tokens"], span.output) == ("embedding", 7, None)
        assert span.attributes["pyflare.embeddings.count"] == 2
