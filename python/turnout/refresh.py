"""A policy that follows its source: watched, compiled, put in force whole, and kept for a start without the source."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from turnout._core import (  # type: ignore[attr-defined]
    Engine,
    GateResult,
    ManualClock,
    Policy,
    SystemClock,
    _now_us,
)
from turnout.change import instant_of
from turnout.errors import PolicyError, Problem
from turnout.polling import Hooks, Poller
from turnout.sources import PolicySources

if TYPE_CHECKING:
    from turnout.exposures import ExposureLog

__all__ = ["PolicyWatch", "RefreshStatus"]

Clock = SystemClock | ManualClock | Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class RefreshStatus:
    """How a `PolicyWatch` stands, at one moment: for health checks and dashboards.

    Examples
    --------
    >>> import turnout
    >>> path = turnout.sample_policy_path()
    >>> watch = turnout.PolicyWatch.from_source(path, clock=turnout.SystemClock())
    >>> status = watch.status
    >>> status.digest == watch.engine.policy.digest, status.stale, status.error
    (True, False, None)
    """

    source: str
    """The files and URLs; of a URL not the query, for it may hold a secret."""
    digest: str
    """Digest of the policy in force."""
    age_s: float
    """How long ago, in seconds, the source was last known to say what is in force."""
    stale: bool
    """Whether that is longer than ``stale_after_s``: evaluations then say so."""
    confirmed_at: dt.datetime
    """When the source was last known to say what is in force."""
    checked_at: dt.datetime | None
    """When it was last looked at, with whatever outcome."""
    swapped_at: dt.datetime | None
    """When the watch last put another policy in force."""
    swaps: int
    """How often it did so, in this process and before a fork."""
    refusals: int
    """How many different faults in a row or apart were reported."""
    from_last_good: bool
    """Whether the policy in force is the last good copy, for the source has not been read since the start."""
    error: Exception | None
    """Why the source is not what is in force: a `PolicyError`, an `OSError`, or what a callback raised."""
    problems: tuple[Problem, ...]
    """All faults of the document, if that is why."""
    copy_error: Exception | None
    """Why the last good copy could not be written."""

    def to_dict(self) -> dict[str, Any]:
        """Return the status as a dictionary that JSON can hold; instants are RFC 3339 texts, errors are texts.

        Examples
        --------
        >>> import turnout
        >>> path = turnout.sample_policy_path()
        >>> watch = turnout.PolicyWatch.from_source(path, clock=turnout.SystemClock())
        >>> watch.status.to_dict()["problems"]
        []
        """
        texts = {name: getattr(self, name) for name in self.__slots__}
        for name in ("confirmed_at", "checked_at", "swapped_at"):
            texts[name] = texts[name] and texts[name].isoformat()
        for name in ("error", "copy_error"):
            texts[name] = texts[name] and str(texts[name])
        texts["problems"] = [str(problem) for problem in self.problems]
        return texts


class WatchOptions(TypedDict, total=False):
    """What `PolicyWatch` takes beside the engine and the source."""

    every_s: float
    gates: Callable[[Policy], Iterable[GateResult]] | None
    strict: bool
    last_good: str | os.PathLike[str] | None
    stale_after_s: float | None
    headers: Mapping[str, str] | None
    timeout_s: float
    before_swap: Callable[[Policy, Policy], object] | None
    on_swap: Callable[[Policy, Policy], object] | None
    on_refusal: Callable[[Exception], object] | None


class PolicyWatch:
    """Keeps the policy of an engine that of its source: a file with its overlays, or a URL.

    The source is looked at every `every_s` seconds, by a thread (`start`, or ``with``) or whenever you call `poll`. A
    document that is new is compiled and put in force whole. One with faults is refused, reported once with all of
    them, and the old policy serves on. After a fork the child has a thread of its own.

    Parameters
    ----------
    engine
        The engine. Its policy stays in force until the source says something else.
    source, overlays
        What `load_policy` takes, or http and https URLs, which are asked with ``If-None-Match`` where the server gives
        ETags. The suffix of a URL's path says the format, else its Content-Type.
    every_s
        How long to rest between two looks, in seconds: a change is in force at most this and one load later.
    gates
        Called with each new policy; returns the results of its ramps' gates that are known. Without it the engine
        keeps those that it has: they apply to each ramp that is begun, shared and shuffled as it was up to that step.
    strict
        As of `load_policy`.
    last_good
        A file for the last good policy, with a checksum, for `from_source`.
    stale_after_s
        When the source has not been known to say what is in force for longer than this, evaluations have `stale` set
        and say ``STALE`` for a reason. None for never.
    headers
        Sent with each request to a URL, such as ``{"Authorization": ...}``; read anew for each. Not taken along by a
        redirect to another server.
    timeout_s
        Most time without an answer of a server, and for a whole document, in seconds.
    before_swap
        Called with the old and the new policy before the new one is put in force, to save usage or to look at it; what
        it raises refuses the policy, until it raises nothing.
    on_swap
        Called with the old and the new policy after that.
    on_refusal
        Called with the error when what the source says is not put in force, once for each new fault. The logger
        ``turnout.refresh`` says the same.

    Raises
    ------
    ValueError
        `every_s` or `timeout_s` is not above 0, `stale_after_s` not above `every_s`, or a URL cannot be one.

    Notes
    -----
    Callbacks run in the thread that looks. Times are those of the engine's clock. A policy that you put in force by
    ``engine.swap`` stays until the source says something new.

    Examples
    --------
    >>> import pathlib, tempfile, turnout
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name, "policy.json")
    >>> _ = path.write_text('{"turnout": 1, "environment": "production", "toggles": {}}')
    >>> engine = turnout.Engine(turnout.load_policy(path), clock=turnout.SystemClock())
    >>> watch = turnout.PolicyWatch(engine, path)
    >>> _ = path.write_text('{"turnout": 1, "environment": "canary", "toggles": {}}')
    >>> watch.poll(), engine.policy.environment
    (True, 'canary')
    >>> _ = path.write_text('{"turnout": 2}')
    >>> watch.poll(), engine.policy.environment, len(watch.status.problems)
    (False, 'canary', 2)
    >>> folder.cleanup()
    """

    def __init__(
        self,
        engine: Engine,
        source: str | os.PathLike[str],
        *overlays: str | os.PathLike[str],
        every_s: float = 2.0,
        gates: Callable[[Policy], Iterable[GateResult]] | None = None,
        strict: bool = True,
        last_good: str | os.PathLike[str] | None = None,
        stale_after_s: float | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 10.0,
        before_swap: Callable[[Policy, Policy], object] | None = None,
        on_swap: Callable[[Policy, Policy], object] | None = None,
        on_refusal: Callable[[Exception], object] | None = None,
    ) -> None:
        for name, value, least in (
            ("every_s", every_s, 0.0),
            ("timeout_s", timeout_s, 0.0),
            ("stale_after_s", stale_after_s, every_s),
        ):
            if value is not None and not least < value < float("inf"):
                above = "every_s" if name == "stale_after_s" else "0"
                raise ValueError(f"{name} must be a number of seconds above {above}, not {value!r}")
        self._engine = engine
        self._timeout_s = timeout_s
        self._poller = Poller(
            engine,
            PolicySources((source, *overlays), headers=headers, timeout_s=timeout_s),
            Hooks(gates, before_swap, on_swap, on_refusal),
            every_s=every_s,
            stale_after_s=stale_after_s,
            strict=strict,
            last_good=last_good,
        )

    @classmethod
    def from_source(
        cls,
        source: str | os.PathLike[str],
        *overlays: str | os.PathLike[str],
        clock: Clock,
        consent: Callable[[str, str, dt.datetime], bool] | None = None,
        exposures: ExposureLog | None = None,
        **options: Unpack[WatchOptions],
    ) -> Self:
        """Make an engine of the source's policy and a watch of it; without the source, of the last good policy.

        The source is read once. When it cannot be read, or has faults, that is reported as any later refusal, and the
        engine begins with the copy in ``last_good``.

        Parameters
        ----------
        source, overlays
            As of `PolicyWatch`.
        clock, consent, exposures
            As of `Engine`.
        options
            The other parameters of `PolicyWatch`.

        Returns
        -------
        PolicyWatch
            Its `engine` is the new one. The thread does not run yet.

        Raises
        ------
        PolicyError
            The document has faults, and there is no last good policy. A note says why not: there is no copy, it is
            damaged, or it is that of another source.
        OSError
            The source cannot be read, and there is no last good policy.
        ValueError, TypeError
            As `PolicyWatch` and `Engine` do.

        Examples
        --------
        >>> import pathlib, tempfile, turnout
        >>> folder = tempfile.TemporaryDirectory()
        >>> source, copy = pathlib.Path(folder.name, "policy.toml"), pathlib.Path(folder.name, "policy.last-good")
        >>> _ = source.write_bytes(turnout.sample_policy_path().read_bytes())
        >>> first = turnout.PolicyWatch.from_source(source, clock=turnout.SystemClock(), last_good=copy)
        >>> source.unlink()
        >>> again = turnout.PolicyWatch.from_source(source, clock=turnout.SystemClock(), last_good=copy)
        >>> again.engine.policy == first.engine.policy, again.status.from_last_good
        (True, True)
        >>> folder.cleanup()
        """
        nothing = Policy.from_document({"turnout": 1, "toggles": {}})
        watch = cls(Engine(nothing, clock=clock, consent=consent, exposures=exposures), source, *overlays, **options)
        watch._poller.first()
        return watch

    @property
    def engine(self) -> Engine:
        """The engine."""
        return self._engine

    @property
    def status(self) -> RefreshStatus:
        """How it stands now."""
        state = self._poller.state
        age_s = max(0.0, (_now_us(self._engine) - state.confirmed_us) / 1e6)
        limit_s = self._poller.stale_after_s
        return RefreshStatus(
            source=self._poller.sources.name,
            digest=self._engine.policy.digest,
            age_s=age_s,
            stale=limit_s is not None and age_s > limit_s,
            confirmed_at=instant_of(state.confirmed_us),
            checked_at=None if state.checked_us is None else instant_of(state.checked_us),
            swapped_at=None if state.swapped_us is None else instant_of(state.swapped_us),
            swaps=state.swaps,
            refusals=state.refusals,
            from_last_good=state.from_last_good,
            error=state.error,
            problems=state.error.problems if isinstance(state.error, PolicyError) else (),
            copy_error=state.copy_error,
        )

    @property
    def age_s(self) -> float:
        """How long ago, in seconds, the source was last known to say what is in force."""
        return self.status.age_s

    def poll(self) -> bool:
        """Look at the source now; whether another policy was put in force. Faults are reported and not raised.

        For those who have a loop of their own. It waits for a look that is under way in another thread.

        Examples
        --------
        >>> import turnout
        >>> path = turnout.sample_policy_path()
        >>> watch = turnout.PolicyWatch.from_source(path, clock=turnout.SystemClock())
        >>> watch.poll()
        False
        """
        return self._poller.poll()

    def start(self) -> Self:
        """Start the thread that looks, unless it runs. It ends with the engine, and does not keep a program running.

        Examples
        --------
        >>> import turnout
        >>> path = turnout.sample_policy_path()
        >>> watch = turnout.PolicyWatch.from_source(path, clock=turnout.SystemClock()).start()
        >>> watch.stop()
        """
        self._poller.start()
        return self

    def stop(self) -> None:
        """End the thread. The policy stays in force, and grows old.

        Waits until a look that is under way ends, at most as long as a server may take; nothing is put in force after.

        Examples
        --------
        >>> import turnout
        >>> path = turnout.sample_policy_path()
        >>> watch = turnout.PolicyWatch.from_source(path, clock=turnout.SystemClock())
        >>> watch.stop()
        """
        self._poller.stop(self._timeout_s)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"PolicyWatch({self._poller.sources.name!r}, digest {self._engine.policy.digest[:8]})"
