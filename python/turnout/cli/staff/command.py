"""The options of `turnout staff`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

Definition = Literal[
    "offered",
    "answered",
    "exclude_abandons_within_target",
    "count_abandons_within_target",
    "exclude_short_abandons",
    "virtual",
]
TARGETS = "Targets"
QUEUE = "The queue"
SHOWN = "What is shown and written"


def target(flag: str, unit: str, help_text: str) -> Any:
    """What the service must be; a number or a column."""
    return typer.Option(flag, metavar=unit, help=help_text, rich_help_panel=TARGETS)


def trait(flag: str, unit: str, help_text: str) -> Any:
    """What is the same in all intervals."""
    return typer.Option(flag, metavar=unit, help=help_text, rich_help_panel=QUEUE)


def shown(flag: str, unit: str, help_text: str) -> Any:
    """How the result is looked at."""
    return typer.Option(flag, metavar=unit, help=help_text, rich_help_panel=SHOWN)


IntervalsArgument = Annotated[
    Path, typer.Argument(metavar="INTERVALS", help=".parquet, .csv or .arrow with a row for each queue and interval.")
]
ServiceLevelOption = Annotated[
    str | None, target("--service-level", "SHARE", "Least share answered in time, 0 to 1; 0.8 if absent.")
]
NoServiceLevelOption = Annotated[bool, target("--no-service-level", "", "No target of service level, only the others.")]
AnswerWithinOption = Annotated[
    str | None, target("--answer-within-s", "SECONDS", "The time of the service level, in seconds; 20 if absent.")
]
DefinitionOption = Annotated[
    Definition | None,
    target(
        "--definition",
        "NAME",
        "What the service level counts: offered (if absent), answered, exclude_abandons_within_target, "
        "count_abandons_within_target, exclude_short_abandons, virtual.",
    ),
]
ShortAbandonOption = Annotated[
    float | None,
    target("--short-abandon-s", "SECONDS", "With exclude_short_abandons: abandons up to so many seconds are left out."),
]
AsaOption = Annotated[str | None, target("--asa-s", "SECONDS", "Longest mean wait (ASA), in seconds.")]
MaxOccupancyOption = Annotated[
    str | None, target("--max-occupancy", "SHARE", "Largest share of time that agents are busy, 0 to 1.")
]
MaxAbandonOption = Annotated[
    str | None, target("--max-abandon", "SHARE", "Largest share that gives up, 0 to 1; nobody does without a patience.")
]
MaxWaitOption = Annotated[
    str | None, target("--max-wait-probability", "SHARE", "Largest share that waits at all, 0 to 1.")
]
MinAgentsOption = Annotated[
    str | None, trait("--min-agents", "N", "Agents in every interval, also where nobody calls; 0 if absent.")
]
ArrivalsOption = Annotated[str | None, trait("--arrivals", "N", "Contacts that arrive in an interval.")]
IntervalOption = Annotated[
    str | None, trait("--interval-s", "SECONDS", "Length of an interval in seconds, 1800 for half an hour.")
]
AhtOption = Annotated[str | None, trait("--aht-s", "SECONDS", "Mean handle time of a contact, in seconds.")]
PatienceOption = Annotated[
    str | None,
    trait("--patience-s", "SECONDS", "Mean patience in seconds (Erlang A); without it nobody gives up (Erlang C)."),
]
ShrinkageOption = Annotated[
    str | None, trait("--shrinkage", "SHARE", "Share of paid time away from the queue, 0 to below 1; 0 if absent.")
]
AgentsOption = Annotated[
    str | None, trait("--agents", "N", "Agents at work by the roster; those required if there is no such column.")
]
FractionalOption = Annotated[bool, trait("--fractional", "", "Require parts of agents, not whole ones.")]
BandOption = Annotated[
    tuple[float, float] | None,
    shown("--occupancy-band", "SHARE SHARE", "Count intervals below and above this occupancy: 0.6 0.85."),
]
OnlyOption = Annotated[
    list[str] | None, shown("--only", "NAME=VALUE", "Only rows with this text in this column; repeatable.")
]
ByOption = Annotated[
    str | None, shown("--by", "NAMES", "Sum up by these columns, by commas; queue, or the first columns of text.")
]
TimeOption = Annotated[
    str | None, shown("--time", "NAME", "Column of when intervals begin; the first column of times if absent.")
]
ZoneOption = Annotated[
    str | None, shown("--zone", "ZONE", "IANA time zone to show times in that have an offset; the file's if absent.")
]
RowsOption = Annotated[
    int,
    typer.Option(
        "--rows",
        metavar="N",
        min=0,
        help="Intervals to show, the first and the last; 0 for the sums alone.",
        rich_help_panel=SHOWN,
    ),
]
OutOption = Annotated[
    Path | None, shown("--out", "FILE", "Write all rows with their results to .parquet, .csv or .arrow.")
]
PlotOption = Annotated[
    Path | None, shown("--plot", "FILE", "Draw a day as .png or .svg: load, agents, service level (extra plots).")
]
DayOption = Annotated[str | None, shown("--day", "DATE", "The day to draw, 1999-01-14; the busiest if absent.")]
JsonOption = Annotated[
    bool, typer.Option("--json", metavar="", help="Print one JSON object instead of text; errors too.")
]


def staff(
    intervals: IntervalsArgument,
    service_level: ServiceLevelOption = None,
    no_service_level: NoServiceLevelOption = False,
    answer_within_s: AnswerWithinOption = None,
    definition: DefinitionOption = None,
    short_abandon_s: ShortAbandonOption = None,
    asa_s: AsaOption = None,
    max_occupancy: MaxOccupancyOption = None,
    max_abandon: MaxAbandonOption = None,
    max_wait_probability: MaxWaitOption = None,
    arrivals: ArrivalsOption = None,
    interval_s: IntervalOption = None,
    aht_s: AhtOption = None,
    patience_s: PatienceOption = None,
    agents: AgentsOption = None,
    min_agents: MinAgentsOption = None,
    shrinkage: ShrinkageOption = None,
    fractional: FractionalOption = False,
    occupancy_band: BandOption = None,
    only: OnlyOption = None,
    by: ByOption = None,
    time: TimeOption = None,
    zone: ZoneOption = None,
    rows: RowsOption = 20,
    out: OutOption = None,
    plot: PlotOption = None,
    day: DayOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how many agents each interval of each queue needs, and what service they give.

    A target or a trait of the queue is a number for all rows or the name of a column. Traits that no option tells are
    read from columns of their own names (arrivals, interval_s, aht_s, patience_s, agents, ...); targets never are,
    since in logs such columns hold what was. With agents, those at work, the service is theirs, and it is shown where
    they are too few.

    Times are seconds, shares 0 to 1, loads erlangs; results are shown in percent where they say so.
    """
    from turnout.cli.staff.run import Wishes, run_staff

    texts = {
        "service_level": service_level,
        "answer_within_s": answer_within_s,
        "asa_s": asa_s,
        "max_occupancy": max_occupancy,
        "max_abandon": max_abandon,
        "max_wait_probability": max_wait_probability,
        "arrivals": arrivals,
        "interval_s": interval_s,
        "aht_s": aht_s,
        "patience_s": patience_s,
        "agents": agents,
        "min_agents": min_agents,
        "shrinkage": shrinkage,
    }
    how = {
        "definition": definition,
        "short_abandon_s": short_abandon_s,
        "fractional": fractional or None,
        "occupancy_band": occupancy_band,
    }
    wishes = Wishes(only or [], by, time, zone, rows, out, plot, day)
    run_staff(intervals, texts, how, wishes, no_service_level=no_service_level, as_json=as_json)
