"""Wrong conditions of a rule, and what the report must say of them."""

from __future__ import annotations

from typing import Any, NamedTuple


class Wrong(NamedTuple):
    """A condition, and the one fault that comes of it; the path is below the condition's."""

    condition: Any
    path: str
    kind: str
    message: str
    hint: str
    line_of: str = ""
    """What the line is of, when it is not the path."""


def asks(operator: str, value: Any) -> dict[str, Any]:
    """A condition with one operator."""
    return {"attribute": "a", operator: value}


EMPTY = "an empty list"
ONE = "exactly one of all, any, not, segment, attribute"
VERSION = "is not a comparison of versions"

WRONG_CONDITIONS = [
    Wrong({}, "", "shape", "an empty condition", ONE),
    Wrong(
        {"all": [{"attribute": "a", "exists": True}], "not": {"attribute": "a", "exists": True}}, "", "shape", "", ONE
    ),
    Wrong({"all": []}, ".all", "shape", EMPTY, "add a condition"),
    Wrong({"any": []}, ".any", "shape", EMPTY, "add a condition"),
    Wrong({"all": [{}]}, ".all[0]", "shape", "an empty condition", ONE),
    Wrong({"not": {"any": [{"segment": "x"}]}}, ".not.any[0].segment", "reference", "`x`", "none is defined"),
    Wrong({"attribute": "a"}, "", "shape", "nothing is asked", "equals", ".attribute"),
    Wrong({"attribute": "", "exists": True}, ".attribute", "shape", "name", "1 to 200 characters"),
    Wrong({"attribute": "a" * 201, "exists": True}, ".attribute", "shape", "name", "1 to 200 characters"),
    Wrong(
        {"not": {"attribute": "a", "exists": True}, "exists": True},
        ".exists",
        "shape",
        "`exists` beside `not`",
        "with `all`",
    ),
    Wrong(
        {"all": [{"attribute": "a", "exists": True}], "equals": 1},
        ".equals",
        "shape",
        "`equals` beside `all`",
        "or `any`",
    ),
    Wrong(asks("matches", ""), ".matches", "shape", "text", "at least one character"),
    Wrong(asks("starts_with", ""), ".starts_with", "shape", "text", "at least one character"),
    Wrong(asks("ends_with", ""), ".ends_with", "shape", "text", "at least one character"),
    Wrong(asks("in", []), ".in", "shape", EMPTY, "at least one value"),
    Wrong(asks("not_in", []), ".not_in", "shape", EMPTY, "at least one value"),
    Wrong(asks("in", ["a", ["b"]]), ".in[1]", "shape", "a list where", "text, a number"),
    Wrong(asks("in", ["a", {"b": 1}]), ".in[1]", "shape", "a table where", "text, a number"),
    Wrong(asks("cidr", []), ".cidr", "shape", EMPTY, "at least one network"),
    Wrong(asks("cidr", "10.0.0.0/33"), ".cidr", "shape", "`10.0.0.0/33` is not an IP network", "10.0.0.0/8"),
    Wrong(asks("cidr", "10.0.0/8"), ".cidr", "shape", "`10.0.0/8` is not an IP network", "10.0.0.0/8"),
    Wrong(asks("cidr", "010.0.0.0/8"), ".cidr", "shape", "is not an IP network", "10.0.0.0/8"),
    Wrong(
        asks("cidr", ["10.0.0.0/8", "office"]), ".cidr[1]", "shape", "`office` is not an IP network", "2001:db8::/32"
    ),
    Wrong(asks("cidr", ["10.0.0.0/8", ""]), ".cidr[1]", "shape", "text", "at least one character"),
    Wrong(asks("cidr", "::1/129"), ".cidr", "shape", "`::1/129` is not an IP network", "2001:db8::/32"),
    Wrong(asks("semver", "5.2"), ".semver", "shape", f"`5.2` {VERSION}", '">=5.2"'),
    Wrong(asks("semver", ">=5.x"), ".semver", "shape", f"`>=5.x` {VERSION}", '">=5.2"'),
    Wrong(asks("semver", ">=5.2 <6"), ".semver", "shape", f"`>=5.2 <6` {VERSION}", "joined by commas"),
    Wrong(asks("semver", ">=5.2,"), ".semver", "shape", VERSION, "joined by commas"),
    Wrong(asks("semver", ">=5.2,latest"), ".semver", "shape", f"`latest` {VERSION}", "^5.2"),
    Wrong(asks("semver", "=>5.2"), ".semver", "shape", f"`=>5.2` {VERSION}", '">=5.2"'),
    Wrong(asks("semver", "!=5.2"), ".semver", "shape", f"`!=5.2` {VERSION}", '">=5.2"'),
    Wrong(asks("semver", ">=99999999999999999999"), ".semver", "shape", VERSION, '">=5.2"'),
    Wrong(asks("semver", ">=1.2.3.4"), ".semver", "shape", f"`>=1.2.3.4` {VERSION}", '">=5.2"'),
    Wrong(asks("before", "2026-02-30"), ".before", "shape", "2026-02-30", ""),
    Wrong(asks("after", "2026-01-01T00:00:00"), ".after", "shape", "no offset from UTC", "add Z"),
    Wrong(asks("after", "monday"), ".after", "shape", '"monday" is not an instant', "2026-03-01T00:00:00Z"),
    Wrong(asks("matches", "("), ".matches", "shape", "unclosed group", ""),
    Wrong(asks("matches", "[z-a]"), ".matches", "shape", "bad pattern", ""),
    Wrong(asks("matches", "*"), ".matches", "shape", "repetition", ""),
    Wrong(asks("matches", "\\q"), ".matches", "shape", "escape", ""),
    Wrong(asks("matches", "(?=x)"), ".matches", "shape", "look-around", "linear time"),
    Wrong(asks("matches", "(a)\\1"), ".matches", "shape", "backreferences", "linear time"),
    Wrong(asks("matches", "(" * 33 + ")" * 33), ".matches", "shape", "nested", ""),
    Wrong(asks("matches", "(a{1000}){1000}"), ".matches", "limit", "grows too large", "repetitions"),
    Wrong(asks("matches", "((a{100}){100}){100}"), ".matches", "limit", "grows too large", "repetitions"),
    Wrong(asks("matches", "\\w{500}"), ".matches", "limit", "grows too large", "repetitions"),
    Wrong(asks("matches", "a" * 1001), ".matches", "limit", "1001 bytes", "at most 1000"),
    Wrong(asks("matches", "ä" * 501), ".matches", "limit", "1002 bytes", "at most 1000"),
]
