"""Columns of queues: the measures of Erlang C and A, and required agents, beside scipy and what takes them one by one.

Everybody answers for the same queues, and nobody is timed whose answers differ: measures by no more than 1e-9, required
agents not at all. Where scipy fails in Erlang A, for want of range in its gamma functions, its row says for how many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benches.peers import one_by_one, vectorised
from benches.peers.rows import Result, Row
from benches.peers.timing import Case, interleaved
from benches.queues import INTERVAL_S, SIZES, Queues, queues

CLOSE = 1e-9
MEASURES_C = ["service_level", "wait_probability", "asa_s", "occupancy"]
MEASURES_A = ["service_level", "wait_probability", "abandon_probability", "asa_s", "occupancy"]


def told(some: Queues, *, impatient: bool) -> dict[str, Any]:
    """What turnout is told of the queues, agents apart."""
    columns = {"arrivals": some.arrivals, "interval_s": INTERVAL_S, "aht_s": some.aht_s}
    return columns | ({"patience_s": some.patience_s} if impatient else {})


def metrics(some: Queues, *, impatient: bool, measures: list[str] | None = None) -> Any:
    import turnout

    measures = measures or (MEASURES_A if impatient else MEASURES_C)
    return turnout.service_metrics(**told(some, impatient=impatient), agents=some.agents, measures=measures)


def required(some: Queues, *, impatient: bool) -> Any:
    import turnout

    return turnout.required_agents(**told(some, impatient=impatient)).required_agents


@dataclass(frozen=True, slots=True)
class Sized:
    """The cases of one size of queues, and how many rows each package works on."""

    name: str
    cases: dict[str, Case]
    scipy_wrong: int


def scipy_cases(some: Queues) -> dict[str, Case]:
    work = {
        "C, scipy": vectorised.erlang_c,
        "C required, scipy bisection": vectorised.required_c,
        "C required, scipy from square-root staffing": vectorised.required_c_close,
        "A, scipy": vectorised.erlang_a,
        "A required, scipy bisection": vectorised.required_a,
    }
    return {name: Case(lambda one=one: one(some), len(some.arrivals), long=True) for name, one in work.items()}


def peer_cases(some: Queues, size: str, packages: list[one_by_one.OneByOne]) -> dict[str, Case]:
    few, fewer = some.first(one_by_one.METRICS_ROWS[size]), some.first(one_by_one.REQUIRED_ROWS[size])
    cases = {}
    for package in packages:
        short = package.name.split()[0]
        cases[f"C, {short}"] = Case(lambda p=package: p.erlang_c(few), len(few.arrivals), long=True)
        cases[f"C required, {short}"] = Case(lambda p=package: p.required_c(fewer), len(fewer.arrivals), long=True)
    return cases


def turnout_cases(some: Queues) -> dict[str, Case]:
    work = {
        "C": lambda: metrics(some, impatient=False),
        "A": lambda: metrics(some, impatient=True),
        "C required": lambda: required(some, impatient=False),
        "A required": lambda: required(some, impatient=True),
    }
    return {name: Case(one, len(some.arrivals), long=True) for name, one in work.items()}


def verify(some: Queues, size: str, packages: list[one_by_one.OneByOne]) -> int:
    """Compare every answer; how many of scipy's required agents in Erlang A are wrong."""
    for impatient, work in ((False, vectorised.erlang_c), (True, vectorised.erlang_a)):
        ours = metrics(some, impatient=impatient)
        for name, theirs in work(some).items():
            # Seconds are compared relative to a second or more.
            off = np.max(np.abs(getattr(ours, name) - theirs) / np.maximum(1.0, np.abs(theirs)))
            assert off <= CLOSE, f"{size}: {name} of scipy is off by {off}"
    agents = required(some, impatient=False)
    for work in (vectorised.required_c, vectorised.required_c_close):
        assert np.array_equal(work(some), agents), f"{size}: {work.__name__}"
    ours = metrics(some, impatient=False)
    columns = np.column_stack([ours.service_level, ours.wait_probability, ours.occupancy])
    for package in packages:
        rows, fewer = one_by_one.METRICS_ROWS[size], one_by_one.REQUIRED_ROWS[size]
        off = np.max(np.abs(np.array(package.erlang_c(some.first(rows))) - columns[:rows]))
        assert off <= CLOSE, f"{size}: {package.name} is off by {off}"
        assert package.required_c(some.first(fewer)) == agents[:fewer].tolist(), f"{size}: {package.name}"
    return int(np.sum(vectorised.required_a(some) != required(some, impatient=True)))


def rows_of(size: str, ns: dict[str, float], wrong: int) -> list[Row]:
    """The goals; what is required is bound on the mix alone, for there the input is unsorted."""
    mixed = size == "mix"
    unit = "ns a row"

    def row(ours: str, label: str, peer: str, goal: float | None = None, note: str = "") -> Row:
        name = f"{label}, {size}, beside {peer}"
        return Row(name, ns[ours], unit, peer, ns[f"{ours}, {peer}"], goal, note)

    few = f"{one_by_one.METRICS_ROWS[size]} rows of theirs"
    fewer = f"{one_by_one.REQUIRED_ROWS[size]} rows of theirs"
    missing = f"{wrong} rows of scipy's wrong" if wrong else ""
    return [
        row("C", "Erlang C measures", "scipy", 0.1),
        row("C", "Erlang C measures", "pyworkforce", 0.002, few),
        row("C", "Erlang C measures", "turbotab", note=few),
        row("C required", "required agents, Erlang C", "scipy bisection", 1 / 15 if mixed else None),
        row("C required", "required agents, Erlang C", "scipy from square-root staffing"),
        row("C required", "required agents, Erlang C", "pyworkforce", 0.002 if mixed else None, fewer),
        row("C required", "required agents, Erlang C", "turbotab", note=fewer),
        row("A", "Erlang A measures", "scipy", 0.2),
        row("A required", "required agents, Erlang A", "scipy bisection", 0.25, missing),
    ]


def run(quick: bool, with_turnout: bool = True) -> Result:
    """Size by size; within a size the packages take turns."""
    if not with_turnout:
        return Result()
    made: list[Row] = []
    packages = [one_by_one.pyworkforce(), one_by_one.turbotab()]
    for size in SIZES:
        some = queues(size, 20_000 if quick else 100_000)
        wrong = verify(some, size.name, packages)
        cases = turnout_cases(some) | scipy_cases(some) | peer_cases(some, size.name, packages)
        made += rows_of(size.name, interleaved(cases, 3 if quick else 9), wrong)
    return Result(made)
