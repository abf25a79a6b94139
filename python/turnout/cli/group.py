"""How a command line ends: with the exit code of what happened, and with words for whoever reads them."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from turnout.cli.faults import EXIT_FAILED, EXIT_PIPE, CliError, report, report_failure


class TurnoutGroup(TyperGroup):
    """Answers every fault of the caller's with one line, or with `{"error": ...}` where `--json` was asked for."""

    def main(self, args: Sequence[str] | None = None, *positional: Any, **named: Any) -> Any:
        """Runs a command line and leaves with its exit code."""
        given = list(sys.argv[1:] if args is None else args)
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is None:  # closed by the caller, who wants the exit code alone
                setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 -- until the end
            elif isinstance(stream, io.TextIOWrapper):
                # a sign that the terminal cannot show is no reason to fail
                stream.reconfigure(errors="backslashreplace")
        named["standalone_mode"] = False
        as_json = "--json" in given
        try:
            try:
                code = self._run(given, *positional, **named)
            except Exception as error:
                if isinstance(error, OSError) and error.filename is None:
                    raise
                report_failure(error, as_json=as_json)
                code = EXIT_FAILED
            sys.stdout.flush()
        except OSError as error:
            code = _output_failed(error)
        raise SystemExit(code if isinstance(code, int) else 0)

    def _run(self, given: list[str], *positional: Any, **named: Any) -> Any:
        """Runs a command line; faults of the caller's are told, and give a code too."""
        as_json = "--json" in given
        try:
            return super().main(given, *positional, **named)
        except CliError as fault:
            report(fault, as_json=as_json)
            return fault.exit_code
        except typer.TyperException as fault:
            # A word that is no command has no help of its own.
            command = f"{given[0]} " if given and given[0] in self.commands else ""
            hint = f"see: turnout {command}--help"
            report(CliError(_sentence(fault.format_message()), hint=hint), as_json=as_json)
            return fault.exit_code
        except typer.Abort:
            return 130
        except SystemExit as end:
            # typer leaves so, and only so, when the reader of a pipe has left
            raise BrokenPipeError from end


def _output_failed(error: OSError) -> int:
    """Says that the output cannot be written, and keeps Python from trying it once more at the end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    if isinstance(error, BrokenPipeError):
        return EXIT_PIPE
    with contextlib.suppress(OSError):
        print(f"turnout: the output cannot be written ({error.strerror or error})", file=sys.stderr)
    return EXIT_FAILED


def _sentence(message: str) -> str:
    # Typer's messages stand alone; ours go on with a hint after a semicolon
    return message.rstrip(".").replace("\n", " ")
