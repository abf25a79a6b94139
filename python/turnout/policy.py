"""Policies from files."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from turnout._core import Policy
from turnout.errors import PolicyError, Problem
from turnout.overlays import Source, load_merged

__all__ = ["load_policy", "policy_schema", "sample_policy_path"]

MOST_BYTES = 64 * 2**20
FORMATS: dict[str, Literal["toml", "json", "yaml"]] = {
    ".toml": "toml",
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
}


def load_policy(path: str | os.PathLike[str], *overlays: str | os.PathLike[str], strict: bool = True) -> Policy:
    """Read and compile a policy file, with the overlays of an environment.

    Parameters
    ----------
    path
        A TOML, JSON or YAML file; its suffix says which. YAML needs the extra ``yaml``.
    overlays
        Files that say what is different here, merged into the first in their order before anything is checked: tables
        key by key, everything else as a whole. A key is deleted by null in JSON and YAML, and by `{ _delete = true }`
        in TOML; what is not there cannot be deleted.
    strict
        Refuse every fault (default). Otherwise a toggle with faults becomes inert, and missing governance fields are
        let pass; both are listed in ``Policy.problems``, and so are deletions of what is not there.

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
    MissingExtraError
        It is YAML, and the extra is not installed.

    Examples
    --------
    >>> import turnout
    >>> policy = turnout.load_policy(turnout.sample_policy_path())
    >>> policy.environment
    'production'
    """
    return compile_sources([read_source(file) for file in (path, *overlays)], strict=strict)


def compile_sources(sources: Sequence[Source], *, strict: bool) -> Policy:
    """The policy of a document and of its overlays, which were read before."""
    if len(sources) > 1:
        return load_merged(sources, strict=strict)
    return Policy.from_bytes(sources[0].data, format=sources[0].format, strict=strict)


def read_source(path: str | os.PathLike[str]) -> Source:
    """A document's bytes and what they are written in."""
    file = Path(path)
    form = FORMATS.get(file.suffix.lower())
    if form is None:
        *others, last = FORMATS
        hint = f"name it {file.stem}.toml, {file.stem}.json or {file.stem}.yaml, or use Policy.from_bytes"
        message = f"{file.name}: not a {', '.join(others)} or {last} file"
        raise PolicyError([Problem("", None, None, message, hint, "syntax")])
    with file.open("rb") as source:
        # One byte more than a document may have: larger files are refused without being read.
        return Source(str(path), form, source.read(MOST_BYTES + 1))


def policy_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of policy documents, for editors.

    Every document that ``load_policy`` accepts is valid by it, and every fault of names, types, ranges and missing
    fields is a fault by it. What one field says against another, names that nothing defines, circles, regular
    expressions and time zones are looked at by ``load_policy`` alone.

    Returns
    -------
    dict
        A new one with each call.

    Examples
    --------
    >>> import turnout
    >>> sorted(turnout.policy_schema()["properties"])
    ['calendars', 'change', 'environment', 'segments', 'toggles', 'turnout']
    """
    text = policy_schema_path().read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def policy_schema_path() -> Path:
    """The file in which the schema ships with the package."""
    return Path(__file__).parent / "data" / "policy.schema.json"


def sample_policy_path() -> Path:
    """Return the path of the sample policy that ships with the package.

    Examples
    --------
    >>> import turnout
    >>> turnout.sample_policy_path().name
    'policy.toml'
    """
    return Path(__file__).parent / "data" / "policy.toml"
