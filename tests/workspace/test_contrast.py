"""Two groups of traces: planted differences are found, chance is not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from pyflare.analytics.contrast import benjamini_hochberg
from pyflare.errors import FilterError, QueryError
from pyflare.store.engine import Engine
from pyflare.workspace.contrast import GroupContrast, LeftOut, compare_groups
from pyflare.workspace.contrast.attributes import attribute_fields
from pyflare.workspace.contrast.columns import span_fields, trace_fields
from pyflare.workspace.contrast.fields import Unit
from pyflare.workspace.contrast.groups import LEVEL
from pyflare.workspace.contrast.members import SAMPLE, choose
from pyflare.workspace.contrast.testing import contrast
from pyflare.workspace.scope import Scope
from tests.store.records import SECOND_NS, T0_NS, end, write_journal

_TRACES = 600


def _trace(number: int, rng: np.random.Generator) -> list[bytes]:
    """Traces fail where the tier is free and the release new; failing ones are slow and call another tool."""
    tier = rng.choice(["free", "gold", "silver"])
    release = rng.choice(["1.0", "2.0"])
    fails = rng.random() < (0.6 if tier == "free" and release == "2.0" else 0.1)
    root = end(
        number, 10 * number, name="answer", kind="agent", at_ns=T0_NS + number * SECOND_NS, status=2 if fails else 1,
        duration_ns=int(rng.exponential(2e9 if fails else 1e9)),
        attributes={"tier": str(tier), "noise": int(rng.integers(0, 1000)), "request": f"r-{number}", "code": 500 if fails else 200},
        scope={"user_id": f"user-{rng.integers(0, 10)}", "session_id": f"s-{number}"},
    )  # fmt: skip
    call = end(
        number, 10 * number + 1, parent=10 * number, name="call", kind="tool", at_ns=T0_NS + number * SECOND_NS + 1,
        attributes={"release": str(release)}, fields={"tool_name": "fallback" if fails else "search"},
    )  # fmt: skip
    return [root, call]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    root = tmp_path_factory.mktemp("contrast")
    rng = np.random.default_rng(5)
    write_journal(root, [record for number in range(1, _TRACES + 1) for record in _trace(number, rng)])
    engine = Engine(root)
    yield engine
    engine.close()


def _compare(engine: Engine, a: str, b: str = "", **scope: object) -> GroupContrast:
    return compare_groups(engine, Scope(now_ns=time.time_ns(), **scope), a, b)  # type: ignore[arg-type]


def _left_out(found: GroupContrast) -> dict[str, str]:
    return {left.field: left.reason for left in found.left_out}


def test_planted_differences_are_found(engine: Engine) -> None:
    """What goes with failing is significant and ranked by how much it does; what does not, is not."""
    found = _compare(engine, "status = error")
    significant = [item.field for at, item in enumerate(found.contrasts) if found.is_significant(at)]
    assert set(significant[:2]) == {"tool", "attributes.code"}
    assert {"attributes.tier", "attributes.release", "latency"} <= set(significant)
    assert {"user", "attributes.noise", "started"}.isdisjoint(significant)
    sizes = [item.effect_size for at, item in enumerate(found.contrasts) if found.is_significant(at)]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(found.totals) == _TRACES


def test_ids_and_what_the_groups_are_chosen_by_are_left_out(engine: Engine) -> None:
    """Fields that cannot be compared are named with the reason."""
    reasons = _left_out(_compare(engine, "status = error"))
    assert reasons["status"] == reasons["errors"] == "the groups are chosen by it"
    assert "value of its own" in reasons["session"]
    assert "value of its own" in reasons["attributes.request"]
    assert reasons["name"] == "all have the same value"
    assert reasons["team"] == "no trace has it"
    chosen = _left_out(_compare(engine, 'attr.tier = free and not "needle"', "attributes.tier in (gold)"))
    assert chosen["attributes.tier"] == "the groups are chosen by it"


def test_each_value_comes_with_the_filter_that_finds_it(engine: Engine) -> None:
    """Counts of a value, and of a range of numbers, are those of the filter that stands beside them."""
    found = _compare(engine, "status = error", "status != error")
    for item in found.contrasts:
        for share in item.values[:4]:
            within = f"({share.filter}) and"
            totals = [_count(engine, f"{within} status {sign} error") for sign in ("=", "!=")]
            assert tuple(totals) == share.counts, (item.field, share)


def _count(engine: Engine, filter: str) -> int:
    condition = Scope(now_ns=time.time_ns(), filter=filter).condition(engine, "traces")
    query = f"SELECT count(*) AS n FROM traces WHERE {condition.sql}"
    return int(engine.run(lambda *_: (query, condition.parameters), traces=True)["n"][0].as_py())


def test_scope_and_second_filter_narrow_the_groups(engine: Engine) -> None:
    """Only traces in scope count; a trace that meets both filters is in the first group."""
    found = _compare(
        engine, "attributes.tier = gold", "status = error", since_ns=T0_NS, until_ns=T0_NS + 200 * SECOND_NS
    )
    gold, failing, both = (
        _count(engine, f"started < {Unit.TIME.written(T0_NS + 200 * SECOND_NS)} and {filter}")
        for filter in ("attributes.tier = gold", "status = error", "attributes.tier = gold and status = error")
    )
    assert found.totals == (gold, failing - both)


def test_filters_that_cannot_be_used(engine: Engine) -> None:
    """An empty first filter, and one that cannot be read, are errors; a group of next to none is told of."""
    with pytest.raises(QueryError, match="expected a filter"):
        _compare(engine, " ")
    with pytest.raises(FilterError):
        _compare(engine, "statsu = error")
    found = _compare(engine, "latency > 10h")
    assert found.contrasts == ()
    assert "fewer than 5" in _left_out(found)["*"]


def test_large_groups_are_sampled(tmp_path: Path) -> None:
    """Of more traces than are compared the same ones are taken each time."""
    write_journal(
        tmp_path, [end(number, number, scope={"user_id": f"u{number % 3}"}) for number in range(1, SAMPLE + 500)]
    )
    engine = Engine(tmp_path)
    first, second = (_compare(engine, "user = u0", "") for _ in range(2))
    assert first.compared == first.totals
    everything = _compare(engine, "span_count = 1")
    assert (everything.totals, everything.compared) == ((SAMPLE + 499, 0), (SAMPLE, 0))
    assert first == second
    engine.close()


def test_units_are_written_as_filters_have_them() -> None:
    """Edges of ranges are short, and in the units of the filter language."""
    assert Unit.DURATION.written(Unit.DURATION.rounded(1_234_567_890)) == "1.23s"
    assert Unit.DURATION.written(750e6) == "750ms"
    assert Unit.DURATION.written(5e3) == "5us"
    assert Unit.DURATION.written(12) == "12ns"
    assert Unit.MONEY.written(Unit.MONEY.rounded(1666)) == "$0.00167"
    assert Unit.NONE.written(Unit.NONE.rounded(123456)) == "123000"
    assert Unit.NONE.rounded(0) == 0
    assert Unit.TIME.written(T0_NS) == "2026-09-21T14:13:20Z"


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.05, 0.5])
def test_groups_drawn_from_a_hat_seldom_differ(engine: Engine, share: float) -> None:
    """With no real difference, all fields of a folder together, one comparison of twenty finds any: no more."""
    groups = choose(engine, Scope(now_ns=time.time_ns()), "span_count > 0", "")
    fields = [field for read in (trace_fields, span_fields, attribute_fields) for field in read(engine, groups)]
    rng = np.random.default_rng(3)
    runs, alarms, tests, small = 200, 0, 0, 0
    for _ in range(runs):
        is_a = rng.random(len(groups.trace_ids)) < share
        found = [contrast(field, is_a) for field in fields]
        p_values = [item.p_value for item in found if not isinstance(item, LeftOut)]
        alarms += bool((benjamini_hochberg(p_values) < LEVEL).any())
        tests, small = tests + len(p_values), small + sum(p_value < LEVEL for p_value in p_values)
    assert tests >= 10 * runs
    assert alarms <= stats.binom.ppf(0.9999, runs, LEVEL)
    assert small / tests < 1.2 * LEVEL
