"""What a contact brings and what conditions ask of it, written down slowly and plainly.

The library is not used here: numbers are Python's (exact between whole numbers and fractions), addresses are
`ipaddress`'s, patterns `re`'s, and versions are compared by the words of semver.org.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import math
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import numpy as np

EXACT = 2**53 - 1


class Nothing:
    """A marker with a name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


MISSING = Nothing("missing")
UNUSABLE = Nothing("unusable")


class Instant(NamedTuple):
    """Microseconds since 1970."""

    us: int


def look_up(attributes: Any, name: str) -> Any:
    """The attribute of a name: the whole name, or through one dictionary for each dot."""
    if not isinstance(attributes, dict):
        return MISSING
    if name in attributes:
        return plain(attributes[name])
    value: Any = attributes
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            return MISSING
        value = value[part]
    return plain(value)


def plain(value: Any) -> Any:
    """None, bool, int, float, str, Instant, list, or UNUSABLE."""
    if isinstance(value, np.generic) and not isinstance(value, (str, float, np.datetime64, np.timedelta64)):
        value = value.item()
    if isinstance(value, str):
        return str.__str__(value) if readable(value) else UNUSABLE
    if value is None or isinstance(value, (bool, float, list)):
        return value
    if isinstance(value, int):
        # Python writes no whole number of more digits in decimal form.
        return int(value) if abs(value) < 10**4300 else UNUSABLE
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, dt.datetime):
        if value.utcoffset() is None:
            return UNUSABLE
        return Instant((value - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1))
    if isinstance(value, dt.date):
        return value.isoformat()
    return UNUSABLE


def readable(text: str) -> bool:
    """Whether a text is valid Unicode."""
    return not any(0xD800 <= ord(char) <= 0xDFFF for char in text)


def number(value: Any) -> int | float | None:
    """The value as a number: bools and NaN are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return None if math.isnan(value) else value


def unit_text(value: Any) -> str | Nothing:
    """The text by which a unit is hashed."""
    value = plain(value)
    if value is None or value is MISSING or value == "":
        return MISSING
    if isinstance(value, str):
        return value
    found = number(value)
    if found is None or (isinstance(found, float) and not (abs(found) <= EXACT and found.is_integer())):
        return UNUSABLE
    return str(int(found))


def equals(value: Any, wanted: Any) -> bool | None:
    """Whether two values are the same; None when their types cannot be compared."""
    if isinstance(wanted, (bool, str)):
        return bool(value == wanted) if type(value) is type(wanted) else None
    found = number(value)
    return None if found is None else bool(found == wanted)


def among(value: Any, members: list[Any]) -> bool | None:
    """Whether a value is one of the members; None when it has the type of none of them."""
    answers = [equals(value, member) for member in members]
    known = [answer for answer in answers if answer is not None]
    return any(known) if known else None


def ask(operator: str, wanted: Any, value: Any) -> bool:
    """Whether an operator holds for a value; never for one that it cannot look at."""
    match operator:
        case "exists":
            return wanted is (value is not MISSING and value is not None)
        case "null":
            return wanted is (value is None)
        case "equals":
            return equals(value, wanted) is True
        case "not_equals":
            return equals(value, wanted) is False
        case "in":
            return among(value, wanted) is True
        case "not_in":
            return among(value, wanted) is False
        case "lt" | "lte" | "gt" | "gte":
            return compare(operator, number(value), wanted)
        case "before" | "after":
            found, bound = instant(value), instant_of_document(wanted)
            return found is not None and (found < bound if operator == "before" else found >= bound)
        case "contains" if isinstance(value, list):
            return any(equals(plain(element), wanted) is True for element in value)
    return isinstance(value, str) and ask_text(operator, wanted, value)


def compare(operator: str, value: float | None, bound: float) -> bool:
    """An order relation of numbers; Python's is exact."""
    if value is None:
        return False
    return {"lt": value < bound, "lte": value <= bound, "gt": value > bound, "gte": value >= bound}[operator]


def ask_text(operator: str, wanted: Any, text: str) -> bool:
    """The operators that look at text."""
    match operator:
        case "starts_with":
            return text.startswith(str(wanted))
        case "ends_with":
            return text.endswith(str(wanted))
        case "contains":
            return isinstance(wanted, str) and wanted in text
        case "matches":
            # Python's `$` also stands before a last line break.
            return re.search(wanted.replace("$", r"\Z"), text) is not None
        case "semver":
            found = version(text)
            return found is not None and all(meets(found, part.strip()) for part in wanted.split(","))
        case "cidr":
            return in_networks(text, wanted if isinstance(wanted, list) else [wanted])
    raise AssertionError(operator)


def in_networks(text: str, networks: list[str]) -> bool:
    """Whether a text is an address in one of the networks."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return False
        address = address.ipv4_mapped or address
    return any(address in network_of(network) for network in networks)


def network_of(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """The network of a text; one of IPv4 addresses mapped into IPv6 is that of the IPv4 addresses."""
    network = ipaddress.ip_network(text, strict=False)
    mapped = network.network_address.ipv4_mapped if isinstance(network, ipaddress.IPv6Network) else None
    return ipaddress.ip_network((mapped, network.prefixlen - 96)) if mapped and network.prefixlen >= 96 else network


NUMERAL = r"(?:0|[1-9]\d*)"
IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
VERSION = re.compile(
    rf"[vV]?({NUMERAL})(?:\.({NUMERAL})(?:\.({NUMERAL})(?:-({IDENTIFIERS}))?(?:\+{IDENTIFIERS})?)?)?", re.ASCII
)


class Version(NamedTuple):
    """A version whose tuples compare as semver.org ranks them."""

    core: tuple[int, int, int]
    # A release ranks above its pre-releases; numbers rank below words.
    is_release: bool
    pre: tuple[tuple[bool, int, str], ...]


def version(text: str) -> Version | None:
    """The version of a text; missing parts are zero."""
    found = VERSION.fullmatch(text)
    if found is None:
        return None
    core = [int(part or 0) for part in found.group(1, 2, 3)]
    if max(core) >= 2**64:
        return None
    identifiers = found[4].split(".") if found[4] else []
    if any(part.isdigit() and len(part) > 1 and part[0] == "0" for part in identifiers):
        return None
    pre = tuple((not p.isdigit(), int(p) if p.isdigit() else 0, "" if p.isdigit() else p) for p in identifiers)
    return Version((core[0], core[1], core[2]), not pre, pre)


def meets(found: Version, comparison: str) -> bool:
    """Whether a version meets one comparison, such as `>=5.2`."""
    sign = re.match(r"[<>=^~]+", comparison)
    assert sign is not None
    text = comparison[sign.end() :].strip()
    bound = version(text)
    assert bound is not None
    match sign[0]:
        case ">=":
            return found >= bound
        case ">":
            return found > bound
        case "<=":
            return found <= bound
        case "<":
            return found < bound
        case "=" | "==":
            return found == bound
    # `^` and `~`: at least the bound, below the next version that may break, whose pre-releases are out too.
    return found >= bound and found.core < next_breaking(sign[0], text, bound.core)


def next_breaking(sign: str, text: str, core: tuple[int, int, int]) -> tuple[int, int, int]:
    """The version that `^` or `~` ends before."""
    parts = len(re.split(r"[-+]", text)[0].split("."))
    if sign == "~":
        kept = min(parts, 2)
    else:
        # The leftmost part that is not zero stays, as far as parts are written.
        kept = next((i + 1 for i, part in enumerate(core) if part), 3)
        kept = min(kept, parts)
    return (*core[: kept - 1], core[kept - 1] + 1, *[0] * (3 - kept))  # type: ignore[return-value]


SECONDS_OF_YEARS_1_TO_9999 = range(-62_135_596_800, 253_402_300_800)
INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII
)


def instant(value: Any) -> int | None:
    """Microseconds since 1970 of an instant, RFC 3339 text, a date, or seconds."""
    if isinstance(value, Instant):
        return value.us
    if isinstance(value, str):
        return instant_of_text(value)
    found = number(value)
    if found is None or abs(found) > 10**12:
        return None
    exact = Decimal(found * 10**6) if isinstance(found, int) else Decimal(found * 1e6)
    us = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    return us if us // 10**6 in SECONDS_OF_YEARS_1_TO_9999 else None


def instant_of_text(text: str) -> int | None:
    """Microseconds since 1970 of RFC 3339 text or a date."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        days = day(text)
        return None if days is None else days * 86_400 * 10**6
    found = INSTANT.fullmatch(text)
    days = day(found[1]) if found else None
    if found is None or days is None:
        return None
    hour, minute, second = (int(part) for part in found.group(2, 3, 4))
    ahead_h, ahead_m = int(found[8] or 0), int(found[9] or 0)
    if hour > 23 or minute > 59 or second > 59 or ahead_h > 23 or ahead_m > 59:
        return None
    ahead = (ahead_h * 60 + ahead_m) * 60 * (-1 if found[7] == "-" else 1)
    seconds = days * 86_400 + hour * 3600 + minute * 60 + second - ahead
    return seconds * 10**6 + int((found[5] or "0").ljust(6, "0")[:6])


def instant_of_document(text: str) -> int:
    """The instant that a document names."""
    found = instant_of_text(text)
    assert found is not None, text
    return found


def day(text: str) -> int | None:
    """Days since 1970 of a date from year 1 on."""
    try:
        return (dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days
    except ValueError:
        return None
