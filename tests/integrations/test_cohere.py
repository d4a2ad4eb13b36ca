"""cohere's real client against a server on this machine."""

import inspect
from typing import ClassVar

import pytest

cohere = pytest.importorskip("cohere")

from cohere.core.http_client import HttpClient  # noqa: E402

from tests.integrations.modes import Modes  # noqa: E402

ONCE_MORE = inspect.signature(HttpClient.request).parameters["retries"].default + 1
"""Older clients begin to count at 2."""
USAGE = {"billed_units": {"input_tokens": 12, "output_tokens": 3}, "tokens": {"input_tokens": 80, "output_tokens": 3}}


def piece(text):
    return {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": text}}}}


class TestCohere(Modes):
    library, provider_name, model = "cohere", "cohere", "command-a"
    whole: ClassVar = {
        "id": "c-1",
        "finish_reason": "COMPLETE",
        "message": {"role": "assistant", "content": [{"type": "text", "text": "Four."}]},
        "usage": USAGE,
    }
    pieces: ClassVar = [
        {"type": "message-start", "id": "c-1", "delta": {"message": {"role": "assistant"}}},
        piece("Fo"),
        piece("ur."),
        {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": USAGE}},
    ]
    tokens = (12, 3)
    max_retries = 0
    repeats_streams = False

    def client(self, url, timeout_s):
        return cohere.ClientV2(api_key="k", base_url=url, timeout=timeout_s)

    def async_client(self, url, timeout_s):
        return cohere.AsyncClientV2(api_key="k", base_url=url, timeout=timeout_s)

    def arguments(self):
        return {"model": self.model, "messages": [{"role": "user", "content": "2 + 2?"}]}

    def ask(self, client):
        return client.chat(**self.arguments(), request_options={"max_retries": self.max_retries})

    def stream(self, client):
        return client.chat_stream(**self.arguments(), request_options={"max_retries": self.max_retries})

    def patient(self, url):
        self.max_retries = ONCE_MORE
        return self.client(url, 20)

    def patient_async(self, url):
        self.max_retries = ONCE_MORE
        return self.async_client(url, 20)

    async def stream_async(self, client):
        return self.stream(client)
