"""Columns of every type that Polars has, with values that some question matches."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl

TEXTS = [
    "pro", None, "", "5.2", "v5.2.1", "5.2.0-rc.1", "10.1.2.3", "::ffff:10.1.2.3", "2026-03-01", "2026-02-28T23:59:59Z",
    "日本", "👩‍👩‍👧", "straße", "42", "c-1", "a" * 300, None, "3", "true",
]  # fmt: skip
WHOLE = [3, None, 0, -1, 42, 100, None, 7]
# Without a zone; with one they are these hours of its clock.
INSTANTS = [
    None if text is None else dt.datetime.fromisoformat(text)
    for text in ("2026-03-01", None, "2026-02-28T23:59:59.999", "1969-12-31T23:59")
]
DATES = [dt.date(2026, 3, 1), None, dt.date(2026, 2, 28), dt.date(1900, 1, 1)]
ACCOUNTS = [
    {"id": "pro", "plan": {"seats": 3}},
    {"id": None, "plan": {"seats": None}},
    {"id": "c-1", "plan": {"seats": 1}},
]


def whole_numbers() -> dict[str, pl.Series]:
    """Integers of every width, at their limits too."""
    widths: dict[str, tuple[Any, int, int]] = {
        "Int8": (pl.Int8, -(2**7), 2**7 - 1),
        "Int16": (pl.Int16, -(2**15), 2**15 - 1),
        "Int32": (pl.Int32, -(2**31), 2**31 - 1),
        "Int64": (pl.Int64, -(2**63), 2**63 - 1),
        "UInt8": (pl.UInt8, 0, 2**8 - 1),
        "UInt16": (pl.UInt16, 0, 2**16 - 1),
        "UInt32": (pl.UInt32, 0, 2**32 - 1),
        "UInt64": (pl.UInt64, 0, 2**64 - 1),
    }
    return {
        name: pl.Series([v for v in WHOLE if v is None or v >= low] + [low, high, min(high, 2**53)], dtype=dtype)
        for name, (dtype, low, high) in widths.items()
    }


def instants() -> dict[str, pl.Series]:
    """Datetimes of every unit, with and without a zone, and their relations."""
    found = {
        "Date": pl.Series(DATES),
        "Time": pl.Series([dt.time(8), None]),
        "Duration": pl.Series([dt.timedelta(1), None]),
    }
    for unit in ("ms", "us", "ns"):
        naive = pl.Series(INSTANTS, dtype=pl.Datetime(unit))
        found[f"Datetime {unit}"] = naive
        found[f"Datetime {unit} UTC"] = naive.dt.replace_time_zone("UTC")
        found[f"Datetime {unit} New York"] = naive.dt.replace_time_zone("America/New_York")
    return found


def others() -> dict[str, pl.Series]:
    """All that is neither."""
    numbers = [3.0, None, 2.5, -0.0, float("nan"), float("inf"), -1e300, 2.0**53, 9_007_199_254_740_991.0, 0.1, 42.0]
    tags = [["pro"], [], None, ["p", None, "pro"], ["3"]]
    return {
        "String": pl.Series(TEXTS),
        "Categorical": pl.Series(TEXTS, dtype=pl.Categorical),
        "Enum": pl.Series(["pro", None, "c-1", "pro"], dtype=pl.Enum(["unused", "c-1", "pro", "5.2"])),
        "Float32": pl.Series(numbers[:6], dtype=pl.Float32),
        "Float64": pl.Series(numbers, dtype=pl.Float64),
        "Boolean": pl.Series([True, None, False]),
        "List(String)": pl.Series(tags),
        "List(Categorical)": pl.Series(tags, dtype=pl.List(pl.Categorical)),
        "List(Int64)": pl.Series([[3], [], None, [1, None, 3]]),
        "List(Float64)": pl.Series([[3.0], None, [float("nan")]]),
        "List(Boolean)": pl.Series([[True], [False], None]),
        "List(List)": pl.Series([[["pro"]], None]),
        "Array": pl.Series([["pro", "x"], None, ["x", "y"]], dtype=pl.Array(pl.String, 2)),
        "Decimal": pl.Series([Decimal("3.00"), None], dtype=pl.Decimal(10, 2)),
        "Binary": pl.Series([b"pro", None]),
        "Struct": pl.Series(ACCOUNTS),
        "Object": pl.Series(["pro", 3, 2.5, True], dtype=pl.Object),
    }


def shapes() -> dict[str, pl.Series]:
    """The same values laid out in other ways in memory."""
    found: dict[str, pl.Series] = {}
    for name in ("String", "Categorical", "Enum", "Int8", "Int64", "Float64", "Boolean", "Datetime us UTC", "Date"):
        whole = TYPES[name]
        # One after the other, none copied.
        chunked = pl.concat([whole, whole.slice(1, 2), whole.clear(), whole], rechunk=False)
        assert chunked.n_chunks() > 1
        found |= {
            f"{name} in chunks": chunked,
            f"{name} sliced": whole.slice(1, len(whole) - 1),
            f"{name} sliced chunks": chunked.slice(2, len(whole)),
            f"{name} all null": whole.filter(whole.is_null()),
            f"{name} without null": whole.drop_nulls(),
            f"{name} one row": whole.slice(0, 1),
            f"{name} empty": whole.clear(),
        }
    return found


TYPES: dict[str, pl.Series] = whole_numbers() | instants() | others()
SHAPES: dict[str, pl.Series] = shapes()
