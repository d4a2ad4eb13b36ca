"""`kill -9` at any moment: every span whose function had returned is read back, once."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import pyflare
from pyflare.store.catalog import load_catalog
from pyflare.store.compaction import compact
from pyflare.store.journal.reader import list_writers
from tests.forked import Nursery, nursery
from tests.guarantees.contents import digest, doubtful_traces, ended_in_journals, spans_by_duckdb, spans_by_pyflare
from tests.guarantees.victims import kill_compactor, kill_writers

WRITERS = 4
STATES = {"ended", "died"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """A folder whose writers were all killed."""

    folder: Path
    acknowledged: set[str]
    kills: int


@pytest.fixture(scope="module")
def compactors() -> Iterator[Nursery]:
    """Compactions to be killed."""
    with nursery("tests.guarantees.compactor") as found:
        yield found


@pytest.fixture(scope="module", params=[5, pytest.param(50, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def killed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Killed:
    """Four writers, killed and started again, without any compaction."""
    folder = tmp_path_factory.mktemp("killed")
    acknowledged = kill_writers(folder, writers=WRITERS, kills=request.param, seed=1)
    return Killed(folder=folder, acknowledged=acknowledged, kills=request.param)


def check_each_once(spans: Counter[tuple[str, str]], acknowledged: set[str]) -> None:
    """Every acknowledged span has ended, and no span is there twice, in whatever states."""
    times: Counter[str] = Counter()
    for (key, _), count in spans.items():
        times[key] += count
    assert [key for key, count in times.items() if count > 1] == []
    assert {state for _, state in spans} <= STATES
    lost = acknowledged - {key for key, state in spans if state == "ended"}
    assert not lost, f"{len(lost)} of {len(acknowledged)} spans are lost, such as {min(lost)}"


def test_journals_hold_every_span(killed: Killed) -> None:
    """The end of every acknowledged span is in its process' journal, once."""
    found = ended_in_journals(killed.folder)
    assert killed.acknowledged - found.keys() == set()
    assert set(found.values()) == {1}
    assert [journal.losses() for journal in list_writers(killed.folder) if journal.losses()] == []


def test_a_reader_sees_every_span(killed: Killed) -> None:
    """Before any compaction a reader sees every acknowledged span once, and one summary for each trace."""
    check_each_once(spans_by_pyflare(killed.folder), killed.acknowledged)
    assert doubtful_traces(killed.folder) == []


def test_a_killed_compactor_loses_nothing(killed: Killed, compactors: Nursery) -> None:
    """However often a compaction is killed, a reader sees what it saw before, and in the end so does plain DuckDB."""
    before = spans_by_pyflare(killed.folder)
    draw = random.Random(2)
    with pyflare.open(killed.folder, compact=False) as workspace:
        mark = digest(workspace)
        for _ in range(killed.kills):
            kill_compactor(compactors, killed.folder, draw)
            assert digest(workspace) == mark
    assert load_catalog(killed.folder).version > killed.kills // 5, "the compactions never got far enough"
    assert spans_by_pyflare(killed.folder) == before
    assert compact(killed.folder).done
    assert list_writers(killed.folder) == []
    assert spans_by_pyflare(killed.folder) == before
    assert spans_by_duckdb(killed.folder) == before
    assert doubtful_traces(killed.folder) == []


@contextmanager
def compactors_killed_meanwhile(compactors: Nursery, folder: Path) -> Iterator[None]:
    """Start compactions inside the block and kill each."""
    over = threading.Event()

    def kill_until_over() -> None:
        draw = random.Random(3)
        while not over.is_set():
            if (folder / "pyflare.json").exists():
                kill_compactor(compactors, folder, draw)

    with ThreadPoolExecutor(1) as pool:
        killing = pool.submit(kill_until_over)
        try:
            yield
        finally:
            over.set()
            killing.result()


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def test_writers_and_compactors_killed_at_once(tmp_path: Path, compactors: Nursery, kills: int) -> None:
    """With writers and compactors dying beside one another every acknowledged span is read back, once."""
    with compactors_killed_meanwhile(compactors, tmp_path):
        acknowledged = kill_writers(tmp_path, writers=WRITERS, kills=kills, seed=4)
    seen = spans_by_pyflare(tmp_path)
    check_each_once(seen, acknowledged)
    assert compact(tmp_path).done
    assert spans_by_pyflare(tmp_path) == seen == spans_by_duckdb(tmp_path)
    assert doubtful_traces(tmp_path) == []
