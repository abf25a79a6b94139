"""Overlays: a policy file and what is different in one environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import turnout
from tests.unit.test_cli import run, run_json
from turnout.patch import parse_path, path_text

BASE = """turnout = 1
environment = "test"

[segments.pilot]
rules = [{ attribute = "plan", in = ["pro"] }]

[toggles.chat]
category = "channel"
owner = "a@example.com"
created = 2026-01-10
review_by = 2026-07-01
fallback = ["email", "phone"]
rollback = { plan = "runbook", to = "off" }
monitors = [{ kpi = "csat", worse_than = 4 }]
schedule = { zone = "UTC", open = "mon-fri 08:00-20:00" }

[toggles."sms ü"]
category = "channel"
owner = "a@example.com"
created = 2026-01-10
review_by = 2026-07-01
rollback = { plan = "runbook", to = "off" }
monitors = [{ kpi = "csat", worse_than = 4 }]
requires = { chat = true }
"""


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("policy.toml", BASE)


def write(name: str, text: str) -> str:
    """A file of this name."""
    Path(name).write_text(text, encoding="utf-8")
    return name


def load(*overlays: str, strict: bool = True) -> turnout.Policy:
    """The base with overlays: texts of TOML, or of JSON when they begin with a brace."""
    names = [
        write(f"{i}.{'json' if text.startswith(('{', '[1')) else 'toml'}", text)
        for i, text in enumerate(overlays, start=1)
    ]
    return turnout.load_policy("policy.toml", *names, strict=strict)


def faults(*overlays: str) -> list[str]:
    """The faults, as people read them."""
    with pytest.raises(turnout.PolicyError) as error:
        load(*overlays)
    return [str(problem) for problem in error.value.problems]


def test_tables_merge_and_all_else_replaces() -> None:
    found = load('environment = "production"\n[toggles.chat]\nfallback = ["phone"]\nschedule.zone = "Europe/Berlin"\n')
    chat = found.toggles["chat"]
    assert found.environment == "production"
    assert chat["fallback"] == ["phone"]
    assert chat["schedule"] == {"zone": "Europe/Berlin", "open": "mon-fri 08:00-20:00"}
    assert chat["owner"] == "a@example.com"


@pytest.mark.parametrize(
    "overlay",
    [
        "[toggles.chat.schedule]\n_delete = true\n",
        "toggles.chat.schedule._delete = true\n",
        "[toggles.chat]\nschedule = { _delete = true }\n",
        '{"toggles": {"chat": {"schedule": null}}}',
    ],
)
def test_a_key_is_deleted(overlay: str) -> None:
    assert "schedule" not in load(overlay).toggles["chat"]


def test_whatever_a_key_holds_it_can_be_deleted() -> None:
    found = load("[toggles.chat]\nfallback = { _delete = true }\n[segments.pilot]\n_delete = true\n")
    assert "fallback" not in found.toggles["chat"]
    assert found.document["segments"] == {}


@pytest.mark.parametrize(
    ("overlay", "words"),
    [
        ("\n[toggles.chatt]\n_delete = true\n", "toggles.chatt (1.toml, line 2): deleted, but not there; did you mean `chat`?"),
        ('{"toggles":\n{"fax": null}}', 'toggles.fax (1.json, line 2): deleted, but not there; take it out; there are `chat`, `"sms ü"`'),
        ("toggles.chat.scedule._delete = true\n", "toggles.chat.scedule (1.toml, line 1): deleted, but not there; did you mean `schedule`?"),
        ("toggles.chat.owner.name._delete = true\n", "toggles.chat.owner.name (1.toml, line 1): deleted, but not there; take it out"),
    ],
)  # fmt: skip
def test_what_is_deleted_must_be_there(overlay: str, words: str) -> None:
    """Otherwise a slip of the pen would leave it in force."""
    assert words in faults(overlay)
    (found,) = [p for p in load(overlay, strict=False).problems if p.message == "deleted, but not there"]
    assert str(found) == words


def test_what_one_overlay_deletes_is_not_there_for_the_next() -> None:
    gone = "toggles.chat.schedule._delete = true\n"
    assert faults(gone, gone) == [
        "toggles.chat.schedule (2.toml, line 1): deleted, but not there; take it out; there are `category`, `created`, "
        "`fallback`, `monitors`, `owner`, `review_by`, `rollback`"
    ]


def test_the_last_overlay_wins() -> None:
    on, off = "toggles.chat.enabled = true\n", "toggles.chat.enabled = false\n"
    assert load(on, off).toggles["chat"]["enabled"] is False
    assert load(off, on).toggles["chat"]["enabled"] is True


def test_what_one_overlay_deletes_another_may_set_up() -> None:
    zone = 'toggles.chat.schedule = { zone = "UTC", open = "always" }\n'
    assert load("toggles.chat.schedule._delete = true\n", zone).toggles["chat"]["schedule"]["open"] == "always"


def test_an_overlay_need_not_be_a_policy_and_an_empty_one_changes_nothing() -> None:
    assert load("") == load("{}") == turnout.load_policy("policy.toml")


@pytest.mark.parametrize("text", ["", "# not yet\n", "---\n", "---\n# not yet\n...\n", "~\n", "{}"])
def test_an_empty_overlay_in_yaml_changes_nothing_either(text: str) -> None:
    whole = turnout.load_policy("policy.toml")
    assert turnout.load_policy("policy.toml", write("empty.yaml", text)) == whole
    assert turnout.load_policy("policy.toml", write("empty.yaml", text), "empty.yaml") == whole


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("null", "null"),
        ("true", "true or false"),
        ("7", "a whole number"),
        ("7.5", "a number"),
        ('"text"', "text"),
        ("[1]", "a list"),
    ],
)
def test_what_is_no_table_is_called_by_the_words_of_documents(value: str, words: str) -> None:
    write("1.json", value)
    with pytest.raises(turnout.PolicyError) as error:
        turnout.load_policy("policy.toml", "1.json")
    assert str(error.value) == f"document (1.json, line 1): {words} where a table is expected; write a table"


def test_a_fault_names_the_file_that_set_the_value() -> None:
    found = faults(
        "\n\ntoggles.chat.review_by = 2025-01-01\n",
        '{"toggles": {"chat":\n {"colour": "red"},\n "sms ü": {"requires":\n {"chatt": true}}}}',
    )
    assert [line.partition(":")[0] for line in sorted(found)] == [
        'toggles."sms ü".requires.chatt (2.json, line 4)',
        "toggles.chat.colour (2.json, line 2)",
        "toggles.chat.review_by (1.toml, line 3)",
    ]


def test_the_base_deletes_nothing() -> None:
    write("policy.toml", BASE + "_delete = true\n")
    (found,) = faults("")
    assert found.startswith('toggles."sms ü"._delete (policy.toml, line 25): unknown key')


def test_a_fault_of_the_base_names_the_base() -> None:
    write("policy.toml", BASE.replace('category = "channel"', 'category = "chanel"', 1))
    (found,) = faults("toggles.chat.enabled = true\n")
    assert found.startswith("toggles.chat.category (policy.toml, line 8): ")


def test_what_an_overlay_deleted_is_missing_there() -> None:
    (found,) = faults("\n[toggles.chat]\nowner = { _delete = true }\n")
    assert found.startswith("toggles.chat.owner (1.toml, line 3): `owner` is missing")


def test_a_new_toggle_is_judged_as_any_other() -> None:
    found = faults('toggles.chat.enabled = true\n[toggles.fax]\ncategory = "channel"\nrequires.sms = true\n')
    assert {line.partition(":")[0] for line in found} == {
        "toggles.fax.owner (1.toml, line 2)",
        "toggles.fax.created (1.toml, line 2)",
        "toggles.fax.review_by (1.toml, line 2)",
        "toggles.fax.rollback (1.toml, line 2)",
        "toggles.fax.monitors (1.toml, line 2)",
        "toggles.fax.requires.sms (1.toml, line 4)",
    }


def test_every_file_is_read_before_any_is_refused() -> None:
    found = faults("a = = 1\n", '{"toggles": }')
    assert [" (1.toml, line 1)" in found[0], " (2.json, line 1)" in found[-1]] == [True, True]


@pytest.mark.parametrize(
    ("overlay", "words"),
    [
        ("[toggles.chat]\n_delete = false\n", "toggles.chat._delete (1.toml, line 2): `_delete` is not true"),
        ('[toggles.chat]\n_delete = "yes"\n', "toggles.chat._delete (1.toml, line 2): `_delete` is not true"),
        ('[toggles.chat]\nowner = "x"\n_delete = true\n', "(1.toml, line 3): a table that is deleted and has `owner`"),
        ("_delete = true\n", "_delete (1.toml, line 1): the whole document cannot be deleted"),
        ('{"toggles": {"chat": {"_delete": true}}}', "toggles.chat._delete (1.json, line 1): unknown key `_delete`"),
        ("toggles.chat.monitors = [{ _delete = true }]\n", "monitors[0]._delete (1.toml, line 1): unknown key"),
    ],
)
def test_a_deletion_says_just_that(overlay: str, words: str) -> None:
    assert [line for line in faults(overlay) if words in line]


def test_a_toggle_may_have_any_name() -> None:
    chat = {**turnout.load_policy("policy.toml").toggles["chat"]}
    found = load(json.dumps({"toggles": {"_delete": chat}}), "toggles._delete.enabled = false\n")
    assert found.toggles["_delete"]["enabled"] is False


def test_lenient_takes_the_merged_document_as_it_takes_any() -> None:
    found = load("toggles.chat.owner._delete = true\n", strict=False)
    assert [problem.path for problem in found.problems] == ["toggles.chat.owner"]


def test_what_a_lenient_load_lets_pass_has_its_file_and_line() -> None:
    write("policy.toml", BASE.replace('category = "channel"', 'category = "chanel"', 1))
    found = load("\ntoggles.chat.review_by = 2025-01-01\n", '{"toggles": {"sms ü":\n{"owner": null}}}', strict=False)
    assert {(problem.path, problem.file, problem.line) for problem in found.problems} == {
        ("toggles.chat.category", "policy.toml", 8),
        ("toggles.chat.review_by", "1.toml", 2),
        ('toggles."sms ü".owner', "2.json", 2),
    }
    assert found.problems == found.problems
    assert turnout.Engine(found, clock=turnout.SystemClock()).policy.problems == found.problems
    checked = run_json("check", "policy.toml", "--overlay", "1.toml", "--overlay", "2.json", "--lenient")
    assert ("2.json", 2) in {(problem["file"], problem["line"]) for problem in checked["problems"]}


def test_the_suffix_and_the_file_of_an_overlay_are_looked_at() -> None:
    with pytest.raises(turnout.PolicyError, match=r"not a \.toml, \.json, \.yaml or \.yml file"):
        turnout.load_policy("policy.toml", "overlay.ini")
    with pytest.raises(FileNotFoundError):
        turnout.load_policy("policy.toml", "nowhere.toml")


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("", []),
        ("a.b-c_d", ["a", "b-c_d"]),
        ('"a.b[0]"[2][3].c', ["a.b[0]", 2, 3, "c"]),
        (r'toggles."q\"\\\u{7f}\n".id', ["toggles", 'q"\\\x7f\n', "id"]),
    ],
)
def test_paths_are_read_as_they_are_written(text: str, steps: list[str | int]) -> None:
    assert parse_path(text) == steps
    written = ""
    for step in steps:
        written = path_text(written, step) if isinstance(step, str) else f"{written}[{step}]"
    assert written == text


def test_a_key_with_quotes_is_the_same_in_all_paths() -> None:
    """In those of the core, of YAML and of the library."""
    key = 'a"b\\c\t\x1b\u202e'
    shown = r'toggles."a\"b\\c\t\u{1b}\u{202e}"'
    assert path_text("toggles", key) == shown
    quoted = json.dumps(key)
    for suffix, text in (("json", f'{{"toggles": {{{quoted}: 5}}}}'), ("yaml", f"toggles:\n  {quoted}: !x 5\n")):
        with pytest.raises(turnout.PolicyError) as error:
            turnout.load_policy(write(f"odd.{suffix}", text))
        assert shown in [problem.path for problem in error.value.problems]
    (line,) = faults(f"[toggles.{quoted}]\n_delete = 5\n")
    assert line.startswith(f"{shown}._delete (1.toml, line 2): ")


def test_the_commands_take_overlays() -> None:
    write("off.toml", "toggles.chat.enabled = false\n")
    write("faulty.toml", "\n\ntoggles.chat.owner = 5\n")
    given = ["--overlay", "off.toml"]
    whole = turnout.load_policy("policy.toml", "off.toml").digest
    assert run_json("check", "policy.toml", *given)["summary"]["digest"] == whole
    assert run_json("stale", "policy.toml", *given, "--at", "2026-02-01")["digest"] == whole
    assert run_json("ramp", "policy.toml", "chat", *given)["digest"] == whole
    for command in ("evaluate", "explain"):
        assert '"reason": "DISABLED"' in run(command, "policy.toml", "chat", *given, "--json")
    text = run("check", "policy.toml", *given, "--overlay", "faulty.toml", code=1)
    assert "faulty.toml:3  toggles.chat.owner" in text
    (fault,) = run_json("check", "policy.toml", "--overlay", "faulty.toml", code=1)["problems"]
    assert (fault["file"], fault["line"]) == ("faulty.toml", 3)
    assert "faulty.toml:3: toggles.chat.owner: " in run("ramp", "policy.toml", "--overlay", "faulty.toml", code=1)
    assert "nowhere.toml: no such overlay" in run("check", "policy.toml", "--overlay", "nowhere.toml", code=2)
    assert "not '.ini'" in run("check", "policy.toml", "--overlay", write("x.ini", ""), code=2)


def test_yaml_lies_over_toml_and_deletes_by_null() -> None:
    Path("policy.toml").write_text(BASE, "utf-8")
    Path("night.yaml").write_text("toggles:\n  chat:\n    owner: night@example.com\n    schedule: null\n", "utf-8")
    chat = turnout.load_policy("policy.toml", "night.yaml").toggles["chat"]
    assert chat["owner"] == "night@example.com"
    assert "schedule" not in chat


def test_a_fault_in_a_yaml_overlay_has_its_file_and_line() -> None:
    Path("policy.toml").write_text(BASE, "utf-8")
    Path("night.yaml").write_text("# by night\ntoggles:\n  chat:\n    created: soon\n    colour: red\n", "utf-8")
    with pytest.raises(turnout.PolicyError) as caught:
        turnout.load_policy("policy.toml", "night.yaml")
    found = {(problem.path, problem.file, problem.line) for problem in caught.value.problems}
    assert found == {("toggles.chat.created", "night.yaml", 4), ("toggles.chat.colour", "night.yaml", 5)}
    Path("night.yaml").write_text("toggles:\n  chat: [1\n", "utf-8")
    with pytest.raises(turnout.PolicyError) as caught:
        turnout.load_policy("policy.toml", "night.yaml")
    assert {problem.file for problem in caught.value.problems} == {"night.yaml"}
