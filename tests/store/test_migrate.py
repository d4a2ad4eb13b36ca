"""A folder moves on with the schema, and older parts read as if they had the new columns."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pyflare.errors import CorruptError, SchemaVersionError, StoreNotFoundError
from pyflare.schema import tables
from pyflare.schema.columns import Column, ColumnType, Table
from pyflare.store import migrate
from pyflare.store.catalog import load_catalog
from pyflare.store.compaction import compact
from pyflare.store.decode import rows
from tests.store.records import T0_NS, query, row, write_journal

NEXT = tables.SCHEMA_VERSION + 1


def _log(number: int, **values: object) -> bytes:
    return row("logs", timestamp=T0_NS + number, body=str(number), **values)


def _next_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a later release would bring: another version, with two more columns in `logs`."""
    logs = tables.TABLES["logs"]
    newer: Table = replace(
        logs,
        columns=(
            *logs.columns,
            Column(name="mood", type=ColumnType.STRING, doc="New.", since=NEXT),
            Column(name="votes", type=ColumnType.STRINGS, doc="New.", since=NEXT),
        ),
    )
    for known in (tables.TABLES, rows.ROW_TABLES):
        monkeypatch.setitem(known, "logs", newer)
    for module in [found for name, found in sys.modules.items() if name.startswith("pyflare.")]:
        if hasattr(module, "SCHEMA_VERSION"):
            monkeypatch.setattr(module, "SCHEMA_VERSION", NEXT)


def test_parts_of_several_versions_read_as_one_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns younger than a part are null in its rows, in views and in whatever is made of it."""
    for number in range(11):
        write_journal(tmp_path, [_log(number)])
        compact(tmp_path, merge=False, now_ns=T0_NS)
    _next_schema(monkeypatch)
    write_journal(tmp_path, [_log(11, mood="fine", votes=["a"])])
    compact(tmp_path, merge=False, now_ns=T0_NS)
    assert {part.schema_version for part in load_catalog(tmp_path).parts_of("logs")} == {NEXT - 1, NEXT}
    expected = [(str(number), None, None) for number in range(11)] + [("11", "fine", ["a"])]
    reading = "SELECT body, mood, votes FROM logs ORDER BY timestamp"
    assert query(tmp_path, reading) == expected

    compact(tmp_path, now_ns=T0_NS)
    assert [part.rows for part in load_catalog(tmp_path).parts_of("logs") if part.level] == [8]
    assert query(tmp_path, reading) == expected


def test_a_folder_takes_on_the_newer_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And from then on an older PyFlare refuses it."""
    write_journal(tmp_path, [_log(1)])
    assert migrate.folder_version(tmp_path) == NEXT - 1
    with monkeypatch.context() as newer:
        _next_schema(newer)
        compact(tmp_path)
        assert migrate.migrate(tmp_path) == NEXT
    with pytest.raises(
        SchemaVersionError, match=f"schema version {NEXT}; this PyFlare knows versions up to {NEXT - 1}"
    ):
        compact(tmp_path)


def test_a_journal_of_the_older_version_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an older process wrote is compacted by the newer, with the new columns null."""
    write_journal(tmp_path, [_log(1)])
    _next_schema(monkeypatch)
    compact(tmp_path)
    assert query(tmp_path, "SELECT body, mood FROM logs") == [("1", None)]


def test_a_place_without_a_folder_says_how_to_make_one(tmp_path: Path) -> None:
    """Also where the path is a file."""
    (tmp_path / "file").write_text("")
    for place in (tmp_path, tmp_path / "none", tmp_path / "file"):
        with pytest.raises(StoreNotFoundError, match=r"pyflare\.init"):
            migrate.check_version(place)


def test_a_folder_near_by_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the project that was given, the one around what was given, or one further up."""
    folder, below = tmp_path / ".pyflare", tmp_path / "src" / "app"
    write_journal(folder, [_log(1)])
    below.mkdir(parents=True)
    for given in (tmp_path, folder / "journal"):
        with pytest.raises(StoreNotFoundError, match=rf"There is one at {folder};"):
            migrate.check_version(given)
    monkeypatch.chdir(below)
    with pytest.raises(StoreNotFoundError, match=rf"There is one at {folder};"):
        migrate.check_version(Path(".pyflare"))
    below.rmdir()
    with pytest.raises(StoreNotFoundError, match=r"pyflare\.init\(\)"):
        migrate.check_version(Path(".pyflare"))


@pytest.mark.parametrize("content", ["", "[]", '{"schema_version": "one"}'])
def test_a_damaged_marker_is_said_to_be(tmp_path: Path, content: str) -> None:
    """With what the file should hold."""
    (tmp_path / "pyflare.json").write_text(content)
    with pytest.raises(CorruptError, match=rf'expected \{{"schema_version": {NEXT - 1}\}}'):
        migrate.check_version(tmp_path)
