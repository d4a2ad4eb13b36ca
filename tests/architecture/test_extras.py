"""The optional parts of the distribution."""

from __future__ import annotations

import ast
import tomllib

from tests.architecture.tree import ROOT, project_files


def test_errors_name_extras_that_there_are() -> None:
    """Whatever an error tells people to install can be installed."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    named = {
        call.args[1].value
        for path in project_files()
        if path.suffix == ".py" and path.is_relative_to(ROOT / "pyflare")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "MissingExtraError"
        if isinstance(call.args[1], ast.Constant)
    }
    assert named
    assert named <= set(extras)
