"""A policy from a document and the overlays of an environment."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from turnout._core import (  # type: ignore[attr-defined]
    Policy,
    _compile_merged,
    find_lines,
    read_document,
)
from turnout.errors import PolicyError, Problem
from turnout.patch import Origins, merge_patch, overlay_patch, parse_path

__all__ = ["Source", "load_merged"]


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
        origins.apply(merged, patch, number)
        merged = merge_patch(merged, patch)
    try:
        return Policy.from_document(merged, strict=strict)
    except PolicyError as error:
        raise PolicyError(_placed(error.problems, sources, origins)) from None


def _read(source: Source, problems: list[Problem], *, is_overlay: bool) -> Any:
    """One source as a tree, overlays as merge patches; its faults get its name."""
    found: list[Problem] = []
    tree: Any = None
    try:
        tree = read_document(source.data, source.format)
    except PolicyError as error:
        found.extend(error.problems)
    else:
        if is_overlay and source.format == "toml":
            tree = overlay_patch(tree, found)
            if found:
                lines = find_lines(source.data, source.format, [parse_path(p.path) for p in found])
                found = [dataclasses.replace(p, line=line) for p, line in zip(found, lines, strict=True)]
        if not isinstance(tree, dict) and not found:
            hint = "write a table: { ... }"
            found.append(Problem("", 1, None, f"a {type(tree).__name__} is no policy", hint, "shape"))
    problems.extend(dataclasses.replace(problem, file=source.name) for problem in found)
    return tree


def _placed(problems: Sequence[Problem], sources: Sequence[Source], origins: Origins) -> list[Problem]:
    """The faults with their files and lines."""
    paths = [parse_path(problem.path) for problem in problems]
    owners = [origins.source_of(path) for path in paths]
    placed = list(problems)
    for number, source in enumerate(sources):
        mine = [i for i, owner in enumerate(owners) if owner == number and paths[i]]
        lines = find_lines(source.data, source.format, [paths[i] for i in mine])
        for i, line in zip(mine, lines, strict=True):
            placed[i] = dataclasses.replace(problems[i], file=source.name, line=line)
    return placed
