"""When no destination waits for a segment any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyflare.store.journal.shipped import ShipPosition, is_shipped, load_position, load_positions, save_position


@pytest.mark.parametrize(
    ("destinations", "done", "shipped"),
    [
        ([], {}, True),
        (["a"], {}, False),
        (["a"], {"a": {"000001-0.seg"}}, True),
        (["a", "b"], {"a": {"000001-0.seg"}}, False),
        (["a", "b"], {"a": {"000001-0.seg"}, "b": {"000001-0.seg"}}, True),
        (["a"], {"a": {"000002-0.seg"}}, False),
    ],
)
def test_every_destination_must_have_the_whole_segment(
    destinations: list[str], done: dict[str, set[str]], shipped: bool
) -> None:
    """A segment is shipped when each destination that its process named is done with it."""
    positions = {name: ShipPosition(done=names) for name, names in done.items()}
    assert is_shipped("000001-0.seg", destinations, positions) is shipped


def test_nobody_waits_for_carried_spans() -> None:
    """Carry segments repeat starts, which are never shipped from there."""
    assert is_shipped("carry-000001.seg", ["a"], {})


def test_a_position_is_kept(tmp_path: Path) -> None:
    """What was acknowledged is known after a restart."""
    position = ShipPosition(positions={"000002-0.seg": 160}, done={"000001-0.seg"})
    save_position(tmp_path, "collector", position)
    assert load_position(tmp_path, "collector") == position
    assert load_positions(tmp_path, ["collector", "other"]) == {"collector": position, "other": ShipPosition()}


@pytest.mark.parametrize("damage", [b"", b"{", b'{"positions": 3}'])
def test_a_damaged_position_means_nothing_was_acknowledged(tmp_path: Path, damage: bytes) -> None:
    """To send twice is allowed where an acknowledgement was lost; to skip is not."""
    (tmp_path / "ship-collector.json").write_bytes(damage)
    assert load_position(tmp_path, "collector") == ShipPosition()
