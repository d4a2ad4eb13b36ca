"""How much a folder holds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyflare
from tests.store.records import T0_NS, end, open_journal
from tests.workspace.folders import write_folder


def test_counts_rows_wherever_they_lie(tmp_path: Path) -> None:
    """Rows of parts and of journals are counted together, with the times they span."""
    with pyflare.open(write_folder(tmp_path)) as workspace:
        stats = workspace.stats()
    tables = {table.name: table for table in stats.tables}
    assert {name: table.rows for name, table in tables.items()} == {
        "spans": 14,
        "traces": 5,
        "scores": 2,
        "predictions": 2,
        "labels": 1,
        "payloads": 1,
    }
    assert tables["spans"].parts == 1
    assert tables["spans"].first == datetime.fromtimestamp(T0_NS // 10**9 + 1, UTC)
    assert tables["labels"].size_bytes == 0
    assert stats.size_bytes == stats.journal_bytes + sum(table.size_bytes for table in stats.tables) > 0
    assert (stats.writers_alive, stats.writers_dead, stats.losses) == (0, 1, {})


def test_prints(tmp_path: Path) -> None:
    """The repr names the folder, its tables, who writes and what was lost; so does the HTML."""
    journal = open_journal(tmp_path)
    journal.write(end(1, 1))
    journal.losses.add("disk_full", 1200)
    with pyflare.open(tmp_path) as workspace:
        stats = workspace.stats()
    journal.close()
    lines = repr(stats).splitlines()
    assert lines[0] == str(tmp_path)
    assert [line.split()[:2] for line in lines[3:6]] == [["spans", "1"], ["traces", "1"], ["integrity", "1"]]
    assert lines[-2:] == ["1 process writing", "not kept as it came: disk_full 1,200"]
    assert "disk_full 1,200" in stats._repr_html_()


def test_an_empty_folder(tmp_path: Path) -> None:
    """A folder in which nothing has been written yet has no tables, and says so."""
    (tmp_path / "pyflare.json").write_text('{"schema_version": 1}')
    with pyflare.open(tmp_path) as workspace:
        stats = workspace.stats()
        assert (stats.tables, stats.size_bytes) == ((), 0)
        assert "no rows" in repr(stats)
        assert len(workspace.traces()) == 0
        assert workspace.doctor().lost == 0
