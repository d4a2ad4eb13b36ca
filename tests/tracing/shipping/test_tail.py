"""Holding spans back until their trace is decided."""

from __future__ import annotations

from contextlib import contextmanager

from pyflare.schema.records import SPAN_END_TAG, SPAN_START_TAG, VERDICT_TAG, encode_record
from pyflare.store.journal.reader import list_writers
from pyflare.store.journal.shipped import load_position
from pyflare.tracing.shipping import Destination
from pyflare.tracing.shipping.ledger import Ledger
from pyflare.tracing.shipping.reading import JournalReader, Limits
from pyflare.tracing.shipping.tail import TailReader
from tests.tracing.shipping.journals import identity, journal, write_end, write_others, write_start, write_verdict

DESTINATION = Destination(endpoint="http://collector:4318")


class Watched:
    """A living journal, and what a sweep over it ships."""

    def __init__(self, root, **options):
        self.root = root
        self.writer = journal(root, DESTINATION, **options)
        self.reader = None

    def open(self, **options):
        ledger = Ledger.open(list_writers(self.root)[0], DESTINATION.name, dead=False)
        assert ledger is not None
        self.ledger = ledger
        self.reader = TailReader(ledger, Limits(spans=100), **options)

    def ship(self):
        """Names of what one sweep ships, all acknowledged."""
        if self.reader is None:
            self.open()
        names = []
        for batch in self.reader.batches():
            for item in batch:
                names.append(item.span.name)
                self.ledger.handle(item.place)
        self.ledger.save()
        return names


@contextmanager
def watched(root, **options):
    watch = Watched(root, **options)
    yield watch
    watch.writer.close()
    if watch.reader is not None:
        watch.ledger.close()


class Trace:
    """A root and its children in one journal."""

    def __init__(self, writer, name, parent=None):
        self.writer, self.name, self.parent = writer, name, parent
        self.trace_id, self.root_id = identity()
        self.start = write_start(writer, name, self.trace_id, self.root_id, parent)

    def child(self, name):
        _, span_id = identity()
        start = write_start(self.writer, name, self.trace_id, span_id, self.root_id)
        write_end(self.writer, name, self.trace_id, span_id, self.root_id, start)

    def end(self, refused=False):
        if refused:
            write_verdict(self.writer, self.trace_id)
        write_end(self.writer, self.name, self.trace_id, self.root_id, self.parent, self.start)


def test_spans_wait_until_the_first_span_of_their_trace_has_ended(tmp_path):
    """Children are held while the root runs, and go out with it, in one sweep."""
    with watched(tmp_path) as watch:
        trace = Trace(watch.writer, "root")
        trace.child("step")
        assert watch.ship() == []
        trace.end()
        assert watch.ship() == ["step", "root"]
        assert watch.ship() == []


def test_a_root_without_children_goes_out_once(tmp_path):
    """Its end takes the place of a start that has been read already."""
    with watched(tmp_path) as watch:
        trace = Trace(watch.writer, "root")
        assert watch.ship() == []
        assert watch.ship() == []
        trace.end()
        assert watch.ship() == ["root"]
        assert watch.ship() == []


def test_a_refused_trace_is_never_shipped(tmp_path):
    """Not its spans so far, nor one that ends later."""
    with watched(tmp_path) as watch:
        trace, other = Trace(watch.writer, "refused"), Trace(watch.writer, "kept")
        trace.child("step")
        assert watch.ship() == []
        trace.end(refused=True)
        other.end()
        trace.child("late")
        assert watch.ship() == ["kept"]
        trace.child("later")
        assert watch.ship() == []


def test_a_late_span_of_a_trace_that_is_kept_goes_out(tmp_path):
    """Work that outlives the root is shipped when it ends."""
    with watched(tmp_path) as watch:
        trace = Trace(watch.writer, "root")
        trace.end()
        assert watch.ship() == ["root"]
        trace.child("late")
        assert watch.ship() == ["late"]


def test_a_root_whose_parent_is_elsewhere_is_the_first_span_here(tmp_path):
    """A trace that another service began is decided by its first span in this process."""
    with watched(tmp_path) as watch:
        trace = Trace(watch.writer, "root", parent=b"elsewher")
        trace.child("step")
        assert watch.ship() == []
        trace.end()
        assert watch.ship() == ["step", "root"]


def test_beyond_the_bound_the_oldest_traces_go_out_undecided(tmp_path):
    """A trace that never ends cannot fill the disk."""
    with watched(tmp_path) as watch:
        old, new = Trace(watch.writer, "old"), Trace(watch.writer, "new")
        watch.open(held_spans=5)
        for number in range(4):
            old.child(f"old-{number}")
        for number in range(4):
            new.child(f"new-{number}")
        assert watch.ship() == [f"old-{number}" for number in range(4)]
        old.end()
        new.end()
        assert set(watch.ship()) == {"old", "new", *(f"new-{number}" for number in range(4))}


def test_what_was_shipped_while_others_waited_is_not_shipped_again(tmp_path):
    """A process that dies while a trace is open leaves its heir exactly the rest, without the refused."""
    with watched(tmp_path) as watch:
        waiting = Trace(watch.writer, "waiting")
        waiting.child("step")
        kept, refused = Trace(watch.writer, "kept"), Trace(watch.writer, "refused")
        kept.end()
        refused.end(refused=True)
        assert watch.ship() == ["kept"]
        Trace(watch.writer, "unseen").end(refused=True)
        Trace(watch.writer, "last").end()
    heir = Ledger.open(list_writers(tmp_path)[0], DESTINATION.name, dead=True)
    assert heir is not None
    batches = JournalReader(heir, Limits(spans=100)).batches()
    assert [item.span.name for batch in batches for item in batch] == ["step", "last"]
    heir.close()


def test_a_batch_that_failed_comes_again(tmp_path):
    """What was released and not acknowledged is released still."""
    with watched(tmp_path) as watch:
        for number in range(3):
            Trace(watch.writer, str(number)).end()
        watch.open()
        batch = next(watch.reader.batches())
        watch.ledger.handle(batch[1].place)
        assert watch.ship() == ["0", "2"]


def test_everything_handled_leaves_a_plain_position(tmp_path):
    """Once nothing is held back, no frame is noted out of order, and a sealed spool is done."""
    with watched(tmp_path, keep=False) as watch:
        first = Trace(watch.writer, "first")
        first.child("step")
        Trace(watch.writer, "second").end()
        write_others(watch.writer)
        watch.ship()
        assert load_position(watch.writer.directory, DESTINATION.name).ahead
        first.end()
        watch.ship()
        assert not load_position(watch.writer.directory, DESTINATION.name).ahead
        watch.writer.close()
        watch.ship()
        assert watch.ledger.segments() == []


def test_a_record_that_cannot_be_read_holds_nothing_up(tmp_path):
    """A record of an unknown shape is passed over."""
    with watched(tmp_path) as watch:
        for tag in (SPAN_START_TAG, SPAN_END_TAG, VERDICT_TAG):
            assert watch.writer.write(encode_record((tag, 1.5, "such", "shape")))
        trace = Trace(watch.writer, "root")
        assert watch.writer.write(encode_record((SPAN_END_TAG, trace.trace_id, b"s" * 8, "no", "shape")))
        trace.end()
        assert watch.ship() == ["root"]
        assert load_position(watch.writer.directory, DESTINATION.name).ahead == {}
