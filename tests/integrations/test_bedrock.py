"""boto3's real client for Bedrock against a server on this machine."""

import json
from contextlib import contextmanager
from typing import ClassVar

import pytest

boto3 = pytest.importorskip("boto3")

from botocore.config import Config  # noqa: E402

from tests.integrations.modes import Modes  # noqa: E402

ASK = [{"role": "user", "content": [{"text": "2 + 2?"}]}]
USAGE = {"inputTokens": 5, "outputTokens": 3, "totalTokens": 15, "cacheReadInputTokens": 7}


def piece(text):
    return {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": text}}}


class TestBedrock(Modes):
    library, provider_name, model, wire = "bedrock", "aws.bedrock", "amazon.nova-x", "aws"
    has_async = False
    whole: ClassVar = {
        "output": {"message": {"role": "assistant", "content": [{"text": "Four."}]}},
        "stopReason": "end_turn",
        "usage": USAGE,
        "metrics": {"latencyMs": 1},
    }
    pieces: ClassVar = [
        {"messageStart": {"role": "assistant"}},
        piece("Fo"),
        piece("ur."),
        {"messageStop": {"stopReason": "end_turn"}},
        {"metadata": {"usage": USAGE, "metrics": {"latencyMs": 1}}},
    ]
    tokens = (12, 3)

    @contextmanager
    def client(self, url, timeout_s, attempts=1):
        made = boto3.client(
            "bedrock-runtime",
            region_name="us-east-1",
            endpoint_url=url,
            aws_access_key_id="none",
            aws_secret_access_key="none",
            config=Config(retries={"total_max_attempts": attempts}, read_timeout=timeout_s),
        )
        yield made
        made.close()

    def patient(self, url):
        return self.client(url, 20, attempts=2)

    @pytest.fixture(autouse=True)
    def _at_once(self, monkeypatch):
        """What the client waits before it asks again is a share of a second, drawn by lot."""
        monkeypatch.setattr("random.random", lambda: 0.0)

    def ask(self, client):
        return client.converse(modelId=self.model, messages=ASK)

    def stream(self, client):
        return client.converse_stream(modelId=self.model, messages=ASK)["stream"]

    def hang_up(self, stream):
        stream._stream.close()

    def test_cached(self, made, recorded):
        """What came from a cache is counted apart by Bedrock, and is part of the input."""
        self.ask(made)
        assert recorded.one().fields["cache_read_tokens"] == 7

    @pytest.mark.parametrize("way", ["read", "pieces", "lines", "left"])
    def test_invoke(self, made, provider, recorded, way):
        """The program reads the body as it likes, and the span ends with what it read."""
        provider.will(
            {"generation": "Four.", "prompt_token_count": 12, "generation_token_count": 3, "stop_reason": "stop"}
        )
        body = made.invoke_model(modelId=self.model, body=json.dumps({"prompt": "2 + 2?"}))["body"]
        assert recorded.ended() == []
        if way == "read":
            assert json.loads(body.read())["generation"] == "Four."
        elif way == "pieces":
            assert len(b"".join(iter(lambda: body.read(10), b""))) > 10
        elif way == "lines":
            assert [*body.iter_lines()]
        else:
            body.close()
        span = recorded.one()
        if way == "left":
            assert span.attributes["pyflare.stream.closed_early"] is True
        else:
            self.check(span)
