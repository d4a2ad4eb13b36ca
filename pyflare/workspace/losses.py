"""What was not kept as it came."""

from __future__ import annotations

from pyflare.store.engine import Engine


def read_losses(engine: Engine) -> dict[str, int]:
    """What was not kept as it came, by reason, most first."""
    query = "SELECT reason, sum(count)::BIGINT AS count FROM integrity GROUP BY reason ORDER BY count DESC, reason"
    return {row["reason"]: row["count"] for row in engine.rows(lambda *_: (query, None), traces=False)}
