"""Content that arrives as log records finds its span."""

import json

import pyarrow as pa

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import LOGS
from pyflare.store.decode import arrays
from pyflare.store.normalise import fill, fill_from_logs
from tests.store.normalise.spans import START_NS, table, text


def records(*given):
    """Log records of the first span of `table`: name, attributes and body."""
    attributes, types = arrays.typed_maps([attributes for _, attributes, _ in given])
    made = {
        "timestamp": pa.array([START_NS + number for number in range(len(given))], pa.timestamp("ns")),
        "trace_id": pa.array(["0" * 31 + "1"] * len(given)),
        "span_id": pa.array(["0" * 15 + "1"] * len(given)),
        "event_name": pa.array([name for name, _, _ in given], pa.string()),
        "body": pa.array([None if body is None else json.dumps(body) for _, _, body in given], pa.string()),
        "attributes": attributes,
        "attribute_types": types,
    }
    schema = arrow_schema(LOGS)
    return pa.Table.from_arrays(
        [made[field.name] if field.name in made else pa.nulls(len(given), field.type) for field in schema],
        schema=schema,
    )


def joined(spans, logs):
    row = fill_from_logs(fill(spans), logs).to_pylist()[0]
    return {name: json.loads(row[name]) if row[name] else None for name in ("input", "output")}, row


def test_details_of_the_operation():
    """The current conventions' event brings the messages as structured attributes."""
    details = {
        "gen_ai.system_instructions": [text("Be brief.")],
        "gen_ai.input.messages": [{"role": "user", "parts": [text("hi")]}],
        "gen_ai.output.messages": [{"role": "assistant", "parts": [text("hello")], "finish_reason": "stop"}],
    }
    spans = table({"gen_ai.operation.name": "chat"}, {})
    found, row = joined(spans, records(("gen_ai.client.inference.operation.details", details, None)))
    assert [message["role"] for message in found["input"]] == ["system", "user"]
    assert found["output"] == [{"role": "assistant", "parts": [text("hello")], "finish_reason": "stop"}]
    assert row["finish_reasons"] == ["stop"]


def test_one_record_for_each_message():
    """The older conventions' events carry the message in their body, the choice with its finish reason."""
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
    logs = records(
        ("gen_ai.system.message", {"gen_ai.system": "openai"}, {"content": "Be brief."}),
        ("gen_ai.user.message", {"gen_ai.system": "openai"}, {"content": "Weather?"}),
        ("gen_ai.assistant.message", {}, {"tool_calls": [call]}),
        ("gen_ai.tool.message", {}, {"id": "c1", "content": "12 degrees"}),
        ("gen_ai.choice", {}, {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "ok"}}),
    )
    found, row = joined(table({"gen_ai.system": "openai"}), logs)
    assert [message["role"] for message in found["input"]] == ["system", "user", "assistant", "tool"]
    assert found["output"] == [{"role": "assistant", "parts": [text("ok")], "finish_reason": "stop"}]
    assert row["finish_reasons"] == ["stop"]


def test_names_in_an_attribute():
    """Before records had a name of their own it was an attribute."""
    found, _ = joined(table({}), records((None, {"event.name": "gen_ai.user.message"}, {"content": "hi"})))
    assert found["input"] == [{"role": "user", "parts": [text("hi")]}]


def test_what_the_span_says_stays():
    """A span that has its content keeps it."""
    spans = table({"gen_ai.input.messages": json.dumps([{"role": "user", "parts": [text("mine")]}])})
    found, _ = joined(spans, records(("gen_ai.user.message", {}, {"content": "other"})))
    assert found["input"] == [{"role": "user", "parts": [text("mine")]}]


def test_nothing_to_join():
    """Records of other spans, or that tell nothing, leave the table as it is."""
    spans = table({"a": "b"})
    assert fill_from_logs(spans, records()) is spans
    assert fill_from_logs(spans, records(("app.started", {}, {"x": 1}))) is spans
    strangers = records(("gen_ai.user.message", {}, {"content": "hi"}))
    moved = strangers.set_column(
        strangers.schema.get_field_index("span_id"), strangers.schema.field("span_id"), pa.array(["f" * 16])
    )
    assert fill_from_logs(spans, moved) is spans
