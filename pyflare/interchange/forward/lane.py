"""One table on its way to one destination: first what parts hold, then what only journals do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.errors import CorruptError
from pyflare.interchange.forward.committed import Committed
from pyflare.interchange.forward.keys import keys_of
from pyflare.interchange.forward.outbox import Outbox, in_requests
from pyflare.interchange.forward.position import Position, Round
from pyflare.schema.tables import TABLES
from pyflare.store.catalog import Catalog, load_catalog
from pyflare.store.snapshot import Snapshot
from pyflare.tracing.shipping.answer import Failed

_GATHERED_ROWS: Final = 512
_BEFORE_ALL_NS: Final = -1


class Lane:
    """Sends the rows of one table that a destination has not got, and keeps how far it is."""

    def __init__(
        self,
        root: Path,
        table: str,
        *,
        position: Position,
        outbox: Outbox,
        since_ns: int | None,
        on_sent: Callable[[str, int], None],
    ) -> None:
        """`since_ns` leaves out rows of before, for good; `on_sent` is told the table and how many rows went out."""
        self.table: Final = table
        self.outbox: Final = outbox
        self.shippers: set[str] = set()
        """Writers that send their rows to the destination themselves."""
        self._root = root
        self._position = position
        self._ahead = position.ahead[table]
        self._since_ns = _BEFORE_ALL_NS if since_ns is None else since_ns
        self._on_sent = on_sent
        self._committed = Committed(root, table)
        self._time_column = TABLES[table].time_column

    def sweep(self, snapshot: Snapshot) -> Failed | None:
        """Send what a snapshot holds and the destination has not. None where that is all of it, else why not.

        Raises:
            CorruptError: A part that the catalogue names is not there.
            OSError: A part cannot be read, or the position cannot be written down.
        """
        failed = self._send_committed(snapshot.catalog)
        if failed is not None:
            return failed
        live = snapshot.live.get(self.table)
        if live is None:
            self._ahead.keep(Counter())
            return None
        return self._send_live(live)

    def _send_committed(self, catalog: Catalog) -> Failed | None:
        place = self._position.of(self.table)
        target = catalog.version
        while place.done < target:
            place.round = place.round or Round(until=catalog.version, time_ns=_BEFORE_ALL_NS)
            try:
                failed = self._send_round(catalog, place.done, place.round)
            except FileNotFoundError as error:
                newer = load_catalog(self._root)
                if newer.version == catalog.version:
                    raise CorruptError(f"{error.filename}: the catalogue names a part that is not there.") from error
                catalog = newer  # which has the same rows in other parts
                continue
            if failed is not None:
                return failed
            place.done, place.round = place.round.until, None
            self._position.save()
        return None

    def _send_round(self, catalog: Catalog, after: int, at: Round) -> Failed | None:
        """Send the rows of some commits, from where the round is."""
        already, ahead = Counter(map(bytes.fromhex, at.keys)), Counter(self._ahead.keys)
        reached_ns = at.time_ns
        since_ns = max(self._since_ns, reached_ns)
        pieces = self._committed.rows(catalog, after=after, until=at.until, since_ns=since_ns)
        for rows in _gathered(pieces):
            keys = keys_of(self.table, rows)
            times = self._times(rows)
            fresh = [
                index
                for index, (key, time_ns) in enumerate(zip(keys, times, strict=True))
                if not (time_ns == reached_ns and _take(already, key)) and not _take(ahead, key)
            ]
            failed = self._send(rows, keys, fresh)
            if failed is not None:
                return failed
            _advance(at, times, keys)
            self._position.save()
        return None

    def _send_live(self, live: pa.Table) -> Failed | None:
        """Send what no part held, and note it, so as not to send it again when it comes into one."""
        rows = live
        if self.table == "spans":
            rows = rows.filter(pc.not_equal(rows["state"], "running"))
        keys = keys_of(self.table, rows)
        self._ahead.keep(Counter(keys))
        ahead = Counter(self._ahead.keys)
        times = self._times(rows)
        fresh = [index for index, key in enumerate(keys) if not _take(ahead, key)]
        if too_old := [keys[index] for index in fresh if times[index] < self._since_ns]:
            self._ahead.add(too_old)  # left out now, and when they come into a part
            fresh = [index for index in fresh if times[index] >= self._since_ns]
        chosen = rows.take(pa.array(fresh, pa.int64()))
        start = 0
        for piece in in_requests(chosen):
            of_piece = [keys[index] for index in fresh[start : start + piece.num_rows]]
            start += piece.num_rows
            failed = self._send(piece, of_piece, range(piece.num_rows), is_ahead=True)
            if failed is not None:
                return failed
        return None

    def _send(
        self, rows: pa.Table, keys: list[bytes], fresh: list[int] | range, *, is_ahead: bool = False
    ) -> Failed | None:
        """Send some of the rows. What is handled of a batch that fails, or is ahead of the parts, is noted by key."""
        writers = rows["writer_id"].to_pylist()
        meant = [index for index in fresh if writers[index] not in self.shippers]
        if not meant:
            return None

        def note(places: list[int]) -> None:
            self._ahead.add(keys[meant[place]] for place in places)

        chosen = rows if len(meant) == rows.num_rows else rows.take(pa.array(meant, pa.int64()))
        last, handled, failed = self.outbox.send(chosen, note=note)
        if handled:
            self._on_sent(self.table, handled)
        if is_ahead or failed is not None:
            note(last)
        return failed

    def _times(self, rows: pa.Table) -> list[int]:
        return pc.fill_null(rows[self._time_column].cast(pa.int64()), _BEFORE_ALL_NS).to_pylist()  # type: ignore[no-any-return]


def _take(counted: Counter[bytes], key: bytes) -> bool:
    """Whether one of a key is left; takes it."""
    if counted[key] <= 0:
        return False
    counted[key] -= 1
    return True


def _advance(at: Round, times: list[int], keys: list[bytes]) -> None:
    """Note that rows are handled: the latest time, and which rows are of that time."""
    last_ns = max(times)
    at_last = [key.hex() for key, time_ns in zip(keys, times, strict=True) if time_ns == last_ns]
    at.keys = [*at.keys, *at_last] if last_ns == at.time_ns else at_last
    at.time_ns = last_ns


def _gathered(pieces: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Pieces joined where they are small and cut where they are large, so that each is one request."""
    waiting: list[pa.Table] = []
    for piece in pieces:
        waiting.append(piece)
        if sum(rows.num_rows for rows in waiting) >= _GATHERED_ROWS:
            yield from in_requests(pa.concat_tables(waiting))
            waiting = []
    if waiting:
        yield from in_requests(pa.concat_tables(waiting))
