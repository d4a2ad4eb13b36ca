"""Judgements that come with telemetry become rows of `evaluations`."""

import pyarrow as pa

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import EVALUATIONS
from pyflare.store.normalise import evaluations
from tests.store.normalise.spans import START_NS, event, table
from tests.store.normalise.test_logs import records

RESULT = {
    "gen_ai.evaluation.name": "relevance",
    "gen_ai.evaluation.score.value": 0.75,
    "gen_ai.evaluation.score.label": "Pass",
    "gen_ai.evaluation.explanation": "On topic.",
    "gen_ai.response.id": "chatcmpl-1",
}


def rows(spans, logs=None):
    found = evaluations(spans, logs)
    assert found.schema.equals(arrow_schema(EVALUATIONS))
    return found.to_pylist()


def test_an_event_of_the_span():
    """OpenTelemetry's event says who judged what, how and why; the rest stands in the attributes."""
    (row,) = rows(table({}, columns={"events": [event("gen_ai.evaluation.result", RESULT, after_ns=5)]}))
    assert (row["evaluator"], row["score"], row["verdict"]) == ("relevance", 0.75, "pass")
    assert row["explanation"] == "On topic."
    assert row["trace_id"] == "0" * 31 + "1"
    assert row["timestamp"].value == START_NS + 5
    assert dict(row["attributes"]) == {"gen_ai.response.id": "chatcmpl-1", "label": "Pass"}


def test_a_log_record():
    """The same event as a log record names the span it is of."""
    (row,) = rows(None, records(("gen_ai.evaluation.result", RESULT, None)))
    assert (row["evaluator"], row["score"], row["span_id"]) == ("relevance", 0.75, "0" * 15 + "1")


def test_annotations():
    """OpenInference's annotations and evaluations are attributes of the span that is judged."""
    found = rows(
        table(
            {
                "annotations.0.annotation.name": "quality",
                "annotations.0.annotation.score": 4,
                "annotations.0.annotation.label": "good",
                "annotations.0.annotation.annotator_kind": "HUMAN",
                "annotations.1.annotation.name": "says nothing",
                "evaluations.0.evaluation.name": "toxicity",
                "evaluations.0.evaluation.score": 0.125,
            },
            columns={"duration_ns": 10},
        )
    )
    assert [(row["evaluator"], row["score"], row["verdict"]) for row in found] == [
        ("quality", 4.0, None),
        ("toxicity", 0.125, None),
    ]
    assert dict(found[0]["attributes"]) == {"annotation.annotator_kind": "HUMAN", "label": "good"}
    assert found[0]["timestamp"].value == START_NS + 10


def test_the_same_judgement_has_the_same_id():
    """What is sent twice can be told to be one."""
    spans = table({}, columns={"events": [event("gen_ai.evaluation.result", RESULT)]})
    first, second = rows(pa.concat_tables([spans, spans]))
    assert first == second
    assert len(first["evaluation_id"]) == 32


def test_none():
    """Spans without any give an empty table."""
    assert rows(table({"annotations": "x"}, {})) == []
