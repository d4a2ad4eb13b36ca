"""The reference pages that are made from code. `python -m tests.docs.pages` writes them; a test sees that they are current."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from enum import EnumType
from pathlib import Path
from typing import Any, Final

import typer.main

from pyflare.cli.app import app
from pyflare.config import SETTINGS, Setting
from pyflare.schema.columns import Table
from pyflare.schema.tables import SCHEMA_VERSION, TABLES
from tests.docs.filter_page import render_filters
from tests.docs.receiver_page import render_receiver

DOCS: Final = Path(__file__).parents[2] / "docs"

_SETTINGS_INTRODUCTION: Final = """\
# Settings

A setting is, in order of weight:

1. an argument of `pyflare.init`;
2. an environment variable, `PYFLARE_` and its name in capitals;
3. for some, an OpenTelemetry variable;
4. a line in the working directory's `pyflare.toml`, in the table `[pyflare]`, or else in `pyproject.toml`, in the table `[tool.pyflare]`;
5. the default.

They are read when `pyflare.init` runs, not at import. An argument that is `None` and a variable that is empty count as not given. A value that cannot be used is a `ConfigError` that says where it came from and what was expected; an OpenTelemetry variable that PyFlare cannot use is passed over with a warning in the log of `pyflare`.

```toml
# pyflare.toml
[pyflare]
service = "support-bot"
redact = ["mail", "phone"]
keep = "30d"
```
"""

_COMMANDS_INTRODUCTION: Final = """\
# Command line

`pyflare` comes with `pip install "pyflare[local]"`. A folder is found by `--path`, by `PYFLARE_PATH`, or as `./.pyflare`. Every command may run while other processes write, and exits with 1 where it could not do what it was asked.
"""

_TABLES_INTRODUCTION: Final = f"""\
# Tables

The tables of a PyFlare folder, as `Workspace.sql` and plain DuckDB (`duckdb -init .pyflare/views.sql`) see them. Times are UTC, with nanoseconds; columns of type json hold text that is always valid JSON. This is version {SCHEMA_VERSION} of the schema: columns are only ever added, and read as null in parts that are older than they.
"""


def render_settings() -> str:
    """The settings page."""
    return "\n".join([_SETTINGS_INTRODUCTION, *(line for s in SETTINGS.values() for line in _setting_lines(s))])


def _setting_lines(setting: Setting) -> Iterator[str]:
    yield f"## {setting.name}\n"
    yield f"{setting.doc}\n"
    yield f"- Takes: {setting.kind.expected}"
    yield f"- Default: {_default(setting.default)}"
    yield f"- Variable: `{setting.variable}`"
    for alias in setting.aliases:
        yield f"- OpenTelemetry: `{alias.variable}`" + (f" ({alias.note})" if alias.note else "")
    yield ""


def _default(value: object) -> str:
    match value:
        case None | () | {}:
            return "none"
        case tuple():
            return f"`{','.join(value)}`"
        case bool():
            return f"`{str(value).lower()}`"
        case int():
            return f"`{value:_}`"
        case _:
            return f"`{value}`"


def render_tables() -> str:
    """The tables page."""
    return "\n".join([_TABLES_INTRODUCTION, *(line for t in TABLES.values() for line in _table_lines(t))])


def _table_lines(table: Table) -> Iterator[str]:
    yield f"## {table.name}\n"
    yield f"{table.doc}\n"
    rows = [(f"`{c.name}`", c.type.value + ("" if c.nullable else ", never null"), c.doc) for c in table.columns]
    rows += [(f"`{d.name}`", "computed", d.doc) for d in table.derived]
    yield from _markdown_table(("Column", "Type", "What it holds"), rows)
    yield ""


def render_commands() -> str:
    """The command line's page."""
    group = typer.main.get_command(app)
    return "\n".join([_COMMANDS_INTRODUCTION, *(line for c in group.commands.values() for line in _command_lines(c))])


def _command_lines(command: Any, *above: str) -> Iterator[str]:
    """A command and, below it, the commands that it is a group of."""
    name = " ".join((*above, command.name))
    yield f"##{'#' * len(above)} pyflare {name}\n"
    yield f"{inspect.cleandoc(command.help)}\n"
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    words = [a.name.upper() if a.required else f"[{a.name.upper()}]" for a in arguments]
    yield f"`{' '.join(['pyflare', name, '[OPTIONS]', *words])}`\n"
    rows = [(f"`{a.name.upper()}`", a.help or "") for a in arguments]
    rows += [(", ".join(f"`{name}`" for name in o.opts), _option_text(o)) for o in options]
    if rows:
        yield from _markdown_table(("Option", "What it does"), rows)
        yield ""
    for each in getattr(command, "commands", {}).values():
        yield from _command_lines(each, *above, command.name)


def _option_text(option: Any) -> str:
    shown = option.default is not None and option.default is not False and option.default != ""
    default = f" Default: `{option.default}`." if shown else ""
    variable = f" Variable: `{option.envvar}`." if option.envvar else ""
    annotation = option.type_descriptor.annotation
    words = [word.value for word in annotation] if isinstance(annotation, EnumType) else []
    choices = f" One of {', '.join(words)}." if words else ""
    return f"{option.help}{choices}{default}{variable}"


def _markdown_table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (header, ("---",) * len(header), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


PAGES: Final = {
    DOCS / "reference" / "settings.md": render_settings,
    DOCS / "reference" / "cli.md": render_commands,
    DOCS / "reference" / "tables.md": render_tables,
    DOCS / "reference" / "receiver.md": render_receiver,
    DOCS / "reference" / "filter-language.md": render_filters,
}
"""Each page and what makes it."""


if __name__ == "__main__":
    for page, render in PAGES.items():
        page.write_text(render(), encoding="utf-8")
