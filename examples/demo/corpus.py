"""The corpus: every docstring of the standard library, read from its sources without importing them."""

from __future__ import annotations

import ast
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from examples.demo.families import family_of

PASSAGE_WORDS: Final = 70
"""A longer docstring becomes several passages, cut between paragraphs."""
_NOT_DOCUMENTATION: Final = frozenset(
    {"test", "tests", "idlelib", "lib2to3", "turtledemo", "site-packages", "dist-packages", "__pycache__"}
)
_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A docstring, or a part of a long one."""

    passage_id: int
    name: str
    """The dotted name of what is documented, such as `json.decoder.JSONDecoder`."""
    module: str
    family: str
    signature: str
    """As the source has it; empty for modules and classes."""
    text: str
    path: str
    """The source file, relative to the standard library."""


def library_root() -> Path:
    """The folder of the running interpreter's standard library."""
    return Path(sysconfig.get_path("stdlib"))


def source_files(root: Path) -> list[Path]:
    """The library's own modules below `root`, in order of name; tests and installed packages are left out."""
    return sorted(path for path in root.rglob("*.py") if _NOT_DOCUMENTATION.isdisjoint(path.relative_to(root).parts))


def harvest(files: Iterable[Path], *, root: Path) -> list[Passage]:
    """Collect the passages of the files."""
    passages: list[Passage] = []
    for path in files:
        passages += _read(path, root=root, first_id=len(passages))
    return passages


def _read(path: Path, *, root: Path, first_id: int) -> list[Passage]:
    module = _module_name(path.relative_to(root))
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError:  # some installations keep templates and files of other versions here
        return []
    return [
        Passage(
            passage_id=passage_id,
            name=name,
            module=module,
            family=family_of(module),
            signature=_signature(node),
            text=text,
            path=path.relative_to(root).as_posix(),
        )
        for passage_id, (name, node, text) in enumerate(_passages(tree, module), start=first_id)
    ]


def _passages(tree: ast.Module, module: str) -> Iterator[tuple[str, _Documented, str]]:
    for name, node in _documented(tree, module):
        docstring = ast.get_docstring(node)
        if docstring and docstring.strip():
            yield from ((name, node, text) for text in _cut(docstring))


def _documented(node: _Documented, name: str) -> Iterator[tuple[str, _Documented]]:
    yield name, node
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _documented(child, f"{name}.{child.name}")


def _cut(docstring: str) -> Iterator[str]:
    kept: list[str] = []
    word_count = 0
    for paragraph in docstring.split("\n\n"):
        words = len(paragraph.split())
        if kept and word_count + words > PASSAGE_WORDS:
            yield "\n\n".join(kept)
            kept, word_count = [], 0
        kept.append(paragraph)
        word_count += words
    yield "\n\n".join(kept)


def _signature(node: _Documented) -> str:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return f"{node.name}({ast.unparse(node.args)})"
    return ""


def _module_name(path: Path) -> str:
    """`json/decoder.py` is json.decoder, and `_pydecimal.py` is what `import decimal` falls back to."""
    parts = path.with_suffix("").parts
    if parts[-1] == "__init__":
        parts = parts[:-1]
    name = ".".join(parts)
    public = name.removeprefix("_py")
    return public if public.partition(".")[0] in sys.stdlib_module_names else name
