"""langgraph: its runs come by LangChain's callbacks; it prepares the contexts of its nodes by itself."""

from __future__ import annotations

from collections.abc import Sequence

from langgraph._internal import _runnable

from pyflare.integrations.langchain import context_patch
from pyflare.integrations.patch import Change


def patches() -> Sequence[Change]:
    """What is traced, besides langchain."""
    return [context_patch(_runnable)]
