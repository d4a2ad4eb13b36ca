"""Which rows a question is about: a range of time, a filter, and a few fields by name."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Final

from pyflare.store.engine import Engine
from pyflare.store.filters import Condition, where
from pyflare.store.language import Of, compile_filter
from pyflare.workspace.lookup import find_payloads

__all__ = ["Of", "Scope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What all lists and aggregates take. The default is everything."""

    now_ns: int
    """The present, in unix nanoseconds: what relative times counted back from."""
    since_ns: int | None = None
    """Begun then or later, in unix nanoseconds."""
    until_ns: int | None = None
    """Begun before then."""
    filter: str = ""
    """A text in the filter language; empty for none."""
    services: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()

    @property
    def is_unfiltered(self) -> bool:
        """Whether nothing but the range of time narrows it."""
        return not (self.filter or self.services or self.models or self.statuses)

    def condition(self, engine: Engine, of: Of) -> Condition:
        """The condition on rows of `traces` or `spans`.

        Raises:
            QueryError: The filter cannot be understood, or names what there is not.
        """
        condition = self.within & where(of, self._named, now_ns=self.now_ns)
        if not self.filter:
            return condition
        return condition & compile_filter(
            self.filter,
            of=of,
            now_ns=self.now_ns,
            find_payloads=functools.partial(find_payloads, engine),
            spans_since_ns=self.since_ns if of == "traces" else None,
            sums_up=engine.snapshot().sums_up,
        )

    @property
    def within(self) -> Condition:
        """The range of time as a condition on `start_time`."""
        bounds = ((">=", self.since_ns), ("<", self.until_ns))
        return Condition(
            " AND ".join(f"start_time {sign} make_timestamp_ns({ns})" for sign, ns in bounds if ns is not None)
            or EVERYTHING_SQL
        )

    @property
    def _named(self) -> dict[str, Any]:
        given = {"service": self.services, "model": self.models, "status": self.statuses}
        return {name: values for name, values in given.items() if values}


EVERYTHING_SQL: Final = "true"
