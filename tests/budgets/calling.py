"""Processes that call a model until a budget stops them: `python -m tests.budgets.calling FOLDER URL PROCESSES THREADS`."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable

import openai

import pyflare

COST_MICROS = 60
"""Of a call: 4 tokens at $2.50, 16 from the cache at $1.25 and 3 out at $10 per million."""
LIMIT_CALLS = 40
BUDGET = pyflare.Budget(name="all", limit_usd=LIMIT_CALLS * COST_MICROS / 1e6, on_exceeded="stop")


def client(url: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=url, api_key="none", max_retries=0)


def call(chosen: openai.OpenAI, **more: object) -> object:
    return chosen.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": "How much is two and two?"}], max_tokens=3, **more
    )


def call_until_stopped(url: str) -> None:
    chosen = client(url)
    while True:
        try:
            call(chosen)
        except pyflare.BudgetExceededError:
            return


def in_threads(work: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(folder: str, url: str, processes: int, threads: int) -> None:
    """Each process is a child of this one, which has imported the client once for all of them."""
    children = []
    for _ in range(processes):
        child = os.fork()
        if not child:
            pyflare.instrument("openai")
            pyflare.init(service="caller", path=folder, compaction="off", budgets=[BUDGET])
            in_threads(lambda: call_until_stopped(url), threads)
            pyflare.shutdown()
            os._exit(0)
        children.append(child)
    sys.exit(max(os.waitpid(child, 0)[1] for child in children))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
