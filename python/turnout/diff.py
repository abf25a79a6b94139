"""What another policy changes: in the document, and for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from turnout._core import Engine, GateResult, ManualClock, Policy
from turnout.change import EPOCH, instant_of
from turnout.compare import ValueChange, compare_documents, same_value

__all__ = ["DecisionChange", "PolicyDiff", "diff_policies"]

ABSENT = "absent"
Kind = Literal["added", "removed", "changed"]
Progress = Callable[[str, int, int], object]


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """Units that a toggle decides otherwise, all of them from the one outcome to the other.

    Examples
    --------
    >>> import datetime, turnout
    >>> policy = turnout.load_policy(turnout.sample_policy_path())
    >>> changed = policy.with_changes({"toggles": {"email": {"enabled": False}}}, operator="maria", reason="INC-7")
    >>> noon = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)
    >>> turnout.diff_policies(policy, changed, units=["c-1", "c-2"], at=noon).decisions
    (DecisionChange(toggle='email', old='on', new='off', count=2, sample=('c-1', 'c-2')),)
    """

    toggle: str
    """The toggle's key."""
    old: str
    """What was served: `on`, `off`, a variant or the default; with ` (shadow: ...)` what a shadow step would have
    served; `absent` without the toggle."""
    new: str
    """What is served now."""
    count: int
    """How many units."""
    sample: tuple[str | int | None, ...]
    """The first of them."""

    def to_dict(self) -> dict[str, Any]:
        """The change as a dictionary that JSON can hold.

        Examples
        --------
        >>> import turnout
        >>> turnout.DecisionChange("email", "on", "off", 1, ("c-1",)).to_dict()["sample"]
        ['c-1']
        """
        names = ("toggle", "old", "new", "count")
        return {name: getattr(self, name) for name in names} | {"sample": list(self.sample)}


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """What differs between two policies; true when anything does.

    Examples
    --------
    >>> import turnout
    >>> policy = turnout.load_policy(turnout.sample_policy_path())
    >>> bool(turnout.diff_policies(policy, policy))
    False
    """

    old_digest: str
    """Digest of the old policy."""
    new_digest: str
    """Digest of the new one."""
    values: tuple[ValueChange, ...]
    """What differs in the document."""
    toggles: tuple[tuple[str, Kind], ...]
    """The toggles that differ, each with what happened to it."""
    units: int | None
    """How many units were decided; None when none were given."""
    at: dt.datetime | None
    """The instant at which they were."""
    decisions: tuple[DecisionChange, ...]
    """Who is decided otherwise, by toggle, the largest groups of each first."""

    def __bool__(self) -> bool:
        return bool(self.values or self.decisions)

    def to_dict(self) -> dict[str, Any]:
        """The difference as a dictionary that JSON can hold.

        Examples
        --------
        >>> import turnout
        >>> policy = turnout.load_policy(turnout.sample_policy_path())
        >>> turnout.diff_policies(policy, policy).to_dict()["decisions"]
        []
        """
        return {
            "old_digest": self.old_digest,
            "new_digest": self.new_digest,
            "values": [change.to_dict() for change in self.values],
            "toggles": dict(self.toggles),
            "units": self.units,
            "at": None if self.at is None else self.at.isoformat(),
            "decisions": [change.to_dict() for change in self.decisions],
        }


def diff_policies(
    old: Policy,
    new: Policy,
    units: Sequence[str | int | None] | pl.Series | None = None,
    attributes: pl.DataFrame | Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    *,
    at: dt.datetime | int | None = None,
    gates: Iterable[GateResult] = (),
    sample: int = 10,
    progress: Progress | None = None,
) -> PolicyDiff:
    """Compare two policies: what the documents say, and with units, what they decide.

    Parameters
    ----------
    old, new
        The policies.
    units
        Who is decided for, by both.
    attributes
        What rules look at: a row for each unit, as for ``Engine.evaluate_many``.
    at
        The instant of the decisions; needed with units.
    gates
        Gates of ramps that have passed; each counts in those policies that have its step, and one of them must.
    sample
        How many units of each group to name.
    progress
        Told of each toggle: its key, how many are done, and of how many.

    Returns
    -------
    PolicyDiff

    Raises
    ------
    ValueError
        Units without an instant, columns of different lengths, or a gate that is a step's of neither policy.

    Examples
    --------
    >>> import datetime, turnout
    >>> policy = turnout.load_policy(turnout.sample_policy_path())
    >>> patch = {"toggles": {"sms": {"rules": [{"id": "all"}]}}}
    >>> changed = policy.with_changes(patch, operator="maria", reason="OPS-12")
    >>> noon = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)
    >>> found = turnout.diff_policies(policy, changed, ["c-1", "c-2"], {"language": ["en", "fr"]}, at=noon)
    >>> found.toggles, found.decisions[0].sample
    ((('sms', 'changed'),), ('c-2',))
    """
    documents = (old.document, new.document)
    instant = None if at is None else instant_of(at)
    decisions: list[DecisionChange] = []
    column = None
    engines = engines_of((old, new), EPOCH if instant is None else instant, gates)
    if units is not None:
        if instant is None:
            raise ValueError("units are decided at an instant; give at=")
        column = units if isinstance(units, pl.Series) else pl.Series("unit", units)
        keys = _affected(*documents)
        for done, key in enumerate(keys):
            if progress is not None:
                progress(key, done, len(keys))
            decisions += _decide(key, engines, column, attributes, instant, sample)
    return PolicyDiff(
        old.digest,
        new.digest,
        tuple(compare_documents(*documents)),
        tuple(_toggles(*(document["toggles"] for document in documents))),
        None if column is None else len(column),
        instant,
        tuple(decisions),
    )


def _toggles(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Kind]]:
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            yield key, "removed"
        elif key not in old:
            yield key, "added"
        elif not same_value(old[key], new[key]):
            yield key, "changed"


def _affected(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The toggles that can decide otherwise: those that differ, and those that require one of them."""
    keys = sorted(old["toggles"].keys() | new["toggles"].keys())
    if not all(same_value(old.get(part, {}), new.get(part, {})) for part in ("segments", "calendars")):
        return keys
    found = {key for key, _ in _toggles(old["toggles"], new["toggles"])}
    needed_by: dict[str, set[str]] = {}
    for document in (old, new):
        for key, toggle in document["toggles"].items():
            requires = toggle.get("requires") if isinstance(toggle, Mapping) else None
            for name in requires if isinstance(requires, Mapping) else ():
                needed_by.setdefault(name, set()).add(key)
    open_ends = list(found)
    while open_ends:
        more = needed_by.get(open_ends.pop(), set()) - found
        found |= more
        open_ends += more
    return [key for key in keys if key in found]


def engines_of(policies: tuple[Policy, Policy], at: dt.datetime, gates: Iterable[GateResult]) -> tuple[Engine, Engine]:
    """An engine of each policy, with those gates whose steps it has; every gate must be a step's of one."""
    clock = ManualClock(at)
    fitting: tuple[list[GateResult], list[GateResult]] = ([], [])
    for gate in gates:
        faults = []
        for policy, kept in zip(policies, fitting, strict=True):
            try:
                Engine(policy, clock=clock, gates=[gate])
                kept.append(gate)
            except ValueError as error:
                faults.append(error)
        if len(faults) == len(policies):
            raise faults[-1]
    old, new = (Engine(policy, clock=clock, gates=kept) for policy, kept in zip(policies, fitting, strict=True))
    return old, new


def _decide(
    key: str, engines: tuple[Engine, Engine], units: pl.Series, attributes: Any, at: dt.datetime, sample: int
) -> Iterator[DecisionChange]:
    """The units that one toggle decides otherwise, by what was and is served."""
    old, new = (_outcomes(key, engine, units, attributes, at) for engine in engines)
    frame = pl.DataFrame([units.alias("unit"), *(column.alias(f"old_{column.name}") for column in old), *new])
    if old and new and old[0].dtype == new[0].dtype:
        frame = frame.filter(
            pl.col("old_value").ne_missing(pl.col("value")) | pl.col("old_shadow").ne_missing(pl.col("shadow"))
        )
    names = frame.columns[1:]
    groups = frame.group_by(names).agg(pl.len().alias("count"), pl.col("unit").head(sample))
    found = []
    for row in groups.iter_rows():
        was, now = _label(row[: len(old)]), _label(row[len(old) : len(names)])
        if was != now:
            found.append(DecisionChange(key, was, now, row[-2], tuple(row[-1])))
    yield from sorted(found, key=lambda change: (-change.count, change.old, change.new))


def _outcomes(key: str, engine: Engine, units: pl.Series, attributes: Any, at: dt.datetime) -> list[pl.Series]:
    """What is served to each unit, and what a shadow step would have; nothing without the toggle."""
    if key not in engine.policy:
        return []
    batch = engine.evaluate_many(key, units, attributes, at=at)
    shadow = batch.shadow
    return [batch.value.alias("value"), shadow.cast(batch.value.dtype).alias("shadow")]


def _label(outcome: tuple[Any, ...]) -> str:
    """An outcome in words."""
    if not outcome:
        return ABSENT
    served, shadow = (
        {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value for value in outcome
    )
    return str(served) if shadow is None else f"{served} (shadow: {shadow})"
