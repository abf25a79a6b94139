"""Mutations of the sample document: either a policy or faults that can be found in it, and never anything else."""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

import turnout
from tests.unit.policy_faults.documents import WRITERS, accepted

SAMPLE: dict[str, Any] = turnout.load_policy(turnout.sample_policy_path()).document
KINDS = {"syntax", "shape", "governance", "reference", "limit"}
NAMES = st.sampled_from(
    [
        "owner",
        "to",
        "steps",
        "percent",
        "rules",
        "id",
        "when",
        "all",
        "not",
        "segment",
        "attribute",
        "in",
        "chat",
        "",
        "a.b",
        "x\n",
        "😀",
    ]
)
# Nothing that JSON or the policy's numbers cannot say; those are looked at in the unit tests.
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-1e15, 1e15, allow_nan=False)
    | st.sampled_from(
        ["", "off", "human", "xxh3/1", "2026-03-01", "2026-03-01T00:00:00Z", "7d", ">=5.2", "10.0.0.0/8", "(", "live"]
    )
    | st.text(max_size=8)
)
VALUES = st.recursive(
    SCALARS,
    lambda v: st.lists(v, max_size=3) | st.dictionaries(NAMES | st.text(max_size=4), v, max_size=3),
    max_leaves=6,
)
CONTACTS = st.fixed_dictionaries(
    {},
    optional={
        "plan": st.sampled_from(["pro", "free"]) | VALUES,
        "tier": st.sampled_from(["vip", "x"]) | VALUES,
        "channel": st.sampled_from(["chat", "phone"]) | VALUES,
        "app_version": st.sampled_from(["5.2", "4"]) | VALUES,
        "language": st.sampled_from(["en", "de"]) | VALUES,
        "consent.ai_chat": st.booleans() | VALUES,
        "consent": VALUES,
        "customer_id": st.sampled_from(["customer-7", ""]) | VALUES,
        "priority": st.integers() | VALUES,
        "type": VALUES,
    },
)


def tables(tree: Any) -> Iterator[dict[str, Any] | list[Any]]:
    """All tables and lists of a tree that hold something."""
    if isinstance(tree, dict | list) and tree:
        yield tree
        for inner in tree.values() if isinstance(tree, dict) else tree:
            yield from tables(inner)


def mutate(draw: st.DrawFn, tree: dict[str, Any]) -> None:
    """Drops, retypes, doubles, renames, nests or moves one part of a tree."""
    places = list(tables(tree))
    if not places:
        return
    place: Any = draw(st.sampled_from(places))
    key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
    match draw(st.sampled_from(["drop", "retype", "double", "rename", "nest", "move", "spell"])):
        case "drop":
            del place[key]
        case "double" if isinstance(place, list):
            place.insert(key, copy.deepcopy(place[key]))
        case "rename" if isinstance(place, dict):
            place[draw(NAMES)] = place.pop(key)
        case "nest":
            place[key] = draw(st.sampled_from([[place[key]], {"all": [place[key]]}, {"not": place[key]}]))
        case "move":
            place[key] = copy.deepcopy(draw(st.sampled_from(places)))
        case "spell" if isinstance(place[key], str) and place[key]:
            place[key] = place[key][:-1] + draw(st.sampled_from(["", "x", "é", "\u0000", place[key][-1] * 2]))
        case _:
            place[key] = draw(VALUES)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """The sample after a few mutations."""
    tree = copy.deepcopy(SAMPLE)
    for _ in range(draw(st.integers(0, 4))):
        mutate(draw, tree)
    return tree


def load(tree: dict[str, Any], strict: bool = True) -> turnout.Policy | turnout.PolicyError:
    """What comes of a document."""
    try:
        return turnout.Policy.from_bytes(WRITERS["json"](tree).text.encode(), "json", strict)
    except turnout.PolicyError as error:
        return error


def steps(path: str) -> list[str | int]:
    """The keys and indexes of a path as reports write it."""
    found = []
    for quoted, plain, index in re.findall(r'"((?:[^"\\]|\\.)*)"|([^.\[\]"]+)|\[(\d+)\]', path):
        text = re.sub(r"\\u\{([0-9a-f]+)\}", lambda code: chr(int(code[1], 16)), quoted)
        text = re.sub(r"\\(.)", lambda c: {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}.get(c[1], c[1]), text)
        found.append(int(index) if index else plain or text)
    return found


def exists(tree: Any, path: str, missing: bool) -> bool:
    """Whether a path leads to something; of a key that is missing, whether what it is missing from is there."""
    parts = steps(path)
    for part in parts[:-1] if missing else parts:
        inside = (
            part in tree
            if isinstance(tree, dict)
            else isinstance(tree, list) and isinstance(part, int) and part < len(tree)
        )
        if not inside:
            return False
        tree = tree[part]
    return not missing or (isinstance(tree, dict) and parts[-1] not in tree)


@given(documents())
def test_either_a_policy_or_faults_that_are_there(tree: dict[str, Any]) -> None:
    found = load(tree)
    if isinstance(found, turnout.Policy):
        assert found.problems == ()
        assert found.document == json.loads(json.dumps(tree))
        return
    assert found.problems
    assert len(str(found).split("\n")) == len(found.problems)
    lines = WRITERS["json"](tree).text.count("\n") + 1
    for problem in found.problems:
        assert problem.kind in KINDS
        assert problem.message
        assert problem.line is not None
        assert 1 <= problem.line <= lines
        assert not {unicodedata.category(character) for character in str(problem)} & {"Cc", "Zl", "Zp"}
        assert exists(tree, problem.path, problem.message.endswith("is missing")), problem
    order = [(p.line, p.column) for p in found.problems]
    assert order == sorted(order, key=lambda place: (place[0] or 0, place[1] or 0))


@given(documents())
def test_a_lenient_load_takes_what_a_strict_one_takes(tree: dict[str, Any]) -> None:
    strict, lenient = load(tree), load(tree, strict=False)
    if isinstance(strict, turnout.Policy):
        assert isinstance(lenient, turnout.Policy)
        assert lenient.digest == strict.digest
    else:
        assert lenient.problems == strict.problems
    if isinstance(lenient, turnout.Policy):
        assert len(lenient) == len(tree["toggles"])
        engine = turnout.Engine(lenient, clock=turnout.ManualClock(dt.datetime(2026, 3, 30, 15, tzinfo=dt.UTC)))
        answers = engine.evaluate_all("customer-42")
        for key in tree["toggles"]:
            own = [p for p in lenient.problems if steps(p.path)[:2] == ["toggles", key] and p.kind != "governance"]
            assert (answers[key].code == "PARSE_ERROR") == bool(own), (key, own)


@given(documents())
def test_a_policy_is_its_document(tree: dict[str, Any]) -> None:
    policy = load(tree)
    if not isinstance(policy, turnout.Policy):
        return
    assert turnout.Policy.from_document(policy.document).digest == policy.digest
    assert turnout.Policy.from_document(shuffled(tree)).digest == policy.digest
    assert turnout.Policy.from_document(policy.document) == policy
    if None not in leaves(tree):
        assert accepted(tree)
    changed = policy.document
    changed["environment"] = str(changed.get("environment", "")) + "x"
    assert turnout.Policy.from_document(changed).digest != policy.digest


def shuffled(tree: Any) -> Any:
    """The tree with the keys of every table the other way round."""
    if isinstance(tree, dict):
        return {key: shuffled(tree[key]) for key in reversed(tree)}
    return [shuffled(inner) for inner in tree] if isinstance(tree, list) else tree


def leaves(tree: Any) -> Iterator[Any]:
    """The values that are no tables and no lists."""
    if isinstance(tree, dict | list):
        for inner in tree.values() if isinstance(tree, dict) else tree:
            yield from leaves(inner)
    else:
        yield tree


@settings(max_examples=60)
@given(documents(), st.lists(st.tuples(VALUES, CONTACTS, st.integers(-(2**62), 2**62)), min_size=1, max_size=4))
def test_an_accepted_policy_answers_every_contact(
    tree: dict[str, Any], contacts: list[tuple[Any, dict[str, Any], int]]
) -> None:
    policy = load(tree, strict=False)
    if not isinstance(policy, turnout.Policy):
        return
    engine = turnout.Engine(policy, clock=turnout.ManualClock(dt.datetime(2026, 3, 30, 15, tzinfo=dt.UTC)))
    for unit, attributes, at in contacts:
        answers = engine.evaluate_all(unit, attributes, at=at)
        for key in policy.toggles:
            answer = engine.evaluate(key, unit, attributes, at=at)
            assert answer == answers[key]
            assert answer == engine.explain(key, unit, attributes, at=at).evaluation
            assert answer == engine.evaluate(key, turnout.Context(unit, attributes), at=at)
            assert answer.enabled in (True, False)
            assert answer.reason in REASONS


REASONS = {
    "STATIC",
    "DEFAULT",
    "TARGETING_MATCH",
    "SPLIT",
    "SHADOW",
    "DISABLED",
    "BREAKER_OPEN",
    "CONSENT_MISSING",
    "ERROR",
}
