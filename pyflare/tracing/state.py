"""The runtime that is active in this process, if any: one name that every hot path reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyflare.tracing.runtime import Runtime

runtime: Runtime | None = None
