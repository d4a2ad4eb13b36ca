"""A folder that has come to harm: what is whole is read, what is not is named and counted, nothing gets worse."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import pyflare
from pyflare.errors import CorruptError
from pyflare.store.compaction import compact
from pyflare.store.compaction.integrity import SEGMENT_DAMAGED
from pyflare.store.journal.format import HEADER
from pyflare.store.journal.reader import list_writers
from tests.architecture.tree import ROOT
from tests.guarantees.contents import digest, doubtful_traces, spans_by_pyflare

CALLS = 1000
TEXT = "Bring the parcel to any pick-up point, with the label on top. " * 10


def trace(folder: Path, calls: int = CALLS) -> None:
    """Be a program that traced calls, in several segments, and ended."""
    pyflare.init(service="faults", path=folder, compaction="off")
    for number in range(calls):
        with pyflare.span("outer", number=number), pyflare.span("inner", input=f"{number} {TEXT}"):
            pass
    pyflare.shutdown()


def segments(folder: Path) -> list[Path]:
    return [segment.path for journal in list_writers(folder) for segment in journal.segments()]


def losses(folder: Path) -> dict[str, int]:
    with pyflare.open(folder, compact=False) as workspace:
        return {row["reason"]: row["count"] for row in workspace.sql("FROM integrity").to_pylist()}


def cut(segment: Path) -> None:
    """Lose the second half of a file, as a disk does that was full or broken."""
    os.truncate(segment, segment.stat().st_size // 2)


def scribble(segment: Path) -> None:
    """Put something else into the middle of a file."""
    with open(segment, "r+b") as file:
        file.seek(segment.stat().st_size // 2)
        file.write(random.Random(1).randbytes(300))


def blank(segment: Path) -> None:
    """Have zeros for the second half of a file, as after a power cut."""
    size = segment.stat().st_size
    cut(segment)
    os.truncate(segment, size)


@pytest.mark.parametrize("harm", [cut, scribble, blank])
def test_a_damaged_segment(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    """Of a damaged segment all before the damage is read, of the others everything; the damage is counted."""
    trace(tmp_path)
    before = spans_by_pyflare(tmp_path)
    damaged = segments(tmp_path)[0]
    expected_share = damaged.stat().st_size / sum(path.stat().st_size for path in segments(tmp_path)) / 2
    harm(damaged)
    left = spans_by_pyflare(tmp_path)
    ended = {key for key, state in left if state == "ended"}
    assert ended < {key for key, _ in before}
    assert len(ended) == pytest.approx((1 - expected_share) * len(before), rel=0.05)
    assert max(Counter(key for key, _ in left).values()) == 1
    compact(tmp_path)
    assert spans_by_pyflare(tmp_path) == left
    assert doubtful_traces(tmp_path) == []
    assert losses(tmp_path) == {SEGMENT_DAMAGED: 1}


@pytest.mark.parametrize("size", [0, HEADER.size - 1, HEADER.size])
def test_an_empty_segment(tmp_path: Path, size: int) -> None:
    """A segment of which hardly a byte is left takes nothing else with it."""
    trace(tmp_path)
    trace(tmp_path, calls=1)
    os.truncate(segments(tmp_path)[-1], size)
    assert spans_by_pyflare(tmp_path).total() == 2 * CALLS
    compact(tmp_path)
    assert spans_by_pyflare(tmp_path).total() == 2 * CALLS


@pytest.mark.parametrize("name", ["writer.json", "counters"])
@pytest.mark.parametrize("harm", [Path.unlink, cut, scribble])
def test_a_journal_without_its_papers(tmp_path: Path, name: str, harm: Callable[[Path], None]) -> None:
    """Where a dead process' file of itself or of its losses is gone or damaged, its spans are read all the same."""
    trace(tmp_path)
    before = spans_by_pyflare(tmp_path)
    (journal,) = list_writers(tmp_path)
    harm(journal.directory / name)
    assert spans_by_pyflare(tmp_path) == before
    compact(tmp_path)
    assert spans_by_pyflare(tmp_path) == before
    assert segments(tmp_path) == []


@pytest.mark.parametrize(
    ("harm", "shows_in_footer"), [(Path.unlink, True), (cut, True), (blank, True), (scribble, False)]
)
def test_a_damaged_part(tmp_path: Path, harm: Callable[[Path], None], shows_in_footer: bool) -> None:
    """A part that is gone or damaged is an error that names it; the other tables are read."""
    trace(tmp_path)
    compact(tmp_path)
    trace(tmp_path, calls=1)
    (part,) = (tmp_path / "spans").iterdir()
    harm(part)
    with pyflare.open(tmp_path, compact=False) as workspace:
        with pytest.raises(CorruptError, match=part.name):
            workspace.sql("SELECT sum(hash(spans)) FROM spans")
        assert workspace.sql("SELECT count(*) AS traces FROM traces")["traces"].to_pylist() == [CALLS + 1]
        assert any(part.name in problem for problem in workspace.doctor().problems) == shows_in_footer


@pytest.mark.parametrize("harm", [cut, scribble])
def test_a_damaged_catalogue(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    """A damaged catalogue is an error that says so; nothing is deleted, tracing goes on, and a restored one brings all back."""
    trace(tmp_path)
    compact(tmp_path)
    trace(tmp_path, calls=10)
    before = spans_by_pyflare(tmp_path)
    catalog = tmp_path / "catalog.json"
    backup = catalog.read_bytes()
    harm(catalog)
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    with pytest.raises(CorruptError, match=r"catalog\.json.*restore"):
        compact(tmp_path)
    with pyflare.open(tmp_path, compact=False) as workspace, pytest.raises(CorruptError, match=r"catalog\.json"):
        workspace.sql("FROM spans")
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == files
    trace(tmp_path, calls=1)
    catalog.write_bytes(backup)
    assert spans_by_pyflare(tmp_path).total() == before.total() + 2


def test_a_damaged_marker(tmp_path: Path) -> None:
    """A damaged pyflare.json is an error that says what should be in it; tracing goes on."""
    trace(tmp_path)
    scribble(tmp_path / "pyflare.json")
    with pytest.raises(CorruptError, match="schema_version"):
        pyflare.open(tmp_path)
    trace(tmp_path, calls=1)
    (tmp_path / "pyflare.json").write_text('{"schema_version": 1}')
    assert spans_by_pyflare(tmp_path).total() == 2 * CALLS + 2


def test_strange_files(tmp_path: Path) -> None:
    """Files and folders of somebody else, wherever they lie, are neither read nor deleted."""
    trace(tmp_path, calls=1)
    (journal,) = list_writers(tmp_path)
    strange = [
        tmp_path / "journal" / "notes.txt",
        tmp_path / "journal" / "backup" / "000001-0.seg",
        journal.directory.with_suffix(".bak") / "000001-0.seg",
        tmp_path / "spans" / "copy" / "spans.parquet",
        tmp_path / "README.md",
    ]
    for path in strange:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"mine")
    compact(tmp_path)
    assert spans_by_pyflare(tmp_path).total() == 2
    assert [path for path in strange if not path.exists()] == []


def test_what_killed_processes_left_half_made(tmp_path: Path) -> None:
    """Files and journals that never got their names are deleted when nobody can be at work on them any more."""
    trace(tmp_path, calls=1)
    writer_id = list_writers(tmp_path)[0].info.writer_id
    left, at_work = [
        [tmp_path / f".views.sql.{pid}-0a0b0c", tmp_path / "journal" / f".{writer_id}-0a0b0c{pid}" / "counters"]
        for pid in ("10", "20")
    ]
    for path in (*left, *at_work):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    for path in (left[0], left[1].parent):
        os.utime(path, (0, 0))
    compact(tmp_path)
    assert [path.exists() for path in (*left, *at_work)] == [False, False, True, True]
    assert not left[1].parent.exists()
    assert (tmp_path / ".gitignore").exists()


READ_ONLY_READER = """
import os, sys
import pyflare

def read(folder):
    with pyflare.open(folder) as workspace:
        return workspace.sql("SELECT count(*) AS spans FROM spans")["spans"].to_pylist()[0], len(workspace.traces()), workspace.stats()

read(sys.argv[1])  # whatever is imported late is imported now
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    open(os.path.join(sys.argv[2], "probe"), "w")
except PermissionError:
    print(*read(sys.argv[2])[:2])
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that other users may enter; pytest's own are private."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


def test_a_reader_that_may_not_write(public: Path) -> None:
    """Who may only read a folder reads all of it: parts, and journals of processes dead and alive."""
    folder, other = public / "folder", public / "other"
    trace(folder, calls=100)
    compact(folder)
    trace(folder, calls=10)
    trace(other, calls=1)
    pyflare.init(service="alive", path=folder, compaction="off")
    with pyflare.span("alive"):
        pass
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        command = [sys.executable, "-c", READ_ONLY_READER, str(other), str(folder)]
        read = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    finally:
        pyflare.shutdown()
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)
    assert (read.stdout, read.stderr) == ("221 100\n", "")


def test_readers_race_a_compaction(tmp_path: Path) -> None:
    """However many commits and merges go by under a reader, each of its queries sees the same spans."""
    trace(tmp_path, calls=4 * CALLS)
    command = [sys.executable, "-m", "tests.guarantees.compactor", str(tmp_path), "2"]

    def read() -> list[dict[str, int]]:
        with pyflare.open(tmp_path, compact=False) as workspace:
            seen = [digest(workspace)]
            while compactor.poll() is None:
                seen.append(digest(workspace))
            return [*seen, digest(workspace)]

    with (
        subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as compactor,
        ThreadPoolExecutor(2) as pool,
    ):
        seen = [what for reader in [pool.submit(read), pool.submit(read)] for what in reader.result()]
    assert compactor.returncode == 0
    assert segments(tmp_path) == []
    assert len(seen) > 4
    assert [what for what in seen if what != seen[0]] == []
    assert seen[0]["spans"] == 8 * CALLS
