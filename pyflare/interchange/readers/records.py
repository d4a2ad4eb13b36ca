"""Plain records of classic models as `predictions`, by a mapping of columns."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from pyflare.errors import DataError
from pyflare.interchange.intake import Intake
from pyflare.interchange.readers.lines import Record, records
from pyflare.interchange.readers.moments import moment_ns
from pyflare.schema.columns import ColumnType
from pyflare.schema.tables import PREDICTIONS
from pyflare.store.hints import did_you_mean

_MAPS: Final = ("features", "attributes")
_TYPES: Final = {column.name: column.type for column in PREDICTIONS.columns if column.type is not ColumnType.MAP}
_ID_HEX_DIGITS: Final = 32
_canonical = msgspec.json.Encoder(order="deterministic", enc_hook=str).encode
_encode = msgspec.json.Encoder(enc_hook=str).encode


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which field of a record becomes which column.

    Raises:
        DataError: There is no such column.
    """

    columns: Mapping[str, str]
    """A column of `predictions`, `features.<name>` or `attributes.<name>`, by the field it comes from."""
    model: str | None = None
    """The model of records that name none."""

    def __post_init__(self) -> None:
        for column in self.columns.values():
            of_map, dot, _ = column.partition(".")
            if column not in _TYPES and not (dot and of_map in _MAPS):
                raise DataError(
                    f"--map: expected a column of predictions, features.NAME or attributes.NAME; "
                    f"got {column!r}.{did_you_mean(column, [*_TYPES])}"
                )

    def row(self, record: Record) -> dict[str, Any]:
        """A row of `predictions` as its journal record has it. Raises DataError where the record is none."""
        row: dict[str, Any] = {"features": {}, "attributes": {}}
        for name, value in record.items():
            column = self.columns.get(name, name)
            of_map, dot, entry = column.partition(".")
            if dot and of_map in _MAPS:
                row[of_map][entry] = value
            elif column in _MAPS and isinstance(value, Mapping):
                row[column] |= value
            elif column not in _TYPES:
                row["attributes"][name] = value
            elif value is not None:
                row[column] = _fitting(column, value)
        return self._completed(row, record)

    def _completed(self, row: dict[str, Any], record: Record) -> dict[str, Any]:
        row.setdefault("model_id", self.model)
        if not row["model_id"]:
            raise DataError("expected a model. Hint: --model NAME, or --map model_id=FIELD")
        if "prediction" not in row:
            raise DataError("expected a prediction. Hint: --map prediction=FIELD")
        predicted = msgspec.json.decode(row["prediction"])
        if isinstance(predicted, int | float):
            row.setdefault("prediction_value", float(predicted))
        if not row.get("prediction_id"):
            row["prediction_id"] = hashlib.sha256(_canonical([self.model, record])).hexdigest()[:_ID_HEX_DIGITS]
        return row


def read_records(path: Path, intake: Intake, mapped: Mapped) -> None:
    """Read JSON lines, CSV or Parquet, one prediction to a record. Fields that no column takes become attributes."""
    for record in records(path):
        if isinstance(record, Exception):
            intake.refuse(PREDICTIONS.name, str(record), {})
            continue
        try:
            intake.row(PREDICTIONS.name, mapped.row(record), key="prediction_id")
        except (ValueError, TypeError, OverflowError) as error:
            intake.refuse(PREDICTIONS.name, str(error), record)


def _fitting(column: str, value: Any) -> Any:
    """A value as the column wants it. Raises DataError where it cannot be."""
    match _TYPES[column]:
        case ColumnType.TIMESTAMP_NS:
            return moment_ns(value)
        case ColumnType.JSON:
            return _encode(value)
        case ColumnType.FLOAT64:
            try:
                return float(value)
            except (TypeError, ValueError):
                raise DataError(f"{column}: expected a number, got {value!r}") from None
        case ColumnType.STRINGS:
            return value if isinstance(value, list) else [str(value)]
        case _:
            return str(value)
