"""Wrong values and conditions: each is one fault, at its path and line, of its kind, with its mend."""

from __future__ import annotations

import re

import pytest

from tests.unit.policy_faults import conditions, values
from tests.unit.policy_faults.documents import (
    FORMATS,
    WRITERS,
    Form,
    accepted,
    both,
    governed,
    problems,
    put,
    sound,
    where,
)

LONGEST_PLACE = 60


@pytest.mark.parametrize("wrong", values.WRONG_VALUES, ids=lambda wrong: f"{wrong.path}={str(wrong.value)[:30]}")
def test_a_wrong_value_is_one_fault(wrong: values.Wrong) -> None:
    place = re.sub(r"^\+", wrong.path, re.sub(r"^-", wrong.path.rpartition(".")[0], wrong.place)) or wrong.path
    for written, faults in both(put(sound(), wrong.path, wrong.value)):
        own = [p for p in faults if p.path == place] if wrong.more else faults
        assert [(p.path, p.kind, p.line) for p in own] == [(place, wrong.kind, written.line(place))]
        assert wrong.message in own[0].message
        assert wrong.hint in own[0].hint
        assert own[0].hint


@pytest.mark.parametrize("wrong", conditions.WRONG_CONDITIONS, ids=lambda wrong: str(wrong.condition)[:LONGEST_PLACE])
def test_a_wrong_condition_is_one_fault(wrong: conditions.Wrong) -> None:
    place = f"toggles.bot.rules[0].when{wrong.path}"
    for written, faults in both(where(wrong.condition)):
        line = written.line(place + wrong.line_of)
        assert [(p.path, p.kind, p.line) for p in faults] == [(place, wrong.kind, line)]
        assert wrong.message in faults[0].message
        assert wrong.hint in faults[0].hint


def test_the_hint_of_a_pattern_fits_its_fault() -> None:
    """Look-around is no help to somebody who forgot a bracket."""
    faults = problems(WRITERS["toml"](where({"attribute": "a", "matches": "("})).text, "toml")
    assert "unclosed group" in faults[0].message
    assert "look-around" not in faults[0].hint


def test_a_long_pattern_and_too_many_patterns_are_told_apart() -> None:
    long = problems(WRITERS["json"](where({"attribute": "a", "matches": "a" * 1001})).text, "json")[0]
    many = [{"attribute": "a", "matches": f"x{n}"} for n in range(1001)]
    last = problems(WRITERS["json"](where({"any": many})).text, "json")[0]
    assert last.path == "toggles.bot.rules[0].when.any[1000].matches"
    assert last.kind == long.kind == "limit"
    assert last.message != long.message
    assert accepted(where({"any": many[:1000] + many[:1000]})), "the same pattern twice is one"


@pytest.mark.parametrize(
    ("requires", "circle"),
    [
        ({"a": ["a"]}, "a -> a"),
        ({"a": ["b"], "b": ["a"]}, "a -> b -> a"),
        ({"a": ["b"], "b": ["c"], "c": ["d"], "d": ["b"]}, "b -> c -> d -> b"),
        (
            {f"t{n:02}": [f"t{(n + 1) % 12:02}"] for n in range(12)},
            "t00 -> t01 -> t02 -> t03 -> t04 -> t05 -> t06 -> t07 -> ...",
        ),
    ],
)
def test_a_circle_of_names_is_shown(requires: dict[str, list[str]], circle: str) -> None:
    toggles = {name: governed(requires=dict.fromkeys(others, True)) for name, others in requires.items()}
    segments = {name: {"rules": [{"segment": other} for other in others]} for name, others in requires.items()}
    start = circle.split(" ")[0]
    for section, tree in (("toggles", {"toggles": toggles}), ("segments", {"segments": segments, "toggles": {}})):
        for written, (found,) in both({"turnout": 1, **tree}):
            assert (found.path, found.kind) == (f"{section}.{start}", "reference")
            assert found.message == f"a circle: {circle}"
            assert found.line == written.line(found.path)
            assert "remove" in found.hint


def test_known_names_are_each_named_once() -> None:
    tree = put(sound(), "toggles.chat.schedule.closed_on", ["us-holidays", "desk", "christmas"])
    for _, (found,) in both(tree):
        assert found.hint == "known: desk, us-holidays"


def test_a_calendar_cannot_take_the_name_of_a_built_in_one() -> None:
    tree = sound()
    tree["calendars"]["us-holidays"] = {"dates": []}
    for written, (found,) in both(tree):
        assert (found.path, found.kind) == ("calendars.us-holidays", "shape")
        assert "built-in" in found.message
        assert found.line == written.line(found.path)


@pytest.mark.parametrize("name", ["", "a\u0000b", "a\nb", "\x7f", "\x85", "k" * 201])
@pytest.mark.parametrize("section", ["toggles", "segments", "calendars", "variants"])
def test_a_name_that_cannot_be_used_is_refused(section: str, name: str) -> None:
    tree = sound()
    if section == "variants":
        tree["toggles"]["billing-bot"]["variants"][name] = 1
    else:
        sample = {"toggles": "chat", "segments": "pilot", "calendars": "desk"}[section]
        tree[section][name] = tree[section][sample]
    text = WRITERS["json"](tree).text
    (found,) = problems(text, "json")
    assert found.kind == "shape"
    assert "name" in found.message
    assert "1 to 200 characters" in found.hint
    assert "\n" not in str(found)
    assert found.line == 1 + next(n for n, line in enumerate(text.split("\n")) if quoted(name) in line)


def quoted(name: str) -> str:
    """A key as the JSON writer has it."""
    import json

    return f"{json.dumps(name)}: "


@pytest.mark.parametrize("text", ["x\ny", "\x1b[31mred", "\u2028", "\u202e", "a\rb"])
def test_a_report_holds_no_line_break_and_no_escape(text: str) -> None:
    """A document cannot write into a terminal or a log through its own report."""
    tree = sound()
    bot = tree["toggles"]["billing-bot"]
    bot["rules"] += [{"id": text, "when": {"segment": text}}, {"id": text, "serve": text, "when": {text: 1}}]
    bot["requires"] = {text: True}
    bot["rollback"]["to"] = bot["risk"] = bot["category"] = text
    tree["toggles"]["chat"]["schedule"].update(zone=text, open=text, closed_on=text, until=text)
    for _, faults in both(tree):
        assert len(faults) > 8
        for fault in faults:
            assert text not in str(fault)
            assert str(fault).isprintable()


@pytest.mark.parametrize("form", FORMATS)
def test_the_nearest_name_is_found_among_many(form: Form) -> None:
    """However many names are defined, the one that was meant is offered."""
    tree = where({"segment": "segment-1999x"})
    tree["segments"] = {f"segment-{n}": {"rules": [{"attribute": "a", "exists": True}]} for n in range(3000)}
    (found,) = problems(WRITERS[form](tree).text, form)
    assert found.hint == "did you mean `segment-1999`?"
