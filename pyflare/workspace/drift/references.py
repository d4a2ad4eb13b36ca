"""References that are kept: versioned files of a folder, each written once and never changed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pyflare.analytics.drift.column import Categories, Column, Numbers, Vectors
from pyflare.analytics.drift.column_state import sample_arrays, sample_of, sample_values
from pyflare.analytics.drift.state import State, pack, unpack
from pyflare.errors import CorruptError, DataError, NotFoundError, ReadOnlyError, StoreError
from pyflare.workspace.drift.frame import Frame
from pyflare.workspace.drift.periods import LATEST
from pyflare.workspace.drift.sources import Kind

FOLDER: Final = Path("drift", "references")
_SUFFIX: Final = ".drift"
_KIND: Final = "reference"
_KINDS: Final[Mapping[type[Column], Kind]] = {Numbers: "number", Categories: "category", Vectors: "vector"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReference:
    """A reference that is kept."""

    monitor: str
    version: str
    created_at: datetime
    n_rows: int
    columns: tuple[str, ...]
    start_ns: int | None
    """When its rows begin, in unix nanoseconds; None where that is not known."""
    end_ns: int | None
    size_bytes: int

    def __repr__(self) -> str:
        return f"StoredReference({self.monitor!r}, version {self.version}, {self.n_rows:,} rows, {len(self.columns)} columns)"


class ReferenceStore:
    """The references of a folder: `drift/references/<monitor>/<version>.drift`. Versions count from 1."""

    def __init__(self, root: Path) -> None:
        self._folder = root / FOLDER

    def add(self, monitor: str, frame: Frame, *, now_ns: int) -> StoredReference:
        """Keep a sample as the next version of a monitor's reference.

        The file appears whole under a number that nobody else has taken, or not at all.

        Raises:
            DataError: The sample has no rows.
            ReadOnlyError: This process may not write to the folder.
            StoreError: The folder cannot be written.
        """
        if not frame.n_rows:
            raise DataError(
                f"the reference of {monitor!r} would have no rows. Choose a period in which there are some."
            )
        data = pack(_state(monitor, frame, now_ns=now_ns))
        try:
            path = _write_next(self._folder / monitor, data)
        except PermissionError as error:
            raise ReadOnlyError(f"{self._folder}: expected a folder that this process may write to.") from error
        except OSError as error:
            raise StoreError(f"{self._folder}: the reference could not be kept; {error.strerror}.") from error
        return _described(monitor, path, unpack(data))

    def versions(self, monitor: str) -> list[str]:
        """The versions of a monitor's reference, the oldest first."""
        paths = (self._folder / monitor).glob(f"[0-9]*{_SUFFIX}")
        return [str(number) for number in sorted(int(path.stem) for path in paths if path.stem.isdigit())]

    def list(self) -> list[StoredReference]:
        """All references, by monitor and version. Raises CorruptError."""
        monitors = sorted(path.name for path in self._folder.glob("*") if path.is_dir())
        return [self.describe(monitor, version) for monitor in monitors for version in self.versions(monitor)]

    def describe(self, monitor: str, version: str) -> StoredReference:
        """One reference. Raises NotFoundError, CorruptError."""
        path = self._path(monitor, version)
        return _described(monitor, path, _state_of(path))

    def load(self, monitor: str, version: str) -> tuple[str, Frame]:
        """A reference's rows, and its version where the `latest` is asked for.

        Raises:
            NotFoundError: There is no such version.
            CorruptError: Its file is damaged.
        """
        path = self._path(monitor, version)
        state = _state_of(path)
        try:
            sample = sample_of(state.values.get("columns"), state.arrays)
        except DataError as error:
            raise CorruptError(f"{path}: {error}") from error
        segments = {name: sample.pop(f"{_KIND}.{name}") for name in state.values.get("segments", ())}
        return path.stem, Frame(
            columns=sample,
            segments={name: column for name, column in segments.items() if isinstance(column, Categories)},
            start_ns=state.values.get("start_ns"),
            end_ns=state.values.get("end_ns"),
            n_rows=int(state.values["n_rows"]),
        )

    def remove(self, monitor: str, version: str) -> None:
        """Delete one version; its number is not given again as long as a later one is there. Raises NotFoundError."""
        self._path(monitor, version).unlink(missing_ok=True)

    def _path(self, monitor: str, version: str) -> Path:
        known = self.versions(monitor)
        wanted = known[-1] if version == LATEST and known else version
        if wanted not in known:
            there = f"There are: {', '.join(known)}." if known else "None is kept: pyflare drift references set."
            raise NotFoundError(f"the drift monitor {monitor!r} has no reference {version!r}. {there}")
        return self._folder / monitor / f"{wanted}{_SUFFIX}"


def kinds_of(frame: Frame) -> dict[str, Kind]:
    """What the columns of a sample hold, by name."""
    return {name: _KINDS[type(column)] for name, column in frame.columns.items()}


def _state(monitor: str, frame: Frame, *, now_ns: int) -> State:
    sample = {**frame.columns, **{f"{_KIND}.{name}": column for name, column in frame.segments.items()}}
    values = {
        "columns": sample_values(sample),
        "segments": [*frame.segments],
        "n_rows": frame.n_rows,
        "start_ns": frame.start_ns,
        "end_ns": frame.end_ns,
        "created_ns": now_ns,
    }
    return State(kind=_KIND, configuration={"monitor": monitor}, values=values, arrays=sample_arrays(sample))


def _state_of(path: Path) -> State:
    try:
        state = unpack(path.read_bytes())
    except FileNotFoundError:
        raise NotFoundError(f"the reference {path.stem} of {path.parent.name!r} was removed meanwhile.") from None
    except DataError as error:
        raise CorruptError(f"{path}: {error} Hint: remove the file, and keep a reference anew.") from error
    if state.kind != _KIND:
        raise CorruptError(f"{path}: expected a reference, got the state of a {state.kind!r}.")
    return state


def _described(monitor: str, path: Path, state: State) -> StoredReference:
    values: Mapping[str, Any] = state.values
    return StoredReference(
        monitor=monitor,
        version=path.stem,
        created_at=datetime.fromtimestamp(values["created_ns"] / 1e9, UTC),
        n_rows=values["n_rows"],
        columns=tuple(item["name"] for item in values["columns"] if not item["name"].startswith(f"{_KIND}.")),
        start_ns=values["start_ns"],
        end_ns=values["end_ns"],
        size_bytes=path.stat().st_size,
    )


def _write_next(folder: Path, data: bytes) -> Path:
    """Write a file under the first number that is free: linked into place, so no two processes take the same."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    hidden = folder / f".{os.getpid()}-{secrets.token_hex(4)}"
    try:
        with open(hidden, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        number = max((int(path.stem) for path in folder.glob(f"[0-9]*{_SUFFIX}") if path.stem.isdigit()), default=0)
        while True:
            number += 1
            path = folder / f"{number}{_SUFFIX}"
            try:
                os.link(hidden, path)
            except FileExistsError:
                continue
            return path
    finally:
        hidden.unlink(missing_ok=True)
