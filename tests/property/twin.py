"""The evaluation, written down slowly and plainly from the document as it stands: what the library must equal.

Nothing is compiled and the library is not used. One function for each stage of the fixed order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import xxhash

from tests.property.documents import FIELDS, Document
from tests.property.twin_time import is_open, position
from tests.property.twin_values import MISSING, Nothing, ask, look_up, unit_text

CALLER, OFF, ON = Nothing("caller"), Nothing("off"), Nothing("on")
# A variant is served as its name.
Served = Nothing | str


class Contact(NamedTuple):
    """Who is evaluated, and when."""

    unit: Any
    attributes: Any
    at_us: int


class Gate(NamedTuple):
    """A gate result."""

    toggle: str
    rule: str
    step: int
    n: int
    at_us: int


class Decision(NamedTuple):
    """What an evaluation comes to."""

    served: Served
    reason: str
    code: str | None = None
    rule: str | None = None
    bucket: float | None = None
    percent: float | None = None
    shadow: Served | None = None
    refused: tuple[str, ...] = ()

    @property
    def enabled(self) -> bool:
        """Whether the capability is on."""
        return self.served is ON or isinstance(self.served, str)


def evaluate(
    document: Document, gates: Iterable[Gate], key: str, contact: Contact, default: object = None
) -> dict[str, Any]:
    """All fields of the evaluation of a toggle but the digest."""
    toggle = document["toggles"].get(key)
    if toggle is None:
        found = Decision(CALLER, "ERROR", "FLAG_NOT_FOUND")
        toggle = {}
    elif contact.attributes is not None and not isinstance(contact.attributes, dict):
        found = Decision(CALLER, "ERROR", "INVALID_CONTEXT")
    else:
        found = decide(document, list(gates), key, contact)
    mode = "live" if found.enabled else "off" if found.shadow is None else "shadow"
    values = (
        key,
        found.enabled,
        value(toggle, found.served, default),
        found.served if isinstance(found.served, str) else None,
        mode,
        found.reason,
        found.code,
        found.rule,
        found.bucket,
        found.percent,
        None if found.shadow is None else value(toggle, found.shadow, default),
        list(found.refused),
    )
    return dict(zip(FIELDS, values, strict=True))


def value(toggle: Document, served: Served, default: object) -> object:
    """What the caller gets."""
    if isinstance(served, str):
        return served
    if served is CALLER and default is not None:
        return default
    return True if served is ON else toggle.get("default", False)


def decide(document: Document, gates: list[Gate], key: str, contact: Contact) -> Decision:
    """The fixed order."""
    toggle = document["toggles"][key]
    if not toggle.get("enabled", True) or "killed" in toggle:
        return Decision(CALLER, "DISABLED")
    if "schedule" in toggle and not is_open(toggle["schedule"], document.get("calendars", {}), contact.at_us):
        return Decision(OFF, "DEFAULT", "OUTSIDE_SCHEDULE")
    for other, wanted in toggle.get("requires", {}).items():
        found = decide(document, gates, other, contact)
        if (found.enabled if isinstance(wanted, bool) else found.served) != wanted:
            return Decision(OFF, "DEFAULT", "PREREQUISITE_FAILED")
    purposes = toggle.get("consent", [])
    if refused := [one for one in purposes if look_up(contact.attributes, f"consent.{one}") is not True]:
        return Decision(OFF, "CONSENT_MISSING", refused=tuple(refused))
    unit = unit_text(contact.unit)
    for override in toggle.get("overrides", []):
        if unit in [unit_text(listed) for listed in override["units"]]:
            return outright(toggle, key, override["serve"], unit, "TARGETING_MATCH")
    if not toggle.get("rules"):
        return outright(toggle, key, True, unit, "SPLIT" if "variants" in toggle else "STATIC")
    for rule in toggle["rules"]:
        if "when" not in rule or holds(document, rule["when"], contact.attributes):
            return by_rule(toggle, key, rule, gates, contact)
    return Decision(OFF, "DEFAULT")


def holds(document: Document, condition: Document, attributes: Any) -> bool:
    """Whether a condition holds."""
    if "all" in condition:
        return all(holds(document, inner, attributes) for inner in condition["all"])
    if "any" in condition:
        return any(holds(document, inner, attributes) for inner in condition["any"])
    if "not" in condition:
        return not holds(document, condition["not"], attributes)
    if "segment" in condition:
        rules = document["segments"][condition["segment"]]["rules"]
        return any(holds(document, rule, attributes) for rule in rules)
    found = look_up(attributes, condition["attribute"])
    return all(ask(operator, wanted, found) for operator, wanted in condition.items() if operator != "attribute")


def outright(toggle: Document, salt: str, serve: Any, unit: str | Nothing, reason: str) -> Decision:
    """Serves without a ramp: a variant is drawn where one is to be served and none is named."""
    served = what(toggle, serve)
    if served is not ON or "variants" not in toggle:
        return Decision(served, reason)
    if not isinstance(unit, str):
        return Decision(OFF, "DEFAULT", no_unit(unit))
    return Decision(draw(toggle, salt, unit), reason)


def what(toggle: Document, serve: Any) -> Served:
    """What a `serve` says."""
    if isinstance(serve, str):
        return serve if serve in toggle["variants"] else OFF
    return ON if serve else OFF


def by_rule(toggle: Document, key: str, rule: Document, gates: list[Gate], contact: Contact) -> Decision:
    """The decision of a rule that holds."""
    serve = rule.get("serve", True)
    if "ramp" not in rule:
        unit = unit_text(contact.unit)
        return outright(toggle, key, serve, unit, "TARGETING_MATCH")._replace(rule=rule["id"])
    ramp = rule["ramp"]
    at = position(ramp, passed(ramp, key, rule["id"], gates), contact.at_us)
    step = {"percent": 0} if at.step is None else ramp["steps"][at.step]
    percent, in_shadow = float(step["percent"]), step.get("mode") == "shadow"
    named = look_up(contact.attributes, ramp["unit"])
    unit = unit_text(contact.unit if named is MISSING else named)
    if not isinstance(unit, str):
        return Decision(OFF, "DEFAULT", no_unit(unit), rule["id"], None, percent)
    salt = ramp.get("salt", key)
    hashed = hash_unit(salt, "ramp", unit)
    bucket = (hashed * 10**7 >> 64) / 10**5
    # In steps of a hundred-thousandth of a percent, in whole numbers.
    exposed = hashed * 10**7 < round(percent * 10**5) << 64 or (in_shadow and percent == 0)
    decision = Decision(OFF, "SPLIT", None, rule["id"], bucket, percent)
    if not exposed:
        return decision
    served = what(toggle, serve)
    if served is ON and "variants" in toggle:
        served = draw(toggle, salt, unit)
    return decision._replace(shadow=served, reason="SHADOW") if in_shadow else decision._replace(served=served)


def passed(ramp: Document, key: str, rule: str, gates: list[Gate]) -> dict[int, int]:
    """When each step's samples were complete: the first result with enough of them."""
    found: dict[int, int] = {}
    for index, step in enumerate(ramp["steps"]):
        times = [g.at_us for g in gates if (g.toggle, g.rule, g.step) == (key, rule, index) and g.n >= step["min_n"]]
        if times:
            found[index] = min(times)
    return found


def no_unit(unit: Nothing) -> str:
    """The code of a unit that cannot be used."""
    return "TARGETING_KEY_MISSING" if unit is MISSING else "INVALID_CONTEXT"


def hash_unit(salt: str, stage: str, unit: str) -> int:
    """`xxh3/1`."""
    seed = xxhash.xxh3_64_intdigest(f"{salt}\x1f{stage}".encode())
    return xxhash.xxh3_64_intdigest(unit.encode(), seed)


def draw(toggle: Document, salt: str, unit: str) -> str:
    """The variant of a unit: the first whose running sum of weights is above its part of the total."""
    total = sum(toggle["variants"].values())
    part = hash_unit(salt, "variant", unit) * total >> 64
    # By the order of the names' bytes.
    for name, weight in sorted(toggle["variants"].items(), key=lambda item: item[0].encode()):
        part -= weight
        if part < 0:
            return str(name)
    raise AssertionError("the weights are used up")
