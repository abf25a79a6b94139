"""The thread of a watch: its bound, its beginning and its end."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from pathlib import Path
from typing import Any

import turnout
from tests.property.documents import NOW
from tests.unit.watching import Desk, rename, text
from turnout.polling import _running


def wait_for(condition: Any, most_s: float = 10.0) -> None:
    """Until it holds, or a failure."""
    end = time.monotonic() + most_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "turnout-refresh"]


def test_the_thread_puts_a_change_in_force_within_its_bound(tmp_path: Path) -> None:
    desk = Desk(tmp_path, every_s=0.05)
    with desk.watch:
        for turn in range(5):
            rename(desk.path, text(environment=str(turn)))
            changed = time.monotonic()
            wait_for(lambda turn=turn: desk.environment == str(turn))
            # every_s, the rest of a look and a load; the slack is for a busy machine
            assert time.monotonic() - changed < 2
    assert not threads()
    rename(desk.path, text(environment="late"))
    time.sleep(0.2)
    assert desk.environment == "4"


def test_no_thread_is_started_unasked_or_twice(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert not threads()
    watch = desk.watch.start().start()
    assert len(threads()) == 1
    assert threads()[0].daemon
    watch.stop()
    watch.stop()
    assert not threads()
    with watch:
        assert len(threads()) == 1
    assert not _running


def test_the_thread_ends_with_its_engine(tmp_path: Path) -> None:
    """It goes on while somebody has the engine, even if nobody has the watch."""
    path = tmp_path / "policy.json"
    path.write_text(text())
    held = turnout.Engine(turnout.load_policy(path), clock=turnout.ManualClock(NOW))
    engine = weakref.ref(held)
    watch = turnout.PolicyWatch(held, path, every_s=0.02)
    # an error that is kept must not keep what it was raised from
    rename(path, "{")
    watch.poll()
    assert watch.status.error
    watch.start()
    del watch
    rename(path, text(environment="two"))
    wait_for(lambda: engine().policy.environment == "two")
    rename(path, "{")
    time.sleep(0.1)
    assert len(threads()) == 1
    del held
    wait_for(lambda: not threads())
    gc.collect()
    assert engine() is None
    assert not _running


def test_a_thread_that_is_stopped_while_it_reads_puts_nothing_in_force(tmp_path: Path) -> None:
    desk = Desk(tmp_path, every_s=0.01, timeout_s=0.1)
    reading, go_on = threading.Event(), threading.Event()
    inner = desk.watch._poller.sources.read

    def slow(*arguments: Any) -> Any:
        found = inner(*arguments)
        reading.set()
        go_on.wait(10)
        return found

    rename(desk.path, text(environment="two"))
    desk.watch._poller.sources.read = slow  # type: ignore[method-assign]
    desk.watch.start()
    reading.wait(10)
    thread = threads()[0]
    desk.watch.stop()
    go_on.set()
    thread.join(10)
    assert (thread.is_alive(), desk.environment) == (False, "one")


def test_a_poll_waits_for_the_thread_and_both_agree(tmp_path: Path) -> None:
    desk = Desk(tmp_path, every_s=0.001)
    with desk.watch:
        for turn in range(30):
            rename(desk.path, text(environment=str(turn)))
            desk.watch.poll()
            assert desk.environment == str(turn)
    assert desk.watch.status.swaps == 30
