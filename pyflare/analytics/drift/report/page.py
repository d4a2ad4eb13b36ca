"""A report as HTML: a page of its own, or a part of a notebook. No scripts; nothing is loaded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from pyflare.analytics.drift.report import words
from pyflare.analytics.drift.report.distribution import distribution
from pyflare.analytics.drift.report.gauge import gauge
from pyflare.analytics.drift.report.history import Point, course, spark
from pyflare.analytics.drift.report.style import STYLE
from pyflare.analytics.drift.result import ColumnDrift
from pyflare.analytics.stats.result import Contribution, TwoSampleResult

if TYPE_CHECKING:
    from pyflare.analytics.drift.report.report import DriftReport

_OPEN: Final = 5
"""Columns that are open at first: the worst ones, if they are not healthy."""
_TRACES: Final = 20
"""Traces that are named for a column."""
_ROWS: Final = 20
"""Bins or levels in a column's table."""
_DOCUMENT: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>:root{{color-scheme:light dark}}body{{margin:0;padding:24px;background:#fcfcfd}}\
@media(prefers-color-scheme:dark){{body{{background:#0f1115}}}}@media(max-width:600px){{body{{padding:12px}}}}</style>
</head>
<body>
{body}
</body>
</html>
"""


def document(report: DriftReport) -> str:
    """A whole page."""
    return _DOCUMENT.format(title=escape(f"{report.title}: {report.result.status}"), body=fragment(report, tag="main"))


def fragment(report: DriftReport, *, tag: str = "div") -> str:
    """The report as one element with its own style."""
    columns = report.result.columns
    history = _histories(report)
    scale = _scale(columns)
    shown = "".join(
        _column(report, column, history[column.column], scale=scale, is_open=place < _OPEN)
        for place, column in enumerate(columns)
    )
    return (
        f'<{tag} class="pyflare-drift"><style>{STYLE}</style>{_head(report)}'
        '<div class="pd-row pd-names" aria-hidden="true"><span>Status</span><span>Column</span><span>Effect size</span>'
        f"<span></span><span>p, adjusted</span><span>{'Course' if report.history else ''}</span></div>"
        f"{shown}{_foot(report)}</{tag}>"
    )


def _head(report: DriftReport) -> str:
    result = report.result
    return (
        f'<h1>{escape(report.title)} <span class="pd-badge pd-{result.status}">{result.status}</span></h1>'
        f"<p>{escape(result.explanation)}</p>"
        f'<p class="pd-faint">{escape(words.tally(result.columns))} · {escape(result.type.value)} drift · '
        f'<span class="pd-key pd-ref"></span>{escape(report.reference)} against '
        f'<span class="pd-key pd-cur"></span>{escape(report.current)} · computed {result.detected_at:%Y-%m-%d %H:%M} UTC'
        "</p>"
    )


def _foot(report: DriftReport) -> str:
    return (
        '<p class="pd-faint">A column has drifted where its difference is significant, at a level of '
        f"{report.result.alpha:.3g} after correction for all columns, and its effect is at least the size marked by the "
        "upright line. Bars show the effect and its interval.</p>"
    )


def _scale(columns: tuple[ColumnDrift, ...]) -> float:
    """The effect size at the right end of all gauges."""
    found = [column.threshold * 2 for column in columns]
    for column in columns:
        part = words.deciding(column)
        if part is not None:
            found += [value for value in (part.effect.value, part.effect.high) if math.isfinite(value)]
    return max(found, default=1.0) or 1.0


def _histories(report: DriftReport) -> dict[str, list[Point]]:
    points: dict[str, list[Point]] = {column.column: [] for column in report.result.columns}
    for result in (*report.history, report.result):
        for column in result.columns:
            part = words.deciding(column)
            if column.column in points and part is not None:
                points[column.column].append(
                    Point(
                        at=result.detected_at,
                        value=part.effect.value,
                        low=part.effect.low,
                        high=part.effect.high,
                        status=column.status,
                    )
                )
    return points


def _column(report: DriftReport, column: ColumnDrift, points: list[Point], *, scale: float, is_open: bool) -> str:
    part = words.deciding(column)
    opened = ' open=""' if is_open and column.status in ("drifted", "warning") else ""
    numbers = f"{words.effect(part.effect.value)}" if part else words.ABSENT
    bounds = f' <span class="pd-faint">{words.interval(part)}</span>' if part else ""
    p_value = words.p_value(column.p_adjusted) if part else words.ABSENT
    return (
        f'<details class="pd-column"{opened}><summary class="pd-row">'
        f'<span class="pd-badge pd-{column.status}">{column.status}</span>'
        f'<span class="pd-name" title="{escape(column.column)}">{escape(column.column)}</span>'
        f"{gauge(part.effect if part else None, threshold=column.threshold, scale=scale)}"
        f'<span class="pd-num">{numbers}{bounds}</span><span class="pd-num pd-p">{p_value}</span>'
        f"{spark(points, threshold=column.threshold)}</summary>"
        f'<div class="pd-body">{_body(report, column, points)}</div></details>'
    )


def _body(report: DriftReport, column: ColumnDrift, points: list[Point]) -> str:
    parts = [f"<p>{escape(column.reason)}</p>"] if column.reason else []
    if column.test is not None:
        parts.append(_facts(column.test))
    if column.missing is not None and column.missing.contributions:
        most = column.missing.contributions[0]
        parts.append(f"<p>Missing: {words.share(most.reference)} → {words.share(most.current)}.</p>")
    shares = column.test.contributions if column.test else ()
    plots = distribution(shares) + course(points, threshold=column.threshold)
    parts += [f'<div class="pd-plots">{plots}</div>' if plots else "", _shares(shares)]
    if found := report.trace_ids.get(column.column):
        shown = " ".join(f"<code>{escape(trace_id)}</code>" for trace_id in found[:_TRACES])
        parts.append(f"<p>Traces behind it: {shown}</p>")
    return "".join(parts)


def _facts(test: TwoSampleResult) -> str:
    kind = f" ({test.p_value_kind})" if test.p_value_kind != "none" else ""
    said = [
        f"{words.plain(test.method)}, statistic {test.statistic:.4g}",
        f"p {words.equals(test.p_value)}{kind}",
        f"{words.count(test.n_reference)} against {words.count(test.n_current)} values",
        *test.notes,
    ]
    return f'<p class="pd-faint">{escape(" · ".join(said))}</p>'


def _shares(parts: Sequence[Contribution]) -> str:
    """The bins or levels as a table, for those who want the numbers."""
    if not parts:
        return ""
    rows = "".join(
        f"<tr><td>{escape(words.place(part))}</td><td>{words.share(part.reference)}</td>"
        f"<td>{words.share(part.current)}</td><td>{words.share(part.contribution)}</td></tr>"
        for part in parts[:_ROWS]
    )
    more = len(parts) - _ROWS
    rest = f'<tr><td colspan="4">… {more} more</td></tr>' if more > 0 else ""
    return (
        "<details><summary>Numbers</summary><table><thead><tr><th></th><th>Reference</th><th>Current</th>"
        f"<th>Part of the difference</th></tr></thead><tbody>{rows}{rest}</tbody></table></details>"
    )
