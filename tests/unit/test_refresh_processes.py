"""A watch in processes: forked by a server that has loaded the application before, and ending at any moment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.property.documents import document, toggle
from tests.unit.watching import text

ROOT = Path(__file__).resolve().parents[2]
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

BEGIN = """
import json, os, pathlib, signal, sys, threading, time
import turnout
folder = pathlib.Path(sys.argv[1])
path, EVERY_S = folder / "policy.json", 0.2
watch = turnout.PolicyWatch.from_source(
    path, clock=turnout.SystemClock(), every_s=EVERY_S, last_good=folder / "copy", stale_after_s=30)
engine = watch.engine

def write(**changes):
    draft = folder / f"draft-{os.getpid()}"
    draft.write_text(json.dumps(json.loads(path.read_text()) | changes))
    draft.replace(path)

def environment(wanted, most_s=20):
    end = time.monotonic() + most_s
    while engine.evaluate("phone", "c-1").policy_digest and engine.policy.environment != wanted:
        assert time.monotonic() < end, (wanted, watch.status)
        time.sleep(0.002)
    return time.monotonic()

def looking():
    return sum(thread.name == "turnout-refresh" for thread in threading.enumerate())
"""

# As gunicorn does with preload_app: engine, watch and threads in the parent, then workers by fork.
PRELOAD = """
def worker(out):
    signal.alarm(60)
    assert looking() == 1, threading.enumerate()
    before = engine.usage()["phone"]["evaluations"]
    for _ in range(1000):
        assert engine.evaluate("phone", "c-1").enabled
    assert engine.usage()["phone"]["evaluations"] == before + 1000
    os.write(out, b"ready\\n")
    seen = environment("two")
    for _ in range(10):
        engine.is_enabled("sms")
    assert engine.usage()["sms"]["evaluations"] == 10
    os.write(out, f"{seen}\\n".encode())
    assert environment("three") and watch.status.refusals == 1 and looking() == 1
    assert not engine.evaluate("phone").stale
    if (child := os.fork()) == 0:
        assert looking() == 1
        os.write(out, b"three\\n")
        environment("four")
        os._exit(0)
    assert environment("four")
    assert os.waitpid(child, 0)[1] == 0
    watch.stop()
    assert looking() == 0

def busy():
    while not stop.is_set():
        engine.evaluate("phone", "c-1")
        json.dumps(engine.evaluate_all("c-1")["phone"].to_dict())

stop = threading.Event()
threads = [threading.Thread(target=busy, daemon=True) for _ in range(3)]
for thread in threads:
    thread.start()
watch.start()
time.sleep(EVERY_S)
pipes = []
for _ in range(4):
    read, out = os.pipe()
    if os.fork() == 0:
        try:
            worker(out)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        # as a worker of gunicorn ends: through the end of the interpreter
        sys.exit(0)
    os.close(out)
    pipes.append(os.fdopen(read))
for pipe in pipes:
    assert pipe.readline() == "ready\\n"
write(environment="two")
changed = time.monotonic()
delays_s = [float(pipe.readline()) - changed for pipe in pipes] + [environment("two") - changed]
write(toggles={"phone": {}})
time.sleep(3 * EVERY_S)
write(**json.loads(path.with_name("good.json").read_text()) | {"environment": "three"})
assert [pipe.readline() for pipe in pipes] == ["three\\n"] * 4
write(environment="four")
assert [os.wait()[1] for _ in pipes] == [0] * 4
stop.set()
for thread in threads:
    thread.join()
assert environment("four") and looking() == 1
print(json.dumps(delays_s))
"""


def run(script: str, folder: Path, *, timeout_s: float = 100) -> str:
    """What a program prints; it must end well and complain of nothing."""
    # Python warns of forks beside threads; that they are safe here is what is tested.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", BEGIN + script, str(folder)]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=timeout_s, cwd=ROOT, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@forks
def test_workers_of_a_preloaded_application_see_every_change(tmp_path: Path) -> None:
    """Each within `every_s` and a load; the slack is for a busy machine."""
    for name in ("policy.json", "good.json"):
        (tmp_path / name).write_text(text())
    delays_s = json.loads(run(PRELOAD, tmp_path))
    assert len(delays_s) == 5
    assert max(delays_s) < 0.2 + 3


@forks
def test_a_fork_in_a_callback_leaves_one_thread_in_each_process(tmp_path: Path) -> None:
    """The child comes back into the loop that called it, and another one has taken over."""
    (tmp_path / "policy.json").write_text(text())
    script = """
children = []
def fork(*_):
    children.append(os.fork())
    if children[-1] == 0:
        signal.alarm(20)
        threading.Thread(target=child).start()

def child():
    try:
        time.sleep(3 * EVERY_S)
        assert looking() == 1, threading.enumerate()
        assert environment("three")
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)

watch = turnout.PolicyWatch(engine, path, every_s=EVERY_S, on_swap=lambda *_: children or fork()).start()
write(environment="two")
environment("two")
time.sleep(EVERY_S)
write(environment="three")
environment("three")
assert os.waitpid(children[0], 0)[1] == 0 and looking() == 1
"""
    run(script, tmp_path)


def test_an_interpreter_can_end_while_a_policy_is_compiled(tmp_path: Path) -> None:
    """The thread is in the compiled module then, and comes back to an interpreter that is gone."""
    many = {f"t{index}": toggle() for index in range(2000)} | {"phone": toggle()}
    (tmp_path / "policy.json").write_text(json.dumps(document(many, environment="one")))
    script = """
turns = iter(range(10**6))
def again(*_):
    write(environment=str(next(turns)))
watch = turnout.PolicyWatch(engine, path, every_s=1e-4, on_swap=again).start()
again()
environment("2")
inner = turnout.polling.compile_sources
compiling = threading.Event()
turnout.polling.compile_sources = lambda *a, **k: compiling.set() or inner(*a, **k)
compiling.wait(10)
"""
    for _ in range(3):
        run(script, tmp_path)
