"""Messages of one text each, which are written without a look at what is in them."""

import pytest

import pyflare
from pyflare.dialects.messages import messages_of
from pyflare.schema.texts import Texts
from pyflare.tracing.capture import Limits, encode_texts, encode_value

SAID = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Où?"}]


def test_plain_messages_are_texts():
    """Messages of a role and a text are marked as such; with one that has more, or none of it, none are."""
    assert type(messages_of(SAID, role="user")) is Texts
    for other in ({"role": "tool", "content": "4"}, {"role": "user", "content": ["Who?"]}, {"role": "user"}, "Why?"):
        assert type(messages_of([*SAID, other], role="user")) is list


@pytest.mark.parametrize("text", ["plain", "", 'quoted "', "\udc80 alone", "x" * 3000])
@pytest.mark.parametrize(
    "limits", [Limits(), Limits(depth=3), Limits(depth=4), Limits(items=1), Limits(content_bytes=500)]
)
def test_texts_are_kept_as_any_messages_are(text, limits):
    """Whatever the limits and the text, they are written just as a list is that has been looked through."""
    found = [{"role": "user", "parts": [{"type": "text", "content": text}], "finish_reason": "stop"}] * 2
    assert encode_texts(Texts(found), limits) == encode_value(found, limits)


@pytest.mark.parametrize("settings", [{}, {"redact": "all"}, {"inline_limit_bytes": 40}, {"content": "metrics-only"}])
def test_texts_pass_through_what_any_content_does(begin, settings):
    """They are redacted, moved out of the span or left out like every other value."""
    recorded = begin(**settings)
    said = messages_of([{"role": "user", "content": "Write to ann@example.com."}], role="user")
    with pyflare.span("marked", input=said):
        pass
    with pyflare.span("looked through", input=[*said]):
        pass
    marked, looked = recorded.ended()
    assert marked.input == looked.input
    assert (marked.fields or {}).get("input_ref") == (looked.fields or {}).get("input_ref")
