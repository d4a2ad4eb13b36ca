"""`python -m pyflare.store.compactor`, which busy writers start."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.store.records import DAY_NS, end, query, write_journal


def _run(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pyflare.store.compactor", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_it_compacts_without_a_word(tmp_path: Path) -> None:
    """Nobody reads what it would say."""
    write_journal(tmp_path, [end(1, 1)])
    assert _run(str(tmp_path)) == (0, "")
    assert query(tmp_path, "SELECT count(*) FROM spans") == [(1,)]


def test_attributes_are_normalised_with_or_without_numpy(tmp_path: Path) -> None:
    """Whatever the first spans of a journal look like."""
    attributes = {"llm.model_name": "gpt-4o", "llm.token_count.prompt": 3}
    for folder, early in (("plain", None), ("spoken", attributes)):
        records = [end(number, number, attributes=early) for number in range(1, 400)]
        write_journal(tmp_path / folder, [*records, end(400, 400, attributes=attributes)])
        assert _run(str(tmp_path / folder)) == (0, "")
        counted = "SELECT count(*) FROM spans WHERE model_version = 'gpt-4o' AND input_tokens = 3"
        assert query(tmp_path / folder, counted) == [(1 if early is None else 400,)]


def test_it_lets_go_of_what_is_too_old(tmp_path: Path) -> None:
    """A second argument says how long rows are kept."""
    now_ns = time.time_ns()
    write_journal(tmp_path, [end(1, 1, at_ns=now_ns - 31 * DAY_NS), end(2, 2, at_ns=now_ns)])
    assert _run(str(tmp_path), "30d") == (0, "")
    assert query(tmp_path, "SELECT span_id[-1:] FROM spans") == [("2",)]


def test_it_says_why_it_cannot(tmp_path: Path) -> None:
    """One line, and an exit code that a caller can tell from success."""
    code, said = _run(str(tmp_path))
    assert code == 1
    assert said.startswith("expected a PyFlare folder")
    assert _run()[0] == 2
    code, said = _run(str(tmp_path), "long")
    assert code == 1
    assert "how long to keep rows" in said
