"""How often one question is worked out anew while a folder keeps changing."""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path

from pyflare.server.api.pace import STANDS_AT_MOST_S, STANDS_TIMES, Pace
from tests.server.api.serving import serving
from tests.store.records import T0_NS, end, open_journal


class _Clock:
    """Time that goes on only when it is told to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s

    def work(self, seconds: float) -> str:
        self.now_s += seconds
        return "made"


def test_an_answer_stands_for_twenty_times_what_it_took() -> None:
    """While it stands the version is the one it was made from; after that it is the current one."""
    clock, versions = _Clock(), map(str, count())
    pace = Pace(clock)
    first = pace.version("q", lambda: next(versions))
    assert pace.timed("q", first, lambda: clock.work(0.1)) == "made"
    clock.now_s += 0.1 * STANDS_TIMES - 0.01
    assert pace.version("q", lambda: next(versions)) == first
    clock.now_s += 0.02
    assert pace.version("q", lambda: next(versions)) != first


def test_no_answer_stands_for_long() -> None:
    """However long it took, after a few seconds the folder is looked at again."""
    clock, versions = _Clock(), map(str, count())
    pace = Pace(clock)
    first = pace.version("q", lambda: next(versions))
    pace.timed("q", first, lambda: clock.work(60))
    clock.now_s += STANDS_AT_MOST_S + 0.01
    assert pace.version("q", lambda: next(versions)) != first


def test_one_makes_the_new_answer_and_the_others_take_the_old_one() -> None:
    """When an answer no longer stands, only whoever comes first is given the new version until it is there."""
    clock, versions = _Clock(), map(str, count())
    pace = Pace(clock)
    first = pace.version("q", lambda: next(versions))
    pace.timed("q", first, lambda: clock.work(0.01))
    clock.now_s += 1
    new = pace.version("q", lambda: next(versions))
    assert [pace.version("q", lambda: next(versions)) for _ in range(3)] == [first] * 3
    pace.timed("q", new, lambda: clock.work(0.01))
    assert pace.version("q", lambda: next(versions)) == new


def test_where_nothing_changed_the_next_change_is_seen_at_once() -> None:
    """Looking at an unchanged folder does not make the answer stand again."""
    clock, version = _Clock(), ["a"]
    pace = Pace(clock)
    pace.timed("q", pace.version("q", lambda: version[0]), lambda: clock.work(0.01))
    clock.now_s += 1
    assert pace.version("q", lambda: version[0]) == "a"
    version[0] = "b"
    assert pace.version("q", lambda: version[0]) == "b"


def test_questions_do_not_share_their_pace() -> None:
    """Another question is answered from the current version."""
    clock, versions = _Clock(), map(str, count())
    pace = Pace(clock)
    pace.timed("q", pace.version("q", lambda: next(versions)), lambda: clock.work(1))
    assert pace.version("other", lambda: next(versions)) == "1"


def test_numbers_follow_what_is_written(tmp_path: Path) -> None:
    """Whoever keeps asking sees what was written, in the end all of it, and is told when nothing changed."""
    journal = open_journal(tmp_path)
    assert journal.write(end(9, 99, at_ns=T0_NS))
    with serving(tmp_path) as served:
        assert served.get("/metrics")["values"]["requests"] == 1
        for number in range(4):
            assert journal.write(end(number, number + 1, at_ns=T0_NS + number))
        ends_s = time.monotonic() + STANDS_AT_MOST_S + 5
        answer = served.ask("GET", "/metrics")
        while answer.json["values"]["requests"] < 5 and time.monotonic() < ends_s:
            time.sleep(0.02)
            answer = served.ask("GET", "/metrics")
        assert answer.json["values"]["requests"] == 5
        assert served.ask("GET", "/metrics", if_none_match=answer.headers["etag"]).status == 304
    journal.close()
