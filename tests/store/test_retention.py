"""What is older than it should be kept goes, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pyflare.errors import DataError, StoreError
from pyflare.store.catalog import load_catalog
from pyflare.store.compaction import compact
from pyflare.store.lock import exclusive
from pyflare.store.retention import apply_retention
from tests.store.records import (
    DAY_NS,
    SECOND_NS,
    T0_NS,
    end,
    found_on_disk,
    open_journal,
    payload,
    query,
    row,
    size_on_disk,
    write_journal,
)

NOW_NS = T0_NS + 10 * DAY_NS
ROW_TABLES: dict[str, dict[str, Any]] = {
    "scores": {"name": "help"},
    "predictions": {"model_id": "m"},
    "labels": {"prediction_id": "p"},
    "embeddings": {"embedding_id": "e", "name": "input", "vector": [1.0]},
    "metrics": {"metric_name": "n", "value_type": "gauge"},
    "logs": {"body": "1"},
    "alerts": {"title": "t"},
    "evaluations": {"evaluator": "e"},
    "drift": {"monitor": "m"},
}


def _day(number: int, *, spans: int = 1) -> list[bytes]:
    """A day's records in every table."""
    at_ns = T0_NS + number * DAY_NS
    records = [end(number + 1, 100 * number + span, at_ns=at_ns + span) for span in range(1, spans + 1)]
    for table, values in ROW_TABLES.items():
        column = "triggered_at" if table == "alerts" else "timestamp"
        records.append(row(table, **values, **{column: at_ns}))
    return records


@pytest.mark.parametrize("together", [True, False], ids=["one part", "a part a day"])
def test_old_rows_of_every_table_go(tmp_path: Path, together: bool) -> None:
    """Whole parts are dropped, the one on the boundary is rewritten."""
    days = [_day(number) for number in range(10)]
    if together:
        write_journal(tmp_path, [record for day in days for record in day])
        compact(tmp_path)
    else:
        for day in days:
            write_journal(tmp_path, day)
            compact(tmp_path, merge=False)
    result = apply_retention(tmp_path, "3d", now_ns=NOW_NS)
    assert result.before_unix_ns == T0_NS + 7 * DAY_NS
    assert result.rows == dict.fromkeys([*ROW_TABLES, "spans", "traces"], 7)
    assert result.freed_bytes > 0
    for table in ("spans", "traces", *ROW_TABLES):
        column = {"alerts": "triggered_at", "spans": "start_time", "traces": "start_time"}.get(table, "timestamp")
        found = query(tmp_path, f"SELECT count(*), epoch_ns(min({column})) >= {result.before_unix_ns} FROM {table}")
        assert found == [(3, True)], table
        named = {part.path(tmp_path) for part in load_catalog(tmp_path).parts_of(table)}
        assert {*(tmp_path / table).iterdir()} == named


def test_the_bytes_are_freed(tmp_path: Path) -> None:
    """Content older than the limit is in no file any more, and the folder is smaller."""
    import os

    for number, content in enumerate((os.urandom(200_000).hex(), os.urandom(200_000).hex())):
        at_ns = T0_NS + number * 9 * DAY_NS
        write_journal(tmp_path, [end(number, number, at_ns=at_ns, input=f'"old {number} {content}"'.encode())])
    compact(tmp_path)
    before = size_on_disk(tmp_path)
    apply_retention(tmp_path, "5d", now_ns=NOW_NS)
    assert found_on_disk(tmp_path, "old 0") == []
    assert found_on_disk(tmp_path, "old 1")
    assert size_on_disk(tmp_path) < 0.6 * before


def test_a_trace_keeps_its_row_while_it_has_spans(tmp_path: Path) -> None:
    """A long trace loses its old spans first and its row with the last one."""
    old, young = T0_NS, T0_NS + 9 * DAY_NS
    write_journal(tmp_path, [end(1, 1, at_ns=old, duration_ns=9 * DAY_NS), end(1, 2, parent=1, at_ns=young)])
    apply_retention(tmp_path, "5d", now_ns=NOW_NS)
    assert query(tmp_path, "SELECT span_id[-1:] FROM spans") == [("2",)]
    assert query(tmp_path, "SELECT count(*) FROM traces") == [(1,)]
    apply_retention(tmp_path, "1h", now_ns=NOW_NS)
    assert query(tmp_path, "SELECT count(*) FROM traces") == [(0,)]


def test_old_payloads_stay_while_a_span_refers_to_them(tmp_path: Path) -> None:
    """Content is written when it is first seen; a younger span may still need it."""
    young = T0_NS + 9 * DAY_NS
    write_journal(
        tmp_path,
        [
            payload("needed", b"1", at_ns=T0_NS),
            payload("orphan", b"2", at_ns=T0_NS),
            end(1, 1, at_ns=T0_NS, fields={"input_ref": "orphan"}),
            end(2, 2, at_ns=young, fields={"output_ref": "needed"}),
        ],
    )
    result = apply_retention(tmp_path, "5d", now_ns=NOW_NS)
    assert result.rows["payloads"] == 1
    assert query(tmp_path, "SELECT content_id FROM payloads") == [("needed",)]


def test_a_running_process_may_refer_to_what_it_stored(tmp_path: Path) -> None:
    """Payloads from the time of a living process stay: it will not write them a second time."""
    writer = open_journal(tmp_path)
    writer.write(row("logs", timestamp=T0_NS))
    started_ns = writer.info.started_unix_ns
    write_journal(tmp_path, [payload("its own", b"1", at_ns=started_ns + 1), payload("older", b"2", at_ns=T0_NS - 1)])
    apply_retention(tmp_path, "1h", now_ns=started_ns + 10 * DAY_NS)
    expected = [("its own",)] if started_ns > T0_NS else [("its own",), ("older",)]
    assert query(tmp_path, "SELECT content_id FROM payloads ORDER BY 1") == expected
    writer.close()


def test_nothing_old_is_nothing_to_do(tmp_path: Path) -> None:
    """Where all rows are young no part is written."""
    write_journal(tmp_path, _day(0))
    compact(tmp_path)
    before = load_catalog(tmp_path)
    result = apply_retention(tmp_path, "4w", now_ns=NOW_NS)
    assert (result.rows, result.freed_bytes) == ({}, 0)
    assert load_catalog(tmp_path) == before


def test_a_compaction_lets_go_of_old_rows_if_told_to(tmp_path: Path) -> None:
    """So that a busy folder stays within its limit by itself."""
    write_journal(tmp_path, [*_day(0), *_day(9)])
    compact(tmp_path, keep="5d", now_ns=NOW_NS)
    assert query(tmp_path, "SELECT count(*) FROM spans") == [(1,)]


@pytest.mark.parametrize("keep", ["", "d", "3", "-1d", "3 months", "nand"])
def test_a_limit_that_is_no_duration_is_refused(tmp_path: Path, keep: str) -> None:
    """Before anything is touched, with what was expected."""
    with pytest.raises(DataError, match=r'such as "30d"'):
        apply_retention(tmp_path, keep)


def test_a_compaction_under_way_is_waited_for(tmp_path: Path) -> None:
    """And if it does not end in time the caller is told."""
    write_journal(tmp_path, _day(0))
    with exclusive(tmp_path), pytest.raises(StoreError, match=r"Try again later"):
        apply_retention(tmp_path, "1d", wait_s=0.1, now_ns=NOW_NS + SECOND_NS)


def test_what_stays_names_no_trace_that_goes(tmp_path: Path) -> None:
    """A young row of drift, or alert, keeps its samples of traces that stay; one that has none of the others is left."""
    traces = [end(number, number, at_ns=T0_NS + day * DAY_NS) for number, day in ((1, 0), (2, 8), (3, 1), (4, 9))]
    found = [row("drift", drift_id=str(number), timestamp=T0_NS + 9 * DAY_NS, sample_trace_ids=[f"{each:032x}" for each in named])
             for number, named in enumerate([[1, 2, 3], [1], [4]])]  # fmt: skip
    alert = row(
        "alerts", title="t", triggered_at=T0_NS + 9 * DAY_NS, sample_trace_ids=[f"{each:032x}" for each in (3, 4)]
    )
    write_journal(tmp_path, [*traces, *found, alert])
    apply_retention(tmp_path, "5d", now_ns=NOW_NS)
    named = "list_transform(sample_trace_ids, lambda id: id[-1:])"
    assert query(tmp_path, f"SELECT {named} FROM drift ORDER BY drift_id") == [(["2"],), ([],), (["4"],)]
    assert query(tmp_path, f"SELECT {named} FROM alerts") == [(["4"],)]


def test_a_trace_with_young_spans_is_still_named(tmp_path: Path) -> None:
    """Also where its first spans went, and nothing is written anew where no name goes."""
    young = T0_NS + 9 * DAY_NS
    write_journal(tmp_path, [end(1, 1, at_ns=T0_NS, duration_ns=9 * DAY_NS), end(1, 2, parent=1, at_ns=young)])
    write_journal(tmp_path, [end(2, 3, at_ns=T0_NS), row("drift", timestamp=young, sample_trace_ids=[f"{1:032x}"])])
    compact(tmp_path)
    before = load_catalog(tmp_path).parts_of("drift")
    apply_retention(tmp_path, "5d", now_ns=NOW_NS)
    assert query(tmp_path, "SELECT sample_trace_ids FROM drift") == [([f"{1:032x}"],)]
    assert load_catalog(tmp_path).parts_of("drift") == before
