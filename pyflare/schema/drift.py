"""The table of what drift monitors found."""

from __future__ import annotations

from typing import Final

from pyflare.schema.columns import Column, ColumnType, Table, integer, json_text, moment, number, since_version, string

DRIFT: Final = Table(
    name="drift",
    doc="What drift monitors found: a row for each run and segment in all, and one for each of its columns.",
    columns=since_version(
        4,
        string("drift_id", "32 hex digits.", nullable=False),
        moment("timestamp", "When it was computed."),
        string("project", "Tenant or project; null where several were looked at together."),
        string("run_id", "The run of the monitor, 32 hex digits: the same in all of its rows.", nullable=False),
        string("monitor", "The monitor's name.", nullable=False),
        string("model_id", "The model looked at, where it was one."),
        string("segment", "The part of the data looked at, such as `environment = production`; null for all of it."),
        string("drift_type", "feature, prediction, embedding or concept.", nullable=False),
        string("column_name", "The column compared; null in the row that sums up the run."),
        string("method", "The comparison, such as compare_numbers; in the row that sums up, the detector."),
        number("statistic", "The comparison's statistic."),
        number("p_value", "Chance of a statistic as large where nothing has changed."),
        number("p_adjusted", "The same, corrected for all columns looked at; in the row that sums up, the least."),
        number("alpha", "The chance of a false alarm that this look was allowed."),
        string("effect_name", "What says how large the difference is, such as total_variation."),
        number("effect_size", "How large it is, whatever the number of rows; in the row that sums up, the largest."),
        number("effect_low", "Lower bound of the true effect, at 95 % confidence."),
        number("effect_high", "Upper bound of the true effect, at 95 % confidence."),
        number("threshold", "The effect size from which a difference matters."),
        string("status", "healthy, warning, drifted, or unknown where there was too little data.", nullable=False),
        string("trend", "stable, increasing or decreasing: of the effect size over the latest runs."),
        string("explanation", "In a sentence or two: what moved, from where to where."),
        string("reference_version", "The stored reference compared with; null where it was read anew."),
        moment("reference_start", "Begin of the reference's rows.", nullable=True),
        moment("reference_end", "End of the reference's rows; not in it.", nullable=True),
        moment("current_start", "Begin of the current rows.", nullable=True),
        moment("current_end", "End of the current rows; not in it.", nullable=True),
        integer("n_reference", "Reference rows."),
        integer("n_current", "Current rows."),
        number("missing_reference", "Share of the reference rows that have no value in the column, 0 to 1."),
        number("missing_current", "The same of the current rows."),
        json_text(
            "contributions",
            "What adds to the difference, the largest part first: a list of objects with label, reference, current, "
            "contribution, and for a bin of numbers low and high.",
        ),
        json_text("notes", "A list of what a reader should know: levels pooled, infinities set apart, …."),
        Column(name="sample_trace_ids", type=ColumnType.STRINGS, doc="Some of the traces behind it."),
    ),
)
