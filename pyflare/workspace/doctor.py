"""What a folder does not hold, and why: dropped, shortened, unfinished, damaged, not shipped."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pyflare.errors import CorruptError
from pyflare.store.compaction.integrity import RECORD_DAMAGED, SEGMENT_DAMAGED, SEGMENT_TORN, UNKNOWN_TABLE
from pyflare.store.engine import Engine
from pyflare.store.health import journals_health, unreadable_parts
from pyflare.store.journal.losses import DROPPED_RECORD_REASONS
from pyflare.store.lock import exclusive
from pyflare.workspace import arrow
from pyflare.workspace.losses import read_losses
from pyflare.workspace.render import units

EXTRAS: Final = {
    "vectors": ("lancedb", "embeddings stay in the folder's own tables, and similarity search is exact but slower"),
    "cost": ("genai_prices", "calls have a cost only where they report it, or where you set a price"),
    "grpc": ("grpc", "OTLP goes over HTTP only"),
}
"""What an extra brings, and what is missing without it."""

_SAMPLED: Final = ("sampled_head", "sampled_tail")
_DROPPED: Final = DROPPED_RECORD_REASONS | {UNKNOWN_TABLE}
_DAMAGE: Final = (RECORD_DAMAGED, SEGMENT_DAMAGED)
_REJECTED: Final = "ship_rejected"
_PATIENCE_S: Final = 10.0

Level = Literal["good", "note", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report."""

    topic: str
    text: str
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DoctorReport:
    """The state of a folder. Prints as a list of findings."""

    path: Path
    dropped: dict[str, int]
    """Records that are missing though nobody asked for it, by reason."""
    shortened: dict[str, int]
    """What was kept in part: values, attributes, events and chunks, by reason."""
    sampled: dict[str, int]
    """What sampling left out, as it was told to, by reason."""
    rejected: int
    """Spans that a destination refused."""
    running: int
    """Spans that have not ended yet."""
    died: int
    """Spans whose process ended before they did."""
    torn: int
    """Records that were being written when their process ended: their spans had not ended."""
    unshipped: dict[str, int]
    """Ended spans that a destination has not acknowledged yet, by its name."""
    damaged_bytes: int
    """Bytes of journals that hold nothing readable."""
    damaged_records: int
    """Records and segments found damaged, here or by a compaction before."""
    waiting_bytes: int
    waiting_segments: int
    """Records in journals that no part holds yet. They are read all the same."""
    deletions: int
    """Deletions that a running process still holds up."""
    problems: tuple[str, ...]
    """Files that are missing or cannot be read."""
    missing_extras: tuple[str, ...]

    @property
    def lost(self) -> int:
        """Records that are gone: dropped or damaged; a damaged file counts as one."""
        return sum(self.dropped.values()) + self.damaged_records + bool(self.damaged_bytes) + len(self.problems)

    @property
    def verdict(self) -> str:
        """The report in one line."""
        return f"{units.plural(self.lost, 'record')} or files were lost" if self.lost else "nothing was lost"

    def findings(self) -> Iterator[Finding]:
        """The report, line by line."""
        yield _counts("dropped", self.dropped, "every record was kept", "bad")
        yield _counts("shortened", self.shortened, "nothing was cut", "note")
        yield _counts("sampled out", self.sampled, "nothing", "note")
        yield _finding("unfinished", self._unfinished(), "every span has ended", "note")
        yield _finding("unshipped", self._unshipped(), "nothing waits", "note")
        yield _finding("damaged", self._damaged(), "nothing", "bad")
        yield _finding("uncompacted", self._waiting(), "nothing", "note")
        for problem in self.problems:
            yield Finding(topic="problem", text=problem, level="bad")
        if self.deletions:
            text = f"{units.plural(self.deletions, 'deletion')} will be finished when the processes concerned end"
            yield Finding(topic="deleting", text=text, level="note")
        for extra in self.missing_extras:
            text = f'{EXTRAS[extra][1]}. pip install "pyflare[{extra}]"'
            yield Finding(topic=f"no {extra}", text=text, level="note")

    def _unfinished(self) -> str:
        running = f"{units.plural(self.running, 'span')} running" if self.running else ""
        died = f"{units.plural(self.died, 'span')} died with their process" if self.died else ""
        torn = f"{units.plural(self.torn, 'record')} cut off by the end of their process" if self.torn else ""
        return ", ".join(filter(None, [running, died, torn]))

    def _unshipped(self) -> str:
        from pyflare.tracing.shipping.destination import REQUESTS_PREFIX  # loads the shipper

        waiting = [
            f"{units.plural(count, 'record')} for {name.removeprefix(REQUESTS_PREFIX)}"
            if name.startswith(REQUESTS_PREFIX)
            else f"{units.plural(count, 'span')} for {name}"
            for name, count in self.unshipped.items()
            if count
        ]
        rejected = [f"{units.plural(self.rejected, 'span')} refused by a destination"] if self.rejected else []
        return ", ".join([*waiting, *rejected])

    def _damaged(self) -> str:
        records = f"{units.plural(self.damaged_records, 'record')} unreadable" if self.damaged_records else ""
        size = f"{units.size(self.damaged_bytes)} of journals unreadable" if self.damaged_bytes else ""
        return ", ".join(filter(None, [records, size]))

    def _waiting(self) -> str:
        if not self.waiting_segments:
            return ""
        return f"{units.size(self.waiting_bytes)} in {units.plural(self.waiting_segments, 'segment')} of journals"

    def __repr__(self) -> str:
        lines = [f"{finding.topic:<12} {finding.text}" for finding in self.findings()]
        return "\n".join([f"{self.path}: {self.verdict}", "", *lines])


def _counts(topic: str, counts: dict[str, int], nothing: str, level: Level) -> Finding:
    return _finding(topic, ", ".join(f"{reason} {count:,}" for reason, count in counts.items()), nothing, level)


def _finding(topic: str, text: str, nothing: str, level: Level) -> Finding:
    return Finding(topic=topic, text=text or nothing, level=level if text else "good")


def examine(engine: Engine, path: Path) -> DoctorReport:
    """Look through the whole folder. Reads every journal and the footer of every part.

    A file that a compaction is taking away looks damaged for a moment: before
    anything is called lost, it is looked at again while nobody changes the folder.
    """
    report = _look_through(engine, path)
    if not report.lost:
        return report
    try:
        with exclusive(engine.root, wait_s=_PATIENCE_S):
            return _look_through(engine, path)
    except OSError:  # a folder that cannot be written: nobody changes it from here
        return report


def _look_through(engine: Engine, path: Path) -> DoctorReport:
    catalog = engine.snapshot().catalog
    journals = journals_health(engine.root, catalog)
    losses = _or_nothing(read_losses, engine)
    unfinished = _or_nothing(_unfinished, engine)
    dropped = {reason: count for reason, count in losses.items() if reason in _DROPPED}
    apart = {*_DROPPED, *_SAMPLED, *_DAMAGE, SEGMENT_TORN, _REJECTED}
    return DoctorReport(
        path=path,
        dropped=dropped,
        shortened={reason: count for reason, count in losses.items() if reason not in apart},
        sampled={reason: count for reason, count in losses.items() if reason in _SAMPLED},
        rejected=losses.get(_REJECTED, 0),
        running=unfinished.get("running", 0),
        died=unfinished.get("died", 0),
        torn=losses.get(SEGMENT_TORN, 0) + sum(journal.torn_segments for journal in journals),
        unshipped=dict(sum((journal.unshipped for journal in journals), Counter[str]())),
        damaged_bytes=sum(journal.damaged_bytes for journal in journals),
        damaged_records=sum(journal.damaged_records for journal in journals)
        + sum(losses.get(reason, 0) for reason in _DAMAGE),
        waiting_bytes=sum(journal.waiting_bytes for journal in journals),
        waiting_segments=sum(journal.waiting_segments for journal in journals),
        deletions=len(catalog.deletions),
        problems=(
            *(f"journal/{journal.writer_id}: {journal.problem}" for journal in journals if journal.problem),
            *unreadable_parts(engine.root, catalog),
        ),
        missing_extras=tuple(extra for extra, (module, _) in EXTRAS.items() if not _is_installed(module)),
    )


def _unfinished(engine: Engine) -> dict[str, int]:
    query = "SELECT state, count(*) AS count FROM spans WHERE state <> 'ended' GROUP BY state"
    return {row["state"]: row["count"] for row in arrow.dicts(engine.run(lambda *_: (query, None), traces=False))}


def _or_nothing(read: Callable[[Engine], dict[str, int]], engine: Engine) -> dict[str, int]:
    """What a query says, or nothing where parts cannot be read: those are named in the report."""
    try:
        return read(engine)
    except CorruptError:
        return {}


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # of a package above it
        return False
