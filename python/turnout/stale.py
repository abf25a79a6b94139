"""Toggles that somebody should look at: past their review, at 0 or 100 % for long, or asked by nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from turnout._core import Engine, GateResult, ManualClock, Policy
from turnout.change import instant_of
from turnout.usage import ToggleUsage, Usage

__all__ = ["StaleReason", "StaleToggle", "stale_toggles"]


@dataclass(frozen=True, slots=True)
class StaleReason:
    """Why a toggle is stale.

    Examples
    --------
    >>> import datetime, turnout
    >>> policy = turnout.load_policy(turnout.sample_policy_path())
    >>> (*_, found) = turnout.stale_toggles(policy, at=datetime.datetime(2026, 7, 11, tzinfo=datetime.UTC))
    >>> str(found.reasons[0])
    'review was due on 2026-07-01, 10 days ago'
    """

    kind: Literal["review", "constant", "unused"]
    """Which rule it broke."""
    since: dt.datetime
    """Since when it does."""
    days: int
    """Whole days since."""
    detail: str
    """In words."""

    def __str__(self) -> str:
        return f"{self.detail}, {self.days:,} {'day' if self.days == 1 else 'days'} ago"

    def to_dict(self) -> dict[str, Any]:
        """The reason as a dictionary that JSON can hold.

        Examples
        --------
        >>> import datetime, turnout
        >>> since = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
        >>> turnout.StaleReason("review", since, 3, "its review was due").to_dict()["days"]
        3
        """
        return {"kind": self.kind, "since": self.since.isoformat(), "days": self.days, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class StaleToggle:
    """A toggle to renew or to take out.

    Examples
    --------
    >>> import datetime, turnout
    >>> policy = turnout.load_policy(turnout.sample_policy_path())
    >>> found = turnout.stale_toggles(policy, at=datetime.datetime(2026, 7, 11, tzinfo=datetime.UTC))
    >>> [(toggle.key, toggle.owner) for toggle in found][-2:]
    [('phone', 'telephony@example.com'), ('sms', 'digital@example.com')]
    """

    key: str
    """The toggle's key."""
    owner: str | None
    """Who answers for it."""
    reasons: tuple[StaleReason, ...]
    """All that speaks against it."""

    def to_dict(self) -> dict[str, Any]:
        """The toggle as a dictionary that JSON can hold.

        Examples
        --------
        >>> import turnout
        >>> turnout.StaleToggle("sms", "desk@example.com", ()).to_dict()["reasons"]
        []
        """
        return {"key": self.key, "owner": self.owner, "reasons": [reason.to_dict() for reason in self.reasons]}


def stale_toggles(
    policy: Policy,
    *,
    at: dt.datetime | int,
    usage: Usage | None = None,
    gates: Iterable[GateResult] = (),
    constant_days: int = 30,
    unused_days: int = 30,
) -> tuple[StaleToggle, ...]:
    """List the toggles that are past their review, constant for long, or not asked.

    Parameters
    ----------
    policy
        The policy.
    at
        The time of the review.
    usage
        What `load_usage` has read. Without it nobody knows what was asked.
    gates
        Gates of ramps that have passed.
    constant_days
        A toggle is stale that has been at 0 or 100 % for more days than these: by its ramp; switched off with
        ``enabled = false`` since no later than its creation; or, if it has rules, by all its evaluations.
    unused_days
        A toggle is stale that was not evaluated for more days than these.

    Returns
    -------
    tuple of StaleToggle
        By key.

    Examples
    --------
    >>> import datetime, turnout
    >>> policy = turnout.load_policy(turnout.sample_policy_path())
    >>> turnout.stale_toggles(policy, at=datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC))
    ()
    """
    now = instant_of(at)
    engine = Engine(policy, clock=ManualClock(now), gates=gates)
    found = []
    for key, toggle in sorted(policy.toggles.items()):
        if not isinstance(toggle, Mapping):  # a fault that a lenient load let pass
            toggle = {}
        owner = toggle.get("owner")
        reasons = list(_review(toggle, now))
        known = None if usage is None else usage.get(key)
        reasons += [r for r in _constant(engine, key, toggle, known, now) if r.days > constant_days]
        if usage is not None:
            reasons += [r for r in _unused(toggle, known, usage, now) if r.days > unused_days]
        if reasons:
            found.append(StaleToggle(key, owner if isinstance(owner, str) else None, tuple(reasons)))
    return tuple(found)


def _reason(
    kind: Literal["review", "constant", "unused"], since: dt.datetime, now: dt.datetime, text: str
) -> StaleReason:
    return StaleReason(kind, since, (now - since).days, text)


def _review(toggle: Mapping[str, Any], now: dt.datetime) -> Iterator[StaleReason]:
    due = _day(toggle, "review_by")
    if due is not None and now.date() > due.date():
        yield _reason("review", due, now, f"review was due on {due.date()}")


def _constant(
    engine: Engine, key: str, toggle: Mapping[str, Any], usage: ToggleUsage | None, now: dt.datetime
) -> Iterator[StaleReason]:
    """Whether it decides the same for everybody, by what is known: its ramps, its switch, its evaluations."""
    created = _day(toggle, "created")
    if toggle.get("enabled") is False and created is not None:
        yield _reason("constant", created, now, f"switched off, created on {created.date()}")
        return
    for position in engine.ramp(key):
        share = f"{position.percent:g} %"
        if position.percent in (0.0, 100.0) and position.entered_at is not None:
            since = position.entered_at
            yield _reason("constant", since, now, f"ramp {position.rule} at {share} since {since.date()}")
    # without rules it is a switch, meant to stand still until the day that it is thrown
    if usage is not None and usage["outcome"] in ("on", "off") and usage["outcome_since"] and toggle.get("rules"):
        since = dt.datetime.fromisoformat(usage["outcome_since"])
        share = "100 %" if usage["outcome"] == "on" else "0 %"
        yield _reason(
            "constant", since, now, f"all evaluations came out {usage['outcome']} ({share}) since {since.date()}"
        )


def _unused(
    toggle: Mapping[str, Any], known: ToggleUsage | None, usage: Usage, now: dt.datetime
) -> Iterator[StaleReason]:
    if known is not None and known["last_evaluated_at"] is not None:
        last = dt.datetime.fromisoformat(known["last_evaluated_at"])
        yield _reason("unused", last, now, f"last evaluated on {last.date()}")
        return
    # nobody can have asked it before it was there, nor is it known what was asked before counting began
    begun = [dt.datetime.fromisoformat(part["since"]) for part in ([known] if known else usage.values())]
    if begun:
        created = _day(toggle, "created")
        since = min(begun) if created is None else max(min(begun), created)
        yield _reason("unused", since, now, f"not evaluated since counting began on {since.date()}")


def _day(toggle: Mapping[str, Any], name: str) -> dt.datetime | None:
    """A date of the document as its first instant, UTC; None where a lenient load let a fault pass."""
    try:
        return dt.datetime.combine(dt.date.fromisoformat(str(toggle[name])), dt.time(), dt.UTC)
    except (KeyError, ValueError):
        return None
