"""What PyFlare writes over OTLP, it reads again."""

import json

from pyflare.schema.columns import ColumnType
from pyflare.schema.tables import SPANS
from pyflare.semconv import COLUMN_ATTRIBUTES, MIME_TYPE_ATTRIBUTES
from tests.store.normalise.spans import filled

VALUES = {ColumnType.STRING: "text", ColumnType.BOOL: True, ColumnType.INT64: 7, ColumnType.STRINGS: ["one", "two"]}


def test_every_attribute_that_stands_for_a_column_fills_it():
    """The attribute that carries a column over OTLP gives the column back."""
    types = {column.name: column.type for column in SPANS.columns}
    written = {
        name: json.dumps({"any": "value"}) if name in {"input", "output"} else VALUES[types[name]]
        for name in COLUMN_ATTRIBUTES
    }
    attributes = {COLUMN_ATTRIBUTES[name]: value for name, value in written.items()}
    attributes |= dict.fromkeys(MIME_TYPE_ATTRIBUTES.values(), "application/json")
    assert filled(attributes) == {**written, "input": {"any": "value"}, "output": {"any": "value"}}
