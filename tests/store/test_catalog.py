"""The catalogue: what counts, and changing it."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from pyflare.errors import CorruptError, StoreError
from pyflare.store.catalog import Catalog, Deletion, Part, commit_catalog, load_catalog, segment_key
from pyflare.store.change import Change
from pyflare.store.journal.reader import parse_segment
from pyflare.store.lock import exclusive, exclusive_or_error

PART = Part(
    table="logs", name="a.parquet", rows=1, size_bytes=2, min_time_ns=3, max_time_ns=4, level=0, schema_version=1
)
DELETION = Deletion(column="user_id", value="ann", requested_unix_ns=1, waiting={"w": 2}, trace_ids=("t",))


def test_a_folder_without_a_catalogue_has_an_empty_one(tmp_path: Path) -> None:
    """Before the first commit nothing counts."""
    assert load_catalog(tmp_path) == Catalog()


def test_a_catalogue_reads_back_as_it_was_committed(tmp_path: Path) -> None:
    """Parts, contained segments and waiting deletions survive, and no temporary file stays."""
    catalog = Catalog(version=7, parts={"logs": (PART,)}, contained=frozenset({"w/s"}), deletions=(DELETION,))
    commit_catalog(tmp_path, catalog)
    assert load_catalog(tmp_path) == catalog
    assert os.listdir(tmp_path) == ["catalog.json"]
    assert [*catalog.all_parts()] == [PART]
    assert catalog.parts_of("spans") == ()
    assert PART.path(tmp_path) == tmp_path / "logs" / "a.parquet"


def test_a_damaged_catalogue_is_said_to_be(tmp_path: Path) -> None:
    """The error names the file and what to do."""
    (tmp_path / "catalog.json").write_bytes(b'{"version": "x"}')
    with pytest.raises(CorruptError, match=r"catalog\.json is not a catalogue"):
        load_catalog(tmp_path)


@pytest.mark.parametrize(
    ("name", "counts"),
    [("000001-0.seg", False), ("000002-0.seg", True), ("carry-000007.seg", True), ("carry-000008.seg", False)],
)
def test_a_reader_knows_which_segments_count(tmp_path: Path, name: str, counts: bool) -> None:
    """Contained segments do not, nor carry segments of a commit that has not happened."""
    catalog = Catalog(version=7, contained=frozenset({segment_key("w", "000001-0.seg")}))
    segment = parse_segment(tmp_path / name)
    assert segment is not None
    assert catalog.counts("w", segment) is counts


def test_one_process_at_a_time_changes_the_folder(tmp_path: Path) -> None:
    """While one holds the lock another is turned away at once, and gets it afterwards."""
    with exclusive(tmp_path) as first, exclusive(tmp_path) as second:
        assert (first, second) == (True, False)
        with pytest.raises(StoreError, match="Try again later"), exclusive_or_error(tmp_path, wait_s=0.1):
            pytest.fail("the lock was held")
    with exclusive_or_error(tmp_path, wait_s=0):
        pass


def test_a_child_forked_meanwhile_does_not_keep_the_lock(tmp_path: Path) -> None:
    """The lock is let go of when its holder says so, even if a child has a copy of the descriptor."""
    context = multiprocessing.get_context("fork")
    done = context.Event()
    with exclusive(tmp_path):
        child = context.Process(target=done.wait)
        child.start()
    try:
        with exclusive(tmp_path) as held:
            assert held
    finally:
        done.set()
        child.join()


def test_a_change_that_changes_nothing_commits_nothing(tmp_path: Path) -> None:
    """An empty change leaves the version as it is."""
    assert Change(tmp_path).commit() == Catalog()
    assert not (tmp_path / "catalog.json").exists()


def test_sweeping_removes_what_no_catalogue_names(tmp_path: Path) -> None:
    """Parts and temporary files of a crash go with the next commit; what is named stays."""
    folder = tmp_path / "logs"
    folder.mkdir()
    for name in ("a.parquet", "orphan.parquet", ".half.tmp"):
        (folder / name).write_bytes(b"x")
    (tmp_path / ".catalog.json.99").write_bytes(b"x")
    change = Change(tmp_path)
    change.add(PART)
    change.commit()
    assert os.listdir(folder) == ["a.parquet"]
    assert not (tmp_path / ".catalog.json.99").exists()


def test_keys_of_files_that_are_gone_leave_the_catalogue(tmp_path: Path) -> None:
    """The catalogue does not grow with every segment there ever was."""
    directory = tmp_path / "journal" / "1a000000000-1-00000001"
    directory.mkdir(parents=True)
    (directory / "ship-x.json").write_bytes(b"{}")
    (directory / "writer.json").write_bytes(
        b'{"writer_id":"1a000000000-1-00000001","schema_version":1,"pid":1,"host":"","started_unix_ns":1,'
        b'"project":"p","service_name":"s","resource":{},"destinations":["x"]}'
    )
    segment = directory / "000001-0.seg"
    segment.write_bytes(b"")
    change = Change(tmp_path)
    change.contain([segment_key(directory.name, segment.name)])
    change.commit()
    assert load_catalog(tmp_path).contained == {segment_key(directory.name, segment.name)}
    segment.unlink()
    (tmp_path / "logs").mkdir()
    change = Change(tmp_path)
    change.add(PART)
    change.commit()
    assert load_catalog(tmp_path).contained == frozenset()
