"""YAML over random documents: the same policy in every spelling, and nothing but PolicyError for what is no policy."""

from __future__ import annotations

import json
import math
import random
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import turnout
from tests.property.documents import examples
from tests.property.random_policies import policies
from tests.property.test_policy_fuzz import VALUES, documents
from tests.unit.test_policy_hostile import mutants
from turnout.yaml_reader import read

SAMPLE = turnout.load_policy(turnout.sample_policy_path()).document
SIGNS = list("-:?[]{},&*!|>'\"%@`#~ \n\t\\.<0x1e+éo\u2028\ud800\x00")
MARKS = st.sampled_from([*SIGNS, "- ", ": ", "&a ", "*a", "<<: ", "!!int ", "--- ", "\\UFFFFFFFF", "%YAML 3.0\n"])


def spelled(value: Any, draw: random.Random, indent: int = 0) -> str:
    """A value in YAML: block or flow, plain or quoted, as the dice fall."""
    pad = "\n" + "  " * indent
    if isinstance(value, dict | list) and value and draw.random() < 0.6:
        if isinstance(value, dict):
            return "".join(f"{pad}{key_of(key)}: {spelled(inner, draw, indent + 1)}" for key, inner in value.items())
        return "".join(f"{pad}- {spelled(inner, draw, indent + 1)}" for inner in value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key_of(key)}: {flow(inner, draw)}" for key, inner in value.items()) + "}"
    return flow(value, draw)


def flow(value: Any, draw: random.Random) -> str:
    """A value on one line."""
    if isinstance(value, dict | list):
        inner = (
            [f"{key_of(k)}: {flow(v, draw)}" for k, v in value.items()]
            if isinstance(value, dict)
            else [flow(v, draw) for v in value]
        )
        return ("{%s}" if isinstance(value, dict) else "[%s]") % ", ".join(inner)
    if isinstance(value, str):
        if (
            value.isalpha()
            and value.isascii()
            and value.lower() not in ("true", "false", "null")
            and draw.random() < 0.5
        ):
            return value
        plain = value.isprintable() and value.isascii()
        return "'" + value.replace("'", "''") + "'" if plain and draw.random() < 0.5 else key_of(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return draw.choice((str(value), f"0x{value:x}", f"0o{value:o}", f"+{value}", f"00{value}"))
    return json.dumps(value)


def key_of(text: str) -> str:
    """A text in double quotes, with the escapes that YAML has and JSON has too."""
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in json.dumps(text, ensure_ascii=False))


@examples(150)
@given(policies(), st.integers(0, 2**32))
def test_every_spelling_of_a_policy_is_that_policy(source: dict[str, Any], seed: int) -> None:
    wanted = turnout.Policy.from_document(source).digest
    for text in (spelled(source, random.Random(seed)), yaml.safe_dump(source, allow_unicode=True, sort_keys=False)):
        assert turnout.Policy.from_bytes(text.encode(), "yaml").digest == wanted, text


@examples(200)
@given(documents(), st.integers(0, 2**32), st.booleans())
def test_faults_are_those_of_the_document(source: dict[str, Any], seed: int, strict: bool) -> None:
    def judged(load: Any) -> list[tuple[str, str, str]] | str:
        try:
            return str(load().digest)
        except turnout.PolicyError as error:
            return sorted((found.path, found.kind, found.message) for found in error.problems)

    text = spelled(source, random.Random(seed)).encode()
    wanted = judged(lambda: turnout.Policy.from_document(source, strict))
    assert judged(lambda: turnout.Policy.from_bytes(text, "yaml", strict)) == wanted, text


@examples(400)
@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), st.integers(0, 2**32))
def test_values_come_through(source: dict[str, Any], seed: int) -> None:
    text = spelled(source, random.Random(seed))
    found, places, faults = read((text or "{}").encode())
    assert found is not None, faults
    assert not faults
    assert equal(json.loads(found), source), text
    assert len(places) == 8 * (found.count(b"\n") + 1), "a place for each line"


def equal(one: Any, other: Any) -> bool:
    """Whether two values are the same, types and signs of zero included."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    return type(one) is type(other) and one == other


@examples(1500)
@given(
    st.lists(MARKS | st.sampled_from(["a", "turnout: 1", "toggles:", "  "]), max_size=25).map("".join),
    st.booleans(),
    st.booleans(),
)
def test_any_text_is_a_policy_or_a_policy_error(text: str, strict: bool, fast: bool) -> None:
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaml, "__with_libyaml__", fast and yaml.__with_libyaml__)
            turnout.Policy.from_bytes(text.encode("utf-8", "surrogatepass"), "yaml", strict)
    except turnout.PolicyError as error:
        lines = len(text.splitlines()) + text.count("\r") + 1
        assert error.problems
        assert all(found.line is None or 1 <= found.line <= lines for found in error.problems)
        assert len(str(error).splitlines()) == len(error.problems)


TABBED = st.lists(
    st.sampled_from(
        [
            "a",
            "b: ",
            "- ",
            "\t",
            "\t",
            "\n",
            "\n  ",
            " ",
            "# c",
            "'",
            '"',
            "|\n",
            ">-\n",
            "[",
            "]",
            ", ",
            "\\ud83d",
            "\r",
        ]
    ),
    max_size=14,
).map("".join)


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML without libyaml")
@examples(1500)
@given(TABBED)
def test_both_parsers_read_tabs_and_halves_of_characters_alike(text: str) -> None:
    found = []
    for fast in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaml, "__with_libyaml__", fast)
            written, _, faults = read(text.encode())
        found.append(None if faults else written)
    assert found[0] == found[1]


def test_the_sample_broken_in_many_places() -> None:
    source = yaml.safe_dump(SAMPLE, sort_keys=False).encode()
    refused = 0
    for mutant in mutants(source, seed=7, count=600):
        try:
            turnout.Policy.from_bytes(mutant, "yaml")
        except turnout.PolicyError as error:
            refused += 1
            assert all(found.message and found.kind for found in error.problems)
    assert refused > 300
