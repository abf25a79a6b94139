"""The operators that look at text, lists, versions, addresses and instants."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import turnout
from tests.property.documents import asks, document, holds, micros, rule, toggle

NO_TEXT: tuple[Any, ...] = (
    None,
    3,
    3.0,
    True,
    float("nan"),
    b"pro",
    ["pro"],
    ("pro",),
    {"pro": 1},
    "\ud800pro",
    object(),
)


@pytest.mark.parametrize(
    ("operators", "matching", "others"),
    [
        ({"starts_with": "pro"}, ("pro", "prod", "pro\n"), ("", "Pro", " pro", "apro", "pr")),
        ({"starts_with": "👩"}, ("👩‍👩‍👧", "👩"), ("👨",)),
        ({"ends_with": "ß"}, ("straß", "ß"), ("ss", "ßs", "")),
        ({"contains": "r"}, ("r", "pro", "r\0"), ("", "R", "p")),
        ({"contains": "日本"}, ("in 日本", "日本"), ("日", "本日")),
        ({"contains": "e\u0301"}, ("cafe\u0301",), ("café",)),
        ({"matches": "r"}, ("pro", "r"), ("", "R")),
        ({"matches": "^pro$"}, ("pro",), ("pro\n", "apro", "prod", "a\npro")),
        ({"matches": "(?i)^PRO"}, ("pro", "Prod"), ("a pro",)),
        ({"matches": "^.$"}, ("a", "日", "👩"), ("", "ab", "e\u0301", "\n")),
        ({"matches": r"^\d{3}$"}, ("123", "٣٣٣"), ("12", "1234")),
        ({"matches": "^(a|b)*c$"}, ("c", "ababc"), ("abd",)),
        ({"matches": "^$"}, ("",), ("a", "\n")),
    ],
    ids=str,
)
def test_text(operators: dict[str, str], matching: tuple[str, ...], others: tuple[str, ...]) -> None:
    """By code points, case included; nothing but text is looked at."""
    desk = asks({"attribute": "x", **operators})
    assert [desk.is_enabled("t", "c-1", {"x": value}) for value in matching] == [True] * len(matching)
    assert [desk.is_enabled("t", "c-1", {"x": value}) for value in others] == [False] * len(others)
    strangers = [value for value in NO_TEXT if not ("contains" in operators and isinstance(value, (list, tuple)))]
    assert [desk.is_enabled("t", "c-1", {"x": value}) for value in strangers] == [False] * len(strangers)


def test_patterns_are_matched_in_linear_time() -> None:
    """A pattern that takes others minutes, on a text of a million characters."""
    desk = asks({"attribute": "x", "matches": "^(a+)+$"})
    assert desk.is_enabled("t", "c-1", {"x": "a" * 10**6})
    assert not desk.is_enabled("t", "c-1", {"x": "a" * 10**6 + "b"})


@pytest.mark.parametrize("pattern", ["(?=a)b", "(?<!a)b", r"(a)\1", "(", "a{1000}{1000}"])
def test_patterns_that_cannot_be_are_refused(pattern: str) -> None:
    source = document({"t": toggle(rules=[rule({"attribute": "x", "matches": pattern})])})
    with pytest.raises(turnout.PolicyError, match="matches"):
        turnout.Policy.from_document(source)


def test_a_list_contains_an_element_that_equals() -> None:
    """With the types of `equals`: a bool is no number, text is not looked into."""
    cases: tuple[tuple[Any, tuple[Any, ...], tuple[Any, ...]], ...] = (
        ("pro", (["pro"], ["a", "pro"], ("pro",), [None, ["x"], "pro"]), ([], ["prod"], [["pro"]], ["Pro"], [None])),
        (3, ([3], [3.0], (1, 3), [np.int64(3)]), ([True], ["3"], [4], [[3]], 3, "3", [float("nan")])),
        (True, ([True], [np.bool_(True)]), ([1], [False], ["true"], True)),
        (0.5, ([0.5],), ([0], ["0.5"])),
    )
    for operand, matching, others in cases:
        desk = asks({"attribute": "x", "contains": operand})
        assert [desk.is_enabled("t", "c-1", {"x": value}) for value in matching] == [True] * len(matching)
        assert [desk.is_enabled("t", "c-1", {"x": value}) for value in others] == [False] * len(others)
    for asked in ({"equals": "pro"}, {"in": ["pro"]}, {"starts_with": "pro"}, {"matches": "pro"}):
        assert not holds({"attribute": "x"} | asked, {"x": ["pro"]})


VERSIONS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (">=5.2", ("5.2", "5.2.0", "v5.2", "V6", "5.10", "5.2.0+b1", "5.2.1-rc.1"), ("5.2.0-rc.1", "5.1.9", "5", "4.99")),
    (">5.2", ("5.2.1", "5.3", "5.2.1-0"), ("5.2", "5.2.0+b2", "5.2.0-rc.1")),
    ("<6", ("5.99.99", "6.0.0-rc.1", "0"), ("6", "6.0.0", "v6", "6.0.1")),
    ("<=6", ("6", "6.0.0+any", "5"), ("6.0.1", "6.0.1-rc.1")),
    ("=5.2", ("5.2", "5.2.0", "v5.2.0+b1"), ("5.2.1", "5.2.0-rc.1", "5")),
    ("==5.2.1", ("5.2.1",), ("5.2",)),
    ("^5.2", ("5.2", "5.99", "5.2.1-rc.1"), ("5.1", "6", "6.0.0-rc.1", "5.2.0-rc.1")),
    ("^0.2", ("0.2", "0.2.9"), ("0.3", "0.3.0-rc.1", "1", "0.1")),
    ("^0.0.3", ("0.0.3",), ("0.0.4", "0.0.2", "0.1")),
    ("^0", ("0", "0.9.9"), ("1", "1.0.0-rc.1")),
    ("~5.2", ("5.2", "5.2.99"), ("5.3", "5.3.0-rc.1", "5.1")),
    ("~5", ("5", "5.99"), ("6", "6.0.0-rc.1")),
    ("~5.2.3", ("5.2.3", "5.2.4"), ("5.2.2", "5.3")),
    (">=5.2, <6", ("5.2", "5.9"), ("6", "5.1")),
    (">= 5.2 ,< 6", ("5.2", "5.9"), ("6", "5.1")),
    (">=1.0.0-alpha", ("1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.b", "1.0.0-beta", "1.0.0"), ("1.0.0-1", "0.9")),
    (
        ">1.0.0-alpha.9",
        ("1.0.0-alpha.10", "1.0.0-alpha.b", "1.0.0-beta.2"),
        ("1.0.0-alpha.9", "1.0.0-alpha", "1.0.0-9"),
    ),
)


@pytest.mark.parametrize(("asked", "matching", "others"), VERSIONS, ids=[asked for asked, _, _ in VERSIONS])
def test_versions(asked: str, matching: tuple[str, ...], others: tuple[str, ...]) -> None:
    """Missing parts are zero, a pre-release ranks below its release, build metadata has no rank."""
    desk = asks({"attribute": "x", "semver": asked})
    assert [desk.is_enabled("t", "c-1", {"x": value}) for value in matching] == [True] * len(matching)
    assert [desk.is_enabled("t", "c-1", {"x": value}) for value in others] == [False] * len(others)


@pytest.mark.parametrize(
    "value",
    ["", "v", "5.", ".5", "05", "5.02", "5.2-rc", "5-rc", "1.2.3.4", "1.2.3-", "1.2.3+", "1.2.3-01", "1.2.3-a..b",
     "5,2", " 5.2", "5.2 ", "vv5", "٥", "1e3", "18446744073709551616", *NO_TEXT],
)  # fmt: skip
def test_what_is_no_version_never_matches(value: Any) -> None:
    """Neither one comparison nor its opposite."""
    assert not holds({"attribute": "x", "semver": ">=0"}, {"x": value})
    assert not holds({"attribute": "x", "semver": "<99999"}, {"x": value})


def test_addresses() -> None:
    """In one of the networks; an IPv4 address mapped into IPv6 is the IPv4 address."""
    desk = asks({"attribute": "x", "cidr": ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"]})
    inside = (
        "10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3", "::FFFF:a01:203", "2001:db8::", "2001:DB8:f::1", "192.0.2.7",
    )  # fmt: skip
    outside: tuple[Any, ...] = (
        "9.255.255.255", "11.0.0.0", "2001:db7::1", "192.0.2.8", "::10.1.2.3", "10.1.2", "10.1.2.3/32", "10.1.2.03",
        "10.1.2.256", " 10.1.2.3", "fe80::1%eth0", "", "localhost", 167837955, *NO_TEXT,
    )  # fmt: skip
    assert [desk.is_enabled("t", "c-1", {"x": value}) for value in inside] == [True] * len(inside)
    assert [desk.is_enabled("t", "c-1", {"x": value}) for value in outside] == [False] * len(outside)
    assert holds({"attribute": "x", "cidr": "10.1.2.3/8"}, {"x": "10.9.9.9"})
    assert holds({"attribute": "x", "cidr": "0.0.0.0/0"}, {"x": "::ffff:1.2.3.4"})
    assert not holds({"attribute": "x", "cidr": "::/0"}, {"x": "1.2.3.4"})
    assert not holds({"attribute": "x", "cidr": "0.0.0.0/0"}, {"x": "::1"})


@pytest.mark.parametrize("network", ["::ffff:10.0.0.0/104", "::ffff:10.0.0.1"])
def test_a_network_of_mapped_addresses_is_that_of_the_addresses(network: str) -> None:
    """It must not be taken and then match nothing, not even itself."""
    for address in ("::ffff:10.0.0.1", "10.0.0.1"):
        assert holds({"attribute": "x", "cidr": network}, {"x": address})
    assert not holds({"attribute": "x", "cidr": network}, {"x": "::10.0.0.1"})


BOUND = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
SECONDS = micros(BOUND) // 10**6
SAME: tuple[Any, ...] = (
    BOUND, BOUND.astimezone(ZoneInfo("Asia/Kolkata")), "2026-03-01T00:00:00Z", "2026-03-01",
    "2026-03-01t05:45:00+05:45",
    "2026-02-28 19:00:00-05:00", "2026-03-01T00:00:00.0000009Z", dt.date(2026, 3, 1), SECONDS, float(SECONDS),
    np.int64(SECONDS), SECONDS + 4e-7,
)  # fmt: skip
EARLIER: tuple[Any, ...] = (
    BOUND - dt.timedelta(microseconds=1), "2026-02-28T23:59:59.999999Z", "2026-02-28", SECONDS - 1, 0, -1e9,
    SECONDS - 1e-6, -62_135_596_800, dt.date(1, 1, 1), "0001-01-01T00:00:00Z", dt.datetime.min.replace(tzinfo=dt.UTC),
)  # fmt: skip
LATER: tuple[Any, ...] = (
    BOUND + dt.timedelta(microseconds=1), "2026-03-01T00:00:00.000001Z", "2026-03-02", SECONDS + 1, SECONDS + 1e-6,
    dt.datetime.max.replace(tzinfo=dt.UTC), "9999-12-31T23:59:59Z", 253_402_300_799,
)  # fmt: skip
NO_INSTANT: tuple[Any, ...] = (
    None, True, False, float("nan"), float("inf"), 2**63 - 1, 1e300, 253_402_300_800, 253_402_300_800.0, -62_135_596_801, "", "2026-03-01T00:00:00", "2026-02-30",
    "20260301",    "2026-03-01T24:00:00Z", "2026-03-01T23:59:60Z", "2026-03-01T00:00:00+24:00",
    " 2026-03-01", "1772323200", "now",
    dt.datetime(2026, 3, 1), dt.time(3), dt.timedelta(1), ["2026-03-01"], object(),
)  # fmt: skip


@pytest.mark.parametrize("bound", ["2026-03-01T00:00:00Z", "2026-03-01", "2026-02-28T19:00:00-05:00"])
def test_instants(bound: str) -> None:
    """An aware datetime, RFC 3339 text, a date (its start in UTC) or seconds; `after` takes the bound in."""
    before, after = asks({"attribute": "x", "before": bound}), asks({"attribute": "x", "after": bound})
    cases = ((EARLIER, (True, False)), (SAME, (False, True)), (LATER, (False, True)), (NO_INSTANT, (False, False)))
    for values, expected in cases:
        for value in values:
            answers = tuple(desk.is_enabled("t", "c-1", {"x": value}) for desk in (before, after))
            assert answers == expected, value


def test_a_naive_datetime_is_no_value_of_any_kind() -> None:
    """It has no zone, so it says no instant; it is there all the same."""
    naive = {"x": dt.datetime(2026, 3, 1)}
    assert holds({"attribute": "x", "exists": True}, naive)
    for operators in ({"before": "2030-01-01"}, {"after": "2000-01-01"}, {"equals": "2026-03-01"}, {"not_equals": "a"}):
        assert not holds({"attribute": "x", **operators}, naive)
    found = asks({"attribute": "x", "before": "2030-01-01"}).explain("t", "c-1", naive)
    assert "without a time zone" in str(found)
