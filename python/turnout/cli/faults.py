"""What a person reads when something is wrong: what, where, and how to mend it, on one line and never a traceback."""

from __future__ import annotations

import difflib
import json
import sys
import traceback
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from turnout.errors import Problem

EXIT_GOOD = 0
EXIT_FAULTS = 1
EXIT_USAGE = 2
EXIT_FAILED = 3
"""Neither the document nor the caller is at fault: the output cannot be written, or turnout has a fault."""
EXIT_PIPE = 141
"""The reader of the output has left: as the shell shows of a program that SIGPIPE has ended."""


class CliError(Exception):
    """A fault of the caller's: shown as one line (or as `{"error": ...}`), then the command exits with `exit_code`."""

    def __init__(
        self,
        message: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        exit_code: int = EXIT_USAGE,
        kind: str = "usage",
        problems: Sequence[Problem] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint
        self.exit_code = exit_code
        self.kind = kind
        self.problems = tuple(problems)

    def line(self) -> str:
        """The fault on one line."""
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}; {self.hint}" if self.hint else text

    def to_dict(self) -> dict[str, Any]:
        """The fault as the object printed under `--json`."""
        fault: dict[str, Any] = {"kind": self.kind, "message": self.message, "where": self.where, "hint": self.hint}
        if self.problems:
            fault["problems"] = [problem_dict(problem) for problem in self.problems]
        return {"error": fault}


def problem_dict(problem: Problem) -> dict[str, Any]:
    """One fault of a policy as JSON."""
    return {
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "hint": problem.hint,
        "kind": problem.kind,
    } | ({"file": problem.file} if problem.file else {})


def problem_lines(source: str, problems: Iterable[Problem]) -> list[str]:
    """The faults of a policy, one line each: file and line first, as editors and CI logs jump to it."""
    lines = []
    for problem in problems:
        file = problem.file or source
        place = f"{file}:{problem.line}" if problem.line else file
        path = f"{problem.path}: " if problem.path else ""
        hint = f"; {problem.hint}" if problem.hint else ""
        lines.append(f"{place}: {path}{problem.message}{hint}")
    return lines


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The known word nearest to a mistyped one, if any is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return near[0] if near else None


def counted(n: int, noun: str) -> str:
    """`1 fault`, `2 faults`, `1,204 contacts`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def report(fault: CliError, *, as_json: bool) -> None:
    """Prints a fault: an object on standard output under `--json`, else lines on standard error."""
    if as_json:
        print_json(fault.to_dict())
        return
    print(f"turnout: {fault.line()}", file=sys.stderr)
    for line in problem_lines(fault.where or "policy", fault.problems):
        print(f"  {line}", file=sys.stderr)


def report_failure(error: Exception, *, as_json: bool) -> None:
    """Prints a fault that nobody foresaw, with what is needed to mend it."""
    fault = CliError(
        f"{type(error).__name__}: {error}",
        where="turnout",
        hint="this is its own fault, please report it",
        kind="internal",
    )
    if as_json:
        print_json(fault.to_dict())
    traceback.print_exception(error, file=sys.stderr)
    print(f"turnout: {fault.message}; {fault.hint}", file=sys.stderr)


def print_json(value: Any) -> None:
    """Prints one JSON document; standard output then holds nothing else."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))
