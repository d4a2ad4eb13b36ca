"""Nearest neighbours among captured embeddings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pyflare
from pyflare.errors import DataError, QueryError
from tests.store.records import T0_NS, row, write_journal


def _embedding(number: int, vector: list[float], **values: Any) -> bytes:
    defaults = {
        "embedding_id": f"{number:032x}",
        "timestamp": T0_NS + number,
        "name": "input",
        "text": f"text {number}",
    }
    return row("embeddings", vector=vector, **{**defaults, **values})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_journal(tmp_path, [_embedding(1, [1, 0, 0], model_id="a"), _embedding(2, [0.9, 0.1, 0], model_id="b")])
    return tmp_path


def test_finds_the_nearest_wherever_they_lie(root: Path) -> None:
    """Embeddings in journals, and those that a compaction has moved away, are searched together."""
    with pyflare.open(root) as workspace:
        assert [row["text"] for row in workspace.similar([1, 0, 0])] == ["text 1", "text 2"]
        workspace.compact()
        write_journal(
            root, [_embedding(3, [0.95, 0.05, 0]), _embedding(4, [1, 0]), _embedding(5, [1, 0, 0], name="other")]
        )
        found = workspace.similar(np.array([1.0, 0.0, 0.0]), limit=2)
        assert [row["text"] for row in found] == ["text 1", "text 3"]
        assert found[0]["distance"] == pytest.approx(0, abs=1e-6)
        assert "text 1" in repr(found)
        assert [row["text"] for row in workspace.similar([1, 0, 0], model="b")] == ["text 2"]
        assert [row["text"] for row in workspace.similar([1, 0, 0], name="other")] == ["text 5"]


def test_indexing_moves_all_there_are(root: Path) -> None:
    """Those in journals, too; they are found as before."""
    with pyflare.open(root) as workspace:
        before = workspace.similar([1, 0, 0]).arrow["text"].to_pylist()
        assert (workspace.index_vectors(), workspace.index_vectors()) == (2, 0)
        assert workspace.similar([1, 0, 0]).arrow["text"].to_pylist() == before


def test_wrong_questions(root: Path) -> None:
    """A filter that is not known, and a vector without numbers, are errors."""
    with pyflare.open(root) as workspace:
        with pytest.raises(QueryError, match=r'similar has no filter "modell".* did you mean "model"\?'):
            workspace.similar([1, 0, 0], modell="a")  # type: ignore[call-arg]
        with pytest.raises(DataError):
            workspace.similar([])
