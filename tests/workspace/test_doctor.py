"""What a folder does not hold, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import pyflare
from pyflare.store.compaction import compact
from pyflare.store.journal.format import HEADER
from pyflare.store.journal.reader import list_writers, read_frames
from pyflare.store.journal.shipped import ShipPosition, save_position
from pyflare.store.journal.writer import JournalWriter
from pyflare.workspace import DoctorReport
from tests.store.records import end, open_journal, start, verdict, write_journal


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[JournalWriter]:
    journal = open_journal(tmp_path, destinations=("collector",))
    yield journal
    journal.close()


def _examine(root: Path) -> DoctorReport:
    with pyflare.open(root) as workspace:
        return workspace.doctor()


def _text(report: DoctorReport) -> dict[str, str]:
    return {finding.topic: finding.text for finding in report.findings()}


def test_a_healthy_folder(tmp_path: Path) -> None:
    """Where nothing is missing every line says so."""
    write_journal(tmp_path, [end(1, 1)])
    compact(tmp_path)
    report = _examine(tmp_path)
    assert (report.lost, report.verdict) == (0, "nothing was lost")
    assert {finding.level for finding in report.findings() if not finding.topic.startswith("no ")} == {"good"}
    assert repr(report).startswith(f"{tmp_path}: nothing was lost\n")


def test_losses_by_reason(tmp_path: Path, writer: JournalWriter) -> None:
    """Dropped records are lost; what was shortened or sampled out was not meant to stay."""
    writer.write(end(1, 1))
    for reason, count in {"disk_full": 2, "encode_failed": 1, "content_truncated": 1500, "sampled_tail": 7}.items():
        writer.losses.add(reason, count)
    writer.losses.add("ship_rejected", 4)
    report = _examine(tmp_path)
    assert report.dropped == {"disk_full": 2, "encode_failed": 1}
    assert (report.lost, report.rejected) == (3, 4)
    assert report.shortened == {"content_truncated": 1500}
    assert report.sampled == {"sampled_tail": 7}
    assert _text(report)["shortened"] == "content_truncated 1,500"
    writer.close()
    compact(tmp_path)
    assert _examine(tmp_path).dropped == report.dropped


def test_unfinished_spans(tmp_path: Path, writer: JournalWriter) -> None:
    """Running spans and spans that died with their process are told apart."""
    writer.write(start(1, 1))
    write_journal(tmp_path, [start(2, 2), start(2, 3)])
    report = _examine(tmp_path)
    assert (report.running, report.died) == (1, 2)
    assert _text(report)["unfinished"] == "1 span running, 2 spans died with their process"
    assert report.lost == 0


def test_unshipped_spans(tmp_path: Path, writer: JournalWriter) -> None:
    """Ended spans that a destination has not acknowledged are counted exactly, per destination."""
    for number in range(5):
        writer.write(start(number, number))
        writer.write(end(number, number))
    writer.write(verdict(4))
    assert _examine(tmp_path).unshipped == {"collector": 4}
    (segment,) = list_writers(tmp_path)[0].segments()
    payloads, _ = read_frames(segment)
    ends = [HEADER.size]
    for payload in payloads:
        ends.append(ends[-1] + 8 + len(payload))
    save_position(writer.directory, "collector", ShipPosition(positions={segment.name: ends[4]}))
    assert _examine(tmp_path).unshipped == {"collector": 2}
    ahead = {ends[6]: ends[8]}
    save_position(
        writer.directory, "collector", ShipPosition(positions={segment.name: ends[4]}, ahead={segment.name: ahead})
    )
    report = _examine(tmp_path)
    assert report.unshipped == {"collector": 1}
    assert _text(report)["unshipped"] == "1 span for collector"
    save_position(writer.directory, "collector", ShipPosition(done={segment.name}))
    assert _text(_examine(tmp_path))["unshipped"] == "nothing waits"


def test_uncompacted_bytes(tmp_path: Path, writer: JournalWriter) -> None:
    """What journals hold and no part does is counted without the room they keep."""
    records = [end(number, number) for number in range(10)]
    for record in records:
        writer.write(record)
    report = _examine(tmp_path)
    assert report.waiting_bytes == sum(8 + len(record) for record in records)
    assert report.waiting_segments == 1


def test_a_damaged_segment(tmp_path: Path) -> None:
    """Bytes of a sealed segment that hold nothing readable are lost records."""
    write_journal(tmp_path, [end(1, 1), end(1, 2), end(1, 3)])
    (segment,) = list_writers(tmp_path)[0].segments()
    data = bytearray(segment.path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    segment.path.write_bytes(data)
    report = _examine(tmp_path)
    assert 0 < report.damaged_bytes < len(data)
    assert report.lost == 1
    compact(tmp_path)
    assert _examine(tmp_path).lost == 1


def test_a_record_cut_off_is_not_lost(tmp_path: Path) -> None:
    """A record that was being written when its process was killed belongs to a call that never returned."""
    journal = open_journal(tmp_path)
    journal.write(end(1, 1))
    (segment,) = list_writers(tmp_path)[0].segments()
    _, good_end = read_frames(segment)
    with open(segment.path, "r+b") as file:
        file.seek(good_end)
        file.write(b"\x50\x00\x00\x00\x11\x22\x33\x44half")
    journal.abandon_in_child()  # lets go of the lock without sealing, as a kill does
    report = _examine(tmp_path)
    assert (report.torn, report.lost) == (1, 0)


def test_a_missing_part(tmp_path: Path) -> None:
    """A part that is gone is named, with the rows that went with it."""
    write_journal(tmp_path, [end(1, 1)])
    compact(tmp_path)
    (part,) = (tmp_path / "traces").glob("*.parquet")
    part.unlink()
    report = _examine(tmp_path)
    assert report.problems == (f"traces/{part.name} is missing: 1 rows",)
    assert report.lost == 1


def test_an_unreadable_part(tmp_path: Path) -> None:
    """A part that is no Parquet any more is named."""
    write_journal(tmp_path, [end(1, 1)])
    compact(tmp_path)
    (part,) = (tmp_path / "traces").glob("*.parquet")
    part.write_bytes(b"not a part")
    assert f"traces/{part.name} cannot be read (1 rows)" in _examine(tmp_path).problems[0]


def test_a_journal_without_its_writer(tmp_path: Path) -> None:
    """A journal whose writer.json is damaged is named, and its spans are read all the same."""
    write_journal(tmp_path, [end(1, 1)])
    (journal,) = list_writers(tmp_path)
    (journal.directory / "writer.json").write_bytes(b"{")
    with pyflare.open(tmp_path) as workspace:
        assert "writer.json" in workspace.doctor().problems[0]
        assert len(workspace.spans()) == 1
