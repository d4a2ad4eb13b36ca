"""Scores as they stand, and writing them back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyflare.errors import DataError, NotFoundError, ReadOnlyError
from pyflare.store.compaction import compact
from pyflare.store.deletion import delete
from pyflare.store.engine import Engine
from pyflare.workspace.annotate import find_scores, scores_of, scores_of_sessions, scores_of_spans
from pyflare.workspace.annotate_writer import ScoreWriter
from tests.store.records import T0_NS, end, row, write_journal

ONE, TWO = f"{1:032x}", f"{2:032x}"
SPAN = f"{10:016x}"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    write_journal(tmp_path, [end(1, 10, scope={"session_id": "s"}), end(2, 20)])
    engine = Engine(tmp_path)
    yield engine
    engine.close()


@pytest.fixture
def writer(engine: Engine) -> Iterator[ScoreWriter]:
    writer = ScoreWriter(engine)
    yield writer
    writer.close()


def _names(engine: Engine, **wanted: str) -> list[tuple[str, float | None, str | None]]:
    rows = find_scores(engine, wanted, limit=100)
    return [(row["name"], row["value"], row["label"]) for row in rows.to_pylist()]


def test_the_latest_word_counts(engine: Engine, writer: ScoreWriter) -> None:
    """A score takes the place of what was said of the same target under the same name, and of nothing else."""
    for value in (1.0, 0.0):
        writer.write("helpful", value, trace_id=ONE)
    writer.write("helpful", 1.0, trace_id=TWO)
    writer.write("tone", label="kind", trace_id=ONE, span_id=SPAN)
    writer.write("note", comment="look again", trace_id=ONE)
    assert scores_of(engine, [ONE, TWO]) == {
        ONE: {"note": "look again", "tone": "kind", "helpful": 0.0},
        TWO: {"helpful": 1.0},
    }
    assert scores_of_spans(engine, [(ONE, SPAN), (TWO, SPAN)]) == {(ONE, SPAN): {"tone": "kind"}}
    assert _names(engine, trace_id=ONE, name="helpful") == [("helpful", 0.0, None)]


def test_scores_of_different_sources_stand_side_by_side(tmp_path: Path, engine: Engine, writer: ScoreWriter) -> None:
    """What the program said stays when a person says something else; the later of the two speaks for the trace."""
    said = {"name": "helpful", "trace_id": ONE, "span_id": None}
    write_journal(tmp_path, [row("scores", score_id="a", timestamp=T0_NS, value=1.0, source="code", **said)])
    writer.write("helpful", 0.25, trace_id=ONE)
    assert _names(engine, trace_id=ONE) == [("helpful", 0.25, None), ("helpful", 1.0, None)]
    assert scores_of(engine, [ONE]) == {ONE: {"helpful": 0.25}}


def test_taking_back(engine: Engine, writer: ScoreWriter) -> None:
    """A score without value and label takes the earlier one back; a note without comment does too."""
    writer.write("helpful", 1.0, trace_id=ONE)
    writer.write("note", comment="look", trace_id=ONE)
    writer.write("helpful", comment="by mistake", trace_id=ONE)
    assert scores_of(engine, [ONE]) == {ONE: {"note": "look"}}
    writer.write("note", trace_id=ONE)
    assert scores_of(engine, [ONE]) == {}
    assert _names(engine) == []


def test_sessions_are_judged_as_such(engine: Engine, writer: ScoreWriter) -> None:
    """A session's own scores are not those of its traces."""
    writer.write("resolved", 1.0, session_id="s")
    writer.write("helpful", 1.0, trace_id=ONE)
    assert scores_of_sessions(engine, ["s", "t"]) == {"s": {"resolved": 1.0}}
    assert scores_of(engine, [ONE]) == {ONE: {"helpful": 1.0}}


def test_only_what_is_there_is_judged(engine: Engine, writer: ScoreWriter) -> None:
    """Traces, spans and sessions that do not exist cannot be judged, nor can two things at once."""
    for target in ({"trace_id": "f" * 32}, {"trace_id": TWO, "span_id": SPAN}, {"session_id": "nobody"}):
        with pytest.raises(NotFoundError):
            writer.write("helpful", 1.0, **target)
    for target in ({}, {"span_id": SPAN}, {"trace_id": ONE, "session_id": "s"}):
        with pytest.raises(DataError, match="expected a trace_id"):
            writer.write("helpful", 1.0, **target)


def test_pages(engine: Engine, writer: ScoreWriter) -> None:
    """Scores come in pages, the latest first, each once."""
    for name in "abcde":
        writer.write(name, 1.0, trace_id=ONE)
    found: list[str] = []
    before = None
    while page := find_scores(engine, {}, limit=2, before=before).to_pylist():
        found += [row["name"] for row in page]
        before = page[-1]["unix_ns"], page[-1]["score_id"]
    assert found == [*"edcba"]


def test_a_score_survives_the_death_of_its_writer(tmp_path: Path, engine: Engine) -> None:
    """What `write` has returned is there after kill -9, and after a compaction."""
    program = (
        "import os, signal, sys; from pathlib import Path; from pyflare.store.engine import Engine;"
        "from pyflare.workspace.annotate_writer import ScoreWriter;"
        f"ScoreWriter(Engine(Path(sys.argv[1]))).write('helpful', 0.5, trace_id='{ONE}');"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    child = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert child.returncode == -signal.SIGKILL
    assert scores_of(engine, [ONE]) == {ONE: {"helpful": 0.5}}
    compact(tmp_path)
    assert scores_of(engine, [ONE]) == {ONE: {"helpful": 0.5}}


def test_scores_go_with_their_trace(tmp_path: Path, engine: Engine, writer: ScoreWriter) -> None:
    """Deleting a trace deletes what was said of it, also where the journal that holds it is still open."""
    writer.write("helpful", 1.0, trace_id=ONE)
    writer.write("helpful", 1.0, trace_id=TWO)
    assert delete(tmp_path, trace_id=ONE).held_back
    writer.close()
    compact(tmp_path)
    assert scores_of(engine, [ONE, TWO]) == {TWO: {"helpful": 1.0}}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_only_be_read(tmp_path: Path, engine: Engine, writer: ScoreWriter) -> None:
    """Where the folder may not be written, the error says so, and nothing is kept."""
    (tmp_path / "journal").chmod(0o500)
    try:
        with pytest.raises(ReadOnlyError, match="may write to"):
            writer.write("helpful", 1.0, trace_id=ONE)
    finally:
        (tmp_path / "journal").chmod(0o700)
    assert scores_of(engine, [ONE]) == {}
    writer.write("helpful", 1.0, trace_id=ONE)
    assert scores_of(engine, [ONE]) == {ONE: {"helpful": 1.0}}
