"""What every file of the project keeps to: its length, its words, its freshness."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.structure.source import ROOT, files, python_functions, relative, rust_functions

LONGEST_FILE_LINES = 400
LONGEST_FUNCTION_LINES = 70
# Put together here so that this file does not hold what it looks for.
UNFINISHED = re.compile(
    r"\b(TO"
    + r"DO|FIX"
    + r"ME|XX"
    + r"X|to"
    + r"do!|unimple"
    + r"mented!|NotImple"
    + r"mentedError|place"
    + r"holder)\b"
)
MACHINE = re.compile(r"(?<![\w.])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me|tm" + r"p/tn|Us" + r"ers)/|\.lib" + r"rary\b")
TEXT = (".py", ".pyi", ".rs", ".toml", ".md", ".yml", ".json", ".txt", "")


def test_no_source_file_is_long() -> None:
    """A file that no longer fits a head is two files."""
    sources = files(".py", ".rs")
    long = {relative(f): n for f in sources if (n := len(f.read_text("utf-8").splitlines())) > LONGEST_FILE_LINES}
    assert len(sources) > 20
    assert not long


@pytest.mark.parametrize(("suffix", "read"), [(".py", python_functions), (".rs", rust_functions)])
def test_no_function_is_long(suffix: str, read: type) -> None:
    """Functions fit on a screen."""
    found = [(relative(f), function) for f in files(suffix) for function in read(f.read_text("utf-8"))]
    assert len(found) > 50
    assert not [(path, function) for path, function in found if function.length > LONGEST_FUNCTION_LINES]


def test_the_reading_of_functions_is_right() -> None:
    """The two readers count what a person would count."""
    python = 'def a():\n    """Doc.\n\n    More.\n    """\n    return 1\n\nclass B:\n    def c(self): return 2\n'
    assert [(f.name, f.length) for f in python_functions(python)] == [("a", 2), ("c", 1)]
    rust = "fn a(\n    b: u8,\n) -> u8 {\n    b\n}\nimpl X {\n    pub(crate) fn c() {}\n    fn d() {\n    }\n}\n"
    assert [(f.name, f.length) for f in rust_functions(rust)] == [("a", 5), ("c", 1), ("d", 2)]


def test_nothing_is_unfinished_by_its_own_words() -> None:
    """What is not done is not there."""
    sources = files(".py", ".pyi", ".rs", ".toml", ".yml")
    found = [f"{relative(f)}: {hit[0]}" for f in sources for hit in UNFINISHED.finditer(f.read_text("utf-8"))]
    assert len(sources) > 20
    assert not found


def test_nothing_names_a_machine_it_was_made_on() -> None:
    """A path of one machine helps on no other."""
    sources = [f for f in files(*TEXT) if is_text(f)]
    found = [f"{relative(f)}: {hit[0]}" for f in sources for hit in MACHINE.finditer(f.read_text("utf-8"))]
    assert len(sources) > 30
    assert not found


def test_every_folder_holds_something() -> None:
    """No empty rooms."""
    holders = {parent for f in files() for parent in f.parents if parent.is_relative_to(ROOT)}
    assert len(holders) > 10
    modules = [*files(".py", below=ROOT / "python"), *files(".rs", below=ROOT / "rust")]
    assert not [relative(f) for f in modules if not f.read_text("utf-8").strip()]


def test_every_pyclass_is_frozen() -> None:
    """A frozen class needs no lock and can be shared between threads."""
    pyclass = re.compile(r"^\s*#\[pyclass\b([^\]]*)\]", re.MULTILINE)
    sources = files(".rs", below=ROOT / "rust" / "python")
    attributes = [(relative(f), hit[1]) for f in sources for hit in pyclass.finditer(f.read_text("utf-8"))]
    assert attributes
    assert not [(path, options) for path, options in attributes if "frozen" not in options]


def test_the_package_says_that_it_is_typed() -> None:
    """PEP 561."""
    package = ROOT / "python" / "turnout"
    assert (package / "py.typed").is_file()
    assert (package / "_core.pyi").is_file()


def is_text(path: Path) -> bool:
    """Whether a file without a suffix is text."""
    return bool(path.suffix) or b"\0" not in path.read_bytes()[:1024]
