"""Policies from files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from turnout._core import Policy
from turnout.errors import PolicyError, Problem

__all__ = ["load_policy", "sample_policy_path"]

_MOST_BYTES = 64 * 2**20
_FORMATS: dict[str, Literal["toml", "json"]] = {".toml": "toml", ".json": "json"}


def load_policy(path: str | os.PathLike[str], *, strict: bool = True) -> Policy:
    """Read and compile a policy file.

    Parameters
    ----------
    path
        A TOML or JSON file; its suffix says which.
    strict
        Refuse every fault (default). Otherwise a toggle with faults becomes inert, and missing governance fields are
        let pass; both are listed in ``Policy.problems``.

    Returns
    -------
    Policy

    Raises
    ------
    PolicyError
        The document has faults; all of them are listed, each with its path, its line and how to mend it.
    OSError
        The file cannot be read.

    Examples
    --------
    >>> import turnout
    >>> policy = turnout.load_policy(turnout.sample_policy_path())
    >>> policy.environment
    'production'
    """
    file = Path(path)
    form = _FORMATS.get(file.suffix.lower())
    if form is None:
        hint = f"name it {file.stem}.toml or {file.stem}.json, or use Policy.from_bytes"
        raise PolicyError([Problem("", None, None, f"{file.name}: not a .toml or .json file", hint, "syntax")])
    with file.open("rb") as source:
        # One byte more than a document may have: larger files are refused without being read.
        data = source.read(_MOST_BYTES + 1)
    return Policy.from_bytes(data, format=form, strict=strict)


def sample_policy_path() -> Path:
    """Return the path of the sample policy that ships with the package.

    Examples
    --------
    >>> import turnout
    >>> turnout.sample_policy_path().name
    'policy.toml'
    """
    return Path(__file__).parent / "data" / "policy.toml"
