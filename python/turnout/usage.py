"""What toggles were asked, kept in a file, so that somebody can see later which of them nobody asks."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypedDict

from turnout._core import Engine, _generation  # type: ignore[attr-defined]
from turnout.change import instant_of
from turnout.replace import replace_file

__all__ = ["ToggleUsage", "Usage", "load_usage", "save_usage"]

FORMAT = 1


class ToggleUsage(TypedDict):
    """What is known of the use of one toggle.

    Examples
    --------
    >>> import turnout
    >>> sorted(turnout.ToggleUsage.__annotations__)
    ['enabled', 'evaluations', 'last_evaluated_at', 'outcome', 'outcome_since', 'since']
    """

    evaluations: int
    """How often it was evaluated."""
    enabled: int
    """How often it came out on."""
    since: str
    """When counting began."""
    last_evaluated_at: str | None
    """When it was last seen to have been evaluated: the instant of the save."""
    outcome: Literal["on", "off", "mixed"] | None
    """What all evaluations since `outcome_since` came to."""
    outcome_since: str | None
    """Since when they did."""


Usage = dict[str, ToggleUsage]

Counts = dict[str, dict[str, int]]

# What was saved of each engine since its last swap, for it counts on: only what is new is added to a file.
_saved: weakref.WeakKeyDictionary[Engine, tuple[int, Counts]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def _renew_lock() -> None:
    """A child of a fork gets a lock that nobody holds."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def save_usage(engine: Engine, path: str | os.PathLike[str], *, at: dt.datetime | int) -> Usage:
    """Add what an engine has counted since its last save to a file; the file is replaced whole, or not at all.

    Every process keeps a file of its own: two that write one would take each other's counts away. `load_usage` and
    ``turnout stale --usage`` read several.

    Parameters
    ----------
    engine
        The engine. After a swap it counts anew; what it had counted before and nobody saved is lost.
    path
        A JSON file; made when it is not there. Its permissions stay, and so does a link to it.
    at
        The time of the save. An evaluation counts as having been at the save that first saw it. A clock that goes back
        takes nothing back: what the file says was later stays.

    Returns
    -------
    dict
        What the file now holds, by toggle.

    Raises
    ------
    ValueError
        The file is there and is no usage file; it is left as it is.
    OSError
        The file cannot be read or written; the error names it.

    Examples
    --------
    >>> import datetime, pathlib, tempfile, turnout
    >>> monday = datetime.datetime(2026, 3, 2, 15, tzinfo=datetime.UTC)
    >>> policy = turnout.load_policy(turnout.sample_policy_path())
    >>> engine = turnout.Engine(policy, clock=turnout.ManualClock(monday))
    >>> engine.is_enabled("email")
    True
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     usage = turnout.save_usage(engine, pathlib.Path(folder, "usage.json"), at=monday)
    >>> usage["email"]["evaluations"], usage["email"]["last_evaluated_at"], usage["phone"]["last_evaluated_at"]
    (1, '2026-03-02T15:00:00+00:00', None)
    """
    now = instant_of(at).isoformat()
    file = Path(path)
    with _lock:
        usage = load_usage(file) if file.exists() else {}
        generation, counts = _counts(engine)
        known_generation, known = _saved.get(engine, (None, {}))
        for key, count in counts.items():
            before = known.get(key, {}) if known_generation == generation else {}
            new = {name: value - before.get(name, 0) for name, value in count.items()}
            usage[key] = _added(usage.get(key), new, now)
        text = json.dumps({"turnout_usage": FORMAT, "saved_at": now, "toggles": usage}, indent=1)
        replace_file(file, text.encode() + b"\n")
        _saved[engine] = (generation, counts)
    return usage


def _counts(engine: Engine) -> tuple[int, Counts]:
    """What an engine has counted, and which of its policies: every swap counts anew."""
    while True:
        generation: int = _generation(engine)
        counts = engine.usage()
        # a swap between the two readings would give the counts of one policy for those of another
        if generation == _generation(engine):
            return generation, counts


def load_usage(*paths: str | os.PathLike[str]) -> Usage:
    """Read usage files and put them together.

    Parameters
    ----------
    paths
        Files that `save_usage` has written, one for each process.

    Returns
    -------
    dict
        What is known of each toggle, by key.

    Raises
    ------
    ValueError
        One of them is no usage file; the message names it.
    OSError
        One of them cannot be read.

    Examples
    --------
    >>> import turnout
    >>> turnout.load_usage()
    {}
    """
    merged: Usage = {}
    found = [_read(Path(path)) for path in paths]
    for key in sorted({key for usage in found for key in usage}):
        merged[key] = _together([usage[key] for usage in found if key in usage])
    return merged


def _added(old: ToggleUsage | None, new: Mapping[str, int], now: str) -> ToggleUsage:
    """One toggle's use with what has come since."""
    if old is None:
        old = ToggleUsage(evaluations=0, enabled=0, since=now, last_evaluated_at=None, outcome=None, outcome_since=None)
    asked, on = new["evaluations"], new["enabled"]
    if asked <= 0:
        return old
    # a clock may have gone back since the save before
    now = max([now, *filter(None, (old["since"], old["last_evaluated_at"], old["outcome_since"]))], key=_instant)
    outcome: Literal["on", "off", "mixed"] = "on" if on == asked else "off" if on == 0 else "mixed"
    same = outcome == old["outcome"]
    return ToggleUsage(
        evaluations=old["evaluations"] + asked,
        enabled=old["enabled"] + on,
        since=old["since"],
        last_evaluated_at=now,
        outcome=outcome,
        # the first evaluations of all lie between the beginning and now
        outcome_since=old["outcome_since"] if same else old["since"] if old["outcome"] is None else now,
    )


def _together(parts: list[ToggleUsage]) -> ToggleUsage:
    """One toggle's use in several processes."""
    since = min((part["since"] for part in parts), key=_instant)
    asked = [part for part in parts if part["last_evaluated_at"] is not None]
    outcomes = {part["outcome"] for part in asked}
    turned = [p["outcome_since"] for p in asked if p["outcome_since"] is not None and p["outcome_since"] != p["since"]]
    return ToggleUsage(
        evaluations=sum(part["evaluations"] for part in parts),
        enabled=sum(part["enabled"] for part in parts),
        since=since,
        last_evaluated_at=max((str(part["last_evaluated_at"]) for part in asked), key=_instant, default=None),
        outcome=None if not asked else outcomes.pop() if len(outcomes) == 1 else "mixed",
        outcome_since=None if not asked else max(turned, key=_instant, default=since),
    )


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _read(file: Path) -> Usage:
    """One file, checked."""
    hint = "give a file that turnout.save_usage has written"
    try:
        document = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{file}: is not JSON ({error}); {hint}") from None
    if not isinstance(document, dict) or document.get("turnout_usage") != FORMAT:
        raise ValueError(f"{file}: is no usage file; {hint}")
    faults = list(_faults(document.get("toggles")))
    if faults:
        raise ValueError(f"{file}: {faults[0]}; {hint}")
    usage: Usage = document["toggles"]
    return usage


def _faults(toggles: Any) -> Iterator[str]:
    """What is not as `save_usage` writes it."""
    if not isinstance(toggles, dict):
        yield "toggles is no table"
        return
    for key, part in toggles.items():
        if not isinstance(part, dict) or part.keys() != ToggleUsage.__annotations__.keys():
            yield f"toggles.{key} has other keys than {', '.join(ToggleUsage.__annotations__)}"
            continue
        for name in ("evaluations", "enabled"):
            if type(part[name]) is not int or part[name] < 0:
                yield f"toggles.{key}.{name} is no count"
        for name in ("since", "last_evaluated_at", "outcome_since"):
            if not (_is_instant(part[name]) or (part[name] is None and name != "since")):
                yield f"toggles.{key}.{name} is no instant"
        if part["outcome"] not in ("on", "off", "mixed", None):
            yield f"toggles.{key}.outcome is none of on, off, mixed"


def _is_instant(value: Any) -> bool:
    try:
        return dt.datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False
