"""Threads, forks and pickles: a policy is seen whole or not at all, and nothing hangs."""

from __future__ import annotations

import copy
import datetime as dt
import itertools
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import turnout
from tests.property.documents import NOW, Document, policy, ramp, rule, toggle

ROOT = Path(__file__).resolve().parents[2]
UNITS = [f"c-{index}" for index in range(50)]
PLANS = {"plan": "pro"}


def marked(mark: str, toggles: int) -> turnout.Policy:
    """A policy that serves its mark everywhere; the toggle `t` stands elsewhere in each."""
    weights: Document = {"variants": {mark: 1}, "default": f"not {mark}"}
    listed = [rule({"attribute": "plan", "equals": "pro"}, ramp=ramp({"percent": 50}, salt="s"))]
    others = {f"{mark}{index}": toggle(**weights) for index in range(toggles)}
    return policy(others | {"t": toggle(rules=listed, **weights), "all": toggle(requires={"t": True}, **weights)})


OLD, NEW = marked("old", 3), marked("zzz", 40)
MARKS = {OLD.digest: "old", NEW.digest: "zzz"}


@pytest.fixture
def eager() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def whole(found: turnout.Evaluation) -> str:
    """The mark of an evaluation, every part of which must be of one policy."""
    mark = MARKS[found.policy_digest]
    assert found.value == (mark if found.enabled else f"not {mark}")
    assert found.variant == (mark if found.enabled else None)
    assert found.rule == ("r" if found.key == "t" else None)
    return mark


def doors(desk: turnout.Engine) -> list[Callable[[str], list[turnout.Evaluation]]]:
    """Every way to ask; each answer must be whole, and all that is asked at once of one policy."""
    handle = desk.toggle("t")
    contexts = {unit: turnout.Context(unit, PLANS) for unit in UNITS}
    shared = turnout.Context("c-1", PLANS)
    rows = [PLANS] * len(UNITS)
    return [
        lambda unit: [desk.evaluate("t", unit, PLANS)],
        lambda unit: [handle.evaluate(unit, PLANS)],
        lambda unit: [handle.evaluate(contexts[unit])],
        lambda _: [desk.evaluate("all", shared)],
        lambda unit: [desk.explain("t", unit, PLANS).evaluation],
        lambda unit: list(dict(desk.evaluate_all(unit, PLANS)).values()),
        lambda _: every_row(desk.evaluate_many("t", UNITS, rows)),
        lambda unit: [desk.evaluate("all", unit, PLANS)],
    ]


def every_row(batch: turnout.EvaluationBatch) -> list[turnout.Evaluation]:
    """The rows of a batch."""
    return [batch[row] for row in range(len(batch))]


@pytest.mark.usefixtures("eager")
def test_every_answer_is_of_one_policy() -> None:
    """Eight threads ask by eight doors while another swaps."""
    desk = turnout.Engine(OLD, clock=turnout.ManualClock(NOW))
    expected = {
        mark: [turnout.Engine(kept, clock=turnout.ManualClock(NOW)).is_enabled("t", unit, PLANS) for unit in UNITS]
        for kept, mark in ((OLD, "old"), (NEW, "zzz"))
    }
    assert expected["old"] == expected["zzz"]
    seen: list[set[str]] = [set() for _ in range(8)]
    faults: list[BaseException] = []
    start, deadline = threading.Barrier(9), time.monotonic() + 20

    def ask(number: int) -> None:
        start.wait()
        try:
            for turn in itertools.count():
                marks = {whole(evaluation) for evaluation in doors_of[number](UNITS[turn % len(UNITS)])}
                assert len(marks) == 1
                seen[number] |= marks
                if turn >= 100 and (len(seen[number]) == 2 or time.monotonic() > deadline):
                    break
        except BaseException as fault:
            faults.append(fault)

    doors_of = doors(desk)
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    start.wait()
    while any(thread.is_alive() for thread in threads):
        desk.swap(NEW)
        desk.swap(OLD)
    for thread in threads:
        thread.join()
    assert not faults, faults[0]
    # The swaps did happen under their hands.
    assert seen == [{"old", "zzz"}] * 8


@pytest.mark.usefixtures("eager")
def test_swaps_of_many_threads_leave_one_policy() -> None:
    """And usage counts of one."""
    desk = turnout.Engine(OLD, clock=turnout.ManualClock(NOW))
    handle = desk.toggle("t")

    def swap() -> None:
        for _ in range(100):
            desk.swap(NEW)
            desk.swap(OLD)
            whole(handle.evaluate("c-1", PLANS))

    threads = [threading.Thread(target=swap) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.policy.digest in MARKS
    desk.swap(NEW)
    assert (desk.policy, whole(handle.evaluate("c-1", PLANS))) == (NEW, "zzz")
    assert desk.usage()["t"]["evaluations"] == 1


def test_evaluation_works_beside_a_busy_thread() -> None:
    """A thread that never rests must not starve evaluations: they give up nothing while they run."""
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            sum(range(1000))

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        desk = turnout.Engine(OLD, clock=turnout.ManualClock(NOW))
        found = [desk.evaluate("t", unit, PLANS) for _ in range(200) for unit in UNITS]
        assert desk.evaluate_many("t", UNITS, [PLANS] * len(UNITS)).enabled.tolist() == [f.enabled for f in found[:50]]
    finally:
        stop.set()
        thread.join()
    assert desk.usage()["t"]["evaluations"] == 200 * 50 + 50


def test_a_call_that_comes_back_into_its_engine() -> None:
    """A clock that asks the very engine, and one that swaps it: no lock is held meanwhile."""
    closed = policy({"t": toggle(schedule={"zone": "UTC", "open": "daily 00:00-01:00"}), "plain": toggle()})
    other = policy({"plain": toggle()})
    asked: list[bool] = []

    def clock() -> dt.datetime:
        # The engine asks its clock once while it is made.
        for desk in desks:
            asked.append(desk.is_enabled("plain", "c-1"))
            desk.swap(other)
        return NOW

    desks: list[turnout.Engine] = []
    desk = turnout.Engine(closed, clock=clock)
    desks.append(desk)
    found = desk.evaluate("t", "c-1")
    # What was begun under one policy ends under it.
    assert (found.code, found.policy_digest, asked) == ("OUTSIDE_SCHEDULE", closed.digest, [True])
    assert desk.evaluate("t", "c-1").code == "FLAG_NOT_FOUND"
    assert desk.policy == other


def test_a_policy_survives_a_pickle() -> None:
    """With its digest, its order, its problems and its answers."""
    lenient = {"turnout": 1, "toggles": {"b": {"category": "channel"}, "a": toggle(rules=[rule({"attribute": "x"})])}}
    for kept in (OLD, NEW, turnout.Policy.from_document(lenient, strict=False)):
        for again in (*(pickle.loads(pickle.dumps(kept, number)) for number in range(2, 6)), copy.deepcopy(kept)):
            assert again == kept
            assert (again.digest, again.document, hash(again)) == (kept.digest, kept.document, hash(kept))
            # In the order of their source, which is the canonical form for the copy.
            assert sorted(found.path for found in again.problems) == sorted(found.path for found in kept.problems)
            one, other = (turnout.Engine(found, clock=turnout.ManualClock(NOW)) for found in (kept, again))
            assert list(one.evaluate_all("c-1")) == list(other.evaluate_all("c-1"))
            for key in kept.toggles:
                assert one.evaluate(key, "c-1", PLANS) == other.evaluate(key, "c-1", PLANS)


FORK = """
import multiprocessing, os, pickle, signal, sys, threading
import turnout
old, new = (pickle.loads(bytes.fromhex(text)) for text in sys.stdin.read().split())
units = [f"c-{i}" for i in range(50)]
desk = turnout.Engine(old, clock=turnout.SystemClock())
handle, context = desk.toggle("t"), turnout.Context("c-1", {"plan": "pro"})

def answers(_=None):
    found = [desk.evaluate("t", unit, {"plan": "pro"}).to_dict() for unit in units]
    return found, handle.is_enabled(context), desk.policy.digest

def child():
    assert answers() == before
    desk.swap(new)
    assert answers()[2] == new.digest and handle.evaluate(context).policy_digest == new.digest
    assert [f["enabled"] for f in answers()[0]] == [f["enabled"] for f in before[0]]
    desk.swap(old)
    assert answers() == before

def fork():
    if (pid := os.fork()) == 0:
        signal.alarm(8)
        try:
            CHILD
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1]

before = answers()
"""
IN_THREADS = """
stop = threading.Event()
def busy():
    while not stop.is_set():
        BUSY
threads = [threading.Thread(target=busy) for _ in range(6)]
for thread in threads:
    thread.start()
ended = []
while len(ended) < 25 and not any(ended):
    ended.append(fork())
stop.set()
assert ended == [0] * 25, ended
"""
IN_A_POOL = """
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(answers, range(8)) == [before] * 8
"""
IN_A_GRANDCHILD = """
    child()
    if (pid := os.fork()) == 0:
        signal.alarm(8)
        child()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
"""
# What the child does, and what its parent does.
FORKS = {
    "by os.fork": ("child()", "assert [fork() for _ in range(5)] == [0] * 5"),
    "of a child": (IN_A_GRANDCHILD.replace("\n", "\n        "), "assert fork() == 0"),
    "by multiprocessing": ("child()", IN_A_POOL),
    "while others evaluate": ("child()", IN_THREADS.replace("BUSY", "answers()")),
    "while others swap": (
        "desk.swap(new); assert answers()[2] == new.digest",
        "sys.setswitchinterval(1e-6)" + IN_THREADS.replace("BUSY", "desk.swap(new); desk.swap(old)"),
    ),
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("name", FORKS)
def test_a_preloaded_engine_goes_on_in_a_fork(name: str) -> None:
    """It answers as in its parent, can be swapped, and never hangs (an alarm ends a child that does)."""
    given = "\n".join(pickle.dumps(kept).hex() for kept in (OLD, NEW))
    # Python warns of forks beside threads; that they are safe here is what is tested.
    in_child, in_parent = FORKS[name]
    script = FORK.replace("CHILD", in_child) + in_parent
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script]
    ended = subprocess.run(command, input=given, capture_output=True, encoding="utf-8", timeout=100, cwd=ROOT)
    assert ended.returncode == 0, ended.stderr


def test_an_engine_is_shared_between_threads_of_its_own_clock() -> None:
    """A manual clock moved by one thread is seen by the others."""
    clock = turnout.ManualClock(NOW)
    open_at_night = {"zone": "UTC", "open": "daily 22:00-24:00"}
    desk = turnout.Engine(policy({"t": toggle(schedule=open_at_night)}), clock=clock)
    found: list[bool] = []
    for hour in (21, 22, 23, 0):
        clock.set(NOW.replace(hour=hour))
        thread = threading.Thread(target=lambda: found.append(desk.is_enabled("t", "c-1")))
        thread.start()
        thread.join()
    assert found == [False, True, True, False]
