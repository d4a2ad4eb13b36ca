"""What a query returned: as dicts, as data frames, in print."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from inline_snapshot import snapshot

import pyflare
from pyflare.workspace import Rows
from tests.workspace.folders import write_folder

TABLE = pa.table(
    {
        "start_time": pa.array([1_790_000_000_123_456_789, None], pa.timestamp("ns")),
        "trace_id": ["0123456789abcdef0123456789abcdef", "f" * 32],
        "duration_ns": [1_840_000_000, None],
        "status_code": ["error", "ok"],
        "cost_micros": [12_300, None],
        "input_tokens": [1200, 0],
        "attributes": pa.array([[("tier", "gold")], []], pa.map_(pa.string(), pa.string())),
        "events": pa.array(
            [[{"time": 1_790_000_000_000_000_001, "name": "retry"}], None],
            pa.list_(pa.struct([("time", pa.timestamp("ns")), ("name", pa.string())])),
        ),
        "input": ["many\nlines " * 30, None],
    }
)


def test_is_a_sequence_of_dicts() -> None:
    """Rows are read by number, by slice and in a loop; times are UTC and maps are dicts."""
    rows = Rows(TABLE)
    first = rows[0]
    assert first["start_time"] == datetime(2026, 9, 21, 14, 13, 20, 123_456, tzinfo=UTC)
    assert first["attributes"] == {"tier": "gold"}
    assert first["events"] == [{"time": datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC), "name": "retry"}]
    assert (len(rows), rows[-1]["trace_id"], [*rows][1]) == (2, "f" * 32, rows[1])
    assert [row["status_code"] for row in rows[::-1]] == ["ok", "error"]
    assert rows.columns == TABLE.column_names
    assert rows.arrow is TABLE
    with pytest.raises(IndexError):
        rows[2]


def test_prints_as_a_table() -> None:
    """Numbers come with their units, ids are short, and what does not fit is named."""
    assert repr(Rows(TABLE)) == snapshot("""\
start_time           trace_id      duration  status_code     cost  input_tokens  attributes        events
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
2026-09-21 14:13:20  0123456789ab    1.84 s  error        $0.0123         1,200  {"tier": "gold"}  [{"time": "2026-09-2…
–                    ffffffffffff         –  ok                 –             0  {}                –
2 rows · 1 more column: input\
""")
    assert repr(Rows(TABLE, shown=("status_code", "nothing", "duration_ns"))) == snapshot("""\
status_code  duration
─────────────────────
error          1.84 s
ok                  –
2 rows\
""")
    assert repr(Rows(TABLE.slice(0, 0))) == "no rows"


def test_prints_few_of_many() -> None:
    """Of many rows the first are printed, and the last line counts them all."""
    rows = Rows(pa.table({"number": range(1000)}))
    lines = repr(rows).splitlines()
    assert (len(lines), lines[-1]) == (23, "20 of 1,000 rows")
    assert rows._repr_html_().count("<tr>") == 21


def test_data_frames(tmp_path: Path) -> None:
    """The rows of every table become data frames of pandas and polars."""
    with pyflare.open(write_folder(tmp_path)) as workspace:
        for rows in (workspace.traces(), workspace.spans(), workspace.predictions(), workspace.scores()):
            frame = rows.to_pandas()
            assert (len(frame), [*frame.columns]) == (len(rows), rows.columns)
            assert rows.to_polars().shape == (len(rows), len(rows.columns))
            assert pl.DataFrame(rows).height == len(rows)
        spans = workspace.spans(kind="retriever").to_pandas()
        assert spans["attributes"][0]["tier"] == "gold"
        assert str(spans["start_time"].dtype) == "datetime64[ns]"


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_missing_library_is_named(library: str) -> None:
    """Where pandas or polars is not installed, the error says what to install."""
    program = (
        "import sys, pyarrow as pa\n"
        "class Hidden:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == '{library}': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Hidden())\n"
        "from pyflare.workspace import Rows\n"
        f"try: Rows(pa.table({{'a': [1]}})).to_{library}()\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert f'pip install "pyflare[{library}]"' in done.stdout
