"""Imports that are cut short, and files larger than one commit."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

import pyflare
from benchmarks.million import build
from pyflare.interchange.export import export
from pyflare.interchange.importing import import_files
from pyflare.interchange.landing import Landing
from pyflare.interchange.readers import stored
from pyflare.store.compaction import compact
from tests.interchange.folders import contents
from tests.store.records import T0_NS, end, row, write_journal


@pytest.fixture(autouse=True)
def _small_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit for every few thousand rows."""
    assert Landing.__init__.__kwdefaults__ is not None
    monkeypatch.setattr(stored, "_BATCH_ROWS", 1000)
    monkeypatch.setitem(Landing.__init__.__kwdefaults__, "batch_bytes", 1 << 20)


class CutShortError(Exception):
    pass


def test_an_import_that_is_cut_short_is_run_again(tmp_path: Path) -> None:
    """What was committed is there, whole; the second run brings the rest, and traces are whole again."""
    build(tmp_path / "store", 7_000)
    with pyflare.open(tmp_path / "store", compact=False) as workspace:
        export(workspace, tmp_path / "out")

    def stop(_: Path, rows: int) -> None:
        if rows > 2000:
            raise CutShortError

    with pytest.raises(CutShortError):
        import_files(tmp_path / "copy", [tmp_path / "out"], progress=stop)
    with pyflare.open(tmp_path / "copy", compact=False) as workspace:
        (found,) = workspace.sql("SELECT count(*) AS spans, count(DISTINCT span_id) AS once FROM spans").to_pylist()
    assert 2000 < found["spans"] == found["once"] < 7_000
    result = import_files(tmp_path / "copy", [tmp_path / "out"])
    assert (result.added, result.known) == ({"spans": 7_000 - found["spans"]}, found["spans"])
    one, other = contents(tmp_path / "copy"), contents(tmp_path / "store")
    assert all(one[table].equals(other[table]) for table in ("spans", "traces"))


def test_rows_that_say_the_same_in_several_commits(tmp_path: Path) -> None:
    """Rows without an id are all kept, however far apart they stand in the file, and none of them twice."""
    large = "x" * 100_000
    records = [row("logs", timestamp=T0_NS, body=f'"{large}"'.encode()) for _ in range(100)]
    write_journal(tmp_path / "store", [*records, end(1, 1)])
    compact(tmp_path / "store")
    with pyflare.open(tmp_path / "store", compact=False) as workspace:
        export(workspace, tmp_path / "out")
    commits: list[int] = []
    first = import_files(tmp_path / "copy", [tmp_path / "out"], progress=lambda _, rows: commits.append(rows))
    assert first.added == {"spans": 1, "logs": 100}
    assert len(commits) > 1
    again = import_files(tmp_path / "copy", [tmp_path / "out"])
    assert (again.added, again.known) == ({}, 101)
    assert isinstance(contents(tmp_path / "copy")["logs"], pa.Table)
