"""The ledger: one writer per file, everybody reads all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyflare.budgets import segment
from pyflare.budgets.folding import FOLDED
from pyflare.budgets.ledger import FOLDER, Ledger
from pyflare.budgets.segment import Entry
from pyflare.errors import CorruptError

BUDGET = 7
FAR = 1 << 40


def entry(key="", bucket=0, **amounts):
    return Entry(BUDGET, key, bucket, FAR, **{"calls": 1, **amounts})


def spent(ledger, key="", start=0):
    ledger.refresh()
    return ledger.spent((BUDGET, key), start)


def test_everybody_sees_what_anybody_spends(tmp_path):
    """Each process writes to its own file, and all see the sum at once."""
    one, other = Ledger(tmp_path), Ledger(tmp_path)
    for amount in (3, 4):
        one.append(entry(amount=amount))
        other.append(entry(amount=10 * amount, unpriced=1))
        assert spent(one) == spent(other)
    found = spent(one)
    assert (found.amount, found.calls, found.unpriced, found.dearest) == (77, 4, 2, 40)


def test_windows_and_keys_are_apart(tmp_path):
    """What was spent before the window, or by somebody else, does not count."""
    ledger = Ledger(tmp_path)
    for key, bucket, amount in (("u-1", 60, 1), ("u-1", 120, 2), ("u-2", 120, 4), ("ü · 2", 120, 8)):
        ledger.append(entry(key, bucket, amount=amount))
    assert [spent(ledger, key, 100).amount for key in ("u-1", "u-2", "ü · 2", "u-3")] == [2, 4, 8, 0]
    assert ledger.by_bucket((BUDGET, "u-1")) == {60: 1, 120: 2}
    assert ledger.keys(BUDGET) == ["u-1", "u-2", "ü · 2"]


def test_nothing_is_created_by_reading(tmp_path):
    """A look at a folder without budgets leaves it as it is."""
    assert spent(Ledger(tmp_path)).amount == 0
    assert list(tmp_path.iterdir()) == []


def test_reservations_are_carried_into_the_next_file(tmp_path, monkeypatch):
    """What is reserved counts once, also after its file was full; what was given back does not."""
    monkeypatch.setattr("pyflare.budgets.ledger.SEGMENT_BYTES", (400, 400))
    ledger, other = Ledger(tmp_path), Ledger(tmp_path)
    ledger.append(entry(reserved=5, calls=0))
    ledger.append(entry(reserved=9, calls=0))
    for _ in range(30):
        ledger.append(entry(amount=1))
        other.refresh()
        assert other.reserved((BUDGET, "")) == 14
    ledger.append(entry(reserved=-9, amount=7))
    other.refresh()
    assert (other.reserved((BUDGET, "")), spent(other).amount) == (5, 37)


def test_a_killed_process(tmp_path):
    """What it spent counts, what it had reserved does not, and half an entry is no entry."""
    program = (
        "import sys, time, pathlib; from pyflare.budgets.ledger import Ledger; from pyflare.budgets.segment import Entry\n"
        "ledger = Ledger(pathlib.Path(sys.argv[1]))\n"
        f"ledger.append(Entry({BUDGET}, '', 0, {FAR}, amount=11, calls=1))\n"
        f"ledger.append(Entry({BUDGET}, '', 0, {FAR}, reserved=5))\n"
        "print('there', flush=True); time.sleep(60)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"there\n"
    ledger = Ledger(tmp_path)
    ledger.refresh()
    assert ledger.reserved((BUDGET, ""), only_living=True) == 5
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    (file,) = (tmp_path / FOLDER).glob("*.seg")
    with file.open("r+b") as half:
        data = file.read_bytes().rstrip(b"\0")
        half.seek(len(data) + 64)
        half.write(entry(amount=99).encoded()[:-3])
    assert spent(ledger).amount == 11
    assert ledger.reserved((BUDGET, ""), only_living=True) == 0


def test_folding(tmp_path):
    """Files of processes that have ended become one; sums stay what they were, for those that had looked before too."""
    watching = Ledger(tmp_path)
    for number in range(20):
        process = Ledger(tmp_path)
        process.append(entry(f"u-{number % 3}", number, amount=number))
        watching.refresh()
        process.close()
    alive = Ledger(tmp_path)
    alive.append(entry("u-0", amount=1000))
    before = [spent(watching, key) for key in ("u-0", "u-1", "u-2")]
    assert alive.fold() is False, "nothing was read yet"
    alive.refresh()
    assert alive.fold() is True
    assert len(list((tmp_path / FOLDER).glob("*.seg"))) == 1
    for ledger in (alive, watching, Ledger(tmp_path)):
        assert [spent(ledger, key) for key in ("u-0", "u-1", "u-2")] == before


def test_a_folding_that_was_cut_short(tmp_path):
    """Files that are folded and not deleted yet do not count twice, and go with the next folding."""
    for amount in (1, 2, 4):
        process = Ledger(tmp_path)
        process.append(entry(amount=amount))
        process.close()
    kept = {path: path.read_bytes() for path in (tmp_path / FOLDER).glob("*.seg")}
    ledger = Ledger(tmp_path)
    ledger.refresh()
    assert ledger.fold(least=1)
    folded = json.loads((tmp_path / FOLDER / FOLDED).read_bytes())
    assert sorted(folded["contains"]) == sorted(path.name for path in kept)
    for path, data in kept.items():
        path.write_bytes(data)
    assert spent(Ledger(tmp_path)).amount == 7
    process = Ledger(tmp_path)
    process.append(entry(amount=8))
    process.close()
    other = Ledger(tmp_path)
    other.refresh()
    assert other.fold(least=1)
    assert list((tmp_path / FOLDER).glob("*.seg")) == []
    assert spent(other).amount == 15


def test_what_no_window_reaches_is_let_go(tmp_path):
    """Folding drops what has expired, so a ledger does not grow with time."""
    process = Ledger(tmp_path)
    process.append(Entry(BUDGET, "old", 0, int(time.time()) - 10, amount=5, calls=1))
    process.append(entry("new", amount=6))
    process.close()
    ledger = Ledger(tmp_path)
    ledger.refresh()
    assert ledger.fold(least=1)
    ledger.refresh()
    assert ledger.keys(BUDGET) == ["new"]


def test_one_folds_at_a_time(tmp_path):
    """Whoever comes while another folds goes on at once."""
    import fcntl

    process = Ledger(tmp_path)
    process.append(entry(amount=5))
    process.close()
    with (tmp_path / FOLDER / "fold.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ledger = Ledger(tmp_path)
        ledger.refresh()
        assert ledger.fold(least=1) is False
    assert spent(ledger).amount == 5


def test_damage_is_said(tmp_path):
    """A damaged file of sums is an error that says what to do, not a sum of zero."""
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / FOLDED).write_bytes(b"{")
    with pytest.raises(CorruptError, match="Delete it"):
        Ledger(tmp_path).refresh()
    (tmp_path / FOLDER / FOLDED).unlink()
    for content in (b"", b"x" * 64):
        (tmp_path / FOLDER / "a.seg").write_bytes(content)
        with pytest.raises(CorruptError, match="Delete it"):
            Ledger(tmp_path).refresh()


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.integers(0, 2), st.integers(0, 99)), max_size=60)
)
def test_sums_are_exact(tmp_path_factory, steps):
    """Whatever is written by whom, and whenever it is folded, everybody's sums are those of all entries."""
    root = tmp_path_factory.mktemp("root")
    processes = [Ledger(root) for _ in range(4)]
    reader = Ledger(root)
    expected: Counter[str] = Counter()
    for who, key, what, amount in steps:
        ledger = processes[who]
        if what == 2:
            ledger.refresh()
            ledger.close()
            processes[who] = ledger = Ledger(root)
            ledger.refresh()
            ledger.fold(least=1)
        else:
            ledger.append(entry(key, amount=amount))
            expected[key] += amount
        assert {key: spent(reader, key).amount for key in "ab"} == {key: expected[key] for key in "ab"}
    assert all(
        {key: spent(each, key).amount for key in "ab"} == {key: expected[key] for key in "ab"} for each in processes
    )
    for ledger in (*processes, reader):
        ledger.close()


def test_an_entry_survives_its_frame(tmp_path):
    """Keys of any length and script come back, cut at 1 kB."""
    writer = segment.SegmentWriter(tmp_path / "a.seg", size_bytes=1 << 14, carried=[])
    keys = ["", "ключ", "x" * 5000]
    for key in keys:
        assert writer.write(entry(key, amount=-1, unpriced=3))
    reader = segment.SegmentReader(tmp_path / "a.seg")
    assert [found.key for found in reader.read()] == ["", "ключ", "x" * 1024]
    assert reader.read() == []
