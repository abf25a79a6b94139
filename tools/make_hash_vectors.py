"""Write the known answers of the hash `xxh3/1`, tests/vectors/xxh3.json, with the PyPI package `xxhash`.

    python tools/make_hash_vectors.py            write the file
    python tools/make_hash_vectors.py --check    fail if the file is not what this script writes

The library is not used: Rust and Python are both tested against what another implementation says. Numbers of 64 bits
and more are texts, so that every reader of JSON reads them exactly.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import xxhash

FILE = Path(__file__).resolve().parents[1] / "tests" / "vectors" / "xxh3.json"
STAGES = ("ramp", "variant")
SALTS = ("", "t", "billing-bot", "sälz", "日本語のボット", "👩‍👩‍👧", "with space", "\x1f", "ramp", "s" * 200)
# Lengths in bytes around each of the places where XXH3 takes another path.
LENGTHS = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 96, 97, 127, 128, 129, 130, 160, 191, 192, 193,
           223, 238, 239, 240, 241, 242, 255, 256, 257, 319, 512, 1023, 1024, 1025, 1088, 2049)  # fmt: skip
NAMES = (
    "customer-42", "c-1", "c-2", "a", "A", " ", "\n", "\0", "null", "true", "42.0", "042", "+42", "-42", "4.2e1", "٤٢",
    "ß", "ss", "é", "e\u0301", "日本", "👩‍👩‍👧", "\U0010ffff", "\ufeffx", "maria@example.com", "+4930123456",
    "7f9c24e8-3b12-4fef-91e0-5a3d8c1b2f60", "customer-42\x1framp", "billing-bot\x1framp",
)  # fmt: skip
INTEGERS = (0, 1, -1, 7, 42, -42, 10**6, 2**31, 2**53 - 1, 2**53, -(2**53), 2**63 - 1, -(2**63))
PERCENTS = (0, 0.00001, 0.1, 1, 10, 33.33333, 50, 66.66667, 99.9, 99.99999, 100)
# 0.00001 %.
ALL = 10_000_000


def main(arguments: list[str]) -> int:
    """Write or check the file; return the exit code."""
    text = render()
    if arguments == ["--check"]:
        same = FILE.is_file() and FILE.read_text("utf-8") == text
        print(f"{FILE.name}: {'as it should be' if same else 'differs; run python tools/make_hash_vectors.py'}")
        return 0 if same else 1
    if arguments:
        print(__doc__)
        return 2
    FILE.write_text(text, "utf-8", newline="\n")
    print(f"{FILE.name}: {text.count('seed')} vectors")
    return 0


def render() -> str:
    """The file's text: one vector a line, so that a change is seen line by line."""
    rows = [vector(unit, salt, stage) for unit, salt, stage in cases()]
    bounds = [{"percent": percent, "bound": str(bound(percent))} for percent in PERCENTS]
    return f'{{\n"algorithm": "xxh3/1",\n{section("bounds", bounds)},\n{section("vectors", rows)}\n}}\n'


def section(name: str, rows: list[dict[str, Any]]) -> str:
    """A named list of rows."""
    lines = ",\n".join(json.dumps(row) for row in rows)
    return f'"{name}": [\n{lines}\n]'


def cases() -> list[tuple[str | int, str, str]]:
    """Units with salts and stages: every unit somewhere, every salt often, every length in both stages."""
    units: list[str | int] = [*NAMES, *INTEGERS, *map(str, INTEGERS), *map(sized, LENGTHS)]
    found = [(unit, SALTS[index % len(SALTS)], stage) for index, unit in enumerate(units) for stage in STAGES]
    found += [(unit, salt, "ramp") for unit in (42, "42", "customer-42", sized(241), "日本") for salt in SALTS]
    return found + [(f"customer-{index}", "billing-bot", STAGES[index % 2]) for index in range(100)]


def sized(length: int) -> str:
    """A text of so many bytes, with letters of two bytes in it where there is room."""
    text = "".join(chr(ord("a") + index * 7 % 26) for index in range(length))
    return text if length < 5 else "ü" + text[2:]


def vector(unit: str | int, salt: str, stage: str) -> dict[str, Any]:
    """What `xxhash` says of one unit."""
    seed = xxhash.xxh3_64_intdigest(f"{salt}\x1f{stage}".encode())
    hashed = xxhash.xxh3_64_intdigest(str(unit).encode(), seed)
    position = hashed * ALL >> 64
    # Also exactly at the unit's own place, and one step above it.
    shares = sorted({*PERCENTS, position / 100_000, (position + 1) / 100_000})
    return {
        "unit": unit,
        "salt": salt,
        "stage": stage,
        "seed": str(seed),
        "hash": str(hashed),
        "position": position,
        "exposed": [[percent, hashed < bound(percent)] for percent in shares],
    }


def bound(percent: float) -> int:
    """The least whole number that is not below `percent * 2^64 / 100`, without a float in it."""
    steps = round(percent * 100_000)
    return -(-(steps << 64) // ALL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
