"""The errors PyFlare raises, as one tree.

    PyFlareError
    ├── ConfigError(ValueError)            a setting has a value that cannot be used
    ├── MissingExtraError(ImportError)     an optional part is not installed; names the extra
    ├── StoreError(OSError)                the folder cannot be used as asked
    │   ├── StoreNotFoundError(FileNotFoundError)   there is no PyFlare folder at the path
    │   ├── SchemaVersionError             the folder was written by a newer PyFlare
    │   ├── ReadOnlyError(PermissionError) this process may not write to the folder
    │   └── CorruptError                   a file of the folder is damaged
    ├── QueryError(ValueError)             SQL or a filter that cannot be answered; says what to change
    │   └── FilterError                    text in the filter language that cannot be read; says where
    ├── NotFoundError(LookupError)         no trace, span or payload has the id asked for
    ├── BudgetExceededError(RuntimeError)  a budget that stops calls is used up; says when it opens again
    └── DataError(ValueError)              an argument's data has the wrong type, shape or range
        └── InsufficientDataError          there is too little of it for the question

Every error is also the builtin a caller would expect, so `except ValueError`
works without importing this module. Tracing never raises any of them into the
code it watches (see `pyflare.tracing.guard`), but for BudgetExceededError, where
a budget says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class PyFlareError(Exception):
    """The root of every error that PyFlare raises on purpose."""


class ConfigError(PyFlareError, ValueError):
    """A setting has a value that cannot be used."""


class MissingExtraError(PyFlareError, ImportError):
    """An optional part of PyFlare is needed and not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f'{what} needs the extra "{extra}". Install it with: pip install "pyflare[{extra}]"')
        self.extra = extra


class StoreError(PyFlareError, OSError):
    """The folder of traces cannot be used as asked."""


class StoreNotFoundError(StoreError, FileNotFoundError):
    """There is no PyFlare folder at the path."""


class SchemaVersionError(StoreError):
    """The folder was written by a newer PyFlare than this one."""


class ReadOnlyError(StoreError, PermissionError):
    """This process may not write to the folder."""


class CorruptError(StoreError):
    """A file of the folder is damaged."""


class QueryError(PyFlareError, ValueError):
    """A query or a filter cannot be answered as written."""


class FilterError(QueryError):
    """A text in the filter language that cannot be read, or asks for what is not there.

    Args:
        problem: What was expected and what came.
        start: Where the part meant begins, in characters from the beginning of the filter.
        end: Where it ends.
        hint: What to do, where there is something to say.
        instead: What was probably meant by that part, where that is known.
    """

    def __init__(
        self, problem: str, *, start: int, end: int, hint: str | None = None, instead: str | None = None
    ) -> None:
        said = f"{problem} Hint: {hint}" if hint else problem
        super().__init__(f"filter, at character {start + 1}: {said}")
        self.code = "bad_filter"
        self.problem = problem
        self.start = start
        self.end = end
        self.hint = hint
        self.instead = instead

    @property
    def details(self) -> dict[str, int | str | None]:
        """Where it is, and what was probably meant, for programs."""
        return {"start": self.start, "end": self.end, "instead": self.instead}


class NotFoundError(PyFlareError, LookupError):
    """Nothing in the store has the id that was asked for."""


class BudgetExceededError(PyFlareError, RuntimeError):
    """A call was not made, as a budget that stops calls is used up.

    Args:
        message: What was spent of which budget, and when it opens again.
        budget: The budget's name.
        key: Whose budget it is; "" where it is not by anything.
        limit: In micro-dollars, tokens or calls, as the budget has it.
        spent: The same, so far.
        opens_at: When calls are let through again, in UTC; None where that depends on calls under way.
    """

    def __init__(
        self, message: str, *, budget: str, key: str, limit: int, spent: int, opens_at: datetime | None
    ) -> None:
        super().__init__(message)
        self.budget = budget
        self.key = key
        self.limit = limit
        self.spent = spent
        self.opens_at = opens_at


class DataError(PyFlareError, ValueError):
    """An argument's data has the wrong type, shape or range."""


class InsufficientDataError(DataError):
    """There is too little data for the question that was asked."""
