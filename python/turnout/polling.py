"""The loop that keeps an engine's policy that of its source, in this process and in those that are forked from it."""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from turnout._core import (  # type: ignore[attr-defined]
    Engine,
    GateResult,
    Policy,
    _exchange,
    _keep_fresh,
    _let_go,
    _now_us,
)
from turnout.errors import PolicyError, TurnoutError
from turnout.last_good import LastGood
from turnout.policy import compile_sources
from turnout.sources import PolicySources, Reading

__all__ = ["Hooks", "Poller", "State"]

log = logging.getLogger("turnout.refresh")

SHORT_DIGEST_CHARS = 12
# To the engine, no limit.
FOREVER_US = 2**63 - 1

Callback = Callable[..., object] | None


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the caller wants to be asked or told."""

    gates: Callable[[Policy], Iterable[GateResult]] | None
    before_swap: Callable[[Policy, Policy], object] | None
    on_swap: Callable[[Policy, Policy], object] | None
    on_refusal: Callable[[Exception], object] | None


@dataclass(frozen=True, slots=True)
class State:
    """What is known. Replaced whole, so that other threads and forks see one that is consistent."""

    confirmed_us: int
    """When the source was last known to say what is in force."""
    checked_us: int | None = None
    """When the source was last looked at."""
    swapped_us: int | None = None
    swaps: int = 0
    refusals: int = 0
    from_last_good: bool = False
    error: Exception | None = None
    """Why the source is not what is in force; None if it is."""
    copy_error: Exception | None = None
    """Why the last good copy could not be written."""
    good: str | None = None
    """The last reading that was put in force."""
    policy: Policy | None = None
    """Its policy. What is in force is another one if somebody has put it there by hand."""
    bad: str | None = None
    """The reading that `error` refuses for good: it is not compiled again."""


class Poller:
    """Looks at the sources, and puts in force what they say. Holds the engine weakly: it ends with it."""

    def __init__(
        self,
        engine: Engine,
        sources: PolicySources,
        hooks: Hooks,
        *,
        every_s: float,
        stale_after_s: float | None,
        strict: bool,
        last_good: str | os.PathLike[str] | None,
    ) -> None:
        self.sources = sources
        self.every_s = every_s
        self._engine = weakref.ref(engine)
        self._hooks = hooks
        self.stale_after_s = stale_after_s
        self._strict = strict
        self._copy = None if last_good is None else LastGood(last_good, sources.name)
        self.state = State(confirmed_us=_now_us(engine))
        self._keep_fresh(engine)
        self.renew()

    def renew(self) -> None:
        """Locks that nobody holds, and no thread: at the beginning, and in a child after a fork."""
        self.thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._life = threading.Lock()
        self._polling = threading.RLock()
        # a hook that polls would meet itself
        self._is_polling = False

    # ---------------------------------------------------------------------------------------------- the thread

    def start(self) -> None:
        """Start the thread unless it runs."""
        with self._life:
            if self.thread is not None and self.thread.is_alive() and not self._stop.is_set():
                return
            self._stop = threading.Event()
            thread = threading.Thread(target=self._run, args=(self._stop,), name="turnout-refresh", daemon=True)
            self.thread = thread
            _running.add(self)
            thread.start()

    def stop(self, timeout_s: float) -> None:
        """End the thread. One that hangs in a read is left to itself; it puts nothing in force any more."""
        with self._life:
            _running.discard(self)
            self._stop.set()
            thread, self.thread = self.thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)

    def _run(self, stop: threading.Event) -> None:
        # a hook that forks comes back here in the child too, where another thread has taken over
        while stop is self._stop and not stop.is_set():
            if self._engine() is None:
                _running.discard(self)
                return
            self.poll(stop)
            stop.wait(self.every_s)

    # ------------------------------------------------------------------------------------------------ one look

    def poll(self, stop: threading.Event | None = None) -> bool:
        """Look once; whether another policy was put in force. Raises nothing: what goes wrong is reported."""
        with self._polling:
            engine = self._engine()
            if engine is None or self._is_polling:
                return False
            self._is_polling = True
            try:
                before = engine.policy
                swapped = self._refresh(engine, stop or threading.Event())
                if swapped:
                    self._tell(self._hooks.on_swap, before, engine.policy)
                return swapped
            # whatever a source, a hook or a clock of the caller's raises, the loop goes on and the old policy serves
            except Exception as error:
                self._refuse(error, engine.policy)
                return False
            finally:
                self._is_polling = False

    def first(self) -> None:
        """Put the first policy in force: that of the sources, or else the last good one; raises when there is none."""
        engine = self._engine()
        assert engine is not None
        now = _now_us(engine)
        try:
            reading = self.sources.read(_patience_us, threading.Event().wait)
            policy = compile_sources(reading.sources, strict=self._strict)
        except (TurnoutError, OSError) as error:
            policy, confirmed_us = self._last_good(error)
            self._exchange(engine, policy, self._first_gates(policy))
            self.state = State(confirmed_us=min(confirmed_us, now), checked_us=now, from_last_good=True)
            self._keep_fresh(engine)
            self._refuse(error, policy)
        else:
            self._exchange(engine, policy, self._first_gates(policy))
            self._confirm(engine, now, reading, policy)

    def _first_gates(self, policy: Policy) -> list[GateResult] | None:
        """The gate results to start with. Those that cannot be had are missing, and what is missing holds a ramp."""
        try:
            return self._gates(policy)
        except Exception:
            log.exception("%s: no gate results to start with", self.sources.name)
            return []

    def _last_good(self, error: Exception) -> tuple[Policy, int]:
        """The policy of the copy, and when it was last confirmed; without one, the error of the source."""
        if self._copy is None:
            raise error
        try:
            return self._copy.load(strict=self._strict)
        except (TurnoutError, OSError) as fault:
            error.add_note(f"and there is no last good policy to start with: {fault}")
            raise error from None

    def _refresh(self, engine: Engine, stop: threading.Event) -> bool:
        _let_go(engine)
        now = _now_us(engine)
        # a clock that went back makes nothing younger
        self.state = replace(self.state, checked_us=now, confirmed_us=min(self.state.confirmed_us, now))
        self._keep_fresh(engine)
        reading = self.sources.read(_patience_us, stop.wait)
        if reading.digest == self.state.bad:
            return False
        policy = self.state.policy
        swapped = False
        if policy is None or reading.digest != self.state.good:
            policy = self._compile(reading)
            swapped = self._swap(engine, policy, stop)
        if not stop.is_set():
            self._confirm(engine, now, reading, policy)
        return swapped

    def _compile(self, reading: Reading) -> Policy:
        try:
            return compile_sources(reading.sources, strict=self._strict)
        except PolicyError:
            self.state = replace(self.state, bad=reading.digest)
            raise

    def _swap(self, engine: Engine, policy: Policy, stop: threading.Event) -> bool:
        """Put a policy in force unless it says the same as the one that is, or somebody said stop meanwhile."""
        old = engine.policy
        if policy == old:
            return False
        if self._hooks.before_swap is not None:
            self._hooks.before_swap(old, policy)
        gates = self._gates(policy)
        with self._life:
            if stop.is_set():
                return False
            self._exchange(engine, policy, gates)
        self.state = replace(self.state, swapped_us=_now_us(engine), swaps=self.state.swaps + 1)
        log.info("%s: policy %s in force", self.sources.name, short(policy))
        return True

    def _gates(self, policy: Policy) -> list[GateResult] | None:
        """The gate results for a policy; None for those that the engine has."""
        ask = self._hooks.gates
        return None if ask is None else list(ask(policy))

    def _exchange(self, engine: Engine, policy: Policy, gates: list[GateResult] | None) -> None:
        idle = _exchange(engine, policy, gates)
        if idle:
            log.warning("%s: gate results that apply to nothing in this policy: %s", self.sources.name, ", ".join(idle))

    def _confirm(self, engine: Engine, now: int, reading: Reading, policy: Policy) -> None:
        """The source was read, and says what is in force."""
        if self.state.error is not None:
            log.info("%s: well again, policy %s in force", self.sources.name, short(policy))
        self.state = replace(self.state, good=reading.digest, policy=policy, bad=None, error=None)
        self.state = replace(self.state, confirmed_us=now, checked_us=now, from_last_good=False)
        self._keep_fresh(engine)
        if self._copy is None:
            return
        copy_error: Exception | None = None
        try:
            self._copy.confirm(policy, now)
        except OSError as error:
            copy_error = error
            if str(error) != str(self.state.copy_error):
                log.warning("%s: the last good copy cannot be written: %s", self._copy.name, error)
        self.state = replace(self.state, copy_error=copy_error)

    def _keep_fresh(self, engine: Engine) -> None:
        until_us = FOREVER_US
        if self.stale_after_s is not None:
            until_us = min(self.state.confirmed_us + round(self.stale_after_s * 1e6), FOREVER_US - 1)
        _keep_fresh(engine, until_us)

    # ------------------------------------------------------------------------------------------------- reports

    def _refuse(self, error: Exception, serving: Policy) -> None:
        """Take note that what the source says is not in force, and report it unless that was done."""
        known = self.state.error
        is_new = known is None or (type(known), str(known)) != (type(error), str(error))
        bad = self.state.bad if isinstance(error, PolicyError) else None
        self.state = replace(self.state, error=error, bad=bad, refusals=self.state.refusals + is_new)
        if is_new:
            is_surprise = not isinstance(error, TurnoutError | OSError)
            reason = f"{type(error).__name__}: {error}" if is_surprise else str(error)
            words = "%s: refused, policy %s stays in force:\n%s"
            exc_info = error if is_surprise else None
            log.warning(words, self.sources.name, short(serving), reason, exc_info=exc_info)
            self._tell(self._hooks.on_refusal, error)
        forget_frames(error)

    def _tell(self, callback: Callback, *arguments: object) -> None:
        """Call one of the caller's; what it raises is its own affair."""
        if callback is None:
            return
        try:
            callback(*arguments)
        except Exception:
            log.exception("%s: a callback failed", self.sources.name)


def _patience_us() -> int:
    """For how long to wait for a source; what is decided has the engine's clock."""
    return time.monotonic_ns() // 1000


def forget_frames(error: BaseException | None) -> None:
    """Let go of what an error was raised from: frames hold the engine, and whole documents."""
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


def short(policy: Policy) -> str:
    """The first characters of a digest."""
    return policy.digest[:SHORT_DIGEST_CHARS]


# Those with a thread, which a fork does not copy.
_running: set[Poller] = set()


def _after_fork() -> None:
    """The child of a fork goes on where its parent was: with locks that nobody holds and a thread of its own."""
    for poller in list(_running):
        poller.renew()
        poller.start()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
