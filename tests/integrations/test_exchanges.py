"""Every recorded exchange of a client that is traced, through the real client: one span with what was recorded."""

import collections
import importlib.util
import json
import re

import pytest

from pyflare.integrations import INTEGRATIONS
from tests.integrations import clients
from tests.integrations.exchanges import CASSETTES, FOLDERS, Replaying, exchanges

TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")
TEXTS = frozenset(
    {"text", "content", "thinking", "delta", "completion", "generation", "outputText", "response", "refusal"}
)
USAGE = re.compile(r"(prompt|candidates|completion|generation|eval|input|output).*(tokens?|count)$", re.IGNORECASE)
COUNT = re.compile("token|count", re.IGNORECASE)
PROVIDERS = {"google-genai": "gcp.vertex_ai", "bedrock": "aws.bedrock", "mistralai": "mistral_ai"}
OPERATIONS = {
    "chat": ("chat/completions", "responses", "messages", "/chat", "converse", "converse-stream", "generateContent"),
    "text_completion": ("/completions", "/generate"),
    "embeddings": ("embeddings", "embed"),
    "rerank": ("rerank",),
}


def leaves(value, key=""):
    """Each leaf of JSON with the key it hangs from."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    else:
        yield key, value


def results(library, chosen):
    """Each exchange, and the error that the program saw."""
    import pyflare

    pyflare.instrument(library)
    with Replaying() as server, clients.client(library, server.url) as ask:
        for index, exchange in enumerate(chosen):
            server.exchange = exchange
            error = None
            with pyflare.span(str(index)):
                try:
                    ask(exchange)
                except Exception as raised:
                    error = raised
            yield exchange, error
    pyflare.uninstrument(library)


def check(exchange, error, span):
    """What the span says is what was recorded."""
    failed = exchange.status >= 400
    assert failed == (error is not None), error
    assert (span.status_code == 2) == failed
    check_request(exchange, span)
    if not failed:
        check_tokens(exchange, span)
        check_texts(exchange, span)
        check_reasons(exchange, span)
        assert ("time_to_first_chunk_ns" in span.fields) == exchange.streams


def check_request(exchange, span):
    operation, model = span.attributes["gen_ai.operation.name"], clients.model_of(exchange)
    assert span.fields["model_id"] == model
    hosted = {"azure.com": "azure.ai.openai", "amazonaws.com": "aws.bedrock"}
    expected = PROVIDERS.get(exchange.library, exchange.library)
    assert span.fields["provider"] == next((who for where, who in hosted.items() if where in exchange.uri), expected)
    assert span.name == f"{operation} {model}"
    if "/invoke" not in exchange.path:
        assert exchange.path.replace("streamG", "g").endswith(OPERATIONS[operation])
    words = [
        value for key, value in leaves(exchange.body) if key in {"text", "content", "prompt", "message", "inputText"}
    ]
    said = json.loads(span.input)
    asked = {value for _, value in leaves(said)}
    assert all(word in asked for word in words if isinstance(word, str) and word), (words, said)


def check_tokens(exchange, span):
    """Every count is one of the answer's, or the sum of some, and none is missing that the answer has."""
    counts = {value for key, value in leaves(exchange.said) if COUNT.search(key) and isinstance(value, int | float)}
    headers = {int(value) for name, value in exchange.headers.items() if name.endswith("token-count")}
    sums = {one + other for one in counts for other in counts}
    for name in TOKENS:
        value = span.fields.get(name)
        assert value is None or value in counts | headers | sums, (name, value)
    usage = {
        key: value for key, value in leaves(exchange.said) if USAGE.search(key) and isinstance(value, int) and value
    }
    assert not usage or span.fields.get("input_tokens") or span.fields.get("output_tokens"), usage


def check_texts(exchange, span):
    """What was said is what came, piece by piece, and nothing of it is missing."""
    pieces = [value for key, value in leaves(exchange.said) if key in TEXTS and isinstance(value, str)]
    whole = "".join(pieces)
    texts = [part["content"] for message in messages(span) for part in message["parts"] if part["type"] == "text"]
    if exchange.streams and len(messages(span)) > 1:  # the pieces of several answers are mixed
        assert not collections.Counter("".join(texts)) - collections.Counter(whole)
    else:
        assert all(text in whole for text in texts), (texts, whole)
    calls = [part for message in messages(span) for part in message["parts"] if part["type"] == "tool_call"]
    named = {value for key, value in leaves(exchange.said) if key == "name"}
    assert all(call["name"] in named for call in calls)
    assert all(isinstance(call.get("arguments", {}), dict) for call in calls if call["name"])
    if span.attributes["gen_ai.operation.name"] in {"chat", "text_completion"} and whole.strip():
        assert (
            texts
            or calls
            or any(part["type"] in {"refusal", "reasoning"} for m in messages(span) for part in m["parts"])
        )


def messages(span):
    said = json.loads(span.output) if span.output else []
    return [message for message in said if "parts" in message]


def check_reasons(exchange, span):
    """There is a finish reason where the answer has one."""
    keys = {"finish_reason", "stop_reason", "stopReason", "finishReason", "done_reason", "completionReason"}
    given = [value for key, value in leaves(exchange.said) if key in keys and value]
    assert bool(given) <= bool(span.fields.get("finish_reasons")), given


def shapes(library):
    """One exchange of each kind: what is asked for, of which model, and how it ended."""
    found = {}
    for exchange in exchanges(library):
        asked = (
            exchange.uri,
            exchange.status,
            *sorted(exchange.body),
            *sorted({key for key, _ in leaves(exchange.said)}),
        )
        found.setdefault(asked, exchange)
    return [*found.values()]


def replayed(library, chosen, recorded):
    """The exchanges with the error that the program saw and the one span that each became."""
    found = [*results(library, chosen)]
    children = collections.defaultdict(list)
    spans = recorded.ended()
    roots = {span.span_id: span.name for span in spans if span.parent_span_id is None}
    for span in spans:
        if span.parent_span_id is not None:
            children[roots[span.parent_span_id]].append(span)
    for index, (exchange, error) in enumerate(found):
        assert len(children[str(index)]) == 1, (exchange, error)
        (span,) = children[str(index)]
        yield exchange, error, span
    assert recorded.running() == []


@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")  # the models were new when it was recorded
@pytest.mark.skipif(not CASSETTES.is_dir(), reason="the recorded exchanges are not here")
@pytest.mark.parametrize("library", FOLDERS)
@pytest.mark.parametrize("choose", [shapes, pytest.param(exchanges, marks=pytest.mark.slow)])
def test_recorded_exchanges(library, choose, recorded):
    """Each recorded exchange is one span below the program's, and says what was recorded."""
    if importlib.util.find_spec(INTEGRATIONS[library].package.partition(".")[0]) is None:
        pytest.skip(f"{library} is not installed")
    for exchange, error, span in replayed(library, choose(library), recorded):
        try:
            check(exchange, error, span)
        except AssertionError as wrong:
            wrong.add_note(f"{exchange.library} {exchange.name} {exchange.uri}")
            raise
