"""Merge patches (RFC 7386), and where each value of a merged document came from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from turnout.errors import Problem

__all__ = ["DELETE", "Origins", "merge_patch", "missing_keys", "overlay_patch", "parse_path", "path_text"]

DELETE = "_delete"
DEEPEST = 100  # beyond the limit on documents, which the core reports
PathStep = str | int


def merge_patch(target: Any, patch: Any) -> Any:
    """Apply a merge patch to a document; neither is changed.

    Parameters
    ----------
    target
        The document, or a part of one.
    patch
        Tables are merged key by key, None deletes a key, everything else replaces what was there.

    Raises
    ------
    ValueError
        The patch is nested more deeply than any document.

    Examples
    --------
    >>> from turnout.patch import merge_patch
    >>> merge_patch({"a": {"b": 1, "c": [1, 2]}}, {"a": {"b": None, "c": [3]}})
    {'a': {'c': [3]}}
    """
    return _merged(target, patch, DEEPEST)


def _merged(target: Any, patch: Any, depth: int) -> Any:
    if not isinstance(patch, Mapping):
        return patch
    if not depth:
        raise ValueError("the patch is nested too deeply, or holds itself")
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merged(merged.get(key), value, depth - 1)
    return merged


def overlay_patch(overlay: Any, problems: list[Problem], path: str = "") -> Any:
    """An overlay as a merge patch: a table `{ _delete = true }` deletes, for TOML has no null.

    Lists are not looked into, since they replace as a whole. A `_delete` beside other keys, or of another value
    than true, goes to `problems`.
    """
    if not isinstance(overlay, Mapping):
        return overlay
    if isinstance(overlay.get(DELETE, {}), Mapping):  # a table of this name is a thing of that name
        return {key: overlay_patch(value, problems, path_text(path, key)) for key, value in overlay.items()}
    place = path_text(path, DELETE)
    if overlay[DELETE] is not True:
        hint = f"write {DELETE} = true, or leave it out"
        problems.append(Problem(place, None, None, f"`{DELETE}` is not true", hint, "shape"))
    elif not path:
        hint = f"put {DELETE} = true into the table that is to go"
        problems.append(Problem(place, None, None, "the whole document cannot be deleted", hint, "shape"))
    elif len(overlay) > 1:
        others = ", ".join(f"`{key}`" for key in sorted(set(overlay) - {DELETE})[:3])
        hint = "delete the table, or say what it holds; to empty it of single keys, delete those"
        problems.append(Problem(place, None, None, f"a table that is deleted and has {others}", hint, "shape"))
    return None


def missing_keys(document: Any, patch: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str, list[str]]]:
    """The keys that a patch deletes and that are not there: path, key, and what is there in their place.

    Examples
    --------
    >>> from turnout.patch import missing_keys
    >>> list(missing_keys({"a": {"b": 1}}, {"a": {"b": None, "c": None}, "d": {"e": None}}))
    [('a.c', 'c', ['b']), ('d.e', 'e', [])]
    """
    there = document if isinstance(document, Mapping) else {}
    for key, value in patch.items():
        if value is None and key not in there:
            yield path_text(path, key), key, list(there)
        elif isinstance(value, Mapping):
            yield from missing_keys(there.get(key), value, path_text(path, key))


class Origins:
    """Which source last set each value of a document merged from several, counted from 0 for the first.

    Examples
    --------
    >>> from turnout.patch import Origins
    >>> origins = Origins()
    >>> origins.apply({"a": {"b": 1, "c": 2}}, {"a": {"b": None}, "d": {"e": 3}}, source=1)
    >>> [origins.source_of(path) for path in (["a"], ["a", "b"], ["a", "c"], ["d", "missing"])]
    [0, 1, 0, 1]
    """

    def __init__(self) -> None:
        # Only what a patch sets or deletes is written down, the rest is of the first source. `None` in a table: the
        # source of what the table does not name.
        self._set: dict[PathStep | None, Any] = {}

    def apply(self, before: Any, patch: Any, source: int) -> None:
        """Note what a patch sets or deletes in a document as it was before."""
        if isinstance(patch, Mapping):
            _note(self._set, before, patch, source)

    def source_of(self, path: list[PathStep]) -> int:
        """The source that last set or deleted the value at a path."""
        node: Any = self._set
        found = 0
        for step in path:
            found = node.get(None, found)
            node = node.get(step)
            if not isinstance(node, dict):
                return found if node is None else int(node)
        return int(node.get(None, found))


def _note(node: dict[PathStep | None, Any], before: Any, patch: Mapping[str, Any], source: int) -> None:
    for key, value in patch.items():
        old = before.get(key) if isinstance(before, Mapping) else None
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            below = node.get(key)
            if not isinstance(below, dict):
                node[key] = below = {} if below is None else {None: below}
            _note(below, old, value, source)
        else:
            node[key] = source


def path_text(path: str, key: str) -> str:
    """A path with one more key, as faults write it."""
    shown = key if _PLAIN.fullmatch(key) else f'"{_HIDDEN.sub(_escaped, key)}"'
    return f"{path}.{shown}" if path else shown


_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_HIDDEN = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]')
_STEP = re.compile(r'\.?(?:(?P<plain>[A-Za-z0-9_-]+)|"(?P<quoted>(?:[^"\\]|\\.)*)")|\[(?P<index>\d+)\]')
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]+)\}|(.))")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_ESCAPES = {sign: f"\\{name}" for name, sign in _ESCAPED.items()} | {sign: f"\\{sign}" for sign in '"\\'}


def _escaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0]) or f"\\u{{{ord(found[0]):x}}}"


def parse_path(text: str) -> list[PathStep]:
    """The keys and indexes of a path that a fault names.

    Examples
    --------
    >>> from turnout.patch import parse_path
    >>> parse_path('toggles."a b".rules[1].id')
    ['toggles', 'a b', 'rules', 1, 'id']
    """
    steps: list[PathStep] = []
    for found in _STEP.finditer(text):
        if found["index"] is not None:
            steps.append(int(found["index"]))
        elif found["plain"] is not None:
            steps.append(found["plain"])
        else:
            steps.append(
                _ESCAPE.sub(lambda e: chr(int(e[1], 16)) if e[1] else _ESCAPED.get(e[2], e[2]), found["quoted"])
            )
    return steps
