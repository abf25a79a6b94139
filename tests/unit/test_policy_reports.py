"""All faults of a document come at once, in the order of the source, and the old policy stays in force."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from typing import Any

import pytest

import turnout
from tests.unit.policy_faults.documents import (
    FORMATS,
    WRITERS,
    Form,
    both,
    get,
    governed,
    moments,
    problems,
    put,
    ramped,
    single,
    sound,
    toml_key,
    where,
)

NOW = dt.datetime(2026, 3, 30, 15, tzinfo=dt.UTC)
TEN = """\
turnout = 1
enviroment = "production"
[segments.vip]
rules = [{ attribute = "tier", equals = "gold" }]
[toggles.phone]
category = "channel"
created = 2026-01-10
review_by = 2026-07-01
rollback = { plan = "runbook", to = "of" }
monitors = []
schedule = { zone = "America/New_Yrok", open = "mon-fri 8-20" }
[[toggles.phone.rules]]
id = "r"
when = { segment = "vips" }
[[toggles.phone.rules]]
id = "s"
[toggles.phone.rules.ramp]
unit = "customer_id"
algorithm = "xxh3/1"
started_at = 2026-03-01
steps = [
  { percent = 101, hold = "2d" },
  { percent = 100, hold = "2 days" },
]
"""


def test_ten_faults_come_at_once_in_the_order_of_the_source() -> None:
    found = problems(TEN, "toml")
    assert [(p.line, p.column, p.path, p.kind) for p in found] == [
        (2, 1, "enviroment", "shape"),
        (5, 1, "toggles.phone.owner", "governance"),
        (9, 37, "toggles.phone.rollback.to", "reference"),
        (10, 12, "toggles.phone.monitors", "governance"),
        (11, 21, "toggles.phone.schedule.zone", "reference"),
        (11, 48, "toggles.phone.schedule.open", "shape"),
        (14, 20, "toggles.phone.rules[0].when.segment", "reference"),
        (20, 14, "toggles.phone.rules[1].ramp.started_at", "shape"),
        (22, 15, "toggles.phone.rules[1].ramp.steps[0].percent", "shape"),
        (23, 27, "toggles.phone.rules[1].ramp.steps[1].hold", "shape"),
    ]


def test_the_report_is_a_line_for_each_fault() -> None:
    with pytest.raises(turnout.PolicyError) as caught:
        turnout.Policy.from_bytes(TEN.encode())
    lines = str(caught.value).splitlines()
    assert len(lines) == 10
    assert lines == [str(problem) for problem in caught.value.problems]
    assert lines[0] == "enviroment (line 2): unknown key `enviroment`; did you mean `environment`?"
    assert lines[1] == "toggles.phone.owner (line 5): `owner` is missing; say who answers for the toggle"
    assert isinstance(caught.value, turnout.TurnoutError)
    assert isinstance(caught.value, ValueError)
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.problems == caught.value.problems


def test_the_old_policy_serves_on_when_the_new_one_is_refused() -> None:
    old = turnout.Policy.from_bytes(WRITERS["json"](single()).text.encode(), "json")
    engine = turnout.Engine(old, clock=turnout.ManualClock(NOW))
    before = engine.evaluate("bot")
    for bad in (TEN, "", "[", "turnout = 1"):
        with pytest.raises(turnout.PolicyError):
            engine.swap(turnout.Policy.from_bytes(bad.encode()))
        assert engine.policy is old
        assert engine.evaluate("bot") == before
        assert before.policy_digest == old.digest
    assert engine.is_enabled("bot")
    new = turnout.Policy.from_document(single(enabled=False))
    with pytest.raises(ValueError, match="bott"):
        engine.swap(new, gates=[turnout.GateResult("bott", "r", 0, 1, NOW)])
    assert engine.policy is old
    engine.swap(new)
    assert not engine.is_enabled("bot")


# Several faults in one table: none may hide another.
TOGETHER: list[tuple[dict[str, Any], list[str]]] = [
    (
        ramped(
            steps=[{"percent": 101, "hold": "x"}, {"percent": -1}, {"percent": "10", "max": 1}, {"precent": 1}],
            approvals=[{"stp": 1}],
            pauses=[{"from": 1}],
        ),
        [
            "steps[0].percent",
            "steps[0].hold",
            "steps[1].hold",
            "steps[1].percent",
            "steps[2].hold",
            "steps[2].percent",
            "steps[2].max",
            "steps[3].percent",
            "steps[3].precent",
            "approvals[0].step",
            "approvals[0].role",
            "approvals[0].by",
            "approvals[0].at",
            "approvals[0].stp",
            "pauses[0].reason",
            "pauses[0].from",
        ],
    ),
    (
        ramped(steps=[], approvals=[{}], pauses=[1]),
        ["steps", *(f"approvals[0].{k}" for k in ("step", "role", "by", "at")), "pauses[0]"],
    ),
    (ramped(steps=7, approvals=7, pauses=7, unit=7, algorithm=7, started_at=7, salt=7, reason=7, rebucket=7), []),
]


@pytest.mark.parametrize(("tree", "below"), TOGETHER)
def test_no_fault_of_a_ramp_hides_another(tree: dict[str, Any], below: list[str]) -> None:
    ramp = "toggles.bot.rules[0].ramp"
    below = below or [key for key, value in get(tree, ramp).items() if value == 7]
    for _, faults in both(tree):
        assert sorted(p.path for p in faults) == sorted(f"{ramp}.{path}" for path in below)


def test_no_fault_of_a_schedule_hides_another() -> None:
    wrong = {
        "zone": "Mars",
        "open": ["x", "mon 9-5"],
        "closed_on": ["y", "us-holidays", "z"],
        "from": "f",
        "until": "u",
    }
    places = ["zone", "open[0]", "open[1]", "closed_on[0]", "closed_on[2]", "from", "until"]
    for without in ((), ("zone",)):
        tree = single(schedule={key: value for key, value in wrong.items() if key not in without})
        for _, faults in both(tree):
            assert sorted(p.path for p in faults) == sorted(f"toggles.bot.schedule.{place}" for place in places)
    tree = single(
        schedule={
            "zone": "Mars",
            "from": moments("2026-02-01T00:00:00Z")[0],
            "until": moments("2026-01-01T00:00:00Z")[0],
        }
    )
    for _, faults in both(tree):
        assert [p.path for p in faults] == ["toggles.bot.schedule.zone", "toggles.bot.schedule.until"]


def test_no_fault_of_a_condition_hides_another() -> None:
    wrong = {"attribute": "", "equals": [], "foo": 1, "lt": "x", "cidr": ["a", 1, "b"], "in": [[], {}]}
    places = ["attribute", "equals", "foo", "lt", "cidr[0]", "cidr[1]", "cidr[2]", "in[0]", "in[1]"]
    for _, faults in both(where(wrong)):
        assert sorted(p.path for p in faults) == sorted(f"toggles.bot.rules[0].when.{place}" for place in places)
    for _, faults in both(where({"all": [{"attribute": "a", "lt": "x"}], "any": [{"segment": "y"}], "nott": {}})):
        paths = {p.path.removeprefix("toggles.bot.rules[0].when") for p in faults}
        assert paths == {"", ".nott", ".all[0].lt", ".any[0].segment"}


def test_no_fault_of_an_override_hides_another() -> None:
    for _, faults in both(single(overrides=[{"units": ["a", "", "a", 1.5], "serve": "x"}, {"units": ["a"]}, {}])):
        places = [
            "[0].serve",
            "[0].units[1]",
            "[0].units[2]",
            "[0].units[3]",
            "[1].units[0]",
            "[1].serve",
            "[2].units",
            "[2].serve",
        ]
        assert sorted(p.path for p in faults) == sorted(f"toggles.bot.overrides{place}" for place in places)


def test_every_toggle_is_looked_at() -> None:
    tree = sound()
    tree["toggles"] = {f"t{n}": governed(owner="", enabled=1, requires={"t": True}) for n in range(50)}
    for written, faults in both(tree):
        assert len(faults) == 150
        assert [p.line for p in faults] == sorted(p.line or 0 for p in faults)
        assert all(p.line == written.line(p.path) for p in faults)


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_is_capped_and_says_so(form: Form) -> None:
    keys = {f"key-{n}": 1 for n in range(5000)}
    found = problems(WRITERS[form](single(**keys)).text, form)
    assert len(found) == 1001
    assert [p.path for p in found[:3]] == ["toggles.bot.key-0", "toggles.bot.key-1", "toggles.bot.key-2"]
    assert (found[-1].path, found[-1].line, found[-1].kind) == ("", None, "limit")
    assert found[-1].message == "4000 more problems are not listed"
    assert found[-1].hint


def test_a_long_name_is_cut_in_the_report() -> None:
    tree = where({"segment": "s" * 50_000, "k" * 50_000: 1})
    tree["toggles"]["t" * 50_000] = governed(**{"u" * 50_000: 1})
    for _, faults in both(tree):
        assert len(faults) >= 4
        assert max(len(p.path) for p in faults) <= 1000
        assert max(len(str(p)) for p in faults) < 2200


@pytest.mark.parametrize("key", ["a.b", 'say "hi"', "tab\there", "back\\slash", "ünï", "a b", "x]y", "日本", "😀"])
def test_a_key_with_odd_characters_is_quoted_in_paths(key: str) -> None:
    tree = single()
    tree["toggles"]["odd"] = governed(ownr="x")
    sources: dict[Form, tuple[str, str]] = {
        "toml": ("toggles.odd", f"toggles.{toml_key(key)}"),
        "json": ('"odd"', json.dumps(key)),
    }
    texts = {form: WRITERS[form](tree).text.replace(*source) for form, source in sources.items()}
    found = [p for form, text in texts.items() for p in problems(text, form) if p.path.endswith(".ownr")]
    assert len(found) == 2
    assert found[0].path == found[1].path
    quoted = found[0].path.removeprefix("toggles.").removesuffix(".ownr")
    assert quoted[0] == quoted[-1] == '"'
    assert "\t" not in quoted
    plain = quoted[1:-1].replace('\\"', '"').replace("\\t", "\t").replace("\\\\", "\\")
    assert plain == key


def test_columns_count_characters() -> None:
    text = 'turnout = 1\n[toggles]\n"ü😀" = { "日本" = 1, owner = 7 }\n'
    found = {p.path: (p.line, p.column) for p in problems(text, "toml")}
    assert found['toggles."ü😀"."日本"'] == (3, 10)
    assert found['toggles."ü😀".owner'] == (3, 28)
    with_mark = {p.path: (p.line, p.column) for p in problems("\ufeff" + text, "toml")}
    assert with_mark == found
    carriage = {p.path: (p.line, p.column) for p in problems(text.replace("\n", "\r\n"), "toml")}
    assert carriage == found


def test_faults_of_values_do_not_hide_those_of_shape() -> None:
    """Text faults of single values leave a tree that can be checked further."""
    text = WRITERS["json"](put(sound(), "toggles.chat.owner", 7)).text
    text = text.replace('"worse_than": 4.2', '"worse_than": 1e400', 1).replace(
        '"environment": "test"', '"environment": "\\ud800"'
    )
    assert [(p.path, p.kind) for p in problems(text, "json")] == [
        ("environment", "syntax"),
        ("toggles.chat.owner", "shape"),
        ("toggles.chat.monitors[0].worse_than", "limit"),
    ]
