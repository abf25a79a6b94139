"""One decision at a time: by name, by handle, with a dict or a Context, beside every peer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from benches.documents import eppo_document
from benches.peers import eppo, gb, ours, twin, yggdrasil
from benches.peers.contender import Contender, verify
from benches.peers.rows import Peer, Result, Row
from benches.peers.timing import Case, empty_pairs, empty_single, interleaved
from benches.workload import MAIN, PLAIN, SEMVER, Caller, callers, toggles

SLOW_CALLERS = 256  # for packages that need tens of microseconds a call
# Dicts of 31 keys are many times the memory of dicts of 7: 4096 of them lie beyond the second-level cache, and then a
# row times the memory. A caller's dict has just been made and is warm, so the two are compared on so many callers.
WARM_CALLERS = 256


def contenders(with_turnout: bool) -> list[Contender]:
    """Every package, loaded and proved right on its own hash before anything is timed."""
    made_toggles, made_callers = toggles(), callers()
    made = [twin.twin(made_toggles), eppo.eppo(made_toggles), gb.growthbook(made_toggles)]
    made.append(yggdrasil.yggdrasil(made_toggles))
    if with_turnout:
        made.append(ours.by_name(made_toggles))
    for contender in made:
        verify(contender, made_toggles, made_callers[:1024] if contender.slow else made_callers)
    return made


def _run(loop: Callable[[str, Sequence[Any]], object], key: str, prepared: Sequence[Any]) -> Case:
    return Case(lambda: loop(key, prepared), len(prepared))


def peer_cases(made: list[Contender]) -> dict[str, Case]:
    """The main rule for each package, and the loops' own cost."""
    many = callers()
    cases = {}
    for contender in made:
        prepared = [contender.prepare(caller) for caller in (many[:SLOW_CALLERS] if contender.slow else many)]
        cases[contender.name] = _run(contender.loop, MAIN, prepared)
        if contender.name == "eppo-server-sdk":
            wide = [contender.prepare(caller) for caller in callers(wide=True)[:WARM_CALLERS]]
            cases["eppo semver"] = _run(contender.loop, SEMVER, prepared)
            cases["eppo plain"] = _run(contender.loop, PLAIN, prepared)
            cases["eppo warm"] = _run(contender.loop, MAIN, prepared[:WARM_CALLERS])
            cases["eppo warm wide"] = _run(contender.loop, MAIN, wide)
            document = json.dumps(eppo_document(toggles())).encode()
            cases["eppo details"] = _run(eppo.details_loop(document), MAIN, prepared)
    pairs = [(caller.unit, caller.attributes) for caller in many]
    cases["loop pairs"] = Case(empty_pairs(pairs), len(pairs))
    cases["loop single"] = Case(empty_single(pairs), len(pairs))
    return cases


def _decoded(caller: Caller) -> tuple[str, dict[str, Any]]:
    """As a web service has it: every key and every value a new object out of a JSON decoder."""
    return (caller.unit, json.loads(json.dumps(caller.attributes)))


def turnout_cases() -> dict[str, Case]:
    """Every call of turnout's own that the table names."""
    import turnout
    from turnout._core import _noop

    engine = ours.engine(toggles())
    many = callers()
    pairs = [(caller.unit, caller.attributes) for caller in many]
    wide = [(caller.unit, caller.attributes) for caller in callers(wide=True)]
    decoded = [_decoded(caller) for caller in many]
    contexts = [turnout.Context(caller.unit, caller.attributes) for caller in many]
    keys = [toggle.key for toggle in toggles()]
    varied = [(keys[i % len(keys)], *pair) for i, pair in enumerate(pairs)]
    is_enabled, evaluate, explain = engine.is_enabled, engine.evaluate, engine.explain
    main_handle, plain_handle = engine.toggle(MAIN).is_enabled, engine.toggle(PLAIN).is_enabled

    def empty() -> None:
        for unit, attributes in pairs:
            _noop(MAIN, unit, attributes)

    def by_context(key: str, prepared: Sequence[Any]) -> None:
        for context in prepared:
            is_enabled(key, context)

    def by_handle(handle: Any, prepared: Sequence[Any]) -> Case:
        def run() -> None:
            for context in prepared:
                handle(context)

        return Case(run, len(prepared))

    def any_key() -> None:
        for key, unit, attributes in varied:
            is_enabled(key, unit, attributes)

    return {
        "empty call": Case(empty, len(pairs)),
        "evaluation": _run(_pairs(evaluate), MAIN, pairs),
        "name + Context": _run(by_context, MAIN, contexts),
        "handle + Context": by_handle(main_handle, contexts),
        "plain by name": _run(_pairs(is_enabled), PLAIN, pairs),
        "plain by handle": by_handle(plain_handle, contexts),
        "wide": _run(_pairs(is_enabled), MAIN, wide),
        "warm": _run(_pairs(is_enabled), MAIN, pairs[:WARM_CALLERS]),
        "warm wide": _run(_pairs(is_enabled), MAIN, wide[:WARM_CALLERS]),
        "warm name + Context": _run(by_context, MAIN, contexts[:WARM_CALLERS]),
        "warm handle + Context": by_handle(main_handle, contexts[:WARM_CALLERS]),
        "semver": _run(_pairs(is_enabled), SEMVER, pairs),
        "decoded": _run(_pairs(is_enabled), MAIN, decoded),
        "any key": Case(any_key, len(varied)),
        "explain": _run(_pairs(explain), MAIN, pairs[:512]),
    }


def _pairs(call: Callable[..., object]) -> Callable[[str, Sequence[Any]], None]:
    def loop(key: str, prepared: Sequence[Any]) -> None:
        for unit, attributes in prepared:
            call(key, unit, attributes)

    return loop


SINGLE = ("name + Context", "handle + Context", "plain by handle", "warm name + Context", "warm handle + Context")


def run(quick: bool, with_turnout: bool = True) -> Result:
    """Time every package in interleaved rounds and build the rows."""
    made = contenders(with_turnout)
    cases = peer_cases(made) | (turnout_cases() if with_turnout else {})
    raw = interleaved(cases, 25 if quick else 120)
    ns = {name: took - raw["loop single" if name in SINGLE else "loop pairs"] for name, took in raw.items()}
    peers = [Peer(contender.name, contender.version, ns[contender.name] / 1000) for contender in made]
    if not with_turnout:
        return Result([], peers)
    # An empty call cannot be told from the loop that makes it: here alone the loop is part of both sides.
    name, goal = "name + dict -> bool beside an empty call", 5.0
    empty = Row(name, raw["turnout"], "ns", "PyO3 _noop()", raw["empty call"], goal, "loops included")
    return Result([empty, *rows(ns)], peers)


def rows(ns: dict[str, float]) -> list[Row]:
    """The goals of one call. "Eppo" is its boolean call on the main rule, the fastest package of all."""
    by_name, theirs, its = ns["turnout"], ns["eppo-server-sdk"], "eppo"
    against = [
        ("name + dict -> bool", by_name, 0.20),
        ("name + dict -> Evaluation", ns["evaluation"], 0.25),
        ("name + Context -> bool", ns["name + Context"], 0.12),
        ("handle + Context -> bool", ns["handle + Context"], 0.08),
        ("plain toggle by name", ns["plain by name"], 0.10),
        ("plain toggle by handle", ns["plain by handle"], 0.05),
    ]
    made = [Row(name, took, "ns", its, theirs, goal) for name, took, goal in against]
    few = f"{WARM_CALLERS} callers"
    made += [
        Row("31-key dict beside a 7-key dict", ns["warm wide"], "ns", "7 keys", ns["warm"], 1.1, few),
        Row("31-key dict beside a 7-key dict, beyond the cache", ns["wide"], "ns", "7 keys", by_name),
        Row("eppo: 31-key dict beside a 7-key dict", ns["eppo warm wide"], "ns", "7 keys", ns["eppo warm"], note=few),
        Row("name + Context -> bool, warm", ns["warm name + Context"], "ns", its, ns["eppo warm"], note=few),
        Row("handle + Context -> bool, warm", ns["warm handle + Context"], "ns", its, ns["eppo warm"], note=few),
        Row("a semver clause in place of a country", ns["semver"], "ns", "eppo, same rule", ns["eppo semver"]),
        Row("dict decoded from JSON", ns["decoded"], "ns", its, theirs),
        Row("another toggle each call", ns["any key"], "ns"),
        Row("name + dict -> bool, an empty call without its loop", by_name, "ns", "PyO3 _noop()", ns["empty call"]),
        Row("Evaluation beside eppo's details", ns["evaluation"], "ns", "eppo details", ns["eppo details"]),
        Row("plain toggle beside eppo's plain flag", ns["plain by name"], "ns", "eppo plain", ns["eppo plain"]),
        Row("explain", ns["explain"] / 1000, "us", goal=8.0),
    ]
    return made
