"""How many records a request may have, known before they are unfolded."""

from __future__ import annotations

from typing import Any

from pyflare.errors import DataError


class TooManyError(DataError):
    """A request has more records than are taken at once."""

    def __init__(self, max_records: int) -> None:
        super().__init__(
            f"expected at most {max_records:,} records in one request, got more; send them in several requests"
        )


def check_count(request: Any, max_records: int) -> None:
    """Raise TooManyError where an outline has more than `max_records` resources, scopes and records."""
    count = 0
    for resource in request.resources or ():
        count += 1
        for scopes in (resource.scopes, resource.old_scopes):
            count += sum(1 + len(scope.records or ()) for scope in scopes or ())
        if count > max_records:
            raise TooManyError(max_records)
