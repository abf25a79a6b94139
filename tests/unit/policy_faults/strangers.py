"""Objects that a caller may hand over by mistake, or in malice, as an attribute."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import fractions
import threading
import types
from collections.abc import Iterator
from typing import Any, Never

import numpy as np


class Untouchable:
    """Raises whatever is asked of it."""

    def __getattribute__(self, name: str) -> Never:
        raise RuntimeError(name)


class Grumpy:
    """Raises in every special method that a comparison, a hash or a conversion could call."""

    def grumble(self, *_: object) -> Never:
        raise RuntimeError("grumpy")

    __eq__ = __hash__ = __str__ = __repr__ = __bool__ = __len__ = grumble
    __index__ = __int__ = __float__ = __iter__ = __getitem__ = __contains__ = __lt__ = grumble


class GrumpyText(str):
    """Text whose own methods raise."""

    __slots__ = ()

    def grumble(self, *_: object) -> Never:
        raise RuntimeError("grumpy")

    __eq__ = __str__ = __repr__ = __len__ = __iter__ = grumble
    __hash__ = str.__hash__


class GrumpyInt(int):
    """A number whose own methods raise."""

    def grumble(self, *_: object) -> Never:
        raise RuntimeError("grumpy")

    __eq__ = __index__ = __int__ = __str__ = __repr__ = grumble
    __hash__ = int.__hash__


class GrumpyFloat(float):
    """A float that does not want to be one."""

    def __float__(self) -> Never:
        raise RuntimeError("grumpy")


class GrumpyDate(dt.date):
    """A date that has no text."""

    def __str__(self) -> Never:
        raise RuntimeError("grumpy")

    isoformat = __str__


class NoZone(dt.tzinfo):
    """A time zone that knows no offset."""

    def utcoffset(self, _: dt.datetime | None) -> None:
        return None

    def dst(self, _: dt.datetime | None) -> None:
        return None

    def tzname(self, _: dt.datetime | None) -> None:
        return None


class BadZone(NoZone):
    """A time zone that raises."""

    def utcoffset(self, _: dt.datetime | None) -> Never:
        raise RuntimeError("zone")


class Shade(enum.Enum):
    """No text and no number."""

    DARK = "x"


class Looking(list[Any]):
    """A list that raises when it is walked."""

    def __iter__(self) -> Iterator[Any]:
        raise RuntimeError("looking")


def itself() -> list[Any]:
    """A list that holds itself."""
    found: list[Any] = []
    found.append(found)
    return found


UTC = dt.UTC
FAR_EAST, FAR_WEST = (dt.timezone(dt.timedelta(hours=hours)) for hours in (23, -23))

# What no operator but `exists` can look at.
STRANGERS: list[Any] = [
    *(b"x", bytearray(b"5"), memoryview(b"x"), 1j, complex(5, 0), decimal.Decimal(5), decimal.Decimal("NaN")),
    *(fractions.Fraction(5), {"x"}, frozenset("x"), {}, {"x": 1}, range(5), iter("x"), (c for c in "x"), object()),
    *(
        object,
        type,
        print,
        lambda: 1,
        ...,
        NotImplemented,
        types,
        threading.Lock(),
        Untouchable(),
        Grumpy(),
        Shade.DARK,
    ),
    *(dt.time(1), dt.timedelta(1), dt.datetime(2026, 1, 1), dt.datetime.min, dt.datetime.max),
    *(dt.datetime(2026, 1, 1, tzinfo=NoZone()), dt.datetime(2026, 1, 1, tzinfo=BadZone()), GrumpyDate(2026, 1, 1)),
    *("\ud800", "x\udfff", float("nan"), np.float64("nan")),
    *(
        np.complex128(5),
        np.bytes_(b"x"),
        np.datetime64("2026-01-01", "ns"),
        np.timedelta64(5, "ns"),
    ),
    *(np.array([5]), np.array([]), np.array([["x"]]), np.array([[5]]), np.array([None])),
    *(np.void(b"x"), np.ma.masked, np.ma.array([1], mask=[True]), np.dtype("int64"), np.random.default_rng(1)),
    *(types.MappingProxyType({}), collections.UserDict(), collections.UserList("x"), collections.UserString("x")),
    *(collections.defaultdict(list), collections.deque("x"), collections.ChainMap(), collections.Counter("x")),
]

# Values with all operators that hold for them, `exists` and `not_in` and `not_equals` included: see test_policy_attributes.
TEXT = "exists not_equals not_in"
NUMBER = "exists not_in_numbers"
READABLE: list[tuple[Any, str]] = [
    (None, "null"),
    ("x", "contains ends_with equals exists in matches starts_with not_equals_y"),
    (GrumpyText("x"), "contains ends_with equals exists in matches starts_with not_equals_y"),
    (np.str_("x"), "contains ends_with equals exists in matches starts_with not_equals_y"),
    ("", "exists not_equals not_equals_y not_in"),
    ("x" * 100_000, "contains ends_with exists matches not_equals not_equals_y not_in starts_with"),
    ("5.2", "exists not_equals not_equals_y not_in semver"),
    ("10.1.2.3", "cidr exists not_equals not_equals_y not_in"),
    ("::ffff:10.1.2.3", "cidr exists not_equals not_equals_y not_in"),
    ("2026-06-01", "after exists not_equals not_equals_y not_in"),
    (5, "before equals_5 exists gte lte not_in"),
    (5.0, "before equals_5 exists gte lte not_in"),
    (GrumpyInt(5), "before equals_5 exists gte lte not_in"),
    (GrumpyFloat(5), "before equals_5 exists gte lte not_in"),
    (np.int8(5), "before equals_5 exists gte lte not_in"),
    (np.uint64(5), "before equals_5 exists gte lte not_in"),
    (np.float16(5), "before equals_5 exists gte lte not_in"),
    (np.float32(5), "before equals_5 exists gte lte not_in"),
    (-1, "before exists lt lte not_in"),
    (2**63 - 1, "exists gt gte not_in"),
    (float("inf"), "exists gt gte not_in"),
    (-float("inf"), "exists lt lte not_in"),
    (1e308, "exists gt gte not_in"),
    (True, "exists in"),
    (np.True_, "exists in"),
    (False, "exists not_in"),
    (np.False_, "exists not_in"),
    (np.datetime64("2026-06-01"), "after exists not_equals not_equals_y not_in"),
    (np.datetime64("NaT"), "null"),
    (["x", 1], "contains exists"),
    (("x",), "contains exists"),
    (Looking(["x"]), "contains exists"),
    (np.array(["x", "y"]), "contains exists"),
    (np.array(["x", 1], dtype=object), "contains exists"),
    ([], "exists"),
    ([["x"]], "exists"),
    (itself(), "exists"),
    ([Untouchable(), Grumpy(), "\ud800", "x"], "contains exists"),
    (dt.datetime(2026, 6, 1, tzinfo=UTC), "after exists"),
    (dt.datetime.min.replace(tzinfo=UTC), "before exists"),
    (dt.datetime.max.replace(tzinfo=UTC), "after exists"),
    (dt.datetime.min.replace(tzinfo=FAR_EAST), "before exists"),
    (dt.datetime.max.replace(tzinfo=FAR_WEST), "after exists"),
]
