"""together's real client against a server on this machine."""

import pytest

together = pytest.importorskip("together")

from tests.integrations.modes import Modes  # noqa: E402
from tests.integrations.provider import CHAT, chat_chunks  # noqa: E402


class TestTogether(Modes):
    library, provider_name, model = "together", "together", "gpt-4o"
    whole, pieces, tokens = CHAT, chat_chunks("Fo", "ur."), (20, 3)

    def client(self, url, timeout_s):
        return together.Together(api_key="k", base_url=url, max_retries=0, timeout=timeout_s)

    def async_client(self, url, timeout_s):
        return together.AsyncTogether(api_key="k", base_url=url, max_retries=0, timeout=timeout_s)

    def ask(self, client, **more):
        messages = [{"role": "user", "content": "2 + 2?"}]
        return client.chat.completions.create(model=self.model, messages=messages, **more)

    def stream(self, client):
        return self.ask(client, stream=True)
