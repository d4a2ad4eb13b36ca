"""anthropic's real client against a server on this machine."""

import json
from typing import ClassVar

import pytest

anthropic = pytest.importorskip("anthropic")

import pyflare  # noqa: E402
from tests.integrations.modes import Modes  # noqa: E402
from tests.integrations.provider import MESSAGE  # noqa: E402

ASK = {
    "model": "claude-test",
    "max_tokens": 100,
    "system": "Be brief.",
    "messages": [{"role": "user", "content": "2 + 2?"}],
}


@pytest.fixture
def client(provider, recorded):
    pyflare.instrument("anthropic")
    provider.will(MESSAGE)
    with anthropic.Anthropic(api_key="k", base_url=provider.url, max_retries=0) as client:
        yield client


def events(*blocks, output_tokens=9):
    """A streamed message: of each block its start and its pieces."""
    yield {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}}
    for index, (block, *deltas) in enumerate(blocks):
        yield {"type": "content_block_start", "index": index, "content_block": block}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    yield {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": output_tokens}}
    yield {"type": "message_stop"}


def check_tokens(span, output_tokens):
    names = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")
    assert [span.fields[name] for name in names] == [20, 11, 4, output_tokens]


def test_call(client, recorded):
    """A call is one span; the input counts what is cached, which Anthropic counts apart."""
    client.messages.create(**ASK)
    span = recorded.one("chat claude-test")
    assert [message["role"] for message in json.loads(span.input)] == ["system", "user"]
    assert json.loads(span.output) == [
        {"role": "assistant", "parts": [{"type": "text", "content": "Four."}], "finish_reason": "stop"}
    ]
    check_tokens(span, 3)
    assert span.fields["provider"] == "anthropic"


def test_what_the_price_depends_on(client, provider, recorded):
    """The tokens that the cache keeps for an hour, and the tier, are recorded: they have prices of their own."""
    usage = {**MESSAGE["usage"], "service_tier": "batch"}
    usage["cache_creation"] = {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 3}
    provider.will({**MESSAGE, "usage": usage})
    client.messages.create(**ASK)
    attributes = recorded.one("chat claude-test").attributes
    assert attributes["pyflare.usage.cache_write_1h_tokens"] == 3
    assert attributes["pyflare.service_tier"] == "batch"


TEXT = ({"type": "text", "text": ""}, {"type": "text_delta", "text": "Fo"}, {"type": "text_delta", "text": "ur."})
THOUGHT = (
    {"type": "thinking", "thinking": "", "signature": ""},
    {"type": "thinking_delta", "thinking": "2 and 2"},
    {"type": "signature_delta", "signature": "s"},
)
TOOL = (
    {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {}},
    {"type": "input_json_delta", "partial_json": '{"a":'},
    {"type": "input_json_delta", "partial_json": " 2}"},
)


class TestAnthropic(Modes):
    library, provider_name, model, wire = "anthropic", "anthropic", "claude-test", "plain events"
    whole: ClassVar = MESSAGE
    pieces: ClassVar = [*events(TEXT, output_tokens=3)]
    tokens = (20, 3)

    def client(self, url, timeout_s, max_retries=0):
        return anthropic.Anthropic(api_key="k", base_url=url, max_retries=max_retries, timeout=timeout_s)

    def async_client(self, url, timeout_s, max_retries=0):
        return anthropic.AsyncAnthropic(api_key="k", base_url=url, max_retries=max_retries, timeout=timeout_s)

    def patient(self, url):
        return self.client(url, 20, max_retries=1)

    def patient_async(self, url):
        return self.async_client(url, 20, max_retries=1)

    def ask(self, client, **more):
        return client.messages.create(**ASK, **more)

    def stream(self, client):
        return self.ask(client, stream=True)


@pytest.mark.parametrize("way", ["create", "stream"])
def test_stream(client, provider, recorded, way):
    """A stream with thinking, text and a tool call is one span with all three, however it was asked for."""
    provider.will([*events(THOUGHT, TEXT, TOOL)])
    if way == "create":
        assert len(list(client.messages.create(**ASK, stream=True))) == 15
    else:
        with client.messages.stream(**ASK) as stream:
            assert stream.get_final_text() == "Four."
    span = recorded.one()
    (message,) = json.loads(span.output)
    assert message["parts"] == [
        {"type": "reasoning", "content": "2 and 2"},
        {"type": "text", "content": "Four."},
        {"type": "tool_call", "id": "toolu_1", "name": "add", "arguments": {"a": 2}},
    ]
    assert span.fields["finish_reasons"] == ["stop"]
    check_tokens(span, 9)
    assert span.fields["time_to_first_chunk_ns"] > 0


def test_tools_handed_back(client, recorded):
    """A conversation that hands the library's own blocks back is read as one in plain JSON."""
    block = anthropic.types.ToolUseBlock(type="tool_use", id="toolu_1", name="add", input={"a": 2})
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "4"}
    messages = [*ASK["messages"], {"role": "assistant", "content": [block]}, {"role": "user", "content": [result]}]
    client.messages.create(**{**ASK, "messages": messages})
    roles = [message["role"] for message in json.loads(recorded.one().input)]
    assert roles == ["system", "user", "assistant", "tool"]


def test_error(client, provider, recorded):
    """An error of the provider's is the span's."""
    provider.will({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, status=529)
    with pytest.raises(anthropic.APIStatusError):
        client.messages.create(**ASK)
    assert recorded.one().status_code == 2


def test_other_requests_are_left_alone(client, provider, recorded):
    """Counting tokens is no call of a model."""
    provider.will({"input_tokens": 3})
    client.messages.count_tokens(model="claude-test", messages=ASK["messages"])
    assert recorded.ended() == []
