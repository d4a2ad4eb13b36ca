"""The commands that the documentation shows exist."""

from __future__ import annotations

import re
import shlex

import pytest
import typer.main

from pyflare.cli.app import app
from tests.docs.examples import ROOT

_BLOCK = re.compile(r"^```(?:sh|console)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHOWN = sorted(
    {
        line.removeprefix("$ ").partition("  #")[0]
        for page in PAGES
        for block in _BLOCK.findall(page.read_text(encoding="utf-8"))
        for line in block.splitlines()
        if line.removeprefix("$ ").startswith("pyflare ")
    }
)


@pytest.mark.parametrize("line", SHOWN)
def test_command_exists(line: str) -> None:
    """A command line of the documentation names a command, and options, that there are."""
    _, name, *words = shlex.split(line)
    command = typer.main.get_command(app).commands[name]
    command = getattr(command, "commands", {}).get(words[0] if words else "", command)
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word.partition("=")[0] for word in words if word.startswith("-")} <= options
