"""Finish reasons stand beside the messages in some dialects and in them in others: say them in both places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from pyflare.schema.arrow import ARROW_TYPES
from pyflare.schema.columns import ColumnType
from pyflare.store.normalise.content import Made
from pyflare.store.normalise.work import Work


def share_reasons(work: Work, outputs: Made) -> None:
    """Complete the finish reasons of spans by those of their messages, and the other way round."""
    said = {row: value for row, value in outputs.items() if _are_messages(value)}
    if not said:
        return
    rows = np.fromiter(said, np.int64, len(said))
    filling = work.filling("finish_reasons")
    known = filling.result().take(pa.array(rows)).to_pylist()
    found: dict[int, list[str]] = {}
    for row, reasons in zip(rows.tolist(), known, strict=True):
        if reasons:
            _put(said[row], reasons)
        elif all("finish_reason" in message for message in said[row]) and filling.empty[row]:
            found[row] = [message["finish_reason"] for message in said[row]]
    if found:
        filling.put(
            np.fromiter(found, np.int64, len(found)), pa.array([*found.values()], ARROW_TYPES[ColumnType.STRINGS])
        )


def _are_messages(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict) and "parts" in value[0]


def _put(messages: list[dict[str, Any]], reasons: list[str]) -> None:
    """Give each choice its reason, where it is clear which is whose."""
    whose = reasons if len(reasons) == len(messages) else reasons * len(messages) if len(reasons) == 1 else ()
    for message, reason in zip(messages, whose, strict=False):
        message.setdefault("finish_reason", reason)
