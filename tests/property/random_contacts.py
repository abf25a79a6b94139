"""Random contacts: attributes of right and wrong types, missing, null, nested, huge, not a number, not Unicode."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.property.chooser import Chooser
from tests.property.documents import Document
from tests.property.random_policies import ATTRIBUTES, NUMBERS, PURPOSES, TEXTS, scalar
from tests.property.random_times import instant_us
from tests.property.twin import Contact

UNITS = (
    "c-1", "c-2", 42, "42", 42.0, "日本", "👩‍👩‍👧", -7, None, "", True, 2**63 - 1, -(2**63), 2.0**53, 1.5, float("nan"),
    float("inf"), "\ud800", ["c-1"], b"c-1", np.int64(42), np.str_("c-1"), np.bool_(True), dt.date(2026, 3, 1),
)  # fmt: skip
ODDITIES = (
    None, 2**63 - 1, -(2**63), 2**63, 10**30, -(10**30), 2.0**53, 1e300, -1e300, float("nan"), float("inf"),
    float("-inf"), "", "\ud800x", b"pro", object, 3 + 0j, {"tier": "pro"}, {"pro"}, [], [["pro"]],
    np.int64(3), np.uint8(42), np.float32(2.5), np.float64("nan"), np.str_("pro"), np.bool_(True),
    dt.date(2026, 3, 1), dt.time(3), dt.timedelta(1), dt.datetime(2026, 3, 1),  # noqa: DTZ001
    dt.datetime(2026, 3, 1, tzinfo=dt.UTC), dt.datetime(2026, 3, 1, 5, 30, tzinfo=dt.timezone(dt.timedelta(hours=5.5))),
)  # fmt: skip


def value(choose: Chooser) -> Any:
    """The value of an attribute."""
    match choose.number(0, 9):
        case 0 | 1 | 2:
            return choose.of(TEXTS)
        case 3 | 4:
            return choose.of(NUMBERS)
        case 5:
            return scalar(choose)
        case 6:
            found = choose.several(0, 3, lambda: choose.of((scalar(choose), choose.of(ODDITIES))))
            return tuple(found) if choose.once_in(2) else found
        case 7:
            return choose.text()
        case _:
            return choose.of(ODDITIES)


def attributes(choose: Chooser) -> Any:
    """Attributes, dotted names whole or through dictionaries; now and then none at all."""
    if choose.once_in(15):
        return None
    flat = {name: value(choose) for name in choose.some_of(ATTRIBUTES, 8)}
    flat |= {f"consent.{purpose}": choose.of((True, True, True, True, False, None, "true", 1)) for purpose in PURPOSES}
    nested: Document = {}
    for name, found in flat.items():
        *path, last = name.split(".") if choose.once_in(2) else [name]
        inner = nested
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = found
    return nested


@st.composite
def contacts(draw: st.DrawFn) -> Contact:
    """A contact at an instant."""
    choose = Chooser(draw)
    unit = choose.of((choose.of(UNITS), choose.number(0, 10**6), choose.text()))
    return Contact(unit, attributes(choose), instant_us(choose))
