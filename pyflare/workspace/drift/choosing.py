"""Which columns a monitor compares, and what each of them holds."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pyflare.errors import ConfigError
from pyflare.schema.sql import quote
from pyflare.schema.tables import TABLES
from pyflare.store.engine import Engine
from pyflare.workspace.drift.monitor import DriftMonitor
from pyflare.workspace.drift.reading import Period, rows_condition
from pyflare.workspace.drift.sources import MAPS, USUAL, Kind, Source, source_of, sources_of

SAMPLED: Final = 20_000
"""Rows whose attributes are looked at to see which there are, and what they hold."""
MOST_KEYS: Final = 30
"""Attributes that are compared where no columns are named: the most frequent."""
FEW_VALUES: Final = 20
"""Predictions with no more different numbers are classes."""
_NUMERIC: Final = frozenset({"int", "double"})


def chosen_sources(
    engine: Engine, monitor: DriftMonitor, period: Period, *, now_ns: int, kinds: Mapping[str, Kind] | None = None
) -> list[Source]:
    """The columns of a monitor, each with what it holds.

    Args:
        engine: The folder.
        monitor: The monitor.
        period: The rows whose attributes say what there is.
        now_ns: The present, in unix nanoseconds.
        kinds: What columns hold, where a stored reference says it; no other columns are looked at then.

    Raises:
        QueryError: There is no such column, or a filter cannot be used.
    """
    if kinds is not None:
        return _kept(monitor, kinds)
    if monitor.drift_type == "concept":
        return concept_sources(engine, monitor, period, now_ns=now_ns)
    named = sources_of(monitor.table, monitor.columns or USUAL[monitor.table])
    if monitor.columns and all(source.kind for source in named):
        return named
    found = _keys(engine, monitor, period, now_ns=now_ns)
    if not monitor.columns:
        names = {source.name for source in named}
        further = dict.fromkeys([*monitor.known_levels, *_most_frequent(found)])
        named += [source_of(monitor.table, name) for name in further if name not in names]
    return [source if source.kind else source.of_kind(_kind(found, source)) for source in named]


def _kept(monitor: DriftMonitor, kinds: Mapping[str, Kind]) -> list[Source]:
    """The columns of a stored reference."""
    outcomes = outcome_sources(are_numbers=kinds.get("prediction") == "number")
    named = {source.name: source for source in outcomes} if monitor.drift_type == "concept" else {}
    return [
        named[name] if name in named else _of_kind(source_of(monitor.table, name), kind) for name, kind in kinds.items()
    ]


def concept_sources(engine: Engine, monitor: DriftMonitor, period: Period, *, now_ns: int) -> list[Source]:
    """What concept drift is seen by: predictions, labels, confidences, and the features that are named, or all.

    Predictions are numbers where they are, and are more than a few different ones; classes otherwise.

    Raises:
        ConfigError: The table has no predictions.
    """
    if monitor.table != "predictions":
        raise ConfigError('drift_type: concept drift is of predictions. Hint: table = "predictions".')
    condition = rows_condition(engine, monitor, period, now_ns=now_ns)
    query = f"SELECT approx_count_distinct(prediction_value) AS n FROM predictions WHERE {condition.sql}"
    (row,) = engine.rows(functools.partial(_asked, query, condition.parameters), traces=False)
    found = _keys(engine, monitor, period, now_ns=now_ns)
    names = monitor.columns or [name for name in _most_frequent(found) if name.startswith("features.")]
    inputs = [
        source if source.kind else source.of_kind(_kind(found, source)) for source in sources_of("predictions", names)
    ]
    return [*outcome_sources(are_numbers=row["n"] > FEW_VALUES), *inputs]


def outcome_sources(*, are_numbers: bool) -> list[Source]:
    """Predictions, true values and confidences."""
    if are_numbers:
        return [
            Source(name="prediction", sql="prediction_value", kind="number"),
            Source(name="label", sql="label_value", kind="number"),
        ]
    return [
        Source(name="prediction", sql="prediction::VARCHAR", kind="category"),
        Source(name="label", sql="label::VARCHAR", kind="category"),
        Source(name="confidence", sql="prediction_score", kind="number"),
    ]


Keys = Mapping[tuple[str, str], tuple[int, frozenset[str]]]
"""How often each key of each map was seen, and what types its values had."""


def _keys(engine: Engine, monitor: DriftMonitor, period: Period, *, now_ns: int) -> Keys:
    """The attributes and features of some of the rows."""
    condition = rows_condition(engine, monitor, period, now_ns=now_ns)
    found: dict[tuple[str, str], tuple[int, frozenset[str]]] = {}
    for values, types in {*MAPS.values()}:
        if values not in TABLES[monitor.table].column_names:
            continue
        query = (
            f"SELECT key, count(*) AS n, list(DISTINCT type) AS types FROM (SELECT key, "
            f"coalesce({types}[key], 'string') AS type FROM (SELECT {types}, unnest(map_keys({values})) AS key "
            f"FROM (SELECT {values}, {types} FROM {quote(monitor.table)} WHERE {condition.sql} LIMIT {SAMPLED}))) "
            "GROUP BY key"
        )
        rows: list[dict[str, Any]] = engine.rows(
            functools.partial(_asked, query, condition.parameters), traces=monitor.table == "traces"
        )
        found |= {(values, row["key"]): (row["n"], frozenset(row["types"])) for row in rows}
    return found


def _asked(query: str, parameters: Sequence[Any], *_: object) -> tuple[str, Sequence[Any]]:
    return query, [*parameters]


def _most_frequent(found: Keys) -> list[str]:
    ordered = sorted(found, key=lambda key: (-found[key][0], key))
    return [f"{values}.{key}" for values, key in ordered[:MOST_KEYS]]


def _kind(found: Keys, source: Source) -> Kind:
    assert source.map is not None
    _, types = found.get((source.map[0], source.parameters[-1]), (0, frozenset({"string"})))
    return "number" if types <= _NUMERIC else "category"


def _of_kind(source: Source, kind: Kind) -> Source:
    return source if source.kind else source.of_kind(kind)
