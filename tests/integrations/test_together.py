"""together's real client against a server on this machine."""

import pytest

together = pytest.importorskip("together")

from tests.integrations.modes import Modes  # noqa: E402
from tests.integrations.provider import CHAT, chat_chunks  # noqa: E402


class TestTogether(Modes):
    library, provider_name, model = "together", "together", "gpt-4o"
    whole, pieces, tokens = CHAT, chat_chunks("Fo", "ur."), (20, 3)

    def client(self, url, timeout_s, max_retries=0):
        return together.Together(api_key="k", base_url=url, max_retries=max_retries, timeout=timeout_s)

    def async_client(self, url, timeout_s, max_retries=0):
        return together.AsyncTogether(api_key="k", base_url=url, max_retries=max_retries, timeout=timeout_s)

    def patient(self, url):
        return self.client(url, 20, max_retries=1)

    def patient_async(self, url):
        return self.async_client(url, 20, max_retries=1)

    def ask(self, client, **more):
        messages = [{"role": "user", "content": "2 + 2?"}]
        return client.chat.completions.create(model=self.model, messages=messages, **more)

    def stream(self, client):
        return self.ask(client, stream=True)
