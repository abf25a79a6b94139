"""The files of the project, for the tests that read them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "python" / "turnout"
# What builds, tools and editors leave behind.
SKIPPED = {"target", "dist", "build", "__pycache__", "node_modules", "corpus", "artifacts"}
DOTTED = {".ci", ".github"}


class Function(NamedTuple):
    """A function with the lines that it takes."""

    name: str
    first: int
    length: int


def files(*suffixes: str, below: Path = ROOT) -> list[Path]:
    """The project's own files with one of these suffixes, or all of them without; sorted."""
    found = [path for path in walk(below) if not suffixes or path.suffix in suffixes]
    assert found, f"no {suffixes} files below {below}: the test would inspect nothing"
    return sorted(found)


def walk(folder: Path) -> Iterator[Path]:
    """Every file below a folder that a person wrote or a script committed."""
    for path in folder.iterdir():
        if path.name in SKIPPED or (path.name.startswith(".") and path.name not in DOTTED):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from walk(path)
        elif path.is_file():
            yield path


def relative(path: Path) -> str:
    """A path as a person of the project names it."""
    return path.relative_to(ROOT).as_posix()


def python_functions(text: str) -> list[Function]:
    """The functions of a Python module; a docstring does not count, for it is what the reader comes for."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            head = node.body[0]
            if ast.get_docstring(node) is not None:
                length -= (head.end_lineno or head.lineno) - head.lineno + 1
            found.append(Function(node.name, node.lineno, length))
    return found


def rust_functions(text: str) -> list[Function]:
    """The functions of a Rust file that rustfmt has laid out: each ends at a brace in the column where it began."""
    found = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        start = re.match(r"( *)(?:pub(?:\([^)]*\))? )?(?:const )?(?:async )?fn (\w+)", line)
        if not start:
            continue
        end = next((i for i in range(number, len(lines)) if lines[i].startswith(f"{start[1]}}}")), number)
        length = 1 if line.rstrip().endswith(("}", ";")) else end - number + 1
        found.append(Function(start[2], number + 1, length))
    return found
