"""openai's real client against a server on this machine."""

import asyncio
import gc
import json
import time
import weakref

import pytest

openai = pytest.importorskip("openai")

import pyflare  # noqa: E402
from pyflare.integrations.openai_protocol import chat, tokenizer  # noqa: E402
from pyflare.integrations.streams import FollowedIterator  # noqa: E402
from pyflare.tracing.span import Span  # noqa: E402
from tests.integrations.provider import CHAT, chat_chunks  # noqa: E402

ASK = {"model": "gpt-4o", "messages": [{"role": "user", "content": "2 + 2?"}]}
OK, ERROR = 0, 2


@pytest.fixture
def client(provider, recorded):
    pyflare.instrument("openai")
    with openai.OpenAI(api_key="k", base_url=f"{provider.url}/v1", max_retries=0) as client:
        yield client


def make_async(provider):
    return openai.AsyncOpenAI(api_key="k", base_url=f"{provider.url}/v1", max_retries=0)


def newest(client, name):
    """Completions with a method that older versions had under `beta`."""
    completions = client.chat.completions
    return completions if hasattr(completions, name) else client.beta.chat.completions


def output_of(span):
    return json.loads(span.output)


def text_of(span):
    (message,) = output_of(span)
    return "".join(part["content"] for part in message["parts"])


def check_answer(span, text="Four."):
    """The span says what the provider said."""
    assert (span.name, span.inference_type, span.status_code, span.span_kind) == ("chat gpt-4o", "llm", OK, 2)
    assert json.loads(span.input) == [{"role": "user", "parts": [{"type": "text", "content": "2 + 2?"}]}]
    assert text_of(span) == text
    assert span.fields["model_id"] == "gpt-4o"
    assert span.fields["model_version"] == "gpt-4o-2026-08-06"
    assert span.fields["finish_reasons"] == ["stop"]
    tokens = ("input_tokens", "output_tokens", "cache_read_tokens")
    assert [span.fields[name] for name in tokens] == [20, 3, 16]


def test_call(client, recorded):
    """A call is one span with its messages, models, tokens and finish reason."""
    answer = client.chat.completions.create(**ASK, temperature=0.5)
    assert answer.choices[0].message.content == "Four."
    span = recorded.one()
    check_answer(span)
    assert span.attributes["gen_ai.request.temperature"] == 0.5
    assert span.attributes["gen_ai.operation.name"] == "chat"


def test_call_inside_a_trace(client, recorded):
    """The call hangs below the span around it, and is current while it is under way."""
    with pyflare.span("answer") as outer:
        client.chat.completions.create(**ASK)
        assert pyflare.current_span() is outer
    assert recorded.one("chat gpt-4o").parent_span_id == outer.raw_span_id


def test_async_call(provider, recorded):
    """An awaited call is one span."""
    pyflare.instrument("openai")

    async def ask():
        async with make_async(provider) as client:
            return await client.chat.completions.create(**ASK)

    assert asyncio.run(ask()).choices[0].message.content == "Four."
    check_answer(recorded.one())


def test_stream(client, provider, recorded):
    """A stream is one span that ends with its last chunk, and the chunks go by unchanged."""
    provider.will(chat_chunks("Fo", "ur."), delay_s=0.005)
    stream = client.chat.completions.create(**ASK, stream=True)
    assert isinstance(stream, openai.Stream)
    assert recorded.ended() == []
    texts = [chunk.choices[0].delta.content for chunk in stream if chunk.choices]
    assert texts == ["Fo", "ur.", None]
    span = recorded.one()
    check_answer(span)
    assert 0 < span.fields["time_to_first_chunk_ns"] < span.duration_ns


def test_long_stream(client, provider, recorded):
    """However long a stream is, all of it is in the span, in its order."""
    texts = [f"{number} " for number in range(150)]
    provider.will(chat_chunks(*texts))
    list(client.chat.completions.create(**ASK, stream=True))
    assert text_of(recorded.one()) == "".join(texts)


def test_stream_read_in_several_ways(client, provider, recorded):
    """A program may take a chunk, leave a loop and go on later: the span ends with the last chunk and has them all."""
    provider.will(chat_chunks("Fo", "ur", " is", " it."))
    stream = client.chat.completions.create(**ASK, stream=True)
    next(stream)
    for _ in stream:
        break
    gc.collect()
    assert recorded.ended() == []
    list(stream)
    assert text_of(recorded.one()) == "Four is it."


def test_few_chunks_are_kept(recorded, faults):
    """Chunks are read some at a time, and no more than that are held; one that cannot be read loses only itself."""
    first, more, *_ = chat_chunks("a", "b", "c")
    most, given = chat.Pieces.most_kept, []

    def chunks():
        yield object()
        for chunk in [first, *[more] * most]:
            made = openai.types.chat.ChatCompletionChunk.model_validate(chunk)
            given.append(weakref.ref(made))
            yield made

    for _ in FollowedIterator(chunks(), pyflare.span("chat"), chat.Pieces()):
        assert sum(chunk() is not None for chunk in given) <= most
    (message,) = output_of(recorded.one())
    assert message["parts"] == [{"type": "text", "content": "a" + "b" * most}]
    assert faults.pop("read a chunk: AttributeError") == 1


def test_a_fault_at_the_first_chunk(recorded, faults, monkeypatch):
    """Where the first chunk cannot be noted, the stream goes on and the rest of the span is kept."""
    monkeypatch.setattr(Span, "mark_first_chunk", lambda _: 1 / 0)
    chunks = [openai.types.chat.ChatCompletionChunk.model_validate(chunk) for chunk in chat_chunks("Fo", "ur.")]
    assert [*FollowedIterator(iter(chunks), pyflare.span("chat"), chat.Pieces())] == chunks
    assert text_of(recorded.one()) == "Four."
    assert faults.pop("note the first chunk: ZeroDivisionError") == 1


def test_async_stream(provider, recorded):
    """An asynchronous stream is one span."""
    provider.will(chat_chunks("Fo", "ur."))
    pyflare.instrument("openai")

    async def ask():
        async with make_async(provider) as client:
            stream = await client.chat.completions.create(**ASK, stream=True)
            return [chunk async for chunk in stream]

    assert len(asyncio.run(ask())) == 4
    check_answer(recorded.one())


@pytest.mark.parametrize("way", ["close", "with", "drop"])
def test_stream_left_early(client, provider, recorded, way):
    """A stream that is closed, left or dropped ends its span with what had come, and says that there may be more."""
    provider.will(chat_chunks("One", "two", "three"), delay_s=0.01)
    stream = client.chat.completions.create(**ASK, stream=True)
    assert next(stream).choices[0].delta.content == "One"
    if way == "close":
        stream.close()
    elif way == "with":
        with stream:
            pass
    else:
        stream.response.close()
        del stream
        gc.collect()
    span = recorded.one()
    assert text_of(span) == "One"
    assert span.attributes["pyflare.stream.closed_early"] is True


def test_streamed_tool_calls(client, provider, recorded):
    """Pieces of a tool call become one call with its arguments."""
    first, second = chat_chunks("", "")[:2]
    function = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a"'}}
    first["choices"][0]["delta"] = {"role": "assistant", "tool_calls": [function]}
    second["choices"][0]["delta"] = {"tool_calls": [{"index": 0, "function": {"arguments": ": 2}"}}]}
    second["choices"][0]["finish_reason"] = "tool_calls"
    provider.will([first, second])
    list(client.chat.completions.create(**ASK, stream=True))
    span = recorded.one()
    (message,) = output_of(span)
    assert message["parts"] == [{"type": "tool_call", "id": "call_1", "name": "add", "arguments": {"a": 2}}]
    assert span.fields["finish_reasons"] == ["tool_call"]


def test_stream_manager(client, provider, recorded):
    """The library's own helper for streams makes one span."""
    provider.will(chat_chunks("Fo", "ur."))
    with newest(client, "stream").stream(**ASK) as stream:
        assert stream.get_final_completion().choices[0].message.content == "Four."
    check_answer(recorded.one())


def test_parsed(client, provider, recorded):
    """Structured output is one span."""
    from pydantic import BaseModel

    class Answer(BaseModel):
        number: int

    body = json.loads(json.dumps(CHAT))
    body["choices"][0]["message"]["content"] = '{"number": 4}'
    provider.will(body)
    parsed = newest(client, "parse").parse(**ASK, response_format=Answer)
    assert parsed.choices[0].message.parsed == Answer(number=4)
    span = recorded.one()
    check_answer(span, '{"number": 4}')
    assert span.attributes["gen_ai.output.type"] == "json"


def test_raw_response(client, recorded):
    """A raw response is read without being used up."""
    raw = client.chat.completions.with_raw_response.create(**ASK)
    assert raw.parse().choices[0].message.content == "Four."
    check_answer(recorded.one())


def test_raw_stream(client, provider, recorded):
    """A stream inside a raw response is followed too."""
    provider.will(chat_chunks("Fo", "ur."))
    raw = client.chat.completions.with_raw_response.create(**ASK, stream=True)
    assert len(list(raw.parse())) == 4
    check_answer(recorded.one())


def test_error(client, provider, recorded):
    """The provider's error reaches the program as it is, and the span has it."""
    provider.will({"error": {"message": "no such model", "type": "invalid_request_error"}}, status=404)
    with pytest.raises(openai.NotFoundError, match="no such model"):
        client.chat.completions.create(**ASK)
    span = recorded.one()
    assert span.status_code == ERROR
    assert span.fields["error_type"].endswith("NotFoundError")


def test_timeout(client, provider, recorded):
    """A call that takes too long is a span with the library's error."""
    provider.will(CHAT, delay_s=0.5)
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=0.05).chat.completions.create(**ASK)
    assert recorded.one().fields["error_type"].endswith("APITimeoutError")


def test_retries_are_one_span(client, provider, recorded):
    """A call that the library repeats by itself is one span, with the answer that came at last."""
    provider.answers = [(500, {"error": {"message": "again"}}, 0.0), (200, CHAT, 0.0)]
    client.with_options(max_retries=2).chat.completions.create(**ASK)
    assert len(provider.bodies) == 2
    check_answer(recorded.one())


def test_cancelled(provider, recorded):
    """A call whose task is cancelled ends its span, and the cancellation goes on."""
    provider.will(CHAT, delay_s=0.5)
    pyflare.instrument("openai")

    async def ask():
        async with make_async(provider) as client:
            task = asyncio.create_task(client.chat.completions.create(**ASK))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(ask())
    assert recorded.one().name == "chat gpt-4o"


def test_embeddings(client, provider, recorded):
    """Embeddings are counted, not kept."""
    data = [{"object": "embedding", "index": index, "embedding": [0.1, 0.2, 0.3]} for index in range(2)]
    provider.will({"object": "list", "model": "e-3", "data": data, "usage": {"prompt_tokens": 7, "total_tokens": 7}})
    client.embeddings.create(model="e", input=["one", "two"], encoding_format="float")
    span = recorded.one()
    assert (span.name, span.inference_type, span.output) == ("embeddings e", "embedding", None)
    assert json.loads(span.input) == ["one", "two"]
    assert span.fields["input_tokens"] == 7
    assert span.attributes["pyflare.embeddings.count"] == 2
    assert span.attributes["gen_ai.embeddings.dimension.count"] == 3


def test_azure(provider, recorded):
    """Azure's client is told apart."""
    pyflare.instrument("openai")
    with openai.AzureOpenAI(api_key="k", azure_endpoint=provider.url, api_version="2026-01-01") as client:
        client.chat.completions.create(**ASK)
    assert recorded.one().fields["provider"] == "azure.ai.openai"


def test_other_requests_are_left_alone(client, provider, recorded):
    """What is no call of a model makes no span."""
    provider.will({"id": "batch_1", "object": "batch"})
    client.batches.create(input_file_id="file_1", endpoint="/v1/chat/completions", completion_window="24h")
    assert recorded.ended() == []


@pytest.mark.parametrize("settings", [{"content": "metrics-only"}, {"capture_input": False, "capture_output": False}])
def test_content_can_be_left_out(begin, provider, settings):
    """With content off, the span has its numbers and none of the words."""
    recorded = begin(**settings)
    pyflare.instrument("openai")
    with openai.OpenAI(api_key="k", base_url=f"{provider.url}/v1") as client:
        client.chat.completions.create(**ASK)
    span = recorded.one()
    assert (span.input, span.output) == (None, None)
    assert span.fields["input_tokens"] == 20


def test_overhead(client, provider, recorded):
    """What tracing adds to a call is a fraction of a millisecond: the bound here is generous, the benchmark measures."""
    began_s = time.process_time()
    for _ in range(50):
        client.chat.completions.create(**ASK)
    traced_s = time.process_time() - began_s
    pyflare.uninstrument()
    began_s = time.process_time()
    for _ in range(50):
        client.chat.completions.create(**ASK)
    assert (traced_s - (time.process_time() - began_s)) / 50 < 0.002


@pytest.fixture
def one_token_a_byte(monkeypatch):
    """tiktoken, with an encoding that the program has loaded already."""
    tiktoken = pytest.importorskip("tiktoken")
    letters = {bytes([code]): code for code in range(256)}
    encoding = tiktoken.Encoding("o200k_base", pat_str=r"[\s\S]+", mergeable_ranks=letters, special_tokens={})
    monkeypatch.setitem(tiktoken.registry.ENCODINGS, "o200k_base", encoding)
    monkeypatch.setattr(tokenizer, "_known", {})
    monkeypatch.setattr(tokenizer, "_loading", {})


def test_usage_left_out_of_a_stream(client, provider, recorded, one_token_a_byte):
    """Where a stream says no usage it is counted, once the tokenizer is loaded, and marked as estimated."""
    provider.will(chat_chunks("Fo", "ur.", usage=False))
    list(client.chat.completions.create(**ASK, stream=True))
    tokenizer._loading["gpt-4o"].join()
    list(client.chat.completions.create(**ASK, stream=True))
    span = recorded.ended()[-1]
    assert span.attributes["pyflare.usage.estimated"] is True
    assert span.fields["output_tokens"] == len("Four.")
    assert span.fields["input_tokens"] == len("user") + len("2 + 2?") + 3 + 3
    assert span.attributes["pyflare.output_tokens_per_second"] > 0


def test_usage_is_not_estimated_where_it_is_said(client, provider, recorded, one_token_a_byte):
    """What the provider says stands, and an unknown model's tokens are not guessed."""
    provider.will(chat_chunks("Four."))
    list(client.chat.completions.create(**ASK, stream=True))
    provider.will(chat_chunks("Four.", usage=False))
    list(client.chat.completions.create(**{**ASK, "model": "somebody-else"}, stream=True))
    tokenizer._loading["somebody-else"].join()
    said, unknown = recorded.ended()
    assert said.fields["output_tokens"] == 3
    assert "output_tokens" not in unknown.fields
    assert all("pyflare.usage.estimated" not in span.attributes for span in (said, unknown))
