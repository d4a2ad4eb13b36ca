"""Drift on real data with known changes: what was found, when, and what was missed.

`python -m benchmarks.drift_data --write` makes `docs/reference/drift-data.md`. The data are those that scikit-learn and
river bring inside their packages; nothing is downloaded.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.drift_data_columns import Case, cases, controls
from benchmarks.drift_data_streams import Found, annotated, error_detectors, read_digits, short_detectors
from pyflare.analytics.drift.column import Vectors
from pyflare.analytics.drift.embedding import EmbeddingDriftDetector
from pyflare.analytics.drift.feature import FeatureDriftDetector
from pyflare.analytics.drift.result import DriftResult

DRAWS: Final = 20
"""Times that rows are drawn by lot, and digits put in order."""
HALVINGS: Final = 100
"""The same of what does not change."""
PAGE: Final = Path(__file__).parents[1] / "docs" / "reference" / "drift-data.md"
_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
_TEXT: Final = """\
# Drift on real data

What drift detectors make of real data whose changes are known: what they find, when, and what they miss. The data come with scikit-learn {sklearn} and river {river}; `python -m benchmarks.drift_data --write` makes this page. All detectors have their defaults, but for the series of a few hundred values, where windows are smaller.

## Tables in which something changes

Rows are drawn by lot {draws} times, unless the change is between all rows. A column has drifted where its difference is significant, corrected for all columns, and its effect at least the threshold: 0.1 for columns, 0.05 for vectors. It is a warning where only one of the two holds in a way that deserves a look. What is significant and no alarm was found, and is smaller than the threshold; what is not significant was missed. The numbers of columns and the effects are medians.

{changed}

## Tables in which nothing changes

Halves drawn by lot, {halvings} times. At a level of 0.05 one in twenty may raise an alarm; that effects must matter too makes it rarer, and where samples are small that alone raises a warning now and then.

{unchanged}

## A model whose errors rise

A classifier reads digits of scikit-learn. After {before} of them the images come turned about their diagonal, or with noise that slowly grows. {draws} orders.

{errors}

## Series that people annotated

Five people marked the changes of these series for the Turing Institute's study; known is what three of them mark within ten values of each other. Neighbouring values are alike here, which every streaming detector takes for a change sooner or later: their rates of false alarms are those of independent values. So there are many further alarms, and a delay of a few values can be one of them. Take differences, or residuals of a forecast, before watching such a series.

{series}
"""


def judge(case: Case, seed: int) -> DriftResult:
    """What a detector says of one draw."""
    reference, current = case.samples(np.random.default_rng(seed))
    is_vectors = isinstance(next(iter(reference.values())), Vectors)
    detector = EmbeddingDriftDetector() if is_vectors else FeatureDriftDetector()
    detector.set_reference(reference)
    return detector.compute(current, now=_NOW)


def changed() -> Iterator[Sequence[str]]:
    """A line for each table in which something changes."""
    yield "Data", "What changes", "Rows", "Significant", "Drifted", "Warning", "Columns drifted", "Largest effect"
    for case in cases():
        results = [judge(case, seed) for seed in range(DRAWS if case.is_random else 1)]
        statuses = Counter(result.status for result in results)
        significant = sum(any(column.p_adjusted <= result.alpha for column in result.columns) for result in results)
        drifted = [sum(column.status == "drifted" for column in result.columns) for result in results]
        test = results[0].columns[0].test
        rows = f"{test.n_reference:,.0f} against {test.n_current:,.0f}" if test else ""
        yield (
            case.data,
            case.change,
            rows,
            _of(significant, len(results)),
            _of(statuses["drifted"], len(results)),
            _of(statuses["warning"], len(results)),
            f"{np.median(drifted):g}",
            f"{np.median([result.score for result in results]):.2f}",
        )


def unchanged() -> Iterator[Sequence[str]]:
    """A line for each table in which nothing changes."""
    yield "Data", "Rows", "Drifted, wrongly", "Warning", "Healthy"
    for case in controls():
        results = [judge(case, seed) for seed in range(HALVINGS)]
        statuses = Counter(result.status for result in results)
        test = results[0].columns[0].test
        rows = f"{test.n_reference:,.0f} against {test.n_current:,.0f}" if test else ""
        yield case.data, rows, *(_of(statuses[status], HALVINGS) for status in ("drifted", "warning", "healthy"))


def errors() -> Iterator[Sequence[str]]:
    """A line for each detector of errors."""
    yield (
        "Detector",
        "Turned: found",
        "after",
        "Noise grows: found",
        "after",
        "False alarms before",
        "and without a change",
    )
    for name in error_detectors():
        cells, early, none = [name], 0, 0
        for change in ("turned", "noisy", "same"):
            found = []
            for seed in range(DRAWS):
                series = read_digits(change, np.random.default_rng(seed))
                alarms = error_detectors()[name].update_many(series.values)
                found.append(Found.of(alarms, series))
                if change == "same":
                    none += len(alarms)
                else:
                    early += sum(alarm.position <= series.changes[0] for alarm in alarms)
            if change != "same":
                delays = [delay for one in found if (delay := one.delays[0]) is not None]
                cells += [_of(len(delays), DRAWS), f"{np.median(delays):.0f}" if delays else "–"]
        yield (*cells, _of(early, 2 * DRAWS), _of(none, DRAWS))


def series_found() -> Iterator[Sequence[str]]:
    """A line for each annotated series and detector."""
    yield "Series", "Values", "Detector", "Found", "Delays", "Missed: changes after", "Further alarms"
    for series in annotated():
        for name, detector in short_detectors().items():
            found = Found.of(detector.update_many(series.values), series)
            missed = [f"{change}" for change, delay in zip(series.changes, found.delays, strict=True) if delay is None]
            delays = [f"{delay}" for delay in found.delays if delay is not None]
            yield (
                series.data,
                f"{series.values.size}",
                name,
                _of(len(delays), len(series.changes)),
                ", ".join(delays) or "–",
                ", ".join(missed) or "–",
                f"{found.others}",
            )


def _of(count: int, whole: int) -> str:
    return f"{count} of {whole}"


def _table(lines: Iterator[Sequence[str]]) -> str:
    heading, *rest = lines
    return "\n".join("| " + " | ".join(line) + " |" for line in (heading, ("---",) * len(heading), *rest))


def page() -> str:
    """The page of the documentation."""
    from benchmarks.drift_data_streams import BEFORE

    return _TEXT.format(
        sklearn=version("scikit-learn"),
        river=version("river"),
        draws=DRAWS,
        halvings=HALVINGS,
        before=BEFORE,
        changed=_table(changed()),
        unchanged=_table(unchanged()),
        errors=_table(errors()),
        series=_table(series_found()),
    )


def main() -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift_data", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(PAGE.parents[2])}")
    if parser.parse_args().write:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page())


if __name__ == "__main__":
    main()
