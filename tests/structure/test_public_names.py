"""Every public name is in `__all__`, typed, documented, and has an example that runs."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import turnout
import turnout.contacts

NAMES = sorted(
    [f"turnout.{name}" for name in turnout.__all__] + [f"turnout.contacts.{n}" for n in turnout.contacts.__all__]
)


def test_there_are_public_names() -> None:
    """The tests below inspect something."""
    assert len(NAMES) > 30
    assert len(NAMES) == len(set(NAMES))
    assert set(turnout.__all__) <= set(dir(turnout))


def documents(name: str) -> dict[str, str]:
    """What the documentation of a public name says, that of its members included."""
    subject = found(name)
    if not inspect.isclass(subject) and not inspect.isroutine(subject):
        return {name: constant_document(name.rpartition(".")[2])}
    texts = {name: inspect.getdoc(subject) or ""}
    if inspect.isclass(subject):
        members = [key for key in vars(subject) if not key.startswith("_")]
        texts |= {f"{name}.{key}": inspect.getdoc(getattr(subject, key)) or "" for key in members}
    return texts


def found(name: str) -> Any:
    """What a dotted name names."""
    module, _, last = name.rpartition(".")
    return getattr(importlib.import_module(module), last)


def constant_document(name: str) -> str:
    """The text that follows a constant where it is assigned."""
    for path in sorted(Path(turnout.__file__).parent.rglob("*.py")):
        body = ast.parse(path.read_text("utf-8")).body
        for node, follower in pairwise(body):
            is_it = isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name
            if is_it and isinstance(follower, ast.Expr) and isinstance(follower.value, ast.Constant):
                return inspect.cleandoc(str(follower.value.value))
    return ""


@pytest.mark.parametrize("name", NAMES)
def test_it_is_documented(name: str) -> None:
    """A name that has nothing to say about itself is not public."""
    document = documents(name)[name]
    assert document
    assert len(document.splitlines()[0]) > 10


@pytest.mark.parametrize("name", NAMES)
def test_it_has_an_example_that_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example is in its documentation or in that of one of its members."""
    monkeypatch.chdir(tmp_path)
    parser = doctest.DocTestParser()
    tests = [parser.get_doctest(text, {}, key, None, 0) for key, text in documents(name).items()]
    tests = [test for test in tests if test.examples]
    assert tests, f"{name} has no example"
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    failures: list[str] = []
    for test in tests:
        runner.run(test, out=failures.append)
    assert not failures, "".join(failures)


def test_every_method_has_an_example_of_its_own() -> None:
    """That of its class shows something else."""
    methods = {
        f"{name}.{key}": inspect.getdoc(getattr(found(name), key)) or ""
        for name in NAMES
        if inspect.isclass(found(name))
        for key in vars(found(name))
        if not key.startswith("_") and inspect.isroutine(getattr(found(name), key))
    }
    assert len(methods) > 20
    assert not [name for name, text in methods.items() if ">>> " not in text]


def test_every_function_says_what_its_parameters_are() -> None:
    """Of those who have a docstring in sections; a parameter of a special method is Python's."""
    silent = []
    for name, text in list(functions()):
        subject = found(name) if name in NAMES else getattr(found(name.rpartition(".")[0]), name.rpartition(".")[2])
        parameters = [p.name for p in inspect.signature(subject).parameters.values() if p.name not in ("self", "cls")]
        stated = text.partition("Parameters\n----------\n")[2].partition("\n\n")[0]
        if len(parameters) > 1 and "As `Engine." not in text:
            silent += [
                f"{name}({one})" for one in parameters if not re.search(rf"^(\w+, )*{one}\b", stated, re.MULTILINE)
            ]
    assert not silent


def functions() -> Iterator[tuple[str, str]]:
    """Every public function and method with its documentation."""
    for name in NAMES:
        subject = found(name)
        if inspect.isclass(subject):
            keys = [key for key in vars(subject) if not key.startswith("_")]
            named = [(f"{name}.{key}", getattr(subject, key)) for key in keys]
        else:
            named = [(name, subject)]
        yield from ((key, inspect.getdoc(one) or "") for key, one in named if inspect.isroutine(one))


def test_the_stub_agrees_with_the_compiled_module() -> None:
    """Every name and parameter of the one is in the other, with its default."""
    core = importlib.import_module("turnout._core")
    compared = 0
    for scope in stub().body:
        if isinstance(scope, ast.ClassDef):
            subject = getattr(core, scope.name)
            members = [node for node in scope.body if isinstance(node, ast.FunctionDef)]
            assert {m.name for m in members} >= {name for name in vars(subject) if not name.startswith("_")}
            for member in members:
                own = inspect.getattr_static(subject, member.name)
                if not inspect.isgetsetdescriptor(own) and not member.name.startswith("__"):
                    agree(member, getattr(subject, member.name), scope.name)
                    compared += 1
        elif isinstance(scope, ast.FunctionDef):
            agree(scope, getattr(core, scope.name), "_core")
            compared += 1
    assert compared > 15


def agree(node: ast.FunctionDef, subject: Callable[..., Any], owner: str) -> None:
    """Compare a function of the stub with the compiled one."""
    parameters = [p for p in inspect.signature(subject).parameters.values() if p.name not in ("self", "cls")]
    both = [a for a in [*node.args.posonlyargs, *node.args.args] if a.arg not in ("self", "cls")]
    defaults = [None] * (len(both) - len(node.args.defaults)) + [ast.unparse(d) for d in node.args.defaults]
    stated = [(a.arg, default) for a, default in zip(both, defaults, strict=True)]
    named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    stated += [(a.arg, None if default is None else ast.unparse(default)) for a, default in named]
    # A default that Python has no word for is "..." in both.
    found = [
        (p.name, None if p.default is p.empty else "..." if p.default is ... else repr(p.default)) for p in parameters
    ]
    assert stated == found, f"{owner}.{node.name}"


def stub() -> ast.Module:
    """The stub that is installed."""
    return ast.parse(Path(turnout.__file__).with_name("_core.pyi").read_text("utf-8"))


def test_the_stub_is_complete() -> None:
    """No parameter or result of the compiled module goes without a type."""
    functions = [n for n in ast.walk(stub()) if isinstance(n, ast.FunctionDef)]
    assert len(functions) > 20
    untyped = [f.name for f in functions if f.returns is None]
    for f in functions:
        own = [*f.args.posonlyargs, *f.args.args, *f.args.kwonlyargs]
        untyped += [f"{f.name}({a.arg})" for a in own if a.annotation is None and a.arg not in ("self", "cls")]
    assert not untyped


def test_what_is_for_benchmarks_is_not_public() -> None:
    """The compiled module offers the public names what overlays are read by and exposures kept in, scores and models; the rest has an underscore, and no stub."""
    core = importlib.import_module("turnout._core")
    inner = {"ExposureBuffer", "find_lines", "model_columns", "read_document", "score_columns"}
    assert {name for name in vars(core) if not name.startswith("_")} <= set(turnout.__all__) | inner
    named = [node.name for node in stub().body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert len(named) > 10
    assert not [name for name in named if name.startswith("_")]
