"""One record of GenAI work, whoever instrumented it.

`fill` reads the attributes and events of spans in every dialect of
`pyflare.dialects` and fills the normalised columns of `spans` that are null.
"""

from __future__ import annotations

from pyflare.store.normalise.fill import fill

__all__ = ["fill"]
