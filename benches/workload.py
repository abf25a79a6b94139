"""The workload that every contender runs: toggles, callers and columns, the same on every machine.

One neutral list of `Toggle` objects is written in the language of each package (see `documents.py`), so that nobody
runs an easier rule than anybody else. Everything here is seeded; nothing depends on the clock.

`python -m benches.workload DIRECTORY` writes the documents of 200 and of 10,000 toggles as files.
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEED = 20261121
TOGGLES = 200
COLD_TOGGLES = 10_000
CALLERS = 4096
RAMP_PERCENT = 30

PLANS = ("free", "basic", "pro", "business", "enterprise")
COUNTRIES = ("US", "CA", "MX", "GB")
LANGUAGES = ("en", "es", "fr")
TIERS = ("standard", "silver", "gold")

# The toggles that rows of the table call by name. Their kinds are spread over the rest of the policy as well.
MAIN = "billing-bot"
SEMVER = "voice-bot"
PLAIN = "phone"
RAMP_ONLY = "callback-offer"


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition on one attribute: `op` is in, equals, gte or semver_gte."""

    attribute: str
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class Toggle:
    """A toggle in no package's language: all clauses must hold, then the ramp decides (None: everybody)."""

    key: str
    category: str
    enabled: bool
    clauses: tuple[Clause, ...]
    percent: int | None

    @property
    def plain(self) -> bool:
        """Whether nothing is looked at: on for all, or off for all."""
        return not self.clauses and self.percent is None


@dataclass(frozen=True, slots=True)
class Caller:
    """One call's input: a positional unit and a dict of attributes."""

    unit: str
    attributes: dict[str, Any]


def main_clauses(rng: random.Random | None = None) -> tuple[Clause, ...]:
    """The three clauses of the main rule; with a generator, the values differ from toggle to toggle."""
    plans = PLANS[1:] if rng is None else tuple(sorted(rng.sample(PLANS, 4)))
    countries = COUNTRIES[:3] if rng is None else tuple(sorted(rng.sample(COUNTRIES, 3)))
    age = 18 if rng is None else rng.randrange(16, 30)
    return (Clause("plan", "in", plans), Clause("country", "in", countries), Clause("age", "gte", age))


def semver_clauses() -> tuple[Clause, ...]:
    """The main rule with a version range in place of the country."""
    plan, _, age = main_clauses()
    return (plan, Clause("app_version", "semver_gte", "5.2.0"), age)


def _other(index: int, rng: random.Random) -> Toggle:
    """One of the unnamed toggles: half have the main rule's shape, the rest are simpler."""
    category = "automation" if index % 2 else "channel"
    kind = rng.choices(("main", "semver", "targeted", "ramp", "on", "off"), (50, 10, 15, 10, 10, 5))[0]
    key = f"{category}-{index:05d}"
    if kind == "main":
        return Toggle(key, category, True, main_clauses(rng), rng.choice((10, 30, 50)))
    if kind == "semver":
        return Toggle(key, category, True, semver_clauses(), rng.choice((10, 30, 50)))
    if kind == "targeted":
        return Toggle(key, category, True, (Clause("tier", "equals", rng.choice(TIERS)),), None)
    if kind == "ramp":
        return Toggle(key, category, True, (), rng.choice((10, 30, 50)))
    return Toggle(key, category, kind == "on", (), None)


def toggles(count: int = TOGGLES) -> list[Toggle]:
    """`count` toggles, the four named ones among them, in an order that puts none of those first or last."""
    rng = random.Random(SEED)
    named = [
        Toggle(MAIN, "automation", True, main_clauses(), RAMP_PERCENT),
        Toggle(SEMVER, "automation", True, semver_clauses(), RAMP_PERCENT),
        Toggle(PLAIN, "channel", True, (), None),
        Toggle(RAMP_ONLY, "channel", True, (), RAMP_PERCENT),
    ]
    others = [_other(index, rng) for index in range(count - len(named))]
    middle = len(others) // 2
    return others[:middle] + named + others[middle:]


def _fresh(text: str) -> str:
    """A new string object: a caller's values come off a wire, they are never the very objects of the policy."""
    return text.encode().decode()


def _attributes(rng: random.Random) -> dict[str, Any]:
    """Seven attributes with the chances that make every clause of the main rule matter."""
    return {
        "plan": _fresh(rng.choice(PLANS)),
        "country": _fresh(rng.choice(COUNTRIES)),
        "age": rng.randrange(1, 90),
        "app_version": f"{rng.randrange(4, 8)}.{rng.randrange(0, 6)}.{rng.randrange(0, 20)}",
        "tier": _fresh(rng.choice(TIERS)),
        "language": _fresh(rng.choice(LANGUAGES)),
        "returning": rng.random() < 0.6,
    }


def _wide(attributes: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The same caller with 24 attributes that no rule reads, half of them before the seven, half after."""
    noise: dict[str, Any] = {}
    for index in range(24):
        values = (f"value-{rng.randrange(1000)}", rng.randrange(10_000), rng.random(), rng.random() < 0.5)
        noise[f"crm_field_{index:02d}"] = values[index % 4]
    items = list(noise.items())
    return dict(items[:12]) | attributes | dict(items[12:])


def callers(count: int = CALLERS, *, wide: bool = False) -> list[Caller]:
    """Different callers with dicts of 7 keys, or of 31 keys; no two share a dict or a unit."""
    rng = random.Random(SEED + 1)
    numbers = rng.sample(range(10_000_000), count)
    made = [Caller(f"c-{number:07d}", _attributes(rng)) for number in numbers]
    if not wide:
        return made
    return [Caller(caller.unit, _wide(caller.attributes, rng)) for caller in made]


def columns(rows: int) -> dict[str, Any]:
    """The callers as columns: unit ids, plan, country, age."""
    import numpy as np

    rng = np.random.default_rng(SEED + 2)
    return {
        "unit": [f"c-{number:07d}" for number in rng.permutation(rows).tolist()],
        "plan": np.array(PLANS)[rng.integers(0, len(PLANS), rows)],
        "country": np.array(COUNTRIES)[rng.integers(0, len(COUNTRIES), rows)],
        "age": rng.integers(1, 90, rows),
    }


def main(argv: list[str]) -> int:
    """Write the documents of 200 and of 10,000 toggles into the directory named on the command line."""
    if len(argv) != 1:
        print("usage: python -m benches.workload DIRECTORY", file=sys.stderr)
        return 2
    from benches.documents import write_all

    for path in write_all(Path(argv[0])):
        print(f"{path}  {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
