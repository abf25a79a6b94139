"""The JSON Schema and the core agree: what the core takes is valid, what has a fault of shape is not."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property import random_policies
from tests.property.documents import examples
from tests.property.schema_law import VALIDATOR, check_law, faults_of, valid
from tests.property.test_policy_fuzz import VALUES, documents
from tests.unit.policy_faults.documents import sound

SOUND: dict[str, Any] = json.loads(json.dumps(sound()))

# What a text of some form may look like, and what is near it.
NUMBER = st.sampled_from(
    ["0", "1", "7", "08", "12", "23", "24", "29", "30", "31", "59", "60", "00", "+8", "128", "129"]
)
YEARS = st.sampled_from(["2026", "2024", "2000", "1900", "0000", "99"])
DATES = st.just("2026-03-01") | st.builds("{}-{}-{}".format, YEARS, NUMBER, NUMBER)
TIMES = st.just("08:00:00") | st.builds("{}:{}:{}".format, NUMBER, NUMBER, NUMBER)
OFFSETS = st.sampled_from(["Z", "z", "", "+05:30", "-24:00", "+5:00", "-00:60", "Z\n"])
INSTANTS = st.builds(
    "{}{}{}{}{}".format, DATES, st.sampled_from("Tt _"), TIMES, st.sampled_from(["", ".5", ".", ".1234567890"]), OFFSETS
)
DAYS = st.sampled_from(["mon", "mon-fri", "sat,sun", "daily", "Mon", "fri-mon,wed", "mon,", "", "daily,mon", "mon-"])
CLOCKS = st.sampled_from(["08:00", "20:00", "24:00", "00:00", "8:00", "23:59", "24:01", "08:60"])
WINDOWS = st.sampled_from(["always", "mon 08:00-20:00"]) | st.builds("{} {}-{}".format, DAYS, CLOCKS, CLOCKS)
SPANS = st.text("0123456789wdhms", max_size=8) | st.sampled_from(["7d", "1d12h", "0d", "00s1", "1h1d"])
IDS = st.text("01a-.+", max_size=5)
VERSIONS = st.builds("{}{}.{}{}".format, st.sampled_from(["", "v", "V", "1."]), NUMBER, NUMBER, IDS)
SIGNS = st.sampled_from([">=", ">", "<", "<=", "=", "==", "^", "~", "", "=>", ">= ", "\u3000>\x85"])
SEMVERS = st.just(">=5.2") | st.lists(st.builds("{}{}".format, SIGNS, VERSIONS), min_size=1, max_size=2).map(", ".join)
GROUPS = st.lists(st.sampled_from(["", "0", "db8", "2001", "g", "12345", "1.2.3.4"]), min_size=1, max_size=9)
ADDRESSES = GROUPS.map(":".join) | st.lists(NUMBER, min_size=3, max_size=5).map(".".join)
NETWORKS = st.sampled_from(["10.0.0.0/8", "2001:db8::/32"]) | ADDRESSES | st.builds("{}/{}".format, ADDRESSES, NUMBER)
WORDS = st.text(st.sampled_from(" \t\n\x1c\x85\u00a0\ufeff\u200b\u3000a"), max_size=3)
SEEN = st.text(st.sampled_from(" \t\n\r\x00\x1b\x85\u00ad\ufeff\u200b\u202e\u2066\u2800\u3000ab"), max_size=3)
NAMES = st.text(st.sampled_from("a \x00\x7f\x9f\n😀"), max_size=3) | st.integers(198, 202).map(lambda n: "é" * n)
BOUNDS = st.sampled_from([-1, 0, 1, 2, 99, 100, 100.5, 101, 2**32, 2**32 + 1, 10**12, 10**12 + 1, 1.0, 0.5, True, -0.0])

PLACES: dict[str, tuple[str, st.SearchStrategy[Any]]] = {
    "date": ("toggles.chat.created", DATES),
    "instant": ("toggles.chat.schedule.from", INSTANTS),
    "bound": ("segments.business.rules.0.after", INSTANTS | DATES),
    "window": ("toggles.chat.schedule.open", WINDOWS),
    "span": ("toggles.billing-bot.rules.1.ramp.steps.1.hold", SPANS),
    "versions": ("segments.business.rules.0.semver", SEMVERS),
    "network": ("segments.business.rules.0.cidr", NETWORKS),
    "text": ("toggles.chat.owner", WORDS),
    "who": ("change.operator", SEEN),
    "why": ("change.reason", SEEN),
    "who approved": ("toggles.billing-bot.rules.1.ramp.approvals.0.by", SEEN),
    "attribute": ("segments.business.rules.0.attribute", NAMES),
    "percent": ("toggles.billing-bot.rules.1.ramp.steps.0.percent", BOUNDS),
    "samples": ("toggles.billing-bot.rules.1.ramp.steps.0.min_n", BOUNDS),
    "weight": ("toggles.billing-bot.variants.bot", BOUNDS),
    "approved step": ("toggles.billing-bot.rules.1.ramp.approvals.0.step", BOUNDS),
    "version of the format": ("turnout", BOUNDS),
    "units": ("toggles.billing-bot.overrides.0.units", st.lists(WORDS | BOUNDS, max_size=2)),
    "default": ("toggles.chat.default", st.sampled_from([False, True, "human", None])),
}


def put(tree: Any, path: str, value: Any) -> Any:
    """A copy of a tree with this value at a path."""
    made = copy.deepcopy(tree)
    *above, last = path.split(".")
    place = made
    for part in above:
        place = place[int(part)] if part.isdecimal() else place[part]
    place[last] = value
    return made


@examples(200)
@given(random_policies.policies())
def test_what_the_core_takes_is_valid(source: dict[str, Any]) -> None:
    assert check_law(source)


@pytest.mark.parametrize("source", ["asking", "ramped", "scheduled"])
def test_what_the_core_takes_is_valid_in_every_section(source: str) -> None:
    @examples(60)
    @given(getattr(random_policies, f"{source}_policies")())
    def check(found: dict[str, Any]) -> None:
        assert check_law(found)

    check()


def test_mutants_are_judged_alike() -> None:
    met = set()

    @examples(400)
    @given(documents())
    def check(found: dict[str, Any]) -> None:
        met.add(check_law(found))

    check()
    assert met == {True, False, None}


@pytest.mark.parametrize("what", PLACES)
def test_forms_and_ranges_are_judged_alike(what: str) -> None:
    path, values = PLACES[what]
    met = set()

    @examples(400)
    @given(values)
    def check(value: Any) -> None:
        met.add(check_law(put(SOUND, path, value)))

    check()
    assert {True, False} <= met, "good and bad ones were drawn"


@examples(300)
@given(st.dictionaries(NAMES, VALUES, max_size=1), st.sampled_from(["toggles", "segments", "calendars"]))
def test_names_are_judged_alike(named: dict[str, Any], section: str) -> None:
    check_law({"turnout": 1, "toggles": {}} | {section: named})


def test_who_and_why_are_judged_alike_in_every_character() -> None:
    """Alone and between others: the patterns of the schema beside the tables of the core."""
    defs = VALIDATOR.schema["$defs"]
    seen = re.compile(defs["seen"]["pattern"])
    patterns = {name: re.compile(defs[key]["allOf"][1]["pattern"]) for name, key in WHO_AND_WHY.items()}
    record = {"operator": "a", "reason": "a", "previous": "0" * 64}
    unlike = []
    for code in [*range(0xD800), *range(0xE000, 0x10000), 0x1F600, 0x2FFFF]:
        for text in (chr(code), f"a{chr(code)}b"):
            document = {"turnout": 1, "toggles": {}, "change": record | dict.fromkeys(patterns, text)}
            refused = {fault.path.removeprefix("change.") for fault in faults_of(document)}
            wanted = {name for name, found in patterns.items() if not (seen.search(text) and found.search(text))}
            unlike += [(code, text)] if refused != wanted else []
    assert not unlike


WHO_AND_WHY = {"operator": "who", "reason": "why"}


def test_a_name_of_200_characters_is_the_longest() -> None:
    calendars = {"é" * 200: {"dates": []}}
    assert valid({"turnout": 1, "toggles": {}, "calendars": calendars})
    assert not valid({"turnout": 1, "toggles": {}, "calendars": {"é" * 201: {"dates": []}}})
    assert not valid({"turnout": 1, "toggles": {}, "calendars": {"us-holidays": {"dates": []}}})
    assert not faults_of({"turnout": 1, "toggles": {}, "calendars": calendars})


def test_the_schema_is_one() -> None:
    VALIDATOR.check_schema(VALIDATOR.schema)
    assert VALIDATOR.schema["$schema"] == VALIDATOR.META_SCHEMA["$id"]
