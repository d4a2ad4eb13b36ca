"""Deleting through the workspace, and rehearsing it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import pyflare
from pyflare.errors import DataError, NotFoundError
from pyflare.store.compaction import compact
from tests.store.records import DAY_NS, T0_NS, end, write_journal
from tests.workspace.folders import write_folder


@pytest.mark.parametrize(
    "asked", [{"user": "ann"}, {"session": "session-0"}, {"trace_id": f"{4:032x}"}, {"user": "nobody"}]
)
def test_a_rehearsal_counts_what_is_deleted(tmp_path: Path, asked: dict[str, str]) -> None:
    """A dry run says exactly which rows a deletion then deletes, and deletes nothing itself."""
    root = write_folder(tmp_path / "store")
    with pyflare.open(root) as workspace:
        before = workspace.sql("SELECT count(*) FROM spans")
        rehearsed = workspace.delete(**asked, dry_run=True)
        assert workspace.sql("SELECT count(*) FROM spans").equals(before)
        assert rehearsed.freed_bytes == 0
        assert workspace.delete(**asked).rows == rehearsed.rows


def test_a_trace_is_deleted_by_its_beginning(tmp_path: Path) -> None:
    """An id may be cut short, and one that no trace has is an error."""
    root = write_folder(tmp_path / "store")
    prefix = f"{4:032x}"
    with pyflare.open(root) as workspace:
        workspace.delete(trace_id=prefix)
        assert [int(row["trace_id"], 16) for row in workspace.traces()] == [5, 3, 2, 1]
        with pytest.raises(NotFoundError):
            workspace.delete(trace_id=prefix)
        for wrong in ({}, {"user": "a", "session": "b"}):
            with pytest.raises(DataError, match="expected exactly one"):
                workspace.delete(**wrong, dry_run=True)


def test_a_rehearsal_counts_what_expires(tmp_path: Path) -> None:
    """A dry run of retention says which rows would go; traces stay until their last span goes."""
    root = write_folder(tmp_path / "store")
    write_journal(root, [end(9, 90, at_ns=T0_NS + 4000 * DAY_NS), end(8, 80, duration_ns=5000 * DAY_NS)])
    compact(root)
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    with pyflare.open(root) as workspace:
        assert workspace.gc("3650d", dry_run=True).rows == {}
    for keep in ("1s", "52w"):
        with pyflare.open(copy) as workspace:
            rehearsed = workspace.gc(keep, dry_run=True)
            assert workspace.gc(keep).rows == rehearsed.rows
    with pyflare.open(root) as workspace, pytest.raises(DataError, match="keep: expected how long"):
        workspace.gc("a while", dry_run=True)


def test_compact(tmp_path: Path) -> None:
    """A compaction through the workspace changes where rows lie and not which there are."""
    with pyflare.open(write_folder(tmp_path)) as workspace:
        before = sorted(map(str, workspace.spans(limit=None)))
        assert workspace.compact().rows["spans"] == 8
        assert sorted(map(str, workspace.spans(limit=None))) == before
        assert workspace.stats().writers_dead == 0
