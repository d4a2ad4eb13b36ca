"""The latest scores of traces, spans and sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from pyflare.store.engine import Engine

Target = Literal["trace_id", "span_id", "session_id"]
Scores = dict[str, float | str]
"""By name: the value, or the label where there is no value."""

_LATEST: Final = """\
SELECT {target} AS target, name, last_value AS value, last_label AS label FROM (
    SELECT {target}, name, max(timestamp) AS given,
        arg_max(struct_pack(v := value, l := label), timestamp) AS last, last.v AS last_value, last.l AS last_label
    FROM scores WHERE {target} IN (SELECT unnest(?)) GROUP BY {target}, trace_id, span_id, session_id, name, source
) WHERE last_value IS NOT NULL OR last_label IS NOT NULL ORDER BY given"""


def latest_scores(engine: Engine, target: Target, ids: Sequence[str]) -> dict[str, Scores]:
    """The latest score of each name, by id. Scores that were taken back do not count.

    Args:
        engine: The folder.
        target: What was judged. Scores of a trace's spans count for the trace as well.
        ids: Of which.
    """
    snapshot = engine.snapshot()
    if not ids or not (snapshot.catalog.parts_of("scores") or "scores" in snapshot.live):
        return {}
    query = _LATEST.format(target=target)
    rows = engine.run(lambda *_: (query, [list(ids)]), traces=False).to_pylist()
    found: dict[str, Scores] = {}
    for row in rows:
        found.setdefault(row["target"], {})[row["name"]] = row["label"] if row["value"] is None else row["value"]
    return found
