"""Libraries that `pyflare.instrument()` traces, each in its own file, loaded only where it is wanted.

An integration is a row of `table.INTEGRATIONS` and a module with one function, `patches()`.
"""

from __future__ import annotations

from pyflare.integrations.applied import instrument, uninstrument
from pyflare.integrations.table import INTEGRATIONS, Integration

__all__ = ["INTEGRATIONS", "Integration", "instrument", "uninstrument"]
