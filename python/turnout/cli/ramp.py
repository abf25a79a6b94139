"""`turnout ramp`: where ramps stand, when their steps come, what they wait for, and who is in on which day.

Dates come from the engine alone. What is to come is what it says as if every gate and approval that is still open were
given now: the earliest that can be.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from turnout.change import ramps
from turnout.cli.faults import CliError
from turnout.cli.inputs import gate_faults, parse_instant, read_gates

if TYPE_CHECKING:
    from turnout import Engine, GateResult, Policy, RampPosition
    from turnout.cli.units import Units

DAYS_MOST = 366
LONG_AGO = dt.datetime(1, 1, 2, tzinfo=dt.UTC)
GATE = re.compile(r"(?P<toggle>.+):(?P<rule>[^:]+):(?P<step>\d{1,5}):(?P<n>\d{1,15}):(?P<at>\d{4}-.+)")
GATE_HINT = "write for example billing-bot:ramp:0:512:2026-03-07T00:00:00Z"


@dataclasses.dataclass(frozen=True, slots=True)
class StepPlan:
    """One step, with the instant at which it began or can begin."""

    step: int
    percent: float
    mode: str
    state: str
    """`done`, `current`, `planned`, or `unknown` when it cannot be told."""
    from_at: dt.datetime | None
    """When it began; when it begins at the earliest."""
    hold: str | None
    """The least time in it."""
    min_n: int | None
    """Samples that leaving it waits for."""
    approval: str | None
    """Role whose approval entering it waits for."""
    approved_by: str | None
    """Who gave it."""

    def to_dict(self) -> dict[str, Any]:
        """The step as JSON."""
        return dataclasses.asdict(self) | {"from_at": None if self.from_at is None else self.from_at.isoformat()}


@dataclasses.dataclass(frozen=True, slots=True)
class Day:
    """Who is in at the end of a day, UTC."""

    date: dt.date
    step: int | None
    percent: float
    mode: str
    state: str
    """`done`, `current`, `planned`, or `unknown` where a person must look before it can be told."""
    units_in: int
    """Units that the ramp lets in."""
    watched: int
    """Units that a shadow step watches and does not serve."""
    newly_in: tuple[str | int, ...]
    """Those who were not in the day before."""

    def to_dict(self) -> dict[str, Any]:
        """The day as JSON."""
        return dataclasses.asdict(self) | {"date": self.date.isoformat(), "newly_in": list(self.newly_in)}


@dataclasses.dataclass(frozen=True, slots=True)
class RampPlan:
    """Where a ramp stands, and what is to come."""

    toggle: str
    position: RampPosition
    off: str | None
    """Why the toggle is off, whatever the ramp says."""
    unit: str
    salt: str
    steps: tuple[StepPlan, ...]
    days: tuple[Day, ...]
    units: int | None
    """How many units of the file it chooses from."""
    unit_column: str | None
    """The column of the file that holds them."""

    def to_dict(self) -> dict[str, Any]:
        """The ramp as JSON."""
        own = {"toggle": self.toggle} | self.position.to_dict()
        own |= {name: getattr(self, name) for name in ("off", "unit", "salt", "units", "unit_column")}
        return own | {"plan": [s.to_dict() for s in self.steps], "days": [day.to_dict() for day in self.days]}


def read_all_gates(policy: Policy, path: Path | None, texts: Sequence[str]) -> list[GateResult]:
    """The gate results of `--gates FILE` and of each `--gate`; each must be one that a step of the policy waits for."""
    from turnout import GateResult

    gates = []
    for gate in read_gates(path):
        with gate_faults(path):
            check_gate(policy, gate)
        gates.append(gate)
    for text in texts:
        found = GATE.fullmatch(text)
        if found is None:
            raise CliError(f"{text!r} is not TOGGLE:RULE:STEP:N:INSTANT", where="--gate", hint=GATE_HINT)
        at = parse_instant(found["at"], "--gate")
        gate = GateResult(found["toggle"], found["rule"], int(found["step"]), int(found["n"]), at)
        try:
            check_gate(policy, gate)
        except ValueError as error:
            raise CliError(str(error), where="--gate", hint=GATE_HINT) from None
        gates.append(gate)
    return gates


def check_gate(policy: Policy, gate: GateResult) -> None:
    """Raises ValueError where no step of a policy waits for a gate."""
    from turnout import Engine, ManualClock

    Engine(policy, clock=ManualClock(LONG_AGO), gates=[gate])


def plan_ramps(
    policy: Policy, key: str | None, at: dt.datetime, gates: Sequence[GateResult], units: Units | None, days: int | None
) -> Iterator[RampPlan]:
    """Every ramp of a policy, or those of one toggle."""
    from turnout import Engine, ManualClock

    engine = Engine(policy, clock=ManualClock(at), gates=gates)
    for toggle, rule, _, ramp in ramps(policy.document):
        if key in (None, toggle):
            position = position_of(engine, toggle, rule, at)
            likely = hurried(policy, toggle, rule, position, at, gates)
            steps = tuple(plan_steps(likely, toggle, rule, ramp, position))
            chosen = None if units is None else units.of_ramp(ramp["unit"])
            seen = () if chosen is None else tuple(plan_days(likely, toggle, rule, at, steps, chosen, days))
            yield RampPlan(
                toggle,
                position,
                why_off(policy.toggles[toggle]),
                ramp["unit"],
                ramp.get("salt", toggle),
                steps,
                seen,
                None if chosen is None else chosen.len(),
                None if chosen is None else chosen.name,
            )


def why_off(toggle: Mapping[str, Any]) -> str | None:
    """Why a toggle is off for everybody, if it is."""
    if toggle.get("killed"):
        return f"killed: {toggle['killed']}"
    return "switched off: enabled = false" if toggle.get("enabled") is False else None


def position_of(engine: Engine, toggle: str, rule: str, at: dt.datetime) -> RampPosition:
    """Where one ramp stands."""
    return next(found for found in engine.ramp(toggle, at=at) if found.rule == rule)


def hurried(
    policy: Policy, toggle: str, rule: str, position: RampPosition, at: dt.datetime, gates: Sequence[GateResult]
) -> Engine:
    """An engine for this ramp alone in which all that is still open is given at an instant.

    The toggle has no other rules, no schedule, consent or prerequisites, so that only the ramp decides.
    """
    from turnout import Engine, GateResult, ManualClock, Policy

    document = policy.document
    entry = document["toggles"][toggle]
    for name in ("schedule", "requires", "overrides", "killed", "enabled"):
        entry.pop(name, None)
    if "consent" in entry:
        entry["consent"] = []
    ramp = next(found for found in entry["rules"] if found["id"] == rule)["ramp"]
    entry["rules"] = [{"id": rule, "ramp": ramp}]
    now = at.isoformat()
    approved = {approval["step"] for approval in ramp.get("approvals", [])}
    ramp["approvals"] = ramp.get("approvals", []) + [
        {"step": index, "role": step["approval"], "by": "turnout ramp", "at": now}
        for index, step in enumerate(ramp["steps"])
        if "approval" in step and index not in approved
    ]
    alone = Policy.from_document(document | {"toggles": {toggle: entry}}, strict=False)
    known = [gate for gate in gates if fits(alone, gate)]
    # of several results for one step the earliest counts, so that those given are not pushed aside
    still_open = [
        GateResult(toggle, rule, index, int(step["min_n"]), at)
        for index, step in enumerate(ramp["steps"])
        if "min_n" in step and index >= (position.step or 0)
    ]
    return Engine(alone, clock=ManualClock(at), gates=[*known, *still_open])


def fits(policy: Policy, gate: GateResult) -> bool:
    """Whether a policy has the step of a gate."""
    try:
        check_gate(policy, gate)
    except ValueError:
        return False
    return True


def plan_steps(
    engine: Engine, toggle: str, rule: str, ramp: Mapping[str, Any], position: RampPosition
) -> Iterator[StepPlan]:
    """The steps with their instants, of an engine to which all is given."""
    begins = dict(begin_of_steps(engine, toggle, rule))
    approvals = {approval["step"]: approval["by"] for approval in ramp.get("approvals", [])}
    current = -1 if position.step is None else position.step
    for index, step in enumerate(ramp["steps"]):
        state = "done" if index < current else "current" if index == current else "planned"
        yield StepPlan(
            step=index,
            percent=float(step["percent"]),
            mode=step.get("mode", "live"),
            state=state if index in begins else "unknown",
            from_at=begins.get(index),
            hold=step.get("hold"),
            min_n=step.get("min_n"),
            approval=step.get("approval"),
            approved_by=approvals.get(index),
        )


def begin_of_steps(engine: Engine, toggle: str, rule: str) -> Iterator[tuple[int, dt.datetime]]:
    """When each step begins, as far as the engine can say; a step of no time at all is passed over."""
    found = position_of(engine, toggle, rule, LONG_AGO)
    while True:
        if found.step is not None and found.entered_at is not None:
            yield found.step, found.entered_at
        if found.next_at is None:
            return
        found = position_of(engine, toggle, rule, found.next_at)


def plan_days(
    engine: Engine,
    toggle: str,
    rule: str,
    at: dt.datetime,
    steps: Sequence[StepPlan],
    units: pl.Series,
    days: int | None,
) -> Iterator[Day]:
    """Who is in at the end of each day: from that of the first step until that of the last one, or `days` from now."""
    before, last_step = pl.Series("in", [False]).new_from_index(0, units.len()), object()
    day: Day | None = None
    for date in dates(at, steps, days):
        end = dt.datetime.combine(date, dt.time.max, dt.UTC)
        found = position_of(engine, toggle, rule, end)
        state = state_of(date, at, steps, found)
        if day is None or found.step != last_step:
            batch = engine.evaluate_many(toggle, units, at=end)
            enabled = pl.Series("in", batch.enabled)
            watched = int((batch.reason == "SHADOW").sum())
            new = units.filter(enabled & ~before).to_list()
            day = Day(date, found.step, found.percent, found.mode, state, int(enabled.sum()), watched, tuple(new))
            before, last_step = enabled, found.step
        else:
            day = dataclasses.replace(day, date=date, state=state, newly_in=())
        yield day


def state_of(date: dt.date, at: dt.datetime, steps: Sequence[StepPlan], found: RampPosition) -> str:
    """Whether a day is over, is today, or is to come; and then whether it can be told how it will be."""
    if date <= at.date():
        return "done" if date < at.date() else "current"
    following = 0 if found.step is None else found.step + 1
    return "unknown" if following < len(steps) and steps[following].state == "unknown" else "planned"


def dates(at: dt.datetime, steps: Sequence[StepPlan], days: int | None) -> list[dt.date]:
    """The days to look at; there are none after the year 9999."""
    known = [step.from_at.date() for step in steps if step.from_at is not None]
    if days is not None:
        first, count = at.date(), days
    elif known:
        first, count = known[0], min((max(known[-1], at.date()) - known[0]).days + 1, DAYS_MOST)
    else:
        first, count = at.date(), 1
    return [first + dt.timedelta(days=n) for n in range(min(count, (dt.date.max - first).days + 1))]
