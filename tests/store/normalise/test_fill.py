"""What holds for normalisation, whatever the dialect."""

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import SPANS
from pyflare.store.normalise import NORMALISED_COLUMNS, evaluations, explain, fill, fill_from_logs
from pyflare.store.normalise.rules import CONTENTS, EVENTS, KEYS, PREFIXES, SCALARS
from tests.store.normalise.spans import START_NS, event, filled, table, text
from tests.store.normalise.test_logs import records

CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 5,
    "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [text("hi")]}]),
}


def test_nothing_is_done_where_nothing_is_to_do():
    """A table without attributes, or with unknown ones, comes back as the same object."""
    for spans in (table(), table({}, {}), table({"app.key": "x", "app.count": 5})):
        assert fill(spans) is spans


def test_what_is_there_stays():
    """Columns that hold something keep it, and are not mixed with what attributes say."""
    found = filled(CHAT, model_id="mine", input='"my input"', input_tokens=99)
    assert found == {"inference_type": "llm"}


def test_rows_do_not_mix():
    """Spans of several dialects in one table are each read by themselves."""
    other = {"llm.model_name": "claude", "llm.token_count.prompt": "17"}
    rows = fill(table(CHAT, {}, other, {"app": "x"}, CHAT)).to_pylist()
    assert [row["model_id"] for row in rows] == ["gpt-4o", None, "claude", None, "gpt-4o"]
    assert [row["input_tokens"] for row in rows] == [5, None, 17, None, 5]
    assert [row["input"] is None for row in rows] == [False, True, True, True, False]


def test_tables_in_pieces():
    """A table of several chunks, and a part of a table, give what the whole gives."""
    spans = table({"app": "x"}, CHAT, {}, CHAT)
    whole = fill(spans)
    assert fill(pa.concat_tables([spans, spans])).slice(4).to_pylist() == whole.to_pylist()
    assert fill(spans.slice(1, 2)).to_pylist() == whole.slice(1, 2).to_pylist()


def test_filling_twice_changes_nothing():
    """What is filled once is not filled again."""
    once = fill(table(CHAT, {"llm.token_count.prompt": 10, "llm.token_count.prompt_details.cache_read": 90}))
    assert fill(once).equals(once)


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (12, 12),
        (12.0, 12),
        ("12", 12),
        ("12.0", 12),
        (" 12 ", 12),
        (0, 0),
        (12.5, None),
        (-1, None),
        ("-1", None),
        ("twelve", None),
        ("", None),
        ("9" * 5000, None),
        (1 << 70, None),
        (True, None),
        ([12], None),
        (b"12", None),
        (None, None),
        (float("nan"), None),
        (float("inf"), None),
    ],
)
def test_counts(value, count):
    """A count may be an integer, a whole double or text of one; anything else is left alone."""
    expected = {} if count is None else {"input_tokens": count}
    assert filled({"gen_ai.usage.input_tokens": value}) == expected


def test_a_wrong_value_leaves_the_next_its_turn():
    """Where a dialect's value does not fit, the next dialect's is taken."""
    found = filled({"gen_ai.usage.input_tokens": "many", "llm.token_count.prompt": 7, "gen_ai.request.model": ""})
    assert found == {"input_tokens": 7}


def test_one_bad_value_among_good_ones():
    """A count too large for the column is left out, and its neighbours are kept."""
    spans = table(*({"gen_ai.usage.input_tokens": value} for value in (1, 1 << 70, 3)))
    assert fill(spans)["input_tokens"].to_pylist() == [1, None, 3]


@pytest.mark.parametrize("text_", ["", "{", "[", "null", "[1, 2]", '{"role": 5}', "[" * 5000, '[{"role": "user"}]'])
def test_messages_that_are_none(text_):
    """Text that is no list of messages never fails, and is kept as the content it is."""
    found = filled({"gen_ai.operation.name": "chat", "gen_ai.input.messages": text_})
    assert found["inference_type"] == "llm"


_KNOWN = sorted(KEYS) + [f"{prefix}{index}.{leaf}" for prefix in PREFIXES for index in (0, 1, 99999) for leaf in (
    "message.role", "message.content", "message.contents.0.message_content.text", "role", "content",
    "message.tool_calls.0.tool_call.function.name", "tool_calls.0.name", "document.content", "embedding.text",
)]  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["role", "parts", "content", "type", "text", "message", "id", "a"]), inner)
    ),
    max_leaves=8,
)
_VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 70), 1 << 70)
    | st.floats()
    | st.binary(max_size=8)
    | st.text(max_size=12)
    | _JSON
    | _JSON.map(json.dumps)
)
_ATTRIBUTES = st.dictionaries(st.sampled_from(_KNOWN) | st.text(max_size=10), _VALUES, max_size=8)


@given(st.lists(_ATTRIBUTES, max_size=4), st.lists(st.tuples(st.sampled_from(sorted(EVENTS)), _JSON), max_size=3))
def test_any_attributes(spans, events):
    """Whatever attributes and events hold, nothing is raised, no row is lost and nothing that came is changed."""
    given_ = table(*spans, columns={"events": [event(*item) for item in events], "status_code": "error"})
    after = fill(given_)
    assert after.schema.equals(arrow_schema(SPANS))
    kept = ["trace_id", "span_id", "attributes", "attribute_types", "events"]
    assert after.select(kept).equals(given_.select(kept))
    after.validate(full=True)
    for column in ("input", "output"):
        for value in after[column].drop_null().to_pylist():
            json.loads(value)
    evaluations(given_).validate(full=True)


@given(st.lists(st.tuples(st.none() | st.sampled_from(sorted(EVENTS)), _ATTRIBUTES, _JSON), max_size=3))
def test_any_records(logs):
    """The same for log records."""
    spans = fill(table({"gen_ai.operation.name": "chat"}))
    after = fill_from_logs(spans, records(*logs))
    after.validate(full=True)
    assert after["attributes"].equals(spans["attributes"])
    evaluations(None, records(*logs)).validate(full=True)


@given(_ATTRIBUTES)
def test_explained_as_filled(attributes):
    """What is explained is what is filled, column by column."""
    (row,) = fill(table(attributes)).to_pylist()
    sources = explain(dict(row["attributes"]), dict(row["attribute_types"]), start_time=START_NS)
    assert {source.column: source.value for source in sources} == {
        name: row[name] for name in NORMALISED_COLUMNS if row[name] is not None
    }


def test_every_rule_names_a_column():
    """The tables of the dialects fill only columns that there are."""
    assert set(SCALARS) | set(CONTENTS) <= set(SPANS.column_names)
