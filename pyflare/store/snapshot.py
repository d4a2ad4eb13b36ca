"""A folder at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pyflare.schema.tables import SUMMED_UP_SINCE
from pyflare.store.catalog import Catalog

if TYPE_CHECKING:  # a folder is opened, and its numbers read, without Arrow
    import pyarrow as pa

Tables: TypeAlias = "Mapping[str, pa.Table]"
"""Rows by table name."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """The folder at one moment: each record is in a part of the catalogue, or in `live`, never in both."""

    catalog: Catalog
    live: Tables
    """Rows of the journals by table; tables without any are left out."""

    @property
    def sums_up(self) -> bool:
        """Whether every row of `traces` tells its spans' tools, errors, cached tokens and unpriced calls.

        Parts of an older schema do not, until a compaction has summed them up anew.
        """
        return all(part.schema_version >= SUMMED_UP_SINCE for part in self.catalog.parts_of("traces"))
