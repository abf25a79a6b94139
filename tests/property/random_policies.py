"""Random sound policies: segments that name segments, toggles that require toggles, every operator and every step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.property import random_times as times
from tests.property.chooser import Chooser, given_keys
from tests.property.documents import Document, document, toggle
from tests.property.twin import Gate

ATTRIBUTES = (
    "plan", "score", "app_version", "ip", "joined", "vip", "tags", "größe", "customer_id", "account.tier",
    "account.plan.seats",
)  # fmt: skip
PURPOSES = ("ai_chat", "recording")
VARIANTS = ("bot", "scripted", "Bot", "ß", "日本")
TEXTS = (
    "pro", "enterprise", "Pro", "p", "straße", "日本", "👩‍👩‍👧", "true", "42", "c-1", "5.2", "v5.2.1", "5.2.0-rc.1",
    "5.2.0-rc.10+b7", "6", "10.1.2.3", "::ffff:10.1.2.3", "2001:db8::1", "fe80::1%eth0", "2026-03-01", "0.1", "a\n",
    "2026-03-01T00:00:00Z", "2026-02-28T19:00:00.000001-05:00", "2026-03-01T00:00:00",
)  # fmt: skip
NUMBERS = (0, 1, 3, 42, -1, 2**53 - 1, 1 - 2**53, 1_772_323_200, -0.0, 3.0, 2.5, 0.1, 5e-324, 1.7723232e9)
NETWORKS = ("10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "2001:db8::/32", "::/0", "192.168.0.1/16", "::ffff:10.0.0.0/104")
PATTERNS = ("^pro", "rise$", r"^\d+$", "(?i)PRO", "日", "^.$", "[a-z]+ß", "^a$", "e{2,}|0")
VERSIONS = ("5", "5.2", "v5.2.0", "5.2.1", "5.2.0-rc.2", "0.2", "0.0.3", "0", "6.0.0+b1")


def scalar(choose: Chooser) -> Any:
    """Text, a number or a truth value."""
    return choose.of(choose.of((TEXTS, NUMBERS, (True, False))))


def comparisons(choose: Chooser) -> str:
    """What `semver` asks."""
    signs = (">=", ">", "<", "<=", "=", "==", "^", "~")
    return ", ".join(choose.several(1, 2, lambda: choose.of(signs) + choose.of(VERSIONS)))


def networks(choose: Chooser) -> Any:
    """What `cidr` asks."""
    return choose.of(NETWORKS) if choose.once_in(2) else choose.several(1, 3, lambda: choose.of(NETWORKS))


def bound(choose: Chooser) -> str:
    """What `before` and `after` ask."""
    return choose.of((times.instant_text(choose), "2026-03-01", "2026-03-01T00:00:00Z"))


OPERANDS: dict[str, Callable[[Chooser], Any]] = {
    "equals": scalar,
    "not_equals": scalar,
    "in": lambda choose: choose.several(1, 12, lambda: scalar(choose)),
    "not_in": lambda choose: choose.several(1, 12, lambda: scalar(choose)),
    "lt": lambda choose: choose.of(NUMBERS),
    "lte": lambda choose: choose.of(NUMBERS),
    "gt": lambda choose: choose.of(NUMBERS),
    "gte": lambda choose: choose.of(NUMBERS),
    "starts_with": lambda choose: choose.of(TEXTS),
    "ends_with": lambda choose: choose.of(TEXTS),
    "contains": scalar,
    "matches": lambda choose: choose.of(PATTERNS),
    "semver": comparisons,
    "before": bound,
    "after": bound,
    "cidr": networks,
    "exists": lambda choose: choose.once_in(2),
    "null": lambda choose: choose.once_in(2),
}


def condition(choose: Chooser, segments: list[str], depth: int = 0) -> Document:
    """A condition that may name these segments."""
    form = choose.number(0, 9)
    if form == 6 and segments:
        return {"segment": choose.of(segments)}
    if form > 6 and depth < 3:
        if form == 7:
            return {"not": condition(choose, segments, depth + 1)}
        return {("all", "any")[form - 8]: choose.several(1, 3, lambda: condition(choose, segments, depth + 1))}
    operators = [choose.of(tuple(OPERANDS)) for _ in range(2 if choose.once_in(6) else 1)]
    return {"attribute": choose.of(ATTRIBUTES)} | {name: OPERANDS[name](choose) for name in operators}


def rule(choose: Chooser, index: int, serves: list[Any], segments: list[str]) -> Document:
    """A rule."""
    return {"id": f"r{index}"} | given_keys(
        when=None if choose.once_in(3) else condition(choose, segments),
        serve=choose.of([None, *serves]),
        ramp=choose.maybe(2, lambda: times.ramp(choose)),
    )


def variants(choose: Chooser) -> Document | None:
    """Weights, at least one above zero."""
    if not choose.once_in(2):
        return None
    first, *others = choose.shuffled(VARIANTS)[: choose.number(1, 3)]
    return {first: choose.of((1, 10, 90, 2**31))} | {name: choose.of((0, 1, 10, 2**30)) for name in others}


def requirements(choose: Chooser, others: Document) -> Document:
    """How other toggles must stand."""
    wanted = choose.some_of(sorted(others), 2)
    return {key: choose.of([True, True, False, *others[key].get("variants", {})]) for key in wanted}


def random_toggle(choose: Chooser, others: Document, segments: list[str]) -> Document:
    """A toggle that may require those others."""
    weights = variants(choose)
    serves: list[Any] = [True, False, *(["old", *weights] if weights else [])]
    return toggle(
        **given_keys(
            enabled=choose.of((None, None, None, True, True, False)),
            killed=choose.maybe(15, lambda: "outage"),
            variants=weights,
            default="old" if weights else choose.of((None, False)),
            schedule=choose.maybe(4, lambda: times.schedule(choose)),
            consent=choose.maybe(4, lambda: choose.some_of(PURPOSES, 2)),
            requires=choose.maybe(2, lambda: requirements(choose, others)),
            overrides=[
                {"units": [unit], "serve": choose.of(serves)}
                for unit in (choose.some_of(("c-1", 42, -7, "日本"), 3) if choose.once_in(3) else [])
            ],
            rules=[rule(choose, index, serves, segments) for index in range(choose.of((1, 2, 3, 0)))],
        )
    )


@st.composite
def policies(draw: st.DrawFn) -> Document:
    """A document."""
    choose = Chooser(draw)
    segments: Document = {}
    for index in range(choose.number(0, 3)):
        rules = choose.several(1, 2, lambda: condition(choose, sorted(segments)))
        segments[f"s{index}"] = {"rules": rules}
    found: Document = {}
    for index in range(choose.number(1, 4)):
        found[f"t{index}"] = random_toggle(choose, found, sorted(segments))
    # The order of the tables must not matter, so they do not always stand in the order in which they were made.
    toggles = {key: found[key] for key in choose.shuffled(sorted(found))}
    calendars = {"desk-closed": {"dates": ["2026-03-27", "2026-04-04", "2026-11-01"]}}
    return document(toggles, segments=dict(reversed(segments.items())), calendars=calendars)


@st.composite
def asking_policies(draw: st.DrawFn) -> Document:
    """Many toggles that each ask one thing of the attribute `x`: every operator, again and again."""
    choose = Chooser(draw)
    asked = [{"attribute": "x", name: OPERANDS[name](choose)} for name in OPERANDS for _ in range(2)]
    return document(
        {f"t{index}": toggle(rules=[{"id": "r", "when": when}]) for index, when in enumerate(asked)}, segments={}
    )


@st.composite
def ramped_policies(draw: st.DrawFn) -> Document:
    """Toggles that are ramps and little else."""
    choose = Chooser(draw)
    made = []
    for _ in range(4):
        weights = variants(choose)
        serves = [None, True, *(["old", *weights] if weights else [False])]
        ramped = [{"id": "r", "ramp": times.ramp(choose)} | given_keys(serve=choose.of(serves))]
        made.append(toggle(rules=ramped, **given_keys(variants=weights, default="old" if weights else None)))
    return document({f"t{index}": found for index, found in enumerate(made)})


@st.composite
def scheduled_policies(draw: st.DrawFn) -> Document:
    """Toggles that are schedules and nothing else."""
    choose = Chooser(draw)
    found = {f"t{index}": toggle(rules=[], schedule=times.schedule(choose)) for index in range(4)}
    return document(found, calendars={"desk-closed": {"dates": ["2026-03-27", "2026-04-04", "2026-11-01"]}})


@st.composite
def gates_of(draw: st.DrawFn, source: Document) -> list[Gate]:
    """Gate results for the steps that wait for samples, some with too few."""
    choose = Chooser(draw)
    waiting = [
        (key, rule["id"], index)
        for key, found in source["toggles"].items()
        for rule in found["rules"]
        for index, step in enumerate(rule.get("ramp", {"steps": []})["steps"])
        if "min_n" in step
    ]
    count = choose.number(0, 2 * len(waiting))
    return [
        Gate(*choose.of(waiting), choose.number(1, 9), choose.number(times.FIRST_US, times.LAST_US))
        for _ in range(count)
    ]
