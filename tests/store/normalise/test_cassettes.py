"""The same recorded call gives the same row, whoever instrumented it."""

import importlib.util
import json

import pytest

from pyflare.schema.records import Request, WriterInfo
from pyflare.store.decode import Batch, tables
from tests.store.normalise import replay

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not replay.CASSETTES.is_dir(), reason="the recorded exchanges are not here"),
    pytest.mark.skipif(importlib.util.find_spec("vcr") is None, reason="vcrpy and the instrumentations are missing"),
]

COLUMNS = (
    "inference_type",
    "provider",
    "model_id",
    "model_version",
    "response_id",
    "finish_reasons",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "input",
    "output",
)
V2 = "otel-contrib/openai-v2"
OPENAI = "openllmetry/openai/traces"
CLAUDE = "openllmetry/anthropic"
CALLS = (
    f"{V2}/test_chat_completion_with_content.yaml",
    f"{V2}/test_chat_completion_tool_calls_with_content.yaml",
    f"{V2}/test_chat_completion_multiple_choices.yaml",
    f"{V2}/test_chat_completion_streaming.yaml",
    f"{V2}/test_chat_completion_multiple_tools_streaming_with_content.yaml",
    f"{V2}/test_chat_completion_extra_params.yaml",
    f"{V2}/test_chat_completion_404.yaml",
    f"{V2}/test_embeddings_with_batch_input.yaml",
    f"{V2}/test_embeddings_with_dimensions.yaml",
    f"{V2}/test_responses_create_captures_content[content_mode0].yaml",
    f"{V2}/test_responses_create_reports_reasoning_tokens[content_mode0].yaml",
    f"{V2}/test_responses_create_captures_tool_call_content[content_mode0].yaml",
    f"{OPENAI}/test_chat/test_chat_tool_calls.yaml",
    f"{OPENAI}/test_chat/test_chat_tools_with_events_with_content.yaml",
    f"{OPENAI}/test_chat/test_chat_reasoning.yaml",
    f"{OPENAI}/test_chat_parse/test_async_parsed_refused_completion.yaml",
    f"{OPENAI}/test_prompt_caching/test_openai_prompt_caching.yaml",
    f"{OPENAI}/test_vision/test_vision.yaml",
    f"{OPENAI}/test_completions/test_completion.yaml",
    f"{CLAUDE}/test_messages/test_anthropic_message_create_legacy.yaml",
    f"{CLAUDE}/test_messages/test_anthropic_message_streaming_legacy.yaml",
    f"{CLAUDE}/test_messages/test_anthropic_tools_legacy.yaml",
    f"{CLAUDE}/test_messages/test_anthropic_tools_history_legacy.yaml",
    f"{CLAUDE}/test_messages/test_anthropic_tools_streaming_legacy.yaml",
    f"{CLAUDE}/test_prompt_caching/test_anthropic_prompt_caching_legacy.yaml",
    f"{CLAUDE}/test_thinking/test_anthropic_thinking_legacy.yaml",
)
NOT_RECORDED = (
    # who, in which calls, which columns; and why
    ("opentelemetry", "", "cache_read_tokens", "reasoning_tokens"),  # it takes the two totals only
    ("opentelemetry", "embeddings", "input", "output"),  # it has no attribute for what is embedded
    ("opentelemetry", "vision", "input"),  # parts that are lists come out empty
    ("opentelemetry", "refused", "output"),  # a refusal is no part to it
    ("opentelemetry", "test_responses", *COLUMNS),  # it instruments chat completions and embeddings only
    ("opentelemetry", "test_completions", *COLUMNS),  # the same
    ("openinference", "anthropic", "cache_read_tokens", "cache_write_tokens"),  # it leaves out zeros
    ("openinference", "embeddings", "cache_read_tokens"),  # an embedding has no details of tokens
    ("openinference", "test_responses", "finish_reasons"),  # it has the answer's status, not a reason
    ("openllmetry", "streaming", "reasoning_tokens"),  # the details of a stream's usage are not read
    ("openllmetry", "embeddings", "output"),  # vectors are in no attribute
    ("pyflare", "embeddings", "output", "cache_read_tokens"),  # vectors are for `log_embedding`; no cache is spoken of
    ("pyflare", "anthropic", "cache_read_tokens", "cache_write_tokens"),  # what an older answer leaves out is not 0
)
OTHERWISE = {
    # where two of them say different things of one call
    ("test_anthropic_message_streaming", "output_tokens"): "openllmetry adds the count that the stream begins with",
    ("test_anthropic_tools_streaming", "output_tokens"): "openllmetry adds the count that the stream begins with",
    ("test_responses_create_captures_tool_call", "output"): "openllmetry takes the item's id, not the call's",
    ("test_responses", "output"): "openinference has no finish reason to give the message",
}
INFO = WriterInfo(
    writer_id="w", schema_version=1, pid=1, host="h", started_unix_ns=0, project="p", service_name="s", resource={}
)


@pytest.fixture(scope="module")
def requests():
    running = {maker: replay.start(maker, CALLS) for maker in (*replay.INSTRUMENTORS, replay.OURS)}
    return {maker: replay.requests_of(process) for maker, process in running.items()}


def row_of(requests):
    """The normalised row of the one span in the requests; None where there is no span."""
    if isinstance(requests, list):
        (row,) = requests
        return row
    records = [Request(signal=signal, unix_ns=0, body=body) for signal, body in requests.items() if body]
    made = tables([Batch(info=INFO, requests=records)])
    rows = made["spans"].to_pylist() if "spans" in made else []
    assert len(rows) <= 1, [row["operation_name"] for row in rows]
    return rows[0] if rows else None


def is_recorded(maker, call, column):
    return not any(
        maker.startswith(who) and where in call and column in columns for who, where, *columns in NOT_RECORDED
    )


def differs(call, column):
    return any(where in call and column == name for where, name in OTHERWISE)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.rpartition("/")[2].removesuffix(".yaml"))
def test_one_call_one_row(requests, call):
    """Models, tokens, finish reasons and messages are the same from every instrumentation that records them."""
    rows = {maker: row for maker, made in requests.items() if call in made and (row := row_of(made[call]))}
    for column in COLUMNS:
        said = {
            maker: row[column]
            for maker, row in rows.items()
            if row[column] is not None or is_recorded(maker, call, column)
        }
        if not differs(call, column):
            assert len({json.dumps(value) for value in said.values()}) <= 1, (column, said)


@pytest.mark.parametrize("entry", NOT_RECORDED, ids=" ".join)
def test_what_is_said_not_to_be_recorded_is_not(requests, entry):
    """What the table says an instrumentation leaves out is missing in some call of that kind."""
    maker, where, columns = entry[0], entry[1], entry[2:]
    rows = [row_of(request) for call, request in requests[maker].items() if where in call]
    assert all(any(row is None or row[column] is None for row in rows) for column in columns)


def test_known_exchange(requests):
    """A recorded call with tools comes out as the provider answered it."""
    call = f"{V2}/test_chat_completion_tool_calls_with_content.yaml"
    for made in requests.values():
        row = row_of(made[call])
        assert (row["input_tokens"], row["output_tokens"]) == (75, 51)
        assert row["finish_reasons"] == ["tool_call"]
        assert (row["model_id"], row["model_version"]) == ("gpt-4o-mini", "gpt-4o-mini-2024-07-18")
        (answer,) = json.loads(row["output"])
        assert [part["arguments"] for part in answer["parts"]] == [
            {"location": "Seattle, WA"},
            {"location": "San Francisco, CA"},
        ]
