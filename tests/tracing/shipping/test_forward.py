"""Shipping what waits in a folder, once."""

from __future__ import annotations

import pytest

from pyflare.errors import StoreNotFoundError
from pyflare.store.journal.reader import list_writers
from pyflare.tracing.shipping import Destination
from pyflare.tracing.shipping.forward import ForwardResult, forward
from tests.tracing.shipping.collectors import Reply
from tests.tracing.shipping.journals import journal, write_span


def left_behind(root, destination, count, **options):
    """The spans of a process that has ended."""
    writer = journal(root, destination, **options)
    spans = [write_span(writer) for _ in range(count)]
    writer.close()
    return spans


def test_everything_that_waits_goes_out_once(collector, tmp_path):
    """Whichever endpoint it was meant for; a second time there is nothing left."""
    gone = Destination(endpoint="http://gone:4318")
    spans = left_behind(tmp_path, gone, 30, keep=False) + left_behind(tmp_path, collector.destination(), 20)
    told: list[int] = []
    result = forward(tmp_path, collector.destination(), progress=told.append, batch_spans=10)
    assert result == ForwardResult(shipped_spans=50, rejected_spans=0, journals=2, skipped_journals=0)
    assert told == [10, 20, 30, 40, 50]
    assert collector.counts == dict.fromkeys(spans, 1)
    again = forward(tmp_path, collector.destination())
    assert again == ForwardResult(shipped_spans=0, rejected_spans=0, journals=0, skipped_journals=0)
    assert len(list_writers(tmp_path)) == 1, "the spool is gone, the journal that is kept is not"


def test_what_nobody_waits_for_stays(collector, tmp_path):
    """A journal without a destination is not shipped."""
    from pyflare.store.journal.writer import JournalWriter

    writer = JournalWriter(tmp_path, service_name="local")
    write_span(writer)
    writer.close()
    assert forward(tmp_path, collector.destination()).journals == 0
    assert collector.spans == []


def test_a_living_process_is_left_to_itself(collector, tmp_path):
    """Its journal is counted as skipped."""
    writer = journal(tmp_path, collector.destination())
    write_span(writer)
    assert forward(tmp_path, collector.destination()).skipped_journals == 1
    assert collector.spans == []
    writer.close()


def test_where_it_fails_the_rest_still_waits(collector, tmp_path):
    """The result says why it stopped; the next run takes up where it was."""
    import grpc

    spans = left_behind(tmp_path, collector.destination(), 30)
    collector.replies += [Reply(), Reply(status=503, grpc_code=grpc.StatusCode.UNAVAILABLE, keeps=False)]
    result = forward(tmp_path, collector.destination(), batch_spans=10)
    assert (result.shipped_spans, result.journals) == (10, 0)
    assert result.failure is not None
    assert forward(tmp_path, collector.destination(), batch_spans=10).shipped_spans == 20
    assert collector.counts == dict.fromkeys(spans, 1)


def test_what_is_refused_is_told(collector, tmp_path):
    """Spans refused for good are not counted as shipped."""
    left_behind(tmp_path, collector.destination(), 5)
    collector.replies.append(Reply(rejected=2, details="no"))
    result = forward(tmp_path, collector.destination())
    assert (result.shipped_spans, result.rejected_spans, result.journals) == (3, 2, 1)


def test_a_folder_that_is_none_is_an_error(tmp_path):
    """A wrong path is told from an empty folder."""
    with pytest.raises(StoreNotFoundError, match=r"pyflare\.json"):
        forward(tmp_path, Destination(endpoint="http://c:1"))
