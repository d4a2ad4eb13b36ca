"""pydantic-ai: it speaks OpenTelemetry by itself; here it is told to speak it to PyFlare, as to content too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic_ai import Agent
from pydantic_ai.models.instrumented import InstrumentationSettings

from pyflare.integrations.patch import Change
from pyflare.tracing import state
from pyflare.tracing.provider import tracer_provider


class _Settings(InstrumentationSettings):
    """Settings whose content follows PyFlare's own, whenever `pyflare.init` is called."""

    @property
    def include_content(self) -> bool:
        """Whether prompts, answers, arguments and results are kept."""
        runtime = state.runtime
        return (
            runtime is not None
            and runtime.capture_input
            and runtime.capture_output
            and not runtime.content.metrics_only
        )

    @include_content.setter
    def include_content(self, value: bool) -> None:
        """What the library sets when the settings are made has no say."""


class _AllAgents:
    """All agents that the program has not given settings of their own."""

    def __init__(self) -> None:
        self._before: Any = None
        self._ours: Any = None

    def apply(self) -> None:
        self._before = Agent._instrument_default
        self._ours = _Settings(tracer_provider=tracer_provider())
        Agent.instrument_all(self._ours)

    def restore(self) -> None:
        if Agent._instrument_default is self._ours:  # else the program has chosen something else since
            Agent.instrument_all(self._before)


def patches() -> Sequence[Change]:
    """What is traced."""
    return [_AllAgents()]
