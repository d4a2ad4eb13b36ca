"""`pyflare show --mapping`: where the columns of spans came from."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pyflare.cli.app import app
from tests.store.records import T0_NS, end, trace_id, write_journal

ATTRIBUTES = {
    "openinference.span.kind": "LLM",
    "llm.model_name": "gpt-4o-2024",
    "llm.token_count.prompt": 12,
    "llm.input_messages.0.message.role": "user",
    "llm.input_messages.0.message.content": "hi",
    "gen_ai.conversation.id": "s1",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    events = [(T0_NS + 1_234_567, "First Token Stream Event", None)]
    fields = {"output_tokens": 7}
    write_journal(
        tmp_path,
        [end(1, 1, name="ChatCompletion", at_ns=T0_NS + 1, attributes=ATTRIBUTES, events=events, fields=fields)],
    )
    return tmp_path


def show(root: Path, *options: str) -> str:
    result = CliRunner().invoke(app, ["show", trace_id(1).hex(), "--path", str(root), "--mapping", *options])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_every_column_with_its_attribute_and_dialect(root: Path) -> None:
    """Each filled column names the attribute, the event or the family of attributes it was read from."""
    (span,) = json.loads(show(root, "--json"))
    found = {column["column"]: (column["attribute"], column["dialect"]) for column in span["columns"]}
    assert found == {
        "inference_type": ("openinference.span.kind", "openinference"),
        "model_id": ("llm.model_name", "openinference"),
        "model_version": ("llm.model_name", "openinference"),
        "input": ("llm.input_messages", "openinference"),
        "input_tokens": ("llm.token_count.prompt", "openinference"),
        "output_tokens": ("", "recorded"),
        "session_id": ("gen_ai.conversation.id", "opentelemetry"),
        "time_to_first_chunk_ns": ("First Token Stream Event", "openinference"),
    }


def test_as_a_table(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal it is one table for each span, headed by its name."""
    monkeypatch.setenv("COLUMNS", "120")
    text = show(root)
    assert text.splitlines()[0].startswith("ChatCompletion")
    (line,) = [line for line in text.splitlines() if line.strip().startswith("input_tokens")]
    assert line.split() == ["input_tokens", "12", "llm.token_count.prompt", "openinference"]


def test_it_does_without_pandas(root: Path) -> None:
    """The command line hides pandas, and times are nanoseconds."""
    command = [sys.executable, "-m", "pyflare.cli", "show", trace_id(1).hex(), "--path", str(root), "--mapping"]
    assert "gpt-4o-2024" in subprocess.run(command, capture_output=True, text=True, check=True).stdout
