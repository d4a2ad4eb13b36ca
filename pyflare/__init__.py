"""Observability and analytics for AI programs, local first.

    import pyflare

    pyflare.init(service="support-bot")

    @pyflare.trace
    def answer(question: str) -> str: ...

Everything here is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyflare._version import __version__
from pyflare.lazy import loads

if TYPE_CHECKING:
    from pyflare.budgets import Budget, BudgetAlert
    from pyflare.errors import BudgetExceededError
    from pyflare.integrations import instrument, uninstrument
    from pyflare.tracing.budgets import budget
    from pyflare.tracing.decorator import trace
    from pyflare.tracing.lifecycle import flush, init, shutdown
    from pyflare.tracing.propagation import extract, inject, propagate
    from pyflare.tracing.provider import tracer_provider
    from pyflare.tracing.redaction import RedactionConfig
    from pyflare.tracing.rows import log_embedding, log_label, log_prediction, score
    from pyflare.tracing.sampling import SamplingRule
    from pyflare.tracing.span import Span
    from pyflare.tracing.spans import context, current_span, span, update
    from pyflare.workspace import Workspace, open
    from pyflare.workspace.drift.monitor import DriftMonitor

_HOMES: Final = {
    "Budget": "pyflare.budgets",
    "BudgetAlert": "pyflare.budgets",
    "BudgetExceededError": "pyflare.errors",
    "DriftMonitor": "pyflare.workspace.drift.monitor",
    "RedactionConfig": "pyflare.tracing.redaction",
    "SamplingRule": "pyflare.tracing.sampling",
    "Span": "pyflare.tracing.span",
    "Workspace": "pyflare.workspace",
    "budget": "pyflare.tracing.budgets",
    "context": "pyflare.tracing.spans",
    "current_span": "pyflare.tracing.spans",
    "extract": "pyflare.tracing.propagation",
    "flush": "pyflare.tracing.lifecycle",
    "init": "pyflare.tracing.lifecycle",
    "inject": "pyflare.tracing.propagation",
    "instrument": "pyflare.integrations",
    "log_embedding": "pyflare.tracing.rows",
    "log_label": "pyflare.tracing.rows",
    "log_prediction": "pyflare.tracing.rows",
    "open": "pyflare.workspace",
    "propagate": "pyflare.tracing.propagation",
    "score": "pyflare.tracing.rows",
    "shutdown": "pyflare.tracing.lifecycle",
    "span": "pyflare.tracing.spans",
    "trace": "pyflare.tracing.decorator",
    "tracer_provider": "pyflare.tracing.provider",
    "uninstrument": "pyflare.integrations",
    "update": "pyflare.tracing.spans",
}

__all__ = [
    "Budget",
    "BudgetAlert",
    "BudgetExceededError",
    "DriftMonitor",
    "RedactionConfig",
    "SamplingRule",
    "Span",
    "Workspace",
    "__version__",
    "budget",
    "context",
    "current_span",
    "extract",
    "flush",
    "init",
    "inject",
    "instrument",
    "log_embedding",
    "log_label",
    "log_prediction",
    "open",
    "propagate",
    "score",
    "shutdown",
    "span",
    "trace",
    "tracer_provider",
    "uninstrument",
    "update",
]


__getattr__ = loads(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
