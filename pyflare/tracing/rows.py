"""Records that are not spans: scores, predictions, labels, embeddings."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from pyflare.schema.records import ROW_TAG, encode_record
from pyflare.tracing import state
from pyflare.tracing.attributes import clean_attribute, clean_attributes
from pyflare.tracing.capture import encode_preview
from pyflare.tracing.guard import guard
from pyflare.tracing.runtime import Runtime
from pyflare.tracing.span import Span
from pyflare.tracing.spans import current_span

_ARRAY_TYPES = (list, tuple)


def _write_row(runtime: Runtime, table: str, values: dict[str, Any]) -> None:
    if not runtime.keep:  # OTLP has no place for it, and the spool goes when it is shipped
        runtime.losses.add("not_a_span")
        return
    row = {name: value for name, value in values.items() if value is not None}
    row["timestamp"] = time.time_ns()
    try:
        data = encode_record((ROW_TAG, table, row))
    except Exception as error:
        runtime.losses.add("encode_failed")
        guard.fault(f"encode a row of {table}", error)
        return
    runtime.write(data)


def _place() -> dict[str, Any]:
    """Where the program is now: the ids and scope of the current span."""
    span = current_span()
    if not isinstance(span, Span):
        return {}
    return {"trace_id": span.trace_id, "span_id": span.span_id, **(span.scope or {})}


def _json(runtime: Runtime, value: object) -> str | None:
    """`value` as redacted JSON text; None where it is None or content is not kept."""
    if value is None or runtime.content.metrics_only:
        return None
    data = encode_preview(value, runtime.content.limits)
    redactor = runtime.content.redactor
    return (data if redactor is None else redactor.redact_json(data, field="value")).decode()


def _attributes(runtime: Runtime, attributes: Mapping[str, Any] | None) -> dict[str, Any] | None:
    cleaned = clean_attributes(attributes, runtime)
    redactor = runtime.content.redactor
    return cleaned if not cleaned or redactor is None else redactor.redact_attributes(cleaned)


def _named(features: Any) -> Mapping[str, Any] | None:
    """Features by name, whatever they came as: a mapping, a data frame's row, a list or an array."""
    if features is None or isinstance(features, Mapping):
        return features
    if hasattr(features, "to_dict"):
        named: Mapping[str, Any] = features.to_dict()
        return named
    return {f"f{position}": value for position, value in enumerate(clean_vector(features))}


def _number(value: object) -> float | None:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def score(
    name: str,
    value: float | bool | str | None = None,
    *,
    label: str | None = None,
    comment: str | None = None,
    trace_id: str | None = None,
    span_id: str | None = None,
    session_id: str | None = None,
    source: str = "code",
    attributes: Mapping[str, Any] | None = None,
) -> None:
    """Judge the current span, or the trace, span or session named.

    Args:
        name: What is judged, such as helpfulness.
        value: The score as a number, higher being better unless the name says otherwise; or a word,
            which is kept as the label.
        label: The score as a word, beside or instead of the number.
        comment: Why.
        trace_id: 32 hex digits; the current trace if neither it nor a session is given. Outside any span
            the score is kept, and belongs to nothing.
        span_id: 16 hex digits.
        session_id: A whole session.
        source: Who judged: user, human, code or model.
        attributes: Anything else.
    """
    runtime = state.runtime
    if runtime is None:
        return
    try:
        place = _place() if trace_id is None and session_id is None else {}
        if not place and trace_id is None and session_id is None:
            guard.advise("pyflare.score was called outside any span: give it a trace_id or a session_id to judge.")
        if isinstance(value, str):
            value, label = None, value if label is None else label
        text = runtime.content.text
        _write_row(
            runtime,
            "scores",
            {
                "score_id": uuid.uuid4().hex,
                "project": runtime.settings.project,
                "trace_id": trace_id or place.get("trace_id"),
                "span_id": span_id or place.get("span_id"),
                "session_id": session_id or place.get("session_id"),
                "name": str(name),
                "value": _number(value),
                "label": None if label is None else str(label),
                "comment": None if comment is None else text(str(comment)),
                "source": str(source),
                "attributes": _attributes(runtime, attributes),
            },
        )
    except Exception as error:
        runtime.losses.add("internal_fault")
        guard.fault("record a score", error)


def log_prediction(
    model: str,
    features: Mapping[str, Any] | Sequence[Any] | None,
    prediction: object,
    *,
    label: object = None,
    prediction_id: str | None = None,
    score: float | None = None,
    embedding: Sequence[float] | None = None,
    model_version: str | None = None,
    kind: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> str:
    """Record what a classic model predicted.

    Args:
        model: The model's name.
        features: What the model saw: by feature name, or a row of values, which are named f0, f1, …
        prediction: What it said; a number, a class, or anything JSON can hold.
        label: The true value, where it is known already; else `log_label` later.
        prediction_id: The id that a later label will name; made up if left out.
        score: Confidence or probability of the prediction.
        embedding: A vector that represents the input, for the vector store.
        model_version: The model's version.
        kind: classification, regression, ranking, …
        attributes: Anything else.

    Returns:
        The prediction's id. Also before `pyflare.init`, where nothing is recorded.
    """
    identity = uuid.uuid4().hex if prediction_id is None else str(prediction_id)
    runtime = state.runtime
    if runtime is None:
        return identity
    try:
        place = _place()
        content = not runtime.content.metrics_only
        _write_row(
            runtime,
            "predictions",
            {
                **place,
                "prediction_id": identity,
                "project": runtime.settings.project,
                "service_name": runtime.service_name,
                "model_id": str(model),
                "model_version": None if model_version is None else str(model_version),
                "inference_type": kind,
                "features": _attributes(runtime, _named(features)) if content else None,
                "prediction": _json(runtime, prediction),
                "prediction_value": _number(prediction),
                "prediction_score": _number(score),
                "label": _json(runtime, label),
                "attributes": _attributes(runtime, attributes),
            },
        )
        if embedding is not None:
            log_embedding(embedding, name="prediction", model=model, prediction_id=identity)
    except Exception as error:
        runtime.losses.add("internal_fault")
        guard.fault("record a prediction", error)
    return identity


def log_label(prediction_id: str, label: object, *, source: str | None = None) -> None:
    """Record the true value of an earlier prediction. The latest label for an id counts."""
    runtime = state.runtime
    if runtime is None:
        return
    try:
        values = {"prediction_id": str(prediction_id), "label": _json(runtime, label), "source": source}
        _write_row(runtime, "labels", values)
    except Exception as error:
        runtime.losses.add("internal_fault")
        guard.fault("record a label", error)


def log_embedding(
    vector: Sequence[float],
    *,
    name: str = "input",
    text: str | None = None,
    model: str | None = None,
    prediction_id: str | None = None,
) -> str:
    """Keep an embedding of the current span for the vector store.

    Args:
        vector: Shape `(n_dimensions,)`; anything that iterates over numbers.
        name: What it is an embedding of. Vectors are searched among those of one name and size.
        text: The text embedded; kept shortened.
        model: The model that made it.
        prediction_id: The prediction it belongs to.

    Returns:
        The embedding's id.
    """
    identity = uuid.uuid4().hex
    runtime = state.runtime
    if runtime is None:
        return identity
    try:
        numbers = vector if isinstance(vector, _ARRAY_TYPES) else clean_vector(vector)
        place = _place()
        _write_row(
            runtime,
            "embeddings",
            {
                "embedding_id": identity,
                "project": runtime.settings.project,
                "trace_id": place.get("trace_id"),
                "span_id": place.get("span_id"),
                "prediction_id": prediction_id,
                "model_id": None if model is None else str(model),
                "name": str(name),
                "vector": [float(number) for number in numbers],
                "text": None if text is None else runtime.content.text(str(clean_attribute(text, runtime))),
            },
        )
    except Exception as error:
        runtime.losses.add("internal_fault")
        guard.fault("record an embedding", error)
    return identity


def clean_vector(vector: Any) -> list[Any]:
    """A vector of any library as a list: one with `tolist` (NumPy, torch) or any iterable of numbers."""
    values = vector.tolist() if hasattr(vector, "tolist") else list(vector)
    return values[0] if len(values) == 1 and isinstance(values[0], list) else values
