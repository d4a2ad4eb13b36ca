"""The version of a folder's schema, and how it moves on.

Columns are only ever added. A part keeps the version it was written with and
its missing columns read as null, so moving on is writing down the new number:
from then on an older PyFlare refuses the folder and does not misread it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from pyflare.errors import CorruptError, SchemaVersionError, StoreNotFoundError
from pyflare.schema.tables import SCHEMA_VERSION
from pyflare.store.journal.writer import write_atomically

MARKER_NAME: Final = "pyflare.json"
USUAL_NAME: Final = ".pyflare"
"""What a folder is called where nobody says anything else."""


class _Marker(msgspec.Struct, kw_only=True):
    schema_version: int


_decode = msgspec.json.Decoder(_Marker).decode


def folder_version(root: Path) -> int:
    """The schema version of the folder at `root`.

    Raises:
        StoreNotFoundError: There is no PyFlare folder.
        CorruptError: Its `pyflare.json` is damaged.
    """
    path = root / MARKER_NAME
    try:
        return _decode(path.read_bytes()).schema_version
    except (FileNotFoundError, NotADirectoryError):
        raise StoreNotFoundError(
            f"expected a PyFlare folder at {root}, but there is no {MARKER_NAME} in it. {_advice(root)}"
        ) from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CorruptError(
            f'expected {{"schema_version": {SCHEMA_VERSION}}} in {path}; it does not read: {error}'
        ) from error


def _advice(root: Path) -> str:
    """Where there is a folder near by: inside, around it, or with the same name further up. Else how one comes to be."""
    try:
        around = root.absolute().parent
        near = [root / USUAL_NAME, around, *(above / root.name for above in around.parents)]
    except OSError:  # the working directory has been deleted
        near = []
    for folder in near:
        if (folder / MARKER_NAME).is_file():
            return f"There is one at {folder}; commands take it as --path, or from PYFLARE_PATH."
    given = "" if root == Path(USUAL_NAME) else f'path="{root}"'
    return f"A program makes one with pyflare.init({given}) and its first span."


def check_version(root: Path) -> int:
    """The folder's schema version, where this PyFlare can read it.

    Raises:
        StoreNotFoundError: There is no PyFlare folder.
        SchemaVersionError: It was written by a newer PyFlare.
        CorruptError: Its `pyflare.json` is damaged.
    """
    version = folder_version(root)
    if version > SCHEMA_VERSION:
        raise SchemaVersionError(
            f"{root} has schema version {version}; this PyFlare knows versions up to {SCHEMA_VERSION}. "
            "Upgrade PyFlare to read it."
        )
    return version


def migrate(root: Path) -> int:
    """Bring the folder to this PyFlare's schema version. Returns the version it had.

    Raises:
        StoreNotFoundError: There is no PyFlare folder.
        SchemaVersionError: It was written by a newer PyFlare.
        OSError: It cannot be written.
    """
    version = check_version(root)
    if version < SCHEMA_VERSION:
        write_atomically(root / MARKER_NAME, msgspec.json.encode(_Marker(schema_version=SCHEMA_VERSION)))
    return version
