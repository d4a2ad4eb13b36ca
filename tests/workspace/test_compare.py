"""Two traces of a folder side by side."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from pyflare.errors import NotFoundError
from pyflare.store.compaction import compact
from pyflare.store.engine import Engine
from pyflare.workspace import compare
from pyflare.workspace.compare import compare_traces
from pyflare.workspace.outline import parents_of
from tests.store.records import T0_NS, end, write_journal

ONE, TWO = f"{1:032x}", f"{2:032x}"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    def chat(trace: int, model: str, **more: object) -> list[bytes]:
        at = 10 * trace
        return [
            end(trace, at, name="answer", kind="agent", at_ns=T0_NS, input=b'"hi"', output=b'"hello"'),
            end(
                trace, at + 1, parent=at, name=f"chat {model}", kind="llm", at_ns=T0_NS + 2, input=b'"hi"',
                fields={"model_id": model, "input_tokens": 10 * trace, "cost_micros": 1000 * trace},
                attributes={"gen_ai.request.model": model, "tier": "gold"}, **more,
            ),
        ]  # fmt: skip

    write_journal(tmp_path, chat(1, "gpt-4o"))
    compact(tmp_path)
    lookup = end(2, 25, parent=20, name="look up", kind="tool", at_ns=T0_NS + 1)
    write_journal(tmp_path, [*chat(2, "small", status=2, duration_ns=5), lookup])
    engine = Engine(tmp_path)
    yield engine
    engine.close()


def test_what_differs(engine: Engine) -> None:
    """Spans that correspond say what of them differs; what only one trace has stands alone."""
    found = compare_traces(engine, ONE, TWO[:-1] + "2")
    assert found.trace_ids == (ONE, TWO)
    assert [(pair.depth, pair.name, pair.changed) for pair in found.pairs] == [
        (0, "answer", ()),
        (1, "look up", ()),
        (1, "chat gpt-4o → chat small", ("name", "status", "model")),
    ]
    answer, tool, chat = found.pairs
    assert answer.a is not None
    assert (tool.a, tool.kind) == (None, "tool")
    assert chat.a is not None
    assert chat.b is not None
    assert (chat.a.tokens, chat.b.tokens, chat.a.cost_micros, chat.b.duration_ns) == (10, 20, 1000, 5)


def test_traces_that_are_not_there(engine: Engine) -> None:
    """A trace that is not there cannot be compared."""
    with pytest.raises(NotFoundError):
        compare_traces(engine, ONE, "f" * 32)


def test_large_comparisons_are_cut(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very large traces the first pairs are given, and it is said that there are more."""
    monkeypatch.setattr(compare, "MAX_ROWS", 2)
    found = compare_traces(engine, TWO, ONE)
    assert (len(found.pairs), found.truncated) == (2, True)


def test_large_rings_of_parents_are_opened() -> None:
    """A ring of a hundred thousand parents is opened above its earliest span, in no time."""
    size = 100_000
    names = pa.array([f"{number:016x}" for number in range(size)])
    began_s = time.process_time()
    parents = parents_of(names, names.take(pa.array([*range(1, size), 0]))).to_pylist()
    assert time.process_time() - began_s < 5
    assert parents == [-1, *range(2, size), 0]
