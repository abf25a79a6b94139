"""Policies in YAML: the core schema of YAML 1.2, the places of faults, and what is refused."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

import turnout
from tests.property.documents import document, toggle
from turnout.cli.app import app
from turnout.errors import MissingExtraError
from turnout.yaml_reader import read

SAMPLE = turnout.load_policy(turnout.sample_policy_path())
MOST_BYTES = 64 * 2**20

YAML = """\
# A bot, in YAML.
turnout: 1
toggles:
  chat: &channel
    category: channel
    owner: off
    created: 2026-01-10
    review_by: 2026-07-01
    rollback: {plan: 'https://example.com/runbook', to: off}
    monitors:
      - kpi: service_level
        worse_than: 0.7
  phone: *channel
"""


@pytest.fixture(params=["libyaml", "pure Python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both of PyYAML's parsers: not every machine has the fast one."""
    monkeypatch.setattr(yaml, "__with_libyaml__", request.param == "libyaml" and yaml.__with_libyaml__)


def policy(text: str | bytes, strict: bool = True) -> turnout.Policy:
    """The policy of a text in YAML."""
    return turnout.Policy.from_bytes(text.encode() if isinstance(text, str) else text, "yaml", strict)


def faults(text: str | bytes, strict: bool = True) -> list[tuple[int | None, int | None, str, str]]:
    """Line, column, path and message of each fault."""
    with pytest.raises(turnout.PolicyError) as caught:
        policy(text, strict)
    assert len(str(caught.value).splitlines()) == len(caught.value.problems), "a line for each fault"
    return [(found.line, found.column, found.path, found.message) for found in caught.value.problems]


def only(text: str | bytes) -> str:
    """The one fault of a text, with its place and its remedy."""
    with pytest.raises(turnout.PolicyError) as caught:
        policy(text)
    (found,) = caught.value.problems
    return f"{found.line}:{found.column} {found.kind} {found}"


def value(text: str) -> Any:
    """What a value is, written as the value of a key."""
    found, _, problems = read(f"key: {text}\n".encode())
    assert found is not None
    assert not problems, problems
    return json.loads(found)["key"]


def test_a_document_is_the_same_in_every_format() -> None:
    sound = {"plan": "https://example.com/runbook", "to": "off"}
    phone = toggle(owner="off", review_by="2026-07-01", rollback=sound)
    assert policy(YAML) == turnout.Policy.from_document(document({"chat": phone, "phone": phone}))
    assert policy(json.dumps(SAMPLE.document)) == SAMPLE
    assert policy(yaml.safe_dump(SAMPLE.document, allow_unicode=True)) == SAMPLE


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".YAML"])
def test_files_are_known_by_their_suffix(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"policy{suffix}"
    path.write_text(yaml.safe_dump(SAMPLE.document), encoding="utf-8")
    assert turnout.load_policy(path) == SAMPLE


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        *((word, word) for word in ("off", "no", "yes", "on", "n", "y", "Off", "NO", "tRue", "nULL", "none")),
        *((word, None) for word in ("null", "Null", "NULL", "~", "")),
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, False) for word in ("false", "False", "FALSE")),
        *(("42", 42), ("-42", -42), ("+42", 42), ("017", 17), ("-0", 0), ("0o17", 15), ("0x1F", 31), ("000", 0)),
        *(("0b1", "0b1"), ("1_000", "1_000"), ("12:30:45", "12:30:45"), ("0O17", "0O17"), ("0xg", "0xg"), ("-0x1", "-0x1")),
        *(("1.0", 1.0), (".5", 0.5), ("5.", 5.0), ("-1.5e3", -1500.0), ("1e3", 1000.0), ("+.5E-1", 0.05), ("007.5", 7.5)),
        *((word, word) for word in (".", "1e", "e3", "1.2.3", "+", "-.", ".e1", "0.1.", "nan", "inf", "=")),
        *((word, word) for word in ("2026-03-01", "2026-03-01T00:00:00Z", "2026-03-01 00:00:00Z")),
        *(("'42'", "42"), ('"true"', "true"), ("'~'", "~"), ('""', ""), ("!!str 42", "42"), ("! 42", "42")),
        *(("!!int 42", 42), ("!!float 42", 42), ("!!bool true", True), ("!!null", None), ('!!str "x"', "x")),
        *((r'"\u00e9\x41\n\/"', "éA\n/"), ("x # comment", "x"), ("a#b", "a#b"), ("[a, 1]", ["a", 1])),
        *(("|\n  a\n  b", "a\nb\n"), (">-\n  a\n  b", "a b"), ("!!seq [!!map {a: 1}]", [{"a": 1}])),
    ],
)  # fmt: skip
def test_scalars_mean_what_the_core_schema_says(text: str, meaning: Any) -> None:
    found = value(text)
    assert (found, type(found)) == (meaning, type(meaning))


def test_keys_are_text() -> None:
    found, _, problems = read(b"{1: a, off: b, true: c, ~: d, 2026-01-01: e, '': f, 1.0: g, ? h : i}")
    assert found is not None
    assert not problems
    assert json.loads(found) == dict(
        zip(["1", "off", "true", "~", "2026-01-01", "", "1.0", "h"], "abcdefgi", strict=True)
    )


def test_faults_stand_at_their_line_and_column() -> None:
    text = (
        YAML.replace("owner: off", "ownr: off").replace("worse_than: 0.7", "worse_than: much").replace("1\n", "2\n", 1)
    )
    assert [found[:3] for found in faults(text)] == [
        (2, 10, "turnout"),
        (4, 9, "toggles.chat.owner"),
        (6, 5, "toggles.chat.ownr"),
        (12, 21, "toggles.chat.monitors[0].worse_than"),
        # What an alias brings in stands where the alias is.
        (13, 10, "toggles.phone.owner"),
        (13, 10, "toggles.phone.ownr"),
        (13, 10, "toggles.phone.monitors[0].worse_than"),
    ]


def test_a_value_below_its_key_is_spoken_of_at_its_key() -> None:
    text = YAML.replace("    owner: off", "    owner:\n      - off").replace("      - kpi:", "      -\n        kpi:")
    assert faults(text.replace("worse_than: 0.7", "other: 0.7"))[:3] == [
        (6, 5, "toggles.chat.owner", "a list where text is expected"),
        (13, 9, "toggles.chat.monitors[0].worse_than", "`worse_than` is missing"),
        (14, 9, "toggles.chat.monitors[0].other", "unknown key `other`"),
    ]


def test_a_lenient_load_speaks_of_the_lines_of_the_yaml() -> None:
    found = policy(YAML.replace("  phone: *channel", "  phone: {}"), strict=False)
    assert {(problem.line, problem.column) for problem in found.problems} == {(13, 10)}
    assert len(found) == 2


def test_all_faults_of_a_document_are_listed() -> None:
    text = YAML.replace("category: channel", "category: chanel\n    <<: *channel\n    owner: x", 1).replace(
        "0.7", ".nan"
    )
    text = text.replace("*channel\n    owner", "{}\n    owner").replace("created: 2", "created: !date 2")
    assert [(line, message) for line, _, _, message in faults(text)][:6] == [
        (5, "unknown category `chanel`"),
        (6, "`<<` merges tables in YAML 1.1 and is a key like any other in 1.2"),
        (6, "unknown key `<<`"),
        (8, "given twice; first at line 7"),
        (9, "the tag `!date`"),
        (14, "not a finite number"),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1:1 syntax document (line 1): the document is empty; `turnout init` writes one to begin with"),
        ("# only\n", "1:1 syntax document (line 1): the document is empty; `turnout init` writes one to begin with"),
        (b"a: \xff", "1:4 syntax document (line 1): not UTF-8: the byte 0xFF; save it as UTF-8"),
        ("a: b".encode("utf-16"), "1:1 syntax document (line 1): not UTF-8: the byte 0xFF; this looks like UTF-16: save it as UTF-8"),
        ("a: 1\n---\nb: 2", "2:1 syntax document (line 2): a second document; a policy is one document: remove what follows ---"),
        ("a: 1\n[x]: 2", "2:1 syntax a (line 2): a list as a key; a key is text"),
        ("a: &a [1]\n*a : 2", "2:1 syntax a (line 2): an alias as a key; write the key out"),
        ("a: [1, *b]", "1:8 syntax a[0] (line 1): no anchor `b` before this; an anchor (&name) stands before its aliases, and not around them"),
        ("a: &a [*a]", "1:8 syntax a[0] (line 1): no anchor `a` before this; an anchor (&name) stands before its aliases, and not around them"),
        ("é: \x07", '1:4 syntax document (line 1): the character U+0007, which YAML does not allow; write it as "\\u0007" in double quotes'),
        ("a: x\u2028y", '1:5 syntax document (line 1): the character U+2028, at which some readers of YAML end the line and others do not; write it as "\\u2028" in double quotes'),
        ("[toggles.x]\na = 1", "this looks like TOML: name its file .toml, or give the format `toml`"),
        ("turnout = 1\n[toggles.x]\na: 1", "this looks like TOML: name its file .toml, or give the format `toml`"),
        ("a: 1\n\tb: 2", "indent with spaces: YAML takes no tabs"),
        ("a: [1\nb: 2", "check the indentation, the colons and the quotes at and above this line"),
        ('a: "\\UFFFFFFFF"', "check the indentation, the colons and the quotes at and above this line"),
        ('a: "\\q"', "check the indentation, the colons and the quotes at and above this line"),
        ("[" * 65 + "]" * 65, "1:65 limit document (line 1): tables and lists inside one another more than 64 deep; write it flatter"),
        ("1", "1:1 shape document (line 1): a whole number where a table is expected; write a table"),
    ],
)  # fmt: skip
def test_what_is_refused_says_where_and_how_to_mend_it(text: str | bytes, fault: str) -> None:
    assert only(text).endswith(fault)


def test_numbers_keep_within_the_range_of_documents() -> None:
    for large in (
        "9007199254740992",
        "0xFFFFFFFFFFFFFFFFFFFF",
        "1e400",
        "9" * 5000,
        "0x" + "f" * 5000,
        "1." + "0" * 5000 + "e99",
    ):
        assert any("beyond ±9007199254740991" in message for *_, message in faults(f"turnout: {large}\ntoggles: {{}}"))
    assert policy(f"turnout: {'0' * 5000}1\ntoggles: {{}}").digest == policy("turnout: 0x1\ntoggles: {}").digest


@pytest.mark.parametrize("half", ["\\ud83d", "\\ude00", "\\ud83d\\ude00", "\\U0000d83d"])
def test_halves_of_characters_are_none(half: str) -> None:
    """Also two of them, which JSON takes for one."""
    for text in (f'turnout: 1\nenvironment: "{half}"\ntoggles: {{}}', f'turnout: 1\n"{half}": 1\ntoggles: {{}}'):
        assert next(line for line, *_ in faults(text)) == 2
    assert policy('turnout: 1\nenvironment: "\\U0001F600"\ntoggles: {}').environment == "😀"


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("environment:\tday", 13),
        ("environment: day\t", 17),
        ("environment: a\tb", 15),
        ("environment: day \t# by day", 18),
        ('environment: "day"\t', 19),
        ("environment: !!str\tday", 19),
        ("environment\t: day", 12),
        ("segments: {\t}", 12),
        ("environment: |\t\n  day", 15),
        ("environment: |\n  \tday", 14),
        ("environment: day\n \tnight", 18),
        ("\tenvironment: day", 1),
        ("environment: |# by day\n  day", 14),
    ],
)
def test_tabs_are_refused_where_the_parsers_do_not_agree(line: str, column: int) -> None:
    found = faults(f"turnout: 1\n{line}\ntoggles: {{}}")
    assert found
    assert found[0][0] in (2, 3)
    if yaml.__with_libyaml__ and "\n" not in line and not line.startswith("\t"):
        assert found[0][:2] == (2, column)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('environment: "a\tb"', "a\tb"),
        ("environment: 'a\tb'", "a\tb"),
        ('environment: "a\\tb"', "a\tb"),
        ("environment: |-\n  a\tb", "a\tb"),
        ("environment: !!str 'a\tb' #\tc\td", "a\tb"),
        ("#\tc\nenvironment: a # b\tc", "a"),
        ("environment: a#b", "a#b"),
    ],
)
def test_tabs_stand_in_texts_and_in_comments(line: str, value: str) -> None:
    assert policy(f"turnout: 1\n{line}\ntoggles: {{}}").environment == value


def test_a_hostile_text_of_tabs_costs_little_time() -> None:
    began = time.perf_counter()
    for text in ('["a"\t,' * 200_000, "a:\t1\n" * 200_000, "# " + "\t" * 10**6, "a:\t" + "'\t' " * 200_000):
        assert faults(text)
    assert time.perf_counter() - began < 60


def test_what_an_entry_given_twice_held_is_gone() -> None:
    text = "turnout: 1\nturnout: &a [1, 2, 3]\nenvironment: *a\ntoggles: {}"
    assert [(line, message) for line, _, _, message in faults(text)] == [
        (2, "given twice; first at line 1"),
        (3, "null where text is expected"),
    ]


def test_a_file_larger_than_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    began = time.perf_counter()
    with pytest.raises(turnout.PolicyError, match=f"more than the {MOST_BYTES} of the limit"):
        turnout.load_policy(path)
    assert time.perf_counter() - began < 2


def test_aliases_cannot_make_much_of_little() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    began = time.perf_counter()
    assert only("\n".join(lines)).startswith("None:None limit document: more than 8000000 keys and values or so")
    long = "a: &a " + "x" * 2**20 + "\nb: [" + "*a, " * 100 + "]"
    assert only(long).startswith(f"None:None limit document: more than {MOST_BYTES} bytes as JSON")
    assert time.perf_counter() - began < 20


@pytest.mark.parametrize(
    "text", ["- " * 10**5, "[" * 10**5, "{a: " * 10**5, "? " * 10**5, "&a " * 10**5, "!" * 10**5, "a:\n" * 10**5]
)
def test_hostile_texts_are_refused_in_little_time(text: str) -> None:
    began = time.perf_counter()
    assert faults(text)
    assert time.perf_counter() - began < 20


def test_without_the_extra_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(
        MissingExtraError, match=r"^YAML is an extra of turnout; get it with: pip install 'turnout\[yaml\]'$"
    ):
        policy("turnout: 1")
    path = tmp_path / "policy.yaml"
    path.write_text("turnout: 1", encoding="utf-8")
    ended = CliRunner().invoke(app, ["check", str(path)])
    assert ended.exit_code == 2
    assert ended.output == f"turnout: {path}: YAML is an extra of turnout; get it with: pip install 'turnout[yaml]'\n"


def test_the_command_line_takes_yaml(tmp_path: Path) -> None:
    def run(*words: str) -> Any:
        return CliRunner().invoke(app, [*words], env={"COLUMNS": "120"})

    path = tmp_path / "policy.yaml"
    path.write_text(YAML, encoding="utf-8")
    assert "is good: 2 toggles" in run("check", str(path)).stdout
    assert run("evaluate", str(path), "chat").exit_code == 0
    assert "state passed: enabled" in run("explain", str(path), "chat").stdout
    path.write_text(YAML.replace("owner", "ownr"), encoding="utf-8")
    checked = run("check", str(path))
    assert checked.exit_code == 1
    assert f"{path}:6  toggles.chat.ownr" in checked.stdout
