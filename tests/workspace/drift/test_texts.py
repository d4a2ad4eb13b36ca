"""Drift of prompts and answers, by what can be measured of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pyflare
from pyflare.workspace.drift import DriftMonitor
from pyflare.workspace.drift.texts import plain_text
from tests.store.records import T0_NS, end, write_journal
from tests.workspace.drift.traffic import DAY_NS, NOW

COUNT = 100
QUESTIONS = ("How can I pay for the order?", "Where is my parcel and when is it here?", "Can you change the address?")
ANSWERS = ("It is on the way to you and arrives tomorrow.", "You can pay in the shop or when it comes.")
REFUSAL = "I'm sorry, but I can't help with that."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two days of calls; on the second every third is asked in German and declined."""
    records = []
    for number in range(2 * COUNT):
        declines = number >= COUNT and number % 3 == 0
        question = "Wo kann ich den Brief abholen und was kostet es?" if declines else QUESTIONS[number % 3]
        answer = REFUSAL if declines else ANSWERS[number % 2]
        content = json.dumps([{"role": "user", "content": question}]).encode()
        at_ns = T0_NS + number * DAY_NS // COUNT
        records.append(
            end(number + 1, number + 1, kind="llm", at_ns=at_ns, input=content, output=json.dumps(answer).encode())
        )
    write_journal(tmp_path, records)
    return tmp_path


def test_languages_and_refusals(folder: Path) -> None:
    """Prompts in another language and answers that decline are found, and lead to their traces."""
    with pyflare.open(folder, compact=False) as workspace:
        run = workspace.drift("input", "output", reference="1d", now=NOW)
        found = {column.column: column for column in run.segments[0].result.columns}
        assert set(found) == {
            *(f"input.{part}" for part in ("words", "language", "form")),
            *(f"output.{part}" for part in ("words", "language", "form", "refusal")),
        }
        assert found["input.language"].status == found["output.refusal"].status == "drifted"
        assert (found["input.language"].drift_type, found["output.refusal"].drift_type) == ("feature", "prediction")
        explained = run.explain("output.refusal")
        assert all((int(trace_id, 16) - 1) % 3 == 0 for trace_id in explained.trace_ids)
        assert explained.trace_ids


def test_a_kept_reference_of_texts(folder: Path) -> None:
    """What is measured of texts is kept, and not the texts."""
    with pyflare.open(folder, compact=False) as workspace:
        monitor = DriftMonitor(name="prompts", columns=("input", "input.embedding"), reference="1d")
        kept = workspace.drift.keep_reference(monitor, now=NOW)
        assert kept.columns == ("input.words", "input.language", "input.form", "input.embedding")
        stored = DriftMonitor(name="prompts", columns=("input", "input.embedding"), reference={"stored": "1"})
        found = {
            column.column: column.status for column in workspace.drift.run(stored, now=NOW).segments[0].result.columns
        }
        assert (found["input.language"], found["input.embedding"]) == ("drifted", "drifted")
    assert b"parcel" not in (folder / "drift" / "references" / "prompts" / "1.drift").read_bytes()


def test_plain_text() -> None:
    """All values of a JSON text are said, but for the keys of messages that nobody wrote; what does not read is kept."""
    assert plain_text('{"question": "a", "n": 3, "more": ["b", {"type": "text", "text": "c"}]}') == "a\nb\nc"
    assert plain_text('"cut sho') == '"cut sho'
