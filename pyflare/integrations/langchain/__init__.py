"""langchain: chains, agents, tools, retrievers and models by LangChain's own callbacks, in all their modes.

A handler is registered for every run of the process. Clients that are traced
below a run find its span current: chains, tools and nodes of graphs have a
context of their own, which takes it up; models and retrievers get a scope.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from inspect import isasyncgen
from typing import Any, Final

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.language_models.llms import BaseLLM
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import config as runnable_config
from langchain_core.tracers import context as tracers

from pyflare.integrations.langchain import scope
from pyflare.integrations.langchain.handler import RUNS, Handler
from pyflare.integrations.patch import Change, Patch
from pyflare.integrations.steps import async_stepwise, stepwise
from pyflare.tracing.context import attach, get_current, release, with_span
from pyflare.tracing.guard import guard

_HANDLER: Final[ContextVar[Any]] = ContextVar("pyflare_langchain_handler", default=Handler())  # noqa: B039
"""Its default is what counts: it holds in every thread and task, and has no state."""


class _Registered:
    """The handler, among those that LangChain gives to every run."""

    def apply(self) -> None:
        tracers.register_configure_hook(_HANDLER, True)  # "inheritable": children of a run have it too

    def restore(self) -> None:
        hooks: list[Any] = tracers._configure_hooks
        hooks[:] = [hook for hook in hooks if hook[0] is not _HANDLER]


def _in_own_context(original: Callable[..., Any]) -> Callable[..., Any]:
    """What prepares the context in which a run's work is done: have it take up the run's span."""

    def prepare(config: Mapping[str, Any], *args: Any, **kwargs: Any) -> Any:
        prepared = original(config, *args, **kwargs)
        try:
            span = RUNS.get(getattr(config.get("callbacks"), "parent_run_id", None))
            if span is not None:
                attach(RUNS.context(span))
        except Exception as error:
            guard.fault("make a run current", error)
        return prepared

    return prepare


def context_patch(module: Any) -> Patch:
    """The patch of a module that prepares contexts for runs: LangChain and LangGraph have one each."""
    return Patch(owner=module, name="_set_config_context", wrap=_in_own_context)


def _for_its_run(original: Callable[..., Any]) -> Callable[..., Any]:
    """The request of one of the runs that one `generate` makes: the run's span is current for it alone."""

    def generate(*args: Any, **kwargs: Any) -> Any:
        with _Requesting(_run_of(args, kwargs)):
            return original(*args, **kwargs)

    return generate


def _for_its_run_async(original: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a coroutine function."""

    async def generate(*args: Any, **kwargs: Any) -> Any:
        with _Requesting(_run_of(args, kwargs)):
            return await original(*args, **kwargs)

    return generate


def _step_by_step(original: Callable[..., Any]) -> Callable[..., Any]:
    """A generator of events, of newer versions: its run's span is current for each step."""

    def events(*args: Any, **kwargs: Any) -> Any:
        inner, span = original(*args, **kwargs), RUNS.get(_run_of(args, kwargs))
        if span is None:
            return inner
        return async_stepwise(inner, span) if isasyncgen(inner) else stepwise(inner, span)

    return events


def _run_of(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The id of the run that a request is for: of several, the first."""
    manager = kwargs.get("run_manager") or kwargs.get("run_managers") or (args[3] if len(args) > 3 else None)
    if isinstance(manager, list):
        manager = manager[0] if manager else None
    return getattr(manager, "run_id", None)


class _Requesting:
    """Makes a run's span current inside the block."""

    def __init__(self, run_id: Any) -> None:
        self._run_id = run_id
        self._token: Any = None

    def __enter__(self) -> None:
        span = RUNS.get(self._run_id)
        if span is not None:
            self._token = attach(with_span(get_current(), span))

    def __exit__(self, _kind: object, error: BaseException | None, _stack: object) -> None:
        if self._token is not None:
            release(self._token)
        if error is not None and not isinstance(error, Exception):  # of a cancelled request LangChain says nothing
            RUNS.fail(self._run_id, error)


def patches() -> Sequence[Change]:
    """What is traced."""
    newer = [name for name in ("_iter_v2_events", "_aiter_v2_events") if hasattr(BaseChatModel, name)]
    return [
        _Registered(),
        *(Patch(owner=BaseChatModel, name=name, wrap=_step_by_step) for name in newer),
        context_patch(runnable_config),
        Patch(owner=BaseChatModel, name="_generate_with_cache", wrap=_for_its_run),
        Patch(owner=BaseChatModel, name="_agenerate_with_cache", wrap=_for_its_run_async),
        Patch(owner=BaseLLM, name="_generate_helper", wrap=_for_its_run),
        Patch(owner=BaseLLM, name="_agenerate_helper", wrap=_for_its_run_async),
        *(Patch(owner=model, name="stream", wrap=scope.generator) for model in (BaseChatModel, BaseLLM)),
        *(Patch(owner=model, name="astream", wrap=scope.async_generator) for model in (BaseChatModel, BaseLLM)),
        Patch(owner=BaseRetriever, name="invoke", wrap=scope.function),
        Patch(owner=BaseRetriever, name="ainvoke", wrap=scope.coroutine),
    ]
