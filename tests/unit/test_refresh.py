"""A policy file that is watched: what is put in force, what is refused, and what is said of it."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest

import turnout
from tests.property.documents import NOW, toggle
from tests.unit.watching import GOOD, Desk, config_map, killed, rename, text

BAD = json.dumps({"turnout": 1, "toggles": {"phone": {"category": "fax"}, "sms": toggle(owner=5)}})


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged, each by its first line."""
    return [record.getMessage().splitlines()[0] for record in caplog.records if record.name == "turnout.refresh"]


def test_a_change_is_put_in_force_at_the_next_look(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert desk.engine.is_enabled("phone", "c-1")
    assert desk.write(killed("phone"))
    assert not desk.engine.is_enabled("phone", "c-1")
    assert desk.swaps == [("one", "one")]


def test_nothing_new_is_nothing_done(tmp_path: Path) -> None:
    """Not even if the file was touched, or says the same in other words: usage counts on."""
    desk = Desk(tmp_path)
    desk.engine.is_enabled("phone")
    assert not desk.watch.poll()
    os.utime(desk.path)
    assert not desk.watch.poll()
    assert not desk.write(json.dumps(GOOD, indent=4))
    assert desk.engine.usage()["phone"]["evaluations"] == 1
    assert (desk.swaps, desk.refusals, desk.watch.status.swaps) == ([], [], 0)


def test_a_change_of_content_alone_is_seen(tmp_path: Path) -> None:
    """The same size, and the same time: what is compared is what it says."""
    desk = Desk(tmp_path)
    before = desk.path.stat()
    desk.path.write_text(text(environment="two"), encoding="utf-8")
    os.utime(desk.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert desk.path.stat().st_size == before.st_size
    assert desk.watch.poll()
    assert desk.environment == "two"


def test_a_bad_policy_is_refused_once_with_all_faults(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(tmp_path)
    with caplog.at_level(logging.INFO, "turnout.refresh"):
        assert not desk.write(BAD)
        assert not desk.watch.poll()
        assert not desk.watch.poll()
    assert desk.engine.is_enabled("phone")
    [error] = desk.refusals
    assert isinstance(error, turnout.PolicyError)
    assert len(error.problems) > 3
    status = desk.watch.status
    assert (status.error, status.problems, status.refusals) == (error, error.problems, 1)
    assert status.to_dict()["problems"] == [str(problem) for problem in error.problems]
    assert lines(caplog) == [f"{desk.path}: refused, policy {status.digest[:12]} stays in force:"]
    assert all(str(problem) in caplog.text for problem in error.problems)


def test_another_fault_is_reported_again_and_the_cure_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(tmp_path)
    with caplog.at_level(logging.INFO, "turnout.refresh"):
        desk.write(BAD)
        desk.write("{")
        desk.write(text())
        assert desk.watch.status.error is None
        desk.write(BAD)
    assert [type(error) for error in desk.refusals] == [turnout.PolicyError] * 3
    assert [line.partition(": ")[2].split(",")[0] for line in lines(caplog)] == [
        "refused",
        "refused",
        "well again",
        "refused",
    ]
    assert desk.watch.status.refusals == 3


def test_a_bad_document_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would cost a load at every look."""
    desk = Desk(tmp_path)
    compiled: list[Any] = []
    inner = turnout.polling.compile_sources  # type: ignore[attr-defined]
    monkeypatch.setattr("turnout.polling.compile_sources", lambda *a, **k: compiled.append(a) or inner(*a, **k))
    desk.write(BAD)
    desk.watch.poll()
    desk.write(text())
    desk.watch.poll()
    assert len(compiled) == 1


def test_a_file_that_is_gone_is_reported_and_found_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.path.unlink()
    assert not desk.watch.poll()
    assert not desk.watch.poll()
    assert [type(error) for error in desk.refusals] == [FileNotFoundError]
    assert desk.write(text(environment="two"))
    assert desk.watch.status.error is None


def test_a_file_is_found_again_after_a_change_of_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Services that become daemons leave the folder they were started in."""
    monkeypatch.chdir(tmp_path)
    Path("policy.json").write_text(text())
    watch = turnout.PolicyWatch.from_source("policy.json", clock=turnout.ManualClock(NOW))
    monkeypatch.chdir("/")
    rename(tmp_path / "policy.json", text(environment="two"))
    assert watch.poll()
    assert watch.status.source == "policy.json"


def test_a_half_written_file_is_not_put_in_force(tmp_path: Path) -> None:
    """A part of a TOML document may be a sound policy of fewer toggles; so what is new must have come to rest."""
    path = tmp_path / "policy.toml"
    parts = ["turnout = 1\n[toggles]\n", *(f"[toggles.t{index}]\n{GOVERNED}" for index in range(3))]
    path.write_text(parts[0])
    watch = turnout.PolicyWatch.from_source(path, clock=turnout.ManualClock(NOW))
    sizes: list[int] = []
    with path.open("a") as out:

        def rest(_: float) -> None:
            """Whoever writes goes on while the watch rests."""
            sizes.append(len(turnout.load_policy(path)))
            out.write(parts[len(sizes)] if len(sizes) < len(parts) else "")
            out.flush()

        path.write_text(parts[0] + "# in place\n")
        reading = watch._poller.sources.read(lambda: 0, rest)
    assert sizes == [0, 1, 2, 3]
    assert reading.sources[0].data == path.read_bytes()
    assert watch.poll()
    assert len(watch.engine.policy) == 3


GOVERNED = """category = "channel"
owner = "desk@example.com"
created = 2026-01-10
review_by = 2026-12-01
rollback = { plan = "https://example.com/runbook", to = "off" }
monitors = [{ kpi = "service_level", worse_than = 0.7 }]
"""


def test_a_file_without_rest_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path)
    turns = iter(range(1000))
    monkeypatch.setattr("turnout.sources.SETTLE_S", 0.0)
    monkeypatch.setattr("turnout.sources.PolicyFile.mark", lambda _: (next(turns), 0, 0, 0, 0))
    assert not desk.write(text(environment="two"))
    assert "changes while it is read" in str(desk.refusals[0])


@pytest.mark.skipif(os.name == "nt", reason="symbolic links are for administrators there")
def test_a_mounted_folder_is_read_before_or_after_its_exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A base of one version with the overlay of another is a policy that nobody wrote."""
    files = {name: {"base.json": text(environment=name), "overlay.json": "{}"} for name in ("one", "two")}
    for name in files:
        files[name]["overlay.json"] = json.dumps({"toggles": {f"only-{name}": toggle()}})
    config_map(tmp_path, 1, files["one"])
    paths = tmp_path / "base.json", tmp_path / "overlay.json"
    watch = turnout.PolicyWatch.from_source(*paths, clock=turnout.ManualClock(NOW))
    assert watch.engine.policy.environment == "one"
    read, reads = turnout.sources.read_source, []  # type: ignore[attr-defined]

    def late(path: Path) -> Any:
        reads.append(path.name)
        if len(reads) == 2:  # between the base and its overlay
            config_map(tmp_path, 2, files["two"])
        return read(path)

    monkeypatch.setattr("turnout.sources.read_source", late)
    assert watch.poll()
    assert reads == ["base.json", "overlay.json"] * 2
    assert watch.engine.policy.environment == "two"
    assert set(watch.engine.policy.toggles) == {"phone", "sms", "only-two"}


def test_overlays_are_watched_too(tmp_path: Path) -> None:
    overlay = tmp_path / "production.toml"
    overlay.write_text('environment = "production"\n')
    desk = Desk(tmp_path, overlay)
    assert desk.environment == "production"
    rename(overlay, 'environment = "canary"\n')
    assert desk.watch.poll()
    rename(overlay, "[toggles.phone]\nowner = 5\n")
    assert not desk.watch.poll()
    assert (desk.environment, desk.watch.status.problems[0].file) == ("canary", str(overlay))


def test_a_lenient_watch_lets_pass_what_a_lenient_load_does(tmp_path: Path) -> None:
    desk = Desk(tmp_path, strict=False)
    assert desk.write(BAD)
    assert desk.engine.policy.problems
    assert desk.engine.evaluate("sms").code == "PARSE_ERROR"


def test_what_somebody_swaps_by_hand_stays_until_the_source_is_new(tmp_path: Path) -> None:
    desk = Desk(tmp_path, last_good=tmp_path / "copy")
    desk.engine.swap(desk.engine.policy.with_changes({"environment": "hand"}, operator="maria", reason="INC-1"))
    desk.advance(100)
    assert not desk.watch.poll()
    assert desk.environment == "hand"
    assert b"hand" not in (tmp_path / "copy").read_bytes()
    assert desk.write(text(environment="two"))


def test_a_guard_can_refuse_and_is_asked_again(tmp_path: Path) -> None:
    doors = ["closed"]

    def guard(old: turnout.Policy, new: turnout.Policy) -> None:
        if doors[0] == "closed":
            raise PermissionError(f"not from {old.environment} to {new.environment}")

    desk = Desk(tmp_path, before_swap=guard)
    assert not desk.write(text(environment="two"))
    assert not desk.watch.poll()
    assert [str(error) for error in desk.refusals] == ["not from one to two"]
    doors[0] = "open"
    assert desk.watch.poll()
    assert (desk.environment, desk.watch.status.error) == ("two", None)


def test_usage_can_be_saved_before_it_counts_anew(tmp_path: Path) -> None:
    saves: list[Any] = []

    def save(*_: turnout.Policy) -> None:
        saves.append(turnout.save_usage(desk.engine, tmp_path / "usage.json", at=NOW))

    desk = Desk(tmp_path, before_swap=save)
    desk.engine.is_enabled("phone")
    assert desk.write(killed("sms"))
    assert saves[0]["phone"]["evaluations"] == 1


def test_a_callback_that_fails_or_polls_does_no_harm(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "policy.json"
    path.write_text(text())
    inner: list[bool] = []

    def on_swap(*_: turnout.Policy) -> None:
        inner.append(watch.poll())
        raise RuntimeError("the pager is away")

    engine = turnout.Engine(turnout.load_policy(path), clock=turnout.ManualClock(NOW))
    watch = turnout.PolicyWatch(engine, path, on_swap=on_swap, before_swap=lambda *_: inner.append(watch.poll()))
    rename(path, text(environment="two"))
    assert watch.poll()
    assert (inner, engine.policy.environment, watch.status.error) == ([False, False], "two", None)
    assert "a callback failed" in caplog.text
    assert "the pager is away" in caplog.text


def test_a_clock_that_fails_is_reported_and_the_policy_serves(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text(text())
    broken: list[bool] = []

    def clock() -> Any:
        return "late" if broken else NOW

    engine = turnout.Engine(turnout.load_policy(path), clock=clock)
    watch = turnout.PolicyWatch(engine, path)
    broken.append(True)
    rename(path, killed("phone"))
    assert not watch.poll()
    broken.clear()
    assert watch.poll()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"every_s": 0}, "every_s"),
        ({"every_s": float("nan")}, "every_s"),
        ({"timeout_s": -1}, "timeout_s"),
        ({"stale_after_s": 2.0}, "stale_after_s must be a number of seconds above every_s"),
        ({"stale_after_s": float("inf")}, "stale_after_s"),
    ],
)
def test_impossible_options_are_refused(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Desk(tmp_path, **options)
