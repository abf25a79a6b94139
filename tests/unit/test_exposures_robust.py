"""Exposure logs where something goes wrong, or goes on elsewhere."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
from pathlib import Path

import polars as pl
import pytest

import turnout
from tests.property.documents import NOW, document, toggle
from tests.unit.test_exposures import SHADOW, engine_of


def test_what_was_dropped_is_logged_when_there_is_room() -> None:
    log = turnout.ExposureLog(capacity=1)
    engine = engine_of(log)
    for unit in ("a", "b"):
        engine.is_enabled("t", unit)
    log.take()
    engine.is_enabled("t", "b")
    assert log.take()["unit"].to_list() == ["b"]


def test_a_call_that_raises_is_no_exposure() -> None:
    calls = []

    def clock() -> dt.datetime:
        calls.append(1)
        if len(calls) > 1:
            raise RuntimeError("no time")
        return NOW

    log = turnout.ExposureLog()
    source = turnout.Policy.from_document(document({"t": toggle(**SHADOW)}))
    engine = turnout.Engine(source, clock=clock, exposures=log)
    with pytest.raises(RuntimeError, match="no time"):
        engine.evaluate("t", "c-1")
    assert log.counts.recorded == 0


def test_a_torn_line_and_an_empty_file_hide_nothing(tmp_path: Path) -> None:
    """A crash, or a reader beside the writer."""
    file, empty = tmp_path / "events.jsonl", tmp_path / "empty.jsonl"
    log = turnout.ExposureLog(file)
    engine_of(log).is_enabled("t", "c-1")
    log.flush()
    empty.touch()
    with file.open("a") as out:
        out.write('{"at":"2026')
    with pytest.warns(UserWarning, match="a last line that has no end"):
        assert turnout.load_exposures(tmp_path)["unit"].to_list() == ["c-1"]


def test_a_line_that_was_cut_begins_anew_in_a_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old file was moved away between a write that failed and the next."""
    file = tmp_path / "events.jsonl"
    log = turnout.ExposureLog(file)
    engine = engine_of(log)
    engine.is_enabled("t", 1)
    engine.is_enabled("t", 2)
    whole, calls = os.write, []

    def cut(descriptor: int, data: bytes) -> int:
        calls.append(len(data))
        if len(calls) == 2:
            raise OSError("no space left")
        return whole(descriptor, data[: data.index(b"\n") + 20])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", cut)
        with pytest.raises(OSError, match="no space"):
            log.flush()
    assert log.counts.waiting == 2
    file.rename(tmp_path / "old.jsonl")
    assert log.flush() == 2
    assert turnout.load_exposures(file)["unit"].to_list() == ["2"]
    with pytest.warns(UserWarning, match="no end"):
        assert sorted(turnout.load_exposures(tmp_path)["unit"]) == ["1", "2"]


def test_a_sink_may_use_its_log() -> None:
    """To flush inside a flush does nothing; to stop ends the thread."""
    logs: list[turnout.ExposureLog] = []
    seen: list[int] = []

    def sink(events: pl.DataFrame) -> None:
        seen.append(events.height + logs[0].flush())
        logs[0].stop()

    logs.append(turnout.ExposureLog(sink))
    engine_of(logs[0]).is_enabled("t", "c-1")
    assert logs[0].flush() == 1
    assert seen == [1]


def test_several_logs_share_a_folder(tmp_path: Path) -> None:
    """No file replaces another."""
    logs = [turnout.ExposureLog(tmp_path / "events") for _ in range(4)]
    for log in logs:
        engine_of(log).is_enabled("t", "c-1")
    threads = [threading.Thread(target=log.flush) for log in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert turnout.load_exposures(tmp_path / "events").height == 4


def test_a_sink_stays_where_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the process goes elsewhere; folders are made."""
    monkeypatch.chdir(tmp_path)
    log = turnout.ExposureLog("logs/events.jsonl")
    engine_of(log).is_enabled("t", "c-1")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    log.flush()
    assert (tmp_path / "logs" / "events.jsonl").is_file()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_children_of_multiprocessing_write_at_their_end(tmp_path: Path) -> None:
    """They end without Python's own farewell. In a process of its own: forks want no threads of pytest beside them."""
    program = f"""
import multiprocessing, turnout
policy = turnout.load_policy(turnout.sample_policy_path())
log = turnout.ExposureLog({str(tmp_path / "events.jsonl")!r}, every_s=60).start()
engine = turnout.Engine(policy, clock=turnout.SystemClock(), exposures=log)
child = multiprocessing.get_context("fork").Process(target=engine.is_enabled, args=("email", "child"))
child.start()
child.join(20)
engine.is_enabled("email", "parent")
"""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program]
    subprocess.run(command, check=True, timeout=60)
    assert sorted(turnout.load_exposures(tmp_path / "events.jsonl")["unit"]) == ["child", "parent"]
