"""A classic model: its predictions are kept with their features; the truth comes later and finds them by id.

A line fitted to file sizes predicts how small zlib will make a source file.

python examples/classic_model.py
"""

from __future__ import annotations

import statistics
import zlib
from pathlib import Path

import pyflare

SOURCES = sorted(Path(statistics.__file__).parent.glob("*.py"))
TRAINING, NEW = SOURCES[:40], SOURCES[40:80]


def compressed_size(path: Path) -> int:
    """The truth, in bytes; dearer to know than to guess."""
    return len(zlib.compress(path.read_bytes()))


def train() -> tuple[float, float]:
    """Slope and intercept of compressed size over size."""
    line = statistics.linear_regression([p.stat().st_size for p in TRAINING], [compressed_size(p) for p in TRAINING])
    return line.slope, line.intercept


@pyflare.trace(kind="regression", model="zlib-size", model_version="1")
def predict(path: Path, slope: float, intercept: float) -> str:
    """Predict, and say so; the id is what a label will name."""
    size_bytes = path.stat().st_size
    return pyflare.log_prediction(
        "zlib-size",
        features={"size_bytes": size_bytes, "suffix": path.suffix},
        prediction=slope * size_bytes + intercept,
        model_version="1",
        kind="regression",
    )


if __name__ == "__main__":
    pyflare.init(service="classic-model")
    slope, intercept = train()
    predictions = {predict(path, slope, intercept): path for path in NEW}
    for prediction_id, path in predictions.items():  # this may be days later, and in another process
        pyflare.log_label(prediction_id, compressed_size(path))
    with pyflare.open() as workspace:
        print(
            workspace.sql("""
            SELECT count(*) AS labelled, avg(abs(prediction_value - label::DOUBLE)) AS mean_error_bytes
            FROM predictions WHERE label IS NOT NULL
        """).to_pylist()
        )
