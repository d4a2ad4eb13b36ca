"""What a drift monitor is told: what to look at, what to compare it with, and how sure and how large is worth an alarm."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any, Final, Literal, get_args

from pyflare.errors import ConfigError
from pyflare.workspace.drift.known import KnownLevels, checked_levels, is_of
from pyflare.workspace.drift.periods import CURRENT_WINDOW, Reference, window_ns

MonitoredTable = Literal["spans", "traces", "predictions", "scores", "embeddings"]
Unit = Literal["row", "trace", "session", "user"]
Correction = Literal["benjamini-hochberg", "holm"]

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_OF_COLUMNS: Final = 0.1
_OF_EMBEDDINGS: Final = 0.05
"""New topics begin small."""
_KINDS: Final = (
    ("name", str, "text"),
    ("where", str, 'a filter as text, such as "kind = retriever"'),
    ("filters", Mapping, 'values by name, such as { model = "fraud" }'),
    ("thresholds", Mapping, "numbers by column, such as { latency = 0.2 }"),
)
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "table": get_args(MonitoredTable),
    "unit": get_args(Unit),
    "correction": get_args(Correction),
    "drift_type": ("feature", "prediction", "embedding", "concept"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftMonitor:
    """Watches columns of a folder's rows for drift.

    A run compares the rows of the current window with those of the reference. An alarm is a difference that is both
    certain and at least as large as `threshold`; over all runs the chance of any false alarm is at most `alpha`.

    Examples:
        >>> DriftMonitor(name="retrieval", where="kind = retriever", columns=("attributes.retrieval.score", "latency"))
        DriftMonitor('retrieval', 2 columns of spans, 1d against the 7d before)
    """

    name: str
    """Letters, digits, `_`, `.` and `-`: it names files."""
    columns: tuple[str, ...] = ()
    """Fields of the filter language (`latency`, `model`, `attributes.customer.tier`), columns of the table,
    `features.age` of predictions. Of none, those that usually tell something and the most frequent attributes."""
    table: MonitoredTable = "spans"
    where: str = ""
    """Which rows, in the filter language; of spans and traces."""
    filters: Mapping[str, Any] = field(default_factory=dict)
    """Which rows, as the workspace's methods take them: `model`, `service`, `environment`, …."""
    segment_by: tuple[str, ...] = ()
    """Columns by whose values the rows are told apart: each value is compared by itself."""
    reference: Reference = field(default_factory=Reference)
    """What is normal: see `Reference`. A text is a moving window, a mapping the fields of a `Reference`."""
    current: str = CURRENT_WINDOW
    """How long the window is that ends now."""
    alpha: float = 0.05
    """The chance of any false alarm over all runs, columns and segments, while one reference stands."""
    threshold: float | None = None
    """The effect size from which a difference matters, 0 to 1; without it 0.1, and of embeddings 0.05."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """The same for single columns."""
    known_levels: KnownLevels = field(default_factory=dict)
    """Columns whose levels are all known, by their levels, or "reference" for those that the reference has: one value
    of another level is an alarm then, however rare it is."""
    correction: Correction = "benjamini-hochberg"
    """For how many columns there are; `holm` where even one false column is too many."""
    n_looks: int | None = None
    """How many runs there will be, where that is known: each may then spend as much. Else runs have no end."""
    min_rows: int = 50
    """A column with fewer values in either sample is unknown."""
    unit: Unit | None = None
    """What counts as one observation. Rows of one trace say much the same, and tests that took each for news would be
    far too sure: so of spans one of each trace is looked at, always the same. Of other tables each row counts."""
    drift_type: str | None = None
    """feature, prediction, embedding or concept; without it, by the table and its columns."""
    max_segments: int = 20
    """The most frequent segments are looked at."""

    def __post_init__(self) -> None:
        self._check_kinds()
        if not _NAME.fullmatch(self.name):
            raise ConfigError(f'name: expected letters, digits, "_", "." and "-", 100 at most; got {self.name!r}.')
        for name in ("columns", "segment_by"):
            object.__setattr__(self, name, _texts(name, getattr(self, name)))
        for name, known in _CHOICES.items():
            value = getattr(self, name)
            if value not in known and not (value is None and name in ("unit", "drift_type")):
                raise ConfigError(f"{name}: expected {', '.join(known)}; got {value!r}.")
        object.__setattr__(self, "reference", Reference.of(self.reference))
        window_ns(self.current, name="current")
        object.__setattr__(self, "known_levels", checked_levels(self.known_levels, columns=self.columns))
        self._check_numbers()
        if self.known_levels and self.drift_type == "concept":
            raise ConfigError('known_levels: concept drift is of errors, not of levels. Hint: drift_type = "feature".')
        if self.where and self.table not in ("spans", "traces"):
            raise ConfigError(f"where: {self.table} have no filter language. Hint: filters = {{ model = … }}.")

    def _check_kinds(self) -> None:
        for name, kind, said in _KINDS:
            if not isinstance(value := getattr(self, name), kind):
                raise ConfigError(f"{name}: expected {said}; got {value!r}.")

    def _check_numbers(self) -> None:
        other = [name for name in self.thresholds if not is_of(name, self.columns)]
        if self.columns and self.drift_type != "concept" and other:
            raise ConfigError(f"thresholds: {other[0]!r} is none of the columns {', '.join(self.columns)}.")
        for name, value in {"alpha": self.alpha, "threshold": self.threshold_of(), **self.thresholds}.items():
            if not _is_number(value) or not 0 < value < 1:
                raise ConfigError(f"{name}: expected a number between 0 and 1, got {value!r}.")
        for name in ("n_looks", "min_rows", "max_segments"):
            count = getattr(self, name)
            if count is not None and not (_is_number(count) and 1 <= count < math.inf and count == int(count)):
                raise ConfigError(f"{name}: expected a whole number from 1, got {count!r}.")

    @property
    def counted_by(self) -> Unit:
        """What counts as one observation."""
        return self.unit or ("trace" if self.table == "spans" else "row")

    def threshold_of(self, column: str | None = None) -> float:
        """The effect size from which a difference in a column matters."""
        usual = _OF_EMBEDDINGS if self.table == "embeddings" else _OF_COLUMNS
        return self.thresholds.get(column or "", usual if self.threshold is None else self.threshold)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> DriftMonitor:
        """A monitor from its fields by name. Raises ConfigError: there is no such field, or its value cannot be used."""
        names = [each.name for each in fields(cls)]
        for name in options:
            if name not in names:
                near = get_close_matches(name, names, n=1)
                hint = f'Did you mean "{near[0]}"?' if near else f"The names are {', '.join(names)}."
                raise ConfigError(f'there is no "{name}". {hint}')
        try:
            return cls(**options)
        except TypeError as error:
            raise ConfigError(f"it cannot be used: {error}") from error

    def of_column(self, column: str) -> DriftMonitor:
        """The same monitor, of a single column."""
        return replace(
            self,
            columns=(column,),
            thresholds={name: value for name, value in self.thresholds.items() if name == column},
            known_levels={name: levels for name, levels in self.known_levels.items() if name == column},
        )

    @property
    def model_id(self) -> str | None:
        """The model looked at, where it is one."""
        model = self.filters.get("model")
        return model if isinstance(model, str) else None

    def __repr__(self) -> str:
        what = f"{len(self.columns)} columns" if self.columns else "the usual columns"
        reference = self.reference
        with_what = f"the {reference.window or '7d'} before" if reference.moves else "a reference that stands"
        return f"DriftMonitor({self.name!r}, {what} of {self.table}, {self.current} against {with_what})"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _texts(name: str, given: object) -> tuple[str, ...]:
    if (
        isinstance(given, str)
        or not isinstance(given, list | tuple)
        or not all(isinstance(each, str) for each in given)
    ):
        raise ConfigError(f"{name}: expected a list of names, got {given!r}.")
    return tuple(dict.fromkeys(given))
