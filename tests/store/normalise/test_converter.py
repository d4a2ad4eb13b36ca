"""OpenInference's own converter to `gen_ai.*` as an oracle: both ways lead to the same row."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.normalise.spans import filled

instrumentation = pytest.importorskip(
    "openinference.instrumentation._genai_conversion", reason="openinference is not installed"
)

_TEXT = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)
_COUNTS = st.integers(0, 1_000_000)
_SAME = (
    "inference_type",
    "provider",
    "model_id",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "session_id",
    "agent_name",
    "input",
    "output",
)


@st.composite
def llm_spans(draw):
    attributes = {
        "openinference.span.kind": draw(st.sampled_from(["LLM", "AGENT"])),
        "llm.provider": draw(st.sampled_from(["openai", "anthropic", "groq", "mistralai", "aws", "xai", "deepseek"])),
        "llm.invocation_parameters": json.dumps({"model": draw(_TEXT), "temperature": 0.5}),
        "llm.token_count.completion": draw(_COUNTS),
        "session.id": draw(_TEXT),
        "agent.name": draw(_TEXT),
    }
    cached, written = draw(_COUNTS), draw(_COUNTS)
    attributes["llm.token_count.prompt"] = cached + written + draw(_COUNTS)
    attributes["llm.token_count.prompt_details.cache_read"] = cached
    attributes["llm.token_count.prompt_details.cache_write"] = written
    for index in range(draw(st.integers(1, 3))):
        prefix = f"llm.input_messages.{index}.message"
        attributes[f"{prefix}.role"] = draw(st.sampled_from(["system", "user", "assistant"]))
        attributes[f"{prefix}.content"] = draw(_TEXT)
    prefix = "llm.output_messages.0.message"
    attributes[f"{prefix}.role"] = "assistant"
    for index in range(draw(st.integers(0, 2))):
        call = f"{prefix}.tool_calls.{index}.tool_call"
        attributes[f"{call}.id"] = f"c{index}"
        attributes[f"{call}.function.name"] = draw(_TEXT)
        attributes[f"{call}.function.arguments"] = json.dumps({"x": draw(_TEXT)})
    attributes[f"{prefix}.content"] = draw(_TEXT)
    return attributes


def comparable(row):
    """A row without what the converter makes up: a finish reason where none was recorded."""
    found = {name: row.get(name) for name in _SAME}
    for message in found["output"] or ():
        message.pop("finish_reason", None)
    return found


@given(llm_spans())
def test_the_converter_agrees(attributes):
    """A span read as OpenInference gives the row of the same span converted to OpenTelemetry's names."""
    converted = instrumentation.get_genai_attributes(attributes)
    as_lists = {key: list(value) if isinstance(value, tuple) else value for key, value in converted.items()}
    assert comparable(filled(attributes)) == comparable(filled(as_lists))


@pytest.mark.parametrize(
    ("provider", "system"),
    [("google", "vertexai"), ("google", None), (None, "vertexai"), ("openai", "openai"), (None, "mistralai")],
)
def test_providers_agree(provider, system):
    """Who hosts a model and whose it is make one provider."""
    named = {"llm.provider": provider, "llm.system": system}
    attributes = {"openinference.span.kind": "LLM", **{key: value for key, value in named.items() if value}}
    assert filled(attributes) == filled(instrumentation.get_genai_attributes(attributes))


def test_documents_agree():
    """A retriever's documents and its query are the same either way."""
    attributes = {
        "openinference.span.kind": "RETRIEVER",
        "input.value": "refunds",
        "retrieval.documents.0.document.id": "d1",
        "retrieval.documents.0.document.score": 0.5,
        "retrieval.documents.0.document.content": "Refunds take a week.",
        "retrieval.documents.0.document.metadata": '{"page": 3}',
    }
    assert filled(attributes) == filled(instrumentation.get_genai_attributes(attributes))
