"""Reading what the caller gives: policies, attributes, instants, gate results."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from turnout.cli.faults import EXIT_FAULTS, CliError, counted, did_you_mean

if TYPE_CHECKING:
    from turnout import Engine, GateResult, Policy

SHORT_DIGEST_CHARS = 12
# the largest whole number that all readers of JSON agree on
MOST_SAMPLES = 2**53
GATES_HINT = 'write [{"toggle": "billing-bot", "rule": "ramp", "step": 0, "n": 512, "at": "2026-03-07T00:00:00Z"}]'


def read_bytes(path: Path, what: str, hint: str) -> bytes:
    """The bytes of a file, or a fault that says which file and why."""
    with faults_of(path, what, hint):
        return path.read_bytes()


@contextmanager
def faults_of(path: Path, what: str, hint: str) -> Iterator[None]:
    """Turns what goes wrong with a file into a fault that says which file and why."""
    try:
        yield
    except FileNotFoundError:
        raise CliError(f"no such {what}", where=str(path), hint=hint, kind="missing_file") from None
    except IsADirectoryError:
        raise CliError(f"is a folder, not a {what}", where=str(path), hint=hint, kind="missing_file") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise CliError(f"cannot be read ({reason})", where=str(path), hint=hint, kind="unreadable_file") from None


def read_policy(path: Path, overlays: Sequence[Path] = (), *, strict: bool = True) -> Policy:
    """The policy of a file and its overlays; its faults become one `CliError` that carries them all (exit code 1)."""
    from turnout import load_policy
    from turnout.errors import MissingExtraError, PolicyError

    files = [(path, "policy file", "give the path of a policy, or write a first one with: turnout init")]
    files += [(overlay, "overlay", "give a file that says what differs from the policy") for overlay in overlays]
    for file, what, hint in files:
        # That it is there is said first. It is read by `load_policy` alone, which stops where no policy goes on.
        with faults_of(file, what, hint):
            file.open("rb").close()
        if file.suffix.lower() not in (".toml", ".json", ".yaml", ".yml"):
            message = f"a policy ends in .toml, .json or .yaml, not {file.suffix!r}"
            raise CliError(message, where=str(file), hint="rename the file to what it holds")
    try:
        with faults_of(path, "policy file", files[0][2]):
            return load_policy(path, *overlays, strict=strict)
    except MissingExtraError as error:
        raise CliError(str(error), where=str(path), kind="missing_extra") from None
    except PolicyError as error:
        count = counted(len(error.problems), "fault")
        raise CliError(
            f"the policy has {count}",
            where=str(path),
            exit_code=EXIT_FAULTS,
            kind="policy",
            problems=error.problems,
        ) from None


def require_toggle(policy: Policy, key: str, path: Path) -> None:
    """Refuses a key that the policy does not hold; a running service would answer FLAG_NOT_FOUND."""
    known = sorted(policy.toggles)
    if key in known:
        return
    near = did_you_mean(key, known)
    listed = ", ".join(known[:12]) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
    hint = f'did you mean "{near}"?' if near else f"it holds {listed or 'none'}"
    raise CliError(f'no toggle "{key}"', where=str(path), hint=hint, kind="unknown_toggle")


def parse_attributes(pairs: Iterable[str], path: Path | None) -> dict[str, Any]:
    """The attributes of `--attributes FILE` and then of each `--attr NAME=VALUE`, which win over the file."""
    attributes = {} if path is None else read_object(path)
    seen: set[str] = set()
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if not sign or not name:
            raise CliError(f"{pair!r} is not NAME=VALUE", where="--attr", hint="write for example --attr plan=pro")
        if name in seen:
            raise CliError(f"{name!r} is given twice", where="--attr", hint="give each attribute once")
        seen.add(name)
        attributes[name] = typed_value(text)
    return attributes


def typed_value(text: str) -> Any:
    """A value as JSON if it reads as JSON (`true`, `3`, `"42"`, `["a"]`), else the text itself."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except ValueError:
        return text


def _refuse_constant(name: str) -> Any:
    # NaN and Infinity are no JSON; as attributes they would compare with nothing
    raise ValueError(name)


def read_object(path: Path) -> dict[str, Any]:
    """A JSON object from a file."""
    value = read_json(path, "attributes file", 'write {"name": value, ...}')
    if not isinstance(value, dict):
        raise CliError("is not a JSON object", where=str(path), hint='write {"name": value, ...}')
    return value


def read_json(path: Path, what: str, hint: str) -> Any:
    """A JSON value from a file, or a fault that names the line."""
    data = read_bytes(path, what, hint)
    try:
        return json.loads(data, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = f"{path}:{error.lineno}"
        raise CliError(f"is not JSON ({error.msg})", where=place, hint=hint, kind="bad_json") from None
    except (ValueError, RecursionError) as error:
        raise CliError(f"is not JSON ({error})", where=str(path), hint=hint, kind="bad_json") from None


def parse_instant(text: str, where: str) -> dt.datetime:
    """An instant of RFC 3339, in UTC; one without an offset is refused, for it means another moment on each machine."""
    example = "write for example 2026-03-10T14:00:00Z"
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise CliError(f"{text!r} is not an instant", where=where, hint=example) from None
    if instant.tzinfo is None:
        raise CliError(f"{text!r} has no offset from UTC", where=where, hint=example)
    try:
        return instant.astimezone(dt.UTC)
    except OverflowError:
        raise CliError(f"{text!r} is outside the years 1 to 9999 of UTC", where=where, hint=example) from None


def read_gates(path: Path | None) -> list[GateResult]:
    """The gate results of `--gates FILE`: what the steps with `min_n` wait for."""
    from turnout import GateResult

    if path is None:
        return []
    hint = GATES_HINT
    rows = read_json(path, "gates file", hint)
    if not isinstance(rows, list):
        raise CliError("is not a JSON list", where=str(path), hint=hint)
    gates = []
    for index, row in enumerate(rows):
        where = f"{path} [{index}]"
        if not isinstance(row, dict) or set(row) != {"toggle", "rule", "step", "n", "at"}:
            raise CliError("a gate result has toggle, rule, step, n and at", where=where, hint=hint)
        for name in ("toggle", "rule", "at"):
            if not isinstance(row[name], str):
                raise CliError(f"{name} is not text", where=where, hint=hint)
        for name in ("step", "n"):
            if type(row[name]) is not int or not 0 <= row[name] <= MOST_SAMPLES:
                raise CliError(f"{name} is not a whole number from 0 to 2^53", where=where, hint=hint)
        at = parse_instant(row["at"], where)
        gates.append(GateResult(row["toggle"], row["rule"], row["step"], row["n"], at))
    return gates


@contextmanager
def gate_faults(path: Path | None) -> Iterator[None]:
    """Turns the refusal of a gate result that no step waits for into a fault that names the file of it."""
    try:
        yield
    except ValueError as error:
        if path is None:
            raise
        raise CliError(str(error), where=str(path), hint=GATES_HINT) from None


def engine_at(policy: Policy, at: dt.datetime, gates: Path | None) -> Engine:
    """An engine whose clock stands at an instant."""
    from turnout import Engine, ManualClock

    try:
        return Engine(policy, clock=ManualClock(at), gates=read_gates(gates))
    except (ValueError, OverflowError) as error:
        raise CliError(str(error), where="--at" if gates is None else str(gates)) from None


def now_utc() -> dt.datetime:
    """The present, by the computer's clock; asked for only where the caller gave no instant."""
    from turnout import SystemClock

    return SystemClock().now()


def short_digest(digest: str) -> str:
    """The first characters of a digest: enough to tell two policies apart by eye."""
    return digest[:SHORT_DIGEST_CHARS]
