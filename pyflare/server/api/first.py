"""Answers what the viewer's first screen asks, while the framework that answers everything is not loaded yet.

Loading that takes longer than all these answers. Only what is asked plainly is
answered here: no range, no filter, every value as it should be. All else waits
for the framework, which checks it and says what is wrong; for the same question
both give the same bytes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, MutableMapping
from functools import partial
from typing import Any, Final, get_args
from urllib.parse import parse_qs

from pyflare.errors import PyFlareError
from pyflare.server.api.options import API_PREFIX
from pyflare.server.api.served import Answered, Question, Served, question_text
from pyflare.server.api.values import breakdown_value, info_value, metrics_value, timeseries_value
from pyflare.workspace.aggregates.breakdown import BreakdownMetric
from pyflare.workspace.aggregates.dimensions import DimensionName
from pyflare.workspace.aggregates.measures import Metric
from pyflare.workspace.aggregates.ranges import MOST_BUCKETS
from pyflare.workspace.scope import Scope

Message = MutableMapping[str, Any]
_MOST_ROWS: Final = 1000
_STEP_S: Final = 0.01
_QUIET_S: Final = 0.25
"""A page asks again when it has drawn what it was told, and draws once more when it has all."""
_MOST_S: Final = 1.5
"""Nobody may be looking: then the framework is loaded for whoever comes."""


class First:
    """The first answers over one folder. Safe for threads."""

    def __init__(self, served: Served) -> None:
        """Answer from a folder that is open."""
        self.served: Final = served
        self._opened_s = time.monotonic()
        self._other = threading.Event()
        """Set when something was asked that only the framework can answer."""
        self._under_way = 0
        self._answered_s: float | None = None
        self._lock = threading.Lock()

    def answer(self, scope: Message) -> Answered | None:
        """The answer to a request, made in the calling thread; None where it has to wait for the framework."""
        make = self._understood(scope)
        if make is not None:
            with self._lock:
                self._under_way += 1
            try:
                return make()
            except PyFlareError:  # said in the API's own way, by the API
                pass
            finally:
                with self._lock:
                    self._under_way -= 1
                    self._answered_s = time.monotonic()
        self._other.set()
        return None

    def wait(self) -> None:
        """Leave the processor to the first answers: until they are given, something else is asked, or nobody comes."""
        while not self._other.wait(_STEP_S):
            now_s = time.monotonic()
            with self._lock:
                is_quiet = self._answered_s is not None and not self._under_way and now_s - self._answered_s > _QUIET_S
            if is_quiet or now_s - self._opened_s > _MOST_S:
                return

    def hurry(self) -> None:
        """Have nobody wait any longer."""
        self._other.set()

    def _understood(self, scope: Message) -> Callable[[], Answered] | None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(API_PREFIX):
            return None
        query = scope["query_string"].decode("latin-1")
        values = parse_qs(query, keep_blank_values=True)
        make: _Make | None
        match scope["path"].removeprefix(API_PREFIX):
            case "/info" if not values:
                asked = _question(scope, question_text(scope["path"], query, None))
                return lambda: self.served.fresh(asked, info_value(self.served))
            case "/metrics":
                make = None if values else metrics_value
            case "/metrics/timeseries":
                make = _timeseries(values)
            case "/breakdown":
                make = _breakdown(values)
            case _:
                return None
        if make is None:
            return None
        asked = _question(scope, question_text(scope["path"], query, (None, None)))
        everything = Scope(now_ns=time.time_ns())
        return lambda: self.served.paced(asked, lambda: make(self.served.engine, everything))


_Make = Callable[..., dict[str, Any]]


def _question(scope: Message, text: str) -> Question:
    headers = dict(scope["headers"])
    encoding, tag = headers.get(b"accept-encoding"), headers.get(b"if-none-match")
    return Question(text, encoding and encoding.decode("latin-1"), tag and tag.decode("latin-1"))


def _timeseries(values: Mapping[str, list[str]]) -> _Make | None:
    metrics = _names(values.get("metrics", []), get_args(Metric))
    points = _number(values.get("points", ["60"]), MOST_BUCKETS)
    if metrics is None or points is None or values.keys() - {"metrics", "points"}:
        return None
    return lambda engine, scope: timeseries_value(engine, scope, metrics, points=points)


def _breakdown(values: Mapping[str, list[str]]) -> _Make | None:
    dimensions = _names(values.get("dimension", []), get_args(DimensionName))
    orders = _names(values.get("order_by", ["requests"]), get_args(BreakdownMetric))
    limit = _number(values.get("limit", ["20"]), _MOST_ROWS)
    if not dimensions or not orders or limit is None or values.keys() - {"dimension", "order_by", "limit"}:
        return None
    if len(dimensions) > 1 or len(orders) > 1:
        return None
    return partial(breakdown_value, dimension=dimensions[0], order=orders[0], limit=limit)


def _names(given: list[str], known: tuple[str, ...]) -> list[Any] | None:
    """Names, where all of them are known."""
    return given if {*given} <= {*known} else None


def _number(given: list[str], most: int) -> int | None:
    text = given[0] if len(given) == 1 else ""
    return int(text) if text.isascii() and text.isdecimal() and 1 <= int(text) <= most else None
