"""The app's tools: each reads something real, and sometimes fails for a real reason."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyflare
from examples.demo.corpus import Passage, library_root

CPU_BUDGET_S: Final = 0.008
"""What `count_usages` may spend; large packages such as tkinter need more."""


@pyflare.trace(kind="tool")
def describe_arguments(passage: Passage) -> str:
    """Name the arguments of a function: as its documentation writes the call, or else as its source does.

    Raises:
        SyntaxError: The documented call is not Python, such as `pop(k[,d])`.
    """
    function = passage.name.rpartition(".")[2]
    documented = re.match(rf"[\w.]*{function}\(.*\)", passage.text)
    call = documented[0].rpartition(".")[2] if documented else passage.signature
    [definition] = ast.parse(f"def {call}: ...").body
    assert isinstance(definition, ast.FunctionDef)
    names = [argument.arg for argument in definition.args.args if argument.arg not in ("self", "cls")]
    return f"{function} takes {', '.join(names) or 'no arguments'}."


@pyflare.trace(kind="tool")
def count_usages(passage: Passage, *, cpu_budget_s: float = CPU_BUDGET_S) -> str:
    """Count the lines of the passage's own package that mention what it documents.

    Raises:
        TimeoutError: The package is too large to be read within the budget.
    """
    name = passage.name.rpartition(".")[2]
    mention = re.compile(rf"\b{re.escape(name)}\b")
    deadline_s = time.thread_time() + cpu_budget_s
    count = file_count = 0
    for file_count, text in enumerate(_package_sources(passage.path), start=1):
        count += sum(1 for line in text.splitlines() if mention.search(line))
        if time.thread_time() > deadline_s:
            raise TimeoutError(f"read {file_count} files for {name} in {cpu_budget_s * 1000:.0f} ms and was not done")
    return f"{name} is mentioned on {count} lines of {file_count} files."


def _package_sources(path: str) -> Iterator[str]:
    source = library_root() / path
    files: list[Path] = sorted(source.parent.rglob("*.py")) if "/" in path else [source]
    return (file.read_text(encoding="utf-8", errors="replace") for file in files)
