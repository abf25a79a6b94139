"""`turnout schema`: the JSON Schema of policies, for editors."""

from __future__ import annotations

from pathlib import Path

from turnout.cli.console import stdout_console
from turnout.cli.faults import CliError, print_json


def run_schema(out: Path | None, *, as_json: bool) -> None:
    """Prints the schema, which is one JSON object with `--json` and without, or writes it to a file."""
    from turnout.policy import policy_schema_path

    text = policy_schema_path().read_text(encoding="utf-8")
    if out is None:
        print(text, end="")
        return
    hint = "give another file, such as policy.schema.json"
    if out.is_file() and "urn:turnout:policy:" not in out.read_text(encoding="utf-8", errors="replace"):
        raise CliError("is there, and is no schema of policies", where=str(out), hint=hint, kind="file_exists")
    try:
        out.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CliError(
            f"cannot be written ({error.strerror})", where=str(out), hint=hint, kind="unwritable_file"
        ) from None
    if as_json:
        print_json({"path": str(out), "written": True})
    else:
        stdout_console().print(f"wrote {out}", markup=False, soft_wrap=True)
