"""What always holds of ramps and variants, over many policies and units."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import turnout
from tests.property.documents import (
    NOW,
    Document,
    at_percent,
    document,
    engine,
    examples,
    only,
    policy,
    ramp,
    rule,
    toggle,
)  # fmt: skip
from tests.property.random_contacts import contacts
from tests.property.random_policies import policies

ROOT = Path(__file__).resolve().parents[2]
IDS = [f"customer-{index}" for index in range(20_000)]
percents = st.integers(0, 10_000_000).map(lambda steps: steps / 100_000)
some_units = st.lists(st.text(min_size=1, max_size=20) | st.integers(-(10**9), 10**9), min_size=1, max_size=20)
salts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=10).filter(lambda text: text.strip())
WEIGHTS: Document = {"variants": {"bot": 50, "scripted": 30, "b": 20}, "default": "human"}


def exposed(percent: float, units: list[Any], salt: str = "t", **keys: Any) -> np.ndarray[Any, Any]:
    """Who is in at a share."""
    step = rule(ramp=ramp({"percent": percent}, salt=salt))
    return only(rules=[step], **keys).evaluate_many("t", units).enabled


def spread(trials: int, chance: float) -> float:
    """Five standard deviations of a share: one in a million by chance, and the data are fixed."""
    return 5 * math.sqrt(chance * (1 - chance) / trials)


@examples(150)
@given(percents, percents, salts, some_units)
def test_whoever_is_in_stays_in_when_the_share_grows(one: float, other: float, salt: str, units: list[Any]) -> None:
    """p <= q: those exposed at p are exposed at q."""
    p, q = sorted((one, other))
    at_p, at_q = exposed(p, units, salt), exposed(q, units, salt)
    assert not np.any(at_p & ~at_q)
    places = np.array([turnout.bucket(unit, salt) for unit in units])
    assert at_p.tolist() == (places < p).tolist()
    assert at_q.tolist() == (places < q).tolist()


@examples(50)
@given(percents, percents)
def test_a_decrease_removes_the_highest_buckets(one: float, other: float) -> None:
    """And exposes nobody new: what is left is exactly what was in at the smaller share before."""
    p, q = sorted((one, other))
    place = np.array([turnout.bucket(unit, "t") for unit in IDS[:500]])
    before, after = exposed(q, IDS[:500]), exposed(p, IDS[:500])
    assert not np.any(after & ~before)
    removed = before & ~after
    if removed.any() and after.any():
        assert place[removed].min() >= p > place[after].max()


@pytest.mark.parametrize("percent", [0.00001, 0.1, 10, 33.33333, 50, 99.9, 99.99999])
def test_the_share_is_what_was_asked_for(percent: float) -> None:
    share = exposed(percent, IDS).mean()
    assert abs(share - percent / 100) <= spread(len(IDS), percent / 100)


def test_none_at_0_and_all_at_100() -> None:
    many = [*IDS, *range(10_000)]
    assert not exposed(0, many).any()
    assert exposed(100, many).all()


@examples(50)
@given(percents, salts)
def test_a_missing_unit_is_never_exposed(percent: float, salt: str) -> None:
    """Neither drawn at random nor taken for bucket 0."""
    subject = only(rules=[rule(ramp=ramp({"percent": percent}, salt=salt))])
    for unit, attributes in ((None, None), ("", None), ("c-1", {"customer_id": None}), ("c-1", {"customer_id": ""})):
        found = subject.evaluate("t", unit, attributes)
        assert (found.enabled, found.reason, found.code) == (False, "DEFAULT", "TARGETING_KEY_MISSING")
        assert (found.bucket, found.percent) == (None, percent)


@examples(40)
@given(percents, percents)
def test_the_share_moves_nobody_between_variants(one: float, other: float) -> None:
    """Exposure and variant are two hashes."""
    p, q = sorted((one, other))
    variants = []
    for percent in (p, q, 100):
        step = rule(ramp=ramp({"percent": percent}))
        variants.append(only(rules=[step], **WEIGHTS).evaluate_many("t", IDS[:300]).variant.to_list())
    for smaller, larger in pairwise(variants):
        assert all(a is None or a == b for a, b in zip(smaller, larger, strict=True))
    unramped = only(rules=[rule()], **WEIGHTS).evaluate_many("t", IDS[:300]).variant.to_list()
    assert variants[-1] == unramped


@pytest.mark.parametrize("percent", [5, 30, 80])
def test_who_is_in_says_nothing_about_the_variant(percent: float) -> None:
    """Among those who are in, the variants have their shares: no one gets A because of being early."""
    found = only(rules=[rule(ramp=ramp({"percent": percent}))], **WEIGHTS).evaluate_many("t", IDS)
    drawn = found.variant.drop_nulls()
    assert abs(len(drawn) / len(IDS) - percent / 100) <= spread(len(IDS), percent / 100)
    for name, weight in WEIGHTS["variants"].items():
        share = (drawn == name).mean()
        assert isinstance(share, float)
        assert abs(share - weight / 100) <= spread(len(drawn), weight / 100)


def test_toggles_choose_independently() -> None:
    """Being early in one says nothing about another; with one salt they choose the same."""
    keys = ["a", "b", "a2", "A", "ab", "long " * 20]
    shared = rule(ramp=ramp({"percent": 30}, salt="a"))
    desk = engine({key: at_percent(30) for key in keys} | {"shared": toggle(rules=[shared])})
    chosen = {key: desk.evaluate_many(key, IDS).enabled for key in [*keys, "shared"]}
    for index, one in enumerate(keys):
        for other in keys[index + 1 :]:
            joint = float((chosen[one] & chosen[other]).mean())
            assert abs(joint - 0.09) <= spread(len(IDS), 0.09), (one, other)
    assert (chosen["shared"] == chosen["a"]).all()


@pytest.mark.parametrize(
    "weights", [{"a": 1, "b": 1}, {"a": 90, "b": 10}, {"a": 1, "b": 2, "c": 997}, {"x": 7, "y": 0}]
)
def test_variants_have_their_shares(weights: dict[str, int]) -> None:
    found = only(variants=weights, default="none").evaluate_many("t", IDS)
    assert found.enabled.all()
    total = sum(weights.values())
    counts = {name: int((found.variant == name).sum()) for name in weights}
    assert sum(counts.values()) == len(IDS)
    for name, weight in weights.items():
        assert abs(counts[name] / len(IDS) - weight / total) <= spread(len(IDS), weight / total)
        assert counts[name] > 0 or weight == 0


def test_weights_are_exact() -> None:
    """Each unit's variant is that of its part of the total in whole numbers, at the limits of weights too."""
    weights = {"a": 2**32 - 2, "b": 1, "c": 1}
    found = only(variants=weights, default="none").evaluate_many("t", IDS)
    hashes = turnout.hash_units(IDS, "t", "variant").tolist()
    parts = [hashed * 2**32 >> 64 for hashed in hashes]
    expected = ["a" if part < 2**32 - 2 else "b" if part < 2**32 - 1 else "c" for part in parts]
    assert found.variant.to_list() == expected
    thirds = only(variants={"Z": 1, "é": 1, "a": 1}, default="none").evaluate_many("t", IDS).variant.to_list()
    assert thirds == [["Z", "a", "é"][hashed * 3 >> 64] for hashed in hashes]


def reordered(value: Any) -> Any:
    """The same document with the keys of every table in reverse."""
    if isinstance(value, dict):
        return {key: reordered(inner) for key, inner in reversed(value.items())}
    return [reordered(inner) for inner in value] if isinstance(value, list) else value


@examples(60)
@given(policies(), st.lists(contacts(), min_size=3, max_size=3))
def test_the_order_of_keys_means_nothing(source: Document, who: list[Any]) -> None:
    """Neither to the digest nor to any answer."""
    turned = reordered(source)
    assert list(turned["toggles"]) == list(source["toggles"])[::-1]
    one, other = (turnout.Policy.from_document(found) for found in (source, turned))
    assert one.digest == other.digest
    assert one == other
    engines = [turnout.Engine(found, clock=turnout.ManualClock(NOW)) for found in (one, other)]
    for contact in who:
        for key in source["toggles"]:
            first, second = (e.evaluate(key, contact.unit, contact.attributes, at=contact.at_us) for e in engines)
            assert first == second


def test_a_change_that_means_something_is_another_digest() -> None:
    """Otherwise the law above could hold for a digest of nothing."""
    toggles = {"t": at_percent(10), "u": toggle(variants={"a": 1, "b": 2}, default="a2")}
    digests = {
        policy(toggles).digest,
        policy(toggles | {"t": at_percent(10.00001)}).digest,
        policy(toggles | {"u": toggle(variants={"a": 2, "b": 1}, default="a2")}).digest,
        policy(toggles, environment="production").digest,
        policy({"t": toggles["t"]}).digest,
    }
    assert len(digests) == 5
    assert all(len(digest) == 64 and int(digest, 16) for digest in digests)


PRINT = """
import json, sys, turnout
source, at, ids = json.load(sys.stdin)
engine = turnout.Engine(turnout.Policy.from_document(source), clock=turnout.SystemClock())
found = [engine.evaluate_many(key, ids, {"plan": "pro"}, at=at).to_frame().rows() for key in engine.policy.toggles]
print(json.dumps([engine.policy.digest, found, turnout.hash_units(ids, "s").tolist()]))
"""


def test_every_process_gives_the_same_answers() -> None:
    """Whatever Python's own hashes are seeded with, and wherever it runs."""
    members = [f"plan-{index}" for index in range(50)] + ["pro"]
    toggles = {
        "t": toggle(rules=[rule({"attribute": "plan", "in": members}, ramp=ramp({"percent": 40}))], **WEIGHTS),
        "u": toggle(requires={"t": "bot"}, overrides=[{"units": IDS[:50], "serve": False}]),
    }
    given_in = json.dumps([document(toggles), 1_772_400_000_000_000, IDS[:200]])
    printed = set()
    for seed in ("0", "1", "4242"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", PRINT]
        ended = subprocess.run(
            command, input=given_in, capture_output=True, encoding="utf-8", env=environment, cwd=ROOT
        )
        assert ended.returncode == 0, ended.stderr
        printed.add(ended.stdout)
    assert len(printed) == 1
    digest, found, _ = json.loads(printed.pop())
    assert digest == policy(toggles).digest
    here = engine(toggles)
    for key, rows in zip(toggles, found, strict=True):
        batch = here.evaluate_many(key, IDS[:200], {"plan": "pro"}, at=1_772_400_000_000_000)
        assert [tuple(row) for row in rows] == batch.to_frame().rows()
        assert 0 < batch.enabled.sum() < 200
