"""Embeddings move into LanceDB and are found wherever they are."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest

from pyflare.errors import DataError, MissingExtraError
from pyflare.store import vectors
from pyflare.store.catalog import load_catalog
from pyflare.store.compaction import compact
from pyflare.store.decode import JournalDecoder, tables
from pyflare.store.deletion import delete
from pyflare.store.lock import exclusive
from pyflare.store.retention import apply_retention
from pyflare.store.vectors import lance
from pyflare.store.vectors.lance import open_tables
from tests.store.records import DAY_NS, INFO, SECOND_NS, T0_NS, end, found_on_disk, query, row, write_journal

pytest.importorskip("lancedb")


def _embedding(number: int, vector: list[float], **values: object) -> bytes:
    return row(
        "embeddings",
        **{"embedding_id": f"e{number}", "name": "input", "timestamp": T0_NS + number, "vector": vector, **values},
    )


def _compass() -> list[bytes]:
    """East, north, west and a little north of east."""
    directions = ([1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [1.0, 0.1])
    return [
        _embedding(number, vector, model_id=f"m{number % 2}", trace_id=f"{number:032x}", text=f"the text of {number}")
        for number, vector in enumerate(directions)
    ]


def _move(root: Path) -> int:
    with exclusive(root) as held:
        assert held
        return vectors.move(root)


def _found(rows: pa.Table) -> list[str]:
    return list(rows["embedding_id"].to_pylist())


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    write_journal(tmp_path, _compass())
    compact(tmp_path)
    return tmp_path


@pytest.fixture(params=["staged", "moved", "half"])
def folder(staged: Path, request: pytest.FixtureRequest) -> Path:
    """The same four embeddings, in parts, in LanceDB, and two in each."""
    if request.param == "moved":
        assert _move(staged) == 4
    if request.param == "half":
        root = staged.parent / f"{staged.name}-half"
        write_journal(root, _compass()[:2])
        compact(root)
        _move(root)
        write_journal(root, _compass()[2:])
        compact(root)
        return root
    return staged


def test_the_nearest_are_found_in_order(folder: Path) -> None:
    """By direction, nearest first, with how far they are."""
    rows = vectors.search(folder, [1.0, 0.0], k=3)
    assert _found(rows) == ["e0", "e3", "e1"]
    assert rows["distance"].to_pylist() == pytest.approx([0.0, 1 - 1 / 1.01**0.5, 1.0], abs=1e-6)
    assert rows["text"].to_pylist() == ["the text of 0", "the text of 3", "the text of 1"]
    assert rows["vector"].to_pylist()[0] == [1.0, 0.0]


def test_filters_are_applied_before_the_nearest_are_chosen(folder: Path) -> None:
    """The k nearest of those that match, not those of the k nearest that match."""
    assert _found(vectors.search(folder, [1.0, 0.0], k=2, filters={"model_id": "m1"})) == ["e3", "e1"]
    assert _found(vectors.search(folder, [1.0, 0.0], filters={"trace_id": "it's none"})) == []


def test_only_embeddings_of_the_name_and_size_are_compared(folder: Path) -> None:
    """Vectors of another model's size, or of something else, are not neighbours."""
    assert _found(vectors.search(folder, [1.0, 0.0, 0.0])) == []
    assert _found(vectors.search(folder, [1.0, 0.0], name="output")) == []


def test_live_embeddings_are_found_too(folder: Path) -> None:
    """Rows that no part holds yet take part; one that has moved meanwhile counts once."""
    decoder = JournalDecoder(INFO)
    decoder.feed([_embedding(9, [2.0, 0.01]), _compass()[0]])
    live = tables([decoder.take()])["embeddings"]
    assert _found(vectors.search(folder, [1.0, 0.0], k=4, live=live)) == ["e0", "e9", "e3", "e1"]


@pytest.mark.parametrize(("vector", "options"), [([], {}), ([1.0], {"k": 0}), ([1.0], {"filters": {"text": "x"}})])
def test_what_cannot_be_searched_for_is_said(tmp_path: Path, vector: list[float], options: dict[str, object]) -> None:
    """An empty vector, no neighbours, or a filter on another column."""
    with pytest.raises(DataError, match="expected"):
        vectors.search(tmp_path, vector, **options)  # type: ignore[arg-type]


def test_moving_empties_the_staging_parts(staged: Path) -> None:
    """What is in LanceDB is no longer in parts, and moving again finds nothing to do."""
    assert _move(staged) == 4
    assert load_catalog(staged).parts_of("embeddings") == ()
    assert query(staged, "SELECT count(*) FROM embeddings") == [(0,)]
    assert _move(staged) == 0


def test_an_embedding_that_comes_twice_is_kept_once(staged: Path) -> None:
    """A crash after the move and before its commit moves again; the id decides."""
    _move(staged)
    write_journal(staged, _compass())
    compact(staged)
    _move(staged)
    (table,) = open_tables(staged)
    assert table.count_rows() == 4


def test_embeddings_without_a_vector_stay(tmp_path: Path) -> None:
    """A row that LanceDB has no place for is not lost."""
    write_journal(tmp_path, [*_compass(), row("embeddings", embedding_id="none", name="input", timestamp=T0_NS)])
    compact(tmp_path)
    assert _move(tmp_path) == 4
    assert query(tmp_path, "SELECT embedding_id FROM embeddings") == [("none",)]


def test_names_become_tables_of_their_own(tmp_path: Path) -> None:
    """Whatever a name holds; names that look alike stay apart."""
    names = ["in put", "in/put", "ünïcode", "x" * 200]
    write_journal(tmp_path, [_embedding(n, [1.0, 0.0], name=name) for n, name in enumerate(names)])
    compact(tmp_path)
    _move(tmp_path)
    assert len([*open_tables(tmp_path)]) == len(names)
    for number, name in enumerate(names):
        assert _found(vectors.search(tmp_path, [1.0, 0.0], name=name)) == [f"e{number}"]


def test_deleting_a_trace_frees_its_vectors(staged: Path) -> None:
    """The bytes of the text and the vector leave LanceDB's files."""
    _move(staged)
    assert found_on_disk(staged, "the text of 3")
    result = delete(staged, trace_id=f"{3:032x}")
    assert result.rows == {"vectors": 1}
    assert found_on_disk(staged, "the text of 3") == []
    assert found_on_disk(staged, "the text of 2")
    assert _found(vectors.search(staged, [1.0, 0.0])) == ["e0", "e1", "e2"]


def test_deleting_a_user_frees_the_vectors_of_their_traces(tmp_path: Path) -> None:
    """Vectors are found by the traces they came from."""
    write_journal(tmp_path, [*_compass(), end(2, 20, scope={"user_id": "ann"})])
    compact(tmp_path)
    _move(tmp_path)
    assert delete(tmp_path, user_id="ann").rows["vectors"] == 1
    assert found_on_disk(tmp_path, "the text of 2") == []


def test_old_vectors_expire(tmp_path: Path) -> None:
    """Retention reaches what has moved."""
    old = _embedding(7, [1.0, 0.0], timestamp=T0_NS - 30 * DAY_NS, text="the old text")
    write_journal(tmp_path, [*_compass(), old])
    compact(tmp_path)
    _move(tmp_path)
    result = apply_retention(tmp_path, "10d", now_ns=T0_NS + SECOND_NS)
    assert result.rows == {"vectors": 1}
    assert found_on_disk(tmp_path, "the old text") == []
    assert len(_found(vectors.search(tmp_path, [1.0, 0.0]))) == 4


def test_without_lancedb_everything_stays_searchable(staged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing moves and nothing is lost; only what has moved before needs LanceDB."""
    monkeypatch.setattr(lance, "find_spec", lambda name: None)
    assert not vectors.is_installed()
    with pytest.raises(MissingExtraError, match=r"pyflare\[vectors\]"):
        _move(staged)
    assert _found(vectors.search(staged, [1.0, 0.0], k=1)) == ["e0"]
    delete(staged, trace_id=f"{0:032x}")
    assert _found(vectors.search(staged, [1.0, 0.0], k=1)) == ["e3"]


def test_what_has_moved_is_not_forgotten_without_lancedb(staged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search or a deletion that would miss vectors says what is missing instead."""
    _move(staged)
    monkeypatch.setattr(lance, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError):
        vectors.search(staged, [1.0, 0.0])
    with pytest.raises(MissingExtraError):
        delete(staged, trace_id=f"{0:032x}")
    assert query(staged, "SELECT count(*) FROM spans") == [(0,)]


def test_a_compaction_moves_embeddings_once_there_are_many(tmp_path: Path) -> None:
    """Few are searched where they are; many go into LanceDB by themselves."""
    source = random.Random(2)
    random_vectors = [[source.random(), source.random()] for _ in range(vectors.MOVE_ROWS)]
    write_journal(tmp_path, [_embedding(number, vector) for number, vector in enumerate(random_vectors[1:])])
    compact(tmp_path)
    assert not vectors.has_vectors(tmp_path)
    write_journal(tmp_path, [_embedding(len(random_vectors), random_vectors[0])])
    compact(tmp_path)
    assert load_catalog(tmp_path).parts_of("embeddings") == ()
    assert _found(vectors.search(tmp_path, random_vectors[0], k=1)) == [f"e{len(random_vectors)}"]


def test_settling_moves_all_there_are(staged: Path) -> None:
    """However few; there is nothing to index yet."""
    assert vectors.settle(staged) == 4
    assert load_catalog(staged).parts_of("embeddings") == ()


@pytest.mark.slow
def test_an_index_finds_the_true_neighbours(tmp_path: Path) -> None:
    """Above the limit an index is built, and refined it finds nearly all of the exact neighbours."""
    source = random.Random(1)
    count, dimensions = vectors.INDEX_ROWS, 16
    values = pa.array([source.gauss(0, 1) for _ in range(count * dimensions)], pa.float32())
    rows = pa.table(
        {
            "embedding_id": [f"e{number}" for number in range(count)],
            "name": ["input"] * count,
            "vector": pa.FixedSizeListArray.from_arrays(values, dimensions),
        }
    )
    name = lance.table_name("input", dimensions)
    table = lance.connect(tmp_path).create_table(name, data=rows)
    query_vector = values.slice(0, dimensions).to_pylist()
    exact = table.search(query_vector).distance_type("cosine").limit(10).to_arrow()["embedding_id"].to_pylist()
    assert vectors.build_indexes(tmp_path) == [name]
    assert vectors.build_indexes(tmp_path) == []
    approximate = table.search(query_vector).distance_type("cosine").limit(10).refine_factor(10).to_arrow()
    assert len(set(exact).intersection(approximate["embedding_id"].to_pylist())) >= 9
