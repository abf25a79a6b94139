"""The commands and their options. Each reads its input, has something computed, and shows it; the work is elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from turnout.cli.faults import EXIT_FAULTS
from turnout.cli.group import TurnoutGroup
from turnout.cli.staff.command import staff

app = typer.Typer(
    name="turnout",
    cls=TurnoutGroup,
    help="Feature toggles and ramps for customer support: check a policy, ask it, watch it run over contacts. "
    "Staffing: the agents that queues need.",
    epilog="Exit codes: 0 good, 1 the document has faults or stale toggles, 2 wrong usage, 3 the output cannot be "
    "written or turnout failed. Instants are RFC 3339 with an offset; shares and buckets are percent, 0 to 100.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

PolicyArgument = Annotated[Path, typer.Argument(metavar="POLICY", help="Policy file, .toml, .json or .yaml.")]
JsonOption = Annotated[
    bool, typer.Option("--json", metavar="", help="Print one JSON object instead of text; errors too.")
]
OverlaysOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--overlay", metavar="FILE", help="What differs here, merged into the policy before it is read; repeatable."
    ),
]
KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="Key of the toggle.")]
UnitOption = Annotated[
    str | None,
    typer.Option("--unit", metavar="ID", help="Who is decided for, such as a customer id. Without it no ramp is in."),
]
AttrOption = Annotated[
    list[str] | None,
    typer.Option(
        "--attr",
        metavar="NAME=VALUE",
        help="An attribute of the contact; repeatable. The value is read as JSON (true, 3, null, [1]) if it is JSON, "
        "else as text.",
    ),
]
AttributesOption = Annotated[
    Path | None,
    typer.Option("--attributes", metavar="FILE", help="JSON object with attributes; --attr wins over it."),
]
AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="INSTANT", help="Decide at this instant, RFC 3339 with an offset; now if absent."),
]
GatesOption = Annotated[
    Path | None,
    typer.Option(
        "--gates",
        metavar="FILE",
        help="JSON list of gate results, what steps with min_n (a count of contacts) wait for: "
        "toggle, rule, step (from 0), n, at.",
    ),
]


UnitsOption = Annotated[
    Path | None,
    typer.Option(
        "--units",
        metavar="FILE",
        help=".csv or .parquet with a column of ids; its other columns are attributes of the same name.",
    ),
]
UnitColumnOption = Annotated[
    str | None,
    typer.Option(
        "--unit-column", metavar="NAME", help="Column of the ids; customer_id, unit, id, or the first if absent."
    ),
]


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", metavar="", help="Print the version and leave.")] = False,
) -> None:
    """Prints the version, or goes on to the command."""
    if version:
        from turnout import __version__

        print(f"turnout {__version__}")
        raise typer.Exit(0)


@app.command()
def check(
    policy: PolicyArgument,
    overlay: OverlaysOption = None,
    gates: GatesOption = None,
    as_json: JsonOption = False,
    lenient: Annotated[
        bool,
        typer.Option(
            "--lenient", metavar="", help="Load what can be loaded: toggles with faults become inert, and exit is 0."
        ),
    ] = False,
) -> None:
    """Check a policy and list all faults, each with its line, or sum it up when it is good.

    Ramps are shown where they stand now: shares in percent of units, times in UTC.
    """
    from turnout.cli.check import run_check

    if not run_check(policy, overlay or [], gates, as_json=as_json, lenient=lenient):
        raise typer.Exit(EXIT_FAULTS)


@app.command()
def evaluate(
    policy: PolicyArgument,
    key: KeyArgument,
    overlay: OverlaysOption = None,
    unit: UnitOption = None,
    attr: AttrOption = None,
    attributes: AttributesOption = None,
    at: AtOption = None,
    gates: GatesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate one toggle for one contact.

    Bucket and ramp are percent, 0 to 100: a unit is in when its bucket is below the ramp's percent.
    """
    from turnout.cli.evaluate import Question, run_evaluate

    run_evaluate(
        Question.read((policy, *(overlay or [])), key, unit, attr or [], attributes, at, gates), as_json=as_json
    )


@app.command()
def explain(
    policy: PolicyArgument,
    key: KeyArgument,
    overlay: OverlaysOption = None,
    unit: UnitOption = None,
    attr: AttrOption = None,
    attributes: AttributesOption = None,
    at: AtOption = None,
    gates: GatesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain an evaluation: what was looked at, in order, and why it did or did not match.

    Bucket and ramp are percent, 0 to 100: a unit is in when its bucket is below the ramp's percent.
    """
    from turnout.cli.evaluate import Question, run_explain

    run_explain(
        Question.read((policy, *(overlay or [])), key, unit, attr or [], attributes, at, gates), as_json=as_json
    )


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Policy file, .toml, .json or .yaml.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Policy file to compare it with.")],
    overlay: Annotated[
        list[Path] | None,
        typer.Option("--overlay", metavar="FILE", help="What differs here, merged into both policies; repeatable."),
    ] = None,
    old_overlay: Annotated[
        list[Path] | None,
        typer.Option("--old-overlay", metavar="FILE", help="The same for OLD alone, after --overlay; repeatable."),
    ] = None,
    new_overlay: Annotated[
        list[Path] | None,
        typer.Option("--new-overlay", metavar="FILE", help="The same for NEW alone, after --overlay; repeatable."),
    ] = None,
    units: UnitsOption = None,
    unit_column: UnitColumnOption = None,
    at: AtOption = None,
    gates: GatesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two policies: what the documents say, and with --units, who is decided otherwise.

    Shares are percent of the units in the file. Exit is 0 whether they differ or not.
    """
    from turnout.cli.diff import run_diff

    sides = ((old, *(overlay or []), *(old_overlay or [])), (new, *(overlay or []), *(new_overlay or [])))
    run_diff(*sides, units, unit_column, at, gates, as_json=as_json)


@app.command()
def ramp(
    policy: PolicyArgument,
    key: Annotated[
        str | None, typer.Argument(metavar="[KEY]", help="Key of a toggle; all ramps of the policy if absent.")
    ] = None,
    overlay: OverlaysOption = None,
    units: UnitsOption = None,
    unit_column: UnitColumnOption = None,
    at: AtOption = None,
    days: Annotated[
        int | None,
        typer.Option(
            "--days",
            metavar="N",
            min=1,
            max=366,
            help="Count units for N days from --at; from first to last step if absent.",
        ),
    ] = None,
    gates: GatesOption = None,
    gate: Annotated[
        list[str] | None,
        typer.Option(
            "--gate",
            metavar="TOGGLE:RULE:STEP:N:INSTANT",
            help="A gate result: the step (from 0) had n samples at the instant; repeatable.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show where ramps stand, when their steps come, and what the next one waits for.

    Dates to come are the earliest that can be: as if all open gates and approvals were given at --at. Shares are
    percent of units, times UTC.
    """
    from turnout.cli.ramp_view import run_ramp

    run_ramp((policy, *(overlay or [])), key, units, unit_column, at, days, gates, gate or [], as_json=as_json)


@app.command()
def stale(
    policy: PolicyArgument,
    overlay: OverlaysOption = None,
    usage: Annotated[
        list[Path] | None,
        typer.Option(
            "--usage", metavar="FILE", help="What toggles were asked, written by turnout.save_usage; repeatable."
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="DATE", help="Review on this day, or at this RFC 3339 instant; now if absent."),
    ] = None,
    constant_days: Annotated[
        int, typer.Option("--constant-days", metavar="N", min=0, help="Days at 0 or 100 % that are no reason yet.")
    ] = 30,
    unused_days: Annotated[
        int,
        typer.Option("--unused-days", metavar="N", min=0, help="Days without an evaluation that are no reason yet."),
    ] = 30,
    gates: GatesOption = None,
    as_json: JsonOption = False,
) -> None:
    """List toggles past their review, at 0 or 100 % for long, or evaluated by nobody; exit 1 if there are any."""
    from turnout.cli.stale import run_stale

    if not run_stale(
        (policy, *(overlay or [])),
        usage or [],
        at,
        gates,
        constant_days=constant_days,
        unused_days=unused_days,
        as_json=as_json,
    ):
        raise typer.Exit(EXIT_FAULTS)


@app.command()
def agreement(
    exposures: Annotated[
        list[Path], typer.Argument(metavar="EXPOSURES", help="Files or folders that a turnout.ExposureLog has written.")
    ],
    toggle: Annotated[
        list[str] | None, typer.Option("--toggle", metavar="KEY", help="Only this toggle; repeatable. All if absent.")
    ] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="NAMES", help="rule, segment, day, or columns of the events, by commas.")
    ] = "rule,day",
    zone: Annotated[str, typer.Option("--zone", metavar="ZONE", help="IANA time zone of the days.")] = "UTC",
    as_json: JsonOption = False,
) -> None:
    """Show how far a new path in shadow would have decided as the old one did, with 95 % intervals."""
    from turnout.cli.agreement import run_agreement

    names = [name.strip() for name in by.split(",") if name.strip()]
    run_agreement(exposures, toggle or [], names, zone, as_json=as_json)


app.command()(staff)


@app.command()
def init(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="File to write, or a folder to write policy.toml into.")
    ] = Path("policy.toml"),
    force: Annotated[bool, typer.Option("--force", metavar="", help="Overwrite a file that is there.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a first policy with comments, one that passes the check.

    Its dates are days: created today, to be reviewed in 180 days; its ramp starts at 00:00 UTC today.
    """
    from turnout.cli.starter import run_init

    run_init(path, force=force, as_json=as_json)


@app.command()
def schema(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it to this file instead of printing it.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the JSON Schema of policies, by which editors complete and check as one types.

    A policy in TOML names its file on a line at the top, `#:schema ./policy.schema.json` (taplo, Even Better TOML); one
    in YAML, `# yaml-language-server: $schema=policy.schema.json`.
    """
    from turnout.cli.schema import run_schema

    run_schema(out, as_json=as_json)


@app.command(
    help="Run a policy over a contact log with the log's own clock, and compare each ramp with its plan.\n\n"
    "Every toggle is decided for every contact at its arrival. Shares are percent of distinct identified customers, "
    "with the 95 % interval of the expected share; unidentified contacts are counted apart. Speed is decisions a "
    "second."
)
def demo(
    contacts: Annotated[
        Path | None,
        typer.Option("--contacts", metavar="PATH", help="Contact log; the 28 sample days of the package if absent."),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="PATH", help="Policy file; the sample of the package if absent."),
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(
            "--zone",
            metavar="ZONE",
            help="IANA zone by which days are counted, and times without an offset read; UTC if absent, and "
            "Asia/Jerusalem for the bank log.",
        ),
    ] = None,
    keep_dates: Annotated[
        bool,
        typer.Option(
            "--keep-dates", metavar="", help="Leave each started_at as written instead of the log's first day."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run a policy over a contact log with the log's own clock, and compare each ramp with its plan."""
    from turnout.cli.demo.view import run_and_show

    run_and_show(contacts, policy, zone, keep_dates=keep_dates, as_json=as_json)
