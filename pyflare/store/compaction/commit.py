"""One commit of a compaction: what was gathered from journals becomes parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.columns import Table
from pyflare.schema.tables import EVALUATIONS, LOGS, SPANS, TABLES
from pyflare.store.change import Change
from pyflare.store.compaction.gather import Gathering, Taken
from pyflare.store.compaction.merge import merge_sorted, payloads_once
from pyflare.store.compaction.traces import add_spans, refuse_traces
from pyflare.store.journal.format import HEADER, MAGIC, frame
from pyflare.store.normalise import fill_from_logs
from pyflare.store.once import each_evaluation_once, each_once, without_rows
from pyflare.store.parts import write_part
from pyflare.store.scratch import fetch, parts_source, scratch


def add_gathered(change: Change, gathered: Gathering) -> Counter[str]:
    """Put what was gathered into a change: parts, carry segments, and what is contained now.

    Returns:
        The rows added, by table.

    Raises:
        OSError: A file could not be written; nothing is in force.
    """
    counts: Counter[str] = Counter()
    spans = _sorted(gathered.pieces.pop(SPANS.name, []), SPANS)
    late = [(take, _refused_late(take, spans)) for take in gathered.taken if take.decoder.refused]
    spans = each_once(_without_refused(spans, gathered.taken))
    if LOGS.name in gathered.pieces:
        gathered.pieces[LOGS.name] = [_sorted(gathered.pieces[LOGS.name], TABLES[LOGS.name])]
        spans = fill_from_logs(spans, gathered.pieces[LOGS.name][0])
    if spans.num_rows or any(trace_ids for _, trace_ids in late):
        with scratch() as connection:
            for take, trace_ids in late:
                refuse_traces(connection, change, take.info, trace_ids)
            counts[SPANS.name] = add_spans(connection, change, spans)
    for name, pieces in gathered.pieces.items():
        rows = _sorted(pieces, TABLES[name])
        if name == EVALUATIONS.name:
            rows = _judged_once(change, rows)
        counts[name] = rows.num_rows
        change.add(write_part(change.root, TABLES[name], rows, commit=change.version))
    for take in gathered.taken:
        _carry(change, take)
        change.contain(take.keys())
    return counts


def _sorted(pieces: list[pa.Table], table: Table) -> pa.Table:
    """Pieces that are each sorted by time as one table that is."""
    rows: Iterator[pa.Table] = merge_sorted([iter([piece]) for piece in pieces], table)
    if table.name == "payloads":
        rows = payloads_once(rows)
    return pa.concat_tables([arrow_schema(table).empty_table(), *rows])


def _judged_once(change: Change, rows: pa.Table) -> pa.Table:
    """Evaluations without those that came before; what was judged comes again with its span."""
    rows = each_evaluation_once(rows)
    bounds = pc.min_max(rows[EVALUATIONS.time_column].cast(pa.int64())).as_py()
    parts = tuple(
        part
        for part in change.parts_of(EVALUATIONS.name)
        if part.max_time_ns >= bounds["min"] and part.min_time_ns <= bounds["max"]
    )
    if not parts:
        return rows
    source = parts_source(change.root, EVALUATIONS.name, parts)
    query = f"SELECT evaluation_id FROM ({source}) WHERE evaluation_id IN (SELECT evaluation_id FROM ids)"
    with scratch() as connection:
        known = fetch(connection, query, ids=rows.select(["evaluation_id"]))["evaluation_id"]
    return without_rows(rows, pc.is_in(rows["evaluation_id"], value_set=known))


def _refused_late(take: Taken, spans: pa.Table) -> set[bytes]:
    """Refused traces of which parts may hold spans.

    These are the ones that were going on when something of the journal was last
    taken, and those that ended then, just before their verdict. In a receiver's
    journal it may be any: a trace's spans come in several requests, and no record
    says that more of them will.
    """
    refused = take.decoder.refused
    if take.info.receives:
        return refused
    found = pc.unique(spans["trace_id"].filter(_is_refused(take, spans))).to_pylist()
    here = take.decoder.dropped.union(bytes.fromhex(trace_id) for trace_id in found)
    return (refused - here) | (refused & take.carried_traces)


def _without_refused(spans: pa.Table, taken: list[Taken]) -> pa.Table:
    """Spans without those that were read before the word of their process' tail sampler."""
    for take in taken:
        if take.decoder.refused:
            spans = spans.filter(pc.invert(_is_refused(take, spans)))
    return spans


def _is_refused(take: Taken, spans: pa.Table) -> pa.ChunkedArray:
    values = pa.array([trace_id.hex() for trace_id in take.decoder.refused], pa.string())
    return pc.and_(pc.equal(spans["writer_id"], take.info.writer_id), pc.is_in(spans["trace_id"], value_set=values))


def _carry(change: Change, take: Taken) -> None:
    """Hand the spans that are still open on to the next compaction. Raises OSError."""
    payloads = [] if take.is_last else take.decoder.carried()
    if not payloads:
        return
    frames = b"".join(frame(payload) for payload in payloads)
    header = HEADER.pack(MAGIC, HEADER.size + len(frames))
    change.carry(take.journal.directory, header + frames)
