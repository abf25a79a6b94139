"""The limits of a document: at the limit it is taken, one above it is refused, with the limit in the hint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import turnout
from tests.unit.policy_faults.documents import FORMATS, WRITERS, Form, Tree, governed, problems, ramped, single, where

EXISTS = {"attribute": "a", "exists": True}


def nested(depth: int) -> Any:
    """A condition with so many tables and lists inside one another."""
    condition: Any = EXISTS
    for _ in range(depth):
        condition = {"not": condition}
    return condition


def chain(count: int) -> Tree:
    """Toggles of which each requires the next."""
    toggles = {f"t{n}": governed(requires={f"t{n + 1}": True}) for n in range(count - 1)}
    return {"turnout": 1, "toggles": toggles | {f"t{count - 1}": governed()}}


def segment_chain(count: int) -> Tree:
    """Segments of which each mentions the next."""
    segments: Tree = {f"s{n}": {"rules": [{"segment": f"s{n + 1}"}]} for n in range(count - 1)}
    return {"turnout": 1, "toggles": {}, "segments": segments | {f"s{count - 1}": {"rules": [EXISTS]}}}


def ladder(rungs: int) -> Tree:
    """Segments of which each mentions the next one twice."""
    tree = segment_chain(rungs)
    for segment in tree["segments"].values():
        segment["rules"] = segment["rules"] * 2
    return tree


def steps(count: int) -> Tree:
    """A ramp of so many steps."""
    return ramped(steps=[{"percent": n / 100, "hold": "1h"} for n in range(count)])


def named(length: int, letter: str = "k") -> Tree:
    """A toggle with a long name."""
    return {"turnout": 1, "toggles": {letter * length: governed()}}


def toggles(count: int, **fields: Any) -> Tree:
    """So many toggles."""
    one = fields or governed()
    return {"turnout": 1, "toggles": {f"t{n}": one for n in range(count)}}


def segments(count: int) -> Tree:
    """So many segments."""
    one = {"rules": [EXISTS]}
    return {"turnout": 1, "toggles": {}, "segments": {f"s{n}": one for n in range(count)}}


def variants(count: int) -> Tree:
    """A toggle with so many variants."""
    return single(variants={f"v{n}": 1 for n in range(count)}, default="none")


def rules(count: int) -> Tree:
    """A toggle with so many rules."""
    return single(rules=[{"id": f"r{n}"} for n in range(count)])


def looks(count: int) -> Tree:
    """A segment of so many conditions."""
    return {"turnout": 1, "toggles": {}, "segments": {"s": {"rules": [EXISTS] * count}}}


# What is at the limit, what is above it, where that is said, and the limit in its words.
LIMITS: list[tuple[Any, Any, str, str]] = [
    (lambda: toggles(20_000), lambda: toggles(20_001, category="channel"), "toggles", "20000"),
    (lambda: segments(20_000), lambda: segments(20_001), "segments", "20000"),
    (lambda: rules(10_000), lambda: rules(10_001), "toggles.bot.rules", "10000"),
    (lambda: variants(1000), lambda: variants(1001), "toggles.bot.variants", "1000"),
    (lambda: steps(100), lambda: steps(101), "toggles.bot.rules[0].ramp.steps", "100"),
    (lambda: named(200), lambda: named(201), f"toggles.{'k' * 201}", "200"),
    (lambda: named(200, "😀"), lambda: named(201, "😀"), f'toggles."{"😀" * 201}"', "200"),
    (lambda: chain(33), lambda: chain(34), "toggles.t0", "32"),
    (lambda: segment_chain(33), lambda: segment_chain(34), "segments.s0", "32"),
    (lambda: looks(10_000), lambda: looks(10_001), "segments.s", "10000"),
    (lambda: ladder(12), lambda: ladder(13), "segments.s0", "10000"),
]


@pytest.mark.parametrize(("at", "above", "path", "limit"), LIMITS, ids=[f"{case[2][:24]} {case[3]}" for case in LIMITS])
def test_at_the_limit_and_above_it(at: Any, above: Any, path: str, limit: str) -> None:
    assert problems(json.dumps(at()), "json") == ()
    written = WRITERS["json"](above())
    (found,) = problems(written.text, "json")
    assert found.path == path
    assert found.kind == ("shape" if limit == "200" else "limit")
    assert found.line == written.lines[path.replace('"', "")]
    assert limit in found.message + found.hint


def test_a_toggle_leads_to_so_many_others_and_no_more() -> None:
    """Each layer of toggles requires all of the next: looks multiply."""
    tree: Tree = {"turnout": 1, "toggles": {}}
    for layer in range(6):
        below = {f"t{layer + 1}-{n}": True for n in range(10)} if layer < 5 else {}
        tree["toggles"] |= {f"t{layer}-{n}": governed(requires=below) for n in range(10)}
    found = problems(WRITERS["json"](tree).text, "json")
    assert [(p.path, p.kind) for p in found] == [(f"toggles.t0-{n}", "limit") for n in range(10)]
    assert "100000" in found[0].hint


def test_looks_behind_the_rules_of_a_toggle_are_bounded() -> None:
    """Otherwise half a megabyte of document makes one evaluation take seconds."""
    tree = looks(10_000)
    tree["toggles"] = {"bot": governed(rules=[{"id": "r", "when": {"any": [{"segment": "s"}] * 10_000}}])}
    (found,) = problems(WRITERS["json"](tree).text, "json")
    assert found.kind == "limit"
    assert found.path.startswith("toggles.bot")
    assert found.hint


@pytest.mark.parametrize("form", FORMATS)
def test_depth(form: Form) -> None:
    # The document, `toggles`, the toggle, `rules`, the rule and the condition itself are six.
    assert problems(WRITERS[form](where(nested(58))).text, form) == ()
    (found,) = problems(WRITERS[form](where(nested(59))).text, form)
    assert found.kind == "limit"
    assert "64" in found.message
    assert found.path.startswith("toggles.bot.rules[0].when.not")
    assert found.line


@pytest.mark.parametrize("depth", [65, 1000, 100_000])
def test_depth_of_lists_tables_and_keys(depth: int) -> None:
    for text in ("[" * depth, '{"a":' * depth, '[{"a":' * (depth // 2 + 1), "[" * depth + "]" * depth):
        (found,) = problems(text, "json")
        assert (found.kind, "64" in found.message) == ("limit", True)
    key = ".".join(["a"] * depth)
    for text in (
        "x = " + "[" * depth,
        "x = " + "{a=" * depth,
        f"{key} = 1",
        f"[{key}]",
        f"[[{key}]]",
        f"x = {{ {key} = 1 }}",
    ):
        limits = [p for p in problems(text, "toml") if p.kind == "limit"]
        assert len(limits) == 1
        assert "64" in limits[0].message


@pytest.mark.parametrize("form", FORMATS)
def test_size(form: Form) -> None:
    limit = 64 << 20
    sound = WRITERS[form](single()).text.encode()
    assert problems(sound.ljust(limit), form) == ()
    (found,) = problems(sound.ljust(limit + 1), form)
    assert (found.path, found.line, found.kind) == ("", None, "limit")
    assert str(limit) in found.message
    assert str(limit + 1) in found.message
    assert found.hint


# So many elements of a list are refused, and what their fault says.
TOO_MANY = [("toml", 4_200_000, "900 MB of memory"), ("json", 8_000_001, "8000000 of the limit")]


@pytest.mark.parametrize(("form", "count", "limit"), TOO_MANY)
def test_number_of_values(form: Form, count: int, limit: str) -> None:
    """A short value takes many times its length in memory."""
    text = WRITERS[form](single(description=["0"])).text.replace('"0"', "0," * count + "0")
    (found,) = problems(text, form)
    assert (found.path, found.kind) == ("", "limit")
    assert limit in found.message
    assert "split the policy" in found.hint
    assert ("JSON" in found.hint) == (form == "toml")
    fewer = WRITERS[form](single(description=["0"])).text.replace('"0"', "0," * (count // 4) + "0")
    assert [p.path for p in problems(fewer, form)] == ["toggles.bot.description"]


def test_signs_inside_texts_are_no_values() -> None:
    text = json.dumps(single(description=',:[{"' * 2_000_000))
    assert problems(text, "json") == ()


def test_a_comment_for_each_line_of_the_largest_policy_is_taken() -> None:
    head, *lines = WRITERS["toml"](single()).text.splitlines()
    toggle = "".join(f"    # why it is so\n    {line}  # said again\n\n" for line in lines)
    text = f"{head}\n" + "".join(toggle.replace("toggles.bot", f"toggles.bot-{n}") for n in range(20_000))
    policy = turnout.Policy.from_bytes(text.encode(), "toml")
    assert len(policy) == 20_000


def test_a_file_above_the_size_is_refused_unread(tmp_path: Path) -> None:
    """A file can be larger than the memory; a sparse one costs nothing."""
    for suffix in (".toml", ".json"):
        file = tmp_path / f"policy{suffix}"
        with file.open("wb") as handle:
            handle.truncate(1 << 40)
        with pytest.raises(turnout.PolicyError) as caught:
            turnout.load_policy(file)
        assert [p.kind for p in caught.value.problems] == ["limit"]
