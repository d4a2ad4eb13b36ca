"""OpenInference, as the instrumentations for Phoenix write it."""

import json

import pytest

from tests.store.normalise.spans import event, filled, text

MESSAGES = {
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": "Be brief.",
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.contents.0.message_content.type": "text",
    "llm.input_messages.1.message.contents.0.message_content.text": "What is this?",
    "llm.input_messages.1.message.contents.1.message_content.type": "image",
    "llm.input_messages.1.message.contents.1.message_content.image.image.url": "data:image/png;base64,aGk=",
    "llm.input_messages.2.message.role": "tool",
    "llm.input_messages.2.message.tool_call_id": "c1",
    "llm.input_messages.2.message.content": '{"degrees": 12}',
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c2",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "weather",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"city": "Oslo"}',
}


def test_an_llm_span():
    """Models, counts, costs and flattened messages fill their columns."""
    found = filled(
        {
            "openinference.span.kind": "LLM",
            "llm.provider": "azure",
            "llm.system": "openai",
            "llm.model_name": "gpt-4o-2024-08-06",
            "llm.invocation_parameters": '{"model": "gpt-4o", "temperature": 0}',
            "llm.token_count.prompt": 100,
            "llm.token_count.completion": 20,
            "llm.token_count.total": 120,
            "llm.token_count.prompt_details.cache_read": 64,
            "llm.token_count.prompt_details.audio": 2,
            "llm.token_count.completion_details.reasoning": 8,
            "llm.token_count.completion_details.audio": 1,
            "llm.cost.total": 0.00125,
            "llm.finish_reason": "tool_calls",
            "session.id": "s1",
            "user.id": "u1",
            "tag.tags": ["beta", "eu"],
            "output.value": '{"id": "chatcmpl-1", "model": "gpt-4o-2024-08-06"}',
            "output.mime_type": "application/json",
            **MESSAGES,
        }
    )
    call = {"type": "tool_call", "id": "c2", "name": "weather", "arguments": {"city": "Oslo"}}
    assert found == {
        "inference_type": "llm",
        "provider": "azure.ai.openai",
        "model_id": "gpt-4o",
        "model_version": "gpt-4o-2024-08-06",
        "response_id": "chatcmpl-1",
        "finish_reasons": ["tool_call"],
        "input_tokens": 100,
        "output_tokens": 20,
        "cache_read_tokens": 64,
        "reasoning_tokens": 8,
        "input_audio_tokens": 2,
        "output_audio_tokens": 1,
        "cost_micros": 1250,
        "session_id": "s1",
        "user_id": "u1",
        "tags": ["beta", "eu"],
        "input": [
            {"role": "system", "parts": [text("Be brief.")]},
            {
                "role": "user",
                "parts": [
                    text("What is this?"),
                    {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "aGk="},
                ],
            },
            {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": {"degrees": 12}}]},
        ],
        "output": [{"role": "assistant", "parts": [call], "finish_reason": "tool_call"}],
    }


@pytest.mark.parametrize("kind", ["CHAIN", "RETRIEVER", "RERANKER", "TOOL", "AGENT", "GUARDRAIL", "EVALUATOR"])
def test_kinds(kind):
    """The span's kind is the inference type, in lower case."""
    assert filled({"openinference.span.kind": kind}) == {"inference_type": kind.lower()}


def test_an_unknown_kind_is_none():
    """UNKNOWN says nothing."""
    assert filled({"openinference.span.kind": "UNKNOWN"}) == {}


def test_documents():
    """Flattened documents are the output of a retriever, and those it kept that of a reranker."""
    documents = {
        "0.document.id": "d1",
        "0.document.score": 0.75,
        "0.document.content": "Refunds take a week.",
        "0.document.metadata": '{"page": 3}',
        "1.document.id": 7,
    }
    expected = [
        {"id": "d1", "score": 0.75, "content": "Refunds take a week.", "metadata": {"page": 3}},
        {"id": "7"},
    ]
    retrieved = {f"retrieval.documents.{key}": value for key, value in documents.items()}
    found = filled({"openinference.span.kind": "RETRIEVER", "input.value": "refunds", **retrieved})
    assert found == {"inference_type": "retriever", "input": "refunds", "output": expected}
    reranked = {f"reranker.output_documents.{key}": value for key, value in documents.items()}
    found = filled({"openinference.span.kind": "RERANKER", "reranker.query": "refunds", **reranked})
    assert found == {"inference_type": "reranker", "input": "refunds", "output": expected}


def test_embeddings():
    """The texts that were embedded are the input."""
    found = filled(
        {
            "openinference.span.kind": "EMBEDDING",
            "embedding.model_name": "text-embedding-3-small",
            "embedding.embeddings.0.embedding.text": "one",
            "embedding.embeddings.1.embedding.text": "two",
            "embedding.embeddings.1.embedding.vector": [0.5, 0.25],
        }
    )
    assert found == {"inference_type": "embedding", "model_id": "text-embedding-3-small", "input": ["one", "two"]}


def test_completions():
    """Prompts and choices without roles are the user's and the assistant's."""
    found = filled(
        {
            "openinference.span.kind": "LLM",
            "llm.prompts.0.prompt.text": "Once upon",
            "llm.choices.0.completion.text": "a time",
            "llm.finish_reason": "length",
        }
    )
    assert found["input"] == [{"role": "user", "parts": [text("Once upon")]}]
    assert found["output"] == [{"role": "assistant", "parts": [text("a time")], "finish_reason": "length"}]


def test_values_with_their_types():
    """JSON stands as it is, text becomes JSON text, and text that looks like JSON is JSON where nobody says otherwise."""
    assert filled({"input.value": '{"a": 1}', "input.mime_type": "application/json"}) == {"input": {"a": 1}}
    assert filled({"input.value": '{"a": 1}', "input.mime_type": "text/plain"}) == {"input": '{"a": 1}'}
    assert filled({"input.value": '{"a": 1}', "output.value": "5"}) == {"input": {"a": 1}, "output": "5"}
    assert filled({"output.value": "{not json"}) == {"output": "{not json"}


def test_a_large_index_makes_nothing_large():
    """Beyond 10,000 an index is not believed; below, only what is there is made."""
    found = filled(
        {
            "llm.input_messages.10000.message.role": "user",
            "llm.input_messages.10000.message.content": "last",
            "llm.input_messages.10001.message.role": "user",
            "llm.input_messages.10001.message.content": "beyond",
            f"llm.input_messages.{'9' * 5000}.message.content": "far beyond",
        }
    )
    assert found == {"input": [{"role": "user", "parts": [text("last")]}]}


def test_counts_that_leave_out_the_cache():
    """Where more was cached than was read, the count of input did not include it."""
    counts = {"llm.token_count.prompt": 10, "llm.token_count.prompt_details.cache_read": 90}
    assert filled(counts) == {"input_tokens": 100, "cache_read_tokens": 90}
    assert filled({**counts, "llm.token_count.prompt": 95})["input_tokens"] == 95


def test_the_first_token():
    """The event of the first token says how long it took."""
    found = filled({}, events=[event("First Token Stream Event", {}, after_ns=1_500_000)])
    assert found == {"time_to_first_chunk_ns": 1_500_000}


def test_a_list_that_is_not_flattened():
    """Messages may also stand in one attribute, as JSON."""
    messages = [{"role": "user", "content": "hi"}]
    found = filled({"llm.input_messages": json.dumps(messages)})
    assert found == {"input": [{"role": "user", "parts": [text("hi")]}]}
