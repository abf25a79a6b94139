"""Documents made to take long or to fill the memory: both stay in proportion to their size."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
import xxhash

import turnout
from tests.unit.policy_faults.bombs import TEXTS, TREES, nonsense, tree_bytes
from tests.unit.policy_faults.documents import Form, Tree, problems, single, where
from tests.unit.policy_faults.flood import colliding_texts

SIZE = 4000
SIZE_BYTES = 60_000
TIMES = 5
# Machines differ and are busy; what grows with the square is five times as slow as what is allowed here.
SLACK = 2.5
NOISE_S = 0.1
# Far above what any document of this size takes.
BOUND_S = 5.0


def seconds(data: bytes, form: Form) -> float:
    """Processor time to read a document and to write out its faults, the better of two."""
    taken = []
    for _ in range(2):
        started = time.process_time()
        problems(data, form)
        taken.append(time.process_time() - started)
        if taken[-1] > BOUND_S:
            break
    return min(taken)


@pytest.mark.parametrize("name", TREES)
def test_time_is_in_proportion_to_the_tree(name: str) -> None:
    small, large = tree_bytes(name, SIZE), tree_bytes(name, SIZE * TIMES)
    assert len(large) > len(small) * TIMES / 3
    assert seconds(large, "json") < min(BOUND_S, seconds(small, "json") * len(large) / len(small) * SLACK + NOISE_S)


@pytest.mark.parametrize(("form", "name"), [(form, name) for form, texts in TEXTS.items() for name in texts])
def test_time_is_in_proportion_to_the_text(form: Form, name: str) -> None:
    small, large = TEXTS[form][name](SIZE_BYTES), TEXTS[form][name](SIZE_BYTES * TIMES)
    assert problems(large, form)
    assert seconds(large, form) < min(BOUND_S, seconds(small, form) * TIMES * SLACK + NOISE_S)


def test_a_hundred_thousand_faults_are_counted_and_a_thousand_written() -> None:
    started = time.process_time()
    found = problems(tree_bytes("unknown keys", 100_000), "json")
    assert time.process_time() - started < BOUND_S
    assert len(found) == 1001
    assert found[-1].message == "99000 more problems are not listed"


def test_a_hundred_thousand_unknown_names_among_ten_thousand() -> None:
    started = time.process_time()
    found = problems(tree_bytes("unknown segments", 100_000), "json")
    assert time.process_time() - started < BOUND_S
    assert found[0].message == "unknown segment `sogmont-0`"


@pytest.fixture(scope="module")
def flood() -> list[str]:
    """Texts that share their place in a table whose hash is known; the oracle says that they do."""
    texts = colliding_texts(6_000)
    assert len(set(texts)) == 6_000
    assert len({xxhash.xxh3_64_intdigest(text.encode()) % 2**26 for text in texts}) == 1
    return texts


@pytest.mark.parametrize(
    "place",
    [
        lambda names: single(overrides=[{"units": names, "serve": False}]),
        lambda names: where({"attribute": "a", "in": names}),
        lambda names: where({"any": [{"attribute": name, "exists": True} for name in names]}),
        lambda names: single(rules=[{"id": name} for name in names]),
        lambda names: {"turnout": 1, "toggles": {name: {} for name in names}},
    ],
    ids=["units", "a set", "attributes", "rules", "toggles"],
)
def test_names_made_to_share_a_hash_cost_no_more_than_others(
    place: Callable[[list[str]], Tree], flood: list[str]
) -> None:
    made, others = (json.dumps(place(names)).encode() for names in (flood, [f"unit{n:04x}" for n in range(len(flood))]))
    assert seconds(made, "json") < seconds(others, "json") * SLACK + NOISE_S / 5


@pytest.mark.parametrize("form", ["toml", "json"])
def test_a_hundred_megabytes_are_refused_at_once(form: Form) -> None:
    data = b'{"a":1,' * (100_000_000 // 7)
    started = time.process_time()
    (found,) = problems(data, form)
    assert time.process_time() - started < 0.5
    assert found.kind == "limit"


def test_a_name_of_megabytes_above_a_thousand_faults() -> None:
    """The report cuts the name, so nothing needs to read all of it for each fault."""
    faults = {f"unknown-{n}": 1 for n in range(1000)}
    data = json.dumps({"turnout": 1, "toggles": {"k" * 20_000_000: faults}}).encode()
    started = time.process_time()
    found = problems(data, "json")
    assert time.process_time() - started < BOUND_S
    assert len(found) == 1001
    assert max(len(p.path) for p in found) <= 1000


def test_sixty_megabytes_of_sound_nonsense_are_taken() -> None:
    data = json.dumps(nonsense(60_000_000)).encode()
    assert 55_000_000 < len(data) < 64 << 20
    started = time.process_time()
    assert len(turnout.Policy.from_bytes(data, "json")) == 1
    assert time.process_time() - started < 20


def test_a_thousand_large_patterns_are_taken_and_bounded() -> None:
    patterns = [{"attribute": "a", "matches": f"^\\w{{3}}-{n}$"} for n in range(1000)]
    started = time.process_time()
    assert len(turnout.Policy.from_document(where({"any": patterns}))) == 1
    assert time.process_time() - started < BOUND_S * 2


def test_a_pattern_takes_time_in_proportion_to_the_text() -> None:
    """The patterns that make other engines take for ever."""
    for pattern in ("^(a+)+$", "(a|aa)+$", "(.*a){12}", "^(([a-z])+.)+[A-Z]([a-z])+$"):
        policy = turnout.Policy.from_document(where({"attribute": "a", "matches": pattern}))
        engine = turnout.Engine(policy, clock=turnout.ManualClock(dt.datetime(2026, 3, 30, tzinfo=dt.UTC)))
        started = time.process_time()
        engine.evaluate("bot", "u", {"a": "a" * 100_000 + "!"})
        assert time.process_time() - started < 2


MEMORY = """
import resource, sys
import turnout
from tests.unit.policy_faults.bombs import all_bombs, tree_bytes

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

bombs = all_bombs(4000, 200_000)
bombs["a large knot"] = (tree_bytes("a knot of circles", 500_000), "json")
for name, (data, form) in sorted(bombs.items(), key=lambda bomb: len(bomb[1][0])):
    before = peak()
    try:
        turnout.Policy.from_bytes(data, form)
    except turnout.PolicyError as error:
        str(error)
    grown = peak() - before
    # A value in TOML is an entry in several tables; what grows with the square is far above either.
    allowed = {"json": 45, "toml": 250}[form] * len(data) + 16_000_000
    print(f"{name}: {len(data)} bytes, {grown} more, {allowed} allowed")
    if grown > allowed:
        sys.exit(f"{name}: {len(data)} bytes of document took {grown} bytes of memory")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not count a process's memory this way")
def test_memory_is_in_proportion_to_the_document() -> None:
    ended = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, encoding="utf-8")
    assert ended.returncode == 0, ended.stderr
    assert len(ended.stdout.splitlines()) == len(TREES) + sum(map(len, TEXTS.values())) + 1
