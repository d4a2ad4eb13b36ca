"""A moment of a folder is held for as long as somebody reads it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pyflare.store.compaction import compact
from pyflare.store.engine import Engine
from pyflare.store.sweep import LEFTOVER_S
from tests.store.records import end, write_journal


def _folder(root: Path) -> Engine:
    for number in range(1, 14):
        write_journal(root, [end(number, number)])
        compact(root, merge=False)
    return Engine(root)


def test_parts_stay_while_they_are_read(tmp_path: Path) -> None:
    """A merge deletes them from the folder; the reader has links of them, which go with it."""
    engine = _folder(tmp_path)
    with engine.frozen() as frozen:
        assert compact(tmp_path).merged_parts
        for _ in range(2):
            with frozen.stream(lambda *_: ("SELECT count(*) AS n FROM spans", None)) as reader:
                assert reader.read_all()["n"].to_pylist() == [13]
        assert [*tmp_path.glob(".pinned.*")]
    assert not [*tmp_path.glob(".pinned.*")]
    assert engine.query("SELECT count(*) AS n FROM spans")["n"].to_pylist() == [13]
    engine.close()


def test_where_links_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the folder of another user: the parts themselves are read."""
    engine = _folder(tmp_path)

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    with engine.frozen() as frozen:
        assert frozen.pin.root == engine.root
        frozen.pin.touch()
        with frozen.stream(lambda *_: ("SELECT count(*) AS n FROM spans", None)) as reader:
            assert reader.read_all()["n"].to_pylist() == [13]
    engine.close()


def test_links_of_a_process_that_was_killed(tmp_path: Path) -> None:
    """A compaction deletes them after a while."""
    engine = _folder(tmp_path)
    left = tmp_path / ".pinned.1-abcdef"
    left.mkdir()
    compact(tmp_path)
    assert left.exists()
    old_s = left.stat().st_mtime - LEFTOVER_S - 1
    os.utime(left, (old_s, old_s))
    compact(tmp_path)
    assert not left.exists()
    engine.close()
