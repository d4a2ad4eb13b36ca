"""transformers: each call of a pipeline is a span, with its task, model, tokens, and what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from transformers.pipelines.base import Pipeline

from pyflare.dialects.messages import messages_of
from pyflare.integrations.call import Answered, Asked, Current, begin, end
from pyflare.integrations.estimators.names import name_of_model
from pyflare.integrations.patch import Patch
from pyflare.integrations.streams import FollowedIterator
from pyflare.tracing.guard import guard

_KINDS: Final = {
    "text-generation": "llm",
    "text2text-generation": "llm",
    "image-text-to-text": "llm",
    "any-to-any": "llm",
    "summarization": "llm",
    "translation": "llm",
    "feature-extraction": "embedding",
    "image-feature-extraction": "embedding",
}
_SAMPLING: Final = {
    "max_new_tokens": "gen_ai.request.max_tokens",
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "top_k": "gen_ai.request.top_k",
}


@dataclass(slots=True)
class _Usage:
    """Tokens that went in and came out."""

    input_tokens: int | None = None
    output_tokens: int | None = None

    def add(self, given: Any, made: Any) -> None:
        """Count one pass through the model: by the mask, so without padding; and by how much longer it got."""
        ids = given.get("input_ids") if isinstance(given, Mapping) else None
        if ids is None:
            return
        mask = given.get("attention_mask")
        self.input_tokens = (self.input_tokens or 0) + int(ids.numel() if mask is None else mask.sum())
        sequences = made.get("generated_sequence") if isinstance(made, Mapping) else None
        if sequences is not None and hasattr(sequences, "shape"):
            count = sequences.shape[0] * (sequences.shape[1] if sequences.ndim == 3 else 1)
            longer = max(int(sequences.shape[-1]) - int(ids.shape[-1]), 0)
            self.output_tokens = (self.output_tokens or 0) + count * longer


_usage: Final[ContextVar[_Usage | None]] = ContextVar("pyflare_pipeline_usage", default=None)
"""Of the pipeline's call under way; None outside of one."""


def patches() -> Sequence[Patch]:
    """What is traced."""
    return [
        Patch(owner=Pipeline, name="__call__", wrap=_called),
        Patch(owner=Pipeline, name="forward", wrap=_counted),
    ]


def _called(call: Callable[..., Any]) -> Callable[..., Any]:
    def traced(self: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        span = None if _usage.get() is not None else begin(lambda: _asked(self, inputs, kwargs))
        if span is None:
            return call(self, inputs, *args, **kwargs)
        usage = _Usage()
        token = _usage.set(usage)
        try:
            with Current(span):
                result = call(self, inputs, *args, **kwargs)
        finally:
            _usage.reset(token)
        if _is_lazy(result):
            return _FollowedResults(result, _counting(result, usage), span, _Results(usage))
        end(span, lambda: _answered(result, usage))
        return result

    return traced


def _counted(forward: Callable[..., Any]) -> Callable[..., Any]:
    def traced(self: Any, model_inputs: Any, *args: Any, **kwargs: Any) -> Any:
        usage = _usage.get()
        if usage is None:
            return forward(self, model_inputs, *args, **kwargs)
        given = dict(model_inputs) if isinstance(model_inputs, Mapping) else None  # the pipeline empties it
        made = forward(self, model_inputs, *args, **kwargs)
        try:
            usage.add(given, made)
        except Exception as error:
            guard.fault("count tokens", error)
        return made

    return traced


def _is_lazy(result: Any) -> bool:
    """Whether the work is still to be done: of a generator or a data set, results come one by one."""
    return (
        hasattr(result, "__iter__")
        and not isinstance(result, list | tuple | dict | str)
        and not hasattr(result, "shape")
    )


def _counting(results: Any, usage: _Usage) -> Iterator[Any]:
    """The results, while each is made under the call's own count."""
    iterator = iter(results)
    while True:
        token = _usage.set(usage)
        try:
            result = next(iterator)
        except StopIteration:
            return
        finally:
            _usage.reset(token)
        yield result


class _FollowedResults(FollowedIterator):
    """As long as the library's own results say they are."""

    def __init__(self, results: Any, *followed: Any) -> None:
        super().__init__(*followed)
        self._results = results

    def __len__(self) -> int:
        return len(self._results)


class _Results:
    """Counts results that come one by one; they are not kept."""

    def __init__(self, usage: _Usage) -> None:
        self._usage = usage
        self._count = 0

    def add(self, chunk: Any) -> None:
        del chunk
        self._count += 1

    def answered(self) -> Answered:
        return Answered(columns=_columns(self._usage), attributes={"pyflare.rows": self._count})


def _asked(pipeline: Any, inputs: Any, kwargs: Mapping[str, Any]) -> Asked:
    inputs = getattr(inputs, "messages", inputs)  # older versions have made a conversation of them by now
    chat = isinstance(inputs, list | tuple) and bool(inputs) and isinstance(inputs[0], Mapping) and "role" in inputs[0]
    kind = _KINDS.get(pipeline.task, "classification" if "classification" in pipeline.task else "prediction")
    shown: Any = inputs if isinstance(inputs, str | list | tuple | dict) else None
    return Asked(
        operation="chat" if chat else {"llm": "text_completion", "embedding": "embeddings"}.get(kind, pipeline.task),
        kind=kind,
        provider="transformers",
        model=_name(pipeline.model),
        input=messages_of(inputs, role="user") if chat else shown,
        attributes={
            "pyflare.pipeline.task": pipeline.task,
            **{name: kwargs[word] for word, name in _SAMPLING.items() if kwargs.get(word) is not None},
        },
    )


def _name(model: Any) -> str:
    """The name it was given, or that it was loaded by; of a folder, the folder's own; else its class."""
    name, _ = name_of_model(model)
    loaded = getattr(getattr(model, "config", None), "_name_or_path", None)
    if name != type(model).__name__ or not loaded:
        return name
    return PurePath(loaded).name if PurePath(loaded).is_absolute() else str(loaded)


def _answered(result: Any, usage: _Usage) -> Answered:
    output = None if hasattr(result, "shape") else result
    first = result[0] if isinstance(result, list) and result else None
    said = first.get("generated_text") if isinstance(first, Mapping) else None
    if isinstance(said, list) and said and isinstance(said[-1], Mapping):  # a conversation: the answer is its end
        output = messages_of([said[-1]], role="assistant")
    elif isinstance(first, list) and not isinstance(said, str):  # vectors, token by token
        output = None if first and isinstance(first[0], list | float) else result
    return Answered(output=output, columns=_columns(usage))


def _columns(usage: _Usage) -> dict[str, Any]:
    return {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
