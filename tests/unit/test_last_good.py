"""The last good policy on disk: written with a checksum, and taken for a start without the source."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

import turnout
from tests.property.documents import NOW
from tests.unit.watching import GOOD, SECONDS, Desk, rename, text
from turnout.replace import replace_file

BAD = json.dumps({"turnout": 1})


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "policy.last-good"


def begin(path: Path, copy: Path, now: dt.datetime = NOW, **options: Any) -> turnout.PolicyWatch:
    """A start."""
    return turnout.PolicyWatch.from_source(path, clock=turnout.ManualClock(now), last_good=copy, **options)


def test_a_start_without_the_source_takes_the_last_good_policy(tmp_path: Path, copy: Path) -> None:
    desk = Desk(tmp_path, last_good=copy)
    desk.write(text(environment="two"))
    desk.path.unlink()
    watch = begin(desk.path, copy, NOW + 60 * SECONDS)
    assert watch.engine.policy == desk.engine.policy
    status = watch.status
    assert (status.from_last_good, status.age_s, status.confirmed_at) == (True, 60.0, NOW)
    assert isinstance(status.error, FileNotFoundError)
    rename(desk.path, text(environment="two"))
    assert not watch.poll()
    status = watch.status
    assert (status.from_last_good, status.age_s, status.error) == (False, 0.0, None)


def test_a_start_with_a_bad_source_does_too(tmp_path: Path, copy: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Otherwise a mistake in the source takes down whoever restarts."""
    desk = Desk(tmp_path, last_good=copy)
    rename(desk.path, BAD)
    refusals: list[Exception] = []
    with caplog.at_level(logging.INFO, "turnout.refresh"):
        watch = begin(desk.path, copy, on_refusal=refusals.append)
    assert watch.engine.policy == desk.engine.policy
    assert watch.status.problems
    assert len(refusals) == 1
    assert "`toggles` is missing" in caplog.text
    rename(desk.path, text(environment="two"))
    assert watch.poll()


def test_without_a_copy_the_fault_of_the_source_is_raised(tmp_path: Path, copy: Path) -> None:
    with pytest.raises(FileNotFoundError) as gone:
        begin(tmp_path / "policy.json", copy)
    assert "there is no last good policy to start with" in gone.value.__notes__[0]
    rename(tmp_path / "policy.json", BAD)
    with pytest.raises(turnout.PolicyError, match="`toggles` is missing") as bad:
        begin(tmp_path / "policy.json", copy)
    assert str(copy) in bad.value.__notes__[0]
    with pytest.raises(turnout.PolicyError) as alone:
        turnout.PolicyWatch.from_source(tmp_path / "policy.json", clock=turnout.SystemClock())
    assert not hasattr(alone.value, "__notes__")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: data[:-20], "is damaged: its checksum is not that of its document"),
        (lambda data: data.replace(b"desk@", b"disk@", 1), "is damaged"),
        (lambda data: data + b" ", "is damaged"),
        (lambda data: data.partition(b"\n")[2], "is no copy of a last good policy"),
        (lambda _: b"", "is no copy"),
        (lambda _: b"\xff\xfe{}", "is no copy"),
        (lambda data: b"[" * 100_000 + data, "is no copy"),
        (lambda data: data.replace(b'"turnout_last_good": 1', b'"turnout_last_good": 2'), "is no copy"),
        (lambda data: data.replace(b"policy.json", b"other.json", 1), "is the copy of another source: "),
    ],
)
def test_a_damaged_copy_is_refused(tmp_path: Path, copy: Path, damage: Any, words: str) -> None:
    """And written anew by the next start that has the source."""
    desk = Desk(tmp_path, last_good=copy)
    whole = copy.read_bytes()
    copy.write_bytes(damage(whole))
    desk.path.unlink()
    with pytest.raises(FileNotFoundError) as found:
        begin(desk.path, copy)
    [note] = found.value.__notes__
    assert words in note
    assert str(copy) in note
    assert "delete it" in note
    rename(desk.path, text())
    begin(desk.path, copy)
    assert copy.read_bytes() == whole


def test_the_copy_is_whole_private_and_says_what_it_is(tmp_path: Path, copy: Path) -> None:
    desk = Desk(tmp_path, last_good=copy)
    if os.name != "nt":
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    header, document = map(json.loads, copy.read_text("utf-8").splitlines())
    assert document == GOOD
    assert (header["source"], header["digest"]) == (str(desk.path), desk.engine.policy.digest)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["policy.json", "policy.last-good"]


def test_a_copy_that_cannot_be_written_is_reported_and_the_policy_serves(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Once, and no more when it can."""
    folder = tmp_path / "missing"
    desk = Desk(tmp_path, last_good=folder / "copy")
    assert desk.write(text(environment="two"))
    assert isinstance(desk.watch.status.copy_error, FileNotFoundError)
    assert desk.watch.status.error is None
    assert caplog.text.count("the last good copy cannot be written") == 1
    folder.mkdir()
    desk.watch.poll()
    assert desk.watch.status.copy_error is None
    assert begin(desk.path, folder / "copy").engine.policy.environment == "two"


def test_the_copy_keeps_the_time_of_the_last_confirmation(tmp_path: Path, copy: Path) -> None:
    """To the minute: a restart must not make the policy look older than it is, nor younger."""
    desk = Desk(tmp_path, last_good=copy)
    for _ in range(10):
        desk.advance(30)
        desk.watch.poll()
    desk.advance(100)
    desk.path.unlink()
    desk.watch.poll()
    age_s = begin(desk.path, copy, desk.clock.now()).status.age_s
    assert 100 <= age_s <= 160
    # a copy from the future, by a clock that went wrong, is no younger than now
    assert begin(desk.path, copy, NOW).status.age_s == 0


def test_processes_of_one_service_share_a_copy(tmp_path: Path, copy: Path) -> None:
    """Whoever comes second finds it written; whoever is behind does not undo it for long."""
    first, second = (Desk(tmp_path, last_good=copy) for _ in range(2))
    written = copy.stat().st_ino
    assert Desk(tmp_path, last_good=copy).engine.policy == first.engine.policy
    assert copy.stat().st_ino == written
    first.write(text(environment="two"))
    second.watch.poll()
    first.path.unlink()
    assert begin(first.path, copy).engine.policy.environment == "two"


def test_a_copy_of_overlays_is_the_merged_policy(tmp_path: Path, copy: Path) -> None:
    overlay = tmp_path / "production.toml"
    overlay.write_text('environment = "production"\n')
    desk = Desk(tmp_path, overlay, last_good=copy)
    overlay.unlink()
    clock = turnout.ManualClock(NOW)
    again = turnout.PolicyWatch.from_source(desk.path, overlay, clock=clock, last_good=copy)
    assert again.engine.policy == desk.engine.policy
    assert again.status.source == f"{desk.path} + {overlay}"


def test_a_lenient_copy_is_loaded_leniently(tmp_path: Path, copy: Path) -> None:
    lenient = json.dumps({"turnout": 1, "toggles": {"phone": {"category": "channel"}}})
    desk = Desk(tmp_path, first=lenient, strict=False, last_good=copy)
    desk.path.unlink()
    assert begin(desk.path, copy, strict=False).engine.policy == desk.engine.policy
    with pytest.raises(FileNotFoundError) as found:
        begin(desk.path, copy)
    assert "`owner` is missing" in found.value.__notes__[0]


@pytest.mark.skipif(os.name == "nt", reason="a file that is open cannot be replaced there")
def test_a_file_is_replaced_whole_under_a_reader(tmp_path: Path) -> None:
    """Eight threads write, one reads: every reading is one of the texts, and nothing is left behind."""
    file = tmp_path / "file"
    texts = [bytes([65 + number]) * 50_000 for number in range(8)]
    replace_file(file, texts[0])
    threads = [threading.Thread(target=lambda t=t: [replace_file(file, t) for _ in range(20)]) for t in texts]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert file.read_bytes() in texts
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    replace_file(file, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(file, b"new")
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
