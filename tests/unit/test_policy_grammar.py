"""Every key of the grammar missing, of every wrong type, misspelt and given twice, in TOML and in JSON."""

from __future__ import annotations

import pytest

from tests.unit.policy_faults.documents import (
    FORMATS,
    WRITERS,
    Form,
    accepted,
    both,
    drop,
    get,
    keys,
    problems,
    put,
    rename,
    sound,
    where,
)
from tests.unit.policy_faults.grammar import FORMS, KEYS, OPERATORS, WORDS, WRONG, pattern

# Conditions, and names that the author chooses, are looked at apart.
PATHS = sorted({path for path in keys(sound()) if pattern(path) in KEYS})
FIXED = [path for path in PATHS if not pattern(path).endswith("*")]
SAMPLE = {pattern(path): path for path in reversed(PATHS)}
REQUIRED = [path for path in FIXED if KEYS[pattern(path)].missing]


def test_the_document_to_break_is_sound_and_whole() -> None:
    assert accepted(sound())
    assert set(SAMPLE) == set(KEYS)
    assert len(REQUIRED) > 50


@pytest.mark.parametrize("path", REQUIRED)
def test_a_missing_key_is_named_with_its_mend(path: str) -> None:
    key = path.rpartition(".")[2]
    for written, faults in both(drop(sound(), path)):
        found = [p for p in faults if p.path == path]
        assert [p.kind for p in found] == [KEYS[pattern(path)].missing]
        assert found[0].message == f"`{key}` is missing"
        assert found[0].line == written.line(path)
        assert len(found[0].hint) > 6


@pytest.mark.parametrize("path", sorted(set(FIXED) - set(REQUIRED)))
def test_any_other_key_may_be_left_out(path: str) -> None:
    for _, faults in both(drop(sound(), path)):
        assert not [p for p in faults if p.path == path or p.message.endswith("is missing")]


def mistypes() -> list[tuple[str, str]]:
    """Each key with each type that it does not take."""
    samples = sorted(SAMPLE.items())
    return [(path, letter) for name, path in samples for letter in WORDS if letter not in KEYS[name].takes]


@pytest.mark.parametrize(("path", "letter"), mistypes())
def test_a_value_of_the_wrong_type_is_named(path: str, letter: str) -> None:
    for form in FORMATS[letter == "n" :]:  # TOML has no null
        written = WRITERS[form](put(sound(), path, WRONG[letter]))
        found = [p for p in problems(written.text, form) if p.path == path]
        assert [(p.kind, p.line) for p in found] == [("shape", written.line(path))]
        if path == "turnout":
            assert found[0].hint == "write 1"
        else:
            assert found[0].message.startswith(f"{WORDS[letter]} where ")
            assert found[0].hint.startswith("write ")


# What the elements of each list are.
ELEMENTS = dict.fromkeys(["dates", "fallback", "consent", "data_classes", "approvals", "open", "closed_on"], "t")
ELEMENTS |= dict.fromkeys(["monitors", "overrides", "rules", "steps", "pauses", "ramp.approvals"], "d")
ELEMENTS |= {"scale": "if", "units": "ti"}


def elements() -> list[tuple[str, str]]:
    """Each list of the grammar with an element of each type that it does not take."""
    found = []
    for name, path in sorted(SAMPLE.items()):
        if isinstance(get(sound(), path), list):
            takes = next(takes for key, takes in reversed(ELEMENTS.items()) if name.endswith(f".{key}"))
            found += [(path, letter) for letter in WORDS if letter not in takes]
    return found


@pytest.mark.parametrize(("path", "letter"), elements())
def test_an_element_of_the_wrong_type_is_named(path: str, letter: str) -> None:
    for form in FORMATS[letter == "n" :]:
        tree = sound()
        get(tree, path).append(WRONG[letter])
        written = WRITERS[form](tree)
        place = path if path.endswith("scale") else f"{path}[{len(get(tree, path)) - 1}]"
        found = [p for p in problems(written.text, form) if p.path == place]
        assert [(p.kind, p.line) for p in found] == [("shape", written.line(place))]
        assert found[0].hint.startswith("write ")


@pytest.mark.parametrize("path", FIXED)
def test_a_misspelt_key_is_set_right(path: str) -> None:
    key = path.rpartition(".")[2]
    wrong = key + key[-1]
    for written, faults in both(rename(sound(), path, wrong)):
        found = [p for p in faults if p.path == path + key[-1]]
        mended = ("shape", f"unknown key `{wrong}`", f"did you mean `{key}`?")
        assert [(p.kind, p.message, p.hint) for p in found] == [mended]
        assert found[0].line == written.line(path + key[-1])


def doubled() -> list[tuple[str, str]]:
    """Each key in each format, but for tables of TOML that have a header of their own."""
    once = {form: WRITERS[form](sound()).text for form in FORMATS}
    return [(p, form) for p in PATHS for form in FORMATS if WRITERS[form](sound(), p).text != once[form]]


@pytest.mark.parametrize(("path", "form"), doubled())
def test_a_key_given_twice_is_refused(path: str, form: Form) -> None:
    written = WRITERS[form](sound(), path)
    found = [p for p in problems(written.text, form) if p.path == path]
    first = written.lines[path]
    assert [(p.kind, p.hint) for p in found] == [("syntax", "keep one of them")]
    assert found[0].message == f"given twice; first at line {first}"
    assert found[0].line is not None
    assert found[0].line >= first


@pytest.mark.parametrize("header", ["calendars.desk", "segments.pilot", "toggles.chat"])
def test_a_header_of_toml_given_twice_is_refused(header: str) -> None:
    text = WRITERS["toml"](sound()).text
    first = text.splitlines().index(f"[{header}]") + 1
    (found,) = problems(f"{text}[{header}]\n", "toml")
    assert (found.path, found.kind, found.hint) == (header, "syntax", "keep one of them")
    assert found.message == f"given twice; first at line {first}"
    assert found.line == text.count("\n") + 1


@pytest.mark.parametrize(
    ("operator", "letter"), [(o, w) for o, takes in OPERATORS.items() for w in WORDS if w not in takes]
)
def test_an_operator_says_what_it_takes(operator: str, letter: str) -> None:
    path = f"toggles.bot.rules[0].when.{operator}"
    for form in FORMATS[letter == "n" :]:
        written = WRITERS[form](where({"attribute": "plan", operator: WRONG[letter]}))
        (found,) = problems(written.text, form)
        assert found.path in (path, f"{path}[0]")
        assert (found.kind, found.line) == ("shape", written.line(found.path))
        assert " where " in found.message
        assert found.hint.startswith("write ")


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_misspelt_operator_is_set_right(operator: str) -> None:
    wrong = operator + operator[-1]
    for written, (found,) in both(where({"attribute": "plan", wrong: 1})):
        assert (found.path, found.kind) == (f"toggles.bot.rules[0].when.{wrong}", "shape")
        assert (found.message, found.hint) == (f"unknown operator `{wrong}`", f"did you mean `{operator}`?")
        assert found.line == written.line(found.path)


@pytest.mark.parametrize(("form", "letter"), [(f, w) for f, takes in FORMS.items() for w in WORDS if w not in takes])
def test_a_form_of_a_condition_says_what_it_takes(form: Form, letter: str) -> None:
    written = WRITERS["json"](where({form: WRONG[letter]}))
    found = problems(written.text, "json")[0]
    assert found.path == f"toggles.bot.rules[0].when.{form}"
    assert (found.kind, found.line) == ("shape", written.line(found.path))
    assert found.message.startswith(f"{WORDS[letter]} where ")


@pytest.mark.parametrize("form", FORMS)
def test_a_misspelt_form_is_set_right(form: Form) -> None:
    path = f"toggles.bot.rules[0].when.{form}{form[-1]}"
    for written, faults in both(where({form + form[-1]: "x"})):
        found = [p for p in faults if p.path == path]
        assert [(p.kind, p.hint, p.line) for p in found] == [("shape", f"did you mean `{form}`?", written.line(path))]
