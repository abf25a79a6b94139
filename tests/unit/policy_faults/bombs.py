"""Documents that grow with a number: what reads them must take time and memory in proportion to it."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.unit.policy_faults.documents import Form, Tree, governed, ramped, single, where

EXISTS = {"attribute": "a", "exists": True}


def tables(count: int) -> dict[str, Tree]:
    """So many toggles, in a circle, that are otherwise sound."""
    return {f"t{n}": governed(requires={f"t{(n + 1) % count}": True}) for n in range(count)}


def unknown_segments(count: int) -> Tree:
    """Names that nothing defines, beside a tenth as many that are defined."""
    tree = where({"any": [{"segment": f"sogmont-{n}"} for n in range(count)]})
    return tree | {"segments": {f"segment-{n}": {"rules": [EXISTS]} for n in range(count // 10)}}


def long_unknown_segments(count: int) -> Tree:
    """The same with names as long as names may be."""
    tree = where({"any": [{"segment": f"{n:06}" + "y" * 194} for n in range(count)]})
    return tree | {"segments": {f"{n:06}" + "z" * 194: {"rules": [EXISTS]} for n in range(count)}}


def deep_names(count: int) -> Tree:
    """A key that takes half of the document, above faults that take the other half."""
    return {"turnout": 1, "toggles": {"k" * (count * 20): governed(**{f"unknown-{n}": 1 for n in range(count)})}}


def knot(count: int) -> Tree:
    """Segments of which each mentions the next and all before: as many circles as mentions, long ones."""
    width = max(2, int(count**0.5))
    rules = {n: [{"segment": f"s{m}"} for m in [n + 1, *range(n)] if m < width] for n in range(width)}
    return {"turnout": 1, "toggles": {}, "segments": {f"s{n}": {"rules": rules[n]} for n in range(width)}}


def units(count: int, serve: object = False) -> Tree:
    """An override for so many units."""
    return single(overrides=[{"units": [f"customer-{n}" for n in range(count)], "serve": serve}])


TREES: dict[str, Callable[[int], Tree]] = {
    "unknown keys": lambda n: single(**{f"key-{m}": m for m in range(n)}),
    "long unknown keys": lambda n: single(**{f"{m:06}" + "x" * 190: m for m in range(n // 10)}),
    "unknown operators": lambda n: where({"attribute": "a", **{f"op-{m}": m for m in range(n)}}),
    "unknown segments": unknown_segments,
    "long unknown segments": lambda n: long_unknown_segments(n // 10),
    "unknown variants": lambda n: single(
        variants={f"v{m}": 1 for m in range(1000)},
        default="x",
        rules=[{"id": f"r{m}", "serve": f"w{m}"} for m in range(n // 5)],
    ),
    "unknown zones": lambda n: {
        "turnout": 1,
        "toggles": {f"t{m}": governed(schedule={"zone": f"America/New_York{m}"}) for m in range(n // 5)},
    },
    "unknown calendars": lambda n: single(schedule={"zone": "UTC", "closed_on": [f"desk-{m}" for m in range(n)]}),
    "unknown toggles": lambda n: {
        "turnout": 1,
        "toggles": {f"t{m}": governed(requires={f"toggle-{m}": True}) for m in range(n // 5)},
    },
    "faults under a long key": deep_names,
    "a knot of circles": lambda n: knot(n * 2),
    "a long circle": lambda n: {"turnout": 1, "toggles": tables(n // 5)},
    "pattern bombs": lambda n: where(
        {"any": [{"attribute": "a", "matches": f"(a{{1000}}){{1000}}x{m}"} for m in range(n // 20)]}
    ),
    "bombs of letters": lambda n: where(
        {"any": [{"attribute": "a", "matches": f"(\\pL{{50}}){{50}}x{m}"} for m in range(n // 200)]}
    ),
    "one bomb many times": lambda n: where({"any": [{"attribute": "a", "matches": "(\\w{100}){100}"}] * (n // 4)}),
    "a set of numbers": lambda n: where({"attribute": "a", "in": list(range(n * 10))}),
    "a set of texts": lambda n: where({"attribute": "a", "in": [f"v{m}" for m in range(n * 10)]}),
    "units": lambda n: units(n * 4),
    "units given twice": lambda n: single(overrides=[{"units": ["a"], "serve": False}] * n),
    "units and a fault": lambda n: units(n * 4, "x"),
    "rule ids given twice": lambda n: single(rules=[{"id": "r"}] * min(n, 10_000)),
    "conditions": lambda n: where({"any": [{"attribute": f"a{m}", "exists": True} for m in range(n)]}),
    "networks": lambda n: where({"attribute": "a", "cidr": ["10.0.0.0/8"] * n}),
    "a long version": lambda n: where({"attribute": "a", "semver": ",".join([">=5.2"] * n)}),
    "pauses": lambda n: ramped(
        pauses=[{"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z", "reason": "x"}] * n
    ),
    "approvals": lambda n: ramped(approvals=[{"step": 0, "role": "x", "by": "y", "at": "2026-01-01T00:00:00Z"}] * n),
    "windows": lambda n: single(schedule={"zone": "UTC", "open": ["mon-fri 08:00-20:00"] * n}),
    "closed days": lambda n: single(schedule={"zone": "UTC", "closed_on": ["us-holidays", "2026-01-01"] * n}),
    "monitors": lambda n: single(monitors=[{"kpi": "csat", "worse_than": 4}] * n),
    "governance": lambda n: {"turnout": 1, "toggles": {f"t{m}": {"category": "channel"} for m in range(n // 5)}},
    "odd names": lambda n: single(**{f'"\u2028.{m}': 1 for m in range(n)}),
}


def repeat(text: str) -> Callable[[int], bytes]:
    """A text so often that it takes so many bytes."""
    return lambda size: (text * (size // len(text.encode()) + 1)).encode()


def count(line: str, head: str = "", tail: str = "") -> Callable[[int], bytes]:
    """Lines with a number in each, so many that they take so many bytes."""
    return lambda size: (head + "".join(line % n for n in range(size // (len(line) + 3) + 1)) + tail).encode()


# Texts by the number of their bytes.
TEXTS: dict[Form, dict[str, Callable[[int], bytes]]] = {
    "toml": {
        "a key without a value": count("k%d\n"),
        "a key given twice": repeat("a=1\n"),
        "a table given twice": repeat("[a]\n"),
        "tables in lists in tables": repeat("[[a]]\n[[a.b]]\n[[a.b.c]]\nx=\n"),
        "text never closed": count('k%d="x\n'),
        "a list without commas": lambda n: repeat("1 ")(n).join([b"a=[", b"]"]),
        "tables with a key twice": lambda n: repeat("{x=1,x=1},")(n).join([b"a=[", b"]"]),
        "bad escapes": repeat('a="\\q"\n'),
        "bad escapes in one text": lambda n: repeat("\\q")(n).join([b'a="', b'"']),
        "quotes": repeat('"'),
        "equals signs": repeat("="),
        "brackets": repeat("["),
        "empty names": repeat("[]\n"),
        "commas": lambda n: repeat(",")(n).join([b"a=[", b"]"]),
        "words": lambda n: repeat("foo,")(n).join([b"a=[", b"]"]),
        "half line breaks": count("k%d=1\r"),
        "a long number": repeat("9"),
        "small tables": repeat("[[a]]\nx=1\n"),
        "long names": repeat("[" + "a" * 900 + "]\nx\n"),
    },
    "json": {
        "a key given twice": lambda n: repeat('"k":0,')(n).join([b"{", b'"z":0}']),
        "many keys given twice": count('"k%d":0,"l":1,', "{", '"z":0}'),
        "tables with a key twice": lambda n: repeat('{"a":1,"a":2},')(n).join([b"[", b"0]"]),
        "NaN": lambda n: repeat("NaN,")(n).join([b"[", b"0]"]),
        "numbers out of range": lambda n: repeat("1e400,")(n).join([b"[", b"0]"]),
        "halves of pairs": lambda n: repeat('"\\ud800",')(n).join([b"[", b"0]"]),
        "halves of pairs in one text": lambda n: repeat("\\ud800")(n).join([b'"', b'"']),
        "a long number": lambda n: repeat("9")(n).join([b"[1.", b"]"]),
        "brackets": repeat("["),
    },
}


def tree_bytes(name: str, size: int) -> bytes:
    """A bomb in JSON."""
    return json.dumps(TREES[name](size)).encode()


def all_bombs(size: int, size_bytes: int) -> dict[str, tuple[bytes, Form]]:
    """Every bomb with its format."""
    bombs: dict[str, tuple[bytes, Form]] = {name: (tree_bytes(name, size), "json") for name in TREES}
    for form, texts in TEXTS.items():
        bombs |= {f"{form}: {name}": (make(size_bytes), form) for name, make in texts.items()}
    return bombs


def nonsense(size_bytes: int) -> Tree:
    """A sound document of about so many bytes that says next to nothing."""
    line = "x" * 90
    return single(overrides=[{"units": [f"{n:08}-{line}" for n in range(size_bytes // 103)], "serve": False}])
