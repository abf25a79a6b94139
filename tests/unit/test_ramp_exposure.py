"""Who is in: the unit, the share, shadow, salt, and the two hashes."""

from __future__ import annotations

from typing import Any

import pytest

import turnout
from tests.property.documents import Document, at_percent, document, engine, fields, only, ramp, rule, toggle

WEIGHTS: Document = {"variants": {"bot": 90, "scripted": 10}, "default": "human"}


def ramped(*steps: Document, salt: str | None = None, **keys: Any) -> turnout.Engine:
    """An engine whose toggle `t` ramps."""
    listed = ramp(*steps) | ({} if salt is None else {"salt": salt})
    return only(rules=[rule(ramp=listed)], **keys)


def test_the_worked_example() -> None:
    """customer-42 stands at 5.16831 % of billing-bot and draws the bot."""
    desk = engine({"billing-bot": toggle(rules=[rule(ramp=ramp({"percent": 10}))], **WEIGHTS)})
    found = desk.evaluate("billing-bot", "customer-42")
    assert fields(found) == {
        "key": "billing-bot", "enabled": True, "value": "bot", "variant": "bot", "mode": "live", "reason": "SPLIT",
        "code": None, "rule": "r", "bucket": 5.16831, "percent": 10.0, "shadow": None, "refused": [],
    }  # fmt: skip


@pytest.mark.parametrize("unit", ["customer-42", 42, "日本", "👩‍👩‍👧", "a" * 1000, 0, -1])
def test_exposed_exactly_below_the_share(unit: Any) -> None:
    """At the unit's own place it is out, one step above it is in."""
    place = turnout.bucket(unit, "t")
    steps = round(place * 100_000)
    for percent, is_in in ((place, False), ((steps + 1) / 100_000, True), (0, False), (100, True)):
        found = ramped({"percent": percent}).evaluate("t", unit)
        assert (found.enabled, found.bucket, found.percent, found.reason) == (is_in, place, percent, "SPLIT")
        assert found.value is is_in


def test_42_and_its_text_are_one_customer() -> None:
    """Integers, whole floats, numbers beyond 64 bits; also by the attribute."""
    desk = ramped({"percent": 50})
    every: tuple[tuple[Any, ...], ...] = (
        (42, "42", 42.0), (-7, "-7", -7.0), (0, "0", -0.0), (2**53 - 1, "9007199254740991", float(2**53 - 1)),
        (2**63 - 1, "9223372036854775807"), (-(2**63), "-9223372036854775808"), (2**64 - 1, "18446744073709551615"),
        (-(10**30), "-1" + 30 * "0"),
    )  # fmt: skip
    for forms in every:
        answers = [fields(desk.evaluate("t", form)) for form in forms]
        answers += [fields(desk.evaluate("t", None, {"customer_id": form})) for form in forms]
        assert all(answer == answers[0] and answer["bucket"] is not None for answer in answers)
    places = {desk.evaluate("t", other).bucket for other in ("42", "042", "42.0", "+42", " 42", "٤٢", "-42")}
    assert len(places) == 7


@pytest.mark.parametrize("unit", [True, 1.5, 2.0**53, float("nan"), float("inf"), ["c-1"], {"id": 1}, b"c-1", object()])
def test_a_unit_of_another_type_is_never_exposed(unit: Any) -> None:
    """A bool is no number, and what cannot be used is not guessed at."""
    desk = ramped({"percent": 100})
    for found in (desk.evaluate("t", unit), desk.evaluate("t", "c", {"customer_id": unit})):
        assert (found.enabled, found.reason, found.code) == (False, "DEFAULT", "INVALID_CONTEXT")
        assert (found.bucket, found.percent, found.rule) == (None, 100.0, "r")


def test_the_attribute_of_the_units_name_is_the_unit() -> None:
    """Without it the caller's unit is; null is missing."""
    desk = ramped({"percent": 50})
    by_caller = desk.evaluate("t", "c-1")
    assert desk.evaluate("t", "c-1", {}) == by_caller
    assert desk.evaluate("t", "c-1", {"other": "c-2"}) == by_caller
    assert desk.evaluate("t", "c-9", {"customer_id": "c-1"}) == by_caller
    assert desk.evaluate("t", None, {"customer_id": "c-1"}) == by_caller
    for missing in (None, ""):
        found = desk.evaluate("t", "c-1", {"customer_id": missing})
        assert (found.enabled, found.code) == (False, "TARGETING_KEY_MISSING")
    nested = only(rules=[rule(ramp=ramp({"percent": 50}, unit="account.id"))])
    assert nested.evaluate("t", "x", {"account": {"id": "c-1"}}) == nested.evaluate("t", "c-1")


def test_overrides_and_draws_go_by_the_callers_unit() -> None:
    """The attribute is the unit of its ramp alone."""
    desk = only(overrides=[{"units": ["c-1"], "serve": False}], rules=[rule(ramp=ramp({"percent": 100}))])
    assert desk.is_enabled("t", "c-2", {"customer_id": "c-1"})
    assert not desk.is_enabled("t", "c-1", {"customer_id": "c-2"})


def test_the_salt_is_the_toggles_key_unless_given() -> None:
    place = {salt: turnout.bucket("c-1", salt) for salt in ("t", "other")}
    assert ramped({"percent": 50}).evaluate("t", "c-1").bucket == place["t"]
    assert ramped({"percent": 50}, salt="t").evaluate("t", "c-1").bucket == place["t"]
    assert ramped({"percent": 50}, salt="other").evaluate("t", "c-1").bucket == place["other"]
    assert place["t"] != place["other"]
    # The variant is drawn by the same salt, in its own stage.
    units = [f"c-{index}" for index in range(200)]
    for salt in ("t", "other"):
        drawn = ramped({"percent": 100}, salt=salt, **WEIGHTS).evaluate_many("t", units).variant.to_list()
        parts = [hashed * 100 >> 64 for hashed in turnout.hash_units(units, salt, "variant").tolist()]
        assert drawn == ["bot" if part < 90 else "scripted" for part in parts]


def test_shadow_is_decided_and_not_served() -> None:
    """The new path in `.shadow`, the old one as the value; the mode is a state of its own."""
    desk = ramped({"percent": 100, "mode": "shadow"}, **WEIGHTS)
    live = ramped({"percent": 100}, **WEIGHTS)
    for unit in (f"c-{index}" for index in range(50)):
        found, served = desk.evaluate("t", unit), live.evaluate("t", unit)
        assert (found.enabled, found.value, found.variant) == (False, "human", None)
        assert (found.mode, found.reason, found.shadow) == ("shadow", "SHADOW", served.value)
        assert (found.bucket, found.rule) == (served.bucket, "r")
        assert not desk.is_enabled("t", unit)


def test_a_shadow_step_of_0_percent_watches_everybody() -> None:
    """And one of a larger share watches that share."""
    units = [f"c-{index}" for index in range(300)]
    watched = ramped({"percent": 0, "mode": "shadow"}).evaluate_many("t", units)
    assert set(watched.mode) == {"shadow"}
    assert set(watched.to_frame()["percent"]) == {0.0}
    some = ramped({"percent": 30, "mode": "shadow"}).evaluate_many("t", units)
    live = ramped({"percent": 30}).evaluate_many("t", units)
    assert [mode == "shadow" for mode in some.mode] == live.enabled.tolist()
    assert {(r, m) for r, m, e in zip(some.reason, some.mode, live.enabled, strict=True) if not e} == {("SPLIT", "off")}


@pytest.mark.parametrize(
    ("serve", "value", "enabled"), [("scripted", "scripted", True), ("human", "human", False), (False, "human", False)]
)
def test_a_ramp_of_what_a_rule_serves(serve: Any, value: str, enabled: bool) -> None:
    """A variant by name is not drawn; the default by name is off, for those who are in too."""
    for mode in ("live", "shadow"):
        listed = ramp({"percent": 100, "mode": mode})
        found = only(rules=[rule(serve=serve, ramp=listed)], **WEIGHTS).evaluate("t", "c-1")
        served = mode == "live"
        assert found.value == (value if served else "human")
        assert found.enabled is (served and enabled)
        assert found.shadow == (None if served else value)
        assert found.mode == ("shadow" if not served else "live" if enabled else "off")


def test_variants_do_not_hang_on_the_order_of_their_names() -> None:
    """Nor on upper case and accents: by the bytes of the name."""
    names = ["b", "a", "B", "é", "日本", "aa"]
    units = [f"c-{index}" for index in range(300)]
    drawn = [
        only(variants=dict.fromkeys(order, 5), default="x").evaluate_many("t", units).variant.to_list()
        for order in (names, names[::-1])
    ]
    assert drawn[0] == drawn[1]
    assert set(drawn[0]) == set(names)


@pytest.mark.parametrize("percent", [-0.00001, 100.00001, 0.000001, 33.333333, 1e300, "10", True, None])
def test_a_share_is_an_exact_decimal_from_0_to_100(percent: Any) -> None:
    with pytest.raises(turnout.PolicyError, match="percent"):
        turnout.Policy.from_document(document({"t": at_percent(percent)}))


@pytest.mark.parametrize("percent", [0, 0.00001, 12.34567, 99.99999, 100])
def test_a_share_is_kept_as_it_was_written(percent: float) -> None:
    assert engine({"t": at_percent(percent)}).evaluate("t", "c-1").percent == percent
