"""How far a journal is served, who may serve it, and what is deleted when."""

from __future__ import annotations

import itertools
import random
import shutil

import pytest

from pyflare.schema.records import SPAN_END_TAG, encode_record
from pyflare.store.journal.reader import list_writers
from pyflare.store.journal.shipped import is_shipped, load_position, load_positions
from pyflare.tracing.shipping import Destination
from pyflare.tracing.shipping.ledger import Ledger
from pyflare.tracing.shipping.reading import BATCH_BYTES, JournalReader, Limits
from tests.tracing.shipping.journals import (
    identity,
    journal,
    write_end,
    write_others,
    write_span,
    write_start,
    write_verdict,
)

DESTINATION = Destination(endpoint="http://collector:4318")
NAME = DESTINATION.name


def ledger_of(root, *, dead=True):
    opened = Ledger.open(list_writers(root)[0], NAME, dead=dead)
    assert opened is not None
    return opened


def items(ledger, spans=1000):
    return [item for batch in JournalReader(ledger, Limits(spans=spans)).batches() for item in batch]


def write_journal(root, names, **options):
    writer = journal(root, DESTINATION, **options)
    for name in names:
        write_span(writer, name)
    writer.close()
    return writer


def test_only_spans_that_ended_are_shipped(tmp_path):
    """Starts, rows and payloads are passed over."""
    writer = journal(tmp_path, DESTINATION)
    write_span(writer, "a")
    write_others(writer)
    writer.close()
    ledger = ledger_of(tmp_path)
    assert [item.span.name for item in items(ledger)] == ["a"]
    ledger.close()


def test_batches_are_bounded_in_spans_and_bytes(tmp_path):
    """No more spans than asked for, nor more bytes than collectors take, unless one span is larger by itself."""
    writer = journal(tmp_path, DESTINATION)
    for size in (10, 10, 10, BATCH_BYTES // 2, BATCH_BYTES // 2, BATCH_BYTES * 2, 10):
        trace_id, span_id = identity()
        record = (SPAN_END_TAG, trace_id, span_id, None, str(size), None, 1, b"x" * size, None, None, 5)
        assert writer.write(encode_record(record))
    writer.close()
    ledger = ledger_of(tmp_path)
    sizes = [[int(item.span.name) for item in batch] for batch in JournalReader(ledger, Limits(spans=2)).batches()]
    assert sizes == [[10, 10], [10, BATCH_BYTES // 2], [BATCH_BYTES // 2], [BATCH_BYTES * 2], [10]]
    ledger.close()


def test_an_end_in_the_place_of_its_start_is_shipped(tmp_path):
    """A start that is the last frame was read before, and saved as far as that went."""
    writer = journal(tmp_path, DESTINATION)
    write_span(writer, "before")
    trace_id, span_id = identity()
    start = write_start(writer, "late", trace_id, span_id)
    ledger = ledger_of(tmp_path, dead=False)
    assert [shipped(ledger), shipped(ledger)] == [["before"], []]
    write_end(writer, "late", trace_id, span_id, start=start)
    assert [shipped(ledger), shipped(ledger)] == [["late"], []]
    write_start(writer, "running", *identity())
    write_span(writer, "after")
    assert [shipped(ledger), shipped(ledger)] == [["after"], []]
    ledger.close()
    writer.close()


def shipped(ledger):
    """The names of what one sweep over a ledger ships, all acknowledged and saved."""
    found = items(ledger)
    for item in found:
        ledger.handle(item.place)
    ledger.save()
    return [item.span.name for item in found]


@pytest.mark.parametrize("seed", range(5))
def test_frames_may_be_handled_in_any_order(tmp_path, seed):
    """What was handled is known after a restart, however it was ordered; what was not is read again."""
    write_journal(tmp_path, [str(number) for number in range(20)])
    ledger = ledger_of(tmp_path)
    everything = items(ledger)
    handled = random.Random(seed).sample(everything, 12)
    for item in handled:
        ledger.handle(item.place)
    ledger.save()
    ledger.close()
    again = ledger_of(tmp_path)
    left = {item.span.name for item in everything} - {item.span.name for item in handled}
    assert {item.span.name for item in items(again)} == left
    again.close()


def test_a_segment_is_done_when_all_of_it_is_handled(tmp_path):
    """Only then may a compaction delete it."""
    writer = write_journal(tmp_path, ["a", "b"])
    ledger = ledger_of(tmp_path)
    one, two = items(ledger)
    segment = one.place.segment
    for item, expected in ((one, False), (two, True)):
        ledger.handle(item.place)
        ledger.save()
        assert is_shipped(segment, [NAME], load_positions(writer.directory, [NAME])) is expected
    assert load_position(writer.directory, NAME).positions == {}
    ledger.close()
    assert (writer.directory / segment).exists(), "a journal that is kept is the compaction's to delete"


def test_a_segment_that_still_grows_is_not_done(tmp_path):
    """A living writer may add to it; what it adds is shipped from where we were."""
    writer = journal(tmp_path, DESTINATION)
    write_span(writer, "a")
    ledger = ledger_of(tmp_path, dead=False)
    for item in items(ledger):
        ledger.handle(item.place)
    ledger.save()
    assert load_position(writer.directory, NAME).done == set()
    write_span(writer, "b")
    assert [item.span.name for item in items(ledger)] == ["b"]
    writer.close()
    ledger.close()


def test_one_process_ships_a_journal_at_a_time(tmp_path):
    """A second one is told to leave it; after the first one has let go it may."""
    write_journal(tmp_path, ["a"])
    found = list_writers(tmp_path)[0]
    first = ledger_of(tmp_path)
    assert Ledger.open(found, NAME, dead=True) is None
    assert Ledger.open(found, "another-destination", dead=True) is not None
    first.close()
    ledger_of(tmp_path).close()


def test_a_spool_is_deleted_as_it_is_shipped(tmp_path):
    """Nothing of a dead process that only shipped is left, once all is acknowledged."""
    writer = write_journal(tmp_path, ["a", "b"], keep=False)
    ledger = ledger_of(tmp_path)
    one, two = items(ledger)
    ledger.handle(one.place)
    ledger.save()
    assert writer.directory.exists()
    ledger.handle(two.place)
    ledger.save()
    assert not list(writer.directory.glob("*.seg"))
    ledger.close()
    assert not writer.directory.exists()


def test_a_spool_waits_for_every_destination(tmp_path):
    """What one destination has and another has not stays."""
    from pyflare.store.journal.writer import JournalWriter

    writer = JournalWriter(tmp_path, service_name="shop", keep=False, destinations=(NAME, "other"))
    write_span(writer, "a")
    writer.close()
    for name, is_left in ((NAME, True), ("other", False)):
        ledger = Ledger.open(list_writers(tmp_path)[0], name, dead=True)
        assert ledger is not None
        for item in items(ledger):
            ledger.handle(item.place)
        ledger.save()
        ledger.close()
        assert writer.directory.exists() is is_left


def test_a_spool_that_lost_something_keeps_its_counts(tmp_path):
    """The segments go, the counts stay for `pyflare doctor`."""
    writer = journal(tmp_path, DESTINATION, keep=False)
    write_span(writer, "a")
    writer.losses.add("disk_full", 3)
    writer.close()
    ledger = ledger_of(tmp_path)
    for item in items(ledger):
        ledger.handle(item.place)
    ledger.save()
    ledger.close()
    (left,) = list_writers(tmp_path)
    assert (left.losses(), left.segments()) == ({"disk_full": 3}, [])


def test_a_spool_that_only_sampled_leaves_nothing(tmp_path):
    """What somebody asked to leave out is no loss to keep a directory for."""
    writer = journal(tmp_path, DESTINATION, keep=False)
    write_span(writer, "a")
    writer.losses.add("sampled_head", 3)
    writer.close()
    ledger = ledger_of(tmp_path)
    for item in items(ledger):
        ledger.handle(item.place)
    ledger.save()
    ledger.close()
    assert list_writers(tmp_path) == []


def test_a_damaged_end_does_not_keep_a_dead_journal_for_ever(tmp_path):
    """What cannot be read cannot be shipped; `pyflare doctor` tells of it."""
    writer = write_journal(tmp_path, ["a", "b"])
    (path,) = writer.directory.glob("*.seg")
    data = path.read_bytes()
    path.write_bytes(data[:-5])
    ledger = ledger_of(tmp_path)
    (only,) = items(ledger)
    ledger.handle(only.place)
    ledger.save()
    assert load_position(writer.directory, NAME).done == {path.name}
    ledger.close()


def test_a_journal_that_vanishes_is_not_opened(tmp_path):
    """Whoever deletes a journal between our looking and our opening it is not in the way."""
    writer = write_journal(tmp_path, ["a"])
    (found,) = list_writers(tmp_path)
    shutil.rmtree(writer.directory)
    assert Ledger.open(found, NAME, dead=True) is None


def test_a_segment_that_vanishes_is_passed_over(tmp_path):
    """Somebody has deleted the folder's content: there is nothing to ship, and no error."""
    writer = write_journal(tmp_path, ["a"])
    ledger = ledger_of(tmp_path)
    (path,) = writer.directory.glob("*.seg")
    path.unlink()
    assert items(ledger) == []
    ledger.save()
    ledger.close()


def test_traces_that_were_refused_are_not_shipped_from_a_dead_journal(tmp_path):
    """The verdict may lie in any segment, before or after the spans."""
    writer = journal(tmp_path, DESTINATION)
    trace_id, span_id = identity()
    write_end(writer, "refused", trace_id, span_id)
    spans = [write_span(writer) for _ in range(6000)]  # three segments
    write_verdict(writer, trace_id)
    writer.close()
    assert len(list(writer.directory.glob("*.seg"))) > 1
    ledger = ledger_of(tmp_path)
    assert [item.span.span_id for item in items(ledger)] == spans
    ledger.close()


def test_reading_stops_where_the_caller_stops(tmp_path):
    """A batch that was not handled comes again."""
    write_journal(tmp_path, ["a", "b", "c"])
    ledger = ledger_of(tmp_path)
    first = next(JournalReader(ledger, Limits(spans=2)).batches())
    ledger.handle(first[0].place)
    assert [item.span.name for item in itertools.chain(items(ledger))] == ["b", "c"]
    ledger.close()


def test_a_record_that_cannot_be_read_holds_nothing_up(tmp_path):
    """A span record of an unknown shape is passed over, and said so once."""
    writer = journal(tmp_path, DESTINATION)
    assert writer.write(encode_record((SPAN_END_TAG, "no", "such", "shape")))
    write_span(writer, "a")
    writer.close()
    ledger = ledger_of(tmp_path)
    assert [item.span.name for item in items(ledger)] == ["a"]
    ledger.close()
