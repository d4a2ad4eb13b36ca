"""Tables that scikit-learn and river bring, split so that it is known what changes from one part to the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.drift.column import Categories, Column, Numbers, Vectors
from pyflare.analytics.drift.detector import Sample

Rows = npt.NDArray[np.intp]
Draw = Callable[[np.random.Generator], tuple[Rows, Rows]]
"""Which rows are the reference, and which are current."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A table, and two parts of it."""

    data: str
    change: str
    """What differs between the parts; empty where nothing does."""
    table: Callable[[], Mapping[str, Column]]
    draw: Draw
    is_random: bool = True
    """Whether another draw gives other parts."""

    def samples(self, generator: np.random.Generator) -> tuple[Sample, Sample]:
        """A reference and a current sample."""
        reference, current = self.draw(generator)
        table = self.table()
        return ({name: _part(column, rows) for name, column in table.items()} for rows in (reference, current))


def _part(column: Column, rows: Rows) -> Column:
    if isinstance(column, Categories):
        return Categories(codes=column.codes[rows], levels=column.levels)
    return type(column)(values=column.values[rows])


@cache
def bunch(name: str) -> Any:
    """A data set of scikit-learn."""
    from sklearn import datasets

    return getattr(datasets, f"load_{name}")()


@cache
def records(name: str) -> list[tuple[dict[str, Any], Any]]:
    """A data set of river."""
    from river import datasets

    return list(getattr(datasets, name)())


def _numbers(name: str) -> Callable[[], Mapping[str, Column]]:
    def table() -> Mapping[str, Column]:
        data = bunch(name)
        names = [str(name) for name in data.feature_names]
        return {name: Numbers(values=data.data[:, at].astype(np.float64)) for at, name in enumerate(names)}

    return table


def _pixels() -> Mapping[str, Column]:
    return {"image": Vectors(values=bunch("digits").data.astype(np.float32))}


def _river(name: str, *, categories: bool = False) -> Callable[[], Mapping[str, Column]]:
    @cache
    def table() -> Mapping[str, Column]:
        rows = [values for values, _ in records(name)]
        return {column: _column([row[column] for row in rows], categories=categories) for column in rows[0]}

    return table


def _column(values: Sequence[Any], *, categories: bool) -> Column:
    if categories or isinstance(values[0], str):
        return Categories.of([str(value) for value in values])
    return Numbers(values=np.array(values, dtype=np.float64))


@cache
def _chicks() -> Mapping[str, Column]:
    rows = records("ChickWeights")
    return {
        "weight": Numbers(values=np.array([weight for _, weight in rows], dtype=np.float64)),
        "diet": Categories.of([str(values["diet"]) for values, _ in rows]),
    }


def _mixed(labels: Callable[[], npt.NDArray[Any]], *, sizes: tuple[int, int], shares: tuple[float, float]) -> Draw:
    """Rows that have a label, or not, in given shares of each part."""

    def draw(generator: np.random.Generator) -> tuple[Rows, Rows]:
        has = labels().astype(bool)
        those, others = (generator.permutation(np.flatnonzero(part)) for part in (has, ~has))
        first, second = (round(size * share) for size, share in zip(sizes, shares, strict=True))
        left = sizes[0] - first
        reference = np.concatenate([those[:first], others[:left]])
        return reference, np.concatenate([those[first : first + second], others[left : left + sizes[1] - second]])

    return draw


def _halves(count: Callable[[], int], most: int = 20_000) -> Draw:
    def draw(generator: np.random.Generator) -> tuple[Rows, Rows]:
        rows = generator.permutation(count())[:most]
        return rows[: rows.size // 2], rows[rows.size // 2 :]

    return draw


def _by(labels: Callable[[], npt.NDArray[Any]]) -> Draw:
    return lambda _: (np.flatnonzero(~labels()), np.flatnonzero(labels()))


def _targets(name: str) -> npt.NDArray[Any]:
    return np.array([target for _, target in records(name)])


def _days() -> npt.NDArray[Any]:
    return np.array([values["time"] for values, _ in records("ChickWeights")])


def cases() -> Iterator[Case]:
    """Parts between which something changes."""
    for share in (0.02, 0.05, 0.1):
        yield Case(
            data="Digits (scikit-learn), as vectors of 64",
            change=f"a digit that was not there before, {share:.0%} of the rows",
            table=_pixels,
            draw=_mixed(lambda: bunch("digits").target == 9, sizes=(800, 800), shares=(0.0, share)),
        )
    yield Case(
        data="Breast cancer (scikit-learn), 30 columns",
        change="malignant cases from 30 % to 60 %",
        table=_numbers("breast_cancer"),
        draw=_mixed(lambda: bunch("breast_cancer").target == 0, sizes=(200, 200), shares=(0.3, 0.6)),
    )
    yield Case(
        data="Wine (scikit-learn), 13 columns",
        change="a third cultivar, from none to a third of the rows",
        table=_numbers("wine"),
        draw=_mixed(lambda: bunch("wine").target == 2, sizes=(70, 70), shares=(0.0, 1 / 3)),
    )
    yield Case(
        data="Diabetes (scikit-learn), 10 columns",
        change="patients younger than the mean against older ones",
        table=_numbers("diabetes"),
        draw=_by(lambda: bunch("diabetes").data[:, 0] > 0),
        is_random=False,
    )
    yield Case(
        data="Chick weights (river), 2 columns",
        change="days 0 to 10 against days 12 to 21",
        table=_chicks,
        draw=_by(lambda: _days() > 10),
        is_random=False,
    )
    for share in (0.01, 0.05, 0.15):
        yield Case(
            data="Shuttle (river), 9 columns",
            change=f"anomalies from none to {share:.0%} of the rows",
            table=_river("Shuttle"),
            draw=_mixed(lambda: _targets("Shuttle") == 1, sizes=(10_000, 10_000), shares=(0.0, share)),
        )
    yield Case(
        data="Image segments (river), 18 columns",
        change="pieces of sky from 14 % to 28 %",
        table=_river("ImageSegments"),
        draw=_mixed(lambda: _targets("ImageSegments") == "sky", sizes=(700, 700), shares=(0.14, 0.28)),
    )
    yield Case(
        data="Phishing (river), 9 columns",
        change="phishing pages from 30 % to 60 %",
        table=_river("Phishing", categories=True),
        draw=_mixed(lambda: _targets("Phishing"), sizes=(550, 550), shares=(0.3, 0.6)),
    )


_HALVED: Final = (
    ("Digits (scikit-learn), as vectors of 64", _pixels),
    ("Breast cancer (scikit-learn), 30 columns", _numbers("breast_cancer")),
    ("Diabetes (scikit-learn), 10 columns", _numbers("diabetes")),
    ("Shuttle (river), 9 columns", _river("Shuttle")),
    ("Image segments (river), 18 columns", _river("ImageSegments")),
    ("Phishing (river), 9 columns", _river("Phishing", categories=True)),
    ("Solar flares (river), 10 columns", _river("SolarFlare", categories=True)),
    ("Yeast (river), 103 columns", _river("Yeast")),
)


def controls() -> Iterator[Case]:
    """Halves drawn by lot, between which nothing changes."""
    for name, table in _HALVED:
        yield Case(
            data=name, change="", table=table, draw=_halves(lambda table=table: len(next(iter(table().values()))))
        )
