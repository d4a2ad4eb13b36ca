"""PyFlame, the framework for Cerebras' wafer-scale engine: trainings, inference, compilation, and its profiler.

Another package of that name is a profiler; it is told apart by what it lacks.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyflare.integrations.patch import Patch
from pyflare.integrations.pyflame.calls import trace_cerebras_call
from pyflare.integrations.pyflame.metrics import sync_metrics
from pyflare.integrations.pyflame.trainer import instrument_trainer

__all__ = ["instrument_trainer", "sync_metrics", "trace_cerebras_call"]


def patches() -> Sequence[Patch]:
    """What is traced. Raises ImportError where the package is not the framework."""
    from pyflare.integrations.pyflame.hooks import hooks

    return hooks()
