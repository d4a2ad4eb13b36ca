"""What the fields of filters hold in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pyflare
from pyflare.store.compaction import compact
from pyflare.store.language import Of
from pyflare.store.language.fields import field_of
from pyflare.workspace import Workspace, vocabulary
from tests.store.records import T0_NS, end, open_journal, row, write_journal
from tests.workspace.folders import write_folder


def _values(workspace: Workspace, of: Of, name: str, key: str | None = None, **options: Any) -> list[tuple[str, int]]:
    field = field_of(of, name)
    assert field is not None
    return [*workspace.vocabulary.values(of, field, key, **options)]


def _keys(workspace: Workspace, name: str) -> dict[str, int]:
    field = field_of("spans", name)
    assert field is not None
    return dict(workspace.vocabulary.keys(field))


def test_values_and_keys_with_how_often_they_occur(tmp_path: Path) -> None:
    """Values come the most frequent first, of rows in parts and in journals; numbers, content and ids have none."""
    with pyflare.open(write_folder(tmp_path), compact=False) as workspace:
        assert _values(workspace, "traces", "user") == [("ann", 3), ("bob", 2)]
        assert _values(workspace, "traces", "model") == [("gpt-4o", 2), ("small", 2)]
        assert _values(workspace, "traces", "kind")[0] == ("agent", 5)
        assert _values(workspace, "spans", "tag") == [("beta", 6)]
        assert _values(workspace, "spans", "attributes", "tier") == [("free", 2), ("gold", 2)]
        assert _keys(workspace, "attributes") == {"exact": 4, "k": 4, "tier": 4}
        assert _keys(workspace, "score") == {"helpful": 2}
        for name in ("latency", "tokens", "text", "trace_id", "started"):
            assert _values(workspace, "traces", name) == []


def test_attributes_of_processes(tmp_path: Path) -> None:
    """What processes say of themselves is found by its name, dots and slashes in it or not."""
    write_journal(tmp_path, [end(1, 1)], resource={"host.name": "h-1", "a/b": "c"})
    with pyflare.open(tmp_path, compact=False) as workspace:
        assert {"host.name", "a/b"} <= _keys(workspace, "resource").keys()
        assert _values(workspace, "spans", "resource", "host.name") == [("h-1", 1)]
        assert _values(workspace, "spans", "resource", "a/b") == [("c", 1)]
        assert len(workspace.traces(where='resource."a/b" = c and resource.host.name ~ H')) == 1


def test_labels_of_scores(tmp_path: Path) -> None:
    """The values of a score are its labels."""
    write_journal(tmp_path, [row("scores", score_id="a", timestamp=T0_NS, name="tone", label="kind", source="user")])
    with pyflare.open(tmp_path, compact=False) as workspace:
        assert _values(workspace, "traces", "score", "tone") == [("kind", 1)]


def test_rare_values_are_found_by_what_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are more values than are listed, those that hold the text typed are looked for."""
    monkeypatch.setattr(vocabulary, "MOST_WORDS", 5)
    write_journal(tmp_path, [end(n, n + 1, scope={"user_id": f"User-{n:02}"}) for n in range(20)])
    with pyflare.open(tmp_path, compact=False) as workspace:
        assert len(_values(workspace, "traces", "user")) == 5
        assert _values(workspace, "traces", "user", holding="user-17") == [("User-17", 1)]


def test_what_is_found_follows_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """New parts count at once, new rows of journals after a while."""
    write_journal(tmp_path, [end(1, 1, name="old")])
    journal = open_journal(tmp_path)
    with pyflare.open(tmp_path, compact=False) as workspace:
        assert _values(workspace, "traces", "name") == [("old", 1)]
        journal.write(end(2, 2, name="new"))
        assert _values(workspace, "traces", "name") == [("old", 1)]
        monkeypatch.setattr(vocabulary, "_FRESH_S", 0.0)
        assert _values(workspace, "traces", "name") == [("new", 1), ("old", 1)]
        journal.close()
        compact(tmp_path)
        assert _values(workspace, "traces", "name") == [("new", 1), ("old", 1)]
