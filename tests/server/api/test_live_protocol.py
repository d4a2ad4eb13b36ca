"""What clients of the live updates say, read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.errors import FilterError
from pyflare.server.api.errors import ApiError
from pyflare.server.api.live.protocol import channel_of, confirmation, error_message, read
from pyflare.store.filters import no_payloads
from pyflare.store.language import compile_filter

_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
_SAID = st.fixed_dictionaries(
    {},
    optional={
        "action": st.sampled_from(["subscribe", "unsubscribe", "ping"]) | _JSON,
        "channels": st.lists(st.sampled_from(["traces:*", "traces:m", f"spans:{1:032x}"]) | st.text(), max_size=4)
        | _JSON,
        "filter": st.sampled_from(["", "status = error", "latency > 2s and (", "modle = x"]) | st.text() | _JSON,
    },
)


@given(st.text() | _SAID.map(json.dumps) | _JSON.map(json.dumps))
def test_whatever_is_said_is_understood_or_refused(text: str) -> None:
    """Any text is a message that can be confirmed, or an error that can be told: nothing else is raised."""
    try:
        said = read(text)
        channels = [channel_of(name) for name in said.channels]
        for channel in channels:
            compile_filter(said.filter, of=channel.of, now_ns=0, find_payloads=no_payloads)
        answer = confirmation("subscribed", channels)
    except ApiError as error:
        answer = error_message(error)
    except FilterError:
        return
    assert json.loads(answer)["type"] in ("subscribed", "error")


@pytest.mark.parametrize(
    "name", ["traces:", "traces", "spans:*", "spans:ABC", ":x", "", "alerts:x", "traces:" + "m" * 2000]
)
def test_channels_that_are_none(name: str) -> None:
    """What is no channel is refused, with the channels there are."""
    with pytest.raises(ApiError) as caught:
        channel_of(name)
    assert "traces:*" in str(caught.value.hint)
