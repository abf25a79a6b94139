"""`save_usage` and `load_usage`: counts in files, whole or not at all, each evaluation once."""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import sys
import weakref
from pathlib import Path
from typing import Any

import pytest

import turnout
from tests.unit.policy_faults.documents import governed

START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
TREES = [{"id": "pro", "when": {"attribute": "plan", "equals": "pro"}}]


def engine() -> turnout.Engine:
    """An engine with a switch and a toggle of one rule."""
    policy = turnout.Policy.from_document({"turnout": 1, "toggles": {"a": governed(), "b": governed(rules=TREES)}})
    return turnout.Engine(policy, clock=turnout.ManualClock(START))


def ask(asked: turnout.Engine, *plans: str) -> None:
    """Evaluate the toggle with the rule."""
    for plan in plans:
        asked.is_enabled("b", "u", {"plan": plan})


def day(number: int) -> dt.datetime:
    """A day after the start."""
    return START + dt.timedelta(days=number)


def test_it_counts_what_is_new(tmp_path: Path) -> None:
    file, asked = tmp_path / "usage.json", engine()
    ask(asked, "pro", "free")
    first = turnout.save_usage(asked, file, at=day(1))
    assert first["b"] == {
        "evaluations": 2,
        "enabled": 1,
        "since": day(1).isoformat(),
        "last_evaluated_at": day(1).isoformat(),
        "outcome": "mixed",
        "outcome_since": day(1).isoformat(),
    }
    assert (first["a"]["evaluations"], first["a"]["last_evaluated_at"]) == (0, None)
    assert turnout.save_usage(asked, file, at=day(2)) == first, "nothing was asked since"
    ask(asked, "pro")
    second = turnout.save_usage(asked, file, at=day(3))["b"]
    assert (second["evaluations"], second["enabled"]) == (3, 2)
    assert (second["since"], second["last_evaluated_at"]) == (day(1).isoformat(), day(3).isoformat())
    assert (second["outcome"], second["outcome_since"]) == ("on", day(3).isoformat())
    assert turnout.load_usage(file)["b"] == second


def test_another_engine_adds_to_the_file(tmp_path: Path) -> None:
    """As after a restart: counts begin at 0, and the file goes on."""
    file = tmp_path / "usage.json"
    for number in (1, 2):
        asked = engine()
        ask(asked, "pro", "pro")
        turnout.save_usage(asked, str(file), at=day(number))
    found = turnout.load_usage(file)["b"]
    assert (found["evaluations"], found["outcome"], found["outcome_since"]) == (4, "on", day(1).isoformat())


def test_a_swap_counts_anew_and_a_toggle_that_went_is_kept(tmp_path: Path) -> None:
    file, asked = tmp_path / "usage.json", engine()
    ask(asked, "pro", "pro")
    turnout.save_usage(asked, file, at=day(1))
    patch = {"toggles": {"a": None, "c": governed()}}
    asked.swap(asked.policy.with_changes(patch, operator="maria", reason="OPS-1"))
    ask(asked, "pro", "pro", "pro")
    found = turnout.save_usage(asked, file, at=day(2))
    assert (found["b"]["evaluations"], sorted(found)) == (5, ["a", "b", "c"])
    old = asked.policy
    for _ in range(2):
        asked.swap(engine().policy)
        asked.swap(old)
    ask(asked, "pro")
    assert turnout.save_usage(asked, file, at=day(3))["b"]["evaluations"] == 6


def test_an_engine_is_not_kept_alive(tmp_path: Path) -> None:
    asked = engine()
    turnout.save_usage(asked, tmp_path / "usage.json", at=day(1))
    gone = weakref.ref(asked)
    del asked
    gc.collect()
    assert gone() is None


def test_a_save_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, asked = tmp_path / "usage.json", engine()
    ask(asked, "pro")
    turnout.save_usage(asked, file, at=day(1))
    kept = file.read_bytes()
    ask(asked, "pro")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            turnout.save_usage(asked, file, at=day(2))
    assert file.read_bytes() == kept
    assert [path.name for path in tmp_path.iterdir()] == ["usage.json"]
    assert turnout.save_usage(asked, file, at=day(3))["b"]["evaluations"] == 2


@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_keeps_a_file_of_its_own(tmp_path: Path) -> None:
    asked = engine()
    ask(asked, "pro")
    turnout.save_usage(asked, tmp_path / "parent.json", at=day(1))
    child = os.fork()
    if child == 0:  # pragma: no cover
        try:
            ask(asked, "free", "free")
            turnout.save_usage(asked, tmp_path / "child.json", at=day(2))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert turnout.load_usage(tmp_path / "child.json")["b"]["evaluations"] == 2
    both = turnout.load_usage(tmp_path / "parent.json", tmp_path / "child.json")["b"]
    assert (both["evaluations"], both["enabled"], both["outcome"]) == (3, 1, "mixed")


def part(**fields: Any) -> dict[str, Any]:
    """A toggle in a usage file."""
    one = day(1).isoformat()
    return {
        "evaluations": 1,
        "enabled": 1,
        "since": one,
        "last_evaluated_at": one,
        "outcome": "on",
        "outcome_since": one,
    } | fields


def written(folder: Path, *parts: dict[str, Any]) -> list[Path]:
    """A file for each."""
    files = [folder / f"{number}.json" for number in range(len(parts))]
    for file, one in zip(files, parts, strict=True):
        file.write_text(json.dumps({"turnout_usage": 1, "saved_at": day(9).isoformat(), "toggles": {"a": one}}))
    return files


NEVER = {"evaluations": 0, "enabled": 0, "last_evaluated_at": None, "outcome": None, "outcome_since": None}


@pytest.mark.parametrize(
    ("parts", "outcome", "since", "last"),
    [
        ([part(), part(since=day(3).isoformat(), outcome_since=day(3).isoformat())], "on", day(1), day(1)),
        ([part(), part(outcome_since=day(5).isoformat())], "on", day(5), day(1)),
        ([part(), part(outcome="off", last_evaluated_at=day(7).isoformat())], "mixed", day(1), day(7)),
        ([part(), part(**NEVER)], "on", day(1), day(1)),
        ([part(**NEVER), part(**NEVER)], None, None, None),
    ],
)
def test_files_are_put_together(
    tmp_path: Path, parts: list[Any], outcome: str | None, since: dt.datetime | None, last: dt.datetime | None
) -> None:
    found = turnout.load_usage(*written(tmp_path, *parts))["a"]
    assert found["outcome"] == outcome
    assert found["outcome_since"] == (since and since.isoformat())
    assert found["last_evaluated_at"] == (last and last.isoformat())
    assert found["evaluations"] == sum(one["evaluations"] for one in parts)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON"),
        ("[]", "is no usage file"),
        ('{"turnout_usage": 2}', "is no usage file"),
        ('{"turnout_usage": 1}', "toggles is no table"),
        ('{"turnout_usage": 1, "toggles": {"a": {}}}', "toggles.a has other keys than evaluations"),
        (part(evaluations=-1), "toggles.a.evaluations is no count"),
        (part(enabled=True), "toggles.a.enabled is no count"),
        (part(since=None), "toggles.a.since is no instant"),
        (part(since="2026-03-01"), "toggles.a.since is no instant"),
        (part(outcome="sometimes"), "toggles.a.outcome is none of on, off, mixed"),
    ],
)
def test_a_file_that_is_none_is_refused_and_left_alone(tmp_path: Path, text: Any, words: str) -> None:
    if isinstance(text, str):
        file = tmp_path / "usage.json"
        file.write_text(text)
    else:
        (file,) = written(tmp_path, text)
    kept = file.read_text()
    for call in (lambda: turnout.load_usage(file), lambda: turnout.save_usage(engine(), file, at=START)):
        with pytest.raises(ValueError, match=words):
            call()
    assert file.read_text() == kept


def test_the_time_is_an_argument(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        turnout.save_usage(engine(), tmp_path / "usage.json")  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="time zone"):
        turnout.save_usage(engine(), tmp_path / "usage.json", at=dt.datetime(2026, 1, 1))


@pytest.mark.parametrize("again", ["the same document", "the same object", "there and back"])
def test_every_swap_counts_anew(tmp_path: Path, again: str) -> None:
    """Also one that ends on the policy that was in force before."""
    file, asked = tmp_path / "usage.json", engine()
    policy = asked.policy
    ask(asked, *["pro"] * 10)
    turnout.save_usage(asked, file, at=day(1))
    if again == "there and back":
        asked.swap(turnout.Policy.from_document({"turnout": 1, "toggles": {"b": governed()}}))
    asked.swap(policy if again == "the same object" else turnout.Policy.from_document(policy.document))
    ask(asked, *["free"] * 15)
    counted = turnout.save_usage(asked, file, at=day(2))["b"]
    assert (counted["evaluations"], counted["enabled"]) == (25, 10)
    assert turnout.load_usage(file)["b"] == counted


def test_a_clock_that_goes_back_takes_nothing_back(tmp_path: Path) -> None:
    file, asked = tmp_path / "usage.json", engine()
    ask(asked, "pro")
    turnout.save_usage(asked, file, at=day(5))
    ask(asked, "free")
    found = turnout.save_usage(asked, file, at=day(3))["b"]
    assert found["evaluations"] == 2
    assert (found["last_evaluated_at"], found["outcome_since"]) == (day(5).isoformat(), day(5).isoformat())
    assert turnout.save_usage(asked, file, at=day(4))["b"] == found, "nothing was asked since"
    ask(asked, "free")
    assert turnout.save_usage(asked, file, at=day(6))["b"]["last_evaluated_at"] == day(6).isoformat()


@pytest.mark.skipif(os.name != "posix", reason="links and modes of POSIX")
def test_a_link_stays_and_so_does_the_mode(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    file, link, asked = tmp_path / "kept" / "usage.json", tmp_path / "usage.json", engine()
    turnout.save_usage(asked, file, at=day(1))
    umask = os.umask(0)
    os.umask(umask)
    assert file.stat().st_mode & 0o777 == 0o666 & ~umask
    file.chmod(0o640)
    link.symlink_to(file)
    ask(asked, "pro")
    turnout.save_usage(asked, link, at=day(2))
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert turnout.load_usage(file)["b"]["evaluations"] == 1
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["kept", "usage.json", "usage.json"]


def test_a_link_to_nothing_yet_is_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    link = tmp_path / "usage.json"
    link.symlink_to(tmp_path / "kept" / "usage.json")
    turnout.save_usage(engine(), link, at=day(1))
    assert link.is_symlink()
    assert set(turnout.load_usage(tmp_path / "kept" / "usage.json")) == {"a", "b"}


def test_an_error_names_the_file_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as absent:
        turnout.save_usage(engine(), tmp_path / "nowhere" / "usage.json", at=day(1))
    assert absent.value.filename == str(tmp_path / "nowhere" / "usage.json")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match=r"folder'?$") as folder:
        turnout.save_usage(engine(), tmp_path / "folder", at=day(1))
    assert folder.value.filename == str(tmp_path / "folder")
    assert "draft" not in f"{absent.value} {folder.value}"


def test_nobody_writes_the_draft_of_another(tmp_path: Path) -> None:
    """Threads, and processes of one number: every container has a process 1."""
    other = tmp_path / ".usage.json.0.draft"
    other.write_text("half of ")
    turnout.save_usage(engine(), tmp_path / "usage.json", at=day(1))
    assert other.read_text() == "half of "
    assert sorted(path.name for path in tmp_path.iterdir()) == [other.name, "usage.json"]


def test_json_that_is_nested_without_end_is_no_usage_file(tmp_path: Path) -> None:
    file = tmp_path / "usage.json"
    file.write_text("[" * 100_000, "utf-8")
    with pytest.raises(ValueError, match="is not JSON"):
        turnout.load_usage(file)
