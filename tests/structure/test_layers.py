"""The arrows between the Python modules, and what the library must not lean on."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.structure.source import PACKAGE, ROOT, files, relative

# The packages that only an extra brings, with the one place that may use them.
EXTRAS = {"typer": "cli", "rich": "cli", "matplotlib": "cli", "yaml": "yaml_reader.py"}


def imports(path: Path) -> set[str]:
    """The modules that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_the_arrows_hold() -> None:
    """import-linter finds every contract of pyproject.toml kept."""
    program = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert ended.returncode == 0, ended.stdout
    inspected = re.search(r"Analyzed (\d+) files", ended.stdout)
    assert inspected, ended.stdout
    assert int(inspected[1]) > 5
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", ended.stdout), ended.stdout


def test_only_the_command_line_uses_the_public_face() -> None:
    """The library's modules name each other; `import turnout` inside it would tie every module to every other."""
    sources = [f for f in files(".py", below=PACKAGE) if not f.is_relative_to(PACKAGE / "cli")]
    assert len(sources) > 3
    assert not [relative(f) for f in sources if "turnout" in imports(f)]


def test_the_base_install_is_what_the_library_imports() -> None:
    """Every dependency is used, every import is declared, and extras stay in their room."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {re.split(r"[<>=!~\[ ]", spec)[0] for spec in project["dependencies"]}
    used: set[str] = set()
    sources = files(".py", below=PACKAGE)
    for f in sources:
        outside = {name.split(".")[0] for name in imports(f)} - set(sys.stdlib_module_names) - {"turnout"}
        room = f.relative_to(PACKAGE).parts[0]
        assert not {name for name in outside if name in EXTRAS and EXTRAS[name] != room}, relative(f)
        used |= outside - set(EXTRAS)
    assert len(sources) > 5
    assert used - declared == set(), "imported, not declared"
    assert declared - used - {"numpy"} == set(), "declared, not imported (numpy is used by the compiled module)"


@pytest.mark.parametrize(
    ("room", "brought_by"),
    [
        (PACKAGE / "cli", lambda document: document["project"]["optional-dependencies"]["cli"]),
        (ROOT / "tests", lambda document: document["dependency-groups"]["test"]),
    ],
    ids=["cli", "tests"],
)
def test_what_reads_zones_brings_their_database(room: Path, brought_by: Callable[[Any], list[str]]) -> None:
    """Windows has none of its own, and zoneinfo then finds no zone."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert any("zoneinfo" in imports(f) for f in files(".py", below=room))
    assert [s for s in brought_by(document) if s.startswith("tzdata") and s.endswith("sys_platform == 'win32'")]


@pytest.mark.parametrize("module", ["polars", "numpy", "narwhals", "typer", "rich", "matplotlib", "yaml", "zoneinfo"])
def test_importing_turnout_loads_no_heavy_package(module: str) -> None:
    """Half a second of `import polars` is for those who use frames."""
    code = f"import sys, turnout; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT / "tests").returncode == 0
