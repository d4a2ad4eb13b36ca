"""The short way for messages that are as they should be gives what the long way gives."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.dialects import messages
from pyflare.store.normalise import values
from pyflare.store.normalise.plain import as_values, plain_messages

_TEXT = st.text(max_size=5)
_PARTS = (
    st.builds(lambda content: {"type": "text", "content": content}, _TEXT)
    | st.builds(lambda content: {"content": content, "type": "reasoning"}, _TEXT)
    | st.builds(
        lambda call_id, arguments: {"type": "tool_call", "name": "f", "id": call_id, "arguments": arguments},
        st.none() | _TEXT,
        st.dictionaries(_TEXT, st.integers() | _TEXT | st.none(), max_size=2) | _TEXT,
    )
    | st.builds(lambda content: {"type": "tool_call_response", "id": "c", "response": content}, _TEXT)
)
_MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "system", "tool", "User"]), "parts": st.lists(_PARTS)},
        optional={"finish_reason": st.sampled_from(["stop", "tool_calls", ""]), "name": _TEXT},
    ),
    max_size=3,
)


@given(_MESSAGES)
def test_both_ways_agree(given_):
    """Where the short way reads messages, the long one reads and writes the same text."""
    plain = plain_messages(json.dumps(given_))
    if plain is not None:
        long = messages.messages_of(given_, role="user")
        assert as_values(plain) == long
        assert values.encoded(plain) == values.encoded(long)


def test_usual_messages_go_the_short_way():
    """A conversation with a call of a tool is as it should be."""
    conversation = [
        {"role": "user", "parts": [{"type": "text", "content": "hi"}]},
        {
            "role": "assistant",
            "parts": [{"arguments": {"city": "Oslo"}, "name": "weather", "id": "c1", "type": "tool_call"}],
            "finish_reason": "tool_call",
        },
    ]
    assert as_values(plain_messages(json.dumps(conversation))) == conversation


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "[1]", '[{"role": "user"}]', "[" * 100_000])
def test_what_is_not_is_none(text):
    """Everything else is left to the long way."""
    assert plain_messages(text) is None
