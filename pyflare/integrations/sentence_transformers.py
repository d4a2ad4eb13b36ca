"""sentence-transformers: what is encoded becomes a span, with its texts, tokens and dimensions; vectors where asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from pathlib import PurePath
from typing import Any, Final

from sentence_transformers import CrossEncoder, SentenceTransformer

from pyflare.integrations.call import Answered, AnySpan, Asked, Current, begin, end
from pyflare.integrations.estimators.names import name_of_model
from pyflare.integrations.estimators.records import chosen_rows
from pyflare.integrations.patch import Patch
from pyflare.tracing.guard import guard
from pyflare.tracing.rows import log_embedding
from pyflare.tracing.span import Span

_tokens: Final[ContextVar[list[int] | None]] = ContextVar("pyflare_encoded_tokens", default=None)
"""How many tokens each batch of the call under way had; None outside of one."""


def patches() -> Sequence[Patch]:
    """What is traced."""
    return [
        Patch(owner=SentenceTransformer, name="encode", wrap=_encode),
        Patch(owner=SentenceTransformer, name="forward", wrap=_count),
        Patch(owner=CrossEncoder, name="predict", wrap=_rank),
    ]


def _encode(encode: Callable[..., Any]) -> Callable[..., Any]:
    def traced(self: Any, *args: Any, **kwargs: Any) -> Any:
        texts = args[0] if args else kwargs.get("sentences", kwargs.get("inputs"))
        span = None if _tokens.get() is not None else begin(lambda: _asked("embeddings", "embedding", self, texts))
        if span is None:
            return encode(self, *args, **kwargs)
        counts: list[int] = []
        token = _tokens.set(counts)
        try:
            with Current(span):
                vectors = encode(self, *args, **kwargs)
                _keep(span, self, texts, vectors)
        finally:
            _tokens.reset(token)
        end(span, lambda: _answered(vectors, counts))
        return vectors

    return traced


def _rank(predict: Callable[..., Any]) -> Callable[..., Any]:
    def traced(self: Any, *args: Any, **kwargs: Any) -> Any:
        pairs = args[0] if args else kwargs.get("sentences", kwargs.get("inputs"))
        span = begin(lambda: _asked("rerank", "reranker", self, pairs))
        if span is None:
            return predict(self, *args, **kwargs)
        with Current(span):
            scores = predict(self, *args, **kwargs)
        end(span, lambda: Answered(output=scores.tolist() if hasattr(scores, "tolist") else None))
        return scores

    return traced


def _count(forward: Callable[..., Any]) -> Callable[..., Any]:
    """Take note of how many tokens a batch has, padding left out."""

    def traced(self: Any, *args: Any, **kwargs: Any) -> Any:
        counts = _tokens.get()
        if counts is not None:
            try:
                features = args[0] if args else next(iter(kwargs.values()))
                counts.append(int(features["attention_mask"].sum()))
            except Exception as error:
                guard.fault("count tokens", error)
        return forward(self, *args, **kwargs)

    return traced


def _asked(operation: str, kind: str, model: Any, texts: Any) -> Asked:
    count = 1 if isinstance(texts, str | Mapping) else len(texts)
    return Asked(
        operation=operation,
        kind=kind,
        provider="sentence_transformers",
        model=_name(model),
        input=texts if isinstance(texts, str) else list(texts),
        attributes={"pyflare.rows": count},
    )


def _name(model: Any) -> str:
    """The name it was given, or that it was loaded by; of a folder, the folder's own."""
    name, _ = name_of_model(model)
    if name != type(model).__name__:
        return name
    config = getattr(getattr(model, "config", None), "_name_or_path", None)
    if config is None:
        inner = getattr(model[0], "auto_model", None) if isinstance(model, SentenceTransformer) else None
        config = getattr(getattr(inner, "config", None), "_name_or_path", None)
    if not config:
        return name
    return PurePath(config).name if PurePath(config).is_absolute() else str(config)


def _answered(vectors: Any, counts: list[int]) -> Answered:
    shape = getattr(vectors, "shape", None) or getattr(vectors[0], "shape", ())
    return Answered(
        columns={"input_tokens": sum(counts) if counts else None},
        attributes={"gen_ai.embeddings.dimension.count": int(shape[-1])} if shape else {},
    )


def _keep(span: AnySpan, model: Any, texts: Any, vectors: Any) -> None:
    """Keep the vectors where the setting asks for them: of many texts, those of a sample. Never raises."""
    if not isinstance(span, Span) or not span.runtime.settings.capture_embeddings:
        return
    try:
        single = isinstance(texts, str)
        rows = [vectors] if single else vectors
        named = [texts] if single else texts
        if getattr(rows[0], "ndim", 0) != 1:
            return
        for position in chosen_rows(span, len(rows)):
            text = named[position] if span.runtime.capture_input else None
            vector = rows[position].tolist()
            log_embedding(vector, text=text if isinstance(text, str) else None, model=_name(model))
    except Exception as error:
        guard.fault("keep embeddings", error)
