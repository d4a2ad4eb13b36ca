"""litellm: completions and embeddings of any provider by its functions and its router; and, apart, its proxy.

What litellm asks of a provider's own client may be traced too; the tokens count once.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final

import litellm
from litellm.litellm_core_utils.streaming_handler import CustomStreamWrapper

from pyflare.dialects.words import PROVIDERS
from pyflare.integrations.call import Answered, AnySpan, Asked, Chunks, Current, begin
from pyflare.integrations.method import Method, closing, named, plain, settle
from pyflare.integrations.openai_protocol import chat, embeddings
from pyflare.integrations.patch import Patch
from pyflare.integrations.streams import Followed

_FOLLOWED: Final = "_pyflare_followed"


def provider_and_model(model: str, provider: str | None = None) -> tuple[str, str]:
    """Who answers, in OpenTelemetry's words, and the model's name with them."""
    name = model
    with suppress(Exception):  # unknown to litellm
        name, provider, *_ = litellm.get_llm_provider(model, custom_llm_provider=provider)
    word = provider or model.partition("/")[0]
    return PROVIDERS.get(word, word), name


def _ask(read: Callable[[Mapping[str, Any], str], Asked]) -> Callable[[Any, Mapping[str, Any]], Asked]:
    def ask(_: Any, arguments: Mapping[str, Any]) -> Asked:
        provider, model = provider_and_model(str(arguments.get("model")), arguments.get("custom_llm_provider"))
        return replace(read(arguments, provider), model=model)

    return ask


def _answer(result: Any) -> Answered:
    return chat.answered(plain(result))


class _Pieces(chat.Pieces):
    """As OpenAI's; litellm's own chunks keep what is in them as extras, and are changed by it later."""

    most_kept = 1

    def add(self, chunk: Any) -> None:
        """Take note of a chunk."""
        choices = [
            SimpleNamespace(index=choice.index, finish_reason=choice.finish_reason, delta=_open(choice.delta))
            for choice in chunk.choices
        ]
        super().add(
            SimpleNamespace(id=chunk.id, model=chunk.model, usage=getattr(chunk, "usage", None), choices=choices)
        )


def _open(delta: Any) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(delta), **(getattr(delta, "__pydantic_extra__", None) or {})})


def _follow(result: Any, span: AnySpan, chunks: Chunks) -> Any:
    """Have the stream's own functions, which are traced, note what they give."""
    if not isinstance(result, CustomStreamWrapper):
        return None
    setattr(result, _FOLLOWED, Followed(span, chunks))
    return result


def _next(original: Callable[..., Any]) -> Callable[..., Any]:
    def traced(self: Any) -> Any:
        followed = vars(self).get(_FOLLOWED)
        if followed is None:
            return original(self)
        try:
            chunk = original(self)
        except StopIteration:
            followed.finish()
            raise
        except BaseException as error:
            followed.fail(error)
            raise
        followed.see(chunk)
        return chunk

    return traced


def _anext(original: Callable[..., Any]) -> Callable[..., Any]:
    async def traced(self: Any) -> Any:
        followed = vars(self).get(_FOLLOWED)
        if followed is None:
            return await original(self)
        try:
            chunk = await original(self)
        except StopAsyncIteration:
            followed.finish()
            raise
        except BaseException as error:
            followed.fail(error)
            raise
        followed.see(chunk)
        return chunk

    return traced


def _sync(method: Method, original: Callable[..., Any]) -> Callable[..., Any]:
    names = tuple(inspect.signature(original).parameters)

    def traced(*args: Any, **kwargs: Any) -> Any:
        span = begin(lambda: method.ask(None, named(names, args, kwargs)))
        if span is None:
            return original(*args, **kwargs)
        with Current(span):
            result = original(*args, **kwargs)
        return settle(method, span, result)

    return traced


def _async(method: Method, original: Callable[..., Any]) -> Callable[..., Any]:
    names = tuple(inspect.signature(original).parameters)

    async def traced(*args: Any, **kwargs: Any) -> Any:
        span = begin(lambda: method.ask(None, named(names, args, kwargs)))
        if span is None:
            return await original(*args, **kwargs)
        with Current(span):
            result = await original(*args, **kwargs)
        return settle(method, span, result)

    return traced


def patches() -> Sequence[Patch]:
    """What is traced: the package's functions, which the router calls too; not those that they call themselves."""
    talk = Method(ask=_ask(chat.ask), answer=_answer, chunks=_Pieces, follow=_follow)
    vectors = Method(ask=_ask(embeddings.ask), answer=lambda result: embeddings.answer(plain(result)))
    wraps = {
        "completion": functools.partial(_sync, talk),
        "acompletion": functools.partial(_async, talk),
        "embedding": functools.partial(_sync, vectors),
        "aembedding": functools.partial(_async, vectors),
    }
    return [
        *(Patch(owner=litellm, name=name, wrap=wrap) for name, wrap in wraps.items()),
        Patch(owner=CustomStreamWrapper, name="__next__", wrap=_next),
        Patch(owner=CustomStreamWrapper, name="__anext__", wrap=_anext),
        Patch(owner=CustomStreamWrapper, name="aclose", wrap=functools.partial(closing, _FOLLOWED)),
    ]
