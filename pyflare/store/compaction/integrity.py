"""What was lost, as rows of `integrity`: what a process counted, and what a compaction could not read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pyflare.schema.records import Row, WriterInfo
from pyflare.schema.tables import INTEGRITY

RECORD_DAMAGED: Final = "record_damaged"
"""Whole frames whose content was no record."""
SEGMENT_DAMAGED: Final = "segment_damaged"
"""Sealed segments with bytes that are no frames: what followed the last good one is lost."""
SEGMENT_TORN: Final = "segment_torn"
"""Segments that a process died in while it wrote a record: that record is lost."""
UNKNOWN_TABLE: Final = "unknown_table"
"""Rows of tables that this PyFlare does not know."""


def integrity_rows(info: WriterInfo, losses: Mapping[str, int], *, now_ns: int) -> list[Row]:
    """The losses of a process as rows; reasons without a loss are left out."""
    return [
        Row(INTEGRITY.name, {"timestamp": now_ns, "writer_id": info.writer_id, "reason": reason, "count": count})
        for reason, count in losses.items()
        if count
    ]
