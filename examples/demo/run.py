"""Run the demo: build the app, send it traffic, and change its index half-way for one group of users."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

import pyflare
from examples.demo.app import DocsApp
from examples.demo.corpus import Passage, harvest, library_root, source_files
from examples.demo.digest import write_digest
from examples.demo.index import Index
from examples.demo.intent import NaiveBayes
from examples.demo.prices import set_prices
from examples.demo.questions import Questioner
from examples.demo.traffic import Traffic
from examples.demo.users import Session, make_sessions, make_users

FRESH: Final = "2026-11"
STALE: Final = "2026-03"
CUT: Final = "m"
"""The stale index comes from a harvest that stopped half-way: it has no module from this letter on."""
BEFORE: Final = {"stable": FRESH, "canary": FRESH}
AFTER: Final = {"stable": FRESH, "canary": STALE}


def run(path: Path, *, request_count: int, seed: int, console: Console) -> None:
    """Trace `request_count` requests into the folder at `path`. The same seed asks the same questions."""
    pyflare.init(service="docs-qa", path=path)
    columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        passages = read_library(progress)
        set_prices(path)
        app = build_app(passages)
        before, after = plan(passages, request_count=request_count, seed=seed)
        for sessions, index_of, title in (
            (before, BEFORE, "Answering questions"),
            (after, AFTER, f"The canaries get index {STALE}"),
        ):
            task = progress.add_task(title, total=sum(len(session.questions) for session in sessions))
            traffic = Traffic(app, on_answer=partial(progress.advance, task))
            traffic.run(sessions, index_of=index_of)
            traffic.label()
        questions = [question for session in (*before, *after) for question in session.questions]
        for _ in progress.track(range(1), description="Writing the nightly digest"):
            write_digest(questions, path=os.fspath(path))
    pyflare.shutdown()


def read_library(progress: Progress) -> list[Passage]:
    """Harvest the running interpreter's standard library."""
    root = library_root()
    files = progress.track(source_files(root), description="Reading the standard library")
    with pyflare.span("harvest", kind="task") as span:
        passages = harvest(files, root=root)
        span.set_attribute("passages", len(passages))
    return passages


@pyflare.trace(kind="task", capture_input=False, capture_output=False)
def build_app(passages: Sequence[Passage]) -> DocsApp:
    """The app with both indexes, and its classifier."""
    fresh = Index(passages, version=FRESH)
    stale = Index(stale_part(passages), version=STALE)
    return DocsApp({FRESH: fresh, STALE: stale}, NaiveBayes(passages), fresh.rarity)


def stale_part(passages: Sequence[Passage]) -> list[Passage]:
    """What the harvest behind the stale index had got to."""
    return [passage for passage in passages if passage.module < CUT]


def plan(passages: Sequence[Passage], *, request_count: int, seed: int) -> tuple[list[Session], list[Session]]:
    """The sessions before the change and those after it, of the same users."""
    random = Random(seed)
    questioner = Questioner(passages)
    users = make_users(questioner, random)
    half = request_count // 2
    before = list(make_sessions(users, questioner, question_count=half, first=0, random=random))
    left = request_count - half
    return before, list(make_sessions(users, questioner, question_count=left, first=len(before), random=random))
