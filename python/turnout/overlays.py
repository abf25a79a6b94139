"""A policy from a document and the overlays of an environment."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from turnout._core import (  # type: ignore[attr-defined]
    Policy,
    _compile_merged,
    _with_problems,
    find_lines,
    read_document,
)
from turnout.errors import PolicyError, Problem
from turnout.patch import Origins, merge_patch, missing_keys, overlay_patch, parse_path, path_text

__all__ = ["Source", "load_merged"]

KINDS = {
    type(None): "null",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
}


class Source(NamedTuple):
    """A document as it was read."""

    name: str
    """How faults call it: the path as the caller gave it."""
    format: Literal["toml", "json", "yaml"]
    data: bytes


def load_merged(sources: Sequence[Source], *, strict: bool) -> Policy:
    """Compile the first source with all others merged into it in order; a fault names the source that it stands in."""
    # a policy without faults is made in the compiled module, without a dictionary and beside the other threads
    if all(source.format != "yaml" for source in sources):
        policy: Policy | None = _compile_merged([(source.data, source.format) for source in sources])
        if policy is not None:
            return policy
    problems: list[Problem] = []
    documents = [_read(source, problems, is_overlay=number > 0) for number, source in enumerate(sources)]
    if problems:
        raise PolicyError(problems)
    merged, origins = documents[0], Origins()
    for number, patch in enumerate(documents[1:], start=1):
        problems += _in(sources[number], _missing(merged, patch))
        origins.apply(merged, patch, number)
        merged = merge_patch(merged, patch)
    try:
        policy = Policy.from_document(merged, strict=strict)
    except PolicyError as error:
        raise PolicyError([*problems, *_placed(error.problems, sources, origins)]) from None
    if strict and problems:
        raise PolicyError(problems)
    problems += _placed(policy.problems, sources, origins)
    return _with_problems(policy, tuple(problems)) if problems else policy


def _read(source: Source, problems: list[Problem], *, is_overlay: bool) -> Any:
    """One source as a tree, overlays as merge patches; its faults get its name."""
    found: list[Problem] = []
    tree: Any = None
    try:
        tree = read_document(source.data, source.format)
    except PolicyError as error:
        problems.extend(dataclasses.replace(problem, file=source.name) for problem in error.problems)
        return tree
    if tree is None and source.format == "yaml":
        # comments alone are a document of nothing to YAML, as they are an empty table to TOML
        return {}
    if is_overlay and source.format == "toml":
        tree = overlay_patch(tree, found)
    if not isinstance(tree, dict) and not found:
        what = f"{KINDS[type(tree)]} where a table is expected"
        found.append(Problem("", None, None, what, "write a table", "shape"))
    problems.extend(_in(source, found))
    return tree


def _in(source: Source, problems: Sequence[Problem]) -> list[Problem]:
    """Faults of one source, with its name and their lines."""
    if not problems:
        return []
    lines = find_lines(source.data, source.format, [parse_path(problem.path) for problem in problems])
    return [
        dataclasses.replace(problem, file=source.name, line=line) for problem, line in zip(problems, lines, strict=True)
    ]


def _missing(document: Any, patch: Mapping[str, Any]) -> list[Problem]:
    """The faults of an overlay that deletes what is not there: most likely it means something else."""
    return [
        Problem(path, None, None, "deleted, but not there", _near(key, known), "reference")
        for path, key, known in missing_keys(document, patch)
    ]


def _near(key: str, known: Sequence[str]) -> str:
    """What could be meant."""
    import difflib

    near = difflib.get_close_matches(key, known, n=1)
    if near:
        return f"did you mean `{path_text('', near[0])}`?"
    names = ", ".join(f"`{path_text('', name)}`" for name in sorted(known)[:12])
    return f"take it out; there are {names}" if names else "take it out"


def _placed(problems: Sequence[Problem], sources: Sequence[Source], origins: Origins) -> list[Problem]:
    """The faults with their files and lines."""
    paths = [parse_path(problem.path) for problem in problems]
    owners = [origins.source_of(path) for path in paths]
    placed = list(problems)
    for number, source in enumerate(sources):
        mine = [i for i, owner in enumerate(owners) if owner == number and paths[i]]
        for i, problem in zip(mine, _in(source, [problems[i] for i in mine]), strict=True):
            placed[i] = problem
    return placed
