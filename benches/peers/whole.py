"""Every toggle for one caller: what a page or a call needs that asks for the whole policy at once."""

from __future__ import annotations

from typing import Any

from benches.peers import eppo, gb, ours
from benches.peers.rows import Result, Row
from benches.peers.timing import Case, interleaved
from benches.workload import MAIN, callers, toggles

CALLERS = 64


def turnout_cases(made_toggles: list[Any]) -> dict[str, Case]:
    """The bulk call alone, and the bulk call with every result read."""
    import turnout

    engine = ours.engine(made_toggles)
    contexts = [turnout.Context(caller.unit, caller.attributes) for caller in callers(CALLERS)]
    _not_deferred(engine, contexts[0], made_toggles)
    keys = [toggle.key for toggle in made_toggles]
    calls = len(contexts) * len(keys)

    def bulk() -> None:
        for context in contexts:
            engine.evaluate_all(context)

    def read() -> None:
        for context in contexts:
            everything = engine.evaluate_all(context)
            for key in keys:
                everything[key].enabled  # noqa: B018  reading it is what is timed

    return {"all": Case(bulk, calls), "all read": Case(read, calls)}


def _not_deferred(engine: Any, context: Any, made_toggles: list[Any]) -> None:
    """The bulk call decides at once: the counters move before any result is read, and the results are single calls'."""
    engine.is_enabled(MAIN, context)
    before = engine.usage()[MAIN]["evaluations"]
    everything = engine.evaluate_all(context)
    assert engine.usage()[MAIN]["evaluations"] == before + 1, "evaluate_all must evaluate, not promise to"
    assert len(everything) == len(made_toggles)
    for toggle in made_toggles:
        assert everything[toggle.key].enabled is engine.is_enabled(toggle.key, context), toggle.key


def peer_cases(made_toggles: list[Any]) -> dict[str, Case]:
    """Neither peer has a bulk call that is faster than a loop over its single call."""
    some = callers(8)
    flags = eppo.eppo(made_toggles)
    features = gb.all_features_loop(made_toggles)
    keys = [toggle.key for toggle in made_toggles]
    growthbook_form = [caller.attributes | {"id": caller.unit} for caller in some]
    calls = len(some) * len(made_toggles)
    pairs = [(caller.unit, caller.attributes) for caller in some]

    def every_flag() -> None:
        for pair in pairs:
            for key in keys:
                flags.loop(key, (pair,))

    return {"eppo": Case(every_flag, calls), "growthbook": Case(lambda: features(growthbook_form), calls)}


def run(quick: bool, with_turnout: bool = True) -> Result:
    if not with_turnout:
        return Result()
    made_toggles = toggles()
    ns = interleaved(turnout_cases(made_toggles) | peer_cases(made_toggles), 10 if quick else 40)
    unit = "ns a toggle"
    return Result(
        [
            Row(f"all {len(made_toggles)} toggles for one context", ns["all"], unit, goal=25.0),
            Row("the same, each result read", ns["all read"], unit, "eppo, one by one", ns["eppo"]),
            Row("the same, each result read, beside growthbook", ns["all read"], unit, "growthbook", ns["growthbook"]),
        ]
    )
