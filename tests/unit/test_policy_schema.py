"""The JSON Schema over written documents, key by key; and the command that prints it."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import turnout
from tests.property.documents import toggle
from tests.property.schema_law import SCHEMA, check_law, faults_of, valid
from tests.unit.policy_faults.documents import keys, parts, sound
from turnout.cli.app import app
from turnout.cli.starter import WRITTEN_CREATED, starter_text

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SOUND: dict[str, Any] = json.loads(json.dumps(sound()))
PATHS = sorted(keys(SOUND))


def plain(text: str) -> dict[str, Any]:
    """A document in TOML as JSON holds it."""
    read: dict[str, Any] = json.loads(json.dumps(tomllib.loads(text), default=lambda date: date.isoformat()))
    return read


def table_and_key(path: str) -> tuple[dict[str, Any], Any, str]:
    """A copy of the sound document, the table that holds the key of a path, and the key."""
    tree = copy.deepcopy(SOUND)
    *above, last = parts(path)
    place: Any = tree
    for part in above:
        place = place[part]
    return tree, place, str(last)


def documents_of_pages() -> list[tuple[str, str]]:
    """The policies that the pages show as files."""
    fence = re.compile(r"^```toml (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [(f"{page.name}: {m[1]}", m[2]) for page in PAGES for m in fence.finditer(page.read_text("utf-8"))]


def test_sound_documents_are_valid() -> None:
    assert check_law(SOUND)
    assert check_law(turnout.load_policy(turnout.sample_policy_path()).document)
    assert check_law(turnout.Policy.from_bytes(starter_text(WRITTEN_CREATED).encode()).document)


def test_documents_of_the_pages_are_judged_alike() -> None:
    found = {name: check_law(plain(text)) for name, text in documents_of_pages()}
    assert found["README.md: policy.toml"] is True
    assert found["policy.md: faulty.toml"] is False


@pytest.mark.parametrize("path", PATHS)
def test_a_key_that_is_missing_or_misspelt(path: str) -> None:
    tree, table, key = table_and_key(path)
    value = table.pop(key)
    check_law(tree)
    table[f"{key}-x"] = value
    check_law(tree)


@pytest.mark.parametrize("path", PATHS)
def test_a_value_of_another_type(path: str) -> None:
    refused = 0
    for wrong in (None, True, 7, -7.5, "", "text", [7.5], [], {"q": 1}, {}):
        tree, table, key = table_and_key(path)
        table[key] = wrong
        refused += check_law(tree) is False
    assert refused >= 5, "null, numbers, lists and tables at the least"


@pytest.mark.parametrize("path", [path for path in PATHS if isinstance(parts(path)[-1], str)])
def test_every_table_refuses_strange_keys(path: str) -> None:
    tree, table, key = table_and_key(path)
    if isinstance(table[key], dict) and key not in ("toggles", "segments", "calendars", "variants", "requires"):
        table[key]["strange"] = 1
        assert check_law(tree) is False


@pytest.mark.parametrize(
    "change",
    [
        {"category": "channel", "risk": "low"},
        {"category": "channel", "model_version": "m"},
        {"category": "channel", "approvals": ["HR-1"]},
        {"category": "channel", "trigger": "workload > available"},
        {"category": "automation"},
        {"category": "automation", "model_version": "m", "risk": "low"},
        {"category": "automation", "model_version": "m", "risk": "dire", "consent": []},
        {"category": "automation", "model_version": "m", "risk": "low", "consent": [], "approvals": ["HR-1"]},
        {"category": "capacity"},
        {"category": "capacity", "approvals": []},
        {"category": "capacity", "approvals": ["HR-1"], "trigger": "always"},
        {"category": "capacity", "approvals": ["HR-1"], "risk": "low"},
        {"variants": {"a": 1}},
        {"variants": {}, "default": "x"},
        {"variants": {"a": 0, "b": 0}, "default": "x"},
        {"default": "x"},
        {"default": True},
        {"rules": [{"id": "r", "ramp": {"rebucket": True}}]},
        *({"rules": [{"id": "r", "when": when}]} for when in ({}, {"attribute": "a"}, {"all": []}, {"segment": 1})),
        {"rules": [{"id": "r", "when": {"attribute": "a", "exists": True, "any": [{"attribute": "b", "null": True}]}}]},
        {"rules": [{"id": "r", "when": {"not": {"attribute": "a", "exists": True}, "exists": True}}]},
    ],
)
def test_what_keys_ask_of_each_other(change: dict[str, Any]) -> None:
    tree = {"turnout": 1, "toggles": {"t": toggle() | change}}
    assert check_law(tree) is False


def test_a_step_without_its_hold() -> None:
    def ramp(*holds: str | None) -> dict[str, Any]:
        steps = [{"percent": 10} | ({"hold": hold} if hold else {}) for hold in holds]
        plan = {"unit": "u", "algorithm": "xxh3/1", "started_at": "2026-03-01T00:00:00Z", "steps": steps}
        return {"turnout": 1, "toggles": {"t": toggle() | {"rules": [{"id": "r", "ramp": plan}]}}}

    assert check_law(ramp("1d", "1d", None))
    assert check_law(ramp("1d", "1d"))
    assert not valid(ramp(None, None))
    assert valid(ramp(None, "1d")), "which of them is the last is the core's to say"
    assert faults_of(ramp(None, "1d"))


def test_editors_are_told_what_everything_is() -> None:
    def check(schema: Any, path: str) -> None:
        for key, inner in schema.get("properties", {}).items():
            described = inner if "description" in inner else SCHEMA["$defs"][inner["$ref"].split("/")[-1]]
            assert len(described["description"]) > 3, f"{path}.{key}"

    check(SCHEMA, "")
    for name, definition in SCHEMA["$defs"].items():
        assert definition["description"].endswith("."), name
        check(definition, name)


def test_each_call_gives_a_schema_of_its_own() -> None:
    turnout.policy_schema().clear()
    assert turnout.policy_schema() == SCHEMA


def test_the_command_prints_or_writes_it(tmp_path: Path) -> None:
    def run(*words: str) -> Any:
        return CliRunner().invoke(app, ["schema", *words], env={"COLUMNS": "200"})

    assert json.loads(run().stdout) == SCHEMA
    assert json.loads(run("--json").stdout) == SCHEMA
    path = tmp_path / "policy.schema.json"
    assert run("--out", str(path)).stdout == f"wrote {path}\n"
    assert path.read_bytes() == (ROOT / "python/turnout/data/policy.schema.json").read_bytes()
    assert json.loads(run("--out", str(path), "--json").stdout) == {"path": str(path), "written": True}
    failed = run("--out", str(tmp_path / "absent" / "x.json"))
    assert failed.exit_code == 2
    assert "cannot be written" in failed.output
