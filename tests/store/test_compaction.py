"""Journals become parts, each record once, whatever the processes do meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pyflare.errors import SchemaVersionError, StoreNotFoundError
from pyflare.schema.tables import SCHEMA_VERSION
from pyflare.store.catalog import load_catalog
from pyflare.store.compaction import compact
from pyflare.store.journal.format import HEADER, MAGIC, frame
from pyflare.store.journal.reader import list_writers, read_frames
from pyflare.store.journal.shipped import ShipPosition, save_position
from pyflare.store.lock import exclusive
from tests.store.records import (
    SECOND_NS,
    T0_NS,
    end,
    next_generation,
    open_journal,
    payload,
    query,
    row,
    start,
    verdict,
    write_journal,
)

SPAN_KEYS = "SELECT trace_id[-2:], span_id[-2:], state FROM spans ORDER BY ALL"


def test_a_dead_process_is_compacted_whole(tmp_path: Path) -> None:
    """Spans, rows and payloads are in parts, and nothing is left of the journal."""
    write_journal(
        tmp_path,
        [
            start(1, 1),
            start(1, 2, parent=1),
            payload("id", b"content"),
            end(1, 2, parent=1),
            end(1, 1),
            row("scores", score_id="s", timestamp=T0_NS, name="help", value=1.0),
        ],
    )
    result = compact(tmp_path)
    assert (result.done, result.segments, result.commits) == (True, 1, 1)
    assert result.rows == {"spans": 2, "scores": 1, "payloads": 1}
    assert query(tmp_path, SPAN_KEYS) == [("01", "01", "ended"), ("01", "02", "ended")]
    assert query(tmp_path, "SELECT content_id, content FROM payloads") == [("id", "content")]
    assert query(tmp_path, "SELECT name, value, project FROM scores") == [("help", 1.0, "shop")]
    assert query(tmp_path, "SELECT span_count, root_span_id[-1:] FROM traces") == [(2, "1")]
    assert [*(tmp_path / "journal").iterdir()] == []


def test_compacting_again_does_nothing(tmp_path: Path) -> None:
    """Without anything new there is no commit."""
    write_journal(tmp_path, [end(1, 1)])
    compact(tmp_path)
    version = load_catalog(tmp_path).version
    result = compact(tmp_path)
    assert (result.done, result.commits, result.rows) == (True, 0, {})
    assert load_catalog(tmp_path).version == version


def test_parts_are_sorted_and_say_what_they_hold(tmp_path: Path) -> None:
    """A part's rows are in order of time; the catalogue knows its rows, its bounds and its size."""
    write_journal(tmp_path, [end(1, number, at_ns=T0_NS + number % 7 * SECOND_NS) for number in range(1, 100)])
    compact(tmp_path)
    (part,) = load_catalog(tmp_path).parts_of("spans")
    assert (part.rows, part.min_time_ns, part.max_time_ns) == (99, T0_NS, T0_NS + 6 * SECOND_NS)
    assert part.size_bytes == part.path(tmp_path).stat().st_size
    assert part.name.startswith("20260921T")
    starts = query(tmp_path, "SELECT start_time FROM spans")
    assert starts == sorted(starts)


def test_a_living_process_is_taken_up_to_its_open_generation(tmp_path: Path) -> None:
    """What is sealed goes into parts; what may still grow stays where it is."""
    writer = open_journal(tmp_path)
    writer.write(end(1, 1))
    next_generation(writer)
    writer.write(end(2, 2))
    compact(tmp_path)
    assert query(tmp_path, SPAN_KEYS) == [("01", "01", "ended")]
    (journal,) = list_writers(tmp_path)
    assert [segment.generation for segment in journal.segments()] == [2]
    writer.close()
    compact(tmp_path)
    assert query(tmp_path, SPAN_KEYS) == [("01", "01", "ended"), ("02", "02", "ended")]


def test_open_spans_are_carried_until_they_end(tmp_path: Path) -> None:
    """A span that is open over several compactions is handed on, and is one row in the end."""
    writer = open_journal(tmp_path)
    writer.write(start(1, 1))
    for step in range(2, 5):
        writer.write(end(1, step, parent=1, at_ns=T0_NS + step))
        next_generation(writer)
        compact(tmp_path)
        (journal,) = list_writers(tmp_path)
        carried, *_ = journal.segments()
        assert carried.is_carry
        assert len(read_frames(carried)[0]) == 1
    writer.write(end(1, 1))
    writer.close()
    compact(tmp_path)
    assert query(tmp_path, SPAN_KEYS) == [("01", f"0{step}", "ended") for step in (1, 2, 3, 4)]
    assert query(tmp_path, "SELECT span_count, root_span_id[-1:], duration_ns FROM traces") == [(4, "1", SECOND_NS + 4)]


def test_spans_open_in_a_dead_process_have_died(tmp_path: Path) -> None:
    """Their duration is unknown; carried ones count as well."""
    writer = open_journal(tmp_path)
    writer.write(start(1, 1, name="root"))
    next_generation(writer)
    compact(tmp_path)
    writer.write(start(1, 2, parent=1))
    writer.close()
    compact(tmp_path)
    assert query(tmp_path, SPAN_KEYS) == [("01", "01", "died"), ("01", "02", "died")]
    assert query(tmp_path, "SELECT count(duration_ns) FROM spans") == [(0,)]
    assert query(tmp_path, "SELECT state, operation_name, duration_ns FROM traces") == [("died", "root", None)]


def test_a_start_is_never_taken_after_its_end(tmp_path: Path) -> None:
    """While an older segment is open, newer sealed ones wait: a start in it may belong to an end in them."""
    writer = open_journal(tmp_path)
    writer.write(start(1, 1))
    (journal,) = list_writers(tmp_path)
    sealed = HEADER.pack(MAGIC, HEADER.size + len(frame(end(1, 1)))) + frame(end(1, 1))
    (journal.directory / "000002-7.seg").write_bytes(sealed)
    assert compact(tmp_path).commits == 0
    writer.close()
    compact(tmp_path)
    assert query(tmp_path, SPAN_KEYS) == [("01", "01", "ended")]


def test_refused_traces_are_not_kept(tmp_path: Path) -> None:
    """A trace that the tail sampler refused leaves no row, whatever else its process wrote."""
    write_journal(tmp_path, [end(1, 1, parent=9), end(2, 2), end(1, 9), verdict(1)])
    compact(tmp_path)
    assert query(tmp_path, SPAN_KEYS) == [("02", "02", "ended")]
    assert query(tmp_path, "SELECT trace_id[-1:], span_count FROM traces") == [("2", 1)]


def test_a_late_refusal_takes_back_what_parts_hold(tmp_path: Path) -> None:
    """Spans of a long trace that are in parts already go too, if they are of the same process."""
    writer = open_journal(tmp_path)
    writer.write(start(1, 9))
    writer.write(end(1, 1, parent=9))
    writer.write(end(2, 2))
    write_journal(tmp_path, [end(1, 50, parent=9, name="elsewhere", fields={"model_id": "m"})])
    next_generation(writer)
    compact(tmp_path)
    assert len(query(tmp_path, SPAN_KEYS)) == 3
    writer.write(end(1, 9))
    writer.write(verdict(1))
    writer.close()
    compact(tmp_path)
    assert query(tmp_path, SPAN_KEYS) == [("01", "32", "ended"), ("02", "02", "ended")]
    assert query(tmp_path, "SELECT operation_name, span_count, model_ids FROM traces ORDER BY 1") == [
        ("elsewhere", 1, ["m"]),
        ("step", 1, None),
    ]


def test_a_refusal_that_comes_a_generation_after_the_end_counts(tmp_path: Path) -> None:
    """A process may move on to another generation, and be compacted, between a root's end and the verdict on it."""
    writer = open_journal(tmp_path)
    for trace in (1, 2):
        writer.write(start(trace, trace))
        writer.write(end(trace, trace))
    next_generation(writer)
    compact(tmp_path)
    writer.write(verdict(1))
    next_generation(writer)
    compact(tmp_path)
    assert query(tmp_path, SPAN_KEYS) == [("02", "02", "ended")]
    assert query(tmp_path, "SELECT trace_id[-1:] FROM traces") == [("2",)]
    writer.close()


def test_a_span_that_several_journals_hold_is_one_row(tmp_path: Path) -> None:
    """Also when one of them is compacted later; an ended span counts more than a died one."""
    write_journal(tmp_path, [start(1, 1)])
    write_journal(tmp_path, [end(1, 1), end(1, 2, parent=1)])
    compact(tmp_path)
    write_journal(tmp_path, [end(1, 1), end(1, 3, parent=1)])
    compact(tmp_path)
    assert query(tmp_path, SPAN_KEYS) == [("01", f"0{number}", "ended") for number in (1, 2, 3)]
    assert query(tmp_path, "SELECT span_count FROM traces") == [(3,)]


def test_a_trace_of_several_processes_has_one_row(tmp_path: Path) -> None:
    """A part that summarises a trace already is rewritten, so the row says all of it."""
    write_journal(tmp_path, [end(1, 2, parent=1, at_ns=T0_NS + 5, fields={"input_tokens": 2})], service_name="back")
    write_journal(tmp_path, [end(7, 7)])
    compact(tmp_path)
    calls = [end(1, 1, name="root"), end(1, 3, parent=1, fields={"input_tokens": 3})]
    write_journal(tmp_path, calls, service_name="front")
    compact(tmp_path)
    assert query(
        tmp_path, "SELECT operation_name, service_name, span_count, input_tokens FROM traces ORDER BY span_count"
    ) == [("step", "bot", 1, None), ("root", "front", 3, 5)]


def test_a_large_journal_takes_several_commits(tmp_path: Path) -> None:
    """Memory is bounded by what one commit takes in; a span that crosses from one to the next is whole."""
    writer = open_journal(tmp_path)
    writer.write(start(1, 1))
    for number in range(2, 6):
        writer.write(end(1, number, parent=1))
        next_generation(writer)
    writer.write(end(1, 1))
    writer.close()
    result = compact(tmp_path, max_bytes=1)
    assert result.commits == 5
    assert query(tmp_path, SPAN_KEYS) == [("01", f"0{number}", "ended") for number in (1, 2, 3, 4, 5)]
    assert query(tmp_path, "SELECT span_count FROM traces") == [(5,)]
    assert len(load_catalog(tmp_path).parts_of("traces")) == 1


def test_segments_wait_for_their_destinations(tmp_path: Path) -> None:
    """What an OTLP destination has not acknowledged stays on disk, and is in parts all the same, once."""
    writer_id = write_journal(tmp_path, [end(1, 1)], destinations=("collector",))
    compact(tmp_path)
    directory = tmp_path / "journal" / writer_id
    (segment,) = list_writers(tmp_path)[0].segments()
    assert query(tmp_path, SPAN_KEYS) == [("01", "01", "ended")]
    assert not load_catalog(tmp_path).counts(writer_id, segment)
    assert compact(tmp_path).commits == 0
    save_position(directory, "collector", ShipPosition(done={segment.name}))
    compact(tmp_path)
    assert not directory.exists()
    assert query(tmp_path, SPAN_KEYS) == [("01", "01", "ended")]


def test_a_spool_is_not_compacted(tmp_path: Path) -> None:
    """Where the folder is not to be kept the journal is the destination's alone, until it is shipped."""
    writer_id = write_journal(tmp_path, [end(1, 1)], destinations=("collector",), keep=False)
    compact(tmp_path)
    assert query(tmp_path, "SELECT count(*) FROM spans") == [(0,)]
    directory = tmp_path / "journal" / writer_id
    (segment,) = list_writers(tmp_path)[0].segments()
    segment.path.unlink()
    save_position(directory, "collector", ShipPosition(done={segment.name}))
    compact(tmp_path)
    assert not directory.exists()


def test_losses_of_a_process_become_rows_when_its_journal_goes(tmp_path: Path) -> None:
    """What a process could not keep is known for good, once."""
    writer = open_journal(tmp_path)
    writer.write(end(1, 1))
    writer.losses.add("disk_full", 2)
    writer.losses.add("sampled_head", 5)
    next_generation(writer)
    compact(tmp_path)
    assert query(tmp_path, "SELECT count(*) FROM integrity") == [(0,)]
    writer.close()
    compact(tmp_path)
    compact(tmp_path)
    assert query(tmp_path, "SELECT writer_id, service_name, reason, count FROM integrity ORDER BY reason") == [
        (writer.info.writer_id, "bot", "disk_full", 2),
        (writer.info.writer_id, "bot", "sampled_head", 5),
    ]


def test_damage_is_counted_when_it_is_met(tmp_path: Path) -> None:
    """Frames that hold no record, bytes that are no frame, and rows of unknown tables are all in `integrity`."""
    writer_id = write_journal(tmp_path, [end(1, 1), b"\x00", row("inventions", x=1)])
    directory = tmp_path / "journal" / writer_id
    broken = HEADER.pack(MAGIC, HEADER.size + 40) + frame(end(2, 2))[:40]
    (directory / "000001-5.seg").write_bytes(broken)
    torn = HEADER.pack(MAGIC, 0) + frame(end(3, 3))[:40]
    (directory / "000001-6.seg").write_bytes(torn)
    compact(tmp_path)
    assert query(tmp_path, "SELECT reason, count FROM integrity ORDER BY reason") == [
        ("record_damaged", 1),
        ("segment_damaged", 1),
        ("segment_torn", 1),
        ("unknown_table", 1),
    ]
    assert query(tmp_path, SPAN_KEYS) == [("01", "01", "ended")]


def test_one_that_comes_second_says_why_it_did_nothing(tmp_path: Path) -> None:
    """A compaction never waits for another."""
    write_journal(tmp_path, [end(1, 1)])
    with exclusive(tmp_path):
        result = compact(tmp_path)
    assert not result.done
    assert result.reason is not None
    assert "another process" in result.reason
    assert not (tmp_path / "catalog.json").exists()


def test_a_place_without_a_folder_is_left_alone(tmp_path: Path) -> None:
    """Compacting what is no PyFlare folder is an error and makes no file."""
    with pytest.raises(StoreNotFoundError, match=r"pyflare\.init"):
        compact(tmp_path)
    assert [*tmp_path.iterdir()] == []


def test_a_newer_folder_is_left_alone(tmp_path: Path) -> None:
    """A folder of a newer schema is refused, with what to do."""
    write_journal(tmp_path, [end(1, 1)])
    (tmp_path / "pyflare.json").write_text('{"schema_version": 99}')
    with pytest.raises(SchemaVersionError, match="Upgrade PyFlare"):
        compact(tmp_path)


def test_journals_of_a_newer_process_wait_for_a_newer_compaction(tmp_path: Path) -> None:
    """This version cannot know what it would lose of them."""
    writer_id = write_journal(tmp_path, [end(1, 1)])
    path = tmp_path / "journal" / writer_id / "writer.json"
    path.write_text(path.read_text().replace(f'"schema_version":{SCHEMA_VERSION}', '"schema_version":99'))
    assert compact(tmp_path).commits == 0
    assert path.exists()


def test_the_views_follow_the_folder_when_it_moves(tmp_path: Path) -> None:
    """`views.sql` names files by where they are; the next compaction notices that they moved."""
    old, new = tmp_path / "old", tmp_path / "new it's"
    write_journal(old, [end(1, 1)])
    compact(old)
    old.rename(new)
    compact(new)
    assert query(new, SPAN_KEYS) == [("01", "01", "ended")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_journal_of_another_user_is_left_alone(tmp_path: Path) -> None:
    """What cannot be read does not keep the rest from being compacted."""
    locked = write_journal(tmp_path, [end(1, 1)])
    write_journal(tmp_path, [end(2, 2)])
    (tmp_path / "journal" / locked / "counters").chmod(0)
    assert compact(tmp_path).segments == 1
    assert query(tmp_path, SPAN_KEYS) == [("02", "02", "ended")]
