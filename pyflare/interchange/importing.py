"""Files into a folder: each record once, however often its file comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyflare.errors import DataError
from pyflare.interchange.intake import Intake
from pyflare.interchange.landing import Landing
from pyflare.interchange.readers import ReadOptions, read
from pyflare.interchange.sniff import ImportFormat, sniff
from pyflare.store.journal.writer import prepare_folder
from pyflare.store.migrate import check_version

Progress = Callable[[Path, int], None]
"""Told the file at hand and how many rows have been handled in all."""
_TRACES: Final = "traces."


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What came of some files."""

    files: int
    added: dict[str, int]
    """Rows that are new in the folder, by table."""
    known: int
    """Rows that the folder had already, or that came twice."""
    running: int
    """Spans left out because they had not ended when they were exported."""
    refused: dict[str, int]
    """Records that could not be taken, by reason; they are in quarantine."""


def import_files(
    root: Path,
    paths: Sequence[Path],
    *,
    format: ImportFormat | None = None,
    options: ReadOptions | None = None,
    project: str = "default",
    progress: Progress | None = None,
) -> ImportResult:
    """Bring what files hold into a folder, which is made where there is none.

    Args:
        root: The folder.
        paths: Files, or directories of them.
        format: What they hold; told from their content where it is left out.
        options: What plain records need to be told.
        project: The project of records that name none.
        progress: Told how it goes.

    Raises:
        DataError: A file is of no format that PyFlare reads, or not of the one given.
        StoreError: The folder is of a newer PyFlare, or another process has been changing it for minutes.
        OSError: A file cannot be read, or the folder cannot be written. What came before it is there.
    """
    files = _files(paths)
    formats = [format or sniff(path) for path in files]  # a wrong one is said before anything is changed
    prepare_folder(root)
    check_version(root)
    refused: Counter[str] = Counter()
    at_hand = files[0]

    def tell(rows: int) -> None:
        if progress is not None:
            progress(at_hand, rows)

    landing = Landing(root, on_commit=tell)
    for at_hand, found in zip(files, formats, strict=True):
        intake = Intake(landing, at_hand, project=project)
        read(found, at_hand, intake, options or ReadOptions())
        intake.finish()
        refused += intake.refused
    return ImportResult(
        files=len(files),
        added={table: count for table, count in landing.added.items() if count},
        known=landing.known.total(),
        running=landing.running,
        refused=dict(refused),
    )


def _files(paths: Iterable[Path]) -> list[Path]:
    """The files, those of directories among them; rows of `traces` after the spans they sum up."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(inner for inner in path.iterdir() if inner.is_file() and not inner.name.startswith("."))
        else:
            found.append(path)
    if not found:
        raise DataError("expected files to import, got none.")
    return sorted(found, key=lambda path: path.name.startswith(_TRACES))
