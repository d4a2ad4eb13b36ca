"""Leaving spans out of a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyflare.server.batch import Batch


def keep_spans(batch: Batch, keeps: Callable[[bytes], bool]) -> int:
    """Leave out the spans of every trace whose id `keeps` says no to; returns how many spans went."""
    dropped = 0
    resources = batch.message.resource_spans
    for group in resources:
        for scope in group.scope_spans:
            kept = [span for span in scope.spans if keeps(span.trace_id)]
            if len(kept) < len(scope.spans):
                dropped += len(scope.spans) - len(kept)
                copies = type(scope)(spans=kept)
                del scope.spans[:]
                scope.spans.MergeFrom(copies.spans)
    if dropped:
        _drop_empty(resources)
        batch.records -= dropped
        batch.changed()
    return dropped


def _drop_empty(resources: Any) -> None:
    """Leave out the scopes that hold no span any more, and then the resources that hold no scope."""
    for index in reversed(range(len(resources))):
        scopes = resources[index].scope_spans
        for inner in reversed(range(len(scopes))):
            if not scopes[inner].spans:
                del scopes[inner]
        if not scopes:
            del resources[index]
