"""How far each OTLP destination has been served from a journal.

One file per destination, `ship-<destination>.json`, in the journal's directory.
The shipper alone writes it; a compaction only asks whether a segment is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from pyflare.store.journal.writer import write_atomically


class ShipPosition(msgspec.Struct, kw_only=True):
    """What one destination has acknowledged of one journal."""

    positions: dict[str, int] = {}
    """The offset after the last acknowledged frame, by the name of a segment not yet done."""
    ahead: dict[str, dict[int, int]] = {}
    """Frames handled beyond that offset, from their first byte to the one after their last.

    Only where tail sampling holds spans back while later ones go out."""
    done: set[str] = set()
    """Segments acknowledged to their end. A name may go once its file is gone."""


_decode = msgspec.json.Decoder(ShipPosition).decode


def load_position(directory: Path, destination: str) -> ShipPosition:
    """The position of a destination in the journal at `directory`.

    A missing or damaged file means nothing was acknowledged: to send a span
    twice is allowed where its acknowledgement was lost, to lose it is not.
    """
    try:
        return _decode(_path(directory, destination).read_bytes())
    except (FileNotFoundError, msgspec.MsgspecError, UnicodeDecodeError):
        return ShipPosition()


def save_position(directory: Path, destination: str, position: ShipPosition) -> None:
    """Write the position down in one step. Raises OSError."""
    write_atomically(_path(directory, destination), msgspec.json.encode(position))


def is_shipped(segment_name: str, destinations: Iterable[str], positions: Mapping[str, ShipPosition]) -> bool:
    """Whether every destination has acknowledged the whole segment.

    Carry segments repeat the starts of open spans, which are never shipped from
    there: nobody waits for them.
    """
    if segment_name.startswith("carry-"):
        return True
    return all(name in positions and segment_name in positions[name].done for name in destinations)


def load_positions(directory: Path, destinations: Iterable[str]) -> dict[str, ShipPosition]:
    """The positions of several destinations, by name."""
    return {destination: load_position(directory, destination) for destination in destinations}


def remember_shipper(root: Path, writer_id: str, destinations: Iterable[str]) -> None:
    """Note that a process whose journal goes now has sent its spans to its destinations itself. Raises OSError."""
    for destination in destinations:
        path = forward_path(root, destination, "shippers")
        path.parent.mkdir(exist_ok=True)
        with open(path, "a", encoding="ascii") as file:
            file.write(f"{writer_id}\n")


def past_shippers(root: Path, destination: str) -> set[str]:
    """Ids of the writers that sent their spans to a destination themselves, and whose journals are gone."""
    try:
        return {*forward_path(root, destination, "shippers").read_text(encoding="ascii").split()}
    except FileNotFoundError:
        return set()


def forward_path(root: Path, destination: str, suffix: str) -> Path:
    """A file of the folder that says what a destination has."""
    return root / "forward" / f"{destination}.{suffix}"


def _path(directory: Path, destination: str) -> Path:
    return directory / f"ship-{destination}.json"
