"""Policies from files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from turnout._core import Policy
from turnout.errors import PolicyError, Problem
from turnout.overlays import Source, load_merged

__all__ = ["load_policy", "sample_policy_path"]

_MOST_BYTES = 64 * 2**20
_FORMATS: dict[str, Literal["toml", "json"]] = {".toml": "toml", ".json": "json"}


def load_policy(path: str | os.PathLike[str], *overlays: str | os.PathLike[str], strict: bool = True) -> Policy:
    """Read and compile a policy file, with the overlays of an environment.

    Parameters
    ----------
    path
        A TOML or JSON file; its suffix says which.
    overlays
        Files that say what is different here, merged into the first in their order before anything is checked: tables
        key by key, everything else as a whole. A key is deleted by null in JSON, and by `{ _delete = true }` in TOML.
    strict
        Refuse every fault (default). Otherwise a toggle with faults becomes inert, and missing governance fields are
        let pass; both are listed in ``Policy.problems``.

    Returns
    -------
    Policy

    Raises
    ------
    PolicyError
        The document has faults; all of them are listed, each with its path, its line and how to mend it, and with
        overlays the file that last set the value.
    OSError
        The file cannot be read.

    Examples
    --------
    >>> import turnout
    >>> policy = turnout.load_policy(turnout.sample_policy_path())
    >>> policy.environment
    'production'
    """
    if overlays:
        return load_merged([_source(file) for file in (path, *overlays)], strict=strict)
    source = _source(path)
    return Policy.from_bytes(source.data, format=source.format, strict=strict)


def _source(path: str | os.PathLike[str]) -> Source:
    """A document's bytes and what they are written in."""
    file = Path(path)
    form = _FORMATS.get(file.suffix.lower())
    if form is None:
        hint = f"name it {file.stem}.toml or {file.stem}.json, or use Policy.from_bytes"
        raise PolicyError([Problem("", None, None, f"{file.name}: not a .toml or .json file", hint, "syntax")])
    with file.open("rb") as source:
        # One byte more than a document may have: larger files are refused without being read.
        return Source(str(path), form, source.read(_MOST_BYTES + 1))


def sample_policy_path() -> Path:
    """Return the path of the sample policy that ships with the package.

    Examples
    --------
    >>> import turnout
    >>> turnout.sample_policy_path().name
    'policy.toml'
    """
    return Path(__file__).parent / "data" / "policy.toml"
