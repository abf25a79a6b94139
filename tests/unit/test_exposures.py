"""Exposure events: what is logged, in bounded memory, to every sink, and in forked children."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import logging
import os
import threading
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import turnout
from tests.property.documents import NOW, document, ramp, rule, toggle

PRO = {"attribute": "plan", "equals": "pro"}
SHADOW: dict[str, Any] = {
    "variants": {"bot": 90, "scripted": 10},
    "default": "human",
    "rules": [
        rule({"attribute": "tier", "equals": "vip"}, id="vip", serve="human"),
        rule(id="ramp", ramp=ramp({"percent": 0, "mode": "shadow"})),
    ],
}


def engine_of(log: turnout.ExposureLog, clock: turnout.ManualClock | None = None, **keys: Any) -> turnout.Engine:
    """An engine of one toggle `t` that logs."""
    source = document({"t": toggle(**(keys or SHADOW))}) | {"segments": {"business": {"rules": [PRO]}}}
    return turnout.Engine(turnout.Policy.from_document(source), clock=clock or turnout.ManualClock(NOW), exposures=log)


def test_an_event_holds_what_the_evaluation_says() -> None:
    """By every door that logs, with both decisions in shadow."""
    log = turnout.ExposureLog(repeat_after_s=0, segments=["business", "no such segment"], attributes=["plan", "n.x"])
    engine = engine_of(log)
    attributes: dict[str, Any] = {"plan": "pro", "n": {"x": 3}}
    found = engine.evaluate("t", "c-1", attributes)
    engine.is_enabled("t", "c-1", attributes)
    engine.is_enabled("t", turnout.Context("c-1", attributes))
    engine.toggle("t").is_enabled("c-1", attributes)
    engine.toggle("t").evaluate(turnout.Context("c-1", attributes))
    rows = log.take().rows(named=True)
    assert len(rows) == 5
    assert all(row == rows[0] for row in rows)
    assert rows[0] == {
        "at": NOW, "toggle": "t", "unit": "c-1", "served": "human", "shadow": found.shadow, "mode": "shadow",
        "reason": "SHADOW", "code": None, "rule": "ramp", "policy_digest": engine.policy.digest, "enabled": False,
        "bucket": found.bucket, "percent": 0.0, "refused": [], "segments": ["business"], "plan": "pro", "n.x": "3",
    }  # fmt: skip


def test_what_is_no_exposure_is_not_logged() -> None:
    """Explanations, all toggles at once, columns, and keys that no toggle has."""
    log = turnout.ExposureLog()
    engine = engine_of(log)
    engine.explain("t", "c-1")
    engine.evaluate_all("c-1")
    engine.evaluate_many("t", ["c-1"])
    assert engine.evaluate("no such toggle", "c-1").code == "FLAG_NOT_FOUND"
    assert engine.evaluate("t", "c-1", "no mapping").code == "INVALID_CONTEXT"  # type: ignore[arg-type]
    assert log.counts == turnout.ExposureCounts(0, 0, 0, 0)
    assert log.take().is_empty()


def test_values_of_every_type_are_logged_as_text() -> None:
    log = turnout.ExposureLog(repeat_after_s=0, attributes=["x"])
    engine = engine_of(log)
    values: list[Any] = [
        True, 3, 2.5, 10**30, "é\0", None, "", [1, 2], {"y": 1}, NOW, object(), float("nan"), b"\xff", "\ud800",
    ]  # fmt: skip
    for value in values:
        engine.is_enabled("t", "c-1", {"x": value})
    engine.is_enabled("t", "c-1")
    assert log.take()["x"].to_list() == [
        "true", "3", "2.5", str(10**30), "é\0", None, "", None, None, str(int(NOW.timestamp() * 10**6)), None, "NaN",
        None, None, None,
    ]  # fmt: skip


def test_the_unit_is_the_one_that_was_placed() -> None:
    """That of the ramp when a ramp decided, otherwise the caller's."""
    log = turnout.ExposureLog(repeat_after_s=0)
    engine = engine_of(
        log, rules=[rule(PRO, id="first"), rule(id="second", ramp=ramp({"percent": 50}, unit="account"))]
    )
    engine.is_enabled("t", "c-1", {"plan": "pro", "account": 7})
    engine.is_enabled("t", "c-1", {"account": 7})
    engine.is_enabled("t", None, {})
    engine.is_enabled("t", 4.5, {})  # type: ignore[arg-type]
    assert log.take().select("unit", "rule").rows() == [
        ("c-1", "first"),
        ("7", "second"),
        (None, "second"),
        (None, "second"),
    ]


def test_the_same_decision_is_one_event_for_a_while() -> None:
    """The same toggle, unit, decision and policy; time may go back."""
    log = turnout.ExposureLog(repeat_after_s=60)
    clock = turnout.ManualClock(NOW)
    engine = engine_of(log, clock)
    for seconds in (0, 30, 29, 0, 1, -30):
        clock.advance(dt.timedelta(seconds=seconds))
        engine.is_enabled("t", "c-1")
    assert log.counts == turnout.ExposureCounts(2, 2, 4, 0)
    engine.is_enabled("t", "c-1", {"tier": "vip"})
    engine.is_enabled("t", "c-2")
    assert log.counts.recorded == 4
    clock.advance(dt.timedelta(days=-1))
    engine.is_enabled("t", "c-2")
    assert log.counts.recorded == 5
    engine.swap(engine.policy)
    engine.is_enabled("t", "c-2")
    assert log.counts.recorded == 6
    for _ in range(3):
        engine.is_enabled("t")
    assert log.counts.recorded == 9


def test_many_units_are_each_logged_once() -> None:
    """More than are remembered at a time in one set, fewer than in all."""
    log = turnout.ExposureLog()
    engine = engine_of(log)
    for _ in range(2):
        for index in range(20_000):
            engine.is_enabled("t", index)
    counts = log.counts
    assert counts.recorded + counts.repeated == 40_000
    # A set of four may be asked to remember a fifth; such a decision is logged again.
    assert 20_000 <= counts.recorded < 20_400
    assert log.take(100_000)["unit"].n_unique() == 20_000


def test_memory_is_bounded() -> None:
    """What does not fit is counted, and there is room again for as many as were taken."""
    log = turnout.ExposureLog(capacity=10, repeat_after_s=0)
    engine = engine_of(log)
    for index in range(25):
        engine.is_enabled("t", index)
    assert log.counts == turnout.ExposureCounts(10, 10, 0, 15)
    assert log.take(4)["unit"].to_list() == ["0", "1", "2", "3"]
    for index in range(25, 35):
        engine.is_enabled("t", index)
    assert log.take()["unit"].to_list() == ["4", "5", "6", "7", "8", "9", "25", "26", "27", "28"]


def test_pseudonyms_are_keyed_hashes() -> None:
    """Others can compute them with the key; the place on the ramp, which would tell who it is, is left out."""
    key = bytes(range(16))
    log = turnout.ExposureLog(pseudonym_key=key)
    engine = engine_of(log)
    engine.is_enabled("t", "Grüße")
    engine.is_enabled("t", None)
    first, second = log.take().rows(named=True)
    assert first["unit"] == hmac.new(key, "Grüße".encode(), hashlib.sha256).hexdigest()[:32]
    assert (first["bucket"], first["shadow"] in ("bot", "scripted"), second["unit"]) == (None, True, None)


@pytest.mark.parametrize("name", ["events.jsonl", "folder"])
def test_what_was_written_is_read_again(name: str, tmp_path: Path) -> None:
    """All of it, in order, over several flushes, with nothing but nulls in some columns."""
    sink = tmp_path / name
    log = turnout.ExposureLog(sink, repeat_after_s=0, segments=["business"], attributes=["plan"])
    kept = turnout.ExposureLog(repeat_after_s=0, segments=["business"], attributes=["plan"])
    clock = turnout.ManualClock(NOW)
    engines = engine_of(log, clock), engine_of(kept, clock)
    for index in range(50):
        clock.advance(dt.timedelta(microseconds=1_000_001))
        for engine in engines:
            engine.is_enabled("t", index, {"plan": "pro"} if index > 25 else {})
        if index % 10 == 0:
            assert log.flush() == (1 if index == 0 else 10)
    assert log.flush() == 9
    assert log.flush() == 0
    expected = kept.take()
    found = turnout.load_exposures(sink)
    assert found.select(expected.columns).equals(expected)
    if name == "folder":
        assert len(list(sink.iterdir())) == 6
        found = turnout.load_exposures(*sink.iterdir())
        assert found.equals(expected)


def test_no_event_is_lost_when_a_sink_fails(caplog: pytest.LogCaptureFixture) -> None:
    """A flush raises, the thread logs; both begin again with what was not written."""
    written: list[int] = []
    fails = True

    def sink(events: pl.DataFrame) -> None:
        if fails:
            raise OSError("disk full")
        written.extend(int(unit) for unit in events["unit"])

    log = turnout.ExposureLog(sink, every_s=0.01)
    engine = engine_of(log)
    engine.is_enabled("t", 1)
    with pytest.raises(OSError, match="disk full"):
        log.flush()
    engine.is_enabled("t", 2)
    with caplog.at_level(logging.ERROR, "turnout.exposures"):
        log.start()
        deadline = threading.Event()
        for _ in range(500):
            if caplog.records:
                break
            deadline.wait(0.01)
        fails = False
        log.stop()
    assert "disk full" in caplog.text
    assert written == [1, 2]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full")
def test_a_full_disk_is_an_error() -> None:
    log = turnout.ExposureLog("/dev/full/events.jsonl")
    engine_of(log).is_enabled("t", 1)
    with pytest.raises(OSError, match="/dev/full"):
        log.flush()


def test_a_line_that_was_cut_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system may take only a part of a write, and then fail."""
    file = tmp_path / "events.jsonl"
    log = turnout.ExposureLog(file)
    engine = engine_of(log)
    engine.is_enabled("t", 1)
    whole, calls = os.write, []

    def cut(descriptor: int, data: bytes) -> int:
        calls.append(len(data))
        if len(calls) == 2:
            raise OSError("no space left")
        return whole(descriptor, data[:20])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", cut)
        with pytest.raises(OSError, match="no space"):
            log.flush()
    engine.is_enabled("t", 2)
    assert log.flush() == 2
    assert [json.loads(line)["unit"] for line in file.read_text().splitlines()] == ["1", "2"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"capacity": 0}, "capacity must be at least 1"),
        ({"repeat_after_s": -1}, "repeat_after_s must be between"),
        ({"repeat_after_s": float("nan")}, "repeat_after_s must be between"),
        ({"every_s": 0}, "every_s must be above 0"),
        ({"pseudonym_key": b"short"}, "pseudonym_key has 5 bytes; at least 16"),
        ({"segments": [f"s{index}" for index in range(65)]}, "65 segments; at most 64"),
        ({"segments": "business"}, r"segments must be a list of names, such as \['business'\]"),
        ({"attributes": ["plan", "plan"]}, "attributes names one twice"),
        ({"attributes": ["x\0"]}, "has a NUL in it"),
        ({"attributes": ["new"]}, "every event has a column 'new' already"),
        ({"attributes": ["consent.ai_chat"]}, "the column 'refused' says"),
        ({"attributes": ["unit"]}, "every event has a column 'unit' already"),
    ],
)
def test_faulty_options_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        turnout.ExposureLog(**arguments)


def test_a_log_without_a_sink_says_so() -> None:
    for call in (turnout.ExposureLog().flush, turnout.ExposureLog().start):
        with pytest.raises(ValueError, match="no sink"):
            call()
    with pytest.raises(TypeError, match="exposures must be an ExposureLog"):
        turnout.Engine(turnout.Policy.from_document(document({})), clock=turnout.SystemClock(), exposures="log")  # type: ignore[arg-type]


def test_a_file_that_is_no_log_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "events.txt"
    text.write_text("x")
    with pytest.raises(ValueError, match=r"events\.txt: is a file; name a file \*\.jsonl"):
        turnout.ExposureLog(text)
    for name, content in (("a.jsonl", '{"x": 1}\n'), ("b.jsonl", "not json\n"), ("c.parquet", "no parquet")):
        (tmp_path / name).write_text(content)
        with pytest.raises(ValueError, match=f"{name}: holds no exposure events"):
            turnout.load_exposures(tmp_path / name)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"no exposure events in .*empty"):
        turnout.load_exposures(tmp_path / "empty")
    with pytest.raises(FileNotFoundError):
        turnout.load_exposures(tmp_path / "absent.jsonl")


def test_threads_log_together() -> None:
    """Nothing is lost or written twice while somebody takes."""
    log = turnout.ExposureLog(repeat_after_s=0, capacity=1_000_000)
    engine = engine_of(log)
    taken: list[str] = []
    ended = threading.Event()

    def ask(first: int) -> None:
        for index in range(first, first + 5000):
            engine.is_enabled("t", index)

    def take() -> None:
        while not ended.is_set():
            taken.extend(log.take(500)["unit"])

    askers = [threading.Thread(target=ask, args=(first * 5000,)) for first in range(4)]
    taker = threading.Thread(target=take)
    for thread in [*askers, taker]:
        thread.start()
    for thread in askers:
        thread.join()
    ended.set()
    taker.join()
    taken.extend(log.take(100_000)["unit"])
    assert sorted(map(int, taken)) == list(range(20_000))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_forked_children_write_what_is_theirs(tmp_path: Path) -> None:
    """Events that wait at the fork are the parent's; each process flushes by itself."""
    file = tmp_path / "events.jsonl"
    with turnout.ExposureLog(file, every_s=0.02) as log:
        engine = engine_of(log)
        log._thread.stop()  # so that the event below waits at the fork
        engine.is_enabled("t", "parent")
        log.start()
        children = []
        for index in range(3):
            child = os.fork()
            if child == 0:
                engine.is_enabled("t", f"child-{index}")
                patience = threading.Event()
                for _ in range(500):
                    if log.counts.waiting == 0:
                        break
                    patience.wait(0.01)
                by_itself = log.counts.waiting == 0
                log.stop()
                os._exit(0 if by_itself else 1)
            children.append(child)
        assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    units = [json.loads(line)["unit"] for line in file.read_text().splitlines()]
    assert sorted(units) == ["child-0", "child-1", "child-2", "parent"]
