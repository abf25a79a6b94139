"""The code of the README and of the pages in docs runs, and gives what they say it gives.

How a block is read, by its language and the file name after it:

- `toml NAME`, `json NAME`, `yaml NAME`: written to NAME for the blocks after it; without a name it must parse.
- `python`: run, one block after another in one namespace. A statement `expression  # value` must have that repr.
- `console`: a line `$ turnout ...` is run, and what follows must be its output (`...` stands for anything). Of other
  programs, only that the project has what they name.
- `sh`: set-up commands, read as `console` without the `$`.
- `python FILE`, `console FILE` with the name of a real log: only where it is, and with it beside them.
"""

from __future__ import annotations

import ast
import doctest
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)(?: +(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PARSERS: dict[str, Callable[[str], object]] = {"toml": tomllib.loads, "json": json.loads, "yaml": yaml.safe_load}
REAL_LOGS = {"january.txt": "data/anonymous_bank/january.txt"}
FIGURE = re.compile(r"\d+(?:\.\d+)?")
RESULT = re.compile(r"  # (.+)$")


class Block(NamedTuple):
    """A fenced block."""

    language: str
    name: str
    text: str
    line: int


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = (ROOT / page).read_text("utf-8")
    return [Block(m[1], m[2] or "", m[3], text.count("\n", 0, m.start()) + 2) for m in FENCE.finditer(text)]


@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_the_page_runs(page: str, tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every block, from the top."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONUTF8", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    namespace: dict[str, object] = {}
    found = blocks(page)
    assert found, f"{page} holds no code"
    missing = set()
    for block in found:
        place = f"{page}:{block.line}"
        if block.name in REAL_LOGS and not Path(block.name).exists():
            if not (shared / REAL_LOGS[block.name]).exists():
                missing.add(block.name)
                continue
            shutil.copyfile(shared / REAL_LOGS[block.name], block.name)
        if block.language in PARSERS:
            data(block, place)
        elif block.language == "python":
            python(block, place, namespace)
        elif block.language == "console":
            console(block, place)
        elif block.language == "sh":
            for line in block.text.splitlines():
                known(line, place)
        else:
            assert block.language == "text", f"{place}: say what language this is"
    if missing:
        pytest.skip(f"the rest of {page} ran; {', '.join(sorted(missing))} is not in {shared} (TURNOUT_SHARED)")


def test_the_readme_has_two_set_up_commands() -> None:
    """One that runs the demo and one that runs the tests; `.ci/run` runs the same two."""
    setup = next(block for block in blocks("README.md") if block.language == "sh")
    assert setup.text.splitlines() == ["python3 dev.py demo", "python3 dev.py test"]


def test_links_between_pages_lead_somewhere() -> None:
    """Files exist, and so do the headings in them."""
    pages = [*PAGES, "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    links = 0
    for page in pages:
        text = (ROOT / page).read_text("utf-8")
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if target.startswith("https://"):
                continue
            file, _, heading = target.partition("#")
            path = (ROOT / page).parent / file if file else ROOT / page
            assert path.exists(), f"{page}: {target}"
            assert not heading or heading in headings(path), f"{page}: {target}"
            links += 1
    assert links > 10


def test_figures_in_bold_are_results() -> None:
    """What the prose about a real log says in bold is what the code beside it gives."""
    pages = {page: (ROOT / page).read_text("utf-8") for page in PAGES if any(b.name in REAL_LOGS for b in blocks(page))}
    assert pages
    for page, text in pages.items():
        stated = [RESULT.search(line) for b in blocks(page) if b.language == "python" for line in b.text.splitlines()]
        results = [found[1] for found in stated if found]
        results += [block.text for block in blocks(page) if block.language == "console"]
        known = {float(number) for result in results for number in FIGURE.findall(result.replace(",", ""))}
        bold = [match[1] for match in re.finditer(r"\*\*([\d.,]+)\*\*", text)]
        assert len(bold) > 10
        assert [figure for figure in bold if float(figure.replace(",", "")) not in known] == [], page


def headings(path: Path) -> set[str]:
    """The anchors of a page, made as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def data(block: Block, place: str) -> None:
    """A document: it parses, and with a name it is there for what follows."""
    try:
        PARSERS[block.language](block.text)
    except (ValueError, yaml.YAMLError) as fault:
        pytest.fail(f"{place}: {fault}")
    if block.name:
        Path(block.name).write_text(block.text, encoding="utf-8")


def python(block: Block, place: str, namespace: dict[str, object]) -> None:
    """A program: every statement runs, every result that the page states is the result."""
    lines = block.text.splitlines()
    for statement in ast.parse(block.text).body:
        stated = RESULT.search(lines[(statement.end_lineno or statement.lineno) - 1])
        if isinstance(statement, ast.Expr) and stated:
            value = eval(compile(ast.Expression(statement.value), place, "eval"), namespace)
            assert repr(value) == stated[1], f"{place}: {ast.unparse(statement)}"
        else:
            exec(compile(ast.Module([statement], []), place, "exec"), namespace)


def console(block: Block, place: str) -> None:
    """A session: commands after `$`, each with its output."""
    for session in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, wanted = session.partition("\n")
        if not command.startswith("turnout "):
            known(command, place)
            continue
        words = shlex.split(command, comments=True)[1:]
        ended = run("-m", "turnout", *words)
        output = ended.stdout + ended.stderr
        assert ended.returncode in (0, 1), f"{place}: {command}\n{output}"
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        if wanted.strip():
            assert doctest.OutputChecker().check_output(wanted, output, flags), f"{place}: {command}\n{output}"


def known(command: str, place: str) -> None:
    """A command that is not run here: the project has what it names."""
    words = shlex.split(command, comments=True)
    if words[:2] == ["python3", "dev.py"]:
        listed = run(str(ROOT / "dev.py"), "--help")
        assert f"python3 dev.py {words[2]} " in listed.stdout, f"{place}: {command}"
    elif words[:2] == ["python", "-m"]:
        module = ROOT / words[2].replace(".", "/")
        assert module.with_suffix(".py").exists() or (module / "__main__.py").exists(), f"{place}: {command}"
    else:
        assert words[0] in ("cargo", "curl", "git", "pip", ".ci/run"), f"{place}: {command}"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """This interpreter with these arguments."""
    return subprocess.run([sys.executable, *arguments], capture_output=True, encoding="utf-8", check=False)
