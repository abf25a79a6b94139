"""`turnout diff`, and the files of units that it takes."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.unit.test_cli import run, run_json
from turnout import load_policy, sample_policy_path
from turnout.cli.units import read_units

AT = ["--at", "2026-03-16T15:00:00Z"]


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two policies and a file of customers."""
    monkeypatch.chdir(tmp_path)
    text = sample_policy_path().read_text("utf-8")
    Path("old.toml").write_text(text, "utf-8")
    Path("new.toml").write_text(text.replace('"en", "es"', '"en"'), "utf-8")
    pl.DataFrame({"customer_id": ["007", "8", "9"], "language": ["es", "en", "es"]}).write_csv("ids.csv")


def test_it_says_what_differs_and_for_whom() -> None:
    text = run("diff", "old.toml", "new.toml", "--units", "ids.csv", *AT)
    assert "~ sms: changed" in text
    assert ' - toggles.sms.rules[0].when.in: ["en", "es"] -> ["en"]' in text
    assert "3 units at 2026-03-16 15:00 UTC: decided otherwise" in text
    assert "sms     on    off      2  66.7 %  007, 9" in text
    assert max(map(len, text.splitlines())) <= 80


def test_without_units_it_compares_the_documents() -> None:
    text = run("diff", "old.toml", "new.toml")
    assert "1 value of the document" in text
    assert "No units given (--units FILE)" in text
    assert "the documents say the same" in run("diff", "old.toml", "old.toml")


def test_units_that_are_decided_as_before() -> None:
    Path("ids.csv").write_text("id,language\n1,en\n")
    assert "1 unit at 2026-03-16 15:00 UTC: all are decided as before" in run(
        "diff", "old.toml", "new.toml", "--units", "ids.csv", *AT
    )


def test_as_json() -> None:
    found = run_json("diff", "old.toml", "new.toml", "--units", "ids.csv", *AT)
    assert (found["old"], found["old_digest"]) == ("old.toml", load_policy("old.toml").digest)
    assert found["toggles"] == {"sms": "changed"}
    (decision,) = found["decisions"]
    assert decision == {"toggle": "sms", "old": "on", "new": "off", "count": 2, "sample": ["007", "9"]}
    assert run_json("diff", "old.toml", "old.toml")["values"] == []


def test_units_from_parquet_and_from_another_column() -> None:
    pl.DataFrame({"name": ["a", "b"], "number": [1, 2], "language": ["es", None]}).write_parquet("ids.parquet")
    (decision,) = run_json("diff", "old.toml", "new.toml", "--units", "ids.parquet", "--unit-column", "number", *AT)[
        "decisions"
    ]
    assert decision["sample"] == [1]


def test_columns_of_a_csv_are_what_all_of_them_are_written_as() -> None:
    """A zip code that begins with 0 is text, and so is the unit of a ramp; numbers and truth values are compared as such."""
    lines = [f"c-{row},0{row:04},{row},{row / 8},true" for row in range(200)]
    Path("ids.csv").write_text("customer_id,zip,age,score,vip\n" + "\n".join(lines) + "\n")
    units = read_units(Path("ids.csv"), None)
    assert units.column == "customer_id"
    assert units.attributes.schema == {
        "customer_id": pl.String, "zip": pl.String, "age": pl.Int64, "score": pl.Float64, "vip": pl.Boolean,
    }  # fmt: skip
    assert units.attributes["zip"][7] == "00007"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("customer_id;plan\nc-1;a\n", "columns named"),
        ("plan,kunde\na,c-1\n", "does not say which column holds the units"),
        ("c-1,x\nc-2,y\n", "does not say which column holds the units"),
    ],
)
def test_a_file_that_does_not_say_its_units_is_refused(text: str, words: str) -> None:
    Path("odd.csv").write_text(text)
    assert words in run("diff", "old.toml", "new.toml", "--units", "odd.csv", *AT, code=2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--units", "nowhere.csv"], "nowhere.csv: no such units file; give a .csv or .parquet file"),
        (["--units", "old.toml"], "units are in .csv or .parquet, not '.toml'"),
        (["--units", "empty.csv"], "empty.csv: is empty"),
        (["--units", "bad.parquet"], "bad.parquet: cannot be read ("),
        (["--units", "ids.csv", "--unit-column", "customer"], 'no column "customer"; did you mean "customer_id"?'),
        (["--units", "floats.parquet"], "the ids in 'id' are Float64, neither text nor whole numbers"),
        (["--units", "ids.csv", "--at", "noon"], "--at: 'noon' is not an instant"),
    ],
)
def test_what_cannot_be_read_is_one_line(arguments: list[str], words: str) -> None:
    Path("empty.csv").touch()
    Path("bad.parquet").write_bytes(b"no parquet")
    pl.DataFrame({"id": [0.5]}).write_parquet("floats.parquet")
    text = run("diff", "old.toml", "new.toml", *arguments, code=2)
    assert words in text
    assert len(text.splitlines()) == 1


def test_overlays_lie_over_both_policies_or_over_one() -> None:
    Path("off.toml").write_text("toggles.sms.enabled = false\n")
    Path("named.toml").write_text('environment = "night"\n')
    both = run_json("diff", "old.toml", "new.toml", "--overlay", "off.toml", "--units", "ids.csv", *AT)
    assert both["old_overlays"] == both["new_overlays"] == ["off.toml"]
    assert both["old_digest"] == load_policy("old.toml", "off.toml").digest
    assert (len(both["values"]), both["decisions"]) == (1, []), "both are off"
    given = ["--overlay", "named.toml", "--new-overlay", "off.toml", "--units", "ids.csv", *AT]
    one = run_json("diff", "old.toml", "old.toml", *given)
    assert one["new_digest"] == load_policy("old.toml", "named.toml", "off.toml").digest
    assert [value["path"] for value in one["values"]] == ["toggles.sms.enabled"]
    assert [(found["old"], found["new"], found["count"]) for found in one["decisions"]] == [("on", "off", 3)]
    back = run_json("diff", "old.toml", "old.toml", "--old-overlay", "off.toml", "--units", "ids.csv", *AT)
    assert [(found["old"], found["new"]) for found in back["decisions"]] == [("off", "on")]
    text = run("diff", "old.toml", "old.toml", *given)
    assert text.startswith("old.toml + named.toml (")
    assert " -> old.toml + named.toml + off.toml (" in text
    Path("off.toml").write_text("toggles.sms.enabled = 5\n")
    assert "off.toml:1: toggles.sms.enabled: " in run("diff", "old.toml", "old.toml", *given, code=1)


@pytest.mark.parametrize("units", [["--units", "ids.csv"], []])
def test_a_gate_of_neither_policy_is_refused(units: list[str]) -> None:
    gate = {"toggle": "billing-bot", "rule": "rampp", "step": 0, "n": 40, "at": "2026-03-05T12:00:00Z"}
    Path("gates.json").write_text(json.dumps([gate]))
    text = run("diff", "old.toml", "new.toml", "--gates", "gates.json", *units, code=2)
    assert text.startswith("turnout: gates.json: toggle `billing-bot` has no rule `rampp` with a ramp; write [{")


def test_the_help_names_all_formats() -> None:
    assert ".toml, .json or .yaml" in " ".join(run("diff", "--help").split())


def test_faults_of_either_policy_are_listed() -> None:
    Path("new.toml").write_text("turnout = 2\n")
    assert "new.toml: the policy has 2 faults" in run("diff", "old.toml", "new.toml", code=1)


def test_a_long_list_is_cut_on_the_screen_and_whole_in_json() -> None:
    policy = load_policy("old.toml")
    phone = policy.toggles["phone"]
    more = {f"line-{n:03}": phone for n in range(120)}
    Path("many.json").write_text(json.dumps(policy.document | {"toggles": policy.toggles | more}))
    text = run("diff", "old.toml", "many.json")
    assert "+ line-049: added" in text
    assert "+ line-050: added" not in text
    assert "and 70 more toggles" in text
    assert "and 70 more; --json lists all" in text
    assert len(run_json("diff", "old.toml", "many.json")["values"]) == 120
