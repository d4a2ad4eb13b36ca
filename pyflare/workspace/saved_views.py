"""Views that people saved: one small file in the folder, which several processes may change."""

from __future__ import annotations

import errno
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from pyflare.errors import CorruptError, DataError, NotFoundError, ReadOnlyError, StoreError
from pyflare.store.journal.writer import write_atomically
from pyflare.store.lock import locked

FILE_NAME: Final = "saved-views.json"
LOCK_NAME: Final = "saved-views.lock"
MAX_VIEWS: Final = 500
MAX_SEARCH_BYTES: Final = 64 << 10
"""How long one view's search parameters may be as JSON, in bytes."""
_READ_ONLY: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """One saved view."""

    view_id: str
    created_unix_ns: int
    name: str
    screen: str
    search: dict[str, Any]


class _File(msgspec.Struct, kw_only=True):
    """What the file holds."""

    views: list[SavedView]


_decode: Final = msgspec.json.Decoder(_File).decode


class SavedViews:
    """The saved views of one folder. Safe for threads and for several processes.

    A change reads the file anew under a lock and replaces it in one step: nobody sees half of it, and no change of
    another process is lost.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def all(self) -> list[SavedView]:
        """Every view, in the order of their names.

        Raises:
            CorruptError: The file is damaged.
        """
        return sorted(self._read(), key=lambda view: (view.name.casefold(), view.view_id))

    def add(self, *, name: str, screen: str, search: dict[str, Any]) -> SavedView:
        """Save a view.

        Args:
            name: What people call it.
            screen: The screen it is of.
            search: The screen's search parameters.

        Raises:
            DataError: There are too many views, or the parameters are too long.
            ReadOnlyError: This process may not write to the folder.
            StoreError: The folder cannot be written.
        """
        view = SavedView(
            view_id=uuid.uuid4().hex, created_unix_ns=time.time_ns(), name=name, screen=screen, search=_checked(search)
        )

        def change(views: list[SavedView]) -> list[SavedView]:
            if len(views) >= MAX_VIEWS:
                raise DataError(f"expected at most {MAX_VIEWS} saved views. Hint: delete some that nobody uses.")
            return [*views, view]

        self._change(change)
        return view

    def replace(self, view_id: str, *, name: str, screen: str, search: dict[str, Any]) -> SavedView:
        """Change a view. Raises as `add`, and NotFoundError where there is none of that id."""
        replaced: list[SavedView] = []

        def change(views: list[SavedView]) -> list[SavedView]:
            at = _position(views, view_id)
            view = msgspec.structs.replace(views[at], name=name, screen=screen, search=_checked(search))
            replaced.append(view)
            return [*views[:at], view, *views[at + 1 :]]

        self._change(change)
        return replaced[0]

    def delete(self, view_id: str) -> None:
        """Delete a view. Raises as `replace`."""

        def change(views: list[SavedView]) -> list[SavedView]:
            at = _position(views, view_id)
            return [*views[:at], *views[at + 1 :]]

        self._change(change)

    def _read(self) -> list[SavedView]:
        path = self._root / FILE_NAME
        try:
            return _decode(path.read_bytes()).views
        except FileNotFoundError:
            return []
        except msgspec.DecodeError as error:
            raise CorruptError(
                f"{path}: expected saved views; {error}. Hint: rename the file to begin anew."
            ) from error

    def _change(self, change: Callable[[list[SavedView]], list[SavedView]]) -> None:
        try:
            with locked(self._root / LOCK_NAME):
                views = change(self._read())
                write_atomically(self._root / FILE_NAME, msgspec.json.format(msgspec.json.encode(_File(views=views))))
        except OSError as error:
            if isinstance(error, StoreError):
                raise
            if error.errno in _READ_ONLY:
                problem = f"{self._root}: expected a folder that this process may write to; {error.strerror}."
                raise ReadOnlyError(problem) from error
            raise StoreError(f"{self._root}: the view could not be saved; {error.strerror}.") from error


def _position(views: list[SavedView], view_id: str) -> int:
    for at, view in enumerate(views):
        if view.view_id == view_id:
            return at
    raise NotFoundError(f"no saved view has the id {view_id!r}.")


def _checked(search: dict[str, Any]) -> dict[str, Any]:
    try:
        size = len(msgspec.json.encode(search))
    except (UnicodeError, RecursionError, msgspec.MsgspecError) as error:
        raise DataError(f"search: expected values that JSON can hold; {error}.") from error
    if size > MAX_SEARCH_BYTES:
        raise DataError(f"search: expected at most {MAX_SEARCH_BYTES:,} bytes of JSON, got {size:,}.")
    return search
