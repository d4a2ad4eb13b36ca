"""What a span keeps of content: inline, in `payloads`, or none at all."""

from __future__ import annotations

import asyncio
import hashlib

import pytest
from opentelemetry.trace import Link, SpanContext, StatusCode, TraceFlags

import pyflare
from tests.tracing.recorded import content

SECRET = "XyZZyPlugh"
OTHER = SpanContext(0xABC, 0xDEF, is_remote=True, trace_flags=TraceFlags(1))


@pyflare.trace(name="echo")
def echo(value):
    return value


def test_large_content_is_moved_out_of_the_span(recorded):
    """The whole is kept by its hash, and the span has a preview of the same shape."""
    value = {"text": "word " * 5000, "number": 7}
    echo(value)
    span = recorded.one()
    by_id = {payload.content_id: payload for payload in recorded.payloads()}
    assert set(by_id) == {span.fields["input_ref"], span.fields["output_ref"]}
    for payload in by_id.values():
        assert payload.content_id == hashlib.sha256(payload.content).hexdigest()
        assert not payload.truncated
    assert content(by_id[span.fields["output_ref"]].content) == value
    assert content(by_id[span.fields["input_ref"]].content) == {"value": value}
    preview = content(span.output)
    assert preview["text"].startswith("word word")
    assert len(span.output) < 2000


def test_the_same_content_is_stored_once(recorded):
    """Ten spans with the same large output refer to one payload."""

    @pyflare.trace(capture_input=False)
    def document():
        return "word " * 5000

    for _ in range(10):
        document()
    (payload,) = recorded.payloads()
    assert {span.fields["output_ref"] for span in recorded.ended()} == {payload.content_id}


def test_content_beyond_the_limit_is_shortened_and_counted(begin):
    """The payload says that it is not whole, and so does the count."""
    recorded = begin(content_limit_bytes=20_000)
    echo(["word " * 1000] * 100)
    assert [payload.truncated for payload in recorded.payloads()] == [True, True]
    assert recorded.losses() == {"content_truncated": 2}
    assert all(len(payload.content) < 25_000 for payload in recorded.payloads())


def test_content_that_is_shortened_and_still_small_is_counted_too(begin):
    """A container cut at its items is no whole value, however short."""
    recorded = begin(max_items=3)
    echo([1, 2, 3, 4])
    assert content(recorded.one().output) == [1, 2, 3, "… 1 more"]
    assert recorded.losses() == {"content_truncated": 2}


def test_a_payload_larger_than_a_segment_is_kept(begin):
    """Several megabytes in one value."""
    recorded = begin(content_limit_bytes=8_000_000)
    text = "word " * 1_000_000
    echo(text)
    span = recorded.one()
    (output,) = (payload for payload in recorded.payloads() if payload.content_id == span.fields["output_ref"])
    assert content(output.content) == text
    assert recorded.losses() == {}


def test_a_stream_with_much_text_is_moved_out_too(recorded):
    """Joined chunks are content like any other."""

    @pyflare.trace(capture_input=False)
    def stream():
        for _ in range(5000):
            yield "word "

    list(stream())
    (payload,) = recorded.payloads()
    assert content(payload.content) == "word " * 5000
    assert recorded.one().fields["output_ref"] == payload.content_id


def test_an_input_set_again_refers_to_the_latest(recorded):
    """A large input replaced by a small one leaves no reference to the large one."""
    with pyflare.span("step", input="word " * 5000) as span:
        span.set_input("small")
        span.set_output("word " * 5000)
        span.set_output("small")
    found = recorded.one()
    assert (content(found.input), content(found.output)) == ("small", "small")
    assert found.fields is None


def test_an_output_set_before_the_return_leaves_no_reference(recorded):
    """What a function returns replaces a large output that it had set itself, reference and all."""

    @pyflare.trace
    def function():
        pyflare.update(output="word " * 5000)
        return "small"

    function()
    found = recorded.one()
    assert content(found.output) == "small"
    assert found.fields is None


@pytest.mark.parametrize("redact", [None, "all"])
def test_metrics_only_leaves_no_content_anywhere(begin, redact):
    """Not a byte of what the program handled is in the folder, whichever way it came; counts and times are."""
    recorded = begin(content="metrics-only", redact=redact)
    secret = SECRET

    class Thing:
        def __repr__(self):
            return secret

    @pyflare.trace(name="function", kind="llm", model="m")
    def function(*args, **kwargs):
        pyflare.update(input=secret, output=secret, input_tokens=5, attributes={"a": secret, "n": 3})
        return {"answer": secret}

    @pyflare.trace(name="stream")
    def stream():
        yield secret
        yield {"k": secret}

    @pyflare.trace(name="async stream")
    async def async_stream():
        yield secret

    @pyflare.trace(name="failing")
    def failing():
        raise ValueError(secret)

    async def consume():
        return [chunk async for chunk in async_stream()]

    function(secret, Thing(), value={"nested": [secret]}, large=secret * 5000)
    list(stream())
    asyncio.run(consume())
    with pytest.raises(ValueError, match=secret):
        failing()
    with pyflare.span(
        "block", input=secret, attributes={"a": secret, "n": 4}, links=[Link(OTHER, {"a": secret})]
    ) as span:
        span.set_input(secret)
        span.set_output([secret])
        span.set_attribute("nested", {"k": [secret]})
        span.set_attribute("bytes", secret.encode())
        span.add_event("event", {"a": secret})
        span.add_link(OTHER, {"a": secret})
        span.set_status(StatusCode.ERROR, secret)
        span.record_exception(ValueError(secret), {"a": secret})
    with (
        pytest.raises(KeyError),
        pyflare.tracer_provider().get_tracer("t").start_as_current_span("otel", attributes={"a": secret}),
    ):
        raise KeyError(secret)
    pyflare.score("helpful", 0.5, comment=secret, attributes={"a": secret})
    prediction = pyflare.log_prediction("m", {"f": secret, "age": 3}, secret, label=secret, attributes={"a": secret})
    pyflare.log_label(prediction, secret)
    pyflare.log_embedding([0.5], text=secret)
    pyflare.flush()
    pyflare.shutdown()
    raw = recorded.raw_bytes()
    assert secret.encode() not in raw
    assert secret.encode("utf-16-le") not in raw
    names = {"function", "stream", "async stream", "failing", "block", "otel"}
    assert {span.name for span in recorded.ended()} == names
    assert recorded.payloads() == []
    assert recorded.one("function").fields == {"model_id": "m", "input_tokens": 5}
    assert recorded.one("function").attributes == {"n": 3}
    assert recorded.one("stream").attributes == {"pyflare.stream.chunks": 2}
    assert recorded.one("failing").fields == {"error_type": "ValueError"}
    assert recorded.one("failing").events[0][2]["exception.type"] == "ValueError"


def test_redaction_covers_every_way_in(begin):
    """With all patterns on, a mail address is nowhere in the folder, inline or in payloads."""
    recorded = begin(redact="all")
    mail = "ada.lovelace@example.org"

    @pyflare.trace
    def function(address, *, words):
        pyflare.update(attributes={"to": mail})
        pyflare.current_span().add_event("sent", {"to": mail})
        pyflare.current_span().add_link(OTHER, {"to": mail})
        yield f"to {mail}"
        yield {"to": [mail]}
        raise ValueError(mail)

    with pytest.raises(ValueError, match=mail):
        list(function(mail, words=f"{mail} " * 5000))
    with pyflare.span("block", input=mail) as span:
        span.set_output({"to": mail})
        span.set_status(StatusCode.ERROR, mail)
    pyflare.score("s", comment=mail, attributes={"to": mail})
    pyflare.log_label(pyflare.log_prediction("m", {"to": mail}, mail, label=mail, attributes={"to": mail}), mail)
    pyflare.log_embedding([1.0], text=mail)
    pyflare.shutdown()
    assert mail.encode() not in recorded.raw_bytes()
    assert recorded.raw_bytes().count(b"[mail]") > 10
