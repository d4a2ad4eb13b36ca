"""Exports of other tools, and plain records of classic models."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import pyflare
from pyflare.errors import DataError
from pyflare.interchange.importing import import_files
from pyflare.interchange.readers import ReadOptions
from pyflare.interchange.readers.moments import moment_ns
from pyflare.interchange.sniff import ImportFormat, sniff

START = "2026-05-01T12:00:00.123456+00:00"
END = "2026-05-01T12:00:01.500000+00:00"


def rows(root: Path, query: str) -> list[dict[str, Any]]:
    with pyflare.open(root) as workspace:
        return workspace.sql(query).to_pylist()  # type: ignore[no-any-return]


def phoenix_frame() -> pd.DataFrame:
    """Spans as Phoenix gives them as a data frame."""
    messages = [{"message.role": "user", "message.content": "hi"}]
    span = {
        "name": "ChatCompletion",
        "span_kind": "LLM",
        "parent_id": None,
        "start_time": pd.Timestamp(START),
        "end_time": pd.Timestamp(END),
        "status_code": "OK",
        "status_message": "",
        "events": [{"name": "first", "timestamp": pd.Timestamp(END), "attributes": {"n": 1}}],
        "context.span_id": "a" * 16,
        "context.trace_id": "b" * 32,
        "attributes.llm.model_name": "gpt-4o",
        "attributes.llm.token_count.prompt": 12.0,
        "attributes.llm.input_messages": messages,
        "attributes.metadata": {"tier": "gold"},
        "attributes.session.id": "s-1",
    }
    tool = {**span, "name": "look up", "span_kind": "TOOL", "parent_id": "a" * 16, "context.span_id": "c" * 16}
    del tool["attributes.llm.token_count.prompt"]
    lost = {**span, "context.span_id": None}
    return pd.DataFrame([span, tool, lost])


def write_phoenix(path: Path) -> Path:
    frame = phoenix_frame()
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".csv":
        for column in ("events", "attributes.llm.input_messages", "attributes.metadata"):
            frame[column] = [json.dumps(value, default=str) for value in frame[column]]
        frame.to_csv(path, index=False)
    else:
        frame.to_json(path, orient="records", lines=True, date_format="iso", date_unit="us")
    return path


@pytest.mark.parametrize("name", ["spans.parquet", "spans.csv", "spans.jsonl"])
def test_phoenix(tmp_path: Path, name: str) -> None:
    """A data frame's spans are normalised as if they had come from OpenInference itself."""
    path = write_phoenix(tmp_path / name)
    assert sniff(path) is ImportFormat.PHOENIX
    result = import_files(tmp_path / "store", [path])
    assert (result.added, list(result.refused.values())) == ({"spans": 2, "quarantine": 1}, [1])
    assert import_files(tmp_path / "store", [path]).added == {}
    call, tool = rows(tmp_path / "store", "SELECT * FROM spans ORDER BY operation_name")
    assert (call["trace_id"], call["span_id"], call["parent_span_id"]) == ("b" * 32, "a" * 16, None)
    assert (call["model_id"], call["inference_type"], call["session_id"]) == ("gpt-4o", "llm", "s-1")
    assert (call["input_tokens"], call["duration_ns"], call["status_code"]) == (12, 1_376_544_000, "ok")
    assert dict(call["attributes"])["llm.input_messages.0.message.content"] == "hi"
    assert json.loads(dict(call["attributes"])["metadata"]) == {"tier": "gold"}
    assert "hi" in call["input"]
    assert [event["name"] for event in call["events"]] == ["first"]
    assert (tool["parent_span_id"], tool["inference_type"]) == ("a" * 16, "tool")
    assert "llm.token_count.prompt" not in dict(tool["attributes"])


def test_phoenix_spans_as_objects(tmp_path: Path) -> None:
    """JSON lines with a context and nested attributes, as Phoenix' API gives them."""
    span = {
        "name": "embed",
        "span_kind": "EMBEDDING",
        "context": {"trace_id": "b" * 32, "span_id": "a" * 16},
        "start_time": START,
        "end_time": END,
        "attributes": {"embedding": {"model_name": "small"}},
    }
    (tmp_path / "spans.jsonl").write_text(json.dumps(span))
    import_files(tmp_path / "store", [tmp_path / "spans.jsonl"])
    (row,) = rows(tmp_path / "store", "SELECT model_id, inference_type FROM spans")
    assert row == {"model_id": "small", "inference_type": "embedding"}


OBSERVATION = {
    "id": "obs-1",
    "traceId": "7b0e3a58-5a1b-4d52-9c1b-0a4f1f1d2c3e",
    "type": "GENERATION",
    "name": "answer",
    "startTime": "2026-05-01T12:00:00.123Z",
    "endTime": "2026-05-01T12:00:01.123Z",
    "completionStartTime": "2026-05-01T12:00:00.373Z",
    "model": "gpt-4o",
    "input": [{"role": "user", "content": "hi"}],
    "output": {"role": "assistant", "content": "hello"},
    "usageDetails": {"input": 10, "output": 5},
    "costDetails": {"total": 0.002},
    "level": "ERROR",
    "statusMessage": "slow down",
}


def test_langfuse_observations(tmp_path: Path) -> None:
    """Ids become such of OpenTelemetry, the same each time; children keep their parents."""
    child = {**OBSERVATION, "id": "obs-2", "parentObservationId": "obs-1", "type": "SPAN", "name": "step"}
    lines = [json.dumps(one) for one in (OBSERVATION, child, {"id": "x", "traceId": "y", "startTime": "soon"})]
    path = tmp_path / "observations.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    assert sniff(path) is ImportFormat.LANGFUSE
    result = import_files(tmp_path / "store", [path])
    assert (result.added, list(result.refused.values())) == ({"spans": 2, "quarantine": 1}, [1])
    assert import_files(tmp_path / "store", [path]).added == {}
    answer, step = rows(tmp_path / "store", "SELECT * FROM spans ORDER BY operation_name")
    assert answer["trace_id"] == OBSERVATION["traceId"].replace("-", "")  # type: ignore[attr-defined]
    assert step["parent_span_id"] == answer["span_id"]
    assert (answer["model_id"], answer["inference_type"]) == ("gpt-4o", "llm")
    assert (answer["input_tokens"], answer["output_tokens"], answer["cost_micros"]) == (10, 5, 2000)
    assert (answer["status_code"], answer["status_message"]) == ("error", "slow down")
    assert (answer["duration_ns"], answer["time_to_first_chunk_ns"]) == (1_000_000_000, 250_000_000)


def test_langfuse_traces(tmp_path: Path) -> None:
    """Observations get the user and the session of their trace; scores are scores; a lone trace is a span."""
    trace = {
        "id": "t-1",
        "timestamp": "2026-05-01T12:00:00Z",
        "name": "chat",
        "userId": "ann",
        "sessionId": "s-9",
        "tags": ["beta"],
        "observations": [{**OBSERVATION, "traceId": None}],
        "scores": [{"id": "sc-1", "name": "helpful", "value": 1, "timestamp": "2026-05-01T13:00:00Z"}],
    }
    trace["observations"] = [{key: value for key, value in OBSERVATION.items() if key != "traceId"}]
    alone = {"id": "t-2", "timestamp": "2026-05-01T12:00:00Z", "name": "empty", "input": "hi"}
    path = tmp_path / "traces.json"
    path.write_text(json.dumps([trace, {**alone, "observations": []}], indent=1))
    result = import_files(tmp_path / "store", [path])
    assert (result.added, result.refused) == ({"spans": 2, "scores": 1}, {})
    assert import_files(tmp_path / "store", [path]).added == {}
    found = rows(tmp_path / "store", "SELECT operation_name, user_id, session_id, tags FROM spans ORDER BY 1")
    assert found[0] == {"operation_name": "answer", "user_id": "ann", "session_id": "s-9", "tags": ["beta"]}
    (score,) = rows(tmp_path / "store", "SELECT name, value, trace_id FROM scores")
    (span,) = rows(tmp_path / "store", "SELECT trace_id FROM spans WHERE user_id = 'ann'")
    assert score == {"name": "helpful", "value": 1.0, "trace_id": span["trace_id"]}


RECORDS = [
    {"at": 1_780_000_000, "age": 31, "country": "NL", "score": 0.75, "who": "ann", "note": "x"},
    {"at": "2026-05-01T12:00:00Z", "age": 40, "country": "DE", "score": 0.25, "who": "bob", "note": "y"},
    {"at": "never", "age": 1, "country": "DE", "score": 0.5, "who": "bob", "note": "z"},
]
COLUMNS = {
    "at": "timestamp",
    "age": "features.age",
    "country": "features.country",
    "score": "prediction",
    "who": "user_id",
}


@pytest.mark.parametrize("name", ["records.jsonl", "records.csv", "records.parquet"])
def test_predictions(tmp_path: Path, name: str) -> None:
    """Fields become columns and features as the mapping says; a bad record is refused alone; ids follow from content."""
    path = tmp_path / name
    if name.endswith(".jsonl"):
        path.write_text("\n".join(map(json.dumps, RECORDS)))
    elif name.endswith(".csv"):
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, [*RECORDS[0]])
            writer.writeheader()
            writer.writerows(RECORDS)
    else:
        pd.DataFrame([{**record, "at": str(record["at"])} for record in RECORDS]).to_parquet(path)
    options = ReadOptions(columns=COLUMNS, model="churn")
    result = import_files(tmp_path / "store", [path], format=ImportFormat.RECORDS, options=options)
    assert (result.added, list(result.refused.values())) == ({"predictions": 2, "quarantine": 1}, [1])
    assert import_files(tmp_path / "store", [path], format=ImportFormat.RECORDS, options=options).added == {}
    ann, bob = rows(tmp_path / "store", "SELECT * FROM predictions ORDER BY user_id")
    assert (ann["model_id"], ann["prediction"], ann["prediction_value"]) == ("churn", "0.75", 0.75)
    assert dict(ann["features"]) == {"age": "31", "country": "NL"}
    assert dict(ann["feature_types"]) == {"age": "int"}
    assert dict(ann["attributes"]) == {"note": "x"}
    assert str(bob["timestamp"]) == "2026-05-01 12:00:00"
    assert ann["timestamp"].value == 1_780_000_000_000_000_000


def test_a_mapping_to_no_column(tmp_path: Path) -> None:
    """It is said before anything is read, with the column that was probably meant."""
    (tmp_path / "a.jsonl").write_text("{}")
    options = ReadOptions(columns={"a": "predicton"})
    with pytest.raises(DataError, match='did you mean "prediction"'):
        import_files(tmp_path / "store", [tmp_path / "a.jsonl"], format=ImportFormat.RECORDS, options=options)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_780_000_000, 1_780_000_000_000_000_000),
        (1_780_000_000.5, 1_780_000_000_500_000_000),
        ("1780000000000", 1_780_000_000_000_000_000),
        (1_780_000_000_000_001, 1_780_000_000_000_001_000),
        (1_780_000_000_000_000_001, 1_780_000_000_000_000_001),
        ("1970-01-01T00:00:01.1234567+00:00", 1_123_456_000),
        ("1970-01-01 00:00:01", 1_000_000_000),
        ("", None),
        (None, None),
    ],
)
def test_moments(value: Any, expected: int | None) -> None:
    """Numbers are seconds, milliseconds, microseconds or nanoseconds, by their size; text is ISO 8601."""
    assert moment_ns(value) == expected
