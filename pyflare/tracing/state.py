"""What every hot path reads: the runtime that is active in this process, if any, and what is still to be said without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pyflare.tracing.runtime import Runtime

runtime: Runtime | None = None

unsaid: Final = [
    "PyFlare keeps nothing of {name}, nor of what follows: pyflare.init() has not been called. Call it where the "
    "program begins; to keep nothing and not to hear of it, call pyflare.init(enabled=False) or set PYFLARE_ENABLED=false."
]
"""What a program that traces its own code without `pyflare.init` is told; empty once it was, or `init` was called."""

unseen: Final = [True]
"""Not empty until the first block without `init` has been looked at: one look is all that blocks cost."""
