"""Reports of drift."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

from pyflare.analytics.drift.column import Categories, Numbers
from pyflare.analytics.drift.columns import compare_columns
from pyflare.analytics.drift.explaining import result_of
from pyflare.analytics.drift.report import DriftReport, words
from pyflare.analytics.drift.report.distribution import distribution
from pyflare.analytics.drift.result import ColumnDrift, DriftResult, DriftType
from pyflare.analytics.stats.result import Contribution, Effect, TwoSampleResult

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOSTILE = "<script>alert('1')</script>&\"x"


def sample(generator: np.random.Generator, *, shift: float, n_columns: int, n: int = 400) -> dict:
    numbers = {f"number {at}": Numbers(values=generator.normal(shift, 1, n)) for at in range(n_columns)}
    levels = generator.choice(["en", "de", HOSTILE], n, p=[0.7 - shift / 3, 0.2, 0.1 + shift / 3])
    return {**numbers, f"language {HOSTILE}": Categories.of(levels.tolist())}


def found(seed: int = 1, *, shift: float = 1.0, n_columns: int = 2, hours: int = 0) -> DriftResult:
    generator = np.random.default_rng(seed)
    columns = compare_columns(
        sample(generator, shift=0.0, n_columns=n_columns), sample(generator, shift=shift, n_columns=n_columns)
    )
    now = NOW + timedelta(hours=hours)
    return result_of(columns, drift_type=DriftType.FEATURE, threshold=0.1, alpha=0.05, now=now)


def texts(report: DriftReport) -> str:
    """What a reader of the report sees; parsing it also shows that it is well-formed."""
    return " ".join(ElementTree.fromstring(report._repr_html_()).itertext())


def test_a_report_says_what_moved_and_by_how_much():
    """Each column is there with its status, effect, interval and what moved most."""
    said = texts(DriftReport(result=found(), title="Inputs", reference="version 3", current="this week"))
    for part in ("Inputs", "drifted", "version 3", "this week", "number 0", "number 1", "3 of 3 columns drifted"):
        assert part in said


def test_what_came_with_the_data_is_text_only():
    """Names of columns, levels, samples and traces cannot bring elements of their own into a page."""
    result = found()
    first, *others = result.columns
    assert first.test
    hostile = replace(first.test, effect=replace(first.test.effect, name=HOSTILE), notes=(HOSTILE,), method=HOSTILE)
    result = replace(result, columns=(replace(first, test=hostile, reason=HOSTILE), *others))
    report = DriftReport(
        result=result, title=HOSTILE, reference=HOSTILE, current=HOSTILE, trace_ids={"number 0": [HOSTILE]}
    )
    page = report.to_html()
    assert "<script" not in page
    assert texts(report).count(HOSTILE) > 5


def test_a_page_needs_nothing_else():
    """A page loads nothing, and its policy would not let it."""
    page = DriftReport(result=found()).to_html()
    assert "default-src 'none'" in page
    for outside in ("http:", "https:", "url(", "@import", "<link", "<img", "src="):
        assert outside not in page


def test_a_hundred_columns_with_a_long_history_take_less_than_a_megabyte():
    """A page of 100 columns that were looked at 100 times is under 1 MB."""
    result = found(n_columns=99)
    history = [replace(result, detected_at=NOW - timedelta(hours=hours)) for hours in range(100, 0, -1)]
    assert len(DriftReport(result=result, history=history).to_html().encode()) < 1_000_000


def test_the_course_is_drawn_once_there_is_one():
    """With earlier results each column has its course, with a point for each look."""
    alone = DriftReport(result=found())
    assert "looks" not in alone.to_html()
    history = [found(seed, shift=seed / 6, hours=seed - 6) for seed in range(6)]
    page = DriftReport(result=found(), history=history).to_html()
    assert "the effect size over 7 looks" in page
    assert "the course over 7 looks" in page
    assert "2026-02-28 18:00" in page


def test_the_terminal_has_a_line_for_each_column():
    """`print` and rich show the same table, the worst column first."""
    report = DriftReport(result=found(shift=0.0, n_columns=3), title="Inputs")
    lines = repr(report).splitlines()
    assert lines[0] == "Inputs  healthy  4 healthy"
    assert sum("healthy" in line for line in lines) == 5
    console = Console(width=120, color_system=None)
    with console.capture() as capture:
        console.print(report)
    assert capture.get().rstrip() == repr(report)


def test_long_names_leave_room_for_the_rest():
    """In the terminal a long name takes several lines; on a page a long level keeps both of its ends."""
    first = found().columns[0]
    assert first.test
    parts = tuple(
        Contribution(label=f"{'a rather long template ' * 9}v{number}", reference=0.1, current=0.2, contribution=0.5)
        for number in (1, 2)
    )
    column = replace(first, column="attributes." * 12 + "end", test=replace(first.test, contributions=parts))
    report = DriftReport(result=result_of([column], drift_type=DriftType.FEATURE, threshold=0.1, alpha=0.05, now=NOW))
    lines = repr(report).splitlines()
    assert max(len(line) for line in lines) <= 120
    assert any("drifted" in line and words.effect(first.test.effect.value) in line for line in lines)
    assert "…" in texts(report)
    assert all(f"template v{number}" in texts(report).replace("…", "") for number in (1, 2))


def test_values_between_bins_do_not_run_into_each_other():
    """Where all would not fit, every second, third, … is written."""
    edges = [-math.inf, *(number / 7e5 for number in range(1, 15)), math.inf]
    bins = tuple(
        Contribution(label="", reference=0.1, current=0.1, contribution=0.1, low=low, high=high)
        for low, high in pairwise(edges)
    )
    plot = ElementTree.fromstring(distribution(bins))
    at = [float(text.attrib["x"]) for text in plot.iter("text") if text.attrib["text-anchor"] == "middle"]
    assert 3 <= len(at) < 14
    assert min(right - left for left, right in pairwise(at)) > len("1.43e-06") * 6
    few = tuple(replace(part, low=float(place), high=place + 1.0) for place, part in enumerate(bins[:4]))
    assert len([text for text in ElementTree.fromstring(distribution(few)).iter("text") if text.text in "123"]) == 3


def test_the_terminal_says_of_predictions_what_their_errors_do():
    """Not the share of some bin of errors: how right predictions were and are, and which answer is given where."""
    test = found().columns[0].test
    assert test
    answers = replace(
        test, contributions=(Contribution(label="yes where DE", reference=0.1, current=0.6, contribution=1),)
    )
    words = {"label given country": answers, "performance": replace(test, notes=("mean absolute error 1 → 2", "more"))}
    columns = [
        replace(found().columns[0], column=name, test=of, drift_type=DriftType.CONCEPT) for name, of in words.items()
    ]
    said = repr(
        DriftReport(result=result_of(columns, drift_type=DriftType.CONCEPT, threshold=0.1, alpha=0.05, now=NOW))
    )
    assert "yes where DE: 10 % → 60 %" in said
    assert "mean absolute error 1 → 2" in said


def test_a_report_is_saved_as_it_is_shown(tmp_path):
    """A saved file is the page, in UTF-8."""
    report = DriftReport(result=found(), current="diese Woche, ≥ 3")
    path = report.save(tmp_path / "report.html")
    assert path.read_text(encoding="utf-8") == report.to_html()


@pytest.mark.parametrize(
    "test",
    [
        None,
        TwoSampleResult(
            method="distance",
            statistic=math.nan,
            p_value=math.nan,
            p_value_kind="none",
            effect=Effect(name="distance", value=math.nan),
            n_reference=0,
            n_current=math.nan,
        ),
        TwoSampleResult(
            method="distance",
            statistic=math.inf,
            p_value=0.0,
            p_value_kind="exact",
            effect=Effect(name="distance", value=math.inf),
            n_reference=100,
            n_current=100,
        ),
    ],
)
def test_what_is_not_known_is_shown_as_such(test):
    """A column without a test, or with nothing but undefined numbers, still makes a report."""
    column = ColumnDrift(
        column="few",
        drift_type=DriftType.FEATURE,
        test=test,
        p_adjusted=1.0,
        threshold=0.1,
        status="unknown",
        reason="fewer than 50 values",
    )
    result = result_of([column], drift_type=DriftType.FEATURE, threshold=0.1, alpha=0.05, now=NOW)
    report = DriftReport(result=result, history=[result])
    assert "fewer than 50 values" in texts(report)
    assert "fewer than 50" in repr(report)
    assert "nan" not in report.to_html().split("</style>")[-1].lower().replace("statistic nan", "")


def test_a_report_of_no_columns_says_so():
    """Nothing compared is a report too."""
    result = result_of([], drift_type=DriftType.FEATURE, threshold=0.1, alpha=0.05, now=NOW)
    assert "no columns" in texts(DriftReport(result=result))
