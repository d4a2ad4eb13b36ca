"""What drift monitors found."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pyflare.server.api.schemas.base import Model, Time

DriftKind = Literal["feature", "embedding", "concept", "prediction"]
DriftStanding = Literal["healthy", "warning", "drifted", "unknown"]
Trend = Literal["stable", "increasing", "decreasing"]

Segment = Annotated[
    str | None, Field(description="The part of the data looked at, such as `environment = production`; null for all.")
]
EffectSize = Annotated[
    float | None,
    Field(description="How large the difference is, whatever the number of rows; 0 where nothing differs."),
]
Threshold = Annotated[float | None, Field(description="The effect size from which a difference matters.")]


class DriftScore(Model):
    """Drift of one type: that of the column that moved most."""

    score: float | None = Field(description="Its effect size; null where there was too little data.", ge=0, le=1)
    threshold: Threshold
    is_drifted: bool
    trend: Trend | None
    feature_breakdown: dict[str, float | None] = Field(
        description="The effect size by column; of a column in several monitors or segments, the largest."
    )


class DriftScores(Model):
    """Drift by type; null where no monitor of the model looks for it."""

    feature: DriftScore | None
    embedding: DriftScore | None
    concept: DriftScore | None
    prediction: DriftScore | None


class DriftStatus(Model):
    """How a model stands: the latest runs of its monitors."""

    model_id: str
    overall_status: DriftStanding
    drift_scores: DriftScores
    last_updated: Time


class ModelDriftPoint(Model):
    """One run of one monitor of a model."""

    timestamp: Time
    monitor: str
    segment: Segment
    run_id: str
    drift_type: DriftKind
    score: EffectSize
    threshold: Threshold
    is_drifted: bool
    status: DriftStanding
    trend: Trend | None
    explanation: str | None


class DriftHistory(Model):
    """The runs of a model's monitors, the oldest first."""

    model_id: str
    history: list[ModelDriftPoint]
    total: int = Field(description="Runs in the range. Where there are more than the limit, the latest are here.")


class DriftPoint(Model):
    """What a run found, in all or of one column."""

    timestamp: Time
    run_id: str
    status: DriftStanding
    effect_size: EffectSize
    effect_low: float | None = Field(description="Lower bound of the true effect.")
    effect_high: float | None = Field(description="Upper bound of the true effect.")
    threshold: Threshold
    p_adjusted: float | None = Field(description="Corrected for all columns looked at.")
    alpha: float | None = Field(description="The chance of a false alarm that this look was allowed.")
    n_reference: int | None
    n_current: int | None


class DriftSeries(Model):
    """How a monitor or one of its columns went from run to run, the oldest run first."""

    monitor: str
    segment: Segment
    column: str | None = Field(description="Null for the runs in all.")
    effect_name: str | None
    points: list[DriftPoint]
    total: int = Field(description="Runs in the range. Where there are more than the limit, the latest are here.")


class RecentRun(Model):
    """A run, in short."""

    run_id: str
    timestamp: Time
    status: DriftStanding
    effect_size: EffectSize


class DriftMonitor(Model):
    """How a monitor stands in one segment."""

    monitor: str
    segment: Segment
    model_id: str | None
    drift_type: DriftKind
    run_id: str = Field(description="The latest run.")
    last_run: Time
    status: DriftStanding
    trend: Trend | None
    effect_name: str | None
    effect_size: EffectSize
    threshold: Threshold
    explanation: str | None
    runs: int = Field(description="Runs in the range.")
    columns: dict[DriftStanding, int] = Field(description="Columns of the latest run by status.")
    recent: list[RecentRun] = Field(description="The last 40 runs, the oldest first.")


class DriftMonitorList(Model):
    """The monitors of the folder, the worst first."""

    monitors: list[DriftMonitor]
    total: int


class DriftContribution(Model):
    """What one bin, level or dimension adds to a difference."""

    label: str
    reference: float | None = Field(
        description="Share of the reference in it; for a dimension its mean; for a label within a part of an input, its "
        "share of that part."
    )
    current: float | None = Field(description="The same of the current sample.")
    contribution: float | None = Field(description="Its part of the difference.")
    low: float | None = Field(default=None, description="Lower bound of a bin of numbers.")
    high: float | None = Field(default=None, description="Upper bound of a bin of numbers.")


class DriftColumn(Model):
    """What one column said in a run."""

    column: str
    drift_type: DriftKind
    method: str | None
    statistic: float | None
    p_value: float | None
    p_adjusted: float | None
    effect_name: str | None
    effect_size: EffectSize
    effect_low: float | None
    effect_high: float | None
    threshold: Threshold
    status: DriftStanding
    trend: Trend | None
    explanation: str | None
    n_reference: int | None
    n_current: int | None
    missing_reference: float | None = Field(description="Share of the reference rows without a value.")
    missing_current: float | None = Field(description="Share of the current rows without a value.")
    contributions: list[DriftContribution] = Field(description="The largest part first.")
    notes: list[str] = Field(description="What a reader should know: levels pooled, infinities set apart, ….")
    sample_trace_ids: list[str] = Field(description="Some of the traces behind it.")


class DriftRun(Model):
    """One run of a monitor in one segment, with all columns, the worst first."""

    monitor: str
    segment: Segment
    model_id: str | None
    run_id: str
    timestamp: Time
    drift_type: DriftKind
    method: str | None = Field(description="The detector.")
    status: DriftStanding
    trend: Trend | None
    alpha: float | None = Field(description="The chance of a false alarm that this look was allowed.")
    effect_name: str | None
    effect_size: EffectSize
    threshold: Threshold
    explanation: str | None
    notes: list[str]
    reference_version: str | None = Field(description="The stored reference; null where it was read anew.")
    reference_start: Time | None
    reference_end: Time | None
    current_start: Time | None
    current_end: Time | None
    n_reference: int | None
    n_current: int | None
    sample_trace_ids: list[str]
    columns: list[DriftColumn]


class ExplainedPart(Model):
    """A level or bin that has moved."""

    label: str
    reference: float | None = Field(description="Its share of the reference's rows, rows without a value counted.")
    current: float | None
    contribution: float | None = Field(description="Its part of the difference.")
    trace_ids: list[str] = Field(
        description="Traces in it: current ones where it has grown, else those of the reference, where they are known. "
        "Of predictions, those that are wrong."
    )
    metric_reference: float | None = Field(description="The metric's mean in it.")
    metric_current: float | None
    carried: float | None = Field(description="What its moved share adds to the metric's change.")
    within: float | None = Field(description="What the metric's move within it adds.")


class CarriedChange(Model):
    """The change of a metric's mean, and what of it the moved shares carry. Arithmetic, and no proof of cause."""

    reference: float | None
    current: float | None
    change: float | None
    carried: float | None = Field(description="What moved shares alone add.")
    carried_share: float | None = Field(description="The same, as a share of the change.")


class DriftExplanation(Model):
    """Which values of a column moved, in which traces, and what of a metric's change they carry."""

    monitor: str
    segment: Segment
    run_id: str
    column: str
    drift_type: DriftKind
    status: DriftStanding
    parts: list[ExplainedPart] = Field(description="What has moved, the largest part first.")
    trace_ids: list[str] = Field(description="The traces behind what has grown, or become worse.")
    metric: str = Field(
        description="What was asked for; of predictions `wrong predictions` or `absolute error` where it was `error`."
    )
    metric_change: CarriedChange | None
    reason: str = Field(description="Why there is no change of the metric, or what to keep in mind of the parts.")


class ReferenceColumn(Model):
    """The values of a column. One of its members is given; all columns have as many values."""

    numbers: list[float | None] | None = Field(
        default=None, description="Numbers; null is missing.", max_length=1_000_000
    )
    categories: list[str | None] | None = Field(
        default=None, description="Levels, one for each row; null is missing.", max_length=1_000_000
    )
    counts: dict[str, Annotated[int, Field(ge=0, le=10_000_000)]] | None = Field(
        default=None, description="Levels, and how many rows have each."
    )


class ReferenceDistribution(Model):
    """What is normal for a model."""

    columns: dict[Annotated[str, Field(min_length=1, max_length=1000)], ReferenceColumn] = Field(
        min_length=1, max_length=1000, description="By name, as the monitor names them."
    )
    monitor: str | None = Field(
        default=None, max_length=100, description="Whose reference it is; the model's only monitor without."
    )
    start_time: Time | None = Field(default=None, description="When its rows begin.")
    end_time: Time | None = Field(default=None, description="When they end.")


class ReferenceVersion(Model):
    """A reference that is kept."""

    model_id: str
    monitor: str
    version: str
    rows: int
    columns: list[str]
    created_at: Time
    is_used: bool = Field(
        description="Whether the monitor, as it is declared, compares with stored references: the latest, or this one."
    )


class ReferenceVersionList(Model):
    """The references that are kept for the monitors of a model, by monitor and version."""

    references: list[ReferenceVersion]
    total: int


class MappedSample(Model):
    """The points of one sample, by column."""

    x: list[float]
    y: list[float]
    trace_ids: list[str | None] = Field(description="Of each point; null where it is not known.")
    total: int = Field(description="Rows of the sample, those that are not shown included.")


class DriftMap(Model):
    """The embeddings that a run compared, on one plane from -1 to 1."""

    monitor: str
    segment: Segment
    run_id: str
    column: str
    method: Literal["map", "principal"] = Field(
        description="`map` keeps neighbours together, and distances say nothing else; `principal` is the widest axes."
    )
    reference: MappedSample
    current: MappedSample
