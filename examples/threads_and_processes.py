"""One trace over threads and processes: `pyflare.propagate` carries the current span to where the work is done.

python examples/threads_and_processes.py
"""

from __future__ import annotations

import ast
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pyflare

SOURCES = sorted(Path(ast.__file__).parent.glob("*.py"))[:12]


def begin() -> None:
    """Every process that traces says so once; each writes a journal of its own into the same folder."""
    pyflare.init(service="counting")


@pyflare.trace(kind="tool")
def read(path: Path) -> str:
    """Waits for the disk: work for threads."""
    return path.read_text(encoding="utf-8")


@pyflare.trace(kind="tool", capture_input=False)
def count_functions(source: str) -> int:
    """Keeps a processor busy: work for processes."""
    return sum(isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(source)))


@pyflare.trace(kind="chain")
def count_all(paths: list[Path]) -> int:
    """Count the functions of all the files."""
    with ThreadPoolExecutor(4) as threads:
        sources = list(threads.map(pyflare.propagate(read), paths))
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, spawn, initializer=begin) as processes:
        return sum(processes.map(pyflare.propagate(count_functions), sources))


if __name__ == "__main__":
    begin()
    print(count_all(SOURCES), "functions")
    with pyflare.open() as workspace:
        print(
            workspace.sql("""
            SELECT operation_name, count(*) AS spans, count(DISTINCT writer_id) AS processes,
                   count(DISTINCT trace_id) AS traces
            FROM spans GROUP BY operation_name ORDER BY spans
        """).to_pylist()
        )
