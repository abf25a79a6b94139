"""Calls that cannot be meant: each is refused with the type of exception that says so, and names what is wrong."""

from __future__ import annotations

import collections
import datetime as dt
import tomllib
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import turnout
from tests.unit.policy_faults.documents import governed, ramped, single
from tests.unit.policy_faults.strangers import NoZone

UTC = dt.UTC
NOW = dt.datetime(2026, 3, 30, 15, tzinfo=UTC)
# The calls below are those that a type checker would stop.
loose: Any = turnout
SAMPLE = turnout.load_policy(turnout.sample_policy_path())
CLOCK = turnout.ManualClock(NOW)
ENGINE: Any = turnout.Engine(SAMPLE, clock=CLOCK)
GATE = ("billing-bot", "ramp", 0, 50)


def engine(clock: Any) -> turnout.Engine:
    """An engine with a clock of any kind."""
    return turnout.Engine(SAMPLE, clock=clock)


# A call, what it raises, and words of the message.
Error = type[Exception] | tuple[type[Exception], ...]
Refusal = tuple[Callable[[], Any], Error, str | None]
CONSTRUCTION: list[Refusal] = [
    (lambda: loose.Engine(CLOCK, clock=SAMPLE), TypeError, "Policy"),
    (lambda: loose.Engine("policy.toml", clock=CLOCK), TypeError, "Policy"),
    (lambda: loose.Engine({"turnout": 1}, clock=CLOCK), TypeError, "Policy"),
    (lambda: loose.Engine(SAMPLE, CLOCK), TypeError, "positional"),
    (lambda: loose.Engine(SAMPLE), TypeError, "clock"),
    (lambda: engine(None), TypeError, "clock must be"),
    (lambda: engine(NOW), TypeError, "clock must be"),
    (lambda: engine("now"), TypeError, "clock must be"),
    (lambda: loose.Policy(), TypeError, "Policy"),
    (lambda: loose.ManualClock(dt.datetime(2026, 1, 1)), ValueError, "time zone"),
    (lambda: loose.ManualClock("2026-01-01"), TypeError, "datetime"),
    (lambda: loose.ManualClock(NOW).set(dt.datetime(2026, 1, 1)), ValueError, "time zone"),
    (lambda: loose.ManualClock(NOW).advance(5), TypeError, "timedelta"),
    (lambda: loose.ManualClock(NOW).advance(dt.timedelta(days=5_000_000)), ValueError, "9999"),
    (lambda: loose.ManualClock(NOW).advance(dt.timedelta.max), (ValueError, OverflowError), None),
    (lambda: loose.ManualClock(NOW).advance(dt.timedelta.min), (ValueError, OverflowError), None),
    (lambda: ENGINE.swap(None), TypeError, "Policy"),
    (lambda: ENGINE.swap({"turnout": 1, "toggles": {}}), TypeError, "Policy"),
    (lambda: ENGINE.toggle("billing-bott"), KeyError, "billing-bott"),
    (lambda: ENGINE.ramp("billing-bott"), KeyError, "billing-bott"),
    (lambda: ENGINE.evaluate_all("u")["billing-bott"], KeyError, "billing-bott"),
    (lambda: ENGINE.evaluate(5), TypeError, "str"),
    (lambda: ENGINE.evaluate(None), TypeError, "str"),
    (lambda: ENGINE.is_enabled(b"phone"), TypeError, "str"),
    (lambda: ENGINE.evaluate("a", 1, {}, None, NOW), TypeError, "positional"),
]
GATES: list[Refusal] = [
    (lambda: loose.GateResult("a", "b", -1, 1, NOW), ValueError, "step"),
    (lambda: loose.GateResult("a", "b", 0, -1, NOW), ValueError, "n"),
    (lambda: loose.GateResult("a", "b", 0.5, 1, NOW), TypeError, None),
    (lambda: loose.GateResult("a", "b", 0, 1, "now"), TypeError, "at must be"),
    (lambda: loose.GateResult("a", "b", 0, 1, dt.datetime(2026, 1, 1)), ValueError, "time zone"),
    (lambda: loose.GateResult(1, "b", 0, 1, NOW), TypeError, "str"),
    (lambda: ENGINE.swap(SAMPLE, gates=5), TypeError, None),
    (lambda: ENGINE.swap(SAMPLE, gates=loose.GateResult(*GATE, NOW)), TypeError, "iterable"),
    (lambda: ENGINE.swap(SAMPLE, gates=[GATE]), TypeError, "GateResult"),
    (lambda: ENGINE.swap(SAMPLE, gates="x"), TypeError, "GateResult"),
    (lambda: ENGINE.swap(SAMPLE, gates=[loose.GateResult("nobody", "ramp", 0, 1, NOW)]), ValueError, "`nobody`"),
    (lambda: ENGINE.swap(SAMPLE, gates=[loose.GateResult("chat", "ramp", 0, 1, NOW)]), ValueError, "no rule `ramp`"),
    (
        lambda: ENGINE.swap(SAMPLE, gates=[loose.GateResult("billing-bot", "vip-to-human", 0, 1, NOW)]),
        ValueError,
        "vip-to-human",
    ),
    (lambda: ENGINE.swap(SAMPLE, gates=[loose.GateResult("billing-bot", "ramp", 9, 1, NOW)]), ValueError, "step 9"),
    (lambda: ENGINE.swap(SAMPLE, gates=[loose.GateResult("billing-bot", "ramp", 1, 1, NOW)]), ValueError, "min_n"),
]
# What holds several columns.
TABLES: list[Any] = [
    pl.DataFrame({"customer_id": ["a"]}),
    np.array([["a", "b"]]),
    np.array([[1, 2]]),
    {"customer_id": ["a"]},
    {},
    types.MappingProxyType({"customer_id": ["a"]}),
]
BATCHES: list[Refusal] = [
    (lambda: ENGINE.evaluate_many("phone"), ValueError, "no rows"),
    (lambda: ENGINE.evaluate_many("phone", 5), TypeError, "units"),
    (lambda: ENGINE.evaluate_many("phone", "ab"), TypeError, "units"),
    *(
        (lambda table=table: ENGINE.evaluate_many("phone", table), TypeError, r'units=frame\["customer_id"\]; got ')
        for table in TABLES
    ),
    *(
        (lambda table=table: ENGINE.evaluate_many("phone", ["a"], at=table), TypeError, r'at=frame\["arrived_at"\]; ')
        for table in TABLES
    ),
    (lambda: loose.hash_units(pl.DataFrame({"a": ["b"]}), "s"), TypeError, "units must be one column"),
    (lambda: ENGINE.evaluate_many("phone", {"a", "b"}), TypeError, "units"),
    (lambda: ENGINE.evaluate_many("phone", turnout.Context("a")), TypeError, "units"),
    (lambda: ENGINE.evaluate_many("phone", ["a", "b"], [{}]), ValueError, "units has 2 rows but attributes has 1"),
    (
        lambda: ENGINE.evaluate_many("phone", ["a", "b"], [{}, {}, {}]),
        ValueError,
        "units has 2 rows but attributes has 3",
    ),
    (
        lambda: ENGINE.evaluate_many("phone", ["a", "b"], pl.DataFrame({"x": [1]})),
        ValueError,
        "units has 2 rows but attributes has 1",
    ),
    (lambda: ENGINE.evaluate_many("sms", ["a", "b"], {"language": ["en"]}), ValueError, "has 1"),
    (lambda: ENGINE.evaluate_many("phone", ["a", "b"], at=[NOW]), ValueError, "units has 2 rows but at has 1"),
    (
        lambda: ENGINE.evaluate_many("phone", None, pl.DataFrame({"x": [1]}), at=[1, 2]),
        ValueError,
        "attributes has 1 rows but at has 2",
    ),
    (lambda: ENGINE.evaluate_many("phone", ["a", "b"], 5), TypeError, "attributes"),
    (lambda: ENGINE.evaluate_many("phone", ["a"], at="now"), TypeError, "at"),
    (lambda: ENGINE.evaluate_many("phone", ["a"], at=1.5), TypeError, "at"),
    (lambda: ENGINE.evaluate_many("phone", ["a"], at={}), TypeError, "at"),
    *(
        (lambda at=at: ENGINE.evaluate_many("phone", ["a", "b"], at=[NOW, at]), ValueError, r"at\[1\] is no instant")
        for at in (None, dt.datetime(2026, 1, 1), "2026-01-01T00:00:00Z", 1.5, True, 2**70)
    ),
    (lambda: ENGINE.evaluate_many("phone", ["a"])[1], IndexError, "row 1 of 1"),
    (lambda: ENGINE.evaluate_many("phone", ["a"])["x"], TypeError, None),
    (lambda: loose.bucket(None, "s"), ValueError, "unit must be"),
    (lambda: loose.bucket("", "s"), ValueError, "unit must be"),
    (lambda: loose.bucket(1.5, "s"), ValueError, "unit must be"),
    (lambda: loose.bucket("u", "s", "stage"), ValueError, '"ramp", "variant"'),
    (lambda: loose.hash_units(["a", None], "s"), ValueError, r"units\[1\]"),
]


@pytest.mark.parametrize(("call", "error", "words"), CONSTRUCTION + GATES + BATCHES)
def test_a_call_that_cannot_be_meant_is_refused(call: Callable[[], Any], error: Error, words: str | None) -> None:
    with pytest.raises(error, match=words) as caught:
        call()
    assert "C Data interface" not in str(caught.value)
    assert "NoneType" not in str(caught.value)
    assert len(str(caught.value)) > 4


AT: list[tuple[Any, type[Exception], str]] = [
    ("2026-01-01", TypeError, "at must be"),
    (1.5, TypeError, "at must be"),
    (True, TypeError, "at must be"),
    (dt.date(2026, 1, 1), TypeError, "at must be"),
    (np.datetime64("2026-01-01"), TypeError, "at"),
    (dt.datetime(2026, 1, 1), ValueError, "time zone"),
    (dt.datetime(2026, 1, 1, tzinfo=NoZone()), ValueError, "time zone"),
    (2**63, ValueError, "at"),
    (10**400, ValueError, "at"),
    (-(10**400), ValueError, "at"),
]


@pytest.mark.parametrize(("at", "error", "words"), AT, ids=[str(case[0])[:30] for case in AT])
def test_an_instant_that_is_none_is_refused(at: Any, error: type[Exception], words: str) -> None:
    calls: list[Callable[[], Any]] = [
        lambda: ENGINE.evaluate("chat", "u", at=at),
        lambda: ENGINE.evaluate("nobody", "u", at=at),
        lambda: ENGINE.explain("chat", "u", at=at),
        lambda: ENGINE.evaluate_all("u", at=at),
        lambda: ENGINE.evaluate_many("chat", ["u"], at=at),
        lambda: ENGINE.toggle("chat").evaluate("u", at=at),
        lambda: ENGINE.ramp("billing-bot", at=at),
    ]
    for call in calls:
        with pytest.raises(error, match=words):
            call()


@pytest.mark.parametrize(
    "at",
    [
        *(0, 2**63 - 1, -(2**63), dt.datetime.min.replace(tzinfo=UTC), dt.datetime.max.replace(tzinfo=UTC)),
        dt.datetime.min.replace(tzinfo=dt.timezone(dt.timedelta(hours=14))),
        dt.datetime.max.replace(tzinfo=dt.timezone(-dt.timedelta(hours=12))),
    ],
)
def test_any_instant_is_answered(at: Any) -> None:
    contact = {"channel": "chat", "plan": "pro", "consent.ai_chat": True}
    for key in SAMPLE.toggles:
        answer = ENGINE.evaluate(key, "customer-42", contact, at=at)
        assert ENGINE.explain(key, "customer-42", contact, at=at).evaluation == answer
        assert ENGINE.evaluate_many(key, ["customer-42"], [contact], at=at)[0] == answer
        assert all(position.to_dict() for position in ENGINE.ramp(key, at=at))


def test_a_key_that_is_no_text_for_a_computer_is_an_unknown_key_or_refused() -> None:
    for call in (ENGINE.evaluate, ENGINE.explain, ENGINE.is_enabled, ENGINE.toggle, ENGINE.ramp):
        with pytest.raises(UnicodeEncodeError):
            call("\ud800")


def test_a_context_and_attributes_at_once_are_not_both_taken() -> None:
    context = turnout.Context("customer-7", {"plan": "pro"})
    calls: list[Callable[[], turnout.Evaluation]] = [
        lambda: ENGINE.evaluate("phone", context, {"plan": "free"}),
        lambda: ENGINE.toggle("phone").evaluate(context, {}),
    ]
    for call in calls:
        try:
            answer = call()
        except TypeError as error:
            assert "Context" in str(error)
        else:
            assert answer.code == "INVALID_CONTEXT"
    assert ENGINE.evaluate("phone", context, None).enabled


@pytest.mark.parametrize(
    "dtype", [pl.Null, pl.String, pl.Int64, pl.Float64, pl.Boolean, pl.Datetime("us", "UTC"), pl.Categorical, pl.Binary]
)
def test_a_column_of_nulls_is_a_column_of_nulls(dtype: Any) -> None:
    column = pl.Series([None, None], dtype=dtype)
    frame = pl.DataFrame({"language": column, "u": ["a", "b"]})
    for attributes in (frame, {"language": column}):
        batch = ENGINE.evaluate_many("sms", ["a", "b"], attributes)
        assert batch.reason.to_list() == ["DEFAULT", "DEFAULT"]
    batch = ENGINE.evaluate_many("billing-bot", column, {"consent.ai_chat": True, "channel": "chat", "plan": "pro"})
    assert batch.code.to_list() == ["TARGETING_KEY_MISSING"] * 2
    with pytest.raises(ValueError, match=r"at\[0\] is no instant"):
        ENGINE.evaluate_many("chat", ["a", "b"], at=column)


def test_rows_may_be_any_mapping_or_none_as_in_single_calls() -> None:
    rows = [None, {}, collections.UserDict({"language": "en"}), {"language": "fr"}]
    batch = ENGINE.evaluate_many("sms", ["a", "b", "c", "d"], rows)
    single_calls = [ENGINE.evaluate("sms", unit, row) for unit, row in zip("abcd", rows, strict=True)]
    assert [batch[i] for i in range(4)] == single_calls
    assert batch.enabled.tolist() == [False, False, True, False]


def test_a_long_hold_does_not_break_the_position() -> None:
    tree = ramped(steps=[{"percent": 10, "hold": "1000000000000s"}, {"percent": 100}])
    try:
        policy = turnout.Policy.from_document(tree)
    except turnout.PolicyError as error:
        assert [p.path for p in error.problems] == ["toggles.bot.rules[0].ramp.steps[0].hold"]
    else:
        (position,) = turnout.Engine(policy, clock=CLOCK).ramp("bot")
        assert position.next_at is None
        assert position.to_dict()["percent"] == 10


FILES: list[tuple[Any, type[Exception], str | None]] = [
    ("nothing.toml", FileNotFoundError, "nothing.toml"),
    ("policy.ini", turnout.PolicyError, "policy.toml"),
    ("policy", turnout.PolicyError, "policy.toml"),
    ("folder.toml", OSError, "folder.toml"),
    (5, TypeError, None),
    (None, TypeError, None),
]


@pytest.mark.parametrize(("name", "error", "words"), FILES)
def test_a_file_that_cannot_be_read(name: Any, error: type[Exception], words: str | None, tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "policy.ini").write_text("turnout = 1", "utf-8")
    with pytest.raises(error, match=words):
        turnout.load_policy(tmp_path / name if isinstance(name, str) else name)


@pytest.mark.parametrize(
    ("data", "form", "strict", "error", "words"),
    [
        ("turnout = 1", "toml", True, TypeError, "bytes"),
        (None, "toml", True, TypeError, "bytes"),
        (b"", "yml", True, ValueError, '"toml", "json", "yaml"'),
        (b"", "TOML", True, ValueError, '"toml", "json"'),
        (b"", None, True, TypeError, "str"),
        (b"", "toml", "no", TypeError, "bool"),
        (b"", "toml", 1, TypeError, "bool"),
    ],
)
def test_bytes_that_cannot_be_a_document(data: Any, form: Any, strict: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        turnout.Policy.from_bytes(data, form, strict)


class Loop(dict[str, Any]):
    """A dictionary that holds itself."""

    def __init__(self) -> None:
        super().__init__(turnout=1)
        self["toggles"] = self


def deep(depth: int) -> dict[str, Any]:
    """A dictionary of many dictionaries inside one another."""
    tree: dict[str, Any] = {}
    for _ in range(depth):
        tree = {"toggles": tree}
    return tree


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ([1], "dict"),
        (None, "dict"),
        ("turnout = 1", "dict"),
        ({**single(), "environment": {1, 2}}, "environment"),
        ({**single(), "environment": object()}, "environment"),
        ({**single(), "environment": float("nan")}, "environment"),
        ({**single(), "environment": dt.datetime(2026, 1, 1)}, "environment"),
        ({"turnout": 1, "toggles": {1: governed()}}, "toggles"),
        ({"turnout": 1, "toggles": {None: governed()}}, "toggles"),
        ({"turnout": 1, "toggles": {True: governed()}}, "toggles"),
        ({"turnout": 1, "toggles": {("a",): governed()}}, "toggles"),
        (Loop(), "nested|holds itself|64"),
        (deep(1000), "nested|64"),
        (deep(100_000), "nested|64"),
    ],
)
def test_a_tree_that_is_no_document(tree: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        turnout.Policy.from_document(tree)


def test_faults_of_a_tree_have_no_lines() -> None:
    with pytest.raises(turnout.PolicyError) as caught:
        turnout.Policy.from_document(single(ownr=1, review_by="soon"))
    assert [(p.path, p.line, p.column) for p in caught.value.problems] == [
        ("toggles.bot.review_by", None, None),
        ("toggles.bot.ownr", None, None),
    ]


def test_a_tree_as_tomllib_reads_it_is_a_document() -> None:
    text = turnout.sample_policy_path().read_text("utf-8")
    assert turnout.Policy.from_document(tomllib.loads(text)).digest == SAMPLE.digest
