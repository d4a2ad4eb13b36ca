"""Which SQL the workspace runs, and what a failed query could have been.

The connection itself is locked: it reads no file but the folder's, loads
nothing and has no table that could be changed. The check here comes before, so
that the answer to `DELETE FROM spans` says what to do instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import duckdb

from pyflare.errors import CorruptError, QueryError, StoreError
from pyflare.schema.sql import VIEW_NAMES
from pyflare.schema.tables import TABLES
from pyflare.store.filters import column_names
from pyflare.store.hints import did_you_mean

_ALLOWED: Final = "SELECT, EXPLAIN, DESCRIBE, SHOW and SUMMARIZE"
_EXPLAIN: Final = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*EXPLAIN(?:\s+ANALYZE)?(?:\s*\([^()]*\))?(?=[\s(])", re.IGNORECASE | re.DOTALL
)
_INSTEAD: Final = {
    "DELETE": "Workspace.delete() and `pyflare gc` delete for good.",
    "COPY": "`pyflare export` and Rows.arrow write results to files.",
    "EXPORT": "`pyflare export` writes tables to files.",
}
_NO_TABLE: Final = re.compile(r"Table with name (?P<name>\S+) does not exist")
_NO_COLUMN: Final = re.compile(
    r"column \"?(?P<name>[^\s\"]+)\"? not found|Values list .* column named \"(?P<other>[^\"]+)"
)
_OWN_SUGGESTION: Final = re.compile(r"\n(?:Did you mean|Candidate bindings:)[^\n]*(?:\n(?=\S)[^\n]+)*")
_LOCKED_ADVICE: Final = re.compile(r"\s*\nPossible solutions:.*| Use \"SET [^\n]*", re.DOTALL)
"""What DuckDB advises and the locked connection refuses."""
_DAMAGED: Final = re.compile(r"File '[^']*\.parquet'|[Pp]arquet file|No magic bytes|Failed to read file")
_ZONES: Final = re.compile(r"TIMESTAMP WITH TIME ZONE.*TIMESTAMP_NS|TIMESTAMP_NS.*TIMESTAMP WITH TIME ZONE", re.DOTALL)


def check_readable(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Let only one statement pass, and only one that reads.

    Raises:
        QueryError: It is something else, or it cannot be parsed.
    """
    kinds = _statement_kinds(connection, query)
    if len(kinds) != 1:
        raise QueryError(f"expected one SQL statement, got {len(kinds)}. Hint: run them one by one.")
    kind = kinds[0]
    if kind == "EXPLAIN" and (prefix := _EXPLAIN.match(query)):
        inner = _statement_kinds(connection, query[prefix.end() :])
        kind = inner[0] if len(inner) == 1 else kind
    if kind == "MULTI":
        raise QueryError(
            "expected one SQL statement, got several in one. Hint: PIVOT … ON column IN ('a', 'b') is one."
        )
    if kind != "SELECT":
        hint = f" Hint: {_INSTEAD[kind]}" if kind in _INSTEAD else ""
        raise QueryError(f"expected a statement that only reads ({_ALLOWED}), got {kind}.{hint}")


def _statement_kinds(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    try:
        return [statement.type.name for statement in connection.extract_statements(query)]
    except duckdb.Error as error:
        raise explained(error) from error


def explained(error: duckdb.Error) -> QueryError | StoreError:
    """DuckDB's error as ours: its own message, and what was probably meant."""
    message = _LOCKED_ADVICE.sub("", str(error)).strip()
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryError(f"{message}\nHint: select fewer columns or a shorter time range.")
    if isinstance(error, duckdb.IOException) or _DAMAGED.search(message):
        return CorruptError(f"{message}\nHint: `pyflare doctor` checks the folder.")
    hint = _hint(error, message)
    return QueryError(f"{_OWN_SUGGESTION.sub('', message)}\n{hint.strip()}" if hint else message)


@contextmanager
def explaining() -> Iterator[None]:
    """Raise DuckDB's errors as ours, and its own for Ctrl-C as what it is."""
    try:
        yield
    except duckdb.Error as error:
        raise explained(error) from error
    except RuntimeError as error:
        if "interrupted" in str(error):  # what DuckDB makes of Ctrl-C where a reader waits for rows
            raise KeyboardInterrupt from None
        raise


def _hint(error: duckdb.Error, message: str) -> str:
    if found := _NO_TABLE.search(message):
        return did_you_mean(found["name"], VIEW_NAMES) or f"Hint: the tables are {', '.join(sorted(VIEW_NAMES))}."
    if found := _NO_COLUMN.search(message):
        known = {column for table in TABLES for column in column_names(table)}
        return did_you_mean((found["name"] or found["other"]).rsplit(".", 1)[-1], known)
    if _ZONES.search(message):
        return "Hint: times here are UTC without a zone; write now()::TIMESTAMP instead of now()."
    if isinstance(error, duckdb.PermissionException):
        return f"Hint: queries read the folder's tables only: {', '.join(sorted(VIEW_NAMES))}."
    return ""
