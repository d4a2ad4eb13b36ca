"""Export, then import: the same store again."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pyflare
from benchmarks.million import build
from pyflare.errors import DataError, QueryError
from pyflare.interchange.export import ExportResult, export
from pyflare.interchange.formats import ExportFormat
from pyflare.interchange.importing import import_files
from pyflare.schema.tables import TABLES
from pyflare.store.compaction import compact
from tests.interchange.folders import ROWS, contents, same, write_everything
from tests.store.records import T0_NS, end, open_journal, row, start, write_journal


def exported(root: Path, target: Path, **options: Any) -> ExportResult:
    with pyflare.open(root, compact=False) as workspace:
        return export(workspace, target, **options)


@pytest.mark.parametrize(
    ("target", "format"),
    [("out", None), ("all.duckdb", None), ("arrow", ExportFormat.ARROW)],
)
def test_an_export_of_all_tables_is_the_store(tmp_path: Path, target: str, format: ExportFormat | None) -> None:
    """Every value of every table comes back, from parts and journals; a second time nothing is new."""
    root = write_everything(tmp_path / "store")
    whole = contents(root)
    result = exported(root, tmp_path / target, format=format)
    assert {name: rows for name, rows in result.rows.items() if rows} == {
        name: rows.num_rows for name, rows in whole.items() if rows.num_rows
    }
    copy = tmp_path / "copy"
    assert import_files(copy, [tmp_path / target]).added["logs"] == 4
    back = contents(copy)
    for name in TABLES:
        assert same(back[name], whole[name]), name
    again = import_files(copy, [tmp_path / target])
    assert (again.added, again.refused) == ({}, {})
    assert again.known == sum(rows.num_rows for name, rows in whole.items() if name != "traces")


def test_embeddings_that_have_moved_are_exported_too(tmp_path: Path) -> None:
    """Those in LanceDB and those that came since; with filters they are refused when they are asked for."""
    root = write_everything(tmp_path / "store")
    before = contents(root)["embeddings"]
    with pyflare.open(root) as workspace:
        assert workspace.index_vectors() == before.num_rows == 1
    assert exported(root, tmp_path / "out").rows["embeddings"] == 1
    import_files(tmp_path / "copy", [tmp_path / "out"])
    assert same(contents(tmp_path / "copy")["embeddings"], before)
    with pytest.raises(DataError, match="some are in LanceDB"):
        exported(root, tmp_path / "some.parquet", tables=["embeddings"], filters={"model": "m"})


@pytest.mark.parametrize("spans", [20_000, pytest.param(1_000_000, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def test_many_spans(tmp_path: Path, spans: int) -> None:
    """However many they are, through Parquet, into one folder with their traces."""
    build(tmp_path / "store", spans)
    exported(tmp_path / "store", tmp_path / "out")
    assert import_files(tmp_path / "copy", [tmp_path / "out"]).added == {"spans": spans}
    with (
        pyflare.open(tmp_path / "store", compact=False) as one,
        pyflare.open(tmp_path / "copy", compact=False) as other,
    ):
        for table in ("spans", "traces"):
            sums = f"SELECT count(*), bit_xor(hash({table})::UBIGINT), sum(hash({table})) FROM {table}"
            assert one.sql(sums).to_pylist() == other.sql(sums).to_pylist()
    compact(tmp_path / "copy")
    assert not [path for path in tmp_path.rglob(".*") if path.name not in (".gitignore",)]


def test_parts_of_an_export_come_from_one_moment(tmp_path: Path) -> None:
    """What is written and compacted while an export runs is in none of its tables, and breaks none of them."""
    root = write_everything(tmp_path / "store")
    with pyflare.open(root, compact=False) as workspace, workspace.frozen() as frozen:
        before = frozen.rows("logs")
        write_journal(root, [row("logs", timestamp=T0_NS, body=b'"late"'), end(9, 9)])
        compact(root)
        with frozen.stream("logs") as reader:
            assert reader.read_all().num_rows == before
        with frozen.stream("spans") as reader:
            assert f"{9:032x}" not in reader.read_all()["trace_id"].to_pylist()
    with pyflare.open(root, compact=False) as workspace:
        assert workspace.sql("SELECT count(*) AS n FROM logs").to_pylist() == [{"n": before + 1}]


def test_a_span_that_runs_comes_when_it_has_ended(tmp_path: Path) -> None:
    """It is left out, and said so; the file of a later export brings it."""
    root = tmp_path / "store"
    journal = open_journal(root)
    journal.write(end(1, 2, parent=1, at_ns=T0_NS + 5))
    journal.write(start(1, 1))
    exported(root, tmp_path / "early")
    journal.write(end(1, 1, duration_ns=77))
    exported(root, tmp_path / "late")
    journal.close()
    first = import_files(tmp_path / "copy", [tmp_path / "early"])
    assert (first.added, first.running) == ({"spans": 1}, 1)
    second = import_files(tmp_path / "copy", [tmp_path / "late"])
    assert (second.added, second.running, second.known) == ({"spans": 1}, 0, 1)
    assert same(contents(tmp_path / "copy")["traces"], contents(root)["traces"])


def test_a_trace_whose_old_spans_have_gone(tmp_path: Path) -> None:
    """Its row is taken over as it was: it says more than the spans that are left."""
    root = tmp_path / "store"
    write_journal(root, [end(1, 1), end(1, 2, parent=1, at_ns=T0_NS + 86_400_000_000_000 * 3)])
    compact(root)
    with pyflare.open(root, compact=False) as workspace:
        age_s = (time.time_ns() - T0_NS) // 1_000_000_000 - 86_400
        workspace.gc(f"{age_s}s")
    assert contents(root)["spans"].num_rows == 1
    exported(root, tmp_path / "out")
    import_files(tmp_path / "copy", [tmp_path / "out"])
    assert contents(tmp_path / "copy")["traces"]["span_count"].to_pylist() == [2]


@pytest.mark.parametrize("name", ["logs.jsonl", "logs.jsonl.gz", "logs.csv.zst", "logs.json"])
def test_text_formats(tmp_path: Path, name: str) -> None:
    """Rows as text, compressed where the name says so."""
    root = write_everything(tmp_path / "store")
    assert exported(root, tmp_path / name, tables=["logs"]).rows == {"logs": 4}
    data = (tmp_path / name).read_bytes()
    if name.endswith(".gz"):
        rows = [json.loads(line) for line in gzip.decompress(data).splitlines()]
        assert sorted(row["body"] for row in rows) == ['"hello"', '"live"', '"twice"', '"twice"']
    elif name.endswith(".zst"):
        text = pa.CompressedInputStream(pa.BufferReader(data), "zstd").read()
        assert text.startswith(b"project,timestamp,observed_time,")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_filters_choose_rows_and_tables(tmp_path: Path) -> None:
    """Of all tables those are written that have every filter; a table asked for must have them."""
    root = write_everything(tmp_path / "store")
    result = exported(root, tmp_path / "out", filters={"user": "bob"})
    assert result.rows == {"spans": 6, "traces": 2, "predictions": 0, "payloads": 0}
    assert set(pq.read_table(tmp_path / "out" / "spans.parquet")["user_id"].to_pylist()) == {"bob"}
    found = exported(root, tmp_path / "found", filters={"text": "needle"})
    assert found.rows == {"spans": 1, "traces": 1, "payloads": 1}, "with what is too large to stand in the span"
    with pytest.raises(QueryError, match="labels has no filter"):
        exported(root, tmp_path / "x.csv", tables=["labels"], filters={"user": "bob"})


def test_predictions_are_exported_as_they_were_logged(tmp_path: Path) -> None:
    """Labels that came later have a table of their own and are not written into the predictions."""
    root = write_everything(tmp_path / "store")
    exported(root, tmp_path / "predictions.parquet", tables=["predictions"], filters={"labelled": True})
    assert pq.read_table(tmp_path / "predictions.parquet")["label"].to_pylist() == [None, None]
    exported(root, tmp_path / "p.jsonl", tables=["predictions"], columns=["prediction_id", "label"])
    labels = [json.loads(line)["label"] for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    assert sorted(map(str, labels)) == ['"fraud"', '"fraud"', "None"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tables": ["spans", "logs"]}, "expected one table"),
        ({"tables": ["scores"], "format": ExportFormat.OTLP_JSON}, "holds spans, metrics, logs"),
        ({"columns": ["body"], "format": ExportFormat.OTLP_JSON}, "columns can be chosen"),
    ],
)
def test_what_does_not_go_together(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    """It is said before anything is written."""
    root = write_everything(tmp_path / "store")
    with pytest.raises(DataError, match=said):
        exported(root, tmp_path / "out.csv", **options)
    assert not (tmp_path / "out.csv").exists()


def test_what_is_no_export_is_refused_as_a_whole(tmp_path: Path) -> None:
    """Before the folder is touched, with what was expected."""
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(DataError, match="that `pyflare export` wrote"):
        import_files(tmp_path / "store", [tmp_path / "a.parquet"])
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(DataError, match="text that is none of them"):
        import_files(tmp_path / "store", [tmp_path / "a.txt"])


def test_every_table_is_tried() -> None:
    """A new table must come to these tests too."""
    assert set(TABLES) == {*ROWS, "spans", "traces", "payloads"}
