"""Token counts in buckets that do not overlap."""

from __future__ import annotations

from typing import Final

import pyarrow.compute as pc

from pyflare.store.normalise.vector import integers, masked, np
from pyflare.store.normalise.work import Work

_MOST: Final = 1 << 62
_SUMMED: Final = "a count without the cached tokens, and those"


def include_cached(work: Work) -> None:
    """Add cached tokens to input counts that leave them out.

    The conventions count cached tokens as input. Some senders pass on what
    their provider reports, which for Anthropic's models is what came neither
    from the cache nor went into it. Such a count shows when it is less than
    the cached tokens alone. What PyFlare sent is not doubted.
    """
    inputs = work.filling("input_tokens")
    cached_columns = [work.filling(name) for name in ("cache_read_tokens", "cache_write_tokens")]
    if not inputs.changed or not any(column.changed for column in cached_columns):
        return
    total = inputs.result()
    counted = np.asarray(pc.fill_null(total, 0))
    cached = sum(np.minimum(np.asarray(pc.fill_null(column.result(), 0)), _MOST // 2) for column in cached_columns)
    was_empty = np.asarray(pc.is_null(work.spans["input_tokens"]))
    exclusive = was_empty & ~inputs.empty & (cached > counted) & ~work.is_ours
    if exclusive.any():
        whole = np.where(exclusive, counted + cached, counted)
        work.replaced["input_tokens"] = masked(integers(whole), inputs.empty & was_empty)
        work.trail.add("input_tokens", _SUMMED, "every", np.flatnonzero(exclusive))
