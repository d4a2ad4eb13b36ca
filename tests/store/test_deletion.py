"""What is deleted is gone from every file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pyflare.errors import DataError, StoreError, StoreNotFoundError
from pyflare.store.catalog import load_catalog
from pyflare.store.compaction import compact
from pyflare.store.deletion import delete
from pyflare.store.journal.reader import list_writers
from pyflare.store.journal.shipped import ShipPosition, save_position
from pyflare.store.lock import exclusive
from tests.store.records import (
    SECOND_NS,
    T0_NS,
    end,
    found_on_disk,
    next_generation,
    open_journal,
    payload,
    query,
    row,
    size_on_disk,
    start,
    write_journal,
)

ANN = {"user_id": "ann", "session_id": "ann-1"}
BOB = {"user_id": "bob", "session_id": "bob-1"}
SECRET = "the secret of ann"
TABLES = ("spans", "traces", "scores", "predictions", "labels", "embeddings", "logs", "evaluations", "payloads")


def _hex(number: int) -> str:
    return f"{number:032x}"


def _records_of(trace: int, scope: dict[str, str], content: str) -> list[bytes]:
    """Something in every table that can belong to a user, with content in all of them."""
    text = content.encode()
    place: dict[str, Any] = {"trace_id": _hex(trace), "timestamp": T0_NS}
    return [
        payload(f"only-{trace}", b'"' + text + b'"'),
        payload("shared", b'"common"'),
        end(trace, trace * 10 + 1, parent=trace * 10, input=b'"' + text + b'"', fields={"input_ref": f"only-{trace}"}),
        end(trace, trace * 10, scope=scope, output=b'"' + text + b'"', fields={"output_ref": "shared"}),
        row("scores", score_id=f"s{trace}", name="help", comment=content, **place),
        row("scores", score_id=f"session{trace}", name="help", comment=content, session_id=scope["session_id"],
            timestamp=T0_NS),
        row("predictions", prediction_id=f"p{trace}", model_id="m", prediction=f'"{content}"', **place),
        row("predictions", prediction_id=f"lone{trace}", model_id="m", prediction=f'"{content}"',
            user_id=scope["user_id"], timestamp=T0_NS),
        row("labels", prediction_id=f"p{trace}", label=f'"{content}"', timestamp=T0_NS),
        row("labels", prediction_id=f"lone{trace}", label=f'"{content}"', timestamp=T0_NS),
        row("embeddings", embedding_id=f"e{trace}", name="input", vector=[1.0, 2.0], text=content, **place),
        row("logs", body=f'"{content}"', **place),
        row("evaluations", evaluation_id=f"v{trace}", evaluator="e", explanation=content, **place),
    ]  # fmt: skip


def _counts(root: Path) -> dict[str, int]:
    return {table: query(root, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_journal(tmp_path, [*_records_of(1, ANN, SECRET), *_records_of(2, BOB, "bob's own")])
    compact(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("asked", "kept_of_ann"),
    [
        ({"user_id": "ann"}, {"scores": 1}),
        ({"session_id": "ann-1"}, {"predictions": 1, "labels": 1}),
        ({"trace_id": _hex(1)}, {"scores": 1, "predictions": 1, "labels": 1}),
    ],
)
def test_everything_that_belongs_to_it_goes(folder: Path, asked: dict[str, Any], kept_of_ann: dict[str, int]) -> None:
    """Rows of every table go, and nobody else's; what only names another key of the user stays."""
    before = _counts(folder)
    result = delete(folder, **asked)
    after = _counts(folder)
    of_one = {name: count // 2 for name, count in before.items()} | {"payloads": 1}
    removed = {name: of_one[name] - kept_of_ann.get(name, 0) for name in of_one}
    assert {name: before[name] - after[name] for name in before} == removed
    assert result.rows == {name: count for name, count in removed.items() if name != "traces"} | {"traces": 1}
    assert result.held_back == ()
    assert result.freed_bytes > 0
    assert load_catalog(folder).deletions == ()


def test_no_file_holds_the_content_any_more(folder: Path) -> None:
    """The bytes are freed: no page of any file decompresses to what was deleted."""
    assert found_on_disk(folder, SECRET)
    delete(folder, user_id="ann")
    delete(folder, session_id="ann-1")
    assert found_on_disk(folder, SECRET) == []
    assert found_on_disk(folder, "only-1") == []
    assert found_on_disk(folder, "bob's own")


def test_the_folder_shrinks(tmp_path: Path) -> None:
    """Large content that is deleted leaves the disk."""
    import os

    contents = {scope["user_id"]: os.urandom(300_000).hex() for scope in (ANN, BOB)}
    for trace, scope in enumerate((ANN, BOB), start=1):
        write_journal(tmp_path, _records_of(trace, scope, contents[scope["user_id"]]))
    compact(tmp_path)
    before = size_on_disk(tmp_path)
    result = delete(tmp_path, user_id="ann")
    freed = before - size_on_disk(tmp_path)
    assert freed > 0.4 * before
    assert abs(result.freed_bytes - freed) < 64_000


def _drift(number: int, traces: list[int]) -> bytes:
    """What a drift monitor found, with samples of the traces behind it."""
    return row("drift", drift_id=_hex(90 + number), run_id=_hex(90), monitor="m", drift_type="feature",
               status="drifted", timestamp=T0_NS, sample_trace_ids=[_hex(trace) for trace in traces])  # fmt: skip


def _sampled(root: Path) -> list[Any]:
    return query(root, "SELECT list_transform(sample_trace_ids, lambda id: id[-1:]) FROM drift ORDER BY drift_id")


def test_what_is_about_many_traces_names_it_no_longer(folder: Path) -> None:
    """A row of drift stays, with the traces of others among its samples, in their order."""
    write_journal(folder, [_drift(1, [2, 1, 3]), _drift(2, [1]), _drift(3, [3]), _drift(4, [])])
    result = delete(folder, user_id="ann")
    assert _sampled(folder) == [(["2", "3"],), ([],), (["3"],), ([],)]
    assert "drift" not in result.rows
    assert found_on_disk(folder, _hex(1)) == []


def test_what_a_running_process_says_of_it_goes_when_it_may(folder: Path) -> None:
    """Drift found and scores given before the deletion go too, though the trace itself has long been in a part."""
    writer = open_journal(folder)
    writer.write(_drift(1, [1, 2]))
    writer.write(row("scores", score_id="late", name="help", comment=SECRET, trace_id=_hex(1), timestamp=T0_NS))
    result = delete(folder, user_id="ann")
    assert [held.reason for held in result.held_back] == ["open"]
    next_generation(writer)
    compact(folder)
    assert _sampled(folder) == [(["2"],)]
    assert query(folder, "SELECT count(*) FROM scores WHERE score_id = 'late'") == [(0,)]
    assert load_catalog(folder).deletions == ()
    writer.close()


def test_shared_payloads_stay_until_their_last_span_goes(folder: Path) -> None:
    """Content that another span refers to is kept for it."""
    delete(folder, user_id="ann")
    assert query(folder, "SELECT content_id FROM payloads ORDER BY 1") == [("only-2",), ("shared",)]
    delete(folder, user_id="bob")
    assert query(folder, "SELECT content_id FROM payloads") == []


def test_what_is_still_in_journals_goes_too(tmp_path: Path) -> None:
    """Journals of dead processes are compacted first, so nothing is left to wait for."""
    write_journal(tmp_path, _records_of(1, ANN, SECRET))
    result = delete(tmp_path, trace_id=_hex(1))
    assert (result.rows["spans"], result.rows["logs"]) == (2, 1)
    assert query(tmp_path, "SELECT count(*) FROM spans") == [(0,)]


def test_a_running_process_holds_its_open_segment_back(tmp_path: Path) -> None:
    """It is said which, and the next compactions do the rest unasked, whatever ends when."""
    writer = open_journal(tmp_path)
    writer.write(start(1, 10))
    writer.write(end(1, 11, parent=10, scope=ANN, input=SECRET.encode()))
    writer.write(end(2, 20, scope=BOB))
    next_generation(writer)
    writer.write(end(3, 30, scope=ANN, input=SECRET.encode()))
    result = delete(tmp_path, user_id="ann", now_ns=T0_NS + SECOND_NS)
    assert {(held.writer_id, held.reason) for held in result.held_back} == {(writer.info.writer_id, "open")}
    assert [held.segment.split("-")[0] for held in result.held_back] == ["carry", "000002"]
    assert result.rows["spans"] == 1
    assert [found.split("/")[0] for found in found_on_disk(tmp_path, SECRET)] == ["journal"]

    next_generation(writer)
    compact(tmp_path)
    assert found_on_disk(tmp_path, SECRET) == []
    assert len(load_catalog(tmp_path).deletions) == 1  # the root of trace 1 is open: it may say more

    writer.write(end(1, 10, input=SECRET.encode()))
    writer.write(end(4, 40, at_ns=T0_NS + 2 * SECOND_NS, scope=ANN, name="later"))
    next_generation(writer)
    compact(tmp_path)
    assert found_on_disk(tmp_path, SECRET) == []
    assert load_catalog(tmp_path).deletions == ()
    assert query(tmp_path, "SELECT operation_name FROM spans ORDER BY 1") == [("later",), ("step",)]
    writer.close()


def test_content_that_a_destination_waits_for_is_held_back(tmp_path: Path) -> None:
    """What has been promised to a collector stays in the spool until it is there, and then goes."""
    writer_id = write_journal(tmp_path, [end(1, 1, scope=ANN, input=SECRET.encode())], destinations=("collector",))
    result = delete(tmp_path, user_id="ann")
    assert [(held.writer_id, held.reason) for held in result.held_back] == [(writer_id, "unshipped")]
    assert query(tmp_path, "SELECT count(*) FROM spans") == [(0,)]
    (segment,) = list_writers(tmp_path)[0].segments()
    save_position(tmp_path / "journal" / writer_id, "collector", ShipPosition(done={segment.name}))
    compact(tmp_path)
    assert found_on_disk(tmp_path, SECRET) == []
    assert load_catalog(tmp_path).deletions == ()


def test_rows_that_begin_after_the_request_are_not_meant(tmp_path: Path) -> None:
    """A user who comes back is not forgotten for ever."""
    write_journal(tmp_path, [end(1, 1, at_ns=T0_NS, scope=ANN), end(2, 2, at_ns=T0_NS + 2, scope=ANN)])
    delete(tmp_path, user_id="ann", now_ns=T0_NS + 1)
    assert query(tmp_path, "SELECT span_id[-1:] FROM spans") == [("2",)]


def test_payloads_that_live_spans_refer_to_stay(tmp_path: Path) -> None:
    """A span that is in no part yet still needs its content."""
    writer = open_journal(tmp_path)
    writer.write(payload("shared", b'"x"'))
    writer.write(end(1, 1, scope=ANN, fields={"input_ref": "shared"}))
    next_generation(writer)
    writer.write(end(2, 2, scope=BOB, fields={"input_ref": "shared"}))
    delete(tmp_path, user_id="ann")
    assert query(tmp_path, "SELECT content_id FROM payloads") == [("shared",)]
    writer.close()


def test_deleting_what_is_not_there_changes_nothing(folder: Path) -> None:
    """An id that nobody has leaves the catalogue as it is."""
    before = load_catalog(folder)
    result = delete(folder, trace_id=_hex(77))
    assert (result.rows, result.freed_bytes, result.held_back) == ({}, 0, ())
    assert load_catalog(folder) == before


@pytest.mark.parametrize("asked", [{}, {"user_id": "a", "trace_id": "b"}])
def test_exactly_one_thing_is_asked_for(tmp_path: Path, asked: dict[str, Any]) -> None:
    """A deletion of nothing, or of a mixture, is refused."""
    with pytest.raises(DataError, match="exactly one of"):
        delete(tmp_path, **asked)


def test_a_place_without_a_folder_is_an_error(tmp_path: Path) -> None:
    """There is nothing to delete from, and the caller should know."""
    with pytest.raises(StoreNotFoundError):
        delete(tmp_path, user_id="ann")


def test_a_compaction_under_way_is_waited_for(folder: Path) -> None:
    """And if it does not end in time the caller is told."""
    with exclusive(folder), pytest.raises(StoreError, match=r"Try again later"):
        delete(folder, user_id="ann", wait_s=0.1)
