"""Consent: asked of the contact, then of a source; refusals counted by purpose."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

import turnout
from tests.property.documents import NOW, document, only, ramp, rule, toggle

BOTH = {"consent": ["ai_chat", "recording"]}


def desk(source: Callable[[str, str, dt.datetime], Any] | None = None, **keys: Any) -> turnout.Engine:
    """An engine of one toggle `t` that asks for consent."""
    policy = turnout.Policy.from_document(document({"t": toggle(**{"consent": ["ai_chat"]} | keys)}))
    return turnout.Engine(policy, clock=turnout.ManualClock(NOW), consent=source)


def test_every_purpose_that_is_missing_is_told_and_counted() -> None:
    """By every door, and afresh for a new policy."""
    asked = only(**BOTH)
    contacts: list[tuple[dict[str, Any], list[str]]] = [
        ({"consent.ai_chat": True, "consent.recording": True}, []),
        ({"consent.ai_chat": True, "consent.recording": False}, ["recording"]),
        ({"consent.ai_chat": "yes", "consent.recording": True}, ["ai_chat"]),
        ({}, ["ai_chat", "recording"]),
    ]
    for attributes, refused in contacts:
        found = asked.evaluate("t", "c-1", attributes)
        assert (found.refused, found.enabled, found.reason == "CONSENT_MISSING") == (
            refused,
            not refused,
            bool(refused),
        )
        assert asked.is_enabled("t", turnout.Context("c-1", attributes)) is not bool(refused)
        assert asked.evaluate_all("c-1", attributes)["t"].refused == refused
    assert asked.refusals() == {"t": {"ai_chat": 6, "recording": 6}}
    batch = asked.evaluate_many("t", ["c-1"] * 4, [attributes for attributes, _ in contacts])
    assert batch.refused.to_list() == [refused for _, refused in contacts]
    assert asked.refusals() == {"t": {"ai_chat": 8, "recording": 8}}
    asked.explain("t", "c-1", {})
    assert asked.refusals() == {"t": {"ai_chat": 8, "recording": 8}}
    asked.swap(asked.policy)
    assert asked.refusals() == {"t": {"ai_chat": 0, "recording": 0}}


def test_toggles_are_counted_apart() -> None:
    """Also when they ask for the same purpose, and only those that ask are listed."""
    toggles = {"a": toggle(consent=["p"]), "b": toggle(), "c": toggle(consent=["q", "p"])}
    engine = turnout.Engine(turnout.Policy.from_document(document(toggles)), clock=turnout.ManualClock(NOW))
    engine.is_enabled("a", "c-1")
    engine.is_enabled("c", "c-1", {"consent.q": True})
    engine.is_enabled("c", "c-1", {"consent.p": True})
    engine.is_enabled("c", "c-1", {"consent.p": True})
    assert engine.refusals() == {"a": {"p": 1}, "c": {"q": 2, "p": 1}}


def test_batches_count_as_single_evaluations_do() -> None:
    """Over many rows, with rules in blocks and with rows one by one."""
    rows = 5000
    attributes = pl.DataFrame({
        "consent.ai_chat": [index % 3 > 0 for index in range(rows)],
        "consent.recording": [None if index % 5 == 0 else True for index in range(rows)],
    })  # fmt: skip
    units = [f"c-{index}" for index in range(rows)]
    for keys in ({"rules": [rule(ramp=ramp({"percent": 50}))]}, {"variants": {"a": 1, "b": 1}, "default": "none"}):
        asked = only(**BOTH, **keys)
        batch = asked.evaluate_many("t", units, attributes)
        counted = asked.refusals()["t"]
        assert counted == {"ai_chat": 1667, "recording": 1000}
        for row in range(0, rows, 7):
            single = asked.evaluate("t", units[row], attributes.row(row, named=True))
            assert (batch[row], batch.refused[row].to_list()) == (single, single.refused)


def test_more_than_16_purposes_are_refused() -> None:
    source = document({"t": toggle(consent=[f"p{index}" for index in range(17)])})
    with pytest.raises(turnout.PolicyError) as refused:
        turnout.Policy.from_document(source)
    (problem,) = refused.value.problems
    assert (problem.path, problem.message, problem.hint) == ("toggles.t.consent", "17 purposes", "at most 16")
    source["toggles"]["t"]["consent"].pop()
    assert only(**source["toggles"]["t"]).evaluate("t").refused == [f"p{index}" for index in range(16)]


def test_a_source_is_asked_for_what_the_contact_does_not_bring() -> None:
    """And only then: not when the contact says no, and not when nobody knows who it is."""
    asked: list[tuple[str, str, dt.datetime]] = []

    def source(unit: str, purpose: str, at: dt.datetime) -> bool:
        asked.append((unit, purpose, at))
        return unit == "42"

    engine = desk(source)
    assert engine.is_enabled("t", 42)
    assert asked == [("42", "ai_chat", NOW)]
    assert engine.is_enabled("t", turnout.Context("42"), None)
    assert engine.evaluate("t", "c-1").refused == ["ai_chat"]
    later = NOW + dt.timedelta(days=1)
    assert engine.evaluate("t", "42", at=later).enabled
    assert asked[-1] == ("42", "ai_chat", later)
    asked.clear()
    given: list[tuple[Any, Any]] = [
        ("42", {"consent.ai_chat": False}), ("42", {"consent.ai_chat": None}), (None, {}), ("", {}), (4.5, {}),
        ("42", {"consent": {"ai_chat": False}}), ("42", "no mapping"),
    ]  # fmt: skip
    for unit, attributes in given:
        assert not engine.is_enabled("t", unit, attributes)
        if not isinstance(attributes, str):
            assert not engine.is_enabled("t", turnout.Context(unit, attributes))
    assert engine.is_enabled("t", "c-1", {"consent.ai_chat": True})
    assert not asked
    assert "it is true" in str(engine.explain("t", "42"))


def test_columns_ask_a_source_as_single_evaluations_do() -> None:
    """For rows without the attribute: a missing column, or rows that are dictionaries without it."""
    instants = []

    def source(unit: str, purpose: str, at: dt.datetime) -> bool:
        instants.append(at)
        return purpose == "ai_chat" and unit.endswith("1")

    engine = desk(source)
    units = ["c-1", "c-2", None, "c-11"]
    assert engine.evaluate_many("t", units).enabled.tolist() == [True, False, False, True]
    assert set(instants) == {NOW}
    later = [NOW + dt.timedelta(hours=hour) for hour in range(4)]
    instants.clear()
    assert engine.evaluate_many("t", units, at=later).enabled.tolist() == [True, False, False, True]
    assert instants == [later[0], later[1], later[3]]
    rows: list[dict[str, Any]] = [{}, {"consent.ai_chat": True}, {"consent.ai_chat": True}, {"consent.ai_chat": False}]
    assert engine.evaluate_many("t", units, rows).enabled.tolist() == [True, True, True, False]
    assert engine.refusals() == {"t": {"ai_chat": 5}}


@pytest.mark.parametrize("answer", [None, 1, "yes", 0.0, [True], ValueError("down"), KeyError("c-1")])
def test_a_source_fails_closed(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no truth value refuses; an exception too, and the first of them is reported."""
    reported = []
    monkeypatch.setattr(sys, "unraisablehook", reported.append)

    def source(*_asked: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    engine = desk(source)
    for _ in range(3):
        assert engine.evaluate("t", "c-1").refused == ["ai_chat"]
    assert not engine.evaluate_many("t", ["c-1"]).enabled.any()
    assert [report.exc_value for report in reported] == ([answer] if isinstance(answer, Exception) else [])
    said = str(engine.explain("t", "c-1"))
    assert ("the consent source failed" if isinstance(answer, Exception) else "says the consent source") in said


def test_an_interrupt_in_a_source_ends_the_call() -> None:
    """Ctrl-C is no refusal."""

    def source(*_asked: Any) -> bool:
        raise KeyboardInterrupt

    engine = desk(source)
    for call in (engine.is_enabled, engine.evaluate, engine.explain):
        with pytest.raises(KeyboardInterrupt):
            call("t", "c-1")
    with pytest.raises(KeyboardInterrupt):
        engine.evaluate_many("t", ["c-1"])
    with pytest.raises(KeyboardInterrupt):
        engine.evaluate_all("c-1")


def test_a_source_is_a_callable() -> None:
    with pytest.raises(TypeError, match="consent must be a callable"):
        desk(True)  # type: ignore[arg-type]


def test_a_source_may_use_the_engine() -> None:
    """It is called without anything held."""
    engines: list[turnout.Engine] = []

    def source(unit: str, *_asked: Any) -> bool:
        engines[0].swap(engines[0].policy)
        return engines[0].is_enabled("t", unit, {"consent.ai_chat": True})

    engines.append(desk(source))
    assert engines[0].is_enabled("t", "c-1")
